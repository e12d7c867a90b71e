//! Icons of one stroke, drawn for this chat on a grid of 24.

use super::node::{Element, el};

#[derive(Clone, Copy)]
pub(super) enum Icon {
    Close,
    Back,
    Send,
    Clip,
    Smile,
    File,
    Alert,
    Clock,
    Check,
    Down,
    Chevron,
    Pen,
    /// From 1, unhappy, to 5, happy.
    Face(i16),
}

/// A head with two eyes.
const ROUND: &str = "M2.5 12a9.5 9.5 0 1 0 19 0 9.5 9.5 0 1 0-19 0M9 9.5v.01M15 9.5v.01";

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Back => "m15 5-7 7 7 7",
            Self::Send => "M12 20V5M6 11l6-6 6 6",
            Self::Clip => "m21 11-9 9a6 6 0 0 1-8.5-8.5l9-9a4 4 0 0 1 5.7 5.7l-9 9a2 2 0 0 1-2.8-2.8L14 6",
            Self::Smile => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.01M15 9.5v.01",
            Self::File => "M6 3h8l5 5v13H6zM14 3v5h5",
            Self::Alert => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 7.5v5M12 16v.01",
            Self::Clock => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 7v5l3 2",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Chevron => "m9 6 6 6-6 6",
            Self::Pen => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
            Self::Face(1) => "M8 16.5q4-4.5 8 0",
            Self::Face(2) => "M8.5 16q3.5-2 7 0",
            Self::Face(3) => "M8.5 15.2h7",
            Self::Face(4) => "M8.5 14.5q3.5 2.5 7 0",
            Self::Face(_) => "M7.5 13.8h9q-4.5 6.5-9 0z",
        }
    }
}

pub(super) fn icon(icon: Icon) -> Element {
    el("svg")
        .attr("viewBox", "0 0 24 24")
        .attr("aria-hidden", "true")
        .children(matches!(icon, Icon::Face(_)).then(|| el("path").attr("d", ROUND)))
        .child(el("path").attr("d", icon.path()))
}
