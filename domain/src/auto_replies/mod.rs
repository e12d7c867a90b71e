//! Automatic answers: an inbox may let drafts that are sure and fully supported answer customers by themselves; a customer
//! who asks for a person gets one.

mod queries;
mod rule;

use serde_json::json;
use types::{
    ConversationId, DraftId, InboxId, Language, MessageId,
    auto_replies::{AutoReply, AutoReplyHours, Opening, SetAutoReply},
    drafts::{ClaimVerdict, DraftStatus},
    events::EventKind,
    messages::{Activity, SenderType},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    ai::{self, Composed},
    conversations,
    drafts::{self, queries::Decision},
    events::{self, Audit, Event},
    inboxes, messages,
};
use rule::Facts;

const THRESHOLDS: std::ops::RangeInclusive<f64> = 0.5..=1.0;
const TURNS: std::ops::RangeInclusive<i16> = 1..=10;
/// Spans of a week's opening hours.
const MAX_OPENING: usize = 28;

/// What an inbox that nobody has changed does: nothing.
fn off() -> AutoReply {
    AutoReply {
        enabled: false,
        threshold: 0.9,
        max_turns: 3,
        hours: AutoReplyHours::Always,
        opening: (1..=5).map(|day| Opening { day, opens: "09:00".to_owned(), closes: "17:00".to_owned() }).collect(),
        time_zone: "UTC".to_owned(),
        every_category: true,
        category_ids: Vec::new(),
    }
}

/// # Errors
/// `NotFound` when the inbox is not the account's.
pub async fn get(tx: &mut TenantTx, actor: &Actor, inbox: InboxId) -> Result<AutoReply> {
    inboxes::get(tx, actor, inbox).await?;
    Ok(queries::get(tx, inbox).await?.unwrap_or_else(off))
}

/// # Errors
/// `Forbidden` below admin; `NotFound`; `Invalid` by field.
pub async fn set(tx: &mut TenantTx, actor: &Actor, inbox: InboxId, request: SetAutoReply) -> Result<AutoReply> {
    actor.require(Permission::Administer)?;
    inboxes::get(tx, actor, inbox).await?;
    if !THRESHOLDS.contains(&request.threshold) {
        return Err(Error::invalid("threshold", "takes 0.5 to 1"));
    }
    if !TURNS.contains(&request.max_turns) {
        return Err(Error::invalid("max_turns", "takes 1 to 10"));
    }
    let mut category_ids = request.category_ids;
    category_ids.sort_unstable();
    category_ids.dedup();
    if queries::known_categories(tx, &category_ids).await? != category_ids.len() as i64 {
        return Err(Error::invalid("category_ids", "one of these categories is not there"));
    }
    if request.enabled && !request.every_category && category_ids.is_empty() {
        return Err(Error::invalid("category_ids", "choose a category, or all of them"));
    }
    let choice = AutoReply {
        enabled: request.enabled,
        threshold: request.threshold,
        max_turns: request.max_turns,
        hours: request.hours,
        opening: opening(request.opening)?,
        time_zone: time_zone(tx, request.time_zone).await?,
        every_category: request.every_category,
        category_ids,
    };
    if choice.enabled && choice.hours != AutoReplyHours::Always && choice.opening.is_empty() {
        return Err(Error::invalid("opening", "say when people are there"));
    }
    queries::set(tx, inbox, &choice).await?;
    let details = json!({
        "enabled": choice.enabled,
        "threshold": choice.threshold,
        "max_turns": choice.max_turns,
        "hours": choice.hours,
        "every_category": choice.every_category,
        "category_ids": choice.category_ids,
    });
    events::audit(tx, actor, Audit::new("inbox.auto_reply_changed", "inbox", inbox.0).details(details)).await?;
    Ok(choice)
}

/// In the order of the week; spans of a day do not touch.
fn opening(mut spans: Vec<Opening>) -> Result<Vec<Opening>> {
    let refused = |why| Err(Error::invalid("opening", why));
    if spans.len() > MAX_OPENING {
        return refused("takes at most 28 spans");
    }
    for span in &spans {
        if !(1..=7).contains(&span.day) {
            return refused("a day is 1 (Monday) to 7");
        }
        match rule::minutes(&span.opens).zip(rule::minutes(&span.closes)) {
            None => return refused("write times as HH:MM"),
            Some((opens, closes)) if opens >= closes => return refused("must close after it opens, on the same day"),
            Some(_) => {}
        }
    }
    spans.sort_by(|a, b| (a.day, &a.opens).cmp(&(b.day, &b.opens)));
    if spans.windows(2).any(|pair| pair[0].day == pair[1].day && pair[0].closes > pair[1].opens) {
        return refused("two spans overlap");
    }
    Ok(spans)
}

async fn time_zone(tx: &mut TenantTx, given: Option<String>) -> Result<String> {
    let name = given.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let Some(name) = name else { return Ok("UTC".to_owned()) };
    // NUL cannot be asked for.
    if name.contains('\0') || !queries::is_time_zone(tx, &name).await? {
        return Err(Error::invalid("time_zone", "is not known; write it like Europe/Helsinki"));
    }
    Ok(name)
}

/// Sends the pending draft of the conversation's newest message by itself, or keeps why not. In the transaction that stores
/// the draft and holds the conversation's lock, so it happens once or not at all, and no person answers meanwhile.
pub(crate) async fn consider(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
    draft: DraftId,
    composed: &Composed,
    confidence: f64,
) -> Result<()> {
    let Some(situation) = queries::situation(tx, conversation, message).await? else { return Ok(()) };
    let facts = Facts {
        handed_over: situation.handed_over,
        person_answered: situation.person_answered,
        turns: situation.turns,
        max_turns: i64::from(situation.max_turns),
        recent: queries::recent(tx, situation.contact_id).await?,
        repeated: situation.repeated,
        attachment: situation.attachment,
        open: rule::is_open(&situation.opening.0, situation.day, situation.minute),
        hours: situation.hours,
        certain: situation.certain,
        category: situation.category,
        grounded: composed.grounded && !composed.sources.is_empty(),
        supported: !composed.claims.is_empty()
            && composed.claims.iter().all(|claim| claim.verdict == ClaimVerdict::Supported),
        confidence,
        threshold: situation.threshold,
    };
    if let Some(hold) = rule::hold(&facts) {
        return drafts::queries::set_hold(tx, draft, hold).await;
    }
    let content = drafts::text::without_marks(&composed.content, composed.sources.len());
    let decision = Decision {
        status: DraftStatus::AutoSent,
        sent_content: Some(&content),
        edit_distance: None,
        rejection_reason: None,
        decided_by: None,
    };
    if !drafts::queries::decide(tx, draft, &decision).await? {
        return Ok(());
    }
    conversations::queries::set_pending_draft(tx, conversation, None).await?;
    let sent = messages::assist(tx, conversation, SenderType::Ai, &content).await?;
    drafts::queries::set_sent_message(tx, draft, sent).await?;
    let audit = Audit::new("draft.auto_sent", "draft", draft.0)
        .details(json!({ "message_id": sent, "confidence": confidence, "threshold": situation.threshold }));
    events::audit(tx, &Actor::ai(tx.account_id()), audit).await
}

/// The customer wants a person: noted for good, told to the agents, and, where the assistant answers, to the customer. Nothing
/// the second time. `said_in` is the language they asked in.
pub(crate) async fn hand_over(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    said_in: Language,
) -> Result<()> {
    let Some(answers) = queries::hand_over(tx, conversation).await? else { return Ok(()) };
    messages::record_activity(tx, actor, conversation, Activity::HandedOver {}).await?;
    if answers {
        // A notice, not an answer of the assistant's.
        messages::assist(tx, conversation, SenderType::System, ai::hand_over::promise(said_in)).await?;
    }
    events::append(tx, actor, Event::new(EventKind::ConversationUpdated).conversation(conversation)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(day: i16, opens: &str, closes: &str) -> Opening {
        Opening { day, opens: opens.to_owned(), closes: closes.to_owned() }
    }

    #[test]
    fn a_week_is_put_in_order_or_refused() {
        let week =
            opening(vec![span(2, "09:00", "17:00"), span(1, "13:00", "24:00"), span(1, "08:00", "12:00")]).unwrap();
        assert_eq!(week, [span(1, "08:00", "12:00"), span(1, "13:00", "24:00"), span(2, "09:00", "17:00")]);
        for bad in [
            vec![span(0, "09:00", "17:00")],
            vec![span(8, "09:00", "17:00")],
            vec![span(1, "17:00", "09:00")],
            vec![span(1, "09:00", "09:00")],
            vec![span(1, "nine", "17:00")],
            vec![span(1, "09:00", "17:00"), span(1, "16:59", "18:00")],
            vec![span(1, "09:00", "17:00"); 29],
        ] {
            assert!(opening(bad.clone()).is_err(), "{bad:?}");
        }
    }
}
