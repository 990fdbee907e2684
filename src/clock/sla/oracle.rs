//! The clocks against their definition: random tickets walked through tick by tick.
//!
//! `hours` asks chrono when it is open, `walk` says what a clock means, `world` makes places and tickets from a seed; here
//! both sides are run and compared in every field. A difference is told with its seed and the smallest ticket that shows it.

mod examples;
mod hours;
mod tell;
mod walk;
mod world;

use super::{Calendars, Cycle, OnPriority, Reopen, Target, Terms, run};
use crate::clock::timeline::{NONE, Timeline};
use walk::Story;
use world::Place;

/// What the code under test says of a ticket.
fn engine(story: &Story, place: &Place) -> Vec<Cycle> {
    let of = |group: u32| &place.calendars[if group == NONE { 0 } else { group as usize % place.calendars.len() }];
    let calendars = match story.follow {
        None => Calendars::One(&place.calendars[0]),
        Some(follow) => Calendars::ByGroup { of: &of, follow },
    };
    let terms = Terms {
        kind: story.kind,
        start: story.start,
        attached: story.attached,
        is_pause_retroactive: story.is_pause_retroactive,
        paused: story.paused,
        paused_reasons: &story.paused_reasons,
        stopped: story.stopped,
        cancelled: story.cancelled,
        reopen: story.reopen,
        on_priority: story.on_priority,
        targets: story.targets,
        is_answered_by_resolution: story.is_answered_by_resolution,
        known_pause: story.known_pause,
        groups: &story.groups,
        calendars,
        as_of: story.as_of,
    };
    let mut timeline = Timeline::default();
    timeline.states.extend_from_slice(&story.states);
    timeline.moments.extend_from_slice(&story.moments);
    let mut cycles = Vec::new();
    run(&terms, &timeline, &mut cycles);
    cycles
}

/// The fields in which two lists of cycles differ.
fn differences(got: &[Cycle], want: &[Cycle]) -> Vec<String> {
    let mut found = Vec::new();
    if got.len() != want.len() {
        found.push(format!("{} cycles, not {}", got.len(), want.len()));
    }
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        macro_rules! compare {
            ($($field:ident)*) => { $(
                if got.$field != want.$field {
                    found.push(format!("cycle {index}: {} is {:?}, not {:?}", stringify!($field), got.$field, want.$field));
                }
            )* };
        }
        compare!(group priority started_at stopped_at stage target_secs due_at original_due_at used_secs open_secs elapsed_secs);
        compare!(paused_secs breached_at is_met at_breach);
    }
    found
}

fn disagreement(story: &Story, place: &Place) -> Option<Vec<String>> {
    let found = differences(&engine(story, place), &walk::cycles(story, &place.hours, place.tick));
    (!found.is_empty()).then_some(found)
}

/// Leaves out what does not matter to a disagreement.
fn smallest(mut story: Story, place: &Place) -> Story {
    while let Some(less) = simpler(&story).into_iter().find(|s| weight(s) < weight(&story) && disagreement(s, place).is_some()) {
        story = less;
    }
    story
}

/// The story with one thing less.
fn simpler(story: &Story) -> Vec<Story> {
    let without = |change: &dyn Fn(&mut Story)| {
        let mut less = story.clone();
        change(&mut less);
        less
    };
    let states = (1..story.states.len()).map(|i| without(&|s| _ = s.states.remove(i)));
    let moments = (0..story.moments.len()).map(|i| without(&|s| _ = s.moments.remove(i)));
    let targets = story.targets.iter().map(|t| without(&|s| s.targets = [*t; 6]));
    let terms = [
        without(&|s| s.follow = None),
        without(&|s| (s.attached, s.is_pause_retroactive) = (s.start, true)),
        without(&|s| s.reopen = Reopen::Resume),
        without(&|s| s.on_priority = OnPriority::Keep),
        without(&|s| s.known_pause = 0),
    ];
    states.chain(moments).chain(targets).chain(terms).collect()
}

/// How much there is to look at in a story.
fn weight(story: &Story) -> usize {
    let terms = [
        story.follow.is_some(),
        story.attached != story.start,
        story.reopen != Reopen::Resume,
        story.on_priority != OnPriority::Keep,
        story.known_pause != 0,
    ];
    let targets = story.targets.iter().filter(|t| **t != story.targets[0]).count();
    story.states.len() + story.moments.len() + targets + terms.iter().filter(|t| **t).count()
}

/// A disagreement for whoever has to settle it.
fn account(story: &Story, place: &Place) -> String {
    let fields = disagreement(story, place).unwrap_or_default().join("\n");
    let (got, want) = (engine(story, place), walk::cycles(story, &place.hours, place.tick));
    format!("{fields}\n{story:?}\nengine: {got:?}\noracle: {want:?}")
}

/// A ticket of the random world; every fourth has a target that is used up within a tick of its end.
fn ticket(seed: u64, place: &Place) -> Story {
    let mut story = world::story(seed, place);
    let cycles = if seed.is_multiple_of(4) { walk::cycles(&story, &place.hours, place.tick) } else { Vec::new() };
    if let Some(cycle) = cycles.get((seed / 4) as usize % cycles.len().max(1)) {
        let off = [-place.tick, 0, 0, place.tick][(seed / 16 % 4) as usize];
        let is_open = (seed / 64).is_multiple_of(2);
        let used = if is_open { cycle.open_secs } else { cycle.elapsed_secs - cycle.paused_secs };
        let length = (used + off).max(0);
        story.targets = [Some(if is_open { Target::Open(length) } else { Target::Plain(length) }); 6];
    }
    story
}

/// How often each thing was seen, for a world that shows everything.
#[derive(Default)]
struct Seen(std::collections::BTreeMap<String, u32>);

impl Seen {
    fn note(&mut self, story: &Story, cycles: &[Cycle]) {
        for cycle in cycles {
            let verdict = cycle.is_met.map_or("undecided", |met| if met { "met" } else { "breached" });
            for what in [
                format!("{:?} {:?}", story.kind, cycle.stage),
                format!("{:?} {verdict}", story.kind),
                format!("{:?} of {:?}", story.on_priority, story.follow),
            ] {
                *self.0.entry(what).or_default() += 1;
            }
        }
    }
}

fn compare(places: u64, tickets: u64, tick: i64) -> Seen {
    let mut seen = Seen::default();
    let mut found = Vec::new();
    let mut count = 0;
    for number in 0..places {
        let place = world::place(number, tick);
        for seed in (number..tickets).step_by(places as usize) {
            let story = ticket(seed, &place);
            let want = walk::cycles(&story, &place.hours, tick);
            seen.note(&story, &want);
            if !differences(&engine(&story, &place), &want).is_empty() {
                count += 1;
                if found.len() < 5 {
                    found.push(format!("{}, ticket {seed}:\n{}", place.name, account(&smallest(story, &place), &place)));
                }
            }
        }
    }
    assert!(found.is_empty(), "{count} tickets differ; some of them:\n{}", found.join("\n\n"));
    seen
}

/// All the tickets, with `DESKCARD_LONG` in the environment; otherwise a quarter.
fn share_of(tickets: u64) -> u64 {
    if std::env::var_os("DESKCARD_LONG").is_some() { tickets } else { tickets / 4 }
}

#[test]
fn tickets_to_the_minute() {
    let Seen(seen) = compare(24, share_of(100_000), 60);
    // Eight clocks in four stages and with three verdicts; three rules for priorities with three for calendars.
    assert_eq!(seen.len(), 8 * 4 + 8 * 3 + 9, "{seen:?}");
    assert!(seen.values().all(|count| *count > 20), "the random world does not show everything: {seen:?}");
}

#[test]
fn tickets_to_the_second() {
    compare(12, share_of(4000), 1);
}

#[test]
fn terms_without_measure_and_sense_are_survived() {
    let place = world::place(1, 60);
    for seed in 0..20_000 {
        let story = world::absurd(seed, &place);
        for cycle in engine(&story, &place) {
            let spans = [cycle.used_secs, cycle.open_secs, cycle.elapsed_secs, cycle.paused_secs];
            assert!(spans.iter().all(|s| *s >= 0), "{story:?}\n{cycle:?}");
            assert!(cycle.breached_at.is_none_or(|at| at >= cycle.started_at && at < story.as_of), "{story:?}\n{cycle:?}");
        }
    }
}
