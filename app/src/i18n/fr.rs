//! French, in the making: sign-in, places and states.

partial! {
    SignIn = "Se connecter", SignInHint = "À la boîte de votre équipe.", SignOut = "Se déconnecter", Email = "E-mail", Password = "Mot de passe", LoginWrong = "E-mail ou mot de passe incorrect.",
    Inbox = "Boîte de réception", People = "Personnes", Teams = "Équipes", Knowledge = "Base de connaissances", Overview = "Vue d’ensemble", Settings = "Réglages",
    Mine = "Les miennes", Unassigned = "Non attribuées", AllOpen = "Toutes ouvertes", StatusOpen = "Ouverte", StatusPending = "En attente", StatusSnoozed = "En pause", StatusResolved = "Résolue",
    Urgent = "Urgente", High = "Haute", Normal = "Normale", Low = "Basse", Online = "Disponible", Busy = "Occupé", Offline = "Absent",
    Send = "Envoyer", Save = "Enregistrer", Cancel = "Annuler", Search = "Rechercher", SearchHint = "Rechercher", Reply = "Réponse", PrivateNote = "Note interne", Resolve = "Résoudre", Reopen = "Rouvrir", Snooze = "Mettre en pause",
    English = "Anglais", Finnish = "Finnois", Swedish = "Suédois", German = "Allemand", French = "Français",
}
