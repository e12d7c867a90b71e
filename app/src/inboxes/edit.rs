//! The form of an inbox.

use leptos::prelude::*;
use types::inboxes::{Channel, CreateInbox, Inbox, UpdateInbox};

use super::{api, channel};
use crate::{
    browser,
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
    ui::{Field, Select},
};

#[component]
pub fn Edit(inbox: Option<Inbox>, open: RwSignal<bool>, saved: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form();
    let id = inbox.as_ref().map(|inbox| inbox.id);
    let kind = RwSignal::new(inbox.as_ref().map_or(Channel::Web, |inbox| inbox.channel));
    let why = move |name: &'static str| form.why(name);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = |name| Some(browser::field(&event, name)).filter(|text| !text.trim().is_empty());
        let name = browser::field(&event, "name");
        let (title, tagline, address) = (text("welcome_title"), text("welcome_tagline"), text("email_address"));
        let required = !browser::field(&event, "identity_required").is_empty();
        let enabled = !browser::field(&event, "enabled").is_empty();
        let channel = kind.get_untracked();
        let call = async move {
            if let Some(id) = id {
                let change = UpdateInbox {
                    name: Some(name),
                    welcome_title: title,
                    welcome_tagline: tagline,
                    identity_required: Some(required),
                    email_address: address,
                    team_ids: None,
                    enabled: Some(enabled),
                };
                api::update(id, change).await
            } else {
                let inbox = CreateInbox {
                    name,
                    channel,
                    welcome_title: title,
                    welcome_tagline: tagline,
                    identity_required: required,
                    email_address: address,
                    team_ids: Vec::new(),
                };
                api::create(inbox).await
            }
        };
        form.save(K::Saved, call, move |_| {
            open.set(false);
            saved.run(());
        });
    };
    let of = |get: fn(&Inbox) -> String| inbox.as_ref().map(get).unwrap_or_default();
    let (name, title, tagline) = (
        of(|inbox| inbox.name.clone()),
        of(|inbox| inbox.welcome_title.clone()),
        of(|inbox| inbox.welcome_tagline.clone()),
    );
    let address = of(|inbox| inbox.email_address.clone().unwrap_or_default());
    let required = inbox.as_ref().is_some_and(|inbox| inbox.identity_required);
    let enabled = inbox.as_ref().is_none_or(|inbox| inbox.enabled);
    let channels: Vec<(String, String)> =
        Channel::ALL.iter().map(|choice| (choice.to_string(), channel(i18n, *choice).to_owned())).collect();
    let specific = move || {
        match kind.get() {
        Channel::Web => view! {
            <Field name="welcome_title" label=i18n.t(K::WelcomeTitle) value=title.clone() error=why("welcome_title")/>
            <Field name="welcome_tagline" label=i18n.t(K::WelcomeTagline) value=tagline.clone() error=why("welcome_tagline")/>
            <label class="flex cursor-pointer items-start gap-3"><input type="checkbox" class="switch mt-0.5" name="identity_required" value="on" checked=required/><span><span class="font-medium">{i18n.t(K::IdentityRequired)}</span><span class="block text-xs text-ink-3">{i18n.t(K::IdentityRequiredHint)}</span></span></label>
        }.into_any(),
        Channel::Email => view! { <Field name="email_address" label=i18n.t(K::EmailAddress) kind="email" value=address.clone() error=why("email_address")/> }.into_any(),
        Channel::Api => ().into_any(),
    }
    };
    view! {
        <form class="grid gap-3.5 p-4" on:submit=submit>
            <Field name="name" label=i18n.t(K::Name) value=name required=true error=why("name")/>
            {id.is_none().then(|| view! {
                <div on:change=move |event| if let Ok(choice) = event_target_value(&event).parse() { kind.set(choice) }><Select name="channel" label=i18n.t(K::Channel) options=channels value=kind.get_untracked().to_string()/></div>
            })}
            {specific}
            {id.map(|_| view! { <label class="flex cursor-pointer items-center gap-3"><input type="checkbox" class="switch" name="enabled" value="on" checked=enabled/><span class="font-medium">{i18n.t(K::Enabled)}</span></label> })}
            <Refusal form=form/>
            <div class="flex justify-end gap-2 pt-1">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{i18n.t(K::Cancel)}</button>
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button>
            </div>
        </form>
    }
}
