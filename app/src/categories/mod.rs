//! Categories: what the account sorts its messages into, the examples that teach it, and the classifiers that came of it.

mod api;
mod edit;
mod examples;
mod learning;
mod page;
mod policy;

pub use edit::{CategoryPage, NewCategoryPage};
pub use page::CategoriesPage;
