//! Vectors by the endpoint's embedding model.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    Remote, RemoteError,
    ledger::{Ended, Ledger, Outgoing, Usage},
    mask::Mask,
    transport::{failure, tokens},
};
use crate::encoder::normalise;

/// Texts in one request.
pub const EMBEDDED_AT_ONCE: usize = 64;
/// Characters of a text that are sent.
const LONGEST: usize = 8_000;
/// Largest answer that is read, in bytes.
const LARGEST: usize = 32 * 1024 * 1024;
/// What the database holds in half precision.
const DIMENSIONS: std::ops::RangeInclusive<usize> = 1..=16_000;

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedded>,
    #[serde(default)]
    usage: Option<Counted>,
}

#[derive(Deserialize)]
struct Embedded {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct Counted {
    prompt_tokens: i64,
}

impl Remote {
    /// One unit vector a text, in order, all of one dimension. Every text is masked before it leaves.
    ///
    /// # Errors
    /// When there is no usable answer within `timeout`, or the ledger lets nothing leave.
    pub async fn embed(
        &self,
        model: &str,
        texts: &[String],
        timeout: Duration,
        ledger: &dyn Ledger,
    ) -> Result<Vec<Vec<f32>>, RemoteError> {
        let mut mask = Mask::default();
        let cut = |text: &String| text.chars().take(LONGEST).collect::<String>();
        let input: Vec<String> = texts.iter().map(|text| mask.hide(&cut(text))).collect();
        let body = json!({"model": model, "input": input, "encoding_format": "float"});
        let body = serde_json::to_vec(&body).map_err(|_| invalid("the request cannot be written"))?;
        let expected = Usage { tokens_in: tokens(body.len()), tokens_out: 0, estimated: true };
        let going = Outgoing {
            host: self.host(),
            model,
            attempt: 1,
            prompt_hash: Sha256::digest(&body).into(),
            masked: mask.counts(),
            expected,
        };
        if let Err(open) = self.0.embed_breaker.admit() {
            ledger.withheld(&going, &open).await;
            return Err(open);
        }
        let entry = ledger.open(&going).await?;
        let started = Instant::now();
        let reply = tokio::time::timeout(timeout, self.vectors(model, body, texts.len())).await;
        let reply = reply.unwrap_or(Err(RemoteError::Timeout));
        let usage = match &reply {
            Ok((_, Some(counted))) => Usage { tokens_in: *counted, tokens_out: 0, estimated: false },
            // What was read, if anything, only the endpoint knows.
            Ok((_, None)) | Err(RemoteError::Timeout | RemoteError::Invalid(_)) => expected,
            Err(_) => Usage { estimated: true, ..Usage::default() },
        };
        ledger.close(entry, Ended { error: reply.as_ref().err(), usage, latency: started.elapsed() }).await;
        self.0.embed_breaker.record(&reply.as_ref().map(|_| ()).map_err(Clone::clone));
        reply.map(|(vectors, _)| vectors)
    }

    async fn vectors(
        &self,
        model: &str,
        body: Vec<u8>,
        count: usize,
    ) -> Result<(Vec<Vec<f32>>, Option<i64>), RemoteError> {
        let url = self.0.options.url(model, &["embeddings"]).map_err(|_| RemoteError::Unreachable)?;
        let mut response = self.post(url, body).await?;
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| failure(&error))? {
            bytes.extend_from_slice(&part);
            if bytes.len() > LARGEST {
                return Err(invalid("it is larger than 32 MiB"));
            }
        }
        let answer: Answer =
            serde_json::from_slice(&bytes).map_err(|_| invalid("the body is no list of embeddings"))?;
        let counted = answer.usage.map(|usage| usage.prompt_tokens);
        Ok((checked(answer.data, count)?, counted))
    }
}

/// In the order of the texts, of one dimension, and of unit length.
fn checked(mut data: Vec<Embedded>, count: usize) -> Result<Vec<Vec<f32>>, RemoteError> {
    data.sort_by_key(|embedded| embedded.index);
    if data.len() != count || data.iter().enumerate().any(|(place, embedded)| embedded.index != place) {
        return Err(RemoteError::Invalid(format!("{count} texts were sent and {} vectors came back", data.len())));
    }
    let dimension = data.first().map_or(0, |embedded| embedded.embedding.len());
    if !DIMENSIONS.contains(&dimension) {
        return Err(RemoteError::Invalid(format!("vectors of {dimension} dimensions cannot be kept")));
    }
    data.into_iter()
        .map(|Embedded { embedding: mut vector, .. }| {
            let sound = vector.len() == dimension
                && vector.iter().all(|value| value.is_finite())
                && vector.iter().any(|value| *value != 0.0);
            if !sound {
                return Err(invalid("a vector is not like the others"));
            }
            normalise(&mut vector);
            Ok(vector)
        })
        .collect()
}

fn invalid(why: &str) -> RemoteError {
    RemoteError::Invalid(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(vectors: &[(usize, &[f32])]) -> Vec<Embedded> {
        vectors.iter().map(|(index, vector)| Embedded { index: *index, embedding: vector.to_vec() }).collect()
    }

    #[test]
    fn vectors_come_in_order_and_of_unit_length() {
        let vectors = checked(of(&[(1, &[0.0, 2.0]), (0, &[3.0, 4.0])]), 2).unwrap();
        assert_eq!(vectors, [vec![0.6, 0.8], vec![0.0, 1.0]]);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        for (bad, count) in [
            (of(&[(0, &[1.0])]), 2),
            (of(&[(0, &[1.0]), (0, &[1.0])]), 2),
            (of(&[(0, &[1.0, 0.0]), (1, &[1.0])]), 2),
            (of(&[(0, &[])]), 1),
            (of(&[(0, &[0.0, 0.0])]), 1),
            (of(&[(0, &[f32::NAN, 1.0])]), 1),
        ] {
            assert!(matches!(checked(bad, count), Err(RemoteError::Invalid(_))));
        }
    }
}
