//! `/api/events`: the long-poll twin of the WebSocket.

use axum::{Json, extract::State};
use domain::events;
use types::events::{EventBatch, EventQuery};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Query},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(poll))
}

/// Events after a sequence number; waits up to `wait` seconds for the first.
#[utoipa::path(get, path = "/api/events", tag = "events", params(EventQuery), responses((status = 200, body = EventBatch)))]
async fn poll(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<EventQuery>,
) -> Result<Json<EventBatch>> {
    let after = query.after;
    tokio::select! {
        batch = events::poll(&state.ctx, &caller, query) => Ok(Json(batch?)),
        // Asked to stop: an empty answer lets the client come back to another server.
        () = state.stop.cancelled() => Ok(Json(EventBatch { data: Vec::new(), last_seq: after.unwrap_or(0), resync: false })),
    }
}
