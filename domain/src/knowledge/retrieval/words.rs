//! What a question is made of, and which of its words are worth looking up.

use types::Language;

use crate::ai::Who;

/// Characters of a text that are searched: what the model reads at most, about.
const MAX_CHARS: usize = 1_500;
/// Words of an earlier turn whose meaning counts: it opens with its matter, and more of them cost time and find nothing more.
const EARLIER_MEANING: usize = 10;
/// Words of an agent's answer that are looked up.
const ANSWER_WORDS: usize = 150;
/// What an earlier text's words weigh beside the question's; chosen on two sets of conversations by cross-validation
/// over a grid, where neighbours of these values differ by less than the error (docs/ai.md).
const BEFORE_WORDS: f64 = 0.3;
const ANSWER_WORDS_WEIGHT: f64 = 0.1;
/// How much an earlier text pulls the question's meaning.
const BEFORE_MEANING: f32 = 0.3;
const ANSWER_MEANING_WEIGHT: f32 = 0.3;

/// What people write around a question without asking for it, beyond the stop words of PostgreSQL's dictionaries.
const COURTESIES: [(Language, &str); 5] = [
    (
        Language::English,
        "please could would thank thanks ok okay yes hi hello know tell want like get need also may might must got let us sorry mean does one",
    ),
    (
        Language::Finnish,
        "hei moi moikka terve kiitos kiitti kiitoksia ystävällisesti anteeksi joo kyllä ok okei haluaisin haluan haluta tietää kertoa kerro tarvitsen voisitteko voisitko pitäisi saisinko myös vielä",
    ),
    (
        Language::Swedish,
        "hej hejsan tack tackar snälla ursäkta ja ok okej vill vilja veta berätta behöver skulle kunna måste också gärna få undrar",
    ),
    (
        Language::German,
        "hallo guten tag danke dank bitte gerne entschuldigung ja ok okay möchte würde wissen sagen brauche könnten könnte müsste auch mal",
    ),
    (
        Language::French,
        "bonjour bonsoir salut merci svp plaît excusez désolé oui ok voudrais veux vouloir savoir dire besoin pourriez pourrais peux aussi",
    ),
];

/// What is searched for: a customer's message and what it may lean on.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub text: String,
    /// What the customer wrote before it.
    pub before: Option<String>,
    /// What an agent answered last.
    pub answer: Option<String>,
}

impl Question {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// `history` is everything said before, oldest first.
    pub fn after(text: impl Into<String>, history: &[(Who, String)]) -> Self {
        let last = |of: Who| history.iter().rev().find(|(who, _)| *who == of).map(|(_, text)| text.clone());
        Self { text: text.into(), before: last(Who::Customer), answer: last(Who::Agent) }
    }

    /// The texts whose meanings are summed, each with its weight; the question first.
    pub(super) fn meanings(&self) -> Vec<(String, f32)> {
        let before = self.before.as_deref().map(|text| (opening(text, EARLIER_MEANING), BEFORE_MEANING));
        let answer = self.answer.as_deref().map(|text| (opening(text, EARLIER_MEANING), ANSWER_MEANING_WEIGHT));
        let earlier = [before, answer].into_iter().flatten().filter(|(text, _)| !text.is_empty());
        std::iter::once((cut(&self.text), 1.0)).chain(earlier).collect()
    }

    /// The texts whose words are looked up.
    pub(super) fn words(&self) -> Words {
        let before = self.before.as_deref().map(|text| (cut(text), BEFORE_WORDS));
        let answer = self.answer.as_deref().map(|text| (opening(text, ANSWER_WORDS), ANSWER_WORDS_WEIGHT));
        let (texts, weights) = std::iter::once((cut(&self.text), 1.0)).chain(before).chain(answer).unzip();
        let (languages, courtesies) =
            COURTESIES.map(|(language, words)| (language.as_str(), words)).into_iter().unzip();
        Words { texts, weights, languages, courtesies }
    }
}

/// The parameters of the lexical search, one array each.
pub struct Words {
    pub texts: Vec<String>,
    /// What each word of a text weighs, however often it stands there.
    pub weights: Vec<f64>,
    pub languages: Vec<&'static str>,
    /// Words that are not looked up, by language.
    pub courtesies: Vec<&'static str>,
}

fn cut(text: &str) -> String {
    text.trim().chars().take(MAX_CHARS).collect()
}

/// The first `words` words.
pub(super) fn opening(text: &str, words: usize) -> String {
    cut(&text.split_whitespace().take(words).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_leans_on_the_turns_before_it() {
        let said = |who, text: &str| (who, text.to_owned());
        let history = [
            said(Who::Customer, "first"),
            said(Who::Agent, "an answer"),
            said(Who::Customer, "before"),
            said(Who::Agent, "the last answer"),
        ];
        let question = Question::after("and for students?", &history);
        assert_eq!((question.before.as_deref(), question.answer.as_deref()), (Some("before"), Some("the last answer")));
        let meanings: Vec<String> = question.meanings().into_iter().map(|(text, _)| text).collect();
        assert_eq!(meanings, ["and for students?", "before", "the last answer"]);
        let words = question.words();
        assert_eq!((words.texts.len(), words.weights), (3, vec![1.0, BEFORE_WORDS, ANSWER_WORDS_WEIGHT]));
        assert_eq!(Question::after("alone", &[]).meanings(), [("alone".to_owned(), 1.0)]);
    }

    #[test]
    fn every_language_has_its_courtesies_and_long_texts_are_cut() {
        let words = Question::new("x".repeat(MAX_CHARS + 1)).words();
        assert_eq!(words.languages, Language::ALL.iter().map(|language| language.as_str()).collect::<Vec<_>>());
        assert_eq!(words.texts[0].len(), MAX_CHARS);
        let long = Question { answer: Some("word ".repeat(500)), ..Question::new("why?") };
        assert_eq!(long.meanings()[1].0.split(' ').count(), EARLIER_MEANING);
        assert_eq!(long.words().texts[1].split(' ').count(), ANSWER_WORDS);
        let silent = Question { before: Some("  ".to_owned()), ..Question::new("why?") };
        assert_eq!(silent.meanings().len(), 1);
    }
}
