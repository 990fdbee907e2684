//! Is a rate below or above its yardstick? Clear, leaning, or cannot tell yet.
//!
//! The probability that the true rate misses the yardstick by more than the smallest difference that matters decides, not the rate
//! itself: a red mark at "five points under the target" is wrong for one in four of the marked when agents differ by five points.

use super::distribution::normal_quantile;
use super::hierarchical::{Population, Posterior};
use super::{Invalid, Proportion, Result};

/// More rows than this are as good as never.
const MOST_ROWS: u64 = 100_000;

/// When a difference counts, and how sure one must be of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Smallest difference from the yardstick that matters, 0 to 1.
    pub margin: f64,
    /// Probability from which a verdict leans, above ½.
    pub leaning: f64,
    /// Probability from which a verdict is clear, at least `leaning`, below 1.
    pub clear: f64,
    /// Fewer rows than this never get a verdict.
    pub least: u64,
}

impl Default for Rule {
    /// Three points; 80 % and 90 %; five rows.
    fn default() -> Self {
        Self { margin: 0.03, leaning: 0.8, clear: 0.9, least: 5 }
    }
}

impl Rule {
    /// The rule itself, if it makes sense.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] unless `0 ≤ margin < 1` and `½ < leaning ≤ clear < 1`.
    pub fn checked(self) -> Result<Self> {
        if !(0.0..1.0).contains(&self.margin) {
            return Err(Invalid::OutOfRange("the margin"));
        }
        if !(self.leaning > 0.5 && self.leaning <= self.clear && self.clear < 1.0) {
            return Err(Invalid::OutOfRange("the probability for a verdict"));
        }
        Ok(self)
    }

    /// Probability that the true rate is beyond the margin on one side.
    fn probability(&self, posterior: &Posterior, yardstick: f64, side: Side) -> f64 {
        match side {
            Side::Below => posterior.below(yardstick - self.margin),
            Side::Above => posterior.above(yardstick + self.margin),
        }
    }
}

/// Where a rate lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Lower than the yardstick.
    Below,
    /// Higher than the yardstick.
    Above,
}

/// What can be said of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It differs by more than the margin, as good as certainly.
    Clear(Side),
    /// It probably differs by more than the margin.
    Leaning(Side),
    /// The rows do not say.
    CannotTellYet,
}

/// The verdict on a group of `n` rows.
///
/// [`Verdict::CannotTellYet`] as well for a yardstick that is not a number or a rule that [`Rule::checked`] refuses.
pub fn judge(posterior: &Posterior, n: u64, yardstick: f64, rule: Rule) -> Verdict {
    if n < rule.least || rule.checked().is_err() {
        return Verdict::CannotTellYet;
    }
    let (below, above) = (rule.probability(posterior, yardstick, Side::Below), rule.probability(posterior, yardstick, Side::Above));
    let (side, probability) = if below > above { (Side::Below, below) } else { (Side::Above, above) };
    match probability {
        p if p >= rule.clear => Verdict::Clear(side),
        p if p >= rule.leaning => Verdict::Leaning(side),
        _ => Verdict::CannotTellYet,
    }
}

/// What is known of a subject without peers, say a whole desk: Jeffreys' `Beta(hits + ½, misses + ½)` (Brown, Cai and `DasGupta` 2001).
pub fn single(group: Proportion) -> Posterior {
    single_of(group.hits() as f64, (group.n() - group.hits()) as f64)
}

/// [`single`], of hits and misses that need not be whole: rows that count for a part.
pub fn single_of(hits: f64, misses: f64) -> Posterior {
    Posterior::mixture(&[(hits + 0.5, misses + 0.5, 1.0)])
}

/// About how many more rows a group needs until its verdict is clear, if its raw rate stays what it is.
///
/// 0 if it is clear already. `None` if the raw rate lies within the margin of the yardstick, where more rows would never tell, or if
/// it takes more than 100,000, or for a rule that [`Rule::checked`] refuses. The nearer the rate to the margin, the more rows.
pub fn rows_needed(population: &Population, group: Proportion, yardstick: f64, rule: Rule) -> Option<u64> {
    rule.checked().ok()?;
    if matches!(judge(&population.posterior(group), group.n(), yardstick, rule), Verdict::Clear(_)) {
        return Some(0);
    }
    let side = match group.rate() {
        rate if rate < yardstick - rule.margin => Side::Below,
        rate if rate > yardstick + rule.margin => Side::Above,
        _ => return None,
    };
    let is_clear = |more: u64| {
        let (hits, n) = (group.hits() as f64, group.n() as f64);
        let grown = (n + more as f64) / n;
        let posterior = population.posterior_of(hits * grown, (n - hits) * grown);
        rule.probability(&posterior, yardstick, side) >= rule.clear
    };
    let least = rule.least.saturating_sub(group.n());
    if is_clear(least) {
        return Some(least);
    }
    let guess = rough_rows(population, group, yardstick, rule);
    first_clear(least, guess.clamp(least + 1, MOST_ROWS.max(least + 1)), is_clear)
}

/// The same from a normal distribution around the shrunken mean: a place to start the search.
///
/// With `u` rows including the `s` of the population, the gap to the threshold `g u − pull` must be `z √(v u)`.
fn rough_rows(population: &Population, group: Proportion, yardstick: f64, rule: Rule) -> u64 {
    let rate = group.rate();
    let threshold = if rate < yardstick { yardstick - rule.margin } else { yardstick + rule.margin };
    let gap = (threshold - rate).abs();
    let strength = population.strength();
    let pull = strength * (population.mean() - rate) * (threshold - rate).signum();
    let z = normal_quantile(rule.clear);
    let spread = z * (threshold * (1.0 - threshold)).max(0.0).sqrt();
    let root = (spread + (spread * spread + 4.0 * gap * pull).max(0.0).sqrt()) / (2.0 * gap);
    // A float above the whole numbers' range becomes the largest of them.
    (root * root - strength - group.n() as f64).max(0.0) as u64
}

/// The first number above `unclear` that is clear, searched from a guess outwards.
fn first_clear(unclear: u64, guess: u64, is_clear: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (unclear, guess);
    while !is_clear(high) {
        if high >= MOST_ROWS {
            return None;
        }
        low = high;
        high = (high + high / 4 + 1).min(MOST_ROWS);
    }
    if low == unclear {
        let lower = |high: u64| (high - high / 5 - 1).max(unclear);
        let mut next = lower(high);
        while next > unclear && is_clear(next) {
            high = next;
            next = lower(high);
        }
        low = next;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_clear(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::{Rule, Side, Verdict, judge, rows_needed, single};
    use crate::stats::hierarchical::{Population, Posterior};
    use crate::stats::numbers::{case, list, near};
    use crate::stats::random::Random;
    use crate::stats::{Invalid, Proportion};

    const CALIBRATION: &str = include_str!("../../tests/numbers/22_calibration.json");

    fn of(hits: u64, n: u64) -> Proportion {
        Proportion::new(hits, n).unwrap()
    }

    fn desk() -> Population {
        let pairs = [(41, 50), (12, 20), (88, 110), (3, 3), (55, 60), (30, 45), (19, 21), (7, 12), (64, 80), (26, 30), (50, 75), (9, 9)];
        Population::fit(&pairs.map(|(x, n)| of(x, n))).unwrap()
    }

    #[test]
    fn verdicts_follow_the_probabilities() {
        let (population, rule) = (desk(), Rule { margin: 0.0, ..Rule::default() });
        // Of the published case: P(below 80 %) is .990 for 50 of 75, .867 for 7 of 12, .522 for 64 of 80, .037 for 55 of 60.
        let verdict = |x, n| judge(&population.posterior(of(x, n)), n, 0.8, rule);
        assert_eq!(verdict(50, 75), Verdict::Clear(Side::Below));
        assert_eq!(verdict(7, 12), Verdict::Leaning(Side::Below));
        assert_eq!(verdict(64, 80), Verdict::CannotTellYet);
        assert_eq!(verdict(55, 60), Verdict::Clear(Side::Above));
        let wide = Rule { margin: 0.1, ..rule };
        assert_eq!(judge(&population.posterior(of(55, 60)), 60, 0.8, wide), Verdict::CannotTellYet);
    }

    #[test]
    fn a_handful_of_rows_never_gets_a_verdict() {
        let awful = single(of(0, 4));
        assert_eq!(judge(&awful, 4, 0.9, Rule::default()), Verdict::CannotTellYet);
        assert_eq!(judge(&awful, 5, 0.9, Rule::default()), Verdict::Clear(Side::Below));
    }

    #[test]
    fn good_and_bad_mirror() {
        let rule = Rule::default();
        for (x, n) in [(2, 9), (15, 20), (80, 100), (97, 100)] {
            let mirrored = match judge(&single(of(x, n).flipped()), n, 0.2, rule) {
                Verdict::Clear(side) => Verdict::Clear(other(side)),
                Verdict::Leaning(side) => Verdict::Leaning(other(side)),
                verdict @ Verdict::CannotTellYet => verdict,
            };
            assert_eq!(judge(&single(of(x, n)), n, 0.8, rule), mirrored, "{x} of {n}");
        }
    }

    fn other(side: Side) -> Side {
        if side == Side::Below { Side::Above } else { Side::Below }
    }

    /// Jeffreys' interval for 5 of 10 is .224 to .776 (R: `qbeta(c(.025, .975), 5.5, 5.5)`).
    #[test]
    fn jeffreys() {
        let (low, high) = single(of(5, 10)).interval(0.95);
        assert!((low - 0.2235).abs() < 1e-3 && (low + high - 1.0).abs() < 1e-9, "{low} {high}");
        assert!((single(of(9, 10)).mean() - 9.5 / 11.0).abs() < 1e-12);
    }

    #[test]
    fn yardsticks_at_the_edge() {
        let posterior: Posterior = single(of(9, 10));
        for yardstick in [f64::NAN, 2.0 * f64::NAN] {
            assert_eq!(judge(&posterior, 10, yardstick, Rule::default()), Verdict::CannotTellYet);
            assert_eq!(rows_needed(&desk(), of(9, 10), yardstick, Rule::default()), None);
        }
        assert_eq!(judge(&posterior, 10, 1.5, Rule::default()), Verdict::Clear(Side::Below));
        assert_eq!(judge(&posterior, 10, -0.5, Rule::default()), Verdict::Clear(Side::Above));
    }

    #[test]
    fn rules_without_sense_are_refused() {
        let rule = Rule::default();
        assert_eq!(rule.checked(), Ok(rule));
        for margin in [-0.01, 1.0, f64::NAN] {
            assert_eq!(Rule { margin, ..rule }.checked(), Err(Invalid::OutOfRange("the margin")));
        }
        for (leaning, clear) in [(0.5, 0.9), (0.8, 0.7), (0.8, 1.0), (f64::NAN, 0.9), (0.8, f64::NAN)] {
            let refused = Rule { leaning, clear, ..rule };
            assert_eq!(refused.checked(), Err(Invalid::OutOfRange("the probability for a verdict")));
            assert_eq!(judge(&single(of(0, 90)), 90, 0.8, refused), Verdict::CannotTellYet);
            assert_eq!(rows_needed(&desk(), of(0, 90), 0.8, refused), None);
        }
    }

    #[test]
    fn rows_needed_are_the_first_that_tell() {
        let (population, rule) = (desk(), Rule::default());
        for (x, n, yardstick) in [(12, 20, 0.8), (7, 12, 0.8), (30, 45, 0.75), (19, 20, 0.85), (1, 2, 0.9), (9, 10, 0.8)] {
            let needed = rows_needed(&population, of(x, n), yardstick, rule).unwrap();
            let side = if of(x, n).rate() < yardstick { Side::Below } else { Side::Above };
            let probability = |more: u64| {
                let grown = (n + more) as f64 / n as f64;
                rule.probability(&population.posterior_of(x as f64 * grown, (n - x) as f64 * grown), yardstick, side)
            };
            assert!(probability(needed) >= rule.clear && n + needed >= rule.least, "{x} of {n}: {needed}");
            assert!(needed == 0 || probability(needed - 1) < rule.clear || n + needed == rule.least, "{x} of {n}: {needed}");
        }
    }

    #[test]
    fn the_nearer_to_the_margin_the_more_rows_and_within_it_never() {
        let (population, rule) = (desk(), Rule::default());
        let needed: Vec<Option<u64>> = (0..=50).map(|x| rows_needed(&population, of(x, 50), 0.9, rule)).collect();
        assert!(needed[..44].windows(2).all(|w| w[0].unwrap() <= w[1].unwrap()), "{needed:?}");
        assert!(needed[44..47].iter().all(Option::is_none), "{needed:?}");
        assert!(needed[47..].windows(2).all(|w| w[0].unwrap() > w[1].unwrap()), "{needed:?}");
        assert!(needed[0] == Some(0) && needed[43].unwrap() > 1_000, "{needed:?}");
        // 0.7 points beyond the margin take some thousand rows, 0.02 points more than one waits for.
        assert!(rows_needed(&population, of(863, 1000), 0.9, rule).unwrap() > 1_000);
        assert_eq!(rows_needed(&population, of(8_698, 10_000), 0.9, rule), None);
    }

    /// A report on 20 agents with a median of 20 rows and their true rates, which have the mean .85 and the given standard deviation.
    fn report(random: &mut Random, sd: f64) -> (Vec<Proportion>, Vec<f64>) {
        let strength = if sd > 0.0 { 0.1275 / (sd * sd) - 1.0 } else { 1e9 };
        let agent = |_| {
            let n = (20_f64.ln() + 0.6 * random.normal()).exp().clamp(3.0, 120.0) as u64;
            let truth = random.beta(0.85 * strength, 0.15 * strength);
            (of(random.binomial(n, truth), n), truth)
        };
        (0..20).map(agent).unzip()
    }

    /// The 95 % intervals hold the true rate as often as published for this model, and agents that are all equal are as good as
    /// never marked.
    #[test]
    fn simulated_reports_are_honest() {
        const REPORTS: u32 = 50;
        let mut random = Random::new(22);
        let coverage = case(CALIBRATION, "shrinkage_interval_coverage");
        let wanted: Vec<(f64, f64)> =
            [0, 2, 3].map(|row| list(&coverage["expected"]["rows"][row])).iter().map(|row| (row[0], row[2])).collect();
        for (sd, want) in wanted {
            let (mut held, mut marked) = (0_u32, 0_u32);
            for _ in 0..REPORTS {
                let (groups, truth) = report(&mut random, sd);
                let population = Population::fit(&groups).unwrap();
                for (group, truth) in groups.iter().zip(truth) {
                    let posterior = population.posterior(*group);
                    let (low, high) = posterior.interval(0.95);
                    held += u32::from(low <= truth && truth <= high);
                    let verdict = judge(&posterior, group.n(), 0.85, Rule::default());
                    marked += u32::from(matches!(verdict, Verdict::Clear(Side::Below) | Verdict::Leaning(Side::Below)));
                }
            }
            near(f64::from(held) / f64::from(20 * REPORTS), want, 0.03);
            // 0.10 a report over 2,000 reports, and they come in clusters; "red if 5 points under the target" marks 4.6.
            assert!(sd > 0.0 || f64::from(marked) / f64::from(REPORTS) <= 0.25, "{marked} marks");
            assert!(sd < 0.05 || f64::from(marked) / f64::from(REPORTS) >= 0.3, "{marked} marks");
        }
    }
}
