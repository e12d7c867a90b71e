//! Rehearsals: changes of the assistant are tried on conversations that are over before they go live.

pub mod api;
mod outcome;
mod words;

use std::time::Duration;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use types::rehearsals::{Change, Proposed, Rehearsal, RehearsalStatus};

use crate::{
    browser,
    error::UiResult,
    form::{Refusal, use_form_of},
    i18n::{K, use_i18n},
    layout::AdminsOnly,
    session::use_session,
    time::use_clock,
    ui::{Empty, Failure, Field, Icon, Loading, PageHead, Select, icons},
};

pub const PATH: &str = "/settings/rehearsal";
/// How long before a rehearsal that is under way is looked for again.
const AGAIN: Duration = Duration::from_secs(2);

#[component]
pub fn RehearsalPage() -> impl IntoView {
    let i18n = use_i18n();
    if !use_session().administers() {
        return view! { <AdminsOnly title=K::Rehearsal/> }.into_any();
    }
    let stage = Resource::new(|| (), |()| api::all());
    follow(stage);
    let changed = Callback::new(move |()| stage.refetch());
    let content = move || {
        Suspend::new(async move {
            match stage.await {
                Ok(api::Stage { current, flipped, past, account_name }) => {
                    let current = match current {
                        Some(rehearsal) => view! { <Current rehearsal=rehearsal account_name=account_name changed=changed/> }.into_any(),
                        None => view! { <div class="card"><Empty icon=icons::FLASK title=i18n.t(K::RehearsalNothing) hint=i18n.t(K::RehearsalNothingHint)/></div> }.into_any(),
                    };
                    view! {
                        {current}
                        {(!flipped.is_empty()).then(|| view! { <outcome::Flipped cases=flipped/> })}
                        {(!past.is_empty()).then(|| view! { <Past past=past/> })}
                    }
                    .into_any()
                }
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Title text=i18n.t(K::Rehearsal)/>
        <PageHead title=i18n.t(K::Rehearsal) hint=i18n.t(K::RehearsalHint)/>
        <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
    }
    .into_any()
}

/// While one is under way, the page looks for what comes of it: nothing announces it.
fn follow(stage: Resource<UiResult<api::Stage>>) {
    Effect::new(move |_| {
        let current = stage.get().and_then(Result::ok).and_then(|stage| stage.current);
        if current.is_none_or(|rehearsal| rehearsal.status != RehearsalStatus::Running) {
            return;
        }
        if let Ok(again) = set_timeout_with_handle(move || stage.refetch(), AGAIN) {
            on_cleanup(move || again.clear());
        }
    });
}

#[component]
fn Current(rehearsal: Rehearsal, account_name: String, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let id = rehearsal.id;
    let several = rehearsal.changes.len() > 1;
    let change = |(place, proposed): (usize, &Proposed)| {
        let text = words::change(i18n, proposed);
        let text = match proposed.change.article() {
            Some(article) => view! { <a class="link" href=format!("/knowledge/{article}")>{text}</a> }.into_any(),
            None => text.into_any(),
        };
        view! { <li>{text}{several.then(|| view! { <TakeOut id=id place=place changed=changed/> })}</li> }
    };
    let changes = rehearsal.changes.iter().enumerate().map(change).collect_view();
    let leaves = rehearsal.changes.iter().any(|proposed| matches!(proposed.change, Change::Model { .. }));
    let status = rehearsal.status;
    let running = (status == RehearsalStatus::Running).then(|| {
        let numbers = [("n", rehearsal.tried.to_string()), ("total", rehearsal.conversations.to_string())];
        let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
        view! {
            <div class="grid gap-1.5">
                <p role="status" class="flex items-center gap-1.5 text-sm text-ink-2"><Icon icon=icons::HOURGLASS/>{i18n.with(K::RehearsalRunning, &numbers)}</p>
                <progress class="w-full" max=rehearsal.conversations.max(1).to_string() value=rehearsal.tried.to_string() aria-label=i18n.t(K::Rehearsal)></progress>
            </div>
        }
    });
    let failed = rehearsal
        .error
        .clone()
        .map(|why| view! { <p class="field-error" role="alert"><Icon icon=icons::ALERT/>{why}</p> });
    let stale = rehearsal.stale.then(
        || view! { <p class="field-error" role="status"><Icon icon=icons::ALERT/>{i18n.t(K::RehearsalStale)}</p> },
    );
    let done = (status == RehearsalStatus::Done).then(|| view! { <outcome::Measures rehearsal=rehearsal.clone()/> });
    let live = (status == RehearsalStatus::Done && !rehearsal.stale).then(|| {
        let worse: Vec<_> = rehearsal.worse().map(|measure| i18n.t(words::measure(measure)).to_lowercase()).collect();
        view! { <GoLive id=id worse=worse account_name=account_name changed=changed/> }
    });
    let again = status != RehearsalStatus::Open && status != RehearsalStatus::Running;
    view! {
        <section class="card grid grid-cols-1 gap-4 p-5" aria-labelledby="proposed-title">
            <h2 id="proposed-title" class="text-base">{i18n.t(K::ProposedChanges)}</h2>
            <ul class="grid list-disc gap-1 pl-5">{changes}</ul>
            {failed}{stale}{done}{running}{live}
            <div class="flex flex-wrap items-end gap-3 border-t border-soft pt-4">
                {(status != RehearsalStatus::Running).then(|| view! { <TryOut id=id again=again changed=changed/> })}
                <Discard id=id changed=changed/>
            </div>
            {leaves.then(|| view! { <p class="field-help">{i18n.t(K::RehearsalLeaves)}</p> })}
        </section>
    }
}

#[component]
fn TryOut(id: types::RehearsalId, again: bool, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form_of::<api::RunForm>();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let conversations = browser::field(&event, "conversations").parse().unwrap_or(50);
        form.run(api::run_form(id, conversations), move |()| _ = changed.try_run(()));
    };
    let counts =
        [10, 25, 50, 100].map(|n| (n.to_string(), i18n.count(K::ConversationsMany, K::ConversationsOne, n))).to_vec();
    view! {
        <form class="flex flex-wrap items-end gap-3" method="post" action=api::RunForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <Select name="conversations" label=i18n.t(K::TryOnNewest) options=counts value="50"/>
            <button type="submit" class=if again { "btn" } else { "btn btn-primary" } disabled=move || form.busy()><Icon icon=icons::FLASK/>{i18n.t(if again { K::TryItAgain } else { K::TryIt })}</button>
            <Refusal form=form/>
        </form>
    }
}

#[component]
fn GoLive(id: types::RehearsalId, worse: Vec<String>, account_name: String, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form_of::<api::GoLiveForm>();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let call = api::go_live_form(id, browser::field(&event, "confirm"));
        form.save(K::WentLive, call, move |()| _ = changed.try_run(()));
    };
    let confirm = if worse.is_empty() {
        view! { <input type="hidden" name="confirm" value=""/> }.into_any()
    } else {
        let label = i18n.with(K::GoLiveWorse, &[("what", &worse.join(", ")), ("name", &account_name)]);
        view! { <Field name="confirm" label=label required=true error=form.why("confirm")/> }.into_any()
    };
    view! {
        <form class="grid grid-cols-1 gap-3" method="post" action=api::GoLiveForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            {confirm}
            <Refusal form=form/>
            <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()><Icon icon=icons::CHECK/>{i18n.t(K::GoLive)}</button></div>
        </form>
    }
}

#[component]
fn TakeOut(id: types::RehearsalId, place: usize, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form_of::<api::TakeOutForm>();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.run(api::take_out_form(id, place as u32), move |()| _ = changed.try_run(()));
    };
    view! {
        <form class="ml-2 inline-flex align-middle" method="post" action=api::TakeOutForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="place" value=place.to_string()/>
            <button type="submit" class="icon-btn" aria-label=i18n.t(K::TakeOut) title=i18n.t(K::TakeOut) disabled=move || form.busy()><Icon icon=icons::CLOSE/></button>
            <Refusal form=form/>
        </form>
    }
}

#[component]
fn Discard(id: types::RehearsalId, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form_of::<api::DiscardForm>();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.save(K::ChangesDiscarded, api::discard_form(id), move |()| _ = changed.try_run(()));
    };
    view! {
        <form class="ml-auto" method="post" action=api::DiscardForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <button type="submit" class="btn btn-quiet btn-danger" disabled=move || form.busy()><Icon icon=icons::TRASH/>{i18n.t(K::Discard)}</button>
            <Refusal form=form/>
        </form>
    }
}

/// What was decided before, newest first.
#[component]
fn Past(past: Vec<Rehearsal>) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let item = move |rehearsal: Rehearsal| {
        let at = rehearsal.live_at.unwrap_or(rehearsal.created_at);
        let changes: Vec<String> = rehearsal.changes.iter().map(|proposed| words::change(i18n, proposed)).collect();
        let live = rehearsal.status == RehearsalStatus::Live;
        view! {
            <li class="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-soft px-4 py-3 first:border-t-0">
                <span class="min-w-0 flex-1 break-words">{changes.join("; ")}</span>
                <span class=if live { "tag tag-green" } else { "tag" }>{i18n.t(words::status(rehearsal.status))}</span>
                <time class="text-xs text-ink-3" datetime=at.to_rfc3339()>{move || clock.moment(i18n, at)}</time>
            </li>
        }
    };
    view! {
        <section class="mt-8" aria-labelledby="past-title">
            <h2 id="past-title" class="mb-3 text-base">{i18n.t(K::RehearsalsPast)}</h2>
            <ul class="card overflow-hidden">{past.into_iter().map(item).collect_view()}</ul>
        </section>
    }
}
