//! The teams as cards, and their editor.

use leptos::prelude::*;
use leptos_meta::Title;
use types::{
    UserId,
    teams::{CreateTeam, Team, UpdateTeam},
};

use super::api;
use crate::{
    browser,
    directory::{Directory, use_directory},
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
    session::use_session,
    ui::{Avatar, Dialog, Empty, Failure, Field, Icon, Loading, PageHead, Select, TextArea, icons},
};

#[component]
pub fn TeamsPage() -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let administers = use_session().administers();
    let editing = RwSignal::new(None::<Team>);
    let open = RwSignal::new(false);
    let edit = move |team: Option<Team>| {
        editing.set(team);
        open.set(true);
    };
    let content = move || {
        Suspend::new(async move {
            match directory.loaded.await {
                Ok(known) => view! { <Cards known=known edit=Callback::new(move |team| edit(Some(team)))/> }.into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Title text=i18n.t(K::Teams)/>
        <div class="page"><div class="page-inner">
            <PageHead title=i18n.t(K::Teams) hint=i18n.t(K::TeamsHint)>
                {administers.then(|| view! { <button type="button" class="btn btn-primary" on:click=move |_| edit(None)><Icon icon=icons::PLUS/>{i18n.t(K::NewTeam)}</button> })}
            </PageHead>
            <Transition fallback=|| view! { <Loading rows=4/> }>{content}</Transition>
        </div></div>
        <Dialog open=open title=i18n.t(K::Team)>{move || view! { <Edit team=editing.get() open=open/> }}</Dialog>
    }
}

#[component]
fn Cards(known: Directory, edit: Callback<Team>) -> impl IntoView {
    let i18n = use_i18n();
    let administers = use_session().administers();
    if known.teams.is_empty() {
        return view! { <Empty icon=icons::TEAM title=i18n.t(K::NoTeams) hint=i18n.t(K::TeamsHint)/> }.into_any();
    }
    let agents = known.agents;
    let cards = known.teams.into_iter().map(|team| {
        let members: Vec<_> = agents.iter().filter(|agent| agent.team_ids.contains(&team.id)).map(|agent| view! { <Avatar name=agent.name.clone() size=28/> }).collect();
        let chosen = team.clone();
        let figure = |number: i64, title: &'static str| view! { <div><dt class="text-xs text-ink-3">{title}</dt><dd class="num text-lg font-semibold">{number}</dd></div> };
        view! {
            <li class="card flex flex-col gap-3 p-4">
                <div class="flex items-start gap-2">
                    <div class="min-w-0"><h2 class="text-lg">{team.name.clone()}</h2><p class="text-sm text-ink-2">{team.description.clone()}</p></div>
                    {administers.then(|| view! { <button type="button" class="icon-btn ml-auto" aria-label=format!("{}: {}", i18n.t(K::Edit), team.name) on:click=move |_| edit.run(chosen.clone())><Icon icon=icons::EDIT/></button> })}
                </div>
                <dl class="grid grid-cols-3 gap-2">{figure(team.open_count, i18n.t(K::StatusOpen))}{figure(team.member_count, i18n.t(K::Members))}{figure(team.online_count, i18n.t(K::Online))}</dl>
                <div class="flex items-center gap-2 border-t border-soft pt-3">
                    <div class="flex -space-x-1.5">{members}</div>
                    {team.category.map(|category| view! { <span class="tag ml-auto"><Icon icon=icons::BOT/>{i18n.category(&category)}</span> })}
                    <a class="btn btn-quiet !h-7" class=("ml-auto", false) href=format!("/inbox/team-{}", team.id)><Icon icon=icons::INBOX/>{i18n.t(K::Inbox)}</a>
                </div>
            </li>
        }
    });
    view! { <ul class="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">{cards.collect_view()}</ul> }.into_any()
}

#[component]
fn Edit(team: Option<Team>, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let form = use_form();
    let asking = RwSignal::new(false);
    let id = team.as_ref().map(|team| team.id);
    let finish = move || {
        open.set(false);
        directory.loaded.refetch();
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let agent_ids: Vec<UserId> = browser::fields(&event, "agent").iter().filter_map(|id| id.parse().ok()).collect();
        let (name, description) = (browser::field(&event, "name"), browser::field(&event, "description"));
        let category = Some(browser::field(&event, "category")).filter(|category| !category.is_empty());
        let call = async move {
            match id {
                Some(id) => {
                    let change = UpdateTeam {
                        name: Some(name),
                        description: Some(description),
                        // The form tells all of the team: no category is an answer too.
                        category: Some(category.unwrap_or_default()),
                        agent_ids: Some(agent_ids),
                    };
                    api::update(id, change).await
                }
                None => api::create(CreateTeam { name, description, category, agent_ids }).await,
            }
        };
        form.save(K::Saved, call, move |_| finish());
    };
    let remove = move |_| {
        if let Some(id) = id {
            form.save(K::TeamDeleted, api::delete(id), move |()| finish());
        }
    };
    let category = team.as_ref().and_then(|team| team.category.clone()).unwrap_or_default();
    let categories = move || {
        let known = directory.categories(i18n);
        let options = std::iter::once((String::new(), i18n.t(K::NoCategory).to_owned())).chain(known).collect();
        view! { <Select name="category" label=i18n.t(K::TeamCategory) options=options value=category.clone() help=i18n.t(K::TeamCategoryHint) error=form.why("category")/> }
    };
    let members = move || {
        directory.get().agents.into_iter().map(|agent| {
            let ticked = id.is_some_and(|id| agent.team_ids.contains(&id));
            view! { <label class="inline-flex cursor-pointer items-center gap-2"><input type="checkbox" name="agent" value=agent.id.to_string() checked=ticked/>{agent.name}</label> }
        }).collect_view()
    };
    let name = team.as_ref().map(|team| team.name.clone()).unwrap_or_default();
    let sure = i18n.with(K::DeleteTeamSure, &[("name", &name)]);
    view! {
        <form class="grid gap-3.5 p-4" on:submit=submit>
            <Field name="name" label=i18n.t(K::Name) value=name required=true error=form.why("name")/>
            <TextArea name="description" label=i18n.t(K::Description) value=team.as_ref().map(|team| team.description.clone()).unwrap_or_default() rows=2 error=form.why("description")/>
            <Suspense>{categories}</Suspense>
            <fieldset><legend class="field-label mb-1.5">{i18n.t(K::Members)}</legend><div class="grid grid-cols-2 gap-x-5 gap-y-1.5"><Suspense>{members}</Suspense></div></fieldset>
            <Refusal form=form/>
            {move || asking.get().then(|| view! {
                <div class="rounded-lg bg-red-soft p-3 text-sm">
                    <p>{sure.clone()}</p>
                    <div class="mt-2 flex gap-2"><button type="button" class="btn btn-danger" on:click=remove>{i18n.t(K::Delete)}</button><button type="button" class="btn" on:click=move |_| asking.set(false)>{i18n.t(K::Cancel)}</button></div>
                </div>
            })}
            <div class="flex items-center gap-2 pt-1">
                {id.map(|_| view! { <button type="button" class="btn btn-quiet btn-danger" on:click=move |_| asking.set(true)><Icon icon=icons::TRASH/>{i18n.t(K::Delete)}</button> })}
                <button type="button" class="btn ml-auto" on:click=move |_| open.set(false)>{i18n.t(K::Cancel)}</button>
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button>
            </div>
        </form>
    }
}
