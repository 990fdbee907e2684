//! An explanation as the parts of a page: what is asked, in the order in which it is asked.

use super::words::{column, condition, signed};
use crate::clock::period::WEEKDAYS;
use crate::format;
use crate::say;
use crate::scorecard::{
    Better, Cell, Certainty, ChartData, Explanation, Finding, HeatCell, HourOfWeek, MixOrRate, Section, Segment, TableColumn, TableData,
    TableRow, Topic, Unit,
};

/// Hours of a day.
const DAY: usize = 24;
/// Hours of a cell of the grid.
const BLOCK: usize = 2;
/// Rows that count as much as the usual figure in a cell: few rows are no pattern.
const PULL: f64 = 12.0;
/// Rows below which a cell is no pattern whatever it shows, and from which on a median is one.
const FEWEST: u64 = 5;
const MANY: u64 = 30;
/// Dimensions told beside the first.
const DIMENSIONS: usize = 5;

/// The page of an explanation.
pub fn topic(e: &Explanation) -> Topic {
    Topic {
        id: "explain".to_owned(),
        title: say!("{label}: why?", label = e.definition.label),
        over: e.desk.clone(),
        lead: lead(e),
        sections: sections(e),
        footer: e.notes.clone(),
        ..Topic::default()
    }
}

fn lead(e: &Explanation) -> String {
    let only = if e.filter.is_empty() { String::new() } else { say!(" Only rows where {filter}.", filter = e.filter) };
    match &e.against {
        Some(against) => say!(
            "{label} against {before}.{only} What was found goes together with the change; that alone does not make it the cause.",
            label = e.period.label,
            before = against.label,
            only
        ),
        None => {
            say!(
                "{label}: where it differs.{only} What was found goes together with the figure; that alone does not make it the cause.",
                label = e.period.label,
                only
            )
        }
    }
}

/// The parts of the answer, in order.
pub fn sections(e: &Explanation) -> Vec<Section> {
    [Some(happened(e)), mix(e), Some(segments(e)), grid(e)].into_iter().flatten().collect()
}

fn happened(e: &Explanation) -> Section {
    let moved = &e.moved;
    let finding = |certainty: Certainty| Finding {
        metric: e.definition.id.clone(),
        title: e.definition.label.clone(),
        text: moved.text.clone(),
        certainty,
        is_met: None,
        is_good: moved.is_good,
        examples: Vec::new(),
    };
    Section {
        id: "moved".to_owned(),
        title: if e.against.is_some() { say!("Did anything happen?") } else { say!("The figure") }.to_owned(),
        findings: moved.certainty.map(finding).into_iter().collect(),
        empty: if moved.certainty.is_none() { moved.text.clone() } else { String::new() },
        charts: e.trend.iter().cloned().collect(),
        ..Section::default()
    }
}

fn mix(e: &Explanation) -> Option<Section> {
    let first = e.parts.first()?;
    let others = e.parts.iter().skip(1).take(DIMENSIONS);
    Some(Section {
        id: "mix".to_owned(),
        title: say!("The work that came in, or how it was done?").to_owned(),
        lead: first.text.clone(),
        facts: others.map(|p| (format::capital(&column(&p.attribute)), told_beside(e.definition.unit, p))).collect(),
        tables: vec![table(e, first)],
        footer: say!(
            "“From the mix” is what the change would be had every kind of work kept its own figure, “own” what it would be had the mix \
                 stayed as it was; the two add up to the change (Kitagawa 1955)."
        )
        .to_owned(),
        ..Section::default()
    })
}

fn told_beside(unit: Unit, p: &MixOrRate) -> String {
    say!("{mix} from the mix, {p} own", mix = signed(unit, p.mix), p = signed(unit, p.rate))
}

fn table(e: &Explanation, part: &MixOrRate) -> TableData {
    let unit = e.definition.unit;
    let column_of = |label: &str, unit: Unit| TableColumn { label: label.to_owned(), metric: None, unit };
    // A share's parts are points: written out, or they would be read as shares.
    let points = |v: f64| Cell { text: Some(signed(unit, v)), ..Cell::default() };
    let row = |t: &crate::scorecard::MixTerm| {
        let share = |v: f64| Cell { value: Some(v), ..Cell::default() };
        let figure = |side: crate::scorecard::Side| Cell { value: side.value, n: side.n, ..Cell::default() };
        TableRow {
            name: if t.name.is_empty() { say!("no {attribute} given", attribute = column(&part.attribute)) } else { t.name.clone() },
            page: None,
            cells: vec![share(t.share_before), share(t.share_now), figure(t.before), figure(t.now), points(t.mix), points(t.rate)],
        }
    };
    TableData {
        title: say!("By {attribute}", attribute = column(&part.attribute)),
        note: String::new(),
        row_label: format::capital(&column(&part.attribute)),
        columns: vec![
            column_of(say!("share of work before"), Unit::Share),
            column_of(say!("now"), Unit::Share),
            column_of(say!("figure before"), unit),
            column_of(say!("now"), unit),
            column_of(say!("from the mix"), unit),
            column_of(say!("own"), unit),
        ],
        rows: part.terms.iter().map(row).collect(),
    }
}

fn segments(e: &Explanation) -> Section {
    let s = &e.search;
    let combined = s.attributes.iter().map(|a| column(a)).collect::<Vec<_>>().join(", ");
    let how = match s.shuffles {
        0 => say!("held against its own earlier spans and the growth of everything else, corrected for the number of segments looked at")
            .to_owned(),
        n => say!("held against {n} shuffles of the rows, over the whole search", n = format::count(u64::from(n))),
    };
    Section {
        id: "segments".to_owned(),
        title: say!("Where?").to_owned(),
        lead: say!("Every combination of up to {depth} of {combined}, {how}.", depth = s.depth, combined, how),
        findings: e.segments.iter().map(|segment| finding(e, segment)).collect(),
        empty: if e.segments.is_empty() { quiet(e) } else { String::new() },
        footer: folded(e),
        ..Section::default()
    }
}

fn quiet(e: &Explanation) -> String {
    let what = if e.against.is_some() { say!("moved otherwise than") } else { say!("differs from") };
    say!("No segment {what} the rest by more than chance explains.", what)
}

fn folded(e: &Explanation) -> String {
    let told: Vec<String> =
        e.search.folded.iter().map(|(name, n)| say!("{n} of {name}", n = format::count(*n), name = column(name))).collect();
    let outcomes: Vec<String> = e.search.outcomes.iter().map(|name| column(name)).collect();
    let parts = [(say!("Rare values were put together as one"), told), (say!("Left out, because they follow from the outcome"), outcomes)];
    let said = parts.iter().filter(|(_, list)| !list.is_empty()).map(|(what, list)| format!("{what}: {}.", list.join(", ")));
    said.collect::<Vec<_>>().join(" ")
}

fn finding(e: &Explanation, s: &Segment) -> Finding {
    let also: Vec<String> = s.also.iter().map(|list| list.iter().map(|(a, v)| condition(a, v)).collect::<Vec<_>>().join(", ")).collect();
    let also = if also.is_empty() { String::new() } else { say!(" The same rows: {also}.", also = also.join("; ")) };
    Finding {
        metric: e.definition.id.clone(),
        title: s.title.clone(),
        text: format!("{}{also}", s.text),
        certainty: super::segments::certainty(s.p),
        is_met: None,
        is_good: s.is_good,
        examples: s.examples.clone(),
    }
}

/// When in the week, if there are rows enough for a pattern.
fn grid(e: &Explanation) -> Option<Section> {
    if e.hours.is_empty() {
        return None;
    }
    let blocks: Vec<Block> = (0..7 * DAY / BLOCK).map(|i| Block::of(&e.hours[i * BLOCK..(i + 1) * BLOCK], e.definition.unit)).collect();
    let is_used = |column: usize| (0..7).any(|day| blocks[day * (DAY / BLOCK) + column].n > 0);
    let first = (0..DAY / BLOCK).find(|c| is_used(*c))?;
    let last = (0..DAY / BLOCK).rfind(|c| is_used(*c))?;
    let columns: Vec<String> = (first..=last).map(|c| format!("{:02}", c * BLOCK)).collect();
    let is_count = e.definition.unit == Unit::Count;
    let of = |day: usize, c: usize| blocks[day * (DAY / BLOCK) + c];
    let cells = (0..7).flat_map(|day| (first..=last).map(move |c| (day, c))).map(|(day, c)| shaded(e, of(day, c), is_count)).collect();
    let chart = ChartData::Heatmap {
        metric: e.definition.id.clone(),
        title: say!("When in the week").to_owned(),
        subtitle: say!(
            "{label}, by weekday and hour ({time_zone}); against the same hours before",
            label = e.period.label,
            time_zone = e.time_zone
        ),
        rows: WEEKDAYS.map(|day| crate::language::text(day).to_owned()).to_vec(),
        columns,
        cells,
    };
    Some(Section { id: "hours".to_owned(), title: say!("When?").to_owned(), charts: vec![chart], ..Section::default() })
}

/// Some hours together.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    n: u64,
    value: Option<f64>,
    before: Option<f64>,
    before_n: u64,
}

impl Block {
    fn of(hours: &[HourOfWeek], unit: Unit) -> Self {
        let mean = |of: &dyn Fn(&HourOfWeek) -> crate::scorecard::Side| {
            let n: u64 = hours.iter().map(|h| of(h).n).sum();
            let sum: f64 = hours.iter().filter_map(|h| of(h).value.map(|v| if unit == Unit::Count { v } else { v * of(h).n as f64 })).sum();
            let value = if unit == Unit::Count { Some(sum) } else { (n > 0).then(|| sum / n as f64) };
            (n, value)
        };
        let ((n, value), (before_n, before)) = (mean(&|h| h.now), mean(&|h| h.before));
        Self { n, value, before, before_n }
    }
}

/// Whether a block is worth being called good or bad: of some eighty looked at, three standard errors away. Of numbers only the middle is
/// known here, so it takes many rows.
fn is_beyond_luck(unit: Unit, block: Block, (value, usual): (f64, f64)) -> bool {
    let error = match unit {
        Unit::Count => (usual + 1.0).sqrt(),
        Unit::Share => (usual * (1.0 - usual) / block.n.max(1) as f64).sqrt(),
        _ => return block.n >= MANY,
    };
    block.n >= FEWEST && (value - usual).abs() >= 3.0 * error
}

/// How far a block lies from what the same hours were before (or, without any, from the whole), few rows pulled towards that.
fn shaded(e: &Explanation, block: Block, is_count: bool) -> HeatCell {
    let whole = e.moved.now.value.unwrap_or_default();
    let usual = block.before.filter(|_| block.before_n > 0).unwrap_or(if is_count { 0.0 } else { whole });
    let value = block.value.unwrap_or_default();
    let shade = match e.definition.unit {
        Unit::Count => (value - usual) / (usual + PULL),
        Unit::Share => (value - usual) * (block.n as f64 / (block.n as f64 + PULL)) / 0.4,
        _ if usual.abs() > 0.0 => (value - usual) / usual.abs() * (block.n as f64 / (block.n as f64 + PULL)),
        _ => 0.0,
    };
    let is_good = (e.definition.better != Better::Neither && is_beyond_luck(e.definition.unit, block, (value, usual)))
        .then_some((shade > 0.0) == (e.definition.better == Better::Higher));
    HeatCell { value: block.value, n: block.n, shade: shade.clamp(-1.0, 1.0), is_good }
}
