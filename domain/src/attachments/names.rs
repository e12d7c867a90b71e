//! What a stranger calls a file, made safe to store, show and send back.

const MAX_CHARS: usize = 255;
const FALLBACK: &str = "file";

/// Types a browser shows without running anything. Everything else is a download of unknown bytes; SVG and HTML are
/// not here because they carry scripts.
const HARMLESS: &[&str] = &[
    "application/pdf",
    "audio/aac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "video/mp4",
    "video/ogg",
    "video/quicktime",
    "video/webm",
];

/// The declared type without parameters when it is harmless, else `application/octet-stream`.
pub fn content_type(declared: &str) -> &'static str {
    let essence = declared.split(';').next().unwrap_or_default().trim();
    HARMLESS.iter().find(|known| known.eq_ignore_ascii_case(essence)).copied().unwrap_or("application/octet-stream")
}

/// The last path part without control, direction-changing and invisible characters, at most 255 characters; the
/// extension survives the cut.
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|c| !c.is_control() && !is_deceptive(*c)).collect();
    let trimmed = visible.trim();
    // "." and ".." name directories.
    if trimmed.chars().all(|c| c == '.') {
        return FALLBACK.to_owned();
    }
    shorten(trimmed)
}

/// Characters that make a name read as another one: "exe.gpj" shown as "jpg.exe", or two different equal names.
fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn shorten(name: &str) -> String {
    let length = name.chars().count();
    if length <= MAX_CHARS {
        return name.to_owned();
    }
    let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
    let kept = extension.chars().count();
    if kept > 20 {
        return name.chars().take(MAX_CHARS).collect();
    }
    name.chars().take(MAX_CHARS - kept).chain(extension.chars()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_last_path_part_counts() {
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean(r"C:\Users\me\kuitti.pdf"), "kuitti.pdf");
        assert_eq!(clean("räkning (1) – kopia.pdf"), "räkning (1) – kopia.pdf");
        assert_eq!(clean("\"quoted\"; rm -rf.txt"), "\"quoted\"; rm -rf.txt");
    }

    #[test]
    fn a_name_that_vanishes_gets_a_stand_in() {
        for name in ["", ".", "..", "dir/", "\0", "\u{200b}", "  ", "\u{202e}\r\n"] {
            assert_eq!(clean(name), "file", "{name:?}");
        }
    }

    #[test]
    fn deception_is_taken_out() {
        assert_eq!(clean("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(clean("a\u{200b}b\0c\r\nd.txt"), "abcd.txt");
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = clean(&format!("{}.tar", "ä".repeat(400)));
        assert_eq!(name.chars().count(), 255);
        assert!(name.ends_with("ä.tar"), "{name}");
    }

    #[test]
    fn types_are_believed_only_when_harmless() {
        assert_eq!(content_type("image/PNG"), "image/png");
        assert_eq!(content_type("text/plain; charset=utf-8"), "text/plain");
        for bad in ["text/html", "image/svg+xml", "application/javascript", "", "nonsense", "image/png\r\nX: y"] {
            assert_eq!(content_type(bad), "application/octet-stream", "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_that_can_be_stored(name in any::<String>()) {
            let cleaned = clean(&name);
            prop_assert!((1..=255).contains(&cleaned.chars().count()));
            prop_assert!(!cleaned.contains(['/', '\\', '\0']));
            prop_assert!(!cleaned.chars().any(char::is_control));
        }
    }
}
