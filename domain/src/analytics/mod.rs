//! Figures about the account's work.

mod auto_replies;
mod csv;
mod export;
mod queries;
mod reports;
mod unanswered;

use chrono::TimeDelta;
use types::{
    InboxId, TeamId, Timestamp,
    analytics::{AnalyticsQuery, Overview},
};

pub use auto_replies::auto_replies;
pub use export::{Export, export};
pub use reports::{agents, ai, csat, sla, teams};
pub use unanswered::{ALIKE, unanswered};

use crate::{Actor, Error, Permission, Result, TenantTx};

const DEFAULT_PERIOD: TimeDelta = TimeDelta::days(30);
const LONGEST_PERIOD: TimeDelta = TimeDelta::days(400);

/// What the figures are about: a period (end exclusive) and, where given, one inbox and one team.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scope {
    from: Timestamp,
    to: Timestamp,
    inbox: Option<InboxId>,
    team: Option<TeamId>,
}

impl Scope {
    fn new(query: &AnalyticsQuery, now: Timestamp) -> Result<Self> {
        let out_of_range = || Error::invalid("from", "lies outside the calendar");
        let to = query.to.unwrap_or(now);
        let from = match query.from {
            Some(from) => from,
            None => to.checked_sub_signed(DEFAULT_PERIOD).ok_or_else(out_of_range)?,
        };
        if from >= to {
            return Err(Error::invalid("from", "must lie before to"));
        }
        if to - from > LONGEST_PERIOD {
            return Err(Error::invalid("from", "a period takes at most 400 days"));
        }
        // PostgreSQL's timestamps begin in 4713 BC; nothing happened before the epoch anyway.
        if from.timestamp() < 0 || to.timestamp() > 253_402_300_799 {
            return Err(out_of_range());
        }
        Ok(Self { from, to, inbox: query.inbox_id, team: query.team_id })
    }
}

/// The account at a glance: the last 30 days unless asked otherwise. Names nobody, so everyone in the account may see it.
///
/// # Errors
/// `Invalid` when the period is empty, reversed or longer than 400 days.
pub async fn overview(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<Overview> {
    actor.require(Permission::Read)?;
    let scope = Scope::new(&query, tx.now())?;
    let started = queries::started(tx, &scope).await?;
    let ended = queries::ended(tx, &scope).await?;
    let now = queries::now(tx, &scope).await?;
    let csat = queries::csat(tx, &scope).await?;
    let ai = queries::ai(tx, &scope).await?;
    let daily = queries::daily(tx, &scope).await?;
    let groups = queries::groups(tx, &scope).await?;
    Ok(Overview {
        from: scope.from,
        to: scope.to,
        conversations_created: started.count,
        conversations_resolved: ended.count,
        open_now: now.open,
        unassigned_now: now.unassigned,
        waiting_now: now.waiting,
        first_response_median_seconds: started.first_response_median,
        resolution_median_seconds: ended.resolution_median,
        csat_average: csat.average,
        csat_responses: csat.count,
        drafts_generated: ai.drafts,
        drafts_accepted: ai.accepted,
        classifications: ai.classifications,
        classifications_corrected: ai.corrected,
        daily,
        by_category: groups.of("category"),
        by_sentiment: groups.of("sentiment"),
        by_team: groups.of("team"),
        by_inbox: groups.of("inbox"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> Timestamp {
        chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc()
    }

    #[test]
    fn the_period_is_thirty_days_unless_asked() {
        let scope = Scope::new(&AnalyticsQuery::default(), at(31)).unwrap();
        assert_eq!((scope.from, scope.to), (at(1), at(31)));
        let scope =
            Scope::new(&AnalyticsQuery { from: Some(at(5)), to: Some(at(6)), ..Default::default() }, at(31)).unwrap();
        assert_eq!((scope.from, scope.to), (at(5), at(6)));
    }

    #[test]
    fn impossible_periods_are_refused() {
        let query = |from, to| AnalyticsQuery { from: Some(from), to: Some(to), ..Default::default() };
        for query in [
            query(at(6), at(5)),
            query(at(5), at(5)),
            query(at(5) - TimeDelta::days(401), at(5)),
            query(Timestamp::MIN_UTC, Timestamp::MIN_UTC + TimeDelta::days(1)),
            query(Timestamp::MAX_UTC - TimeDelta::days(1), Timestamp::MAX_UTC),
            AnalyticsQuery { to: Some(Timestamp::MIN_UTC), ..Default::default() },
        ] {
            assert!(matches!(Scope::new(&query, at(31)), Err(Error::Invalid { field: "from", .. })), "{query:?}");
        }
    }
}
