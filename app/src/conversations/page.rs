//! The open conversation: messages and reply box, with the panel of what is known beside them.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use types::ConversationId;

use super::{
    api::{self, Opened},
    header::{Header, Strip},
    inbox::use_inbox,
    state::OpenConversation,
};
use crate::{
    classifications::AssistantPanel,
    contacts::ContactCard,
    drafts::Sources,
    i18n::{K, use_i18n},
    live::{News, use_live},
    messages::{Messages, ReplyBox},
    ui::{Failure, Loading},
};

#[component]
pub fn ConversationPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.read().get_str("id").and_then(|id| id.parse::<ConversationId>().ok()).unwrap_or(ConversationId(0))
    });
    let opened = Resource::new(move || id.get(), api::open);
    use_live().on(move |news| {
        if matches!(news, News::Resync) {
            opened.refetch();
        }
    });
    let inbox = use_inbox();
    Effect::new(move |_| inbox.list.cursor.set(Some(id.get())));
    let content = move || {
        Suspend::new(async move {
            match opened.await {
                Ok(opened) => Either::Left(view! { <Conversation opened=opened/> }),
                Err(error) => {
                    Either::Right(view! { <Failure error=error retry=Callback::new(move |()| opened.refetch())/> })
                }
            }
        })
    };
    view! { <Transition fallback=|| view! { <div class="bg-bg"><Loading rows=5/></div> }>{content}</Transition> }
}

#[component]
fn Conversation(opened: Opened) -> impl IntoView {
    let i18n = use_i18n();
    let open = OpenConversation::new(opened);
    provide_context(open);
    super::menus::offer_commands(open);
    let title = open
        .conversation
        .with_untracked(|conversation| format!("{} · #{}", conversation.contact.name, conversation.display_id));
    view! {
        <Title text=title/>
        <article class="conv" aria-label=i18n.t(K::Conversation)>
            <div class="conv-main">
                <Header/>
                <Strip/>
                <Messages/>
                {open.works().then(|| view! { <ReplyBox/> })}
            </div>
            <aside class="ctx" class:is-open=move || open.panel.get() aria-label=i18n.t(K::Details)>
                <AssistantPanel/>
                <Sources/>
                <ContactCard/>
            </aside>
        </article>
    }
}
