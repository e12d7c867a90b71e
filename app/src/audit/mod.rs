//! The audit log: who did what, newest first.

use leptos::{prelude::*, server_fn::codec::Json, task::spawn_local};
use leptos_meta::Title;
use types::{Page, audit::AuditLog};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::{
    error::UiError,
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Empty, Failure, Loading, PageHead, icons, use_toasts},
};

#[server(prefix = "/api/ui", endpoint = "audit/list", input = Json)]
pub async fn list(cursor: Option<String>) -> Result<Page<AuditLog>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::audit::list(&mut tx, &actor, types::PageQuery { limit: Some(50), cursor }).await?)
}

#[component]
pub fn AuditPage() -> impl IntoView {
    let i18n = use_i18n();
    let first = Resource::new(|| (), |()| list(None));
    let content = move || {
        Suspend::new(async move {
            match first.await {
                Ok(page) => view! { <Table page=page/> }.into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Title text=i18n.t(K::AuditLog)/>
        <PageHead title=i18n.t(K::AuditLog) hint=i18n.t(K::AuditHint)/>
        <Transition fallback=|| view! { <Loading rows=8/> }>{content}</Transition>
    }
}

#[component]
fn Table(page: Page<AuditLog>) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let toasts = use_toasts();
    let rows = RwSignal::new(page.data);
    let next = RwSignal::new(page.next_cursor);
    let more = move |_| {
        let cursor = next.get_untracked();
        spawn_local(async move {
            match list(cursor).await {
                Ok(page) => {
                    rows.try_update(|rows| rows.extend(page.data));
                    next.try_set(page.next_cursor);
                }
                Err(error) => toasts.failed(error.text(i18n)),
            }
        });
    };
    let row = move |line: AuditLog| {
        let at = line.created_at;
        let who = line.actor_name.unwrap_or(line.actor_type);
        let what =
            line.subject_id.map_or_else(|| line.subject_type.clone(), |id| format!("{} {id}", line.subject_type));
        let details = line
            .details
            .as_object()
            .map(|facts| {
                facts
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            })
            .unwrap_or_default();
        view! {
            <tr>
                <td class="num whitespace-nowrap text-ink-3 max-sm:hidden">{move || clock.full(i18n, at)}</td>
                <td>{who}<p class="num text-xs text-ink-3 sm:hidden">{move || clock.full(i18n, at)}</p></td>
                <td><code class="font-mono text-[12px]">{line.action}</code></td><td class="max-sm:hidden">{what}</td>
                <td class="max-w-[320px] truncate text-xs text-ink-3 max-md:hidden" title=details.clone()>{details.clone()}</td>
            </tr>
        }
    };
    view! {
        <div class="card overflow-x-auto" tabindex="0" role="region" aria-label=i18n.t(K::AuditLog)>
            <table class="table">
                <thead><tr><th scope="col" class="max-sm:hidden">{i18n.t(K::When)}</th><th scope="col">{i18n.t(K::Who)}</th><th scope="col">{i18n.t(K::What)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Subject)}</th><th scope="col" class="max-md:hidden">{i18n.t(K::Details)}</th></tr></thead>
                <tbody><For each=move || rows.get() key=|line| line.id let:line>{row(line)}</For></tbody>
            </table>
            {move || rows.with(Vec::is_empty).then(|| view! { <Empty icon=icons::HISTORY title=i18n.t(K::NoFigures)/> })}
        </div>
        {move || next.get().map(|_| view! { <div class="grid place-items-center p-4"><button type="button" class="btn" on:click=more>{i18n.t(K::LoadMore)}</button></div> })}
    }
}
