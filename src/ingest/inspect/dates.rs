//! A day in one column and the time of day in another: which belong together, and how they read when joined.

use super::Question;
use super::columns::View;
use super::fit::Detail;
use super::looks::{Dates, Looks, form_in_order};
use super::write::quoted;
use crate::ingest::cells::duration::DurationUnit;
use crate::ingest::cells::timestamp::{Form, Order};
use crate::ingest::preset::normalise;

/// Words for a day in headers, and for the time of day beside it.
const PAIRS: [(&str, &[&str]); 7] = [
    ("date", &["time", "hour", "time of day"]),
    ("day", &["time", "time of day"]),
    ("datum", &["zeit", "uhrzeit", "tijd"]),
    ("fecha", &["hora"]),
    ("data", &["ora", "hora"]),
    ("dt", &["tm", "time"]),
    ("jour", &["heure"]),
];

/// What spreadsheets and libraries put before a time of day that has no date.
const ORIGINS: [&str; 4] = ["1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01"];

/// The column with the time of day of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Partner {
    /// Its header says so.
    Named(usize),
    /// These hold times of day, and no header says which.
    Unnamed(Vec<usize>),
    /// There is none.
    None,
}

/// Whether a column holds times of day, in any dress.
pub(super) fn is_clock(looks: &Looks) -> bool {
    let day = |unit: DurationUnit, w: &str| unit.parse(w.as_bytes()).is_some_and(|s| (0..86_400).contains(&s));
    let fraction = |w: &str| w.contains('.') && w.parse::<f64>().is_ok_and(|n| (0.0..1.0).contains(&n));
    looks.all(|w| day(DurationUnit::Hms, w))
        || looks.all(|w| day(DurationUnit::Clock12, w))
        || looks.all(fraction)
        || ORIGINS.iter().any(|o| looks.all(|w| w.starts_with(o)))
}

/// Whether a column holds days without a time.
pub(super) fn is_day(looks: &Looks) -> bool {
    looks.are_dates() && !looks.has_time
}

/// The column with the time of day of the days in `field`.
pub(super) fn partner(view: &View<'_>, field: usize) -> Partner {
    let header = normalise(&view.sample.header[field]);
    let mut wanted = Vec::new();
    for (day, times) in PAIRS {
        if header.split(' ').any(|w| w == day) {
            let with = |time: &str| header.split(' ').map(|w| if w == day { time } else { w }).collect::<Vec<_>>().join(" ");
            wanted.extend(times.iter().map(|t| with(t)));
        }
    }
    let is_wanted = |f: &&usize| wanted.contains(&normalise(&view.sample.header[**f]));
    match view.clocks.iter().find(is_wanted) {
        Some(named) => Partner::Named(*named),
        None if view.clocks.is_empty() => Partner::None,
        None => Partner::Unnamed(view.clocks.to_vec()),
    }
}

/// How a day and a time of day read together: forms to be said, if the search does not find them by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) timestamps: Option<String>,
    pub(super) detail: Detail,
}

/// Joins a day and a time of day; None if no form reads them all.
pub(super) fn join(view: &View<'_>, column: &str, day: usize, time: usize) -> Option<Joined> {
    let fields = [day, time];
    let looks = Looks::of(view.sample, &fields, &view.known.nulls);
    match &looks.dates {
        Dates::Form(form) => {
            return Some(Joined {
                timestamps: None,
                detail: Detail { evidence: format!("joined they read as {form}"), ..Detail::default() },
            });
        }
        either @ Dates::Either { .. } => {
            return Some(Joined { timestamps: None, detail: Detail { either: Some(either.clone()), ..Detail::default() } });
        }
        Dates::No => {}
    }
    let texts: Vec<&str> = looks.words.iter().map(|(w, _)| w.as_str()).collect();
    let with_times = |date: &str| times().into_iter().map(|t| format!("{date} {t}")).find(|form| reads(form, &texts));
    match &view.looks[day].dates {
        Dates::Form(form) => {
            let form = with_times(if form == "iso" { "%Y-%m-%d" } else { form })?;
            Some(Joined { detail: Detail { evidence: format!("joined they read as {form}"), ..Detail::default() }, timestamps: Some(form) })
        }
        Dates::Either { .. } => Some(Joined { timestamps: None, detail: order_question(view, column, fields, with_times)? }),
        Dates::No => None,
    }
}

fn times() -> Vec<String> {
    let hung = ORIGINS.iter().map(|o| format!("{o} %H:%M:%S"));
    ["day-fraction".to_owned(), "%H:%M:%S".to_owned()].into_iter().chain(hung).collect()
}

fn reads(form: &str, texts: &[&str]) -> bool {
    let Ok(form) = Form::compile(form) else { return false };
    !texts.is_empty() && texts.iter().all(|t| form.parse(t.as_bytes()).is_some())
}

/// The question of day or month first, where the form must be said in full.
fn order_question(view: &View<'_>, column: &str, fields: [usize; 2], with_times: impl Fn(&str) -> Option<String>) -> Option<Detail> {
    let Dates::Either { example, row, dmy, mdy } = &view.looks[fields[0]].dates else { return None };
    let headers = fields.map(|f| quoted(&view.sample.header[f]));
    let line = |order: Order| {
        let days = view.looks[fields[0]].words.iter().map(|(w, _)| w.as_str());
        let form = with_times(&form_in_order(days, order)?)?;
        Some(format!("{column} = {{ headers = [{}, {}], timestamps = [{}] }}", headers[0], headers[1], quoted(&form)))
    };
    let answers = vec![(format!("the day first: {dmy}"), line(Order::Dmy)?), (format!("the month first: {mdy}"), line(Order::Mdy)?)];
    let question = Question {
        what: format!("does {:?} put the day or the month first?", view.sample.header[fields[0]]),
        evidence: format!("{example:?} in row {row} may be {dmy} or {mdy}, and no other value decides it"),
        answers,
        is_of_column: true,
    };
    Some(Detail { question: Some(question), ..Detail::default() })
}

/// The question which time of day belongs to a day.
pub(super) fn partner_question(view: &View<'_>, column: &str, day: usize, times: &[usize]) -> Question {
    let name = |f: usize| &view.sample.header[f];
    let line = |f: usize| format!("{column} = {{ headers = [{}, {}] }}", quoted(name(day)), quoted(name(f)));
    let first = |f: usize| view.looks[f].words.first().map_or("", |(w, _)| w);
    Question {
        what: format!("which time of day goes with {:?}?", name(day)),
        evidence: format!("it holds days only, and {} columns hold times of day", times.len()),
        answers: times.iter().take(8).map(|&f| (format!("{}, such as {}", name(f), first(f)), line(f))).collect(),
        is_of_column: true,
    }
}
