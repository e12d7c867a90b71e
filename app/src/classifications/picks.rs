//! The four decisions as menus: choosing another value corrects the assistant, and it learns.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use types::{
    ClassificationId, Language,
    classifications::{Classification, Correct, Sentiment},
    conversations::Priority,
};

use super::api;
use crate::{
    browser,
    conversations::use_open,
    directory::use_directory,
    i18n::{K, use_i18n},
    ui::{Confidence, Icon, Menu, MenuButton, icons, use_toasts},
};

const NOTHING: Correct = Correct { category: None, priority: None, sentiment: None, language: None };

#[component]
pub fn Picks(seen: Classification) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let corrected = |field: &str| seen.corrected.iter().any(|known| known == field);
    let category = seen.category.clone();
    let categories = move || {
        let choice = |(name, title): (String, String)| (title, name == category, to_category(name));
        directory.categories(i18n).into_iter().map(choice).collect()
    };
    let (priority, sentiment, language) = (seen.priority, seen.sentiment, seen.language);
    let priorities = move || {
        Priority::ALL
            .iter()
            .map(|&choice| {
                (i18n.priority(choice).to_owned(), choice == priority, Correct { priority: Some(choice), ..NOTHING })
            })
            .collect()
    };
    let sentiments = move || {
        Sentiment::ALL
            .iter()
            .map(|&choice| {
                (i18n.sentiment(choice).to_owned(), choice == sentiment, Correct { sentiment: Some(choice), ..NOTHING })
            })
            .collect()
    };
    let languages = move || {
        Language::ALL
            .iter()
            .map(|&choice| {
                (i18n.language(choice).to_owned(), choice == language, Correct { language: Some(choice), ..NOTHING })
            })
            .collect()
    };
    view! {
        <dl class="kv">
            <Pick id="category" title=K::Category value=i18n.category(&seen.category) share=seen.confidences.category corrected=corrected("category") seen=seen.clone() choices=Callback::new(move |()| categories())/>
            <Pick id="ai-priority" title=K::Priority value=i18n.priority(priority).to_owned() share=seen.confidences.priority corrected=corrected("priority") seen=seen.clone() choices=Callback::new(move |()| priorities())/>
            <Pick id="sentiment" title=K::Sentiment value=i18n.sentiment(sentiment).to_owned() share=seen.confidences.sentiment corrected=corrected("sentiment") seen=seen.clone() choices=Callback::new(move |()| sentiments())/>
            <Pick id="language" title=K::Language value=i18n.language(language).to_owned() share=seen.confidences.language corrected=corrected("language") seen=seen.clone() choices=Callback::new(move |()| languages())/>
        </dl>
    }
}

/// Text, whether it is the present value, and the correction that choosing it means.
type Choice = (String, bool, Correct);

#[component]
fn Pick(
    id: &'static str,
    title: K,
    value: String,
    share: f64,
    corrected: bool,
    seen: Classification,
    choices: Callback<(), Vec<Choice>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let classification = seen.id;
    let items = move || {
        choices.run(()).into_iter().map(|(text, chosen, to)| view! {
            <CorrectionForm id=classification to=to chosen=chosen>{text}{chosen.then(|| view! { <span class="menu-hint"><Icon icon=icons::CHECK/></span> })}</CorrectionForm>
        }).collect_view()
    };
    let shown = if open.works() {
        view! {
            <MenuButton menu=id label=format!("{}: {value}", i18n.t(title)) class="pick" named=true><span class="truncate">{value}</span><Icon icon=icons::DOWN/></MenuButton>
            <Menu id=id label=i18n.t(title)><p class="menu-title">{i18n.t(K::ItShouldBe)}</p><Transition>{items}</Transition></Menu>
        }
        .into_any()
    } else {
        value.into_any()
    };
    let sure = if corrected {
        view! { <span class="meter text-accent-ink" title=i18n.t(K::CorrectedByPerson)><Icon icon=icons::USER_CHECK class="!size-3.5"/></span> }.into_any()
    } else {
        view! { <Confidence share=share/> }.into_any()
    };
    view! { <dt>{i18n.t(title)}</dt><dd class="min-w-0">{shown}</dd><dd>{sure}</dd> }
}

/// The correction to this category.
pub fn to_category(category: String) -> Correct {
    Correct { category: Some(category), ..NOTHING }
}

/// Name and value of the field that is corrected, as a plain form posts them.
fn field(to: &Correct) -> (&'static str, String) {
    let Correct { category, priority, sentiment, language } = to;
    let given = [
        ("category", category.clone()),
        ("priority", priority.map(|value| value.to_string())),
        ("sentiment", sentiment.map(|value| value.to_string())),
        ("language", language.map(|value| value.to_string())),
    ];
    given.into_iter().find_map(|(name, value)| Some((name, value?))).unwrap_or_default()
}

/// An item of a menu that corrects the classification with this id; choosing what stands there already changes nothing.
#[component]
pub fn CorrectionForm(
    id: ClassificationId,
    to: Correct,
    #[prop(optional)] chosen: bool,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let (name, value) = field(&to);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        browser::close_menus();
        if chosen {
            return;
        }
        let to = to.clone();
        spawn_local(async move {
            match api::correct(id, to).await {
                Ok(seen) => {
                    open.reclassified(seen);
                    toasts.done(i18n.t(K::Corrected));
                }
                Err(error) => toasts.failed(error.text(i18n)),
            }
        });
    };
    view! {
        <form method="post" action=api::CorrectForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name=name value=value/>
            <button type="submit" class="menu-item">{children()}</button>
        </form>
    }
}
