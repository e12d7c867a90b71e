//! English.

use super::Strings;

pub(super) static STRINGS: Strings = Strings {
    chat: "Chat",
    close: "Close chat",
    back: "Back to your conversations",
    start: "Start a conversation",
    your_conversations: "Your conversations",
    no_messages: "No messages yet",
    attachment: "Attachment",
    resolved: "Resolved",
    unread: "{} unread",

    online: "We are here now",
    away: "We are away, and answer as soon as we are back",
    answers_in_minutes: [
        "Usually answers in a minute",
        "Usually answers in {} minutes",
    ],
    answers_in_hours: ["Usually answers in an hour", "Usually answers in {} hours"],
    answers_in_days: ["Usually answers in a day", "Usually answers in {} days"],

    write: "Write a message",
    send: "Send",
    attach: "Attach files",
    emoji: "Emoji",
    drop_files: "Drop files to attach them",
    remove: "Remove",
    uploading: "Uploading",
    upload_failed: "Not uploaded",
    too_large: "This file is too large",
    refused_file: "This kind of file is not accepted",

    you: "You",
    assistant: "Assistant",
    typing: "{} is typing",
    sending: "Sending",
    waiting: "Waiting for a connection",
    sent: "Sent",
    seen: "Seen",
    not_sent: "Not sent",
    try_again: "Try again",
    discard: "Discard",

    today: "Today",
    yesterday: "Yesterday",
    newest: "New messages",
    loading: "Loading",
    not_loaded: "The messages could not be loaded.",

    offline: "You are offline. What you send is kept and goes out when you are back.",
    reconnecting: "Connecting again",
    sign_in: "Sign in on this site to chat with us.",

    contact_title: "Where can we reach you?",
    contact_hint: "If you leave, our answer comes by e-mail.",
    name: "Name",
    email: "E-mail",
    save: "Save",
    not_now: "Not now",
    contact_saved: "Thank you. We write to you if you leave.",
    email_invalid: "This does not look like an e-mail address.",
    not_saved: "Not saved. Try again.",

    closed: "This conversation is closed. Write to open it again.",
    rate_title: "How did we do?",
    rates: ["Very bad", "Bad", "Okay", "Good", "Excellent"],
    rate_comment: "Anything to add? (optional)",
    rate_send: "Send rating",
    rate_thanks: "Thank you for telling us.",
};
