//! Whether a customer asks for a person instead of the assistant, in any of the five languages. By wording, so that it costs
//! nothing, works at once and without a model. In doubt it is a wish: a person too many does no harm.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use types::Language;

/// Longer texts tell a story; the wish stands at one of their ends.
const EDGE_CHARS: usize = 1_000;
/// Characters before a wish in which a "not" belongs to it.
const NEGATED_WITHIN: usize = 24;

struct Wording {
    language: Language,
    wish: Regex,
    not: Regex,
}

/// One pattern a language, tried in this order.
static WORDINGS: LazyLock<Vec<Wording>> = LazyLock::new(|| {
    let all = [
        (
            Language::English,
            r"\b(?:talk|speak|chat|write|connected|transferred|put through)\s+(?:to|with)\s+(?:an?\s+|the\s+|your\s+|some\s?|any\s?)?(?:real\s+|actual\s+|live\s+|human\s+|support\s+|service\s+|customer\s+|care\s+)*(?:human|person|people|one|body|someone|somebody|agents?|representative|rep|advisor|adviser|operator|employee|staff|colleague|manager|supervisor|team|support)\b
              |\b(?:connect|transfer|pass|put|hand|forward|direct|escalate)\s+(?:me|this|us|it)\s+(?:over\s+|through\s+|on\s+)?to\s+(?:an?\s+|the\s+|your\s+|some\s?)?(?:real\s+|actual\s+|live\s+|human\s+|support\s+|customer\s+)*(?:human|person|one|body|someone|somebody|agent|representative|rep|advisor|adviser|operator|employee|staff|colleague|manager|supervisor)\b
              |\b(?:want|need|get|give|prefer|like)\s+(?:me\s+|to\s+have\s+)?(?:an?\s+|the\s+)?(?:real\s+|actual\s+|live\s+)?(?:human(?:\s+(?:being|agent|help|support|answer))?|real\s+person|actual\s+person|live\s+(?:agent|person|chat)|representative|human\s+operator)\b
              |\b(?:real|actual|live)\s+(?:human|person|agent|people)\b
              |\bhuman\s+(?:agent|being|please|help|support|operator|representative)\b
              |^\W*(?:human|agent|operator|representative)\W*(?:please|now)?\W*$
              |\b(?:is\s+there|can\s+i\s+(?:have|get)|may\s+i\s+have)\s+(?:an?\s+)?(?:human|real\s+person|someone\s+real)\b
              |\bnot\s+(?:an?\s+)?(?:bot|robot|machine|computer|ai)\b.*\b(?:please|want|need|talk|speak)\b
              |\b(?:stop|no\s+more)\s+(?:the\s+)?(?:bots?|robots?|automatic\s+answers?)\b",
            r"\b(?:don't|do\s+not|needn't|no\s+need\s+to|didn't|not\s+necessary\s+to|rather\s+not)\b",
        ),
        (
            Language::Finnish,
            r"\b(?:puhua|jutella|keskustella|chatata|asioida)\s+(?:\w+\s+){0,2}?(?:ihmis(?:en|elle|ten)|henkilön|asiakaspalvelijan|asiakaspalvelija(?:lle|n)|asiakaspalvelun|työntekijän|jonkun|virkailijan|neuvojan|asiantuntijan)(?:\s+kanssa)?\b
              |\b(?:ihmisen|henkilön|asiakaspalvelijan|asiakaspalvelun|työntekijän|virkailijan|jonkun)\s+kanssa\s+(?:puhua|jutella|keskustella|asioida|chatata)\b
              |\b(?:oikea|aito|elävä)(?:n|lle|a|ä)?\s+(?:ihmi(?:nen|sen|selle|stä)|henkilö(?:n|lle|ä)?|asiakaspalvelija(?:n|lle|a)?)\b
              |\b(?:haluan|haluaisin|tarvitsen|saanko|saisinko|voinko\s+saada|antakaa|anna)\s+(?:\w+\s+)?(?:ihmisen|ihmistä|asiakaspalvelijan|asiakaspalvelijaa|ihmiselle|ihmiseltä)\b
              |\b(?:yhdistä|yhdistäkää|siirrä|siirtäkää|ohjatkaa|ohjaa)\s+(?:\w+\s+)?(?:ihmiselle|asiakaspalvelijalle|asiakaspalveluun|henkilölle|työntekijälle|virkailijalle)\b
              |^\W*(?:ihminen|asiakaspalvelija)\W*(?:kiitos)?\W*$
              |\b(?:en\s+halua\s+(?:puhua|jutella)\s+(?:botin|robotin|koneen)|ei\s+(?:bottia|robottia))\b",
            r"\b(?:en|älä|älkää|emme|ei)\s+(?:halua|tarvitse|tarvi|yhdistä|siirrä)\b|\bei\s+tarvitse\b",
        ),
        (
            Language::Swedish,
            r"\b(?:prata|tala|snacka|chatta|skriva|kopplas|bli\s+kopplad)\s+(?:med|till)\s+(?:en\s+|någon\s+|er\s+)?(?:riktig\s+|verklig\s+|levande\s+|mänsklig\s+)?(?:människa|person|handläggare|medarbetare|kundtjänst|support|rådgivare|någon|anställd|agent|chef)\b
              |\b(?:koppla|överför|skicka)\s+(?:mig|oss|detta)\s+(?:vidare\s+)?(?:till\s+)?(?:en\s+|er\s+)?(?:riktig\s+)?(?:människa|person|handläggare|medarbetare|kundtjänst|rådgivare|agent|chef)\b
              |\b(?:riktig|verklig|levande)\s+(?:människa|person)\b
              |\bmänsklig\s+(?:kontakt|hjälp|support|medarbetare|agent)\b
              |\b(?:vill|behöver|kan\s+jag)\s+(?:ha|få)\s+(?:hjälp\s+av\s+|kontakt\s+med\s+|svar\s+av\s+|tag\s+i\s+)?(?:en\s+)?(?:människa|handläggare|riktig\s+person)\b
              |\b(?:få|ha|får\s+(?:jag|man))\s+(?:kontakt\s+med|tag\s+i|tag\s+på)\s+(?:en\s+)?(?:människa|person|handläggare|medarbetare)\b
              |^\W*(?:människa|handläggare)\W*(?:tack)?\W*$",
            r"\b(?:vill|behöver|måste)\s+(?:jag\s+)?inte\b|\binte\s+nödvändigt\b",
        ),
        (
            Language::German,
            r"\bmit\s+(?:einem|einer|jemandem|ihrem|ihrer|dem|der)?\s*(?:echten|richtigen|menschlichen|realen|lebenden|anderen)?\s*(?:menschen|person|mitarbeiter(?:in|n)?|berater(?:in)?|kundenberater(?:in)?|kundenservice|kundendienst|sachbearbeiter(?:in)?|kolleg(?:en|in)|agenten|support|jemandem|vorgesetzten)?\s*(?:aus\s+\w+\s+\w+\s+|vom\s+\w+\s+)?(?:sprechen|reden|chatten|schreiben|verbinden|verbunden|telefonieren|kommunizieren)\b
              |\b(?:sprechen|reden|chatten)\s+(?:\w+\s+){0,2}?mit\s+(?:einem|einer)\s+(?:echten|richtigen)?\s*(?:menschen|person|mitarbeiter(?:in)?|berater(?:in)?)\b
              |\bverbinden\s+sie\s+mich\b|\bverbinde\s+mich\b|\bleiten\s+sie\s+mich\s+(?:\w+\s+){0,4}?weiter\b
              |\b(?:echte[nrs]?|richtige[nrs]?|reale[nrs]?)\s+(?:mensch(?:en)?|person|mitarbeiter(?:in)?|ansprechpartner(?:in)?)\b
              |\bmenschliche[nr]?\s+(?:hilfe|mitarbeiter(?:in)?|support|ansprechpartner|antwort|agenten)\b
              |\b(?:möchte|will|brauche|bitte)\s+(?:\w+\s+)?(?:einen|ein)\s+(?:menschen|mitarbeiter|berater|ansprechpartner)\b
              |^\W*(?:mensch|mitarbeiter|kundenberater)\W*(?:bitte)?\W*$",
            r"\b(?:möchte|will|muss|brauche)\s+(?:ich\s+)?(?:gar\s+)?(?:nicht|keinen?)\b|\bnicht\s+nötig\b",
        ),
        (
            Language::French,
            r"\b(?:parler|discuter|échanger|converser|chatter|être\s+mise?\s+en\s+(?:relation|contact))\s+(?:à|avec)\s+(?:une?\s+|l'un\s+de\s+vos\s+|votre\s+)?(?:vraie?\s+|véritable\s+)?(?:humain|être\s+humain|personne|conseill(?:er|ère)s?|agent|interlocuteur|interlocutrice|quelqu'un|opérat(?:eur|rice)|collègue|responsable|employée?|service\s+client)\b
              |\b(?:passez|transférez|mettez|connectez|passe|transfère|mets)[-\s](?:moi|nous)\s+(?:\w+\s+){0,3}?(?:à|avec|vers)?\s*(?:une?\s+)?(?:vraie?\s+)?(?:humain|personne|conseill(?:er|ère)|agent|quelqu'un|responsable)\b
              |\b(?:un\s+vrai\s+humain|une\s+vraie\s+personne|un\s+être\s+humain|vrai\s+conseiller|personne\s+réelle|conseiller\s+humain)\b
              |\b(?:veux|voudrais|souhaite|préfère|besoin\s+d'|puis-je\s+avoir)\s*(?:avoir\s+)?(?:une?\s+)?(?:humain|conseill(?:er|ère)|agent\s+humain|aide\s+humaine)\b
              |^\W*(?:humain|conseiller|conseillère)\W*(?:s'il\s+vous\s+plaît|svp|stp)?\W*$",
            r"\bne\s+(?:veux|souhaite|voudrais|désire)\s+pas\b|\bpas\s+besoin\s+de\b|\binutile\s+de\b",
        ),
    ];
    // The patterns are the program's own and a test builds them; one that did not build would be left out.
    let build = |pattern: &str| {
        // Spaces in the patterns are layout; `\s` stands for those of the text.
        RegexBuilder::new(pattern).case_insensitive(true).ignore_whitespace(true).build()
    };
    all.into_iter()
        .filter_map(|(language, wish, not)| Some(Wording { language, wish: build(wish).ok()?, not: build(not).ok()? }))
        .collect()
});

/// The language in which the text asks for a person; none when it does not.
pub fn asked_in(text: &str) -> Option<Language> {
    let count = text.chars().count();
    let edges: String = if count > 2 * EDGE_CHARS {
        text.chars().take(EDGE_CHARS).chain(" … ".chars()).chain(text.chars().skip(count - EDGE_CHARS)).collect()
    } else {
        text.to_owned()
    };
    let plain = edges.replace(['’', '‘', '´', '`'], "'");
    WORDINGS.iter().find(|wording| wording.holds(&plain)).map(|wording| wording.language)
}

impl Wording {
    fn holds(&self, text: &str) -> bool {
        self.wish.find_iter(text).any(|found| {
            // With its beginning: the "not" may stand within the wish's first words.
            let from = text[..found.start()].char_indices().rev().nth(NEGATED_WITHIN).map_or(0, |(at, _)| at);
            !self.not.is_match(&text[from..found.start()])
        })
    }
}

/// What the assistant says when it steps back.
pub const fn promise(language: Language) -> &'static str {
    match language {
        Language::English => {
            "Of course. I am leaving this conversation to my colleagues; one of them will answer you here."
        }
        Language::Finnish => "Totta kai. Jätän keskustelun kollegoilleni, ja joku heistä vastaa sinulle tässä.",
        Language::Swedish => {
            "Självklart. Jag lämnar över samtalet till mina kolleger, och någon av dem svarar dig här."
        }
        Language::German => {
            "Gern. Ich übergebe das Gespräch an meine Kolleginnen und Kollegen; jemand von ihnen antwortet Ihnen hier."
        }
        Language::French => {
            "Bien sûr. Je confie cette conversation à mes collègues ; l'un d'entre eux vous répondra ici."
        }
    }
}

#[cfg(test)]
mod tests;
