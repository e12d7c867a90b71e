//! The two demo companies: who works there, in which teams, and through which channels customers write.

use types::{
    AccountId, Language,
    agents::{Availability, Role},
    inboxes::Channel,
};

/// Everybody's password.
pub const PASSWORD: &str = "hummdesk-demo";

pub struct Company {
    pub id: AccountId,
    pub name: &'static str,
    pub locale: Language,
    pub people: &'static [Person],
    pub teams: &'static [Team],
    pub inboxes: &'static [Inbox],
    /// JSON of `data/demo`.
    pub articles: &'static str,
    pub conversations: &'static str,
    /// Conversations of the file that are seeded.
    pub wanted: usize,
}

pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub role: Role,
    pub availability: Availability,
    pub max_load: i32,
}

pub struct Team {
    pub name: &'static str,
    pub description: &'static str,
    /// The classifier's.
    pub category: &'static str,
    /// E-mail addresses.
    pub members: &'static [&'static str],
}

pub struct Inbox {
    pub name: &'static str,
    pub channel: Channel,
    pub website_token: Option<&'static str>,
    pub email_address: Option<&'static str>,
    pub welcome_title: &'static str,
    pub welcome_tagline: &'static str,
}

/// The web inbox into which the ticket generator writes.
pub const ACME_WIDGET: &str = "acme-demo-widget";

pub static COMPANIES: [Company; 2] = [
    Company {
        id: AccountId(1),
        name: "Acme",
        locale: Language::English,
        people: &[
            person("Alma Reyes", "admin@acme.test", Role::Admin, Availability::Offline, 5),
            person("Sue Lindqvist", "sue@acme.test", Role::Supervisor, Availability::Online, 12),
            person("Anna Virtanen", "anna@acme.test", Role::Agent, Availability::Online, 20),
            person("Ben Carter", "ben@acme.test", Role::Agent, Availability::Online, 20),
            person("Chen Wei", "chen@acme.test", Role::Agent, Availability::Busy, 15),
            person("Vera Novak", "vera@acme.test", Role::Viewer, Availability::Offline, 0),
        ],
        teams: &[
            team(
                "Billing",
                "Invoices, payments, refunds and cancellations",
                "billing",
                &["anna@acme.test", "sue@acme.test"],
            ),
            team("Technical", "Hubs, sensors, the app and the API", "technical", &["ben@acme.test", "chen@acme.test"]),
            team("Sales", "Plans, quotes and partners", "sales", &["chen@acme.test", "sue@acme.test"]),
            team("General", "Deliveries, privacy and everything else", "general", &["anna@acme.test", "ben@acme.test"]),
        ],
        inboxes: &[
            Inbox {
                name: "Website",
                channel: Channel::Web,
                website_token: Some(ACME_WIDGET),
                email_address: None,
                welcome_title: "Hi there",
                welcome_tagline: "Questions about your smart home? We are happy to help.",
            },
            Inbox { email_address: Some("support@acme.test"), ..inbox("E-mail", Channel::Email) },
            inbox("API", Channel::Api),
        ],
        articles: include_str!("../../data/demo/acme_articles.json"),
        conversations: include_str!("../../data/demo/acme_conversations.json"),
        wanted: 200,
    },
    Company {
        id: AccountId(2),
        name: "Globex",
        locale: Language::English,
        people: &[
            person("Greta Holm", "admin@globex.test", Role::Admin, Availability::Offline, 10),
            person("Gil Moreau", "gil@globex.test", Role::Agent, Availability::Online, 20),
        ],
        teams: &[
            team("Billing", "Payments, leasing and refunds", "billing", &["admin@globex.test", "gil@globex.test"]),
            team("Technical", "Bicycles, motors and the workshop", "technical", &["gil@globex.test"]),
            team("Sales", "Models, sizes and offers", "sales", &["admin@globex.test", "gil@globex.test"]),
            team("General", "Deliveries, appointments and everything else", "general", &["gil@globex.test"]),
        ],
        inboxes: &[
            Inbox {
                name: "Website",
                channel: Channel::Web,
                website_token: Some("globex-demo-widget"),
                email_address: None,
                welcome_title: "Welcome to Globex",
                welcome_tagline: "Ask us about bicycles, big and small.",
            },
            Inbox { email_address: Some("hello@globex.test"), ..inbox("E-mail", Channel::Email) },
            inbox("API", Channel::Api),
        ],
        articles: include_str!("../../data/demo/globex_articles.json"),
        conversations: include_str!("../../data/demo/globex_conversations.json"),
        wanted: 30,
    },
];

const fn person(
    name: &'static str,
    email: &'static str,
    role: Role,
    availability: Availability,
    max_load: i32,
) -> Person {
    Person { name, email, role, availability, max_load }
}

const fn team(
    name: &'static str,
    description: &'static str,
    category: &'static str,
    members: &'static [&'static str],
) -> Team {
    Team { name, description, category, members }
}

const fn inbox(name: &'static str, channel: Channel) -> Inbox {
    Inbox {
        name,
        channel,
        website_token: None,
        email_address: None,
        welcome_title: "Hi there",
        welcome_tagline: "Ask us anything, we are happy to help.",
    }
}
