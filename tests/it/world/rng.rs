//! `SplitMix64`: small, seeded, the same on every machine.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0x6A09_E667_F3BC_C909)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A whole number in `from..to`.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.next() % (to - from) as u64) as i64
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, of: i64) -> bool {
        self.between(0, 100) < of
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.between(0, of.len() as i64) as usize]
    }

    /// A value in so many of a hundred cases.
    pub(crate) fn maybe<T>(&mut self, percent: i64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.percent(percent).then(|| value(self))
    }

    /// One of several texts, or none.
    pub(crate) fn word(&mut self, percent: i64, of: &[&str]) -> Option<String> {
        self.maybe(percent, |r| (*r.pick(of)).to_owned())
    }

    /// Yes, no or nothing.
    pub(crate) fn flag(&mut self, percent: i64) -> Option<bool> {
        self.maybe(percent, |r| r.percent(50))
    }

    /// Another order.
    pub(crate) fn shuffle<T>(&mut self, of: &mut [T]) {
        for i in (1..of.len()).rev() {
            of.swap(i, self.between(0, i as i64 + 1) as usize);
        }
    }
}
