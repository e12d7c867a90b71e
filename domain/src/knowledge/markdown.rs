//! Markdown to HTML that is safe to show inside the product.

use std::{borrow::Cow, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, html};

/// Images come from our own attachments only: one from elsewhere would tell its host who reads what.
const OWN_IMAGES: &str = "/api/attachments/";

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .link_rel(Some("noopener nofollow"))
        .url_schemes(["http", "https", "mailto"].into_iter().collect())
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("img", "src") if !value.starts_with(OWN_IMAGES) => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder
});

/// Sanitised HTML of an article or a message.
pub fn render_markdown(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, Parser::new_ext(markdown, options));
    SANITISER.clean(&rendered).to_string()
}

#[cfg(test)]
mod tests {
    use super::render_markdown;

    #[test]
    fn structure_survives_and_scripts_do_not() {
        let html = render_markdown(
            "# Refunds\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[site](https://example.com) <script>alert(1)</script>",
        );
        assert!(html.contains("<h1>Refunds</h1>") && html.contains("<table>"));
        assert!(html.contains(r#"<a href="https://example.com" rel="noopener nofollow">site</a>"#));
        assert!(!html.contains("script"));
    }

    #[test]
    fn hostile_links_and_outside_images_lose_their_target() {
        for hostile in [
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)>",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<style>@import 'https://evil.example'</style>",
            "![x](https://evil.example/pixel.png)",
        ] {
            let html = render_markdown(hostile).to_lowercase();
            for bad in
                ["javascript", "onerror", "onload", "evil.example", "<script", "<iframe", "<style", "data:", "src="]
            {
                assert!(!html.contains(bad), "{hostile} became {html}");
            }
        }
        assert!(render_markdown("![x](/api/attachments/abc)").contains("src=\"/api/attachments/abc\""));
    }
}
