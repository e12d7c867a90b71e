//! One side of a rehearsal: everything that decides what the assistant does, as it stands or as it would.

use std::{collections::HashMap, sync::Arc};

use tokio::{
    sync::Mutex,
    time::{Duration, Interval, MissedTickBehavior, interval},
};
use types::{
    AccountId, CategoryId,
    categories::DraftPolicy,
    egress::Purpose,
    messages::Message,
    rehearsals::{Tried, TriedDraft},
};

use super::queries;
use crate::{
    Ctx, Error, Result, TenantTx, accounts,
    ai::{Classifier, Door, Remote, Verdict},
    ai_settings::{self, Stored},
    conversations,
    drafts::{self, Judged},
    egress::{self, About, Books},
    knowledge::{self, Prepared, meaning::Pace},
};

/// Of the rate that the account allows, so that a clock that differs a little does not break it.
const SHARE: f64 = 0.9;

/// What is read of an account, before its classifier and model are prepared.
pub struct Standing {
    pub threshold: f64,
    pub settings: Stored,
    /// By id: its name, and what is wanted of its drafts.
    pub categories: HashMap<CategoryId, (String, DraftPolicy)>,
    pub teams: Vec<String>,
}

impl Standing {
    pub async fn read(tx: &mut TenantTx) -> Result<Self> {
        Ok(Self {
            threshold: accounts::get(tx).await?.auto_assign_threshold,
            settings: ai_settings::queries::find(tx).await?,
            categories: queries::subjects::categories(tx).await?,
            teams: conversations::queries::team_names(tx).await?.into_iter().map(|team| team.name).collect(),
        })
    }
}

pub struct Side {
    standing: Standing,
    pub classifier: Arc<Classifier>,
    /// None where the built-in assistant answers.
    remote: Option<Remote>,
    /// Those that changes are about, as this side has them.
    articles: Vec<Prepared>,
    pace: Mutex<Interval>,
}

impl Side {
    pub fn new(
        ctx: &Ctx,
        account: AccountId,
        standing: Standing,
        classifier: Arc<Classifier>,
        articles: Vec<Prepared>,
    ) -> Self {
        // Made for this: what is prepared for customers goes by stored settings.
        let remote = ctx.models.fresh(ctx, account, &standing.settings).ok().filter(|_| standing.settings.egress);
        let rate = f64::from(standing.settings.drafts_per_minute.max(1)) * SHARE;
        let mut pace = interval(Duration::from_secs_f64(60.0 / rate).max(Duration::from_millis(1)));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { standing, classifier, remote, articles, pace: Mutex::new(pace) }
    }

    /// Name of the category, by its id.
    pub fn names(&self) -> impl Iterator<Item = (CategoryId, &str)> {
        self.standing.categories.iter().map(|(id, (name, _))| (*id, name.as_str()))
    }

    fn policy(&self, category: &str) -> DraftPolicy {
        let found = self.standing.categories.values().find(|(name, _)| name.eq_ignore_ascii_case(category));
        found.map_or(DraftPolicy { drafting: true, note: None, guidance: None }, |(_, policy)| policy.clone())
    }

    /// Whether both ask the same model in the same way.
    fn asks_as(&self, other: &Self) -> bool {
        self.remote.is_some() == other.remote.is_some()
            && self.standing.settings.place() == other.standing.settings.place()
    }

    /// Whether both judge every message alike, threshold aside.
    pub fn judges_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.classifier, &other.classifier) && self.asks_as(other)
    }

    /// Whether a message that was judged so is answered alike by both.
    pub fn answers_as(&self, judged: &Verdict, other: &Self, judged_there: &Verdict) -> bool {
        let seen =
            |verdict: &Verdict| (verdict.category.clone(), verdict.priority, verdict.sentiment, verdict.language);
        seen(judged) == seen(judged_there)
            && self.policy(&judged.category) == other.policy(&judged_there.category)
            && self.articles.is_empty()
            && self.asks_as(other)
    }

    /// The way to this side's model for one question, when its turn has come.
    async fn door(&self, ctx: &Ctx, account: AccountId, message: &Message, questions: &mut Vec<i64>) -> Option<Door> {
        let remote = self.remote.clone()?;
        self.pace.lock().await.tick().await;
        let about = About::message(ctx, Purpose::Rehearse, message.conversation_id, message.id);
        questions.push(about.question);
        Some(Door { remote, ledger: Arc::new(Books::new(ctx, account, about)), progress: None })
    }

    pub async fn judge(
        &self,
        ctx: &Ctx,
        account: AccountId,
        message: &Message,
        text: &str,
    ) -> Result<(Verdict, Tried)> {
        let mut questions = Vec::new();
        let door = self.door(ctx, account, message, &mut questions).await;
        let verdict = ctx.ai.classify_for(&self.classifier, text, &self.standing.teams, door.as_ref()).await;
        let verdict = verdict.map_err(|error| Error::Unavailable(error.into()))?;
        let failed = door.is_some_and(|door| verdict.model != door.remote.model());
        let mut tried = self.seen(&verdict);
        tried.failures = failed.into();
        self.charge(ctx, account, &questions, &mut tried).await?;
        Ok((verdict, tried))
    }

    /// What this side makes of a verdict.
    pub fn seen(&self, verdict: &Verdict) -> Tried {
        Tried {
            category: verdict.category.clone(),
            confidence: verdict.confidences.category,
            outcome: verdict.outcome(self.standing.threshold),
            priority: verdict.priority,
            model: verdict.model.clone(),
            draft: None,
            failures: 0,
            tokens: 0,
            cost_micros: 0,
            latency_ms: verdict.processing_ms,
        }
    }

    /// Adds the draft that this side would write; `reference` is what an agent wrote.
    pub async fn answer(
        &self,
        ctx: &Ctx,
        account: AccountId,
        message: &Message,
        verdict: &Verdict,
        reference: Option<&str>,
        tried: &mut Tried,
    ) -> Result<()> {
        let policy = self.policy(&verdict.category);
        if !policy.drafting {
            return Ok(());
        }
        let mut questions = Vec::new();
        let door = self.door(ctx, account, message, &mut questions).await;
        let asked = door.as_ref().map(|door| door.remote.model().to_owned());
        let made = drafts::rehearse(ctx, message.clone(), Judged::by(verdict), policy, &self.articles, door, account);
        let made = made.await?;
        tried.failures += u32::from(made.asked && asked.is_some_and(|model| model != made.composed.model));
        tried.latency_ms += made.composed.generation_ms;
        let likeness = match reference {
            Some(reference) if made.composed.grounded => {
                let language = made.composed.language;
                let texts = vec![(made.composed.content.clone(), language), (reference.to_owned(), language)];
                let vectors = knowledge::meaning::vectors(ctx, texts, Pace::Bulk).await?;
                Some(vectors[0].iter().zip(&vectors[1]).map(|(a, b)| f64::from(a * b)).sum())
            }
            _ => None,
        };
        tried.draft = Some(TriedDraft {
            content: made.composed.content,
            grounded: made.composed.grounded,
            confidence: made.confidence,
            model: made.composed.model,
            likeness,
        });
        self.charge(ctx, account, &questions, tried).await
    }

    /// At this side's prices, which need not be the ones in the books.
    async fn charge(&self, ctx: &Ctx, account: AccountId, questions: &[i64], tried: &mut Tried) -> Result<()> {
        if questions.is_empty() {
            return Ok(());
        }
        let mut tx = ctx.begin_in(account).await?;
        let used = egress::used(&mut tx, questions).await?;
        tried.tokens += used.tokens_in + used.tokens_out;
        tried.cost_micros += egress::cost(&self.standing.settings, used);
        Ok(())
    }
}
