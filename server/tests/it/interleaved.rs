//! Two accounts over two connections: ten thousand requests, some given up in the middle, some failing, some on a
//! connection that is cut. No row crosses, and afterwards the pool is as good as new.

use std::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Office, TestApp};
use tower::ServiceExt as _;
use types::AccountId;

const REQUESTS: usize = 10_000;
const AT_ONCE: usize = 24;
/// Requests between two cuts of every connection of the pool.
const CUT_EVERY: usize = 2_500;
/// Conversations of each account.
const CONVERSATIONS: usize = 8;

/// One side of the test.
struct Side {
    account: AccountId,
    secret: &'static str,
    token: String,
    conversations: Vec<i64>,
}

async fn side(app: &TestApp, name: &str, secret: &'static str) -> Side {
    let office = Office::open(app, name).await;
    let admin = office.admin(app).await;
    admin.post("/api/labels", json!({ "title": secret })).await.expect(201);
    let visitor = office.visitor(app).await;
    let mut conversations = Vec::new();
    for n in 0..CONVERSATIONS {
        conversations.push(visitor.write(&format!("This is {secret} number {n}")).await.0);
    }
    Side { account: office.account, secret, token: admin.token.unwrap(), conversations }
}

/// Polls at most this often, then drops the future wherever it is.
pub(crate) struct GivenUp<F>(pub Pin<Box<F>>, pub usize);

impl<F: Future> Future for GivenUp<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.1 == 0 => Poll::Ready(None),
            Poll::Pending => {
                self.1 -= 1;
                Poll::Pending
            }
        }
    }
}

async fn send(router: Router, side: &Side, method: &str, path: &str, body: Option<Value>) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", side.token))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (status, body) = (response.status(), response.into_body().collect().await.unwrap().to_bytes());
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The `n`th request: half are one account's, half the other's, in every mixture of reading, writing and failing.
async fn ask(router: Router, own: &Side, other: &Side, n: usize) -> (StatusCode, u16, String) {
    let conversation = own.conversations[n / 7 % CONVERSATIONS];
    let (method, path, body, expected) = match n / 2 % 10 {
        0 | 1 => ("GET", format!("/api/conversations/{conversation}"), None, 200),
        2 | 3 => ("GET", format!("/api/conversations/{conversation}/messages"), None, 200),
        4 => ("GET", "/api/labels".to_owned(), None, 200),
        5 => ("GET", format!("/api/conversations/{}", other.conversations[n / 7 % CONVERSATIONS]), None, 404),
        // The unique index fails the transaction.
        6 => ("POST", "/api/labels".to_owned(), Some(json!({ "title": own.secret })), 422),
        // The domain gives up in the middle of one: nobody of that number can be assigned.
        7 => ("POST", format!("/api/conversations/{conversation}/assign"), Some(json!({ "agent_id": 999_999 })), 422),
        8 => ("POST", "/api/contacts".to_owned(), Some(json!({ "name": format!("{} {n}", own.secret) })), 201),
        _ => ("PATCH", format!("/api/conversations/{conversation}"), Some(json!({ "subject": own.secret })), 200),
    };
    let (status, text) = send(router, own, method, &path, body).await;
    (status, expected, text)
}

#[sqlx::test(migrations = "../migrations")]
async fn no_row_crosses_whatever_happens_to_requests(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start_with(options, 2).await;
    let sides = [side(&app, "acme", "aardvark").await, side(&app, "globex", "zebra").await];
    let (given_up, cut) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let created = [AtomicUsize::new(0), AtomicUsize::new(0)];

    futures::stream::iter(0..REQUESTS)
        .for_each_concurrent(AT_ONCE, |n| {
            let (app, sides, given_up, cut, created) = (&app, &sides, &given_up, &cut, &created);
            async move {
                if n % CUT_EVERY == CUT_EVERY / 2 {
                    cut_connections(app).await;
                }
                let (own, other) = (&sides[n % 2], &sides[(n + 1) % 2]);
                let request = ask(app.router.clone(), own, other, n);
                // Every fifth caller leaves, at one of the first times that there is something to wait for.
                let patience = if n % 5 == 0 { n / 5 % 4 } else { usize::MAX };
                let Some((status, expected, text)) = GivenUp(Box::pin(request), patience).await else {
                    given_up.fetch_add(1, Ordering::Relaxed);
                    return;
                };
                assert!(!text.contains(other.secret), "request {n} of {} was answered {text}", own.secret);
                match status.as_u16() {
                    // The connection was cut under it, or nobody could be authenticated on it.
                    503 | 500 => _ = cut.fetch_add(1, Ordering::Relaxed),
                    status => {
                        assert_eq!(status, expected, "request {n}: {text}");
                        assert!(status != 200 || text.contains(own.secret), "request {n}: {text}");
                        if status == 201 {
                            created[n % 2].fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            }
        })
        .await;

    let (given_up, cut) = (given_up.into_inner(), cut.into_inner());
    assert!(given_up > REQUESTS / 20, "only {given_up} requests were given up");
    assert!(cut < AT_ONCE * (REQUESTS / CUT_EVERY), "{cut} requests met a broken connection");

    // Afterwards nothing hangs on to a transaction, and both connections serve.
    let (mut owner, mut runtime) = (app.owner.connect().await.unwrap(), app.runtime.connect().await.unwrap());
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while in_transaction(&mut runtime).await > 0 {
        assert!(std::time::Instant::now() < deadline, "a transaction was left open");
        tokio::task::yield_now().await;
    }
    assert!(app.ctx.db.pool_figures().0 <= 2);
    for (number, (own, other)) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])].into_iter().enumerate() {
        let all = futures::future::join_all((0..20).map(|n| ask(app.router.clone(), own, other, n * 20))).await;
        assert!(all.iter().all(|(status, ..)| *status == 200), "{all:?}");
        sqlx::query("select set_config('app.account_id', $1, false)")
            .bind(own.account.to_string())
            .execute(&mut owner)
            .await
            .unwrap();
        let (kept, foreign): (i64, i64) = sqlx::query_as(
            "select count(*) filter (where name like $2 || ' %'), count(*) filter (where name like $3 || ' %') from contacts where account_id = $1",
        )
        .bind(own.account.0)
        .bind(own.secret)
        .bind(other.secret)
        .fetch_one(&mut owner)
        .await
        .unwrap();
        let answered = created[number].load(Ordering::Relaxed) as i64;
        assert_eq!(foreign, 0, "{} has contacts of {}", own.secret, other.secret);
        // One that was given up may have been committed just before.
        assert!(kept >= answered && answered > 0, "{answered} were answered, {kept} are there");
    }
}

/// Ends every connection of the runtime's pool, in the middle of whatever it does.
async fn cut_connections(app: &TestApp) {
    // Only a role's own connections may be ended by it.
    let mut runtime = app.runtime.connect().await.unwrap();
    sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user and pid <> pg_backend_pid()")
        .execute(&mut runtime)
        .await
        .unwrap();
}

/// Only a role's own connections tell it what they do.
async fn in_transaction(runtime: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'")
        .fetch_one(runtime)
        .await
        .unwrap()
}
