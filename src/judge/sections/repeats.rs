//! Repeat demand: who comes back about what, and where knowledge is missing.

use super::super::cards::Ground;
use super::super::tables::{plain_column, words};
use crate::contacts::Repeats;
use crate::format;
use crate::say;
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
        title: say!("Repeat demand").to_owned(),
        lead: say!("Tickets, and answered calls that are no ticket, over {span}. A contact is a repeat if the same requester had another no more than {days} days before.", span = ground.e.recent_words(), days),
        facts: facts(r, known, days),
        tables: [problems(r), gaps(r)].into_iter().flatten().collect(),
        footer: say!("Repeats are what would be saved at most if nobody had to come back: the less they exceed coincidence the less it is. The intervals of the candidates count a \
                 person’s repeats as one lump, and are as wide as picking the worst of many demands. A single requester may be the reason; read the tickets first.")
            .to_owned(),
        ..Section::default()
    })
}

fn facts(r: &Repeats, known: u64, days: i64) -> Vec<(String, String)> {
    let (t, q) = (&r.taken, &r.requesters);
    let share = |hits: u64, n: u64| {
        let rate = |p: Proportion| {
            let interval = format::interval(Unit::Share, wilson_95(p), p.n());
            say!(" ({share}; 95 % interval {interval})", share = format::value_of(Unit::Share, p.rate(), p.n()), interval)
        };
        let words = Proportion::new(hits, n).map(rate).unwrap_or_default();
        say!("{hits} of {n}{words}", hits = format::count(hits), n = format::count(n), words)
    };
    let line = |label: &str, text: String| (label.to_owned(), text);
    let mut out = vec![
        line(&say!("Repeats within {days} days", days), share(t.repeats, known)),
        line(&say!("About the same category within {days} days", days), share(t.same_subject, known)),
        line(
            say!("By coincidence alone"),
            say!(
                "about {by_chance} of them, if what people ask about had nothing to do with what they asked before",
                by_chance = format::count(r.by_chance.round() as u64)
            ),
        ),
        line(&say!("Requesters without another contact in {days} days", days), share(q.one_contact, q.all - q.undecided)),
    ];
    let several: u64 = t.chains[1..].iter().sum();
    if several > 0 {
        out.push(line(say!("Changed the channel on the way"), share(t.switched, several)));
    }
    if let Some(top) = q.top_tenth {
        out.push(line(say!("Share of contacts from the busiest tenth"), format::value_of(Unit::Share, top, q.all)));
    }
    if t.unknown > 0 {
        out.push(line(say!("Contacts of unknown requesters, not counted"), format::count(t.unknown)));
    }
    if r.short_days > 0 {
        out.push(line(
            say!("Days with too little before them"),
            say!("{short_days}: repeats there may be taken for first contacts", short_days = r.short_days),
        ));
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
        title: say!("Problem candidates").to_owned(),
        note: say!(
            "Contacts about the same category beyond the first, by where the first was; the {top} with most of {looked_at} places.",
            top = r.problems.top.len(),
            looked_at = format::count(r.problems.looked_at)
        ),
        row_label: format::capital(&r.by.iter().map(|by| crate::language::of_data(by)).collect::<Vec<_>>().join(" · ")),
        columns: vec![
            plain_column(&say!("Repeats in {days} days", days = r.asked.window / 86_400), Unit::Count),
            plain_column(say!("Contacts"), Unit::Count),
            plain_column(say!("Requesters"), Unit::Count),
            plain_column(say!("Repeats a month"), Unit::Number),
            plain_column(say!("Read"), Unit::Count),
        ],
        rows: r.problems.top.iter().map(row).collect(),
    })
}

fn gaps(r: &Repeats) -> Option<TableData> {
    let share =
        |s: &crate::contacts::knowledge::Share| Cell { value: Some(s.value()), n: s.n, interval: Some(s.interval), ..Cell::default() };
    let row = |g: &crate::contacts::knowledge::Gap| TableRow {
        name: match r.subject(g.subject) {
            "" => say!("(none)").to_owned(),
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
        title: say!("Where knowledge is missing").to_owned(),
        note: say!("Categories with more than their part of the work, fewer articles and fewer first contact resolutions than the others; marked where that is clear. \
               Missed: what would have been solved at first contact at the others’ rate.")
            .to_owned(),
        row_label: say!("Category").to_owned(),
        columns: vec![
            plain_column(say!("With an article"), Unit::Share),
            plain_column(say!("At first contact"), Unit::Share),
            plain_column(say!("Missed"), Unit::Count),
        ],
        rows: r.knowledge.gaps.iter().map(row).collect(),
    })
}
