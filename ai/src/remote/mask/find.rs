//! Where a text holds what must not leave. Shapes are found by expression, then checked by their digits.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{Kind, checks, numbers};

/// A value in a text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// An expression of ours.
pub fn regex(pattern: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "every pattern is a constant that the tests compile")]
    Regex::new(pattern).expect("a pattern of ours")
}

/// Spaces as people and word processors write them.
pub const SPACE: &str = r"[ \u{a0}\u{2009}\u{202f}]";

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)[\p{L}\p{N}._%+!#$*^~'-]+(?:@|%40|\u{ff20}| ?[\[(] ?at ?[\])] ?)(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}",
    )
});
static IBAN: LazyLock<Regex> =
    LazyLock::new(|| regex(&format!(r"(?i)[A-Z]{{2}}[0-9]{{2}}(?:(?:{SPACE}|-)?[A-Z0-9]){{11,30}}")));
static HETU: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)[0-9]{6}[-+\u{2010}-\u{2013}A-FU-Y][0-9]{3}[0-9A-Y]"));
static PERSONNUMMER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:(?:19|20)[0-9]{2}|[0-9]{2})[0-9]{4}[-+\u{2010}-\u{2013}]?[0-9]{4}"));
static NIR: LazyLock<Regex> = LazyLock::new(|| {
    let gap = format!(r"(?:{SPACE}|[.-])?");
    regex(&format!(
        r"(?i)[1-478]{gap}[0-9]{{2}}{gap}(?:0[1-9]|1[0-2]|[2-9][0-9]){gap}(?:[0-9]{{2}}|2[AB]){gap}[0-9]{{3}}{gap}[0-9]{{3}}{gap}[0-9]{{2}}"
    ))
});

/// Every value of a text, in order and apart from each other. Where two could overlap, the surer kind is first in line.
pub fn spans(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    scan(text, &super::PLACEHOLDER, Kind::Quoted, &mut found, |_, at| Some(at));
    scan(text, &EMAIL, Kind::Email, &mut found, |_, at| Some(at));
    scan(text, &IBAN, Kind::Iban, &mut found, iban);
    scan(text, &NIR, Kind::NationalId, &mut found, |text, at| {
        (apart(text, &at) && checks::nir(&compact(&text[at.clone()]))).then_some(at)
    });
    scan(text, &HETU, Kind::NationalId, &mut found, |text, at| {
        let plain: String = text[at.clone()].chars().map(|c| if c.is_ascii() { c } else { '-' }).collect();
        (apart(text, &at) && checks::hetu(&plain)).then_some(at)
    });
    scan(text, &PERSONNUMMER, Kind::NationalId, &mut found, |text, at| {
        let digits: String = text[at.clone()].chars().filter(char::is_ascii_digit).collect();
        let bare = digits.len() == at.len();
        let named = bare && numbers::follows_order_word(&text[..at.start]);
        (apart(text, &at) && !named && checks::personnummer(&digits[digits.len() - 10..])).then_some(at)
    });
    numbers::spans(text, &mut found);
    found.sort_by_key(|span| span.start);
    found
}

/// Runs `pattern` over the text; what `accept` turns down is looked at again from its second character on.
fn scan(
    text: &str,
    pattern: &Regex,
    kind: Kind,
    found: &mut Vec<Span>,
    accept: impl Fn(&str, Range<usize>) -> Option<Range<usize>>,
) {
    let mut from = 0;
    while let Some(at) = pattern.find_at(text, from) {
        let next = at.start() + text[at.start()..].chars().next().map_or(1, char::len_utf8);
        from = match accept(text, at.range()).filter(|at| is_free(found, at)) {
            Some(Range { start, end }) => {
                found.push(Span { start, end, kind });
                end
            }
            None => next,
        };
    }
}

pub fn is_free(found: &[Span], at: &Range<usize>) -> bool {
    found.iter().all(|span| span.end <= at.start || at.end <= span.start)
}

/// Whether no letter or digit touches the range: a part of a longer code is no number of its own.
fn apart(text: &str, at: &Range<usize>) -> bool {
    let touches = |c: char| c.is_alphanumeric() || c == '_';
    !text[..at.start].chars().next_back().is_some_and(touches) && !text[at.end..].chars().next().is_some_and(touches)
}

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The part of a candidate that has its country's length. What follows an IBAN, a word for instance, was caught with it.
fn iban(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let length = checks::iban_length(text.get(at.start..at.start + 2)?)?;
    let (last, c) = text[at.clone()].char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).nth(length - 1)?;
    let exact = at.start..at.start + last + c.len_utf8();
    (apart(text, &exact) && checks::iban(&compact(&text[exact.clone()]))).then_some(exact)
}
