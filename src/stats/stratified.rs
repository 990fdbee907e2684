//! Does the service level measure what customers rate? Two-by-two tables of SLA (met or missed) and rating (good or bad), one or many,
//! and what unanswered surveys could hide.

use super::distribution::Z_95;
use super::interval::wilson_95;
use super::{Invalid, Proportion, Result};
use statrs::function::erf::erfc;

#[cfg(test)]
mod tests;

/// Rated tickets by SLA and rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoByTwo {
    /// SLA met, good rating.
    pub met_good: u64,
    /// SLA met, bad rating: the watermelon, green outside and red inside.
    pub met_bad: u64,
    /// SLA missed, good rating.
    pub missed_good: u64,
    /// SLA missed, bad rating.
    pub missed_bad: u64,
}

/// A share with its Wilson 95 % limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Hits of n.
    pub of: Proportion,
    /// Lower and upper limit, 0 to 1.
    pub limits: (f64, f64),
}

/// An odds ratio on the logarithmic scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OddsRatio {
    /// Odds of a good rating with the SLA met, over those with it missed. 1: the two have nothing to do with each other.
    pub ratio: f64,
    /// Standard error of its natural logarithm.
    pub log_se: f64,
}

/// What a two-by-two table says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watermelon {
    /// Bad ratings among tickets with the SLA met; `None` without such tickets.
    pub bad_given_met: Option<Share>,
    /// Bad ratings among tickets with the SLA missed; `None` without such tickets.
    pub bad_given_missed: Option<Share>,
    /// Bad ratings hidden under a met SLA, of all bad ratings; `None` without bad ratings.
    pub bad_under_green: Option<Share>,
    /// Correlation of the two (Pearson's phi), -1 to 1; `None` if one of them never varies.
    pub phi: Option<f64>,
    /// Odds ratio with its standard error (Woolf 1955); `None` if one of the four cells is 0.
    pub odds_ratio: Option<OddsRatio>,
}

/// A common odds ratio across strata (Mantel and Haenszel 1959).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CochranMantelHaenszel {
    /// Strata that say something: those where both SLA and rating vary.
    pub strata: u64,
    /// Test statistic on one degree of freedom, without continuity correction.
    pub chi_square: f64,
    /// Its p: chance of such a statistic or a greater one if rating and SLA are unrelated within every stratum.
    pub p: f64,
    /// Statistic with continuity correction ½, never below 0.
    pub chi_square_corrected: f64,
    /// Its p.
    pub p_corrected: f64,
    /// Common odds ratio with the standard error of Robins, Breslow and Greenland (1986); `None` if it is 0 or infinite.
    pub odds_ratio: Option<OddsRatio>,
}

/// Bounds of a score when only some customers answer (Manski 1989).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonResponse {
    /// Good ratings of those who answered.
    pub answered: Share,
    /// Answers of all tickets.
    pub response: Proportion,
    /// Share of good if all who are silent were unhappy.
    pub low: f64,
    /// Share of good if all who are silent were happy.
    pub high: f64,
}

impl TwoByTwo {
    /// Tickets.
    pub const fn n(&self) -> u64 {
        self.met_good + self.met_bad + self.missed_good + self.missed_bad
    }

    /// Cells as `a, b, c, d`: met good, met bad, missed good, missed bad.
    const fn cells(&self) -> [f64; 4] {
        [self.met_good as f64, self.met_bad as f64, self.missed_good as f64, self.missed_bad as f64]
    }
}

impl Share {
    fn new(hits: u64, rest: u64) -> Option<Self> {
        let of = Proportion::new(hits, hits + rest).ok()?;
        Some(Self { of, limits: wilson_95(of) })
    }
}

impl OddsRatio {
    /// 95 % limits, symmetric on the logarithmic scale.
    pub fn limits(&self) -> (f64, f64) {
        let factor = (Z_95 * self.log_se).exp();
        (self.ratio / factor, self.ratio * factor)
    }
}

/// Reads one table.
///
/// # Errors
/// [`Invalid::Empty`] for a table without tickets.
pub fn watermelon(table: &TwoByTwo) -> Result<Watermelon> {
    if table.n() == 0 {
        return Err(Invalid::Empty);
    }
    let [a, b, c, d] = table.cells();
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    let is_full = a * b * c * d > 0.0;
    Ok(Watermelon {
        bad_given_met: Share::new(table.met_bad, table.met_good),
        bad_given_missed: Share::new(table.missed_bad, table.missed_good),
        bad_under_green: Share::new(table.met_bad, table.missed_bad),
        phi: (margins > 0.0).then(|| (a * d - b * c) / margins.sqrt()),
        odds_ratio: is_full.then(|| OddsRatio { ratio: a * d / (b * c), log_se: (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt() }),
    })
}

/// The relation of SLA and rating within strata (one priority, one queue each), pooled. Strata without tickets, or where SLA or rating
/// never vary, say nothing and drop out.
///
/// # Errors
/// [`Invalid::Empty`] for no strata, [`Invalid::NoVariation`] if all drop out.
pub fn cochran_mantel_haenszel(strata: &[TwoByTwo]) -> Result<CochranMantelHaenszel> {
    if strata.is_empty() {
        return Err(Invalid::Empty);
    }
    let mut sums = Sums::default();
    strata.iter().for_each(|table| sums.add(table));
    if sums.variance <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let deviation = sums.deviation.abs();
    let chi_square = deviation.powi(2) / sums.variance;
    let chi_square_corrected = (deviation - 0.5).max(0.0).powi(2) / sums.variance;
    Ok(CochranMantelHaenszel {
        strata: sums.strata,
        chi_square,
        p: tail(chi_square),
        chi_square_corrected,
        p_corrected: tail(chi_square_corrected),
        odds_ratio: sums.odds_ratio(),
    })
}

/// Sums over strata; `R = ad/n`, `S = bc/n`, `P = (a + d)/n`, `Q = (b + c)/n`.
#[derive(Default)]
struct Sums {
    strata: u64,
    deviation: f64,
    variance: f64,
    r: f64,
    s: f64,
    pr: f64,
    ps_qr: f64,
    qs: f64,
}

impl Sums {
    fn add(&mut self, table: &TwoByTwo) {
        let [a, b, c, d] = table.cells();
        let (met, missed, good, bad) = (a + b, c + d, a + c, b + d);
        let all = met + missed;
        if met * missed * good * bad <= 0.0 {
            return;
        }
        self.strata += 1;
        self.deviation += a - met * good / all;
        self.variance += met * missed * good * bad / (all * all * (all - 1.0));
        let (concordant, discordant) = ((a + d) / all, (b + c) / all);
        let (for_it, against_it) = (a * d / all, b * c / all);
        self.r += for_it;
        self.s += against_it;
        self.pr += concordant * for_it;
        self.ps_qr += concordant * against_it + discordant * for_it;
        self.qs += discordant * against_it;
    }

    fn odds_ratio(&self) -> Option<OddsRatio> {
        let (r, s) = (self.r, self.s);
        let variance = || self.pr / (2.0 * r * r) + self.ps_qr / (2.0 * r * s) + self.qs / (2.0 * s * s);
        (r > 0.0 && s > 0.0).then(|| OddsRatio { ratio: r / s, log_se: variance().sqrt() })
    }
}

/// Upper tail of chi-square on one degree of freedom.
fn tail(chi_square: f64) -> f64 {
    erfc((chi_square / 2.0).sqrt())
}

/// What the share of good ratings of all tickets may be, whatever the silent ones think. `good` are the good ratings of the answers.
///
/// # Errors
/// [`Invalid::OutOfRange`] for more answers than tickets.
pub fn non_response(tickets: u64, good: Proportion) -> Result<NonResponse> {
    let response = Proportion::new(good.n(), tickets).map_err(|_| Invalid::OutOfRange("tickets"))?;
    let all = tickets as f64;
    let silent = (tickets - good.n()) as f64;
    Ok(NonResponse {
        answered: Share { of: good, limits: wilson_95(good) },
        response,
        low: good.hits() as f64 / all,
        high: (good.hits() as f64 + silent) / all,
    })
}
