//! An icon: one stroke family, the size of the text, in the colour of the text, silent to screen readers.

use icondata_core::Icon as Data;
use leptos::prelude::*;

#[component]
pub fn Icon(icon: Data, #[prop(optional, into)] class: String) -> impl IntoView {
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    view! {
        <svg class=class viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" inner_html=icon.data></svg>
    }
}
