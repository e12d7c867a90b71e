//! The searches against a fresh database: what the graph misses, what is not worth reading, and what an upgrade fills in.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr as _, migrate::Migrator};
use types::{AccountId, ArticleId, ChunkId, Language, Timestamp};

use super::{queries, words::Question};
use crate::{
    Db, TenantTx,
    ai::{chunk::Chunk, encoder::normalise},
    db::MIGRATOR,
    knowledge::index,
};

const DIMENSIONS: usize = 384;

async fn db(pool: &PgPool) -> Db {
    let password = std::env::var("HUMMDESK_TEST_RUNTIME_PASSWORD").unwrap_or_else(|_| "runtime".to_owned());
    let options = (*pool.connect_options()).clone().username(crate::db::bootstrap::RUNTIME).password(&password);
    Db::connect(options, 4).await.unwrap()
}

async fn begin(db: &Db, account: AccountId) -> TenantTx {
    let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    db.begin(account, now).await.unwrap()
}

async fn run(tx: &mut TenantTx, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement).into_sql_str()).execute(tx.conn()).await.unwrap();
}

/// How often the graph has been asked.
async fn scans(tx: &mut TenantTx) -> i64 {
    sqlx::query_scalar("select pg_stat_get_xact_numscans('knowledge_vectors_graph_idx'::regclass)")
        .fetch_one(tx.conn())
        .await
        .unwrap()
}

/// An account with one article whose passages are given.
async fn account(db: &Db, name: &str, passages: &[(String, Vec<f32>)]) -> AccountId {
    let account = crate::accounts::queries::create(db, name, Language::English, None).await.unwrap();
    let mut tx = begin(db, account).await;
    let id: i64 = sqlx::query_scalar(
        "insert into knowledge_articles (account_id, title, body, language) values ($1, 'Title', '', 'en') returning id",
    )
    .bind(account.0)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    let (chunks, vectors): (Vec<Chunk>, Vec<Vec<f32>>) = passages
        .iter()
        .zip(0..)
        .map(|((content, vector), ordinal)| {
            let chunk =
                Chunk { ordinal, heading_path: String::new(), content: content.clone(), embed_text: String::new() };
            (chunk, vector.clone())
        })
        .unzip();
    index::insert(&mut tx, ArticleId(id), Language::English, &chunks, &vectors).await.unwrap();
    tx.commit().await.unwrap();
    account
}

/// Unit vectors around twenty centres, as articles lie around their subjects.
struct Vectors(u64);

impl Vectors {
    fn draw(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn near(centre: usize, noise: &mut Self) -> Vec<f32> {
        let mut around = Self(centre as u64 % 20 + 1);
        let mut vector: Vec<f32> = (0..DIMENSIONS).map(|_| around.draw() + noise.draw()).collect();
        normalise(&mut vector);
        vector
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_graph_finds_what_the_exact_search_finds_and_never_a_strangers_passage(pool: PgPool) {
    let db = db(&pool).await;
    let mut noise = Vectors(7);
    let mut passages = |count: usize| -> Vec<(String, Vec<f32>)> {
        (0..count).map(|at| (format!("passage {at}"), Vectors::near(at, &mut noise))).collect()
    };
    let large = account(&db, "Large", &passages(600)).await;
    let small = account(&db, "Small", &passages(30)).await;
    for account in [large, small] {
        let mut tx = begin(&db, account).await;
        // Some are not in the graph yet, as while an account grows beyond the size.
        run(&mut tx, "update knowledge_vectors set approximate = true where chunk_id % 10 <> 0").await;
        tx.commit().await.unwrap();
    }
    for (account, least) in [(large, 0.97), (small, 0.97)] {
        let (mut found, mut wanted) = (0, 0);
        for at in 0..20 {
            let vector = Vectors::near(at, &mut noise);
            let mut tx = begin(&db, account).await;
            let exact = queries::nearest(&mut tx, &vector, 20, &[]).await.unwrap();
            drop(tx);
            let mut tx = begin(&db, account).await;
            let before = scans(&mut tx).await;
            let near: HashSet<ChunkId> =
                queries::nearly_nearest(&mut tx, &vector, 20).await.unwrap().into_iter().collect();
            assert_eq!(scans(&mut tx).await, before + 1, "the graph was not asked");
            let own: i64 = sqlx::query_scalar("select count(*) from knowledge_vectors where chunk_id = any ($1)")
                .bind(near.iter().map(|id| id.0).collect::<Vec<_>>())
                .fetch_one(tx.conn())
                .await
                .unwrap();
            assert_eq!(own as usize, near.len(), "a stranger's passage");
            wanted += exact.len();
            found += exact.iter().filter(|passage| near.contains(&passage.chunk_id)).count();
        }
        let recall = f64::from(found as u32) / f64::from(wanted as u32);
        assert!(recall >= least, "the graph finds {recall} of what is nearest");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn frequent_words_are_not_read_and_passages_taken_in_a_large_account_join_the_graph(pool: PgPool) {
    let db = db(&pool).await;
    let mut noise = Vectors(3);
    let passages: Vec<(String, Vec<f32>)> = (0..40)
        .map(|at| {
            let content = if at == 17 { "An order with a zebra." } else { "An order like any other." };
            (content.to_owned(), Vectors::near(at, &mut noise))
        })
        .collect();
    let account = account(&db, "Orders", &passages).await;
    let mut tx = begin(&db, account).await;
    let words = Question::new("Which order has a zebra?").words();
    let found = queries::lexical(&mut tx, &words, 16, 40).await.unwrap();
    assert_eq!(found.bm25.len(), 1, "the list of forty is longer than what is left of forty after the list of one");
    let found = queries::lexical(&mut tx, &words, 16, 41).await.unwrap();
    assert_eq!(found.bm25.len(), 40);
    let best = found.bm25.values().copied().fold(0.0, f64::max);
    assert!(best > 3.0 && best <= found.possible[0] && found.languages == ["en"], "{best} of {found:?}");
    assert_eq!(queries::lexical(&mut tx, &words, 1, 100).await.unwrap().bm25.len(), 1);

    // The account passes the size: new passages join the graph at once, older ones a part at a time.
    run(&mut tx, "update knowledge_lexemes set chunks = 50000 where lexeme = ''").await;
    let article: i64 = sqlx::query_scalar("select max(id) from knowledge_articles").fetch_one(tx.conn()).await.unwrap();
    let chunk =
        Chunk { ordinal: 100, heading_path: String::new(), content: "New".to_owned(), embed_text: String::new() };
    index::insert(&mut tx, ArticleId(article), Language::English, &[chunk], &[Vectors::near(1, &mut noise)])
        .await
        .unwrap();
    let waiting: i64 = sqlx::query_scalar("select count(*) from knowledge_vectors where not approximate")
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert_eq!(waiting, 0);
}

#[sqlx::test(migrations = false)]
async fn an_upgrade_fills_the_index_of_what_is_there(pool: PgPool) {
    const POSTINGS: i64 = 20_261_125_110_000;
    let earlier: Vec<_> = MIGRATOR.iter().filter(|migration| migration.version < POSTINGS).cloned().collect();
    Migrator::with_migrations(earlier).run(&pool).await.unwrap();
    let vector = format!("[{}]", vec!["0.05"; DIMENSIONS].join(","));
    let before = format!(
        "begin; set local app.account_id = '1';
         insert into accounts (id, name) values (1, 'Acme');
         insert into knowledge_articles (id, account_id, title, body, language, status) values
             (1, 1, 'Refunds', '', 'en', 'published'), (2, 1, 'Old', '', 'en', 'archived');
         insert into knowledge_chunks (account_id, article_id, language, ordinal, heading_path, content, embedding) values
             (1, 1, 'en', 0, '', 'A refund takes five days.', '{vector}'), (1, 1, 'en', 1, '', 'Refunds of E-4711.', '{vector}'),
             (1, 2, 'en', 0, '', 'Archived.', '{vector}');
         commit"
    );
    sqlx::raw_sql(AssertSqlSafe(before).into_sql_str()).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let db = db(&pool).await;
    let mut tx = begin(&db, AccountId(1)).await;
    let counts: Vec<(String, i32)> = sqlx::query_as(
        "select lexeme::text, chunks from knowledge_lexemes where lexeme in ('', 'refund', '4711', 'archiv') order by lexeme",
    )
    .fetch_all(tx.conn())
    .await
    .unwrap();
    assert_eq!(counts, [(String::new(), 2), ("4711".to_owned(), 1), ("refund".to_owned(), 2)]);
    let vectors: i64 = sqlx::query_scalar("select count(*) from knowledge_vectors").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(vectors, 2);
    drop(tx);
    let policies: i64 =
        sqlx::query_scalar("select count(*) from pg_policy where polname = 'fill'").fetch_one(&pool).await.unwrap();
    assert_eq!(policies, 0, "the owner no longer sees across accounts");
}
