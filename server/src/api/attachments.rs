//! `/api/attachments`: files in, files out.

use axum::{
    Json,
    extract::{DefaultBodyLimit, Multipart, State, multipart::MultipartError, multipart::MultipartRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::BytesMut;
use domain::{Actor, Ctx, attachments};
use sha2::{Digest as _, Sha256};
use types::{ApiError, attachments::Attachment};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::{Failure, Result},
    extract::{Caller, IdempotencyKey, Path},
    once,
    state::AppState,
};

/// Bytes of a whole upload request, whatever the installation's limit for one file; that one is checked while reading.
pub const MAX_REQUEST: usize = 256 * 1024 * 1024;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .merge(OpenApiRouter::new().routes(routes!(get)))
}

/// A form with one file.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form in the API document")]
pub struct Upload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a file; name its token in `attachment_ids` of a message within a day.
#[utoipa::path(post, path = "/api/attachments", tag = "attachments",
    request_body(content = inline(Upload), content_type = "multipart/form-data"),
    responses((status = 201, body = Attachment), (status = 403), (status = 413)))]
async fn create(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let form = form.map_err(|_| {
        Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send the file as multipart/form-data.",
        )
    })?;
    let file = read(&ctx, form).await?;
    let key = headers.get("idempotency-key").map(|key| IdempotencyKey {
        key: String::from_utf8_lossy(key.as_bytes()).into_owned(),
        request_hash: Sha256::new()
            .chain_update(&file.name)
            .chain_update([0])
            .chain_update(&file.bytes)
            .finalize()
            .to_vec(),
    });
    once!(&ctx, &caller, key, |_tx| file.store(&ctx, &caller))
}

/// Takes a visitor's or an agent's upload.
///
/// # Errors
/// 413 for a file over the installation's limit, 422 for a form without one.
pub async fn receive(ctx: &Ctx, actor: &Actor, form: Multipart) -> Result<(StatusCode, Json<Attachment>)> {
    let attachment = read(ctx, form).await?.store(ctx, actor).await?;
    Ok((StatusCode::CREATED, Json(attachment)))
}

struct File {
    name: String,
    content_type: String,
    bytes: bytes::Bytes,
}

impl File {
    async fn store(self, ctx: &Ctx, actor: &Actor) -> domain::Result<Attachment> {
        attachments::store(ctx, actor, &self.name, &self.content_type, self.bytes).await
    }
}

/// The form's first file, given up as soon as it grows over the limit.
async fn read(ctx: &Ctx, mut form: Multipart) -> Result<File> {
    let limit = ctx.settings.max_upload_bytes;
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        let content_type = field.content_type().unwrap_or_default().to_owned();
        let mut bytes = BytesMut::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(File { name, content_type, bytes: bytes.freeze() });
    }
    Err(ApiError::new(422, "invalid", "The form has no file.").field("file", "is needed").into())
}

fn too_large(limit: usize) -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("A file may have at most {} MiB.", limit / (1024 * 1024)),
    )
}

fn unreadable(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(MAX_REQUEST),
        _ => Failure::new(StatusCode::BAD_REQUEST, "bad_request", "The form could not be read."),
    }
}

/// A file. Whoever has the token of a sent one may read it; an unsent one is its uploader's.
#[utoipa::path(get, path = "/api/attachments/{token}", tag = "attachments", security(()), params(("token" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Option<Caller>, Path(token): Path<String>) -> Result<Response> {
    let (file, bytes) = attachments::open(&ctx, &token, caller.as_deref()).await?;
    let mime = file.content_type.as_str();
    let shown = mime.starts_with("image/") || mime.starts_with("audio/") || mime.starts_with("video/");
    let content_type = if mime == "text/plain" { "text/plain; charset=utf-8".to_owned() } else { mime.to_owned() };
    let headers: [(HeaderName, String); 6] = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_DISPOSITION, disposition(if shown { "inline" } else { "attachment" }, &file.file_name)),
        // A stranger's bytes: never guessed at, never run, whatever they are.
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        // Shown inside the chat on customers' sites.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin".to_owned()),
        // Short, so that an erased file is soon gone from the reader's machine too.
        (header::CACHE_CONTROL, "private, max-age=3600".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// `Content-Disposition` with the name for old clients (ASCII) and for the others (RFC 6266, RFC 8187).
fn disposition(kind: &str, name: &str) -> String {
    use std::fmt::Write as _;

    let ascii: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' }).collect();
    let encoded = name.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    });
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_file_name_makes_a_valid_header() {
        assert_eq!(disposition("inline", "cat.png"), "inline; filename=\"cat.png\"; filename*=UTF-8''cat.png");
        assert_eq!(
            disposition("attachment", "Räkning \"1\".pdf"),
            "attachment; filename=\"R_kning _1_.pdf\"; filename*=UTF-8''R%C3%A4kning%20%221%22.pdf"
        );
    }
}
