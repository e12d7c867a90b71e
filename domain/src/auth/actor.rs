//! Who acts: every operation takes an [`Actor`] and asks it before its query.

use types::{AccountId, ApiTokenId, ContactId, InboxId, SessionId, UserId, agents::Role};

use crate::{Error, Result};

/// A proven identity inside one account. Built by the doors (session, token, website token) and by jobs, never by clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub account_id: AccountId,
    pub kind: ActorKind,
    /// As shown to people.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorKind {
    User {
        user_id: UserId,
        role: Role,
        session_id: SessionId,
    },
    /// A program acting with a person's rights.
    ApiToken {
        token_id: ApiTokenId,
        user_id: UserId,
        role: Role,
    },
    /// A customer in the widget.
    Visitor {
        contact_id: ContactId,
        inbox_id: InboxId,
    },
    /// The model, acting through the same operations as everyone.
    Ai,
    /// Maintenance and seeding.
    System,
}

/// What an identity was proven by, and ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    Session(SessionId),
    ApiToken(ApiTokenId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// See the inbox, the knowledge base and the people.
    Read,
    /// Answer customers and work on conversations, contacts, labels and articles.
    Work,
    /// See figures about other people and change their availability.
    Supervise,
    /// Change people, teams, inboxes, tokens and settings; read the audit trail.
    Administer,
}

impl Permission {
    const fn verb(self) -> &'static str {
        match self {
            Self::Read => "read this",
            Self::Work => "work on conversations",
            Self::Supervise => "supervise",
            Self::Administer => "administer this account",
        }
    }
}

const fn highest(role: Role) -> Permission {
    match role {
        Role::Viewer => Permission::Read,
        Role::Agent => Permission::Work,
        Role::Supervisor => Permission::Supervise,
        Role::Admin => Permission::Administer,
    }
}

impl Actor {
    /// None for those who are no account's people.
    pub fn credential(&self) -> Option<Credential> {
        match self.kind {
            ActorKind::User { session_id, .. } => Some(Credential::Session(session_id)),
            ActorKind::ApiToken { token_id, .. } => Some(Credential::ApiToken(token_id)),
            _ => None,
        }
    }

    pub fn ai(account_id: AccountId) -> Self {
        Self { account_id, kind: ActorKind::Ai, name: "Assistant".to_owned() }
    }

    pub fn system(account_id: AccountId) -> Self {
        Self { account_id, kind: ActorKind::System, name: "HummDesk".to_owned() }
    }

    /// # Errors
    /// `Forbidden` when the role does not reach that far; `NotFound` for visitors, to whom the inbox does not exist.
    pub fn require(&self, permission: Permission) -> Result<()> {
        match self.kind {
            ActorKind::User { role, .. } | ActorKind::ApiToken { role, .. } if permission <= highest(role) => Ok(()),
            ActorKind::Ai if permission > Permission::Work => Err(Error::Forbidden(permission.verb())),
            ActorKind::Ai | ActorKind::System => Ok(()),
            ActorKind::Visitor { .. } => Err(Error::NotFound),
            ActorKind::User { .. } | ActorKind::ApiToken { .. } => Err(Error::Forbidden(permission.verb())),
        }
    }

    /// The person behind a session or token.
    pub fn user_id(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::User { user_id, .. } | ActorKind::ApiToken { user_id, .. } => Some(user_id),
            _ => None,
        }
    }

    pub fn role(&self) -> Option<Role> {
        match self.kind {
            ActorKind::User { role, .. } | ActorKind::ApiToken { role, .. } => Some(role),
            _ => None,
        }
    }

    /// The visitor's contact and inbox.
    ///
    /// # Errors
    /// `NotFound` for everybody else.
    pub fn visitor(&self) -> Result<(ContactId, InboxId)> {
        match self.kind {
            ActorKind::Visitor { contact_id, inbox_id } => Ok((contact_id, inbox_id)),
            _ => Err(Error::NotFound),
        }
    }

    /// As the event log and the audit trail name the actor: type and id.
    pub fn for_log(&self) -> (&'static str, Option<i64>) {
        match self.kind {
            ActorKind::User { user_id, .. } => ("user", Some(user_id.0)),
            ActorKind::ApiToken { token_id, .. } => ("api_token", Some(token_id.0)),
            ActorKind::Visitor { contact_id, .. } => ("contact", Some(contact_id.0)),
            ActorKind::Ai => ("ai", None),
            ActorKind::System => ("system", None),
        }
    }

    /// Names the owner of an idempotency key: a program's and a person's keys never meet.
    pub fn key(&self) -> String {
        let (kind, id) = self.for_log();
        format!("{kind}:{}", id.unwrap_or_default())
    }
}
