//! The API document, whole: whoever changes what others build on sees in the diff what they change.

use std::fmt::Write as _;

use serde_json::Value;

/// Columns within which a value stands on one line.
const WIDTH: usize = 140;

/// As JSON, but what is short stays on its line: a field, a parameter and an answer are a line each.
fn print(value: &Value, indent: usize, out: &mut String) {
    let line = value.to_string();
    let (open, close, entries): (char, char, Vec<(String, &Value)>) = match value {
        Value::Object(fields) => ('{', '}', fields.iter().map(|(name, value)| (format!("{name}: "), value)).collect()),
        Value::Array(items) => ('[', ']', items.iter().map(|value| (String::new(), value)).collect()),
        _ => return out.push_str(&line),
    };
    if line.len() + indent <= WIDTH && indent > 4 {
        return out.push_str(&line);
    }
    out.push(open);
    for (name, value) in entries {
        _ = write!(out, "\n{:1$}{name}", "", indent + 2);
        print(value, indent + 2, out);
    }
    _ = write!(out, "\n{:1$}{close}", "", indent);
}

#[test]
fn the_document_is_as_it_was_reviewed() {
    // By way of a value, whose fields are sorted: moving a route about changes nothing here.
    let document = serde_json::to_value(server::api::document()).unwrap();
    let mut text = String::new();
    print(&document, 0, &mut text);
    insta::assert_snapshot!("openapi", text);
}

/// What the document calls a choice is what travels: lower case, as every value of ours.
#[test]
fn choices_are_listed_by_their_values() {
    fn walk(value: &Value, seen: &mut usize) {
        match value {
            Value::Object(fields) => {
                for choice in fields.get("enum").and_then(Value::as_array).into_iter().flatten() {
                    let choice = choice.as_str().unwrap();
                    assert_eq!(choice, choice.to_lowercase(), "{value}");
                    *seen += 1;
                }
                fields.values().for_each(|value| walk(value, seen));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, seen)),
            _ => {}
        }
    }
    let mut seen = 0;
    walk(&serde_json::to_value(server::api::document()).unwrap(), &mut seen);
    assert!(seen > 100, "{seen}");
}
