//! Finnish.

use super::Strings;

pub(super) static STRINGS: Strings = Strings {
    chat: "Keskustelu",
    close: "Sulje keskustelu",
    back: "Takaisin keskusteluihin",
    start: "Aloita keskustelu",
    your_conversations: "Keskustelusi",
    no_messages: "Ei vielä viestejä",
    attachment: "Liite",
    resolved: "Ratkaistu",
    unread: "{} lukematta",

    online: "Olemme paikalla",
    away: "Emme ole nyt paikalla, vastaamme heti palattuamme",
    answers_in_minutes: ["Vastaa yleensä minuutissa", "Vastaa yleensä {} minuutissa"],
    answers_in_hours: ["Vastaa yleensä tunnissa", "Vastaa yleensä {} tunnissa"],
    answers_in_days: [
        "Vastaa yleensä vuorokaudessa",
        "Vastaa yleensä {} vuorokaudessa",
    ],

    write: "Kirjoita viesti",
    send: "Lähetä",
    attach: "Liitä tiedostoja",
    emoji: "Emoji",
    drop_files: "Pudota tiedostot tähän",
    remove: "Poista",
    uploading: "Siirretään",
    upload_failed: "Siirto epäonnistui",
    too_large: "Tiedosto on liian suuri",
    refused_file: "Tämäntyyppistä tiedostoa ei voi liittää",

    you: "Sinä",
    assistant: "Avustaja",
    typing: "{} kirjoittaa",
    sending: "Lähetetään",
    waiting: "Odottaa yhteyttä",
    sent: "Lähetetty",
    seen: "Luettu",
    not_sent: "Ei lähetetty",
    try_again: "Yritä uudelleen",
    discard: "Hylkää",

    today: "Tänään",
    yesterday: "Eilen",
    newest: "Uusia viestejä",
    loading: "Ladataan",
    not_loaded: "Viestejä ei voitu ladata.",

    offline: "Yhteys puuttuu. Viestisi säilyvät ja lähtevät, kun yhteys palaa.",
    reconnecting: "Yhdistetään uudelleen",
    sign_in: "Kirjaudu sivustolle, niin voit keskustella kanssamme.",

    contact_title: "Mistä tavoitamme sinut?",
    contact_hint: "Jos poistut, vastaus tulee sähköpostiisi.",
    name: "Nimi",
    email: "Sähköposti",
    save: "Tallenna",
    not_now: "Ei nyt",
    contact_saved: "Kiitos. Kirjoitamme sinulle, jos poistut.",
    email_invalid: "Tämä ei näytä sähköpostiosoitteelta.",
    not_saved: "Ei tallennettu. Yritä uudelleen.",

    closed: "Tämä keskustelu on päättynyt. Kirjoita, niin se avautuu uudelleen.",
    rate_title: "Miten onnistuimme?",
    rates: [
        "Erittäin huonosti",
        "Huonosti",
        "Kohtalaisesti",
        "Hyvin",
        "Erinomaisesti",
    ],
    rate_comment: "Haluatko lisätä jotain? (vapaaehtoinen)",
    rate_send: "Lähetä arvio",
    rate_thanks: "Kiitos palautteestasi.",
};
