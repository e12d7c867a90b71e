//! Drafts of the demo: composed by the product itself from the demo's articles, then decided by its agents.

use chrono::TimeDelta;
use types::{AccountId, Timestamp, UserId, drafts::DraftStatus, messages::SenderType};

use super::{cast::Customer, hours::Dice, ledger, office::Office, thread::Thread};
use crate::{
    Ctx, Error, Result,
    ai::{self, Composed, DraftRequest, Who},
    decisions::Basis,
    drafts::text::{edit_distance, without_marks},
    knowledge::{self, Question},
};

/// As the drafts of live messages.
const PASSAGES: usize = 8;
const SURE_LANGUAGE: f64 = 0.6;
/// Share of answered conversations with a draft: the assistant has not always been there.
const SHARE: f64 = 0.25;
/// From here a draft is good enough to be sent as it is.
const GOOD: f64 = 0.55;

const REASONS: [&str; 4] = [
    "Answers a different question.",
    "Too general: this customer needs the details of their own order.",
    "The tone does not fit how upset the customer is.",
    "Correct, but half of it is already in the conversation.",
];

#[derive(Debug)]
pub struct Drafted {
    /// The customer's line that it answers.
    pub line: usize,
    pub at: Timestamp,
    pub composed: Composed,
    /// Without the messages that were read, which have no ids yet.
    pub basis: Basis,
    pub status: DraftStatus,
    pub sent_line: Option<usize>,
    pub sent_content: Option<String>,
    pub edit_distance: Option<i32>,
    pub rejection_reason: Option<&'static str>,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
}

/// The line to draft an answer to: the one that waits for it now, or the first one of some answered conversations.
pub fn wanted(thread: &Thread, dice: &mut Dice) -> Option<usize> {
    let judged = |line: &usize| thread.readings.iter().any(|reading| reading.line == *line);
    match thread.unanswered().filter(|_| thread.waiting_since.is_some()) {
        Some(line) => Some(line).filter(judged),
        None => thread.readings.first().map(|reading| reading.line).filter(|_| dice.chance(SHARE)),
    }
}

/// What the product would have drafted in answer to a line.
pub async fn compose(
    ctx: &Ctx,
    account: AccountId,
    office: &Office,
    customer: &Customer,
    thread: &Thread,
    line: usize,
) -> Result<Option<(Composed, Basis)>> {
    let Some(reading) = thread.readings.iter().find(|reading| reading.line == line) else { return Ok(None) };
    let verdict = &reading.verdict;
    let read = ledger::read_to_draft(thread, line);
    let history: Vec<(Who, String)> = read[..read.len() - 1]
        .iter()
        .map(|before| &thread.lines[*before])
        .map(|line| {
            (if line.sender_type == SenderType::Contact { Who::Customer } else { Who::Agent }, line.text.clone())
        })
        .collect();
    let question = Question::after(thread.lines[line].text.clone(), &history);
    let found = knowledge::retrieve(ctx, account, &question, PASSAGES).await?;
    let agent =
        if thread.first_response_at.is_some_and(|at| at < reading.at) { thread.assignee } else { thread.routed_to };
    let request = DraftRequest {
        question: question.text,
        history,
        language: if verdict.confidences.language >= SURE_LANGUAGE { verdict.language } else { customer.language },
        sentiment: verdict.sentiment,
        priority: verdict.priority,
        category: verdict.category.clone(),
        customer_name: Some(customer.name.clone()),
        agent_name: agent.map(|id| office.name_of(id)),
        account_name: office.account_name.clone(),
        policy: ai::Policy::default(),
        answerable: found.answerable,
        passages: found.passages.iter().cloned().map(ai::Passage::from).collect(),
    };
    let basis = Basis::of_draft(ledger::NO_QUESTION, Vec::new(), &request, &found.passages);
    let composed = ctx.ai.compose(&request, None).await.map_err(|error| Error::Unavailable(error.into()))?;
    Ok(Some((composed, basis)))
}

/// Gives the thread its draft, and lets the agent who answered have decided about it. A good one was sent in place of
/// the scripted answer where nothing was said after it. `apt` tells whether the AI understood the matter.
pub fn settle(thread: &mut Thread, line: usize, composed: (Composed, Basis), apt: bool, dice: &mut Dice) {
    let read_at =
        thread.readings.iter().find(|reading| reading.line == line).map_or(thread.lines[line].at, |reading| reading.at);
    let at = read_at + TimeDelta::seconds(1);
    let (composed, basis) = composed;
    let mut drafted = Drafted {
        line,
        at,
        status: DraftStatus::Pending,
        sent_line: None,
        sent_content: None,
        edit_distance: None,
        rejection_reason: None,
        decided_by: None,
        decided_at: None,
        composed,
        basis,
    };
    if let Some(answer) = thread.answer_after(line) {
        let answered_at = thread.lines[answer].at;
        drafted.decided_at = Some(answered_at);
        drafted.status = DraftStatus::Superseded;
        let last_word = thread.last_public() == Some(answer) && line == 0;
        let good = apt && last_word && drafted.composed.grounded && drafted.composed.confidence >= GOOD;
        if good && dice.chance(0.8) {
            let proposed = without_marks(&drafted.composed.content, drafted.composed.sources.len());
            let text = if dice.chance(0.65) { proposed.clone() } else { shortened(&proposed) };
            send(&mut drafted, thread, answer, &proposed, text);
        } else if drafted.composed.grounded && dice.chance(0.5) {
            let proposed = without_marks(&drafted.composed.content, drafted.composed.sources.len());
            let text = thread.lines[answer].text.clone();
            send(&mut drafted, thread, answer, &proposed, text);
        } else if dice.chance(0.5) {
            drafted.status = DraftStatus::Rejected;
            drafted.rejection_reason = if drafted.composed.grounded {
                Some(REASONS[dice.below(REASONS.len())])
            } else {
                Some("Says only that somebody will look into it.")
            };
            drafted.decided_by = thread.lines[answer].agent;
            drafted.decided_at = Some((answered_at - TimeDelta::seconds(30)).max(at));
        }
    }
    thread.drafts.push(drafted);
}

/// As [`crate::drafts::accept`].
fn send(drafted: &mut Drafted, thread: &mut Thread, answer: usize, proposed: &str, text: String) {
    let distance = edit_distance(proposed, &text);
    drafted.status = if distance == 0 { DraftStatus::Accepted } else { DraftStatus::Edited };
    drafted.sent_line = Some(answer);
    drafted.edit_distance = Some(distance);
    drafted.decided_by = thread.lines[answer].agent;
    drafted.sent_content = Some(text.clone());
    thread.lines[answer].text = text;
}

/// What an agent in a hurry makes of a draft: the greeting, the facts and the name.
fn shortened(text: &str) -> String {
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    match paragraphs.as_slice() {
        [greeting, _, facts @ .., _, name] if !facts.is_empty() => {
            let kept: Vec<&str> = std::iter::once(greeting).chain(facts).chain([name]).copied().collect();
            kept.join("\n\n")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn an_agent_in_a_hurry_keeps_the_facts() {
        assert_eq!(
            shortened("Hi Ann,\n\nSorry about that.\n\nFive days.\n\nWrite again.\n\nBest\nBen"),
            "Hi Ann,\n\nFive days.\n\nBest\nBen"
        );
        assert_eq!(shortened("Hi,\n\nFive days.\n\nBest"), "Hi,\n\nFive days.\n\nBest");
    }
}
