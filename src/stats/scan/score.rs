//! How much a segment stands out, in nats, and what a shuffle must give it to stand out as much.
//!
//! - Share, one stratum: the log-likelihood ratio of one chance inside and another outside (Kulldorff 1997).
//! - Share, several strata: the divergence of what is seen from what the strata lead one to expect, scaled by the variance that shuffles
//!   inside strata have (a stratified hypergeometric one).
//! - Ranked numbers: half the square of the standardized sum of levels.
//! - A change: half the square of the standardized difference of differences of means. Shares are shrunken in the variance,
//!   `(x + 1) / (n + 2)`, so that it is never 0 for a lack of events (Agresti and Caffo 2000).

use super::Question;
use super::segments::Segment;
use super::shuffle::Stratum;
use super::table::Table;

/// A share of the best score; closer scores count as equal, as they differ by rounding alone.
const TIE: f64 = 1e-9;

/// Scores of the segments of a table.
#[derive(Debug)]
pub(super) struct Scorer<'t> {
    table: &'t Table,
    question: Question,
    min_rows: u64,
    strata: Vec<Moments>,
    all: Moments,
    all_now: Cell,
    all_cells: Cell,
}

/// Units, the sum of their levels, and its variance a unit.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    units: f64,
    sum: f64,
    variance: f64,
}

/// Units and the sum of their levels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) units: u64,
    pub(super) sum: u64,
}

impl Cell {
    pub(super) fn mean(self) -> f64 {
        self.sum as f64 / self.units as f64
    }

    const fn less(self, part: Self) -> Self {
        Self { units: self.units - part.units, sum: self.sum - part.sum }
    }

    fn add(&mut self, units: u32, sum: u32) {
        self.units += u64::from(units);
        self.sum += u64::from(sum);
    }
}

/// What a segment's sum of levels is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    units: f64,
    sum: f64,
    variance: f64,
}

impl<'t> Scorer<'t> {
    pub(super) fn new(table: &'t Table, question: Question, min_rows: u32) -> Self {
        let strata: Vec<Moments> = strata(table, question).iter().map(|(_, moments)| *moments).collect();
        let (mut all_now, mut all_cells) = (Cell::default(), Cell::default());
        for row in 0..table.rows() {
            all_cells.add(table.trials(row), table.level[row]);
            if table.now[row] {
                all_now.add(table.trials(row), table.level[row]);
            }
        }
        let all = Moments::of(table, 0..table.rows());
        Self { table, question, min_rows: u64::from(min_rows.max(1)), strata, all, all_now, all_cells }
    }

    /// Fewest trials of a segment worth a look.
    pub(super) const fn min_units(&self) -> u64 {
        match self.question {
            Question::Within => self.min_rows,
            Question::Change => 2 * self.min_rows,
        }
    }

    /// The score of a segment as it is; 0 if it does not stand out in the direction asked for.
    pub(super) fn observed(&self, segment: &Segment) -> f64 {
        match self.question {
            Question::Within => {
                let sum: u64 = segment.places.iter().map(|&place| u64::from(segment.arranged.level[place as usize])).sum();
                self.within(sum as f64, &self.expected(segment))
            }
            Question::Change => {
                let (now, all) = Self::cells(segment);
                self.change(now, all)
            }
        }
    }

    /// What shuffles give a segment on average, and how it varies.
    pub(super) fn expected(&self, segment: &Segment) -> Expected {
        let mut expected = Expected { units: segment.units as f64, sum: 0.0, variance: 0.0 };
        if self.table.is_plain {
            expected.add(&self.all, segment.units as f64);
            return expected;
        }
        let stratum = |place: u32| segment.arranged.stratum[place as usize];
        for run in segment.places.chunk_by(|&a, &b| stratum(a) == stratum(b)) {
            let units = segment.arranged.trials_of(run);
            expected.add(&self.strata[stratum(run[0]) as usize], units as f64);
        }
        expected
    }

    /// Score of a sum of levels.
    pub(super) fn within(&self, sum: f64, expected: &Expected) -> f64 {
        let (n, e) = (expected.units, expected.sum);
        if sum <= e || expected.variance <= 1e-9 {
            return 0.0;
        }
        if self.table.is_ranked {
            return 0.5 * (sum - e).powi(2) / expected.variance;
        }
        let inside = term(sum, e) + term(n - sum, n - e);
        if self.table.is_plain {
            let (outer, hits, rest) = (self.all.units - n, self.all.sum - sum, self.all.sum - e);
            return (inside + term(hits, rest) + term(outer - hits, outer - rest)).max(0.0);
        }
        inside * (e * (n - e) / n) / expected.variance
    }

    /// The least sum of levels with a score of at least `best`; `None` if there is none.
    pub(super) fn least(&self, expected: &Expected, best: f64) -> Option<u64> {
        let highest = if self.table.is_ranked { 15.0 } else { 1.0 };
        let (mut low, mut high) = (expected.sum.floor() as u64, (expected.units * highest).min(self.all.sum) as u64);
        let is_enough = |sum: u64| self.within(sum as f64, expected) >= best * (1.0 - TIE);
        if !is_enough(high) {
            return None;
        }
        while high - low > 1 {
            let middle = low.midpoint(high);
            if is_enough(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// Most chance of a shuffle that gives a segment `sum` or more: Hoeffding's bound (1963), which holds for draws without replacement,
    /// for strata together, and for levels, which are bounded.
    pub(super) fn most_chance(&self, sum: u64, expected: &Expected) -> f64 {
        let highest = if self.table.is_ranked { 15.0 } else { 1.0 };
        let (n, seen, mean) = (expected.units, sum as f64 / highest, expected.sum / highest);
        if seen <= mean { 1.0 } else { (-term(seen, mean) - term(n - seen, n - mean)).exp() }
    }

    /// A segment now, and in both periods.
    pub(super) fn cells(segment: &Segment) -> (Cell, Cell) {
        let (mut now, mut all) = (Cell::default(), Cell::default());
        for &place in segment.places {
            let (place, rows) = (place as usize, segment.arranged);
            all.add(rows.trials(place), rows.level[place]);
            if rows.now[place] {
                now.add(rows.trials(place), rows.level[place]);
            }
        }
        (now, all)
    }

    /// Score of a difference of differences, from a segment now and in both periods.
    pub(super) fn change(&self, now: Cell, all: Cell) -> f64 {
        self.change_of(now, all, self.all_now)
    }

    /// Whether a shuffle that makes `now` of a segment does as well as the best. The number of units of now is kept, their sum is not:
    /// `all_sum` is of the shuffle.
    pub(super) fn is_change(&self, now: Cell, all: Cell, all_sum: u64, best: f64) -> bool {
        self.change_of(now, all, Cell { sum: all_sum, ..self.all_now }) >= best * (1.0 - TIE)
    }

    fn change_of(&self, now: Cell, all: Cell, all_now: Cell) -> f64 {
        let before = all.less(now);
        let (rest_now, rest_before) = (all_now.less(now), self.all_cells.less(all_now).less(before));
        let cells = [now, before, rest_now, rest_before];
        if cells.iter().any(|cell| cell.units < self.min_rows) {
            return 0.0;
        }
        let moved = now.mean() - before.mean() - (rest_now.mean() - rest_before.mean());
        if moved <= 0.0 {
            return 0.0;
        }
        let variance: f64 = cells.iter().map(|cell| self.variance_of_mean(*cell)).sum();
        if variance > 0.0 { 0.5 * moved * moved / variance } else { 0.0 }
    }

    /// Least and most units of now a shuffle gives to `units` of them, but for one shuffle in twenty thousand.
    pub(super) fn usual_now(&self, units: u64) -> (u64, u64) {
        let (all, share) = (self.all_cells.units as f64, self.all_now.units as f64 / self.all_cells.units as f64);
        let n = units as f64;
        let wide = 4.0 * (n * share * (1.0 - share) * (all - n) / (all - 1.0).max(1.0)).sqrt();
        ((n * share - wide).floor().max(0.0) as u64, ((n * share + wide).ceil() as u64).min(units))
    }

    /// Highest level of a unit.
    pub(super) const fn highest(&self) -> u64 {
        if self.table.is_ranked { 15 } else { 1 }
    }

    fn variance_of_mean(&self, cell: Cell) -> f64 {
        self.variance(cell) / cell.units as f64
    }

    /// Variance of a unit, as far as one knows from a cell; concave in the cell's sum, and monotone in the share of a share.
    pub(super) fn variance(&self, cell: Cell) -> f64 {
        if self.table.is_ranked {
            return self.all.variance;
        }
        let p = (cell.sum as f64 + 1.0) / (cell.units as f64 + 2.0);
        p * (1.0 - p)
    }

    /// All rows in both periods, and how many units of them are of now.
    pub(super) const fn all(&self) -> (Cell, u64) {
        (self.all_cells, self.all_now.units)
    }

    /// Fewest units of a cell.
    pub(super) const fn min_rows(&self) -> u64 {
        self.min_rows
    }
}

impl Expected {
    /// `n` of a stratum's units are in the segment.
    fn add(&mut self, stratum: &Moments, n: f64) {
        self.sum += n * stratum.sum / stratum.units;
        if stratum.units > 1.0 {
            self.variance += stratum.variance * n * (stratum.units - n) / (stratum.units - 1.0);
        }
    }
}

impl Moments {
    fn of(table: &Table, rows: std::ops::Range<usize>) -> Self {
        let units = f64::from(table.unit_start[rows.end] - table.unit_start[rows.start]);
        let levels = || table.level[rows.clone()].iter();
        let sum: u64 = levels().map(|&level| u64::from(level)).sum();
        // A unit of a share is 0 or 1: its square is itself. A row with a number is one unit.
        let squares = if table.is_ranked { levels().map(|&level| u64::from(level).pow(2)).sum() } else { sum };
        let mean = sum as f64 / units;
        Self { units, sum: sum as f64, variance: (squares as f64 / units - mean * mean).max(0.0) }
    }
}

/// The strata of a table with what is shuffled in them: events, or the label of now.
fn strata(table: &Table, question: Question) -> Vec<(Stratum, Moments)> {
    let mut strata = Vec::new();
    let mut start = 0;
    for rows in table.stratum.chunk_by(|a, b| a == b) {
        let rows = start..start + rows.len();
        start = rows.end;
        let labelled = rows.clone().map(|row| match question {
            Question::Within => table.level[row],
            Question::Change if table.now[row] => table.trials(row),
            Question::Change => 0,
        });
        let labelled = labelled.map(u64::from).sum();
        let units = |row: usize| table.unit_start[row] as usize;
        strata.push((Stratum { start: units(rows.start), end: units(rows.end), labelled }, Moments::of(table, rows)));
    }
    strata
}

/// What is shuffled, stratum by stratum.
pub(super) fn shuffled_strata(table: &Table, question: Question) -> Vec<Stratum> {
    strata(table, question).into_iter().map(|(stratum, _)| stratum).collect()
}

/// `seen ln(seen / expected)`.
fn term(seen: f64, expected: f64) -> f64 {
    if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 }
}

/// Log-likelihood ratio of one chance in `inside` and another in `outside`, given as hits of n; 0 unless the first is higher.
pub(super) fn log_likelihood_ratio(inside: (f64, f64), outside: (f64, f64)) -> f64 {
    let (hits, n) = (inside.0 + outside.0, inside.1 + outside.1);
    if inside.1 <= 0.0 || outside.1 <= 0.0 || inside.0 / inside.1 <= outside.0 / outside.1 {
        return 0.0;
    }
    let part = |(x, m): (f64, f64)| term(x, m * hits / n) + term(m - x, m * (n - hits) / n);
    (part(inside) + part(outside)).max(0.0)
}
