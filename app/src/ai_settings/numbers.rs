//! Numbers as people type and read them; money is kept in millionths.

use types::ApiError;

use crate::{
    error::UiError,
    i18n::{I18n, K},
};

/// Says at the field that it holds no number.
pub fn refused(i18n: I18n, field: &str) -> UiError {
    UiError(ApiError::new(422, "invalid", i18n.t(K::NoNumber)).field(field, i18n.t(K::NoNumber)))
}

/// "0.15" and "0,15" as 150,000. None for anything that is no amount.
pub fn micros(text: &str) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(part)
}

/// 150,000 as "0.15".
pub fn amount(micros: i64) -> String {
    let (whole, part) = (micros / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let part = format!("{part:06}");
    match part.trim_end_matches('0') {
        "" => whole.to_string(),
        part => format!("{whole}.{part:0<2}"),
    }
}

/// A whole number; `Some(None)` for an empty field, None for what is no number.
pub fn optional(text: &str) -> Option<Option<i64>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_comes_back_as_it_was_typed() {
        for (typed, kept, shown) in
            [("0.15", 150_000, "0.15"), ("0,6", 600_000, "0.60"), ("12", 12_000_000, "12"), (".000001", 1, "0.000001")]
        {
            assert_eq!(micros(typed), Some(kept), "{typed}");
            assert_eq!(amount(kept), shown);
        }
        for bad in ["", ".", "x", "-1", "1.0000001", "1.2.3", "99999999999999999999"] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_empty_field_is_no_limit() {
        assert_eq!(optional(" "), Some(None));
        assert_eq!(optional("100 000"), Some(Some(100_000)));
        assert_eq!(optional("many"), None);
    }
}
