//! The identity of a request, proven by the server before the app is asked.

use domain::{Actor, Ctx};
use leptos::prelude::*;

use crate::error::UiResult;

/// Who sent this request; provided by the server as context.
#[derive(Clone, Debug)]
pub struct Viewer(pub Option<Actor>);

/// Where the request came from, as the server trusts it; provided by the server as context.
#[derive(Clone, Debug, Default)]
pub struct ClientAddress(pub String);

/// What every server function begins with. Whoever is not signed in is sent to the sign-in page.
pub fn viewer() -> UiResult<(Ctx, Actor)> {
    let missing = || domain::Error::internal(std::io::Error::other("the server provided no context"));
    let ctx = use_context::<Ctx>().ok_or_else(missing)?;
    let viewer = use_context::<Viewer>().ok_or_else(missing)?;
    let Some(actor) = viewer.0 else {
        leptos_axum::redirect("/login");
        return Err(domain::Error::Unauthenticated("Please sign in again.").into());
    };
    Ok((ctx, actor))
}
