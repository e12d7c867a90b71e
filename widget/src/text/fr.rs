//! French.

use super::Strings;

pub(super) static STRINGS: Strings = Strings {
    chat: "Discussion",
    close: "Fermer la discussion",
    back: "Retour à vos conversations",
    start: "Démarrer une conversation",
    your_conversations: "Vos conversations",
    no_messages: "Aucun message pour l’instant",
    attachment: "Pièce jointe",
    resolved: "Résolue",
    unread: "Non lus : {}",

    online: "Nous sommes là",
    away: "Nous sommes absents et répondrons dès notre retour",
    answers_in_minutes: [
        "Répond en général en une minute",
        "Répond en général en {} minutes",
    ],
    answers_in_hours: [
        "Répond en général en une heure",
        "Répond en général en {} heures",
    ],
    answers_in_days: [
        "Répond en général en un jour",
        "Répond en général en {} jours",
    ],

    write: "Écrivez un message",
    send: "Envoyer",
    attach: "Joindre des fichiers",
    emoji: "Émoji",
    drop_files: "Déposez les fichiers pour les joindre",
    remove: "Retirer",
    uploading: "Envoi en cours",
    upload_failed: "Non envoyé",
    too_large: "Ce fichier est trop volumineux",
    refused_file: "Ce type de fichier n’est pas accepté",

    you: "Vous",
    assistant: "Assistant",
    typing: "{} est en train d’écrire",
    sending: "Envoi",
    waiting: "En attente de connexion",
    sent: "Envoyé",
    seen: "Vu",
    not_sent: "Non envoyé",
    try_again: "Réessayer",
    discard: "Supprimer",

    today: "Aujourd’hui",
    yesterday: "Hier",
    newest: "Nouveaux messages",
    loading: "Chargement",
    not_loaded: "Les messages n’ont pas pu être chargés.",

    offline: "Vous êtes hors ligne. Vos messages sont conservés et partiront au retour de la connexion.",
    reconnecting: "Reconnexion en cours",
    sign_in: "Connectez-vous à ce site pour discuter avec nous.",

    contact_title: "Où pouvons-nous vous joindre ?",
    contact_hint: "Si vous partez, notre réponse arrive par e-mail.",
    name: "Nom",
    email: "E-mail",
    save: "Enregistrer",
    not_now: "Plus tard",
    contact_saved: "Merci. Nous vous écrirons si vous partez.",
    email_invalid: "Cette adresse e-mail ne semble pas valide.",
    not_saved: "Non enregistré. Réessayez.",

    closed: "Cette conversation est terminée. Écrivez pour la rouvrir.",
    rate_title: "Qu’avez-vous pensé de notre aide ?",
    rates: [
        "Très mauvaise",
        "Mauvaise",
        "Correcte",
        "Bonne",
        "Excellente",
    ],
    rate_comment: "Souhaitez-vous ajouter quelque chose ? (facultatif)",
    rate_send: "Envoyer l’avis",
    rate_thanks: "Merci pour votre avis.",
};
