//! The interface's words: one key a phrase, one file a language. English is the list of keys; Finnish must have them
//! all; another language falls back to English phrase by phrase.

use leptos::prelude::*;
use types::{
    Language,
    agents::{Availability, Role},
    classifications::Sentiment,
    conversations::{Priority, Status},
};

/// Declares the keys with their English text.
macro_rules! english {
    ($($key:ident = $text:literal),+ $(,)?) => {
        /// A phrase of the interface.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum K { $($key),+ }

        pub(super) const fn text(key: K) -> &'static str {
            match key { $(K::$key => $text),+ }
        }
    };
}

/// A language that has every phrase: a missing one does not compile.
macro_rules! complete {
    ($($key:ident = $text:literal),+ $(,)?) => {
        pub(super) const fn text(key: super::K) -> Option<&'static str> {
            match key { $(super::K::$key => Some($text)),+ }
        }
    };
}

/// A language in the making.
macro_rules! partial {
    ($($key:ident = $text:literal),+ $(,)?) => {
        pub(super) const fn text(key: super::K) -> Option<&'static str> {
            match key { $(super::K::$key => Some($text),)+ _ => None }
        }
    };
}

mod de;
mod en;
mod fi;
mod fr;
mod sv;

pub use en::K;

/// The reader's language, for one page's life: changing it loads the page anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I18n(pub Language);

/// The language of this page.
pub fn use_i18n() -> I18n {
    use_context().unwrap_or(I18n(Language::English))
}

/// One phrase in the language of this page.
pub fn t(key: K) -> &'static str {
    use_i18n().t(key)
}

impl I18n {
    pub fn t(self, key: K) -> &'static str {
        match self.0 {
            Language::English => None,
            Language::Finnish => fi::text(key),
            Language::Swedish => sv::text(key),
            Language::German => de::text(key),
            Language::French => fr::text(key),
        }
        .unwrap_or_else(|| en::text(key))
    }

    /// A phrase with its `{name}` places filled.
    pub fn with(self, key: K, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.t(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A phrase that counts: the second key is for one.
    pub fn count(self, many: K, one: K, n: i64) -> String {
        self.with(if n == 1 { one } else { many }, &[("n", &n.to_string())])
    }

    pub fn status(self, status: Status) -> &'static str {
        self.t(match status {
            Status::Open => K::StatusOpen,
            Status::Pending => K::StatusPending,
            Status::Snoozed => K::StatusSnoozed,
            Status::Resolved => K::StatusResolved,
        })
    }

    pub fn priority(self, priority: Priority) -> &'static str {
        self.t(match priority {
            Priority::Urgent => K::Urgent,
            Priority::High => K::High,
            Priority::Normal => K::Normal,
            Priority::Low => K::Low,
        })
    }

    pub fn sentiment(self, sentiment: Sentiment) -> &'static str {
        self.t(match sentiment {
            Sentiment::Positive => K::Positive,
            Sentiment::Neutral => K::Neutral,
            Sentiment::Negative => K::Negative,
            Sentiment::Frustrated => K::Frustrated,
        })
    }

    pub fn availability(self, availability: Availability) -> &'static str {
        self.t(match availability {
            Availability::Online => K::Online,
            Availability::Busy => K::Busy,
            Availability::Offline => K::Offline,
        })
    }

    pub fn role(self, role: Role) -> &'static str {
        self.t(match role {
            Role::Admin => K::RoleAdmin,
            Role::Supervisor => K::RoleSupervisor,
            Role::Agent => K::RoleAgent,
            Role::Viewer => K::RoleViewer,
        })
    }

    pub fn language(self, language: Language) -> &'static str {
        self.t(match language {
            Language::English => K::English,
            Language::Finnish => K::Finnish,
            Language::Swedish => K::Swedish,
            Language::German => K::German,
            Language::French => K::French,
        })
    }

    /// The built-in categories by name; an account's own one as it is written.
    pub fn category(self, category: &str) -> String {
        match category {
            "billing" => self.t(K::Billing).to_owned(),
            "technical" => self.t(K::Technical).to_owned(),
            "sales" => self.t(K::Sales).to_owned(),
            "general" => self.t(K::General).to_owned(),
            other => other.to_owned(),
        }
    }

    /// 0.923 as "92 %": with the space most of our languages ask for.
    pub fn percent(self, share: f64) -> String {
        format!("{:.0}\u{a0}%", share * 100.0)
    }
}

/// Picks a language from a cookie's value, else from `Accept-Language`, else English.
pub fn negotiate(cookie: Option<&str>, accept: Option<&str>) -> Language {
    cookie.and_then(|value| value.parse().ok()).or_else(|| accept.and_then(preferred)).unwrap_or(Language::English)
}

/// The first supported language by weight.
fn preferred(accept: &str) -> Option<Language> {
    let mut wanted: Vec<(f32, Language)> = accept
        .split(',')
        .filter_map(|part| {
            let mut pieces = part.trim().split(';');
            let language = pieces.next()?.split('-').next()?.parse().ok()?;
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            Some((weight, language))
        })
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.first().map(|(_, language)| *language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_goes_before_the_browser_and_weights_decide() {
        assert_eq!(negotiate(Some("fi"), Some("en")), Language::Finnish);
        assert_eq!(negotiate(None, Some("nb, sv-SE;q=0.8, en;q=0.9")), Language::English);
        assert_eq!(negotiate(Some("xx"), Some("sv-FI")), Language::Swedish);
        assert_eq!(negotiate(None, None), Language::English);
    }

    #[test]
    fn only_the_built_in_categories_are_translated() {
        let finnish = I18n(Language::Finnish);
        assert_eq!(finnish.category("billing"), "Laskutus");
        assert_eq!(finnish.category("iPhone repairs"), "iPhone repairs");
    }

    #[test]
    fn places_are_filled() {
        assert_eq!(
            I18n(Language::English).with(K::DraftSure, &[("n", "92 %")]),
            "Draft from the knowledge base · 92 % sure"
        );
    }
}
