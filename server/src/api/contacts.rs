//! `/api/contacts`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, contacts};
use types::{
    ContactId, Page,
    contacts::{Contact, ContactQuery, CreateContact, UpdateContact},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Create, Json as Body, Path, Query},
    once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, update, delete))
}

/// A page of the customers, newest first.
#[utoipa::path(get, path = "/api/contacts", tag = "contacts", params(ContactQuery), responses((status = 200, body = Page<Contact>)))]
async fn list(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<ContactQuery>,
) -> Result<Json<Page<Contact>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(contacts::list(&mut tx, &caller, query).await?))
}

/// Adds a customer by hand.
#[utoipa::path(post, path = "/api/contacts", tag = "contacts", request_body = CreateContact, responses((status = 201, body = Contact), (status = 403)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateContact>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| contacts::create(tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/contacts/{id}", tag = "contacts", params(("id" = i64, Path)),
    responses((status = 200, body = Contact), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ContactId>) -> Result<Json<Contact>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(contacts::get(&mut tx, &caller, id).await?))
}

/// Changes a customer. An empty text clears its field; custom attributes are merged, and a `null` removes its key.
#[utoipa::path(patch, path = "/api/contacts/{id}", tag = "contacts", params(("id" = i64, Path)), request_body = UpdateContact,
    responses((status = 200, body = Contact), (status = 403), (status = 404)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Body(body): Body<UpdateContact>,
) -> Result<Json<Contact>> {
    let mut tx = ctx.begin(&caller).await?;
    let contact = contacts::update(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(contact))
}

/// Erases a person with all their conversations. For admins.
#[utoipa::path(delete, path = "/api/contacts/{id}", tag = "contacts", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ContactId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    contacts::delete(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
