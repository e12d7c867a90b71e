//! Sentences of a draft with the marks of their sources.

use std::fmt::Write as _;

use crate::sentences;

/// A sentence of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence<'a> {
    /// Without marks.
    pub text: &'a str,
    /// Numbers of its sources, as they stand.
    pub marks: Vec<usize>,
    /// What follows the marks: the full stop of "takes five days [1]."
    tail: &'a str,
}

impl Sentence<'_> {
    /// As it stands in a draft.
    pub fn marked(&self) -> String {
        let mut out = self.text.to_owned();
        for (place, mark) in self.marks.iter().enumerate() {
            let _ = write!(out, "{}[{mark}]", if place == 0 { " " } else { "" });
        }
        out + self.tail
    }
}

/// The sentences of a line. A mark belongs to the sentence before it, on either side of its full stop.
pub fn split(line: &str) -> Vec<Sentence<'_>> {
    let mut found: Vec<Sentence<'_>> = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (text, after) = match next_marks(rest) {
            Some((at, marks, after)) => {
                let parts = sentences::split(&rest[..at]);
                for part in parts.iter().take(parts.len().saturating_sub(1)) {
                    found.push(Sentence { text: part, marks: Vec::new(), tail: "" });
                }
                // Its full stop may stand behind the mark.
                let end = after.find(|c: char| !matches!(c, '.' | '!' | '?' | ',' | ';' | ':')).unwrap_or(after.len());
                let (tail, after) = after.split_at(end);
                match (parts.last(), found.last_mut()) {
                    (Some(part), _) => found.push(Sentence { text: part, marks, tail }),
                    (None, Some(before)) => before.marks.extend(marks),
                    (None, None) => {}
                }
                ("", after)
            }
            None => (rest, ""),
        };
        for part in sentences::split(text) {
            found.push(Sentence { text: part, marks: Vec::new(), tail: "" });
        }
        rest = after.trim_start();
    }
    found
}

/// The first run of marks like "[1] [2]": where it begins, its numbers, and what follows it.
fn next_marks(text: &str) -> Option<(usize, Vec<usize>, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('[').map(|at| from + at) {
        let mut marks = Vec::new();
        let mut rest = &text[open..];
        while let Some((numbers, after)) = mark(rest.trim_start()) {
            marks.extend(numbers);
            rest = after;
        }
        if !marks.is_empty() {
            return Some((open, marks, rest));
        }
        from = open + 1;
    }
    None
}

/// The numbers of "[1]" or "[1, 3]" at the beginning of `text`, and what follows.
fn mark(text: &str) -> Option<(Vec<usize>, &str)> {
    let (inside, after) = text.strip_prefix('[')?.split_once(']')?;
    let numbers: Option<Vec<usize>> = inside.split(',').map(|number| number.trim().parse().ok()).collect();
    Some((numbers?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Vec<(&str, Vec<usize>)> {
        split(line).into_iter().map(|sentence| (sentence.text, sentence.marks)).collect()
    }

    #[test]
    fn marks_belong_to_the_sentence_before_them() {
        assert_eq!(
            parts("Refunds take 5 days [1]. We tell you by mail. [2] [1, 3] Write to [EMAIL_1] then."),
            [
                ("Refunds take 5 days", vec![1]),
                ("We tell you by mail.", vec![2, 1, 3]),
                ("Write to [EMAIL_1] then.", vec![])
            ]
        );
        assert_eq!(parts("Hi Kim, thanks. Done."), [("Hi Kim, thanks.", vec![]), ("Done.", vec![])]);
        assert_eq!(parts("2. Open Settings. [1]"), [("2. Open Settings.", vec![1])]);
        assert!(parts(" [1] ").is_empty());
    }

    #[test]
    fn a_sentence_is_written_as_it_was_read() {
        for line in ["Refunds take 5 days [1].", "We tell you by mail. [2][1]", "Plain, but [odd] one."] {
            let [sentence] = split(line).try_into().unwrap();
            assert_eq!(sentence.marked(), line);
        }
    }
}
