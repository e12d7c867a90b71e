//! German.

use super::Strings;

pub(super) static STRINGS: Strings = Strings {
    chat: "Chat",
    close: "Chat schließen",
    back: "Zurück zu Ihren Unterhaltungen",
    start: "Unterhaltung beginnen",
    your_conversations: "Ihre Unterhaltungen",
    no_messages: "Noch keine Nachrichten",
    attachment: "Anhang",
    resolved: "Gelöst",
    unread: "{} ungelesen",

    online: "Wir sind jetzt da",
    away: "Wir sind gerade nicht da und antworten, sobald wir zurück sind",
    answers_in_minutes: [
        "Antwortet meist innerhalb einer Minute",
        "Antwortet meist in {} Minuten",
    ],
    answers_in_hours: [
        "Antwortet meist innerhalb einer Stunde",
        "Antwortet meist in {} Stunden",
    ],
    answers_in_days: [
        "Antwortet meist innerhalb eines Tages",
        "Antwortet meist in {} Tagen",
    ],

    write: "Nachricht schreiben",
    send: "Senden",
    attach: "Dateien anhängen",
    emoji: "Emoji",
    drop_files: "Dateien hier ablegen, um sie anzuhängen",
    remove: "Entfernen",
    uploading: "Wird hochgeladen",
    upload_failed: "Nicht hochgeladen",
    too_large: "Diese Datei ist zu groß",
    refused_file: "Dieser Dateityp wird nicht angenommen",

    you: "Sie",
    assistant: "Assistent",
    typing: "{} schreibt",
    sending: "Wird gesendet",
    waiting: "Wartet auf Verbindung",
    sent: "Gesendet",
    seen: "Gelesen",
    not_sent: "Nicht gesendet",
    try_again: "Erneut versuchen",
    discard: "Verwerfen",

    today: "Heute",
    yesterday: "Gestern",
    newest: "Neue Nachrichten",
    loading: "Wird geladen",
    not_loaded: "Die Nachrichten konnten nicht geladen werden.",

    offline: "Sie sind offline. Ihre Nachrichten bleiben erhalten und werden gesendet, sobald Sie wieder verbunden sind.",
    reconnecting: "Verbindung wird wiederhergestellt",
    sign_in: "Melden Sie sich auf dieser Website an, um mit uns zu chatten.",

    contact_title: "Wie erreichen wir Sie?",
    contact_hint: "Wenn Sie gehen, kommt unsere Antwort per E-Mail.",
    name: "Name",
    email: "E-Mail",
    save: "Speichern",
    not_now: "Jetzt nicht",
    contact_saved: "Danke. Wir schreiben Ihnen, falls Sie gehen.",
    email_invalid: "Das sieht nicht nach einer E-Mail-Adresse aus.",
    not_saved: "Nicht gespeichert. Bitte erneut versuchen.",

    closed: "Diese Unterhaltung ist beendet. Schreiben Sie, um sie wieder zu öffnen.",
    rate_title: "Wie waren wir?",
    rates: [
        "Sehr schlecht",
        "Schlecht",
        "In Ordnung",
        "Gut",
        "Ausgezeichnet",
    ],
    rate_comment: "Möchten Sie etwas ergänzen? (freiwillig)",
    rate_send: "Bewertung senden",
    rate_thanks: "Danke für Ihre Bewertung.",
};
