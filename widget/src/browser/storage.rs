//! The browser's storage, from the first click on; every name carries the website token, so two
//! chats on one origin do not meet. Private windows may refuse: then nothing is kept.

use web_sys::Storage;

use crate::model::Key;

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn prefix(website_token: &str) -> String {
    format!("hummdesk:{website_token}:")
}

fn names(storage: &Storage, prefix: &str) -> Vec<String> {
    (0..storage.length().unwrap_or(0))
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter(|name| name.starts_with(prefix))
        .collect()
}

pub(super) fn load(website_token: &str) -> Vec<(Key, String)> {
    let prefix = prefix(website_token);
    let Some(storage) = storage() else {
        return Vec::new();
    };
    names(&storage, &prefix)
        .into_iter()
        .filter_map(|name| Some((Key::parse(&name[prefix.len()..])?, storage.get_item(&name).ok()??)))
        .collect()
}

pub(super) fn save(website_token: &str, key: &Key, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{}{}", prefix(website_token), key.encode()), value);
    }
}

pub(super) fn forget(website_token: &str, key: &Key) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{}{}", prefix(website_token), key.encode()));
    }
}

pub(super) fn forget_all(website_token: &str) {
    if let Some(storage) = storage() {
        for name in names(&storage, &prefix(website_token)) {
            let _ = storage.remove_item(&name);
        }
    }
}
