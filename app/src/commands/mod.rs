//! Commands: everything a person can do from where they are, on a key and in the palette.

mod palette;
mod shortcuts;

use icondata_core::Icon as Data;
use leptos::{ev, prelude::*};

pub use palette::Palette;
pub use shortcuts::Shortcuts;

use crate::browser;

#[derive(Clone)]
pub struct Command {
    pub label: String,
    /// A single key (`e`, `/`, `Enter`), or empty.
    pub keys: &'static str,
    pub icon: Data,
    pub run: Callback<()>,
}

impl Command {
    pub fn new(
        label: impl Into<String>,
        keys: &'static str,
        icon: Data,
        run: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self { label: label.into(), keys, icon, run: Callback::new(move |()| run()) }
    }
}

/// What can be done now, and whether the palette or the list of keys is open.
#[derive(Clone, Copy)]
pub struct Commands {
    offered: RwSignal<Vec<(u64, Command)>>,
    next: StoredValue<u64>,
    pub palette: RwSignal<bool>,
    pub shortcuts: RwSignal<bool>,
}

impl Default for Commands {
    fn default() -> Self {
        Self {
            offered: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            palette: RwSignal::new(false),
            shortcuts: RwSignal::new(false),
        }
    }
}

pub fn use_commands() -> Commands {
    use_context().unwrap_or_default()
}

impl Commands {
    /// Offers these until the caller's component is gone.
    pub fn offer(self, commands: Vec<Command>) {
        let batch = self.next.get_value();
        self.next.set_value(batch + 1);
        Effect::new(move |_| {
            self.offered.update(|offered| {
                offered.retain(|(known, _)| *known != batch);
                offered.extend(commands.iter().cloned().map(|command| (batch, command)));
            });
        });
        on_cleanup(move || {
            self.offered.try_update(|offered| offered.retain(|(known, _)| *known != batch));
        });
    }

    /// Everything on offer, the nearest page's commands first.
    pub fn all(self) -> Vec<Command> {
        let mut all = self.offered.get();
        all.sort_by_key(|(batch, _)| std::cmp::Reverse(*batch));
        all.into_iter().map(|(_, command)| command).collect()
    }

    /// Listens to the keyboard for the whole page.
    pub fn listen(self) {
        Effect::new(move |_| {
            let handle = window_event_listener(ev::keydown, move |event| self.on_key(&event));
            on_cleanup(move || handle.remove());
        });
    }

    fn on_key(self, event: &web_sys::KeyboardEvent) {
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            self.palette.update(|open| *open = !*open);
            return;
        }
        if event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || (event.repeat() && key != "j" && key != "k")
            || browser::is_typing(event)
            || browser::is_overlaid()
        {
            return;
        }
        if key == "?" {
            event.prevent_default();
            self.shortcuts.set(true);
            return;
        }
        // Enter belongs to the link or button in focus.
        if key == "Enter" && browser::is_on_control(event) {
            return;
        }
        let found = untrack(|| self.all().into_iter().find(|command| command.keys == key));
        if let Some(command) = found {
            event.prevent_default();
            command.run.run(());
        }
    }
}
