//! The words of a sentence that must agree with its source: content words, numbers, names, and "not".

use types::Language;

use crate::text::{self, is_function_word};

/// Words that say "not", folded, in the order of [`Language::ALL`].
const NEGATIONS: [&str; 5] = [
    "not no never cannot without neither nor none nothing unable",
    "ei en et emme ette eivät älä älkää ilman",
    "inte ej aldrig utan ingen inga inget",
    "nicht kein keine keinen keinem keiner nie niemals ohne",
    "pas ne jamais aucun aucune sans rien",
];

/// Number words up to twelve, folded, in the order of [`Language::ALL`]. "One" is left out: it is an article or a pronoun
/// as often.
const NUMBER_WORDS: [&str; 5] = [
    "two three four five six seven eight nine ten eleven twelve",
    "kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen yksitoista kaksitoista",
    "två tre fyra fem sex sju åtta nio tio elva tolv",
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "deux trois quatre cinq six sept huit neuf dix onze douze",
];

/// Beginnings of words that make a sentence a courtesy, folded, in the order of [`Language::ALL`].
const COURTESIES: [&str; 5] = [
    "thank sorry apolog regret hope happy glad welcome understand appreciat regards sincerely wish hesitate dear hello reply patien inconvenience frustrat unclear question assist",
    "kiito pahoitte anteeksi toivo mielellä ilo ymmärrä terveis vastaa arvosta hei harmi tervetul autta kysy epäselv",
    "tack beklagar ledsen ursäkta hoppas gärna glad förstår hälsning välkommen hör svara uppskatta hjälper tråkigt fråg oklar",
    "dank entschuldig bedauer leid hoff gern freue versteh grüße grüßen gruß willkommen melden antworten schätze verständnis frag unklar",
    "merci désolé excuses regrett espér plaisir comprend cordialement bienvenue hésitez bonjour répond contact salutations question clair",
];

fn place(language: Language) -> usize {
    Language::ALL.iter().position(|known| *known == language).unwrap_or_default()
}

fn stands_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Folded words that carry the topic, each once, in order; numbers are compared by themselves.
pub fn content_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text::words(&without_brackets(text)) {
        let number = word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(char::is_alphabetic);
        if word.chars().count() > 1 && !number && !is_function_word(&word) && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// A number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Digits, with a point before decimals and no separator between thousands.
    pub value: String,
    /// Written as a word, which tells less: "two ways" is a way of speaking.
    pub spelled: bool,
}

impl Number {
    pub fn stands_in(&self, text: &str) -> bool {
        numbers(text).iter().any(|known| known.value == self.value)
    }
}

/// The numbers of a text in one spelling, but for the number of a step.
pub fn numbers(text: &str) -> Vec<Number> {
    let text = without_brackets(text);
    let text = without_step(text.trim_start());
    let mut numbers: Vec<Number> = text
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '\u{a0}' | '\u{202f}')))
        .map(|run| run.trim_matches(|c: char| !c.is_ascii_digit()))
        .filter(|run| !run.is_empty())
        .map(|run| Number { value: plain(run), spelled: false })
        .collect();
    for word in text::words(text) {
        let value = NUMBER_WORDS.iter().find_map(|words| words.split(' ').position(|known| known == word));
        numbers.extend(value.map(|value| Number { value: (value + 2).to_string(), spelled: true }));
    }
    numbers
}

/// "1.500", "1,500" and "1500" are one number, as are "4,90" and "4.90".
fn plain(run: &str) -> String {
    let thousands = |part: &str| part.len() == 3;
    let parts: Vec<&str> = run.split(|c: char| !c.is_ascii_digit()).collect();
    match parts.split_first() {
        Some((first, rest)) if !rest.is_empty() && first.len() <= 3 && rest.iter().all(|part| thousands(part)) => {
            parts.concat()
        }
        _ => parts.join("."),
    }
}

/// Names and codes, as written: what has a capital inside a sentence, or digits among its letters. German writes every
/// noun with a capital, so only codes and abbreviations count there.
pub fn names(text: &str, language: Language) -> Vec<String> {
    let text = without_brackets(text);
    let words = without_step(text.trim_start()).split_whitespace();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut opens = true;
    let mut names = Vec::new();
    for word in words {
        let starts = std::mem::replace(&mut opens, word.ends_with([':', '.', '!', '?', '"', '”', '«']));
        let word = bare(word);
        let digits = word.chars().any(|c| c.is_ascii_digit());
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = word.chars().filter(|c| c.is_uppercase()).count();
        let code = (digits && letters >= 1) || capitals >= 2;
        let name = capitals >= 1 && word.starts_with(char::is_uppercase) && !starts && language != Language::German;
        if word.chars().count() > 1 && (code || name) && !is_function_word(&text::fold(&word)) {
            names.push(word);
        }
    }
    names
}

/// Whether `text` has the name, in any case and with any ending.
pub fn mentions(text: &str, name: &str) -> bool {
    let name = text::fold(name);
    let stem = name.strip_suffix("'s").unwrap_or(&name);
    let folded = text::fold(text);
    folded.contains(stem) || text::words(&folded).iter().any(|word| text::related(word, stem))
}

/// Whether a sentence says "not".
pub fn negated(text: &str, language: Language) -> bool {
    let words = NEGATIONS[place(language)];
    text::words(text).iter().any(|word| stands_in(words, word) || word.ends_with("n't") || word.starts_with("n'"))
}

/// Whether a sentence is said out of courtesy.
pub fn courteous(text: &str, language: Language) -> bool {
    let stems = COURTESIES[place(language)];
    text::words(text).iter().any(|word| stems.split(' ').any(|stem| word.starts_with(stem)))
}

/// Without marks and placeholders.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('[') {
        out.push_str(before);
        match inside.split_once(']') {
            Some((_, after)) => rest = after,
            None => rest = inside,
        }
        out.push(' ');
    }
    out + rest
}

/// A step without its number.
fn without_step(text: &str) -> &str {
    match text.split_once(". ") {
        Some((number, step)) if number.len() <= 2 && number.chars().all(|c| c.is_ascii_digit()) => step,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        let of = |text: &str| {
            let mut values: Vec<String> = numbers(text).into_iter().map(|number| number.value).collect();
            values.sort();
            values
        };
        assert_eq!(of("1,500 or 1.500 or 1500"), ["1500", "1500", "1500"]);
        assert_eq!(of("4,90 € and 4.90 €, at 8:30"), ["30", "4.90", "4.90", "8"]);
        assert_eq!(of("within five days, viidessä ei, kaksi kertaa"), ["2", "5"]);
        assert_eq!(of("3. Wait for 10 seconds [2] [PHONE_1]."), ["10"]);
        assert!(of("One of them").is_empty());
    }

    #[test]
    fn names_and_codes_are_found() {
        assert_eq!(names("Open the Acme app and check E-4711.", Language::English), ["Acme", "E-4711"]);
        assert_eq!(names("Öffnen Sie die App und prüfen Sie das HDMI-Kabel.", Language::German), ["HDMI-Kabel"]);
        assert!(names("Refunds take 5 days. They are free.", Language::English).is_empty());
        assert!(mentions("the Acme hub", "Acme's") && !mentions("the hub", "Acme"));
    }

    #[test]
    fn no_is_told_from_yes() {
        for (yes, no, language) in [
            ("You can cancel.", "You can't cancel.", Language::English),
            ("Voit perua.", "Et voi perua.", Language::Finnish),
            ("Du kan avboka.", "Du kan inte avboka.", Language::Swedish),
            ("Das ist möglich.", "Das ist nicht möglich.", Language::German),
            ("C'est possible.", "Ce n'est pas possible.", Language::French),
        ] {
            assert!(!negated(yes, language) && negated(no, language), "{no}");
        }
    }
}
