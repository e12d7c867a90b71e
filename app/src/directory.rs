//! The account's people, teams and labels: loaded once, kept fresh, used by every menu that names them.

use std::collections::HashMap;

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use types::{
    UserId,
    agents::{Agent, Availability},
    labels::Label,
    teams::Team,
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::{
    error::{UiError, UiResult},
    live::{News, use_live},
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    pub agents: Vec<Agent>,
    pub teams: Vec<Team>,
    pub labels: Vec<Label>,
}

#[server(prefix = "/api/ui", endpoint = "directory", input = Json)]
pub async fn load_directory() -> Result<Directory, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let agents = domain::agents::list(&mut tx, &actor).await?;
    let teams = domain::teams::list(&mut tx, &actor).await?;
    let labels = domain::labels::list(&mut tx, &actor).await?;
    Ok(Directory { agents, teams, labels })
}

/// The directory as a page-wide resource, with who is online as it changes.
#[derive(Clone, Copy)]
pub struct DirectoryHandle {
    pub loaded: Resource<UiResult<Directory>>,
    presence: RwSignal<HashMap<UserId, Availability>>,
}

pub fn provide_directory() {
    let handle = DirectoryHandle {
        loaded: Resource::new(|| (), |()| load_directory()),
        presence: RwSignal::new(HashMap::new()),
    };
    use_live().on(move |news| match news {
        News::Presence(presence) => {
            if let Some(status) = presence.status {
                handle.presence.update(|known| _ = known.insert(presence.user_id, status));
            }
        }
        News::Resync => handle.loaded.refetch(),
        _ => {}
    });
    provide_context(handle);
}

pub fn use_directory() -> DirectoryHandle {
    expect_context()
}

impl DirectoryHandle {
    /// Empty until it has loaded. Read it under a `Suspense`.
    pub fn get(self) -> Directory {
        self.loaded.get().and_then(Result::ok).unwrap_or_default()
    }

    /// Whether this agent takes new work, as last heard.
    pub fn availability(self, id: UserId) -> Option<Availability> {
        let heard = self.presence.with(|presence| presence.get(&id).copied());
        heard.or_else(|| self.get().agents.iter().find(|agent| agent.id == id).map(|agent| agent.availability))
    }

    pub fn heard(self, id: UserId, availability: Availability) {
        self.presence.update(|presence| _ = presence.insert(id, availability));
    }
}
