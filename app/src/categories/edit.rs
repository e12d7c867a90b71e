//! A new category, and one that is there: its name and description, its examples, and its end.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use types::{CategoryId, categories::Category};

use super::{api, examples::ExamplesSection, page::answering, policy::PolicySection};
use crate::{
    browser,
    directory::use_directory,
    form::{FormHandle, Refusal, use_form_of},
    i18n::{K, use_i18n},
    layout::AdminsOnly,
    session::use_session,
    ui::{Failure, Field, Icon, Loading, Menu, MenuButton, TextArea, icons},
};

/// The way back and the name of what is open.
#[component]
fn Head(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Title text=title.clone()/>
        <header class="mb-5">
            <a class="link inline-flex items-center gap-1.5 text-sm" href="/settings/categories"><Icon icon=icons::BACK/>{i18n.t(K::Categories)}</a>
            <div class="mt-2 flex flex-wrap items-center gap-3"><h1 class="min-w-0 truncate text-xl">{title}</h1>{children.map(|children| view! { <div class="ml-auto">{children()}</div> })}</div>
        </header>
    }
}

/// The fields that every category has.
#[component]
fn NameAndDescription(form: FormHandle, #[prop(optional)] category: Option<Category>) -> impl IntoView {
    let i18n = use_i18n();
    let (name, description) = category.map(|category| (category.name, category.description)).unwrap_or_default();
    view! {
        <Field name="name" label=i18n.t(K::Name) value=name required=true maxlength=50 error=form.why("name")/>
        <TextArea name="description" label=i18n.t(K::Description) value=description rows=2 maxlength=500 help=i18n.t(K::CategoryDescriptionHint) error=form.why("description")/>
    }
}

#[component]
pub fn NewCategoryPage() -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let form = use_form_of::<api::CreateForm>();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = |name| browser::field(&event, name);
        let call = api::create_form(text("name"), text("description"), text("examples"));
        form.submit(K::Saved, call, move |_| directory.loaded.refetch());
    };
    if !use_session().administers() {
        return view! { <AdminsOnly title=K::Categories/> }.into_any();
    }
    view! {
        <Head title=i18n.t(K::NewCategory)/>
        <form class="card grid max-w-[620px] gap-4 p-5" method="post" action=api::CreateForm::PATH on:submit=submit>
            <NameAndDescription form=form/>
            <TextArea name="examples" label=i18n.t(K::Examples) rows=7 help=i18n.t(K::ExamplesHint) error=form.why("examples")/>
            <Refusal form=form/>
            <div class="flex gap-2">
                <button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button>
                <a class="btn" href="/settings/categories">{i18n.t(K::Cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}

#[component]
pub fn CategoryPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let id = Memo::new(move |_| params.read().get_str("id").and_then(|id| id.parse().ok()).unwrap_or(CategoryId(0)));
    let cursor = Memo::new(move |_| query.read().get("cursor"));
    let taught = Resource::new(move || (id.get(), cursor.get()), |(id, cursor)| api::get(id, cursor));
    let directory = use_directory();
    // Of the page: the parts below come anew with each answer.
    let changed = Callback::new(move |()| taught.refetch());
    let content = move || {
        Suspend::new(async move {
            let teams = directory.loaded.await.map(|known| known.teams).unwrap_or_default();
            match taught.await {
                Ok(api::Taught { category, policy, examples }) => {
                    let (id, teams) = (category.id, answering(&teams, &category.name));
                    view! {
                        <Properties category=category.clone() teams=teams changed=changed/>
                        <ExamplesSection category=category examples=examples changed=changed/>
                        <PolicySection id=id policy=policy/>
                    }
                    .into_any()
                }
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    if !use_session().administers() {
        return view! { <AdminsOnly title=K::Categories/> }.into_any();
    }
    view! { <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition> }.into_any()
}

#[component]
fn Properties(category: Category, teams: Vec<String>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let form = use_form_of::<api::UpdateForm>();
    let id = category.id;
    let removed = category.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let call = api::update_form(id, browser::field(&event, "name"), browser::field(&event, "description"));
        form.submit(K::Saved, call, move |_| {
            directory.loaded.refetch();
            changed.try_run(());
        });
    };
    view! {
        <Head title=i18n.category(&category.name)><Removal category=removed teams=teams/></Head>
        <form class="card grid max-w-[620px] gap-4 p-5" method="post" action=api::UpdateForm::PATH on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <NameAndDescription form=form category=category/>
            <Refusal form=form/>
            <div><button type="submit" class="btn btn-primary" disabled=move || form.busy()>{i18n.t(K::Save)}</button></div>
        </form>
    }
}

/// Deleting is confirmed by naming the category and what goes with it.
#[component]
fn Removal(category: Category, teams: Vec<String>) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let form = use_form_of::<api::DeleteForm>();
    let id = category.id;
    let title = i18n.category(&category.name);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.submit(K::CategoryDeleted, api::delete_form(id), move |()| directory.loaded.refetch());
    };
    let examples = i18n.count(K::ExamplesMany, K::ExamplesOne, category.example_count + category.builtin_count);
    let lost = (!teams.is_empty()).then(|| i18n.with(K::DeleteCategoryTeams, &[("teams", &teams.join(", "))]));
    view! {
        <MenuButton menu="delete-category" label=i18n.t(K::Delete) class="btn btn-quiet btn-danger"><Icon icon=icons::TRASH/>{i18n.t(K::Delete)}</MenuButton>
        <Menu id="delete-category" label=i18n.t(K::Delete) class="menu-end">
            <form class="grid gap-2 p-2 text-sm" method="post" action=api::DeleteForm::PATH on:submit=submit>
                <input type="hidden" name="id" value=id.to_string()/>
                <p>{i18n.with(K::DeleteCategorySure, &[("name", &title), ("examples", &examples)])}</p>
                {lost.map(|lost| view! { <p>{lost}</p> })}
                <div><button type="submit" class="btn btn-danger" disabled=move || form.busy()><Icon icon=icons::TRASH/>{i18n.t(K::Delete)}</button></div>
            </form>
        </Menu>
        // Outside of the menu, which is closed when the page comes back with it.
        <Refusal form=form/>
    }
}
