//! The sentence encoder: all-MiniLM-L6-v2 through candle, on the caller's thread.
//!
//! Mean pooling over the attended tokens and L2 normalisation, as sentence-transformers does for this model
//! (Reimers and Gurevych 2019, <https://arxiv.org/abs/1908.10084>).

use std::path::Path;

use anyhow::{Context as _, anyhow};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct};
use tokenizers::{Tokenizer, TruncationParams};

use super::AiError;

/// Length of every embedding.
pub const DIMENSION: usize = 384;
/// Longest input; what follows is cut off.
pub const MAX_TOKENS: usize = 256;
/// Most texts in one forward pass.
pub const MAX_BATCH: usize = 32;
/// Most padded tokens in one forward pass: bounds both memory and how long a pass can take.
const MAX_BATCH_TOKENS: usize = 2_048;

/// The loaded model. Sharing it between threads is safe: a forward pass only reads.
pub struct Encoder {
    model: BertModel,
    tokenizer: Tokenizer,
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
        let mut config: Config =
            serde_json::from_slice(&file("config.json")?).context("config.json is not a BERT configuration")?;
        if config.hidden_size != DIMENSION {
            anyhow::bail!("the embedding model has {} dimensions, expected {DIMENSION}", config.hidden_size);
        }
        // The tanh form is three times as fast here; embeddings differ by less than 0.001 in cosine.
        config.hidden_act = HiddenAct::GeluApproximate;
        let mut tokenizer = Tokenizer::from_bytes(file("tokenizer.json")?)
            .map_err(|error| anyhow!("tokenizer.json is unreadable: {error}"))?;
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() }))
            .map_err(|error| anyhow!("tokenizer.json cannot truncate: {error}"))?
            .with_padding(None);
        let weights = file("model.safetensors")?;
        let fingerprint = format!("minilm-l6-v2-{}", weights.len());
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
        let model = BertModel::load(weights, &config).context("model.safetensors does not fit config.json")?;
        Ok(Self { model, tokenizer, fingerprint })
    }

    /// Identifies the weights in cache keys.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// One unit vector of [`DIMENSION`] a text, in the order given. Blocks for about 4 ms a short text.
    pub fn encode<S: AsRef<str>>(&self, texts: &[S]) -> Result<Vec<Vec<f32>>, AiError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let encoding =
                self.tokenizer.encode(text.as_ref(), true).map_err(|error| AiError::Tokenizer(error.to_string()))?;
            tokens.push((index, encoding.get_ids().to_vec()));
        }
        // Alike lengths share a batch, so that little is padding.
        tokens.sort_by_key(|(index, ids)| (ids.len(), *index));
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let size = batch_size(rest);
            let (batch, tail) = rest.split_at(size);
            for ((index, _), vector) in batch.iter().zip(self.forward(batch)?) {
                vectors[*index] = vector;
            }
            rest = tail;
        }
        Ok(vectors)
    }

    fn forward(&self, batch: &[(usize, Vec<u32>)]) -> Result<Vec<Vec<f32>>, AiError> {
        let rows = batch.len();
        let width = batch.iter().map(|(_, ids)| ids.len()).max().unwrap_or(0);
        let mut ids = vec![0u32; rows * width];
        let mut mask = vec![0f32; rows * width];
        for (row, (_, tokens)) in batch.iter().enumerate() {
            ids[row * width..row * width + tokens.len()].copy_from_slice(tokens);
            mask[row * width..row * width + tokens.len()].fill(1.0);
        }
        let ids = Tensor::from_vec(ids, (rows, width), &Device::Cpu)?;
        let types = ids.zeros_like()?;
        let mask = Tensor::from_vec(mask, (rows, width), &Device::Cpu)?;
        let states = self.model.forward(&ids, &types, Some(&mask))?;
        let sums = mask.unsqueeze(1)?.matmul(&states)?.squeeze(1)?;
        // The mean's divisor cancels in the normalisation, so the sum serves.
        let mut vectors = sums.to_vec2::<f32>()?;
        for vector in &mut vectors {
            normalise(vector);
        }
        Ok(vectors)
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

/// Dot product; the cosine similarity of unit vectors.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}
