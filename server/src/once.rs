//! A POST that creates: one transaction for the effect and for the answer kept under its idempotency key.

use axum::{
    Json,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{Actor, Ctx, TenantTx, idempotency};
use serde::Serialize;

use crate::{
    error::{Failure, Result},
    extract::IdempotencyKey,
};

pub struct Once<'a> {
    pub tx: TenantTx,
    actor: &'a Actor,
    key: Option<IdempotencyKey>,
}

/// Either the transaction to do it in, or the answer given before.
pub enum Begun<'a> {
    Go(Once<'a>),
    Replay(Response),
}

impl<'a> Once<'a> {
    pub async fn begin(ctx: &Ctx, actor: &'a Actor, key: Option<IdempotencyKey>) -> Result<Begun<'a>> {
        let mut tx = ctx.begin(actor).await?;
        if let Some(key) = &key
            && let Some(known) = idempotency::begin(&mut tx, actor, &key.key, &key.request_hash).await?
        {
            let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::OK);
            let mut response = (status, Json(known.body)).into_response();
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
            return Ok(Begun::Replay(response));
        }
        Ok(Begun::Go(Self { tx, actor, key }))
    }

    /// Keeps the answer, commits, answers 201.
    pub async fn created(mut self, body: &impl Serialize) -> Result<Response> {
        if let Some(key) = &self.key {
            let value = serde_json::to_value(body).map_err(|error| Failure::from(domain::Error::internal(error)))?;
            idempotency::finish(&mut self.tx, self.actor, &key.key, 201, &value).await?;
        }
        self.tx.commit().await?;
        Ok((StatusCode::CREATED, Json(body)).into_response())
    }
}

/// Runs an operation once for its idempotency key: `once!(ctx, actor, key, |tx| noun::create(tx, …))`.
#[macro_export]
macro_rules! once {
    ($ctx:expr, $actor:expr, $key:expr, |$tx:ident| $operation:expr) => {
        match $crate::once::Once::begin($ctx, $actor, $key).await? {
            $crate::once::Begun::Replay(response) => Ok(response),
            $crate::once::Begun::Go(mut once) => {
                let $tx = &mut once.tx;
                let created = $operation.await?;
                once.created(&created).await
            }
        }
    };
}
