//! Files on their way into a message: chosen, dropped or pasted, uploaded at once, named by their token when sent.

use leptos::prelude::*;
use types::attachments::Attachment;

use super::bubble::bytes;
use crate::{
    i18n::{K, t},
    ui::{Icon, Toasts, icons},
};

#[derive(Clone, Copy)]
pub struct Uploads {
    pub done: RwSignal<Vec<Attachment>>,
    pub pending: RwSignal<usize>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser uploads"))]
    toasts: Toasts,
}

impl Uploads {
    pub fn new(toasts: Toasts) -> Self {
        Self { done: RwSignal::new(Vec::new()), pending: RwSignal::new(0), toasts }
    }

    /// Uploads each file by itself; one that fails says why and keeps the others.
    pub fn add(self, files: Option<web_sys::FileList>) {
        #[cfg(feature = "hydrate")]
        for file in files.iter().flat_map(|files| (0..files.length()).filter_map(|at| files.get(at))) {
            self.pending.update(|pending| *pending += 1);
            leptos::task::spawn_local(async move {
                match upload(&file).await {
                    Ok(attachment) => _ = self.done.try_update(|done| done.push(attachment)),
                    Err(why) => self.toasts.failed(format!("{}: {why}", file.name())),
                }
                self.pending.try_update(|pending| *pending -= 1);
            });
        }
        #[cfg(not(feature = "hydrate"))]
        {
            _ = (self, files);
        }
    }

    pub fn take(self) -> Vec<Attachment> {
        self.done.try_update(std::mem::take).unwrap_or_default()
    }
}

/// Sends one file to the API, as the signed-in person.
#[cfg(feature = "hydrate")]
async fn upload(file: &web_sys::File) -> Result<Attachment, String> {
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen_futures::JsFuture;

    let lost = |_| t(K::ErrorOffline).to_owned();
    let form = web_sys::FormData::new().map_err(lost)?;
    form.append_with_blob_and_filename("file", file, &file.name()).map_err(lost)?;
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&form);
    let answer = JsFuture::from(window().fetch_with_str_and_init("/api/attachments", &init)).await.map_err(lost)?;
    let answer: web_sys::Response = answer.dyn_into().map_err(lost)?;
    let text = JsFuture::from(answer.text().map_err(lost)?).await.map_err(lost)?.as_string().unwrap_or_default();
    if answer.ok() {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        let refused: Result<types::error::ErrorBody, _> = serde_json::from_str(&text);
        Err(refused.map_or_else(|_| t(K::ErrorInternal).to_owned(), |body| body.error.message))
    }
}

/// The files that go with the message.
#[component]
pub fn Attached(uploads: Uploads) -> impl IntoView {
    let chips = move || {
        uploads.done.get().into_iter().map(|attachment| {
        let token = attachment.token.clone();
        view! {
            <span class="tag !h-6">
                <Icon icon=icons::FILE/>{attachment.file_name}<span class="text-ink-3">{bytes(attachment.size)}</span>
                <button type="button" aria-label=t(K::Remove) on:click=move |_| uploads.done.update(|done| done.retain(|known| known.token != token))><Icon icon=icons::CLOSE/></button>
            </span>
        }
    }).collect_view()
    };
    view! {
        <div class="flex flex-wrap gap-1.5 px-4 empty:hidden">
            {chips}
            {move || (uploads.pending.get() > 0).then(|| view! { <span class="tag !h-6" role="status"><Icon icon=icons::SPINNER class="spin"/>{t(K::Uploading)}</span> })}
        </div>
    }
}
