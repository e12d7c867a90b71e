//! What happens to the chat, and what it asks of the browser.

use types::{
    Page,
    attachments::Attachment,
    realtime::VisitorFrame,
    widget::{
        OpenVisitorSession, StartedConversation, VisitorContact, VisitorConversation, VisitorCsat, VisitorMessage,
        VisitorSession,
    },
};

use super::{Act, Identity};
use crate::wire::Json;

/// Why the server's answer is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No answer came: offline, a timeout, or an answer that makes no sense.
    Network,
    /// HTTP status.
    Status(u16),
}

impl Refusal {
    /// Whether the same request may succeed later.
    pub fn passes(self) -> bool {
        matches!(self, Self::Network | Self::Status(408 | 425 | 429 | 500..=599))
    }
}

pub type Answer<T> = Result<T, Refusal>;

#[derive(Clone, Debug, PartialEq)]
pub enum Posted {
    Message(VisitorMessage),
    Started(StartedConversation),
}

/// Which messages of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetch {
    Newest,
    /// Behind this cursor.
    Older(String),
    /// Newer than this message.
    After(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Message,
    Name,
    Email,
    Comment,
}

impl Field {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Name => "name",
            Self::Email => "email",
            Self::Comment => "comment",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Message, Self::Name, Self::Email, Self::Comment].into_iter().find(|field| field.as_str() == text)
    }
}

/// A file the customer chose; the browser keeps its bytes under `id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    pub id: u32,
    pub name: String,
    /// Bytes.
    pub size: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Send again what could not be sent.
    Flush,
    Reconnect,
    Ping,
    /// The customer may have stopped typing.
    TypingIdle,
    /// The agent's typing mark is old.
    AgentQuiet,
}

/// A frame of the live connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub name: String,
    /// Absent for what leaves no trace: typing, read marks, control.
    pub seq: Option<i64>,
    pub data: Json,
}

/// What is told about the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactDetails {
    Reach {
        name: Option<String>,
        email: Option<String>,
    },
    /// A JSON object of the host page's.
    Attributes(String),
}

/// News of the socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    Event(Event),
    Closed,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    Opened,
    Closed,
    /// The page came to the front, or left it.
    Visible(bool),
    /// The browser's own opinion on the connection.
    Network(bool),
    User(Identity),
    Attributes(String),
    Locale(String),
    Reset,
    Session(Answer<VisitorSession>),
    Listed(Answer<Page<VisitorConversation>>),
    Loaded {
        thread: i64,
        fetch: Fetch,
        answer: Answer<Page<VisitorMessage>>,
    },
    Posted {
        client_ref: String,
        answer: Answer<Posted>,
    },
    ContactSaved(Answer<VisitorContact>),
    AttributesSaved(Answer<VisitorContact>),
    Rated {
        thread: i64,
        answer: Answer<()>,
    },
    Act(Act),
    Input(Field, String),
    Files(Vec<Picked>),
    /// Percent.
    Progress(u32, u8),
    Uploaded(u32, Answer<Attachment>),
    Socket(Frame),
    Timer(Timer),
    /// Where the log stands, in pixels to its two ends.
    Scrolled {
        above: f64,
        below: f64,
    },
}

/// A name in the browser's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Visitor,
    /// The customer was asked for an address.
    Asked,
    /// Text not sent yet, by thread.
    Draft(i64),
    /// A message on its way, by its reference.
    Outbox(String),
}

impl Key {
    pub fn encode(&self) -> String {
        match self {
            Self::Visitor => "visitor".to_owned(),
            Self::Asked => "asked".to_owned(),
            Self::Draft(thread) => format!("draft:{thread}"),
            Self::Outbox(reference) => format!("outbox:{reference}"),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "visitor" => Some(Self::Visitor),
            None if text == "asked" => Some(Self::Asked),
            Some(("draft", thread)) => thread.parse().ok().map(Self::Draft),
            Some(("outbox", reference)) => Some(Self::Outbox(reference.to_owned())),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Composer,
    Start,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    OpenSession(OpenVisitorSession),
    List,
    Load(i64, Fetch),
    Post {
        thread: i64,
        client_ref: String,
        content: String,
        attachment_ids: Vec<String>,
    },
    Typing(i64, bool),
    Read(i64),
    Rate(i64, VisitorCsat),
    SaveContact(ContactDetails),
    Upload(u32),
    DropFile(u32),
    Connect,
    Disconnect,
    Say(VisitorFrame),
    Save(Key, String),
    Forget(Key),
    /// Forgets everything this chat stored.
    ForgetAll,
    After(u32, Timer),
    Focus(Focus),
    ScrollToEnd,
    ChooseFiles,
    /// Puts text where the caret stands in the composer.
    Insert(String),
    /// For the host page: a message of an agent came.
    Announce(VisitorMessage),
    Unread(i64),
    /// Asks the loader to close the panel.
    ClosePanel,
}
