//! The legs of a source of calls, folded into calls: rows that share a call's id become one row.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

use super::shapes::legs::{self, Leg};
use crate::columns::{Source, Type};
use crate::desk::{Frame, MISSING, NONE, Values, code_of, known};
use crate::error::Result;

/// Folds the rows of one call, which share a `parent_id` or, without one, an `id`; how many rows became part of another's call.
///
/// A row without either is a call of its own. `prints` tells the rows apart, so that the order of the file cannot show. A call stands
/// where its last leg stood; what a fold says nothing of (the desk's own columns) is the last leg's.
///
/// # Errors
/// A bug if the frame is not one of calls.
pub(super) fn fold(frame: &mut Frame, prints: &[i64]) -> Result<u64> {
    let legs = Legs::of(frame)?;
    let mut calls: Vec<Folded> = legs.groups(prints).into_iter().map(|rows| legs.fold(rows)).collect();
    calls.sort_by_key(|call| call.last);
    let gone = frame.height() - calls.len();
    let written = columns(frame, &calls)?;
    let mut kept = vec![false; frame.height()];
    calls.iter().for_each(|call| kept[call.last] = true);
    frame.keep(&kept)?;
    written.iter().try_for_each(|(name, values)| frame.set(name, values))?;
    Ok(gone as u64)
}

/// Says what became of the callers whom no agent took, where the product says they were answered, or nothing: `no_agent` is its word.
///
/// # Errors
/// A bug if the frame is not one of calls.
pub(super) fn settle(frame: &mut Frame, no_agent: &str) -> Result<()> {
    let places = places("outcome")?;
    let Some(&no_agent) = places.get(&code_of(no_agent)?) else { return Ok(()) };
    let words: BTreeMap<u8, u32> = places.into_iter().map(|(code, place)| (place, code)).collect();
    let settled = Legs::of(frame)?.legs.into_iter().map(|leg| leg.settled(no_agent).outcome);
    let codes = settled.map(|outcome| outcome.and_then(|o| words.get(&o).copied()).unwrap_or(NONE)).collect();
    frame.set("outcome", &Values::Text(codes))
}

/// A call made of legs: its numbers, and the rows its texts come from.
struct Folded {
    leg: Leg<'static>,
    /// Its rows, in an order that no file changes: what the codes of `leg` count in.
    rows: Vec<usize>,
    /// The row of its first leg, whose id is the call's.
    first: usize,
    /// The row of its last leg.
    last: usize,
}

/// Where a leg holds something.
type Place<T> = for<'l> fn(&'l mut Leg<'static>) -> &'l mut Option<T>;

/// Columns that become part of a leg as numbers, and where in it they go.
const NUMBERS: [(&str, Place<i64>); 10] = [
    ("start_at", |l| &mut l.start),
    ("answer_at", |l| &mut l.answer),
    ("end_at", |l| &mut l.end),
    ("wait_secs", |l| &mut l.wait),
    ("ring_secs", |l| &mut l.ring),
    ("talk_secs", |l| &mut l.talk),
    ("hold_secs", |l| &mut l.hold),
    ("acw_secs", |l| &mut l.acw),
    ("handle_secs", |l| &mut l.handle),
    ("transfers", |l| &mut l.transfers),
];

/// Columns of which a leg holds only whose value is taken, and where that stands in it.
const TAKEN: [(&str, Place<u32>); 7] = [
    ("queue", |l| &mut l.queue),
    ("first_queue", |l| &mut l.first_queue),
    ("agent", |l| &mut l.agent),
    ("caller", |l| &mut l.caller),
    ("wrap_code", |l| &mut l.wrap_code),
    ("category", |l| &mut l.category),
    ("ticket_id", |l| &mut l.ticket_id),
];

/// The legs of a frame.
struct Legs {
    legs: Vec<Leg<'static>>,
    /// Key of the call of each.
    calls: Vec<i64>,
}

impl Legs {
    fn of(frame: &Frame) -> Result<Self> {
        let mut legs = vec![Leg::default(); frame.height()];
        for (name, place) in NUMBERS.into_iter().filter(|(name, _)| frame.has(name)) {
            legs.iter_mut().zip(frame.longs(name)?).for_each(|(leg, value)| *place(leg) = known(value));
        }
        for (name, place) in TAKEN {
            let is_there: Vec<bool> = match () {
                () if frame.has(&format!("{name}_key")) => frame.longs(&format!("{name}_key"))?.into_iter().map(|v| v != MISSING).collect(),
                () if frame.has(name) => frame.codes(name)?.into_iter().map(|v| v != NONE).collect(),
                () => continue,
            };
            // Whose value it is follows when the legs of a call are known.
            legs.iter_mut().zip(is_there).for_each(|(leg, is_there)| *place(leg) = is_there.then_some(0));
        }
        for (name, place) in WORDS.into_iter().filter(|(name, _)| frame.has(name)) {
            let places = places(name)?;
            legs.iter_mut().zip(frame.codes(name)?).for_each(|(leg, code)| *place(leg) = places.get(&code).copied());
        }
        for (name, place) in FLAGS.into_iter().filter(|(name, _)| frame.has(name)) {
            legs.iter_mut().zip(frame.flags(name)?).for_each(|(leg, flag)| *place(leg) = flag);
        }
        if frame.has("csat_score") {
            legs.iter_mut().zip(frame.numbers("csat_score")?).for_each(|(leg, score)| leg.csat_score = score);
        }
        let key = |name: &str| if frame.has(name) { frame.longs(name) } else { Ok(vec![MISSING; frame.height()]) };
        let calls = key("parent_id_key")?.into_iter().zip(key("id_key")?).map(|(parent, id)| known(parent).unwrap_or(id)).collect();
        Ok(Self { legs, calls })
    }

    /// The rows of each call, sorted by their prints.
    fn groups(&self, prints: &[i64]) -> Vec<Vec<usize>> {
        let mut places: HashMap<i64, usize, FixedState> = HashMap::default();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (row, &call) in self.calls.iter().enumerate() {
            let place = if call == MISSING { groups.len() } else { *places.entry(call).or_insert(groups.len()) };
            if place == groups.len() {
                groups.push(Vec::new());
            }
            groups[place].push(row);
        }
        groups.iter_mut().for_each(|rows| rows.sort_by_key(|&row| prints[row]));
        groups
    }

    fn fold(&self, rows: Vec<usize>) -> Folded {
        let count = rows.len() as u32;
        let numbered = |(number, &row): (usize, &usize)| {
            let mut leg = self.legs[row];
            for (_, place) in TAKEN {
                *place(&mut leg) = place(&mut leg).map(|_| number as u32);
            }
            // A first queue may be taken from the queue of a leg: its own numbers are above those.
            leg.first_queue = leg.first_queue.map(|number| number + count);
            leg
        };
        let legs: Vec<Leg<'static>> = rows.iter().enumerate().map(numbered).collect();
        let order = legs::order(&legs);
        let row = |place: Option<&usize>| place.map_or(rows[0], |&place| rows[place]);
        let (first, last) = (row(order.first()), row(order.last()));
        Folded { leg: legs::fold(&legs), rows, first, last }
    }
}

/// The folded columns, a row a call.
fn columns(frame: &Frame, calls: &[Folded]) -> Result<BTreeMap<String, Values>> {
    let mut out = BTreeMap::new();
    for (name, place) in NUMBERS {
        let each = calls.iter().map(|call| *place(&mut { call.leg }));
        let values = match name.ends_with("_at") {
            true => Values::Long(each.map(|v| v.unwrap_or(MISSING)).collect()),
            false => Values::Whole(each.map(|v| v.map_or(i32::MIN, |v| i32::try_from(v).unwrap_or(i32::MAX))).collect()),
        };
        // Transfers are counted from the legs where the export does not say them.
        if frame.has(name) || name == "transfers" {
            out.insert(name.to_owned(), values);
        }
    }
    for (name, place) in WORDS.into_iter().filter(|(name, _)| frame.has(name)) {
        let codes: BTreeMap<u8, u32> = places(name)?.into_iter().map(|(code, place)| (place, code)).collect();
        let each = calls.iter().map(|call| place(&mut { call.leg }).and_then(|p| codes.get(&p).copied()).unwrap_or(NONE));
        out.insert(name.to_owned(), Values::Text(each.collect()));
    }
    for (name, place) in FLAGS.into_iter().filter(|(name, _)| frame.has(name)) {
        out.insert(name.to_owned(), Values::Flag(calls.iter().map(|call| *place(&mut { call.leg })).collect()));
    }
    if frame.has("csat_score") {
        out.insert("csat_score".to_owned(), Values::Number(calls.iter().map(|call| call.leg.csat_score).collect()));
    }
    for (name, place) in TAKEN {
        out.extend(taken(frame, calls, name, place)?);
    }
    out.extend(ids(frame, calls)?);
    Ok(out)
}

/// The id of each call, which is its first leg's; a call is no part of another.
fn ids(frame: &Frame, calls: &[Folded]) -> Result<Vec<(String, Values)>> {
    let mut out = Vec::new();
    if frame.has("id_key") {
        let keys = frame.longs("id_key")?;
        out.push(("id_key".to_owned(), Values::Long(calls.iter().map(|call| keys[call.first]).collect())));
    }
    if frame.has("id") {
        let texts = frame.texts("id")?;
        out.push(("id".to_owned(), Values::Words(calls.iter().map(|call| texts[call.first].clone()).collect())));
    }
    if frame.has("parent_id_key") {
        out.push(("parent_id_key".to_owned(), Values::Long(vec![MISSING; calls.len()])));
    }
    if frame.has("parent_id") {
        out.push(("parent_id".to_owned(), Values::Words(vec![None; calls.len()])));
    }
    Ok(out)
}

/// A column, and the column of its texts, whose values are taken from one of the legs.
fn taken(frame: &Frame, calls: &[Folded], name: &str, place: Place<u32>) -> Result<Vec<(String, Values)>> {
    let row = |call: &Folded| place(&mut { call.leg }).map(|number| call.rows[number as usize % call.rows.len()]);
    let from_queue = |call: &Folded| name == "first_queue" && call.leg.first_queue.is_some_and(|n| (n as usize) < call.rows.len());
    let mut out = Vec::new();
    let key = format!("{name}_key");
    if frame.has(&key) {
        let keys = frame.longs(&key)?;
        out.push((key, Values::Long(calls.iter().map(|call| row(call).map_or(MISSING, |row| keys[row])).collect())));
        if frame.has(name) {
            let texts = frame.texts(name)?;
            out.push((name.to_owned(), Values::Words(calls.iter().map(|call| row(call).and_then(|row| texts[row].clone())).collect())));
        }
    } else if frame.has(name) || name == "first_queue" && frame.has("queue") {
        let own = if frame.has(name) { frame.codes(name)? } else { Vec::new() };
        let queues = if name == "first_queue" && frame.has("queue") { frame.codes("queue")? } else { Vec::new() };
        let code = |call: &Folded| row(call).map_or(NONE, |row| if from_queue(call) { queues[row] } else { own[row] });
        out.push((name.to_owned(), Values::Text(calls.iter().map(code).collect())));
    }
    Ok(out)
}

/// Columns of words, and where a leg holds them.
const WORDS: [(&str, Place<u8>); 2] = [("direction", |l| &mut l.direction), ("outcome", |l| &mut l.outcome)];

/// Columns of flags, and where a leg holds them.
const FLAGS: [(&str, Place<bool>); 2] = [("is_acd", |l| &mut l.is_acd), ("fcr_flag", |l| &mut l.fcr_flag)];

/// The place of each word of a column in its list, by the word's code.
fn places(name: &str) -> Result<HashMap<u32, u8, FixedState>> {
    let words = match Source::Calls.column(name).map(|c| c.kind) {
        Some(Type::Enum(words)) => words,
        _ => &[],
    };
    words.iter().zip(0..).map(|(word, place)| Ok((code_of(word)?, place))).collect()
}
