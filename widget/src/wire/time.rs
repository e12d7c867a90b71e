//! RFC 3339 without a general parser of dates.

use types::Timestamp;

pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let mut rest = text.get(19..)?;
    let mut millis = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        let mut weight = 100;
        for digit in fraction[..end].bytes() {
            millis += i64::from(digit - b'0') * weight;
            weight /= 10;
        }
        rest = &fraction[end..];
    }
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let hours: i64 = rest.get(1..3)?.parse().ok()?;
            let minutes: i64 = rest.get(4..6)?.parse().ok()?;
            let seconds = hours * 3600 + minutes * 60;
            if rest.starts_with('-') { -seconds } else { seconds }
        }
    };
    // Days since 1970 of a date, counting years from March so that the leap day comes last
    // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Timestamp::from_timestamp_millis((days * 86_400 + seconds - offset) * 1000 + millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_general_parser_reads() {
        for text in [
            "2026-11-20T13:15:48Z",
            "2026-11-20T13:15:48.123456789Z",
            "2024-02-29T23:59:59.5+02:00",
            "2000-03-01T00:00:00-11:30",
            "1970-01-01T00:00:00Z",
            "2100-12-31T23:59:59Z",
        ] {
            let theirs: Timestamp = text.parse().expect("valid");
            let ours = parse(text).map(|time| time.timestamp_millis());
            assert_eq!(ours, Some(theirs.timestamp_millis()), "{text}");
        }
        for text in ["", "2026-11-20", "2026-11-20T13:15", "2026-11-20T13:15:48", "é026-11-20T13:15:48Z"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
