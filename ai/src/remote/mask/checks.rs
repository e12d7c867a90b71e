//! Check digits: what tells a real number from any other of its shape.

/// Luhn's check (ISO/IEC 7812-1, annex B) over ASCII digits.
pub fn luhn(digits: &str) -> bool {
    let sum: u32 = values(digits)
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A payment card: 13 to 19 digits, an issuer's beginning and Luhn's check.
pub fn card(digits: &str) -> bool {
    let lead = |n: usize| digits.get(..n).and_then(|lead| lead.parse::<u32>().ok()).unwrap_or_default();
    let lengths: &[usize] = match (lead(1), lead(2), lead(3), lead(4)) {
        (4, ..) => &[13, 16, 19],
        (_, 51..=55, ..) | (_, _, _, 2221..=2720) => &[16],
        (_, 34 | 37, ..) => &[15],
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => &[14, 15, 16, 17, 18, 19],
        (_, 35 | 60 | 62 | 64 | 65, ..) => &[16, 17, 18, 19],
        (_, 50 | 56..=59 | 61 | 63 | 66..=69, ..) => &[13, 14, 15, 16, 17, 18, 19],
        _ => &[],
    };
    lengths.contains(&digits.len()) && luhn(digits)
}

/// Length of an IBAN by country (the IBAN registry of ISO 13616).
const IBANS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 \
    FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 \
    LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 \
    SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

/// How long an IBAN of this country is; None where there are none.
pub fn iban_length(country: &str) -> Option<usize> {
    let entry = IBANS.split_whitespace().find(|entry| entry[..2].eq_ignore_ascii_case(country))?;
    entry[2..].parse().ok()
}

/// The mod-97 check of ISO 13616 over ASCII letters and digits without spaces.
pub fn iban(compact: &str) -> bool {
    let Some((head, body)) = compact.split_at_checked(4) else { return false };
    let mut rest = 0;
    for c in body.chars().chain(head.chars()) {
        let Some(value) = c.to_digit(36) else { return false };
        rest = if value < 10 { rest * 10 + value } else { rest * 100 + value } % 97;
    }
    rest == 1
}

/// A Finnish henkilötunnus, `DDMMYYCNNNX`: a date that can be and the check character of the digits modulo 31.
pub fn hetu(text: &str) -> bool {
    const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let Some((digits, check)) = text.split_at_checked(10) else { return false };
    let number: String = digits.chars().enumerate().filter(|(place, _)| *place != 6).map(|(_, c)| c).collect();
    let Ok(number) = number.parse::<u32>() else { return false };
    let wanted = CHECKS[(number % 31) as usize];
    day(&digits[..2], 0)
        && month(&digits[2..4])
        && check.bytes().next().is_some_and(|c| c.eq_ignore_ascii_case(&wanted))
}

/// A Swedish personnummer or samordningsnummer in ten digits, `YYMMDDNNNC`: the date (the latter's day is 60 more) and
/// Luhn's check.
pub fn personnummer(digits: &str) -> bool {
    let dated = month(&digits[2..4]) && (day(&digits[4..6], 0) || day(&digits[4..6], 60));
    dated && luhn(digits)
}

/// A German Steuer-ID: eleven digits, not beginning with 0; of the first ten one occurs twice or three times and no
/// other repeats; the last is the check digit of ISO 7064 MOD 11,10.
pub fn steuer_id(digits: &str) -> bool {
    let digits: Vec<u32> = values(digits).collect();
    let [body @ .., check] = digits.as_slice() else { return false };
    if body.len() != 10 || body[0] == 0 {
        return false;
    }
    let mut repeated: Vec<usize> =
        (0..10).map(|digit| body.iter().filter(|known| **known == digit).count()).filter(|count| *count > 1).collect();
    let (Some(times), None) = (repeated.pop(), repeated.pop()) else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    times <= 3 && (11 - product) % 10 == *check
}

/// A French NIR in 15 characters without spaces: its key is 97 minus the number modulo 97; Corsica's `2A` and `2B`
/// count as 19 and 18.
pub fn nir(compact: &str) -> bool {
    let Some((number, key)) = compact.split_at_checked(13) else { return false };
    let number = number.to_ascii_uppercase().replace("2A", "19").replace("2B", "18");
    match (number.parse::<u64>(), key.parse::<u64>()) {
        (Ok(number), Ok(key)) => key == 97 - number % 97,
        _ => false,
    }
}

/// A US Social Security number in nine digits: the areas, groups and serials that are given out.
pub fn ssn(digits: &str) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000"
}

fn values(digits: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    digits.bytes().map(|byte| u32::from(byte - b'0'))
}

fn day(text: &str, more: u32) -> bool {
    text.parse::<u32>().is_ok_and(|day| (1 + more..=31 + more).contains(&day))
}

fn month(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|month| (1..=12).contains(&month))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published examples of the issuing authorities and of ISO, and their nearest misses.
    #[test]
    fn examples_pass_and_their_neighbours_do_not() {
        type Check = fn(&str) -> bool;
        let cases: [(Check, &str, &str); 8] = [
            (card, "4111111111111111", "4111111111111112"),
            (card, "378282246310005", "378282246310006"),
            (iban, "FI2112345600000785", "FI2112345600000786"),
            (hetu, "131052-308T", "131052-308U"),
            (personnummer, "8112189876", "8112189877"),
            (steuer_id, "86095742719", "86095742718"),
            (nir, "255081416802538", "255081416802539"),
            (ssn, "219099999", "666099999"),
        ];
        for (check, good, bad) in cases {
            assert!(check(good), "{good}");
            assert!(!check(bad), "{bad}");
        }
        assert!(hetu("131052a308t") && !hetu("321052-308T"), "this century, and no such day");
        assert!(nir("185057800608491") && nir("185052a12345633"), "Corsica's departments have letters");
        assert_eq!((iban_length("fi"), iban_length("ZZ")), (Some(18), None));
    }

    #[test]
    fn shapes_that_are_no_number_are_refused() {
        for odd in ["", "1", "äää", "12345678901234567890"] {
            assert!(!hetu(odd) && !nir(odd) && !iban(odd) && !card(odd), "{odd}");
        }
        assert!(!steuer_id("01234567890") && !steuer_id("11223344556"));
    }
}
