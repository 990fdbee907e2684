//! Exports of any size: two years of tickets, twice as many calls and 0.15 times as many surveys, written as they are drawn.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::dates::{DAY, HOUR, civil};
use crate::events::{Events, Life};
use crate::rng::Rng;

/// Monday 2024-01-01 00:00 UTC.
const START: i64 = 1_704_067_200;
/// 104 weeks.
const DAYS: i64 = 728;
/// Monday 2025-12-29 00:00 UTC: what is written has happened before.
pub(crate) const END: i64 = START + DAYS * DAY;
pub(crate) const PRIORITIES: [&str; 4] = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"];
const TARGET_HOURS: [i64; 4] = [4, 8, 24, 72];
const MEDIAN_HOURS: [f64; 4] = [2.0, 5.0, 10.0, 24.0];
const CATEGORIES: [&str; 8] = ["Hardware", "Software", "Network", "Access", "Email", "Telephony", "Printing", "Database"];
const KINDS: [&str; 6] = ["Fault", "Request", "Performance", "Configuration", "Password reset", "Other"];
/// As often as they stand here.
const CHANNELS: [&str; 10] =
    ["Phone", "Phone", "Phone", "Email", "Email", "Self-service", "Self-service", "Self-service", "Chat", "Walk-in"];
const PLACES: [&str; 10] = ["London", "Manchester", "Leeds", "Cardiff", "Glasgow", "Belfast", "Birmingham", "Bristol", "Dublin", "Zürich"];
const OPEN_STATES: [&str; 3] = ["New", "In Progress", "On Hold"];
/// As often as they stand here.
const CLOSE_CODES: [&str; 10] = [
    "Solved (Permanently)",
    "Solved (Permanently)",
    "Solved (Permanently)",
    "Solved (Permanently)",
    "Solved (Permanently)",
    "Solved (Work Around)",
    "Solved (Work Around)",
    "Not Solved",
    "Closed by Caller",
    "Duplicate",
];
#[rustfmt::skip]
const WORDS: [&str; 24] = [
    "Calendar", "does not", "open", "since Monday", "remote access", "from the train", "plotter", "out of toner", "tablet", "keyboard",
    "sticks", "refuses", "sign in", "to the ERP", "team folder", "gone", "joiner", "asks for rights", "meeting", "echo",
    "PIN", "ran out", "unlock", "order",
];

/// What the rows of a desk are drawn from.
struct Desk {
    rng: Rng,
    agents: u64,
    callers: u64,
    tickets: u64,
    row: Vec<u8>,
    events: Option<Events<BufWriter<File>>>,
}

/// One ticket as far as its survey needs it.
struct Fate {
    resolved: Option<i64>,
    late: bool,
    hops: u64,
}

/// What `bench` is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Order {
    pub(crate) tickets: u64,
    pub(crate) seed: u64,
    /// Whether the events of the tickets are written too: as much again as all other files.
    pub(crate) has_events: bool,
}

/// Writes `tickets.csv`, `calls.csv`, `surveys.csv` and `deskcard.toml`; with events also `ticket_events.csv` and `sla.toml`.
pub(crate) fn write(dir: &Path, order: Order) -> io::Result<()> {
    let Order { tickets, seed, has_events } = order;
    fs::create_dir_all(dir)?;
    fs::write(dir.join("deskcard.toml"), include_str!("bench.toml"))?;
    let open = |name: &str| File::create(dir.join(name)).map(|file| BufWriter::with_capacity(1 << 20, file));
    let (mut out, mut calls, mut surveys) = (open("tickets.csv")?, open("calls.csv")?, open("surveys.csv")?);
    heads(&mut out, &mut calls, &mut surveys)?;
    let (agents, callers) = ((tickets / 2500).clamp(40, 500), (tickets / 8).max(100));
    let events = if has_events { Some(Events::new(seed, agents, open("ticket_events.csv")?)?) } else { None };
    if has_events {
        fs::write(dir.join("sla.toml"), include_str!("sla.toml"))?;
    }
    let mut desk = Desk { rng: Rng::new(seed), agents, callers, tickets: 0, row: Vec::with_capacity(1024), events };
    let mut call = 0;
    for day in 0..DAYS {
        for second in desk.seconds(quota(tickets, day)) {
            desk.ticket(START + day * DAY + second, &mut out, &mut surveys)?;
        }
        for second in desk.seconds(quota(2 * tickets, day)) {
            call += 1;
            desk.call(call, START + day * DAY + second, &mut calls)?;
        }
    }
    out.flush()?;
    calls.flush()?;
    surveys.flush()?;
    desk.events.map_or(Ok(()), |mut events| events.finish())
}

/// The header lines.
fn heads(tickets: &mut impl Write, calls: &mut impl Write, surveys: &mut impl Write) -> io::Result<()> {
    writeln!(
        tickets,
        "number,opened_at,resolved_at,closed_at,state,priority,category,subcategory,channel,caller,location,assignment_group,\
         assigned_to,opened_by,reassignment_count,reopen_count,short_description,close_code,sla_due,updated_at"
    )?;
    writeln!(calls, "call_id,start,queue,agent,caller,wait_s,talk_s,hold_s,wrap_s,abandoned,transferred,ticket_number")?;
    writeln!(surveys, "ticket_number,submitted_at,score,comment")
}

/// How many of `n` rows fall on a day; the sum over all days is exact.
fn quota(n: u64, day: i64) -> usize {
    let before = |day: i64| (day / 7) as f64 * 5.3 + [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 5.15][(day % 7) as usize];
    let upto = |day: i64| (n as f64 * before(day) / before(DAYS)).round() as usize;
    upto(day + 1) - upto(day)
}

/// Two digits.
fn two(row: &mut Vec<u8>, n: i64) {
    row.extend_from_slice(&[b'0' + (n / 10) as u8, b'0' + (n % 10) as u8]);
}

/// A moment as `2024-01-01 08:15:00`.
pub(crate) fn moment(row: &mut Vec<u8>, at: i64) {
    let ((year, month, day), second) = (civil(at.div_euclid(DAY)), at.rem_euclid(DAY));
    two(row, year / 100);
    two(row, year % 100);
    for (mark, n) in [(b'-', month), (b'-', day), (b' ', second / HOUR), (b':', second / 60 % 60), (b':', second % 60)] {
        row.push(mark);
        two(row, n);
    }
}

/// Starts a cell with a number of at least `width` digits after a prefix.
pub(crate) fn numbered(row: &mut Vec<u8>, prefix: &str, n: u64, width: u32) {
    row.extend_from_slice(prefix.as_bytes());
    let digits = (n.checked_ilog10().unwrap_or(0) + 1).max(width);
    for place in (0..digits).rev() {
        row.push(b'0' + (n / 10_u64.pow(place) % 10) as u8);
    }
}

impl Desk {
    /// The seconds of a day at which something happens, in order, mostly in the working day; no two the same as long as there is room,
    /// so that which of two contacts comes first is never a matter of taste.
    fn seconds(&mut self, n: usize) -> Vec<i64> {
        let mut all: Vec<i64> = (0..n).map(|_| self.second()).collect();
        all.sort_unstable();
        if n < DAY as usize / 2 {
            for i in 1..n {
                all[i] = all[i].max(all[i - 1] + 1);
            }
        }
        all
    }

    /// One of them.
    fn second(&mut self) -> i64 {
        let rng = &mut self.rng;
        if rng.chance(0.92) { (28_800.0 + 18_000.0 * (rng.unit() + rng.unit())) as i64 } else { rng.between(0, DAY - 1) }
    }

    /// Adds a comma and a plain cell.
    fn cell(&mut self, text: &str) {
        self.row.push(b',');
        self.row.extend_from_slice(text.as_bytes());
    }

    /// Adds a comma and a moment, or an empty cell.
    fn at(&mut self, at: Option<i64>) {
        self.row.push(b',');
        if let Some(at) = at {
            moment(&mut self.row, at);
        }
    }

    /// Adds a comma and a numbered name.
    fn named(&mut self, prefix: &str, n: u64, width: u32, suffix: &str) {
        self.row.push(b',');
        numbered(&mut self.row, prefix, n, width);
        self.row.extend_from_slice(suffix.as_bytes());
    }

    /// Adds a comma and some words; one cell in fifty has to be quoted.
    fn words(&mut self, n: u64) {
        let tail = match self.rng.below(100) {
            0 => ", and again today",
            1 => " says \"\"not allowed\"\"",
            2 => "\nRestarted, no change",
            3 => " — Büro Süd",
            _ => "",
        };
        let quote = tail.contains([',', '"', '\n']);
        self.cell(if quote { "\"" } else { "" });
        for at in 0..n {
            let word = *self.rng.pick(&WORDS);
            self.row.extend_from_slice(if at > 0 { b" " } else { b"" });
            self.row.extend_from_slice(word.as_bytes());
        }
        self.row.extend_from_slice(tail.as_bytes());
        self.row.extend_from_slice(if quote { b"\"" } else { b"" });
    }

    /// Ends the row.
    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.row.push(b'\n');
        out.write_all(&self.row)?;
        self.row.clear();
        Ok(())
    }

    /// When a ticket is resolved, if it is by the end of the two years.
    fn resolution(&mut self, opened: i64, priority: usize, hops: u64) -> Option<i64> {
        let hours = self.rng.around(MEDIAN_HOURS[priority], 1.1) * (1.0 + 0.4 * hops as f64);
        let at = opened + (hours * HOUR as f64) as i64 + 60;
        (at < END && self.rng.below(1000) >= 5).then_some(at)
    }

    /// One ticket and, for about one in seven, its survey.
    fn ticket(&mut self, opened: i64, out: &mut impl Write, surveys: &mut impl Write) -> io::Result<()> {
        self.tickets += 1;
        let priority = self.rng.weighted(&[0.03, 0.12, 0.55, 0.30]);
        let hops = match self.rng.below(100) {
            ..=69 => 0,
            70..=88 => 1,
            89..=96 => 2,
            _ => 3 + self.rng.below(4),
        };
        let resolved = self.resolution(opened, priority, hops);
        let closed = resolved.map(|at| at + 5 * DAY).filter(|&at| at < END);
        let mut life = Life { ticket: self.tickets, opened, resolved, closed, priority, hops, ..Life::default() };
        self.first_cells(&mut life);
        self.last_cells(&mut life);
        self.end(out)?;
        if let Some(events) = &mut self.events {
            events.write(&life)?;
        }
        let late = resolved.is_some_and(|at| at - opened > TARGET_HOURS[priority] * HOUR);
        if self.rng.chance(0.1508) { self.survey(&Fate { resolved, late, hops }, surveys) } else { Ok(()) }
    }

    /// The cells from the number to the priority.
    fn first_cells(&mut self, life: &mut Life) {
        numbered(&mut self.row, "INC", self.tickets, 9);
        self.at(Some(life.opened));
        self.at(life.resolved);
        self.at(life.closed);
        let open = *self.rng.pick(&OPEN_STATES);
        life.state = if life.closed.is_some() {
            "Closed"
        } else if life.resolved.is_some() {
            "Resolved"
        } else {
            open
        };
        self.cell(life.state);
        self.cell(PRIORITIES[life.priority]);
    }

    /// The cells from the category to the last update. A caller mostly asks about the same thing.
    fn last_cells(&mut self, life: &mut Life) {
        let (agent, caller) = (self.rng.below(self.agents), self.rng.below(self.callers));
        (life.agent, life.caller) = (agent, caller);
        let topic = if self.rng.below(3) < 2 { caller % 8 } else { self.rng.below(8) };
        let (kind, channel) = (*self.rng.pick(&KINDS), *self.rng.pick(&CHANNELS));
        self.cell(CATEGORIES[topic as usize]);
        self.cell(kind);
        self.cell(channel);
        self.named("user", caller, 7, "@example.org");
        self.cell(PLACES[(caller % 10) as usize]);
        self.named("Service Desk ", agent % 20, 2, "");
        life.is_assigned = life.resolved.is_some() || self.rng.below(10) != 0;
        if life.is_assigned {
            self.named("agent", agent, 4, "");
        } else {
            self.cell("");
        }
        let first = self.rng.below(self.agents);
        self.named("agent", first, 4, "");
        self.named("", life.hops, 1, "");
        life.reopened = self.rng.weighted(&[0.94, 0.05, 0.01]) as u64;
        self.named("", life.reopened, 1, "");
        let words = 3 + self.rng.below(5);
        self.words(words);
        let code = *self.rng.pick(&CLOSE_CODES);
        self.cell(if life.resolved.is_some() { code } else { "" });
        self.at(Some(life.opened + TARGET_HOURS[life.priority] * HOUR));
        self.at(Some(life.closed.or(life.resolved).unwrap_or(life.opened + 600)));
    }

    /// The answer to a survey: worse after a late resolution and after hand-overs.
    fn survey(&mut self, fate: &Fate, out: &mut impl Write) -> io::Result<()> {
        let Some(resolved) = fate.resolved else { return Ok(()) };
        let bad = u64::from(fate.late) * 2 + fate.hops.min(2);
        numbered(&mut self.row, "INC", self.tickets, 9);
        let answered = resolved + 600 + self.rng.between(0, 172_799);
        self.at(Some(answered));
        let score = 5_u64.saturating_sub(self.rng.below(2 + bad)).max(1);
        self.named("", score, 1, "");
        if self.rng.below(4) == 0 {
            let words = 2 + self.rng.below(8);
            self.words(words);
        } else {
            self.cell("");
        }
        self.end(out)
    }

    /// One call; two in five of the answered ones name a recent ticket.
    fn call(&mut self, id: u64, start: i64, out: &mut impl Write) -> io::Result<()> {
        let lost = self.rng.below(100) < 6;
        let (agent, caller) = (self.rng.below(self.agents), self.rng.below(self.callers));
        let wait = self.rng.wait(25.0) as u64 * if lost { 3 } else { 1 };
        let times = if lost { [wait, 0, 0, 0] } else { [wait, self.spent(260.0), self.held(), self.spent(60.0)] };
        numbered(&mut self.row, "C", id, 10);
        self.at(Some(start));
        self.named("Queue ", agent % 20, 1, "");
        self.named("agent", agent, 4, "");
        self.named("user", caller, 7, "@example.org");
        for seconds in times {
            self.named("", seconds, 1, "");
        }
        self.cell(if lost { "true" } else { "false" });
        let passed_on = !lost && self.rng.below(12) == 0;
        self.cell(if passed_on { "true" } else { "false" });
        if !lost && self.tickets > 0 && self.rng.below(10) < 4 {
            let ticket = self.tickets - self.rng.below(self.tickets.min(2000));
            self.named("INC", ticket, 9, "");
        } else {
            self.cell("");
        }
        self.end(out)
    }

    /// Seconds around a median.
    fn spent(&mut self, median: f64) -> u64 {
        self.rng.around(median, 0.7) as u64
    }

    /// Seconds on hold, in one call of three.
    fn held(&mut self) -> u64 {
        if self.rng.below(3) == 0 { self.spent(45.0) } else { 0 }
    }
}
