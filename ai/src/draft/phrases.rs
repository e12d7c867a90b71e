//! Our own words around an answer, natural in each language. Variants are chosen by a hash of the question, so that the
//! same message always gives the same draft and different customers do not all read the same line.

use types::{Language, classifications::Sentiment, conversations::Priority};

use super::{DraftRequest, Who, guard};
use crate::{language, sentences, text};

/// From here a note's language counts as known.
const SURE_LANGUAGE: f64 = 0.8;

/// Phrases of one language.
struct Phrases {
    greeting: &'static str,
    /// Stands in for `{}`-less greetings when there is no usable name.
    greeting_unnamed: &'static str,
    frustrated: [&'static str; 3],
    negative: [&'static str; 3],
    neutral: [&'static str; 3],
    positive: [&'static str; 3],
    urgent: &'static str,
    follow_up: &'static str,
    closing: [&'static str; 3],
    colleague: [&'static str; 2],
    regards: &'static str,
    team: &'static str,
    other_language: &'static str,
    /// Names of en, fi, sv, de, fr, as they stand in `other_language`.
    languages: [&'static str; 5],
}

/// The phrases for one request.
pub struct Wording<'a> {
    request: &'a DraftRequest,
    phrases: &'static Phrases,
    seed: usize,
}

impl<'a> Wording<'a> {
    pub fn new(request: &'a DraftRequest) -> Self {
        let phrases = match request.language {
            Language::English => &ENGLISH,
            Language::Finnish => &FINNISH,
            Language::Swedish => &SWEDISH,
            Language::German => &GERMAN,
            Language::French => &FRENCH,
        };
        let seed =
            request.question.bytes().fold(7usize, |seed, byte| seed.wrapping_mul(31).wrapping_add(usize::from(byte)));
        Self { request, phrases, seed }
    }

    pub fn greeting(&self) -> String {
        let name = self.request.customer_name.as_deref().and_then(guard::first_name);
        name.map_or_else(|| self.phrases.greeting_unnamed.to_owned(), |name| self.phrases.greeting.replace("{}", &name))
    }

    /// A sentence on how the customer feels and, with `lead`, one that leads to the answer.
    pub fn acknowledgement(&self, lead: bool) -> String {
        let answered_before = self.request.history.iter().any(|(who, _)| *who == Who::Agent);
        let calm = matches!(self.request.sentiment, Sentiment::Neutral);
        let mut said = if answered_before && calm {
            self.phrases.follow_up.to_owned()
        } else {
            self.pick(match self.request.sentiment {
                Sentiment::Frustrated => &self.phrases.frustrated,
                Sentiment::Negative => &self.phrases.negative,
                Sentiment::Neutral => &self.phrases.neutral,
                Sentiment::Positive => &self.phrases.positive,
            })
            .to_owned()
        };
        if !lead {
            // Every phrase is a sentence of sympathy or thanks, then the sentence that leads on.
            let mut parts = sentences::split(&said);
            parts.pop();
            said = parts.join(" ");
        }
        if self.request.priority == Priority::Urgent {
            // Before the line that leads to the answer. Finnish and German go on in lower case after the greeting.
            said = format!("{} {}", self.phrases.urgent, text::capitalised(&said));
        }
        said
    }

    pub fn other_language(&self, language: Language) -> String {
        let at = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
        self.phrases.other_language.replace("{}", self.phrases.languages[at])
    }

    /// What the account always says in this category, where it fits the customer's language; and, where it does not, a
    /// sentence that tells the agent.
    pub fn note(&self) -> (String, &'static str) {
        let Some(note) = self.request.policy.note.as_deref() else { return (String::new(), "") };
        let (written_in, certainty) = language::detect(note);
        if written_in == self.request.language || certainty < SURE_LANGUAGE {
            (note.to_owned(), "")
        } else {
            (String::new(), " The category's note is in another language than the customer's and was left out.")
        }
    }

    pub fn closing(&self) -> String {
        self.pick(&self.phrases.closing).to_owned()
    }

    pub fn colleague(&self) -> String {
        self.pick(&self.phrases.colleague).to_owned()
    }

    pub fn signature(&self) -> String {
        let agent = self.request.agent_name.as_deref().and_then(guard::first_name);
        let team = self.phrases.team.replace("{}", &self.request.account_name);
        match agent {
            Some(agent) => format!("{}\n{agent}, {}", self.phrases.regards, self.request.account_name),
            None => format!("{}\n{team}", self.phrases.regards),
        }
    }

    fn pick<const N: usize>(&self, variants: &[&'static str; N]) -> &'static str {
        variants[self.seed % N]
    }
}

static ENGLISH: Phrases = Phrases {
    greeting: "Hi {},",
    greeting_unnamed: "Hello,",
    frustrated: [
        "I am sorry about the trouble this has caused you, and I understand how frustrating it is. Let us get it sorted out.",
        "I am really sorry you have had to deal with this. Here is what will help.",
        "I understand your frustration, and I am sorry for the trouble. Here is how we can put it right.",
    ],
    negative: [
        "I am sorry to hear that this has not worked as it should. Here is what I found for you.",
        "Thank you for letting us know, and I am sorry for the inconvenience. This should help:",
        "I am sorry about this. Here is what you can do:",
    ],
    neutral: [
        "Thank you for your message. Here is the answer to your question:",
        "Thanks for getting in touch. Here is what you need to know:",
        "Thank you for contacting us. This is how it works:",
    ],
    positive: [
        "Thank you for your kind message, it is lovely to hear from you. Here is the answer:",
        "Thank you, we really appreciate that! Here is what you need to know:",
        "It is great to hear from you, thank you. This should answer your question:",
    ],
    urgent: "I can see that this is urgent for you.",
    follow_up: "Thank you for coming back to us. Here is the answer:",
    closing: [
        "I hope this helps. If anything is still unclear, just reply to this message.",
        "If this does not solve it, reply here and we will look into it further.",
        "Please let us know if you have any other questions; we are happy to help.",
    ],
    colleague: [
        "I could not find a reliable answer to this in our help articles, and I would rather not guess. One of my colleagues will look into your message and reply to you here.",
        "Our help articles do not cover this, so I am passing your message to a colleague who can look into it properly. You will get the reply here.",
    ],
    regards: "Kind regards,",
    team: "The {} team",
    other_language: "Our article on this is so far only available in {}; I am quoting it as it stands:",
    languages: ["English", "Finnish", "Swedish", "German", "French"],
};

static FINNISH: Phrases = Phrases {
    greeting: "Hei {},",
    greeting_unnamed: "Hei,",
    frustrated: [
        "olen pahoillani tästä vaivasta ja ymmärrän hyvin, että se turhauttaa. Hoidetaan asia kuntoon.",
        "pahoittelut, että olet joutunut käymään tämän läpi. Näin asia etenee.",
        "ymmärrän harmisi ja pahoittelen tilannetta. Näin saamme asian korjattua.",
    ],
    negative: [
        "ikävä kuulla, ettei kaikki ole toiminut niin kuin pitäisi. Tässä ohjeet asiaasi:",
        "kiitos, että kerroit tästä, ja pahoittelut harmista. Tästä pitäisi olla apua:",
        "pahoittelut tilanteesta. Näin voit edetä:",
    ],
    neutral: [
        "kiitos viestistäsi. Tässä vastaus kysymykseesi:",
        "kiitos yhteydenotostasi. Asia toimii näin:",
        "kiitos, että otit yhteyttä. Tässä tarvitsemasi tiedot:",
    ],
    positive: [
        "kiitos mukavasta viestistäsi! Tässä vastaus:",
        "kiitos, ilahduimme viestistäsi! Asia toimii näin:",
        "mukava kuulla sinusta, kiitos viestistäsi. Tässä vastaus kysymykseesi:",
    ],
    urgent: "ymmärrän, että asiallasi on kiire.",
    follow_up: "kiitos, että palasit asiaan. Tässä vastaus:",
    closing: [
        "Toivottavasti tästä on apua. Jos jokin jäi epäselväksi, vastaa tähän viestiin.",
        "Jos asia ei ratkennut tällä, vastaa tähän viestiin, niin selvitämme sitä lisää.",
        "Kerrothan, jos sinulla on muuta kysyttävää. Autamme mielellämme.",
    ],
    colleague: [
        "En löytänyt ohjeistamme tähän varmaa vastausta, enkä halua arvailla. Kollegani selvittää asian ja vastaa sinulle tähän keskusteluun.",
        "Ohjeemme eivät kata tätä asiaa, joten välitän viestisi kollegalle, joka voi selvittää sen kunnolla. Saat vastauksen tähän keskusteluun.",
    ],
    regards: "Ystävällisin terveisin",
    team: "{}, asiakaspalvelu",
    other_language: "Artikkelimme tästä aiheesta on toistaiseksi vain {}; lainaan sitä sellaisenaan:",
    languages: ["englanniksi", "suomeksi", "ruotsiksi", "saksaksi", "ranskaksi"],
};

static SWEDISH: Phrases = Phrases {
    greeting: "Hej {}!",
    greeting_unnamed: "Hej!",
    frustrated: [
        "Jag beklagar verkligen besväret och förstår att det är frustrerande. Nu ser vi till att lösa det.",
        "Jag är ledsen att du har råkat ut för det här. Så här går vi vidare.",
        "Jag förstår att du är irriterad och beklagar det inträffade. Så här kan vi rätta till det.",
    ],
    negative: [
        "Tråkigt att höra att det inte har fungerat som det ska. Det här har jag hittat åt dig:",
        "Tack för att du hörde av dig, och jag beklagar besväret. Det här bör hjälpa:",
        "Jag beklagar det här. Så här kan du göra:",
    ],
    neutral: [
        "Tack för ditt meddelande. Här är svaret på din fråga:",
        "Tack för att du kontaktar oss. Så här fungerar det:",
        "Tack för att du hör av dig. Det här behöver du veta:",
    ],
    positive: [
        "Tack för ditt trevliga meddelande! Här är svaret:",
        "Tack, det uppskattar vi verkligen! Så här fungerar det:",
        "Vad roligt att du hör av dig, tack! Här är svaret på din fråga:",
    ],
    urgent: "Jag förstår att det är bråttom.",
    follow_up: "Tack för att du återkommer. Här är svaret:",
    closing: [
        "Jag hoppas att det här hjälper. Svara gärna på det här meddelandet om något är oklart.",
        "Om det inte löser problemet är det bara att svara här, så tittar vi vidare på det.",
        "Hör gärna av dig om du har fler frågor, vi hjälper dig gärna.",
    ],
    colleague: [
        "Jag hittade inget säkert svar på det här i våra hjälpartiklar och vill inte gissa. En kollega tittar på ditt ärende och svarar dig här.",
        "Våra hjälpartiklar tar inte upp det här, så jag lämnar ditt meddelande vidare till en kollega som kan undersöka det ordentligt. Du får svar här.",
    ],
    regards: "Vänliga hälsningar",
    team: "{}, kundtjänst",
    other_language: "Vår artikel om detta finns än så länge bara på {}; jag citerar den som den är:",
    languages: ["engelska", "finska", "svenska", "tyska", "franska"],
};

static GERMAN: Phrases = Phrases {
    greeting: "Guten Tag {},",
    greeting_unnamed: "Guten Tag,",
    frustrated: [
        "es tut mir leid, dass Sie solchen Ärger damit haben; ich verstehe Ihren Unmut gut. So bringen wir das in Ordnung:",
        "bitte entschuldigen Sie, dass Sie sich damit herumschlagen müssen. Folgendes hilft Ihnen weiter:",
        "ich kann Ihren Ärger gut verstehen und bedauere die Umstände. So kommen wir zu einer Lösung:",
    ],
    negative: [
        "es tut mir leid, dass das nicht so funktioniert hat, wie es sollte. Das habe ich für Sie gefunden:",
        "danke für Ihren Hinweis, und bitte entschuldigen Sie die Unannehmlichkeiten. Das sollte helfen:",
        "das tut mir leid. So können Sie vorgehen:",
    ],
    neutral: [
        "vielen Dank für Ihre Nachricht. Hier ist die Antwort auf Ihre Frage:",
        "danke, dass Sie sich an uns wenden. So funktioniert es:",
        "vielen Dank für Ihre Anfrage. Das sollten Sie wissen:",
    ],
    positive: [
        "vielen Dank für Ihre freundliche Nachricht! Hier ist die Antwort:",
        "danke, das freut uns sehr! So funktioniert es:",
        "schön, von Ihnen zu hören, vielen Dank. Hier ist die Antwort auf Ihre Frage:",
    ],
    urgent: "ich sehe, dass es für Sie eilt.",
    follow_up: "danke, dass Sie sich noch einmal melden. Hier ist die Antwort:",
    closing: [
        "Ich hoffe, das hilft Ihnen weiter. Falls noch etwas unklar ist, antworten Sie einfach auf diese Nachricht.",
        "Sollte das nicht helfen, antworten Sie bitte hier, dann sehen wir es uns genauer an.",
        "Wenn Sie weitere Fragen haben, melden Sie sich gern wieder bei uns.",
    ],
    colleague: [
        "In unseren Hilfeartikeln habe ich dazu keine verlässliche Antwort gefunden, und raten möchte ich nicht. Jemand aus dem Team sieht sich Ihr Anliegen an und antwortet Ihnen hier.",
        "Unsere Hilfeartikel behandeln das nicht. Ich gebe Ihre Nachricht daher an eine Kollegin oder einen Kollegen weiter, damit sie sorgfältig geprüft wird. Die Antwort erhalten Sie hier.",
    ],
    regards: "Freundliche Grüße",
    team: "Ihr {}-Team",
    other_language: "Unseren Artikel dazu gibt es bisher nur auf {}; ich zitiere ihn unverändert:",
    languages: ["Englisch", "Finnisch", "Schwedisch", "Deutsch", "Französisch"],
};

static FRENCH: Phrases = Phrases {
    greeting: "Bonjour {},",
    greeting_unnamed: "Bonjour,",
    frustrated: [
        "Je regrette vraiment ces désagréments et je comprends votre agacement. Voici comment régler la situation :",
        "Toutes nos excuses pour cette situation. Voici ce qui devrait vous aider :",
        "Je comprends votre mécontentement et je regrette ce problème. Voici comment y remédier :",
    ],
    negative: [
        "Je regrette que cela n'ait pas fonctionné comme prévu. Voici ce que j'ai trouvé pour vous :",
        "Merci de nous avoir prévenus, et toutes nos excuses pour la gêne. Ceci devrait vous aider :",
        "Je regrette ce désagrément. Voici ce que vous pouvez faire :",
    ],
    neutral: [
        "Merci pour votre message. Voici la réponse à votre question :",
        "Merci de nous avoir contactés. Voici comment cela fonctionne :",
        "Merci de votre demande. Voici ce qu'il faut savoir :",
    ],
    positive: [
        "Merci beaucoup pour votre gentil message ! Voici la réponse :",
        "Merci, cela nous fait très plaisir ! Voici comment cela fonctionne :",
        "Quel plaisir de vous lire, merci. Voici la réponse à votre question :",
    ],
    urgent: "Je vois que c'est urgent pour vous.",
    follow_up: "Merci de votre retour. Voici la réponse :",
    closing: [
        "J'espère que cela vous aidera. Si un point reste obscur, répondez simplement à ce message.",
        "Si cela ne suffit pas, répondez ici et nous regarderons de plus près.",
        "N'hésitez pas à nous écrire si vous avez d'autres questions, nous vous aiderons volontiers.",
    ],
    colleague: [
        "Je n'ai pas trouvé de réponse fiable à ce sujet dans nos articles d'aide et je préfère ne rien avancer au hasard. Une personne de l'équipe va examiner votre message et vous répondra ici.",
        "Nos articles d'aide n'abordent pas ce point. Je transmets donc votre message à l'équipe, qui pourra l'examiner sérieusement. Vous recevrez la réponse ici.",
    ],
    regards: "Cordialement,",
    team: "L'équipe {}",
    other_language: "Notre article à ce sujet n'existe pour l'instant qu'en {} ; je le cite tel quel :",
    languages: ["anglais", "finnois", "suédois", "allemand", "français"],
};
