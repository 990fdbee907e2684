//! A random world: places with their opening hours, and tickets that happen there.

use super::hours::{Hours, LAST_YEAR, Wall};
use super::walk::Story;
use crate::clock::calendar::{Calendar, Schedule};
use crate::clock::sla::{Follow, Kind, OnPriority, Reopen, Target};
use crate::clock::timeline::{NONE, Party, State, Status, Statuses, What};
use crate::clock::{DAY, parse_day};
use crate::stats::random::Random;
use chrono::{Offset, TimeZone};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

const ZONES: [Tz; 6] =
    [Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::America__Sao_Paulo, Tz::America__St_Johns, Tz::Australia__Lord_Howe];

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// A zone from an instant on, with three calendars that groups may have.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) from: i64,
    pub(super) tick: i64,
    pub(super) hours: Vec<Hours>,
    pub(super) calendars: Vec<Calendar>,
}

/// One of a few.
pub(super) fn pick<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len() as u64) as usize]
}

/// True once in `n` times.
pub(super) fn one_in(random: &mut Random, n: u64) -> bool {
    random.below(n) == 0
}

/// In `from..=to`, each power of two about as often.
fn about(random: &mut Random, from: i64, to: i64) -> i64 {
    let (low, high) = ((from as f64).ln(), (to as f64 + 1.0).ln());
    ((low + random.unit() * (high - low)).exp() as i64).clamp(from, to)
}

// ---- places

/// The place of a seed: a week with a change of the clock every other time, where the zone has them.
pub(super) fn place(seed: u64, tick: i64) -> Place {
    let mut random = Random::new(seed);
    let zone = ZONES[(seed % 6) as usize];
    let year_end = parse_day(&format!("{LAST_YEAR}-12-31")).map_or(0, i64::from) * DAY;
    let first = parse_day("2016-01-02").map_or(0, i64::from) * DAY;
    let changes = changes(zone, first, year_end);
    let from = match random.below(10) {
        0 => year_end - random.below(9) as i64 * DAY,
        1..=4 => first + random.below(1050) as i64 * DAY,
        _ if changes.is_empty() => first + random.below(1050) as i64 * DAY,
        _ => pick(&mut random, &changes).div_euclid(DAY) * DAY - random.below(if tick == 1 { 2 } else { 6 }) as i64 * DAY,
    };
    let from = if tick == 1 { from.min(year_end - 30 * DAY) } else { from };
    let wall = Wall::new(zone, from, tick);
    let all: Vec<Vec<Schedule>> = (0..3)
        .map(|i| (0..if i == 2 && one_in(&mut random, 2) { 2 } else { 1 }).map(|_| schedule(&mut random, zone, from, tick)).collect())
        .collect();
    let calendar = |s: &Vec<Schedule>| Calendar::within(&s.iter().collect::<Vec<_>>(), 2016, LAST_YEAR).ok();
    // Two that are never open together make no calendar.
    let all: Vec<Vec<Schedule>> = all.into_iter().map(|s| if calendar(&s).is_some() { s } else { s[..1].to_vec() }).collect();
    let calendars = all.iter().filter_map(calendar).collect();
    let hours = all.into_iter().map(|s| Hours::new(s.into_iter().map(|s| (s, wall.clone())).collect())).collect();
    Place { name: format!("place {seed} ({zone})"), from, tick, hours, calendars }
}

/// The instants, to the hour, after which the zone's clock is put forward or back.
fn changes(zone: Tz, from: i64, to: i64) -> Vec<i64> {
    let offset = |at: i64| zone.timestamp_opt(at, 0).single().map(|t| t.offset().fix().local_minus_utc());
    let days = (from..to).step_by(DAY as usize).filter(|at| offset(*at) != offset(at + DAY));
    days.filter_map(|day| (day..day + DAY).step_by(HOUR as usize).find(|at| offset(*at) != offset(at + HOUR))).collect()
}

fn schedule(random: &mut Random, zone: Tz, from: i64, tick: i64) -> Schedule {
    let grid = if tick == 1 { pick(random, &[1, 1800, 450]) } else { pick(random, &[MINUTE, 15 * MINUTE, HOUR]) };
    let mut hours: [Vec<(i64, i64)>; 7] = match random.below(8) {
        0 => std::array::from_fn(|_| vec![(0, DAY)]),
        1 => std::array::from_fn(|_| vec![(0, 6 * HOUR), (22 * HOUR, DAY)]),
        2..=4 => std::array::from_fn(|_| vec![(8 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR)]),
        _ => std::array::from_fn(|_| stretches(random, grid)),
    };
    if random.below(3) > 0 && tick > 1 {
        (hours[5], hours[6]) = (Vec::new(), Vec::new());
    }
    if hours.iter().all(Vec::is_empty) {
        hours[2] = vec![(9 * HOUR, 17 * HOUR)];
    }
    let first = from.div_euclid(DAY) as i32 - 1;
    let days = |random: &mut Random, most: u64| -> Vec<i32> {
        let count = random.below(most + 1);
        (0..count).map(|_| first + random.below(40) as i32).collect()
    };
    let holidays: BTreeSet<i32> = days(random, 8).into_iter().collect();
    let mut shifts: BTreeMap<i32, Vec<(i64, i64)>> = days(random, 5).into_iter().map(|d| (d, stretches(random, grid))).collect();
    let on_holidays: Vec<i32> = holidays.iter().copied().filter(|_| one_in(random, 4)).collect();
    shifts.extend(on_holidays.into_iter().map(|d| (d, stretches(random, grid))));
    let breaks = days(random, 8).into_iter().map(|d| (d, stretches(random, grid))).collect();
    Schedule { time_zone: zone, hours, shifts, breaks, holidays }
}

/// Up to three stretches of a day on a grid.
fn stretches(random: &mut Random, grid: i64) -> Vec<(i64, i64)> {
    let count = random.below(4) * 2;
    let edges: BTreeSet<i64> = (0..count).map(|_| random.below((DAY / grid) as u64 + 1) as i64 * grid).collect();
    let edges: Vec<i64> = edges.into_iter().collect();
    edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

// ---- tickets

/// Resolution as often as the rest of its family: it has the most rules.
const KINDS: [Kind; 10] = [
    Kind::FirstResponse,
    Kind::NextResponse,
    Kind::Update,
    Kind::Resolution,
    Kind::Resolution,
    Kind::Resolution,
    Kind::Work,
    Kind::Wait,
    Kind::Group,
    Kind::Supplier,
];

const PAUSED: [&[Status]; 5] =
    [&[], &[Status::Pending], &[Status::Pending], &[Status::Pending, Status::New], &[Status::Pending, Status::Resolved]];

const STOPPED: [&[Status]; 6] = [
    &[Status::Closed],
    &[Status::Resolved, Status::Closed, Status::Cancelled],
    &[Status::Resolved, Status::Closed],
    &[Status::Resolved, Status::Closed],
    &[Status::Resolved, Status::Closed],
    &[Status::Resolved, Status::Closed],
];

/// The ticket of a seed.
pub(super) fn story(seed: u64, place: &Place) -> Story {
    let random = &mut Random::new(seed ^ 0x5EED_0000_0000);
    let is_brief = place.tick == 1;
    let reach = if is_brief { 3 * HOUR } else { 2 * DAY };
    let begin = place.from + instant(random, place, if is_brief { 2 * DAY } else { 6 * DAY }) + DAY;
    let states = states(random, place, begin, reach);
    let last = states.last().map_or(begin, |s| s.0);
    let span = |random: &mut Random, most: i64| about(random, place.tick, most) / place.tick * place.tick;
    let within = |random: &mut Random| begin + instant(random, place, last - begin + place.tick);
    let as_of = match random.below(20) {
        0..=1 => pick(random, &states).0,
        2..=5 => within(random),
        6 => begin + place.tick,
        _ => last + place.tick + span(random, reach),
    };
    let start = match random.below(10) {
        0 => begin - span(random, reach / 4),
        1 => pick(random, &states).0,
        2 => within(random),
        _ => begin,
    };
    Story {
        kind: pick(random, &KINDS),
        start,
        attached: if one_in(random, 3) { within(random) } else { start },
        is_pause_retroactive: one_in(random, 2),
        paused: Statuses::of(pick(random, &PAUSED)),
        paused_reasons: pick::<&[u32]>(random, &[&[], &[], &[1], &[1, 2]]).to_vec(),
        stopped: Statuses::of(pick(random, &STOPPED)),
        cancelled: if one_in(random, 5) { Statuses::NONE } else { Statuses::of(&[Status::Cancelled]) },
        reopen: match random.below(3) {
            0 => Reopen::Resume,
            1 => Reopen::NewCycle,
            _ => Reopen::IgnoreUpTo(span(random, reach / 2)),
        },
        on_priority: pick(random, &[OnPriority::Keep, OnPriority::Restart, OnPriority::Retarget]),
        targets: targets(random, place, begin, as_of),
        is_answered_by_resolution: one_in(random, 2),
        known_pause: if one_in(random, 10) { span(random, reach) } else { 0 },
        groups: pick::<&[u32]>(random, &[&[], &[], &[0], &[1, 2]]).to_vec(),
        follow: pick(random, &[None, Some(Follow::Each), Some(Follow::Last)]),
        as_of,
        moments: moments(random, place, begin, last + reach / 8),
        states,
    }
}

/// A ticket with numbers no config and no export should have.
pub(super) fn absurd(seed: u64, place: &Place) -> Story {
    let mut story = story(seed, place);
    let random = &mut Random::new(seed ^ 0xABBA_0000_0000);
    // The years 1 and 9999 are as far as instants go.
    let (past, future) = (-62_135_596_800, 253_402_300_799);
    let mut spans = [-1, 0, 1, 60, i64::MIN, i64::MAX].into_iter().cycle().skip(random.below(6) as usize);
    let mut span = || spans.next().unwrap_or(0);
    for target in &mut story.targets {
        *target = match random.below(7) {
            0 => None,
            1 => Some(Target::Plain(span())),
            2 => Some(Target::Open(span())),
            3 => Some(Target::Days(span())),
            4 => Some(Target::EndOfDay(pick(random, &[0, 1, u32::MAX]))),
            5 => Some(Target::DayAt(pick(random, &[0, 1, u32::MAX]), span())),
            _ => Some(Target::At(span())),
        };
    }
    story.known_pause = if one_in(random, 2) { span() } else { 0 };
    story.reopen = if one_in(random, 2) { Reopen::IgnoreUpTo(span()) } else { story.reopen };
    story.start = if one_in(random, 3) { pick(random, &[past, future]) } else { story.start };
    story.attached = if one_in(random, 3) { span() } else { story.attached };
    story.as_of = if one_in(random, 3) { pick(random, &[past, future]) } else { story.as_of };
    let at = random.below(story.states.len() as u64) as usize;
    story.states[at].1.priority = pick(random, &[0, 6, u8::MAX]);
    if one_in(random, 5) {
        story.states.clear();
    }
    if one_in(random, 3) {
        story.states.extend(story.states.last().map(|(_, state)| (future - 1, *state)));
    }
    story
}

/// A span below `reach`, on a full half hour as often as not: there the calendars open and close.
fn instant(random: &mut Random, place: &Place, reach: i64) -> i64 {
    let at = random.below(reach.max(1) as u64) as i64;
    let grid = if one_in(random, 2) { 30 * MINUTE } else { place.tick };
    at / grid * grid
}

fn states(random: &mut Random, place: &Place, begin: i64, reach: i64) -> Vec<(i64, State)> {
    let known_from = if one_in(random, 3) { 1 + random.below(3) } else { 0 };
    let changes = 1 + random.below(10);
    let mut state = State { status: Status::New, hold_reason: NONE, priority: 0, group: NONE, assignee: NONE, party: Party::Desk };
    let mut at = begin;
    let mut states = Vec::new();
    for index in 0..changes {
        if index == 0 || one_in(random, 3) {
            state.group = pick(random, &[0, 1, 2, 3, NONE]);
        }
        if index >= known_from && (state.priority == 0 || one_in(random, 4)) {
            state.priority = 1 + random.below(5) as u8;
        }
        state.party = pick(random, &[Party::Desk, Party::Desk, Party::SecondLevel, Party::Supplier, Party::Requester]);
        state.assignee = random.below(5) as u32;
        state.status = match state.status {
            status if one_in(random, 5) => status,
            Status::Resolved => pick(random, &[Status::Closed, Status::Open, Status::Open, Status::Pending, Status::Cancelled]),
            Status::Closed => pick(random, &[Status::Open, Status::New]),
            Status::Cancelled if one_in(random, 2) => Status::Cancelled,
            _ if index == 0 && random.below(5) > 0 => Status::New,
            _ if one_in(random, 14) => Status::Cancelled,
            _ => pick(
                random,
                &[Status::Open, Status::Open, Status::Pending, Status::Pending, Status::Resolved, Status::Resolved, Status::Closed],
            ),
        };
        state.hold_reason = if state.status == Status::Pending { pick(random, &[1, 2, 3, NONE]) } else { NONE };
        states.push((at, state));
        let gap = about(random, place.tick, reach);
        let grid = if one_in(random, 2) && gap > HOUR { 30 * MINUTE } else { place.tick };
        at = ((at + gap) / grid * grid).max(at + place.tick);
    }
    states
}

/// Replies and questions, some at the very second of a change.
fn moments(random: &mut Random, place: &Place, begin: i64, end: i64) -> Vec<(i64, What)> {
    let count = random.below(9);
    let mut moments: Vec<(i64, What)> = (0..count)
        .map(|_| {
            let what = pick(random, &[What::Reply, What::Asked]);
            (begin + instant(random, place, end - begin), what)
        })
        .collect();
    moments.sort_by_key(|m| m.0);
    moments
}

fn targets(random: &mut Random, place: &Place, begin: i64, as_of: i64) -> [Option<Target>; 6] {
    let second = place.tick == 1;
    let longest = if second { 5 * HOUR } else { 4 * DAY };
    let grid = if one_in(random, 2) { place.tick } else { 10 * MINUTE };
    let length = |random: &mut Random, most: i64| if one_in(random, 30) { 0 } else { about(random, grid, most) / grid * grid };
    let kinds = if one_in(random, 3) { vec![random.below(12)] } else { (0..12).collect() };
    std::array::from_fn(|_| match pick(random, &kinds) {
        0 => None,
        1..=3 => Some(Target::Plain(length(random, longest))),
        4..=7 => Some(Target::Open(length(random, longest / 6))),
        8 => Some(Target::Days(if second { 1 } else { 1 + random.below(3) as i64 })),
        9 => Some(Target::EndOfDay(random.below(if second { 2 } else { 4 }) as u32)),
        10 => Some(Target::DayAt(random.below(if second { 2 } else { 4 }) as u32, random.below(49) as i64 * 1800)),
        _ => Some(Target::At(begin + instant(random, place, as_of - begin + HOUR))),
    })
}
