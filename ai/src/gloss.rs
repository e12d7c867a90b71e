//! An English gloss of a Finnish, Swedish, German or French text, word by word from a small help-desk glossary.
//!
//! The embedding model knows English well and other languages hardly. Glossing brings all five languages near each other
//! in its space, so that an example or an article in one language helps in the others. It is no translation and is never
//! shown to anyone.

use std::{collections::HashMap, sync::LazyLock};

use types::Language;

use super::{
    language,
    text::{self, is_function_word},
};

/// Stems from this length on are also looked for inside compounds.
const INNER: usize = 5;
/// Stems up to this length match whole words only.
const WHOLE: usize = 3;

/// The glossary as written.
pub const TABLE: &str = include_str!("glossary.txt");

/// Stems by language, each with its gloss; the longest match wins.
static GLOSSARY: LazyLock<HashMap<Language, Stems>> = LazyLock::new(|| parse(TABLE));

#[derive(Default)]
struct Stems {
    /// Stem to gloss; what matches the beginning of a word or, when long enough, its inside.
    open: HashMap<&'static str, &'static str>,
    /// Whole word to gloss.
    whole: HashMap<&'static str, &'static str>,
    /// Two or more words joined by hyphens to gloss.
    phrases: Vec<(String, &'static str)>,
    longest: usize,
}

fn parse(lines: &'static str) -> HashMap<Language, Stems> {
    let mut glossary: HashMap<Language, Stems> = HashMap::new();
    for line in lines.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('|').map(str::trim);
        let gloss = columns.next().unwrap_or_default();
        for (language, column) in
            [Language::Finnish, Language::Swedish, Language::German, Language::French].into_iter().zip(columns)
        {
            let stems = glossary.entry(language).or_default();
            for stem in column.split_whitespace() {
                if let Some(word) = stem.strip_suffix('!') {
                    stems.whole.entry(word).or_insert(gloss);
                } else if stem.chars().count() <= WHOLE {
                    stems.whole.entry(stem).or_insert(gloss);
                } else if stem.contains('-') {
                    stems.phrases.push((format!(" {}", stem.replace('-', " ")), gloss));
                } else {
                    stems.longest = stems.longest.max(stem.chars().count());
                    stems.open.entry(stem).or_insert(gloss);
                }
            }
        }
    }
    glossary
}

/// [`english`] of a text in whichever language it is.
pub fn of(text: &str) -> String {
    english(text, language::detect(text).0)
}

/// English words for what the glossary knows of `text`, in order; names, numbers and unknown words stay as they are
/// when `keep` says so. English text is returned as it is.
pub fn english(text: &str, language: Language) -> String {
    let Some(stems) = GLOSSARY.get(&language) else {
        return text.to_owned();
    };
    let words: Vec<String> = text::words(text).iter().flat_map(|word| word.split('\'')).map(str::to_owned).collect();
    let joined = format!(" {}", words.join(" "));
    let mut glosses: Vec<&str> =
        stems.phrases.iter().filter(|(phrase, _)| joined.contains(phrase.as_str())).map(|(_, gloss)| *gloss).collect();
    for word in &words {
        let found = stems.gloss(word);
        if found.is_empty() && !is_function_word(word) && word.is_ascii() {
            // Product names, loanwords and numbers read the same in English.
            glosses.push(word);
        }
        glosses.extend(found);
    }
    glosses.dedup();
    glosses.join(" ")
}

impl Stems {
    fn gloss(&self, word: &str) -> Vec<&'static str> {
        if let Some(gloss) = self.whole.get(word) {
            return vec![gloss];
        }
        let mut bounds: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        bounds.push(word.len());
        let mut found = Vec::new();
        let mut at = 0;
        while at + WHOLE < bounds.len() - 1 + usize::from(at == 0) {
            let shortest = if at == 0 { WHOLE + 1 } else { INNER };
            let longest = self.longest.min(bounds.len() - 1 - at);
            let hit = (shortest..=longest)
                .rev()
                .find_map(|size| Some((size, *self.open.get(&word[bounds[at]..bounds[at + size]])?)));
            if let Some((size, gloss)) = hit {
                found.push(gloss);
                at += size;
            } else {
                at += 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_endings_and_compounds() {
        for (text, language, expected) in [
            ("Minulta veloitettiin kahdesti", Language::Finnish, ["charged", "twice"]),
            ("Jag vill ha en återbetalning av fakturan", Language::Swedish, ["refund", "invoice"]),
            ("Die Rechnungsadresse ist falsch", Language::German, ["billing address", "wrong"]),
            ("Je n'arrive pas à réinitialiser mon mot de passe", Language::French, ["password", "reset"]),
        ] {
            let gloss = english(text, language);
            assert!(expected.iter().all(|word| gloss.contains(word)), "{text}: {gloss}");
        }
        assert_eq!(english("I was charged twice", Language::English), "I was charged twice");
    }

    #[test]
    fn any_word_is_safe() {
        for language in Language::ALL {
            for text in ["", "å", "ääkkösiä öljy", "日本語", "a-b-c ''' l'", "🙂"] {
                let _ = english(text, *language);
            }
        }
    }
}
