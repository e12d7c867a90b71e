//! The vault: secrets that must be read again, such as an account's key for a model, encrypted at rest with
//! XChaCha20-Poly1305. A sealed secret names the key it was sealed with and opens only for the account and purpose it
//! was sealed for, so that a row copied into another account is worth nothing there.

use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use sha2::{Digest as _, Sha256};
use types::AccountId;

use crate::{Error, Result, boot, clock::Entropy};

const VERSION: &str = "v1";
const NONCE: usize = 24;
/// Name of the file in the data directory, outside production.
pub(crate) const FILE: &str = "encryption-key";

/// The newest key first; sealing takes the newest, opening any.
#[derive(Clone, Default)]
pub struct Vault(Vec<Key>);

#[derive(Clone)]
struct Key {
    /// Eight hex digits of the key's hash.
    id: String,
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

impl Key {
    fn new(bytes: [u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(b"hummdesk encryption key\0").chain_update(bytes).finalize();
        Self { id: hex::encode(&hash[..4]), cipher: XChaCha20Poly1305::new(&bytes.into()) }
    }

    /// 64 hex digits, or base64 of 32 bytes.
    fn parse(text: &str) -> Option<Self> {
        let bytes = match hex::decode(text) {
            Ok(bytes) => bytes,
            Err(_) => STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?,
        };
        Some(Self::new(bytes.try_into().ok()?))
    }
}

impl Vault {
    /// One newest key, and older ones that only open.
    ///
    /// # Errors
    /// One line that names the variable which holds no key.
    pub fn new(newest: Option<&str>, older: &str) -> anyhow::Result<Self> {
        let mut keys = Vec::new();
        let wanted = "expected 32 random bytes as 64 hex digits or as base64";
        if let Some(text) = newest {
            keys.push(Key::parse(text.trim()).with_context(|| format!("HUMMDESK_ENCRYPTION_KEY: {wanted}"))?);
        }
        for text in older.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            ensure!(!keys.is_empty(), "HUMMDESK_ENCRYPTION_KEYS_OLD: set HUMMDESK_ENCRYPTION_KEY as well");
            keys.push(Key::parse(text).with_context(|| format!("HUMMDESK_ENCRYPTION_KEYS_OLD: {wanted}"))?);
        }
        Ok(Self(keys))
    }

    /// From `HUMMDESK_ENCRYPTION_KEY` and `HUMMDESK_ENCRYPTION_KEYS_OLD`. Without them, a key is kept in the data
    /// directory, made on first use; in production there is none then, and nothing can be sealed.
    pub(crate) fn find(
        lookup: impl Fn(&str) -> Option<String>,
        data_dir: &Path,
        production: bool,
        entropy: &dyn Entropy,
    ) -> anyhow::Result<Self> {
        let set = |name: &str| lookup(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (newest, older) = (set("HUMMDESK_ENCRYPTION_KEY"), set("HUMMDESK_ENCRYPTION_KEYS_OLD").unwrap_or_default());
        let file = data_dir.join(FILE);
        let kept = |file: &Path| std::fs::read_to_string(file).ok();
        if newest.is_some() || production && kept(&file).is_none() {
            return Self::new(newest.as_deref(), &older);
        }
        if kept(&file).is_none() {
            let made = boot::write_private(&file, &hex::encode(entropy.bytes()));
            // Another process may have been first.
            ensure!(made.is_ok() || kept(&file).is_some(), "cannot write {}", file.display());
        }
        Self::new(kept(&file).as_deref(), &older).with_context(|| file.display().to_string())
    }

    /// Encrypts `secret` for one account and purpose with the newest key.
    ///
    /// # Errors
    /// `Conflict` when this installation has no key.
    pub fn seal(&self, entropy: &dyn Entropy, account: AccountId, purpose: &str, secret: &str) -> Result<String> {
        let Some(key) = self.0.first() else {
            return Err(Error::Conflict {
                code: "no_encryption_key",
                message: "This installation has no HUMMDESK_ENCRYPTION_KEY, so no secret can be stored. Ask its operator to set one.",
            });
        };
        // 192 random bits: so many nonces may be drawn by chance.
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&entropy.bytes()[..NONCE]);
        let payload = Payload { msg: secret.as_bytes(), aad: &context(account, purpose) };
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal(anyhow::anyhow!("a secret could not be encrypted")))?;
        Ok([VERSION, &key.id, &URL_SAFE_NO_PAD.encode(nonce), &URL_SAFE_NO_PAD.encode(sealed)].join("."))
    }

    /// What [`Self::seal`] sealed for this account and purpose. None when the key is not here, or the text was changed
    /// or belongs elsewhere.
    pub fn open(&self, account: AccountId, purpose: &str, sealed: &str) -> Option<String> {
        let [version, id, nonce, text] = sealed.split('.').collect::<Vec<_>>().try_into().ok()?;
        let key = self.0.iter().find(|key| key.id == id).filter(|_| version == VERSION)?;
        let nonce: [u8; NONCE] = URL_SAFE_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let payload = Payload { msg: &text, aad: &context(account, purpose) };
        String::from_utf8(key.cipher.decrypt(&XNonce::from(nonce), payload).ok()?).ok()
    }

    /// Whether `sealed` was sealed with the newest key.
    pub fn is_current(&self, sealed: &str) -> bool {
        self.0.first().is_some_and(|key| sealed.split('.').nth(1) == Some(&key.id))
    }

    /// Whether anything can be sealed.
    pub fn has_key(&self) -> bool {
        !self.0.is_empty()
    }
}

/// What a sealed text is bound to.
fn context(account: AccountId, purpose: &str) -> Vec<u8> {
    format!("{purpose}\0{account}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    const A: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const B: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";

    #[test]
    fn a_secret_opens_for_its_account_and_purpose_only() {
        let vault = Vault::new(Some(A), "").unwrap();
        let sealed = vault.seal(&SystemEntropy, AccountId(7), "ai", "sk-secret").unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(vault.open(AccountId(7), "ai", &sealed).as_deref(), Some("sk-secret"));
        assert_eq!(vault.open(AccountId(8), "ai", &sealed), None);
        assert_eq!(vault.open(AccountId(7), "other", &sealed), None);
        assert_ne!(sealed, vault.seal(&SystemEntropy, AccountId(7), "ai", "sk-secret").unwrap(), "a nonce each");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last letter of base64 has bits to spare, which must be zero.
            assert_eq!(vault.open(AccountId(7), "ai", &changed), None, "{at}");
        }
        assert_eq!(vault.open(AccountId(7), "ai", ""), None);
    }

    #[test]
    fn older_keys_open_and_the_newest_seals() {
        let old = Vault::new(Some(A), "").unwrap();
        let sealed = old.seal(&SystemEntropy, AccountId(7), "ai", "sk-secret").unwrap();
        let both = Vault::new(Some(B), A).unwrap();
        assert!(!both.is_current(&sealed));
        assert_eq!(both.open(AccountId(7), "ai", &sealed).as_deref(), Some("sk-secret"));
        let fresh = both.seal(&SystemEntropy, AccountId(7), "ai", "sk-secret").unwrap();
        assert!(both.is_current(&fresh));
        assert_eq!(old.open(AccountId(7), "ai", &fresh), None, "the old key alone does not");
        assert!(!format!("{both:?}").contains("0102"));
    }

    #[test]
    fn a_bad_key_is_named_and_none_seals_nothing() {
        for bad in ["", "short", "zz", &A[2..], "AAAA"] {
            let error = Vault::new(Some(bad), "").unwrap_err().to_string();
            assert!(error.starts_with("HUMMDESK_ENCRYPTION_KEY:"), "{error}");
        }
        assert!(Vault::new(Some(A), "nonsense").unwrap_err().to_string().starts_with("HUMMDESK_ENCRYPTION_KEYS_OLD"));
        assert!(Vault::new(None, A).is_err());
        let refused = Vault::default().seal(&SystemEntropy, AccountId(1), "ai", "x").unwrap_err();
        assert!(matches!(refused, Error::Conflict { code: "no_encryption_key", .. }));
    }

    #[test]
    fn development_keeps_a_key_and_production_is_given_one() {
        let directory = tempfile::tempdir().unwrap();
        let find = |production, key: Option<&str>| {
            let lookup = |name: &str| key.filter(|_| name == "HUMMDESK_ENCRYPTION_KEY").map(str::to_owned);
            Vault::find(lookup, directory.path(), production, &SystemEntropy).unwrap()
        };
        assert!(!find(true, None).has_key());
        assert!(find(true, Some(A)).has_key());
        let (first, second) = (find(false, None), find(false, None));
        let sealed = first.seal(&SystemEntropy, AccountId(1), "ai", "x").unwrap();
        assert_eq!(second.open(AccountId(1), "ai", &sealed).as_deref(), Some("x"), "the same key again");
        assert!(!find(false, Some(A)).is_current(&sealed), "the variable goes before the file");
    }
}
