//! Sixty days of an account: played in memory with the product's own AI and routing, then written in one transaction.

use std::collections::HashMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use types::{
    ClassificationId, ContactId, ConversationId, DraftId, MessageId, Timestamp, conversations::Status,
    drafts::DraftStatus,
};

use super::{
    cast::{self, Customer, Times},
    company::Company,
    draft,
    files::{self, From, Script},
    hours::Dice,
    ledger::{self, DecisionRow},
    office::Office,
    queries,
    rows::{self, ClassificationRow, CorrectionRow, DraftRow, Place, Played, PointerRow, RatingRow, SourceRow},
};
use crate::{Actor, Ctx, Error, Result, TenantTx, accounts, agents, ai::Verdict, decisions::Basis, inboxes, teams};

/// Texts the classifier reads at a time: enough to fill its batches.
const READ_AT_ONCE: usize = 16;
/// Drafts composed at a time: few, so that each profits from the sentences the others have read.
const DRAFTED_AT_ONCE: usize = 4;
/// As for live messages: fewer words are read together with what the customer said before.
const SHORT: usize = 4;

/// Writes the account's history unless it is there.
pub async fn write(ctx: &Ctx, company: &Company) -> Result<()> {
    let actor = Actor::system(company.id);
    let mut tx = ctx.begin(&actor).await?;
    if queries::standing(&mut tx).await?.is_none_or(|standing| standing.seeded == Some(true)) {
        return Ok(());
    }
    let account = accounts::get(&mut tx).await?;
    let office = Office {
        account_name: account.name,
        threshold: account.auto_assign_threshold,
        agents: agents::list(&mut tx, &actor).await?,
        teams: teams::list(&mut tx, &actor).await?,
        inboxes: inboxes::list(&mut tx, &actor).await?,
        now: tx.now(),
    };
    drop(tx);

    let (customers, mut played, mut dice) = play(ctx, company, &office).await?;
    draft_answers(ctx, company, &office, &customers, &mut played, &mut dice).await?;

    let mut tx = ctx.begin(&actor).await?;
    if queries::standing(&mut tx).await?.is_none_or(|standing| standing.seeded == Some(true)) {
        return Ok(());
    }
    save(&mut tx, &customers, &played, office.threshold).await?;
    queries::mark(&mut tx, true).await?;
    tx.commit().await
}

async fn play(ctx: &Ctx, company: &Company, office: &Office) -> Result<(Vec<Customer>, Vec<Played>, Dice)> {
    let mut scripts: Vec<Script> = files::parse(company.conversations)?;
    scripts.truncate(company.wanted);
    let mut dice = Dice::new(company.id.0 as u64);
    let (customers, writers) = cast::cast(&scripts, &mut dice);
    let mut order: Vec<(Times, usize)> =
        scripts.iter().enumerate().map(|(index, script)| (cast::place(script, office.now, &mut dice), index)).collect();
    order.sort_by_key(|(times, _)| times.lines[0]);
    let mut judged = judge(ctx, &scripts).await?;
    let mut held = Vec::new();
    let mut played = Vec::with_capacity(order.len());
    for (times, index) in order {
        let script = &scripts[index];
        let customer = writers[index];
        let readings = std::mem::take(&mut judged[index]);
        let mut thread = office.play(script, &customers[customer].name, &times, readings, &mut held, &mut dice);
        thread.correct(&script.category);
        let inbox_id = office.inbox(script.channel).ok_or(Error::NotFound)?.id;
        played.push(Played {
            thread,
            subject: script.subject.clone(),
            inbox_id,
            customer,
            category: script.category.clone(),
        });
    }
    Ok((customers, played, dice))
}

/// Judgements of the first line of each script, and of the newest one where the customer waits for an answer.
async fn judge(ctx: &Ctx, scripts: &[Script]) -> Result<Vec<Vec<(usize, Verdict)>>> {
    let mut wanted: Vec<(usize, usize, String)> = Vec::new();
    for (index, script) in scripts.iter().enumerate() {
        let last = script.messages.iter().rposition(|said| said.from != From::Note).unwrap_or_default();
        let waits = script.status != Status::Resolved && script.messages[last].from == From::Customer;
        wanted.push((index, 0, text_of(script, 0)));
        if waits && last > 0 {
            wanted.push((index, last, text_of(script, last)));
        }
    }
    let verdicts: Vec<(usize, usize, Verdict)> = stream::iter(wanted)
        .map(|(index, place, text)| async move {
            let verdict = ctx.ai.classify(&text).await.map_err(|error| Error::Unavailable(error.into()))?;
            Ok::<_, Error>((index, place, verdict))
        })
        .buffered(READ_AT_ONCE)
        .try_collect()
        .await?;
    let mut judged = vec![Vec::new(); scripts.len()];
    for (index, place, verdict) in verdicts {
        judged[index].push((place, verdict));
    }
    Ok(judged)
}

fn text_of(script: &Script, place: usize) -> String {
    let text = &script.messages[place].text;
    let before = script.messages[..place].iter().rev().find(|said| said.from == From::Customer);
    match before {
        Some(before) if text.split_whitespace().count() < SHORT => format!("{}\n{text}", before.text),
        _ => text.clone(),
    }
}

async fn draft_answers(
    ctx: &Ctx,
    company: &Company,
    office: &Office,
    customers: &[Customer],
    played: &mut [Played],
    dice: &mut Dice,
) -> Result<()> {
    let wanted: Vec<(usize, usize)> = played
        .iter()
        .enumerate()
        .filter_map(|(index, played)| Some((index, draft::wanted(&played.thread, dice)?)))
        .collect();
    let composed: Vec<_> = stream::iter(wanted)
        .map(|(index, line)| {
            let Played { thread, customer, .. } = &played[index];
            let customer = &customers[*customer];
            async move {
                Ok::<_, Error>((index, line, draft::compose(ctx, company.id, office, customer, thread, line).await?))
            }
        })
        .buffered(DRAFTED_AT_ONCE)
        .try_collect()
        .await?;
    for (index, line, composed) in composed {
        let Some(composed) = composed else { continue };
        let Played { thread, category, .. } = &mut played[index];
        let apt = thread.readings.first().is_some_and(|reading| reading.verdict.category == *category);
        draft::settle(thread, line, composed, apt, dice);
    }
    Ok(())
}

/// What the rows of one account are known by once they are there.
struct Ids {
    contacts: Vec<ContactId>,
    conversations: Vec<ConversationId>,
    /// By conversation and line.
    messages: HashMap<Place, MessageId>,
}

impl Ids {
    fn message(&self, conversation: usize, line: usize) -> Result<MessageId> {
        self.messages.get(&(conversation, line)).copied().ok_or(Error::NotFound)
    }

    fn read(&self, conversation: usize, lines: &[usize]) -> Result<Vec<MessageId>> {
        lines.iter().map(|line| self.message(conversation, *line)).collect()
    }

    fn pointed(&self, conversation: usize, line: Option<usize>) -> Result<Option<MessageId>> {
        line.map(|line| self.message(conversation, line)).transpose()
    }
}

async fn save(tx: &mut TenantTx, customers: &[Customer], played: &[Played], threshold: f64) -> Result<()> {
    let now: Timestamp = tx.now();
    let contacts = queries::insert_contacts(tx, &rows::contacts(customers, played, now)).await?;
    let conversations = queries::insert_conversations(tx, &rows::conversations(played, &contacts)).await?;
    let (places, lines) = rows::messages(played, &conversations, &contacts);
    let messages = places.into_iter().zip(queries::insert_messages(tx, &lines).await?).collect();
    let ids = Ids { contacts, conversations, messages };
    let (rows, bases): (Vec<_>, Vec<_>) = classifications(played, &ids, threshold)?.into_iter().unzip();
    let classified = queries::assistant::insert_classifications(tx, &rows).await?;
    queries::assistant::insert_corrections(tx, &corrections(&classified, &rows)).await?;
    let lines = classified.into_iter().zip(&rows).zip(bases);
    let mut decisions: Vec<_> = lines.map(|((id, row), basis)| DecisionRow::classified(id, row, basis)).collect();
    let pending = save_drafts(tx, played, &ids, &mut decisions).await?;
    decisions.sort_by_key(|row| row.created_at);
    queries::assistant::insert_decisions(tx, &decisions).await?;
    queries::insert_ratings(tx, &ratings(played, &ids)).await?;
    queries::point(tx, &pointers(played, &ids, &pending)?).await?;
    queries::count_figures(tx).await
}

fn classifications<'a>(played: &'a [Played], ids: &Ids, threshold: f64) -> Result<Vec<(ClassificationRow<'a>, Basis)>> {
    let mut rows = Vec::new();
    for (index, played) in played.iter().enumerate() {
        for reading in &played.thread.readings {
            let verdict = &reading.verdict;
            let (read, text) = ledger::read_to_classify(&played.thread, reading.line);
            let basis = Basis::of_message(ledger::NO_QUESTION, ids.read(index, &read)?, &text, &verdict.model);
            let row = ClassificationRow {
                conversation_id: ids.conversations[index],
                message_id: ids.message(index, reading.line)?,
                category: reading.category(),
                priority: verdict.priority,
                sentiment: verdict.sentiment,
                language: verdict.language,
                confidence: verdict.confidences.category,
                confidences: &verdict.confidences,
                reasoning: &verdict.reasoning,
                evidence: &verdict.evidence,
                suggested_team_id: reading.team,
                suggested_agent_id: reading.agent,
                model: &verdict.model,
                processing_ms: verdict.processing_ms,
                created_at: reading.at,
                outcome: verdict.outcome(threshold),
                scope: verdict.scope,
                alternatives: &verdict.alternatives,
                reading,
                corrected: if reading.correction.is_some() { &["category"] } else { &[] },
            };
            rows.push((row, basis));
        }
    }
    rows.sort_by_key(|(row, _)| (row.created_at, row.message_id));
    Ok(rows)
}

fn corrections<'a>(classified: &[ClassificationId], rows: &[ClassificationRow<'a>]) -> Vec<CorrectionRow<'a>> {
    let corrected = classified.iter().zip(rows).filter_map(|(id, row)| {
        let correction = row.reading.correction.as_ref()?;
        Some(CorrectionRow {
            classification_id: *id,
            message_id: row.message_id,
            user_id: correction.by,
            from_value: &row.reading.verdict.category,
            to_value: &correction.category,
            created_at: correction.at,
        })
    });
    let mut corrections: Vec<_> = corrected.collect();
    corrections.sort_by_key(|row| row.created_at);
    corrections
}

/// Answers the conversations' pending drafts.
async fn save_drafts<'a>(
    tx: &mut TenantTx,
    played: &'a [Played],
    ids: &Ids,
    decisions: &mut Vec<DecisionRow<'a>>,
) -> Result<Vec<(usize, DraftId)>> {
    let drafted: Vec<(usize, &'a draft::Drafted)> = played
        .iter()
        .enumerate()
        .flat_map(|(index, played)| played.thread.drafts.iter().map(move |drafted| (index, drafted)))
        .collect();
    let rows = drafted.iter().map(|&(index, drafted)| {
        let composed = &drafted.composed;
        Ok(DraftRow {
            conversation_id: ids.conversations[index],
            message_id: ids.message(index, drafted.line)?,
            content: &composed.content,
            language: composed.language,
            confidence: composed.confidence,
            reasoning: &composed.reasoning,
            grounded: composed.grounded,
            status: drafted.status,
            model: &composed.model,
            generation_ms: composed.generation_ms,
            sent_message_id: ids.pointed(index, drafted.sent_line)?,
            sent_content: drafted.sent_content.as_deref(),
            edit_distance: drafted.edit_distance,
            rejection_reason: drafted.rejection_reason,
            decided_by: drafted.decided_by,
            decided_at: drafted.decided_at,
            created_at: drafted.at,
            claims: &composed.claims,
        })
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let draft_ids = queries::assistant::insert_drafts(tx, &rows).await?;
    for ((&(index, drafted), id), row) in drafted.iter().zip(&draft_ids).zip(&rows) {
        let read = ledger::read_to_draft(&played[index].thread, drafted.line);
        decisions.push(DecisionRow::drafted(*id, row, drafted, ids.read(index, &read)?));
    }
    let sources: Vec<SourceRow<'_>> = drafted
        .iter()
        .zip(&draft_ids)
        .flat_map(|((_, drafted), id)| {
            drafted.composed.sources.iter().enumerate().map(|(place, source)| SourceRow {
                draft_id: *id,
                ordinal: place + 1,
                article_id: source.article_id,
                title: &source.title,
                similarity: source.similarity,
                excerpt: &source.excerpt,
            })
        })
        .collect();
    queries::assistant::insert_sources(tx, &sources).await?;
    let pending = drafted.iter().zip(draft_ids).filter(|((_, drafted), _)| drafted.status == DraftStatus::Pending);
    Ok(pending.map(|((index, _), id)| (*index, id)).collect())
}

fn ratings<'a>(played: &'a [Played], ids: &Ids) -> Vec<RatingRow<'a>> {
    let rated =
        played.iter().enumerate().filter_map(|(index, played)| Some((index, played, played.thread.rated.as_ref()?)));
    rated
        .map(|(index, played, rated)| RatingRow {
            conversation_id: ids.conversations[index],
            contact_id: ids.contacts[played.customer],
            agent_id: rated.agent,
            rating: rated.rating,
            comment: rated.comment.as_deref(),
            created_at: rated.at,
        })
        .collect()
}

fn pointers(played: &[Played], ids: &Ids, pending: &[(usize, DraftId)]) -> Result<Vec<PointerRow>> {
    let row = |(index, played): (usize, &Played)| {
        let thread = &played.thread;
        let last = thread.last.map(|line| &thread.lines[line]);
        Ok(PointerRow {
            id: ids.conversations[index],
            last_message_id: ids.pointed(index, thread.last)?,
            last_message_preview: last.map(|line| crate::messages::preview(&line.text)),
            last_message_sender: last.map(|line| line.sender_type),
            last_message_private: last.map(|line| line.private),
            last_message_at: last.map(|line| line.at),
            agent_read_message_id: ids.pointed(index, thread.agent_read)?,
            contact_read_message_id: ids.pointed(index, thread.contact_read)?,
            pending_draft_id: pending.iter().find(|(of, _)| *of == index).map(|(_, id)| *id),
        })
    };
    played.iter().enumerate().map(row).collect()
}
