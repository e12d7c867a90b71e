//! The model's settings and the egress ledger over HTTP.

use std::process::Command;

use domain::{Actor, Error, ai_settings, ai_settings::models::Models, auth::vault::Vault};
use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};
use types::ai_settings::UpdateAiSettings;

const SETTINGS: &str = "/api/ai/settings";
const KEY: &str = "sk-a-very-secret-key";
const NEWER: &str = "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";

async fn set(admin: &Client, change: Value) -> Value {
    admin.patch(SETTINGS, change).await.expect(200)
}

/// The key as it is stored.
async fn stored_key(owner: &mut PgConnection, office: &Office) -> Option<String> {
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut *owner)
        .await
        .unwrap();
    sqlx::query_scalar("select api_key from ai_settings").fetch_one(owner).await.unwrap()
}

async fn model() -> ScriptedModel {
    ScriptedModel::start(|_, _| Says::Counted(json!({ "ok": true }).to_string(), 30, 5)).await
}

#[sqlx::test(migrations = "../migrations")]
async fn admins_choose_and_others_do_not_see(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (admin, stranger) = (acme.admin(&app).await, globex.admin(&app).await);
    let untouched = stranger.get(SETTINGS).await.expect(200);
    assert_eq!(untouched["in_use"]["builtin_because"], "nothing_chosen");
    assert_eq!((&untouched["classifications_per_minute"], &untouched["drafts_per_minute"]), (&json!(100), &json!(50)));
    assert_eq!((&untouched["egress"], &untouched["has_key"]), (&json!(true), &json!(false)));

    let chosen = set(&admin, json!({ "provider": "openai", "chat_model": "gpt-4o-mini" })).await;
    assert_eq!(chosen["in_use"]["builtin_because"], "incomplete", "nobody serves without a key");
    let chosen = set(&admin, json!({ "api_key": KEY, "daily_token_budget": 100_000, "timeout_seconds": 30 })).await;
    assert_eq!(chosen["has_key"], true);
    assert_eq!(chosen["in_use"], json!({ "host": "api.openai.com", "model": "gpt-4o-mini", "builtin_because": null }));
    let chosen = set(&admin, json!({ "daily_token_budget": null, "egress": false })).await;
    assert_eq!((&chosen["daily_token_budget"], &chosen["timeout_seconds"]), (&Value::Null, &json!(30)));
    assert_eq!(chosen["in_use"]["builtin_because"], "egress_forbidden");
    assert_eq!(stranger.get(SETTINGS).await.expect(200), untouched, "another account's choice is its own");

    for client in [acme.anna(&app).await, acme.viewer(&app).await] {
        assert_eq!(client.get(SETTINGS).await.refused(403), "forbidden");
        assert_eq!(client.patch(SETTINGS, json!({ "egress": true })).await.refused(403), "forbidden");
        assert_eq!(client.post("/api/ai/settings/test", json!({})).await.refused(403), "forbidden");
        assert_eq!(client.get("/api/ai/egress").await.refused(403), "forbidden");
    }
    assert_eq!(Client::nobody(&app).get(SETTINGS).await.status, 401);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let admin = Office::open(&app, "acme").await.admin(&app).await;
    set(&admin, json!({ "provider": "compatible" })).await;
    for (field, change) in [
        ("base_url", json!({ "base_url": "nonsense" })),
        ("base_url", json!({ "base_url": "ftp://x.test" })),
        ("base_url", json!({ "base_url": "https://user:pass@x.test/v1" })),
        ("base_url", json!({ "base_url": "https://x.test/v1?key=1" })),
        ("chat_model", json!({ "chat_model": "m".repeat(201) })),
        ("chat_model", json!({ "chat_model": "a\nb" })),
        ("api_key", json!({ "api_key": "" })),
        ("api_key", json!({ "api_key": "with space" })),
        ("api_key", json!({ "api_key": "ä" })),
        ("timeout_seconds", json!({ "timeout_seconds": 0 })),
        ("timeout_seconds", json!({ "timeout_seconds": 46 })),
        ("daily_token_budget", json!({ "daily_token_budget": -1 })),
        ("daily_spend_micros", json!({ "daily_spend_micros": -1 })),
        ("input_price_micros", json!({ "input_price_micros": -1 })),
        ("output_price_micros", json!({ "output_price_micros": i64::MAX })),
        ("classifications_per_minute", json!({ "classifications_per_minute": -1 })),
        ("drafts_per_minute", json!({ "drafts_per_minute": 100_001 })),
    ] {
        let answer = admin.patch(SETTINGS, change).await.expect(422);
        assert!(answer["error"]["fields"][field].is_string(), "{field}: {answer}");
    }
    for change in [json!({ "provider": "skynet" }), json!({ "account_id": 2 }), json!({ "has_key": true })] {
        admin.patch(SETTINGS, change).await.refused(422);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_goes_in_and_never_comes_out(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let mut owner = app.owner.connect().await.unwrap();
    let place =
        json!({ "provider": "compatible", "base_url": "https://one.test/v1", "chat_model": "m", "api_key": KEY });
    let reply = admin.patch(SETTINGS, place).await;
    assert!(!reply.text.contains(KEY), "{}", reply.text);
    let sealed = stored_key(&mut owner, &office).await.unwrap();
    assert!(sealed.starts_with("v1.") && !sealed.contains(KEY) && !sealed.contains("secret"));

    // Whoever sets another address would otherwise be sent a key that they cannot read.
    assert_eq!(set(&admin, json!({ "chat_model": "n", "base_url": "https://one.test/v1/" })).await["has_key"], true);
    assert_eq!(set(&admin, json!({ "base_url": "https://two.test/v1" })).await["has_key"], false);
    assert_eq!(set(&admin, json!({ "api_key": KEY })).await["has_key"], true);
    let moved = set(&admin, json!({ "provider": "mistral" })).await;
    assert_eq!(
        (&moved["has_key"], &moved["base_url"], &moved["chat_model"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    assert_eq!(set(&admin, json!({ "api_key": KEY, "provider": "anthropic" })).await["has_key"], true);
    assert_eq!(set(&admin, json!({ "api_key": null })).await["has_key"], false);

    for path in [SETTINGS, "/api/audit-logs", "/api/ai/egress"] {
        assert!(!admin.get(path).await.text.contains(KEY), "{path}");
    }
    let trail = admin.get("/api/audit-logs").await.expect(200);
    let changes: Vec<&Value> = trail["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["action"] == "ai_settings.updated")
        .map(|line| &line["details"]["api_key"])
        .collect();
    assert_eq!(
        changes,
        [
            &json!("removed"),
            &json!("set"),
            &json!("removed"),
            &json!("set"),
            &json!("removed"),
            &Value::Null,
            &json!("set")
        ]
    );
    let first = trail["data"].as_array().unwrap().iter().rfind(|line| line["action"] == "ai_settings.updated").unwrap();
    assert_eq!(first["details"]["base_url"], json!({ "from": null, "to": "https://one.test/v1" }));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_model_is_tried_out_through_the_books(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (admin, stranger) = (acme.admin(&app).await, globex.admin(&app).await);
    let test = async || admin.post("/api/ai/settings/test", json!({})).await.expect(200);
    let outcome = test().await;
    assert_eq!((&outcome["ok"], &outcome["code"]), (&json!(false), &json!("nothing_chosen")));
    assert!(outcome["message"].as_str().unwrap().contains("No model is chosen"));

    let model = model().await;
    set(&admin, model.settings()).await;
    let outcome = test().await;
    assert_eq!((&outcome["ok"], &outcome["model"], &outcome["code"]), (&json!(true), &json!("scripted"), &Value::Null));
    set(&admin, json!({ "api_key": "wrong" })).await;
    let outcome = test().await;
    assert_eq!((&outcome["ok"], &outcome["code"]), (&json!(false), &json!("refused")));
    assert_eq!(outcome["message"], "The endpoint answered with status 401.");
    set(&admin, json!({ "egress": false })).await;
    assert_eq!(test().await["code"], "egress_forbidden");
    set(&admin, json!({ "egress": true, "daily_token_budget": 0 })).await;
    assert_eq!(test().await["code"], "over_tokens");
    set(&admin, json!({ "daily_token_budget": null })).await;
    for _ in 0..8 {
        test().await;
    }
    assert_eq!(test().await["code"], "over_rate", "no scanner of ports");

    let mut seen = Vec::new();
    let mut path = "/api/ai/egress?limit=3".to_owned();
    loop {
        let page = admin.get(&path).await.expect(200);
        assert_eq!(page["today"]["requests"], 10);
        assert_eq!(page["today"]["held_back"], 2);
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/ai/egress?limit=3&cursor={cursor}");
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, each once");
    let theirs = stranger.get("/api/ai/egress").await.expect(200);
    assert_eq!((&theirs["data"], &theirs["today"]["requests"]), (&json!([]), &json!(0)));
}

/// A hosted server calls no address of its own network for a tenant.
#[sqlx::test(migrations = "../migrations")]
async fn production_calls_public_https_only(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let model = model().await;
    let production = app.with_models(Models::new(None, true), app.ctx.vault.clone());
    let actor = Actor::system(office.account);
    let change = |base_url: &str| {
        let body = json!({ "provider": "compatible", "base_url": base_url, "chat_model": "m" });
        serde_json::from_value::<UpdateAiSettings>(body).unwrap()
    };
    for address in [
        "http://api.example.com/v1",
        "https://127.0.0.1/v1",
        "https://[::1]/v1",
        "https://169.254.169.254/latest",
        "https://2130706433/v1",
        "https://localhost:5432/v1",
        model.base_url.as_str(),
    ] {
        let mut tx = production.begin(&actor).await.unwrap();
        let refused = ai_settings::update(&production, &mut tx, &actor, change(address)).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid { field: "base_url", .. }), "{address}: {refused}");
    }
    let mut tx = production.begin(&actor).await.unwrap();
    let ollama =
        serde_json::from_value::<UpdateAiSettings>(json!({ "provider": "ollama", "chat_model": "m" })).unwrap();
    assert!(
        ai_settings::update(&production, &mut tx, &actor, ollama).await.is_err(),
        "the preset is this machine, too"
    );
    drop(tx);
    // Saved while it was allowed, or in another environment: still not called.
    set(&office.admin(&app).await, model.settings()).await;
    let outcome = ai_settings::test(&production, &actor).await.unwrap();
    assert_eq!((outcome.ok, outcome.code.as_deref()), (false, Some("address_refused")));
    assert!(model.received().is_empty());
}

/// Without an encryption key nothing secret is stored; with another one the key cannot be read, and that is said.
#[sqlx::test(migrations = "../migrations")]
async fn keys_need_their_encryption_key(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let actor = Actor::system(office.account);
    let keyless = app.with_models(Models::new(None, false), Vault::default());
    let mut tx = keyless.begin(&actor).await.unwrap();
    let change = UpdateAiSettings { api_key: Some(Some(KEY.to_owned())), ..UpdateAiSettings::default() };
    let refused = ai_settings::update(&keyless, &mut tx, &actor, change).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { code: "no_encryption_key", .. }), "{refused}");
    drop(tx);
    let model = model().await;
    set(&office.admin(&app).await, model.settings()).await;
    let stranger = app.with_models(Models::new(None, false), Vault::new(Some(NEWER), "").unwrap());
    let outcome = ai_settings::test(&stranger, &actor).await.unwrap();
    assert_eq!((outcome.ok, outcome.code.as_deref()), (false, Some("key_unreadable")));
}

/// The command itself: afterwards the old key is not needed any more.
#[sqlx::test(migrations = "../migrations")]
async fn keys_are_rotated(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let model = model().await;
    let offices = [Office::open(&app, "acme").await, Office::open(&app, "globex").await];
    for office in &offices {
        set(&office.admin(&app).await, model.settings()).await;
    }
    Office::open(&app, "initech").await;
    let mut owner = app.owner.connect().await.unwrap();
    let before = stored_key(&mut owner, &offices[0]).await.unwrap();
    sqlx::query("grant select on _sqlx_migrations to hummdesk_runtime").execute(&mut owner).await.unwrap();

    let data = tempfile::tempdir().unwrap();
    let cache = domain::db::embedded::cache_dir().unwrap();
    std::os::unix::fs::symlink(cache.join("test-ai"), data.path().join("ai")).unwrap();
    let rotate = |newest: &str, older: &str| {
        Command::new(env!("CARGO_BIN_EXE_hummdesk-server"))
            .arg("rotate-keys")
            .env("DATABASE_URL", app.runtime.to_url_lossy().to_string())
            .env("HUMMDESK_DATA", data.path())
            .env("HUMMDESK_SECRET", "a secret that is long enough for a test")
            .env("HUMMDESK_LOG", "off")
            .env("HUMMDESK_ENCRYPTION_KEY", newest)
            .env("HUMMDESK_ENCRYPTION_KEYS_OLD", older)
            .output()
            .unwrap()
    };
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let done = rotate(NEWER, TestApp::ENCRYPTION_KEY);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(said(&done), "2 keys were encrypted anew.");
    assert_eq!(said(&rotate(NEWER, "")), "0 keys were encrypted anew.");
    assert_ne!(stored_key(&mut owner, &offices[0]).await.unwrap(), before);

    let fresh = app.with_models(Models::new(None, false), Vault::new(Some(NEWER), "").unwrap());
    for office in &offices {
        let outcome = ai_settings::test(&fresh, &Actor::system(office.account)).await.unwrap();
        assert!(outcome.ok, "{}", outcome.message);
    }
    let lost = rotate(TestApp::ENCRYPTION_KEY, "");
    let told = String::from_utf8_lossy(&lost.stderr).trim().to_owned();
    assert!(!lost.status.success() && told.contains("2 keys were encrypted with none of"), "{told}");
    assert_eq!(told.lines().count(), 1);
    let bad = rotate("short", "");
    assert!(String::from_utf8_lossy(&bad.stderr).contains("HUMMDESK_ENCRYPTION_KEY: expected 32 random bytes"));
}
