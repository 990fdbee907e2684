//! Second: the work that came in, or how it was done (Kitagawa 1955), one dimension at a time.

use super::gauge::{Gauge, Rows};
use super::words::{column, signed};
use super::{Question, words};
use crate::format;
use crate::metrics::sample::Attribute;
use crate::say;
use crate::scorecard::{MixOrRate, MixTerm, Side, Unit};
use crate::stats::mix_rate::{MixRate, MixRateTerm, SegmentChange, SegmentMeans, mix_mean, mix_rate};

/// Values of a dimension told by name; the others are one.
const TOLD: usize = 8;
/// A dimension with more values tells rows apart, not kinds of work.
const MOST_VALUES: usize = 200;
/// Part of the change from which the mix is worth a word.
const WORTH_A_WORD: f64 = 0.2;
/// Standard errors from which a change of the mix is more than the luck of the draw, many dimensions looked at.
const BEYOND_LUCK: f64 = 3.0;

/// The change taken apart by every dimension, the one whose mix tells most first; empty for counts and quantiles, which do not add up.
pub fn parts(q: &Question<'_>) -> Vec<MixOrRate> {
    let gauge = Gauge::of(q.metric);
    if !matches!(gauge, Gauge::Share | Gauge::Mean) {
        return Vec::new();
    }
    let mut found: Vec<(f64, MixOrRate)> = q.sample.attributes.iter().filter_map(|a| part(q, gauge, a)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.attribute.cmp(&b.1.attribute)));
    found.into_iter().map(|(_, part)| part).collect()
}

fn part(q: &Question<'_>, gauge: Gauge, attribute: &Attribute) -> Option<(f64, MixOrRate)> {
    if !(2..=MOST_VALUES).contains(&attribute.values.len()) {
        return None;
    }
    let mut cells = vec![(Rows::default(), Rows::default()); attribute.values.len()];
    for (row, &code) in attribute.codes.iter().enumerate() {
        let cell = &mut cells[code as usize];
        let side = if q.sample.is_now[row] { &mut cell.1 } else { &mut cell.0 };
        side.push(q.sample.facts[row]);
    }
    let split = match gauge {
        Gauge::Share => {
            mix_rate(&cells.iter().map(|(b, a)| SegmentChange { before: b.proportion(), after: a.proportion() }).collect::<Vec<_>>())
        }
        _ => mix_mean(&cells.iter().map(|(b, a)| SegmentMeans { before: b.moments(), after: a.moments() }).collect::<Vec<_>>()),
    }
    .ok()?;
    let sides: Vec<(Side, Side)> = cells.iter().map(|(b, a)| (gauge.side(b), gauge.side(a))).collect();
    let strength = strength(&split, &sides);
    let terms = terms(&split, &sides, attribute);
    let is_reversed = split.is_simpson && own_strength(&split, &cells) >= BEYOND_LUCK;
    let text = told(q.metric.unit(), &split, &terms, attribute, (strength, is_reversed));
    let (mix, rate) = (split.mix_total, split.rate_total);
    // A dimension whose mix is as it was tells nothing, however its rows fell.
    let tells = if is_as_it_was(&split, strength) { -1.0 / (1.0 + mix.abs()) } else { mix.abs() };
    Some((tells, MixOrRate { attribute: attribute.name.clone(), mix, rate, is_simpson: is_reversed, terms, text }))
}

/// The change of the mix in standard errors, had both spans been drawn from one mix.
fn strength(split: &MixRate, sides: &[(Side, Side)]) -> f64 {
    let rows = |pick: fn(&(Side, Side)) -> u64| sides.iter().map(pick).sum::<u64>() as f64;
    let (before, now) = (rows(|s| s.0.n), rows(|s| s.1.n));
    let middle = f64::midpoint(split.before, split.after);
    let between: f64 = split
        .terms
        .iter()
        .zip(sides)
        .filter_map(|(term, (before, now))| {
            let own = f64::midpoint(before.value.or(now.value)?, now.value.or(before.value)?);
            Some(f64::midpoint(term.share_before, term.share_after) * (own - middle).powi(2))
        })
        .sum();
    let error = (between * (1.0 / before + 1.0 / now)).sqrt();
    if error > 0.0 { (split.mix_total / error).abs() } else { 0.0 }
}

/// The change of work of the same kind in standard errors: kinds of work that went the other way only by luck reverse nothing.
fn own_strength(split: &MixRate, cells: &[(Rows, Rows)]) -> f64 {
    let all = |pick: fn(&(Rows, Rows)) -> &Rows| {
        let (n, sum) = cells
            .iter()
            .filter_map(|c| Some((pick(c).n() as f64, pick(c).variance()?)))
            .fold((0.0, 0.0), |a, (n, v)| (a.0 + n, a.1 + n * v));
        if n > 0.0 { sum / n } else { 0.0 }
    };
    let pooled = (all(|c| &c.0), all(|c| &c.1));
    let noise = |rows: &Rows, pooled: f64| rows.variance().unwrap_or(pooled) / rows.n() as f64;
    let of = |(term, (before, now)): (&MixRateTerm, &(Rows, Rows))| {
        let is_compared = before.n() > 0 && now.n() > 0;
        let weight = f64::midpoint(term.share_before, term.share_after);
        is_compared.then(|| weight.powi(2) * (noise(before, pooled.0) + noise(now, pooled.1)))
    };
    let error = split.terms.iter().zip(cells).filter_map(of).sum::<f64>().sqrt();
    if error > 0.0 { (split.rate_total / error).abs() } else { f64::INFINITY }
}

/// Whether the mix is the same but for luck, or what is not makes no difference.
fn is_as_it_was(split: &MixRate, strength: f64) -> bool {
    strength < BEYOND_LUCK || split.mix_total.abs() < WORTH_A_WORD * split.change.abs()
}

/// The values that tell most, then the others as one.
fn terms(split: &MixRate, sides: &[(Side, Side)], attribute: &Attribute) -> Vec<MixTerm> {
    let mut order: Vec<usize> = (0..split.terms.len()).collect();
    let weight = |i: usize| split.terms[i].mix.abs() + split.terms[i].rate.abs();
    order.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)).then(a.cmp(b)));
    let one = |i: usize| {
        let term = &split.terms[i];
        MixTerm {
            name: attribute.values[i].clone(),
            before: sides[i].0,
            now: sides[i].1,
            share_before: term.share_before,
            share_now: term.share_after,
            mix: term.mix,
            rate: term.rate,
        }
    };
    let mut out: Vec<MixTerm> = order.iter().take(TOLD).map(|i| one(*i)).collect();
    let rest = &order[order.len().min(TOLD)..];
    if !rest.is_empty() {
        let sum = |of: &dyn Fn(usize) -> f64| rest.iter().map(|i| of(*i)).sum::<f64>();
        let rows = |of: &dyn Fn(usize) -> Side| Side { n: rest.iter().map(|i| of(*i).n).sum(), ..Side::default() };
        out.push(MixTerm {
            name: say!("{rest} others", rest = rest.len()),
            before: rows(&|i| sides[i].0),
            now: rows(&|i| sides[i].1),
            share_before: sum(&|i| split.terms[i].share_before),
            share_now: sum(&|i| split.terms[i].share_after),
            mix: sum(&|i| split.terms[i].mix),
            rate: sum(&|i| split.terms[i].rate),
        });
    }
    out
}

fn told(unit: Unit, split: &MixRate, terms: &[MixTerm], attribute: &Attribute, (strength, is_reversed): (f64, bool)) -> String {
    let name = column(&attribute.name);
    let mut text = say!(
        "By {name}: {mix_total} from the mix, {rate_total} from work of the same kind.",
        name,
        mix_total = signed(unit, split.mix_total),
        rate_total = signed(unit, split.rate_total)
    );
    if is_as_it_was(split, strength) {
        return text + say!(" The mix moved no more than luck moves it.");
    }
    let toward = |part: f64| part * split.mix_total;
    // What came in more explains itself; what came in less is what was left.
    let mut grown: Vec<&MixTerm> = terms.iter().filter(|t| toward(t.mix) > 0.0).collect();
    grown.sort_by(|a, b| {
        let is_less = |t: &MixTerm| t.share_now < t.share_before;
        is_less(a).cmp(&is_less(b)).then(toward(b.mix).total_cmp(&toward(a.mix)))
    });
    let percent = |v: f64| format::value_of(Unit::Share, v, 1);
    let moved: Vec<String> = grown
        .iter()
        .take(2)
        .map(|t| {
            say!(
                "{attribute} from {share_before} to {share_now} of the work",
                attribute = words::value(&attribute.name, &t.name),
                share_before = percent(t.share_before),
                share_now = percent(t.share_now)
            )
        })
        .collect();
    if !moved.is_empty() {
        text += &format!(" {}.", format::capital(&moved.join("; ")));
    }
    if is_reversed {
        text += say!(" Kind by kind it went the other way: only the mix moved the whole (Simpson’s paradox).");
    } else if split.mix_total.abs() > split.rate_total.abs() && split.mix_total * split.change > 0.0 {
        text += say!(" It is the work that changed, more than how it was done.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hits and rows of a kind before and now.
    fn cell([before, now]: [(usize, usize); 2]) -> (Rows, Rows) {
        let rows = |(hits, n): (usize, usize)| {
            let mut rows = Rows::default();
            (0..n).for_each(|row| rows.push(f64::from(u8::from(row < hits))));
            rows
        };
        (rows(before), rows(now))
    }

    fn split(cells: &[(Rows, Rows)]) -> MixRate {
        let change = |(b, a): &(Rows, Rows)| SegmentChange { before: b.proportion(), after: a.proportion() };
        mix_rate(&cells.iter().map(change).collect::<Vec<_>>()).expect("rows in both")
    }

    #[test]
    fn kinds_of_work_that_went_the_other_way_by_luck_reverse_nothing() {
        // Both kinds do a little better, the hard one grows: the whole falls. With 200 rows that is luck, with 100 times as many it is not.
        let times = |k: usize| [[(80 * k, 100 * k), (41 * k, 50 * k)], [(40 * k, 100 * k), (62 * k, 150 * k)]].map(cell);
        let (few, many) = (times(1), times(100));
        assert!(split(&few).is_simpson && split(&many).is_simpson);
        let strengths = [&few, &many].map(|cells| own_strength(&split(cells), cells));
        assert!(strengths[0] < 1.0 && strengths[1] > BEYOND_LUCK, "{strengths:?}");
        // By hand: weights (1/2 + 1/4) / 2 and (1/2 + 3/4) / 2, p (1 - p) n / (n - 1) of 100, 50, 100 and 150 rows.
        let noise = |p: f64, n: f64| p * (1.0 - p) / (n - 1.0);
        let error = ((0.375_f64).powi(2) * (noise(0.8, 100.0) + noise(0.82, 50.0))
            + (0.625_f64).powi(2) * (noise(0.4, 100.0) + noise(62.0 / 150.0, 150.0)))
        .sqrt();
        assert!((strengths[0] - split(&few).rate_total / error).abs() < 1e-9);
    }
}
