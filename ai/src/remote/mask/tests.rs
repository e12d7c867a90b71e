//! What is hidden, what is not, and that nothing is lost on the way back.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn hidden(text: &str) -> (String, Mask) {
    let mut mask = Mask::default();
    (mask.hide(text), mask)
}

/// Each value as people write it, and its kind.
const VALUES: &[(&str, &str)] = &[
    ("kim.virtanen+desk@example.co.uk", "EMAIL"),
    ("Äiti.Möttönen@mäkelä.fi", "EMAIL"),
    ("kim (at) example.com", "EMAIL"),
    ("kim%40example.com", "EMAIL"),
    ("+358 40 123 4567", "PHONE"),
    ("+358401234567", "PHONE"),
    ("040-1234567", "PHONE"),
    ("040 123 4567", "PHONE"),
    ("0401234567", "PHONE"),
    ("(09) 1234 5678", "PHONE"),
    ("(+358) 40 123 4567", "PHONE"),
    ("00358 40 1234567", "PHONE"),
    ("070-123 45 67", "PHONE"),
    ("+46 (0)70-123 45 67", "PHONE"),
    ("08-123 456 78", "PHONE"),
    ("030/12345678", "PHONE"),
    ("0151 23456789", "PHONE"),
    ("+49 30 123456", "PHONE"),
    ("06 12 34 56 78", "PHONE"),
    ("01.23.45.67.89", "PHONE"),
    ("0 800 123 456", "PHONE"),
    ("+33 6 12 34 56 78", "PHONE"),
    ("020 7946 0958", "PHONE"),
    ("07911 123456", "PHONE"),
    ("+44 (0)20 7946 0958", "PHONE"),
    ("(212) 555-0123", "PHONE"),
    ("212-555-0123", "PHONE"),
    ("+1 212 555 0123", "PHONE"),
    ("1-212-555-0123", "PHONE"),
    ("+91 98765 43210", "PHONE"),
    ("4111 1111 1111 1111", "CARD"),
    ("5500-0000-0000-0004", "CARD"),
    ("378282246310005", "CARD"),
    ("FI21 1234 5600 0007 85", "IBAN"),
    ("DE89370400440532013000", "IBAN"),
    ("gb82 west 1234 5698 7654 32", "IBAN"),
    ("FR14 2004 1010 0505 0001 3M02 606", "IBAN"),
    ("SE45 5000 0000 0583 9825 7466", "IBAN"),
    ("131052-308T", "NATIONAL_ID"),
    ("131052A308T", "NATIONAL_ID"),
    ("811218-9876", "NATIONAL_ID"),
    ("19811218-9876", "NATIONAL_ID"),
    ("86 095 742 719", "NATIONAL_ID"),
    ("86095742719", "NATIONAL_ID"),
    ("2 55 08 14 168 025 38", "NATIONAL_ID"),
    ("255081416802538", "NATIONAL_ID"),
    ("219-09-9999", "NATIONAL_ID"),
];

/// What a help desk's texts are full of and a model must see.
const PLAIN: &[&str] = &[
    "order 10045678",
    "Order number 0401234567",
    "Tilausnumero: 0401234567",
    "Bestellnummer 0151234567",
    "order #0401234567",
    "ORD-2026-000123",
    "INV-0401234567",
    "invoice 2026/000123/45",
    "25.11.2026",
    "01.02.2026",
    "01/02/2026",
    "2026-11-25T10:30:00Z",
    "from 01.02.2026 - 05.03.2026",
    "open 09.30-17.00 and 08:00–16:30",
    "1 299,00 €",
    "€ 0212 555 012",
    "$1,234,567.89",
    "020 000 000 kr",
    "12 345 678,90",
    "version 10.0.19045.3693",
    "v1.2.3-beta.4",
    "0.1.2",
    "192.168.10.254",
    "550e8400-e29b-41d4-a716-446655440000",
    "ISBN 978-3-16-148410-0",
    "4111 1111 1111 1112",
    "FI21 1234 5600 0007 86",
    "131052-308U",
    "86095742718",
    "000-12-3456",
    "1234567890123456789012",
    "100 200 300",
    "99.95 and 7 days, see [1] and [2, 3].",
    "a@b, @kim, kim@localhost",
];

#[test]
fn every_pattern_compiles_and_every_value_is_hidden_wherever_it_stands() {
    for (value, tag) in VALUES {
        for (before, after) in [("", ""), ("Hi, ", "."), ("(", ")"), ("reach me: ", ", thanks"), ("x\n", "\n2 items")] {
            let text = format!("{before}{value}{after}");
            let (masked, mask) = hidden(&text);
            assert!(masked.contains(&format!("[{tag}_1]")), "{text:?} became {masked:?}");
            assert!(!masked.contains(value), "{masked}");
            assert_eq!(mask.restore(&masked).unwrap(), text);
        }
    }
}

#[test]
fn numbers_of_the_trade_stay() {
    for text in PLAIN {
        for text in [(*text).to_owned(), format!("Hello, {text}."), format!("{text} please")] {
            assert_eq!(hidden(&text).0, text);
        }
    }
}

#[test]
fn words_decide_about_a_plain_number() {
    assert_eq!(hidden("call me at 2125550123").0, "call me at [PHONE_1]");
    assert_eq!(hidden("puh.0401234567").0, "puh.[PHONE_1]");
    assert_eq!(hidden("https://wa.me/358401234567").0, "https://wa.me/[PHONE_1]");
    assert_eq!(hidden("It is 2125550123").0, "It is 2125550123");
    assert_eq!(hidden("my order number is 0401234567").0, "my order number is 0401234567");
    assert_eq!(hidden("order 1001, call 040 123 4567").0, "order 1001, call [PHONE_1]");
    assert_eq!(hidden("customer 0401234567").0, "customer [PHONE_1]");
}

#[test]
fn neighbours_are_told_apart() {
    let text = "040 123 4567 4111 1111 1111 1111 FI2112345600000785 DE89370400440532013000 and kim@x.fi,anna@x.fi";
    assert_eq!(hidden(text).0, "[PHONE_1] [CARD_1] [IBAN_1] [IBAN_2] and [EMAIL_1],[EMAIL_2]");
    assert_eq!(hidden("2026-11-25 040 123 4567").0, "2026-11-25 [PHONE_1]");
    assert_eq!(hidden("0401234567/0501234567").0, "[PHONE_1]/[PHONE_2]");
}

#[test]
fn one_request_has_one_placeholder_a_value() {
    let mut request = json!({
        "message": "I am kim@x.fi, call +358401234567",
        "history": [{ "text": "kim@x.fi wrote before, anna@x.fi did not" }, { "text": "glued358+358401234567x" }],
        "n": 7,
    });
    let mut mask = Mask::default();
    mask.hide_all(&mut request);
    assert_eq!(
        request,
        json!({
            "message": "I am [EMAIL_1], call [PHONE_1]",
            "history": [{ "text": "[EMAIL_1] wrote before, [EMAIL_2] did not" }, { "text": "glued358[PHONE_1]x" }],
            "n": 7,
        })
    );
    assert_eq!(mask.counts(), &Counts::from([("email", 2), ("phone", 1)]));
    assert_eq!(mask.hide("again kim@x.fi and new@x.fi"), "again [EMAIL_1] and [EMAIL_3]");
    assert_eq!(mask.cover("[EMAIL_9] is not kim@x.fi"), "[EMAIL_9] is not [EMAIL_1]");
}

#[test]
fn an_answer_brings_back_only_what_was_given() {
    let (_, mask) = hidden("kim@x.fi");
    assert_eq!(mask.restore("Written to [EMAIL_1]. [1]").unwrap(), "Written to kim@x.fi. [1]");
    for wrong in ["[EMAIL_2]", "EMAIL_1", "[EMAIL_1", r"[EMAIL\_1]", "[CARD_1]"] {
        let reason = mask.restore(wrong).unwrap_err();
        assert!(reason.contains("no placeholder") && !reason.contains("kim@"), "{reason}");
    }
    assert!(mask.knows("[EMAIL_1]") && !mask.knows("[EMAIL_2]"));
}

#[test]
fn nobody_forges_a_placeholder() {
    let (masked, mask) = hidden("kim@x.fi says [EMAIL_1] and EMAIL_9");
    assert_eq!(masked, "[EMAIL_1] says [QUOTED_1] and [QUOTED_2]");
    assert_eq!(mask.restore(&masked).unwrap(), "kim@x.fi says [EMAIL_1] and EMAIL_9");
}

/// Nobody slows the product down with a wall of digits.
#[test]
fn a_wall_of_digits_is_read_quickly() {
    let started = std::time::Instant::now();
    for text in
        ["1 ".repeat(4_000), "12-34 ".repeat(1_500), "1".repeat(8_000), "a@".repeat(4_000), "AB12 ".repeat(1_600)]
    {
        assert_eq!(hidden(&text).0, text);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

/// Words, numbers and values in any mixture.
fn mixture() -> impl Strategy<Value = Vec<String>> {
    let value = proptest::sample::select(VALUES).prop_map(|(value, _)| value.to_owned());
    let plain = proptest::sample::select(PLAIN).prop_map(str::to_owned);
    let noise = "[a-zåäö]{1,8}|[0-9]{1,6}|\\[[0-9]\\]|\\[?(EMAIL|PHONE|NATIONAL_ID)_[0-9]\\]?|[.,;:()+#-]|\\PC{0,6}";
    proptest::collection::vec(prop_oneof![3 => value, 2 => plain, 4 => noise], 0..12)
}

proptest! {
    #[test]
    fn what_is_hidden_comes_back_exactly(text in "\\PC{0,200}") {
        let (masked, mask) = hidden(&text);
        prop_assert_eq!(mask.restore(&masked).unwrap(), text);
    }

    #[test]
    fn mixtures_come_back_exactly_and_keep_no_value(parts in mixture(), glue in "[ \n]{1,2}|, ") {
        let text = parts.join(&glue);
        let (masked, mask) = hidden(&text);
        prop_assert_eq!(mask.restore(&masked).unwrap(), text.clone());
        for (value, _) in mask.known.iter().filter(|(_, placeholder)| !placeholder.starts_with("[QUOTED")) {
            prop_assert!(!masked.contains(value.as_str()), "{} still holds {}", masked, value);
        }
        // The same text has the same mask, and hiding it again changes nothing.
        let mut again = mask.clone();
        prop_assert_eq!(again.hide(&text), masked);
        prop_assert_eq!(again.counts(), mask.counts());
    }

    #[test]
    fn a_value_in_a_sentence_is_gone(at in 0..VALUES.len(), before in "[qxz]{1,8}( [qxz]{1,8}){0,3}", after in "[qxz]{1,8}") {
        let (value, _) = VALUES[at];
        let text = format!("{before}: {value}; {after}");
        let (masked, mask) = hidden(&text);
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let said: String = masked.split(['[', ']']).step_by(2).collect();
        prop_assert!(!masked.contains(value), "{}", masked);
        prop_assert!(digits(&said).is_empty(), "{}", masked);
        prop_assert_eq!(mask.restore(&masked).unwrap(), text);
    }
}
