//! What the database itself promises about tenancy, read from its catalogue: mostly about what must not exist.

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, PgConnection, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Office, TestApp};

/// Tables without an account, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("accounts", "the tenant itself: its row is its own scope, by id"),
    ("users", "one person may belong to several accounts; the runtime has no rights on it at all"),
    ("login_attempts", "counted before an account is known; holds hashes only"),
    ("_sqlx_migrations", "the schema's own history"),
];

async fn tenant_tables(owner: &mut PgConnection) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(owner)
    .await
    .unwrap();
    assert!(tables.len() > 25, "{tables:?}");
    tables.into_iter().filter(|table| !EXCEPTIONS.iter().any(|(name, _)| name == table)).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn every_tenant_table_is_guarded_by_the_database(_: PgPoolOptions, options: PgConnectOptions) {
    let mut owner = options.connect().await.unwrap();
    for table in tenant_tables(&mut owner).await {
        let row = sqlx::query(
            "select c.relrowsecurity, c.relforcerowsecurity,
                    coalesce((select a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id'), false),
                    (select string_agg(pg_get_expr(p.polqual, p.polrelid), '') from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'),
                    (select count(*) from pg_policy p where p.polrelid = c.oid
                       and (p.polroles = '{0}' or (select oid from pg_roles where rolname = 'hummdesk_runtime') = any (p.polroles)))
             from pg_class c where c.relname = $1 and c.relkind in ('r', 'p')",
        )
        .bind(&table)
        .fetch_one(&mut owner)
        .await
        .unwrap();
        assert!(row.get::<bool, _>(0), "{table}: row security is off");
        assert!(row.get::<bool, _>(1), "{table}: row security is not forced");
        assert!(row.get::<bool, _>(2), "{table}: account_id may be null or is missing");
        let policy: Option<String> = row.get(3);
        assert!(
            policy.as_deref().is_some_and(|p| p.contains("app.account_id") && p.contains("account_id =")),
            "{table}: {policy:?}"
        );
        assert_eq!(row.get::<i64, _>(4), 1, "{table}: another policy opens it to the runtime");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn foreign_keys_between_tenant_tables_carry_the_account(_: PgPoolOptions, options: PgConnectOptions) {
    let mut owner = options.connect().await.unwrap();
    let loose: Vec<String> = sqlx::query_scalar(
        "select k.conname::text from pg_constraint k
         join pg_class target on target.oid = k.confrelid
         where k.contype = 'f' and target.relname not in ('accounts', 'users') and k.conparentid = 0
           and not exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'account_id' and a.attnum = any (k.conkey))",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(loose.is_empty(), "foreign keys that can point into another account: {loose:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_runtime_role_owns_nothing_and_sees_nothing_without_an_account(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let app = TestApp::start(options.clone()).await;
    let office = Office::open(&app, "acme").await;
    office.visitor(&app).await.write("Where is my order?").await;
    app.work().await;

    let mut owner = options.connect().await.unwrap();
    let mut runtime = app.runtime.connect().await.unwrap();
    let role: (bool, bool, bool, bool) = sqlx::query_as(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut runtime)
    .await
    .unwrap();
    assert_eq!(role, (false, false, false, false));
    let owned: i64 = sqlx::query_scalar("select count(*) from pg_class where relowner = current_user::regrole")
        .fetch_one(&mut runtime)
        .await
        .unwrap();
    assert_eq!(owned, 0);
    let memberships: i64 =
        sqlx::query_scalar("select count(*) from pg_auth_members where member = current_user::regrole")
            .fetch_one(&mut runtime)
            .await
            .unwrap();
    assert_eq!(memberships, 0, "the runtime role is a member of another role");

    for setting in ["reset app.account_id", "set app.account_id = ''"] {
        sqlx::raw_sql(AssertSqlSafe(setting.to_owned())).execute(&mut runtime).await.unwrap();
        let mut seen = 0;
        for table in tenant_tables(&mut owner).await {
            let granted: bool = sqlx::query_scalar("select has_table_privilege($1, 'select')")
                .bind(format!("public.{table}"))
                .fetch_one(&mut runtime)
                .await
                .unwrap();
            if granted {
                let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
                    .fetch_one(&mut runtime)
                    .await
                    .unwrap();
                assert_eq!(count, 0, "{table} shows rows after: {setting}");
                seen += 1;
            }
        }
        assert!(seen > 20, "only {seen} tables were looked at");
        assert!(
            sqlx::query("select count(*) from users").execute(&mut runtime).await.is_err(),
            "users must not be readable"
        );
    }
}
