//! Knowledge and corrections: what is written down changes what the assistant does next, in this account only.

use domain::{Actor, classifications, drafts, knowledge};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};
use types::{
    classifications::Correct,
    conversations::Priority,
    drafts::{AcceptDraft, DraftStatus, RejectDraft},
    knowledge::{ArticleStatus, SaveArticle, SearchQuery},
};

use crate::support::write;

fn article(title: &str, body: &str) -> SaveArticle {
    SaveArticle { title: title.to_owned(), body: body.to_owned(), language: None, collection: None, status: None }
}

fn query(q: &str) -> SearchQuery {
    SearchQuery { q: q.to_owned(), limit: None }
}

#[sqlx::test(migrations = "../migrations")]
async fn articles_are_found_as_they_stand_now_and_only_at_home(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let acme = Office::open(&app, "acme").await;
    let globex = Office::open(&app, "globex").await;
    let (at_acme, at_globex) = (Actor::system(acme.account), Actor::system(globex.account));
    let mut tx = app.ctx.begin(&at_acme).await.unwrap();
    let refunds = knowledge::create(
        &mut tx,
        &at_acme,
        article("Refunds", "A refund arrives within five business days. Write to us with the order number."),
    )
    .await
    .unwrap();
    knowledge::create(&mut tx, &at_acme, article("Opening hours", "The shop is open from nine to five."))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = app.ctx.begin(&at_globex).await.unwrap();
    knowledge::create(
        &mut tx,
        &at_globex,
        article("Refunds at Globex", "CANARY-7731: a refund arrives within one day."),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    app.work().await;

    let hits = knowledge::search(&app.ctx, &at_acme, query("When does my refund arrive?")).await.unwrap();
    assert_eq!(hits[0].article_id, refunds.id);
    assert!(hits[0].excerpt.contains("five business days") && hits[0].similarity > 0.3, "{:?}", hits[0]);
    for q in ["CANARY-7731", "refund within one day", "Globex"] {
        let hits = knowledge::search(&app.ctx, &at_acme, query(q)).await.unwrap();
        assert!(hits.iter().all(|hit| !hit.excerpt.contains("CANARY") && !hit.title.contains("Globex")), "{hits:?}");
    }

    let mut tx = app.ctx.begin(&at_acme).await.unwrap();
    let changed =
        knowledge::replace(&mut tx, &at_acme, refunds.id, article("Refunds", "A refund arrives within two weeks."))
            .await
            .unwrap();
    assert!(!changed.indexed);
    tx.commit().await.unwrap();
    app.work().await;
    let hits = knowledge::search(&app.ctx, &at_acme, query("When does my refund arrive?")).await.unwrap();
    assert!(hits[0].excerpt.contains("two weeks"), "{:?}", hits[0]);

    let mut tx = app.ctx.begin(&at_acme).await.unwrap();
    let hidden = SaveArticle {
        status: Some(ArticleStatus::Archived),
        ..article("Refunds", "A refund arrives within two weeks.")
    };
    assert!(knowledge::replace(&mut tx, &at_acme, refunds.id, hidden).await.is_ok());
    tx.commit().await.unwrap();
    let hits = knowledge::search(&app.ctx, &at_acme, query("When does my refund arrive?")).await.unwrap();
    assert!(hits.iter().all(|hit| hit.article_id != refunds.id), "archived is not found, indexed or not");
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_correction_changes_the_next_verdict_of_this_account_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let acme = Office::open(&app, "acme").await;
    let globex = Office::open(&app, "globex").await;
    let text = |number: i32| format!("The gadget hums in the night shift mode, ticket {number}, what now?");
    let (first, _) = write(&app, &acme, &text(1)).await;
    app.work().await;
    let actor = Actor::system(acme.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let before = classifications::latest(&mut tx, &actor, first).await.unwrap();
    let wanted = if before.category == "sales" { "billing" } else { "sales" };
    let correct = Correct {
        category: Some(wanted.to_owned()),
        priority: Some(Priority::Urgent),
        sentiment: None,
        language: None,
    };
    let corrected = classifications::correct(&mut tx, &actor, before.id, correct).await.unwrap();
    assert_eq!((corrected.category.as_str(), corrected.priority), (wanted, Priority::Urgent));
    let conversation = domain::conversations::get(&mut tx, &actor, first).await.unwrap();
    assert_eq!(conversation.classification.unwrap().category, wanted);
    assert_eq!(conversation.priority, Priority::Urgent);
    tx.commit().await.unwrap();
    // Learned first: what comes in meanwhile is judged as before.
    app.work().await;

    let (second, _) = write(&app, &acme, &text(2)).await;
    let (elsewhere, _) = write(&app, &globex, &text(2)).await;
    app.work().await;
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let learned = classifications::latest(&mut tx, &actor, second).await.unwrap();
    assert_eq!(learned.category, wanted, "{}", learned.reasoning);
    let other = Actor::system(globex.account);
    let mut tx = app.ctx.begin(&other).await.unwrap();
    assert_eq!(classifications::latest(&mut tx, &other, elsewhere).await.unwrap().category, before.category);

    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let unknown = Correct { category: Some("astrology".to_owned()), priority: None, sentiment: None, language: None };
    assert!(classifications::correct(&mut tx, &actor, before.id, unknown).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_draft_is_sent_once_without_its_marks(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = Actor::system(office.account);
    let mut tx = app.ctx.begin(&anna).await.unwrap();
    let body = "If you were charged twice for one order, we send the duplicate payment back at once. Banks show the refund within three business days.";
    knowledge::create(&mut tx, &anna, article("Duplicate charges", body)).await.unwrap();
    tx.commit().await.unwrap();
    app.work().await;
    let (conversation, _) =
        write(&app, &office, "I was charged twice for one order. When do I get the duplicate payment back?").await;
    app.work().await;
    let mut tx = app.ctx.begin(&anna).await.unwrap();
    let draft = drafts::list(&mut tx, &anna, conversation).await.unwrap().remove(0);
    assert!(draft.grounded && draft.content.contains("[1]"), "{}", draft.content);
    let accepted = drafts::accept(&mut tx, &anna, draft.id, AcceptDraft { content: None }).await.unwrap();
    assert_eq!((accepted.draft.status, accepted.draft.edit_distance), (DraftStatus::Accepted, Some(0)));
    assert!(!accepted.message.content.contains("[1]") && accepted.draft.content.contains("[1]"));
    let again = drafts::accept(&mut tx, &anna, draft.id, AcceptDraft { content: None }).await;
    assert!(matches!(again, Err(domain::Error::Conflict { code: "draft_decided", .. })));
    let rejected = drafts::reject(&mut tx, &anna, draft.id, RejectDraft { reason: None }).await;
    assert!(matches!(rejected, Err(domain::Error::Conflict { code: "draft_decided", .. })));
    tx.commit().await.unwrap();
}
