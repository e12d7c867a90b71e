//! The list of people.

use leptos::prelude::*;
use leptos_meta::Title;
use types::agents::Agent;

use super::edit::{EditAgent, Invite};
use crate::{
    directory::{Directory, use_directory},
    i18n::{K, use_i18n},
    layout::{PresenceDot, PresenceMark},
    session::use_session,
    ui::{Avatar, Dialog, Failure, Icon, Loading, PageHead, icons},
};

#[component]
pub fn PeoplePage() -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let administers = use_session().administers();
    let inviting = RwSignal::new(false);
    let editing = RwSignal::new(None::<Agent>);
    let edit_open = RwSignal::new(false);
    let content = move || {
        Suspend::new(async move {
            match directory.loaded.await {
            Ok(known) => view! { <Table known=known edit=Callback::new(move |agent| { editing.set(Some(agent)); edit_open.set(true); })/> }.into_any(),
            Err(error) => view! { <Failure error=error/> }.into_any(),
        }
        })
    };
    view! {
        <Title text=i18n.t(K::People)/>
        <div class="page"><div class="page-inner">
            <PageHead title=i18n.t(K::People) hint=i18n.t(K::PeopleHint)>
                {administers.then(|| view! { <button type="button" class="btn btn-primary" on:click=move |_| inviting.set(true)><Icon icon=icons::USER_PLUS/>{i18n.t(K::Invite)}</button> })}
            </PageHead>
            <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
        </div></div>
        <Dialog open=inviting title=i18n.t(K::Invite)><Invite open=inviting/></Dialog>
        <Dialog open=edit_open title=i18n.t(K::EditPerson)>{move || editing.get().map(|agent| view! { <EditAgent agent=agent open=edit_open/> })}</Dialog>
    }
}

#[component]
fn Table(known: Directory, edit: Callback<Agent>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let session = use_session();
    let teams = known.teams.clone();
    let rows = known.agents.into_iter().map(|agent| {
        let id = agent.id;
        let names: Vec<String> = teams.iter().filter(|team| agent.team_ids.contains(&team.id)).map(|team| team.name.clone()).collect();
        let share = f64::from(agent.current_load) / f64::from(agent.max_load.max(1));
        let tone = if share >= 1.0 { "text-red" } else if share >= 0.8 { "text-orange" } else { "text-accent" };
        let may_edit = session.supervises();
        let chosen = agent.clone();
        view! {
            <tr>
                <td>
                    <div class="flex items-center gap-3">
                        <Avatar name=agent.name.clone()><PresenceDot agent=id/></Avatar>
                        <div class="min-w-0"><p class="truncate font-medium">{agent.name.clone()}{(session.user_id() == Some(id)).then(|| view! { <span class="tag ml-2">{i18n.t(K::You)}</span> })}</p><p class="truncate text-xs text-ink-3">{agent.email.clone()}</p></div>
                    </div>
                </td>
                <td class="max-sm:hidden">{i18n.role(agent.role)}</td>
                <td class="max-sm:hidden">{move || directory.availability(id).map(|availability| view! { <span class="inline-flex items-center gap-1.5"><PresenceMark availability=availability/>{i18n.availability(availability)}</span> })}</td>
                <td>
                    <div class="flex items-center gap-2.5" title=i18n.t(K::Load)>
                        <svg viewBox="0 0 100 6" preserveAspectRatio="none" class=format!("h-1.5 w-20 max-sm:hidden {tone}") aria-hidden="true">
                            <rect width="100" height="6" rx="1" class="fill-line"></rect><rect width=format!("{:.0}", (share * 100.0).min(100.0)) height="6" rx="1" fill="currentColor"></rect>
                        </svg>
                        <span class="num whitespace-nowrap">{agent.current_load}" / "{agent.max_load}</span>
                    </div>
                </td>
                <td class="max-md:hidden"><div class="flex flex-wrap gap-1">{names.into_iter().map(|name| view! { <span class="tag">{name}</span> }).collect_view()}</div></td>
                <td class="num max-md:hidden">{agent.csat_average.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1}"))}</td>
                <td class="w-10 text-right">{may_edit.then(|| view! { <button type="button" class="icon-btn" aria-label=format!("{}: {}", i18n.t(K::EditPerson), agent.name) on:click=move |_| edit.run(chosen.clone())><Icon icon=icons::EDIT/></button> })}</td>
            </tr>
        }
    });
    view! {
        <div class="card overflow-x-auto">
            <table class="table">
                <thead><tr>
                    <th scope="col">{i18n.t(K::Name)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Role)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Availability)}</th><th scope="col">{i18n.t(K::Load)}</th>
                    <th scope="col" class="max-md:hidden">{i18n.t(K::Teams)}</th><th scope="col" class="max-md:hidden">{i18n.t(K::Csat)}</th><th scope="col"><span class="sr-only">{i18n.t(K::Actions)}</span></th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
