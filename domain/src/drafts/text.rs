//! What happens to a draft's text on its way to the customer.

/// Pairs of characters compared at most; beyond this the distance is the longer text's length.
const MAX_CELLS: usize = 4_000_000;

/// The text without the marks `[1]` to `[sources]`, nor the space in front of them.
pub fn without_marks(text: &str, sources: usize) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, mark) = rest.split_at(at);
        kept.push_str(before);
        let number = mark[1..].split_once(']').and_then(|(inside, after)| Some((inside.parse::<usize>().ok()?, after)));
        match number {
            Some((number, after)) if (1..=sources).contains(&number) => {
                kept.truncate(kept.trim_end_matches(' ').len());
                rest = after;
            }
            _ => {
                kept.push('[');
                rest = &mark[1..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// Character edits between two texts (Levenshtein); for very long and very different ones an upper bound.
pub fn edit_distance(left: &str, right: &str) -> i32 {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let head = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[head..], &right[head..]);
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[..left.len() - tail], &right[..right.len() - tail]);
    let distance = if left.len() * right.len() > MAX_CELLS {
        left.len().max(right.len())
    } else {
        strsim::levenshtein(&left.iter().collect::<String>(), &right.iter().collect::<String>())
    };
    i32::try_from(distance).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_go_and_other_brackets_stay() {
        assert_eq!(
            without_marks("Refunds take 5 days [1]. See the list [2][1].", 2),
            "Refunds take 5 days. See the list."
        );
        assert_eq!(without_marks("[x] [3] [12] [ [1", 2), "[x] [3] [12] [ [1");
        assert_eq!(without_marks("Line one [1]\nLine two [1]", 1), "Line one\nLine two");
        assert_eq!(without_marks("[1]", 0), "[1]");
    }

    #[test]
    fn distances() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("päivää", "paivaa"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance(&"a".repeat(3_000), &"b".repeat(4_000)), 4_000);
    }

    proptest! {
        #[test]
        fn a_distance_is_a_distance(a in "\\PC{0,40}", b in "\\PC{0,40}") {
            let distance = edit_distance(&a, &b);
            prop_assert_eq!(distance, edit_distance(&b, &a));
            prop_assert_eq!(distance == 0, a == b);
            prop_assert!(distance as usize <= a.chars().count().max(b.chars().count()));
            prop_assert_eq!(distance as usize, strsim::levenshtein(&a, &b));
        }
    }
}
