//! Counts that vary more than chance alone: the negative binomial distribution, told by its mean and its variance.

use super::distribution::beta_tails;
use super::{Invalid, Result, checked_open_unit};

/// A negative binomial distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NegativeBinomial {
    mean: f64,
    /// Its size: the mean squared over the variance beyond chance.
    size: f64,
}

impl NegativeBinomial {
    /// The distribution of a mean and a variance above it.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] unless `0 < mean < variance`, both finite.
    pub fn new(mean: f64, variance: f64) -> Result<Self> {
        let size = mean * mean / (variance - mean);
        let is_defined = mean > 0.0 && variance > mean && variance.is_finite() && size.is_finite() && size > 0.0;
        if is_defined { Ok(Self { mean, size }) } else { Err(Invalid::OutOfRange("a variance that is not above its mean")) }
    }

    /// The chance of at most `x`.
    pub fn at_most(self, x: u64) -> f64 {
        beta_tails(self.size, x as f64 + 1.0, self.size / (self.size + self.mean)).0
    }

    /// The chance of none.
    pub fn none(self) -> f64 {
        (-self.size * (self.mean / self.size).ln_1p()).exp()
    }

    /// The smallest count that at most this many have at least the chance of, by halving.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] for a chance that is not strictly between 0 and 1.
    pub fn quantile(self, chance: f64) -> Result<u64> {
        let chance = checked_open_unit(chance, "chance")?;
        let mut high = (self.mean as u64).saturating_add(1);
        while self.at_most(high) < chance && high < u64::MAX / 2 {
            high *= 2;
        }
        let mut low = 0;
        while low < high {
            let middle = u64::midpoint(low, high);
            if self.at_most(middle) < chance {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::near;
    use super::*;
    use proptest::prelude::*;

    /// Mean 1, variance 2 is the geometric distribution of a fair coin: ½, ¾, ⅞ …
    #[test]
    fn a_fair_coin() {
        let coin = NegativeBinomial::new(1.0, 2.0).unwrap();
        for (x, want) in [(0, 0.5), (1, 0.75), (2, 0.875), (9, 1.0 - 1.0 / 1024.0)] {
            near(coin.at_most(x), want, 1e-12);
        }
        near(coin.none(), 0.5, 1e-12);
        let quantiles: Vec<u64> = [0.4, 0.6, 0.8, 0.999].iter().map(|p| coin.quantile(*p).unwrap()).collect();
        assert_eq!(quantiles, [0, 1, 2, 9]);
    }

    /// Size 2, mean 6: the chance of x is (x + 1) (¼)² (¾)^x; of at most 3 by hand 1/16 (1 + 3/2 + 27/16 + 27/16) = 0.3671875.
    #[test]
    fn size_two() {
        let two = NegativeBinomial::new(6.0, 24.0).unwrap();
        near(two.at_most(3), 0.367_187_5, 1e-12);
        near(two.none(), 0.0625, 1e-12);
    }

    #[test]
    fn refused() {
        for (mean, variance) in [(0.0, 1.0), (5.0, 5.0), (5.0, 4.0), (f64::NAN, 1.0), (1.0, f64::INFINITY), (f64::INFINITY, f64::INFINITY)]
        {
            assert!(NegativeBinomial::new(mean, variance).is_err(), "{mean} {variance}");
        }
        let fine = NegativeBinomial::new(1.0, 2.0).unwrap();
        assert!(fine.quantile(0.0).is_err() && fine.quantile(1.0).is_err() && fine.quantile(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn laws(mean in 0.01_f64..1e7, spread in 1e-6_f64..1.0, chance in 0.0001..0.9999) {
            let counts = NegativeBinomial::new(mean, mean + spread * mean * mean + mean * 1e-3).unwrap();
            let at = counts.quantile(chance).unwrap();
            prop_assert!(counts.at_most(at) >= chance);
            prop_assert!(at == 0 || counts.at_most(at - 1) < chance);
            prop_assert!((counts.at_most(0) - counts.none()).abs() < 1e-9);
        }
    }
}
