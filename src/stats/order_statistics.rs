//! Between which of its own values a quantile lies: nothing is taken for granted of how they are spread.

use super::distribution::binomial_quantile;
use super::{Result, checked_open_unit};

/// The ranks, from 1, of the two of `n` independent values that hold the `q` quantile of what they were drawn from with at least the given
/// confidence; `None` where there are too few values for both ends (Conover 1999, Practical Nonparametric Statistics, section 3.2).
///
/// As many of the values as a binomial distribution of `n` and `q` has hits lie below the quantile, however they are spread; ties make the
/// interval hold more than it says. Each end leaves out at most half of what the confidence allows.
///
/// # Errors
/// [`super::Invalid::OutOfRange`] for a quantile or a confidence that is not strictly between 0 and 1.
pub fn quantile_ranks(n: u64, q: f64, confidence: f64) -> Result<Option<(u64, u64)>> {
    let (q, tail) = (checked_open_unit(q, "quantile")?, (1.0 - checked_open_unit(confidence, "confidence")?) / 2.0);
    let low = binomial_quantile(n, q, tail).count;
    let high = binomial_quantile(n, q, 1.0 - tail).count + 1;
    Ok((low >= 1 && high <= n).then_some((low, high)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::distribution::binomial_at_most;

    #[test]
    fn ranks_as_in_the_tables_of_the_sign_test() {
        let median = |n| quantile_ranks(n, 0.5, 0.95).unwrap();
        assert_eq!([median(0), median(1), median(5)], [None, None, None]);
        // Campbell and Gardner 1988, BMJ 296, table of the median's ranks.
        for (n, ranks) in [(6, (1, 6)), (10, (2, 9)), (15, (4, 12)), (20, (6, 15)), (30, (10, 21)), (50, (18, 33)), (100, (40, 61))] {
            assert_eq!(median(n), Some(ranks), "{n}");
        }
        // By hand: 0.9³⁵ = 0.0250, so that 36 values are needed for one to lie above the upper end.
        let tenth = |n| quantile_ranks(n, 0.9, 0.95).unwrap();
        assert_eq!((tenth(35).map(|r| r.1), tenth(36).map(|r| r.1)), (None, Some(36)));
        assert!(quantile_ranks(10, 1.0, 0.95).is_err() && quantile_ranks(10, 0.5, 0.0).is_err());
    }

    proptest! {
        /// The chance that the quantile lies between the two is that of so many hits, and no narrower pair would do on either side.
        #[test]
        fn it_holds_what_it_says(n in 0_u64..2_000, q in 0.02_f64..0.98, confidence in 0.5_f64..0.999) {
            let Some((low, high)) = quantile_ranks(n, q, confidence).unwrap() else { return Ok(()) };
            prop_assert!(1 <= low && low < high && high <= n);
            let below = |rank: u64| if rank == 0 { 0.0 } else { binomial_at_most(rank - 1, n, q) };
            let tail = (1.0 - confidence) / 2.0;
            prop_assert!(below(low) <= tail + 1e-9 && 1.0 - below(high) <= tail + 1e-9);
            prop_assert!(below(low + 1) >= tail - 1e-9 && 1.0 - below(high - 1) >= tail - 1e-9);
        }
    }
}
