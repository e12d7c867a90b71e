//! Vectors of passages and questions. The model knows English well and other languages hardly, so a text in another
//! language is the sum of its own vector and its English gloss's: like finds like within a language, and across.

use types::Language;

use crate::{
    Ctx, Error, Result,
    ai::{encoder::normalise, gloss},
};

/// Whether somebody waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Interactive,
    Bulk,
    /// The same texts are asked for again and again: only new ones cost a pass.
    Remembered,
}

/// One unit vector a text, in order.
pub async fn vectors(ctx: &Ctx, texts: Vec<(String, Language)>, pace: Pace) -> Result<Vec<Vec<f32>>> {
    let count = texts.len();
    let mut glossed = Vec::new();
    let mut all = Vec::with_capacity(count);
    for (index, (text, language)) in texts.into_iter().enumerate() {
        if language != Language::English {
            let gloss = gloss::english(&text, language);
            if !gloss.is_empty() {
                glossed.push((index, gloss));
            }
        }
        all.push(text);
    }
    let of: Vec<usize> = glossed.iter().map(|(index, _)| *index).collect();
    all.extend(glossed.into_iter().map(|(_, gloss)| gloss));
    let embedded = match pace {
        Pace::Interactive => ctx.ai.embed(all).await,
        Pace::Bulk => ctx.ai.embed_bulk(all).await,
        Pace::Remembered => {
            let known = ctx.ai.embed_remembered(&all).await;
            known.map(|vectors| vectors.iter().map(|vector| vector.to_vec()).collect())
        }
    };
    let mut vectors = embedded.map_err(|error| Error::Unavailable(error.into()))?;
    let glosses = vectors.split_off(count);
    for (index, gloss) in of.into_iter().zip(glosses) {
        for (value, other) in vectors[index].iter_mut().zip(gloss) {
            *value += other;
        }
        normalise(&mut vectors[index]);
    }
    Ok(vectors)
}
