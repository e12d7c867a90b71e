//! Cards, tax numbers and telephone numbers: groups of digits, told from dates, prices, versions and order numbers by
//! how they are written and by what stands in front of them.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Kind, checks,
    find::{Span, is_free, regex},
};

/// Digits of the longest number that is told.
const LONGEST: usize = 19;

/// Digits that belong together, and what stands between them and the group before.
struct Group {
    at: Range<usize>,
    before: String,
}

/// Words after which a plain number is the shop's own and no person's, in the five languages; then what may stand
/// between word and number.
static ORDER_WORD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)
        (?: \b(?: orders? | invoice | ref(?:erence)? | ticket | case | tracking | serial | version | sku | item | article | booking | po | rma
              | parcel | shipment | (?: customer | client | account ) \s (?: number | no | nr | id )
              | tilau\w* | lasku\w* | viite\w* | asiakasn\w* | seuranta\w* | tuote\w* | l[äa]hety\w* | sarja\w*
              | best[äa]ll\w* | order\w* | faktur\w* | kund(?:en)?n\w* | [äa]rende\w* | artikel\w* | paket\w* | s[äa]ndning\w*
              | bestell\w* | rechnung\w* | auftrag\w* | sendung\w* | vorgang\w*
              | commande | facture | r[ée]f[ée]rence | dossier | suivi | colis )\b
          | \# | n° )
        (?: [\s:\#=.]+ (?: number | numero\w* | nummer | num[ée]ro | no | nro | nr | id | n° | is | was | on | är | ist | est ) )* [\s:\#=.]* $",
    )
});
/// Words after which a plain number is a telephone's.
static PHONE_WORD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix) (?: \b(?: tel | t[ée]l | telephone | phone | mobile | cell | call | ring | whatsapp | sms | gsm | p | puh | puhelin\w* | soita
              | telefon\w* | mobil\w* | handy\w* | ruf | t[ée]l[ée]phone | portable | appelez )\b | wa\.me/ )
        (?: [\s:.]+ (?: me | us | number | nr | no | is | on | at | at\ my | mig | minulle | mich | moi | au ) )* [\s:.]* $",
    )
});
/// Dates and spans of opening hours, which look like grouped digits.
static MOMENTS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        regex(r"(?:0?[1-9]|[12][0-9]|3[01])[./-](?:0?[1-9]|[12][0-9]|3[01])[./-](?:[12][0-9]{3}|[0-9]{2})"),
        regex(r"(?:[01]?[0-9]|2[0-3])[.:][0-5][0-9] ?[-\u{2013}] ?(?:[01]?[0-9]|2[0-3])[.:][0-5][0-9]"),
    ]
});

pub fn follows_order_word(before: &str) -> bool {
    ORDER_WORD.is_match(tail(before))
}

/// The last few words of a text.
fn tail(text: &str) -> &str {
    let start = text.char_indices().rev().nth(59).map_or(0, |(at, _)| at);
    &text[start..]
}

/// Adds the numbers of a text to what was found in it.
pub fn spans(text: &str, found: &mut Vec<Span>) {
    let moments: Vec<Range<usize>> = MOMENTS
        .iter()
        .flat_map(|pattern| pattern.find_iter(text).map(|at| at.range()))
        .filter(|at| stands_alone(text, at))
        .collect();
    for run in runs(text) {
        let mut first = 0;
        while first < run.len() {
            let longest = (first..run.len().min(first + LONGEST)).rev().find_map(|last| {
                let span = judge(text, &run, first, last, &moments)?;
                is_free(found, &(span.start..span.end)).then_some((last, span))
            });
            match longest {
                Some((last, span)) => {
                    found.push(span);
                    first = last + 1;
                }
                None => first += 1,
            }
        }
    }
}

/// What the groups from `first` to `last` are together.
fn judge(text: &str, run: &[Group], first: usize, last: usize, moments: &[Range<usize>]) -> Option<Span> {
    let groups = &run[first..=last];
    let digits: String = groups.iter().map(|group| &text[group.at.clone()]).collect();
    // Nothing shorter or longer is any of these.
    if !(7..=LONGEST).contains(&digits.len()) || !begins(text, run, first) || !ends(text, run, last) {
        return None;
    }
    let mut at = groups[0].at.start..groups[groups.len() - 1].at.end;
    let lengths: Vec<usize> = groups.iter().map(|group| group.at.len()).collect();
    let plus = text[..at.start].ends_with('+');
    let bare = groups.len() == 1 && !plus;
    let kind = if !plus && checks::card(&digits) {
        Kind::Card
    } else if bare && follows_order_word(&text[..at.start]) {
        return None;
    } else if !plus && national_id(&digits, &lengths) {
        Kind::NationalId
    } else if !moments.iter().any(|when| when.start < at.end && at.start < when.end)
        && !is_amount(text, &at)
        && phone(text, groups, &digits, &lengths, plus)
    {
        Kind::Phone
    } else {
        return None;
    };
    if plus {
        at.start -= 1;
    }
    // `(09) 1234 567`: the bracket belongs to the number when its twin does.
    let opened = text[..at.start].ends_with('(') && groups.iter().skip(1).any(|group| group.before.contains(')'));
    if opened {
        at.start -= 1;
    }
    Some(Span { start: at.start, end: at.end, kind })
}

/// A German or US number, by the groups it is written in.
fn national_id(digits: &str, lengths: &[usize]) -> bool {
    match lengths {
        [11] | [2, 3, 3, 3] => checks::steuer_id(digits),
        [3, 2, 4] => checks::ssn(digits),
        _ => false,
    }
}

/// Forms of Finland, Sweden, Germany, France, the United Kingdom and the United States; with a plus, of any country.
fn phone(text: &str, groups: &[Group], digits: &str, lengths: &[usize], plus: bool) -> bool {
    // `+44 (0)20 …`: the bracketed zero is not dialled.
    let trunk = groups.get(1).is_some_and(|group| {
        group.before.ends_with('(')
            && &text[group.at.clone()] == "0"
            && groups.get(2).is_some_and(|next| next.before.starts_with(')'))
    });
    let dialled = digits.len() - usize::from(trunk);
    let american = |digits: &str| {
        let bytes = digits.as_bytes();
        digits.len() == 10 && (b'2'..=b'9').contains(&bytes[0]) && (b'2'..=b'9').contains(&bytes[3])
    };
    if plus {
        return match digits.as_bytes()[0] {
            b'0' => false,
            b'1' => american(&digits[1..]),
            _ => (8..=15).contains(&dialled),
        };
    }
    if let Some(abroad) = digits.strip_prefix("00") {
        const COUNTRIES: [&str; 18] = [
            "358", "46", "49", "33", "44", "47", "45", "372", "371", "370", "31", "32", "34", "39", "41", "43", "48",
            "353",
        ];
        let american = abroad.strip_prefix('1').is_some_and(american);
        return american || COUNTRIES.iter().any(|country| abroad.starts_with(country)) && (11..=16).contains(&dialled);
    }
    if groups.len() == 1 {
        let national = digits.starts_with('0') && !digits.starts_with("00") && (9..=12).contains(&digits.len());
        return national || digits.len() <= 12 && PHONE_WORD.is_match(tail(&text[..groups[0].at.start]));
    }
    if digits.starts_with('0') {
        // French free numbers have the zero by itself.
        let area = (2..=6).contains(&lengths[0]) || lengths[..2] == [1, 3] && digits.len() == 10;
        return area && lengths.len() <= 6 && digits.len() <= 12;
    }
    match lengths {
        [3, 3, 4] => american(digits),
        [1, 3, 3, 4] => digits.strip_prefix('1').is_some_and(american),
        _ => digits.len() <= 12 && PHONE_WORD.is_match(tail(text[..groups[0].at.start].trim_end_matches('('))),
    }
}

/// Whether a number may begin here: not within a code such as `ORD-2026-000123`, nor after `#`.
fn begins(text: &str, run: &[Group], first: usize) -> bool {
    if first > 0 {
        let before = &run[first].before;
        return before.contains(char::is_whitespace) || before == "/";
    }
    let mut before = text[..run[0].at.start].chars().rev();
    match before.next() {
        None | Some('+') => true,
        Some('_' | '#') => false,
        Some('-' | '.' | '/' | '\u{2013}') => {
            before.next().is_none_or(|c| !c.is_alphanumeric()) || PHONE_WORD.is_match(tail(&text[..run[0].at.start]))
        }
        Some(c) => !c.is_alphanumeric(),
    }
}

/// Whether a number may end here: no letters or further digits touch it.
fn ends(text: &str, run: &[Group], last: usize) -> bool {
    if let Some(next) = run.get(last + 1) {
        return next.before.contains(char::is_whitespace) || next.before == "/";
    }
    let mut after = text[run[last].at.end..].chars();
    match after.next() {
        Some(',' | '.' | ':') => after.next().is_none_or(|c| !c.is_ascii_digit()),
        Some('-' | '\u{2013}') => after.next().is_none_or(|c| !c.is_alphanumeric()),
        Some(c) => !c.is_alphanumeric() && c != '_',
        None => true,
    }
}

/// Whether a currency or a measure stands beside it.
fn is_amount(text: &str, at: &Range<usize>) -> bool {
    const BEFORE: [char; 3] = ['€', '$', '£'];
    const AFTER: [&str; 9] = ["€", "$", "£", "%", "eur", "usd", "gbp", "sek", "kr"];
    let after: String = text[at.end..].chars().take(8).collect();
    let after = after.trim_start_matches([' ', '\u{a0}', '\u{202f}']).to_lowercase();
    let marked = AFTER.iter().any(|mark| {
        after.strip_prefix(mark).is_some_and(|rest| !mark.is_ascii() || !rest.starts_with(char::is_alphanumeric))
    });
    marked || text[..at.start].trim_end().ends_with(BEFORE)
}

/// Whether a date is whole: not the beginning or the end of a longer number.
fn stands_alone(text: &str, at: &Range<usize>) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-');
    let mut after = text[at.end..].chars();
    let ends = match after.next() {
        // A full stop ends a sentence; before another digit it goes on.
        Some('.' | '-' | '/') => after.next().is_none_or(|c| !c.is_ascii_digit()),
        Some(c) => !c.is_alphanumeric(),
        None => true,
    };
    ends && !text[..at.start].chars().next_back().is_some_and(joins)
}

/// The digit groups of a text, cut where they cannot belong to one number.
fn runs(text: &str) -> Vec<Vec<Group>> {
    let mut runs: Vec<Vec<Group>> = Vec::new();
    let mut end = None;
    let mut digits = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).peekable();
    while let Some(start) = digits.next() {
        let mut last = start;
        while let Some(next) = digits.next_if_eq(&(last + 1)) {
            last = next;
        }
        let before = end.map_or("", |end: usize| &text[end..start]);
        let group = Group { at: start..last + 1, before: before.to_owned() };
        match runs.last_mut() {
            Some(run) if end.is_some() && joins(before) => run.push(group),
            _ => runs.push(vec![group]),
        }
        end = Some(last + 1);
    }
    runs
}

/// Whether this may stand inside a number: a space, a dash, a dot, a slash or a bracket.
fn joins(between: &str) -> bool {
    let spaced = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let core: String = between.chars().filter(|c| !spaced(*c)).collect();
    let spaces = between.chars().filter(|c| spaced(*c)).count();
    match core.as_str() {
        "" | "." => spaces + core.len() == 1 || core.is_empty() && spaces == 2,
        "-" | "\u{2010}" | "\u{2011}" | "\u{2013}" | "/" | "(" | ")" | ")-" | "-(" => spaces <= 2,
        _ => false,
    }
}
