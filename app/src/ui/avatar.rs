//! A person as a coloured disc with initials: the colour follows from the name, and so is the same everywhere.

use leptos::prelude::*;

/// Up to two letters.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// One of eight hues.
fn hue(name: &str) -> u32 {
    name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 8
}

/// `size` is one of 18, 28, 32 and 38 pixels. The initials are drawn, not written: nobody should hear or search them.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    #[prop(default = 32)] size: u32,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let shape = match size {
        18 => "size-[18px] text-[8.5px]",
        28 => "size-7 text-[10.5px]",
        38 => "size-[38px] text-[13px]",
        _ => "size-8 text-[11.5px]",
    };
    view! {
        <span class=format!("avatar hue-{} {shape}", hue(&name)) title=name.clone()>
            <span aria-hidden="true" data-initials=initials(&name)></span>
            {children.map(|children| children())}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_take_the_first_and_last_word() {
        assert_eq!(initials("Kim Virtanen"), "KV");
        assert_eq!(initials("Anna Maria Öhman"), "AÖ");
        assert_eq!(initials("kim"), "K");
        assert_eq!(initials("Visitor 1042"), "V1");
        assert_eq!(initials(""), "");
    }
}
