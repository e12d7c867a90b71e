//! What came of teaching: the classifiers the account has trained, which one judges, and the way back to an earlier one.

use std::time::Duration;

use leptos::{prelude::*, server_fn::ServerFn};
use types::{
    Timestamp,
    categories::{ClassifierModel, Learning, ModelStatus},
};

use super::api;
use crate::{
    browser,
    error::UiResult,
    form::{FormHandle, Refusal, use_form_of},
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Failure, Icon, Loading, icons},
};

/// How long before a training that is due is looked for again, in seconds.
const SOONEST: i64 = 4;
const LATEST: i64 = 60;

#[component]
pub fn LearningSection() -> impl IntoView {
    let i18n = use_i18n();
    let learning = Resource::new(|| (), |()| api::learning());
    let form = use_form_of::<api::ActivateForm>();
    follow(learning);
    let changed = Callback::new(move |()| learning.refetch());
    let content = move || {
        Suspend::new(async move {
            match learning.await {
                Ok(known) => view! {
                    <State learning=known.clone()/>
                    <Refusal form=form/>
                    <ul class="card mt-3 overflow-hidden empty:hidden">{known.models.into_iter().map(|model| view! { <Model model=model form=form changed=changed/> }).collect_view()}</ul>
                }
                .into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <section class="mt-8" aria-labelledby="learning-title">
            <h2 id="learning-title" class="text-base">{i18n.t(K::Learned)}</h2>
            <p class="mt-1 max-w-[620px] text-sm text-ink-2">{i18n.t(K::TeachingHint)}</p>
            <Transition fallback=|| view! { <Loading rows=3/> }>{content}</Transition>
        </section>
    }
}

/// While a training is due, the page looks for what comes of it: nothing announces it.
fn follow(learning: Resource<UiResult<Learning>>) {
    Effect::new(move |_| {
        let due = learning.get().and_then(Result::ok).and_then(|learning| learning.training_at);
        let Some(due) = due else { return };
        let seconds = (due - browser::now()).num_seconds().clamp(SOONEST, LATEST);
        let again = set_timeout_with_handle(move || learning.refetch(), Duration::from_secs(seconds.unsigned_abs()));
        if let Ok(again) = again {
            on_cleanup(move || again.clear());
        }
    });
}

/// Who judges now, and whether something is on its way.
#[component]
fn State(learning: Learning) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let live = learning.models.iter().find(|model| model.status == ModelStatus::Live);
    let (icon, judges) = match (&learning.remote_model, live) {
        (Some(model), _) => (icons::GLOBE, i18n.with(K::RemoteJudges, &[("model", model)])),
        (None, Some(live)) => (icons::CHECK, i18n.with(K::VersionJudges, &[("n", &live.version.to_string())])),
        (None, None) => (icons::LOCK, i18n.t(K::BuiltinJudges).to_owned()),
    };
    let waiting = learning.training_at.map(|at: Timestamp| {
        let text = move || {
            if at > clock.now() {
                i18n.with(K::TrainingWaits, &[("when", &clock.moment(i18n, at))])
            } else {
                i18n.t(K::TrainingNow).to_owned()
            }
        };
        view! { <p class="flex items-center gap-1.5 text-ink-2"><Icon icon=icons::HOURGLASS/>{text}</p> }
    });
    view! {
        <div class="mt-3 grid gap-1 text-sm" role="status">
            <p class="flex items-center gap-1.5 font-medium"><Icon icon=icon/>{judges}</p>
            {waiting}
        </div>
    }
}

#[component]
fn Model(model: ClassifierModel, form: FormHandle, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let (id, at) = (model.id, model.created_at);
    let (tone, icon, status) = match model.status {
        ModelStatus::Live => ("tag tag-green", icons::CHECK, K::ModelLive),
        ModelStatus::Previous => ("tag", icons::HISTORY, K::ModelPrevious),
        ModelStatus::Refused => ("tag tag-red", icons::CLOSE, K::ModelRefused),
    };
    let title = i18n.with(K::VersionN, &[("n", &model.version.to_string())]);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.save(K::ModelActivated, api::activate_form(id), move |()| _ = changed.try_run(()));
    };
    let figure = |title: K, hint: K, value: String| {
        view! { <div title=i18n.t(hint)><dt class="text-xs text-ink-3">{i18n.t(title)}</dt><dd class="num font-medium">{value}</dd></div> }
    };
    let activate = (model.status == ModelStatus::Previous).then(|| {
        let label = format!("{}: {title}", i18n.t(K::UseThisModel));
        view! {
            <form class="ml-auto" method="post" action=api::ActivateForm::PATH on:submit=submit>
                <input type="hidden" name="id" value=id.to_string()/>
                <button type="submit" class="btn !h-7" aria-label=label disabled=move || form.busy()>{i18n.t(K::UseThisModel)}</button>
            </form>
        }
    });
    view! {
        <li class="border-t border-soft px-4 py-3 first:border-t-0">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h3 class="font-medium">{title}</h3>
                <span class=tone><Icon icon=icon/>{i18n.t(status)}</span>
                <time class="text-xs text-ink-3" datetime=at.to_rfc3339()>{move || clock.moment(i18n, at)}</time>
                {activate}
            </div>
            <dl class="mt-2 flex flex-wrap gap-x-8 gap-y-2 text-sm">
                {figure(K::ModelAccuracy, K::ModelAccuracyHint, tenths(model.accuracy))}
                {figure(K::ModelEce, K::ModelEceHint, tenths(model.ece))}
                {figure(K::Examples, K::ModelExamplesHint, model.examples.to_string())}
                {figure(K::Corrections, K::ModelCorrectionsHint, model.corrections.to_string())}
                {figure(K::ModelUnlabelled, K::ModelUnlabelledHint, model.unlabelled.to_string())}
            </dl>
            <p class="mt-2 text-sm text-ink-2">{model.reason}</p>
        </li>
    }
}

/// 0.9312 as "93.1 %": two versions differ by less than a whole per cent.
fn tenths(share: f64) -> String {
    format!("{:.1}\u{a0}%", share * 100.0)
}
