//! Articles to passages: Markdown is cut by headings, then by sentences, with a little overlap.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::sentences;

/// Words a chunk aims at; the next sentence that would pass this begins a new one.
const TARGET: usize = 150;
/// Words a chunk never exceeds; a longer sentence is cut.
pub const LIMIT: usize = 180;
/// Words of trailing sentences repeated at the start of the next chunk.
const OVERLAP: usize = 30;
/// A rest shorter than this joins the chunk before, where that stays within [`LIMIT`].
const CRUMB: usize = 25;

/// A passage of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Position in the article, from 0.
    pub ordinal: i32,
    /// Headings above it, outermost first, joined by " › "; empty at the top.
    pub heading_path: String,
    /// Plain text, one sentence or list item a line.
    pub content: String,
    /// What is embedded and indexed: title, headings and content.
    pub embed_text: String,
}

/// The passages of a Markdown `body`; at least one, when title or body has text.
pub fn chunks(title: &str, body: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for section in sections(body) {
        for content in pack(&section.sentences()) {
            push(&mut chunks, title, section.path.join(" › "), content);
        }
    }
    if chunks.is_empty() && !title.trim().is_empty() {
        push(&mut chunks, title, String::new(), String::new());
    }
    chunks
}

fn push(chunks: &mut Vec<Chunk>, title: &str, heading_path: String, content: String) {
    let embed_text = [title.trim(), heading_path.as_str(), content.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    chunks.push(Chunk { ordinal: chunks.len() as i32, heading_path, content, embed_text });
}

#[derive(Default)]
struct Section {
    path: Vec<String>,
    text: String,
}

impl Section {
    /// Sentences of at most [`LIMIT`] words each.
    fn sentences(&self) -> Vec<String> {
        sentences::split(&self.text)
            .into_iter()
            .flat_map(|sentence| {
                let words: Vec<&str> = sentence.split_whitespace().collect();
                words.chunks(LIMIT).map(|part| part.join(" ")).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// The text under each heading, as plain lines. Link targets, images and HTML are left out: what is quoted to a
/// customer is words.
fn sections(body: &str) -> Vec<Section> {
    let mut reader = Reader::default();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for event in Parser::new_ext(body, options) {
        reader.read(event);
    }
    reader.done.push(reader.section);
    reader.done
}

#[derive(Default)]
struct Reader {
    done: Vec<Section>,
    section: Section,
    headings: Vec<(HeadingLevel, String)>,
    heading: Option<HeadingLevel>,
    /// The next number of each open list; None for bullets.
    lists: Vec<Option<u64>>,
    images: usize,
    /// Header cells of the open table, and the cells of the current row.
    header: Vec<String>,
    cells: Vec<String>,
    in_cell: bool,
    /// Text of the open heading or cell.
    buffer: String,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading = Some(level),
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::Image { .. }) => self.images += 1,
            Event::End(TagEnd::Image) => self.images = self.images.saturating_sub(1),
            Event::Start(Tag::List(first)) => {
                self.push("\n");
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                self.push("\n");
            }
            Event::Start(Tag::Item) => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                self.push(&mark);
            }
            Event::Start(Tag::TableCell) => self.in_cell = true,
            Event::End(TagEnd::TableCell) => {
                self.in_cell = false;
                let cell = std::mem::take(&mut self.buffer).trim().to_owned();
                self.cells.push(cell);
            }
            Event::End(TagEnd::TableHead) => {
                self.header = std::mem::take(&mut self.cells);
                let line = self.header.join(" / ");
                self.push(&format!("{line}:\n"));
            }
            Event::End(TagEnd::TableRow) => {
                let line = row(&self.header, &std::mem::take(&mut self.cells));
                self.push(&format!("• {line}\n"));
            }
            Event::Text(text) | Event::Code(text) if self.images == 0 => self.push(&text),
            Event::SoftBreak => self.push(" "),
            Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock | TagEnd::BlockQuote(_)) => {
                self.push("\n");
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if self.heading.is_some() || self.in_cell {
            self.buffer.push_str(text);
        } else {
            self.section.text.push_str(text);
        }
    }

    fn end_heading(&mut self) {
        let Some(level) = self.heading.take() else {
            return;
        };
        let text = std::mem::take(&mut self.buffer).split_whitespace().collect::<Vec<_>>().join(" ");
        self.headings.retain(|(above, _)| *above < level);
        self.headings.push((level, text));
        let path = self.headings.iter().map(|(_, text)| text.clone()).filter(|text| !text.is_empty()).collect();
        self.done.push(std::mem::replace(&mut self.section, Section { path, text: String::new() }));
    }
}

/// A table row that can be read alone: "Card: 3 days", or "Plus: price 9 €, users 5" when there are more columns.
fn row(header: &[String], cells: &[String]) -> String {
    match cells {
        [] => String::new(),
        [only] => only.clone(),
        [name, value] => format!("{name}: {value}"),
        [name, values @ ..] => {
            let named: Vec<String> = values
                .iter()
                .enumerate()
                .filter(|(_, value)| !value.is_empty())
                .map(|(column, value)| {
                    header.get(column + 1).map_or_else(|| value.clone(), |title| format!("{title} {value}"))
                })
                .collect();
            format!("{name}: {}", named.join(", "))
        }
    }
}

/// Packs sentences into chunks near [`TARGET`] words, each but the first opening with the end of the one before.
fn pack(sentences: &[String]) -> Vec<String> {
    let lengths: Vec<usize> = sentences.iter().map(|sentence| sentence.split_whitespace().count()).collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let (mut start, mut fresh, mut words) = (0, 0, 0);
    for (index, length) in lengths.iter().enumerate() {
        if index > fresh && words + length > TARGET {
            ranges.push((start, index));
            fresh = index;
            // Step back over whole sentences while they fit the overlap and leave room for the next one.
            start = index;
            words = 0;
            while start > 0 && words + lengths[start - 1] <= OVERLAP && words + lengths[start - 1] + length <= LIMIT {
                start -= 1;
                words += lengths[start];
            }
        }
        words += length;
    }
    if fresh < sentences.len() {
        let rest: usize = lengths[fresh..].iter().sum();
        match ranges.last_mut() {
            Some(before) if rest < CRUMB && lengths[before.0..].iter().sum::<usize>() <= LIMIT => {
                before.1 = sentences.len();
            }
            _ => ranges.push((start, sentences.len())),
        }
    }
    ranges.into_iter().map(|(start, end)| sentences[start..end].join("\n")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentence(words: usize, seed: usize) -> String {
        let body: Vec<String> = (0..words).map(|word| format!("w{seed}x{word}")).collect();
        format!("Begin {}.", body.join(" "))
    }

    #[test]
    fn headings_lists_and_tables_become_words() {
        let body = "Intro text.\n\n## Refunds\n\n1. Open **Settings**.\n2. Choose [Billing](https://x.test/a?b).\n\n### Annual plans\n\n| Plan | Days |\n|---|---|\n| Plus | 14 |\n\n![logo](x.png)\n\n## Contact\n\nCall us.";
        let chunks = chunks("Money", body);
        let paths: Vec<&str> = chunks.iter().map(|chunk| chunk.heading_path.as_str()).collect();
        assert_eq!(paths, ["", "Refunds", "Refunds › Annual plans", "Contact"]);
        assert_eq!(chunks[1].content, "1. Open Settings.\n2. Choose Billing.");
        assert!(chunks[2].content.contains("• Plus: 14"), "{}", chunks[2].content);
        assert!(chunks.iter().all(|chunk| !chunk.embed_text.contains("https") && !chunk.embed_text.contains("logo")));
        assert!(chunks[1].embed_text.starts_with("Money\nRefunds\n"));
        assert_eq!(chunks.iter().map(|chunk| chunk.ordinal).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn long_sections_overlap_by_whole_sentences() {
        let body: Vec<String> = (0..30).map(|seed| sentence(12, seed)).collect();
        let chunks = chunks("T", &body.join(" "));
        assert!(chunks.len() >= 3);
        for pair in chunks.windows(2) {
            let last = pair[0].content.lines().last().unwrap();
            assert!(pair[1].content.lines().any(|line| line == last), "no overlap");
        }
    }

    #[test]
    fn a_title_alone_is_findable() {
        assert_eq!(chunks("Opening hours", " \n").len(), 1);
        assert!(chunks("", "").is_empty());
    }

    proptest! {
        #[test]
        fn no_sentence_is_lost_and_no_chunk_too_long(lengths in prop::collection::vec(1usize..260, 1..40)) {
            let sentences: Vec<String> = lengths.iter().enumerate().map(|(seed, length)| sentence(*length, seed)).collect();
            let chunks = chunks("Title", &sentences.join(" "));
            for chunk in &chunks {
                prop_assert!(chunk.content.split_whitespace().count() <= LIMIT);
            }
            let all: Vec<&str> = chunks.iter().flat_map(|chunk| chunk.content.split_whitespace()).collect();
            let known: std::collections::HashSet<&str> = all.into_iter().collect();
            for word in sentences.iter().flat_map(|sentence| sentence.split_whitespace()) {
                prop_assert!(known.contains(word), "{word} is lost");
            }
        }

        #[test]
        fn arbitrary_text_never_panics(title in ".{0,40}", body in "(?s).{0,600}") {
            for chunk in chunks(&title, &body) {
                prop_assert!(chunk.content.split_whitespace().count() <= LIMIT);
            }
        }

        #[test]
        fn arbitrary_markdown_never_panics(body in "[-#*`|>\\[\\]()!0-9a-zäö. \n]{0,400}") {
            for chunk in chunks("", &body) {
                prop_assert!(chunk.content.split_whitespace().count() <= LIMIT);
            }
        }
    }
}
