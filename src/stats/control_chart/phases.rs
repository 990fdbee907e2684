//! Phases: stretches of a chart with limits of their own.

use super::super::{Invalid, Proportion, Result};
use super::{Band, Dispersion, FEWEST_POINTS_IN_PHASE, Known, Options, ProportionModel, tolerance, xmr};

/// A stretch with limits of its own, up to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Index of its first entry, gaps counted. The first phase starts at 0.
    pub start: usize,
    /// Limits come from the first so many known points and hold for the rest; `None` takes all points of the phase.
    /// At least [`FEWEST_POINTS_IN_PHASE`].
    pub baseline: Option<usize>,
}

/// A phase with its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    phase: Phase,
    end: usize,
}

impl Span {
    /// Whether an entry belongs to the phase.
    pub(super) const fn holds(&self, slot: usize) -> bool {
        slot >= self.phase.start && slot < self.end
    }
}

/// The phases of a chart; at least one.
#[derive(Debug)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// Checked phases over `len` entries.
    pub(super) fn new(phases: &[Phase], len: usize) -> Result<Self> {
        let whole = [Phase { start: 0, baseline: None }];
        let phases = if phases.is_empty() { &whole } else { phases };
        let rising = phases.windows(2).all(|pair| pair[0].start < pair[1].start);
        if phases[0].start != 0 || !rising || phases.iter().any(|p| p.start >= len) {
            return Err(Invalid::OutOfRange("start of a phase"));
        }
        if phases.iter().any(|p| p.baseline.is_some_and(|b| b < FEWEST_POINTS_IN_PHASE)) {
            return Err(Invalid::OutOfRange("baseline of a phase"));
        }
        let ends = phases.iter().skip(1).map(|p| p.start).chain([len]);
        Ok(Self(phases.iter().zip(ends).map(|(phase, end)| Span { phase: *phase, end }).collect()))
    }

    /// In order.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Span> {
        self.0.iter()
    }
}

/// The limits of each known point of a phase; no bands in a phase too short for them.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// One a point.
    pub(super) bands: Vec<Band>,
    /// The plain p-chart limits beside those of p′.
    pub(super) binomial: Vec<Band>,
    /// Laney's overdispersion, as computed.
    pub(super) sigma_z: Option<f64>,
}

/// The limits of one phase from its known points.
pub(super) fn limits(known: &[Known], span: &Span, options: Options) -> Result<Limits> {
    if known.len() < FEWEST_POINTS_IN_PHASE {
        return Ok(Limits::default());
    }
    let baseline = span.phase.baseline.map_or(known.len(), |b| b.min(known.len()));
    let proportions: Vec<Proportion> = known.iter().filter_map(|k| k.proportion).collect();
    let limits = if proportions.is_empty() {
        let values: Vec<f64> = known[..baseline].iter().map(|k| k.value).collect();
        let band = xmr::band(&values, options.screen, options.factor)?;
        Limits { bands: vec![band; known.len()], ..Limits::default() }
    } else {
        of_proportions(&proportions, baseline, options)?
    };
    // A flat baseline has no spread to measure a later point by.
    let off = |(k, band): (&Known, &Band)| (k.value - band.centre).abs() > tolerance(k.value, band.centre);
    if limits.bands.iter().all(|band| band.sigma <= 0.0) && known.iter().zip(&limits.bands).any(off) {
        return Err(Invalid::NoVariation);
    }
    Ok(limits)
}

fn of_proportions(points: &[Proportion], baseline: usize, options: Options) -> Result<Limits> {
    let model = ProportionModel::fit(&points[..baseline], options.screen)?;
    let bands = |dispersion| points.iter().map(|p| model.band(p.n(), dispersion)).collect();
    let laney = options.dispersion != Dispersion::Binomial;
    Ok(Limits {
        bands: bands(options.dispersion),
        binomial: if laney { bands(Dispersion::Binomial) } else { Vec::new() },
        sigma_z: if laney { model.sigma_z } else { None },
    })
}
