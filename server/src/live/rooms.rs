//! Rooms: who is looking at which conversation, on this server.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use types::{AccountId, ConversationId, UserId};

type Room = (AccountId, ConversationId);

/// Names, and counts because one person may look from two tabs.
type People = HashMap<UserId, (String, usize)>;

#[derive(Default)]
pub struct Rooms(Mutex<HashMap<Room, People>>);

impl Rooms {
    /// True when the person was not there before.
    pub fn enter(&self, room: Room, user: UserId, name: &str) -> bool {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, tabs) = rooms.entry(room).or_default().entry(user).or_insert_with(|| (name.to_owned(), 0));
        *tabs += 1;
        *tabs == 1
    }

    /// True when the person is no longer there.
    pub fn leave(&self, room: Room, user: UserId) -> bool {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(people) = rooms.get_mut(&room) else { return false };
        let Some((_, tabs)) = people.get_mut(&user) else { return false };
        *tabs -= 1;
        let gone = *tabs == 0;
        if gone {
            people.remove(&user);
        }
        if people.is_empty() {
            rooms.remove(&room);
        }
        gone
    }

    pub fn people(&self, room: Room) -> Vec<(UserId, String)> {
        let rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.get(&room).into_iter().flatten().map(|(user, (name, _))| (*user, name.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_with_two_tabs_leaves_once() {
        let (rooms, room, anna) = (Rooms::default(), (AccountId(1), ConversationId(7)), UserId(3));
        assert!(rooms.enter(room, anna, "Anna"));
        assert!(!rooms.enter(room, anna, "Anna"));
        assert_eq!(rooms.people(room), vec![(anna, "Anna".to_owned())]);
        assert!(!rooms.leave(room, anna));
        assert!(rooms.leave(room, anna));
        assert!(!rooms.leave(room, anna));
        assert!(rooms.people(room).is_empty());
    }
}
