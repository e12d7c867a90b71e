//! BERT's forward pass (Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>) over texts laid end to end.
//!
//! Products with the weights are in [`linear`](super::linear), what stands between them in [`kernels`](super::kernels).
//! Texts are not padded: a product does not care where one text ends, and attention is taken text by text.

use std::ops::Range;

use anyhow::{Context as _, bail, ensure};
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::{DIMENSION, MAX_TOKENS, kernels, linear::Linear, normalise};
use crate::AiError;

/// What the forward pass needs of `config.json`.
#[derive(Deserialize)]
pub struct Config {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    layer_norm_eps: f32,
    hidden_act: String,
}

/// What the network makes of a text: unit vectors of [`DIMENSION`].
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Mean of the last layer's states: the text's embedding.
    pub vector: Vec<f32>,
    /// Mean of the states of the layer before: nearer to the words, farther from what training made of their meaning.
    pub earlier: Vec<f32>,
}

/// All weights.
pub struct Network {
    /// One row of [`DIMENSION`] a token of the vocabulary.
    words: Vec<f32>,
    /// One row a position, with the embedding of the first segment added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
}

struct Layer {
    /// Queries, keys and values in one product.
    qkv: Linear,
    attended: Linear,
    attended_norm: Norm,
    wide: Linear,
    narrow: Linear,
    norm: Norm,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

/// The weights of a file by name.
struct File<'a> {
    tensors: SafeTensors<'a>,
    epsilon: f32,
}

impl Network {
    /// Reads a safetensors file with the names of sentence-transformers' BERT models.
    pub fn load(file: &[u8], config: &Config) -> anyhow::Result<Self> {
        if config.hidden_size != DIMENSION {
            bail!("the embedding model has {} dimensions, expected {DIMENSION}", config.hidden_size);
        }
        if config.hidden_act != "gelu" || !DIMENSION.is_multiple_of(config.num_attention_heads) {
            bail!("config.json describes another network than BERT with gelu");
        }
        let file = File { tensors: SafeTensors::deserialize(file)?, epsilon: config.layer_norm_eps };
        let mut positions = file.values("embeddings.position_embeddings.weight")?;
        if positions.len() != config.max_position_embeddings * DIMENSION || config.max_position_embeddings < MAX_TOKENS
        {
            bail!("the embedding model takes texts of {} tokens, expected {MAX_TOKENS}", positions.len() / DIMENSION);
        }
        let segments = file.values("embeddings.token_type_embeddings.weight")?;
        positions.chunks_exact_mut(DIMENSION).for_each(|position| kernels::add(position, &segments[..DIMENSION]));
        Ok(Self {
            words: file.values("embeddings.word_embeddings.weight")?,
            positions,
            norm: file.norm("embeddings.LayerNorm")?,
            layers: (0..config.num_hidden_layers).map(|layer| file.layer(layer)).collect::<anyhow::Result<_>>()?,
            heads: config.num_attention_heads,
        })
    }

    /// Tokens it knows: ids are below this.
    pub fn vocabulary(&self) -> usize {
        self.words.len() / DIMENSION
    }

    /// What the layers made of each text. Each has one to [`MAX_TOKENS`] tokens.
    pub fn forward(&self, texts: &[&[u32]]) -> Result<Vec<Reading>, AiError> {
        let mut bounds: Vec<Range<usize>> = Vec::with_capacity(texts.len());
        let mut states = Vec::new();
        for text in texts {
            let start = bounds.last().map_or(0, |before| before.end);
            bounds.push(start..start + text.len());
            for (token, position) in text.iter().zip(self.positions.chunks_exact(DIMENSION)) {
                let word = &self.words[*token as usize * DIMENSION..][..DIMENSION];
                states.extend(word.iter().zip(position).map(|(word, position)| word + position));
            }
        }
        self.norm.apply(&mut states);
        let mut readings = vec![Reading::default(); texts.len()];
        for (depth, layer) in self.layers.iter().enumerate() {
            let qkv = layer.qkv.apply(&states, |x| x)?;
            let context = kernels::attention(&qkv, &bounds, self.heads, DIMENSION / self.heads);
            layer.attended_norm.apply_sum(&mut states, &layer.attended.apply(&context, |x| x)?);
            let wide = layer.wide.apply(&states, kernels::gelu)?;
            layer.norm.apply_sum(&mut states, &layer.narrow.apply(&wide, |x| x)?);
            if depth + 2 >= self.layers.len() {
                for (reading, text) in readings.iter_mut().zip(&bounds) {
                    let mean = direction(&states[text.start * DIMENSION..text.end * DIMENSION]);
                    reading.earlier = std::mem::replace(&mut reading.vector, mean);
                }
            }
        }
        Ok(readings)
    }
}

/// The mean of a text's states, as a unit vector.
fn direction(states: &[f32]) -> Vec<f32> {
    let mut sum = vec![0f32; DIMENSION];
    for state in states.chunks_exact(DIMENSION) {
        sum.iter_mut().zip(state).for_each(|(sum, value)| *sum += value);
    }
    normalise(&mut sum);
    sum
}

impl Norm {
    fn apply(&self, states: &mut [f32]) {
        kernels::layer_norm(states, &self.weight, &self.bias, self.epsilon);
    }

    /// Adds `change` to `states`, then normalises.
    fn apply_sum(&self, states: &mut [f32], change: &[f32]) {
        kernels::add(states, change);
        self.apply(states);
    }
}

impl File<'_> {
    fn values(&self, name: &str) -> anyhow::Result<Vec<f32>> {
        let tensor = self.tensors.tensor(name).with_context(|| format!("model.safetensors has no {name}"))?;
        ensure!(tensor.dtype() == Dtype::F32, "model.safetensors has {name} as {:?}, expected F32", tensor.dtype());
        Ok(tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn norm(&self, name: &str) -> anyhow::Result<Norm> {
        Ok(Norm {
            weight: self.values(&format!("{name}.weight"))?,
            bias: self.values(&format!("{name}.bias"))?,
            epsilon: self.epsilon,
        })
    }

    /// One product for all of `names`.
    fn linear(&self, names: &[String]) -> anyhow::Result<Linear> {
        let all = |part: &str| -> anyhow::Result<Vec<f32>> {
            let values = names.iter().map(|name| self.values(&format!("{name}.{part}")));
            Ok(values.collect::<anyhow::Result<Vec<_>>>()?.concat())
        };
        let (weights, bias) = (all("weight")?, all("bias")?);
        ensure!(
            !bias.is_empty() && weights.len().is_multiple_of(bias.len()),
            "model.safetensors has an uneven {}",
            names[0]
        );
        Ok(Linear::new(&weights, bias))
    }

    fn layer(&self, number: usize) -> anyhow::Result<Layer> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let linear = |part: &str| self.linear(&[name(part)]);
        Ok(Layer {
            qkv: self.linear(&["query", "key", "value"].map(|part| name(&format!("attention.self.{part}"))))?,
            attended: linear("attention.output.dense")?,
            attended_norm: self.norm(&name("attention.output.LayerNorm"))?,
            wide: linear("intermediate.dense")?,
            narrow: linear("output.dense")?,
            norm: self.norm(&name("output.LayerNorm"))?,
        })
    }
}
