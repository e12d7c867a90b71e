//! The sentence encoder: all-MiniLM-L6-v2 in integers of eight bits, on the caller's threads or all processors.
//!
//! Mean pooling over the attended tokens and L2 normalisation, as sentence-transformers does for this model
//! (Reimers and Gurevych 2019, <https://arxiv.org/abs/1908.10084>).

mod kernels;
mod linear;
mod network;

use std::path::Path;

use anyhow::{Context as _, anyhow};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokenizers::{Tokenizer, TruncationParams};

use super::AiError;
use network::Network;
pub use network::Reading;

/// Length of every embedding.
pub const DIMENSION: usize = 384;
/// Longest input; what follows is cut off.
pub const MAX_TOKENS: usize = 256;
/// Most texts in one forward pass.
pub const MAX_BATCH: usize = 32;
/// Most tokens in one forward pass: bounds both memory and how long a pass can take.
const MAX_BATCH_TOKENS: usize = 2_048;
/// Tokens from which a pass is spread over all processors. For fewer the threads wait for each other longer than they work,
/// above all where the database searches meanwhile: a question and its turns, 40 to 90, took 3 ms more on two of two.
const SPREAD_TOKENS: usize = 128;

/// The loaded model. Sharing it between threads is safe: a forward pass only reads.
pub struct Encoder {
    network: Network,
    tokenizer: Tokenizer,
    processors: ThreadPool,
    /// Name and size of the weights, part of every cache key that depends on them.
    fingerprint: String,
}

impl Encoder {
    /// Reads `config.json`, `tokenizer.json` and `model.safetensors` from `dir`.
    pub fn load(dir: &Path) -> anyhow::Result<Self> {
        let file = |name: &str| {
            let path = dir.join(name);
            std::fs::read(&path).with_context(|| format!("cannot read the embedding model's {}", path.display()))
        };
        let config =
            serde_json::from_slice(&file("config.json")?).context("config.json is not a BERT configuration")?;
        let mut tokenizer = Tokenizer::from_bytes(file("tokenizer.json")?)
            .map_err(|error| anyhow!("tokenizer.json is unreadable: {error}"))?;
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() }))
            .map_err(|error| anyhow!("tokenizer.json cannot truncate: {error}"))?
            .with_padding(None);
        let weights = file("model.safetensors")?;
        let fingerprint = format!("minilm-l6-v2-int8-{}", weights.len());
        let network = Network::load(&weights, &config)?;
        anyhow::ensure!(
            tokenizer.get_vocab_size(true) <= network.vocabulary(),
            "tokenizer.json knows words that model.safetensors does not"
        );
        let processors = ThreadPoolBuilder::new().thread_name(|at| format!("encoder-{at}")).build()?;
        Ok(Self { network, tokenizer, processors, fingerprint })
    }

    /// Identifies the weights in cache keys.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// One unit vector of [`DIMENSION`] a text, in the order given. Blocks for some milliseconds a short text.
    pub fn encode<S: AsRef<str>>(&self, texts: &[S]) -> Result<Vec<Vec<f32>>, AiError> {
        Ok(self.read(texts)?.into_iter().map(|reading| reading.vector).collect())
    }

    /// As [`Self::encode`], with what the layer before saw.
    pub fn read<S: AsRef<str>>(&self, texts: &[S]) -> Result<Vec<Reading>, AiError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let encoding =
                self.tokenizer.encode(text.as_ref(), true).map_err(|error| AiError::Tokenizer(error.to_string()))?;
            tokens.push((index, encoding.get_ids().to_vec()));
        }
        // Alike lengths share a pass, so that those of one pass end together.
        tokens.sort_by_key(|(index, ids)| (ids.len(), *index));
        let mut readings = vec![Reading::default(); texts.len()];
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let (batch, tail) = rest.split_at(batch_size(rest));
            let ids: Vec<&[u32]> = batch.iter().map(|(_, ids)| ids.as_slice()).collect();
            let pass = || self.network.forward(&ids);
            let spread = ids.iter().map(|ids| ids.len()).sum::<usize>() >= SPREAD_TOKENS;
            let read = if spread { self.processors.install(pass) } else { pass() };
            for ((index, _), reading) in batch.iter().zip(read?) {
                readings[*index] = reading;
            }
            rest = tail;
        }
        Ok(readings)
    }
}

/// How many of the length-sorted `tokens` fit one pass; at least one.
fn batch_size(tokens: &[(usize, Vec<u32>)]) -> usize {
    let fits = tokens
        .iter()
        .take(MAX_BATCH)
        .enumerate()
        .take_while(|(index, (_, ids))| (index + 1) * ids.len() <= MAX_BATCH_TOKENS)
        .count();
    fits.max(1)
}

/// Scales `vector` to unit length; leaves a zero vector alone.
pub fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        for value in vector {
            *value /= norm;
        }
    }
}

/// Dot product; the cosine similarity of unit vectors. In lanes, so that the compiler may use wide registers.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<16>(), right.as_chunks::<16>());
    let mut lanes = [0f32; 16];
    for (left, right) in left.iter().zip(right) {
        for ((lane, left), right) in lanes.iter_mut().zip(left).zip(right) {
            *lane += left * right;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    lanes.iter().sum::<f32>() + rest
}
