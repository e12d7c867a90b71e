//! What a click asks for. An act travels through the page as a `data-act` attribute, so one
//! listener serves every button.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Home,
    Close,
    /// Shows a thread: a conversation's id, or [`super::NEW`].
    Open(i64),
    Send,
    Retry(String),
    Discard(String),
    Attach,
    RemoveUpload(u32),
    RetryUpload(u32),
    ToggleEmoji,
    Emoji(String),
    Newest,
    Reload,
    SaveContact,
    SkipContact,
    Rate(i16),
    SendRating,
    /// Sends these words as the customer's.
    Say(String),
}

impl Act {
    /// `name` or `name:argument`.
    pub fn encode(&self) -> String {
        match self {
            Self::Home => "home".to_owned(),
            Self::Close => "close".to_owned(),
            Self::Open(id) => format!("open:{id}"),
            Self::Send => "send".to_owned(),
            Self::Retry(reference) => format!("retry:{reference}"),
            Self::Discard(reference) => format!("discard:{reference}"),
            Self::Attach => "attach".to_owned(),
            Self::RemoveUpload(id) => format!("remove-upload:{id}"),
            Self::RetryUpload(id) => format!("retry-upload:{id}"),
            Self::ToggleEmoji => "toggle-emoji".to_owned(),
            Self::Emoji(emoji) => format!("emoji:{emoji}"),
            Self::Newest => "newest".to_owned(),
            Self::Reload => "reload".to_owned(),
            Self::SaveContact => "save-contact".to_owned(),
            Self::SkipContact => "skip-contact".to_owned(),
            Self::Rate(rating) => format!("rate:{rating}"),
            Self::SendRating => "send-rating".to_owned(),
            Self::Say(words) => format!("say:{words}"),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (name, argument) = text.split_once(':').unwrap_or((text, ""));
        Some(match name {
            "home" => Self::Home,
            "close" => Self::Close,
            "open" => Self::Open(argument.parse().ok()?),
            "send" => Self::Send,
            "retry" => Self::Retry(argument.to_owned()),
            "discard" => Self::Discard(argument.to_owned()),
            "attach" => Self::Attach,
            "remove-upload" => Self::RemoveUpload(argument.parse().ok()?),
            "retry-upload" => Self::RetryUpload(argument.parse().ok()?),
            "toggle-emoji" => Self::ToggleEmoji,
            "emoji" => Self::Emoji(argument.to_owned()),
            "newest" => Self::Newest,
            "reload" => Self::Reload,
            "save-contact" => Self::SaveContact,
            "skip-contact" => Self::SkipContact,
            "rate" => Self::Rate(argument.parse().ok()?),
            "send-rating" => Self::SendRating,
            "say" => Self::Say(argument.to_owned()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_survives_the_page() {
        for act in [
            Act::Home,
            Act::Close,
            Act::Open(42),
            Act::Send,
            Act::Retry("a:b".to_owned()),
            Act::Discard("x".to_owned()),
            Act::Attach,
            Act::RemoveUpload(1),
            Act::RetryUpload(2),
            Act::ToggleEmoji,
            Act::Emoji("👍".to_owned()),
            Act::Newest,
            Act::Reload,
            Act::SaveContact,
            Act::SkipContact,
            Act::Rate(5),
            Act::SendRating,
            Act::Say("a: b".to_owned()),
        ] {
            assert_eq!(Act::parse(&act.encode()), Some(act));
        }
        assert_eq!(Act::parse("open:x"), None);
        assert_eq!(Act::parse("nothing"), None);
    }
}
