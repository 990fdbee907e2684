//! Why the product's verdict differs from ours: the first change of the rules that gives its verdict.

use super::Segment;
use super::cycles::vendor_met;
use super::terms::{But, Of};
use crate::clock::sla::{Cycle, Kind};
use crate::clock::timeline::Timeline;
use crate::desk::known;
use crate::key;

/// The reason in words; empty where the verdicts agree or one of them is missing.
pub(super) fn reason(segment: &Segment<'_>, of: &Of<'_>, timeline: &Timeline, cycles: &[Cycle], cycle: &Cycle) -> &'static str {
    let is_last = cycles.last().is_some_and(|last| std::ptr::eq(last, cycle));
    let Some(theirs) = vendor_met(of.kind, of.columns, of.row).filter(|_| is_last) else { return "" };
    match cycle.is_met {
        Some(ours) if ours == theirs => "",
        None if cycle.stopped_at.is_some() || cycle.due_at.is_none() => "",
        None if theirs => key!("called met before it is over"),
        None => key!("called missed before it is due"),
        Some(ours) => of_ended(segment, of, timeline, cycle, ours),
    }
}

fn of_ended(segment: &Segment<'_>, of: &Of<'_>, timeline: &Timeline, cycle: &Cycle, ours: bool) -> &'static str {
    let (Some(due), as_of) = (cycle.due_at, segment.m.desk.as_of) else { return key!("no reason found") };
    let Some(stopped) = cycle.stopped_at else {
        return if ours { key!("no reason found") } else { key!("open past its due time, called met") };
    };
    let is = |but: But| {
        let mut out = Vec::new();
        segment.terms.run_but(of, timeline, but, &mut out);
        out.last().and_then(|c| c.is_met) == Some(!ours)
    };
    let by = |at: Option<i64>| at.is_some_and(|at| at < as_of && (at <= due) != ours);
    let first_stop =
        || timeline.states.iter().find(|(at, s)| *at >= cycle.started_at && segment.terms.rules(of.policy).stop.has(s.status)).map(|s| s.0);
    let is_resolution = of.kind == Kind::Resolution;
    if (stopped - due).abs() < 60 {
        return key!("within a minute of the due time");
    }
    if is(But { unpaused: true, ..But::default() }) {
        return key!("no pauses are subtracted");
    }
    if is(But { of_export: true, ..But::default() }) {
        return key!("another due time");
    }
    if is(But { always: true, ..But::default() }) {
        return key!("counted round the clock");
    }
    if is_resolution && by(known(of.columns.closed[of.row])) {
        return key!("measured at the closing");
    }
    if is_resolution && by(first_stop()) {
        return key!("measured at the first resolution");
    }
    if of.kind == Kind::FirstResponse && known(of.columns.first_response[of.row]).is_none() {
        return key!("no answer but the resolution");
    }
    key!("no reason found")
}
