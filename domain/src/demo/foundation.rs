//! What an account has before its first customer: people, teams, inboxes, labels, canned responses and a help centre
//! that can be searched.

use chrono::TimeDelta;
use serde::Serialize;
use types::{
    Language, TeamId, Timestamp, UserId,
    agents::{Availability, Role},
    conversations::Priority,
    inboxes::Channel,
};

use super::{
    company::{Company, PASSWORD},
    files::{self, Article},
    hours::Dice,
    queries,
};
use crate::{
    Actor, Ctx, Error, Result, TenantTx, accounts,
    ai::chunk::{self, Chunk},
    auth::password,
    categories,
    events::{self, Audit},
    knowledge,
};

/// In seconds.
const HOUR: i32 = 3600;

/// Days the company has had its account.
const AGE_DAYS: i64 = 400;
const COLOURS: [&str; 8] = ["#2563eb", "#16a34a", "#d97706", "#dc2626", "#7c3aed", "#0891b2", "#db2777", "#64748b"];

#[derive(Serialize)]
pub struct PersonRow<'a> {
    pub user_id: UserId,
    pub name: &'a str,
    pub email: &'a str,
    pub role: Role,
    pub availability: Availability,
    pub max_load: i32,
    pub created_at: Timestamp,
}

#[derive(Serialize)]
pub struct TeamRow<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub category: &'a str,
    pub created_at: Timestamp,
}

#[derive(Serialize)]
pub struct MemberRow {
    pub team_id: TeamId,
    pub user_id: UserId,
}

#[derive(Serialize)]
pub struct InboxRow<'a> {
    pub name: &'a str,
    pub channel: Channel,
    pub website_token: Option<&'a str>,
    pub identity_secret: String,
    pub welcome_title: &'a str,
    pub welcome_tagline: &'a str,
    pub email_address: Option<&'a str>,
    pub created_at: Timestamp,
}

#[derive(Serialize)]
pub struct LabelRow<'a> {
    pub title: &'a str,
    pub color: &'a str,
    pub created_at: Timestamp,
}

#[derive(Serialize)]
pub struct ArticleRow<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub language: Language,
    pub collection: &'a str,
    pub author_id: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An article with its passages and their vectors.
struct Indexed {
    article: Article,
    body: String,
    chunks: Vec<Chunk>,
    vectors: Vec<Vec<f32>>,
}

/// Makes the account unless it is there, and everything in it but its history, in one transaction.
///
/// # Errors
/// `Conflict` when the id belongs to an account that is not the demo's.
pub async fn lay(ctx: &Ctx, company: &Company) -> Result<()> {
    let actor = Actor::system(company.id);
    let mut tx = ctx.begin(&actor).await?;
    let before = queries::standing(&mut tx).await?;
    drop(tx);
    match before {
        Some(standing) if standing.seeded.is_some() => return Ok(()),
        // Interrupted before its first row, this account is ours to finish; any other is somebody's.
        Some(standing) if standing.name != company.name || standing.people > 0 => {
            return Err(Error::Conflict {
                code: "account_exists",
                message: "Account 1 or 2 exists and is not a demo account. Demo data needs an empty installation.",
            });
        }
        Some(_) => {}
        None => _ = accounts::queries::create(&ctx.db, company.name, company.locale, Some(company.id)).await?,
    }
    let help_centre = index(ctx, company).await?;
    let hash = password::hash(PASSWORD.to_owned()).await?;
    let mut people = Vec::new();
    for person in company.people {
        people.push(
            accounts::queries::ensure_user(&ctx.db, person.email, person.name, &hash, Some(company.locale)).await?,
        );
    }
    let mut tx = ctx.begin(&actor).await?;
    if queries::standing(&mut tx).await?.is_some_and(|standing| standing.seeded.is_some()) {
        return Ok(());
    }
    categories::begin(&mut tx).await?;
    staff(&mut tx, company, &people).await?;
    desk(ctx, &mut tx, company).await?;
    publish(&mut tx, company, &help_centre, &people).await?;
    events::audit(&mut tx, &actor, Audit::new("account.created", "account", company.id.0)).await?;
    queries::mark(&mut tx, false).await?;
    tx.commit().await
}

fn founded(tx: &TenantTx) -> Timestamp {
    tx.now() - TimeDelta::days(AGE_DAYS)
}

async fn staff(tx: &mut TenantTx, company: &Company, people: &[UserId]) -> Result<()> {
    let created_at = founded(tx);
    let rows: Vec<PersonRow<'_>> = company
        .people
        .iter()
        .zip(people)
        .map(|(person, user_id)| PersonRow {
            user_id: *user_id,
            name: person.name,
            email: person.email,
            role: person.role,
            availability: person.availability,
            max_load: person.max_load,
            created_at,
        })
        .collect();
    queries::insert_people(tx, &rows).await?;
    let teams: Vec<TeamRow<'_>> = company
        .teams
        .iter()
        .map(|team| TeamRow { name: team.name, description: team.description, category: team.category, created_at })
        .collect();
    let team_ids = queries::insert_teams(tx, &teams).await?;
    let id_of = |email: &str| rows.iter().find(|row| row.email == email).map(|row| row.user_id);
    let members: Vec<MemberRow> = company
        .teams
        .iter()
        .zip(team_ids)
        .flat_map(|(team, team_id)| {
            team.members.iter().filter_map(move |email| Some(MemberRow { team_id, user_id: id_of(email)? }))
        })
        .collect();
    queries::insert_members(tx, &members).await
}

async fn desk(ctx: &Ctx, tx: &mut TenantTx, company: &Company) -> Result<()> {
    let created_at = founded(tx);
    let inboxes: Vec<InboxRow<'_>> = company
        .inboxes
        .iter()
        .map(|inbox| InboxRow {
            name: inbox.name,
            channel: inbox.channel,
            website_token: inbox.website_token,
            identity_secret: hex::encode(ctx.entropy.bytes()),
            welcome_title: inbox.welcome_title,
            welcome_tagline: inbox.welcome_tagline,
            email_address: inbox.email_address,
            created_at,
        })
        .collect();
    queries::insert_inboxes(tx, &inboxes).await?;
    let shared = files::shared()?;
    let labels: Vec<LabelRow<'_>> = shared
        .labels
        .iter()
        .zip(COLOURS.iter().cycle())
        .map(|(title, color)| LabelRow { title, color, created_at })
        .collect();
    queries::insert_labels(tx, &labels).await?;
    let canned: Vec<(&str, &str)> =
        shared.canned_responses.iter().map(|canned| (canned.short_code.as_str(), canned.content.as_str())).collect();
    queries::insert_canned(tx, &canned).await?;
    let promises = [
        ("Urgent", Priority::Urgent.as_str(), HOUR / 2, 4 * HOUR),
        ("High", Priority::High.as_str(), 2 * HOUR, 24 * HOUR),
        ("Normal", Priority::Normal.as_str(), 8 * HOUR, 72 * HOUR),
        ("Low", Priority::Low.as_str(), 24 * HOUR, 168 * HOUR),
    ];
    queries::insert_sla_policies(tx, &promises).await
}

/// Cuts and embeds the articles: before any transaction, as the indexer does.
async fn index(ctx: &Ctx, company: &Company) -> Result<Vec<Indexed>> {
    let articles: Vec<Article> = files::parse(company.articles)?;
    let cut = tokio::task::spawn_blocking(move || {
        let slugs: Vec<String> = articles.iter().map(|article| article.slug.clone()).collect();
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        let cut = |article: Article| {
            let body = files::without_slug_links(&article.body, &slugs);
            Indexed { chunks: chunk::chunks(&article.title, &body), body, vectors: Vec::new(), article }
        };
        articles.into_iter().map(cut).collect::<Vec<_>>()
    });
    let mut indexed = cut.await.map_err(Error::internal)?;
    let texts =
        indexed.iter().flat_map(|article| article.chunks.iter().map(|chunk| chunk.embed_text.clone())).collect();
    let mut vectors = ctx.ai.embed_bulk(texts).await.map_err(Error::internal)?.into_iter();
    for article in &mut indexed {
        article.vectors = vectors.by_ref().take(article.chunks.len()).collect();
    }
    Ok(indexed)
}

async fn publish(tx: &mut TenantTx, company: &Company, indexed: &[Indexed], people: &[UserId]) -> Result<()> {
    let mut dice = Dice::new(company.id.0 as u64);
    let now = tx.now();
    let rows: Vec<ArticleRow<'_>> = indexed
        .iter()
        .map(|indexed| {
            let created_at = dice.moment(now - TimeDelta::days(300), now - TimeDelta::days(70));
            let updated_at = if dice.chance(0.5) {
                dice.moment(now - TimeDelta::days(60), now - TimeDelta::days(1))
            } else {
                created_at
            };
            ArticleRow {
                title: &indexed.article.title,
                body: &indexed.body,
                language: indexed.article.language,
                collection: &indexed.article.category,
                author_id: people.get(dice.below(people.len().min(3))).copied(),
                created_at,
                updated_at,
            }
        })
        .collect();
    let ids = queries::insert_articles(tx, &rows).await?;
    for (id, indexed) in ids.into_iter().zip(indexed) {
        knowledge::index::insert(tx, id, indexed.article.language, &indexed.chunks, &indexed.vectors).await?;
    }
    Ok(())
}
