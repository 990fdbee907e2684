//! Events over exposure (leavers over person-years), and the turnover figures people compute by hand.
//!
//! A **rate** is events per unit of time and may exceed 1: 12 % a month is 144 % a year. A **probability** is the chance that one
//! person leaves within the time and never exceeds 1: the same month is 78 % a year. The names here say which is which.

#[cfg(test)]
mod tests;

use super::distribution::beta_quantile;
use super::{Invalid, Proportion, Result, poisson};
use statrs::function::gamma::ln_gamma;
use std::ops::Range;

/// Tail left out on each side of a 95 % interval.
const TAIL: f64 = 0.025;

/// Chances that are equal on paper may differ in the last digits (the tolerance of R's `binom.test`).
const TIE: f64 = 1e-7;

/// Events over the time in which they could happen; the time is above 0 by construction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonTime {
    events: u64,
    time: f64,
}

impl PersonTime {
    /// `time` is the sum over all people, in the unit the rate shall have (years for a rate per year).
    ///
    /// # Errors
    /// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a time of 0 or less.
    pub fn new(events: u64, time: f64) -> Result<Self> {
        match time {
            _ if !time.is_finite() => Err(Invalid::NotFinite),
            _ if time <= 0.0 => Err(Invalid::OutOfRange("time")),
            _ => Ok(Self { events, time }),
        }
    }

    /// Number of events.
    pub const fn events(self) -> u64 {
        self.events
    }

    /// Exposure.
    pub const fn time(self) -> f64 {
        self.time
    }

    /// Events per unit of time.
    pub fn rate(self) -> f64 {
        self.events as f64 / self.time
    }

    /// Exact 95 % limits of [`Self::rate`] (Garwood 1936): quantiles of chi-square with `2d` and `2d + 2` degrees of freedom, over
    /// twice the time. 0 for the lower one without events.
    pub fn rate_limits(self) -> (f64, f64) {
        let (low, high) = poisson::exact_limits_95(self.events);
        (low / self.time, high / self.time)
    }

    /// Chance that one person has the event within one unit of time, if the rate stays: `1 - exp(-rate)`.
    pub fn probability(self) -> f64 {
        probability_of_rate(self.rate())
    }

    /// 95 % limits of [`Self::probability`].
    pub fn probability_limits(self) -> (f64, f64) {
        let (low, high) = self.rate_limits();
        (probability_of_rate(low), probability_of_rate(high))
    }
}

/// Two rates compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatio {
    /// First rate over second; `None` without events in the second.
    pub ratio: Option<f64>,
    /// Exact lower 95 % limit; 0 without events in the first.
    pub low: f64,
    /// Exact upper 95 % limit; `None` (unbounded) without events in the second.
    pub high: Option<f64>,
    /// Two-sided exact p that the rates are equal: the sum of the chances of all splits no likelier than the one seen.
    pub p_exact: f64,
    /// The same less half the chance of the split seen: less timid with few events.
    pub p_mid: f64,
}

/// First rate over second, given all events: `d1` of `d1 + d2` is binomial with share `T1 / (T1 + T2)` if the rates are equal
/// (Przyborowski and Wilenski 1940). Limits by Clopper and Pearson (1934), p as in R's `poisson.test`.
///
/// # Errors
/// [`Invalid::NoVariation`] if neither has events; [`Invalid::OutOfRange`] if the times are too far apart for a comparison.
pub fn rate_ratio(first: PersonTime, second: PersonTime) -> Result<RateRatio> {
    let share = first.time / (first.time + second.time);
    let scale = second.time / first.time;
    if first.events == 0 && second.events == 0 {
        return Err(Invalid::NoVariation);
    }
    if !(share > 0.0 && share < 1.0 && scale.is_finite() && scale > 0.0) {
        return Err(Invalid::OutOfRange("time"));
    }
    let (a, b) = (first.events as f64, second.events as f64);
    let odds = |p: f64| p / (1.0 - p);
    let low = if first.events == 0 { 0.0 } else { odds(beta_quantile(a, b + 1.0, TAIL)) * scale };
    // From the other side, so that an upper share close to 1 keeps its digits.
    let high = (second.events > 0).then(|| scale / odds(beta_quantile(b, a + 1.0, TAIL)));
    let (p_exact, chance) = split_test(first.events, second.events, share);
    Ok(RateRatio { ratio: (second.events > 0).then(|| a / b * scale), low, high, p_exact, p_mid: (p_exact - chance / 2.0).max(0.0) })
}

/// Two-sided p of a split by chances no greater than its own, and its chance.
fn split_test(first: u64, second: u64, share: f64) -> (f64, f64) {
    let all = first + second;
    let whole = ln_gamma(all as f64 + 1.0);
    let chance = |k: u64| {
        let (k, rest) = (k as f64, (all - k) as f64);
        (whole - ln_gamma(k + 1.0) - ln_gamma(rest + 1.0) + k * share.ln() + rest * (-share).ln_1p()).exp()
    };
    let seen = chance(first);
    let p: f64 = (0..=all).map(chance).filter(|&c| c <= seen * (1.0 + TIE)).sum();
    (p.min(1.0), seen)
}

fn probability_of_rate(rate: f64) -> f64 {
    -(-rate).exp_m1()
}

/// Chance that one person leaves within `periods` at a constant rate per period: `1 - exp(-rate · periods)`.
///
/// # Errors
/// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a negative number.
pub fn leaving_probability(rate: f64, periods: f64) -> Result<f64> {
    Ok(probability_of_rate(annualised_rate(rate, periods)?))
}

/// A rate per period as a rate per year: `rate · periods`. It may exceed 1.
///
/// # Errors
/// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a negative number.
pub fn annualised_rate(rate: f64, periods: f64) -> Result<f64> {
    let rate = not_negative(rate, "rate")? * not_negative(periods, "periods")?;
    if rate.is_finite() { Ok(rate) } else { Err(Invalid::NotFinite) }
}

/// The share that leaves in each period, compounded to the probability of leaving within `periods`: `1 - (1 - share)^periods`.
///
/// # Errors
/// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a negative number or a share above 1.
pub fn compounded_probability(share: f64, periods: f64) -> Result<f64> {
    let (share, periods) = (not_negative(share, "share")?, not_negative(periods, "periods")?);
    match share {
        _ if share > 1.0 => Err(Invalid::OutOfRange("share")),
        // The power of 0 would be 1 - 0^0.
        _ if periods <= 0.0 => Ok(0.0),
        _ => Ok(-(periods * (-share).ln_1p()).exp_m1()),
    }
}

/// Leavers over an average headcount: a rate per period, as most reports have it. It may exceed 1.
///
/// # Errors
/// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a headcount of 0 or less.
pub fn turnover_rate(leavers: u64, average_headcount: f64) -> Result<f64> {
    Ok(PersonTime::new(leavers, average_headcount)
        .map_err(|why| if why == Invalid::NotFinite { why } else { Invalid::OutOfRange("headcount") })?
        .rate())
}

/// Mean of the headcounts at the start and the end of a period. Blind to what happens in between; see [`daily_average`].
pub fn start_end_average(start: u64, end: u64) -> f64 {
    f64::midpoint(start as f64, end as f64)
}

/// Headcount of a period told by its changes. Days count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Headcount before the first day.
    pub start: u64,
    /// Day and number of people; they count from that day on.
    pub hires: Vec<(u64, u64)>,
    /// Day and number of people; they count until the day before.
    pub leavers: Vec<(u64, u64)>,
    /// Days of the period.
    pub days: u64,
}

/// Mean headcount over the days of a period.
///
/// # Errors
/// [`Invalid::Empty`] for no days, [`Invalid::OutOfRange`] for a day outside of the period or more leavers than people on a day.
pub fn daily_average(changes: &Changes) -> Result<f64> {
    let days = changes.days;
    if days == 0 {
        return Err(Invalid::Empty);
    }
    if changes.hires.iter().chain(&changes.leavers).any(|&(day, _)| day == 0 || day > days) {
        return Err(Invalid::OutOfRange("day"));
    }
    let until =
        |list: &[(u64, u64)], last: u64| list.iter().filter(|&&(day, _)| day <= last).map(|&(_, people)| u128::from(people)).sum::<u128>();
    let present = |day: u64| u128::from(changes.start) + until(&changes.hires, day);
    if changes.leavers.iter().any(|&(day, _)| until(&changes.leavers, day) > present(day)) {
        return Err(Invalid::OutOfRange("leavers"));
    }
    let person_days = |list: &[(u64, u64)]| list.iter().map(|&(day, people)| u128::from(people) * u128::from(days - day + 1)).sum::<u128>();
    let total = u128::from(changes.start) * u128::from(days) + person_days(&changes.hires) - person_days(&changes.leavers);
    Ok(total as f64 / days as f64)
}

/// One employment, in day numbers of any calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// First day.
    pub hired: i64,
    /// Day of leaving, which does not count as employed; `None` for those still there.
    pub left: Option<i64>,
}

/// Leavers and person-days within a window of days, its end exclusive. The rate is `PersonTime::new(leavers, person_days / 365.25)`.
///
/// # Errors
/// [`Invalid::Empty`] for an empty window, [`Invalid::OutOfRange`] for one who left before being hired.
pub fn leavers_and_days(stays: &[Stay], window: &Range<i64>) -> Result<(u64, u64)> {
    if window.is_empty() {
        return Err(Invalid::Empty);
    }
    if stays.iter().any(|stay| stay.left.is_some_and(|left| left < stay.hired)) {
        return Err(Invalid::OutOfRange("left"));
    }
    let leavers = stays.iter().filter(|stay| stay.left.is_some_and(|left| window.contains(&left))).count() as u64;
    let days = |stay: &Stay| {
        let (from, to) = (stay.hired.max(window.start), stay.left.unwrap_or(window.end).min(window.end));
        if to > from { to.abs_diff(from) } else { 0 }
    };
    Ok((leavers, stays.iter().map(days).sum()))
}

/// Leavers among those there at the start: a probability, unlike leavers over an average headcount. Later hires who leave do not count.
///
/// # Errors
/// [`Invalid::Empty`] for an empty window or nobody there at its start, [`Invalid::OutOfRange`] for one who left before being hired.
pub fn leavers_of_those_at_start(stays: &[Stay], window: &Range<i64>) -> Result<Proportion> {
    let there: Vec<Stay> =
        stays.iter().filter(|stay| stay.hired < window.start && stay.left.is_none_or(|left| left >= window.start)).copied().collect();
    let (leavers, _) = leavers_and_days(&there, window)?;
    Proportion::new(leavers, there.len() as u64)
}

fn not_negative(value: f64, what: &'static str) -> Result<f64> {
    match value {
        _ if !value.is_finite() => Err(Invalid::NotFinite),
        _ if value < 0.0 => Err(Invalid::OutOfRange(what)),
        _ => Ok(value),
    }
}
