//! Swedish, in the making: sign-in, places and states.

partial! {
    SignIn = "Logga in", SignInHint = "Till ert teams inkorg.", SignOut = "Logga ut", Email = "E-post", Password = "Lösenord", LoginWrong = "Fel e-post eller lösenord.",
    Inbox = "Inkorg", People = "Personer", Teams = "Team", Knowledge = "Kunskapsbas", Overview = "Översikt", Settings = "Inställningar",
    Mine = "Mina", Unassigned = "Ej tilldelade", AllOpen = "Alla öppna", StatusOpen = "Öppen", StatusPending = "Väntar", StatusSnoozed = "Snoozad", StatusResolved = "Löst",
    Urgent = "Brådskande", High = "Hög", Normal = "Normal", Low = "Låg", Online = "Tillgänglig", Busy = "Upptagen", Offline = "Borta",
    Send = "Skicka", Save = "Spara", Cancel = "Avbryt", Search = "Sök", SearchHint = "Sök", Reply = "Svar", PrivateNote = "Privat anteckning", Resolve = "Lös", Reopen = "Öppna igen", Snooze = "Snooza",
    English = "Engelska", Finnish = "Finska", Swedish = "Svenska", German = "Tyska", French = "Franska",
}
