//! The installation's secret and what is derived from it: one key a purpose, so that a signature made for one
//! use proves nothing in another.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

type HmacSha256 = Hmac<Sha256>;

/// At least 32 bytes of randomness, from `HUMMDESK_SECRET`. Never printed.
#[derive(Clone)]
pub struct Secrets(Vec<u8>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    pub const MIN_LENGTH: usize = 32;

    /// # Errors
    /// When the secret is shorter than 32 bytes.
    pub fn new(secret: impl Into<Vec<u8>>) -> anyhow::Result<Self> {
        let secret = secret.into();
        anyhow::ensure!(
            secret.len() >= Self::MIN_LENGTH,
            "the secret must have at least {} characters",
            Self::MIN_LENGTH
        );
        Ok(Self(secret))
    }

    /// The key of one purpose: HMAC-SHA256(secret, purpose).
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        mac(&self.0, purpose.as_bytes()).finalize().into_bytes().into()
    }

    /// `prefix.part.part….signature`
    pub fn sign(&self, prefix: &str, parts: &[i64]) -> String {
        let body = parts.iter().fold(prefix.to_owned(), |body, part| format!("{body}.{part}"));
        let signature = URL_SAFE_NO_PAD.encode(mac(&self.key(prefix), body.as_bytes()).finalize().into_bytes());
        format!("{body}.{signature}")
    }

    /// The parts of a token that [`sign`](Self::sign) made with the same prefix and number of parts; compared in constant time.
    pub fn verify<const N: usize>(&self, prefix: &str, token: &str) -> Option<[i64; N]> {
        let (body, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        mac(&self.key(prefix), body.as_bytes()).verify_slice(&signature).ok()?;
        let mut pieces = body.split('.');
        if pieces.next() != Some(prefix) {
            return None;
        }
        let parts: Vec<i64> = pieces.map(str::parse).collect::<Result<_, _>>().ok()?;
        parts.try_into().ok()
    }
}

/// Hex HMAC-SHA256 of a visitor's identifier, as the host site computes it.
pub fn identifier_hash_matches(inbox_secret: &str, identifier: &str, claimed: &str) -> bool {
    hex::decode(claimed)
        .is_ok_and(|claimed| mac(inbox_secret.as_bytes(), identifier.as_bytes()).verify_slice(&claimed).is_ok())
}

fn mac(key: &[u8], message: &[u8]) -> HmacSha256 {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = HmacSha256::new_from_slice(key).expect("any length");
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_proves_only_what_it_was_signed_for() {
        let secrets = Secrets::new(vec![7; 32]).unwrap();
        let token = secrets.sign("s1", &[1, 42]);
        assert_eq!(secrets.verify::<2>("s1", &token), Some([1, 42]));
        assert_eq!(secrets.verify::<2>("v1", &token), None);
        assert_eq!(secrets.verify::<3>("s1", &token), None);
        assert_eq!(secrets.verify::<2>("s1", &token.replace("42", "43")), None);
        assert_eq!(Secrets::new(vec![8; 32]).unwrap().verify::<2>("s1", &token), None);
        assert_eq!(secrets.verify::<2>("s1", ""), None);
    }
}
