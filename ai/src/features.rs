//! Hashed word and character n-grams: the part of a text's description that works in every language.
//!
//! Signed feature hashing (Weinberger et al. 2009, <https://arxiv.org/abs/0902.2206>) of word 1–2-grams and of
//! character 3–5-grams inside word boundaries, and of the words of the English gloss, which the languages share;
//! sublinear term frequency; each block of unit length.

use super::text::{is_function_word, words};

/// Rows of the hashed space.
pub const SPACE: usize = 1 << 16;
/// Part of the cache key of trained heads: raise it when features change their meaning.
pub const VERSION: &str = "4";

/// Weights of the blocks against the embedding, whose length is one.
const WORD_WEIGHT: f32 = 0.8;
const CHARACTER_WEIGHT: f32 = 0.8;
const GLOSS_WEIGHT: f32 = 0.8;
/// Letters of an English word that are looked at: endings say little.
const STEM: usize = 6;
/// Words looked at; what follows in a very long message changes little and costs time.
const MAX_WORDS: usize = 400;

/// Index and value of the non-zero features, sorted by index, each index once.
pub type Sparse = Vec<(u32, f32)>;

/// The hashed description of `text` and its English `gloss`; three blocks, each scaled to its weight. Empty for a text
/// without words.
pub fn extract(text: &str, gloss: &str) -> Sparse {
    let mut tokens = words(text);
    tokens.truncate(MAX_WORDS);
    let mut english = words(gloss);
    english.truncate(MAX_WORDS);
    let mut features = block(&word_hashes(&tokens), WORD_WEIGHT);
    features.extend(block(&character_hashes(&tokens), CHARACTER_WEIGHT));
    features.extend(block(&gloss_hashes(&english), GLOSS_WEIGHT));
    features.sort_unstable_by_key(|&(index, _)| index);
    features.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 += later.1;
        }
        same
    });
    features
}

/// Every word, pair of words, run of 3 to 5 characters and English stem of `text` with 1 + ln of its count, sorted by
/// index. Rarity is for whoever knows the other texts.
pub fn grams(text: &str, gloss: &str) -> Sparse {
    let mut tokens = words(text);
    tokens.truncate(MAX_WORDS);
    let mut english = words(gloss);
    english.truncate(MAX_WORDS);
    let hashes = [word_hashes(&tokens), character_hashes(&tokens), gloss_hashes(&english)].concat();
    let mut places: Vec<u32> = hashes.into_iter().map(|hash| (hash % SPACE as u64) as u32).collect();
    places.sort_unstable();
    places.chunk_by(|a, b| a == b).map(|same| (same[0], 1.0 + (same.len() as f32).ln())).collect()
}

fn gloss_hashes(english: &[String]) -> Vec<u64> {
    let stems = english.iter().filter(|word| !is_function_word(word) || word.as_str() == "not");
    stems.map(|word| hash(b"g", &[word.chars().take(STEM).collect::<String>().as_bytes()])).collect()
}

fn word_hashes(tokens: &[String]) -> Vec<u64> {
    let single = tokens.iter().map(|token| hash(b"w", &[token.as_bytes()]));
    let pairs = tokens.windows(2).map(|pair| hash(b"b", &[pair[0].as_bytes(), b" ", pair[1].as_bytes()]));
    single.chain(pairs).collect()
}

fn character_hashes(tokens: &[String]) -> Vec<u64> {
    let mut hashes = Vec::new();
    for token in tokens {
        // The marks at both ends keep prefixes and endings apart from the middle.
        let padded = format!("<{token}>");
        let mut bounds: Vec<usize> = padded.char_indices().map(|(at, _)| at).collect();
        bounds.push(padded.len());
        for size in 3..=5 {
            for window in bounds.windows(size + 1) {
                hashes.push(hash(b"c", &[&padded.as_bytes()[window[0]..window[size]]]));
            }
        }
    }
    hashes
}

/// Counts, dampens, signs and scales: `weight / norm * sign * (1 + ln(count))`.
fn block(hashes: &[u64], weight: f32) -> Sparse {
    let mut sorted = hashes.to_vec();
    sorted.sort_unstable();
    let mut features: Sparse = sorted
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let value = 1.0 + (same.len() as f32).ln();
            let sign = if same[0] >> 63 == 0 { 1.0 } else { -1.0 };
            ((same[0] % SPACE as u64) as u32, sign * value)
        })
        .collect();
    let norm = features.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        for (_, value) in &mut features {
            *value *= weight / norm;
        }
    }
    features
}

/// FNV-1a with a final mix, so that both the low bits (index) and the high bit (sign) are well spread.
fn hash(kind: &[u8], parts: &[&[u8]]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    for byte in kind.iter().chain(parts.iter().copied().flatten()) {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^ (state >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_their_weight() {
        let squared: f32 =
            extract("I was charged twice", "I was charged twice").iter().map(|(_, value)| value * value).sum();
        let expected = WORD_WEIGHT.powi(2) + CHARACTER_WEIGHT.powi(2) + GLOSS_WEIGHT.powi(2);
        assert!((squared - expected).abs() < 0.05, "{squared}");
    }

    #[test]
    fn case_and_form_do_not_matter_but_accents_do() {
        assert_eq!(extract("Cafe\u{301} Größe", ""), extract("CAFÉ größe", ""));
        assert_ne!(extract("säästö", ""), extract("saasto", ""));
        assert!(extract(" \u{200b}?!", "").is_empty());
    }
}
