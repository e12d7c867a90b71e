//! The assistant's settings: which model it asks, what may leave for it, what it may cost, and what left.

mod api;
mod articles;
pub mod ledger;
mod limits;
mod model;
pub mod numbers;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    i18n::{K, use_i18n},
    ui::{Failure, Loading, PageHead},
};

/// For admins. Each section is a form of its own and saves only what is its own.
#[component]
pub fn AssistantPage() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = Resource::new(|| (), |()| api::get());
    let saved = Callback::new(move |()| loaded.refetch());
    let content = move || {
        Suspend::new(async move {
            match loaded.await {
                Ok(settings) => view! {
                    <div class="grid gap-5">
                        <model::ModelSection settings=settings.clone() saved=saved/>
                        <limits::LimitsSection settings=settings.clone() saved=saved/>
                        <articles::ArticlesSection settings=settings saved=saved/>
                    </div>
                }
                .into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Title text=i18n.t(K::Assistant)/>
        <PageHead title=i18n.t(K::Assistant) hint=i18n.t(K::AssistantHint)/>
        <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
        <ledger::LedgerSection/>
    }
}
