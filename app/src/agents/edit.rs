//! Inviting a person, and changing one.

use leptos::prelude::*;
use types::{
    TeamId,
    agents::{Agent, Availability, CreateAgent, Role, UpdateAgent},
};

use super::api;
use crate::{
    browser,
    directory::use_directory,
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
    session::use_session,
    ui::{Field, Icon, Select, icons, use_toasts},
};

/// The teams as boxes to tick.
#[component]
fn TeamBoxes(#[prop(optional)] chosen: Vec<TeamId>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let boxes = move || {
        directory.get().teams.into_iter().map(|team| {
        let ticked = chosen.contains(&team.id);
        view! { <label class="inline-flex cursor-pointer items-center gap-2"><input type="checkbox" name="team" value=team.id.to_string() checked=ticked/>{team.name}</label> }
    }).collect_view()
    };
    view! { <fieldset><legend class="field-label mb-1.5">{i18n.t(K::Teams)}</legend><div class="flex flex-wrap gap-x-5 gap-y-1.5"><Suspense>{boxes.clone()}</Suspense></div></fieldset> }
}

fn roles(i18n: crate::i18n::I18n) -> Vec<(String, String)> {
    Role::ALL.iter().map(|role| (role.to_string(), i18n.role(*role).to_owned())).collect()
}

fn ticked(event: &web_sys::SubmitEvent) -> Vec<TeamId> {
    browser::fields(event, "team").iter().filter_map(|id| id.parse().ok()).collect()
}

#[component]
pub fn Invite(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let directory = use_directory();
    let form = use_form();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = browser::field(&event, "name");
        let agent = CreateAgent {
            name: name.clone(),
            email: browser::field(&event, "email"),
            role: browser::field(&event, "role").parse().unwrap_or(Role::Agent),
            password: browser::field(&event, "password"),
            max_load: browser::field(&event, "max_load").parse().ok(),
            locale: None,
            team_ids: ticked(&event),
        };
        form.run(api::create(agent), move |_| {
            open.set(false);
            directory.loaded.refetch();
            toasts.done(i18n.with(K::Invited, &[("name", &name)]));
        });
    };
    view! {
        <form class="grid gap-3.5 p-4" on:submit=submit>
            <Field name="name" label=i18n.t(K::Name) required=true error=form.why("name")/>
            <Field name="email" label=i18n.t(K::Email) kind="email" required=true error=form.why("email")/>
            <Field name="password" label=i18n.t(K::FirstPassword) kind="password" autocomplete="new-password" required=true help=i18n.t(K::FirstPasswordHint) error=form.why("password")/>
            <div class="grid grid-cols-2 gap-3.5">
                <Select name="role" label=i18n.t(K::Role) options=roles(i18n) value="agent" error=form.why("role")/>
                <Field name="max_load" label=i18n.t(K::MaxLoad) kind="number" value="20" error=form.why("max_load")/>
            </div>
            <TeamBoxes/>
            <Refusal form=form/>
            <div class="flex justify-end gap-2 pt-1">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{i18n.t(K::Cancel)}</button>
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Invite)}</button>
            </div>
        </form>
    }
}

#[component]
pub fn EditAgent(agent: Agent, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let session = use_session();
    let administers = session.administers();
    let form = use_form();
    let asking = RwSignal::new(false);
    let id = agent.id;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = |name| Some(browser::field(&event, name)).filter(|text| !text.is_empty());
        let availability: Option<Availability> = text("availability").and_then(|text| text.parse().ok());
        let change = UpdateAgent {
            name: text("name"),
            role: text("role").and_then(|text| text.parse().ok()),
            availability,
            max_load: text("max_load").and_then(|text| text.parse().ok()),
            team_ids: administers.then(|| ticked(&event)),
        };
        form.save(K::Saved, api::update(id, change), move |agent| {
            open.set(false);
            directory.heard(agent.id, agent.availability);
            directory.loaded.refetch();
        });
    };
    let remove = move |_| {
        form.save(K::PersonRemoved, api::remove(id), move |()| {
            open.set(false);
            directory.loaded.refetch();
        });
    };
    let availabilities =
        Availability::ALL.iter().map(|choice| (choice.to_string(), i18n.availability(*choice).to_owned())).collect();
    let name = agent.name.clone();
    view! {
        <form class="grid gap-3.5 p-4" on:submit=submit>
            {administers.then(|| view! { <Field name="name" label=i18n.t(K::Name) value=agent.name.clone() required=true error=form.why("name")/> })}
            <Select name="availability" label=i18n.t(K::Availability) options=availabilities value=agent.availability.to_string()/>
            {administers.then(|| view! {
                <div class="grid grid-cols-2 gap-3.5">
                    <Select name="role" label=i18n.t(K::Role) options=roles(i18n) value=agent.role.to_string() error=form.why("role")/>
                    <Field name="max_load" label=i18n.t(K::MaxLoad) kind="number" value=agent.max_load.to_string() help=i18n.t(K::MaxLoadHint) error=form.why("max_load")/>
                </div>
                <TeamBoxes chosen=agent.team_ids.clone()/>
            })}
            <Refusal form=form/>
            {move || asking.get().then(|| view! {
                <div class="rounded-lg bg-red-soft p-3 text-sm">
                    <p>{i18n.with(K::RemovePersonSure, &[("name", &name)])}</p>
                    <div class="mt-2 flex gap-2"><button type="button" class="btn btn-danger" on:click=remove>{i18n.t(K::RemovePerson)}</button><button type="button" class="btn" on:click=move |_| asking.set(false)>{i18n.t(K::Cancel)}</button></div>
                </div>
            })}
            <div class="flex items-center gap-2 pt-1">
                {(administers && session.user_id() != Some(id)).then(|| view! { <button type="button" class="btn btn-quiet btn-danger" on:click=move |_| asking.set(true)><Icon icon=icons::TRASH/>{i18n.t(K::RemovePerson)}</button> })}
                <button type="button" class="btn ml-auto" on:click=move |_| open.set(false)>{i18n.t(K::Cancel)}</button>
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button>
            </div>
        </form>
    }
}
