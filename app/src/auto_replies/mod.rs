//! Automatic answers of an inbox: whether, when, about what, and how often.

mod api;
mod words;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use types::{
    CategoryId, InboxId,
    auto_replies::{AutoReplyHours, Opening},
};

use crate::{
    ai_settings::numbers,
    browser,
    form::{Refusal, use_form_of},
    i18n::{K, use_i18n},
    layout::AdminsOnly,
    session::use_session,
    ui::{Failure, Field, Icon, Loading, Select, icons},
};

pub use words::{held, not_sent};

/// The rows that say something, as spans.
#[cfg(feature = "ssr")]
fn spans(days: Vec<i16>, opens: Vec<String>, closes: Vec<String>) -> Vec<Opening> {
    let rows = days.into_iter().zip(opens).zip(closes);
    rows.filter(|((_, opens), closes)| !opens.trim().is_empty() || !closes.trim().is_empty())
        .map(|((day, opens), closes)| Opening { day, opens: opens.trim().to_owned(), closes: closes.trim().to_owned() })
        .collect()
}

/// A row for each span, and an empty one for each day without.
fn rows(opening: &[Opening]) -> Vec<Opening> {
    let blank = |day| Opening { day, opens: String::new(), closes: String::new() };
    (1..=7)
        .flat_map(|day| {
            let spans: Vec<Opening> = opening.iter().filter(|span| span.day == day).cloned().collect();
            if spans.is_empty() { vec![blank(day)] } else { spans }
        })
        .collect()
}

#[component]
pub fn AutoReplyPage() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get_str("id").and_then(|id| id.parse().ok()).unwrap_or(InboxId(0)));
    let known = Resource::new(move || id.get(), api::get);
    let content = move || {
        Suspend::new(async move {
            match known.await {
                Ok(known) => view! { <Form id=id.get_untracked() known=known/> }.into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    if !use_session().administers() {
        return view! { <AdminsOnly title=K::AutoReply/> }.into_any();
    }
    view! {
        <Title text=i18n.t(K::AutoReply)/>
        <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
    }
    .into_any()
}

#[component]
fn Form(id: InboxId, known: api::Known) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form_of::<api::SetForm>();
    let api::Known { inbox_name, choice, categories } = known;
    let rows = rows(&choice.opening);
    let (row_days, offered): (Vec<i16>, Vec<CategoryId>) =
        (rows.iter().map(|row| row.day).collect(), categories.iter().map(|category| category.id).collect());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = |name: &str| browser::field(&event, name);
        let each = |name: &str| (0..row_days.len()).map(|row| text(&format!("{name}[{row}]"))).collect::<Vec<_>>();
        let chosen =
            offered.iter().enumerate().filter(|(place, _)| !text(&format!("category_ids[{place}]")).is_empty());
        let chosen = chosen.map(|(_, id)| *id).collect();
        let Ok(percent) = text("percent").trim().parse() else {
            return form.refuse(numbers::refused(i18n, "threshold"));
        };
        let Ok(turns) = text("max_turns").trim().parse() else {
            return form.refuse(numbers::refused(i18n, "max_turns"));
        };
        // A choice of ours.
        let hours = text("hours").parse().unwrap_or(AutoReplyHours::Always);
        let every = text("every_category") == "true";
        let call = api::set_form(
            id,
            !text("enabled").is_empty(),
            percent,
            turns,
            hours,
            row_days.clone(),
            each("opens"),
            each("closes"),
            text("time_zone"),
            every,
            chosen,
        );
        form.save(K::Saved, call, |_| ());
    };
    let hours = [
        (AutoReplyHours::Always, K::HoursAlways),
        (AutoReplyHours::Closed, K::HoursClosed),
        (AutoReplyHours::Open, K::HoursOpen),
    ];
    let hours = hours.map(|(hours, text)| (hours.to_string(), i18n.t(text).to_owned())).to_vec();
    let every = [(true, K::EveryCategory), (false, K::ChosenCategories)];
    let every = every.map(|(every, text)| (every.to_string(), i18n.t(text).to_owned())).to_vec();
    let why_hours = form.why("opening");
    let why_categories = form.why("category_ids");
    let spans = rows.into_iter().enumerate().map(|(row, span)| {
        let day = words::day(i18n, span.day);
        view! {
            <div class="grid grid-cols-2 items-center gap-2 sm:grid-cols-[6.5rem_minmax(0,1fr)_minmax(0,1fr)]">
                <span class="col-span-2 text-sm sm:col-span-1">{day}</span>
                <input type="hidden" name=format!("days[{row}]") value=span.day.to_string()/>
                <input class="input" type="time" name=format!("opens[{row}]") value=span.opens aria-label=i18n.with(K::OpensOn, &[("day", day)])/>
                <input class="input" type="time" name=format!("closes[{row}]") value=span.closes aria-label=i18n.with(K::ClosesOn, &[("day", day)])/>
            </div>
        }
    });
    let boxes = categories.into_iter().enumerate().map(|(place, category)| {
        let checked = choice.category_ids.contains(&category.id);
        view! {
            <label class="flex cursor-pointer items-center gap-2 text-sm"><input type="checkbox" name=format!("category_ids[{place}]") value=category.id.to_string() checked=checked/><span>{i18n.category(&category.name)}</span></label>
        }
    });
    let refused = |why: Signal<Option<String>>| {
        view! { {move || why.get().map(|why| view! { <p class="field-error" role="alert"><Icon icon=icons::ALERT/>{why}</p> })} }
    };
    view! {
        <header class="mb-5">
            <a class="link inline-flex items-center gap-1.5 text-sm" href="/settings/inboxes"><Icon icon=icons::BACK/>{i18n.t(K::Inboxes)}</a>
            <h1 class="mt-2 truncate text-xl">{i18n.t(K::AutoReply)}": "{inbox_name}</h1>
            <p class="mt-1 max-w-[620px] text-sm text-ink-3">{i18n.t(K::AutoReplyHint)}</p>
        </header>
        <form class="card grid max-w-[620px] grid-cols-1 gap-4 p-5" method="post" action=api::SetForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <label class="flex cursor-pointer items-start gap-3"><input type="checkbox" class="switch mt-0.5" name="enabled" value="true" checked=choice.enabled/><span><span class="font-medium">{i18n.t(K::AutoReplyOn)}</span><span class="block text-xs text-ink-3">{i18n.t(K::AutoReplyOnHint)}</span></span></label>
            <div class="grid grid-cols-1 items-start gap-4 sm:grid-cols-2">
                <Field name="percent" label=i18n.t(K::AutoReplyThreshold) kind="number" value=format!("{:.0}", choice.threshold * 100.0) required=true help=i18n.t(K::AutoReplyThresholdHint) error=form.why("threshold")/>
                <Field name="max_turns" label=i18n.t(K::AutoReplyTurns) kind="number" value=choice.max_turns.to_string() required=true help=i18n.t(K::AutoReplyTurnsHint) error=form.why("max_turns")/>
            </div>
            <Select name="every_category" label=i18n.t(K::AutoReplyCategories) options=every value=choice.every_category.to_string()/>
            <fieldset class="grid gap-1.5 pl-1"><legend class="mb-1.5 text-xs text-ink-3">{i18n.t(K::ChosenCategories)}</legend>{boxes.collect_view()}{refused(why_categories)}</fieldset>
            <Select name="hours" label=i18n.t(K::AutoReplyWhen) options=hours value=choice.hours.to_string()/>
            <fieldset class="grid min-w-0 grid-cols-1 gap-1.5"><legend class="mb-1.5 text-sm font-medium">{i18n.t(K::OpeningHours)}</legend>{spans.collect_view()}{refused(why_hours)}</fieldset>
            <Field name="time_zone" label=i18n.t(K::TimeZone) value=choice.time_zone help="Europe/Helsinki" error=form.why("time_zone")/>
            <Refusal form=form/>
            <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button></div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_has_a_row_and_every_day_one() {
        let span = |day, opens: &str| Opening { day, opens: opens.to_owned(), closes: "18:00".to_owned() };
        let shown = rows(&[span(1, "08:00"), span(1, "13:00"), span(3, "09:00")]);
        assert_eq!(shown.iter().map(|row| row.day).collect::<Vec<_>>(), [1, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(shown[2].opens, "");
    }
}
