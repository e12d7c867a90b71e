//! The embedding service: two threads in front of one model, so that a search never waits behind an import.

use std::sync::Arc;

use moka::future::Cache;
use rayon::ThreadPoolBuilder;
use tokio::sync::{mpsc, oneshot};

use super::{
    AiError,
    encoder::{Encoder, MAX_BATCH, Reading},
};

/// Texts waiting in a lane before senders are held back, in jobs of at most [`MAX_BATCH`] texts.
const QUEUE: usize = 64;

/// Vectors kept of sentences that come back, 1.5 kB each.
const REMEMBERED: u64 = 8_192;

type Vectors = Result<Vec<Vec<f32>>, AiError>;
type Readings = Result<Vec<Reading>, AiError>;

struct Job {
    texts: Vec<String>,
    reply: oneshot::Sender<Readings>,
}

/// A handle to the embedding threads; they end when the last handle is dropped.
#[derive(Clone)]
pub struct Embedder {
    interactive: mpsc::Sender<Job>,
    bulk: mpsc::Sender<Job>,
    remembered: Cache<String, Arc<Vec<f32>>>,
}

impl Embedder {
    /// Starts the two threads.
    pub fn start(encoder: Arc<Encoder>) -> std::io::Result<Self> {
        Ok(Self {
            interactive: lane("embed-interactive", Arc::clone(&encoder))?,
            bulk: lane("embed-bulk", encoder)?,
            remembered: Cache::new(REMEMBERED),
        })
    }

    /// One unit vector a text, in order. At most [`MAX_BATCH`] texts take the interactive lane, more take the bulk
    /// lane. Dropping the future drops what has not begun.
    pub async fn embed(&self, texts: Vec<String>) -> Vectors {
        self.read(texts).await.map(vectors)
    }

    /// As [`Self::embed`], with what the layer before the last saw.
    pub async fn read(&self, texts: Vec<String>) -> Readings {
        let lane = if texts.len() <= MAX_BATCH { &self.interactive } else { &self.bulk };
        submit(lane, texts).await
    }

    /// As [`Self::embed`], for texts that come back, like the sentences of articles: only new ones cost a pass.
    pub async fn embed_remembered(&self, texts: &[String]) -> Result<Vec<Arc<Vec<f32>>>, AiError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for text in texts {
            vectors.push(self.remembered.get(text).await);
        }
        let missing: Vec<String> =
            texts.iter().zip(&vectors).filter(|(_, vector)| vector.is_none()).map(|(text, _)| text.clone()).collect();
        let mut fresh = self.embed(missing).await?.into_iter();
        let mut complete = Vec::with_capacity(texts.len());
        for (text, known) in texts.iter().zip(vectors) {
            complete.push(if let Some(vector) = known {
                vector
            } else {
                let vector = Arc::new(fresh.next().ok_or(AiError::Stopped)?);
                self.remembered.insert(text.clone(), Arc::clone(&vector)).await;
                vector
            });
        }
        Ok(complete)
    }

    /// As [`Self::embed`], always behind interactive work: for indexing.
    pub async fn embed_bulk(&self, texts: Vec<String>) -> Vectors {
        submit(&self.bulk, texts).await.map(vectors)
    }
}

fn vectors(readings: Vec<Reading>) -> Vec<Vec<f32>> {
    readings.into_iter().map(|reading| reading.vector).collect()
}

async fn submit(lane: &mpsc::Sender<Job>, texts: Vec<String>) -> Readings {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&index| (texts[index].len(), index));
    let mut texts: Vec<Option<String>> = texts.into_iter().map(Some).collect();
    let mut waiting = Vec::new();
    for part in order.chunks(MAX_BATCH) {
        let (reply, answer) = oneshot::channel();
        let batch = part.iter().filter_map(|&index| texts[index].take()).collect();
        lane.send(Job { texts: batch, reply }).await.map_err(|_| AiError::Stopped)?;
        waiting.push((part, answer));
    }
    let mut readings = vec![Reading::default(); texts.len()];
    for (part, answer) in waiting {
        let answered = answer.await.map_err(|_| AiError::Stopped)??;
        for (&index, reading) in part.iter().zip(answered) {
            readings[index] = reading;
        }
    }
    Ok(readings)
}

fn lane(name: &str, encoder: Arc<Encoder>) -> std::io::Result<mpsc::Sender<Job>> {
    let (sender, mut receiver) = mpsc::channel::<Job>(QUEUE);
    std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // What the encoder does not spread stays on this thread.
        let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        if let Err(error) = &alone {
            tracing::warn!(%error, "embed.lane.shared");
        }
        while let Some(first) = receiver.blocking_recv() {
            let mut jobs = vec![first];
            let mut count = jobs[0].texts.len();
            while count < MAX_BATCH {
                let Ok(job) = receiver.try_recv() else { break };
                count += job.texts.len();
                jobs.push(job);
            }
            serve(&encoder, jobs);
        }
    })?;
    Ok(sender)
}

/// Answers `jobs` from one pass over all their texts; those nobody waits for any more cost nothing.
fn serve(encoder: &Encoder, jobs: Vec<Job>) {
    let jobs: Vec<Job> = jobs.into_iter().filter(|job| !job.reply.is_closed()).collect();
    let texts: Vec<&str> = jobs.iter().flat_map(|job| job.texts.iter().map(String::as_str)).collect();
    match encoder.read(&texts) {
        Ok(readings) => {
            let mut readings = readings.into_iter();
            for job in jobs {
                let answer = readings.by_ref().take(job.texts.len()).collect();
                // A closed reply means the caller left meanwhile.
                let _ = job.reply.send(Ok(answer));
            }
        }
        // One bad text must not fail its neighbours: each job is tried alone.
        Err(_) if jobs.len() > 1 => jobs.into_iter().for_each(|job| serve(encoder, vec![job])),
        Err(error) => {
            for job in jobs {
                let _ = job.reply.send(Err(error.clone()));
            }
        }
    }
}
