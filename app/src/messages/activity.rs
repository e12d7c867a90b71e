//! Activity lines: what happened besides messages, in the reader's language.

use leptos::prelude::*;
use types::{
    conversations::Status,
    messages::{Activity, Message},
};

use crate::{
    i18n::{I18n, K, use_i18n},
    time::use_clock,
    ui::{Icon, icons},
};

/// The line's icon and words.
fn tell(i18n: I18n, activity: &Activity) -> (icondata_core::Icon, String) {
    let by = |by: &Option<String>| {
        by.as_ref().map(|name| format!(" {}", i18n.with(K::ActivityBy, &[("name", name)]))).unwrap_or_default()
    };
    match activity {
        Activity::Assigned { agent, team, reason, by: who } => {
            let to = match (agent, team) {
                (Some(agent), Some(team)) => i18n.with(K::AgentInTeam, &[("agent", agent), ("team", team)]),
                (Some(name), None) | (None, Some(name)) => name.clone(),
                (None, None) => i18n.t(K::Nobody).to_owned(),
            };
            let why = reason.as_ref().map(|reason| format!(" · {reason}")).unwrap_or_default();
            let icon = if who.is_none() { icons::BOT } else { icons::USER_CHECK };
            (icon, format!("{}{}{why}", i18n.with(K::ActivityAssigned, &[("to", &to)]), by(who)))
        }
        Activity::Unassigned { by: who } => (icons::USER, format!("{}{}", i18n.t(K::ActivityUnassigned), by(who))),
        Activity::LeftUnassigned { reason } => {
            (icons::BOT, i18n.with(K::ActivityLeftUnassigned, &[("reason", reason)]))
        }
        Activity::Status { to, by: who } => {
            let icon = match to {
                Status::Resolved => icons::CHECK,
                Status::Snoozed => icons::CLOCK,
                _ => icons::REOPEN,
            };
            (icon, format!("{}{}", i18n.with(K::ActivityStatus, &[("to", i18n.status(*to))]), by(who)))
        }
        Activity::Priority { to, by: who } => (
            icons::PRIORITY_HIGH,
            format!("{}{}", i18n.with(K::ActivityPriority, &[("to", i18n.priority(*to))]), by(who)),
        ),
        Activity::Labels { labels, by: who } if labels.is_empty() => {
            (icons::LABEL, format!("{}{}", i18n.t(K::ActivityNoLabels), by(who)))
        }
        Activity::Labels { labels, by: who } => {
            (icons::LABEL, format!("{}{}", i18n.with(K::ActivityLabels, &[("labels", &labels.join(", "))]), by(who)))
        }
        Activity::HandedOver {} => (icons::USER_CHECK, i18n.t(K::ActivityHandedOver).to_owned()),
        Activity::Merged { display_id, by: who } => {
            (icons::MERGE, format!("{}{}", i18n.with(K::ActivityMerged, &[("n", &display_id.to_string())]), by(who)))
        }
    }
}

#[component]
pub fn ActivityLine(message: Message) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let at = message.created_at;
    let (icon, text) = message
        .activity
        .as_ref()
        .map_or_else(|| (icons::ZAP, message.content.clone()), |activity| tell(i18n, activity));
    view! { <p class="activity"><Icon icon=icon/><span>{text}<span class="num">" · "{move || clock.moment(i18n, at)}</span></span></p> }
}

#[cfg(test)]
mod tests {
    use types::Language;

    use super::*;

    #[test]
    fn lines_speak_the_readers_language() {
        let activity = Activity::Status { to: Status::Resolved, by: Some("Anna".to_owned()) };
        assert_eq!(tell(I18n(Language::English), &activity).1, "Marked Resolved by Anna");
        assert_ne!(tell(I18n(Language::Finnish), &activity).1, tell(I18n(Language::English), &activity).1);
    }
}
