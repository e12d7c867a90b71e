//! What the account wants of the drafts in a category.

use leptos::{prelude::*, server_fn::ServerFn};
use types::{CategoryId, categories::DraftPolicy};

use super::api;
use crate::{
    browser,
    form::{Refusal, use_form_of},
    i18n::{K, use_i18n},
    ui::{Select, TextArea},
};

#[component]
pub fn PolicySection(id: CategoryId, policy: DraftPolicy) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form_of::<api::SetPolicyForm>();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = |name| browser::field(&event, name);
        let call = api::set_policy_form(id, text("drafting") == "true", text("note"), text("guidance"));
        form.submit(K::Saved, call, |_| ());
    };
    let when = [(true, K::DraftsUnasked), (false, K::DraftsAsked)];
    let when = when.map(|(drafting, text)| (drafting.to_string(), i18n.t(text).to_owned())).to_vec();
    view! {
        <section class="mt-8 max-w-[620px]">
            <h2 class="mb-1 text-base">{i18n.t(K::DraftPolicy)}</h2>
            <p class="mb-3 text-sm text-ink-3">{i18n.t(K::DraftPolicyHint)}</p>
            <form class="card grid gap-4 p-5" method="post" action=api::SetPolicyForm::PATH on:submit=submit>
                <input type="hidden" name="id" value=id.to_string()/>
                <Select name="drafting" label=i18n.t(K::DraftsWhen) options=when value=policy.drafting.to_string()/>
                <TextArea name="note" label=i18n.t(K::DraftNote) value=policy.note.unwrap_or_default() rows=2 maxlength=600 help=i18n.t(K::DraftNoteHint) error=form.why("note")/>
                <TextArea name="guidance" label=i18n.t(K::DraftGuidance) value=policy.guidance.unwrap_or_default() rows=3 maxlength=2000 help=i18n.t(K::DraftGuidanceHint) error=form.why("guidance")/>
                <Refusal form=form/>
                <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button></div>
            </form>
        </section>
    }
}
