//! The section of the model: provider, address, name and key, and whether anything may leave at all.

use leptos::{prelude::*, task::spawn_local};
use types::ai_settings::{AiSettings, AiTest, BuiltinReason, Embeddings, Provider, UpdateAiSettings};

use super::api;
use crate::{
    browser,
    form::{FormHandle, Refusal, use_form},
    i18n::{I18n, K, use_i18n},
    ui::{Field, Icon, Select, icons, use_toasts},
};

fn provider_name(i18n: I18n, provider: Option<Provider>) -> &'static str {
    match provider {
        None => i18n.t(K::ProviderDefault),
        Some(Provider::Builtin) => i18n.t(K::ProviderBuiltin),
        Some(Provider::OpenAi) => "OpenAI",
        Some(Provider::Anthropic) => "Anthropic",
        Some(Provider::Mistral) => "Mistral",
        Some(Provider::Azure) => "Azure OpenAI",
        Some(Provider::Ollama) => "Ollama",
        Some(Provider::Vllm) => "vLLM",
        Some(Provider::LlamaCpp) => "llama.cpp",
        Some(Provider::Compatible) => i18n.t(K::ProviderCompatible),
    }
}

/// What the assistant asks with what is saved.
fn in_use(i18n: I18n, settings: &AiSettings) -> String {
    if let (Some(model), Some(host)) = (&settings.in_use.model, &settings.in_use.host) {
        return i18n.with(K::ModelInUse, &[("model", model), ("host", host)]);
    }
    let why = match settings.in_use.builtin_because {
        None | Some(BuiltinReason::NothingChosen | BuiltinReason::BuiltinChosen) => K::BuiltinInUse,
        Some(BuiltinReason::EgressForbidden) => K::BuiltinEgress,
        Some(BuiltinReason::Incomplete) => K::BuiltinIncomplete,
        Some(BuiltinReason::KeyUnreadable) => K::BuiltinKeyUnreadable,
        Some(BuiltinReason::AddressRefused) => K::BuiltinAddressRefused,
    };
    i18n.t(why).to_owned()
}

#[component]
pub fn ModelSection(settings: AiSettings, saved: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let form = use_form();
    let chosen = RwSignal::new(settings.provider);
    let save = move |change: UpdateAiSettings| form.submit(K::Saved, api::update(change), move |_| saved.run(()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = |name| Some(browser::field(&event, name)).filter(|text| !text.trim().is_empty());
        save(UpdateAiSettings {
            provider: Some(chosen.get_untracked()),
            base_url: Some(text("base_url")),
            chat_model: Some(text("chat_model")),
            embedding_model: Some(text("embedding_model")),
            api_version: Some(text("api_version")),
            // An empty field leaves the key that is there.
            api_key: text("api_key").map(Some),
            egress: Some(!browser::field(&event, "egress").is_empty()),
            ..UpdateAiSettings::default()
        });
    };
    let remove_key =
        Callback::new(move |()| save(UpdateAiSettings { api_key: Some(None), ..UpdateAiSettings::default() }));
    let options: Vec<(String, String)> = std::iter::once(None)
        .chain(Provider::ALL.iter().copied().map(Some))
        .map(|provider| (provider.map_or("", Provider::as_str).to_owned(), provider_name(i18n, provider).to_owned()))
        .collect();
    let value = settings.provider.map_or("", Provider::as_str);
    let state = in_use(i18n, &settings);
    let remote = settings.in_use.model.is_some();
    let egress = settings.egress;
    let connection = move || {
        chosen.get().filter(|provider| *provider != Provider::Builtin).map(|provider| {
            view! { <Connection provider=provider settings=settings.clone() form=form remove_key=remove_key/> }
        })
    };
    view! {
        <form class="card grid max-w-[620px] gap-4 p-5" on:submit=submit aria-labelledby="model-title">
            <div>
                <h2 id="model-title" class="text-base">{i18n.t(K::Model)}</h2>
                <p class="mt-1 flex items-center gap-1.5 text-sm text-ink-2"><Icon icon=if remote { icons::GLOBE } else { icons::LOCK }/>{state}</p>
            </div>
            <label class="flex cursor-pointer items-start gap-3"><input type="checkbox" class="switch mt-0.5" name="egress" value="on" checked=egress/><span><span class="font-medium">{i18n.t(K::Egress)}</span><span class="block text-xs text-ink-3">{i18n.t(K::EgressHint)}</span></span></label>
            <div on:change=move |event| chosen.set(event_target_value(&event).parse().ok())><Select name="provider" label=i18n.t(K::Provider) options=options value=value/></div>
            {connection}
            <Refusal form=form/>
            <div class="flex flex-wrap items-center gap-2">
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button>
                <TryOut/>
            </div>
        </form>
    }
}

/// Where and as whom the provider is asked. What is saved belongs to the saved provider only.
#[component]
fn Connection(provider: Provider, settings: AiSettings, form: FormHandle, remove_key: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let why = move |name: &'static str| form.why(name);
    let same = settings.provider == Some(provider);
    let of = |value: Option<String>| value.filter(|_| same).unwrap_or_default();
    let has_key = same && settings.has_key;
    let address = match (provider.base_url(), provider) {
        (Some(url), _) => i18n.with(K::AddressHint, &[("url", url)]),
        (None, Provider::Azure) => i18n.with(K::AddressLike, &[("url", "https://NAME.openai.azure.com")]),
        (None, _) => i18n.with(K::AddressLike, &[("url", "https://models.example.com/v1")]),
    };
    let version = provider.api_version();
    view! {
        <Field name="base_url" label=i18n.t(K::ModelAddress) kind="url" value=of(settings.base_url) help=address error=why("base_url")/>
        <Field name="chat_model" label=i18n.t(K::ModelName) value=of(settings.chat_model) help=i18n.t(K::ModelNameHint) error=why("chat_model")/>
        <Field name="embedding_model" label=i18n.t(K::EmbeddingModel) value=of(settings.embedding_model) help=i18n.t(K::EmbeddingModelHint) error=why("embedding_model")/>
        {same.then(|| settings.embeddings.into_iter().map(|known| view! { <Embedded known=known/> }).collect_view())}
        {version.map(|version| view! { <Field name="api_version" label=i18n.t(K::ApiVersion) value=of(settings.api_version) help=version error=why("api_version")/> })}
        <Field name="api_key" label=i18n.t(K::ApiKey) kind="password" autocomplete="new-password" help=i18n.t(if has_key { K::ApiKeyKept } else { K::ApiKeyHint }) error=why("api_key")/>
        {has_key.then(|| view! { <div><button type="button" class="btn btn-quiet" on:click=move |_| remove_key.run(())><Icon icon=icons::TRASH/>{i18n.t(K::ApiKeyRemove)}</button></div> })}
    }
}

/// How the account's passages stand at a remote model.
#[component]
fn Embedded(known: Embeddings) -> impl IntoView {
    let i18n = use_i18n();
    let numbers = [("model", known.model), ("n", known.embedded.to_string()), ("total", known.passages.to_string())];
    let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (icon, state) =
        if known.in_use { (icons::CHECK, K::EmbeddingsInUse) } else { (icons::HOURGLASS, K::EmbeddingsFill) };
    view! {
        <div class="grid gap-1 text-sm text-ink-2" role="status">
            <p class="flex items-center gap-1.5"><Icon icon=icon/>{i18n.with(state, &numbers)}</p>
            {known.error.map(|why| view! { <p class="flex items-center gap-1.5 text-red"><Icon icon=icons::ALERT/>{i18n.with(K::EmbeddingsWait, &[("why", &why)])}</p> })}
        </div>
    }
}

/// Asks the saved model one question.
#[component]
fn TryOut() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let outcome = RwSignal::new(None::<AiTest>);
    let ask = move |_| {
        busy.set(true);
        spawn_local(async move {
            match api::test().await {
                Ok(test) => _ = outcome.try_set(Some(test)),
                Err(error) => toasts.failed(error.text(i18n)),
            }
            busy.try_set(false);
        });
    };
    let told = move || {
        outcome.get().map(|test| {
            let text = if test.ok {
                i18n.with(K::ModelAnswers, &[("ms", &test.latency_ms.to_string())])
            } else {
                i18n.with(K::ModelSilent, &[("why", &test.message)])
            };
            let (icon, class) = if test.ok { (icons::CHECK, "text-ink-2") } else { (icons::ALERT, "text-red") };
            view! { <span class=format!("flex items-center gap-1.5 text-sm {class}")><Icon icon=icon/>{text}</span> }
        })
    };
    view! {
        <button type="button" class="btn" on:click=ask disabled=move || busy.get()><Icon icon=icons::ZAP/>{i18n.t(K::TryModel)}</button>
        <span role="status">{told}</span>
    }
}
