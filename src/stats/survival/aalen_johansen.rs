//! Several reasons to go, of which one comes first (Aalen and Johansen 1978).

use super::{RiskSet, checked_time, tally};
use crate::stats::{Invalid, Result};

/// A spell that ends for one of several causes: at risk at every `t` with `entry < t <= exit`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CauseSpell {
    /// Age when watching begins, 0 or more.
    pub entry: f64,
    /// Age at the event, or when watching ends; above `entry`.
    pub exit: f64,
    /// Which cause ended it, from 0; `None` if it is censored.
    pub cause: Option<usize>,
}

/// The shares right after the events of one time.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidenceStep {
    /// When the events happened.
    pub time: f64,
    /// How many were at risk just before.
    pub at_risk: u64,
    /// Events of each cause.
    pub events: Vec<u64>,
    /// Share still there, 0 to 1.
    pub survival: f64,
    /// Share gone for each cause, 0 to 1; with `survival` they add up to 1.
    pub incidence: Vec<f64>,
    /// Standard error of each `incidence` by the delta method (Betensky and Schoenfeld 2001).
    pub se: Vec<f64>,
}

/// Cumulative incidence of competing causes. One less a Kaplan-Meier curve that censors the other causes overstates it.
#[derive(Debug, Clone, PartialEq)]
pub struct AalenJohansen {
    steps: Vec<IncidenceStep>,
    causes: usize,
    end: f64,
}

impl AalenJohansen {
    /// The curves of `causes` causes.
    ///
    /// # Errors
    /// [`Invalid::Empty`] for no spells, [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative entry, `entry >= exit`, no cause or a
    /// spell whose cause is not below `causes`.
    pub fn new(spells: &[CauseSpell], causes: usize) -> Result<Self> {
        if causes == 0 || spells.iter().any(|s| s.cause.is_some_and(|cause| cause >= causes)) {
            return Err(Invalid::OutOfRange("cause"));
        }
        let risk = RiskSet::new(spells.iter().map(|s| (s.entry, s.exit)))?;
        let mut ended: Vec<(f64, usize)> = spells.iter().filter_map(|s| Some((s.exit, s.cause?))).collect();
        ended.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut rest = ended.as_slice();
        let mut curve = Curve { survival: 1.0, causes: vec![Cause::default(); causes] };
        let mut steps = Vec::new();
        for (time, total) in tally(ended.iter().map(|&(time, _)| time)) {
            let (now, later) = rest.split_at(total as usize);
            rest = later;
            let mut events = vec![0; causes];
            now.iter().for_each(|&(_, cause)| events[cause] += 1);
            steps.push(curve.step(time, risk.size(time), events));
        }
        Ok(Self { steps, causes, end: risk.end() })
    }

    /// The shares after each time with events, ascending; empty if all are censored.
    pub fn steps(&self) -> &[IncidenceStep] {
        &self.steps
    }

    /// Share gone for each cause by a time, 0 to 1.
    ///
    /// # Errors
    /// [`Invalid::NotFinite`]; [`Invalid::OutOfRange`] for a negative time, or one after the last exit while some are still there.
    pub fn at(&self, time: f64) -> Result<Vec<f64>> {
        let time = checked_time(time)?;
        let step = self.steps.partition_point(|step| step.time <= time).checked_sub(1).map(|last| &self.steps[last]);
        if time > self.end && step.is_none_or(|step| step.survival > 0.0) {
            return Err(Invalid::OutOfRange("time"));
        }
        Ok(step.map_or_else(|| vec![0.0; self.causes], |step| step.incidence.clone()))
    }
}

/// The running sums.
struct Curve {
    survival: f64,
    causes: Vec<Cause>,
}

/// The running sums of a cause. Its variance at `t` is the sum over steps `j` of `(F(t) - F_j)² g_j - 2 (F(t) - F_j) h_j + own_j`, here
/// expanded by powers of `F(t)` so that each step costs the same.
#[derive(Clone, Default)]
struct Cause {
    incidence: f64,
    g: f64,
    g_f: f64,
    g_f2: f64,
    h: f64,
    h_f: f64,
    own: f64,
}

impl Curve {
    fn step(&mut self, time: f64, at_risk: u64, events: Vec<u64>) -> IncidenceStep {
        let n = at_risk as f64;
        let all = events.iter().sum::<u64>() as f64;
        let before = self.survival;
        for (cause, &own) in self.causes.iter_mut().zip(&events) {
            cause.add(before, n, all, own as f64);
        }
        self.survival *= (n - all) / n;
        let incidence = self.causes.iter().map(|cause| cause.incidence).collect();
        let se = self.causes.iter().map(Cause::se).collect();
        IncidenceStep { time, at_risk, events, survival: self.survival, incidence, se }
    }
}

impl Cause {
    /// `n` at risk, `all` events of which `own` are of this cause; `before` is the survival just before.
    fn add(&mut self, before: f64, n: f64, all: f64, own: f64) {
        self.incidence += before * own / n;
        self.own += before * before * own * (n - own) / (n * n * n);
        // All left: the incidence never changes again, so the other two sums never count.
        if n > all {
            let (f, g, h) = (self.incidence, all / (n * (n - all)), before * own / (n * n));
            self.g += g;
            self.g_f += g * f;
            self.g_f2 += g * f * f;
            self.h += h;
            self.h_f += h * f;
        }
    }

    fn se(&self) -> f64 {
        let f = self.incidence;
        let spread = f * f * self.g - 2.0 * f * self.g_f + self.g_f2;
        let shared = f * self.h - self.h_f;
        (spread - 2.0 * shared + self.own).max(0.0).sqrt()
    }
}
