//! The sign-in page: a plain form, before and after the wasm arrives.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::api::Login;
use crate::{
    i18n::{K, use_i18n},
    ui::{Icon, icons},
};

#[component]
pub fn LoginPage() -> impl IntoView {
    let i18n = use_i18n();
    let login = ServerAction::<Login>::new();
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    let failure = move || {
        login.value().get().and_then(Result::err).map(|error| match error.code() {
            "unauthenticated" => i18n.t(K::LoginWrong).to_owned(),
            _ => error.text(i18n),
        })
    };
    let failed = move || failure().is_some();
    view! {
        <Title text=i18n.t(K::SignIn)/>
        <main class="grid min-h-dvh place-items-center px-4 py-10">
            <div class="w-full max-w-[360px]">
                <div class="mb-6 flex items-center gap-3">
                    <span class="logo" aria-hidden="true">"h"</span>
                    <span class="text-xl font-semibold tracking-tight">"HummDesk"</span>
                </div>
                <h1 class="text-2xl">{i18n.t(K::SignIn)}</h1>
                <p class="mt-1 mb-6 text-ink-2">{i18n.t(K::SignInHint)}</p>
                <form method="post" action="/api/ui/auth/login" class="grid gap-4">
                    <input type="hidden" name="next" value=next/>
                    <div class="field">
                        <label for="email">{i18n.t(K::Email)}</label>
                        <input id="email" class="input !h-[38px]" type="email" name="email" required autocomplete="username" autofocus
                            aria-invalid=move || failed().to_string() aria-describedby="login-error"/>
                    </div>
                    <div class="field">
                        <label for="password">{i18n.t(K::Password)}</label>
                        <input id="password" class="input !h-[38px]" type="password" name="password" required autocomplete="current-password"
                            aria-invalid=move || failed().to_string() aria-describedby="login-error"/>
                    </div>
                    <div id="login-error" role="alert" class="field-error empty:hidden">
                        {move || failure().map(|text| view! { <Icon icon=icons::ALERT/> <span>{text}</span> })}
                    </div>
                    <button type="submit" class="btn btn-primary btn-lg w-full">
                        {i18n.t(K::SignIn)}
                    </button>
                </form>
            </div>
        </main>
    }
}
