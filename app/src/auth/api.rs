//! Server functions of signing in. They work as plain form posts: cookies and redirects, no script needed.

use leptos::prelude::*;
use types::auth;

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// Name of the session cookie; the server looks for the same.
#[cfg(feature = "ssr")]
const COOKIE: &str = "hummdesk_session";

/// Signs in and goes to `next`, or to the inbox.
#[server(prefix = "/api/ui", endpoint = "auth/login")]
pub async fn login(email: String, password: String, next: Option<String>) -> Result<(), UiError> {
    let ctx = expect_context::<domain::Ctx>();
    let (address, agent) = client();
    let request = types::auth::Login { email, password, account_id: None, otp: None };
    let signed_in = domain::auth::login(&ctx, request, &address, agent.as_deref()).await?;
    set_session(&ctx, &signed_in.cookie, 30 * 24 * 60 * 60);
    leptos_axum::redirect(next.as_deref().filter(|path| is_local(path)).unwrap_or("/inbox/mine"));
    Ok(())
}

/// Ends the session.
#[server(prefix = "/api/ui", endpoint = "auth/logout")]
pub async fn logout() -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    domain::auth::logout(&ctx, &actor).await?;
    set_session(&ctx, "", 0);
    leptos_axum::redirect("/login");
    Ok(())
}

#[server(prefix = "/api/ui", endpoint = "auth/me")]
pub async fn me() -> Result<auth::Me, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::auth::me(&ctx, &actor).await?)
}

/// Only a path of this site: never a place somebody else chose.
#[cfg(feature = "ssr")]
fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.chars().any(char::is_control)
}

/// Where the request came from, for the throttle, and what sent it.
#[cfg(feature = "ssr")]
fn client() -> (String, Option<String>) {
    let address = use_context::<crate::auth::ClientAddress>().unwrap_or_default().0;
    let parts = use_context::<http::request::Parts>();
    let agent = parts.and_then(|parts| parts.headers.get(http::header::USER_AGENT)?.to_str().ok().map(str::to_owned));
    (address, agent)
}

#[cfg(feature = "ssr")]
fn set_session(ctx: &domain::Ctx, value: &str, max_age: u32) {
    let secure = if ctx.settings.public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    if let (Some(response), Ok(cookie)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(&cookie))
    {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::is_local;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        assert!(is_local("/inbox/mine/42?q=a"));
        for elsewhere in
            ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/a\r\nset-cookie: x"]
        {
            assert!(!is_local(elsewhere), "{elsewhere}");
        }
    }
}
