//! Two samples of numbers: by how much their means or quantiles differ.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::distribution::z_of;
use super::{Invalid, Result, checked};

/// How many numbers there are, where they lie and how far apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// How many; at least 1.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance, by `n - 1`; 0 for a single one.
    pub variance: f64,
}

impl Moments {
    /// # Errors
    /// [`Invalid::Empty`] or [`Invalid::NotFinite`].
    pub fn of(values: &[f64]) -> Result<Self> {
        checked(values)?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Ok(Self { n: values.len() as u64, mean, variance: if values.len() > 1 { squares / (n - 1.0) } else { 0.0 } })
    }

    /// The interval of the mean by Student's t.
    ///
    /// # Errors
    /// [`Invalid::TooFew`] for a single number, [`Invalid::OutOfRange`] for a confidence that is none.
    pub fn interval(self, confidence: f64) -> Result<(f64, f64)> {
        let error = (self.variance / self.n as f64).sqrt();
        let t = t_of(confidence, self.n as f64 - 1.0)?;
        Ok((self.mean - t * error, self.mean + t * error))
    }
}

/// The interval of `after - before` of two means, variances not taken to be alike (Welch 1947).
///
/// # Errors
/// [`Invalid::TooFew`] if either has a single number, [`Invalid::OutOfRange`] for a confidence that is none.
pub fn welch(after: Moments, before: Moments, confidence: f64) -> Result<(f64, f64)> {
    let difference = after.mean - before.mean;
    let part = |m: Moments| m.variance / m.n as f64;
    let (a, b) = (part(after), part(before));
    if after.n < 2 || before.n < 2 {
        return Err(Invalid::TooFew);
    }
    if a + b <= 0.0 {
        return Ok((difference, difference));
    }
    let freedom = (a + b).powi(2) / (a.powi(2) / (after.n as f64 - 1.0) + b.powi(2) / (before.n as f64 - 1.0));
    let reach = t_of(confidence, freedom)? * (a + b).sqrt();
    Ok((difference - reach, difference + reach))
}

fn t_of(confidence: f64, freedom: f64) -> Result<f64> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(Invalid::OutOfRange("the confidence"));
    }
    let t = StudentsT::new(0.0, 1.0, freedom).map_err(|_| Invalid::TooFew)?;
    Ok(t.inverse_cdf(f64::midpoint(1.0, confidence)))
}

/// A quantile with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The quantile, linear between neighbours (type 7 of Hyndman and Fan 1996).
    pub value: f64,
    /// Its interval, by ranks.
    pub interval: (f64, f64),
    /// Its standard error: half the interval's width in normal standard deviations (Woodruff 1952).
    pub error: f64,
}

/// A quantile of numbers in ascending order, with the interval of the ranks it may truly have (Woodruff 1952; normal ranks).
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a share or confidence that is none.
pub fn quantile(sorted: &[f64], share: f64, confidence: f64) -> Result<Quantile> {
    checked(sorted)?;
    if !(share > 0.0 && share < 1.0) {
        return Err(Invalid::OutOfRange("the share"));
    }
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(Invalid::OutOfRange("the confidence"));
    }
    let n = sorted.len() as f64;
    let at = |place: f64| {
        let place = place.clamp(0.0, n - 1.0);
        let low = place.floor() as usize;
        let high = (low + 1).min(sorted.len() - 1);
        sorted[low] + (sorted[high] - sorted[low]) * place.fract()
    };
    let z = z_of(confidence);
    let reach = z * (n * share * (1.0 - share)).sqrt();
    // The kth smallest of n stands for the share k / n: ranks outwards, so that few rows are not taken for sure.
    let interval = (at((n * share - reach).floor() - 1.0), at((n * share + reach).ceil()));
    Ok(Quantile { value: at((n - 1.0) * share), interval, error: (interval.1 - interval.0) / (2.0 * z) })
}

/// The interval of `after - before` of two quantiles, by their standard errors.
///
/// # Errors
/// [`Invalid::OutOfRange`] for a confidence that is none.
pub fn quantile_difference(after: Quantile, before: Quantile, confidence: f64) -> Result<(f64, f64)> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(Invalid::OutOfRange("the confidence"));
    }
    let (difference, reach) = (after.value - before.value, z_of(confidence) * after.error.hypot(before.error));
    Ok((difference - reach, difference + reach))
}

#[cfg(test)]
mod tests {
    use super::super::numbers::near;
    use super::super::random::Random;
    use super::*;

    #[test]
    fn welch_of_a_textbook() {
        // R: t.test(c(5, 7, 9, 12), c(1, 2, 4)): difference 5.9167, t 3.351, df 4.7535, interval 1.3083 to 10.525.
        let (after, before) = (Moments::of(&[5.0, 7.0, 9.0, 12.0]).unwrap(), Moments::of(&[1.0, 2.0, 4.0]).unwrap());
        near(after.variance, 8.916_666_666_666_666, 1e-12);
        let (low, high) = welch(after, before, 0.95).unwrap();
        near(f64::midpoint(low, high), 5.916_666_666_666_667, 1e-12);
        let error = (after.variance / 4.0 + before.variance / 3.0).sqrt();
        let t = (high - low) / 2.0 / error;
        assert!(t > 2.57 && t < 2.78, "between the t of 5 and of 4 degrees of freedom: {t}");
        assert_eq!(welch(after, Moments::of(&[1.0]).unwrap(), 0.95), Err(Invalid::TooFew));
        assert_eq!(Moments::of(&[3.0]).unwrap().interval(0.95), Err(Invalid::TooFew));
    }

    #[test]
    fn the_same_numbers_do_not_differ() {
        let same = Moments::of(&[4.0; 8]).unwrap();
        assert_eq!(welch(same, same, 0.95), Ok((0.0, 0.0)));
        let q = quantile(&[4.0; 8], 0.5, 0.95).unwrap();
        assert_eq!((q.value, q.interval, q.error), (4.0, (4.0, 4.0), 0.0));
    }

    #[test]
    fn a_median_has_the_interval_of_its_ranks() {
        // Of 100 numbers the ranks 40 to 60 (of 1 to 100) and one more on either side.
        let numbers: Vec<f64> = (1..=100).map(f64::from).collect();
        let q = quantile(&numbers, 0.5, 0.95).unwrap();
        assert_eq!((q.value, q.interval), (50.5, (40.0, 61.0)));
        assert_eq!(quantile(&[], 0.5, 0.95), Err(Invalid::Empty));
        assert_eq!(quantile(&[1.0], 0.5, 0.95).unwrap().interval, (1.0, 1.0));
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let mut random = Random::new(7);
        let (mut held, runs) = ([0; 2], 400);
        for _ in 0..runs {
            let draw = |random: &mut Random, n: usize| -> Vec<f64> {
                let mut values: Vec<f64> = (0..n).map(|_| (random.normal() * 0.8).exp()).collect();
                values.sort_by(f64::total_cmp);
                values
            };
            let (a, b) = (draw(&mut random, 60), draw(&mut random, 90));
            let (low, high) = welch(Moments::of(&a).unwrap(), Moments::of(&b).unwrap(), 0.95).unwrap();
            held[0] += i32::from(low <= 0.0 && high >= 0.0);
            let (qa, qb) = (quantile(&a, 0.5, 0.95).unwrap(), quantile(&b, 0.5, 0.95).unwrap());
            let (low, high) = quantile_difference(qa, qb, 0.95).unwrap();
            held[1] += i32::from(low <= 0.0 && high >= 0.0);
        }
        assert!(held.iter().all(|h| *h >= 370), "{held:?} of {runs}");
    }
}
