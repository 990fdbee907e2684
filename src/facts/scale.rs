//! Whether the scores of satisfaction lie on the scale the config names.
//!
//! Answers from 0 to 10 read as 1 to 5 make good figures of bad ones, and nothing in a single answer tells. So one alone that lies off the
//! scale, or at most one in a hundred, is a slip: it counts as an answer without a score. More of them say that the scale is another one,
//! and then none is a score, until the config names it.

use super::Making;
use crate::columns::Source;
use crate::desk::{Frame, Values};
use crate::error::Result;
use crate::format::count;
use crate::say;

/// One in so many scores off the scale, at most, is a slip.
const SLIPS: usize = 100;

/// Takes away the scores of a column that lie off the scale, or all of them, and says so.
pub(super) fn keep_on_scale(m: &Making<'_>, frame: &mut Frame, column: &str, source: Source) -> Result<Option<(String, String)>> {
    let Some(max) = m.settings.parameters.get("csat_max").filter(|_| frame.has(column)) else { return Ok(None) };
    let mut scores = frame.numbers(column)?;
    let is_off = |score: &Option<f64>| score.is_some_and(|score| score < 0.0 || score > max.as_f64());
    let (all, off) = (scores.iter().flatten().count(), scores.iter().filter(|s| is_off(s)).count());
    if off == 0 {
        return Ok(None);
    }
    let are_slips = is_slip(off, all);
    scores.iter_mut().filter(|score| !are_slips || is_off(score)).for_each(|score| *score = None);
    frame.set(column, &Values::Number(scores))?;
    let (source, all) = (source.name(), count(all as u64));
    let text = if are_slips {
        say!(
            off as u64 => "{source}: 1 of {all} satisfaction scores lies off the scale, which ends at {max} (csat_max); it counts as no score.",
            "{source}: {n} of {all} satisfaction scores lie off the scale, which ends at {max} (csat_max); they count as no scores.",
            source,
            n = count(off as u64),
            all,
            max
        )
    } else {
        say!(
            "{source}: {n} of {all} satisfaction scores lie off the scale, which ends at {max}: it is another one, so none of them counts. Say which in [parameters]: csat_max, and csat_good for a good one.",
            source,
            n = count(off as u64),
            all,
            max
        )
    };
    Ok(Some(("score-off-scale".to_owned(), text)))
}

/// Whether so few scores off the scale say nothing against the scale.
fn is_slip(off: usize, all: usize) -> bool {
    (off == 1 && all > 2) || off * SLIPS <= all
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn one_alone_or_one_in_a_hundred_is_a_slip() {
        assert!(is_slip(1, 3) && is_slip(2, 200) && is_slip(1, 5_000));
        assert!(!is_slip(2, 199) && !is_slip(25, 40));
        assert!(!is_slip(1, 1) && !is_slip(1, 2), "one of two is no exception");
    }
}
