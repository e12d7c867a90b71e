//! What every form does: it asks the server, tells the person what came of it, and shows at the field why it was refused.

use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
    task::spawn_local,
};

use crate::{
    error::{UiError, UiResult},
    i18n::{I18n, K, use_i18n},
    ui::{Icon, Toasts, icons, use_toasts},
};

/// A form on its way to the server and back.
#[derive(Clone, Copy)]
pub struct FormHandle {
    refused: RwSignal<Option<UiError>>,
    busy: RwSignal<bool>,
    toasts: Toasts,
    i18n: I18n,
}

/// A form that needs the wasm, such as one in a dialog.
pub fn use_form() -> FormHandle {
    FormHandle::begin(None)
}

/// A form that also posts by itself, to `S`. Before the wasm arrives, its refusal comes back in the page's address.
pub fn use_form_of<S: ServerFn<Error = UiError>>() -> FormHandle {
    let refusal = use_context::<ServerActionError>().filter(|refusal| refusal.path() == S::PATH);
    FormHandle::begin(refusal.map(|refusal| ServerFnUrlError::<UiError>::decode_err(refusal.err())))
}

impl FormHandle {
    fn begin(refused: Option<UiError>) -> Self {
        Self { refused: RwSignal::new(refused), busy: RwSignal::new(false), toasts: use_toasts(), i18n: use_i18n() }
    }

    pub fn busy(self) -> bool {
        self.busy.get()
    }

    /// Why the field of this name was refused, as the latest answer has it.
    pub fn why(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.refused.with(|refused| refused.as_ref().and_then(|error| error.field(field))))
    }

    pub fn refuse(self, error: UiError) {
        self.refused.set(Some(error));
    }

    /// Calls the server; `then` follows when it did as it was asked.
    pub fn run<T: 'static>(self, call: impl Future<Output = UiResult<T>> + 'static, then: impl FnOnce(T) + 'static) {
        self.busy.set(true);
        spawn_local(async move {
            // The form may be gone when the answer arrives.
            match call.await {
                Ok(answer) => {
                    self.refused.try_set(None);
                    then(answer);
                }
                Err(error) => _ = self.refused.try_set(Some(error)),
            }
            self.busy.try_set(false);
        });
    }

    /// As [`run`](Self::run), and says `done`.
    pub fn save<T: 'static>(
        self,
        done: K,
        call: impl Future<Output = UiResult<T>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        self.run(call, move |answer| {
            self.toasts.done(self.i18n.t(done));
            then(answer);
        });
    }

    /// As [`save`](Self::save), for a change that may have to be tried first: then the server leads to where that is done.
    pub fn submit<T: 'static>(
        self,
        done: K,
        call: impl Future<Output = UiResult<Option<T>>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        self.run(call, move |answer| match answer {
            Some(answer) => {
                self.toasts.done(self.i18n.t(done));
                then(answer);
            }
            None => self.toasts.done(self.i18n.t(K::ToBeTried)),
        });
    }
}

/// What no field explains.
#[component]
pub fn Refusal(form: FormHandle) -> impl IntoView {
    let text = move || {
        let unexplained = |error: &&UiError| error.0.fields.is_none();
        form.refused.with(|refused| refused.as_ref().filter(unexplained).map(|error| error.text(form.i18n)))
    };
    view! { {move || text().map(|text| view! { <p class="field-error" role="alert"><Icon icon=icons::ALERT/>{text}</p> })} }
}
