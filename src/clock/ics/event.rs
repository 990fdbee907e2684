//! The events of an iCalendar text: what covers whole days becomes an [`Event`], the rest is counted.

use super::line::{Line, lines};
use super::rule::Rule;
use super::value::{Moment, duration, moments, plain, short, the_moment};
use super::{Event, LONGEST, Skip, Skipped, Source};
use crate::clock::DAY;
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

type Read = (Vec<Event>, BTreeMap<Skip, Skipped>);

/// The events of a text and what was left out.
pub(super) fn events(text: &str, source: &Source<'_>) -> Result<Read> {
    let lines = lines(text, source)?;
    if !lines.first().is_some_and(|l| l.is("BEGIN") && l.value().eq_ignore_ascii_case("VCALENDAR")) {
        return Err(source.error(1, "this is not an iCalendar file").hint("it must begin with BEGIN:VCALENDAR; such files end in .ics"));
    }
    let mut reading = Reading { source, open: Vec::new(), draft: None, drafts: Vec::new() };
    for line in &lines {
        reading.line(line)?;
    }
    if let Some((kind, begun)) = reading.open.last() {
        let error = source.error(*begun, format!("`{}` begins here and the file ends without END:{0}", short(kind)));
        return Err(error.hint("the file was cut short: export or load it again"));
    }
    settled(reading.drafts, source)
}

/// What is open at a line.
struct Reading<'a> {
    source: &'a Source<'a>,
    /// The parts that have begun, with their lines.
    open: Vec<(String, usize)>,
    draft: Option<Draft>,
    drafts: Vec<Draft>,
}

/// An event as it is read.
#[derive(Debug, Default)]
struct Draft {
    line: usize,
    name: String,
    id: String,
    start: Option<Moment>,
    end: Option<End>,
    rules: Vec<Rule>,
    also: Vec<Moment>,
    except: Vec<Moment>,
    /// The repetition of another event with the same id that this one stands for.
    instead_of: Option<Moment>,
    is_cancelled: bool,
}

/// When an event ends, and the line that says so.
#[derive(Debug, Clone, Copy)]
enum End {
    At(Moment, usize),
    After(i64, usize),
}

impl Reading<'_> {
    fn line(&mut self, line: &Line<'_>) -> Result<()> {
        if line.is("BEGIN") {
            return self.begin(line);
        }
        if line.is("END") {
            return self.end(line);
        }
        if self.open.is_empty() {
            return Err(self.source.error(line.number, "this line stands after END:VCALENDAR").hint("export or load the file again"));
        }
        // Parts of an event, such as its alarms, have times of their own.
        let is_of_event = self.open.last().is_some_and(|(kind, _)| kind == "VEVENT");
        match &mut self.draft {
            Some(draft) if is_of_event => draft.property(line, self.source),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: &Line<'_>) -> Result<()> {
        const DEEPEST: usize = 16;
        let kind = line.value().to_ascii_uppercase();
        if self.open.len() == DEEPEST {
            return Err(self.source.error(line.number, format!("more than {DEEPEST} parts are open here")).hint("export or load it again"));
        }
        if kind == "VEVENT" {
            if let Some(draft) = &self.draft {
                let what = format!("an event begins within the one of line {}", draft.line);
                return Err(self.source.error(line.number, what).hint("an END:VEVENT is missing: export or load the file again"));
            }
            self.draft = Some(Draft { line: line.number, ..Draft::default() });
        }
        self.open.push((kind, line.number));
        Ok(())
    }

    fn end(&mut self, line: &Line<'_>) -> Result<()> {
        let kind = line.value().to_ascii_uppercase();
        match self.open.pop() {
            Some((open, _)) if open == kind => {}
            _ => {
                let what = format!("`END:{}` ends what has not begun", short(line.value()));
                return Err(self.source.error(line.number, what).hint("export or load the file again"));
            }
        }
        if kind == "VEVENT" {
            self.drafts.extend(self.draft.take());
        }
        Ok(())
    }
}

impl Draft {
    fn property(&mut self, line: &Line<'_>, source: &Source<'_>) -> Result<()> {
        match line.name().to_ascii_uppercase().as_str() {
            "SUMMARY" => self.name = plain(line.value()),
            "UID" => line.value().clone_into(&mut self.id),
            "DTSTART" => self.start = Some(the_moment(line, source)?),
            "DTEND" => self.end = Some(End::At(the_moment(line, source)?, line.number)),
            "DURATION" => self.end = Some(End::After(length(line, source)?, line.number)),
            "RRULE" => self.rules.push(Rule::read(line.value(), source.zone).map_err(|what| refused(line, what, source))?),
            "RDATE" => self.also.extend(moments(line, source)?),
            "EXDATE" => self.except.extend(moments(line, source)?),
            "RECURRENCE-ID" => self.instead_of = Some(the_moment(line, source)?),
            "STATUS" => self.is_cancelled = line.value().eq_ignore_ascii_case("CANCELLED"),
            "EXRULE" => return Err(refused(line, "EXRULE is no longer part of iCalendar and not read".to_owned(), source)),
            _ => {}
        }
        Ok(())
    }

    /// The event; why it is no holiday otherwise.
    fn settled(self, source: &Source<'_>) -> Result<Result<Event, (Skip, Self)>> {
        let Some(start) = self.start else {
            let error = source.error(self.line, format!("the event{} has no DTSTART", called(&self.name)));
            return Err(error.hint("take it out of the file, or give it a day: DTSTART;VALUE=DATE:20261224"));
        };
        let is_elsewhere = matches!(start, Moment::Instant { is_local: false, .. });
        let repeats = !(self.rules.is_empty() && self.also.is_empty());
        let span = match self.days(start, source)? {
            Ok(_) if self.is_cancelled => Err(Skip::Cancelled),
            Ok(_) if is_elsewhere && repeats => Err(Skip::RepeatedElsewhere),
            span => span,
        };
        let (first, length) = match span {
            Ok(span) => span,
            Err(skip) => return Ok(Err((skip, self))),
        };
        let days = |moments: &[Moment]| moments.iter().map(|m| m.day(source.zone)).collect::<Vec<Result<i32, Skip>>>();
        let Ok(also) = days(&self.also).into_iter().collect() else { return Err(mixed(&self, source)) };
        // What does not begin when a repetition does, takes none away.
        let except = days(&self.except).into_iter().flatten().collect();
        Ok(Ok(Event { line: self.line, name: self.name, first, days: length, rules: self.rules, also, except }))
    }

    /// Its first day and how many there are.
    fn days(&self, start: Moment, source: &Source<'_>) -> Result<Result<(i32, i32), Skip>> {
        let first = match start.day(source.zone) {
            Ok(day) => day,
            Err(skip) => return Ok(Err(skip)),
        };
        let (end, line) = match (start, self.end) {
            (Moment::Day(_), None) => return Ok(Ok((first, 1))),
            // An instant without an end lasts no time.
            (_, None) => return Ok(Err(Skip::TimeOfDay)),
            (_, Some(End::At(end, line))) => (end.day(source.zone), line),
            // A day is one of the calendar, also if the clock makes it longer or shorter.
            (_, Some(End::After(secs, line))) if secs % DAY == 0 => {
                (Ok(i32::try_from(secs / DAY).unwrap_or(i32::MAX).saturating_add(first)), line)
            }
            (_, Some(End::After(..))) => (Err(Skip::TimeOfDay), 0),
        };
        match end {
            Err(skip) => Ok(Err(skip)),
            // The end is the day after the last; some programs give a single day as its own end.
            Ok(end) if end == first && matches!(start, Moment::Day(_)) => Ok(Ok((first, 1))),
            Ok(end) if end == first => Ok(Err(Skip::TimeOfDay)),
            Ok(end) => {
                length_between(first, end).ok_or_else(|| wrong_length(&self.name, end < first, line, source)).map(|days| Ok((first, days)))
            }
        }
    }
}

fn length_between(first: i32, end: i32) -> Option<i32> {
    end.checked_sub(first).filter(|days| (1..=LONGEST).contains(days))
}

fn wrong_length(name: &str, is_backwards: bool, line: usize, source: &Source<'_>) -> Error {
    if is_backwards {
        return source
            .error(line, format!("the event{} ends before it starts", called(name)))
            .hint("correct its DTEND, the day after the last");
    }
    let what = format!("the event{} is longer than {LONGEST} days", called(name));
    source.error(line, what).hint("take it out of the file; dates a calendar is closed for long are its hours")
}

fn mixed(draft: &Draft, source: &Source<'_>) -> Error {
    let what = format!("the event{} covers whole days, but repeats (RDATE) at times of day", called(&draft.name));
    source.error(draft.line, what).hint("give the days one by one under `holidays`, and take the event out of the file")
}

fn called(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" `{}`", short(name)) }
}

fn length(line: &Line<'_>, source: &Source<'_>) -> Result<i64> {
    duration(line.value()).ok_or_else(|| {
        source
            .error(line.number, format!("`{}` is not a length of time", short(line.value())))
            .hint("write P1D for a day or P1W for a week")
    })
}

fn refused(line: &Line<'_>, what: String, source: &Source<'_>) -> Error {
    source.error(line.number, what).hint("give the days one by one under `holidays`, and take the event out of the file")
}

/// Drafts as events; those that stand for a repetition of another are taken out of it.
fn settled(drafts: Vec<Draft>, source: &Source<'_>) -> Result<Read> {
    let mut replaced: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for draft in &drafts {
        if let Some(Ok(day)) = draft.instead_of.map(|m| m.day(source.zone)) {
            replaced.entry(draft.id.clone()).or_default().insert(day);
        }
    }
    let (mut events, mut skipped) = (Vec::new(), BTreeMap::new());
    for draft in drafts {
        // The first with the id is the one they belong to: ids are of one event each.
        let instead = if draft.instead_of.is_none() { replaced.remove(&draft.id) } else { None };
        match draft.settled(source)? {
            Ok(mut event) => {
                event.except.extend(instead.unwrap_or_default());
                events.push(event);
            }
            Err((skip, draft)) => count(&mut skipped, skip, draft),
        }
    }
    Ok((events, skipped))
}

fn count(skipped: &mut BTreeMap<Skip, Skipped>, skip: Skip, draft: Draft) {
    skipped.entry(skip).or_insert(Skipped { events: 0, line: draft.line, name: draft.name }).events += 1;
}
