//! Building blocks that know no feature: every page is put together from these.

mod avatar;
mod bits;
pub mod chart;
mod dialog;
mod field;
mod icon;
pub mod icons;
mod menu;
mod toast;

pub use avatar::Avatar;
pub use bits::{Confidence, Empty, Failure, Kbd, Loading, PageHead, Spark};
pub use dialog::Dialog;
pub use field::{Field, Select, TextArea};
pub use icon::Icon;
pub use menu::{Menu, MenuButton};
pub use toast::{Toaster, Toasts, use_toasts};
