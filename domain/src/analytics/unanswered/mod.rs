//! Questions that the articles do not answer, grouped into articles that somebody should write.

mod queries;

use std::collections::BTreeMap;

use types::{
    Language,
    analytics::{AnalyticsQuery, SuggestedArticle, UnansweredQuestion, UnansweredReport},
};

use super::Scope;
use crate::{
    Actor, Ctx, Error, Permission, Result,
    ai::{self, cluster, sentences},
    knowledge::meaning::{self, Pace},
    messages,
};
use queries::Asked;

/// Questions looked at, newest first.
const NEWEST: i64 = 500;
/// Words below which a message says nothing alone: thanks, greetings, "yes please".
const FEWEST_WORDS: usize = 4;
/// Characters of a question whose meaning counts: what it is about comes early, and each costs time.
const READ: usize = 400;
/// Cosine similarity from which a question belongs to a group: see "The ledger" in docs/ai.md for how it was chosen.
pub const ALIKE: f32 = 0.6;
/// Suggestions, and questions shown of each.
const SUGGESTIONS: usize = 50;
const EXAMPLES: usize = 5;
const TITLE_CHARS: usize = 90;

/// Customers' questions whose draft found no answer or was rejected, grouped by meaning. The model runs outside any
/// transaction; what it has read before, it remembers.
///
/// # Errors
/// `Forbidden` below supervisor; `Invalid` for an impossible period.
pub async fn unanswered(ctx: &Ctx, actor: &Actor, query: AnalyticsQuery) -> Result<UnansweredReport> {
    actor.require(Permission::Supervise)?;
    let mut tx = ctx.begin(actor).await?;
    let scope = Scope::new(&query, tx.now())?;
    let mut asked = queries::unanswered(&mut tx, &scope, NEWEST).await?;
    drop(tx);
    asked.retain(|question| question.content.split_whitespace().count() >= FEWEST_WORDS);
    let texts =
        asked.iter().map(|question| (question.content.chars().take(READ).collect(), question.language)).collect();
    let vectors = meaning::vectors(ctx, texts, Pace::Remembered).await?;
    let grouped = tokio::task::spawn_blocking(move || cluster::group(&vectors, ALIKE));
    let groups = grouped.await.map_err(Error::internal)?;
    let members = |group: &cluster::Group| group.members.iter().map(|index| &asked[*index]).collect::<Vec<_>>();
    Ok(UnansweredReport {
        from: scope.from,
        to: scope.to,
        questions: asked.len() as i64,
        data: groups.iter().take(SUGGESTIONS).filter_map(|group| suggestion(&members(group))).collect(),
    })
}

/// Of questions that belong together, the most central first.
fn suggestion(questions: &[&Asked]) -> Option<SuggestedArticle> {
    let example = |question: &&Asked| UnansweredQuestion {
        conversation_id: question.conversation_id,
        display_id: question.display_id,
        message_id: question.message_id,
        excerpt: messages::preview(&question.content),
        created_at: question.created_at,
    };
    Some(SuggestedArticle {
        title: title(&questions.first()?.content),
        language: spoken(questions)?,
        count: questions.len() as i64,
        examples: questions.iter().take(EXAMPLES).map(example).collect(),
    })
}

/// The language of most; of equals the one of the most central question.
fn spoken(questions: &[&Asked]) -> Option<Language> {
    let mut counts: BTreeMap<Language, usize> = BTreeMap::new();
    for question in questions {
        *counts.entry(question.language).or_default() += 1;
    }
    let most = counts.values().max()?;
    questions.iter().map(|question| question.language).find(|language| counts[language] == *most)
}

/// The sentence that asks, else the first one that says something; cut at a word.
fn title(content: &str) -> String {
    let sentences = sentences::split(content);
    let says = |sentence: &&&str| sentence.split_whitespace().count() >= FEWEST_WORDS;
    let asks = sentences.iter().filter(says).find(|sentence| sentence.trim_end().ends_with('?'));
    let chosen = asks.or_else(|| sentences.iter().find(says)).copied().unwrap_or(content);
    ai::shorten(chosen, TITLE_CHARS)
}

#[cfg(test)]
mod tests {
    use types::{ConversationId, MessageId, Timestamp};

    use super::*;

    fn asked(id: i64, content: &str, language: Language) -> Asked {
        Asked {
            conversation_id: ConversationId(id),
            display_id: id,
            message_id: MessageId(id),
            content: content.to_owned(),
            language,
            created_at: Timestamp::default(),
        }
    }

    #[test]
    fn the_title_is_what_is_asked() {
        assert_eq!(
            title("Hi there. I bought a lamp last week. Can I return it without the box? Thanks!"),
            "Can I return it without the box?"
        );
        assert_eq!(title("Hello! The lamp arrived without its bulb."), "The lamp arrived without its bulb.");
        assert_eq!(title("lamp\nbroken"), "lamp broken");
        let long = format!("Can I {}?", "really ".repeat(30));
        let title = title(&long);
        assert!(title.chars().count() <= TITLE_CHARS && title.ends_with("really…"), "{title}");
    }

    #[test]
    fn the_most_central_question_speaks_for_all() {
        let questions = [
            asked(3, "Can I get an invoice in my company's name?", Language::English),
            asked(1, "Saanko laskun yrityksen nimellä?", Language::Finnish),
            asked(2, "Voiko laskun saada yritykselle?", Language::Finnish),
        ];
        let suggestion = suggestion(&questions.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(suggestion.title, "Can I get an invoice in my company's name?");
        assert_eq!((suggestion.language, suggestion.count), (Language::Finnish, 3));
        assert_eq!(suggestion.examples[0].display_id, 3);
        assert!(super::suggestion(&[]).is_none());
    }
}
