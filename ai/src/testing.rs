//! The loaded model, shared by the tests of this module: loading it once keeps them quick.

use std::sync::{Arc, LazyLock};

use super::{Ai, AiOptions, Classifier, Readings, encoder::Encoder, find_model};

static AI: LazyLock<Ai> = LazyLock::new(|| {
    let model_dir = find_model().expect("the tests need the embedding model");
    // Kept beside the model, named by the hash of all that training depends on.
    let cache_dir = model_dir.parent().map(|cache| cache.join("trained"));
    Ai::load(AiOptions { model_dir, cache_dir }).expect("the model loads")
});

/// The AI with nothing remote.
pub fn ai() -> Ai {
    AI.clone()
}

/// Its encoder and its classifier.
pub fn model() -> (Arc<Encoder>, Arc<Classifier>) {
    (Arc::clone(&AI.0.encoder), AI.classifier())
}

/// What the product's own examples were read as.
pub fn readings() -> Readings {
    Arc::clone(&AI.0.readings)
}
