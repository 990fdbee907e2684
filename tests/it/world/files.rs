//! A world as files: CSV exports with canonical headers, and the config that reads them.

use std::fmt::{Display, Write};
use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeZone};
use chrono_tz::Tz;

use super::{Call, Event, Observation, Span, Spell, Survey, Ticket, World};

/// The columns of an export: name and how a row's cell is written.
pub(crate) type Columns<T> = Vec<(&'static str, Box<dyn Fn(&T) -> String>)>;

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn shown(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

/// An instant on the wall clock of a zone.
pub(crate) fn local_text(zone: Tz, utc: i64) -> String {
    let instant = DateTime::from_timestamp(utc, 0).expect("an instant");
    zone.from_utc_datetime(&instant.naive_utc()).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn utc(value: Option<i64>) -> String {
    value.map_or_else(String::new, |t| local_text(Tz::UTC, t))
}

macro_rules! columns {
    ($($name:literal => $cell:expr),* $(,)?) => { vec![$(($name, Box::new($cell))),*] };
}

pub(super) fn tickets() -> Columns<Ticket> {
    columns![
        "id" => |t: &Ticket| t.id.clone(),
        "created_at" => |t: &Ticket| utc(Some(t.created)),
        "first_response_at" => |t: &Ticket| utc(t.first_response),
        "first_response_secs" => |t: &Ticket| shown(t.first_response_secs),
        "resolved_at" => |t: &Ticket| utc(t.resolved),
        "resolution_secs" => |t: &Ticket| shown(t.resolution_secs),
        "closed_at" => |t: &Ticket| utc(t.closed),
        "updated_at" => |t: &Ticket| utc(t.updated),
        "status" => |t: &Ticket| text(t.status.as_ref()),
        "priority" => |t: &Ticket| text(t.priority.as_ref()),
        "category" => |t: &Ticket| text(t.category.as_ref()),
        "channel" => |t: &Ticket| text(t.channel.as_ref()),
        "requester" => |t: &Ticket| text(t.requester.as_ref()),
        "group" => |t: &Ticket| text(t.group.as_ref()),
        "first_group" => |t: &Ticket| text(t.first_group.as_ref()),
        "level" => |t: &Ticket| text(t.level.as_ref()),
        "assignee" => |t: &Ticket| text(t.assignee.as_ref()),
        "resolver" => |t: &Ticket| text(t.resolver.as_ref()),
        "reassign_count" => |t: &Ticket| shown(t.reassigned),
        "reopen_count" => |t: &Ticket| shown(t.reopened),
        "agent_replies" => |t: &Ticket| shown(t.replies),
        "fcr_flag" => |t: &Ticket| shown(t.fcr_flag),
        "kb_linked" => |t: &Ticket| shown(t.kb_linked),
        "due_response_at" => |t: &Ticket| utc(t.due_response),
        "due_resolution_at" => |t: &Ticket| utc(t.due_resolution),
        "sla_response_met" => |t: &Ticket| shown(t.response_met),
        "sla_resolution_met" => |t: &Ticket| shown(t.resolution_met),
        "csat_score" => |t: &Ticket| shown(t.csat_score),
        "csat_at" => |t: &Ticket| utc(t.csat_at),
    ]
}

pub(super) fn events() -> Columns<Event> {
    columns![
        "ticket_id" => |e: &Event| e.ticket.clone(),
        "at" => |e: &Event| utc(Some(e.at)),
        "kind" => |e: &Event| text(e.kind.as_ref()),
        "status" => |e: &Event| text(e.status.as_ref()),
        "priority" => |e: &Event| text(e.priority.as_ref()),
        "group" => |e: &Event| text(e.group.as_ref()),
    ]
}

pub(super) fn calls() -> Columns<Call> {
    columns![
        "id" => |c: &Call| c.id.clone(),
        "start_at" => |c: &Call| utc(Some(c.start)),
        "end_at" => |c: &Call| utc(c.end),
        "direction" => |c: &Call| text(c.direction.as_ref()),
        "queue" => |c: &Call| text(c.queue.as_ref()),
        "agent" => |c: &Call| text(c.agent.as_ref()),
        "caller" => |c: &Call| text(c.caller.as_ref()),
        "wait_secs" => |c: &Call| shown(c.wait),
        "talk_secs" => |c: &Call| shown(c.talk),
        "hold_secs" => |c: &Call| shown(c.hold),
        "acw_secs" => |c: &Call| shown(c.acw),
        "handle_secs" => |c: &Call| shown(c.handle),
        "outcome" => |c: &Call| text(c.outcome.as_ref()),
        "transfers" => |c: &Call| shown(c.transfers),
        "is_acd" => |c: &Call| shown(c.is_acd),
        "ticket_id" => |c: &Call| text(c.ticket.as_ref()),
        "fcr_flag" => |c: &Call| shown(c.fcr_flag),
        "csat_score" => |c: &Call| shown(c.csat_score),
    ]
}

/// Surveys are written on the desk's wall clock, the other exports in UTC.
pub(super) fn surveys(zone: Tz) -> Columns<Survey> {
    let local = move |t: Option<i64>| t.map_or_else(String::new, |t| local_text(zone, t));
    columns![
        "id" => |s: &Survey| s.id.clone(),
        "ticket_id" => |s: &Survey| text(s.ticket.as_ref()),
        "sent_at" => move |s: &Survey| local(s.sent),
        "answered_at" => move |s: &Survey| local(s.answered),
        "agent" => |s: &Survey| text(s.agent.as_ref()),
        "score" => |s: &Survey| shown(s.score),
        "resolved_first_contact" => |s: &Survey| shown(s.first_contact),
        "lost_secs" => |s: &Survey| shown(s.lost),
    ]
}

pub(super) fn roster() -> Columns<Spell> {
    let day = |d: Option<NaiveDate>| shown(d);
    columns![
        "agent_id" => |s: &Spell| s.agent_id.clone(),
        "name" => |s: &Spell| text(s.name.as_ref()),
        "names" => |s: &Spell| text(s.names.as_ref()),
        "emails" => |s: &Spell| text(s.email.as_ref()),
        "logins" => |s: &Spell| text(s.login.as_ref()),
        "team" => |s: &Spell| text(s.team.as_ref()),
        "fte" => |s: &Spell| shown(s.fte),
        "hired_at" => move |s: &Spell| day(Some(s.hired)),
        "desk_start_at" => move |s: &Spell| day(s.desk_start),
        "left_at" => move |s: &Spell| day(s.left),
        "mentor" => |s: &Spell| text(s.mentor.as_ref()),
        "mentor_since_at" => move |s: &Spell| day(s.mentor_since),
        "scheduled_hours" => |s: &Spell| shown(s.hours),
    ]
}

pub(super) fn observations() -> Columns<Observation> {
    columns![
        "agent" => |o: &Observation| text(o.agent.as_ref()),
        "at" => |o: &Observation| o.at.to_string(),
        "measure" => |o: &Observation| o.measure.clone(),
        "value" => |o: &Observation| o.value.to_string(),
        "note" => |o: &Observation| o.note.clone(),
    ]
}

/// The rows as CSV, with a header also where there are none.
pub(crate) fn csv_text<T>(columns: &Columns<T>, rows: &[T], is_absent: impl Fn(&str) -> bool) -> String {
    let kept: Vec<_> = columns.iter().filter(|(name, _)| !is_absent(name)).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(kept.iter().map(|(name, _)| *name)).expect("a header");
    for row in rows {
        writer.write_record(kept.iter().map(|(_, cell)| cell(row))).expect("a row");
    }
    String::from_utf8(writer.into_inner().expect("all written")).expect("UTF-8")
}

impl World {
    /// The files of the desk: name and text.
    pub(crate) fn files(&self) -> Vec<(&'static str, String)> {
        let is_absent = |kind: &str, name: &str| self.absent.contains(&format!("{kind}.{name}"));
        let mut out = Vec::new();
        if let Some(now) = &self.tickets {
            // Old states stand among the new ones: some before, some after.
            let (before, after) = self.old_states.split_at(self.old_states.len() / 2);
            let all: Vec<Ticket> = before.iter().chain(now).chain(after).cloned().collect();
            out.push(("tickets.csv", csv_text(&tickets(), &all, |n| is_absent("tickets", n))));
        }
        if let Some(rows) = &self.events {
            out.push(("events.csv", csv_text(&events(), rows, |_| false)));
        }
        if let Some(rows) = &self.calls {
            out.push(("calls.csv", csv_text(&calls(), rows, |n| is_absent("calls", n))));
        }
        if let Some(rows) = &self.surveys {
            out.push(("surveys.csv", csv_text(&surveys(self.zone), rows, |n| is_absent("surveys", n))));
        }
        if let Some(rows) = &self.roster {
            out.push(("roster.csv", csv_text(&roster(), rows, |n| is_absent("roster", n))));
        }
        if let Some(rows) = &self.observations {
            out.push(("observations.csv", csv_text(&observations(), rows, |n| is_absent("observations", n))));
        }
        out
    }

    /// Writes config and files into a folder.
    pub(crate) fn write_into(&self, dir: &Path) {
        for (name, text) in self.files() {
            std::fs::write(dir.join(name), text).expect("write a file");
        }
        std::fs::write(dir.join("deskcard.toml"), self.config()).expect("write the config");
    }

    /// The config.
    pub(crate) fn config(&self) -> String {
        let mut out =
            format!("[desk]\nname = \"World {}\"\ntime_zone = \"{}\"\nas_of = \"{}\"\n", self.seed, self.zone.name(), self.as_of_text);
        self.write_numbers(&mut out).expect("write to a text");
        self.write_rules(&mut out).expect("write to a text");
        let sources = [
            ("tickets", "tickets", "UTC"),
            ("events", "ticket_events", "UTC"),
            ("calls", "calls", "UTC"),
            ("surveys", "surveys", ""),
            ("roster", "agents", ""),
            ("observations", "observations", ""),
        ];
        let present: Vec<&str> = self.files().iter().map(|(name, _)| *name).collect();
        for (name, kind, zone) in sources.into_iter().filter(|(name, ..)| present.contains(&format!("{name}.csv").as_str())) {
            let zone = if zone.is_empty() { String::new() } else { format!("time_zone = \"{zone}\"\n") };
            write!(out, "\n[[source]]\nname = \"{name}\"\nkind = \"{kind}\"\nfiles = [\"{name}*.csv\"]\n{zone}").expect("write to a text");
        }
        out
    }

    fn write_numbers(&self, out: &mut String) -> std::fmt::Result {
        let n = &self.numbers;
        writeln!(out, "\n[parameters]\nnear_miss = {}\ncsat_good = {}", n.near_miss, n.csat_good)?;
        let secs = [
            ("service_level", n.service_level),
            ("short_abandon", n.short_abandon),
            ("repeat_window", n.repeat_window),
            ("reopen_window", n.reopen_window),
            ("fcr_time", n.fcr_time),
            ("stale_after", n.stale_after),
            ("survey_window", n.survey_window),
            ("match_before", n.match_before),
            ("match_after", n.match_after),
        ];
        secs.iter().try_for_each(|(name, secs)| writeln!(out, "{name} = \"{secs}s\""))
    }

    fn write_rules(&self, out: &mut String) -> std::fmt::Result {
        if self.repeats_by_category {
            writeln!(out, "\n[repeat]\nby = [\"requester\", \"category\"]")?;
        }
        if !self.levels.is_empty() {
            writeln!(out, "\n[levels]")?;
            self.levels.iter().try_for_each(|(group, level)| writeln!(out, "{group:?} = {level:?}"))?;
        }
        if !self.cannot_resolve.is_empty() {
            writeln!(out, "\n[first_level]\ncannot_resolve = {:?}", self.cannot_resolve)?;
        }
        let clock = &self.clock;
        writeln!(out, "\n[sla]\nreopen = {:?}\non_priority = {:?}", clock.reopen, clock.on_priority)?;
        if clock.pauses {
            writeln!(out, "pause = [\"pending\"]")?;
        }
        if !clock.is_answered_by_resolution {
            writeln!(out, "answered_by = [\"reply\"]")?;
        }
        if !self.promises.is_empty() {
            writeln!(out, "\n[sla.targets]")?;
        }
        for (priority, (response, resolution)) in &self.promises {
            let part = |name: &str, span: &Option<Span>| span.map(|s| format!("{name} = {:?}", span_text(s)));
            let parts: Vec<String> = [part("response", response), part("resolution", resolution)].into_iter().flatten().collect();
            writeln!(out, "{priority} = {{ {} }}", parts.join(", "))?;
        }
        let Some(hours) = &self.calendar else { return Ok(()) };
        writeln!(out, "\n[calendar]\ntime_zone = \"{}\"\nholidays = [\"{}\"]", hours.zone.name(), hours.holiday)?;
        let clock = |m: i64| format!("{:02}:{:02}", m / 60, m % 60);
        for (day, stretches) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().zip(&hours.week) {
            let texts: Vec<String> = stretches.iter().map(|(a, b)| format!("{}-{}", clock(*a), clock(*b))).collect();
            writeln!(out, "{day} = {texts:?}")?;
        }
        Ok(())
    }
}

fn span_text(span: Span) -> String {
    match span {
        Span::Plain(secs) => format!("{secs}s"),
        Span::Hours(hours) => format!("{hours}bh"),
        Span::Days(days) => format!("{days}bd"),
    }
}
