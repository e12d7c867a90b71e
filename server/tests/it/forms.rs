//! Forms as a browser posts them before any script has arrived: what is refused is said at its field, on the form's own
//! page, and what is done shows where it leads.

use domain::auth;
use reqwest::Method;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, PASSWORD, Reply, TestApp};
use types::auth::Login;

/// A browser without scripts: it posts, and goes where it is sent.
struct Plain {
    http: Client,
    cookie: String,
    base: String,
}

impl Plain {
    async fn sign_in(app: &TestApp, email: &str) -> Self {
        let (email, password) = (email.to_owned(), PASSWORD.to_owned());
        let login = Login { email, password, account_id: None, otp: None };
        let cookie = format!("hummdesk_session={}", auth::login(&app.ctx, login, "", None).await.unwrap().cookie);
        Self { http: Client::nobody(app), cookie, base: app.url("") }
    }

    async fn get(&self, page: &str) -> String {
        let request = self.http.request(Method::GET, page).header("cookie", &self.cookie);
        let reply = self.http.send(request).await;
        assert_eq!(reply.status, 200, "{page}: {}", reply.text);
        reply.text
    }

    /// Posts the form of a page, percent-encoded already.
    async fn post(&self, page: &str, function: &str, fields: &str) -> Reply {
        let request = self
            .http
            .request(Method::POST, &format!("/api/ui/{function}"))
            .header("cookie", &self.cookie)
            .header("accept", "text/html,application/xhtml+xml")
            .header("referer", format!("{}{page}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.to_owned());
        self.http.send(request).await
    }
}

/// The part of a page that belongs to the field of this name.
fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let from = page.split(&format!("id=\"field-{name}\"")).nth(1).unwrap_or_else(|| panic!("no field {name}: {page}"));
    from.split("class=\"field\"").next().unwrap()
}

/// The page's heading, with what the renderer leaves in it.
fn heading(page: &str) -> &str {
    page.split("<h1").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap_or_default()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_category_is_taught_without_any_script(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let browser = Plain::sign_in(&app, "admin@acme.test").await;

    let new = "/settings/categories/new";
    let taken = browser.post(new, "categories/create-form", "name=Billing&description=&examples=").await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert!(field(&taken.text, "name").contains("there is a category of that name already"), "{}", taken.text);
    assert!(field(&taken.text, "name").contains("aria-invalid=\"true\""));
    assert!(!field(&taken.text, "examples").contains("field-error"));

    let fields =
        "name=Delivery&description=Parcels&examples=Where+is+my+parcel%3F%0D%0A%0D%0AThe+courier+never+came%0D%0A";
    let made = browser.post(new, "categories/create-form", fields).await.text;
    assert!(heading(&made).contains("Delivery"), "{}", heading(&made));
    assert!(made.contains("Where is my parcel?") && made.contains("The courier never came"), "{made}");
    let rows = admin.get("/api/categories").await.expect(200);
    let delivery = rows["data"].as_array().unwrap().iter().find(|row| row["name"] == "Delivery").unwrap();
    let (id, page) = (&delivery["id"], format!("/settings/categories/{}", delivery["id"]));
    assert_eq!(delivery["example_count"], 2);

    let nothing = browser.post(&page, "categories/add-examples-form", &format!("id={id}&texts=+")).await.text;
    assert!(field(&nothing, "texts").contains("give at least one text"), "{nothing}");
    let added =
        browser.post(&page, "categories/add-examples-form", &format!("id={id}&texts=A+lost+package")).await.text;
    assert!(added.contains("A lost package"), "{added}");
    let example = &admin.get(&format!("/api/categories/{id}/examples")).await.expect(200)["data"][0]["id"];
    let fewer = browser.post(&page, "categories/delete-example-form", &format!("id={id}&example={example}")).await.text;
    assert!(!fewer.contains("A lost package") && fewer.contains("The courier never came"), "{fewer}");

    let long = format!("id={id}&name=Shipping&description={}", "d".repeat(501));
    let refused = browser.post(&page, "categories/update-form", &long).await.text;
    assert!(field(&refused, "description").contains("takes at most 500 characters"), "{refused}");
    let renamed =
        browser.post(&page, "categories/update-form", &format!("id={id}&name=Shipping&description=")).await.text;
    assert!(heading(&renamed).contains("Shipping"), "{}", heading(&renamed));

    // What is taught is learned, and an earlier classifier can judge again.
    let before = browser.get("/settings/categories").await;
    assert!(
        before.contains("The built-in classifier judges") && before.contains("a training is under way"),
        "{before}"
    );
    app.work().await;
    admin
        .post(&format!("/api/categories/{id}/examples"), serde_json::json!({ "texts": ["A late parcel"] }))
        .await
        .expect(201);
    app.work().await;
    let models = admin.get("/api/ai/models").await.expect(200);
    let earlier = models["data"].as_array().unwrap().iter().find(|model| model["status"] == "previous").unwrap();
    let list = browser.get("/settings/categories").await;
    assert!(list.contains("Use this one") && !list.contains("a training is under way"), "{list}");
    let list =
        browser.post("/settings/categories", "categories/activate-form", &format!("id={}", earlier["id"])).await.text;
    assert!(list.contains(&format!("Version {} judges.", earlier["version"])), "{list}");

    let gone = browser.post(&page, "categories/delete-form", &format!("id={id}")).await.text;
    assert!(heading(&gone).contains("Categories"), "{}", heading(&gone));
    assert!(!gone.contains(&format!("href=\"{page}\"")), "it is no longer in the list");
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_correction_and_a_wrong_password_need_no_script_either(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let (conversation, _) = office.visitor(&app).await.write("I was charged twice and want a refund").await;
    app.work().await;
    let browser = Plain::sign_in(&app, "anna@acme.test").await;
    let path = format!("/api/conversations/{conversation}/classification");
    let seen = anna.get(&path).await.expect(200);
    let page = format!("/inbox/all/{conversation}");
    let fields = format!("id={}&category=sales", seen["id"]);
    let corrected = browser.post(&page, "classifications/correct-form", &fields).await;
    assert_eq!(corrected.status, 200, "{}", corrected.text);
    assert_eq!(anna.get(&path).await.expect(200)["category"], "sales");
    assert!(corrected.text.contains("Corrected by a person"), "{}", corrected.text);

    let stranger = Plain { cookie: String::new(), ..browser };
    let wrong = stranger.post("/login", "auth/login", "email=anna%40acme.test&password=guess").await;
    assert_eq!(wrong.status, 200, "{}", wrong.text);
    assert!(wrong.text.contains("E-mail or password is wrong."), "{}", wrong.text);
    let sent_away = stranger.post(&page, "classifications/correct-form", &fields).await;
    assert!(sent_away.text.contains("Sign in"), "whoever is not signed in is asked to: {}", sent_away.text);
    app.work().await;
}
