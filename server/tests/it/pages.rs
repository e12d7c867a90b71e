//! Pages as a browser asks for them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{body::Body, http::Request};
use domain::auth;
use futures::StreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, PASSWORD, TestApp};
use tower::ServiceExt as _;
use types::auth::Login;

use crate::interleaved::GivenUp;

const PAGES: usize = 600;
const AT_ONCE: usize = 32;

async fn annas_cookie(app: &TestApp) -> String {
    let (email, password) = ("anna@acme.test".to_owned(), PASSWORD.to_owned());
    let login = Login { email, password, account_id: None, otp: None };
    format!("hummdesk_session={}", auth::login(&app.ctx, login, "", None).await.unwrap().cookie)
}

/// A page is rendered on several threads; what one of them has put away another may still want.
#[sqlx::test(migrations = "../migrations")]
async fn a_crowd_gets_whole_pages(_: PgPoolOptions, options: PgConnectOptions) {
    let crowd = async {
        let app = TestApp::start(options).await;
        let office = Office::open(&app, "acme").await;
        let (conversation, _) = office.visitor(&app).await.write("Where is my order?").await;
        let cookie = annas_cookie(&app).await;
        let nobody = Client::nobody(&app);
        futures::stream::iter(0..PAGES)
            .for_each_concurrent(AT_ONCE, |n| {
                let (nobody, cookie) = (&nobody, &cookie);
                async move {
                    let (path, title) = match n % 2 {
                        0 => ("/inbox/all".to_owned(), "<title>All open · HummDesk</title>"),
                        _ => (format!("/inbox/all/{conversation}"), "#1 · HummDesk</title>"),
                    };
                    let request = nobody.request(reqwest::Method::GET, &path).header("cookie", cookie);
                    let page = nobody.send(request).await;
                    assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.text);
                    let head = page.text.split("<body").next().unwrap_or_default();
                    assert!(head.contains(title), "{path}: {head}");
                }
            })
            .await;
    };
    on_four_threads(crowd);
}

/// The test's own runtime has one thread.
fn on_four_threads(work: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(work)).join().unwrap();
}

/// Readers leave at every point of their page's making; what was begun for them must not be missing what it stands on.
#[sqlx::test(migrations = "../migrations")]
async fn a_reader_who_leaves_breaks_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let ruins = Arc::new(AtomicUsize::new(0));
    let (seen, before) = (Arc::clone(&ruins), std::panic::take_hook());
    // Other tests of this process may panic meanwhile; only what a page's reactive system says counts.
    std::panic::set_hook(Box::new(move |info| {
        if info.to_string().contains("disposed") {
            seen.fetch_add(1, Ordering::Relaxed);
        }
        before(info);
    }));
    on_four_threads(async {
        let app = TestApp::start(options).await;
        let office = Office::open(&app, "acme").await;
        let (conversation, _) = office.visitor(&app).await.write("Where is my order?").await;
        let cookie = annas_cookie(&app).await;
        let gone = AtomicUsize::new(0);
        futures::stream::iter(0..400)
            .for_each_concurrent(8, |n| {
                let (router, cookie, gone) = (app.router.clone(), &cookie, &gone);
                async move {
                    let path = format!("/inbox/all/{conversation}");
                    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
                    if GivenUp(Box::pin(router.oneshot(request)), n % 4).await.is_none() {
                        gone.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
            .await;
        assert!(gone.into_inner() > 50, "hardly anybody left");
        // A whole page at the end: whatever was begun before it has come to an end or to grief.
        let nobody = Client::nobody(&app);
        let request = nobody.request(reqwest::Method::GET, "/inbox/all").header("cookie", &cookie);
        assert_eq!(nobody.send(request).await.status.as_u16(), 200);
    });
    assert_eq!(ruins.load(Ordering::Relaxed), 0, "effects outlived what they read");
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_database_nobody_is_shown_the_door(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    Office::open(&app, "acme").await;
    let cookie = annas_cookie(&app).await;
    app.ctx.db.close().await;
    let nobody = Client::nobody(&app);
    let request = nobody.request(reqwest::Method::GET, "/inbox/all").header("cookie", &cookie);
    let page = nobody.send(request.header("accept", "text/html")).await;
    assert_eq!(page.status.as_u16(), 503, "and no way to the sign-in page: {}", page.text);
    assert_eq!(
        (&page.headers["content-type"], &page.headers["refresh"]),
        (&"text/html; charset=utf-8".parse().unwrap(), &"5".parse().unwrap())
    );
    assert!(page.text.contains("Please try again") && page.headers.contains_key("retry-after"), "{}", page.text);
}
