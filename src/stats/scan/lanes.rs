//! Many shuffles counted at a time: bit `i` of a word belongs to shuffle `i`, and a count is a list of words, lowest bit first.
//!
//! Eight words are added by a tree of carry-save adders (Harley and Seal, in Warren's "Hacker's Delight"), five operations each.

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
    pub(super) fn add_eight(&mut self, a: &[Word<W>; 8]) {
        let mut eights = [0; W];
        for w in 0..W {
            let (twos_a, ones) = full(self.bits[0][w], a[0][w], a[1][w]);
            let (twos_b, ones) = full(ones, a[2][w], a[3][w]);
            let (fours_a, twos) = full(self.bits[1][w], twos_a, twos_b);
            let (twos_a, ones) = full(ones, a[4][w], a[5][w]);
            let (twos_b, ones) = full(ones, a[6][w], a[7][w]);
            let (fours_b, twos) = full(twos, twos_a, twos_b);
            let (eight, fours) = full(self.bits[2][w], fours_a, fours_b);
            (self.bits[0][w], self.bits[1][w], self.bits[2][w]) = (ones, twos, fours);
            eights[w] = eight;
        }
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

/// Carry and sum of three bits.
const fn full(a: u64, b: u64, c: u64) -> (u64, u64) {
    let half = a ^ b;
    ((a & b) | (half & c), half ^ c)
}
