//! Skips a step whose inputs did not change: a file beside the output holds their digest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

/// Lower-case hexadecimal SHA-256.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub(super) struct Stamp {
    file: PathBuf,
    value: String,
}

impl Stamp {
    /// `inputs` are digested in order; each is delimited, so that moving bytes from one to the
    /// next changes the result.
    pub(super) fn new<'a>(file: PathBuf, inputs: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for input in inputs {
            hasher.update((input.len() as u64).to_le_bytes());
            hasher.update(input);
        }
        Self { file, value: hex::encode(hasher.finalize()) }
    }

    pub(super) fn is_current(&self, output: &Path) -> bool {
        output.exists() && fs::read_to_string(&self.file).is_ok_and(|value| value == self.value)
    }

    /// Before the step runs: an interrupted one must not look finished.
    pub(super) fn clear(&self) {
        let _ = fs::remove_file(&self.file);
    }

    pub(super) fn set(&self) -> anyhow::Result<()> {
        fs::write(&self.file, &self.value).with_context(|| format!("writing {}", self.file.display()))
    }
}

/// Every file below `directory`, sorted; nothing when it does not exist.
pub(super) fn files_below(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        if !directory.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&directory).with_context(|| format!("listing {}", directory.display()))?;
        for entry in entries {
            let path = entry.with_context(|| format!("listing {}", directory.display()))?.path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
