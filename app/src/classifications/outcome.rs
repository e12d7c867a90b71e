//! What the decision about the category amounts to: sure, unsure with what else it could be, or about none of them.

use leptos::prelude::*;
use types::classifications::{Classification, Outcome};

use super::picks::{CorrectionForm, to_category};
use crate::{
    conversations::use_open,
    i18n::{K, use_i18n},
    ui::{Confidence, Icon, icons},
};

#[component]
pub fn Verdict(seen: Classification) -> impl IntoView {
    let i18n = use_i18n();
    // A person has decided since.
    if seen.corrected.iter().any(|field| field == "category") {
        return ().into_any();
    }
    let (class, icon, text) = match seen.outcome {
        Outcome::Confident => ("outcome text-green", icons::CHECK, K::OutcomeConfident),
        Outcome::Unsure => ("outcome outcome-unsure", icons::UNSURE, K::OutcomeUnsure),
        Outcome::OutOfScope => ("outcome outcome-stranger", icons::USER, K::OutcomeOutOfScope),
    };
    let unsure = seen.outcome == Outcome::Unsure && !seen.alternatives.is_empty();
    view! {
        <div class=class>
            <p class="flex items-center gap-1.5 font-medium"><Icon icon=icon/>{i18n.t(text)}</p>
            {unsure.then(|| view! { <Alternatives seen=seen/> })}
        </div>
    }
    .into_any()
}

/// What else it could be, likeliest first; each is a click away.
#[component]
fn Alternatives(seen: Classification) -> impl IntoView {
    let i18n = use_i18n();
    let works = use_open().works();
    let id = seen.id;
    let alternatives = seen.alternatives.into_iter().map(|alternative| {
        let title = i18n.category(&alternative.category);
        let content = view! { <span class="min-w-0 flex-1 truncate font-medium">{title}</span><Confidence share=alternative.probability/> };
        if works {
            view! { <li><CorrectionForm id=id to=to_category(alternative.category)>{content}</CorrectionForm></li> }.into_any()
        } else {
            view! { <li class="flex items-center gap-2 px-2 py-1">{content}</li> }.into_any()
        }
    });
    view! {
        <p class="mt-1 text-ink-2" id="alternatives">{i18n.t(K::CouldBe)}</p>
        <ul class="-mx-2 mt-0.5" aria-labelledby="alternatives">{alternatives.collect_view()}</ul>
    }
}
