//! Writing: the text, the files beside it, and telling the other side that somebody types.

use types::attachments::Attachment;

use super::{
    Act, Key,
    msg::{Answer, Effect, Picked, Refusal, Timer},
    state::State,
    thread::{Upload, UploadState},
};

/// Milliseconds between two words to the server that the customer types.
const TELL_EVERY: f64 = 3_000.0;
const IDLE_AFTER: u32 = 4_000;
/// Files beside one message.
const MOST_FILES: usize = 10;

impl State {
    pub(super) fn write(&mut self, id: i64, text: String, now: f64, effects: &mut Vec<Effect>) {
        let blank = text.trim().is_empty();
        effects.push(if blank { Effect::Forget(Key::Draft(id)) } else { Effect::Save(Key::Draft(id), text.clone()) });
        self.thread_mut(id).draft = text;
        if blank {
            self.stopped_typing(id, effects);
            return;
        }
        self.typed_at = now;
        if id == super::NEW || self.typing_told.is_some_and(|told| now - told < TELL_EVERY) {
            return;
        }
        if self.typing_told.is_none() {
            effects.push(Effect::After(IDLE_AFTER, Timer::TypingIdle));
        }
        self.typing_told = Some(now);
        effects.push(Effect::Typing(id, true));
    }

    pub(super) fn typing_idle(&mut self, now: f64, effects: &mut Vec<Effect>) {
        if self.typing_told.is_none() {
            return;
        }
        let left = f64::from(IDLE_AFTER) - (now - self.typed_at);
        match self.shown() {
            Some(_) if left > 50.0 => {
                effects.push(Effect::After(left as u32, Timer::TypingIdle));
            }
            Some(id) => self.stopped_typing(id, effects),
            None => self.typing_told = None,
        }
    }

    pub(super) fn stopped_typing(&mut self, id: i64, effects: &mut Vec<Effect>) {
        if self.typing_told.take().is_some() && id != super::NEW {
            effects.push(Effect::Typing(id, false));
        }
    }

    pub(super) fn add_files(&mut self, files: Vec<Picked>, effects: &mut Vec<Effect>) {
        let Some(id) = self.shown().filter(|_| !self.must_sign_in()) else {
            effects.extend(files.iter().map(|file| Effect::DropFile(file.id)));
            return;
        };
        let thread = self.thread_mut(id);
        for file in files {
            if thread.uploads.len() < MOST_FILES {
                thread.uploads.push(Upload {
                    id: file.id,
                    name: file.name,
                    size: file.size,
                    state: UploadState::Queued,
                });
            } else {
                effects.push(Effect::DropFile(file.id));
            }
        }
    }

    fn upload_mut(&mut self, id: u32) -> Option<&mut Upload> {
        self.threads.iter_mut().find_map(|thread| thread.upload_mut(id))
    }

    pub(super) fn start_uploads(&mut self, effects: &mut Vec<Effect>) {
        if self.held || !self.online {
            return;
        }
        for thread in &mut self.threads {
            for upload in &mut thread.uploads {
                if upload.state == UploadState::Queued {
                    upload.state = UploadState::Running(0);
                    effects.push(Effect::Upload(upload.id));
                }
            }
        }
    }

    pub(super) fn progress(&mut self, id: u32, percent: u8) {
        if let Some(upload) = self.upload_mut(id)
            && matches!(upload.state, UploadState::Running(_))
        {
            upload.state = UploadState::Running(percent);
        }
    }

    pub(super) fn uploaded(&mut self, id: u32, answer: Answer<Attachment>, effects: &mut Vec<Effect>) {
        if self.session_heard(&answer, effects) {
            if let Some(upload) = self.upload_mut(id) {
                upload.state = UploadState::Queued;
            }
            return;
        }
        if let Some(upload) = self.upload_mut(id) {
            upload.state = match answer {
                Ok(attachment) => UploadState::Done(attachment),
                Err(Refusal::Network) => UploadState::Failed(0),
                Err(Refusal::Status(status)) => UploadState::Failed(status),
            };
        }
    }

    pub(super) fn upload_act(&mut self, act: &Act, effects: &mut Vec<Effect>) {
        match act {
            Act::RetryUpload(id) => {
                if let Some(upload) = self.upload_mut(*id) {
                    upload.state = UploadState::Queued;
                }
            }
            Act::RemoveUpload(id) => {
                for thread in &mut self.threads {
                    thread.uploads.retain(|upload| upload.id != *id);
                }
                effects.push(Effect::DropFile(*id));
            }
            _ => {}
        }
    }
}
