//! The people at work: who gets a conversation, and what they do with it.

use chrono::{Days, TimeDelta};
use types::{
    Timestamp, UserId,
    agents::{Agent, Availability, Role},
    conversations::Status,
    inboxes::{Channel, Inbox},
    teams::Team,
};

use super::{
    cast::Times,
    files::{From, Script},
    hours::{Dice, is_working},
    thread::{Colleague, Thread},
};
use crate::{
    ai::Verdict,
    classifications::routing::{self, Decision},
};

/// The account as it stands when its history is written.
pub struct Office {
    pub account_name: String,
    pub threshold: f64,
    pub agents: Vec<Agent>,
    pub teams: Vec<Team>,
    pub inboxes: Vec<Inbox>,
    pub now: Timestamp,
}

/// A conversation in somebody's hands.
pub struct Held {
    agent: UserId,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Office {
    pub fn name_of(&self, id: UserId) -> String {
        self.agents.iter().find(|agent| agent.id == id).map(|agent| agent.name.clone()).unwrap_or_default()
    }

    fn colleague(&self, id: UserId) -> Colleague {
        Colleague { id, name: self.name_of(id) }
    }

    /// Whoever looks over what nobody has: a supervisor, or the first who answers customers.
    fn triage(&self) -> Option<Colleague> {
        let agent = self
            .agents
            .iter()
            .find(|agent| agent.role == Role::Supervisor)
            .or_else(|| self.agents.iter().find(|agent| agent.role == Role::Agent));
        agent.map(|agent| self.colleague(agent.id))
    }

    /// The product's own rule, with the people and loads of that moment.
    fn route(&self, verdict: &Verdict, at: Timestamp, held: &[Held]) -> Decision {
        let today = self.now - at < TimeDelta::hours(3);
        let agents =
            self.agents.iter().filter(|agent| agent.role != Role::Viewer && !agent.team_ids.is_empty()).map(|agent| {
                let there = if today { agent.availability == Availability::Online } else { is_working(at) };
                let load = held
                    .iter()
                    .filter(|held| {
                        held.agent == agent.id && held.from <= at && held.until.is_none_or(|until| until > at)
                    })
                    .count();
                routing::Agent {
                    id: agent.id,
                    name: agent.name.clone(),
                    availability: if there { Availability::Online } else { Availability::Offline },
                    current_load: load as i32,
                    max_load: agent.max_load,
                    csat_average: None,
                    teams: agent.team_ids.clone(),
                }
            });
        let teams = self.teams.iter().map(|team| routing::Team {
            id: team.id,
            name: team.name.clone(),
            category: team.category.clone(),
            serves: true,
        });
        routing::decide(&routing::Case {
            category: &verdict.category,
            confidence: verdict.confidences.category,
            out_of_scope: verdict.out_of_scope,
            threshold: self.threshold,
            preferred_team: None,
            teams: teams.collect(),
            agents: agents.collect(),
        })
    }

    /// Plays one conversation. `readings` are the AI's judgements of lines of the script, by their place in it.
    pub fn play(
        &self,
        script: &Script,
        customer: &str,
        times: &Times,
        readings: Vec<(usize, Verdict)>,
        held: &mut Vec<Held>,
        dice: &mut Dice,
    ) -> Thread {
        let mut thread = Thread::new(times.lines[0]);
        let mut readings = readings.into_iter().peekable();
        let mut began_work = false;
        for (place, (said, &at)) in script.messages.iter().zip(&times.lines).enumerate() {
            if said.from == From::Customer {
                thread.receive(at, customer, &said.text);
                if let Some((_, verdict)) = readings.next_if(|(of, _)| *of == place) {
                    let decision = self.route(&verdict, at, held);
                    let agent = decision.agent.map(|id| self.name_of(id));
                    let team = decision
                        .team
                        .and_then(|id| self.teams.iter().find(|team| team.id == id))
                        .map(|team| team.name.clone());
                    thread.judge(at + TimeDelta::seconds(1), verdict, decision, (agent, team));
                }
            } else if let Some(handler) = self.handler(&mut thread, script, at, dice) {
                if !began_work && script.priority != thread.priority && dice.chance(0.5) {
                    thread.set_priority(thread.just_before(at, 20), &handler, script.priority);
                }
                thread.send(at, &handler, &said.text, said.from == From::Note);
                if !began_work && !script.labels.is_empty() {
                    thread.set_labels(at + TimeDelta::seconds(15), &handler, &script.labels);
                }
                began_work = true;
            }
        }
        if !began_work {
            self.look_over(&mut thread, script, dice);
        }
        self.close(&mut thread, script, times, dice);
        if let Some(agent) = thread.assignee {
            held.push(Held { agent, from: thread.created_at, until: times.closed_at });
        }
        thread
    }

    /// Who answers: the assignee, or a member of the team who takes it first.
    fn handler(&self, thread: &mut Thread, script: &Script, at: Timestamp, dice: &mut Dice) -> Option<Colleague> {
        if let Some(agent) = thread.assignee {
            return Some(self.colleague(agent));
        }
        let team = match thread.team {
            Some(id) => self.teams.iter().find(|team| team.id == id),
            None => self.teams.iter().find(|team| team.category.as_deref() == Some(&script.category)),
        }?;
        let members: Vec<UserId> =
            self.agents.iter().filter(|agent| agent.team_ids.contains(&team.id)).map(|agent| agent.id).collect();
        let handler = self.colleague(*members.get(dice.below(members.len().max(1)))?);
        let taken_at = thread.just_before(at, 45);
        thread.take(taken_at, &handler, (team.id, team.name.clone()));
        Some(handler)
    }

    /// What happens to a conversation that waits for its first answer: some have been read, some labelled.
    fn look_over(&self, thread: &mut Thread, script: &Script, dice: &mut Dice) {
        let age = self.now - thread.created_at;
        if age < TimeDelta::hours(1) {
            return;
        }
        if thread.assignee.is_some() && dice.chance(0.4) {
            thread.read();
        }
        let labelled_at = thread.newest_at() + dice.spread(300.0, 3_000.0);
        let labelled = dice.chance(0.6) && !script.labels.is_empty() && labelled_at <= self.now;
        if let (Some(triage), true) = (self.triage(), labelled) {
            thread.set_labels(labelled_at, &triage, &script.labels);
        }
    }

    fn close(&self, thread: &mut Thread, script: &Script, times: &Times, dice: &mut Dice) {
        if let (Some(at), Some(agent)) = (times.closed_at, thread.assignee) {
            if thread.unread > 0 {
                thread.read();
            }
            let until = (script.status == Status::Snoozed && dice.chance(0.8)).then(|| {
                let morning = self.now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(7);
                morning + Days::new(1 + dice.below(5) as u64)
            });
            thread.set_status(at, &self.colleague(agent), script.status, until);
            if let Some(csat) = &script.csat {
                let rated_at = at + dice.spread(60.0, 7_200.0);
                if rated_at <= self.now {
                    thread.rate(rated_at, csat.rating, csat.comment.clone());
                }
            }
        } else if thread.first_response_at.is_some() && dice.chance(0.3) {
            thread.read();
        }
        // Who writes again in the widget, or rates there, has seen what was answered before.
        let all = thread.rated.is_some() || (thread.status == Status::Resolved && dice.chance(0.8));
        let seen = if all {
            thread.last_public()
        } else {
            thread.last_question().filter(|_| thread.first_response_at.is_some())
        };
        if let (Channel::Web, Some(line)) = (script.channel, seen) {
            thread.seen_by_customer(line);
        }
    }

    /// The inbox of a channel.
    pub fn inbox(&self, channel: Channel) -> Option<&Inbox> {
        self.inboxes.iter().find(|inbox| inbox.channel == channel)
    }
}
