//! A JSON value. Numbers are whole: ids, counts and sizes are all that is exchanged here.

/// Deeper than any answer of ours; a hostile one must not exhaust the stack.
const DEEPEST: u32 = 32;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// Finished JSON that passes through untouched.
    Raw(String),
}

static NULL: Json = Json::Null;

impl Json {
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        (reader.at == text.len()).then_some(value)
    }

    /// The value of that name; null when there is none.
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Object(entries) => entries.iter().find(|(key, _)| key == name).map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }

    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => quote(text, out),
            Self::Raw(json) => out.push_str(json),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (index, (name, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                out.push_str(if c < '\u{10}' { "\\u000" } else { "\\u001" });
                out.push(char::from(b"0123456789abcdef"[c as usize & 15]));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            value
        })
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        self.space();
        match self.peek()? {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => {
                let mut items = Vec::new();
                self.entries(b'[', b']', |reader| {
                    items.push(reader.value(depth + 1)?);
                    Some(())
                })?;
                Some(Json::List(items))
            }
            b'{' => {
                let mut entries = Vec::new();
                self.entries(b'{', b'}', |reader| {
                    reader.space();
                    let name = reader.string()?;
                    reader.space();
                    if !reader.take(b':') {
                        return None;
                    }
                    entries.push((name, reader.value(depth + 1)?));
                    Some(())
                })?;
                Some(Json::Object(entries))
            }
            _ => self.number(),
        }
    }

    fn entries(&mut self, open: u8, close: u8, mut entry: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open);
        self.space();
        if self.take(close) {
            return Some(());
        }
        loop {
            entry(self)?;
            self.space();
            if self.take(close) {
                return Some(());
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// A whole number; a fraction or an exponent is read over.
    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let whole = self.text.get(start..self.at)?;
        let end = whole.find(['.', 'e', 'E']).unwrap_or(whole.len());
        whole.get(..end)?.parse().ok().map(Json::Number)
    }

    fn string(&mut self) -> Option<String> {
        if !self.take(b'"') {
            return None;
        }
        let mut text = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let stop = rest.find(['"', '\\'])?;
            text.push_str(&rest[..stop]);
            self.at += stop;
            if self.take(b'"') {
                return Some(text);
            }
            self.at += 1;
            let escape = self.peek()?;
            self.at += 1;
            text.push(match escape {
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'"' | b'\\' | b'/' => char::from(escape),
                b'u' => self.unicode()?,
                _ => return None,
            });
        }
    }

    /// Behind `\u`; a pair of surrogates is one character, half a pair is replaced.
    fn unicode(&mut self) -> Option<char> {
        let unit = self.hex()?;
        if (0xd800..0xdc00).contains(&unit) {
            let after = self.at;
            if self.take(b'\\') && self.take(b'u') {
                let second = self.hex()?;
                if (0xdc00..0xe000).contains(&second) {
                    return char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + second - 0xdc00);
                }
            }
            self.at = after;
        }
        Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_general_parser_reads() {
        for text in [
            "null",
            "true",
            " [ 1 , -2,\"a\" ,[],{}] ",
            r#"{"a":{"b":[null,false]},"c":"\"\\\/\b\f\n\r\tä\u00e4\ud83d\ude00😀"}"#,
            r#""\u0001\u001f""#,
            "9007199254740993",
        ] {
            let ours = Json::parse(text).map(|json| json.to_text());
            let theirs: serde_json::Value = serde_json::from_str(text).expect("valid");
            let again: serde_json::Value = serde_json::from_str(&ours.expect("parsed")).expect("valid");
            assert_eq!(again, theirs, "{text}");
        }
        assert_eq!(Json::parse("1.9e3"), Some(Json::Number(1)));
        assert_eq!(Json::parse(r#""\ud83d-""#), Some(Json::Text("\u{fffd}-".to_owned())));
    }

    #[test]
    fn refuses_what_is_no_json() {
        let deep = "[".repeat(100_000);
        for text in
            ["", " ", "nul", "[1", "[1,]", "{\"a\"}", "{a:1}", "\"", "\"\\", "\"\\u00", "1 2", "-", "\"\\x\"", &deep]
        {
            assert_eq!(Json::parse(text), None, "{text:.20}");
        }
    }
}
