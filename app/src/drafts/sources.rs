//! The passages a draft is grounded in, by their numbers, each leading to its article.

use leptos::prelude::*;

use crate::{
    conversations::use_open,
    i18n::{K, use_i18n},
};

#[component]
pub fn Sources() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let sources = Memo::new(move |_| open.draft.get().map(|draft| (draft.sources, draft.reasoning)));
    let section = move || {
        sources.get().map(|(sources, reasoning)| {
        let count = sources.len() as i64;
        let items = sources.into_iter().enumerate().map(|(at, source)| view! {
            <li class="grid grid-cols-[18px_minmax(0,1fr)_auto] gap-x-2 gap-y-0.5 border-t border-soft py-2 text-sm first:border-t-0 first:pt-0">
                <span class="src-n mt-px">{at + 1}</span>
                <a class="font-medium hover:underline" href=format!("/knowledge/{}", source.article_id)>{source.title}</a>
                <span class="num text-xs text-ink-3" title=i18n.t(K::Similarity)>{format!("{:.2}", source.similarity)}</span>
                <p class="col-span-2 col-start-2 line-clamp-4 text-xs text-ink-3">{source.excerpt}</p>
            </li>
        }).collect_view();
        view! {
            <section class="sec">
                <h3 class="sec-title">{i18n.t(K::Sources)}<span class="aside">{i18n.count(K::ArticlesMany, K::ArticlesOne, count)}</span></h3>
                <ol>{items}</ol>
                {(!reasoning.is_empty()).then(|| view! { <p class="why">{reasoning}</p> })}
            </section>
        }
    })
    };
    view! { {section} }
}
