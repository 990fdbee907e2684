//! Why a rate moved: did the segments change, or their shares (Kitagawa 1955)?
//!
//! `total change = Σ ½(c0 + c1)(r1 - r0)` (rate) `+ Σ (c1 - c0)(½(r0 + r1) - ½(R0 + R1))` (mix), with `c` the share of a segment, `r` its
//! rate, `R` the total rate. Exact and free of order. The mix terms are centred: a growing segment that is merely average counts 0.

use super::two_samples::Moments;
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

/// A segment with a mean instead of a rate, in two periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentMeans {
    /// Its rows in the first period; `None` if the segment is absent.
    pub before: Option<Moments>,
    /// Its rows in the second period; `None` if the segment is absent.
    pub after: Option<Moments>,
}

/// What a segment adds to the change of the total: as a fraction for rates (0.01 is one point), in their unit for means.
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
    let part = |p: Option<Proportion>| Part {
        n: p.map_or(0.0, |p| p.n() as f64),
        sum: p.map_or(0.0, |p| p.hits() as f64),
        rate: p.map(Proportion::rate),
        variance: variance(p),
    };
    taken_apart(&segments.iter().map(|s| (part(s.before), part(s.after))).collect::<Vec<_>>())
}

/// The same for the change of a mean.
///
/// # Errors
/// As [`mix_rate`].
pub fn mix_mean(segments: &[SegmentMeans]) -> Result<MixRate> {
    let part = |m: Option<Moments>| Part {
        n: m.map_or(0.0, |m| m.n as f64),
        sum: m.map_or(0.0, |m| m.n as f64 * m.mean),
        rate: m.map(|m| m.mean),
        // One row does not say how much rows differ: it adds nothing to what is known of the error.
        variance: m.map_or(0.0, |m| m.variance / m.n as f64),
    };
    taken_apart(&segments.iter().map(|s| (part(s.before), part(s.after))).collect::<Vec<_>>())
}

/// A segment in one period.
struct Part {
    n: f64,
    sum: f64,
    /// `None` where it has no rows.
    rate: Option<f64>,
    /// Of the rate.
    variance: f64,
}

fn taken_apart(segments: &[(Part, Part)]) -> Result<MixRate> {
    let before = total(segments.iter().map(|s| &s.0))?;
    let after = total(segments.iter().map(|s| &s.1))?;
    let middle = f64::midpoint(before.rate, after.rate);
    let term = |(first, second): &(Part, Part)| {
        let (share_before, share_after) = (first.n / before.n, second.n / after.n);
        let weight = f64::midpoint(share_before, share_after);
        // An absent one takes the rate of the other.
        let known = first.rate.or(second.rate).unwrap_or_default();
        let (r0, r1) = (known, second.rate.unwrap_or(known));
        MixRateTerm {
            rate: weight * (r1 - r0),
            rate_se: weight * (first.variance + second.variance).sqrt(),
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

fn total<'p>(parts: impl Iterator<Item = &'p Part>) -> Result<Total> {
    let (sum, n) = parts.fold((0.0, 0.0), |(sum, n), part| (sum + part.sum, n + part.n));
    if n > 0.0 { Ok(Total { n, rate: sum / n }) } else { Err(Invalid::Empty) }
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
    fn means_are_taken_apart_alike() {
        // 10 rows at 2 and 10 at 6 become 5 at 3 and 15 at 6: from 4 to 5.25.
        let part = |n: u64, mean: f64| Some(Moments { n, mean, variance: 1.0 });
        let segment = |a, b| SegmentMeans { before: a, after: b };
        let got = mix_mean(&[segment(part(10, 2.0), part(5, 3.0)), segment(part(10, 6.0), part(15, 6.0))]).unwrap();
        near(got.change, 1.25, 1e-12);
        near(got.rate_total, 0.375, 1e-12);
        near(got.mix_total, 0.875, 1e-12);
        near(got.terms[0].rate_se, 0.375 * (0.1_f64 + 0.2).sqrt(), 1e-12);
        assert_eq!(mix_mean(&[segment(None, part(3, 1.0))]).unwrap_err(), Invalid::Empty);
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
