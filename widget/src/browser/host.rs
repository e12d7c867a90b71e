//! What the loader hands over, and what it does for the chat.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ShadowRoot};

#[wasm_bindgen]
extern "C" {
    /// An object of the loader's.
    pub type Host;

    #[wasm_bindgen(method, getter)]
    pub fn root(this: &Host) -> ShadowRoot;
    #[wasm_bindgen(method, getter)]
    pub fn panel(this: &Host) -> Element;
    #[wasm_bindgen(method, getter, js_name = baseUrl)]
    pub fn base_url(this: &Host) -> String;
    #[wasm_bindgen(method, getter, js_name = websiteToken)]
    pub fn website_token(this: &Host) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn config(this: &Host) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn locale(this: &Host) -> String;
    /// `undefined` while the host page named nobody.
    #[wasm_bindgen(method, getter)]
    pub fn user(this: &Host) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn attributes(this: &Host) -> JsValue;

    /// Dispatches a `hummdesk:` event for the host page.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Host, name: &str, detail: &JsValue);
    /// Shows a count on the launcher.
    #[wasm_bindgen(method)]
    pub fn unread(this: &Host, count: f64);
    #[wasm_bindgen(method)]
    pub fn close(this: &Host);
}
