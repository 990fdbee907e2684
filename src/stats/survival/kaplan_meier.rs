//! The share still there (Kaplan and Meier 1958), with everything that is read from its curve.

use super::{RiskSet, Spell, checked_time, tally};
use crate::stats::distribution::Z_95;
use crate::stats::{Invalid, Result, checked_open_unit};

/// Products of fractions miss a round share such as one half by a few units in the last place.
const ROUNDING: f64 = 1e-9;

/// The scale on which 95 % limits are symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// `ln(-ln S)`: stays between 0 and 1, the better one for few events (Kalbfleisch and Prentice 1980).
    LogLog,
    /// `ln S`, cut off at 1: the default of R's `survfit`.
    Log,
}

/// The curve right after the events of one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When the events happened.
    pub time: f64,
    /// How many were at risk just before.
    pub at_risk: u64,
    /// How many events happened, at least 1.
    pub events: u64,
    /// Share still there, 0 to 1.
    pub survival: f64,
    /// Standard error of `survival` (Greenwood 1926); `None` once nobody is left, where it is not defined.
    pub se: Option<f64>,
    /// Cumulative hazard (Nelson 1972, Aalen 1978): sum of events over those at risk.
    pub hazard: f64,
    /// Standard error of `hazard`: root of the sum of `events / at_risk²`.
    pub hazard_se: f64,
}

/// The share still there at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Share still there, 0 to 1.
    pub survival: f64,
    /// Its standard error (Greenwood); `None` before the first event and once nobody is left.
    pub se: Option<f64>,
    /// Its 95 % limits; `None` where there is no standard error.
    pub limits: Option<(f64, f64)>,
}

/// When a share of all has left, with the times where the 95 % limits of the curve cross it (Brookmeyer and Crowley 1982).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The first time by which the share has left; `None` if fewer left.
    pub time: Option<f64>,
    /// Its lower limit; `None` if the lower limit of the curve does not get there.
    pub low: Option<f64>,
    /// Its upper limit; `None` if the upper limit of the curve does not get there, which is usual in small teams.
    pub high: Option<f64>,
}

/// Mean time kept within a horizon: the area under the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMean {
    /// Mean time kept, 0 to the horizon, in the unit of the spells.
    pub mean: f64,
    /// Its standard error, without small-sample correction as in R's `survfit`; `None` if no event happens within the horizon.
    pub se: Option<f64>,
}

/// A Kaplan-Meier curve with delayed entry.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    steps: Vec<Step>,
    gaps: Vec<(f64, f64)>,
    end: f64,
}

impl KaplanMeier {
    /// The curve of the spells. Events at one time are tied; an exit without event at that time still counts as at risk.
    ///
    /// # Errors
    /// [`Invalid::Empty`] for no spells, [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative entry or `entry >= exit`.
    pub fn new(spells: &[Spell]) -> Result<Self> {
        let risk = RiskSet::new(spells.iter().map(|s| (s.entry, s.exit)))?;
        let (mut survival, mut greenwood, mut hazard, mut hazard_variance) = (1.0, 0.0, 0.0, 0.0);
        let step = |(time, events): (f64, u64)| {
            let at_risk = risk.size(time);
            let (n, d) = (at_risk as f64, events as f64);
            survival *= (n - d) / n;
            hazard += d / n;
            hazard_variance += d / (n * n);
            // Infinite once all at risk leave, and from then on.
            greenwood += d / (n * (n - d));
            let se = (survival > 0.0).then(|| survival * f64::sqrt(greenwood));
            Step { time, at_risk, events, survival, se, hazard, hazard_se: f64::sqrt(hazard_variance) }
        };
        let steps = tally(spells.iter().filter(|s| s.is_event).map(|s| s.exit)).into_iter().map(step).collect();
        Ok(Self { steps, end: risk.end(), gaps: risk.gaps })
    }

    /// The curve after each time with events, ascending; empty if all are censored.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// When watching ends: the last exit, with or without event. The curve says nothing after it.
    pub fn end(&self) -> f64 {
        self.end
    }

    /// Stretches before [`Self::end`] with nobody at risk, `start < t <= end`. The curve is flat there because nobody could leave,
    /// not because nobody wanted to: with a gap, read it as conditional on what was watched.
    pub fn gaps(&self) -> &[(f64, f64)] {
        &self.gaps
    }

    /// Whether the curve falls to 0 before watching ends: all of an early small risk set left, and those who enter later cannot
    /// lift the curve again. Such a curve is an accident of late entry.
    pub fn falls_to_zero_early(&self) -> bool {
        self.steps.iter().any(|step| step.survival <= 0.0 && step.time < self.end)
    }

    /// The share still there at a time.
    ///
    /// # Errors
    /// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a negative time, or one after [`Self::end`] while some are still there.
    pub fn at(&self, time: f64, scale: Scale) -> Result<Estimate> {
        let time = checked_time(time)?;
        let step = self.steps.partition_point(|step| step.time <= time).checked_sub(1).map(|last| &self.steps[last]);
        if time > self.end && step.is_none_or(|step| step.survival > 0.0) {
            return Err(Invalid::OutOfRange("time"));
        }
        Ok(step.map_or(Estimate { survival: 1.0, se: None, limits: None }, |step| Estimate {
            survival: step.survival,
            se: step.se,
            limits: step.limits(scale),
        }))
    }

    /// When `share` of all (0.5 for the median) has left: the first time with a survival of at most `1 - share`.
    ///
    /// # Errors
    /// [`Invalid::OutOfRange`] unless `0 < share < 1`.
    pub fn quantile(&self, share: f64, scale: Scale) -> Result<Quantile> {
        let left = 1.0 - checked_open_unit(share, "share")? + ROUNDING;
        let first = |is_low: &dyn Fn(&Step) -> bool| self.steps.iter().find(|step| is_low(step)).map(|step| step.time);
        Ok(Quantile {
            time: first(&|step| step.survival <= left),
            low: first(&|step| step.limits(scale).is_some_and(|(low, _)| low <= left)),
            high: first(&|step| step.limits(scale).is_some_and(|(_, high)| high <= left)),
        })
    }

    /// Mean time kept from 0 to `horizon` (Irwin 1949): "months kept in the first two years".
    ///
    /// # Errors
    /// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a horizon of 0 or less, or after [`Self::end`] while some are still there.
    pub fn restricted_mean(&self, horizon: f64) -> Result<RestrictedMean> {
        self.at(horizon, Scale::Log).map_err(|why| if why == Invalid::NotFinite { why } else { Invalid::OutOfRange("horizon") })?;
        if horizon <= 0.0 {
            return Err(Invalid::OutOfRange("horizon"));
        }
        let within = &self.steps[..self.steps.partition_point(|step| step.time <= horizon)];
        let (mut mean, mut survival, mut from) = (0.0, 1.0, 0.0);
        let mut areas = Vec::with_capacity(within.len());
        for step in within {
            mean += survival * (step.time - from);
            (survival, from) = (step.survival, step.time);
            areas.push(mean);
        }
        mean += survival * (horizon - from);
        let term = |(step, area): (&Step, &f64)| {
            let (n, d) = (step.at_risk as f64, step.events as f64);
            // All left: no area after this step, and the fraction would be 0 / 0.
            if n > d { (mean - area).powi(2) * d / (n * (n - d)) } else { 0.0 }
        };
        let variance: f64 = within.iter().zip(&areas).map(term).sum();
        Ok(RestrictedMean { mean, se: (!within.is_empty()).then(|| variance.sqrt()) })
    }
}

impl Step {
    /// 95 % limits of `survival`; `None` once nobody is left.
    pub fn limits(&self, scale: Scale) -> Option<(f64, f64)> {
        let log = self.survival.ln();
        // Standard error of ln S.
        let spread = Z_95 * self.se? / self.survival;
        Some(match scale {
            Scale::Log => ((log - spread).exp(), (log + spread).exp().min(1.0)),
            Scale::LogLog => {
                let factor = (spread / log.abs()).exp();
                (self.survival.powf(factor), self.survival.powf(1.0 / factor))
            }
        })
    }
}
