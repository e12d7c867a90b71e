//! Checks of what people type, shared by the features that store names and addresses.

use crate::{Error, Result};

/// A text people see in one line: trimmed, without control characters, 1 to `max` characters.
///
/// # Errors
/// `Invalid` under the field's name.
pub(crate) fn line(text: &str, field: &'static str, max: usize) -> Result<String> {
    match optional_line(text, field, max)? {
        Some(text) => Ok(text),
        None => Err(Error::invalid(field, format!("takes 1 to {max} characters"))),
    }
}

/// As [`line`], but nothing is an answer too.
///
/// # Errors
/// `Invalid` under the field's name.
pub(crate) fn optional_line(text: &str, field: &'static str, max: usize) -> Result<Option<String>> {
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, "takes one line without control characters"));
    }
    let text = text.trim();
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("takes at most {max} characters")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A text of several lines: trimmed, at most `max` characters, possibly empty.
///
/// # Errors
/// `Invalid` under the field's name.
pub(crate) fn paragraph(text: &str, field: &'static str, max: usize) -> Result<String> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(field, "contains control characters"));
    }
    let text = text.trim();
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("takes at most {max} characters")));
    }
    Ok(text.to_owned())
}

/// A plausible e-mail address, trimmed and in lower case. Whether it exists only a delivered mail can tell; this
/// refuses what cannot, and what could break out of a mail header.
///
/// # Errors
/// `Invalid` under the field's name.
pub(crate) fn email(text: &str, field: &'static str) -> Result<String> {
    const MAX: usize = 254;
    const MAX_LOCAL: usize = 64;
    let refuse = || Error::invalid(field, "is not an e-mail address");
    let address = text.trim().to_lowercase();
    let (local, domain) = address.split_once('@').ok_or_else(refuse)?;
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>()[]{},;:\"\\@".contains(c);
    let local_fits = !local.is_empty()
        && local.chars().count() <= MAX_LOCAL
        && !local.contains(forbidden)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.chars().count() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label_fits);
    if local_fits && domain_fits && address.len() <= MAX { Ok(address) } else { Err(refuse()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_lowercased() {
        assert_eq!(email("  Anna.Virtanen+Help@Acme.Test ", "email").unwrap(), "anna.virtanen+help@acme.test");
        assert_eq!(email("x@münchen.example", "email").unwrap(), "x@münchen.example");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.com", vec!["b".repeat(60); 5].join("."));
        for text in [
            "",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a@@b.c",
            "a@b@c.d",
            "a b@c.d",
            "a@b c.d",
            "a@.c",
            "a@b.",
            "a@b..c",
            "a\r\nBcc:x@b.c",
            "a\0@b.c",
            "a@-b.c",
            "a@b_.c",
            "<a@b.c>",
            "a,b@c.d",
            ".a@b.c",
            "a..b@c.d",
            &long,
            &longer,
        ] {
            assert!(matches!(email(text, "email"), Err(Error::Invalid { field: "email", .. })), "{text:?}");
        }
    }

    #[test]
    fn lines_are_counted_in_characters() {
        assert_eq!(line(" Åsa ", "name", 3).unwrap(), "Åsa");
        assert!(line("Åsas", "name", 3).is_err());
        assert!(line("  ", "name", 3).is_err());
        assert!(line("a\nb", "name", 10).is_err());
        assert_eq!(optional_line("  ", "name", 3).unwrap(), None);
    }

    #[test]
    fn paragraphs_keep_their_lines() {
        assert_eq!(paragraph("a\nb\n", "description", 3).unwrap(), "a\nb");
        assert!(paragraph("a\0b", "description", 3).is_err());
        assert!(paragraph("abcd", "description", 3).is_err());
    }
}
