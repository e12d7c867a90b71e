//! One conversation as it came about. Each method does to it what the domain's operation does to the rows, so that what
//! is seeded looks as if it had happened.

use chrono::TimeDelta;
use types::{
    TeamId, Timestamp, UserId,
    conversations::{AssignmentSource, Priority, Status},
    messages::{Activity, SenderType},
};

use super::draft::Drafted;
use crate::{
    Actor,
    ai::Verdict,
    classifications::routing::{Decision, Outcome},
    messages,
};

/// A message, note or activity line.
#[derive(Debug)]
pub struct Line {
    pub at: Timestamp,
    pub sender_type: SenderType,
    /// The agent; the contact's id is known later.
    pub agent: Option<UserId>,
    pub sender_name: String,
    pub text: String,
    pub activity: Option<Activity>,
    pub private: bool,
}

impl Line {
    /// What customer and agents said to each other.
    pub fn is_public(&self) -> bool {
        !self.private
    }

    fn is_answer(&self) -> bool {
        self.sender_type == SenderType::User && !self.private
    }
}

/// What the AI made of a customer's line.
#[derive(Debug)]
pub struct Reading {
    pub line: usize,
    pub at: Timestamp,
    pub verdict: Verdict,
    pub team: Option<TeamId>,
    pub agent: Option<UserId>,
    pub correction: Option<Correction>,
}

impl Reading {
    /// As it stands now.
    pub fn category(&self) -> &str {
        self.correction.as_ref().map_or(&self.verdict.category, |correction| &correction.category)
    }
}

/// What the agent who answered made of a category.
#[derive(Debug)]
pub struct Correction {
    pub category: String,
    pub by: Option<UserId>,
    pub at: Timestamp,
}

#[derive(Debug)]
pub struct Rated {
    pub at: Timestamp,
    pub rating: i16,
    pub comment: Option<String>,
    pub agent: Option<UserId>,
}

/// An agent who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: UserId,
    pub name: String,
}

/// Positions are indexes into `lines`.
#[derive(Debug)]
pub struct Thread {
    pub created_at: Timestamp,
    pub lines: Vec<Line>,
    pub readings: Vec<Reading>,
    pub drafts: Vec<Drafted>,
    pub status: Status,
    pub snoozed_until: Option<Timestamp>,
    pub priority: Priority,
    pub priority_manual: bool,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub source: Option<AssignmentSource>,
    pub reason: Option<String>,
    pub labels: Vec<String>,
    pub unread: i32,
    pub last: Option<usize>,
    pub agent_read: Option<usize>,
    pub contact_read: Option<usize>,
    pub waiting_since: Option<Timestamp>,
    pub first_response_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub last_activity_at: Timestamp,
    pub rated: Option<Rated>,
    /// Whom the AI gave it to when it began.
    pub routed_to: Option<UserId>,
}

impl Thread {
    pub fn new(at: Timestamp) -> Self {
        Self {
            created_at: at,
            lines: Vec::new(),
            readings: Vec::new(),
            drafts: Vec::new(),
            status: Status::Open,
            snoozed_until: None,
            priority: Priority::Normal,
            priority_manual: false,
            assignee: None,
            team: None,
            source: None,
            reason: None,
            labels: Vec::new(),
            unread: 0,
            last: None,
            agent_read: None,
            contact_read: None,
            waiting_since: None,
            first_response_at: None,
            resolved_at: None,
            last_activity_at: at,
            rated: None,
            routed_to: None,
        }
    }

    /// Of the newest line.
    pub fn newest_at(&self) -> Timestamp {
        self.lines.last().map_or(self.created_at, |line| line.at)
    }

    /// As [`crate::messages::receive`].
    pub fn receive(&mut self, at: Timestamp, name: &str, text: &str) {
        self.say(Line {
            at,
            sender_type: SenderType::Contact,
            agent: None,
            sender_name: name.to_owned(),
            text: text.to_owned(),
            activity: None,
            private: false,
        });
        self.unread += 1;
        self.waiting_since = self.waiting_since.or(Some(at));
    }

    /// As [`crate::messages::send`], for answers and private notes.
    pub fn send(&mut self, at: Timestamp, by: &Colleague, text: &str, private: bool) {
        self.say(Line {
            at,
            sender_type: SenderType::User,
            agent: Some(by.id),
            sender_name: by.name.clone(),
            text: text.to_owned(),
            activity: None,
            private,
        });
        if !private {
            self.unread = 0;
            self.agent_read = self.last;
            self.waiting_since = None;
            self.first_response_at = self.first_response_at.or(Some(at));
        }
    }

    fn say(&mut self, line: Line) {
        self.last_activity_at = line.at;
        self.lines.push(line);
        self.last = Some(self.lines.len() - 1);
    }

    /// As [`crate::messages::record_activity`].
    fn record(&mut self, at: Timestamp, sender_name: &str, activity: Activity) {
        self.lines.push(Line {
            at,
            sender_type: SenderType::System,
            agent: None,
            sender_name: sender_name.to_owned(),
            text: messages::describe(&activity),
            activity: Some(activity),
            private: true,
        });
    }

    /// As [`crate::classifications::classify`]: a judgement of the newest customer's line, and what follows from it.
    /// `names` are those of the decision's agent and team.
    pub fn judge(
        &mut self,
        at: Timestamp,
        verdict: Verdict,
        decision: Decision,
        names: (Option<String>, Option<String>),
    ) {
        let Some(line) = self.last else { return };
        let first = self.readings.is_empty();
        self.priority = if self.priority_manual { self.priority } else { verdict.priority };
        self.readings.push(Reading { line, at, verdict, team: decision.team, agent: decision.agent, correction: None });
        if self.assignee.is_some() {
            return;
        }
        let assistant = Actor::ai(types::AccountId(0)).name;
        match decision.outcome {
            Outcome::Assign if self.team.is_none_or(|team| decision.team == Some(team)) => {
                let (agent, team) = names;
                self.place(at, decision.agent, decision.team, AssignmentSource::Ai, decision.reason.clone());
                self.routed_to = decision.agent;
                self.record(
                    at,
                    &assistant,
                    Activity::Assigned { agent, team, reason: Some(decision.reason), by: None },
                );
            }
            Outcome::Assign => {}
            Outcome::Leave => {
                self.reason = Some(decision.reason.clone());
                if first {
                    self.record(at, &assistant, Activity::LeftUnassigned { reason: decision.reason });
                }
            }
        }
    }

    /// As [`crate::conversations::assign`], to oneself.
    pub fn take(&mut self, at: Timestamp, by: &Colleague, team: (TeamId, String)) {
        self.place(at, Some(by.id), Some(team.0), AssignmentSource::Manual, format!("{} took it", by.name));
        let activity = Activity::Assigned {
            agent: Some(by.name.clone()),
            team: Some(team.1),
            reason: None,
            by: Some(by.name.clone()),
        };
        self.record(at, &by.name, activity);
    }

    fn place(
        &mut self,
        at: Timestamp,
        agent: Option<UserId>,
        team: Option<TeamId>,
        source: AssignmentSource,
        reason: String,
    ) {
        self.assignee = agent;
        self.team = team;
        self.source = Some(source);
        self.reason = Some(reason);
        self.last_activity_at = at;
    }

    /// As [`crate::conversations::update`], the priority.
    pub fn set_priority(&mut self, at: Timestamp, by: &Colleague, priority: Priority) {
        self.priority_manual = true;
        self.priority = priority;
        self.record(at, &by.name, Activity::Priority { to: priority, by: Some(by.name.clone()) });
    }

    /// As [`crate::conversations::set_labels`].
    pub fn set_labels(&mut self, at: Timestamp, by: &Colleague, labels: &[String]) {
        self.labels = labels.to_vec();
        self.labels.sort_by_key(|title| title.to_lowercase());
        self.record(at, &by.name, Activity::Labels { labels: self.labels.clone(), by: Some(by.name.clone()) });
    }

    /// As [`crate::conversations::mark_read`].
    pub fn read(&mut self) {
        self.unread = 0;
        self.agent_read = self.last;
    }

    /// As [`crate::conversations::update`], the status.
    pub fn set_status(&mut self, at: Timestamp, by: &Colleague, status: Status, snoozed_until: Option<Timestamp>) {
        self.status = status;
        self.snoozed_until = snoozed_until;
        self.last_activity_at = at;
        if status == Status::Resolved {
            self.resolved_at = Some(at);
            self.waiting_since = None;
        }
        self.record(at, &by.name, Activity::Status { to: status, by: Some(by.name.clone()) });
    }

    /// As [`crate::widget::rate`].
    pub fn rate(&mut self, at: Timestamp, rating: i16, comment: Option<String>) {
        self.rated = Some(Rated { at, rating, comment, agent: self.assignee });
    }

    /// As [`crate::widget::mark_read`] just after the line `upto`, a public one.
    pub fn seen_by_customer(&mut self, upto: usize) {
        self.contact_read = Some(upto);
    }

    /// The newest line that customer or agent said to the other.
    pub fn last_public(&self) -> Option<usize> {
        self.lines.iter().rposition(Line::is_public)
    }

    /// The customer's newest line.
    pub fn last_question(&self) -> Option<usize> {
        self.lines.iter().rposition(|line| line.sender_type == SenderType::Contact)
    }

    /// The first answer after a line.
    pub fn answer_after(&self, line: usize) -> Option<usize> {
        self.lines.iter().skip(line + 1).position(Line::is_answer).map(|place| line + 1 + place)
    }

    /// Whoever answered a line also says what it was about, where the AI took it for something else.
    pub fn correct(&mut self, category: &str) {
        for place in 0..self.readings.len() {
            let Reading { line, at, ref verdict, .. } = self.readings[place];
            if verdict.category == category {
                continue;
            }
            let Some(answer) = self.answer_after(line).map(|answer| &self.lines[answer]) else { continue };
            let at = (answer.at - TimeDelta::seconds(20)).max(at);
            let correction = Correction { category: category.to_owned(), by: answer.agent, at };
            self.readings[place].correction = Some(correction);
        }
    }

    /// The customer's newest line, when nobody has answered it.
    pub fn unanswered(&self) -> Option<usize> {
        self.last_public().filter(|line| self.lines[*line].sender_type == SenderType::Contact)
    }

    /// A moment of an agent's doing shortly before `at`, after everything so far.
    pub fn just_before(&self, at: Timestamp, seconds: i64) -> Timestamp {
        (at - TimeDelta::seconds(seconds)).max(self.newest_at() + TimeDelta::seconds(1)).min(at)
    }
}
