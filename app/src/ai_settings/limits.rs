//! The section of limits: what a day and a minute may take, and what tokens cost.

use leptos::prelude::*;
use types::ai_settings::{AiSettings, UpdateAiSettings};

use super::{api, numbers};
use crate::{
    browser,
    error::UiError,
    form::{Refusal, use_form},
    i18n::{I18n, K, use_i18n},
    ui::Field,
};

/// The form's fields as a change; the error names the field that is no number.
fn change(i18n: I18n, field: impl Fn(&str) -> String) -> Result<UpdateAiSettings, UiError> {
    let bad = |name: &str| numbers::refused(i18n, name);
    let whole = |name: &str| numbers::optional(&field(name)).ok_or_else(|| bad(name));
    let count = |name: &str| field(name).trim().parse::<i32>().map_err(|_| bad(name));
    let money = |name: &str| match field(name).trim() {
        "" => Ok(None),
        text => numbers::micros(text).map(Some).ok_or_else(|| bad(name)),
    };
    Ok(UpdateAiSettings {
        daily_token_budget: Some(whole("daily_token_budget")?),
        daily_spend_micros: Some(money("daily_spend_micros")?),
        input_price_micros: Some(money("input_price_micros")?.unwrap_or(0)),
        output_price_micros: Some(money("output_price_micros")?.unwrap_or(0)),
        classifications_per_minute: Some(count("classifications_per_minute")?),
        drafts_per_minute: Some(count("drafts_per_minute")?),
        timeout_seconds: Some(count("timeout_seconds")?),
        ..UpdateAiSettings::default()
    })
}

#[component]
pub fn LimitsSection(settings: AiSettings, saved: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form();
    let why = move |name: &'static str| form.why(name);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match change(i18n, |name| browser::field(&event, name)) {
            Ok(change) => form.submit(K::Saved, api::update(change), move |_| saved.run(())),
            Err(error) => form.refuse(error),
        }
    };
    let optional = |value: Option<String>| value.unwrap_or_default();
    view! {
        <form class="card grid max-w-[620px] gap-4 p-5" on:submit=submit aria-labelledby="limits-title">
            <div><h2 id="limits-title" class="text-base">{i18n.t(K::Limits)}</h2><p class="mt-1 text-sm text-ink-2">{i18n.t(K::LimitsHint)}</p></div>
            <div class="grid gap-4 sm:grid-cols-2">
                <Field name="daily_token_budget" label=i18n.t(K::TokenBudget) value=optional(settings.daily_token_budget.map(|n| n.to_string())) help=i18n.t(K::EmptyNoLimit) error=why("daily_token_budget")/>
                <Field name="daily_spend_micros" label=i18n.t(K::SpendBudget) value=optional(settings.daily_spend_micros.map(numbers::amount)) help=i18n.t(K::EmptyNoLimit) error=why("daily_spend_micros")/>
                <Field name="input_price_micros" label=i18n.t(K::InputPrice) value=numbers::amount(settings.input_price_micros) help=i18n.t(K::PriceHint) error=why("input_price_micros")/>
                <Field name="output_price_micros" label=i18n.t(K::OutputPrice) value=numbers::amount(settings.output_price_micros) help=i18n.t(K::PriceHint) error=why("output_price_micros")/>
                <Field name="classifications_per_minute" label=i18n.t(K::ClassificationRate) kind="number" value=settings.classifications_per_minute.to_string() required=true error=why("classifications_per_minute")/>
                <Field name="drafts_per_minute" label=i18n.t(K::DraftRate) kind="number" value=settings.drafts_per_minute.to_string() required=true error=why("drafts_per_minute")/>
                <Field name="timeout_seconds" label=i18n.t(K::ModelTimeout) kind="number" value=settings.timeout_seconds.to_string() help=i18n.t(K::ModelTimeoutHint) required=true error=why("timeout_seconds")/>
            </div>
            <Refusal form=form/>
            <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button></div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use types::Language;

    use super::*;

    #[test]
    fn a_field_that_is_no_number_is_named() {
        let filled = |wrong: &'static str| {
            move |name: &str| match name {
                name if name == wrong => "many".to_owned(),
                "daily_token_budget" => "100 000".to_owned(),
                "daily_spend_micros" => String::new(),
                "input_price_micros" => "0,15".to_owned(),
                "output_price_micros" => "0.6".to_owned(),
                _ => "30".to_owned(),
            }
        };
        let i18n = I18n(Language::English);
        let change = super::change(i18n, filled("")).unwrap();
        assert_eq!((change.daily_token_budget, change.daily_spend_micros), (Some(Some(100_000)), Some(None)));
        assert_eq!((change.input_price_micros, change.output_price_micros), (Some(150_000), Some(600_000)));
        assert_eq!((change.timeout_seconds, change.provider), (Some(30), None));
        for name in ["daily_token_budget", "daily_spend_micros", "output_price_micros", "drafts_per_minute"] {
            assert!(super::change(i18n, filled(name)).unwrap_err().field(name).is_some(), "{name}");
        }
    }
}
