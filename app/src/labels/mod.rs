//! Labels: free tags on conversations, and their colours.

mod api;

use leptos::prelude::*;
use leptos_meta::Title;
use types::labels::{CreateLabel, Label, UpdateLabel};

use crate::{
    browser,
    conversations::Swatch,
    directory::use_directory,
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
    session::use_session,
    ui::{Dialog, Empty, Failure, Field, Icon, Loading, PageHead, icons},
};

#[component]
pub fn LabelsPage() -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let works = use_session().works();
    let editing = RwSignal::new(None::<Label>);
    let open = RwSignal::new(false);
    let edit = move |label: Option<Label>| {
        editing.set(label);
        open.set(true);
    };
    let row = move |label: Label| {
        let chosen = label.clone();
        view! {
            <li class="flex items-center gap-3 border-t border-soft px-4 py-2.5 first:border-t-0">
                <Swatch color=label.color.clone()/>
                <span class="font-medium">{label.title.clone()}</span>
                <span class="truncate text-sm text-ink-3">{label.description.clone()}</span>
                {works.then(|| view! { <button type="button" class="icon-btn ml-auto" aria-label=format!("{}: {}", i18n.t(K::Edit), label.title) on:click=move |_| edit(Some(chosen.clone()))><Icon icon=icons::EDIT/></button> })}
            </li>
        }
    };
    let content = move || {
        Suspend::new(async move {
            match directory.loaded.await {
                Ok(known) if known.labels.is_empty() => {
                    view! { <Empty icon=icons::LABEL title=i18n.t(K::NoLabels) hint=i18n.t(K::LabelsHint)/> }.into_any()
                }
                Ok(known) => {
                    view! { <ul class="card">{known.labels.into_iter().map(row).collect_view()}</ul> }.into_any()
                }
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Title text=i18n.t(K::Labels)/>
        <PageHead title=i18n.t(K::Labels) hint=i18n.t(K::LabelsHint)>
            {works.then(|| view! { <button type="button" class="btn btn-primary" on:click=move |_| edit(None)><Icon icon=icons::PLUS/>{i18n.t(K::NewLabel)}</button> })}
        </PageHead>
        <Transition fallback=|| view! { <Loading rows=4/> }>{content}</Transition>
        <Dialog open=open title=i18n.t(K::Label)>{move || view! { <Edit label=editing.get() open=open/> }}</Dialog>
    }
}

#[component]
fn Edit(label: Option<Label>, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let form = use_form();
    let asking = RwSignal::new(false);
    let id = label.as_ref().map(|label| label.id);
    let finish = move || {
        open.set(false);
        directory.loaded.refetch();
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (title, color, description) = (
            browser::field(&event, "title"),
            Some(browser::field(&event, "color")),
            browser::field(&event, "description"),
        );
        let call = async move {
            match id {
                Some(id) => {
                    api::update(id, UpdateLabel { title: Some(title), color, description: Some(description) }).await
                }
                None => api::create(CreateLabel { title, color, description }).await,
            }
        };
        form.save(K::Saved, call, move |_| finish());
    };
    let remove = move |_| {
        if let Some(id) = id {
            form.save(K::LabelDeleted, api::delete(id), move |()| finish());
        }
    };
    let (title, color, description) = label.map_or_else(
        || (String::new(), "#0f766e".to_owned(), String::new()),
        |label| (label.title, label.color, label.description),
    );
    let sure = i18n.with(K::DeleteLabelSure, &[("name", &title)]);
    view! {
        <form class="grid gap-3.5 p-4" on:submit=submit>
            <div class="grid grid-cols-[minmax(0,1fr)_64px] gap-3">
                <Field name="title" label=i18n.t(K::Name) value=title required=true error=form.why("title")/>
                <div class="field"><label for="label-color">{i18n.t(K::Color)}</label><input id="label-color" class="input !p-1" type="color" name="color" value=color/></div>
            </div>
            <Field name="description" label=i18n.t(K::Description) value=description error=form.why("description")/>
            <Refusal form=form/>
            {move || asking.get().then(|| view! {
                <div class="rounded-lg bg-red-soft p-3 text-sm"><p>{sure.clone()}</p><div class="mt-2 flex gap-2"><button type="button" class="btn btn-danger" on:click=remove>{i18n.t(K::Delete)}</button><button type="button" class="btn" on:click=move |_| asking.set(false)>{i18n.t(K::Cancel)}</button></div></div>
            })}
            <div class="flex items-center gap-2 pt-1">
                {id.map(|_| view! { <button type="button" class="btn btn-quiet btn-danger" on:click=move |_| asking.set(true)><Icon icon=icons::TRASH/>{i18n.t(K::Delete)}</button> })}
                <button type="button" class="btn ml-auto" on:click=move |_| open.set(false)>{i18n.t(K::Cancel)}</button>
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button>
            </div>
        </form>
    }
}
