//! An answer as it arrives: server-sent events, and what of the draft inside can be shown before it is complete.

use serde::Deserialize;

use super::{
    mask::Mask,
    transport::{Counted, Reply},
};
use crate::draft::{claims, guard};

/// Is told the draft so far, each time more of it can be shown. Nothing of it has been held against its sources yet.
pub type Progress = dyn Fn(&str) + Send + Sync;

/// The data of server-sent events, put together from pieces cut anywhere.
#[derive(Default)]
pub(super) struct Events {
    pending: Vec<u8>,
}

impl Events {
    /// What is complete after `piece`, without the end marker.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<String> {
        self.pending.extend_from_slice(piece);
        let mut found = Vec::new();
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(data) = line.trim_end().strip_prefix("data:").map(str::trim_start)
                && data != "[DONE]"
                && !data.is_empty()
            {
                found.push(data.to_owned());
            }
        }
        found
    }
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Counted>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
}

#[derive(Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
}

/// An answer in the making.
#[derive(Default)]
pub(super) struct Arriving {
    events: Events,
    pub content: String,
    usage: Option<Counted>,
}

impl Arriving {
    /// Whether there is more of the content. None for what is no part of a chat completion, an error among it.
    pub fn feed(&mut self, piece: &[u8]) -> Option<bool> {
        let before = self.content.len();
        for data in self.events.feed(piece) {
            let value: serde_json::Value = serde_json::from_str(&data).ok()?;
            if value.get("error").is_some_and(|error| !error.is_null()) {
                return None;
            }
            let chunk: Chunk = serde_json::from_value(value).ok()?;
            if let Some(content) = chunk.choices.into_iter().next().and_then(|choice| choice.delta.content) {
                self.content.push_str(&content);
            }
            self.usage = chunk.usage.or(self.usage.take());
        }
        Some(self.content.len() > before)
    }

    /// The whole answer to `sent` bytes.
    pub fn done(self, sent: usize) -> Reply {
        Reply::new(self.content, self.usage, sent)
    }
}

/// The complete sentences of the draft in an unfinished answer, without marks, up to the first that may not be shown.
pub(super) fn presentable(answer: &str, mask: &Mask) -> Option<String> {
    let draft = field_so_far(answer, "draft")?;
    let end = draft.rfind(['\n', '.', '!', '?'])? + 1;
    let mut lines = Vec::new();
    for line in draft[..end].lines() {
        if !guard::quotable(line) {
            break;
        }
        let sentences: Vec<&str> = claims::split(line).into_iter().map(|sentence| sentence.text).collect();
        lines.push(mask.restore(&sentences.join(" ")).ok()?);
    }
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The text of a string field of a JSON object of which only the beginning is there.
fn field_so_far(json: &str, field: &str) -> Option<String> {
    let after = json.split_once(&format!("\"{field}\""))?.1.trim_start().strip_prefix(':')?.trim_start();
    let raw = after.strip_prefix('"')?;
    let mut escaped = false;
    let end = raw.char_indices().find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    let raw = end.map_or(raw, |(end, _)| &raw[..end]);
    // An escape that is cut off makes the rest unreadable: at most both halves of a pair of surrogates.
    (0..=12)
        .filter_map(|cut| raw.get(..raw.len().checked_sub(cut)?))
        .find_map(|part| serde_json::from_str(&format!("\"{part}\"")).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_any_pieces() {
        let stream = "data: {\"a\":1}\r\n\r\n: ping\n\ndata:{\"b\":\"ä\"}\n\ndata: [DONE]\n\n".as_bytes();
        for size in 1..stream.len() {
            let mut events = Events::default();
            let found: Vec<String> = stream.chunks(size).flat_map(|piece| events.feed(piece)).collect();
            assert_eq!(found, ["{\"a\":1}", "{\"b\":\"ä\"}"], "pieces of {size}");
        }
    }

    #[test]
    fn a_field_is_read_as_far_as_it_goes() {
        let whole = r#"{"answerable": true, "draft": "Hi \"Kim\",\nä😀 ok \ud83d\ude00 bye.", "confidence": 1}"#;
        let mut before = String::new();
        for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            if let Some(text) = field_so_far(&whole[..end], "draft") {
                assert!(text.starts_with(&before), "{before:?} goes on as {text:?}");
                before = text;
            }
        }
        assert_eq!(before, "Hi \"Kim\",\nä😀 ok 😀 bye.");
        assert_eq!(field_so_far("{\"draft\": nul", "draft"), None);
    }

    #[test]
    fn only_whole_and_harmless_sentences_are_shown() {
        let mut mask = Mask::default();
        let hidden = mask.hide("kim@x.fi");
        let shown = |draft: &str| presentable(&format!("{{\"draft\": \"{draft}"), &mask);
        assert_eq!(shown("Hi Kim,\\n\\nIt takes five days. [2] Then we wr").unwrap(), "Hi Kim,\n\nIt takes five days.");
        assert_eq!(shown(&format!("We write to {hidden}. Bye")).unwrap(), "We write to kim@x.fi.");
        assert_eq!(shown("See https://evil.example. Now"), None);
        assert_eq!(shown("Hi."), Some("Hi.".to_owned()));
        assert_eq!(shown("We write to [EMAIL_9]. "), None, "a placeholder that was never given");
        assert_eq!(shown("Hi"), None);
    }
}
