//! The examples of a category: added one a line, taken away one by one.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use types::{
    CategoryId, Page,
    categories::{AddExamples, Category, CategoryExample},
};

use super::{api, page::Builtin};
use crate::{
    browser,
    form::{FormHandle, Refusal, use_form_of},
    i18n::{I18n, K, use_i18n},
    time::use_clock,
    ui::{Empty, Icon, TextArea, Toasts, icons, use_toasts},
};

/// One text a line; empty lines are none.
#[cfg(any(feature = "ssr", test))]
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[component]
pub fn ExamplesSection(category: Category, examples: Page<CategoryExample>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let adding = use_form_of::<api::AddExamplesForm>();
    let removing = use_form_of::<api::DeleteExampleForm>();
    let id = category.id;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let call = api::add_examples_form(id, browser::field(&event, "texts"));
        adding.save(K::ExamplesAdded, call, move |_| {
            browser::empty("#field-texts");
            changed.try_run(());
        });
    };
    let none = examples.data.is_empty();
    let list = examples
        .data
        .into_iter()
        .map(|example| view! { <Example category=category.clone() example=example form=removing changed=changed/> })
        .collect_view();
    let older = examples.next_cursor.map(|cursor| {
        view! { <p class="mt-3"><a class="btn" href=format!("?cursor={cursor}")>{i18n.t(K::OlderExamples)}</a></p> }
    });
    view! {
        <section class="mt-8" aria-labelledby="examples-title">
            <h2 id="examples-title" class="flex items-baseline gap-2 text-base">{i18n.t(K::Examples)}<span class="num font-normal text-ink-3">{category.example_count}</span><Builtin count=category.builtin_count/></h2>
            <p class="mt-1 max-w-[620px] text-sm text-ink-2">{i18n.t(K::TeachingHint)}</p>
            <form class="mt-3 grid max-w-[620px] gap-3" method="post" action=api::AddExamplesForm::PATH on:submit=submit>
                <input type="hidden" name="id" value=id.to_string()/>
                <TextArea name="texts" label=i18n.t(K::AddExamples) rows=4 required=true help=i18n.t(K::ExamplesHint) error=adding.why("texts")/>
                <Refusal form=adding/>
                <div><button type="submit" class="btn" disabled=move || adding.busy()><Icon icon=icons::PLUS/>{i18n.t(K::Add)}</button></div>
            </form>
            <Refusal form=removing/>
            {if none {
                view! { <Empty icon=icons::LEARN title=i18n.t(K::NoOwnExamples) hint=i18n.t(K::NoExamplesHint)/> }.into_any()
            } else {
                view! { <ul class="card mt-4 overflow-hidden">{list}</ul> }.into_any()
            }}
            {older}
        </section>
    }
}

#[component]
fn Example(category: Category, example: CategoryExample, form: FormHandle, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let toasts = use_toasts();
    let (id, at) = (category.id, example.created_at);
    let text = example.text.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = text.clone();
        form.run(api::delete_example_form(id, example.id), move |()| {
            // Not this row's: it outlives it.
            let back = Callback::new(move |()| restore(id, text.clone(), changed, toasts, i18n));
            toasts.undoable(i18n.t(K::ExampleDeleted), back);
            changed.try_run(());
        });
    };
    let label = format!("{}: {}", i18n.t(K::Delete), example.text.chars().take(60).collect::<String>());
    view! {
        <li class="flex items-start gap-3 border-t border-soft py-1.5 pr-2 pl-4 first:border-t-0">
            <p class="min-w-0 flex-1 py-1.5 break-words whitespace-pre-line">{example.text}</p>
            <time class="py-2 text-xs whitespace-nowrap text-ink-3 max-sm:hidden" datetime=at.to_rfc3339()>{move || clock.day(i18n, at)}</time>
            <form method="post" action=api::DeleteExampleForm::PATH on:submit=submit>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="example" value=example.id.to_string()/>
                <button type="submit" class="icon-btn" aria-label=label title=i18n.t(K::Delete)><Icon icon=icons::TRASH/></button>
            </form>
        </li>
    }
}

/// Adds an example that was deleted again.
fn restore(id: CategoryId, text: String, changed: Callback<()>, toasts: Toasts, i18n: I18n) {
    spawn_local(async move {
        match api::add_examples(id, AddExamples { texts: vec![text] }).await {
            Ok(_) => _ = changed.try_run(()),
            Err(error) => toasts.failed(error.text(i18n)),
        }
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_line_that_says_something_is_an_example() {
        assert_eq!(super::lines("Where is it?\r\n\r\n  Lost parcel \n"), ["Where is it?", "Lost parcel"]);
        assert!(super::lines(" \n").is_empty());
    }
}
