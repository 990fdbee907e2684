//! Survey metrics: surveys of their own, and the scores that tickets and calls carry.

use super::agents::People;
use super::calls::Calls;
use super::logic::is;
use super::measure::{Keys, Measure, Row};
use super::tickets::{Known, Tickets};
use crate::world::World;

struct Answer {
    keys: Keys,
    sent: Option<i64>,
    answered: Option<i64>,
    score: Option<f64>,
    first_contact: Option<bool>,
    lost: Option<i64>,
    resolved: Option<i64>,
    is_in_sla: Option<bool>,
}

impl Answer {
    fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    fn is_scored(&self) -> bool {
        self.is_answered() && self.score.is_some()
    }
}

/// Everything that was sent or answered before the cut-off.
fn answers(world: &World, people: &People<'_>, tickets: &Tickets<'_>, calls: &Calls<'_>) -> Vec<Answer> {
    let mut out = Vec::new();
    let about = |id: &Option<String>| id.as_ref().and_then(|id| tickets.all.iter().find(|k| k.ticket.id == *id));
    let keys = |agent: Option<&String>, at: Option<i64>, ticket: Option<&Known>| {
        let mut keys = people.keys(agent, at, ticket.and_then(|k| k.ticket.group.as_ref()));
        keys.insert("priority", ticket.map_or_else(String::new, |k| k.keys["priority"].clone()));
        keys
    };
    // The work that an answer is about: the resolution before it, else what came before the question.
    let worked = |ticket: Option<&Known>, sent: Option<i64>, answered: Option<i64>| {
        let given = answered.or(sent);
        let done = ticket.and_then(|k| k.resolved).filter(|at| given.is_none_or(|given| *at <= given));
        done.or(sent).or(given)
    };
    for s in world.surveys.iter().flatten() {
        // An answer after the cut-off has not come yet, a survey sent after it has not been sent.
        let answered = s.answered.filter(|at| *at < world.as_of);
        let is_later = s.sent.is_some_and(|at| at >= world.as_of) || (s.sent.is_none() && s.answered.is_some() && answered.is_none());
        if is_later && answered.is_none() {
            continue;
        }
        let ticket = about(&s.ticket);
        let agent = people.agent(s.agent.as_ref()).or(ticket.and_then(|k| k.agent.clone()));
        out.push(Answer {
            keys: keys(agent.as_ref(), worked(ticket, s.sent, answered), ticket),
            sent: s.sent,
            answered,
            score: s.score,
            first_contact: s.first_contact,
            lost: s.lost,
            resolved: ticket.and_then(|k| k.resolved),
            is_in_sla: ticket.and_then(|k| k.resolution_in_sla),
        });
    }
    let plain = |keys, answered, score| Answer {
        keys,
        sent: None,
        answered: Some(answered),
        score,
        first_contact: None,
        lost: None,
        resolved: None,
        is_in_sla: None,
    };
    // An answer that the surveys hold is not a second one because the ticket shows it as well.
    let is_held =
        |id: &str| world.surveys.iter().flatten().any(|s| s.ticket.as_deref() == Some(id) && s.answered.is_some_and(|at| at < world.as_of));
    for k in tickets.all.iter().filter(|k| k.ticket.csat_score.is_some() && !is_held(&k.ticket.id)) {
        let answered = k.ticket.csat_at.or(k.resolved).unwrap_or(k.ticket.created);
        if answered < world.as_of {
            let keys = keys(k.agent.as_ref(), worked(Some(k), None, Some(answered)), Some(k));
            let own = plain(keys, answered, k.ticket.csat_score);
            out.push(Answer { resolved: k.resolved, is_in_sla: k.resolution_in_sla, ..own });
        }
    }
    for k in calls.all.iter().filter(|k| k.call.csat_score.is_some()) {
        let answered = k.call.end.unwrap_or(k.call.start);
        if answered < world.as_of {
            out.push(plain(keys(k.agent.as_ref(), Some(answered), None), answered, k.call.csat_score));
        }
    }
    out
}

/// The metrics, by id.
pub(crate) fn measures(world: &World, people: &People<'_>, tickets: &Tickets<'_>, calls: &Calls<'_>) -> Vec<(&'static str, Measure)> {
    let all = answers(world, people, tickets, calls);
    let (good, window) = (world.numbers.csat_good as f64, world.numbers.survey_window);
    let seen_until = seen_until(world);
    let rows = |at: &dyn Fn(&Answer) -> Option<i64>, fact: &dyn Fn(&Answer) -> Option<f64>| -> Vec<Row> {
        all.iter().map(|a| Row::new(&a.keys, at(a), fact(a))).collect()
    };
    let answered = |fact: &dyn Fn(&Answer) -> Option<f64>| rows(&|a| a.answered, &|a| if a.is_answered() { fact(a) } else { None });
    let scored = |fact: &dyn Fn(&Answer) -> Option<f64>| answered(&|a| if a.is_scored() { fact(a) } else { None });
    let resolved = |fact: &dyn Fn(&Answer) -> Option<f64>| rows(&|a| a.resolved, &|a| if a.is_scored() { fact(a) } else { None });
    let is_good = |a: &Answer| is(a.score.map(|s| s >= good));
    let is_mature = |a: &Answer| a.sent.is_some_and(|at| at + window <= seen_until);
    let mut response = rows(&|a| a.sent, &|a| is_mature(a).then(|| f64::from(a.is_answered())));
    for (row, a) in response.iter_mut().zip(&all) {
        row.immature = a.sent.is_some() && !is_mature(a);
    }
    let unhappy = |a: &Answer, within: bool| if a.is_in_sla == Some(within) { is(a.score.map(|s| s < good)) } else { None };
    vec![
        ("fcr_survey", Measure::Share(answered(&|a| is(a.first_contact)))),
        ("csat", Measure::Share(scored(&is_good))),
        ("csat_resolved", Measure::Share(resolved(&is_good))),
        ("csat_mean", Measure::Mean(scored(&|a| a.score))),
        ("csat_resolved_mean", Measure::Mean(resolved(&|a| a.score))),
        ("surveys_answered", Measure::Count(rows(&|a| a.answered, &|a| is(Some(a.is_answered()))))),
        ("surveys_unanswered", Measure::Count(rows(&|a| a.sent, &|a| is(Some(!a.is_answered()))))),
        ("csat_response", Measure::Share(response)),
        ("lost_time", Measure::Mean(answered(&|a| a.lost.map(|s| s as f64)))),
        ("watermelon", Measure::Share(scored(&|a| unhappy(a, true)))),
        ("unhappy_missed", Measure::Share(scored(&|a| unhappy(a, false)))),
    ]
}

/// The end of the surveys' data: the latest answer of the survey exports.
fn seen_until(world: &World) -> i64 {
    let answers = world.surveys.iter().flatten().filter_map(|s| s.answered).filter(|at| *at < world.as_of);
    answers.max().unwrap_or(world.as_of)
}
