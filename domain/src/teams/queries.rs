//! SQL of teams and of who belongs to them.

use types::{TeamId, UserId, teams::Team};

use crate::{Error, Result, TenantTx};

/// All teams, or one. Expects `conversations_team_idx` (open ones only) for the counts.
pub async fn list(tx: &mut TenantTx, only: Option<TeamId>) -> Result<Vec<Team>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Team,
        r#"select t.id as "id: TeamId", t.name, t.description, t.category, t.created_at,
                  m.members as "member_count!", m.online as "online_count!",
                  (select count(*) from conversations c
                   where c.account_id = t.account_id and c.team_id = t.id and c.status = 'open') as "open_count!"
           from teams t
           cross join lateral (
               select count(*) as members, count(*) filter (where au.availability = 'online') as online
               from team_members tm join account_users au on au.account_id = tm.account_id and au.user_id = tm.user_id
               where tm.account_id = t.account_id and tm.team_id = t.id) m
           where t.account_id = $1 and ($2::bigint is null or t.id = $2)
           order by lower(t.name)"#,
        account.0,
        only.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn exists(tx: &mut TenantTx, id: TeamId) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from teams where account_id = $1 and id = $2) as "exists!""#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn insert(tx: &mut TenantTx, name: &str, description: &str, category: Option<&str>) -> Result<TeamId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into teams (account_id, name, description, category, created_at) values ($1, $2, $3, $4, $5) returning id as "id: TeamId""#,
        account.0,
        name,
        description,
        category,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// What is none stays; an empty category takes it away. Answers whether the team exists.
pub async fn update(
    tx: &mut TenantTx,
    id: TeamId,
    name: Option<&str>,
    description: Option<&str>,
    category: Option<&str>,
) -> Result<bool> {
    let account = tx.account_id();
    let done = sqlx::query!(
        "update teams set name = coalesce($3, name), description = coalesce($4, description),
             category = nullif(coalesce($5, category), '')
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        name,
        description,
        category
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Answers the name of the team that was deleted.
pub async fn delete(tx: &mut TenantTx, id: TeamId) -> Result<Option<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("delete from teams where account_id = $1 and id = $2 returning name", account.0, id.0)
        .fetch_optional(tx.conn())
        .await?)
}

/// Replaces the membership of a team.
pub async fn set_members(tx: &mut TenantTx, team: TeamId, agents: &[UserId]) -> Result<()> {
    let account = tx.account_id();
    let mut ids: Vec<i64> = agents.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    sqlx::query!(
        "delete from team_members where account_id = $1 and team_id = $2 and user_id <> all($3)",
        account.0,
        team.0,
        &ids
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into team_members (account_id, team_id, user_id) select $1, $2, id from unnest($3::bigint[]) id on conflict do nothing",
        account.0,
        team.0,
        &ids
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Replaces the teams a person belongs to.
///
/// # Errors
/// `Invalid` for `team_ids` when one of them is not the account's.
pub async fn set_teams_of(tx: &mut TenantTx, agent: UserId, teams: &[TeamId]) -> Result<()> {
    let account = tx.account_id();
    let ids = known(tx, teams).await?;
    sqlx::query!(
        "delete from team_members where account_id = $1 and user_id = $2 and team_id <> all($3)",
        account.0,
        agent.0,
        &ids
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into team_members (account_id, team_id, user_id) select $1, id, $2 from unnest($3::bigint[]) id on conflict do nothing",
        account.0,
        agent.0,
        &ids
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The ids, each once, when every one of them is a team of the account; held against deletion until the end of the
/// transaction.
///
/// # Errors
/// `Invalid` for `team_ids` otherwise.
pub async fn known(tx: &mut TenantTx, teams: &[TeamId]) -> Result<Vec<i64>> {
    let account = tx.account_id();
    let mut ids: Vec<i64> = teams.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = sqlx::query_scalar!(
        "select id from teams where account_id = $1 and id = any($2) order by id for key share",
        account.0,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    if found == ids { Ok(ids) } else { Err(Error::invalid("team_ids", "there is no such team")) }
}
