//! German, in the making: sign-in, places and states.

partial! {
    SignIn = "Anmelden", SignInHint = "Zum Posteingang Ihres Teams.", SignOut = "Abmelden", Email = "E-Mail", Password = "Passwort", LoginWrong = "E-Mail oder Passwort ist falsch.",
    Inbox = "Posteingang", People = "Personen", Teams = "Teams", Knowledge = "Wissensdatenbank", Overview = "Übersicht", Settings = "Einstellungen",
    Mine = "Meine", Unassigned = "Nicht zugewiesen", AllOpen = "Alle offenen", StatusOpen = "Offen", StatusPending = "Wartend", StatusSnoozed = "Zurückgestellt", StatusResolved = "Gelöst",
    Urgent = "Dringend", High = "Hoch", Normal = "Normal", Low = "Niedrig", Online = "Erreichbar", Busy = "Beschäftigt", Offline = "Abwesend",
    Send = "Senden", Save = "Speichern", Cancel = "Abbrechen", Search = "Suchen", SearchHint = "Suchen", Reply = "Antwort", PrivateNote = "Interne Notiz", Resolve = "Lösen", Reopen = "Wieder öffnen", Snooze = "Zurückstellen",
    English = "Englisch", Finnish = "Finnisch", Swedish = "Schwedisch", German = "Deutsch", French = "Französisch",
}
