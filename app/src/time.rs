//! Times as people read them. Server and browser render the same at first: from the server's clock, in UTC; once the page
//! lives, the clock ticks and turns to the reader's own zone.

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};
use leptos::prelude::*;
use types::{Language, Timestamp};

use crate::{
    browser,
    i18n::{I18n, K},
};

/// What time it is for the reader.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Timestamp>,
    local: RwSignal<bool>,
}

impl Clock {
    pub fn new(now: Timestamp) -> Self {
        let clock = Self { now: RwSignal::new(now), local: RwSignal::new(false) };
        Effect::new(move |_| {
            clock.local.set(true);
            clock.now.set(browser::now());
            if let Ok(tick) =
                set_interval_with_handle(move || clock.now.set(browser::now()), std::time::Duration::from_secs(20))
            {
                on_cleanup(move || tick.clear());
            }
        });
        clock
    }

    pub fn now(self) -> Timestamp {
        self.now.get()
    }

    /// The moment on the reader's wall.
    fn local(self, at: Timestamp) -> DateTime<FixedOffset> {
        let minutes = if self.local.get() { browser::offset_minutes(at) } else { 0 };
        at.with_timezone(&FixedOffset::east_opt(minutes * 60).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc)))
    }

    /// "now", "2 m", "3 h", "4 d", then a date.
    pub fn age(self, i18n: I18n, at: Timestamp) -> String {
        let minutes = (self.now() - at).num_minutes();
        match minutes {
            ..=0 => i18n.t(K::Now).to_owned(),
            1..60 => i18n.with(K::Minutes, &[("n", &minutes.to_string())]),
            60..1440 => i18n.with(K::Hours, &[("n", &(minutes / 60).to_string())]),
            1440..10_080 => i18n.with(K::Days, &[("n", &(minutes / 1440).to_string())]),
            _ => self.day(i18n, at),
        }
    }

    /// "10:31" today, with the date before.
    pub fn moment(self, i18n: I18n, at: Timestamp) -> String {
        let local = self.local(at);
        let time = format!("{:02}:{:02}", local.hour(), local.minute());
        if local.date_naive() == self.local(self.now()).date_naive() {
            time
        } else {
            format!("{} {time}", self.day(i18n, at))
        }
    }

    /// "Sep 2" this year, with the year otherwise.
    pub fn day(self, i18n: I18n, at: Timestamp) -> String {
        let local = self.local(at);
        let year = (local.year() != self.local(self.now()).year()).then(|| local.year());
        date(i18n.0, local.day(), local.month0(), year)
    }

    /// Date and time in full, for titles.
    pub fn full(self, i18n: I18n, at: Timestamp) -> String {
        let local = self.local(at);
        format!(
            "{} {:02}:{:02}",
            date(i18n.0, local.day(), local.month0(), Some(local.year())),
            local.hour(),
            local.minute()
        )
    }
}

pub fn use_clock() -> Clock {
    use_context().unwrap_or_else(|| Clock::new(Timestamp::default()))
}

/// A span of seconds as "45 s", "12 m", "3 h 20 m", "2 d 4 h".
pub fn span(i18n: I18n, seconds: f64) -> String {
    let total = seconds.max(0.0).round() as i64;
    let unit = |key, n: i64| i18n.with(key, &[("n", &n.to_string())]);
    let two = |a: String, rest: i64, key| if rest > 0 { format!("{a} {}", unit(key, rest)) } else { a };
    match total {
        ..60 => unit(K::Seconds, total),
        60..3600 => unit(K::Minutes, total / 60),
        3600..86_400 => two(unit(K::Hours, total / 3600), total % 3600 / 60, K::Minutes),
        _ => two(unit(K::Days, total / 86_400), total % 86_400 / 3600, K::Hours),
    }
}

/// A day as the language writes it short.
pub fn date(language: Language, day: u32, month0: u32, year: Option<i32>) -> String {
    const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const SV: [&str; 12] =
        ["jan.", "feb.", "mars", "apr.", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."];
    const DE: [&str; 12] =
        ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];
    const FR: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    let year_after = year.map(|year| format!(" {year}")).unwrap_or_default();
    let month = month0 as usize % 12;
    match language {
        Language::English => format!("{} {day}{}", EN[month], year.map(|year| format!(", {year}")).unwrap_or_default()),
        Language::Finnish => format!("{day}.{}.{}", month0 + 1, year.map(|year| year.to_string()).unwrap_or_default()),
        Language::Swedish => format!("{day} {}{year_after}", SV[month]),
        Language::German => format!("{day}. {}{year_after}", DE[month]),
        Language::French => format!("{day} {}{year_after}", FR[month]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_name_two_units_at_most() {
        let i18n = I18n(Language::English);
        assert_eq!(span(i18n, 45.2), "45 s");
        assert_eq!(span(i18n, 3_600.0), "1 h");
        assert_eq!(span(i18n, 12_000.0), "3 h 20 m");
        assert_eq!(span(i18n, 187_200.0), "2 d 4 h");
    }

    #[test]
    fn days_follow_the_language() {
        assert_eq!(date(Language::English, 2, 8, None), "Sep 2");
        assert_eq!(date(Language::Finnish, 2, 8, Some(2026)), "2.9.2026");
    }
}
