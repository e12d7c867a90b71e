//! Contacts: the customer beside the conversation, with what was before.

use leptos::prelude::*;
use types::conversations::Status;

use crate::{
    conversations::use_open,
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Avatar, Icon, icons},
};

#[component]
pub fn ContactCard() -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let open = use_open();
    let person = move || {
        let contact = open.contact.get();
        let fact = |icon, text: Option<String>| {
            text.map(|text| view! { <li class="flex items-center gap-2 truncate"><Icon icon=icon class="!size-[13px] text-ink-3"/><span class="truncate" title=text.clone()>{text.clone()}</span></li> })
        };
        let since = contact.created_at;
        let attributes: Vec<(String, String)> = contact
            .custom_attributes
            .as_object()
            .map(|known| {
                known
                    .iter()
                    .map(|(name, value)| {
                        (name.replace('_', " "), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    })
                    .collect()
            })
            .unwrap_or_default();
        view! {
            <div class="mb-3 flex items-center gap-2.5">
                <Avatar name=contact.name.clone() size=38/>
                <div class="min-w-0">
                    <h3 class="truncate text-[14px] tracking-normal">{contact.name.clone()}</h3>
                    <p class="text-xs text-ink-3">{move || i18n.with(K::CustomerSince, &[("day", &clock.day(i18n, since))])}{contact.verified.then(|| format!(" · {}", i18n.t(K::Verified)))}</p>
                </div>
            </div>
            <ul class="grid gap-1 text-sm text-ink-2">
                {fact(icons::MAIL, contact.email)}
                {fact(icons::PHONE, contact.phone)}
                {fact(icons::PIN, contact.location)}
                {fact(icons::GLOBE, contact.locale.map(|language| i18n.language(language).to_owned()))}
            </ul>
            {(!attributes.is_empty()).then(|| view! {
                <dl class="kv mt-3">{attributes.into_iter().map(|(name, value)| view! { <dt class="truncate capitalize">{name}</dt><dd class="col-span-2 truncate">{value}</dd> }).collect_view()}</dl>
            })}
        }
    };
    let previous = open.previous.get_value();
    let rows = previous.into_iter().map(|conversation| {
        let text = conversation.subject.clone().or_else(|| conversation.last_message.map(|message| message.content)).unwrap_or_else(|| format!("#{}", conversation.display_id));
        let at = conversation.last_activity_at;
        let (icon, tone) = if conversation.status == Status::Resolved { (icons::CHECK, "text-green") } else { (icons::DOT, "text-ink-3") };
        view! {
            <li><a class="-mx-2 flex items-center gap-2 rounded-md px-2 py-1 text-sm text-ink-2 hover:bg-hover" href=format!("/inbox/everything/{}", conversation.id) title=i18n.status(conversation.status)>
                <Icon icon=icon class=format!("!size-[13px] {tone}")/><span class="truncate">{text}</span>
                <time class="ml-auto flex-none text-xs text-ink-3">{move || clock.day(i18n, at)}</time>
            </a></li>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <section class="sec" aria-label=i18n.t(K::Customer)>
            {person}
            {(!rows.is_empty()).then(|| view! { <h4 class="mt-4 mb-1.5 text-xs font-medium text-ink-3">{i18n.t(K::Before)}</h4><ul>{rows}</ul> })}
        </section>
    }
}
