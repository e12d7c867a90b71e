//! Wishes and near misses, fifteen each a language and more.

use types::Language;

use super::{WORDINGS, asked_in};

fn check(language: Language, wishes: &[&str], near_misses: &[&str]) {
    assert!(wishes.len() >= 15 && near_misses.len() >= 15);
    for text in wishes {
        assert_eq!(asked_in(text), Some(language), "{text}");
    }
    for text in near_misses {
        assert_eq!(asked_in(text), None, "{text}");
    }
}

#[test]
fn every_pattern_builds() {
    assert_eq!(WORDINGS.len(), Language::ALL.len());
}

#[test]
fn english() {
    check(
        Language::English,
        &[
            "I want to talk to a human",
            "Can I speak with a real person please?",
            "let me talk to someone",
            "Please connect me to an agent",
            "transfer me to a representative",
            "I need a human",
            "HUMAN PLEASE",
            "agent",
            "Is there a real person I can write to?",
            "I’d like to chat with a live agent",
            "this does not help. put me through to a person!!",
            "Could I speak to your manager?",
            "I would prefer a human answer",
            "no more bots",
            "Can somebody real help? I want to speak to somebody",
            "I am not talking to a bot, I want to speak to customer support",
            "escalate this to a supervisor",
        ],
        &[
            "The agent software crashed again",
            "I spoke to a person yesterday and it was fixed",
            "How do I add another person to my plan?",
            "Can two people share one account?",
            "the representative was very friendly, thanks",
            "We need a person's name on the invoice",
            "How do I transfer my data to another device?",
            "My estate agent needs a copy of the receipt",
            "connect me to the wifi",
            "I don't want to talk to a human, just tell me the price",
            "Is the human resources module included?",
            "What does the bot cost per month?",
            "there is no need to speak to someone, thank you",
            "The live preview does not load",
            "Support for Linux is missing",
            "Which operator do you use for SMS?",
        ],
    );
}

#[test]
fn finnish() {
    check(
        Language::Finnish,
        &[
            "Haluan puhua ihmisen kanssa",
            "voinko puhua asiakaspalvelijan kanssa?",
            "Haluaisin jutella oikean ihmisen kanssa",
            "yhdistäkää minut asiakaspalveluun",
            "saanko ihmisen auttamaan",
            "Yhdistä ihmiselle",
            "ihminen kiitos",
            "asiakaspalvelija",
            "Voisinko puhua jonkun kanssa",
            "siirrä minut asiakaspalvelijalle",
            "tarvitsen ihmistä, en konetta",
            "Onko siellä oikea ihminen?",
            "haluan asioida virkailijan kanssa",
            "Pyydän, että saan keskustella työntekijän kanssa.",
            "ei bottia kiitos",
            "en halua puhua robotin kanssa",
        ],
        &[
            "Asiakaspalvelija oli eilen todella mukava",
            "Kuinka monta henkilöä tiliin mahtuu?",
            "Puhuin eilen ihmisen kanssa ja asia selvisi",
            "Miten lisään toisen henkilön tilille?",
            "Lasku on väärän henkilön nimellä",
            "En halua puhua ihmisen kanssa, kerro vain hinta",
            "Ihmisten tiedot näkyvät väärin",
            "Sovellus ei käynnisty",
            "Missä asiakaspalvelunne sijaitsee?",
            "Yhdistä kaksi tiliä",
            "Siirrä tilaus toiseen osoitteeseen",
            "Voinko saada hyvityksen?",
            "haluan peruuttaa tilauksen",
            "Montako ihmistä teillä on töissä?",
            "Puhelimen näyttö on rikki",
        ],
    );
}

#[test]
fn swedish() {
    check(
        Language::Swedish,
        &[
            "Jag vill prata med en människa",
            "Kan jag få tala med någon?",
            "koppla mig till en handläggare",
            "jag vill chatta med en riktig person",
            "Kan ni koppla mig vidare till kundtjänst",
            "människa tack",
            "handläggare",
            "Finns det en riktig människa där?",
            "Jag behöver få hjälp av en människa",
            "jag vill ha kontakt med en människa",
            "hur får jag tag i en människa",
            "Jag vill snacka med en medarbetare",
            "får jag prata med er chef",
            "jag önskar mänsklig kontakt",
            "Kan jag prata med en rådgivare i stället?",
        ],
        &[
            "Er medarbetare var mycket trevlig",
            "Jag pratade med en person i går",
            "Hur lägger jag till en person?",
            "Jag vill inte prata med en människa, säg bara priset",
            "Hur många personer ingår?",
            "Fel person står på fakturan",
            "Koppla bort min enhet",
            "Appen startar inte",
            "skicka mig fakturan",
            "Vilka språk talar ni?",
            "Kan jag få pengarna tillbaka?",
            "Jag behöver ett kvitto",
            "Var ligger er kundtjänst?",
            "Personen som bokade har slutat",
            "Mitt konto är spärrat",
        ],
    );
}

#[test]
fn german() {
    check(
        Language::German,
        &[
            "Ich möchte mit einem Menschen sprechen",
            "Kann ich bitte mit jemandem reden?",
            "Verbinden Sie mich mit einem Mitarbeiter",
            "ich will mit einer echten Person chatten",
            "Mitarbeiter bitte",
            "Mensch",
            "Gibt es hier einen echten Menschen?",
            "Ich brauche einen Mitarbeiter",
            "Kann ich mit Ihrem Kundenservice sprechen?",
            "Bitte leiten Sie mich an einen Kollegen weiter",
            "Ich hätte gern menschliche Hilfe",
            "lassen Sie mich mit einem Berater verbinden",
            "Ich würde lieber sprechen mit einem Menschen",
            "Kann ich mit einer Mitarbeiterin telefonieren?",
            "Das hilft nicht, ich will mit Ihrem Vorgesetzten sprechen",
        ],
        &[
            "Ihr Mitarbeiter war sehr freundlich",
            "Ich habe gestern mit einem Menschen gesprochen",
            "Wie viele Personen können das Konto nutzen?",
            "Ich möchte nicht mit einem Menschen sprechen, nur den Preis wissen",
            "Die Person auf der Rechnung ist falsch",
            "Die App startet nicht",
            "Wie verbinde ich zwei Konten?",
            "Ich brauche eine Rechnung",
            "Welche Sprachen sprechen Sie?",
            "Wie lade ich Mitarbeiter in mein Konto ein?",
            "Die Verbindung bricht ab",
            "Kann ich mein Geld zurückbekommen?",
            "Wo finde ich den Kundenservice?",
            "Der Berater hat mir einen Rabatt versprochen",
            "Ich will mein Abo kündigen",
        ],
    );
}

#[test]
fn french() {
    check(
        Language::French,
        &[
            "Je veux parler à un humain",
            "Puis-je parler avec quelqu'un ?",
            "Je voudrais parler à un conseiller",
            "passez-moi un conseiller",
            "Mettez-moi en relation avec une personne",
            "un vrai humain s'il vous plaît",
            "humain svp",
            "conseiller",
            "Je souhaite être mis en relation avec un conseiller",
            "Y a-t-il une vraie personne ?",
            "J'aimerais échanger avec un agent",
            "j'ai besoin d'un conseiller",
            "je préfère un humain",
            "Peut-on discuter avec votre service client ?",
            "Je veux parler à un responsable !",
        ],
        &[
            "Votre conseiller était très aimable",
            "J'ai parlé à une personne hier",
            "Combien de personnes par compte ?",
            "Je ne veux pas parler à un humain, donnez-moi le prix",
            "La personne sur la facture est fausse",
            "L'application ne démarre pas",
            "Comment connecter mon appareil ?",
            "Transférez-moi la facture",
            "Quelles langues parlez-vous ?",
            "Je veux annuler mon abonnement",
            "Où est mon colis ?",
            "Comment ajouter une personne ?",
            "Votre agent immobilier partenaire",
            "Puis-je être remboursé ?",
            "Le service ne fonctionne plus",
        ],
    );
}

#[test]
fn the_widgets_button_is_understood() {
    // As the texts of `widget/src/text` have it.
    for (language, words) in [
        (Language::English, "I want to talk to a person"),
        (Language::Finnish, "Haluan puhua ihmisen kanssa"),
        (Language::Swedish, "Jag vill prata med en människa"),
        (Language::German, "Ich möchte mit einem Menschen sprechen"),
        (Language::French, "Je veux parler à une personne"),
    ] {
        assert_eq!(asked_in(words), Some(language));
    }
}
