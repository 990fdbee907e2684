//! What has nothing to do with a figure does not change it.

use super::{Entry, Question, first_difference, hold};
use crate::world::{Call, Event, Observation, Spell, Survey, Ticket, World};

const DAY: i64 = 86_400;

/// Metrics of rows that fall into the period by an instant of their own, with no look at the past or at the cut-off.
fn is_windowed(entry: &Entry) -> bool {
    !entry.by.is_empty() && entry.by != "snapshot_at" && entry.kind != "turnover" && !entry.is_trailing
}

/// The world's rows again, so many seconds away and of other people, with nothing left open.
fn moved(world: &World, by: i64) -> World {
    let other = |text: &Option<String>| text.as_ref().map(|t| format!("other {t}"));
    let at = |t: Option<i64>| t.map(|t| t + by);
    let ticket = |t: &Ticket| Ticket {
        id: format!("other {}", t.id),
        created: t.created + by,
        first_response: at(t.first_response),
        resolved: Some(t.resolved.unwrap_or(t.created + 3_600) + by),
        closed: at(t.closed),
        updated: at(t.updated),
        requester: other(&t.requester),
        due_response: at(t.due_response),
        due_resolution: at(t.due_resolution),
        csat_at: at(t.csat_at),
        ..t.clone()
    };
    let call = |c: &Call| Call {
        id: format!("other {}", c.id),
        start: c.start + by,
        end: at(c.end),
        caller: other(&c.caller),
        ticket: other(&c.ticket),
        ..c.clone()
    };
    let survey = |s: &Survey| Survey {
        id: format!("other {}", s.id),
        ticket: other(&s.ticket),
        sent: at(s.sent),
        answered: at(s.answered),
        ..s.clone()
    };
    let event = |e: &Event| Event { ticket: format!("other {}", e.ticket), at: e.at + by, ..e.clone() };
    let observation = |o: &Observation| Observation { at: o.at + chrono::TimeDelta::days(by / DAY), ..o.clone() };
    World {
        tickets: world.tickets.as_ref().map(|all| all.iter().map(ticket).collect()),
        old_states: Vec::new(),
        events: world.events.as_ref().map(|all| all.iter().map(event).collect()),
        calls: world.calls.as_ref().map(|all| all.iter().map(call).collect()),
        surveys: world.surveys.as_ref().map(|all| all.iter().map(survey).collect()),
        observations: world.observations.as_ref().map(|all| all.iter().map(observation).collect()),
        ..world.clone()
    }
}

/// Both desks' rows in one.
fn together(one: &World, other: World) -> World {
    fn both<T: Clone>(one: Option<&Vec<T>>, other: Option<Vec<T>>) -> Option<Vec<T>> {
        one.map(|rows| rows.iter().cloned().chain(other.unwrap_or_default()).collect())
    }
    World {
        tickets: both(one.tickets.as_ref(), other.tickets),
        events: both(one.events.as_ref(), other.events),
        calls: both(one.calls.as_ref(), other.calls),
        surveys: both(one.surveys.as_ref(), other.surveys),
        observations: both(one.observations.as_ref(), other.observations),
        ..one.clone()
    }
}

#[test]
fn rows_long_before_the_period_change_nothing() {
    hold(4, |world: &World| {
        let mut before = moved(world, -4_000 * DAY);
        // Absence is known from its first record on: an earlier one says that nobody was absent in between.
        if let Some(observations) = &mut before.observations {
            observations.retain(|o| o.measure != "absence_hours");
        }
        let with = together(world, before);
        let (dir, other) = (world.write(), with.write());
        let mut out = Vec::new();
        for (by, unit) in [(&["agent"][..], "week"), (&["team"], "month"), (&[], "all")] {
            let question = Question::of(world, by, unit);
            out.extend(first_difference(&question.ask(dir.path(), is_windowed), &question.ask(other.path(), is_windowed)));
        }
        out
    });
}

/// What is made for one metric must not depend on another being asked for.
#[test]
fn a_metric_asked_alone_says_what_it_says_among_all() {
    hold(2, |world: &World| {
        let dir = world.write();
        let question = Question::of(world, &[], "all");
        let among = question.ask(dir.path(), |_| true);
        // A figure a line.
        let of = |text: &str, id: &str| {
            let is_its = |line: &&str| line.contains(&format!("\"metric\":\"{id}\""));
            text.lines().map(|line| line.trim().trim_end_matches(',')).filter(is_its).collect::<Vec<_>>().join("\n")
        };
        let mut out = Vec::new();
        for entry in super::catalogue() {
            let alone = question.ask(dir.path(), |other| other.id == entry.id);
            out.extend(first_difference(&of(&among, &entry.id), &of(&alone, &entry.id)));
        }
        out
    });
}

#[test]
fn rows_after_the_cut_off_change_nothing() {
    hold(4, |world: &World| {
        let span = world.tickets.iter().flatten().map(|t| t.created).min().map_or(1_000 * DAY, |first| world.as_of - first);
        let with = together(world, moved(world, (span / DAY + 2_000) * DAY));
        let (dir, other) = (world.write(), with.write());
        let mut out = Vec::new();
        for (by, unit) in [(&["agent"][..], "week"), (&["team"], "month"), (&[], "all")] {
            let question = Question::of(world, by, unit);
            out.extend(first_difference(&question.ask(dir.path(), |_| true), &question.ask(other.path(), |_| true)));
        }
        out
    });
}

/// The same work done by one new agent in a team of its own.
fn new_team(world: &World) -> World {
    let one = "Newcomer".to_owned();
    let mut added = moved(world, 0);
    for t in added.tickets.iter_mut().flatten() {
        (t.assignee, t.resolver, t.group) = (Some(one.clone()), None, Some("New team".into()));
        // What the desk records at all is the same as before.
        t.first_response = t.first_response.filter(|_| world.tickets.iter().flatten().any(|t| t.first_response.is_some()));
    }
    for c in added.calls.iter_mut().flatten() {
        (c.agent, c.queue) = (Some(one.clone()), Some("New team".into()));
    }
    for s in added.surveys.iter_mut().flatten() {
        s.agent = Some(one.clone());
        s.ticket = s.ticket.clone().filter(|_| world.tickets.is_some());
    }
    for o in added.observations.iter_mut().flatten() {
        o.agent = Some(one.clone());
    }
    let mut out = together(world, added);
    let hired = world.from - chrono::Days::new(500);
    if let Some(roster) = &mut out.roster {
        roster.push(Spell {
            agent_id: "ZZ".into(),
            name: Some(one),
            names: None,
            email: None,
            login: None,
            team: Some("New team".into()),
            fte: None,
            hired,
            desk_start: None,
            left: None,
            mentor: None,
            mentor_since: None,
            hours: None,
        });
    }
    out
}

#[test]
fn another_teams_work_changes_no_other_team() {
    hold(4, |world: &World| {
        // Columns the desk leaves out stay out; a team of observations is known from the roster alone.
        let (dir, other) = (world.write(), new_team(world).write());
        let mut out = Vec::new();
        let wanted = |e: &Entry| world.roster.is_some() || e.on != "observations";
        for unit in ["week", "all"] {
            let question = Question::of(world, &["team"], unit);
            let before = question.figures(dir.path(), wanted);
            let mut after = question.figures(other.path(), wanted);
            assert!(after.keys().any(|(_, group, _)| group[0] == "New team"), "the new team has figures");
            after.retain(|(_, group, _), _| group[0] != "New team");
            // A survey without a group of its own, and a group that had none, stay where they are.
            for (place, figure) in before.iter().filter(|(place, _)| !place.1[0].is_empty()) {
                if after.get(place) != Some(figure) {
                    out.push(format!("{place:?}: {figure:?} became {:?}", after.get(place)));
                }
            }
            out.extend(
                after.keys().filter(|place| !place.1[0].is_empty() && !before.contains_key(*place)).map(|p| format!("{p:?} is new")),
            );
        }
        out
    });
}

#[test]
fn a_new_name_renames_the_group_and_nothing_else() {
    const OLD: &str = "Agent 2";
    const NEW: &str = "Brand-new Name";
    hold(4, |world: &World| {
        let dir = world.write();
        let question = Question::of(world, &["agent"], "week");
        let before = question.figures(dir.path(), |_| true);
        for (name, text) in world.files() {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let mut writer = csv::Writer::from_path(dir.path().join(name)).expect("a file");
            for record in reader.records().map(|r| r.expect("a row")) {
                writer.write_record(record.iter().map(|cell| if cell == OLD { NEW } else { cell })).expect("a row");
            }
            writer.flush().expect("all written");
        }
        let renamed = |place: &crate::oracle::Place| {
            let group = place.1.iter().map(|g| if g == OLD { NEW.to_owned() } else { g.clone() }).collect();
            (place.0.clone(), group, place.2.clone())
        };
        let expected: std::collections::BTreeMap<_, _> = before.iter().map(|(place, figure)| (renamed(place), *figure)).collect();
        let after = question.figures(dir.path(), |_| true);
        let wrong = expected.keys().chain(after.keys()).find(|place| expected.get(*place) != after.get(*place));
        wrong.map(|place| format!("{place:?}: {:?} became {:?}", expected.get(place), after.get(place))).into_iter().collect()
    });
}
