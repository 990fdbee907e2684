//! Means of scores, drawn to the mean of all groups as far as chance makes them differ.
//!
//! For scores from 1 to 5 prefer the share of good ones and [`hierarchical`](super::hierarchical): such scores pile up at both ends,
//! and a mean of a dozen of them is not near to normal.

use super::{Invalid, Result, checked};

/// One-way random effects: groups' true means vary with `between_variance`, the values around them with `within_variance`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomEffects {
    /// Mean of the true means, `μ`: the precision-weighted mean of the groups' means.
    pub mean: f64,
    /// `τ²`, 0 or more.
    pub between_variance: f64,
    /// `σ²`, 0 or more.
    pub within_variance: f64,
}

/// A group's mean, shrunken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShrunkenMean {
    /// Mean of the group's values.
    pub raw: f64,
    /// `w = τ² / (τ² + σ²/n)`, the part of the raw difference that is kept, 0 to 1.
    pub weight: f64,
    /// `μ + w (raw − μ)`.
    pub mean: f64,
    /// Variance of the true mean around the shrunken one, `w σ²/n`. Leaves out that `μ`, `τ²` and `σ²` are estimates.
    pub variance: f64,
}

impl RandomEffects {
    /// The shrunken mean of a group with `n` values of the given mean; a group without values gets `μ`.
    ///
    /// # Errors
    /// [`Invalid::NotFinite`].
    pub fn shrunken(&self, raw: f64, n: u64) -> Result<ShrunkenMean> {
        checked(&[raw])?;
        if n == 0 {
            return Ok(ShrunkenMean { raw, weight: 0.0, mean: self.mean, variance: self.between_variance });
        }
        let error = self.within_variance / n as f64;
        // Neither within nor between the groups can both be 0: then there would be no fit.
        let weight = self.between_variance / (self.between_variance + error);
        Ok(ShrunkenMean { raw, weight, mean: self.mean + weight * (raw - self.mean), variance: weight * error })
    }
}

/// What restricted likelihood needs of the groups.
struct Summary {
    /// Size and mean of each group.
    groups: Vec<(f64, f64)>,
    /// Squares around the groups' own means.
    within: f64,
    /// Number of values.
    total: f64,
}

impl Summary {
    fn new(groups: &[Vec<f64>]) -> Result<Self> {
        if groups.is_empty() {
            return Err(Invalid::Empty);
        }
        groups.iter().try_for_each(|values| checked(values))?;
        let total = groups.iter().map(|values| values.len() as f64).sum();
        if groups.len() < 2 || total <= groups.len() as f64 {
            return Err(Invalid::TooFew);
        }
        let means: Vec<(f64, f64)> = groups.iter().map(|values| (values.len() as f64, mean(values))).collect();
        let squares = |(values, (_, mean)): (&Vec<f64>, &(f64, f64))| values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        let within = groups.iter().zip(&means).map(squares).sum();
        Ok(Self { groups: means, within, total })
    }

    /// Profile at `λ = τ²/σ²`: mean, squares in units of `σ²`, criterion `−2 ln L` and its slope.
    fn at(&self, ratio: f64) -> Profile {
        let weights: Vec<f64> = self.groups.iter().map(|(n, _)| n / (1.0 + n * ratio)).collect();
        let all: f64 = weights.iter().sum();
        let mean = weights.iter().zip(&self.groups).map(|(w, (_, m))| w * m).sum::<f64>() / all;
        let (mut squares, mut squares_slope, mut logs, mut weights_squared) = (self.within, 0.0, 0.0, 0.0);
        for (w, (n, m)) in weights.iter().zip(&self.groups) {
            let square = (m - mean).powi(2);
            squares += w * square;
            squares_slope += w * w * square;
            logs += (n * ratio).ln_1p();
            weights_squared += w * w;
        }
        let freedom = self.total - 1.0;
        let criterion = freedom * squares.ln() + logs + all.ln();
        let slope = all - weights_squared / all - freedom * squares_slope / squares;
        Profile { ratio, mean, variance: squares / freedom, criterion, slope }
    }

    /// The best `λ` above 0: a scan of its logarithm, then bisection of the slope next to the lowest point.
    fn best(&self) -> Profile {
        let at = |ln_ratio: f64| self.at(ln_ratio.exp());
        let lowest = (-20..=30).map(f64::from).min_by(|a, b| at(*a).criterion.total_cmp(&at(*b).criterion)).unwrap_or_default();
        let (mut low, mut high) = (lowest - 1.0, lowest + 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if at(middle).slope < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        at(0.5 * (low + high))
    }
}

/// The restricted likelihood at one ratio of variances.
struct Profile {
    ratio: f64,
    mean: f64,
    variance: f64,
    criterion: f64,
    slope: f64,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Random effects by restricted maximum likelihood (Patterson and Thompson 1971), profiled on `λ = τ²/σ²`; one list of values a group.
///
/// `τ²` is 0 when the groups' means differ no more than chance makes them; `σ²` is 0 when values differ between the groups only.
///
/// # Errors
/// [`Invalid::Empty`] for no groups or a group without values, [`Invalid::NotFinite`], [`Invalid::TooFew`] for one group or when
/// every group has one value, [`Invalid::NoVariation`] if all values are equal.
pub fn random_effects(groups: &[Vec<f64>]) -> Result<RandomEffects> {
    let summary = Summary::new(groups)?;
    let pooled = summary.at(0.0);
    let all_squares = pooled.variance * (summary.total - 1.0);
    let largest = groups.iter().flatten().fold(0.0_f64, |largest, v| largest.max(v.abs()));
    // Means of equal values are off by rounding.
    let rounding = summary.total * (1e-14 * largest).powi(2);
    if all_squares <= rounding {
        return Err(Invalid::NoVariation);
    }
    if summary.within <= rounding {
        let means: Vec<f64> = summary.groups.iter().map(|(_, m)| *m).collect();
        let centre = mean(&means);
        let between_variance = means.iter().map(|m| (m - centre).powi(2)).sum::<f64>() / (means.len() - 1) as f64;
        return Ok(RandomEffects { mean: centre, between_variance, within_variance: 0.0 });
    }
    let best = summary.best();
    let best = if pooled.criterion <= best.criterion { pooled } else { best };
    Ok(RandomEffects { mean: best.mean, between_variance: best.ratio * best.variance, within_variance: best.variance })
}

/// Shrunken means of groups in their order, with the model they come from.
///
/// # Errors
/// As [`random_effects`].
pub fn shrunken_means(groups: &[Vec<f64>]) -> Result<(RandomEffects, Vec<ShrunkenMean>)> {
    let model = random_effects(groups)?;
    let shrunken: Result<Vec<ShrunkenMean>> = groups.iter().map(|values| model.shrunken(mean(values), values.len() as u64)).collect();
    Ok((model, shrunken?))
}

/// James and Stein's estimates of values with one known variance (Efron and Morris 1977).
#[derive(Debug, Clone, PartialEq)]
pub struct JamesStein {
    /// Mean of the values.
    pub mean: f64,
    /// The part of a difference from the mean that is kept, `1 − (k − 3) σ² / Σ (y − ȳ)²`; 0 where that is negative (the positive part).
    pub kept: f64,
    /// The estimates, in the order of the values.
    pub estimates: Vec<f64>,
}

/// James and Stein's estimates of `values`, each with an error of `variance`.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative variance, [`Invalid::TooFew`] for less than
/// four values, [`Invalid::NoVariation`] if all are equal.
pub fn james_stein(values: &[f64], variance: f64) -> Result<JamesStein> {
    checked(values)?;
    checked(&[variance])?;
    if variance < 0.0 {
        return Err(Invalid::OutOfRange("a variance"));
    }
    if values.len() < 4 {
        return Err(Invalid::TooFew);
    }
    let centre = mean(values);
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    // The mean of equal values is off by rounding.
    if values.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq()) || squares <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let kept = (1.0 - (values.len() - 3) as f64 * variance / squares).max(0.0);
    Ok(JamesStein { mean: centre, kept, estimates: values.iter().map(|v| centre + kept * (v - centre)).collect() })
}

#[cfg(test)]
mod tests {
    use super::{RandomEffects, Summary, james_stein, random_effects, shrunken_means};
    use crate::stats::Invalid;
    use crate::stats::numbers::{case, list, near};
    use serde_json::Value;

    const NUMBERS: &str = include_str!("../../tests/numbers/09_mean_shrinkage.json");

    fn lists(value: &Value) -> Vec<Vec<f64>> {
        value.as_array().unwrap().iter().map(list).collect()
    }

    #[test]
    fn published_dyestuff() {
        let case = case(NUMBERS, "dyestuff_reml");
        let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
        let (model, means) = shrunken_means(&lists(&case["inputs"]["groups"])).unwrap();
        near(model.between_variance, want["tau2"].as_f64().unwrap(), tolerance);
        near(model.within_variance, want["sigma2"].as_f64().unwrap(), tolerance);
        near(model.mean, want["mu"].as_f64().unwrap(), tolerance);
        means.iter().zip(list(&want["blup"])).for_each(|(got, want)| near(got.mean - model.mean, want, tolerance));
        // Balanced, so the analysis of variance gives the same: (MSB − MSW) / n.
        near(model.between_variance, 1764.05, 1e-7);
        near(model.within_variance, 2451.25, 1e-7);
    }

    #[test]
    fn published_unbalanced_scores() {
        let case = case(NUMBERS, "csat_1to5_unbalanced_reml");
        let want = &case["expected"];
        let (scores, number) = (lists(&case["inputs"]["scores"]), |name: &str| want[name].as_f64().unwrap());
        let fitted = random_effects(&scores).unwrap();
        near(fitted.between_variance / number("tau2"), 1.0, 1e-3);
        near(fitted.within_variance / number("sigma2"), 1.0, 1e-3);
        near(fitted.mean / number("mu"), 1.0, 1e-3);
        let given = RandomEffects { mean: number("mu"), between_variance: number("tau2"), within_variance: number("sigma2") };
        for (i, values) in scores.iter().enumerate() {
            let raw = values.iter().sum::<f64>() / values.len() as f64;
            let got = given.shrunken(raw, values.len() as u64).unwrap();
            for (got, name) in [(got.weight, "weights"), (got.raw, "raw_mean"), (got.mean, "shrunken_mean"), (got.variance, "cond_var")] {
                near(got, list(&want[name])[i], 1e-6);
            }
        }
    }

    #[test]
    fn published_baseball() {
        let case = case(NUMBERS, "efron_morris_baseball_js");
        let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
        let at_bats = case["inputs"]["at_bats"].as_f64().unwrap();
        let averages: Vec<f64> = list(&case["inputs"]["hits"]).iter().map(|h| h / at_bats).collect();
        let mean = averages.iter().sum::<f64>() / 18.0;
        let got = james_stein(&averages, mean * (1.0 - mean) / at_bats).unwrap();
        near(got.mean, want["grand_mean"].as_f64().unwrap(), tolerance);
        near(got.kept, want["c"].as_f64().unwrap(), tolerance);
        got.estimates.iter().zip(list(&want["js"])).for_each(|(got, want)| near(*got, want, tolerance));
    }

    #[test]
    fn groups_of_one_take_part() {
        let groups = [vec![1.0], vec![2.0, 3.0, 2.5, 2.5], vec![5.0], vec![4.0, 4.5]];
        let (model, means) = shrunken_means(&groups).unwrap();
        let (summary, ratio) = (Summary::new(&groups).unwrap(), model.between_variance / model.within_variance);
        for other in [0.0, 0.1 * ratio, 0.98 * ratio, 1.02 * ratio, 10.0 * ratio] {
            assert!(summary.at(other).criterion > summary.at(ratio).criterion, "{other} is better than {ratio}");
        }
        assert!(model.between_variance > 0.5 && model.within_variance > 0.0 && model.within_variance < 0.5, "{model:?}");
        assert!(means.iter().all(|m| m.weight > 0.0 && m.weight < 1.0 && (m.mean - model.mean).abs() < (m.raw - model.mean).abs()));
        assert!(means[0].weight < means[1].weight);
    }

    #[test]
    fn equal_means_are_pooled() {
        let (model, means) = shrunken_means(&[vec![1.0, 5.0], vec![2.0, 4.0], vec![3.0, 3.0, 3.0]]).unwrap();
        assert!(
            model.between_variance == 0.0 && (model.mean - 3.0).abs() < 1e-12 && (model.within_variance - 10.0 / 6.0).abs() < 1e-12,
            "{model:?}"
        );
        assert!(means.iter().all(|m| m.weight <= 0.0 && (m.mean - model.mean).abs() < 1e-15 && m.variance <= 0.0));
    }

    #[test]
    fn values_that_differ_between_groups_only_are_kept() {
        let (model, means) = shrunken_means(&[vec![0.1; 3], vec![0.7; 9], vec![0.4]]).unwrap();
        assert!(
            model.within_variance == 0.0 && (model.between_variance - 0.09).abs() < 1e-12 && (model.mean - 0.4).abs() < 1e-12,
            "{model:?}"
        );
        assert!(means.iter().all(|m| (m.mean - m.raw).abs() < 1e-15));
    }

    #[test]
    fn moving_and_stretching_all_values_moves_and_stretches_the_fit() {
        let groups = [vec![1.0, 2.0, 4.0], vec![3.0, 5.0], vec![2.0, 2.0, 1.0, 1.0]];
        let moved: Vec<Vec<f64>> = groups.iter().map(|g| g.iter().map(|v| 100.0 - 3.0 * v).collect()).collect();
        let (one, other) = (random_effects(&groups).unwrap(), random_effects(&moved).unwrap());
        near(other.mean, 100.0 - 3.0 * one.mean, 1e-9);
        near(other.between_variance, 9.0 * one.between_variance, 1e-8);
        near(other.within_variance, 9.0 * one.within_variance, 1e-8);
        let turned = [groups[2].clone(), groups[0].clone(), groups[1].clone()];
        near(random_effects(&turned).unwrap().between_variance, one.between_variance, 1e-10);
    }

    #[test]
    fn a_group_without_values_gets_the_mean() {
        let model = RandomEffects { mean: 4.0, between_variance: 0.2, within_variance: 1.0 };
        let got = model.shrunken(1.0, 0).unwrap();
        assert_eq!((got.mean, got.weight, got.variance), (4.0, 0.0, 0.2));
        assert_eq!(model.shrunken(f64::NAN, 3), Err(Invalid::NotFinite));
    }

    #[test]
    fn noisy_values_are_drawn_to_the_mean_altogether() {
        let got = james_stein(&[0.1, 0.2, 0.3, 0.2, 0.1], 5.0).unwrap();
        assert!(got.kept <= 0.0 && got.estimates.iter().all(|e| (e - got.mean).abs() < 1e-15));
        let exact = james_stein(&[0.1, 0.2, 0.3, 0.2, 0.1], 0.0).unwrap();
        assert!((exact.kept - 1.0).abs() < 1e-15);
    }

    #[test]
    fn refused() {
        assert_eq!(random_effects(&[]), Err(Invalid::Empty));
        assert_eq!(random_effects(&[vec![1.0], vec![]]), Err(Invalid::Empty));
        assert_eq!(random_effects(&[vec![1.0, f64::NAN], vec![2.0]]), Err(Invalid::NotFinite));
        assert_eq!(random_effects(&[vec![1.0, 2.0]]), Err(Invalid::TooFew));
        assert_eq!(random_effects(&[vec![1.0], vec![2.0], vec![3.0]]), Err(Invalid::TooFew));
        assert_eq!(random_effects(&[vec![0.1; 7], vec![0.1; 3]]), Err(Invalid::NoVariation));
        assert_eq!(james_stein(&[], 1.0), Err(Invalid::Empty));
        assert_eq!(james_stein(&[1.0, 2.0, f64::NAN, 3.0], 1.0), Err(Invalid::NotFinite));
        assert_eq!(james_stein(&[1.0, 2.0, 3.0, 4.0], f64::INFINITY), Err(Invalid::NotFinite));
        assert_eq!(james_stein(&[1.0, 2.0, 3.0, 4.0], -1.0), Err(Invalid::OutOfRange("a variance")));
        assert_eq!(james_stein(&[1.0, 2.0, 3.0], 1.0), Err(Invalid::TooFew));
        assert_eq!(james_stein(&[0.1; 5], 1.0), Err(Invalid::NoVariation));
    }
}
