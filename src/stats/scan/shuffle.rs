//! Shuffles within strata, 64 at a time.
//!
//! A shuffle of labels is a set of units of fixed size. A Bernoulli draw of each unit, then units added or taken away at random until the
//! size is right, is a uniform draw of such a set, and takes one pass over words instead of one over units for each shuffle.

use super::super::random::Random;
use super::lanes::Count;
use super::table::LEVEL_BITS;

/// Binary digits of the chance of a Bernoulli draw; the rest is made good one by one.
const DIGITS: u32 = 14;

/// Units of a stratum, next to each other, and how many of them are labelled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stratum {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) labelled: u64,
}

/// 64 shuffles of a label: a word a unit.
pub(super) fn labels(strata: &[Stratum], random: &mut Random) -> Vec<u64> {
    let mut words = vec![0; strata.last().map_or(0, |stratum| stratum.end)];
    for stratum in strata {
        let size = stratum.end - stratum.start;
        // Of the labelled and the others the fewer are drawn, so that a free place is found in two tries.
        let is_turned = stratum.labelled * 2 > size as u64;
        let labelled = if is_turned { size as u64 - stratum.labelled } else { stratum.labelled };
        let words = &mut words[stratum.start..stratum.end];
        draw(words, labelled, random);
        if is_turned {
            words.iter_mut().for_each(|word| *word = !*word);
        }
    }
    words
}

fn draw(words: &mut [u64], labelled: u64, random: &mut Random) {
    let size = words.len() as u64;
    if size == 0 || labelled == 0 {
        return;
    }
    let chance = ((labelled as f64 / size as f64) * f64::from(1_u32 << DIGITS)).round() as u64;
    let lowest = chance.trailing_zeros().min(DIGITS);
    let mut count = Count::<1>::default();
    let mut groups = words.chunks_exact_mut(8);
    for group in groups.by_ref() {
        group.iter_mut().for_each(|word| *word = bernoulli(chance, lowest, random));
        let eight: [[u64; 1]; 8] = std::array::from_fn(|i| [group[i]]);
        count.add_eight(eight.each_ref());
    }
    for word in groups.into_remainder() {
        *word = bernoulli(chance, lowest, random);
        count.add(&[*word]);
    }
    for (lane, drawn) in count.numbers(0).into_iter().enumerate() {
        make_good(words, lane, u64::from(drawn), labelled, random);
    }
}

/// 64 draws of chance `chance / 2^DIGITS`.
fn bernoulli(chance: u64, lowest: u32, random: &mut Random) -> u64 {
    let digit = |word, digit| if chance >> digit & 1 == 1 { word | random.bits() } else { word & random.bits() };
    (lowest..DIGITS).fold(0, digit)
}

/// Adds or takes away units at random until `labelled` of them have the bit of a lane.
fn make_good(words: &mut [u64], lane: usize, drawn: u64, labelled: u64, random: &mut Random) {
    let is_short = drawn < labelled;
    let mut missing = drawn.abs_diff(labelled);
    while missing > 0 {
        let word = &mut words[random.below(words.len() as u64) as usize];
        if (*word >> lane & 1 == 0) == is_short {
            *word ^= 1 << lane;
            missing -= 1;
        }
    }
}

/// 64 shuffles of levels: for each unit a word a bit of its level.
pub(super) fn levels(strata: &[Stratum], levels: &[u8], random: &mut Random) -> Vec<[u64; LEVEL_BITS]> {
    let mut words = vec![[0; LEVEL_BITS]; levels.len()];
    let mut shuffled = levels.to_vec();
    for lane in 0..64 {
        strata.iter().for_each(|stratum| random.shuffle(&mut shuffled[stratum.start..stratum.end]));
        for (word, &level) in words.iter_mut().zip(&shuffled) {
            word.iter_mut().enumerate().for_each(|(bit, word)| *word |= u64::from(level >> bit & 1) << lane);
        }
    }
    words
}
