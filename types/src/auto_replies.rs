//! Automatic answers: when an inbox may let the assistant answer customers by itself.

use crate::CategoryId;

text_enum! {
    /// When automatic answers may go out.
    AutoReplyHours {
        Always = "always",
        /// While people are there.
        Open = "open",
        /// While nobody is.
        Closed = "closed",
    }
}

text_enum! {
    /// Why a draft was not sent by itself.
    AutoReplyHold {
        /// The customer has asked for a person.
        HandedOver = "handed_over",
        /// A person has answered in the conversation.
        PersonAnswered = "person_answered",
        /// The conversation has had as many automatic answers as it may.
        Turns = "turns",
        /// The customer has had too many within an hour.
        TooMany = "too_many",
        /// The message was said before, by the customer or by us.
        Repeated = "repeated",
        /// The message comes with a file, which nobody has looked into.
        Attachment = "attachment",
        Hours = "hours",
        /// The message's category is not certain.
        Unsure = "unsure",
        /// The inbox leaves the category to people.
        Category = "category",
        /// The articles have no answer.
        NotGrounded = "not_grounded",
        /// Not every statement is supported by its source.
        Claims = "claims",
        /// Below the threshold.
        Confidence = "confidence",
    }
}

response! {
    /// An inbox's choice.
    pub struct AutoReply {
        pub enabled: bool,
        /// Calibrated confidence from which a draft is sent, 0.5 to 1.
        pub threshold: f64,
        /// Automatic answers in one conversation, 1 to 10.
        pub max_turns: i16,
        pub hours: AutoReplyHours,
        /// When people are there.
        pub opening: Vec<Opening>,
        /// Of the opening hours, such as `Europe/Helsinki`.
        pub time_zone: String,
        /// Every category, or those of `category_ids`.
        pub every_category: bool,
        pub category_ids: Vec<CategoryId>,
    }

    /// A span of one day of the week.
    pub struct Opening {
        /// 1 is Monday, 7 is Sunday.
        pub day: i16,
        /// `HH:MM`.
        pub opens: String,
        /// `HH:MM`, after `opens`; `24:00` is midnight.
        pub closes: String,
    }
}

request! {
    pub struct SetAutoReply {
        pub enabled: bool,
        pub threshold: f64,
        pub max_turns: i16,
        pub hours: AutoReplyHours,
        #[serde(default)]
        pub opening: Vec<Opening>,
        #[serde(default)]
        pub time_zone: Option<String>,
        pub every_category: bool,
        #[serde(default)]
        pub category_ids: Vec<CategoryId>,
    }
}

response! {
    /// What automatic answers came to. A conversation counts by when its first automatic answer was sent.
    pub struct AutoReplyReport {
        /// Automatic answers in the period.
        pub sent: i64,
        /// Conversations that had one.
        pub conversations: i64,
        /// Of them, those whose customer then asked for a person.
        pub handed_over: i64,
        /// Of them, those resolved.
        pub resolved: i64,
        /// Of them, those resolved without a person's answer.
        pub resolved_alone: i64,
        /// Mean rating of conversations with automatic answers and no person's, 1 to 5.
        pub csat_alone: Option<f64>,
        pub csat_alone_count: i64,
        /// Mean rating of all other conversations of the period.
        pub csat_others: Option<f64>,
        pub csat_others_count: i64,
        /// Drafts that were not sent by themselves, by reason, most frequent first.
        pub held: Vec<HeldCount>,
    }

    pub struct HeldCount {
        pub hold: AutoReplyHold,
        pub count: i64,
    }
}
