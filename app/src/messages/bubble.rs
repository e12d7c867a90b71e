//! One message: the customer's on the left, ours on the right, notes unmistakable.

use leptos::{either::Either, prelude::*};
use types::{
    attachments::Attachment,
    messages::{DeliveryStatus, SenderType},
};

use super::thread::{Delivery, Entry, Thread};
use crate::{
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Avatar, Icon, icons},
};

#[component]
pub fn Bubble(entry: Entry, thread: Thread) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let Entry { message, delivery } = entry;
    let at = message.created_at;
    let mine = message.sender_type != SenderType::Contact;
    let failed = matches!(delivery, Delivery::Failed(_)) || message.status == DeliveryStatus::Failed;
    let sub = match (&delivery, message.private) {
        (Delivery::Sending, _) => format!(" · {}", i18n.t(K::Sending)),
        (_, true) => format!(" · {}", i18n.t(K::NoteMark)),
        _ if message.sender_type == SenderType::Ai => format!(" · {}", i18n.t(K::AnsweredByItself)),
        _ => String::new(),
    };
    let client_ref = message.client_ref.clone().unwrap_or_default();
    let name = match message.sender_type {
        SenderType::Ai => i18n.t(K::Assistant).to_owned(),
        _ => message.sender_name.clone(),
    };
    let picture = if message.sender_type == SenderType::Ai {
        Either::Left(
            view! { <span class="avatar size-7 bg-accent-soft !text-accent-ink"><Icon icon=icons::BOT/></span> },
        )
    } else {
        Either::Right(view! { <Avatar name=name.clone() size=28/> })
    };
    let body = view! {
        <div class="body min-w-0">
            <p class="head"><b>{name}</b><span class="sub num"><time datetime=at.to_rfc3339() title=move || clock.full(i18n, at)>{move || clock.moment(i18n, at)}</time>{sub}</span></p>
            {(!message.content.is_empty()).then(|| view! { <div class="bubble" dir="auto">{linked(&message.content)}</div> })}
            {message.attachments.into_iter().map(|attachment| view! { <File attachment=attachment/> }).collect_view()}
            {if let Delivery::Failed(error) = delivery { Some(view! { <Unsent reason=error.text(i18n) client_ref=client_ref thread=thread/> }) } else { None }}
        </div>
    };
    let class = [
        Some("msg"),
        mine.then_some("is-mine"),
        message.private.then_some("is-note"),
        failed.then_some("is-failed"),
        (message.id.0 == 0 && !failed).then_some("is-sending"),
    ];
    let class = class.into_iter().flatten().collect::<Vec<_>>().join(" ");
    view! { <div class=class data-message=message.id.to_string()>{picture}{body}</div> }
}

/// What failed, and the two ways on.
#[component]
fn Unsent(reason: String, client_ref: String, thread: Thread) -> impl IntoView {
    let i18n = use_i18n();
    let discarded = client_ref.clone();
    view! {
        <p class="field-error mt-1" role="alert">
            <Icon icon=icons::ALERT/><span>{i18n.t(K::NotSent)}": "{reason}</span>
            <button type="button" class="link" on:click=move |_| thread.retry(&client_ref)>{i18n.t(K::TryAgain)}</button>
            <button type="button" class="link" on:click=move |_| thread.discard(&discarded)>{i18n.t(K::Discard)}</button>
        </p>
    }
}

/// An image is shown, any other file is named.
#[component]
fn File(attachment: Attachment) -> impl IntoView {
    let Attachment { file_name, content_type, size, url, .. } = attachment;
    let image = ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&content_type.as_str());
    let label = format!("{file_name} · {}", bytes(size));
    if image {
        let source = url.clone();
        Either::Left(view! {
            <a href=url target="_blank" rel="noopener" class="mt-1.5 block w-fit">
                <img src=source alt=file_name class="max-h-56 max-w-full rounded-xl border border-line" loading="lazy"/>
            </a>
        })
    } else {
        Either::Right(view! {
            <a href=url target="_blank" rel="noopener" class="mt-1.5 inline-flex max-w-full items-center gap-2 rounded-lg border border-line bg-panel px-3 py-2 text-sm hover:bg-hover">
                <Icon icon=icons::FILE class="text-ink-3"/><span class="truncate">{label}</span>
            </a>
        })
    }
}

/// A size as people say it.
pub fn bytes(size: i64) -> String {
    match size {
        ..1024 => format!("{size} B"),
        1024..1_048_576 => format!("{} KB", size / 1024),
        _ => format!("{:.1} MB", size as f64 / 1_048_576.0),
    }
}

/// The text with its web addresses as links; everything else as it is.
fn linked(text: &str) -> Vec<AnyView> {
    let mut views = Vec::new();
    let mut plain = String::new();
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let address = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
        if address.starts_with("https://") || address.starts_with("http://") {
            views.push(std::mem::take(&mut plain).into_any());
            views.push(view! { <a class="link" href=address.to_owned() target="_blank" rel="noopener noreferrer nofollow">{address.to_owned()}</a> }.into_any());
            plain.push_str(&piece[address.len()..]);
        } else {
            plain.push_str(piece);
        }
    }
    views.push(plain.into_any());
    views
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(900), "900 B");
        assert_eq!(bytes(4_096), "4 KB");
        assert_eq!(bytes(2_600_000), "2.5 MB");
    }
}
