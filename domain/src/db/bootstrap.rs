//! Bootstrap: makes the roles, migrates as the owner, and answers how the runtime connects.
//!
//! `DATABASE_URL` may name an administrator (superuser, or a role that may create roles and owns the database), who
//! prepares everything; or the finished runtime role itself, when somebody has run `migrate` before.

use std::str::FromStr as _;

use anyhow::{Context as _, bail, ensure};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

use super::MIGRATOR;
use crate::auth::secrets::Secrets;

pub const OWNER: &str = "hummdesk_owner";
pub const RUNTIME: &str = "hummdesk_runtime";
const DISPATCHER: &str = "hummdesk_dispatcher";
const MIN_VERSION: i32 = 160_000;
/// Two servers that start at once must not bootstrap at once.
const LOCK: i64 = 0x0048_554d_4d44_4553;

/// Prepares the database behind `url` (roles, extension, migrations) and answers the runtime role's way in.
///
/// # Errors
/// One line that says what is missing: the server's version, the extension, a right, or the schema's state.
pub async fn prepare(url: &str, secrets: &Secrets) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).context("DATABASE_URL is not a PostgreSQL URL")?;
    let mut connection = options.connect().await.context("DATABASE_URL: cannot connect")?;
    let version: i32 =
        sqlx::query_scalar("select current_setting('server_version_num')::int").fetch_one(&mut connection).await?;
    ensure!(version >= MIN_VERSION, "DATABASE_URL: PostgreSQL 16 or newer is needed, this one says {version}");
    let (superuser, creator, bypass): (bool, bool, bool) =
        sqlx::query_as("select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user")
            .fetch_one(&mut connection)
            .await?;
    if !superuser && !creator {
        ensure!(
            !bypass,
            "DATABASE_URL: this role can bypass row security; use an administrator's or the runtime role's URL"
        );
        verify_runtime(&mut connection).await?;
        return Ok(options);
    }
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut connection).await?;
    let password = hex::encode(secrets.key("database-runtime-role"));
    roles(&mut connection, &password).await?;
    extension(&mut connection).await?;
    run(&mut connection, format!("set role {OWNER}")).await?;
    MIGRATOR.run(&mut connection).await.context("migrations")?;
    run(&mut connection, format!("grant select on _sqlx_migrations to {RUNTIME}")).await?;
    connection.close().await?;
    let runtime = options.username(RUNTIME).password(&password);
    let mut check = runtime
        .clone()
        .connect()
        .await
        .context("cannot connect as the runtime role; does pg_hba.conf allow it a password?")?;
    verify_runtime(&mut check).await?;
    Ok(runtime)
}

/// Makes the roles and the extension in a database that holds nothing yet, for a backup to fill.
///
/// # Errors
/// One line: the database holds something, or this role may not do that.
pub async fn prepare_empty(url: &str, secrets: &Secrets) -> anyhow::Result<()> {
    let options = PgConnectOptions::from_str(url).context("DATABASE_URL is not a PostgreSQL URL")?;
    let mut connection = options.connect().await.context("DATABASE_URL: cannot connect")?;
    let tables: i64 = sqlx::query_scalar(
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
    )
    .fetch_one(&mut connection)
    .await?;
    ensure!(tables == 0, "the database is not empty; restore into a new installation");
    roles(&mut connection, &hex::encode(secrets.key("database-runtime-role"))).await?;
    extension(&mut connection).await?;
    Ok(connection.close().await?)
}

/// The runtime role owns nothing, cannot bypass row security, and finds the schema it was built for.
async fn verify_runtime(connection: &mut PgConnection) -> anyhow::Result<()> {
    let owned: i64 = sqlx::query_scalar(
        "select count(*) from pg_class where relowner = current_user::regrole and relkind in ('r', 'p')",
    )
    .fetch_one(&mut *connection)
    .await?;
    ensure!(
        owned == 0,
        "DATABASE_URL: the product must not run as a role that owns tables; use an administrator's or the runtime role's URL"
    );
    let applied: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations where success")
        .fetch_all(connection)
        .await
        .context("the schema is not there; run `hummdesk-server migrate` with an administrator's DATABASE_URL")?;
    if let Some(missing) = MIGRATOR.iter().find(|migration| !applied.contains(&migration.version)) {
        bail!(
            "the schema lacks migration {}; run `hummdesk-server migrate` with an administrator's DATABASE_URL",
            missing.version
        );
    }
    Ok(())
}

async fn roles(connection: &mut PgConnection, password: &str) -> anyhow::Result<()> {
    for (role, attributes) in [(OWNER, "nologin"), (RUNTIME, "login"), (DISPATCHER, "nologin")] {
        let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(role)
            .fetch_one(&mut *connection)
            .await?;
        if !exists {
            run(connection, format!("create role {role} {attributes}"))
                .await
                .with_context(|| format!("cannot create the role {role}"))?;
        }
    }
    // Rounds make a guessable password costly to guess; this one is 256 random bits. A client pauses every few rounds to
    // let others work, and under load so many pauses kept a new connection waiting until its request gave up.
    run(connection, "set scram_iterations = 4".to_owned()).await?;
    // A password cannot be a parameter; hex digits need no quoting.
    run(connection, format!("alter role {RUNTIME} password '{password}'")).await?;
    run(connection, "reset scram_iterations".to_owned()).await?;
    // A superuser needs no membership; a plain administrator has it by having created the roles.
    let member: bool =
        sqlx::query_scalar("select pg_has_role($1, 'set')").bind(OWNER).fetch_one(&mut *connection).await?;
    if !member {
        run(connection, format!("grant {OWNER}, {DISPATCHER} to current_user with inherit true, set true")).await?;
    }
    run(connection, format!("grant {DISPATCHER} to {OWNER} with inherit true, set true")).await?;
    let database: String =
        sqlx::query_scalar("select quote_ident(current_database())").fetch_one(&mut *connection).await?;
    run(connection, format!("grant connect, create, temporary on database {database} to {OWNER}")).await?;
    run(connection, format!("grant connect on database {database} to {RUNTIME}")).await?;
    run(connection, format!("alter schema public owner to {OWNER}")).await
}

async fn extension(connection: &mut PgConnection) -> anyhow::Result<()> {
    run(connection, "create extension if not exists vector".to_owned())
        .await
        .context("pgvector 0.8 or newer is needed: install it on the database server")?;
    let version: String = sqlx::query_scalar("select extversion from pg_extension where extname = 'vector'")
        .fetch_one(connection)
        .await?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    ensure!(found >= (0, 8), "pgvector 0.8 or newer is needed, this database has {version}");
    Ok(())
}

async fn run(connection: &mut PgConnection, statement: String) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
