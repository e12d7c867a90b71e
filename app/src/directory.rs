//! The account's people, teams, labels and categories: loaded once, kept fresh, used by every menu that names them.

use std::collections::HashMap;

use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::codec::Json};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};
use types::{
    Timestamp, UserId,
    agents::{Agent, Availability},
    labels::Label,
    teams::Team,
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::{
    browser,
    error::{UiError, UiResult},
    i18n::I18n,
    live::{News, use_live},
};

/// How old the directory may be when a person moves on: others change teams, labels and categories too, and nothing
/// announces it.
const FRESH: TimeDelta = TimeDelta::seconds(20);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    pub agents: Vec<Agent>,
    pub teams: Vec<Team>,
    pub labels: Vec<Label>,
    /// Their names.
    pub categories: Vec<String>,
}

#[server(prefix = "/api/ui", endpoint = "directory", input = Json)]
pub async fn load_directory() -> Result<Directory, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let agents = domain::agents::list(&mut tx, &actor).await?;
    let teams = domain::teams::list(&mut tx, &actor).await?;
    let labels = domain::labels::list(&mut tx, &actor).await?;
    let categories = domain::categories::names(&mut tx, &actor).await?;
    Ok(Directory { agents, teams, labels, categories })
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
    handle.follow();
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

    /// Name and title of each category, by title. Empty until it has loaded; read it under a `Suspense`.
    pub fn categories(self, i18n: I18n) -> Vec<(String, String)> {
        let mut known: Vec<(String, String)> =
            self.get().categories.into_iter().map(|name| (name.clone(), i18n.category(&name))).collect();
        known.sort_by_cached_key(|(_, title)| title.to_lowercase());
        known
    }

    /// Loads it anew when a person moves on to another page and it is no longer fresh.
    fn follow(self) {
        let path = use_location().pathname;
        Effect::new(move |loaded_at: Option<Timestamp>| {
            path.track();
            let now = browser::now();
            match loaded_at {
                Some(at) if now - at < FRESH => at,
                Some(_) => {
                    self.loaded.refetch();
                    now
                }
                None => now,
            }
        });
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
