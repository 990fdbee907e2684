//! What the SLA clock costs: open time between two instants, a due instant, and the resolution clock of a ticket without holds and with
//! two, beside a loop over the days with chrono-tz.
//!
//! `cargo bench --bench clock` prints nanoseconds a ticket, the least of five runs over a million random tickets. It ends with exit code 1 if
//! the clock and the loop disagree on a ticket. Not a test: machines differ.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use deskcard::clock::calendar::{Calendar, Schedule};
use deskcard::clock::parse_day;
use deskcard::clock::sla::{self, Calendars, Cycle, Kind, OnPriority, Reopen, Target, Terms};
use deskcard::clock::timeline::{NONE, Party, State, Status, Statuses, Timeline};
use deskcard::stats::random::Random;

const TICKETS: usize = 1_000_000;
/// The loop is slow; what it costs a ticket shows in fewer of them.
const LOOPED: usize = 50_000;
const RUNS: usize = 5;
const HOUR: i64 = 3_600;
/// 2024-01-01 00:00 UTC, and two years of seconds.
const START: i64 = 1_704_067_200;
const YEARS: u64 = 2 * 365 * 86_400;
const ZONE: Tz = Tz::Europe__London;
/// The public holidays of England in 2024 and 2025.
const HOLIDAYS: [&str; 16] = [
    "2024-01-01",
    "2024-03-29",
    "2024-04-01",
    "2024-05-06",
    "2024-05-27",
    "2024-08-26",
    "2024-12-25",
    "2024-12-26",
    "2025-01-01",
    "2025-04-18",
    "2025-04-21",
    "2025-05-05",
    "2025-05-26",
    "2025-08-25",
    "2025-12-25",
    "2025-12-26",
];

/// A ticket from its opening to its resolution, on hold twice in between.
#[derive(Clone, Copy)]
struct Ticket {
    opened: i64,
    resolved: i64,
    holds: [(i64, i64); 2],
}

impl Ticket {
    /// Half of them take less than so many hours, none less than a minute.
    fn draw(random: &mut Random, hours: f64) -> Self {
        let opened = START + random.below(YEARS) as i64;
        let secs = ((1.1 * random.normal()).exp() * hours * HOUR as f64) as i64 + 60;
        let mut edges = [0; 4].map(|_| opened + 1 + random.below(secs as u64 - 10) as i64);
        edges.sort_unstable();
        // Apart from each other, so that every state lasts.
        for (at, edge) in edges.iter_mut().enumerate() {
            *edge += at as i64;
        }
        Self { opened, resolved: opened + secs, holds: [(edges[0], edges[1]), (edges[2], edges[3])] }
    }

    /// The spans between the holds.
    fn spans(&self) -> [(i64, i64); 3] {
        let [(a, b), (c, d)] = self.holds;
        [(self.opened, a), (b, c), (d, self.resolved)]
    }

    /// As the clock is told it.
    fn tell(&self, has_holds: bool, timeline: &mut Timeline) {
        timeline.states.clear();
        timeline.states.push((self.opened, state(Status::Open)));
        for (from, to) in self.holds.iter().filter(|_| has_holds) {
            timeline.states.extend([(*from, state(Status::Pending)), (*to, state(Status::Open))]);
        }
        timeline.states.push((self.resolved, state(Status::Resolved)));
    }
}

const fn state(status: Status) -> State {
    State { status, hold_reason: NONE, priority: 3, group: 0, assignee: 0, party: Party::Desk }
}

/// Monday to Friday 08:00 to 18:00.
fn schedule() -> Schedule {
    let mut hours: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| vec![(8 * HOUR, 18 * HOUR)]);
    hours[5].clear();
    hours[6].clear();
    Schedule { hours, holidays: HOLIDAYS.iter().filter_map(|day| parse_day(day)).collect(), ..Schedule::always(ZONE) }
}

/// Two business days to resolve, holds left out; the start is the ticket's.
fn terms(calendar: &Calendar) -> Terms<'_> {
    Terms {
        kind: Kind::Resolution,
        start: START,
        attached: START,
        is_pause_retroactive: true,
        paused: Statuses::of(&[Status::Pending]),
        paused_reasons: &[],
        stopped: Statuses::of(&[Status::Resolved, Status::Closed]),
        cancelled: Statuses::of(&[Status::Cancelled]),
        reopen: Reopen::Resume,
        on_priority: OnPriority::Keep,
        targets: [Some(Target::Open(20 * HOUR)); 6],
        is_answered_by_resolution: true,
        known_pause: 0,
        groups: &[],
        calendars: Calendars::One(calendar),
        as_of: START + 3 * YEARS as i64,
    }
}

/// The clock as one would first write it.
struct Loop {
    holidays: BTreeSet<NaiveDate>,
}

impl Loop {
    fn elapsed(&self, from: i64, to: i64) -> i64 {
        let day = |at| DateTime::from_timestamp(at, 0).map(|at| at.with_timezone(&ZONE).date_naive());
        let (Some(first), Some(last)) = (day(from), day(to)) else { return 0 };
        let days = first.iter_days().take_while(|day| *day <= last);
        days.filter_map(|day| self.open_on(day)).map(|(open, close)| (close.min(to) - open.max(from)).max(0)).sum()
    }

    fn open_on(&self, day: NaiveDate) -> Option<(i64, i64)> {
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || self.holidays.contains(&day) {
            return None;
        }
        let at = |hour| ZONE.from_local_datetime(&day.and_time(NaiveTime::from_hms_opt(hour, 0, 0)?)).earliest();
        Some((at(8)?.timestamp(), at(18)?.timestamp()))
    }
}

/// Nanoseconds a ticket, the least of the runs.
fn least(tickets: &[Ticket], mut one: impl FnMut(&Ticket) -> i64) -> f64 {
    let mut run = || {
        let start = Instant::now();
        black_box(black_box(tickets).iter().map(&mut one).fold(0, i64::wrapping_add));
        start.elapsed().as_secs_f64() * 1e9 / tickets.len() as f64
    };
    (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// The clock with what it keeps from ticket to ticket.
struct Engine<'a> {
    terms: Terms<'a>,
    has_holds: bool,
    timeline: Timeline,
    cycles: Vec<Cycle>,
}

impl<'a> Engine<'a> {
    fn new(calendar: &'a Calendar, has_holds: bool) -> Self {
        Self { terms: terms(calendar), has_holds, timeline: Timeline { states: Vec::new(), moments: Vec::new() }, cycles: Vec::new() }
    }

    fn tell(&mut self, ticket: &Ticket) -> i64 {
        ticket.tell(self.has_holds, &mut self.timeline);
        black_box(&self.timeline).states.len() as i64
    }

    fn used_secs(&mut self, ticket: &Ticket) -> i64 {
        self.tell(ticket);
        self.cycles.clear();
        (self.terms.start, self.terms.attached) = (ticket.opened, ticket.opened);
        sla::run(&self.terms, &self.timeline, &mut self.cycles);
        black_box(&self.cycles).iter().map(|cycle| cycle.used_secs).sum()
    }

    /// Nanoseconds a ticket with the telling, and without.
    fn measure(&mut self, tickets: &[Ticket]) -> [f64; 2] {
        let told = least(tickets, |ticket| self.tell(ticket));
        let all = least(tickets, |ticket| self.used_secs(ticket));
        [all, all - told]
    }
}

/// One table; false if the clock and the loop disagree.
fn table(calendar: &Calendar, naive: &Loop, hours: f64) -> bool {
    let mut random = Random::new(1);
    let tickets: Vec<Ticket> = (0..TICKETS).map(|_| Ticket::draw(&mut random, hours)).collect();
    let loop_plain = |ticket: &Ticket| naive.elapsed(ticket.opened, ticket.resolved);
    let loop_held = |ticket: &Ticket| ticket.spans().iter().map(|(from, to)| naive.elapsed(*from, *to)).sum();
    let (mut plain, mut held) = (Engine::new(calendar, false), Engine::new(calendar, true));
    for ticket in &tickets[..LOOPED] {
        let found = [calendar.elapsed(ticket.opened, ticket.resolved), plain.used_secs(ticket), held.used_secs(ticket)];
        if found != [loop_plain(ticket), loop_plain(ticket), loop_held(ticket)] {
            eprintln!("the clock and the loop disagree on the ticket from {} to {}", ticket.opened, ticket.resolved);
            return false;
        }
    }
    let (looped, looped_held) = (least(&tickets[..LOOPED], loop_plain), least(&tickets[..LOOPED], loop_held));
    let tell = |what: &str, ns: f64, of: f64| println!("{what:<44} {ns:9.1} {:9.0}", of / ns);
    println!("\n{:<44} {:>9} {:>9}", format!("half of the tickets under {hours} hours"), "ns", "loop is ×");
    tell("elapsed", least(&tickets, |ticket| calendar.elapsed(ticket.opened, ticket.resolved)), looped);
    tell("add: 20 open hours", least(&tickets, |ticket| calendar.add(ticket.opened, 20 * HOUR).unwrap_or(0)), looped);
    let [all, clock] = plain.measure(&tickets);
    tell("resolution clock, no holds", clock, looped);
    tell("  with the telling of the ticket", all, looped);
    let [all, clock] = held.measure(&tickets);
    tell("resolution clock, two holds", clock, looped_held);
    tell("  with the telling of the ticket", all, looped_held);
    tell("loop over days, no holds", looped, looped);
    tell("loop over days, two holds", looped_held, looped_held);
    true
}

fn main() -> ExitCode {
    let Ok(calendar) = Calendar::new(&schedule(), 2010, 2029) else { return ExitCode::FAILURE };
    let naive = Loop { holidays: HOLIDAYS.iter().filter_map(|day| day.parse().ok()).collect() };
    println!("{TICKETS} tickets, least of {RUNS} runs, a ticket");
    // As long as those of `generate_desk`, and as those of a desk with a backlog.
    let is_agreed = [10.0, 240.0].into_iter().all(|hours| table(&calendar, &naive, hours));
    if is_agreed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
