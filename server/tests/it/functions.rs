//! Server functions are doors like any other: another account's objects are not there, and a viewer changes nothing.
//! The list below must name every function that is registered.

use std::collections::{BTreeMap, BTreeSet};

use domain::auth;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, PASSWORD, Reply, TestApp};

use crate::{
    attachments::upload,
    strangers::{NOBODYS, objects},
};

/// What a viewer may do with it.
#[derive(Clone, Copy, PartialEq)]
enum Right {
    Reads,
    /// Refused to a viewer.
    Writes,
    /// About the caller's own session.
    Own,
}
use Right::{Own, Reads, Writes};

/// What reads is open to a viewer but for these, which are refused to roles below supervisor or admin: their own tests
/// say so.
const CLOSED: [&str; 8] = [
    "ai-settings/get",
    "analytics/overview",
    "analytics/unanswered",
    "audit/list",
    "decisions/get",
    "decisions/list",
    "egress/list",
    "rehearsals/all",
];

/// A function, and a call that would be accepted with ids of the caller's own account. `@noun` is the object the call
/// is about, `?noun` one it refers to, `=noun` one it filters by (`~noun`: spelled as a string).
type Call = (&'static str, Right, Value);

fn calls() -> Vec<Call> {
    let inbox = json!({ "name": "New", "channel": "web", "team_ids": ["?teams"] });
    let agent = json!({ "name": "Eve", "email": "eve@new.test", "role": "agent", "password": "a good password", "team_ids": ["?teams"] });
    let filter =
        json!({ "inbox_id": "=inboxes", "contact_id": "=contacts", "assignee_id": "~agents", "team_id": "~teams" });
    let period = json!({ "from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z", "inbox_id": "=inboxes", "team_id": "=teams" });
    let message = json!({ "content": "Hello" });
    let article = json!({ "title": "Title", "body": "Body" });
    let change = json!({ "status": "resolved" });
    let to = json!({ "agent_id": "?agents", "team_id": "?teams" });
    vec![
        ("accounts/update", Writes, json!({ "change": { "name": "Renamed" } })),
        ("agents/availability", Writes, json!({ "availability": "busy" })),
        ("agents/create", Writes, json!({ "agent": agent })),
        ("agents/remove", Writes, json!({ "id": "@agents" })),
        ("agents/update", Writes, json!({ "id": "@agents", "change": { "team_ids": ["?teams"] } })),
        ("ai-settings/get", Reads, json!({})),
        ("ai-settings/test", Writes, json!({})),
        ("ai-settings/update", Writes, json!({ "change": { "egress": true } })),
        ("analytics/ai", Reads, json!({ "query": period.clone() })),
        ("analytics/auto-replies", Reads, json!({ "query": period.clone() })),
        ("analytics/overview", Reads, json!({ "query": period.clone() })),
        ("analytics/unanswered", Reads, json!({ "query": period })),
        ("audit/list", Reads, json!({})),
        ("auth/login", Own, json!({ "email": "nobody@nowhere.test", "password": "guess" })),
        ("auth/logout", Own, json!({})),
        ("auth/me", Own, json!({})),
        ("categories/activate-form", Writes, json!({ "id": "@ai" })),
        ("categories/add-examples", Writes, json!({ "id": "@categories", "examples": { "texts": ["A parcel"] } })),
        ("categories/add-examples-form", Writes, json!({ "id": "@categories", "texts": "A parcel" })),
        ("categories/create-form", Writes, json!({ "name": "New", "description": "", "examples": "" })),
        ("categories/delete-example-form", Writes, json!({ "id": "@categories", "example": "@examples" })),
        ("auto-replies/get", Reads, json!({ "id": "@inboxes" })),
        (
            "auto-replies/set-form",
            Writes,
            json!({ "id": "@inboxes", "percent": "90", "max_turns": "3", "hours": "always", "days[0]": "1", "opens[0]": "09:00",
                    "closes[0]": "17:00", "time_zone": "UTC", "every_category": "false", "category_ids[0]": "?categories" }),
        ),
        ("categories/delete-form", Writes, json!({ "id": "@categories" })),
        ("categories/get", Reads, json!({ "id": "@categories" })),
        ("categories/learning", Reads, json!({})),
        ("categories/list", Reads, json!({})),
        (
            "categories/set-policy-form",
            Writes,
            json!({ "id": "@categories", "drafting": true, "note": "", "guidance": "" }),
        ),
        ("categories/update-form", Writes, json!({ "id": "@categories", "name": "Renamed", "description": "" })),
        ("classifications/correct", Writes, json!({ "id": "@classifications", "to": { "category": "sales" } })),
        ("classifications/correct-form", Writes, json!({ "id": "@classifications", "category": "sales" })),
        ("classifications/request", Writes, json!({ "message": "@messages" })),
        ("conversations/assign", Writes, json!({ "id": "@conversations", "to": to })),
        ("conversations/assign-form", Writes, json!({ "id": "@conversations", "agent_id": "?agents" })),
        ("conversations/counts", Reads, json!({})),
        ("conversations/labels", Writes, json!({ "id": "@conversations", "labels": [] })),
        ("conversations/list", Reads, json!({ "query": filter })),
        ("conversations/open", Reads, json!({ "id": "@conversations" })),
        ("conversations/read", Writes, json!({ "id": "@conversations" })),
        ("conversations/status-form", Writes, json!({ "id": "@conversations", "status": "resolved" })),
        ("conversations/update", Writes, json!({ "id": "@conversations", "change": change })),
        ("decisions/get", Reads, json!({ "id": "@decisions" })),
        ("decisions/list", Reads, json!({ "query": { "conversation_id": "=conversations" } })),
        ("directory", Reads, json!({})),
        ("drafts/accept", Writes, json!({ "id": "@drafts", "content": "Edited" })),
        ("drafts/reject", Writes, json!({ "id": "@drafts", "reason": null })),
        ("drafts/request", Writes, json!({ "message": "@messages" })),
        ("drafts/rewrite", Writes, json!({ "id": "@drafts", "how": { "action": "shorten" } })),
        ("egress/list", Reads, json!({})),
        ("inboxes/create", Writes, json!({ "inbox": inbox })),
        ("inboxes/list", Reads, json!({})),
        ("inboxes/update", Writes, json!({ "id": "@inboxes", "change": { "team_ids": ["?teams"] } })),
        ("knowledge/delete", Writes, json!({ "id": "@knowledge-base" })),
        ("knowledge/get", Reads, json!({ "id": "@knowledge-base" })),
        ("knowledge/list", Reads, json!({ "query": {} })),
        ("knowledge/save", Writes, json!({ "id": "@knowledge-base", "article": article })),
        ("knowledge/search", Reads, json!({ "q": "refund" })),
        ("labels/create", Writes, json!({ "label": { "title": "new" } })),
        ("labels/delete", Writes, json!({ "id": "@labels" })),
        ("labels/update", Writes, json!({ "id": "@labels", "change": { "title": "renamed" } })),
        ("messages/older", Reads, json!({ "conversation": "@conversations", "cursor": "MQ" })),
        ("messages/reply-form", Writes, json!({ "conversation": "@conversations", "content": "Hello" })),
        ("messages/send", Writes, json!({ "conversation": "@conversations", "message": message })),
        ("rehearsals/all", Reads, json!({})),
        ("rehearsals/discard-form", Writes, json!({ "id": "@rehearsals" })),
        ("rehearsals/go-live-form", Writes, json!({ "id": "@rehearsals", "confirm": "" })),
        ("rehearsals/publish", Writes, json!({ "id": "@knowledge-base" })),
        ("rehearsals/run-form", Writes, json!({ "id": "@rehearsals", "conversations": 10 })),
        ("rehearsals/take-out-form", Writes, json!({ "id": "@rehearsals", "place": 0 })),
        ("teams/create", Writes, json!({ "team": { "name": "New", "agent_ids": ["?agents"] } })),
        ("teams/delete", Writes, json!({ "id": "@teams" })),
        ("teams/update", Writes, json!({ "id": "@teams", "change": { "agent_ids": ["?agents"] } })),
    ]
}

/// Where a call names objects: the way there, the mark and the noun.
fn marks(body: &Value) -> Vec<(String, char, String)> {
    fn walk(value: &Value, path: &str, found: &mut Vec<(String, char, String)>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, value)| walk(value, &format!("{path}/{n}"), found));
            }
            Value::String(text) => {
                if let Some(mark) = text.chars().next().filter(|mark| "@?=~".contains(*mark)) {
                    found.push((path.to_owned(), mark, text[1..].to_owned()));
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(body, "", &mut found);
    found
}

/// The call with the caller's own ids, but for the object at `path`.
fn filled(body: &Value, own: &BTreeMap<&str, i64>, path: &str, id: i64) -> Value {
    let mut body = body.clone();
    for (at, mark, noun) in marks(&body.clone()) {
        let id = if at == path { id } else { own[noun.as_str()] };
        *body.pointer_mut(&at).unwrap() = if mark == '~' { json!(id.to_string()) } else { json!(id) };
    }
    body
}

/// A browser's session, which is how server functions know a person.
pub struct Browser(Client, String);

impl Browser {
    pub async fn sign_in(app: &TestApp, email: &str) -> Self {
        let login =
            types::auth::Login { email: email.to_owned(), password: PASSWORD.to_owned(), account_id: None, otp: None };
        let cookie = auth::login(&app.ctx, login, "", None).await.unwrap().cookie;
        Self(Client::nobody(app), format!("hummdesk_session={cookie}"))
    }

    pub async fn call(&self, function: &str, body: &Value) -> Reply {
        let request = self.0.request(Method::POST, &format!("/api/ui/{function}")).header("cookie", &self.1);
        let form = function.ends_with("-form") || function.starts_with("auth/");
        let request = if form {
            let fields = body.as_object().unwrap().iter();
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pairs: Vec<String> =
                fields.map(|(name, value)| format!("{name}={}", text(value).replace('@', "%40"))).collect();
            request.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"))
        } else {
            request.json(body)
        };
        self.0.send(request).await
    }
}

/// Everything of an account that its admin sees by REST.
async fn everything(admin: &Client) -> String {
    let mut seen = String::new();
    for list in [
        "conversations",
        "agents",
        "teams",
        "inboxes",
        "labels",
        "categories",
        "ai/models",
        "contacts",
        "knowledge-base/articles",
        "audit-logs",
    ] {
        let reply = admin.get(&format!("/api/{list}")).await;
        assert_eq!(reply.status, 200, "{list}");
        seen.push_str(&reply.text);
    }
    for conversation in admin.get("/api/conversations").await.json["data"].as_array().unwrap() {
        for part in ["messages", "drafts", "classification"] {
            seen.push_str(&admin.get(&format!("/api/conversations/{}/{part}", conversation["id"])).await.text);
        }
    }
    seen
}

#[test]
fn every_server_function_is_listed_once() {
    let registered: BTreeSet<String> =
        server_fn_paths().map(|(path, _)| path.trim_start_matches("/api/ui/").to_owned()).collect();
    let listed: Vec<&str> = calls().iter().map(|(function, ..)| *function).collect();
    assert!(registered.len() > 40, "{registered:?}");
    assert_eq!(
        registered,
        listed.iter().map(|function| (*function).to_owned()).collect(),
        "say how a stranger calls it"
    );
    assert_eq!(registered.len(), listed.len());
}

/// What the signature calls an id is tried: no function hides one from the list.
#[test]
fn every_id_of_a_signature_is_tried() {
    fn sources(dir: &std::path::Path, text: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src"), &mut text);
    let listed: BTreeMap<&str, Value> = calls().into_iter().map(|(function, _, body)| (function, body)).collect();
    let mut tried = 0;
    for part in text.split("endpoint = \"").skip(1) {
        let function = part.split('"').next().unwrap();
        let signature = part.split(" fn ").nth(1).unwrap().split(") ->").next().unwrap();
        for argument in signature.split_once('(').unwrap().1.split(',').map(str::trim) {
            let Some((name, kind)) = argument.split_once(": ") else { continue };
            let name = name.rsplit(' ').next().unwrap_or(name);
            if kind.contains("Id") || name.ends_with("_id") {
                // Of a list, its first.
                let given = listed[function].get(name).or_else(|| listed[function].get(format!("{name}[0]")));
                let given = given.and_then(Value::as_str).unwrap_or_default();
                assert!(given.starts_with(['@', '?']), "{function} takes {name}: {kind}, and no stranger tries it");
                tried += 1;
            }
        }
    }
    assert!(tried >= 20, "only {tried} ids were found");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_accounts_object_answers_as_none(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (ours, theirs) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (our_admin, their_admin) = (ours.admin(&app).await, theirs.admin(&app).await);
    let own = objects(&app, &ours, &our_admin).await;
    let foreign = objects(&app, &theirs, &their_admin).await;
    let browser = Browser::sign_in(&app, "admin@acme.test").await;
    let before = (everything(&our_admin).await, everything(&their_admin).await);

    let mut tried = 0;
    for (function, _, body) in calls() {
        for (path, mark, noun) in marks(&body) {
            let place = format!("{function}{path}");
            let stolen = browser.call(function, &filled(&body, &own, &path, foreign[noun.as_str()])).await;
            let nobodys = browser.call(function, &filled(&body, &own, &path, NOBODYS)).await;
            match mark {
                '@' => assert_eq!(stolen.status, 404, "{place}: {}", stolen.text),
                '?' => assert!([404, 422].contains(&stolen.status.as_u16()), "{place}: {}", stolen.text),
                _ => assert_eq!(stolen.status, 200, "{place}: {}", stolen.text),
            }
            assert_eq!(stolen.text, nobodys.text, "{place}");
            assert_eq!(stolen.status, nobodys.status, "{place}");
            tried += 1;
        }
    }
    assert!(tried >= 30, "only {tried} ids were tried");
    // Files are named by tokens.
    let file = upload(&their_admin, "secret.txt", "text/plain", b"Another company's secret").await.expect(201);
    let send = |token: &str| json!({ "conversation": own["conversations"], "message": { "content": "Hello", "attachment_ids": [token] } });
    let stolen = browser.call("messages/send", &send(file["token"].as_str().unwrap())).await;
    let nobodys = browser.call("messages/send", &send("nobodys-token")).await;
    assert_eq!(stolen.status, 422, "{}", stolen.text);
    assert_eq!(stolen.text, nobodys.text);
    assert_eq!(before.1, everything(&their_admin).await, "the other account's rows are as they were");
    assert_eq!(before.0, everything(&our_admin).await, "and nothing half-done is left in one's own");
}

/// Whose a row is, what its number is and what a person may do are no fields that a call can bring along.
#[sqlx::test(migrations = "../migrations")]
async fn smuggled_accounts_ids_and_roles_are_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (ours, theirs) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (our_admin, their_admin) = (ours.admin(&app).await, theirs.admin(&app).await);
    let own = objects(&app, &ours, &our_admin).await;
    let browser = Browser::sign_in(&app, "admin@acme.test").await;
    let before = (everything(&our_admin).await, everything(&their_admin).await);
    let mut tried = 0;
    for (function, _, body) in calls() {
        let body = filled(&body, &own, "", 0);
        let inner = body.as_object().unwrap().iter().filter(|(_, value)| value.is_object());
        for (name, object) in inner {
            for (field, value) in [("account_id", json!(theirs.account)), ("id", json!(1)), ("role", json!("admin"))] {
                if object.get(field).is_some() || function == "agents/update" && field == "role" {
                    continue;
                }
                let mut smuggled = body.clone();
                smuggled[name][field] = value;
                let reply = browser.call(function, &smuggled).await;
                assert_eq!(reply.status, 422, "{function} takes {field}: {}", reply.text);
                tried += 1;
            }
        }
    }
    assert!(tried >= 40, "only {tried} fields were tried");
    assert_eq!(before.0, everything(&our_admin).await);
    assert_eq!(before.1, everything(&their_admin).await);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_viewer_changes_nothing_and_nobody_gets_in(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let own = objects(&app, &office, &admin).await;
    let viewer = Browser::sign_in(&app, "vera@acme.test").await;
    let nobody = Browser(Client::nobody(&app), String::new());
    let before = everything(&admin).await;
    for (function, right, body) in calls() {
        let body = filled(&body, &own, "", 0);
        assert_eq!(nobody.call(function, &body).await.status, 401, "{function} without a session");
        let status = match right {
            Own => continue,
            Reads if CLOSED.contains(&function) => continue,
            Reads => 200,
            Writes => 403,
        };
        let reply = viewer.call(function, &body).await;
        assert_eq!(reply.status, status, "{function}: {}", reply.text);
    }
    assert_eq!(before, everything(&admin).await);
}
