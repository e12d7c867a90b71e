//! Which of the product's languages a text is in.

use std::sync::LazyLock;

use lingua::{LanguageDetector, LanguageDetectorBuilder};
use types::Language;

use super::text::{is_function_word_of, words};

/// Short texts are decided by their words before statistics on letters get a say.
const SHORT: usize = 4;
/// What is returned with "probably English, but there is nothing to tell from".
const GUESS: f64 = 0.3;

static DETECTOR: LazyLock<LanguageDetector> = LazyLock::new(|| {
    LanguageDetectorBuilder::from_languages(&[
        lingua::Language::English,
        lingua::Language::Finnish,
        lingua::Language::Swedish,
        lingua::Language::German,
        lingua::Language::French,
    ])
    .build()
});

/// Greetings, thanks and the help desk's everyday nouns that are too short or too shared for n-gram statistics.
const TELLTALE: &[(Language, &[&str])] = &[
    (
        Language::English,
        &[
            "hi", "hello", "hey", "thanks", "thank", "you", "the", "my", "please", "refund", "invoice", "login",
            "password", "help", "broken", "yes", "is", "not", "order", "price", "pricing", "account",
        ],
    ),
    (
        Language::Finnish,
        &[
            "hei", "moi", "terve", "kiitos", "kiitti", "moikka", "ei", "joo", "kyllä", "lasku", "laskun", "salasana",
            "tilaus", "apua", "hinta", "tili", "hyvitys", "toimi", "en", "on", "onko", "rikki", "laskutus",
        ],
    ),
    (
        Language::Swedish,
        &[
            "hej",
            "tack",
            "hejsan",
            "faktura",
            "fakturan",
            "lösenord",
            "jag",
            "inte",
            "nej",
            "ja",
            "hjälp",
            "betalning",
            "pris",
            "konto",
            "är",
            "och",
            "återbetalning",
            "mitt",
            "beställning",
        ],
    ),
    (
        Language::German,
        &[
            "hallo",
            "danke",
            "bitte",
            "rechnung",
            "passwort",
            "ich",
            "nicht",
            "nein",
            "ja",
            "hilfe",
            "bestellung",
            "preis",
            "konto",
            "und",
            "mein",
            "meine",
            "guten",
            "tag",
            "kaputt",
            "erstattung",
        ],
    ),
    (
        Language::French,
        &[
            "bonjour",
            "salut",
            "merci",
            "facture",
            "je",
            "pas",
            "non",
            "oui",
            "aide",
            "commande",
            "prix",
            "compte",
            "mot",
            "passe",
            "svp",
            "bonsoir",
            "remboursement",
            "mon",
            "ma",
            "le",
            "la",
        ],
    ),
];

/// The language and how sure that is, 0 to 1. Text without letters, or in none of the five, is English with little
/// confidence, so that callers can fall back to the contact's or the inbox's language.
pub fn detect(text: &str) -> (Language, f64) {
    let cleaned = without_foreign_tokens(text);
    let tokens = words(&cleaned);
    if tokens.is_empty() {
        return (Language::English, GUESS);
    }
    let mut scores: Vec<(Language, f64)> = DETECTOR
        .compute_language_confidence_values(cleaned.as_str())
        .into_iter()
        .map(|(language, confidence)| (ours(language), confidence))
        .collect();
    // Telltale words weigh the more the shorter the text is.
    let weight = if tokens.len() <= SHORT { 1.5 } else { 3.0 / tokens.len() as f64 };
    for (language, score) in &mut scores {
        let hits = tokens.iter().filter(|token| telltale(*language, token)).count();
        *score += weight * hits as f64 / tokens.len().min(SHORT) as f64;
    }
    let total: f64 = scores.iter().map(|(_, score)| score).sum();
    let best = scores.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    match best {
        Some((language, score)) if score > 0.0 => {
            // One or two words never prove a language.
            let ceiling = match tokens.len() {
                1 => 0.8,
                2 => 0.9,
                _ => 0.999,
            };
            (language, (score / total).min(ceiling))
        }
        _ => (Language::English, GUESS),
    }
}

fn telltale(language: Language, token: &str) -> bool {
    is_function_word_of(token, language) || TELLTALE.iter().any(|(of, words)| *of == language && words.contains(&token))
}

/// Drops what carries no language: addresses, links, order numbers, code.
fn without_foreign_tokens(text: &str) -> String {
    text.split_whitespace()
        .filter(|token| {
            !token.contains('@')
                && !token.contains("://")
                && !token.starts_with("www.")
                && !token.chars().any(|c| c.is_ascii_digit())
        })
        // Detection needs a few sentences, not a whole quoted thread.
        .take(200)
        .collect::<Vec<_>>()
        .join(" ")
}

const fn ours(language: lingua::Language) -> Language {
    match language {
        lingua::Language::English => Language::English,
        lingua::Language::Finnish => Language::Finnish,
        lingua::Language::Swedish => Language::Swedish,
        lingua::Language::German => Language::German,
        lingua::Language::French => Language::French,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_in_each_language() {
        for (text, expected) in [
            ("I was charged twice for my subscription this month.", Language::English),
            ("Minulta veloitettiin tilauksesta kahdesti tässä kuussa.", Language::Finnish),
            ("Jag har debiterats två gånger för min prenumeration.", Language::Swedish),
            ("Mir wurde das Abonnement diesen Monat zweimal berechnet.", Language::German),
            ("J'ai été débité deux fois pour mon abonnement ce mois-ci.", Language::French),
        ] {
            let (language, confidence) = detect(text);
            assert_eq!(language, expected, "{text}");
            assert!(confidence > 0.7, "{text}: {confidence}");
        }
    }

    #[test]
    fn short_texts() {
        for (text, expected) in [
            ("hi", Language::English),
            ("Hei!", Language::Finnish),
            ("Hej, faktura?", Language::Swedish),
            ("Rechnung falsch", Language::German),
            ("merci", Language::French),
            ("kiitos avusta", Language::Finnish),
            ("kan man prova family gratis", Language::Swedish),
        ] {
            assert_eq!(detect(text).0, expected, "{text}");
        }
        assert!(detect("hi").1 <= 0.8);
    }

    #[test]
    fn links_and_numbers_do_not_decide() {
        assert_eq!(
            detect("En pääse kirjautumaan https://shop.example.com/login order 12345 anna.smith@example.com").0,
            Language::Finnish
        );
    }

    #[test]
    fn nothing_to_tell_from_is_an_unsure_english() {
        for text in ["", "   ", "12345", "🙂🙂", "!!!"] {
            let (language, confidence) = detect(text);
            assert_eq!(language, Language::English);
            assert!(confidence < 0.5);
        }
    }
}
