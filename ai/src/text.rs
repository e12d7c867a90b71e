//! Words and sentences, the way the five languages write them.

use std::{collections::HashSet, sync::LazyLock};

use types::Language;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Lower-case words in NFC, accents kept; punctuation and symbols dropped, numbers kept.
pub fn words(text: &str) -> Vec<String> {
    fold(text).unicode_words().map(str::to_owned).collect()
}

/// NFC and lower case: the spelling features and matches are made of.
pub fn fold(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase().replace('\u{2019}', "'")
}

/// At most `limit` characters, cut at a word and marked with an ellipsis.
pub fn shorten(text: &str, limit: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((cut, _)) = text.char_indices().nth(limit) else {
        return text;
    };
    let kept = &text[..cut];
    let kept = kept.rsplit_once(' ').map_or(kept, |(before, _)| before);
    format!("{}…", kept.trim_end_matches([',', ';', ':', '.', ' ']))
}

/// With a capital first letter.
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Articles, pronouns, auxiliaries and connectives of the five languages: words that carry grammar, not a topic.
pub fn is_function_word(folded: &str) -> bool {
    FUNCTION_SETS.iter().any(|words| words.contains(folded))
}

/// Whether `folded` is a function word of `language`: a strong hint at that language.
pub fn is_function_word_of(folded: &str, language: Language) -> bool {
    Language::ALL.iter().zip(FUNCTION_SETS.iter()).any(|(of, words)| *of == language && words.contains(folded))
}

static FUNCTION_SETS: LazyLock<[HashSet<&str>; 5]> =
    LazyLock::new(|| FUNCTION_WORDS.map(|words| words.split(' ').collect()));

/// In the order of [`Language::ALL`].
const FUNCTION_WORDS: [&str; 5] = [
    "a an and are as at be because been but by can could did do does doing don't for from get got had has have having he her here him his how i i'd i'll i'm i've if in into is isn't it it's its just know like me more my no not now of off on only or our out please she should so some such than that the their them then there these they this those through to too up us very want was we were what when where which while who why will with would you your yours hi hello hey thanks thank",
    "ei eivät en et emme että hän he ja jo joka jos josta joten jotka kai kanssa kautta kuin kuinka kun kuka kyllä me meidän meille meillä mikä minkä minun minua minulla minulle minulta minä missä mistä mihin miten miksi mitä mutta mä mun myös ne niin nyt näin nämä olen oli olin oliko olisi olisin olla olemme on onko ovat pitää saako saanko se sen siellä siis siitä sinä sitä sitten tai te teidän teille teiltä tuo tämä tämän tässä tästä tätä vai vaan vaikka vain voi voiko voin voinko voisi voisitteko voitte voitteko yli hei moi kiitos",
    "alla att av blev bli blir borde de dem den denna det detta dig din ditt du där efter eller en er ert ett för från får ha hade han har hej hur här i in inte ja jag kan kommer kunde man med men mig min mina mitt mot mycket ni nu när och om oss på sedan sig sin ska skulle som så till tack under upp ut utan vad var varför vara varit vem vi vid vilka vilken vill vår våra än är även",
    "aber als am an auch auf aus bei bin bis bitte da damit danke das dass dem den der des die dies diese dieser doch du durch ein eine einem einen einer er es für gibt guten hab habe haben hallo hat hatte ich ihm ihn ihnen ihr ihre ihren im in ist ja kann kein keine können könnte man mein meine meinem meinen meiner mich mir mit muss müssen nach nicht noch nun nur ob oder ohne schon sehr sein seit sich sie sind so soll sollte über um und uns unser unsere unter vom von vor war warum was wenn wer werden wie wieso wir wird wo würde wurde zu zum zur",
    "a ai ainsi alors au aux avec avez avoir avons bonjour c'est car ce cela ces cet cette comme comment d dans de depuis des donc du elle elles en entre est et été être eu fait il ils j'ai je l la le les leur lui ma mais me merci mes moi mon n ne nos notre nous on ont ou où par pas pendant peut peux plus pour pourquoi pourrais pourriez puis puis-je qu qu'il que quel quelle quelles quels qui quoi s sa sans se ses si son sont suis sur svp ta te tes toi ton tous tout tu un une va vers veux voudrais vos votre vous y",
];

/// Whether two folded words are likely forms of one word: the same long beginning, as endings differ in all five
/// languages.
pub fn related(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let shared = left.chars().zip(right.chars()).take_while(|(a, b)| a == b).count();
    let shorter = left.chars().count().min(right.chars().count());
    shared >= 4 && shared * 10 >= shorter * 8
}
