//! The list of keys, for whoever pressed `?`.

use leptos::prelude::*;

use super::use_commands;
use crate::{
    i18n::{K, use_i18n},
    ui::{Dialog, Kbd},
};

#[component]
pub fn Shortcuts() -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    let rows = move || {
        let fixed = [
            (i18n.t(K::Commands).to_owned(), "Ctrl K"),
            (i18n.t(K::SendMessage).to_owned(), "Ctrl ↵"),
            (i18n.t(K::Shortcuts).to_owned(), "?"),
        ];
        let offered = commands
            .all()
            .into_iter()
            .filter(|command| !command.keys.is_empty())
            .map(|command| (command.label, command.keys));
        offered
            .chain(fixed)
            .map(|(label, keys)| view! { <li class="flex items-center justify-between gap-4 border-b border-soft py-1.5 text-sm"><span>{label}</span><Kbd keys=pretty(keys)/></li> })
            .collect_view()
    };
    view! {
        <Dialog open=commands.shortcuts title=i18n.t(K::Shortcuts)>
            <ul class="grid gap-x-8 px-4 py-3 sm:grid-cols-2">{rows}</ul>
        </Dialog>
    }
}

fn pretty(keys: &str) -> String {
    if keys == "Enter" { "↵".to_owned() } else { keys.to_uppercase() }
}
