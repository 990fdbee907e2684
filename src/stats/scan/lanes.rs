//! Many shuffles counted at a time: bit `i` of a word belongs to shuffle `i`, and a count is a list of words, lowest bit first.
//!
//! Eight words are added by a tree of carry-save adders (Harley and Seal, in Warren's "Hacker's Delight"), five operations each.

use fearless_simd::{Level, Simd, dispatch};

/// A word of 64 shuffles, `W` times.
pub(super) type Word<const W: usize> = [u64; W];

/// A count in each shuffle.
#[derive(Debug, Clone)]
pub(super) struct Count<const W: usize> {
    bits: Vec<Word<W>>,
}

impl<const W: usize> Default for Count<W> {
    fn default() -> Self {
        Self { bits: vec![[0; W]; 4] }
    }
}

impl<const W: usize> Count<W> {
    /// Adds 1 where a bit is set.
    pub(super) fn add(&mut self, word: &Word<W>) {
        self.add_at(0, *word);
    }

    /// Adds eight words.
    #[expect(clippy::inline_always, reason = "what is not inlined into the dispatched function does not use its instructions")]
    #[inline(always)]
    pub(super) fn add_eight(&mut self, a: [&Word<W>; 8]) {
        let mut eights = [0; W];
        // Copies, so that the compiler sees that nothing else writes here and takes several words at once.
        let (mut all_ones, mut all_twos, mut all_fours) = (self.bits[0], self.bits[1], self.bits[2]);
        for w in 0..W {
            let (twos_a, ones) = full(all_ones[w], a[0][w], a[1][w]);
            let (twos_b, ones) = full(ones, a[2][w], a[3][w]);
            let (fours_a, twos) = full(all_twos[w], twos_a, twos_b);
            let (twos_a, ones) = full(ones, a[4][w], a[5][w]);
            let (twos_b, ones) = full(ones, a[6][w], a[7][w]);
            let (fours_b, twos) = full(twos, twos_a, twos_b);
            let (eight, fours) = full(all_fours[w], fours_a, fours_b);
            (all_ones[w], all_twos[w], all_fours[w], eights[w]) = (ones, twos, fours, eight);
        }
        (self.bits[0], self.bits[1], self.bits[2]) = (all_ones, all_twos, all_fours);
        self.add_at(3, eights);
    }

    /// Adds `other` times 2 to the power of `shift`.
    pub(super) fn add_shifted(&mut self, other: &Self, shift: usize) {
        other.bits.iter().enumerate().for_each(|(bit, word)| self.add_at(bit + shift, *word));
    }

    fn add_at(&mut self, mut bit: usize, mut carry: Word<W>) {
        while carry.iter().any(|&word| word != 0) {
            if bit >= self.bits.len() {
                self.bits.resize(bit + 1, [0; W]);
            }
            for (sum, carry) in self.bits[bit].iter_mut().zip(&mut carry) {
                (*sum, *carry) = (*sum ^ *carry, *sum & *carry);
            }
            bit += 1;
        }
    }

    /// Where the count is at least `least`.
    pub(super) fn at_least(&self, least: u64) -> Word<W> {
        if self.bits.len() < 64 && least >> self.bits.len() != 0 {
            return [0; W];
        }
        let (mut more, mut equal) = ([0; W], [u64::MAX; W]);
        for (bit, word) in self.bits.iter().enumerate().rev() {
            let wanted = if least >> bit & 1 == 1 { u64::MAX } else { 0 };
            for w in 0..W {
                more[w] |= equal[w] & word[w] & !wanted;
                equal[w] &= !(word[w] ^ wanted);
            }
        }
        for w in 0..W {
            more[w] |= equal[w];
        }
        more
    }

    /// Where the count is at least that of `other`.
    pub(super) fn at_least_as(&self, other: &Self) -> Word<W> {
        let (mut more, mut equal) = ([0; W], [u64::MAX; W]);
        for bit in (0..self.bits.len().max(other.bits.len())).rev() {
            let (own, others) = (self.bits.get(bit), other.bits.get(bit));
            for w in 0..W {
                let (own, other) = (own.map_or(0, |word| word[w]), others.map_or(0, |word| word[w]));
                more[w] |= equal[w] & own & !other;
                equal[w] &= !(own ^ other);
            }
        }
        std::array::from_fn(|w| more[w] | equal[w])
    }

    /// Adds the same number everywhere.
    pub(super) fn add_number(&mut self, number: u64) {
        (0..64).filter(|bit| number >> bit & 1 == 1).for_each(|bit| self.add_at(bit, [u64::MAX; W]));
    }

    /// The count of one shuffle.
    pub(super) fn number(&self, lane: usize) -> u64 {
        let bit = |(bit, word): (usize, &Word<W>)| (word[lane / 64] >> (lane % 64) & 1) << bit;
        self.bits.iter().enumerate().map(bit).sum()
    }

    /// The counts of the 64 shuffles of a word.
    pub(super) fn numbers(&self, word: usize) -> [u32; 64] {
        let mut numbers = [0; 64];
        for (bit, words) in self.bits.iter().enumerate() {
            let word = words[word];
            if word != 0 {
                numbers.iter_mut().enumerate().for_each(|(lane, number)| *number |= ((word >> lane & 1) as u32) << bit);
            }
        }
        numbers
    }
}

/// Adds up words, eight at a time.
pub(super) fn add_all<'w, const W: usize>(count: &mut Count<W>, words: impl Iterator<Item = &'w Word<W>>) {
    dispatch!(Level::new(), simd => add_all_by(simd, count, words));
}

#[expect(clippy::inline_always, reason = "what is not inlined into the dispatched function does not use its instructions")]
#[inline(always)]
fn add_all_by<'w, S: Simd, const W: usize>(_: S, count: &mut Count<W>, mut words: impl Iterator<Item = &'w Word<W>>) {
    let zero = [0; W];
    loop {
        let mut eight = [&zero; 8];
        for place in 0..8 {
            let Some(word) = words.next() else {
                eight[..place].iter().for_each(|word| count.add(word));
                return;
            };
            eight[place] = word;
        }
        count.add_eight(eight);
    }
}

/// Carry and sum of three bits.
const fn full(a: u64, b: u64, c: u64) -> (u64, u64) {
    let half = a ^ b;
    ((a & b) | (half & c), half ^ c)
}
