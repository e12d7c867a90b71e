//! Leaving out by formula is leaving out; strangers are strangers; bytes come back.

use super::*;
use crate::{encoder::normalise, features, random::SplitMix};

/// A text near one of three directions, as far as `spread` says.
fn described(random: &mut SplitMix, class: usize, spread: f32) -> Described {
    let mut vector = |seed: u64| {
        let mut centre = SplitMix::new(class as u64 * 31 + seed);
        let unit = |random: &mut SplitMix| random.next() as f32 / u64::MAX as f32 - 0.5;
        let mut values: Vec<f32> = (0..DIMENSION).map(|_| unit(&mut centre) + spread * unit(random)).collect();
        normalise(&mut values);
        values
    };
    let (vector, earlier) = (vector(1), vector(2));
    let words = ["refund invoice charge", "crash error login", "price seats quote"][class];
    let text = words.split(' ').nth(random.next() as usize % 3).unwrap_or_default();
    Described { vector, earlier, grams: features::grams(text, text) }
}

fn taught<'a>(texts: &'a [Described], groups: &[usize]) -> Vec<Taught<'a>> {
    let taught = |(index, text): (usize, &'a Described)| Taught {
        text,
        class: index % 3,
        weight: if index % 7 == 0 { 4.0 } else { 1.0 },
        group: groups[index],
    };
    texts.iter().enumerate().map(taught).collect()
}

#[test]
fn what_is_left_out_is_what_training_without_it_gives() {
    let mut random = SplitMix::new(5);
    let texts: Vec<Described> = (0..40).map(|index| described(&mut random, index % 3, 1.5)).collect();
    let mut groups: Vec<usize> = (0..40).collect();
    groups[17] = 3;
    groups[30] = 3;
    let examples = taught(&texts, &groups);
    let (kernel, left_out) = Kernel::fit(Mix::WORDS, &examples, 3).unwrap();
    // The measures (centre, rarity) are those of all: what is left out is the example, not what it did to them.
    for away in [vec![0], vec![8], vec![3, 17, 30]] {
        let rest: Vec<Taught<'_>> =
            (0..40).filter(|index| !away.contains(index)).map(|index| examples[index]).collect();
        let without = fit::fit_in(&kernel.space, &rest, 3).unwrap().0;
        for index in away {
            let (dense, grams) = kernel.space.place(&texts[index]);
            let votes = without.votes_of(&dense, &grams);
            for (quick, slow) in left_out[index].scores.iter().zip(&votes.scores) {
                assert!((quick - slow).abs() < 2e-3, "{index}: {quick} for {slow}");
            }
            assert!((left_out[index].familiarity - votes.familiarity).abs() < 1e-4);
        }
    }
}

#[test]
fn examples_speak_for_their_class_and_strangers_for_none() {
    let mut random = SplitMix::new(9);
    let texts: Vec<Described> = (0..90).map(|index| described(&mut random, index % 3, 1.0)).collect();
    let (kernel, left_out) = Kernel::fit(Mix::WORDS, &taught(&texts, &(0..90).collect::<Vec<_>>()), 3).unwrap();
    let right = left_out.iter().enumerate().filter(|(index, out)| crate::head::argmax(&out.scores) == index % 3);
    assert!(right.count() > 85);
    let known = kernel.votes(&described(&mut random, 1, 1.0));
    let mut stranger = described(&mut SplitMix::new(77), 2, 60.0);
    stranger.grams = features::grams("unheard", "unheard");
    let stranger = kernel.votes(&stranger);
    assert!(known.scores[1] > 0.4 && known.familiarity > stranger.familiarity + 0.05);
    assert!(stranger.scores.iter().all(|score| score.abs() < 0.25), "{:?}", stranger.scores);
    let support = kernel.support(&known.likeness, 1);
    let best = (0..90).max_by(|a, b| support[*a].total_cmp(&support[*b])).unwrap();
    assert_eq!(best % 3, 1);
}

#[test]
fn bytes_give_the_same_kernel_and_damage_none() {
    let mut random = SplitMix::new(2);
    let texts: Vec<Described> = (0..12).map(|index| described(&mut random, index % 3, 1.0)).collect();
    let (kernel, _) = Kernel::fit(Mix::WORDS, &taught(&texts, &(0..12).collect::<Vec<_>>()), 3).unwrap();
    let bytes = kernel.to_bytes();
    let read = Kernel::from_bytes(&bytes).unwrap();
    for (one, other) in kernel.votes(&texts[4]).scores.iter().zip(read.votes(&texts[4]).scores) {
        assert!((one - other).abs() < 5e-3, "{one} {other}");
    }
    assert_eq!(read.to_bytes(), bytes);
    for damaged in [&bytes[..bytes.len() - 1], &bytes[..9], &[], &[0xff; 40]] {
        assert!(Kernel::from_bytes(damaged).is_none());
    }
    assert!(Kernel::fit(Mix::WORDS, &[], 3).is_err());
}

#[test]
fn what_nobody_labelled_helps_where_examples_are_few() {
    let mut random = SplitMix::new(4);
    // Examples far from their class's middle, and many texts that show where it is.
    let few: Vec<Described> = (0..12).map(|index| described(&mut random, index % 3, 5.0)).collect();
    let many: Vec<Described> = (0..300).map(|index| described(&mut random, index % 3, 2.5)).collect();
    let groups: Vec<usize> = (0..12).collect();
    let examples = taught(&few, &groups);
    let labelled = Kernel::fit(Mix::UNLABELLED, &examples, 3).unwrap();
    let trained = Kernel::self_train(&examples, 3, &many).unwrap().unwrap();
    let right = |kernel: &Kernel| {
        let mut random = SplitMix::new(44);
        let texts = (0..300).map(|index| (index % 3, described(&mut random, index % 3, 5.0)));
        texts.filter(|(class, text)| crate::head::argmax(&kernel.votes(text).scores) == *class).count()
    };
    let (alone, beside) = (right(&labelled.0), right(&trained.kernel));
    assert!(beside > alone + 15, "{beside} for {alone} of 300");
    let left_out = |left_out: &[LeftOut]| {
        left_out.iter().enumerate().filter(|(index, out)| crate::head::argmax(&out.scores) == index % 3).count()
    };
    assert!(left_out(&trained.left_out) >= left_out(&trained.alone));

    // The examples are what is known; the centres are nobody's text.
    assert_eq!((trained.kernel.len(), trained.kernel.votes(&many[0]).likeness.len()), (12, 12));
    let centres = trained.kernel.dense[12 * WIDTH..].chunks_exact(WIDTH);
    assert!((20..=37).contains(&centres.len()));
    let placed = |text: &Described| trained.kernel.space.place(text).0;
    for (centre, text) in centres.flat_map(|centre| many.iter().map(move |text| (centre, text))) {
        assert!(dot(centre, &placed(text)) < 0.999);
    }
    let bytes = trained.kernel.to_bytes();
    let read = Kernel::from_bytes(&bytes).unwrap();
    assert_eq!((read.to_bytes(), read.len(), read.dense.len()), (bytes, 12, trained.kernel.dense.len()));
    assert!(Kernel::self_train(&examples, 3, &many[..7]).unwrap().is_none());
}
