//! The domain's one error, and its one conversion to what a caller is told.

use std::time::Duration;

use types::ApiError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The object does not exist, or is not the caller's to see: the same answer for both.
    #[error("not found")]
    NotFound,
    #[error("this takes a role that may {0}")]
    Forbidden(&'static str),
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Input that cannot be accepted, by field.
    #[error("invalid input: {field}: {why}")]
    Invalid { field: &'static str, why: String },
    #[error("{message}")]
    Conflict { code: &'static str, message: &'static str },
    #[error("too many attempts")]
    TooManyRequests { retry_after: Duration },
    /// Something the product depends on does not answer now; trying again may help.
    #[error("temporarily unavailable")]
    Unavailable(#[source] anyhow::Error),
    #[error(transparent)]
    Internal(anyhow::Error),
}

impl Error {
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }

    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::TooManyRequests { .. })
    }
}

/// What a violated constraint means to the person whose input violated it: (constraint, field, why).
/// Every constraint a caller's input can reach is named here once.
const CONSTRAINTS: &[(&str, &str, &str)] = &[
    ("teams_name_key", "name", "a team of this name exists already"),
    ("inboxes_name_key", "name", "an inbox of this name exists already"),
    ("categories_name_key", "name", "there is a category of that name already"),
    ("labels_title_key", "title", "a label of this title exists already"),
    ("labels_title_shape", "title", "use letters, digits, spaces, - and _, at most 50"),
    ("labels_color_shape", "color", "write the colour as #rrggbb"),
    ("account_users_pkey", "email", "this person is in the account already"),
    ("canned_responses_code_key", "short_code", "this short code is taken"),
    ("csat_responses_conversation_key", "rating", "this conversation has been rated already"),
    ("messages_content_length", "content", "a message holds at most 50,000 characters"),
    ("contacts_identifier_key", "identifier", "another contact has this identifier"),
    ("team_members_account_id_user_id_fkey", "agent_ids", "there is no such agent"),
    ("inbox_teams_account_id_team_id_fkey", "team_ids", "there is no such team"),
    ("conversations_account_id_assignee_id_fkey", "agent_id", "there is no such agent"),
    ("conversations_account_id_team_id_fkey", "team_id", "there is no such team"),
    ("conversations_account_id_inbox_id_fkey", "inbox_id", "there is no such inbox"),
    ("conversations_account_id_contact_id_fkey", "contact_id", "there is no such contact"),
];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::Database(db) => {
                let known =
                    db.constraint().and_then(|name| CONSTRAINTS.iter().find(|(constraint, ..)| *constraint == name));
                if let Some((_, field, why)) = known {
                    return Self::invalid(field, *why);
                }
                match db.code().as_deref() {
                    // A text PostgreSQL cannot hold (NUL bytes) or a number out of range is the caller's.
                    Some("22021" | "22003" | "22P05") => {
                        return Self::invalid("body", "contains characters or numbers that cannot be stored");
                    }
                    // A check nobody has named yet is still the caller's input, not our fault.
                    Some("23514") => return Self::invalid("body", "a value is out of its range"),
                    // Serialisation, deadlock, shutdown, too many connections: all pass.
                    Some(code) if matches!(&code[..2], "40" | "53" | "57" | "08") => {
                        return Self::Unavailable(error.into());
                    }
                    _ => {}
                }
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                return Self::Unavailable(error.into());
            }
            _ => {}
        }
        Self::Internal(error.into())
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::new(404, "not_found", "There is no such thing here."),
            Error::Forbidden(what) => Self::new(403, "forbidden", format!("Your role may not {what}.")),
            Error::Unauthenticated(why) => Self::new(401, "unauthenticated", why),
            Error::Invalid { field, why } => Self::new(422, "invalid", format!("{field}: {why}")).field(field, why),
            Error::Conflict { code, message } => Self::new(409, code, message),
            Error::TooManyRequests { retry_after } => Self::new(
                429,
                "too_many_requests",
                format!("Too many attempts. Try again in {} seconds.", retry_after.as_secs().max(1)),
            ),
            Error::Unavailable(_) => Self::new(503, "unavailable", "This does not answer right now. Please try again."),
            Error::Internal(_) => Self::new(500, "internal", "Something went wrong on our side. It has been recorded."),
        }
    }
}
