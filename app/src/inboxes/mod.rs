//! Inboxes: the channels customers write through, and the snippet that puts the chat on a site.

mod api;
mod edit;

use leptos::prelude::*;
use leptos_meta::Title;
use types::inboxes::{Channel, Inbox};

use crate::{
    browser,
    i18n::{I18n, K, use_i18n},
    session::use_session,
    ui::{Dialog, Empty, Failure, Icon, Loading, PageHead, icons, use_toasts},
};

pub fn channel(i18n: I18n, channel: Channel) -> &'static str {
    i18n.t(match channel {
        Channel::Web => K::ChannelWeb,
        Channel::Email => K::ChannelEmail,
        Channel::Api => K::ChannelApi,
    })
}

/// What a site's owner pastes before `</body>`; the settings are the ones the widget's document names.
fn snippet(host: &str, token: &str, locale: &str) -> String {
    format!(
        "<script>\n  window.hummdeskSettings = {{ position: \"right\", locale: \"{locale}\", darkMode: \"auto\" }};\n  \
         (function(d){{var s=d.createElement(\"script\");s.src=\"{host}/widget.js\";s.async=true;\n  \
         s.onload=function(){{hummdesk.run({{ websiteToken: \"{token}\", baseUrl: \"{host}\" }})}};d.head.appendChild(s)}})(document);\n</script>"
    )
}

#[component]
pub fn InboxesPage() -> impl IntoView {
    let i18n = use_i18n();
    let administers = use_session().administers();
    let inboxes = Resource::new(|| (), |()| api::list());
    let editing = RwSignal::new(None::<Inbox>);
    let open = RwSignal::new(false);
    let edit = Callback::new(move |inbox: Option<Inbox>| {
        editing.set(inbox);
        open.set(true);
    });
    let content = move || {
        Suspend::new(async move {
            match inboxes.await {
            Ok(known) if known.is_empty() => view! { <Empty icon=icons::INBOX title=i18n.t(K::NoInboxes) hint=i18n.t(K::InboxesHint)/> }.into_any(),
            Ok(known) => view! { <ul class="grid grid-cols-[minmax(0,1fr)] gap-4">{known.into_iter().map(|inbox| view! { <Card inbox=inbox edit=edit/> }).collect_view()}</ul> }.into_any(),
            Err(error) => view! { <Failure error=error/> }.into_any(),
        }
        })
    };
    view! {
        <Title text=i18n.t(K::Inboxes)/>
        <PageHead title=i18n.t(K::Inboxes) hint=i18n.t(K::InboxesHint)>
            {administers.then(|| view! { <button type="button" class="btn btn-primary" on:click=move |_| edit.run(None)><Icon icon=icons::PLUS/>{i18n.t(K::NewInbox)}</button> })}
        </PageHead>
        <Transition fallback=|| view! { <Loading rows=4/> }>{content}</Transition>
        <Dialog open=open title=i18n.t(K::Inbox)>{move || view! { <edit::Edit inbox=editing.get() open=open saved=Callback::new(move |()| inboxes.refetch())/> }}</Dialog>
    }
}

#[component]
fn Card(inbox: Inbox, edit: Callback<Option<Inbox>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let icon = match inbox.channel {
        Channel::Web => icons::CHAT,
        Channel::Email => icons::MAIL,
        Channel::Api => icons::CODE,
    };
    let code = inbox.website_token.as_ref().map(|token| snippet(&session.public_url, token, i18n.0.as_str()));
    let chosen = inbox.clone();
    view! {
        <li class="card p-4">
            <div class="flex items-center gap-3">
                <span class="grid size-9 place-items-center rounded-lg bg-sunken text-ink-2"><Icon icon=icon/></span>
                <div class="min-w-0">
                    <h2 class="truncate text-base">{inbox.name.clone()}</h2>
                    <p class="truncate text-xs text-ink-3">{channel(i18n, inbox.channel)}{inbox.email_address.clone().map(|address| format!(" · {address}"))}</p>
                </div>
                <span class="ml-auto"></span>
                {(!inbox.enabled).then(|| view! { <span class="tag tag-orange">{i18n.t(K::Disabled)}</span> })}
                {inbox.identity_required.then(|| view! { <span class="tag"><Icon icon=icons::LOCK/>{i18n.t(K::IdentityRequired)}</span> })}
                {session.administers().then(|| view! { <button type="button" class="icon-btn" aria-label=format!("{}: {}", i18n.t(K::Edit), inbox.name) on:click=move |_| edit.run(Some(chosen.clone()))><Icon icon=icons::EDIT/></button> })}
            </div>
            {(session.administers() && inbox.channel == Channel::Web).then(|| view! { <a class="link mt-3 inline-flex items-center gap-1.5 text-sm" href=format!("/settings/inboxes/{}/auto-reply", inbox.id)><Icon icon=icons::BOT/>{i18n.t(K::AutoReply)}</a> })}
            {code.map(|code| view! { <Snippet title=i18n.t(K::SnippetTitle) code=code/> })}
            {inbox.identity_secret.map(|secret| view! {
                <details class="mt-3 text-sm"><summary class="inline-block cursor-pointer text-ink-2 underline underline-offset-2">{i18n.t(K::IdentitySecret)}</summary><Snippet title=i18n.t(K::IdentityHint) code=secret/></details>
            })}
        </li>
    }
}

/// Code to take along.
#[component]
fn Snippet(title: &'static str, code: String) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let copied = code.clone();
    view! {
        <div class="mt-3">
            <div class="mb-1.5 flex items-center justify-between gap-3">
                <p class="text-xs text-ink-3">{title}</p>
                <button type="button" class="btn !h-7" on:click=move |_| { browser::copy(&copied); toasts.done(i18n.t(K::Copied)); }><Icon icon=icons::COPY/>{i18n.t(K::Copy)}</button>
            </div>
            <pre class="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-[12px] leading-relaxed" tabindex="0" role="region" aria-label=title><code>{code}</code></pre>
        </div>
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_snippet_names_host_and_token() {
        let code = super::snippet("https://desk.test", "acme", "fi");
        assert!(code.contains("s.src=\"https://desk.test/widget.js\""));
        assert!(code.contains("websiteToken: \"acme\", baseUrl: \"https://desk.test\""));
        assert!(code.contains("{ position: \"right\", locale: \"fi\", darkMode: \"auto\" }"));
    }
}
