//! The section of articles: whether they are tried before they are published.

use leptos::prelude::*;
use types::ai_settings::{AiSettings, UpdateAiSettings};

use super::api;
use crate::{
    browser,
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
};

#[component]
pub fn ArticlesSection(settings: AiSettings, saved: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let rehearse_articles = Some(!browser::field(&event, "rehearse_articles").is_empty());
        let change = UpdateAiSettings { rehearse_articles, ..UpdateAiSettings::default() };
        form.submit(K::Saved, api::update(change), move |_| saved.run(()));
    };
    view! {
        <form class="card grid max-w-[620px] gap-4 p-5" on:submit=submit aria-labelledby="articles-title">
            <h2 id="articles-title" class="text-base">{i18n.t(K::Knowledge)}</h2>
            <label class="flex cursor-pointer items-start gap-3"><input type="checkbox" class="switch mt-0.5" name="rehearse_articles" value="on" checked=settings.rehearse_articles/><span><span class="font-medium">{i18n.t(K::RehearseArticles)}</span><span class="block text-xs text-ink-3">{i18n.t(K::RehearseArticlesHint)}</span></span></label>
            <Refusal form=form/>
            <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button></div>
        </form>
    }
}
