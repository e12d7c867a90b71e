//! The product's own intelligence: embeddings, language, classification, chunking and drafts. Pure computation on
//! text, without SQL or HTTP handlers; a remote model may stand in front of it but never in place of it.

pub mod calibration;
pub mod chunk;
pub mod classifier;
pub mod cluster;
pub mod draft;
pub mod embed;
pub mod encoder;
pub mod eval;
pub mod features;
pub mod gloss;
pub mod hand_over;
pub mod head;
pub mod kernel;
pub mod language;
mod random;
pub mod remote;
pub mod sentences;
#[cfg(test)]
mod testing;
mod text;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

pub use classifier::{Classifier, Example, Verdict};
use classifier::{Lesson, Readings};
pub use draft::{Composed, DraftRequest, Passage, Policy, Who, guard::quotable};
use embed::Embedder;
use encoder::Encoder;
use remote::ClassifyRequest;
pub use remote::{Remote, RemoteError, RemoteOptions};
pub use text::shorten;

/// The way to a remote model: the endpoint, and the books kept on what is sent there.
#[derive(Clone)]
pub struct Door {
    pub remote: Remote,
    pub ledger: Arc<dyn remote::ledger::Ledger>,
    /// Who is told a draft while it is written.
    pub progress: Option<Arc<remote::Progress>>,
}

/// Files the embedding model consists of.
const MODEL_FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// Where the AI finds its parts.
#[derive(Clone, Debug)]
pub struct AiOptions {
    /// Directory with the embedding model's three files.
    pub model_dir: PathBuf,
    /// Where trained heads are kept between starts; None trains at each start.
    pub cache_dir: Option<PathBuf>,
}

/// The loaded AI; clones share everything.
#[derive(Clone)]
pub struct Ai(Arc<Inner>);

struct Inner {
    encoder: Arc<Encoder>,
    embedder: Embedder,
    classifier: Arc<Classifier>,
    readings: Readings,
}

impl Ai {
    /// Reads the model and the trained heads, training these when the cache has none. Blocks: from a moment to a few
    /// seconds.
    pub fn load(options: AiOptions) -> anyhow::Result<Self> {
        let encoder = Arc::new(Encoder::load(&options.model_dir)?);
        let embedder = Embedder::start(Arc::clone(&encoder))?;
        let (classifier, readings) = Classifier::load_or_train(&encoder, options.cache_dir.as_deref())?;
        Ok(Self(Arc::new(Inner { encoder, embedder, classifier: Arc::new(classifier), readings })))
    }

    /// One unit vector of 384 a text, in order; see [`Embedder::embed`] for the lanes.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, AiError> {
        self.0.embedder.embed(texts).await
    }

    /// As [`Self::embed`], behind everything interactive.
    pub async fn embed_bulk(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, AiError> {
        self.0.embedder.embed_bulk(texts).await
    }

    /// As [`Self::embed`], for texts that come back; see [`Embedder::embed_remembered`].
    pub async fn embed_remembered(&self, texts: &[String]) -> Result<Vec<Arc<Vec<f32>>>, AiError> {
        self.0.embedder.embed_remembered(texts).await
    }

    /// The verdict on `text`, in the built-in categories.
    pub async fn classify(&self, text: &str) -> Result<Verdict, AiError> {
        self.classify_by(&self.classifier(), text).await
    }

    /// The verdict in the categories of a classifier made by [`Self::learn`].
    pub async fn classify_by(&self, classifier: &Classifier, text: &str) -> Result<Verdict, AiError> {
        classifier.classify(&self.0.embedder, text).await
    }

    /// As [`Self::classify_by`], with a remote model in front, which may also propose one of `teams`. Without a usable
    /// answer of it the built-in verdict stands and its reasoning says why; its `model` says who decided.
    pub async fn classify_for(
        &self,
        classifier: &Classifier,
        text: &str,
        teams: &[String],
        door: Option<&Door>,
    ) -> Result<Verdict, AiError> {
        let Some(Door { remote, ledger, .. }) = door else {
            return self.classify_by(classifier, text).await;
        };
        let started = Instant::now();
        let request = ClassifyRequest {
            text: text.to_owned(),
            categories: classifier.categories().to_vec(),
            teams: teams.to_vec(),
        };
        let (built_in, answer) =
            tokio::join!(self.classify_by(classifier, text), remote.classify(&request, ledger.as_ref()));
        let mut verdict = built_in?;
        match answer {
            Ok(answer) => verdict.decided_by(remote.model(), answer),
            Err(error) => verdict.reasoning.push_str(&not_used(&error)),
        }
        verdict.processing_ms = started.elapsed().as_millis() as i64;
        Ok(verdict)
    }

    /// A draft for an agent, made of the account's own articles; see [`draft`]. A remote model writes it when there is
    /// one, passages to write from, and a usable answer.
    pub async fn compose(&self, request: &DraftRequest, door: Option<&Door>) -> Result<Composed, AiError> {
        let started = Instant::now();
        let mut why = None;
        if let Some(Door { remote, ledger, progress }) = door
            && !request.passages.is_empty()
        {
            match remote.compose(request, None, ledger.as_ref(), progress.as_deref()).await {
                Ok(Some(mut composed)) => {
                    composed.generation_ms = started.elapsed().as_millis() as i64;
                    return Ok(composed);
                }
                // The model found no answer in the passages: say so in our own words.
                Ok(None) => return Ok(draft::unanswered_by(request, remote.model(), started)),
                Err(error) => why = Some(not_used(&error)),
            }
        }
        let mut composed = draft::compose(&self.0.embedder, request).await?;
        composed.reasoning.push_str(&why.unwrap_or_default());
        Ok(composed)
    }

    /// As [`Self::compose`], by the remote model alone and with an agent's wish.
    ///
    /// # Errors
    /// When the model gives no usable answer.
    pub async fn recompose(
        &self,
        request: &DraftRequest,
        instruction: Option<&str>,
        door: &Door,
    ) -> Result<Composed, RemoteError> {
        let started = Instant::now();
        let composed =
            door.remote.compose(request, instruction, door.ledger.as_ref(), door.progress.as_deref()).await?;
        let mut composed = composed.unwrap_or_else(|| draft::unanswered_by(request, door.remote.model(), started));
        composed.generation_ms = started.elapsed().as_millis() as i64;
        Ok(composed)
    }

    /// The classifier that ships with the product.
    pub fn classifier(&self) -> Arc<Classifier> {
        Arc::clone(&self.0.classifier)
    }

    /// A classifier of what an account teaches; see [`Classifier::learn`]. On a blocking thread.
    pub async fn learn(&self, lesson: Lesson) -> Result<Classifier, AiError> {
        let ai = self.clone();
        let trained =
            tokio::task::spawn_blocking(move || ai.0.classifier.learn(&ai.0.encoder, &ai.0.readings, &lesson));
        trained.await.map_err(|error| AiError::Training(error.to_string()))?
    }

    /// A trained classifier as bytes, for [`Self::read_classifier`].
    pub fn write_classifier(&self, classifier: &Classifier) -> Vec<u8> {
        classifier.to_bytes(Some(&self.0.classifier))
    }

    /// None for bytes of another version, or damaged ones: train again.
    pub fn read_classifier(&self, bytes: &[u8]) -> Option<Classifier> {
        Classifier::from_bytes(bytes, Some(&self.0.classifier))
    }
}

/// What the reader of a built-in result is told of the remote model that did not make it.
fn not_used(error: &RemoteError) -> String {
    format!(" The remote model was not used: {error}.")
}

/// The directory of the embedding model: `HUMMDESK_MODEL_DIR`, else `model` in the cache directory that
/// `scripts/setup` fills. The error says what to do.
pub fn find_model() -> anyhow::Result<PathBuf> {
    let complete = |directory: &Path| MODEL_FILES.iter().all(|file| directory.join(file).is_file());
    if let Some(directory) = std::env::var_os("HUMMDESK_MODEL_DIR").map(PathBuf::from) {
        anyhow::ensure!(
            complete(&directory),
            "HUMMDESK_MODEL_DIR: {} lacks one of {}; run scripts/setup or correct it",
            directory.display(),
            MODEL_FILES.join(", ")
        );
        return Ok(directory);
    }
    let candidates: Vec<PathBuf> = cache_dirs().into_iter().map(|directory| directory.join("model")).collect();
    candidates.iter().find(|directory| complete(directory)).cloned().ok_or_else(|| {
        let looked: Vec<String> = candidates.iter().map(|directory| directory.display().to_string()).collect();
        anyhow::anyhow!(
            "the embedding model is missing (looked in {}); run scripts/setup, or set HUMMDESK_MODEL_DIR",
            looked.join(", ")
        )
    })
}

/// Cache directories in the order of `scripts/setup`: `HUMMDESK_CACHE`, the system's, the user's.
pub fn cache_dirs() -> Vec<PathBuf> {
    if let Some(directory) = std::env::var_os("HUMMDESK_CACHE") {
        return vec![PathBuf::from(directory)];
    }
    let user = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let mut directories = vec![PathBuf::from("/var/cache/hummdesk")];
    directories.extend(user.map(|directory| directory.join("hummdesk")));
    directories
}

/// What can go wrong while computing. None of it is the customer's fault; callers log it and retry or fall back.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AiError {
    #[error("the embedding model failed: {0}")]
    Model(String),
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),
    #[error("the embedding threads have stopped")]
    Stopped,
    #[error("{0}")]
    Training(String),
}
