//! Finds web addresses in a message. Only `http` and `https` become links, so a message can carry
//! no script; everything else stays text.

/// A stretch of a message: text, or an address to link to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// Splits a message; the parts put together are the message again.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(start) = next_scheme(text, at) {
        let end = start + address_length(&text[start..]);
        let scheme = if text.as_bytes().get(start + 4) == Some(&b's') { 8 } else { 7 };
        if end <= start + scheme {
            at = start + scheme;
            continue;
        }
        if start > done {
            found.push(Part::Text(&text[done..start]));
        }
        found.push(Part::Link(&text[start..end]));
        done = end;
        at = end;
    }
    if done < text.len() {
        found.push(Part::Text(&text[done..]));
    }
    found
}

/// Where the next `http://` or `https://` starts that does not continue a word.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find("http")?;
        let rest = &text[start..];
        let starts_word = !text[..start].ends_with(|c: char| c.is_alphanumeric());
        if starts_word && (rest.starts_with("http://") || rest.starts_with("https://")) {
            return Some(start);
        }
        at = start + 4;
    }
}

/// Bytes of the address at the start of `text`: up to a space or a quote, less the punctuation that
/// belongs to the sentence. A closing bracket stays when the address opened it.
fn address_length(text: &str) -> usize {
    let end =
        text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'`“”«»".contains(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    while let Some(last) = address.chars().next_back() {
        let shorter = &address[..address.len() - last.len_utf8()];
        let cut = match last {
            ')' => !shorter.contains('('),
            ']' => !shorter.contains('['),
            _ => ".,;:!?…*_".contains(last),
        };
        if !cut {
            break;
        }
        address = shorter;
    }
    address.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let whole: String = parts(text)
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Link(text) => *text,
            })
            .collect();
        assert_eq!(whole, text);
        parts(text)
            .into_iter()
            .filter_map(|part| match part {
                Part::Link(link) => Some(link),
                Part::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_end_where_people_end_them() {
        for (text, expected) in [
            ("See https://acme.test/a?b=1#c.", vec!["https://acme.test/a?b=1#c"]),
            ("(http://acme.test)", vec!["http://acme.test"]),
            ("https://en.acme.test/Frame_(bicycle)", vec!["https://en.acme.test/Frame_(bicycle)"]),
            ("a https://x.fi, b https://y.fi!", vec!["https://x.fi", "https://y.fi"]),
            ("«https://é.fr/à»", vec!["https://é.fr/à"]),
            ("line\nhttps://a.fi\nline", vec!["https://a.fi"]),
        ] {
            assert_eq!(links(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_link() {
        for text in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://",
            "https://.",
            "xhttp://a.fi",
            "www.acme.test",
            "http:/a.fi",
            "HTTP is a protocol; https too",
        ] {
            assert!(links(text).is_empty(), "{text}");
        }
    }
}
