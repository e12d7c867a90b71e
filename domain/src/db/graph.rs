//! The graph of large accounts' vectors, built at once. Passages join it one by one as they are written; after a bulk load one
//! parallel build takes a fraction of that time.

use std::str::FromStr as _;

use sqlx::{ConnectOptions as _, Connection as _, Executor as _, postgres::PgConnectOptions};

/// Puts every passage of every account into the graph, whatever the account's size. For measurements: takes an
/// administrator's URL, locks the vectors while it runs, and uses up to 4 GB.
pub(crate) async fn rebuild(admin_url: &str) -> anyhow::Result<()> {
    run(
        admin_url,
        &[
            "set maintenance_work_mem = '4GB'",
            "drop index knowledge_vectors_graph_idx",
            "update knowledge_vectors set approximate = true where not approximate",
            "create index knowledge_vectors_graph_idx on knowledge_vectors using hnsw (embedding halfvec_cosine_ops) where approximate",
        ],
    )
    .await
}

/// Does at once what the database would do by itself in the minutes after a bulk load, and keep a core busy with.
pub(crate) async fn settle(admin_url: &str) -> anyhow::Result<()> {
    run(admin_url, &["vacuum analyze", "checkpoint"]).await
}

async fn run(admin_url: &str, statements: &[&'static str]) -> anyhow::Result<()> {
    let mut connection = PgConnectOptions::from_str(admin_url)?.connect().await?;
    for statement in statements {
        connection.execute(*statement).await?;
    }
    Ok(connection.close().await?)
}
