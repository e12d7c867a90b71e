//! Everything the chat says by itself, a table a language. A new language is a new file here and a
//! line in [`strings`].

mod de;
mod en;
mod fi;
mod fr;
pub mod link;
mod sv;

use types::Language;

/// One language's words. `{}` stands for the one value a text takes.
#[derive(Debug)]
pub struct Strings {
    pub chat: &'static str,
    pub close: &'static str,
    pub back: &'static str,
    pub start: &'static str,
    pub your_conversations: &'static str,
    pub no_messages: &'static str,
    pub attachment: &'static str,
    pub resolved: &'static str,
    pub unread: &'static str,

    pub online: &'static str,
    pub away: &'static str,
    pub answers_in_minutes: [&'static str; 2],
    pub answers_in_hours: [&'static str; 2],
    pub answers_in_days: [&'static str; 2],

    pub write: &'static str,
    pub send: &'static str,
    pub attach: &'static str,
    pub emoji: &'static str,
    pub drop_files: &'static str,
    pub remove: &'static str,
    pub uploading: &'static str,
    pub upload_failed: &'static str,
    pub too_large: &'static str,
    pub refused_file: &'static str,

    pub you: &'static str,
    pub assistant: &'static str,
    /// Above the assistant's answers.
    pub by_assistant: &'static str,
    /// What a customer says who wants no assistant; the product understands it.
    pub person: &'static str,
    pub typing: &'static str,
    pub sending: &'static str,
    pub waiting: &'static str,
    pub sent: &'static str,
    pub seen: &'static str,
    pub not_sent: &'static str,
    pub try_again: &'static str,
    pub discard: &'static str,

    pub today: &'static str,
    pub yesterday: &'static str,
    pub newest: &'static str,
    pub loading: &'static str,
    pub not_loaded: &'static str,

    pub offline: &'static str,
    pub reconnecting: &'static str,
    pub sign_in: &'static str,

    pub contact_title: &'static str,
    pub contact_hint: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub save: &'static str,
    pub not_now: &'static str,
    pub contact_saved: &'static str,
    pub email_invalid: &'static str,
    pub not_saved: &'static str,

    pub closed: &'static str,
    pub rate_title: &'static str,
    pub rates: [&'static str; 5],
    pub rate_comment: &'static str,
    pub rate_send: &'static str,
    pub rate_thanks: &'static str,
}

pub fn strings(language: Language) -> &'static Strings {
    match language {
        Language::English => &en::STRINGS,
        Language::Finnish => &fi::STRINGS,
        Language::Swedish => &sv::STRINGS,
        Language::German => &de::STRINGS,
        Language::French => &fr::STRINGS,
    }
}

/// The language of a locale tag such as `fi-FI` or `de_AT`; English for one we do not speak.
pub fn language(tag: &str) -> Language {
    tag.split(['-', '_']).next().and_then(|code| code.to_ascii_lowercase().parse().ok()).unwrap_or(Language::English)
}

/// Puts the value where the text says.
pub fn fill(text: &str, value: &str) -> String {
    text.replacen("{}", value, 1)
}

impl Strings {
    /// How soon an answer comes, in the largest unit that stays honest.
    pub fn reply_time(&self, online: bool, minutes: Option<i64>) -> String {
        let Some(minutes) = minutes.filter(|minutes| *minutes > 0) else {
            return if online { self.online } else { self.away }.to_owned();
        };
        let (number, [one, many]) = if minutes < 60 {
            (minutes, self.answers_in_minutes)
        } else if minutes < 24 * 60 {
            ((minutes + 59) / 60, self.answers_in_hours)
        } else {
            ((minutes + 24 * 60 - 1) / (24 * 60), self.answers_in_days)
        };
        fill(if number == 1 { one } else { many }, &number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_tag_finds_its_language() {
        for (tag, expected) in [
            ("fi", Language::Finnish),
            ("sv-FI", Language::Swedish),
            ("de_AT", Language::German),
            ("FR", Language::French),
            ("pt-BR", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(language(tag), expected, "{tag}");
        }
    }

    #[test]
    fn reply_time_names_the_fitting_unit() {
        let en = strings(Language::English);
        for (online, minutes, expected) in [
            (true, Some(1), "Usually answers in a minute"),
            (true, Some(4), "Usually answers in 4 minutes"),
            (true, Some(61), "Usually answers in 2 hours"),
            (false, Some(60), "Usually answers in an hour"),
            (false, Some(1440), "Usually answers in a day"),
            (false, Some(1441), "Usually answers in 2 days"),
            (true, None, en.online),
            (false, None, en.away),
            (true, Some(0), en.online),
        ] {
            assert_eq!(en.reply_time(online, minutes), expected);
        }
    }

    /// Every text with a value in one language takes it in all of them.
    #[test]
    fn the_languages_agree_on_placeholders() {
        for language in Language::ALL {
            let s = strings(*language);
            for text in [s.unread, s.typing, s.answers_in_minutes[1], s.answers_in_hours[1], s.answers_in_days[1]] {
                assert_eq!(text.matches("{}").count(), 1, "{language}: {text}");
            }
            assert!(!format!("{s:?}").contains("\"\""), "{language} lacks a text");
        }
    }
}
