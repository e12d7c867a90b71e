//! Swedish.

use super::Strings;

pub(super) static STRINGS: Strings = Strings {
    chat: "Chatt",
    close: "Stäng chatten",
    back: "Tillbaka till dina samtal",
    start: "Starta ett samtal",
    your_conversations: "Dina samtal",
    no_messages: "Inga meddelanden ännu",
    attachment: "Bilaga",
    resolved: "Löst",
    unread: "Olästa: {}",

    online: "Vi är här nu",
    away: "Vi är inte här just nu men svarar så snart vi är tillbaka",
    answers_in_minutes: [
        "Svarar oftast inom en minut",
        "Svarar oftast inom {} minuter",
    ],
    answers_in_hours: [
        "Svarar oftast inom en timme",
        "Svarar oftast inom {} timmar",
    ],
    answers_in_days: ["Svarar oftast inom ett dygn", "Svarar oftast inom {} dygn"],

    write: "Skriv ett meddelande",
    send: "Skicka",
    attach: "Bifoga filer",
    emoji: "Emoji",
    drop_files: "Släpp filerna här för att bifoga dem",
    remove: "Ta bort",
    uploading: "Laddar upp",
    upload_failed: "Inte uppladdad",
    too_large: "Filen är för stor",
    refused_file: "Den här filtypen kan inte bifogas",

    you: "Du",
    assistant: "Assistent",
    typing: "{} skriver",
    sending: "Skickar",
    waiting: "Väntar på anslutning",
    sent: "Skickat",
    seen: "Läst",
    not_sent: "Inte skickat",
    try_again: "Försök igen",
    discard: "Kasta",

    today: "I dag",
    yesterday: "I går",
    newest: "Nya meddelanden",
    loading: "Laddar",
    not_loaded: "Meddelandena kunde inte laddas.",

    offline: "Du är frånkopplad. Det du skickar sparas och går iväg när anslutningen är tillbaka.",
    reconnecting: "Ansluter igen",
    sign_in: "Logga in på webbplatsen för att chatta med oss.",

    contact_title: "Var kan vi nå dig?",
    contact_hint: "Om du lämnar sidan kommer svaret med e-post.",
    name: "Namn",
    email: "E-post",
    save: "Spara",
    not_now: "Inte nu",
    contact_saved: "Tack. Vi skriver till dig om du lämnar sidan.",
    email_invalid: "Det ser inte ut som en e-postadress.",
    not_saved: "Inte sparat. Försök igen.",

    closed: "Samtalet är avslutat. Skriv för att öppna det igen.",
    rate_title: "Hur gick det?",
    rates: ["Mycket dåligt", "Dåligt", "Okej", "Bra", "Utmärkt"],
    rate_comment: "Något att tillägga? (frivilligt)",
    rate_send: "Skicka omdöme",
    rate_thanks: "Tack för ditt omdöme.",
};
