//! Which element explains a change: explanatory power and surprise (Bhagwan et al. 2014, "Adtributor"), and the scan statistic for
//! "worse inside than outside" (Kulldorff 1997).

use super::{Invalid, Proportion, Result, checked_open_unit};

/// What was expected of a measure, and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Expected, 0 or more.
    pub forecast: f64,
    /// Seen, 0 or more.
    pub actual: f64,
}

/// An element of a dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Its part of the total change; all parts add up to 1, and a part may be negative or above 1.
    pub explanatory: f64,
    /// How much its share of the total changed: its term of the Jensen-Shannon divergence, in nats, 0 or more.
    pub surprise: f64,
}

/// Powers of all elements of one dimension for a measure that adds up (tickets, minutes).
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative number, [`Invalid::NoVariation`] if the total does not
/// change or is 0 in one of the two.
pub fn additive_powers(elements: &[Measure]) -> Result<Vec<Power>> {
    let total = total(elements)?;
    let change = total.actual - total.forecast;
    if change.abs() <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let power = |e: &Measure| Power { explanatory: (e.actual - e.forecast) / change, surprise: surprise(*e, total) };
    Ok(elements.iter().map(power).collect())
}

/// A measure that is one sum over another (hits over trials).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioMeasure {
    /// Sum above the line.
    pub numerator: Measure,
    /// Sum below the line.
    pub denominator: Measure,
}

/// Explanatory powers of a ratio. They are first-order differences: before scaling they do not add up to the change.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioPowers {
    /// Scaled to add up to 1; surprise is the sum of those of numerator and denominator.
    pub elements: Vec<Power>,
    /// Change of the ratio that each element alone would make, before scaling.
    pub raw: Vec<f64>,
    /// Sum of `raw`.
    pub raw_sum: f64,
    /// The change of the total ratio; compare it with `raw_sum`.
    pub change: f64,
}

/// Powers of all elements of one dimension for a ratio.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::NotFinite`], [`Invalid::OutOfRange`] for a negative number, [`Invalid::NoVariation`] if a total is 0, an
/// element alone would make the denominator 0, or the differences add up to 0.
pub fn ratio_powers(elements: &[RatioMeasure]) -> Result<RatioPowers> {
    let above = total(&elements.iter().map(|e| e.numerator).collect::<Vec<_>>())?;
    let below = total(&elements.iter().map(|e| e.denominator).collect::<Vec<_>>())?;
    let raw: Vec<f64> = elements.iter().map(|e| finite_difference(e, above, below)).collect::<Result<_>>()?;
    let raw_sum: f64 = raw.iter().sum();
    if raw_sum.abs() <= 0.0 {
        return Err(Invalid::NoVariation);
    }
    let power = |(e, raw): (&RatioMeasure, &f64)| Power {
        explanatory: raw / raw_sum,
        surprise: surprise(e.numerator, above) + surprise(e.denominator, below),
    };
    let change = above.actual / below.actual - above.forecast / below.forecast;
    Ok(RatioPowers { elements: elements.iter().zip(&raw).map(power).collect(), raw, raw_sum, change })
}

/// Change of the total ratio if this element alone came as seen.
fn finite_difference(e: &RatioMeasure, above: Measure, below: Measure) -> Result<f64> {
    let (up, down) = (e.numerator.actual - e.numerator.forecast, e.denominator.actual - e.denominator.forecast);
    let with = below.forecast + down;
    if with > 0.0 { Ok((up * below.forecast - down * above.forecast) / (below.forecast * with)) } else { Err(Invalid::NoVariation) }
}

/// When an element and a set of elements count as an explanation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Least explanatory power of an element, between 0 and 1 (the paper: 0.1).
    pub element: f64,
    /// Explanatory power at which a set is enough, between 0 and 1 (the paper: 0.67).
    pub set: f64,
}

/// The dimension and the elements that explain a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Which dimension, by its place in the list.
    pub dimension: usize,
    /// Which of its elements, ascending by place.
    pub elements: Vec<usize>,
    /// Explanatory power of the elements together.
    pub explanatory: f64,
    /// Surprise of the elements together.
    pub surprise: f64,
}

/// In each dimension, elements by falling surprise until their power is enough; then the dimension whose elements surprise most.
/// Ties go to what comes first. `None` if no dimension gets there.
///
/// # Errors
/// [`Invalid::NotFinite`], [`Invalid::OutOfRange`] unless both thresholds lie between 0 and 1.
pub fn explain(dimensions: &[Vec<Power>], thresholds: Thresholds) -> Result<Option<Explanation>> {
    checked_open_unit(thresholds.element, "element")?;
    checked_open_unit(thresholds.set, "set")?;
    if dimensions.iter().flatten().any(|e| !e.explanatory.is_finite() || !e.surprise.is_finite()) {
        return Err(Invalid::NotFinite);
    }
    let candidates = dimensions.iter().enumerate().filter_map(|(dimension, powers)| enough(dimension, powers, thresholds));
    // Only more surprise takes the lead.
    Ok(candidates.reduce(|best, next| if next.surprise > best.surprise { next } else { best }))
}

fn enough(dimension: usize, powers: &[Power], thresholds: Thresholds) -> Option<Explanation> {
    let mut order: Vec<usize> = (0..powers.len()).filter(|&i| powers[i].explanatory > thresholds.element).collect();
    order.sort_by(|&a, &b| powers[b].surprise.total_cmp(&powers[a].surprise));
    let mut found = Explanation { dimension, elements: Vec::new(), explanatory: 0.0, surprise: 0.0 };
    for element in order {
        found.elements.push(element);
        found.explanatory += powers[element].explanatory;
        found.surprise += powers[element].surprise;
        if found.explanatory > thresholds.set {
            found.elements.sort_unstable();
            return Some(found);
        }
    }
    None
}

/// Log-likelihood ratio that the chance of a hit (something bad) is higher inside a segment than outside; 0 if it is not. In nats.
///
/// # Errors
/// [`Invalid::OutOfRange`] if `inside` cannot be a part of `total`.
pub fn scan_log_likelihood_ratio(inside: Proportion, total: Proportion) -> Result<f64> {
    let is_part = inside.hits() <= total.hits() && inside.n() <= total.n() && inside.flipped().hits() <= total.flipped().hits();
    if !is_part {
        return Err(Invalid::OutOfRange("inside"));
    }
    let Ok(outside) = Proportion::new(total.hits() - inside.hits(), total.n() - inside.n()) else { return Ok(0.0) };
    if inside.rate() <= outside.rate() {
        return Ok(0.0);
    }
    Ok((log_likelihood(inside) + log_likelihood(outside) - log_likelihood(total)).max(0.0))
}

/// Greatest log-likelihood of a chance after `hits` of `n`.
fn log_likelihood(p: Proportion) -> f64 {
    let part = |count: u64| if count == 0 { 0.0 } else { count as f64 * (count as f64 / p.n() as f64).ln() };
    part(p.hits()) + part(p.flipped().hits())
}

/// Sums of a measure over its elements.
fn total(elements: &[Measure]) -> Result<Measure> {
    let values = || elements.iter().flat_map(|e| [e.forecast, e.actual]);
    match elements {
        [] => return Err(Invalid::Empty),
        _ if values().any(|v| !v.is_finite()) => return Err(Invalid::NotFinite),
        _ if values().any(|v| v < 0.0) => return Err(Invalid::OutOfRange("measure")),
        _ => {}
    }
    let total = Measure { forecast: elements.iter().map(|e| e.forecast).sum(), actual: elements.iter().map(|e| e.actual).sum() };
    match total {
        _ if !(total.forecast.is_finite() && total.actual.is_finite()) => Err(Invalid::NotFinite),
        _ if total.forecast <= 0.0 || total.actual <= 0.0 => Err(Invalid::NoVariation),
        _ => Ok(total),
    }
}

/// The element's term of the Jensen-Shannon divergence of the shares expected and seen.
fn surprise(element: Measure, total: Measure) -> f64 {
    let (p, q) = (element.forecast / total.forecast, element.actual / total.actual);
    let term = |share: f64| if share > 0.0 { share * (2.0 * share / (p + q)).ln() } else { 0.0 };
    // Rounding may leave a hair below 0.
    (0.5 * (term(p) + term(q))).max(0.0)
}

#[cfg(test)]
mod tests;
