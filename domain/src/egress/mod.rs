//! The egress ledger: every request to a remote model is written down before it leaves and completed after, and the
//! ledger decides by the account's budgets and rates whether it may leave at all.

mod queries;

use chrono::TimeDelta;
use types::{
    AccountId, ConversationId, EgressId, MessageId, Page, PageQuery,
    egress::{EgressEntry, EgressOutcome, EgressPage, Purpose},
};

use crate::{
    Actor, Ctx, Permission, Result, TenantTx,
    ai::{
        RemoteError,
        remote::{
            Refusal,
            ledger::{Ended, Entry, Ledger, Outgoing, Usage},
        },
    },
    ai_settings::{self, Stored},
};

/// Test questions a minute.
const TESTS_PER_MINUTE: i64 = 10;

/// What a question is asked for.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub purpose: Purpose,
    pub conversation_id: Option<ConversationId>,
    pub message_id: Option<MessageId>,
    /// Drawn at random: all its requests carry it, and the decision that comes of them.
    pub question: i64,
}

impl About {
    /// A new question about nothing in particular.
    pub fn nothing(ctx: &Ctx, purpose: Purpose) -> Self {
        let drawn = ctx.entropy.bytes();
        let question = drawn.first_chunk().map_or(0, |first| i64::from_be_bytes(*first));
        Self { purpose, conversation_id: None, message_id: None, question }
    }

    /// A new question about a message.
    pub fn message(ctx: &Ctx, purpose: Purpose, conversation: ConversationId, message: MessageId) -> Self {
        Self { conversation_id: Some(conversation), message_id: Some(message), ..Self::nothing(ctx, purpose) }
    }
}

/// A page of the ledger, newest first, and what left today.
///
/// # Errors
/// `Forbidden` below admin.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: PageQuery) -> Result<EgressPage> {
    actor.require(Permission::Administer)?;
    let limit = crate::page::limit(query.limit)?;
    let before: Option<EgressId> = crate::page::decode(query.cursor.as_deref())?;
    let rows = queries::list(tx, before, limit + 1).await?;
    let page = Page::cut(rows, limit, |row: &EgressEntry| crate::page::encode(&row.id));
    let day = tx.now().date_naive();
    let today = queries::totals(tx, day).await?;
    Ok(EgressPage { data: page.data, next_cursor: page.next_cursor, today })
}

/// The requests of one question, oldest first.
pub(crate) async fn of_question(tx: &mut TenantTx, question: i64) -> Result<Vec<EgressEntry>> {
    queries::of_question(tx, question).await
}

/// What the questions took in all.
pub(crate) async fn used(tx: &mut TenantTx, questions: &[i64]) -> Result<Usage> {
    queries::used(tx, questions).await
}

/// Lets go of the lines that the ledger need not keep any longer; how long, the database knows. Answers how many.
pub async fn purge(ctx: &Ctx, account: AccountId) -> Result<i64> {
    let mut tx = ctx.begin_in(account).await?;
    let gone = queries::purge(&mut tx).await?;
    tx.commit().await?;
    Ok(gone)
}

/// How the ledger names an ending.
pub fn outcome(error: Option<&RemoteError>) -> EgressOutcome {
    match error {
        None => EgressOutcome::Accepted,
        Some(RemoteError::Invalid(_)) => EgressOutcome::Invalid,
        Some(RemoteError::Busy { .. }) => EgressOutcome::Busy,
        Some(RemoteError::Status(_)) => EgressOutcome::Refused,
        Some(RemoteError::Timeout) => EgressOutcome::Timeout,
        Some(RemoteError::Unreachable) => EgressOutcome::Unreachable,
        Some(RemoteError::NotPublic) => EgressOutcome::NotPublic,
        Some(RemoteError::Open) => EgressOutcome::BreakerOpen,
        Some(RemoteError::Refused(Refusal::OverRate)) => EgressOutcome::OverRate,
        Some(RemoteError::Refused(Refusal::OverTokens)) => EgressOutcome::OverTokens,
        Some(RemoteError::Refused(Refusal::OverSpend)) => EgressOutcome::OverSpend,
        Some(RemoteError::Refused(Refusal::Forbidden)) => EgressOutcome::Forbidden,
        // Never written, so never read: there was no way to write it.
        Some(RemoteError::Unrecorded) => EgressOutcome::Pending,
    }
}

/// The books of one account for one question. Each entry is a transaction of its own, before and after the request.
pub struct Books {
    ctx: Ctx,
    account: AccountId,
    about: About,
}

impl Books {
    pub fn new(ctx: &Ctx, account: AccountId, about: About) -> Self {
        Self { ctx: ctx.clone(), account, about }
    }

    /// The turnstile of the day is taken first: others who want to send wait until this one is counted.
    async fn admit(&self, going: &Outgoing<'_>) -> Result<Result<Entry, Refusal>> {
        let mut tx = self.ctx.begin_in(self.account).await?;
        let day = tx.now().date_naive();
        let used = queries::turnstile(&mut tx, day).await?;
        // Read here and not before: what an admin forbade a moment ago holds.
        let stored = ai_settings::queries::find(&mut tx).await?;
        let tokens = going.expected.tokens_in + going.expected.tokens_out;
        let cost = cost(&stored, going.expected);
        let over =
            |budget: Option<i64>, used: i64, more: i64| budget.is_some_and(|most| used.saturating_add(more) > most);
        let refusal = if !stored.egress {
            Some(Refusal::Forbidden)
        } else if over(stored.daily_token_budget, used.tokens, tokens) {
            Some(Refusal::OverTokens)
        } else if over(stored.daily_spend_micros, used.cost_micros, cost) {
            Some(Refusal::OverSpend)
        } else if going.attempt == 1 && self.is_over_rate(&mut tx, &stored).await? {
            Some(Refusal::OverRate)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            self.hold_back(tx, going, outcome(Some(&RemoteError::Refused(refusal)))).await?;
            return Ok(Err(refusal));
        }
        let id = queries::insert(&mut tx, &self.about, going, cost, EgressOutcome::Pending).await?;
        queries::count(&mut tx, day, tokens, cost).await?;
        tx.commit().await?;
        Ok(Ok(id.0))
    }

    async fn is_over_rate(&self, tx: &mut TenantTx, stored: &Stored) -> Result<bool> {
        let (purposes, most): (&[Purpose], i64) = match self.about.purpose {
            Purpose::Classify => (&[Purpose::Classify], stored.classifications_per_minute.into()),
            Purpose::Draft | Purpose::Rewrite => (&[Purpose::Draft, Purpose::Rewrite], stored.drafts_per_minute.into()),
            Purpose::Test => (&[Purpose::Test], TESTS_PER_MINUTE),
            // Beside the customers', not among them.
            Purpose::Rehearse => (&[Purpose::Rehearse], stored.drafts_per_minute.into()),
            Purpose::Embed => return Ok(false),
        };
        let since = tx.now() - TimeDelta::minutes(1);
        Ok(queries::asked_since(tx, purposes, since).await? >= most)
    }

    async fn hold_back(&self, mut tx: TenantTx, going: &Outgoing<'_>, outcome: EgressOutcome) -> Result<()> {
        let nothing = Outgoing { expected: Usage { estimated: true, ..Usage::default() }, ..going.clone() };
        queries::insert(&mut tx, &self.about, &nothing, 0, outcome).await?;
        let day = tx.now().date_naive();
        queries::count_held_back(&mut tx, day).await?;
        tx.commit().await
    }

    async fn complete(&self, entry: Entry, ended: &Ended<'_>) -> Result<()> {
        let mut tx = self.ctx.begin_in(self.account).await?;
        let stored = ai_settings::queries::find(&mut tx).await?;
        let cost = cost(&stored, ended.usage);
        queries::complete(&mut tx, EgressId(entry), ended, cost, outcome(ended.error)).await?;
        tx.commit().await
    }
}

#[async_trait::async_trait]
impl Ledger for Books {
    async fn open(&self, going: &Outgoing<'_>) -> Result<Entry, RemoteError> {
        match self.admit(going).await {
            Ok(admitted) => admitted.map_err(RemoteError::Refused),
            Err(error) => {
                tracing::warn!(account = %self.account, %error, "egress.entry.unwritten: nothing is sent");
                Err(RemoteError::Unrecorded)
            }
        }
    }

    async fn close(&self, entry: Entry, ended: Ended<'_>) {
        if let Err(error) = self.complete(entry, &ended).await {
            tracing::warn!(account = %self.account, entry, %error, "egress.entry.incomplete");
        }
    }

    async fn withheld(&self, going: &Outgoing<'_>, why: &RemoteError) {
        let noted = async {
            let tx = self.ctx.begin_in(self.account).await?;
            self.hold_back(tx, going, outcome(Some(why))).await
        };
        if let Err(error) = noted.await {
            tracing::warn!(account = %self.account, %error, "egress.entry.unwritten");
        }
    }
}

/// In millionths of the currency, rounded up.
pub(crate) fn cost(stored: &Stored, usage: Usage) -> i64 {
    const MILLION: i128 = 1_000_000;
    let of = |tokens: i64, price: i64| i128::from(tokens.max(0)) * i128::from(price);
    let total = of(usage.tokens_in, stored.input_price_micros) + of(usage.tokens_out, stored.output_price_micros);
    i64::try_from((total + MILLION - 1) / MILLION).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_never_rounded_away() {
        let stored = Stored { input_price_micros: 150_000, output_price_micros: 600_000, ..Stored::default() };
        let usage = |tokens_in, tokens_out| Usage { tokens_in, tokens_out, estimated: false };
        assert_eq!(cost(&stored, usage(1_000_000, 1_000_000)), 750_000);
        assert_eq!(cost(&stored, usage(1, 0)), 1);
        assert_eq!(cost(&stored, usage(0, 0)), 0);
        let dear = Stored { input_price_micros: 1_000_000_000_000, ..Stored::default() };
        assert_eq!(cost(&dear, usage(i64::MAX, 0)), i64::MAX);
    }

    #[test]
    fn every_ending_has_a_name_and_held_back_ones_were_not_sent() {
        for refusal in [Refusal::OverRate, Refusal::OverTokens, Refusal::OverSpend, Refusal::Forbidden] {
            assert!(!outcome(Some(&RemoteError::Refused(refusal))).was_sent());
        }
        assert!(!outcome(Some(&RemoteError::Open)).was_sent());
        assert!(outcome(None).was_sent() && outcome(Some(&RemoteError::Timeout)).was_sent());
    }
}
