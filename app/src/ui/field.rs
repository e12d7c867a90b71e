//! Form fields: a label, a control, help, and the reason it was refused.

use leptos::prelude::*;

use super::{Icon, icons};

/// `error` is why the field was refused, if it was.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] kind: String,
    #[prop(into, optional)] help: String,
    #[prop(into, optional)] autocomplete: String,
    #[prop(optional)] required: bool,
    /// Characters it takes at most.
    #[prop(optional)]
    maxlength: Option<u32>,
    #[prop(into, optional)] error: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let note = format!("{id}-note");
    let kind = if kind.is_empty() { "text".to_owned() } else { kind };
    let numeric = kind == "number";
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input id=id class="input" type=kind name=name value=value required=required maxlength=maxlength min=numeric.then_some("0")
                autocomplete=if autocomplete.is_empty() { "off".to_owned() } else { autocomplete }
                aria-invalid=move || error.get().is_some().to_string() aria-describedby=note.clone()/>
            <Note id=note help=help error=error/>
        </div>
    }
}

#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] help: String,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] required: bool,
    /// Characters it takes at most.
    #[prop(optional)]
    maxlength: Option<u32>,
    #[prop(into, optional)] error: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let note = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea id=id class="input" name=name rows=rows required=required maxlength=maxlength aria-invalid=move || error.get().is_some().to_string() aria-describedby=note.clone()>{value}</textarea>
            <Note id=note help=help error=error/>
        </div>
    }
}

/// `options` are value and text.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] help: String,
    #[prop(into, optional)] error: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let note = format!("{id}-note");
    let options = options
        .into_iter()
        .map(|(option, text)| {
            let selected = option == value;
            view! { <option value=option selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id class="input" name=name aria-describedby=note.clone()>{options}</select>
            <Note id=note help=help error=error/>
        </div>
    }
}

#[component]
fn Note(id: String, help: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div id=id class="empty:hidden">
            {move || error.get().map(|why| view! { <span class="field-error" role="alert"><Icon icon=icons::ALERT/>{why}</span> })}
            {(!help.is_empty()).then(|| view! { <span class="field-help">{help}</span> })}
        </div>
    }
}
