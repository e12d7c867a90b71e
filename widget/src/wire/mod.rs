//! JSON to the product's types and back, written for size: a general serialiser would be the
//! larger half of this program, and customers' pages load it.

mod decode;
mod encode;
mod json;
mod time;

pub use decode::Decode;
pub use encode::Encode;
pub use json::Json;

/// Reads an answer; nothing when it is not what was promised.
pub fn read<T: Decode>(text: &str) -> Option<T> {
    T::decode(&Json::parse(text)?)
}

pub fn write(value: &impl Encode) -> String {
    value.encode().to_text()
}
