//! Snoozing: until the next reply, or until a moment people say in words.

use chrono::{Datelike as _, Duration, TimeZone as _, Timelike as _};
use leptos::prelude::*;
use types::{Timestamp, conversations::Status};

use super::state::use_open;
use crate::{
    browser,
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Icon, Kbd, Menu, MenuButton, icons},
};

/// 9:00 on the reader's wall, so many days from now.
fn morning(now: Timestamp, days: i64) -> Timestamp {
    let offset = Duration::minutes(browser::offset_minutes(now).into());
    let local = now + offset + Duration::days(days);
    let at = chrono::Utc.with_ymd_and_hms(local.year(), local.month(), local.day(), 9, 0, 0).single().unwrap_or(local);
    at - offset
}

/// Days until next Monday, 1 to 7.
fn to_monday(now: Timestamp) -> i64 {
    let local = now + Duration::minutes(browser::offset_minutes(now).into());
    7 - i64::from(local.weekday().num_days_from_monday())
}

#[component]
pub fn SnoozeMenu() -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let open = use_open();
    let item = move |title: K, until: Option<Timestamp>| {
        view! {
            <button type="button" class="menu-item" on:click=move |_| open.set_status(Status::Snoozed, until)>
                {i18n.t(title)}
                {until.map(|until| view! { <span class="menu-hint num pl-4">{clock.moment(i18n, until)}</span> })}
            </button>
        }
    };
    let items = move || {
        let now = clock.now();
        let hour = (now + Duration::hours(1)).with_second(0).unwrap_or(now);
        view! {
            {item(K::UntilReply, None)}
            {item(K::InAnHour, Some(hour))}
            {item(K::Tomorrow, Some(morning(now, 1)))}
            {item(K::NextWeek, Some(morning(now, to_monday(now))))}
        }
    };
    view! {
        <MenuButton menu="snooze" label=i18n.t(K::Snooze) class="btn"><Icon icon=icons::CLOCK/><span class="max-sm:sr-only">{i18n.t(K::Snooze)}</span><Kbd keys="S"/></MenuButton>
        <Menu id="snooze" label=i18n.t(K::Snooze) class="menu-end"><p class="menu-title">{i18n.t(K::SnoozeUntil)}</p>{items}</Menu>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mornings_and_mondays() {
        let friday = chrono::Utc.with_ymd_and_hms(2026, 11, 20, 15, 30, 0).unwrap();
        assert_eq!(morning(friday, 1), chrono::Utc.with_ymd_and_hms(2026, 11, 21, 9, 0, 0).unwrap());
        assert_eq!(to_monday(friday), 3);
        let monday = chrono::Utc.with_ymd_and_hms(2026, 11, 23, 8, 0, 0).unwrap();
        assert_eq!(to_monday(monday), 7);
    }
}
