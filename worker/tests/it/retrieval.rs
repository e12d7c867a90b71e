//! Retrieval through the product's own ingestion: what is found, what is said to be unanswerable, and that the index
//! follows every change of an article.

use domain::{
    Actor, TenantTx,
    ai::Who,
    drafts,
    knowledge::{self, Found, Question},
};
use serde::Deserialize;
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Office, TestApp};
use types::{
    AccountId, ArticleId, Language,
    knowledge::{ArticleStatus, SaveArticle},
};

use crate::support::{owner, write};

fn article(title: &str, body: &str) -> SaveArticle {
    SaveArticle { title: title.to_owned(), body: body.to_owned(), language: None, collection: None, status: None }
}

async fn publish(app: &TestApp, office: &Office, articles: &[(&str, &str)]) -> Vec<ArticleId> {
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let mut ids = Vec::new();
    for (title, body) in articles {
        ids.push(knowledge::create(&mut tx, &actor, article(title, body)).await.unwrap().id);
    }
    tx.commit().await.unwrap();
    app.work().await;
    ids
}

async fn ask(app: &TestApp, office: &Office, question: &Question) -> Found {
    knowledge::retrieve(&app.ctx, office.account, question, 8).await.unwrap()
}

async fn first(app: &TestApp, office: &Office, question: &Question) -> Option<ArticleId> {
    ask(app, office, question).await.passages.first().map(|passage| passage.article_id)
}

/// What the account's index holds: passages, vectors, postings; and how many counts the postings do not give.
async fn standing(owner: &mut PgConnection, account: AccountId) -> (i64, i64, i64, i64) {
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(account.0.to_string())
        .execute(&mut *owner)
        .await
        .unwrap();
    sqlx::query_as(
        "select (select count(*) from knowledge_chunks), (select count(*) from knowledge_vectors), (select count(*) from knowledge_postings),
                (select count(*) from (
                     select language, lexeme, count(*) as chunks from knowledge_postings group by 1, 2
                     union all select language, '', count(*) from knowledge_chunks group by 1) as held
                 full join knowledge_lexemes l on l.language = held.language and l.lexeme = held.lexeme
                 where held.chunks is distinct from l.chunks)",
    )
    .fetch_one(owner)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_index_follows_every_change(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner(&app).await;
    let actor = Actor::system(office.account);
    assert_eq!(standing(&mut owner, office.account).await, (0, 0, 0, 0));
    let ids = publish(
        &app,
        &office,
        &[
            ("Refunds", "A refund arrives within five business days. Write to us with the order number."),
            ("Returns", "A return of an order is free within thirty days. The refund follows."),
            ("Öppettider", "Butiken är öppen från nio till fem. Ring oss gärna om din beställning."),
        ],
    )
    .await;
    let (chunks, vectors, postings, wrong) = standing(&mut owner, office.account).await;
    assert!(chunks == 3 && vectors == 3 && postings > 20 && wrong == 0, "{chunks} {vectors} {postings} {wrong}");

    let change = async |id: ArticleId, request: SaveArticle| {
        let mut tx: TenantTx = app.ctx.begin(&actor).await.unwrap();
        knowledge::replace(&mut tx, &actor, id, request).await.unwrap();
        tx.commit().await.unwrap();
    };
    // Another text, and another language for it.
    let german =
        SaveArticle { language: Some(Language::German), ..article("Erstattung", "Das Geld kommt in fünf Tagen.") };
    change(ids[0], german).await;
    app.work().await;
    let (chunks, vectors, changed, wrong) = standing(&mut owner, office.account).await;
    assert!(chunks == 3 && vectors == 3 && changed < postings && wrong == 0, "{chunks} {vectors} {changed} {wrong}");

    // Archived, it is gone before any job has run, and comes back when published.
    let archived = SaveArticle { status: Some(ArticleStatus::Archived), ..article("Returns", "A return is free.") };
    change(ids[1], archived).await;
    let (chunks, vectors, _, wrong) = standing(&mut owner, office.account).await;
    assert_eq!((chunks, vectors, wrong), (2, 2, 0));
    app.work().await;
    assert_eq!(standing(&mut owner, office.account).await.0, 2);
    let published = SaveArticle { status: Some(ArticleStatus::Published), ..article("Returns", "A return is free.") };
    change(ids[1], published).await;
    app.work().await;
    assert_eq!(standing(&mut owner, office.account).await.0, 3);

    let mut tx = app.ctx.begin(&actor).await.unwrap();
    for id in ids {
        knowledge::delete(&mut tx, &actor, id).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(standing(&mut owner, office.account).await, (0, 0, 0, 0));
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_accounts_words_are_its_own(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let acme = Office::open(&app, "acme").await;
    let globex = Office::open(&app, "globex").await;
    publish(&app, &acme, &[("Refunds", "A refund arrives within five business days.")]).await;
    publish(&app, &globex, &[("Secrets", "CANARY-7731 is a word of Globex alone.")]).await;
    let mut runtime = sqlx::ConnectOptions::connect(&app.runtime).await.unwrap();
    for table in ["knowledge_postings", "knowledge_lexemes", "knowledge_vectors"] {
        let count = |condition: &str| format!("select count(*) from {table} where {condition}");
        for (account, other) in [(acme.account, globex.account), (globex.account, acme.account)] {
            sqlx::query("select set_config('app.account_id', $1, false)")
                .bind(account.0.to_string())
                .execute(&mut runtime)
                .await
                .unwrap();
            for (condition, some) in
                [(format!("account_id = {account}"), true), (format!("account_id = {other}"), false)]
            {
                let seen: i64 =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(count(&condition))).fetch_one(&mut runtime).await.unwrap();
                assert_eq!(seen > 0, some, "{table}: {condition} as {account}");
            }
            let stolen = format!("update {table} set account_id = {other}");
            assert!(
                sqlx::query(sqlx::AssertSqlSafe(stolen)).execute(&mut runtime).await.is_err(),
                "{table} lets rows move"
            );
        }
    }
    // A word that only a stranger has is an unknown one here: it finds nothing and makes an answer unlikely.
    let found = ask(&app, &acme, &Question::new("CANARY-7731")).await;
    assert!(found.evidence.share < 0.01 && found.passages.iter().all(|passage| !passage.content.contains("CANARY")));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rare_word_finds_its_article_in_any_language(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let codes: Vec<(String, String)> = (4700..4720)
        .map(|code| {
            let body = format!(
                "When the display shows E-{code}, switch the device off, wait a minute and switch it on again."
            );
            (format!("The device shows an error, part {}", code - 4699), body)
        })
        .collect();
    let codes: Vec<(&str, &str)> = codes.iter().map(|(title, body)| (title.as_str(), body.as_str())).collect();
    let ids = publish(&app, &office, &codes).await;
    for question in
        ["What does error E-4711 mean?", "my device says 4711", "Mitä virhe E-4711 tarkoittaa?", "Was bedeutet E-4711?"]
    {
        assert_eq!(first(&app, &office, &Question::new(question)).await, Some(ids[11]), "{question}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_follow_up_is_understood_by_the_turn_before(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let ids = publish(
        &app,
        &office,
        &[
            ("Prices of the annual plan", "The annual plan costs 120 euros. Students pay half of it, 60 euros a year."),
            (
                "Internships for students",
                "Students can work with us in the summer. Students apply by March with a letter.",
            ),
            ("Opening hours", "The shop is open from nine to five on weekdays."),
            ("Refunds", "A refund arrives within five business days."),
        ],
    )
    .await;
    let alone = Question::new("and for students?");
    assert_eq!(first(&app, &office, &alone).await, Some(ids[1]));
    let history = [
        (Who::Customer, "How much does the annual plan cost?".to_owned()),
        (Who::Agent, "The annual plan costs 120 euros.".to_owned()),
    ];
    let follow_up = Question::after("and for students?", &history);
    assert_eq!(first(&app, &office, &follow_up).await, Some(ids[0]));
}

#[derive(Deserialize)]
struct DemoArticle {
    language: Language,
    title: String,
    body: String,
}

const ANSWERABLE: [&str; 4] = [
    "I was charged twice this month. When do I get my money back?",
    "How do I reset my password? The link has expired.",
    "Minulta veloitettiin kahdesti. Milloin saan rahat takaisin?",
    "Wie setze ich mein Passwort zurück?",
];
const UNANSWERABLE: [&str; 4] = [
    "Can you recommend a good recipe for carrot cake?",
    "What is the weather going to be in Lisbon tomorrow?",
    "Kuka voitti jääkiekon maailmanmestaruuden?",
    "Können Sie mir ein Rezept für Apfelkuchen geben?",
];

#[sqlx::test(migrations = "../migrations")]
async fn what_the_articles_do_not_answer_is_known_and_said(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let actor = Actor::system(office.account);
    let demo: Vec<DemoArticle> =
        serde_json::from_str(include_str!("../../../domain/data/demo/acme_articles.json")).unwrap();
    // A few at a time: a busy machine does not embed them all within a test's patience.
    for few in demo.chunks(4) {
        let mut tx = app.ctx.begin(&actor).await.unwrap();
        for one in few {
            let request = SaveArticle { language: Some(one.language), ..article(&one.title, &one.body) };
            knowledge::create(&mut tx, &actor, request).await.unwrap();
        }
        tx.commit().await.unwrap();
        app.work().await;
    }
    for (questions, answerable) in [(ANSWERABLE, true), (UNANSWERABLE, false)] {
        for question in questions {
            let found = ask(&app, &office, &Question::new(question)).await;
            let probability = found.answerable;
            assert!((0.0..=1.0).contains(&probability));
            assert_eq!(probability > 0.5, answerable, "{question}: {probability} from {:?}", found.evidence);
            let (conversation, _) = write(&app, &office, question).await;
            app.work().await;
            let mut tx = app.ctx.begin(&actor).await.unwrap();
            let draft = drafts::list(&mut tx, &actor, conversation).await.unwrap().remove(0);
            assert_eq!(draft.grounded, answerable, "{question}: {}", draft.reasoning);
        }
    }
}
