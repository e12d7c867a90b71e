//! Headers every answer carries, and the refusal of requests that another site made in a person's name.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    error::Failure,
    extract::{bearer, session_cookie},
    live::same_origin,
};

/// Scripts and styles from us only; inline scripts by nonce. Leptos writes style attributes, which the policy allows
/// as attributes; `wasm-unsafe-eval` compiles WebAssembly and nothing else.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob: https:; connect-src 'self' ws: wss:; font-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// What a page without scripts of ours may do: nothing.
const STRICT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Adds the headers, and refuses a changing request that a foreign page sent with a person's cookie (or to sign somebody in).
pub async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = if foreign_write(request.method(), request.headers(), &path) {
        Failure::new(StatusCode::FORBIDDEN, "foreign_origin", "This request comes from another site.").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let set = |headers: &mut HeaderMap, name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "referrer-policy", "strict-origin-when-cross-origin");
    set(headers, "permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()");
    set(headers, "cross-origin-opener-policy", "same-origin");
    if path.starts_with("/api/") && !path.starts_with("/api/ui/") {
        set(headers, "content-security-policy", STRICT_POLICY);
        set(headers, "cache-control", "no-store");
    }
    response
}

/// Browsers tell where a request comes from in `Sec-Fetch-Site` and, for writes, `Origin`; programs tell neither and
/// carry no cookie that somebody else could ride on.
fn foreign_write(method: &Method, headers: &HeaderMap, path: &str) -> bool {
    let writes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let rides = path.starts_with("/api/ui/") || (session_cookie(headers).is_some() && bearer(headers).is_none());
    if !writes || !rides || path.starts_with("/api/widget/") {
        return false;
    }
    match headers.get("sec-fetch-site").and_then(|site| site.to_str().ok()) {
        Some("same-origin" | "none") => false,
        Some(_) => true,
        None => !same_origin(headers) || headers.get(header::ORIGIN).is_some_and(|origin| origin == "null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_foreign_page_cannot_write_in_a_persons_name() {
        let cookie = ("cookie", "hummdesk_session=x");
        let host = ("host", "desk.test");
        let cases = [
            (vec![host, cookie, ("origin", "https://evil.test")], "/api/teams", true),
            (vec![host, cookie, ("origin", "https://desk.test")], "/api/teams", false),
            (vec![host, cookie, ("origin", "null")], "/api/teams", true),
            (vec![host, cookie, ("sec-fetch-site", "cross-site")], "/api/teams", true),
            (vec![host, cookie, ("sec-fetch-site", "same-site")], "/api/teams", true),
            (
                vec![host, cookie, ("sec-fetch-site", "same-origin"), ("origin", "https://desk.test")],
                "/api/teams",
                false,
            ),
            (vec![host, ("origin", "https://evil.test")], "/api/ui/auth/login", true),
            (vec![host, ("authorization", "Bearer x"), ("origin", "https://evil.test")], "/api/teams", false),
            (vec![host, cookie, ("origin", "https://shop.test")], "/api/widget/session", false),
            (vec![host, cookie], "/api/teams", false),
        ];
        for (pairs, path, refused) in cases {
            assert_eq!(foreign_write(&Method::POST, &headers(&pairs), path), refused, "{pairs:?} {path}");
        }
        assert!(!foreign_write(&Method::GET, &headers(&[host, cookie, ("origin", "https://evil.test")]), "/inbox"));
    }
}
