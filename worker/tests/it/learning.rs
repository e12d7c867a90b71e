//! Knowledge and corrections: what is written down changes what the assistant does next, in this account only.

use chrono::TimeDelta;
use domain::{
    Actor,
    ai::classifier::builtin_examples,
    categories, classifications, drafts,
    jobs::{self, Claimed, WorkerLife},
    knowledge,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};
use types::{
    AccountId, Language,
    categories::{AddExamples, CreateCategory, Learning, ModelStatus},
    classifications::{Classification, Correct, EvidenceKind},
    conversations::Priority,
    drafts::{AcceptDraft, DraftStatus, RejectDraft},
    jobs::Queue,
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

async fn learning(app: &TestApp, actor: &Actor) -> Learning {
    let mut tx = app.ctx.begin(actor).await.unwrap();
    classifications::models::learning(&app.ctx, &mut tx, actor).await.unwrap()
}

/// What the account's assistant makes of a customer's first message.
async fn judged(app: &TestApp, office: &Office, text: &str) -> Classification {
    let actor = Actor::system(office.account);
    let (conversation, _) = write(app, office, text).await;
    app.work().await;
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    classifications::latest(&mut tx, &actor, conversation).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_worse_classifier_is_refused_and_the_one_before_goes_on(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let acme = Office::open(&app, "acme").await;
    let actor = Actor::system(acme.account);
    let delivery = CreateCategory {
        name: "Delivery".to_owned(),
        description: "Parcels, couriers and where they are".to_owned(),
        examples: ["Where is my parcel?", "The courier never came", "My package was left in the rain"]
            .map(str::to_owned)
            .to_vec(),
    };
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    categories::create(&mut tx, &actor, delivery).await.unwrap();
    tx.commit().await.unwrap();
    app.work().await;
    let question = "I was charged twice for one order and want the second payment back";
    let before = judged(&app, &acme, question).await;
    assert_eq!(before.category, "billing");

    // What the product knows to be billing, in nearly the same words, taught as sales.
    let wrong: Vec<String> = builtin_examples()
        .iter()
        .filter(|example| example.language == Some(Language::English) && example.category.as_deref() == Some("billing"))
        .map(|example| format!("{} Thank you.", example.text))
        .collect();
    assert!(wrong.len() > 30, "{}", wrong.len());
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let known = categories::list(&mut tx, &actor).await.unwrap();
    let sales = known.iter().find(|category| category.name == "sales").unwrap().id;
    categories::add_examples(&mut tx, &actor, sales, AddExamples { texts: wrong }).await.unwrap();
    tx.commit().await.unwrap();
    app.work().await;

    let models = learning(&app, &actor).await.models;
    let standing: Vec<(i32, ModelStatus)> = models.iter().map(|model| (model.version, model.status)).collect();
    assert_eq!(standing, [(2, ModelStatus::Refused), (1, ModelStatus::Live)], "{models:?}");
    assert!(models[0].reason.contains("the one before") && models[0].accuracy < models[1].accuracy, "{models:?}");
    let after = judged(&app, &acme, question).await;
    assert_eq!(
        (after.category, &after.model),
        (before.category, &before.model),
        "the classifier before goes on judging"
    );

    // The refused one is not tried again while nothing new is taught, and a person may still want it.
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    classifications::models::activate(&mut tx, &actor, models[0].id).await.unwrap();
    tx.commit().await.unwrap();
    assert_ne!(judged(&app, &acme, question).await.model, before.model);
    assert_eq!(learning(&app, &actor).await.models.len(), 2);
}

/// Of each category a few terse examples, and what customers write.
const TOWN: [(&str, [&str; 3], [&str; 8]); 3] = [
    (
        "Library",
        ["I never got the one I reserved", "It says I owe two euros", "Can I keep it a week longer?"],
        [
            "The book I reserved at the library has not arrived",
            "The library says I owe two euros for a late book",
            "Can I keep my library book a week longer?",
            "My reserved novel is still not at the library",
            "Why does the library charge me two euros for the book I brought back?",
            "How do I renew the books I borrowed from the library?",
            "I reserved a cookbook weeks ago and the library never told me it came",
            "Is there a fine when I return library books late?",
        ],
    ),
    (
        "Swimming school",
        ["My son has outgrown his level", "It was too cold on Tuesday", "Is there room among the beginners?"],
        [
            "My son has outgrown his level at the swimming school",
            "The water of the pool was too cold in Tuesday's swimming lesson",
            "Is there room in the swimming group for beginners?",
            "Can my daughter move to a higher level in her swimming lessons?",
            "The swimming teacher let the children freeze in cold water",
            "I want to enrol two beginners in the swimming course",
            "Which swimming level is right for a child who can dive?",
            "The pool is so cold that my kids do not want to swim",
        ],
    ),
    (
        "Harbour",
        ["How deep is it at the outer end?", "Someone has taken my place", "When may I lift it out for the winter?"],
        [
            "How deep is the water at the outer end of the harbour pier?",
            "Someone has moored a boat in my place in the harbour",
            "When may I lift my boat out of the harbour for the winter?",
            "A stranger's sailing boat is tied up in my berth",
            "Is the harbour deep enough for a boat with a keel of two metres?",
            "I need the crane to lift my boat in October",
            "Can I get a berth at the outer pier for my boat?",
            "The rope at my berth was cut and another boat lies there",
        ],
    ),
];

#[sqlx::test(migrations = "../migrations")]
async fn messages_that_nobody_labelled_teach_as_well(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let town = Office::open(&app, "town").await;
    let actor = Actor::system(town.account);
    for (_, _, messages) in TOWN {
        for text in messages {
            write(&app, &town, text).await;
            write(&app, &town, &format!("Hello! {text}")).await;
        }
    }
    app.work().await;
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let before = categories::list(&mut tx, &actor).await.unwrap();
    for (name, examples, _) in TOWN {
        let examples = examples.map(str::to_owned).to_vec();
        let category = CreateCategory { name: name.to_owned(), description: String::new(), examples };
        categories::create(&mut tx, &actor, category).await.unwrap();
    }
    for category in before {
        categories::delete(&mut tx, &actor, category.id).await.unwrap();
    }
    tx.commit().await.unwrap();
    app.work().await;

    let models = learning(&app, &actor).await.models;
    assert_eq!((models[0].unlabelled, models[0].status), (48, ModelStatus::Live), "{models:?}");
    let (conversation, _) = write(&app, &town, "There is no room left for my boat").await;
    app.work().await;
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let judged = classifications::latest(&mut tx, &actor, conversation).await.unwrap();
    assert_eq!(judged.category, "Harbour", "{}", judged.reasoning);
    // What it says of its reasons are the account's examples, never another customer's message.
    let told = judged.evidence.iter().filter(|evidence| evidence.kind == EvidenceKind::Example);
    for evidence in told {
        assert!(TOWN.iter().any(|(_, examples, _)| examples.contains(&evidence.text.as_str())), "{evidence:?}");
    }
}

/// Trains what is due now; answers how many jobs that were.
async fn train(app: &TestApp, life: &WorkerLife) -> usize {
    let due: Vec<Claimed> = jobs::claim(&app.ctx, Queue::Maintain, life.worker, AccountId(0), 100).await.unwrap();
    for job in &due {
        classifications::train(&app.ctx, job).await.unwrap();
    }
    due.len()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_few_corrections_wait_ten_minutes_for_more(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let acme = Office::open(&app, "acme").await;
    let actor = Actor::system(acme.account);
    let mut conversations = Vec::new();
    for number in 0..40 {
        conversations.push(write(&app, &acme, &format!("The gadget of order {number} hums, what now?")).await.0);
    }
    app.work().await;
    let correct = async |some: &[types::ConversationId]| {
        let mut tx = app.ctx.begin(&actor).await.unwrap();
        for conversation in some {
            let seen = classifications::latest(&mut tx, &actor, *conversation).await.unwrap();
            let wanted = if seen.category == "sales" { "technical" } else { "sales" };
            let to = Correct { category: Some(wanted.to_owned()), priority: None, sentiment: None, language: None };
            classifications::correct(&mut tx, &actor, seen.id, to).await.unwrap();
        }
        tx.commit().await.unwrap();
    };
    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    correct(&conversations[1..]).await;
    assert_eq!(train(&app, &life).await, 39);
    let first = learning(&app, &actor).await;
    assert_eq!((first.models.len(), first.models[0].corrections, first.training_at), (1, 39, None), "many at once");

    correct(&conversations[..1]).await;
    assert_eq!(train(&app, &life).await, 1);
    let waiting = learning(&app, &actor).await;
    assert_eq!(waiting.models.len(), 1, "one in forty is not worth a training");
    let due = waiting.training_at.unwrap() - app.ctx.now();
    assert!(due > TimeDelta::minutes(9) && due <= TimeDelta::minutes(10), "{due}");

    app.clock.advance(TimeDelta::minutes(9));
    assert_eq!(train(&app, &life).await, 0);
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(train(&app, &life).await, 1);
    let learned = learning(&app, &actor).await;
    assert_eq!((learned.models.len(), learned.models[0].corrections, learned.training_at), (2, 40, None));
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
