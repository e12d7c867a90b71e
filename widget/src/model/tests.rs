//! The rules, without a browser: what the customer wrote arrives once and in order, whatever the
//! network does.

use serde_json::{Value, json};
use types::{
    Language, Page,
    attachments::Attachment,
    conversations::Status,
    messages::SenderType,
    realtime::VisitorFrame,
    widget::{StartedConversation, VisitorContact, VisitorConversation, VisitorMessage, VisitorSession, WidgetConfig},
};

use super::{msg::Timer, *};

struct Still(f64);

impl Env for Still {
    fn now(&self) -> f64 {
        self.0
    }
    fn random(&self) -> f64 {
        0.5
    }
}

/// A message of the customer; each a minute after the one before.
pub(crate) fn message(id: i64, content: &str) -> VisitorMessage {
    let first: types::Timestamp = "2026-11-19T23:59:00Z".parse().expect("a time");
    let at = types::Timestamp::from_timestamp_millis(first.timestamp_millis() + (id - 1) * 60_000);
    VisitorMessage {
        id: id.into(),
        conversation_id: 7.into(),
        sender_type: SenderType::Contact,
        sender_name: "Kim".to_owned(),
        content: content.to_owned(),
        attachments: Vec::new(),
        client_ref: None,
        created_at: at.expect("a time"),
    }
}

pub(crate) fn agent(id: i64, name: &str, content: &str) -> VisitorMessage {
    VisitorMessage { sender_type: SenderType::User, sender_name: name.to_owned(), ..message(id, content) }
}

pub(crate) fn pending(reference: &str, content: &str, state: Delivery) -> Pending {
    Pending {
        client_ref: reference.to_owned(),
        content: content.to_owned(),
        attachments: Vec::new(),
        at: message(6, "").created_at.timestamp_millis() as f64,
        state,
        failures: 0,
    }
}

pub(crate) fn config() -> WidgetConfig {
    WidgetConfig {
        inbox_id: 1.into(),
        account_name: "Acme".to_owned(),
        welcome_title: "Hello".to_owned(),
        welcome_tagline: "Ask us".to_owned(),
        identity_required: false,
        online: true,
        reply_minutes: Some(4),
        agents: vec!["Anna".to_owned()],
        script: "/a.js".to_owned(),
        wasm: "/a.wasm".to_owned(),
    }
}

fn boot(stored: Vec<(Key, String)>) -> (State, Vec<Effect>) {
    State::boot(Boot {
        config: config(),
        website_token: "site".to_owned(),
        language: Language::English,
        user: None,
        attributes: None,
        online: true,
        stored,
    })
}

pub(crate) fn conversation(unread: i64) -> VisitorConversation {
    VisitorConversation {
        id: 7.into(),
        status: Status::Open,
        last_message: None,
        last_message_at: None,
        unread_count: unread,
        agent_read_message_id: None,
        csat_rating: None,
        created_at: message(1, "").created_at,
    }
}

fn session() -> Msg {
    Msg::Session(Ok(VisitorSession {
        visitor_token: "v1".to_owned(),
        contact: VisitorContact { name: None, email: None, identifier: None, verified: false },
    }))
}

fn event(name: &str, seq: Option<i64>, data: Value) -> Msg {
    Msg::Socket(Frame::Event(Event {
        name: name.to_owned(),
        seq,
        data: crate::wire::Json::parse(&data.to_string()).expect("JSON"),
    }))
}

/// Drives a state and keeps count of time.
struct Kim {
    state: State,
    now: f64,
}

impl Kim {
    fn new() -> Self {
        Self { state: boot(Vec::new()).0, now: 1_000_000.0 }
    }

    /// A new visitor whose "hello" is on its way, and the reference of it.
    fn greeting() -> (Self, String) {
        let mut kim = Self::new();
        kim.tell(Msg::Act(Act::Open(NEW)));
        kim.say("hello");
        let reference = reference(&kim.tell(session()));
        (kim, reference)
    }

    /// A returning visitor, connected, with conversation 7 on the screen.
    fn connected() -> Self {
        let mut kim = Self { state: boot(vec![(Key::Visitor, "v0".to_owned())]).0, now: 1_000_000.0 };
        kim.tell(session());
        kim.tell(event("ready", None, json!({"last_seq": 10})));
        // The list that was asked for before the stream stood, then the one after.
        for _ in 0..2 {
            kim.tell(Msg::Listed(Ok(Page::whole(vec![conversation(0)]))));
        }
        kim.tell(Msg::Act(Act::Open(7)));
        kim.loaded(Fetch::Newest, vec![message(1, "hi")]);
        kim
    }

    fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        self.state.update(msg, &Still(self.now))
    }

    fn loaded(&mut self, fetch: Fetch, messages: Vec<VisitorMessage>) -> Vec<Effect> {
        self.tell(Msg::Loaded { thread: 7, fetch, answer: Ok(Page::whole(messages)) })
    }

    fn say(&mut self, text: &str) -> Vec<Effect> {
        self.now += 10.0;
        self.tell(Msg::Input(Field::Message, text.to_owned()));
        self.tell(Msg::Act(Act::Send))
    }

    fn posted(&mut self, reference: &str, answer: Answer<Posted>) -> Vec<Effect> {
        self.tell(Msg::Posted { client_ref: reference.to_owned(), answer })
    }

    /// "hello" has become conversation 7.
    fn started(&mut self, reference: &str) -> Vec<Effect> {
        let message = confirmed(1, reference, "hello");
        self.posted(reference, Ok(Posted::Started(StartedConversation { conversation: conversation(0), message })))
    }

    fn texts(&self, thread: i64) -> Vec<&str> {
        self.state.thread(thread).map_or_else(Vec::new, |thread| {
            thread
                .messages
                .iter()
                .map(|message| message.content.as_str())
                .chain(thread.outbox.iter().map(|pending| pending.content.as_str()))
                .collect()
        })
    }
}

fn confirmed(id: i64, reference: &str, content: &str) -> VisitorMessage {
    VisitorMessage { client_ref: Some(reference.to_owned()), ..message(id, content) }
}

fn posts(effects: &[Effect]) -> Vec<(i64, String, &str)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Post { thread, client_ref, content, .. } => Some((*thread, client_ref.clone(), content.as_str())),
            _ => None,
        })
        .collect()
}

fn reference(effects: &[Effect]) -> String {
    posts(effects).first().expect("a post").1.clone()
}

#[test]
fn looking_at_the_chat_makes_nobody_a_contact() {
    let (mut state, effects) = boot(Vec::new());
    assert!(effects.is_empty());
    let effects = state.update(Msg::Act(Act::Open(NEW)), &Still(0.0));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OpenSession(_) | Effect::Connect)));
}

#[test]
fn the_first_message_opens_a_session_and_then_a_conversation() {
    let mut kim = Kim::new();
    kim.tell(Msg::Act(Act::Open(NEW)));
    let effects = kim.say("hello");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::OpenSession(_))));
    assert!(posts(&effects).is_empty());
    let effects = kim.tell(session());
    let reference = reference(&effects);
    assert_eq!(posts(&effects), [(NEW, reference.clone(), "hello")]);
    assert!(effects.contains(&Effect::Connect));
    // What is written meanwhile waits for the conversation.
    assert!(posts(&kim.say("are you there?")).is_empty());
    let effects = kim.started(&reference);
    assert_eq!(kim.state.screen, Screen::Thread(7));
    assert_eq!(posts(&effects)[0].0, 7);
    assert_eq!(kim.texts(7), ["hello", "are you there?"]);
    assert!(kim.state.thread(NEW).is_none());
}

#[test]
fn a_conversation_announced_before_its_answer_is_the_same_one() {
    let (mut kim, reference) = Kim::greeting();
    let live = confirmed(1, &reference, "hello");
    kim.tell(event("message:new", Some(11), json!(live)));
    assert_eq!(kim.state.screen, Screen::Thread(7));
    kim.started(&reference);
    assert_eq!(kim.texts(7), ["hello"]);
    assert!(kim.state.thread(NEW).is_none());
    assert_eq!(kim.state.conversations.len(), 1);
}

#[test]
fn a_list_from_before_a_conversation_does_not_hide_it() {
    let (mut kim, reference) = Kim::greeting();
    kim.tell(Msg::Listed(Ok(Page::whole(Vec::new()))));
    let asked = kim.tell(event("ready", None, json!({"last_seq": 10})));
    assert!(asked.contains(&Effect::List), "{asked:?}");
    kim.started(&reference);
    // Read before the conversation was there, answered after.
    let effects = kim.tell(Msg::Listed(Ok(Page::whole(Vec::new()))));
    assert_eq!(kim.state.screen, Screen::Thread(7));
    assert!(effects.contains(&Effect::List), "{effects:?}");
    kim.tell(Msg::Listed(Ok(Page::whole(vec![conversation(0)]))));
    assert_eq!((kim.state.screen, kim.state.conversations.len()), (Screen::Thread(7), 1));
}

#[test]
fn messages_go_out_one_by_one_and_survive_an_outage() {
    let mut kim = Kim::connected();
    let first = reference(&kim.say("one"));
    assert!(posts(&kim.say("two")).is_empty());
    let effects = kim.posted(&first, Err(Refusal::Network));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::After(_, Timer::Flush))));
    assert!(posts(&effects).is_empty());
    // Again with the same reference, first things first.
    let effects = kim.tell(Msg::Timer(Timer::Flush));
    assert_eq!(posts(&effects), [(7, first.clone(), "one")]);
    let effects = kim.posted(&first, Ok(Posted::Message(confirmed(2, &first, "one"))));
    assert_eq!(posts(&effects)[0].2, "two");
    assert!(effects.contains(&Effect::Forget(Key::Outbox(first))));
    assert_eq!(kim.texts(7), ["hi", "one", "two"]);
}

#[test]
fn offline_nothing_is_tried_and_back_online_everything_is() {
    let mut kim = Kim::connected();
    kim.tell(Msg::Network(false));
    assert!(posts(&kim.say("one")).is_empty());
    assert_eq!(posts(&kim.tell(Msg::Network(true)))[0].2, "one");
}

#[test]
fn a_refused_message_waits_for_the_customer() {
    let mut kim = Kim::connected();
    let first = reference(&kim.say("one"));
    kim.posted(&first, Err(Refusal::Status(422)));
    assert_eq!(kim.state.thread(7).expect("thread").outbox[0].state, Delivery::Failed);
    // It does not stand in the way of the next one.
    let second = reference(&kim.say("two"));
    kim.posted(&second, Ok(Posted::Message(confirmed(2, &second, "two"))));
    let effects = kim.tell(Msg::Act(Act::Retry(first.clone())));
    assert_eq!(posts(&effects), [(7, first.clone(), "one")]);
    kim.posted(&first, Err(Refusal::Status(422)));
    kim.tell(Msg::Act(Act::Discard(first)));
    assert_eq!(kim.state.thread(7).expect("thread").draft, "one");
    assert_eq!(kim.texts(7), ["hi", "two"]);
}

#[test]
fn a_server_that_keeps_failing_is_told_of() {
    let mut kim = Kim::connected();
    let first = reference(&kim.say("one"));
    for _ in 0..3 {
        kim.posted(&first, Err(Refusal::Status(503)));
        kim.tell(Msg::Timer(Timer::Flush));
    }
    kim.posted(&first, Err(Refusal::Status(503)));
    assert_eq!(kim.state.thread(7).expect("thread").outbox[0].state, Delivery::Failed);
}

#[test]
fn what_was_written_survives_a_reload() {
    let mut kim = Kim::connected();
    kim.tell(Msg::Network(false));
    let stored: Vec<_> = kim
        .say("one")
        .into_iter()
        .chain(kim.say("two"))
        .chain(kim.tell(Msg::Input(Field::Message, "thr".to_owned())))
        .filter_map(|effect| match effect {
            Effect::Save(key, value) => Some((Key::parse(&key.encode()).expect("a key"), value)),
            _ => None,
        })
        .rev()
        .collect();
    let (state, _) = boot(stored);
    let thread = state.thread(7).expect("thread");
    let kept: Vec<_> = thread.outbox.iter().map(|pending| pending.content.as_str()).collect();
    assert_eq!(kept, ["one", "two"]);
    assert_eq!(thread.draft, "thr");
}

#[test]
fn every_message_is_shown_once_and_in_order() {
    let mut kim = Kim::connected();
    kim.tell(event("message:new", Some(12), json!(agent(4, "Anna", "d"))));
    kim.tell(event("message:new", Some(12), json!(agent(4, "Anna", "d"))));
    kim.loaded(Fetch::After(1), vec![agent(2, "Anna", "b"), agent(3, "Anna", "c"), agent(4, "Anna", "d")]);
    let effects = kim.tell(event("message:updated", Some(13), json!(agent(3, "Anna", "C"))));
    assert_eq!(kim.texts(7), ["hi", "b", "C", "d"]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Announce(_))));
}

#[test]
fn after_a_pause_the_stream_goes_on_where_it_stopped() {
    let mut kim = Kim::connected();
    kim.tell(event("message:new", Some(11), json!(agent(2, "Anna", "b"))));
    let effects = kim.tell(Msg::Socket(Frame::Closed));
    let wait = effects.iter().find_map(|effect| match effect {
        Effect::After(wait, Timer::Reconnect) => Some(*wait),
        _ => None,
    });
    assert_eq!(wait, Some(750));
    assert!(kim.tell(Msg::Timer(Timer::Reconnect)).contains(&Effect::Connect));
    let effects = kim.tell(event("ready", None, json!({"last_seq": 15})));
    assert!(effects.contains(&Effect::Say(VisitorFrame::Resume { after: 11 })));
    // The gap is too old to replay: read everything anew.
    let effects = kim.tell(event("resync", None, Value::Null));
    assert!(effects.contains(&Effect::List));
    assert!(effects.contains(&Effect::Load(7, Fetch::After(2))));
}

#[test]
fn a_silent_socket_is_given_up() {
    let mut kim = Kim::connected();
    kim.now += 25_000.0;
    // The `ready` frame itself came before the rhythm began.
    let effects = kim.tell(Msg::Timer(Timer::Ping));
    assert!(effects.contains(&Effect::Say(VisitorFrame::Ping {})));
    // A timer of an earlier connection has no say.
    assert!(kim.tell(Msg::Timer(Timer::Ping)).is_empty());
    kim.now += 25_000.0;
    let effects = kim.tell(Msg::Timer(Timer::Ping));
    assert!(effects.contains(&Effect::Disconnect));
    assert_eq!(kim.state.link, Link::Waiting);
}

#[test]
fn a_socket_that_outlived_an_outage_is_replaced() {
    let mut kim = Kim::connected();
    kim.tell(Msg::Network(false));
    let effects = kim.tell(Msg::Network(true));
    assert_eq!(effects, [Effect::Disconnect, Effect::Connect]);
}

#[test]
fn without_a_socket_news_is_read_over_http() {
    let mut kim = Kim::connected();
    kim.tell(Msg::Socket(Frame::Closed));
    assert!(!kim.tell(Msg::Timer(Timer::Reconnect)).contains(&Effect::List));
    kim.tell(Msg::Socket(Frame::Closed));
    let effects = kim.tell(Msg::Timer(Timer::Reconnect));
    assert!(effects.contains(&Effect::List));
    assert!(effects.contains(&Effect::Load(7, Fetch::After(1))));
}

#[test]
fn reading_and_the_badge() {
    let mut kim = Kim::connected();
    let effects = kim.tell(event("message:new", Some(11), json!(agent(2, "Anna", "b"))));
    assert!(effects.contains(&Effect::Read(7)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Announce(_))));
    kim.tell(Msg::Closed);
    let effects = kim.tell(event("message:new", Some(12), json!(agent(3, "Anna", "c"))));
    assert!(effects.contains(&Effect::Unread(1)) && !effects.contains(&Effect::Read(7)));
    let effects = kim.tell(Msg::Opened);
    assert!(effects.contains(&Effect::Unread(0)) && effects.contains(&Effect::Read(7)));
    kim.tell(event("message:read", None, json!({"conversation_id": 7, "message_id": 3})));
    kim.tell(event("message:read", None, json!({"conversation_id": 7, "message_id": 1})));
    let seen = kim.state.conversation(7).and_then(|c| c.agent_read_message_id);
    assert_eq!(seen, Some(3.into()));
}

#[test]
fn typing_is_told_seldom_and_ends() {
    let mut kim = Kim::connected();
    let type_at = |kim: &mut Kim, now: f64| {
        kim.now = now;
        kim.tell(Msg::Input(Field::Message, format!("text {now}")))
    };
    assert!(type_at(&mut kim, 0.0).contains(&Effect::Typing(7, true)));
    assert!(!type_at(&mut kim, 2_000.0).contains(&Effect::Typing(7, true)));
    kim.now = 4_000.0;
    assert!(kim.tell(Msg::Timer(Timer::TypingIdle)).contains(&Effect::After(2_000, Timer::TypingIdle)));
    kim.now = 6_000.0;
    assert!(kim.tell(Msg::Timer(Timer::TypingIdle)).contains(&Effect::Typing(7, false)));

    let typing = json!({"conversation_id": 7, "on": true, "name": "Anna"});
    kim.tell(event("agent:typing", None, typing));
    assert!(kim.state.agent_typing.is_some());
    kim.now = 11_999.0;
    kim.tell(Msg::Timer(Timer::AgentQuiet));
    assert!(kim.state.agent_typing.is_none());
}

#[test]
fn a_lost_session_is_replaced_and_takes_the_words_along() {
    let mut kim = Kim::connected();
    let first = reference(&kim.say("one"));
    let effects = kim.posted(&first, Err(Refusal::Status(401)));
    assert!(effects.contains(&Effect::Forget(Key::Visitor)));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::OpenSession(request) if request.visitor_token.is_none()
    )));
    let effects = kim.tell(session());
    assert_eq!(posts(&effects), [(NEW, first.clone(), "one")]);
    // A second refusal in a row is an answer.
    kim.posted(&first, Err(Refusal::Status(401)));
    assert_eq!(kim.state.session, Session::Refused);
}

#[test]
fn files_go_with_the_message() {
    let mut kim = Kim::connected();
    let picked = |id| Picked { id, name: format!("{id}.png"), size: 10.0 };
    let effects = kim.tell(Msg::Files(vec![picked(1), picked(2)]));
    assert!(effects.contains(&Effect::Upload(1)) && effects.contains(&Effect::Upload(2)));
    kim.tell(Msg::Progress(1, 40));
    assert!(posts(&kim.tell(Msg::Act(Act::Send))).is_empty());
    let stored = Attachment {
        token: "t1".to_owned(),
        file_name: "1.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 10,
        url: "/api/attachments/t1".to_owned(),
    };
    kim.tell(Msg::Uploaded(1, Ok(stored)));
    kim.tell(Msg::Uploaded(2, Err(Refusal::Status(413))));
    assert!(posts(&kim.tell(Msg::Act(Act::Send))).is_empty());
    kim.tell(Msg::Act(Act::RemoveUpload(2)));
    let effects = kim.tell(Msg::Act(Act::Send));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Post { content, attachment_ids, .. } if content.is_empty() && attachment_ids == &["t1"]
    )));
}

#[test]
fn an_address_is_asked_for_once_and_must_look_like_one() {
    let mut kim = Kim::connected();
    assert!(kim.state.asks_contact(7));
    kim.tell(Msg::Input(Field::Email, "kim@".to_owned()));
    assert!(!kim.tell(Msg::Act(Act::SaveContact)).iter().any(|effect| matches!(effect, Effect::SaveContact(_))));
    assert!(kim.state.form.invalid);
    kim.tell(Msg::Input(Field::Email, " kim@example.test ".to_owned()));
    let effects = kim.tell(Msg::Act(Act::SaveContact));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::SaveContact(ContactDetails::Reach { name: None, email: Some(email) }) if email == "kim@example.test"
    )));
    kim.tell(Msg::ContactSaved(Err(Refusal::Network)));
    assert!(kim.state.form.failed && kim.state.asks_contact(7));
    let effects = kim.tell(Msg::Act(Act::SkipContact));
    assert!(effects.contains(&Effect::Save(Key::Asked, "1".to_owned())));
    assert!(!kim.state.asks_contact(7));
}

#[test]
fn a_rating_chosen_counts_even_when_the_customer_leaves() {
    let mut kim = Kim::connected();
    kim.tell(event("conversation:updated", Some(11), json!({"id": 7, "status": "resolved"})));
    kim.tell(Msg::Act(Act::Rate(4)));
    kim.tell(Msg::Input(Field::Comment, " fine ".to_owned()));
    let effects = kim.tell(Msg::Act(Act::Home));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Rate(7, csat) if csat.rating == 4 && csat.comment.as_deref() == Some("fine")
    )));
    kim.tell(Msg::Rated { thread: 7, answer: Ok(()) });
    kim.tell(Msg::Act(Act::Open(7)));
    assert!(kim.tell(Msg::Act(Act::SendRating)).iter().all(|effect| !matches!(effect, Effect::Rate(..))));
}

#[test]
fn an_identified_visitor_is_required_to_be_one() {
    let (mut state, _) = boot(Vec::new());
    state.config.identity_required = true;
    let env = Still(0.0);
    state.update(Msg::Act(Act::Open(NEW)), &env);
    state.update(Msg::Input(Field::Message, "hi".to_owned()), &env);
    let effects = state.update(Msg::Act(Act::Send), &env);
    assert!(posts(&effects).is_empty() && !effects.iter().any(|effect| matches!(effect, Effect::OpenSession(_))));
    let user = Identity { identifier: "u1".to_owned(), identifier_hash: Some("abc".to_owned()), ..Identity::default() };
    let effects = state.update(Msg::User(user), &env);
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::OpenSession(request) if request.identifier.as_deref() == Some("u1")
    )));
    state.update(Msg::Session(Err(Refusal::Status(401))), &env);
    assert!(state.must_sign_in());
}

#[test]
fn reset_forgets_the_visitor() {
    let mut kim = Kim::connected();
    let effects = kim.tell(Msg::Reset);
    assert!(effects.contains(&Effect::ForgetAll) && effects.contains(&Effect::Disconnect));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OpenSession(_))));
    assert!(kim.state.conversations.is_empty() && kim.state.threads.is_empty());
}
