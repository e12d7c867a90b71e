//! Articles of accounts that want them tried before they are published.

use super::*;
use crate::functions::Browser;

const ARTICLES: &str = "/api/knowledge-base/articles";
const REFUNDS: &str = "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days.";

fn article(body: &str, status: &str) -> Value {
    json!({ "title": "Duplicate charges", "body": body, "status": status })
}

/// An account that wants articles tried, with ten resolved conversations, and one published article from before.
async fn careful(app: &TestApp) -> (Office, Client, Value) {
    let (office, admin) = office(app, 10).await;
    let published = admin.post(ARTICLES, article(REFUNDS, "published")).await.expect(201);
    app.work().await;
    let settings = admin.patch("/api/ai/settings", json!({ "rehearse_articles": true })).await.expect(200);
    assert_eq!(settings["rehearse_articles"], true);
    (office, admin, published)
}

async fn current(admin: &Client) -> Value {
    let known = admin.get(PATH).await.expect(200);
    let open = |row: &&Value| !["live", "discarded"].contains(&row["status"].as_str().unwrap());
    known["data"].as_array().unwrap().iter().find(open).cloned().unwrap_or_default()
}

fn kinds(rehearsal: &Value) -> Vec<&str> {
    let changes = rehearsal["changes"].as_array().into_iter().flatten();
    changes.map(|proposed| proposed["change"]["kind"].as_str().unwrap()).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_published_changes_only_after_it_was_tried(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (_, admin, published) = careful(&app).await;
    let one = format!("{ARTICLES}/{}", published["id"]);
    let slower = REFUNDS.replace("3 business days", "9 business days");
    let draft = admin.post(ARTICLES, article("Another text about refunds", "draft")).await.expect(201);
    for refused in [
        admin.post(ARTICLES, article("Something new", "published")).await,
        admin.put(&format!("{ARTICLES}/{}", draft["id"]), article("Something new", "published")).await,
        admin.put(&one, article(&slower, "published")).await,
        admin.put(&one, json!({ "title": "Charged twice", "body": REFUNDS })).await,
    ] {
        assert_eq!(refused.refused(409), "rehearsal_needed");
    }
    // What no answer shows, and what is no longer to be found, is in order at once.
    let moved = json!({ "title": "Duplicate charges", "body": REFUNDS, "collection": "Money" });
    assert_eq!(admin.put(&one, moved).await.expect(200)["collection"], "Money");
    admin.put(&format!("{ARTICLES}/{}", draft["id"]), article("Yet another text", "draft")).await.expect(200);
    app.work().await;

    let change = json!({ "kind": "update_article", "article_id": published["id"],
        "article": { "title": "Charged twice", "body": slower } });
    let rehearsal = tried(&app, &admin, json!([change])).await;
    assert_eq!(rehearsal["changes"][0]["name"], "Duplicate charges");
    let first = cases(&admin, &rehearsal, "").await.into_iter().find(|case| case["text"] == QUESTIONS[0]).unwrap();
    let content = |side: &str| first[side]["draft"]["content"].as_str().unwrap().to_owned();
    assert!(content("now").contains("3 business days") && content("then").contains("9 business days"), "{first}");
    assert_eq!(first["flips"], json!(["draft"]));
    let now = admin.get(&one).await.expect(200);
    assert_eq!((&now["title"], &now["indexed"]), (&json!("Duplicate charges"), &json!(true)), "nothing of it stays");

    go_live(&admin, &rehearsal, None).await.expect(200);
    app.work().await;
    let found = admin.get("/api/knowledge-base/search?q=charged%20twice").await.expect(200);
    assert_eq!((&found["data"][0]["title"], found["data"].as_array().unwrap().len()), (&json!("Charged twice"), 1));
    assert!(found["data"][0]["excerpt"].as_str().unwrap().contains("9 business days"));

    // Taking it away is tried like any change, and possible at once.
    let archive = json!({ "title": "Charged twice", "body": slower, "status": "archived" });
    let gone = json!([{ "kind": "update_article", "article_id": published["id"], "article": archive }]);
    let rehearsal = tried(&app, &admin, gone).await;
    assert_eq!(worse(&rehearsal), ["answered"], "{rehearsal}");
    admin.put(&one, archive).await.expect(200);
    let found = admin.get("/api/knowledge-base/search?q=charged%20twice").await.expect(200);
    assert_eq!(found["data"], json!([]));
    assert_eq!(go_live(&admin, &rehearsal, Some("acme")).await.refused(409), "rehearsal_stale");
}

#[sqlx::test(migrations = "../migrations")]
async fn agents_propose_and_nothing_they_wrote_is_lost(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (_, admin, published) = careful(&app).await;
    let anna = Browser::sign_in(&app, "anna@acme.test").await;
    let save = async |id: &Value, article: Value| -> (i64, bool) {
        let saved = anna.call("knowledge/save", &json!({ "id": id, "article": article })).await.expect(200);
        serde_json::from_value(saved).unwrap()
    };
    let opened = async |id: i64| {
        let opened = anna.call("knowledge/get", &json!({ "id": id })).await.expect(200);
        (opened["waits"].as_bool().unwrap(), opened["proposed"]["body"].clone())
    };

    // A new one is kept as a draft; of a published one, its change.
    let (new, waits) =
        save(&Value::Null, json!({ "title": "Vouchers", "body": "We sell vouchers.", "status": "published" })).await;
    assert!(waits);
    assert_eq!(admin.get(&format!("{ARTICLES}/{new}")).await.expect(200)["status"], "draft");
    assert_eq!(opened(new).await, (true, Value::Null));
    let longer = json!({ "title": "Vouchers", "body": "We sell vouchers from 20 euros on.", "status": "draft" });
    assert_eq!(save(&json!(new), longer.clone()).await, (new, true), "a draft is still to be published");
    assert_eq!(admin.get(&format!("{ARTICLES}/{new}")).await.expect(200)["body"], longer["body"]);
    let old = published["id"].as_i64().unwrap();
    assert_eq!(save(&published["id"], article("A first thought", "published")).await, (old, true));
    assert_eq!(save(&published["id"], article("A second thought", "published")).await, (old, true));
    assert_eq!(opened(old).await, (true, json!("A second thought")));
    assert_eq!(admin.get(&format!("{ARTICLES}/{old}")).await.expect(200)["body"], REFUNDS);
    let proposed = current(&admin).await;
    assert_eq!(kinds(&proposed), ["publish", "update_article"], "the last word on each");
    assert_eq!(proposed["created_by"], "Anna of acme");

    // They propose articles and decide nothing.
    let id = &proposed["id"];
    for refused in [
        anna.call("rehearsals/run-form", &json!({ "id": id, "conversations": 10 })).await,
        anna.call("rehearsals/go-live-form", &json!({ "id": id, "confirm": "acme" })).await,
        anna.call("rehearsals/take-out-form", &json!({ "id": id, "place": 0 })).await,
        anna.call("rehearsals/discard-form", &json!({ "id": id })).await,
    ] {
        assert_eq!(refused.status, 403, "{}", refused.text);
    }

    // An admin takes one out, and what is gone or taken back waits no longer.
    assert_eq!(admin.delete(&format!("{PATH}/{id}/changes/2")).await.refused(404), "not_found");
    admin.delete(&format!("{PATH}/{id}/changes/0")).await.expect(204);
    assert_eq!((opened(new).await.0, kinds(&current(&admin).await)), (false, vec!["update_article"]));
    assert_eq!(
        save(&json!(new), json!({ "title": "Vouchers", "body": "We do.", "status": "published" })).await,
        (new, true)
    );
    admin.delete(&format!("{ARTICLES}/{new}")).await.expect(204);
    assert_eq!(kinds(&current(&admin).await), ["update_article"]);
    assert_eq!(save(&json!(old), article("A third thought", "draft")).await, (old, false));
    assert_eq!((opened(old).await, current(&admin).await), ((false, Value::Null), Value::Null));
    let taken_back = admin.get(&format!("{ARTICLES}/{old}")).await.expect(200);
    assert_eq!((&taken_back["body"], &taken_back["status"]), (&json!("A third thought"), &json!("draft")));
}
