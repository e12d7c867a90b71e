//! The one door through which the chat changes.

use types::widget::VisitorCsat;

use super::{
    Act, Env,
    msg::{ContactDetails, Effect, Field, Focus, Msg, Timer},
    state::{Load, Screen, Session, State},
};

/// Pixels from an end of the log that count as being there.
const NEAR: f64 = 80.0;

impl State {
    /// What `msg` changes, and what the browser has to do for it.
    pub fn update(&mut self, msg: Msg, env: &dyn Env) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.apply(msg, env, &mut effects);
        self.settle(&mut effects);
        effects
    }

    fn apply(&mut self, msg: Msg, env: &dyn Env, effects: &mut Vec<Effect>) {
        match msg {
            Msg::Opened => {
                self.open = true;
                effects.push(Effect::Focus(match self.screen {
                    Screen::Home => Focus::Start,
                    Screen::Thread(_) => Focus::Composer,
                }));
                effects.push(Effect::ScrollToEnd);
            }
            Msg::Closed => {
                self.open = false;
                self.left(effects);
            }
            Msg::Visible(visible) => self.visible = visible,
            Msg::Network(online) => self.network(online, effects),
            Msg::User(user) => self.identify(user, effects),
            Msg::Attributes(attributes) => self.attributes = Some(attributes),
            Msg::Locale(tag) => self.language = crate::text::language(&tag),
            Msg::Reset => self.reset(effects),
            Msg::Session(answer) => self.session_answered(answer, env.random(), effects),
            Msg::Listed(answer) => self.listed(answer, effects),
            Msg::Loaded { thread, fetch, answer } => self.loaded(thread, fetch, answer, effects),
            Msg::Posted { client_ref, answer } => {
                self.posted(&client_ref, answer, env.random(), effects);
            }
            Msg::ContactSaved(answer) => {
                if !self.session_heard(&answer, effects) {
                    self.contact_saved(answer, effects);
                }
            }
            Msg::AttributesSaved(answer) => {
                if !self.session_heard(&answer, effects)
                    && let Ok(contact) = answer
                {
                    self.contact = Some(contact);
                }
            }
            Msg::Rated { thread, answer } => {
                let refused = answer.is_err_and(super::Refusal::passes);
                let rating = &mut self.thread_mut(thread).rating;
                rating.sending = false;
                rating.thanked = !refused;
            }
            Msg::Act(act) => self.act(act, env, effects),
            Msg::Input(field, text) => self.input(field, text, env.now(), effects),
            Msg::Files(files) => self.add_files(files, effects),
            Msg::Progress(id, percent) => self.progress(id, percent),
            Msg::Uploaded(id, answer) => self.uploaded(id, answer, effects),
            Msg::Socket(frame) => self.socket(frame, env, effects),
            Msg::Timer(timer) => self.timer(timer, env, effects),
            Msg::Scrolled { above, below } => {
                self.at_end = below < NEAR;
                self.newer_below &= !self.at_end;
                if above < NEAR {
                    self.fetch_older(effects);
                }
            }
        }
    }

    fn act(&mut self, act: Act, env: &dyn Env, effects: &mut Vec<Effect>) {
        let shown = self.shown();
        match act {
            Act::Home => {
                self.left(effects);
                self.screen = Screen::Home;
                effects.push(Effect::Focus(Focus::Start));
            }
            Act::Close => effects.push(Effect::ClosePanel),
            Act::Open(id) => self.show(id, effects),
            Act::Send => {
                if let Some(id) = shown.filter(|_| !self.must_sign_in()) {
                    self.send(id, env.now(), [env.random(), env.random()], effects);
                    effects.push(Effect::Focus(Focus::Composer));
                }
            }
            Act::Say(words) => {
                if let Some(id) = shown.filter(|_| !self.must_sign_in()) {
                    self.say(id, words, Vec::new(), (env.now(), [env.random(), env.random()]), effects);
                }
            }
            Act::Retry(reference) => self.retry(&reference),
            Act::Discard(reference) => {
                self.discard(&reference, effects);
                effects.push(Effect::Focus(Focus::Composer));
            }
            Act::Attach => effects.push(Effect::ChooseFiles),
            Act::RemoveUpload(_) | Act::RetryUpload(_) => self.upload_act(&act, effects),
            Act::ToggleEmoji => self.emoji_open = !self.emoji_open,
            Act::Emoji(emoji) => {
                self.emoji_open = false;
                effects.push(Effect::Insert(emoji));
            }
            Act::Newest => {
                self.at_end = true;
                self.newer_below = false;
                effects.push(Effect::ScrollToEnd);
            }
            Act::Reload => {
                if self.listed == Load::Failed {
                    self.listed = Load::Not;
                }
                if let Some(id) = shown {
                    let thread = self.thread_mut(id);
                    thread.load = if thread.messages.is_empty() { Load::Not } else { Load::Done };
                }
            }
            Act::SaveContact => self.save_contact(effects),
            Act::SkipContact => self.skip_contact(effects),
            Act::Rate(stars) => {
                if let Some(id) = shown.filter(|_| (1..=5).contains(&stars)) {
                    self.thread_mut(id).rating.chosen = Some(stars);
                }
            }
            Act::SendRating => {
                if let Some(id) = shown {
                    self.send_rating(id, effects);
                }
            }
        }
    }

    fn input(&mut self, field: Field, text: String, now: f64, effects: &mut Vec<Effect>) {
        match (field, self.shown()) {
            (Field::Message, Some(id)) => self.write(id, text, now, effects),
            (Field::Comment, Some(id)) => self.thread_mut(id).rating.comment = text,
            (Field::Name, _) => self.form.name = text,
            (Field::Email, _) => {
                self.form.email = text;
                self.form.invalid = false;
            }
            (Field::Message | Field::Comment, None) => {}
        }
    }

    fn timer(&mut self, timer: Timer, env: &dyn Env, effects: &mut Vec<Effect>) {
        match timer {
            Timer::Flush => self.held = false,
            Timer::Reconnect => self.reconnect(effects),
            Timer::Ping => self.ping(env, effects),
            Timer::TypingIdle => self.typing_idle(env.now(), effects),
            Timer::AgentQuiet => self.agent_quiet(env.now()),
        }
    }

    /// The customer turns away from the thread: a rating chosen but not sent still counts.
    fn left(&mut self, effects: &mut Vec<Effect>) {
        if let Some(id) = self.shown() {
            self.stopped_typing(id, effects);
            self.send_rating(id, effects);
        }
    }

    fn send_rating(&mut self, id: i64, effects: &mut Vec<Effect>) {
        let open = self.conversation(id).is_some_and(|c| c.csat_rating.is_none());
        let rating = &mut self.thread_mut(id).rating;
        if let Some(stars) = rating.chosen.filter(|_| open && !rating.sending && !rating.thanked) {
            rating.sending = true;
            let comment = rating.comment.trim();
            let csat =
                VisitorCsat { rating: stars, comment: Some(comment.to_owned()).filter(|comment| !comment.is_empty()) };
            effects.push(Effect::Rate(id, csat));
        }
    }

    /// Brings about what must hold after every change: whatever can go out goes out, what is on
    /// the screen is loaded and read.
    pub(super) fn settle(&mut self, effects: &mut Vec<Effect>) {
        if self.session == Session::None && !self.held && self.online && self.wants_session() {
            self.open_session(effects);
        }
        if matches!(self.session, Session::Open(_)) {
            self.connect(effects);
            if self.listed == Load::Not {
                self.list(effects);
            }
            self.fetch_shown(effects);
            self.flush(effects);
            self.start_uploads(effects);
            if let Some(attributes) = self.attributes.take() {
                effects.push(Effect::SaveContact(ContactDetails::Attributes(attributes)));
            }
        }
        self.read(effects);
        self.count_unread(effects);
    }
}
