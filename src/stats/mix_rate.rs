//! Why a rate moved: did the segments change, or their shares (Kitagawa 1955)?
//!
//! `total change = Σ ½(c0 + c1)(r1 - r0)` (rate) `+ Σ (c1 - c0)(½(r0 + r1) - ½(R0 + R1))` (mix), with `c` the share of a segment, `r` its
//! rate, `R` the total rate. Exact and free of order. The mix terms are centred: a growing segment that is merely average counts 0.

use super::{Invalid, Proportion, Result};

/// Changes this small are rounding.
const ROUNDING: f64 = 1e-12;

/// A segment (a category, a priority, a team) in two periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentChange {
    /// Hits of n in the first period; `None` if the segment is absent.
    pub before: Option<Proportion>,
    /// Hits of n in the second period; `None` if the segment is absent.
    pub after: Option<Proportion>,
}

/// What a segment adds to the change of the total rate, as a fraction (0.01 is one point).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixRateTerm {
    /// Because its own rate changed. 0 for a segment that is absent in one period: it takes the rate of the other one.
    pub rate: f64,
    /// Standard error of `rate` by shrunken shares `(x + 1) / (n + 2)` (Agresti and Caffo 2000), so it is never 0 for a lack of failures.
    pub rate_se: f64,
    /// Because its share changed.
    pub mix: f64,
    /// Its share of all in the first period, 0 to 1.
    pub share_before: f64,
    /// Its share of all in the second period, 0 to 1.
    pub share_after: f64,
}

impl MixRateTerm {
    /// `rate` in standard errors; `None` for a segment that is absent in both periods.
    pub fn rate_z(&self) -> Option<f64> {
        (self.rate_se > 0.0).then(|| self.rate / self.rate_se)
    }
}

/// A change of a total rate taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct MixRate {
    /// Total rate of the first period, 0 to 1.
    pub before: f64,
    /// Total rate of the second period, 0 to 1.
    pub after: f64,
    /// `after - before`; equals `rate_total + mix_total`.
    pub change: f64,
    /// Sum of the rate terms: what happened within segments.
    pub rate_total: f64,
    /// Sum of the mix terms: what happened between segments.
    pub mix_total: f64,
    /// One term for each segment, in the order given.
    pub terms: Vec<MixRateTerm>,
    /// Simpson's paradox: the total moves one way while the rates, on balance, move the other way.
    pub is_simpson: bool,
}

/// Takes the change of a total rate apart by segments. One dimension at a time: segments must not overlap.
///
/// # Errors
/// [`Invalid::Empty`] without segments, or if one of the periods has no trials at all.
pub fn mix_rate(segments: &[SegmentChange]) -> Result<MixRate> {
    let before = total(segments.iter().map(|segment| segment.before))?;
    let after = total(segments.iter().map(|segment| segment.after))?;
    let middle = f64::midpoint(before.rate, after.rate);
    let term = |segment: &SegmentChange| {
        let share = |part: Option<Proportion>, n: f64| part.map_or(0.0, |part| part.n() as f64 / n);
        let (share_before, share_after) = (share(segment.before, before.n), share(segment.after, after.n));
        let weight = f64::midpoint(share_before, share_after);
        let (r0, r1) = rates(segment);
        MixRateTerm {
            rate: weight * (r1 - r0),
            rate_se: weight * (variance(segment.before) + variance(segment.after)).sqrt(),
            mix: (share_after - share_before) * (f64::midpoint(r0, r1) - middle),
            share_before,
            share_after,
        }
    };
    let terms: Vec<MixRateTerm> = segments.iter().map(term).collect();
    let change = after.rate - before.rate;
    let rate_total: f64 = terms.iter().map(|term| term.rate).sum();
    let is_simpson = change.abs() > ROUNDING && rate_total.abs() > ROUNDING && (change > 0.0) != (rate_total > 0.0);
    let mix_total = terms.iter().map(|term| term.mix).sum();
    Ok(MixRate { before: before.rate, after: after.rate, change, rate_total, mix_total, terms, is_simpson })
}

/// A whole period.
struct Total {
    n: f64,
    rate: f64,
}

fn total(parts: impl Iterator<Item = Option<Proportion>>) -> Result<Total> {
    let (hits, n) = parts.flatten().fold((0.0, 0.0), |(hits, n), part| (hits + part.hits() as f64, n + part.n() as f64));
    if n > 0.0 { Ok(Total { n, rate: hits / n }) } else { Err(Invalid::Empty) }
}

/// Rates of both periods; an absent one takes the rate of the other.
fn rates(segment: &SegmentChange) -> (f64, f64) {
    let known = segment.before.or(segment.after).map_or(0.0, Proportion::rate);
    (known, segment.after.map_or(known, Proportion::rate))
}

/// Variance of a rate by shrunken shares; an absent segment counts as 0 of 0: a rate of ½, variance ⅛.
fn variance(part: Option<Proportion>) -> f64 {
    let (hits, n) = part.map_or((0.0, 0.0), |part| (part.hits() as f64, part.n() as f64));
    let p = (hits + 1.0) / (n + 2.0);
    p * (1.0 - p) / (n + 2.0)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{case, counts, list, near};
    use super::*;
    use proptest::prelude::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/13_kitagawa_mix_rate.json");

    /// Reads a number of a term.
    type Read = fn(&MixRateTerm) -> f64;

    /// A segment from hits and n of each period.
    fn segment(x0: u64, n0: u64, x1: u64, n1: u64) -> SegmentChange {
        SegmentChange { before: Proportion::new(x0, n0).ok(), after: Proportion::new(x1, n1).ok() }
    }

    #[test]
    fn worked_cases() {
        let simpson = "fcr_simpson_every_category_up_total_down";
        for name in ["ucb_male_to_female", simpson, "new_segment_appears"] {
            let case = case(NUMBERS, name);
            let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
            let [n0, x0, n1, x1] = ["n0", "x0", "n1", "x1"].map(|key| counts(&case["inputs"][key]));
            let segments: Vec<SegmentChange> = (0..n0.len()).map(|i| segment(x0[i], n0[i], x1[i], n1[i])).collect();
            let got = mix_rate(&segments).unwrap();
            let totals = [
                ("overall0", got.before),
                ("overall1", got.after),
                ("delta", got.change),
                ("rate_total", got.rate_total),
                ("mix_total", got.mix_total),
            ];
            totals.iter().for_each(|&(key, got)| near(got, want[key].as_f64().unwrap(), tolerance));
            let lists: [(&str, Read); 4] = [
                ("rate_effect", |term| term.rate),
                ("mix_effect", |term| term.mix),
                ("rate_effect_se", |term| term.rate_se),
                ("rate_effect_z", |term| term.rate_z().unwrap()),
            ];
            for (key, read) in lists {
                let want = list(&want[key]);
                assert_eq!(got.terms.len(), want.len());
                got.terms.iter().zip(want).for_each(|(term, want)| near(read(term), want, tolerance));
            }
            // In the first case rates rise a little and the total falls: admissions are the textbook paradox.
            assert_eq!(got.is_simpson, name != "new_segment_appears");
        }
    }

    #[test]
    fn nothing_to_compare_is_refused() {
        assert_eq!(mix_rate(&[]).unwrap_err(), Invalid::Empty);
        assert_eq!(mix_rate(&[segment(0, 0, 1, 2)]).unwrap_err(), Invalid::Empty);
        assert_eq!(mix_rate(&[segment(1, 2, 0, 0)]).unwrap_err(), Invalid::Empty);
    }

    #[test]
    fn one_segment_is_all_rate() {
        let got = mix_rate(&[segment(8, 10, 3, 6)]).unwrap();
        near(got.rate_total, -0.3, 1e-12);
        near(got.mix_total, 0.0, 1e-12);
        assert!(!got.is_simpson);
    }

    #[test]
    fn no_change_is_no_paradox() {
        // Rates up, mix down, total the same.
        let got = mix_rate(&[segment(10, 20, 6, 10), segment(0, 20, 0, 20)]).unwrap();
        near(got.change, -0.05, 1e-12);
        assert!(got.is_simpson);
        let got = mix_rate(&[segment(10, 20, 10, 20), segment(0, 20, 0, 20)]).unwrap();
        assert!(!got.is_simpson && got.change.abs() < f64::EPSILON);
    }

    fn any_segments() -> impl Strategy<Value = Vec<SegmentChange>> {
        let part = || (0_u64..60).prop_flat_map(|n| (0..=n, Just(n)));
        let one = (part(), part()).prop_map(|((x0, n0), (x1, n1))| segment(x0, n0, x1, n1));
        let any = prop::collection::vec(one, 1..8);
        any.prop_filter("both periods", |all| all.iter().any(|s| s.before.is_some()) && all.iter().any(|s| s.after.is_some()))
    }

    proptest! {
        #[test]
        fn terms_add_up(segments in any_segments()) {
            let got = mix_rate(&segments).unwrap();
            near(got.rate_total + got.mix_total, got.change, 1e-12);
            near(got.terms.iter().map(|t| t.share_before).sum(), 1.0, 1e-12);
            near(got.terms.iter().map(|t| t.share_after).sum(), 1.0, 1e-12);
        }

        #[test]
        fn good_and_bad_mirror(segments in any_segments()) {
            let flip = |part: Option<Proportion>| part.map(Proportion::flipped);
            let flipped: Vec<SegmentChange> =
                segments.iter().map(|s| SegmentChange { before: flip(s.before), after: flip(s.after) }).collect();
            let (a, b) = (mix_rate(&segments).unwrap(), mix_rate(&flipped).unwrap());
            for (a, b) in a.terms.iter().zip(&b.terms) {
                near(a.rate, -b.rate, 1e-12);
                near(a.rate_se, b.rate_se, 1e-12);
                // A segment that is nowhere has no rate to flip.
                near(a.mix, -b.mix, 1e-12);
            }
            prop_assert_eq!(a.is_simpson, b.is_simpson);
        }

        #[test]
        fn back_in_time_it_changes_its_sign(segments in any_segments()) {
            let back: Vec<SegmentChange> = segments.iter().map(|s| SegmentChange { before: s.after, after: s.before }).collect();
            let (a, b) = (mix_rate(&segments).unwrap(), mix_rate(&back).unwrap());
            for (a, b) in a.terms.iter().zip(&b.terms) {
                near(a.rate, -b.rate, 1e-12);
                near(a.mix, -b.mix, 1e-12);
            }
        }

        #[test]
        fn order_and_nobody_change_nothing(segments in any_segments()) {
            let mut more = segments.clone();
            more.reverse();
            more.push(segment(0, 0, 0, 0));
            let (a, b) = (mix_rate(&segments).unwrap(), mix_rate(&more).unwrap());
            near(a.change, b.change, 0.0);
            near(a.rate_total, b.rate_total, 1e-12);
            let mut turned = b.terms;
            let nobody = turned.pop().unwrap();
            turned.reverse();
            prop_assert_eq!(a.terms, turned);
            prop_assert!(nobody.rate.abs() + nobody.mix.abs() + nobody.rate_se <= 0.0);
            prop_assert_eq!(nobody.rate_z(), None);
        }
    }
}
