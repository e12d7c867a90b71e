//! Files on their way: their bytes stay here until they are uploaded or dropped.

use std::rc::Rc;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{File, FileList, FormData, ProgressEvent, XmlHttpRequest};

use super::{Chat, http};
use crate::model::{Msg, Picked, Refusal};

#[derive(Default)]
pub(super) struct Files {
    next: u32,
    known: Vec<(u32, File)>,
    running: Vec<(u32, XmlHttpRequest)>,
}

impl Files {
    pub(super) fn take(&mut self, list: &FileList) -> Vec<Picked> {
        (0..list.length())
            .filter_map(|index| list.get(index))
            .map(|file| {
                self.next += 1;
                let picked = Picked { id: self.next, name: file.name(), size: file.size() };
                self.known.push((self.next, file));
                picked
            })
            .collect()
    }

    /// Answers with the request to stop, if one runs.
    pub(super) fn drop_file(&mut self, id: u32) -> Option<XmlHttpRequest> {
        self.known.retain(|(known, _)| *known != id);
        self.stop(id)
    }

    /// The request of that file, which counts as ended from here on.
    fn stop(&mut self, id: u32) -> Option<XmlHttpRequest> {
        let place = self.running.iter().position(|(running, _)| *running == id)?;
        Some(self.running.swap_remove(place).1)
    }

    fn get(&self, id: u32) -> Option<File> {
        let found = self.known.iter().find(|(known, _)| *known == id);
        found.map(|(_, file)| file.clone())
    }
}

/// Sends one file. `XMLHttpRequest`, because `fetch` cannot tell how far it is.
pub(super) fn upload(chat: &Rc<Chat>, access: &http::Access, id: u32) {
    if start(chat, access, id).is_none() {
        chat.dispatch(Msg::Uploaded(id, Err(Refusal::Network)));
    }
}

fn start(chat: &Rc<Chat>, access: &http::Access, id: u32) -> Option<()> {
    let file = chat.files.borrow().get(id)?;
    let form = FormData::new().ok()?;
    form.append_with_blob_and_filename("file", &file, &file.name()).ok()?;
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", &access.url("attachments")).ok()?;
    request.set_request_header("X-Website-Token", &access.website_token).ok()?;
    request.set_request_header("X-Visitor-Token", access.visitor_token.as_deref()?).ok()?;

    let progress = Closure::<dyn FnMut(ProgressEvent)>::new({
        let chat = Rc::clone(chat);
        move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                let percent = (event.loaded() / event.total() * 100.0) as u8;
                chat.dispatch(Msg::Progress(id, percent));
            }
        }
    });
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    // `loadend` comes once, however the request ends, and carries the closures away with it.
    let ended = Closure::once_into_js({
        let (chat, request) = (Rc::clone(chat), request.clone());
        move || {
            drop(progress);
            if chat.files.borrow_mut().stop(id).is_none() {
                return;
            }
            let status = request.status().unwrap_or(0);
            let answer = match status {
                0 => Err(Refusal::Network),
                200..=299 => http::parse(&request.response_text().ok().flatten().unwrap_or_default()),
                status => Err(Refusal::Status(status)),
            };
            chat.dispatch(Msg::Uploaded(id, answer));
        }
    });
    request.set_onloadend(Some(ended.unchecked_ref()));
    chat.files.borrow_mut().running.push((id, request.clone()));
    request.send_with_opt_form_data(Some(&form)).ok()
}
