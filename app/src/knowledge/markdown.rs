//! Markdown as the preview shows it. Nothing the author writes reaches the page as HTML: raw HTML is shown as text, and
//! links lead only to addresses of known kinds.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// HTML that is safe to place into the page.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: safe(dest_url), title, id })
        }
        other => other,
    });
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, events);
    out
}

/// Web, mail and phone addresses and places of this site; anything else leads nowhere.
fn safe(address: CowStr<'_>) -> CowStr<'_> {
    let lower = address.trim_start().to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:", "tel:", "/", "#"].iter().any(|scheme| lower.starts_with(scheme));
    if known { address } else { CowStr::Borrowed("#") }
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn raw_html_is_text() {
        let html = to_html("a <img src=x onerror=alert(1)> b\n\n<script>alert(1)</script>\n");
        assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;"));
    }

    #[test]
    fn links_lead_to_known_kinds_of_addresses() {
        assert!(to_html("[x](javascript:alert(1))").contains("href=\"#\""));
        assert!(to_html("[x](  JaVaScript:alert(1))").contains("href=\"#\""));
        assert!(to_html("[x](data:text/html,hi)").contains("href=\"#\""));
        assert!(to_html("[x](https://example.test/a)").contains("href=\"https://example.test/a\""));
    }
}
