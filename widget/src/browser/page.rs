//! Small facts about the page.

use web_sys::VisibilityState;

pub(super) fn online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

pub(super) fn visible() -> bool {
    super::dom::document().is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}
