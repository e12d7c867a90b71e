//! Trained heads on disk, so that only the first start trains.
//!
//! A file is a JSON header, its length in front, then the raw weights and vectors. It is named by the hash of all it
//! depends on; anything unexpected in it means training again, never an error.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{BUILTIN, Classifier, Decider, Known, Quality, digest};
use crate::{
    AiError,
    encoder::{DIMENSION, Encoder},
    head::Head,
};

#[derive(Serialize, Deserialize)]
struct Header {
    name: String,
    deciders: Vec<Saved>,
    vectors: usize,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    labels: Vec<String>,
    temperature: f32,
    quality: Quality,
    bytes: usize,
}

impl Classifier {
    /// The built-in classifier from `cache`, or freshly trained and then put there. An unusable cache only costs time.
    pub fn load_or_train(encoder: &Encoder, cache: Option<&Path>) -> Result<Self, AiError> {
        let path = cache.map(|directory| path(directory, encoder));
        if let Some(ready) = path.as_deref().and_then(read) {
            return Ok(ready);
        }
        let trained = Self::builtin(encoder)?;
        if let Some(path) = path
            && let Err(error) = write(&path, &trained)
        {
            tracing::warn!(path = %path.display(), %error, "the trained classifier could not be kept; the next start trains again");
        }
        Ok(trained)
    }
}

fn path(directory: &Path, encoder: &Encoder) -> PathBuf {
    let examples: Vec<_> = BUILTIN.iter().map(|example| (example, 1)).collect();
    directory.join(format!("classifier-{}-{}.bin", encoder.fingerprint(), &digest(&examples)[..24]))
}

pub(super) fn read(path: &Path) -> Option<Classifier> {
    let bytes = fs::read(path).ok()?;
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (header, mut rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let header: Header = serde_json::from_slice(header).ok()?;
    let mut deciders = Vec::new();
    for saved in header.deciders {
        let (weights, tail) = rest.split_at_checked(saved.bytes)?;
        rest = tail;
        let head = Head::from_bytes(saved.labels.len(), weights)?;
        deciders.push(Decider { labels: saved.labels, head, temperature: saved.temperature, quality: saved.quality });
    }
    let (words, remainder) = rest.as_chunks::<4>();
    let vectors: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    if !remainder.is_empty() || vectors.len() != header.vectors || vectors.len() != BUILTIN.len() * DIMENSION {
        return None;
    }
    let [category, priority, sentiment] = <[Decider; 3]>::try_from(deciders).ok()?;
    let known = BUILTIN
        .iter()
        .map(|example| Known { text: example.text.clone(), category: example.category.clone() })
        .collect();
    Some(Classifier {
        category,
        priority,
        sentiment,
        known: Arc::new(known),
        vectors: Arc::new(vectors),
        name: header.name,
    })
}

pub(super) fn write(path: &Path, classifier: &Classifier) -> std::io::Result<()> {
    let mut deciders = Vec::new();
    let mut body = Vec::new();
    for decider in [&classifier.category, &classifier.priority, &classifier.sentiment] {
        let weights = decider.head.to_bytes();
        deciders.push(Saved {
            labels: decider.labels.clone(),
            temperature: decider.temperature,
            quality: decider.quality,
            bytes: weights.len(),
        });
        body.extend(weights);
    }
    body.extend(classifier.vectors.iter().flat_map(|value| value.to_le_bytes()));
    let header =
        serde_json::to_vec(&Header { name: classifier.name.clone(), deciders, vectors: classifier.vectors.len() })?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // Server and worker may start at once: each writes its own file and the rename is atomic.
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let mut file = fs::File::create(&partial)?;
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(&header)?;
    file.write_all(&body)?;
    file.sync_all()?;
    fs::rename(partial, path)
}
