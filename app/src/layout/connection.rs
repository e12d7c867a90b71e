//! Says when the live connection is gone for more than a moment, and when it is back.

use std::time::Duration;

use leptos::prelude::*;

use crate::{
    i18n::{K, use_i18n},
    live::{Connection, use_live},
    ui::{icons, use_toasts},
};

/// A shorter break is nobody's business.
const GRACE: Duration = Duration::from_secs(2);

pub fn announce() {
    let i18n = use_i18n();
    let live = use_live();
    let toasts = use_toasts();
    let told = StoredValue::new(None::<u64>);
    Effect::new(move |_| match live.connection() {
        Connection::Idle => {}
        Connection::Up => {
            if let Some(toast) = told.get_value() {
                told.set_value(None);
                toasts.drop(toast);
                toasts.done(i18n.t(K::ConnectionBack));
            }
        }
        Connection::Down => set_timeout(
            move || {
                let still_down = untrack(|| live.connection()) == Connection::Down;
                if still_down && told.get_value().is_none() {
                    told.set_value(Some(toasts.hold(icons::OFFLINE, i18n.t(K::ConnectionLost))));
                }
            },
            GRACE,
        ),
    });
}
