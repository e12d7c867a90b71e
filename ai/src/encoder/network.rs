//! BERT's forward pass (Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>) over texts laid end to end.
//!
//! Matrix products are candle's; what stands between them is in [`kernels`](super::kernels). Texts are not padded: a
//! product does not care where one text ends, and attention is taken text by text.

use std::{collections::HashMap, ops::Range};

use anyhow::{Context as _, bail};
use candle_core::{DType, Device, Tensor, safetensors};
use rayon::prelude::*;
use serde::Deserialize;

use super::{DIMENSION, MAX_TOKENS, kernels, normalise};
use crate::AiError;

/// Outputs whose weights lie together: a divisor of every layer's, with work for two threads and for four.
const PANEL: usize = 96;

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

struct Linear {
    /// Inputs by [`PANEL`] outputs each, in order. A product of few rows reads the weights more than it computes, and reads what lies
    /// together nearly twice as fast; the threads share the panels.
    panels: Vec<Tensor>,
    bias: Vec<f32>,
}

/// The weights of a file by name.
struct File {
    tensors: HashMap<String, Tensor>,
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
        let file = File { tensors: safetensors::load_buffer(file, &Device::Cpu)?, epsilon: config.layer_norm_eps };
        let mut positions = file.values("embeddings.position_embeddings.weight")?;
        if positions.len() != config.max_position_embeddings * DIMENSION || config.max_position_embeddings < MAX_TOKENS
        {
            bail!("the embedding model takes texts of {} tokens, expected {MAX_TOKENS}", positions.len() / DIMENSION);
        }
        kernels::add_bias(&mut positions, &file.values("embeddings.token_type_embeddings.weight")?[..DIMENSION]);
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
            let mut qkv = layer.qkv.product(&states)?;
            kernels::add_bias(&mut qkv, &layer.qkv.bias);
            let context = kernels::attention(&qkv, &bounds, self.heads, DIMENSION / self.heads);
            layer.attended_norm.apply_sum(&mut states, &layer.attended.product(&context)?, &layer.attended.bias);
            let mut wide = layer.wide.product(&states)?;
            kernels::gelu(&mut wide, &layer.wide.bias);
            layer.norm.apply_sum(&mut states, &layer.narrow.product(&wide)?, &layer.narrow.bias);
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

impl Linear {
    /// `rows` times the weight, without the bias.
    fn product(&self, rows: &[f32]) -> Result<Vec<f32>, AiError> {
        let inputs = self.panels[0].dims()[0];
        let rows = Tensor::from_slice(rows, (rows.len() / inputs, inputs), &Device::Cpu)?;
        let part = |panel: &Tensor| rows.matmul(panel)?.flatten_all()?.to_vec1::<f32>();
        let parts: Vec<Vec<f32>> = self.panels.par_iter().map(part).collect::<Result<_, _>>()?;
        let mut product = vec![0f32; rows.dims()[0] * self.bias.len()];
        for (number, part) in parts.iter().enumerate() {
            for (row, values) in product.chunks_exact_mut(self.bias.len()).zip(part.chunks_exact(PANEL)) {
                row[number * PANEL..(number + 1) * PANEL].copy_from_slice(values);
            }
        }
        Ok(product)
    }
}

impl Norm {
    fn apply(&self, states: &mut [f32]) {
        kernels::layer_norm(states, &self.weight, &self.bias, self.epsilon);
    }

    /// Adds `change` and `bias` to `states`, then normalises.
    fn apply_sum(&self, states: &mut [f32], change: &[f32], bias: &[f32]) {
        kernels::add_bias(states, bias);
        states.iter_mut().zip(change).for_each(|(state, change)| *state += change);
        self.apply(states);
    }
}

impl File {
    fn tensor(&self, name: &str) -> anyhow::Result<Tensor> {
        let tensor = self.tensors.get(name).with_context(|| format!("model.safetensors has no {name}"))?;
        Ok(tensor.to_dtype(DType::F32)?)
    }

    fn values(&self, name: &str) -> anyhow::Result<Vec<f32>> {
        Ok(self.tensor(name)?.flatten_all()?.to_vec1()?)
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
        let tensors = |part: &str| {
            names.iter().map(|name| self.tensor(&format!("{name}.{part}"))).collect::<anyhow::Result<Vec<Tensor>>>()
        };
        let weight = Tensor::cat(&tensors("weight")?, 0)?;
        let outputs = weight.dims()[0];
        anyhow::ensure!(outputs.is_multiple_of(PANEL), "a layer of the embedding model has {outputs} outputs");
        let panel = |number| anyhow::Ok(weight.narrow(0, number * PANEL, PANEL)?.t()?.contiguous()?);
        let panels = (0..outputs / PANEL).map(panel).collect::<anyhow::Result<_>>()?;
        Ok(Linear { panels, bias: Tensor::cat(&tensors("bias")?, 0)?.to_vec1()? })
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
