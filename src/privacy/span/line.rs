//! Lines of numbers modulo a large prime, most of which are zero.

/// 2⁶¹ − 1: large enough that no combination of tables of ours vanishes by accident.
pub(super) const P: u64 = (1 << 61) - 1;

/// One column in so many that was added to is many: all are gone through sooner than those are put in order.
const MANY: usize = 16;

/// The numbers that are not zero, with their columns, by column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line(Vec<(usize, u64)>);

impl Line {
    /// Of numbers that are not zero, by column.
    pub(super) fn of(entries: Vec<(usize, u64)>) -> Self {
        Self(entries)
    }

    /// The first column with a number.
    pub(super) fn first(&self) -> Option<usize> {
        self.0.first().map(|(column, _)| *column)
    }

    /// The numbers of the columns before one.
    pub(super) fn before(&self, column: usize) -> &[(usize, u64)] {
        &self.0[..self.0.partition_point(|(c, _)| *c < column)]
    }

    /// The columns from one on that have a number.
    pub(super) fn columns_from(&self, column: usize) -> impl Iterator<Item = usize> {
        self.0[self.before(column).len()..].iter().map(|(c, _)| *c)
    }

    /// The number of a column.
    pub(super) fn at(&self, column: usize) -> u64 {
        self.0.binary_search_by_key(&column, |(c, _)| *c).map_or(0, |i| self.0[i].1)
    }

    /// Every number `times` as large.
    pub(super) fn scale(&mut self, times: u64) {
        if times != 1 {
            self.0.iter_mut().for_each(|(_, v)| *v = product(*v, times));
        }
    }
}

/// Adds lines up, in room that is made once.
#[derive(Debug)]
pub(super) struct Adder {
    values: Vec<u64>,
    /// Columns that were added to, some of them more than once.
    touched: Vec<usize>,
}

impl Adder {
    /// For lines of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { values: vec![0; columns], touched: Vec::new() }
    }

    /// Adds `times` a line.
    pub(super) fn add(&mut self, line: &Line, times: u64) {
        for (column, v) in &line.0 {
            let value = &mut self.values[*column];
            if *value == 0 {
                self.touched.push(*column);
            }
            *value = plus(*value, if times == 1 { *v } else { product(*v, times) });
        }
    }

    /// The sum; the next one starts from nothing.
    pub(super) fn take(&mut self) -> Line {
        if self.touched.len() > self.values.len() / MANY {
            self.touched.clear();
            self.touched.extend(0..self.values.len());
        } else {
            self.touched.sort_unstable();
            self.touched.dedup();
        }
        let entries = self.touched.drain(..).map(|c| (c, std::mem::take(&mut self.values[c])));
        Line(entries.filter(|(_, v)| *v != 0).collect())
    }
}

/// `a` + `b`.
pub(super) fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= P { sum - P } else { sum }
}

/// −`a`.
pub(super) fn minus(a: u64) -> u64 {
    if a == 0 { 0 } else { P - a }
}

/// `a` × `b`.
pub(super) fn product(a: u64, b: u64) -> u64 {
    // As 2⁶¹ is 1, what lies above the 61st bit is added to what lies below: no division.
    let all = u128::from(a) * u128::from(b);
    plus((all as u64) & P, (all >> 61) as u64)
}

/// What `a` times is 1; of 0 there is none.
pub(super) fn inverse(a: u64) -> u64 {
    if a == 1 { 1 } else { power(a, P - 2) }
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut result, mut base, mut left) = (1, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = product(result, base);
        }
        base = product(base, base);
        left >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses_are_inverses() {
        for v in [1, 2, 3, 12_345, 1 << 60, P - 2, P - 1] {
            assert_eq!(product(v, inverse(v)), 1);
            assert_eq!(plus(v, minus(v)), 0);
        }
        assert_eq!(product(P - 1, P - 1), 1, "minus one times minus one");
        assert_eq!(product(P - 1, 0), 0);
        assert_eq!(product(1 << 60, 1 << 60), 1 << 59, "2¹²⁰ = 2⁶¹ · 2⁵⁹");
    }

    #[test]
    fn what_cancels_is_gone() {
        let (a, b) = (Line::of(vec![(0, 1), (3, 2)]), Line::of(vec![(1, 1), (3, 1)]));
        let mut adder = Adder::new(5);
        adder.add(&a, 1);
        adder.add(&b, minus(2));
        adder.add(&b, minus(1));
        adder.add(&b, 1);
        assert_eq!(adder.take(), Line::of(vec![(0, 1), (1, minus(2))]));
        assert_eq!(adder.take(), Line::default());
        assert_eq!((a.first(), a.at(3), a.at(1), a.before(3)), (Some(0), 2, 0, &[(0, 1)][..]));
        assert_eq!(a.columns_from(1).collect::<Vec<_>>(), [3]);
    }
}
