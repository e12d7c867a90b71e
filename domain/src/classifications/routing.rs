//! The routing rule: from a judged category to a team and an agent, or to nobody with a reason. Pure: no clock, no
//! database, no chance.

use std::cmp::Ordering;

use types::{TeamId, UserId, agents::Availability};

/// Categories the built-in classifier knows.
pub const BUILTIN_CATEGORIES: [&str; 4] = ["billing", "technical", "sales", "general"];

#[derive(Clone, Debug)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    /// The category it answers for.
    pub category: Option<String>,
    /// Whether it serves the conversation's inbox.
    pub serves: bool,
}

#[derive(Clone, Debug)]
pub struct Agent {
    pub id: UserId,
    pub name: String,
    pub availability: Availability,
    pub current_load: i32,
    pub max_load: i32,
    /// Mean rating, 1 to 5, when any was given.
    pub csat_average: Option<f64>,
    pub teams: Vec<TeamId>,
}

impl Agent {
    fn is_free(&self) -> bool {
        self.availability == Availability::Online && self.current_load < self.max_load
    }

    /// Lightest first: the smaller share of capacity, then the better rated, then the older id.
    fn compare(&self, other: &Self) -> Ordering {
        // Cross-multiplied, so that equal shares are equal: 1/3 and 2/6 tie.
        let own = i64::from(self.current_load) * i64::from(other.max_load);
        let others = i64::from(other.current_load) * i64::from(self.max_load);
        own.cmp(&others)
            .then_with(|| other.csat_average.unwrap_or(0.0).total_cmp(&self.csat_average.unwrap_or(0.0)))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// What the rule looks at.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    pub category: &'a str,
    /// Calibrated probability of the category, 0 to 1.
    pub confidence: f64,
    /// The message resembles nothing that the categories are about.
    pub out_of_scope: bool,
    /// Probability from which the account lets the AI assign.
    pub threshold: f64,
    /// A team that a remote model named; counts only when it is one of `teams`.
    pub preferred_team: Option<&'a str>,
    pub teams: Vec<Team>,
    pub agents: Vec<Agent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Give it to the team, and to the agent when there is one.
    Assign,
    /// Leave it unassigned; team and agent are suggestions only.
    Leave,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    pub team: Option<TeamId>,
    pub agent: Option<UserId>,
    /// A plain sentence for the agents.
    pub reason: String,
}

/// Applies the rule.
pub fn decide(case: &Case<'_>) -> Decision {
    let sure = percent(case.confidence);
    let category = case.category;
    let unsure = case.out_of_scope || case.confidence < case.threshold || case.confidence.is_nan();
    let Some(team) = team(case) else {
        let reason = if unsure {
            below(case)
        } else {
            format!("{sure} sure that this is about {category}, but no team answers for that here")
        };
        return Decision { outcome: Outcome::Leave, team: None, agent: None, reason };
    };
    let agent = case
        .agents
        .iter()
        .filter(|agent| agent.teams.contains(&team.id) && agent.is_free())
        .min_by(|a, b| a.compare(b));
    let (outcome, reason) = match agent {
        _ if unsure => (Outcome::Leave, below(case)),
        Some(agent) => {
            let load = format!("{} of {}", agent.current_load, agent.max_load);
            (
                Outcome::Assign,
                format!(
                    "{sure} sure that this is about {category}; {} is online in {} with the lightest load ({load})",
                    agent.name, team.name
                ),
            )
        }
        None => (
            Outcome::Assign,
            format!("{sure} sure that this is about {category}; nobody in {} is online with room for more", team.name),
        ),
    };
    Decision { outcome, team: Some(team.id), agent: agent.map(|agent| agent.id), reason }
}

fn below(case: &Case<'_>) -> String {
    if case.out_of_scope {
        return "this is like nothing that the categories are about; a person should look".to_owned();
    }
    format!(
        "only {} sure that this is about {}; {} is needed to assign by itself",
        percent(case.confidence),
        case.category,
        percent(case.threshold)
    )
}

/// The team the model named, or the one that answers for the category; the oldest one when several do.
fn team<'a>(case: &'a Case<'_>) -> Option<&'a Team> {
    let serving = || case.teams.iter().filter(|team| team.serves);
    let named = case.preferred_team.and_then(|name| serving().find(|team| team.name.eq_ignore_ascii_case(name)));
    let fits =
        |team: &&Team| team.category.as_deref().is_some_and(|category| category.eq_ignore_ascii_case(case.category));
    named.or_else(|| serving().filter(fits).min_by_key(|team| team.id))
}

/// Rounded towards the truth of the comparison: 84.9 % against 85 % must not read as equal.
fn percent(probability: f64) -> String {
    let tenths = (probability * 1000.0).floor() / 10.0;
    if (tenths.fract()).abs() < 0.05 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn team(id: i64, category: Option<&str>, serves: bool) -> Team {
        Team { id: TeamId(id), name: format!("Team {id}"), category: category.map(str::to_owned), serves }
    }

    fn agent(id: i64, load: i32, max: i32, csat: Option<f64>) -> Agent {
        Agent {
            id: UserId(id),
            name: format!("Agent {id}"),
            availability: Availability::Online,
            current_load: load,
            max_load: max,
            csat_average: csat,
            teams: vec![TeamId(1)],
        }
    }

    fn case(agents: Vec<Agent>) -> Case<'static> {
        Case {
            category: "billing",
            confidence: 0.93,
            out_of_scope: false,
            threshold: 0.85,
            preferred_team: None,
            teams: vec![team(1, Some("billing"), true)],
            agents,
        }
    }

    #[test]
    fn lowest_share_of_capacity_then_rating_then_id() {
        assert_eq!(decide(&case(vec![agent(1, 2, 4, None), agent(2, 3, 10, None)])).agent, Some(UserId(2)));
        assert_eq!(decide(&case(vec![agent(1, 1, 3, Some(4.0)), agent(2, 2, 6, Some(4.5))])).agent, Some(UserId(2)));
        assert_eq!(decide(&case(vec![agent(2, 0, 5, None), agent(1, 0, 9, None)])).agent, Some(UserId(1)));
    }

    #[test]
    fn reasons_say_what_decided() {
        let free = decide(&case(vec![agent(1, 2, 10, None)]));
        assert_eq!(
            free.reason,
            "93 % sure that this is about billing; Agent 1 is online in Team 1 with the lightest load (2 of 10)"
        );
        let full = decide(&case(vec![agent(1, 10, 10, None)]));
        assert_eq!((full.outcome, full.agent), (Outcome::Assign, None));
        assert_eq!(full.reason, "93 % sure that this is about billing; nobody in Team 1 is online with room for more");
        let unsure = decide(&Case { confidence: 0.8499, ..case(vec![agent(1, 0, 10, None)]) });
        assert_eq!(unsure.outcome, Outcome::Leave);
        assert_eq!(unsure.reason, "only 84.9 % sure that this is about billing; 85 % is needed to assign by itself");
        assert_eq!(unsure.agent, Some(UserId(1)), "still suggested");
        let nobody = decide(&Case { category: "sales", ..case(Vec::new()) });
        assert_eq!(nobody.reason, "93 % sure that this is about sales, but no team answers for that here");
    }

    #[test]
    fn an_inbox_with_teams_of_its_own_uses_only_those() {
        let teams =
            vec![team(1, Some("billing"), false), team(2, Some("billing"), true), team(3, Some("billing"), true)];
        assert_eq!(decide(&Case { teams, ..case(Vec::new()) }).team, Some(TeamId(2)));
    }

    #[test]
    fn a_team_the_model_invented_counts_for_nothing() {
        let teams = vec![team(1, Some("billing"), true), team(2, None, true), team(3, None, false)];
        let with = |name| decide(&Case { teams: teams.clone(), preferred_team: Some(name), ..case(Vec::new()) }).team;
        assert_eq!(with("team 2"), Some(TeamId(2)));
        assert_eq!(with("Team 3"), Some(TeamId(1)));
        assert_eq!(with("Globex Secrets"), Some(TeamId(1)));
    }

    fn any_agent() -> impl Strategy<Value = Agent> {
        (
            1..20_i64,
            prop::sample::select(Availability::ALL),
            0..12_i32,
            0..10_i32,
            prop::option::of(1.0..5.0_f64),
            prop::collection::vec((1..5_i64).prop_map(TeamId), 0..3),
        )
            .prop_map(|(id, availability, current_load, max_load, csat_average, teams)| Agent {
                id: UserId(id),
                name: format!("Agent {id}"),
                availability,
                current_load,
                max_load,
                csat_average,
                teams,
            })
    }

    fn any_team() -> impl Strategy<Value = Team> {
        (1..5_i64, prop::option::of(prop::sample::select(&BUILTIN_CATEGORIES[..])), any::<bool>())
            .prop_map(|(id, category, serves)| team(id, category, serves))
    }

    proptest! {
        #[test]
        fn the_rule_holds_for_any_account(
            category in prop::sample::select(&BUILTIN_CATEGORIES[..]),
            confidence in 0.0..=1.0_f64,
            threshold in 0.0..=1.0_f64,
            out_of_scope in any::<bool>(),
            teams in prop::collection::vec(any_team(), 0..5),
            agents in prop::collection::vec(any_agent(), 0..8),
        ) {
            let case = Case { category, confidence, out_of_scope, threshold, preferred_team: None, teams, agents };
            let decision = decide(&case);
            prop_assert!(!decision.reason.is_empty());
            if out_of_scope || confidence < threshold {
                prop_assert_eq!(decision.outcome, Outcome::Leave);
            }
            if decision.outcome == Outcome::Assign {
                prop_assert!(decision.team.is_some());
            }
            if let Some(id) = decision.team {
                prop_assert!(case.teams.iter().any(|team| team.id == id && team.serves && team.category.as_deref() == Some(category)));
            } else {
                prop_assert_eq!(decision.agent, None);
            }
            let candidates: Vec<&Agent> =
                case.agents.iter().filter(|agent| agent.is_free() && decision.team.is_some_and(|team| agent.teams.contains(&team))).collect();
            match decision.agent {
                Some(id) => {
                    let chosen = candidates.iter().find(|agent| agent.id == id);
                    prop_assert!(chosen.is_some(), "only a free member may be chosen");
                    for other in &candidates {
                        let share = |agent: &Agent| f64::from(agent.current_load) / f64::from(agent.max_load);
                        prop_assert!(candidates.iter().any(|agent| agent.id == id && share(agent) <= share(other)));
                    }
                }
                None => prop_assert!(candidates.is_empty()),
            }
        }

        #[test]
        fn the_order_of_the_agents_changes_nothing(agents in prop::collection::vec(any_agent(), 0..8)) {
            let mut agents = agents;
            agents.sort_by_key(|agent| agent.id);
            agents.dedup_by_key(|agent| agent.id);
            let forward = decide(&case(agents.clone()));
            agents.reverse();
            prop_assert_eq!(forward, decide(&case(agents)));
        }
    }
}
