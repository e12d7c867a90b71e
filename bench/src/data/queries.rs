//! SQL of the benchmark: fills both databases and counts what was stored.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

pub async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    let options: PgConnectOptions = url.parse()?;
    options.connect().await.context("connecting to the benchmark's PostgreSQL")
}

pub async fn create_database(admin: &mut PgConnection, name: &'static str) -> anyhow::Result<()> {
    run(admin, &format!("create database {name}")).await
}

/// Runs statements of ours, or of the peer's own schema.
pub async fn run(connection: &mut PgConnection, statements: &str) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(connection).await?;
    Ok(())
}

/// Makes the temporary table of texts that the filling statements draw from.
pub async fn bring_texts(connection: &mut PgConnection, texts: &[String]) -> anyhow::Result<()> {
    run(connection, "create temp table texts (n bigint primary key, content text not null)").await?;
    sqlx::query("insert into texts select n, content from unnest($1::text[]) with ordinality t (content, n)")
        .bind(texts)
        .execute(connection)
        .await?;
    Ok(())
}

/// What a database at rest has: fresh statistics, visible pages, nothing left to write.
pub async fn settle(connection: &mut PgConnection) -> anyhow::Result<()> {
    run(connection, "vacuum (analyze)").await?;
    run(connection, "checkpoint").await
}

pub async fn messages(connection: &mut PgConnection) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from messages").fetch_one(connection).await?)
}

pub async fn events(connection: &mut PgConnection) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from events").fetch_one(connection).await?)
}

/// HummDesk's work that is committed and not done: events without a number, jobs without an end.
pub async fn unfinished(connection: &mut PgConnection) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(
        "select (select count(*) from events where seq is null and kind <> 'audit')
              + (select count(*) from jobs where status in ('ready', 'running', 'scheduled'))",
    )
    .fetch_one(connection)
    .await?)
}

/// What the peer's worker has done.
pub async fn peer_classified(connection: &mut PgConnection) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from ai_classifications").fetch_one(connection).await?)
}

pub async fn close(connection: PgConnection) -> anyhow::Result<()> {
    Ok(connection.close().await?)
}
