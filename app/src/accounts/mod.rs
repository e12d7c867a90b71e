//! The account's own settings: name, language, and how sure the assistant must be before it assigns.

mod api;

use leptos::prelude::*;
use leptos_meta::Title;
use types::{
    Language,
    accounts::{Account, UpdateAccount},
    auth::Me,
};

use crate::{
    auth::api::me,
    browser,
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
    session::use_session,
    ui::{Failure, Field, Loading, PageHead, Select},
};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = Resource::new(|| (), |()| me());
    let content = move || {
        Suspend::new(async move {
            match loaded.await {
            Ok(Me { user, account, .. }) => view! {
                <AccountForm account=account/>
                <section class="card mt-5 max-w-[620px] p-5">
                    <h2 class="text-base">{i18n.t(K::YourProfile)}</h2>
                    <dl class="kv mt-3 !grid-cols-[110px_minmax(0,1fr)]"><dt>{i18n.t(K::Name)}</dt><dd>{user.name}</dd><dt>{i18n.t(K::Email)}</dt><dd class="truncate">{user.email}</dd><dt>{i18n.t(K::Role)}</dt><dd>{i18n.role(user.role)}</dd></dl>
                </section>
            }.into_any(),
            Err(error) => view! { <Failure error=error/> }.into_any(),
        }
        })
    };
    view! {
        <Title text=i18n.t(K::Settings)/>
        <PageHead title=i18n.t(K::General) hint=i18n.t(K::SettingsHint)/>
        <Transition fallback=|| view! { <Loading rows=4/> }>{content}</Transition>
    }
}

#[component]
fn AccountForm(account: Account) -> impl IntoView {
    let i18n = use_i18n();
    let administers = use_session().administers();
    let form = use_form();
    let percent = RwSignal::new((account.auto_assign_threshold * 100.0).round());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let change = UpdateAccount {
            name: Some(browser::field(&event, "name")),
            locale: browser::field(&event, "locale").parse().ok(),
            auto_assign_threshold: Some(percent.get_untracked() / 100.0),
        };
        form.submit(K::Saved, api::update(change), |_| ());
    };
    let languages =
        Language::ALL.iter().map(|language| (language.to_string(), i18n.language(*language).to_owned())).collect();
    view! {
        <form class="card grid max-w-[620px] gap-4 p-5" on:submit=submit>
            <fieldset class="grid gap-4" disabled=!administers>
                <Field name="name" label=i18n.t(K::AccountName) value=account.name required=true error=form.why("name")/>
                <Select name="locale" label=i18n.t(K::AccountLanguage) options=languages value=account.locale.to_string() help=i18n.t(K::AccountLanguageHint)/>
                <div class="field">
                    <label for="threshold">{i18n.t(K::Threshold)}</label>
                    <div class="flex items-center gap-4">
                        <input id="threshold" class="w-full" type="range" min="50" max="100" step="1" value=percent.get_untracked().to_string() aria-describedby="threshold-help"
                            on:input=move |event| if let Ok(value) = event_target_value(&event).parse() { percent.set(value) }/>
                        <output class="num w-14 text-right font-semibold" for="threshold">{move || i18n.percent(percent.get() / 100.0)}</output>
                    </div>
                    <p id="threshold-help" class="field-help">{i18n.t(K::ThresholdHint)}</p>
                </div>
                <Refusal form=form/>
                {if administers {
                    view! { <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button></div> }.into_any()
                } else {
                    view! { <p class="field-help">{i18n.t(K::AdminsOnly)}</p> }.into_any()
                }}
            </fieldset>
        </form>
    }
}
