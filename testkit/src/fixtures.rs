//! A ready account: people, teams, an inbox.

use domain::{
    Actor,
    accounts::{self, Founding},
    agents, inboxes, teams,
};
use types::{
    AccountId, InboxId, Language, TeamId, UserId,
    agents::{Availability, CreateAgent, Role, UpdateAgent},
    inboxes::{Channel, CreateInbox},
    teams::CreateTeam,
};

use crate::{Client, TestApp, VisitorClient};

pub const PASSWORD: &str = "correct horse battery";

/// An account with an admin, two online agents in the Billing team, a viewer and a web inbox.
pub struct Office {
    pub account: AccountId,
    pub name: String,
    pub website_token: String,
    pub inbox: InboxId,
    pub billing: TeamId,
    pub anna: UserId,
    pub ben: UserId,
    pub viewer: UserId,
}

impl Office {
    /// People are `admin@NAME.test`, `anna@…`, `ben@…`, `vera@…`, all with [`PASSWORD`].
    pub async fn open(app: &TestApp, name: &str) -> Self {
        let ctx = &app.ctx;
        let founding = Founding {
            name: name.to_owned(),
            locale: Language::English,
            admin_name: "Ada Admin".to_owned(),
            admin_email: format!("admin@{name}.test"),
            password: PASSWORD.to_owned(),
            id: None,
        };
        let account = accounts::create(ctx, founding).await.expect("an account");
        let actor = Actor::system(account);
        let mut people = Vec::new();
        for (first, role) in [("Anna", Role::Agent), ("Ben", Role::Agent), ("Vera", Role::Viewer)] {
            let request = CreateAgent {
                name: format!("{first} of {name}"),
                email: format!("{}@{name}.test", first.to_lowercase()),
                role,
                password: PASSWORD.to_owned(),
                max_load: None,
                locale: None,
                team_ids: Vec::new(),
            };
            people.push(agents::create(ctx, &actor, request).await.expect("an agent").id);
        }
        let online = UpdateAgent {
            name: None,
            role: None,
            availability: Some(Availability::Online),
            max_load: None,
            team_ids: None,
        };
        for agent in &people[..2] {
            agents::update(ctx, &actor, *agent, online.clone()).await.expect("online");
        }
        let mut tx = ctx.begin(&actor).await.expect("a transaction");
        let billing = CreateTeam {
            name: "Billing".to_owned(),
            description: String::new(),
            category: Some("billing".to_owned()),
            agent_ids: people[..2].to_vec(),
        };
        let billing = teams::create(&mut tx, &actor, billing).await.expect("a team").id;
        let inbox = CreateInbox {
            name: "Website".to_owned(),
            channel: Channel::Web,
            welcome_title: None,
            welcome_tagline: None,
            identity_required: false,
            email_address: None,
            team_ids: Vec::new(),
        };
        let inbox = inboxes::create(ctx, &mut tx, &actor, inbox).await.expect("an inbox");
        tx.commit().await.expect("committed");
        Self {
            account,
            name: name.to_owned(),
            website_token: inbox.website_token.expect("a web inbox has a token"),
            inbox: inbox.id,
            billing,
            anna: people[0],
            ben: people[1],
            viewer: people[2],
        }
    }

    async fn person(&self, app: &TestApp, who: &str) -> Client {
        Client::sign_in(app, &format!("{who}@{}.test", self.name), PASSWORD).await
    }

    pub async fn admin(&self, app: &TestApp) -> Client {
        self.person(app, "admin").await
    }

    pub async fn anna(&self, app: &TestApp) -> Client {
        self.person(app, "anna").await
    }

    pub async fn ben(&self, app: &TestApp) -> Client {
        self.person(app, "ben").await
    }

    pub async fn viewer(&self, app: &TestApp) -> Client {
        self.person(app, "vera").await
    }

    /// A customer of this account.
    pub async fn visitor(&self, app: &TestApp) -> VisitorClient {
        VisitorClient::open(app, &self.website_token).await
    }
}
