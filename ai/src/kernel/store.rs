//! A trained kernel as bytes: half precision, which changes no decision worth naming.

use half::f16;

use super::{DIMENSION, Kernel, Mix, SPACE, Space, WIDTH};
use crate::features::Sparse;

impl Kernel {
    /// The trained kernel, little endian; read back by [`Self::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [self.classes, self.len()] {
            bytes.extend((number as u32).to_le_bytes());
        }
        let Mix { embedding, earlier, grams } = self.space.mix;
        halves(&mut bytes, &[embedding, earlier, grams]);
        halves(&mut bytes, &self.space.centre);
        halves(&mut bytes, &self.space.rarity);
        let (dense, centres) = self.dense.split_at(self.len() * WIDTH);
        let (shares, centres_shares) = self.shares.split_at(self.len() * self.classes);
        halves(&mut bytes, dense);
        halves(&mut bytes, shares);
        for grams in &self.grams {
            bytes.extend((grams.len() as u32).to_le_bytes());
            for (gram, value) in grams {
                bytes.extend((*gram as u16).to_le_bytes());
                bytes.extend(f16::from_f32(*value).to_le_bytes());
            }
        }
        // Last, so that a kernel without centres is written as it always was.
        halves(&mut bytes, centres);
        halves(&mut bytes, centres_shares);
        bytes
    }

    /// None when `bytes` are not what [`Self::to_bytes`] writes, or hold a value that is not finite.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let (classes, count) = (bytes.number()?, bytes.number()?);
        let [embedding, earlier, grams] = <[f32; 3]>::try_from(bytes.values(3)?).ok()?;
        let mix = Mix { embedding, earlier, grams };
        let space = Space { mix, centre: bytes.values(DIMENSION)?, rarity: bytes.values(SPACE)? };
        let mut dense = bytes.values(count.checked_mul(WIDTH)?)?;
        let mut shares = bytes.values(count.checked_mul(classes)?)?;
        let mut grams: Vec<Sparse> = Vec::new();
        for _ in 0..count {
            let size = bytes.number()?;
            let pairs = bytes.take(size.checked_mul(4)?)?.as_chunks::<4>().0;
            let pair = |[a, b, c, d]: &[u8; 4]| {
                (u32::from(u16::from_le_bytes([*a, *b])), f16::from_le_bytes([*c, *d]).to_f32())
            };
            grams.push(pairs.iter().map(pair).collect());
        }
        let centres = bytes.0.len() / (2 * (WIDTH + classes));
        dense.extend(bytes.values(centres * WIDTH)?);
        shares.extend(bytes.values(centres * classes)?);
        let sound = classes > 0 && bytes.0.is_empty() && grams.iter().flatten().all(|(_, value)| value.is_finite());
        sound.then(|| Self::assemble(classes, space, dense, grams, shares))
    }
}

fn halves(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()));
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn values(&mut self, count: usize) -> Option<Vec<f32>> {
        let words = self.take(count.checked_mul(2)?)?.as_chunks::<2>().0;
        let values: Vec<f32> = words.iter().map(|word| f16::from_le_bytes(*word).to_f32()).collect();
        values.iter().all(|value| value.is_finite()).then_some(values)
    }
}
