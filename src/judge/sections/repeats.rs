//! Repeat demand: who comes back about what, and where knowledge is missing.

use super::super::cards::Ground;
use super::super::tables::{plain_column, words};
use crate::contacts::Repeats;
use crate::format;
use crate::scorecard::{Cell, Section, TableData, TableRow, Unit};
use crate::stats::Proportion;
use crate::stats::interval::wilson_95;

/// Characters of a name in a table.
const NAME: usize = 60;

/// The section; `None` where nobody knows who asked, or nobody did.
pub(in crate::judge) fn section(ground: &Ground<'_>) -> Option<Section> {
    let r = ground.e.repeats?;
    let known = r.taken.contacts - r.taken.unknown;
    if known == 0 {
        return None;
    }
    let days = r.asked.window / 86_400;
    Some(Section {
        id: "repeats".to_owned(),
        title: "Repeat demand".to_owned(),
        lead: format!(
            "Tickets, and answered calls that are no ticket, over {}. A contact is a repeat if the same requester had another no more than {days} days before.",
            ground.e.recent_words()
        ),
        facts: facts(r, known),
        tables: [problems(r), gaps(r)].into_iter().flatten().collect(),
        footer: "Repeats are what would be saved at most if nobody had to come back: the less they exceed coincidence the less it is. The intervals of the candidates count a \
                 person’s repeats as one lump, and are as wide as picking the worst of many demands. A single requester may be the reason; read the tickets first."
            .to_owned(),
        ..Section::default()
    })
}

fn facts(r: &Repeats, known: u64) -> Vec<(String, String)> {
    let (t, q) = (&r.taken, &r.requesters);
    let share = |hits: u64, n: u64| {
        let rate = |p: Proportion| {
            let interval = format::interval(Unit::Share, wilson_95(p), p.n());
            format!(" ({}; 95 % interval {interval})", format::value_of(Unit::Share, p.rate(), p.n()))
        };
        let words = Proportion::new(hits, n).map(rate).unwrap_or_default();
        format!("{} of {}{words}", format::count(hits), format::count(n))
    };
    let line = |label: &str, text: String| (label.to_owned(), text);
    let mut out = vec![
        line("Repeats", share(t.repeats, known)),
        line("About the same category", share(t.same_subject, known)),
        line(
            "By coincidence alone",
            format!(
                "about {} of them, if what people ask about had nothing to do with what they asked before",
                format::count(r.by_chance.round() as u64)
            ),
        ),
        line("Requesters for whom one contact was enough", share(q.one_contact, q.all - q.undecided)),
    ];
    let several: u64 = t.chains[1..].iter().sum();
    if several > 0 {
        out.push(line("Changed the channel on the way", share(t.switched, several)));
    }
    if let Some(top) = q.top_tenth {
        out.push(line("Contacts of the tenth with most", format::value_of(Unit::Share, top, q.all)));
    }
    if t.unknown > 0 {
        out.push(line("Contacts of unknown requesters, not counted", format::count(t.unknown)));
    }
    if r.short_days > 0 {
        out.push(line("Days with too little before them", format!("{}: repeats there may be taken for first contacts", r.short_days)));
    }
    out
}

fn problems(r: &Repeats) -> Option<TableData> {
    let number = |v: f64| Cell { value: Some(v), ..Cell::default() };
    let row = |p: &crate::contacts::problems::Problem| {
        let tickets: Vec<&str> = p.tickets.iter().filter_map(|k| r.tickets.get(k).map(String::as_str)).collect();
        TableRow {
            name: format::label(&r.cell(p.cell), NAME),
            page: None,
            cells: vec![
                number(p.repeats as f64),
                number(p.contacts as f64),
                number(p.requesters as f64),
                Cell { value: Some(p.a_month), interval: Some(p.interval), ..Cell::default() },
                words(format::label(&tickets.join(" "), NAME)),
            ],
        }
    };
    (!r.problems.top.is_empty()).then(|| TableData {
        title: "Problem candidates".to_owned(),
        note: format!(
            "Contacts about the same category beyond the first, by where the first was; the {} with most of {} places.",
            r.problems.top.len(),
            format::count(r.problems.looked_at)
        ),
        row_label: format::capital(&r.by.join(" · ")),
        columns: vec![
            plain_column("Repeats", Unit::Count),
            plain_column("Contacts", Unit::Count),
            plain_column("Requesters", Unit::Count),
            plain_column("Repeats a month", Unit::Number),
            plain_column("Read", Unit::Count),
        ],
        rows: r.problems.top.iter().map(row).collect(),
    })
}

fn gaps(r: &Repeats) -> Option<TableData> {
    let share =
        |s: &crate::contacts::knowledge::Share| Cell { value: Some(s.value()), n: s.n, interval: Some(s.interval), ..Cell::default() };
    let row = |g: &crate::contacts::knowledge::Gap| TableRow {
        name: match r.subject(g.subject) {
            "" => "(none)".to_owned(),
            name => format::label(name, NAME),
        },
        page: None,
        cells: vec![
            Cell { is_good: g.is_clear.then_some(false), ..share(&g.linked) },
            Cell { is_good: g.is_clear.then_some(false), ..share(&g.first) },
            Cell { value: Some(g.missed.round()), ..Cell::default() },
        ],
    };
    (!r.knowledge.gaps.is_empty()).then(|| TableData {
        title: "Where knowledge is missing".to_owned(),
        note: "Categories with more than their part of the work, fewer articles and fewer first contact resolutions than the others; marked where that is clear. \
               Missed: what would have been solved at first contact at the others’ rate."
            .to_owned(),
        row_label: "Category".to_owned(),
        columns: vec![
            plain_column("With an article", Unit::Share),
            plain_column("At first contact", Unit::Share),
            plain_column("Missed", Unit::Count),
        ],
        rows: r.knowledge.gaps.iter().map(row).collect(),
    })
}
