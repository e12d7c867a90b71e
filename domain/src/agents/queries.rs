//! SQL of the people of an account.

use types::{
    ConversationId, TeamId, UserId,
    agents::{Agent, Availability, Role},
};

use crate::{Result, TenantTx};

/// Everyone, or one person, or the members of a team; by name.
pub async fn list(tx: &mut TenantTx, only: Option<UserId>, team: Option<TeamId>) -> Result<Vec<Agent>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Agent,
        r#"select au.user_id as "id: UserId", au.name, au.email, au.role as "role: Role", au.availability as "availability: Availability",
                  au.current_load, au.max_load, au.csat_sum::double precision / nullif(au.csat_count, 0) as csat_average,
                  array(select tm.team_id from team_members tm
                        where tm.account_id = au.account_id and tm.user_id = au.user_id order by tm.team_id) as "team_ids!: Vec<TeamId>",
                  au.created_at
           from account_users au
           where au.account_id = $1 and ($2::bigint is null or au.user_id = $2)
             and ($3::bigint is null or exists (
                 select from team_members m where m.account_id = au.account_id and m.user_id = au.user_id and m.team_id = $3))
           order by lower(au.name), au.user_id"#,
        account.0,
        only.map(|id| id.0),
        team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The person's role. The account's admins are locked too, in one order, so that two admins who take each other's
/// rights away at the same moment cannot both succeed.
pub async fn lock_role(tx: &mut TenantTx, id: UserId) -> Result<Option<Role>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select user_id as "user_id: UserId", role as "role: Role" from account_users
           where account_id = $1 and (user_id = $2 or role = 'admin') order by user_id for update"#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().find(|row| row.user_id == id).map(|row| row.role))
}

pub async fn other_admin_exists(tx: &mut TenantTx, id: UserId) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from account_users where account_id = $1 and user_id <> $2 and role = 'admin') as "exists!""#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Answers whether the person is there.
pub async fn update(
    tx: &mut TenantTx,
    id: UserId,
    name: Option<&str>,
    role: Option<Role>,
    availability: Option<Availability>,
    max_load: Option<i32>,
) -> Result<bool> {
    let account = tx.account_id();
    let done = sqlx::query!(
        "update account_users set name = coalesce($3, name), role = coalesce($4, role), availability = coalesce($5, availability),
             max_load = coalesce($6, max_load)
         where account_id = $1 and user_id = $2",
        account.0,
        id.0,
        name,
        role.map(Role::as_str),
        availability.map(Availability::as_str),
        max_load
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the person's open conversations off them; answers which.
pub async fn release_conversations(tx: &mut TenantTx, id: UserId) -> Result<Vec<ConversationId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"update conversations set assignee_id = null, assignment_reason = 'the agent left the account'
           where account_id = $1 and assignee_id = $2 and status = 'open' returning id as "id: ConversationId""#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Removes the membership; sessions, API tokens and team memberships go with it through foreign keys.
pub async fn delete(tx: &mut TenantTx, id: UserId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("delete from account_users where account_id = $1 and user_id = $2", account.0, id.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}
