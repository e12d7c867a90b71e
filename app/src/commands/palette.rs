//! The command palette: type a few letters, choose, Enter.

use leptos::{html, prelude::*};
use leptos_router::hooks::use_navigate;

use super::{Command, use_commands};
use crate::{
    i18n::{K, use_i18n},
    ui::{Dialog, Icon, Kbd, icons},
};

/// Every word of the query begins a word of the label.
fn matches(label: &str, query: &str) -> bool {
    let label = label.to_lowercase();
    query.to_lowercase().split_whitespace().all(|word| label.split_whitespace().any(|part| part.starts_with(word)))
}

#[component]
pub fn Palette() -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    view! {
        <Dialog open=commands.palette title=i18n.t(K::Commands) class="palette">
            <Choice/>
        </Dialog>
    }
}

#[component]
fn Choice() -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    let navigate = use_navigate();
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            _ = input.focus();
        }
    });
    let found = Memo::new_with_compare(
        move |_| {
            let query = query.get();
            let mut found: Vec<Command> =
                commands.all().into_iter().filter(|command| matches(&command.label, &query)).collect();
            if !query.trim().is_empty() {
                let navigate = navigate.clone();
                let text = query.trim().to_owned();
                found.push(Command::new(i18n.with(K::SearchFor, &[("q", &text)]), "", icons::SEARCH, move || {
                    navigate(
                        &format!("/inbox/everything?q={}", crate::url::encode(&text)),
                        leptos_router::NavigateOptions::default(),
                    );
                }));
            }
            found
        },
        |_, _| true,
    );
    let run = move |command: Command| {
        commands.palette.set(false);
        command.run.run(());
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let count = found.with(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(command) = found.with(|found| found.get(at.get()).cloned()) {
                    run(command);
                }
            }
            _ => return,
        }
        event.prevent_default();
        crate::browser::reveal("#palette-list [aria-selected=true]");
    };
    view! {
        <div class="flex items-center gap-2 border-b border-soft px-4">
            <Icon icon=icons::SEARCH class="text-ink-3"/>
            <input node_ref=input class="h-12 w-full bg-transparent text-[15px] focus-visible:outline-none" type="text" role="combobox" aria-expanded="true" aria-controls="palette-list"
                placeholder=i18n.t(K::PaletteHint) aria-label=i18n.t(K::PaletteHint) prop:value=move || query.get()
                on:input=move |event| { query.set(event_target_value(&event)); at.set(0); } on:keydown=on_key/>
        </div>
        <div id="palette-list" role="listbox" aria-label=i18n.t(K::Commands) class="max-h-[46vh] overflow-auto p-1.5">
            {move || found.get().into_iter().enumerate().map(|(nth, command)| {
                let chosen = command.clone();
                view! {
                    <div role="option" class="menu-item cursor-pointer" aria-selected=move || (at.get() == nth).to_string() on:mousemove=move |_| at.set(nth) on:click=move |_| run(chosen.clone())>
                        <Icon icon=command.icon class="text-ink-3"/>
                        <span class="truncate">{command.label.clone()}</span>
                        {(!command.keys.is_empty()).then(|| view! { <Kbd keys=command.keys.to_uppercase()/> })}
                    </div>
                }
            }).collect_view()}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_query_matches_the_beginnings_of_words() {
        assert!(matches("Assign to me", "as me"));
        assert!(!matches("Assign to me", "sign"));
        assert!(matches("Assign to me", ""));
    }
}
