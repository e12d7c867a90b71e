//! Texts of like meaning, found by their vectors in a given order, so the same texts give the same groups.

use rayon::prelude::*;

use crate::encoder::{dot, normalise};

/// Texts that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Indexes, the most central first.
    pub members: Vec<usize>,
}

/// A group as it grows.
struct Growing {
    /// Sum of its members' vectors.
    sum: Vec<f32>,
    /// The same at unit length.
    centre: Vec<f32>,
}

/// Groups unit vectors: each joins the group whose centre is nearest, or begins one of its own when none is within
/// `threshold` (cosine similarity). Then each is asked once more, because the centres have moved. Largest group first, the
/// one that begins earlier where two are equal. Takes a comparison for each pair of text and group.
pub fn group(vectors: &[Vec<f32>], threshold: f32) -> Vec<Group> {
    let mut growing: Vec<Growing> = Vec::new();
    for vector in vectors {
        match nearest(growing.iter().map(|group| &group.centre), vector).filter(|(_, likeness)| *likeness >= threshold)
        {
            Some((at, _)) => growing[at].take(vector),
            None => growing.push(Growing { sum: vector.clone(), centre: vector.clone() }),
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); growing.len()];
    let mut alone = Vec::new();
    for (index, vector) in vectors.iter().enumerate() {
        match nearest(growing.iter().map(|group| &group.centre), vector).filter(|(_, likeness)| *likeness >= threshold)
        {
            Some((at, _)) => groups[at].push(index),
            // Its own group has moved away from it.
            None => alone.push(vec![index]),
        }
    }
    for (members, growing) in groups.iter_mut().zip(&growing) {
        let likeness = |index: usize| dot(&vectors[index], &growing.centre);
        members.sort_by(|a, b| likeness(*b).total_cmp(&likeness(*a)).then(a.cmp(b)));
    }
    groups.retain(|members| !members.is_empty());
    groups.extend(alone);
    groups.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.iter().min().copied()));
    groups.into_iter().map(|members| Group { members }).collect()
}

impl Growing {
    fn take(&mut self, vector: &[f32]) {
        for (sum, value) in self.sum.iter_mut().zip(vector) {
            *sum += value;
        }
        self.centre.clone_from(&self.sum);
        normalise(&mut self.centre);
    }
}

fn nearest<'a>(centres: impl Iterator<Item = &'a Vec<f32>>, vector: &[f32]) -> Option<(usize, f32)> {
    let likeness = centres.map(|centre| dot(vector, centre)).enumerate();
    // Of equals the earlier one.
    likeness.fold(None, |best, next| if best.is_some_and(|(_, most)| most >= next.1) { best } else { Some(next) })
}

/// How often the centres move to the middle of what is nearest to them.
const MOVES: usize = 4;

/// At most `count` directions that stand for unit `vectors` (spherical k-means; Dhillon and Modha 2001), each the mean of
/// `fewest` or more.
pub fn centres(vectors: &[Vec<f32>], count: usize, fewest: usize) -> Vec<Vec<f32>> {
    let mut centres: Vec<Vec<f32>> = (0..count).map(|index| vectors[index * vectors.len() / count].clone()).collect();
    for moved in 1..=MOVES {
        let mut sums = vec![(vec![0f32; vectors.first().map_or(0, Vec::len)], 0); centres.len()];
        let found: Vec<_> = vectors.par_iter().map(|vector| nearest(centres.iter(), vector)).collect();
        for (vector, found) in vectors.iter().zip(found) {
            let Some((sum, members)) = found.map(|(at, _)| &mut sums[at]) else { continue };
            sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
            *members += 1;
        }
        let least = if moved == MOVES { fewest } else { 1 };
        sums.retain(|(_, members)| *members >= least);
        centres = sums.into_iter().map(|(sum, _)| sum).collect();
        for centre in &mut centres {
            normalise(centre);
        }
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A direction in the plane, by degrees.
    fn at(degrees: f32) -> Vec<f32> {
        vec![degrees.to_radians().cos(), degrees.to_radians().sin()]
    }

    fn grouped(degrees: &[f32], threshold: f32) -> Vec<Vec<usize>> {
        let vectors: Vec<Vec<f32>> = degrees.iter().map(|degrees| at(*degrees)).collect();
        group(&vectors, threshold).into_iter().map(|group| group.members).collect()
    }

    #[test]
    fn what_is_near_is_together_and_the_most_central_comes_first() {
        // 12° is nearest to the mean of 0°, 10°, 12° and 30°, which is 13°.
        assert_eq!(grouped(&[90.0, 0.0, 10.0, 12.0, 30.0], 0.8), [vec![3, 2, 1, 4], vec![0]]);
    }

    #[test]
    fn a_text_changes_to_a_centre_that_came_later() {
        // 20° is joined by five at 0°, which pull the centre to 3°; then 35° is nearer.
        let degrees = [20.0, 0.0, 0.0, 0.0, 0.0, 0.0, 35.0];
        assert_eq!(grouped(&degrees, 0.93), [vec![1, 2, 3, 4, 5], vec![6, 0]]);
        // Without the last one it is left alone: the centre is more than 0.97 away.
        assert_eq!(grouped(&degrees[..6], 0.97), [vec![1, 2, 3, 4, 5], vec![0]]);
    }

    #[test]
    fn nothing_and_strangers() {
        assert!(group(&[], 0.5).is_empty());
        assert_eq!(grouped(&[0.0, 90.0], 0.5), [vec![0], vec![1]]);
        assert_eq!(grouped(&[0.0, 0.0], 1.0 - 1e-6), [vec![0, 1]]);
    }

    #[test]
    fn centres_stand_for_several() {
        let vectors: Vec<Vec<f32>> = [0.0, 4.0, 8.0, 90.0, 94.0, 98.0, 45.0].map(at).to_vec();
        let found = centres(&vectors, 3, 3);
        // The one in the middle began a centre, which stood for too few.
        let expected = [4.0, 94.0].map(at);
        assert_eq!(found.len(), 2);
        for (found, expected) in found.iter().zip(&expected) {
            assert!(dot(found, expected) > 0.98, "{found:?}");
        }
        assert!(centres(&vectors, 0, 3).is_empty() && centres(&[], 0, 3).is_empty());
    }
}
