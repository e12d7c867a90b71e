//! `eval retrieval`: articles through the product's ingestion, questions through its search.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use domain::{
    Actor, Ctx,
    accounts::{self, Founding},
    ai::Who,
    boot::{Booted, boot},
    ctx::Settings,
    jobs,
    knowledge::{self, APPROXIMATE_FROM, Question},
};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use types::{
    AccountId, ArticleId, Language,
    knowledge::{ArticleQuery, SaveArticle},
};

use super::{
    super::Installation,
    answerability::Observation,
    lines,
    measures::{auroc, quantile, round},
};
use crate::WorkerOptions;

/// The account that evaluations use, made once a database.
const SCRATCH: &str = "HummDesk evaluation";
/// More passages take long to delete, and their database goes with them.
const CLEARED: i64 = 50_000;
const MAX_TITLE_CHARS: usize = 300;
/// Articles a transaction.
const BATCH: usize = 50;
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Passages asked for: at most two of an article, so twice the articles and some.
const PASSAGES: usize = 24;

#[derive(Args, Debug)]
pub struct RetrievalArgs {
    /// Articles, one {"id", "title", "text"} a line
    #[arg(long, value_name = "FILE")]
    articles: PathBuf,
    /// Questions, one {"id", "history": [{"role", "text"}], "relevant": [ids], "answerability"} a line
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Articles looked at for each question
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=10))]
    k: u16,
    /// Find by the meaning of the last question alone, to compare with
    #[arg(long)]
    by_meaning: bool,
    /// Write what `eval answerability` fits, one line a question
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Copy the passages until there are so many, to measure the time that a search takes
    #[arg(long, value_name = "N", default_value_t = 0)]
    passages: i64,
}

#[derive(Deserialize)]
struct SourceArticle {
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct SourceQuery {
    history: Vec<Turn>,
    #[serde(default)]
    relevant: Vec<String>,
    #[serde(default)]
    answerability: String,
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Report {
    n: usize,
    recall_at_3: f64,
    recall_at_5: f64,
    mrr_at_5: f64,
    answerable_auroc: f64,
    millis_p50: f64,
    millis_p95: f64,
}

pub async fn run(installation: &Installation, arguments: &RetrievalArgs) -> anyhow::Result<()> {
    let articles: Vec<SourceArticle> = lines(&arguments.articles)?;
    let queries: Vec<SourceQuery> = lines(&arguments.queries)?;
    ensure!(!articles.is_empty(), "{} holds no article", arguments.articles.display());
    ensure!(!queries.is_empty(), "{} holds no question", arguments.queries.display());
    // Without a database of its own, the evaluation gets one that is thrown away.
    let scratch = tempfile::Builder::new().prefix("hummdesk-eval-").tempdir()?;
    let mut options = installation.boot_options(Settings::default());
    if options.database_url.is_none() {
        options.data_dir = scratch.path().to_owned();
    }
    let booted = boot(options).await?;
    let measured = measure(&booted, &articles, &queries, arguments).await;
    booted.shut_down().await?;
    println!("{}", serde_json::to_string(&measured?)?);
    Ok(())
}

async fn measure(
    booted: &Booted,
    articles: &[SourceArticle],
    queries: &[SourceQuery],
    arguments: &RetrievalArgs,
) -> anyhow::Result<Report> {
    let ctx = &booted.ctx;
    let account = scratch_account(ctx).await?;
    let actor = Actor::system(account);
    clear(ctx, &actor).await?;
    let stop = CancellationToken::new();
    let indexer = tokio::spawn(crate::run(
        ctx.clone(),
        WorkerOptions { classify: 0, draft: 0, index: 2, maintain: 0 },
        stop.clone(),
    ));
    let ingested = match ingest(ctx, &actor, articles).await {
        Ok(known) => multiply(booted, account, arguments.passages).await.map(|()| known),
        Err(error) => Err(error),
    };
    let asked = match ingested {
        Ok(known) => ask(ctx, account, queries, &known, arguments).await,
        Err(error) => Err(error),
    };
    stop.cancel();
    indexer.await??;
    if arguments.passages <= CLEARED {
        clear(ctx, &actor).await?;
    }
    asked
}

/// Copies passages until there are `passages`, if any are wanted. An account that grew by articles has nearly all of its passages
/// in the graph beyond [`APPROXIMATE_FROM`].
async fn multiply(booted: &Booted, account: AccountId, passages: i64) -> anyhow::Result<()> {
    if passages == 0 {
        return Ok(());
    }
    knowledge::multiply(&booted.ctx, account, passages).await?;
    booted.settle(passages >= APPROXIMATE_FROM).await
}

async fn scratch_account(ctx: &Ctx) -> anyhow::Result<AccountId> {
    for account in jobs::all_accounts(&ctx.db).await? {
        let mut tx = ctx.begin_in(account).await?;
        if accounts::get(&mut tx).await?.name == SCRATCH {
            return Ok(account);
        }
    }
    let founding = Founding {
        name: SCRATCH.to_owned(),
        locale: Language::English,
        admin_name: "Evaluation".to_owned(),
        admin_email: "evaluation@hummdesk.invalid".to_owned(),
        password: ctx.entropy.token(),
        id: None,
    };
    Ok(accounts::create(ctx, founding).await?)
}

/// Writes the articles and waits until each is searchable; their own ids by ours.
async fn ingest(ctx: &Ctx, actor: &Actor, articles: &[SourceArticle]) -> anyhow::Result<HashMap<ArticleId, String>> {
    let mut known = HashMap::new();
    for batch in articles.chunks(BATCH) {
        let mut tx = ctx.begin(actor).await?;
        for article in batch {
            let title: String = article.title.trim().chars().take(MAX_TITLE_CHARS).collect();
            let request = SaveArticle {
                title: if title.is_empty() { "Untitled".to_owned() } else { title },
                body: article.text.replace('\0', ""),
                language: None,
                collection: None,
                status: None,
            };
            known.insert(knowledge::create(&mut tx, actor, request).await?.id, article.id.clone());
        }
        tx.commit().await?;
    }
    while !indexed(ctx, actor).await? {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(known)
}

async fn indexed(ctx: &Ctx, actor: &Actor) -> anyhow::Result<bool> {
    let mut query = ArticleQuery { limit: Some(200), ..ArticleQuery::default() };
    let mut tx = ctx.begin(actor).await?;
    loop {
        let page = knowledge::list(&mut tx, actor, query.clone()).await?;
        if page.data.iter().any(|article| !article.indexed) {
            return Ok(false);
        }
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(true),
        }
    }
}

async fn clear(ctx: &Ctx, actor: &Actor) -> anyhow::Result<()> {
    loop {
        let mut tx = ctx.begin(actor).await?;
        let page =
            knowledge::list(&mut tx, actor, ArticleQuery { limit: Some(200), ..ArticleQuery::default() }).await?;
        if page.data.is_empty() {
            return Ok(());
        }
        for article in page.data {
            knowledge::delete(&mut tx, actor, article.id).await?;
        }
        tx.commit().await?;
    }
}

async fn ask(
    ctx: &Ctx,
    account: AccountId,
    queries: &[SourceQuery],
    known: &HashMap<ArticleId, String>,
    arguments: &RetrievalArgs,
) -> anyhow::Result<Report> {
    let (mut recall_3, mut recall_5, mut reciprocal, mut judged) = (0.0, 0.0, 0.0, 0.0);
    let mut millis = Vec::with_capacity(queries.len());
    let mut scores = Vec::with_capacity(queries.len());
    let mut observed = Vec::with_capacity(queries.len());
    // Of a large account nothing has been read yet; it is the disk that would be timed.
    let warm = if arguments.passages > 0 { queries } else { &[] };
    for query in warm {
        knowledge::retrieve(ctx, account, &question(query), PASSAGES).await?;
    }
    for query in queries {
        let question = question(query);
        let started = Instant::now();
        let answered = if arguments.by_meaning {
            knowledge::retrieve_by_meaning(ctx, account, &question.text, PASSAGES).await?
        } else {
            knowledge::retrieve(ctx, account, &question, PASSAGES).await?
        };
        millis.push(started.elapsed().as_secs_f64() * 1_000.0);
        if !query.answerability.is_empty() {
            let answerable = answerable(&query.answerability);
            scores.push((answered.answerable, answerable));
            observed.push(Observation::new(answered.evidence, answerable));
        }
        if query.relevant.is_empty() {
            continue;
        }
        let mut found: Vec<&str> = Vec::new();
        for id in answered.passages.iter().filter_map(|passage| known.get(&passage.article_id)) {
            if !found.contains(&id.as_str()) {
                found.push(id);
            }
        }
        found.truncate(usize::from(arguments.k).max(5));
        let hits = |depth: usize| {
            found.iter().take(depth).filter(|id| query.relevant.iter().any(|known| known == *id)).count() as f64
        };
        let relevant = query.relevant.len() as f64;
        judged += 1.0;
        recall_3 += hits(3) / relevant;
        recall_5 += hits(5) / relevant;
        let first = found.iter().take(5).position(|id| query.relevant.iter().any(|known| known == id));
        reciprocal += first.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
    }
    if let Some(file) = &arguments.evidence {
        let lines = observed.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        fs::write(file, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    millis.sort_by(f64::total_cmp);
    let share = |sum: f64| if judged > 0.0 { round(sum / judged) } else { 0.0 };
    Ok(Report {
        n: queries.len(),
        recall_at_3: share(recall_3),
        recall_at_5: share(recall_5),
        mrr_at_5: share(reciprocal),
        answerable_auroc: round(auroc(&scores)),
        millis_p50: round(quantile(&millis, 0.5)),
        millis_p95: round(quantile(&millis, 0.95)),
    })
}

/// The customer's last message, and what stands before it.
fn question(query: &SourceQuery) -> Question {
    let last =
        query.history.iter().rposition(|turn| turn.role == "user").unwrap_or(query.history.len().saturating_sub(1));
    let who = |turn: &Turn| if turn.role == "user" { Who::Customer } else { Who::Agent };
    let before: Vec<(Who, String)> =
        query.history.iter().take(last).map(|turn| (who(turn), turn.text.clone())).collect();
    Question::after(query.history.get(last).map(|turn| turn.text.clone()).unwrap_or_default(), &before)
}

/// Whether the articles hold an answer, if only a part of it.
fn answerable(answerability: &str) -> bool {
    ["answerable", "partial"].iter().any(|known| answerability.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_question_is_asked() {
        let turn = |role: &str, text: &str| Turn { role: role.to_owned(), text: text.to_owned() };
        let query = SourceQuery {
            history: vec![turn("user", "first"), turn("agent", "answer"), turn("user", "last")],
            relevant: Vec::new(),
            answerability: String::new(),
        };
        let question = question(&query);
        assert_eq!(question.text, "last");
        assert_eq!((question.before.as_deref(), question.answer.as_deref()), (Some("first"), Some("answer")));
    }
}
