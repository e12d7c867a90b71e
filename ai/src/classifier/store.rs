//! Trained classifiers as bytes: in the cache, so that only the first start trains, and with the account that trained
//! one.
//!
//! A JSON header, its length in front, then the raw weights. Anything unexpected means training again, never an error.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{BUILTIN, CategoryModel, Classifier, Decider, Known, Quality, Readings, category::Judgement, learn};
use crate::{
    AiError,
    encoder::{DIMENSION, Encoder, Reading},
    head::Head,
    kernel::Kernel,
};

#[derive(Serialize, Deserialize)]
struct Header {
    /// Hash of what the meaning of the weights depends on.
    version: String,
    name: String,
    labels: Vec<String>,
    judgement: Judgement,
    known: Vec<Known>,
    kernel: usize,
    /// Priority and sentiment; none where the product's own serve.
    deciders: [Option<Saved>; 2],
}

#[derive(Serialize, Deserialize)]
struct Saved {
    labels: Vec<String>,
    temperature: f32,
    quality: Quality,
    bytes: usize,
}

impl Classifier {
    /// The classifier without what it shares with `base`, the product's own; read back by [`Self::from_bytes`].
    pub fn to_bytes(&self, base: Option<&Self>) -> Vec<u8> {
        let kernel = self.category.kernel.to_bytes();
        let own = |decider: &Arc<Decider>, shared: Option<&Arc<Decider>>| {
            let own = shared.is_none_or(|shared| !Arc::ptr_eq(decider, shared));
            own.then(|| (decider.head.to_bytes(), Arc::clone(decider)))
        };
        let heads = [
            own(&self.priority, base.map(|base| &base.priority)),
            own(&self.sentiment, base.map(|base| &base.sentiment)),
        ];
        let header = Header {
            version: version(),
            name: self.name.clone(),
            labels: self.category.labels.clone(),
            judgement: self.category.judgement.clone(),
            known: self.known.to_vec(),
            kernel: kernel.len(),
            deciders: heads.each_ref().map(|head| {
                head.as_ref().map(|(bytes, decider)| Saved {
                    labels: decider.labels.clone(),
                    temperature: decider.temperature,
                    quality: decider.quality,
                    bytes: bytes.len(),
                })
            }),
        };
        // Strings, numbers and lists always serialise.
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(kernel);
        heads.into_iter().flatten().for_each(|(head, _)| bytes.extend(head));
        bytes
    }

    /// None for bytes of another version, or damaged ones.
    pub fn from_bytes(bytes: &[u8], base: Option<&Self>) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let (header, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let (kernel, mut rest) = rest.split_at_checked(header.kernel)?;
        let kernel = Kernel::from_bytes(kernel)?;
        let sound = header.version == version()
            && kernel.classes() == header.labels.len()
            && kernel.len() == header.known.len();
        if !sound {
            return None;
        }
        let shared = [base.map(|base| &base.priority), base.map(|base| &base.sentiment)];
        let mut deciders = Vec::new();
        for (saved, shared) in header.deciders.into_iter().zip(shared) {
            deciders.push(match saved {
                None => Arc::clone(shared?),
                Some(saved) => {
                    let (weights, tail) = rest.split_at_checked(saved.bytes)?;
                    rest = tail;
                    let head = Head::from_bytes(saved.labels.len(), weights)?;
                    let Saved { labels, temperature, quality, .. } = saved;
                    Arc::new(Decider { labels, head, temperature, quality })
                }
            });
        }
        let [priority, sentiment] = <[Arc<Decider>; 2]>::try_from(deciders).ok()?;
        let category = CategoryModel { labels: header.labels, kernel, judgement: header.judgement };
        rest.is_empty().then(|| Self {
            category: Arc::new(category),
            priority,
            sentiment,
            known: Arc::new(header.known),
            name: header.name,
        })
    }

    /// The product's own classifier from `cache`, or freshly trained and then put there. An unusable cache only costs
    /// time.
    pub fn load_or_train(encoder: &Encoder, cache: Option<&Path>) -> Result<(Self, Readings), AiError> {
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

/// Of everything that gives the weights their meaning but the texts themselves.
fn version() -> String {
    use sha2::Digest as _;
    hex::encode(learn::hasher().finalize())[..16].to_owned()
}

fn path(directory: &Path, encoder: &Encoder) -> PathBuf {
    use sha2::Digest as _;
    let mut hasher = learn::hasher();
    for example in BUILTIN.iter() {
        hasher.update(format!("{example:?}\n"));
    }
    directory.join(format!("classifier-{}-{}.bin", encoder.fingerprint(), &hex::encode(hasher.finalize())[..24]))
}

pub(super) fn read(path: &Path) -> Option<(Classifier, Readings)> {
    let bytes = fs::read(path).ok()?;
    let values = BUILTIN.len() * 2 * DIMENSION;
    let (classifier, readings) = bytes.split_at_checked(bytes.len().checked_sub(values * 4)?)?;
    let classifier = Classifier::from_bytes(classifier, None)?;
    let values: Vec<f32> = readings.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
    let reading =
        |values: &[f32]| Reading { vector: values[..DIMENSION].to_vec(), earlier: values[DIMENSION..].to_vec() };
    Some((classifier, Arc::new(values.chunks_exact(2 * DIMENSION).map(reading).collect())))
}

pub(super) fn write(path: &Path, (classifier, readings): &(Classifier, Readings)) -> std::io::Result<()> {
    let mut bytes = classifier.to_bytes(None);
    for reading in readings.iter() {
        bytes.extend(reading.vector.iter().chain(&reading.earlier).flat_map(|value| value.to_le_bytes()));
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // Server and worker may start at once: each writes its own file and the rename is atomic.
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let mut file = fs::File::create(&partial)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(partial, path)
}
