//! Sentence splitting for the five languages: abbreviations, ordinals, decimals, initials and list items.

use unicode_segmentation::UnicodeSegmentation as _;

/// Abbreviations after which a full stop ends no sentence, lower case, without their last full stop.
const ABBREVIATIONS: &str = "mr mrs ms dr prof st no vs etc e.g i.e eg ie approx incl excl fig dept est inc ltd co jr sr a.m p.m \
    esim ks mm ym ts eli n klo puh os alk v nro jne ns tms \
    t.ex tex bl.a bla dvs m.m osv s.k ca kl nr tel resp fr.o.m t.o.m p.g.a \
    z.b zb bzw d.h dh u.a usw ca str tel nr abs art evtl ggf inkl zzgl max min mind hr fr u.u o.ä vgl \
    p.ex ex env m mme mlle av bd tél cf etc no art réf";

/// Sentences of plain `text`, trimmed, in order, none empty. Line breaks end a sentence. Joined with spaces they hold
/// every word of `text`.
pub fn split(text: &str) -> Vec<&str> {
    text.lines().flat_map(split_line).collect()
}

fn split_line(line: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (end, piece) in line.split_sentence_bound_indices().map(|(at, piece)| (at + piece.len(), piece)) {
        if end < line.len() && continues(&line[start..end], piece, &line[end..]) {
            continue;
        }
        let sentence = line[start..end].trim();
        if !sentence.is_empty() {
            sentences.push(sentence);
        }
        start = end;
    }
    sentences
}

/// Whether the boundary that Unicode sees between `before` and `after` lies inside a sentence.
fn continues(before: &str, piece: &str, after: &str) -> bool {
    let trimmed = before.trim_end();
    if trimmed.ends_with(['!', '?', '…']) {
        // "Was?" fragt sie: a lower-case continuation belongs to the same sentence.
        return after.trim_start().starts_with(char::is_lowercase);
    }
    let Some(stem) = trimmed.strip_suffix('.') else {
        return false;
    };
    let last = stem.rsplit(char::is_whitespace).next().unwrap_or(stem).trim_start_matches(['(', '"', '„', '«', '“']);
    let folded = last.to_lowercase();
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let ordinal = !last.is_empty() && last.len() <= 3 && last.chars().all(|c| c.is_ascii_digit());
    // A list number opens the line; an ordinal ("am 3. Mai", "12. helmikuuta") stands inside it.
    let numbered =
        ordinal && (piece.trim() == format!("{last}.") || after.trim_start().starts_with(char::is_alphabetic));
    initial
        || numbered
        || ABBREVIATIONS.split_whitespace().any(|known| known == folded)
        || after.trim_start().starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn five_languages() {
        assert_eq!(
            split("Refunds take 3 days. Contact Dr. Smith, e.g. by mail! Ok?"),
            ["Refunds take 3 days.", "Contact Dr. Smith, e.g. by mail!", "Ok?"]
        );
        assert_eq!(
            split("Hyvitys maksetaan 14. päivänä. Ks. ohje, esim. sivu 2."),
            ["Hyvitys maksetaan 14. päivänä.", "Ks. ohje, esim. sivu 2."]
        );
        assert_eq!(
            split("Fakturan skickas t.ex. Den 1 maj. Betala 1.500 kr."),
            ["Fakturan skickas t.ex. Den 1 maj.", "Betala 1.500 kr."]
        );
        assert_eq!(
            split("Die Lieferung kommt am 3. Mai bzw. Juni. Das kostet 4.90 €."),
            ["Die Lieferung kommt am 3. Mai bzw. Juni.", "Das kostet 4.90 €."]
        );
        assert_eq!(split("Écrivez à M. Dupont. Réponse sous 24 h !"), ["Écrivez à M. Dupont.", "Réponse sous 24 h !"]);
    }

    #[test]
    fn lines_and_lists() {
        assert_eq!(
            split("1. Open Settings.\n2. Choose Billing\n\n  \nDone."),
            ["1. Open Settings.", "2. Choose Billing", "Done."]
        );
        assert!(split(" \n ").is_empty());
    }
}
