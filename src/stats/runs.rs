//! Runs around the median (Anhøj and Olesen 2014): a shift without limits, good for short series.

use statrs::distribution::{Binomial, DiscreteCDF};

use super::median;
use super::{Invalid, Result, checked};

/// The runs test of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    /// Median of all values.
    pub median: f64,
    /// Values off the median; the others count for nothing.
    pub useful: usize,
    /// Most values in a row on one side.
    pub longest_run: usize,
    /// Longest run that chance explains: `round(log2 useful) + 3`.
    pub longest_run_limit: usize,
    /// How often the series crosses the median.
    pub crossings: usize,
    /// Fewest crossings that chance explains: the 5 % quantile of Binomial(useful − 1, ½).
    pub crossings_limit: usize,
}

impl Runs {
    /// A longer run or fewer crossings than chance explains. One to five of a hundred stable series do.
    pub const fn signal(&self) -> bool {
        self.longest_run > self.longest_run_limit || self.crossings < self.crossings_limit
    }
}

/// Anhøj's runs test of `values`, oldest first.
///
/// # Errors
/// `Empty`, `NotFinite`; `NoVariation` where every value is the median.
pub fn anhoej(values: &[f64]) -> Result<Runs> {
    checked(values)?;
    let median = median(values);
    // Equal but for rounding is on the median: a median of two values may miss its equals by a bit.
    let off = |value: &&f64| (**value - median).abs() > 1e-12 * value.abs().max(median.abs());
    let above: Vec<bool> = values.iter().filter(off).map(|value| *value > median).collect();
    let useful = above.len();
    if useful == 0 {
        return Err(Invalid::NoVariation);
    }
    let runs = || above.chunk_by(|a, b| a == b).map(<[bool]>::len);
    Ok(Runs {
        median,
        useful,
        longest_run: runs().max().unwrap_or(0),
        longest_run_limit: longest_run_limit(useful),
        crossings: runs().count() - 1,
        crossings_limit: crossings_limit(useful)?,
    })
}

fn longest_run_limit(useful: usize) -> usize {
    (useful as f64).log2().round() as usize + 3
}

fn crossings_limit(useful: usize) -> Result<usize> {
    let trials = useful as u64 - 1;
    let crossings = Binomial::new(0.5, trials).map_err(|_| Invalid::OutOfRange("number of values"))?;
    // Starts three and a half standard deviations below the mean, where the distribution is far below 5 %.
    let start = trials as f64 / 2.0 - 1.75 * (trials as f64).sqrt() - 1.0;
    let limit = (start.max(0.0) as u64..=trials).find(|k| crossings.cdf(*k) >= 0.05);
    Ok(limit.unwrap_or(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{case, counts, list, near};
    use super::*;

    const NUMBERS: &str = include_str!("../../tests/numbers/12_anhoej_runs.json");

    #[test]
    fn limits_of_10_to_60_points() {
        let case = case(NUMBERS, "limits_n10_to_60");
        let n = counts(&case["inputs"]["n"]);
        assert_eq!(n.len(), 51);
        let longest: Vec<u64> = n.iter().map(|n| longest_run_limit(*n as usize) as u64).collect();
        let crossings: Vec<u64> = n.iter().map(|n| crossings_limit(*n as usize).unwrap() as u64).collect();
        assert_eq!(longest, counts(&case["expected"]["longest_run_max"]));
        assert_eq!(crossings, counts(&case["expected"]["crossings_min"]));
    }

    #[test]
    fn published_runs() {
        for name in ["run_a", "run_b", "run_c", "run_d"] {
            let case = case(NUMBERS, name);
            let runs = anhoej(&list(&case["inputs"]["y"])).unwrap();
            let want = |what: &str| case["expected"][what].as_u64().unwrap() as usize;
            near(runs.median, case["expected"]["median"].as_f64().unwrap(), case["tolerance"].as_f64().unwrap());
            assert_eq!((runs.useful, runs.longest_run), (want("n_useful"), want("longest_run")), "{name}");
            assert_eq!((runs.crossings, runs.crossings_limit), (want("crossings"), want("crossings_min")), "{name}");
            assert_eq!(runs.longest_run_limit, want("longest_run_max"), "{name}");
            assert_eq!(runs.signal(), case["expected"]["signal"].as_bool().unwrap(), "{name}");
        }
    }

    /// Good and bad change places, and so do first and last.
    #[test]
    fn flips_and_reversals_change_nothing() {
        let values = [3.0, 5.0, 4.0, 9.0, 8.0, 9.0, 1.0, 7.5, 2.0, 2.5, 6.0];
        let runs = anhoej(&values).unwrap();
        let flipped = anhoej(&values.map(|v| -v)).unwrap();
        near(flipped.median, -runs.median, 0.0);
        assert_eq!(Runs { median: runs.median, ..flipped }, runs);
        let mut reversed = values;
        reversed.reverse();
        assert_eq!(anhoej(&reversed).unwrap(), runs);
    }

    /// (0.1 + 0.3) / 2 is not 0.2 to the bit in every order; a value that equals the median is on it.
    #[test]
    fn equal_but_for_rounding_is_on_the_median() {
        let median = anhoej(&[0.3, 0.1 + 0.2, 0.3, 0.1, 0.9, 0.3]).unwrap();
        assert_eq!(median.useful, 2);
    }

    #[test]
    fn long_series_have_limits_too() {
        let values: Vec<f64> = (0..5000).map(|i| f64::from(i % 2)).collect();
        let runs = anhoej(&values).unwrap();
        assert_eq!((runs.longest_run_limit, runs.crossings), (15, 4999));
        assert!((2435..=2445).contains(&runs.crossings_limit), "{}", runs.crossings_limit);
        assert!(!runs.signal());
    }

    #[test]
    fn refusals() {
        assert_eq!(anhoej(&[]), Err(Invalid::Empty));
        assert_eq!(anhoej(&[1.0, f64::NAN]), Err(Invalid::NotFinite));
        assert_eq!(anhoej(&[0.1; 12]), Err(Invalid::NoVariation));
    }
}
