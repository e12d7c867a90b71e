//! The root of the app, and its pages' addresses.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{ParentRoute, Redirect, Route, Router, Routes},
};

use crate::{
    accounts::SettingsPage,
    agents::PeoplePage,
    ai_settings::AssistantPage,
    analytics::{AiPage, DecisionPage, OverviewPage},
    audit::AuditPage,
    auth::page::LoginPage,
    auto_replies::AutoReplyPage,
    categories::{CategoriesPage, CategoryPage, NewCategoryPage},
    commands::Commands,
    conversations::{ConversationPage, InboxPage, NothingOpen},
    i18n::{I18n, K, t},
    inboxes::InboxesPage,
    knowledge::{ArticlePage, KnowledgePage, NewArticlePage},
    labels::LabelsPage,
    layout::{Layout, SettingsLayout},
    live::Live,
    rehearsals::RehearsalPage,
    session,
    teams::TeamsPage,
    time::Clock,
    ui::{Empty, Toaster, Toasts, icons},
};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let session = session::current();
    provide_context(I18n(session.locale));
    provide_context(Clock::new(session.now));
    provide_context(Toasts::default());
    provide_context(Commands::default());
    provide_context(Live::new());
    provide_context(StoredValue::new(session));
    Effect::new(|_| crate::browser::mark_alive());
    view! {
        <Title formatter=|title: String| if title.is_empty() { "HummDesk".to_owned() } else { format!("{title} · HummDesk") }/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment("login") view=LoginPage ssr=SsrMode::Async/>
                <ParentRoute path=StaticSegment("") view=Layout ssr=SsrMode::Async>
                    <Route path=StaticSegment("") view=|| view! { <Redirect path="/inbox/mine"/> }/>
                    <Route path=StaticSegment("inbox") view=|| view! { <Redirect path="/inbox/mine"/> }/>
                    <ParentRoute path=(StaticSegment("inbox"), ParamSegment("view")) view=InboxPage>
                        <Route path=StaticSegment("") view=NothingOpen/>
                        <Route path=ParamSegment("id") view=ConversationPage/>
                    </ParentRoute>
                    <Route path=StaticSegment("knowledge") view=KnowledgePage/>
                    <Route path=(StaticSegment("knowledge"), StaticSegment("new")) view=NewArticlePage/>
                    <Route path=(StaticSegment("knowledge"), ParamSegment("id")) view=ArticlePage/>
                    <Route path=StaticSegment("people") view=PeoplePage/>
                    <Route path=StaticSegment("teams") view=TeamsPage/>
                    <Route path=StaticSegment("overview") view=OverviewPage/>
                    <Route path=(StaticSegment("analytics"), StaticSegment("ai")) view=AiPage/>
                    <Route path=(StaticSegment("analytics"), StaticSegment("ai"), StaticSegment("decisions"), ParamSegment("id")) view=DecisionPage/>
                    <ParentRoute path=StaticSegment("settings") view=SettingsLayout>
                        <Route path=StaticSegment("") view=SettingsPage/>
                        <Route path=StaticSegment("inboxes") view=InboxesPage/>
                        <Route path=(StaticSegment("inboxes"), ParamSegment("id"), StaticSegment("auto-reply")) view=AutoReplyPage/>
                        <Route path=StaticSegment("labels") view=LabelsPage/>
                        <Route path=StaticSegment("ai") view=AssistantPage/>
                        <Route path=StaticSegment("rehearsal") view=RehearsalPage/>
                        <Route path=StaticSegment("categories") view=CategoriesPage/>
                        <Route path=(StaticSegment("categories"), StaticSegment("new")) view=NewCategoryPage/>
                        <Route path=(StaticSegment("categories"), ParamSegment("id")) view=CategoryPage/>
                        <Route path=StaticSegment("audit") view=AuditPage/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <Toaster/>
    }
}

/// There is nothing at this address.
#[component]
fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text=t(K::NotFound)/>
        <main class="grid min-h-dvh place-items-center">
            <Empty icon=icons::SEARCH title=t(K::NotFound) heading=true hint=t(K::NotFoundHint)>
                <a class="btn mt-2" href="/inbox/mine">{t(K::BackToInbox)}</a>
            </Empty>
        </main>
    }
}
