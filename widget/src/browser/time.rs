//! Times as the customer's browser writes them.

use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
use types::Language;
use wasm_bindgen::JsValue;

use crate::view::Calendar;

pub(super) struct Local;

impl Calendar for Local {
    fn now(&self) -> f64 {
        Date::now()
    }

    fn offset_minutes(&self, at: f64) -> f64 {
        date(at).get_timezone_offset()
    }

    fn time(&self, at: f64, language: Language) -> String {
        format(at, language, &[("hour", "numeric"), ("minute", "2-digit")])
    }

    fn day(&self, at: f64, language: Language) -> String {
        let mut style = vec![("weekday", "long"), ("day", "numeric"), ("month", "long")];
        if date(at).get_full_year() != date(self.now()).get_full_year() {
            style.push(("year", "numeric"));
        }
        format(at, language, &style)
    }

    fn short_day(&self, at: f64, language: Language) -> String {
        format(at, language, &[("day", "numeric"), ("month", "short")])
    }
}

fn date(at: f64) -> Date {
    Date::new(&JsValue::from_f64(at))
}

/// The page's own locale where it speaks the same language, for the clock its readers know.
fn locale(language: Language) -> JsValue {
    let own = web_sys::window().and_then(|window| window.navigator().language());
    match own {
        Some(own) if own.split('-').next() == Some(language.as_str()) => JsValue::from_str(&own),
        _ => JsValue::from_str(language.as_str()),
    }
}

fn format(at: f64, language: Language, style: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (name, value) in style {
        let _ = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    DateTimeFormat::new(&Array::of1(&locale(language)), &options)
        .format()
        .call1(&JsValue::UNDEFINED, &date(at))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
