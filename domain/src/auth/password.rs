//! Passwords: Argon2id, off the async threads, and the same work for people who do not exist.

use std::sync::LazyLock;

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{SaltString, rand_core::OsRng},
};

use crate::{Error, Result};

pub const MIN_LENGTH: usize = 10;
const MAX_LENGTH: usize = 200;

/// Stands in for the hash of an unknown person, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody's password").unwrap_or_default());

fn hash_now(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(anyhow::anyhow!("argon2: {error}")))
}

/// # Errors
/// `Invalid` when the password is too short or too long.
pub async fn hash(password: String) -> Result<String> {
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&password.chars().count()) {
        return Err(Error::invalid("password", format!("takes {MIN_LENGTH} to {MAX_LENGTH} characters")));
    }
    tokio::task::spawn_blocking(move || hash_now(&password)).await.map_err(Error::internal)?
}

/// Whether the password is the one behind `known`; false for `None`, after the same work.
pub async fn verify(password: String, known: Option<String>) -> Result<bool> {
    tokio::task::spawn_blocking(move || {
        let exists = known.is_some();
        let known = known.unwrap_or_else(|| NOBODY.clone());
        let matches = password.len() <= 4 * MAX_LENGTH
            && PasswordHash::new(&known)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        Ok(exists && matches)
    })
    .await
    .map_err(Error::internal)?
}
