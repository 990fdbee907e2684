//! Patterns to ask about: what people do when a target, not the customer, is in front of them. On this page only.

use super::super::cards::{Ground, Subject};
use super::super::figures::funnel;
use super::Made;
use super::sla::near_miss;
use crate::error::Result;
use crate::format;
use crate::scorecard::{Card, CardKind, ChartData, MarginBin, Section, Topic, Unit};
use crate::stats::Proportion;
use crate::stats::bunching::{excess_mass, just_before};
use crate::{key, say};

/// Measures with what to ask about each: metric, heading, the question.
const PATTERNS: [(&str, &str, &str); 5] = [
    ("review_late_pause", key!("Put on hold at the last moment"), key!("Was something really awaited, or was the clock to be stopped?")),
    ("review_late_priority", key!("New priority late in the clock"), key!("Did the matter become less urgent, or the target too near?")),
    ("review_silent", key!("Resolved without a word to the requester"), key!("Does the requester know that it is solved, and how?")),
    ("review_asked", key!("Who is asked for an answer"), key!("Does everybody’s work get a survey, or only what went well?")),
    ("review_recreated", key!("The same requester again within a day"), key!("Was a ticket closed that should have stayed open?")),
];
/// Steps of a twentieth around the target: half of it before, half after.
const AROUND: std::ops::Range<usize> = 10..30;
/// Clocks around the target from which bunching is looked for.
const FEWEST: u64 = 100;

const MISSING: &str = key!("There is no pattern to ask about: no clocks, replies, surveys or requesters are known.");

#[expect(clippy::unnecessary_wraps, reason = "all topics are made alike")]
pub(super) fn topic(ground: &Ground<'_>, _: &[Card]) -> Result<Made> {
    let Some(desk) = ground.subjects.iter().find(|s| s.kind == CardKind::Desk) else { return Ok(Made::missing(MISSING)) };
    let sections: Vec<Section> =
        bunching(ground).into_iter().chain(PATTERNS.iter().filter_map(|pattern| section(ground, desk, pattern))).collect();
    if sections.is_empty() {
        return Ok(Made::missing(MISSING));
    }
    Ok(Made::page(Topic {
        lead: say!("Each of these may have a good reason. A pattern is a reason to ask, never a finding about a person; it belongs in a conversation, not on a card.").to_owned(),
        sections,
        footer: vec![
            say!("A dot beyond the outer limits differs from the others by more than chance makes groups that are all alike; mix of work, shift and role are not taken out.").to_owned(),
            say!("Nothing on this page enters a verdict, a goal or a ranking.").to_owned(),
        ],
        ..Topic::default()
    }))
}

/// One pattern, by agent.
fn section(ground: &Ground<'_>, desk: &Subject, (metric, title, question): &(&str, &'static str, &'static str)) -> Option<Section> {
    let e = ground.e;
    let all = e.folds.recent().get(metric, 3, &[], 0).and_then(|r| r.proportion()).filter(|p| p.n() > 0)?;
    let text = e.catalogue.get(metric).ok()?.text.clone();
    let rate = format::value_of(Unit::Share, all.rate(), all.n());
    Some(Section {
        id: metric.replace('_', "-"),
        title: crate::language::text(title).to_owned(),
        lead: match all.hits() {
            0 => say!("Not once in {n} over {span}.", n = format::count(all.n()), span = e.recent_words()),
            hits => say!(
                "{question} {hits} of {n} over {span} ({rate}).",
                question = crate::language::text(question),
                hits = format::count(hits),
                n = format::count(all.n()),
                span = e.recent_words(),
                rate
            ),
        },
        charts: if all.hits() == 0 { Vec::new() } else { funnel(e, desk, &ground.subjects, metric).into_iter().collect() },
        footer: text,
        ..Section::default()
    })
}

/// Whether tickets end just in time more often than a smooth curve allows.
fn bunching(ground: &Ground<'_>) -> Option<Section> {
    let e = ground.e;
    let recent = e.folds.clocks_recent();
    let step = |metric: &str, i: usize| {
        let group = ["resolution".to_owned(), i.to_string()];
        recent.get(metric, 2, &group, 0).map_or(0, |r| r.sum.round() as u64)
    };
    let counts: Vec<u64> = AROUND.map(|i| step("clock_decided", i)).collect();
    let near: Vec<u64> = AROUND.map(|i| step("clock_near_miss", i)).collect();
    let n: u64 = counts.iter().sum();
    if n < FEWEST {
        return None;
    }
    let last_before = counts.len() / 2 - 1;
    let mass = excess_mass(&counts, last_before).ok()?;
    let (before, after) = (&mass.before, &mass.after);
    let verdict = if mass.bunched() {
        say!("More end just in time, and fewer just too late, than a smooth curve allows: worth asking how.")
    } else {
        say!("No pile before the due time with a hole after it: what lies near it follows the curve of the rest.")
    };
    let simple = Proportion::new(before.observed, before.observed + after.observed).ok().map(just_before);
    let mut facts = vec![
        (say!("Last twentieth before the due time").to_owned(), edge_words(before.observed, before.expected)),
        (say!("First twentieth after it").to_owned(), edge_words(after.observed, after.expected)),
    ];
    facts.extend(simple.map(|j| {
        let share = format::value_of(Unit::Share, j.share, before.observed + after.observed);
        (
            say!("Of both, before it").to_owned(),
            say!(
                "{share} (95 % interval {interval})",
                share,
                interval = format::interval(Unit::Share, j.interval, before.observed + after.observed)
            ),
        )
    }));
    let share = |i: usize| (AROUND.start + i) as f64 / 20.0;
    let bin = |i: usize| MarginBin { from: share(i), to: Some(share(i + 1)), count: counts[i], is_open: 0, near: near[i] };
    Some(Section {
        id: "bunching".to_owned(),
        title: say!("Just in time").to_owned(),
        lead: verdict.to_owned(),
        facts,
        charts: vec![ChartData::Margins {
            metric: "clock_met".to_owned(),
            title: if mass.bunched() { say!("More resolutions just before the due time than after it").to_owned() } else { say!("Resolutions around the due time").to_owned() },
            subtitle: say!("Share of the target used, in time of the target’s clock; {n} clocks due in {span}", n = format::count(n), span = e.recent_words()),
            bins: (0..counts.len()).map(bin).collect(),
            near: near_miss(e),
            unknown: 0,
        }],
        footer: say!("Counted in consumed time of the target: by the wall clock every office has waves that look like this. Poisson curve through the other bins (Chetty 2011); both the pile and the hole must be clear.").to_owned(),
        ..Section::default()
    })
}

fn edge_words(observed: u64, expected: f64) -> String {
    say!(
        "{observed} clocks; the curve through the others gives {expected}",
        observed = format::count(observed),
        expected = format::value(Unit::Number, expected)
    )
}
