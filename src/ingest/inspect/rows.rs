//! What the rows are: one a ticket or call, or states and legs of it; and what looks wrong with them.

use std::collections::BTreeMap;

use super::columns::Reading;
use super::proposal::Line;
use crate::columns::Source;
use crate::ingest::cells::id::is_mangled_id;
use crate::ingest::cells::timestamp::Form;

/// Row counts at which products are known to cut their exports off.
const LIMITS: [u64; 4] = [1000, 10_000, 20_000, 50_000];

/// A day, in seconds.
const DAY: i64 = 86_400;

/// The rows of every id within one file, in its order: what stands in two files is an overlap of exports, not a state or a leg.
type Ids<'a> = BTreeMap<(usize, &'a str), Vec<&'a Vec<String>>>;

fn by_id<'a>(reading: &'a Reading<'_>, field: usize) -> Ids<'a> {
    let sample = reading.view.sample;
    let mut rows = Ids::new();
    for (number, row) in sample.rows.iter().enumerate() {
        let id = row.get(field).map_or("", |c| c.trim());
        if !id.is_empty() {
            let file = sample.starts.partition_point(|start| *start <= number);
            rows.entry((file, id)).or_default().push(row);
        }
    }
    rows
}

/// What must be said of the rows: lines of `[[source]]` and of `[source.columns]`.
pub(super) fn lines(reading: &Reading<'_>) -> (Vec<Line>, Vec<Line>) {
    let id = reading.find("id").filter(|m| m.fields.len() == 1);
    let Some(field) = id.map(|m| m.fields[0]) else { return Default::default() };
    let ids = by_id(reading, field);
    let differing = |rows: &&Vec<&Vec<String>>| rows.windows(2).any(|w| w[0] != w[1]);
    let repeated: Vec<&Vec<&Vec<String>>> = ids.values().filter(differing).collect();
    if repeated.is_empty() || reading.view.known.options.rows.is_some() {
        return Default::default();
    }
    match reading.view.known.kind {
        Source::Tickets => (vec![versions(reading, repeated.len(), &ids)], Vec::new()),
        Source::Calls => legs(reading, field, &repeated, ids.len()),
        _ => Default::default(),
    }
}

/// States of tickets, or a few copies: a log has most of its ids several times, and a column that tells states apart.
fn versions(reading: &Reading<'_>, repeated: usize, ids: &Ids<'_>) -> Line {
    let tells = ["updated_at", "version", "status"].into_iter().find(|n| reading.find(n).is_some());
    let rows: usize = ids.values().map(Vec::len).sum();
    let evidence = format!("{repeated} of {} ids come several times, in {rows} rows", ids.len());
    match tells {
        Some(column) if repeated * 5 >= ids.len() => {
            Line::live("rows = \"versions\"", format!("a log of changes: {evidence} that differ in {column}"))
        }
        _ => Line::open("rows = \"versions\"", format!("{evidence}: if each row is a state of its ticket; else the latest counts")),
    }
}

/// Legs of calls lie close together; an id that comes back on other days is no id.
fn legs(reading: &Reading<'_>, field: usize, repeated: &[&Vec<&Vec<String>>], ids: usize) -> (Vec<Line>, Vec<Line>) {
    let header = &reading.view.sample.header[field];
    let evidence = format!("{} of {ids} values of {header:?} come several times", repeated.len());
    let Some((days, form)) = days(reading) else {
        return (vec![Line::open("rows = \"legs\"", format!("{evidence}: if each row is a leg of its call"))], Vec::new());
    };
    let at = |row: &Vec<String>| row.get(days).and_then(|c| form.parse(c.trim().as_bytes())).map(|s| s.secs);
    let spread = |rows: &&&Vec<&Vec<String>>| {
        let times: Vec<i64> = rows.iter().filter_map(|r| at(r)).collect();
        times.iter().max().zip(times.iter().min()).is_some_and(|(a, b)| a - b > DAY)
    };
    let recycled = repeated.iter().filter(spread).count();
    if recycled * 2 > repeated.len() {
        let why = format!("{evidence}, {recycled} of them on days apart: a number that is used again is no id");
        return (Vec::new(), vec![Line::live("id = false", why)]);
    }
    if recycled * 20 > repeated.len() {
        let why = format!("{evidence}, {recycled} of them on days apart: legs of one call, or a number used again (id = false)?");
        return (vec![Line::open("rows = \"legs\"", why)], Vec::new());
    }
    (vec![Line::live("rows = \"legs\"", format!("{evidence}, close together: legs of one call"))], Vec::new())
}

/// The column that dates calls, or the first with dates, and how it reads.
fn days(reading: &Reading<'_>) -> Option<(usize, Form)> {
    use super::looks::Dates;
    let started = reading.find("start_at").and_then(|m| m.fields.first().copied());
    let form = |f: usize| match &reading.view.looks[f].dates {
        Dates::Form(pattern) => Form::compile(pattern).ok().map(|form| (f, form)),
        _ => None,
    };
    started.into_iter().chain(0..reading.view.looks.len()).find_map(form)
}

/// What looks wrong with the file.
pub(super) fn warnings(reading: &Reading<'_>) -> Vec<String> {
    let sample = reading.view.sample;
    let mut out = Vec::new();
    let own = &reading.view.known.options.row_limits;
    let limits: &[u64] = if own.is_empty() { &LIMITS } else { own };
    if sample.is_whole && limits.contains(&sample.rows_seen) {
        out.push(format!("exactly {} rows: an export of so many was probably cut off by the product; export in parts", sample.rows_seen));
    }
    for m in reading.matches.iter().filter(|m| matches!(m.mapping.canonical.kind, crate::columns::Type::Id)) {
        let mangled = |w: &&(String, u64)| is_mangled_id(w.0.as_bytes());
        if let Some((word, _)) = m.fields.iter().flat_map(|f| &reading.view.looks[*f].words).find(mangled) {
            let header = &sample.header[m.fields[0]];
            out.push(format!("{header:?} holds {word:?}: a spreadsheet cut digits off this id; export again without opening it there"));
        }
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    sample.header.iter().filter(|h| !h.trim().is_empty()).for_each(|h| *seen.entry(h.as_str()).or_default() += 1);
    for (header, count) in seen.into_iter().filter(|(_, n)| *n > 1).take(5) {
        out.push(format!("the header {:?} is there {count} times: the first filled cell counts", super::shown(header, 40)));
    }
    for (name, field, reason) in reading.off.iter().filter(|_| !reading.view.known.is_generic()) {
        out.push(format!(
            "{:?} is `{name}` in exports of {}, but {reason}",
            super::shown(&sample.header[*field], 40),
            reading.view.known.product
        ));
    }
    if sample.rows.is_empty() {
        out.push("the file has a header and no rows: types cannot be checked".to_owned());
    }
    out
}
