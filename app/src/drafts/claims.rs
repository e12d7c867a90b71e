//! What a draft states and its sources do not say: to check, or left out already.

use leptos::prelude::*;
use types::drafts::{ClaimIssue, ClaimVerdict, DraftClaim};

use crate::{
    i18n::{I18n, K, use_i18n},
    ui::{Icon, icons},
};

/// One line when all is supported, else what to look at.
#[component]
pub fn Claims(claims: Vec<DraftClaim>) -> impl IntoView {
    let i18n = use_i18n();
    if claims.is_empty() {
        return ().into_any();
    }
    let objections: Vec<DraftClaim> =
        claims.into_iter().filter(|claim| claim.verdict != ClaimVerdict::Supported).collect();
    if objections.is_empty() {
        return view! { <p class="flex items-center gap-1.5 px-3 pt-1 text-xs text-ink-3"><Icon icon=icons::CHECK class="!size-[13px] text-green"/>{i18n.t(K::ClaimsSupported)}</p> }.into_any();
    }
    let row = move |claim: DraftClaim| {
        let left_out = claim.verdict == ClaimVerdict::LeftOut;
        let verdict = i18n.t(if left_out { K::ClaimLeftOut } else { K::ClaimDoubtful });
        let icon = if left_out { icons::CLOSE } else { icons::ALERT };
        view! {
            <li class="flex gap-1.5 py-0.5">
                <Icon icon=icon class="mt-0.5 !size-[13px] shrink-0 text-orange"/>
                <span><b class="font-semibold">{verdict}</b>" "<q class="break-words">{claim.text.trim_start_matches("• ").to_owned()}</q>" "<span class="text-ink-3">{why(i18n, &claim)}</span></span>
            </li>
        }
    };
    view! {
        <ul class="mx-3 mt-1 max-h-[16vh] overflow-auto text-xs text-ink-2" tabindex="0" aria-label=i18n.t(K::ClaimsToCheck)>{objections.into_iter().map(row).collect_view()}</ul>
    }
    .into_any()
}

fn why(i18n: I18n, claim: &DraftClaim) -> String {
    let detail = claim.detail.as_deref().unwrap_or_default();
    match claim.issue {
        Some(ClaimIssue::Number) => i18n.with(K::ClaimNumber, &[("n", detail)]),
        Some(ClaimIssue::Name) => i18n.with(K::ClaimName, &[("name", detail)]),
        Some(ClaimIssue::Negation) => i18n.t(K::ClaimNegation).to_owned(),
        Some(ClaimIssue::Weak) => i18n.t(K::ClaimWeak).to_owned(),
        Some(ClaimIssue::OtherLanguage) => i18n.t(K::ClaimOtherLanguage).to_owned(),
        Some(ClaimIssue::NoSource) => i18n.t(K::ClaimNoSource).to_owned(),
        None => String::new(),
    }
}

/// The text cut where sentences to check begin and end; true for these.
pub fn runs<'a>(content: &'a str, claims: &[DraftClaim]) -> Vec<(&'a str, bool)> {
    let mut runs = Vec::new();
    let mut rest = content;
    for claim in claims.iter().filter(|claim| claim.verdict == ClaimVerdict::Doubtful) {
        // In the order of the text; one that is no longer there is passed over.
        if let Some((before, after)) = rest.split_once(claim.text.as_str()) {
            runs.push((before, false));
            runs.push((&rest[before.len()..rest.len() - after.len()], true));
            rest = after;
        }
    }
    runs.push((rest, false));
    runs.retain(|(text, _)| !text.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_to_check_are_cut_out() {
        let claim = |text: &str, verdict| DraftClaim {
            text: text.to_owned(),
            sources: vec![1],
            support: 0.5,
            verdict,
            issue: Some(ClaimIssue::Weak),
            detail: None,
        };
        let claims = [
            claim("A is B.", ClaimVerdict::Supported),
            claim("C is D.", ClaimVerdict::Doubtful),
            claim("gone", ClaimVerdict::LeftOut),
            claim("not there", ClaimVerdict::Doubtful),
        ];
        let text = "A is B. [1] C is D. [2] Bye.";
        assert_eq!(runs(text, &claims), [("A is B. [1] ", false), ("C is D.", true), (" [2] Bye.", false)]);
        assert_eq!(runs("", &claims), []);
    }
}
