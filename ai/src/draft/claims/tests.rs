//! What is supported, what is flagged, and what is taken out.

use types::{
    Language,
    drafts::{ClaimIssue, ClaimVerdict},
};

use super::{Checked, Source, check};

const REFUNDS: Source<'_> = Source {
    title: "Refunds",
    content: "A duplicate charge is refunded within five business days.\nThe refund goes to the card that was charged.\nShipping costs of 4.90 € are not refunded.",
    language: Language::English,
};
const HUB: Source<'_> = Source {
    title: "Connecting the hub",
    content: "1. Plug the hub into the router.\n2. Open the Acme app and choose Add device.\n3. Wait for the green light.",
    language: Language::English,
};

fn checked(draft: &str) -> Checked {
    check(draft, Language::English, &[REFUNDS, HUB], "I was charged twice for order A-1234, 59 €.")
}

fn issue_of(draft: &str) -> (ClaimVerdict, Option<ClaimIssue>) {
    let [claim] = checked(draft).claims.try_into().unwrap();
    (claim.verdict, claim.issue)
}

#[test]
fn what_the_source_says_is_supported() {
    for said in [
        "A duplicate charge is refunded within 5 business days [1].",
        "We refund the duplicate charge within five business days, and the refund goes to the card that was charged. [1]",
        "The shipping costs (4,90 €) are not refunded [1].",
        "Your order A-1234 of 59 €: the duplicate charge is refunded within five business days [1].",
        "2. Open the Acme app and choose Add device. [2]",
    ] {
        let checked = checked(said);
        assert_eq!(checked.claims.len(), 1, "{said}");
        assert_eq!(checked.claims[0].verdict, ClaimVerdict::Supported, "{said}: {:?}", checked.claims);
        assert!(checked.remark().is_empty() && (checked.support() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn what_the_source_does_not_say_is_flagged_or_taken_out() {
    use ClaimIssue::{Name, Negation, NoSource, Number, Weak};
    use ClaimVerdict::{Doubtful, LeftOut};
    for (said, verdict, issue) in [
        ("A duplicate charge is refunded within 3 business days [1].", LeftOut, Number),
        ("A duplicate charge is refunded within fourteen, that is 14, days [1].", LeftOut, Number),
        ("Our premium members enjoy free lounge access at every airport [1].", LeftOut, Weak),
        ("Shipping costs of 4.90 € are refunded [1].", Doubtful, Negation),
        ("A duplicate charge is not refunded within five business days [1].", Doubtful, Negation),
        ("A duplicate charge is refunded within five business days by Klarna [1].", Doubtful, Name),
        ("A duplicate charge is refunded automatically by our billing partner's system [1].", Doubtful, Weak),
        ("There are three ways: a duplicate charge is refunded within five business days [1].", Doubtful, Number),
        ("Our technicians visit every household before Christmas.", Doubtful, NoSource),
    ] {
        assert_eq!(issue_of(said), (verdict, Some(issue)), "{said}");
    }
}

#[test]
fn a_statement_without_its_mark_gets_it() {
    let checked = checked("Hi Kim,\n\nI am sorry about the trouble.\n\nPlug the hub into the router. It is done soon.");
    assert_eq!(
        checked.content,
        "Hi Kim,\n\nI am sorry about the trouble.\n\nPlug the hub into the router. [2] It is done soon."
    );
    assert_eq!(checked.claims.len(), 1);
}

#[test]
fn what_is_taken_out_leaves_the_rest_as_it_was() {
    let draft = "Hi Kim,\n\nA duplicate charge is refunded within five business days [1]. You also get 20 € as a gift [1].\n\nYou will hear from us within 2 hours.\n\nBest regards\nAcme";
    let checked = checked(draft);
    assert_eq!(
        checked.content,
        "Hi Kim,\n\nA duplicate charge is refunded within five business days [1].\n\nBest regards\nAcme"
    );
    assert!(!checked.stands(), "two of three are gone");
    assert_eq!(checked.remark(), "2 sentences left out, because the sources do not say it.");
}

#[test]
fn courtesies_of_each_language_state_nothing() {
    for (language, courtesy) in [
        (Language::English, "Hi Kim,\n\nThank you for your message, I am happy to help.\n\nBest regards\nAnna, Acme"),
        (Language::Finnish, "Hei Kim,\n\nKiitos viestistäsi, autan mielelläni.\n\nYstävällisin terveisin\nAnna, Acme"),
        (
            Language::Swedish,
            "Hej Kim!\n\nTack för ditt meddelande, jag hjälper dig gärna.\n\nVänliga hälsningar\nAnna, Acme",
        ),
        (
            Language::German,
            "Guten Tag Kim,\n\nvielen Dank für Ihre Nachricht, ich helfe gern.\n\nFreundliche Grüße\nAnna, Acme",
        ),
        (
            Language::French,
            "Bonjour Kim,\n\nMerci pour votre message, je vous aide avec plaisir.\n\nCordialement,\nAnna, Acme",
        ),
    ] {
        let checked = check(courtesy, language, &[REFUNDS], "");
        assert!(checked.claims.is_empty(), "{:?}", checked.claims);
        assert_eq!(checked.content, courtesy);
        assert!(checked.stands());
    }
}

#[test]
fn a_source_in_another_language_is_for_a_person_to_compare() {
    let finnish = |said: &str| {
        let [claim] = check(said, Language::Finnish, &[REFUNDS], "").claims.try_into().unwrap();
        (claim.verdict, claim.issue)
    };
    assert_eq!(
        finnish("Ylimääräinen veloitus palautetaan 5 arkipäivässä [1]."),
        (ClaimVerdict::Doubtful, Some(ClaimIssue::OtherLanguage))
    );
    assert_eq!(
        finnish("Ylimääräinen veloitus palautetaan 9 arkipäivässä [1]."),
        (ClaimVerdict::LeftOut, Some(ClaimIssue::Number))
    );
}

#[test]
fn a_number_of_another_place_in_the_source_is_flagged() {
    let plans = Source {
        title: "Plans",
        content: "The Basic plan costs 9 € a month.\nIt has one seat.\nIt can be cancelled at any time.\nThe Team plan costs 29 € a month.\nIt has ten seats.\nIt can be cancelled at any time.",
        language: Language::English,
    };
    let verdict = |said: &str| {
        let [claim] = check(said, Language::English, &[plans], "").claims.try_into().unwrap();
        (claim.verdict, claim.issue, claim.detail)
    };
    assert_eq!(verdict("The Team plan costs 29 € a month [1]."), (ClaimVerdict::Supported, None, None));
    assert_eq!(
        verdict("The Team plan costs 9 € a month [1]."),
        (ClaimVerdict::Doubtful, Some(ClaimIssue::Number), Some("9".to_owned()))
    );
}
