//! The looks at the facts that a scorecard is made from: which measures, by what, over which span.

use std::collections::BTreeMap;

use crate::clock::period::{Period, Unit};
use crate::facts::Table;
use crate::metrics::{Breakdown, Catalogue, Metric, Readings};

/// A span of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Every period by itself.
    Each,
    /// The period reported.
    Period,
    /// The recent periods before the one reported, as one.
    Before,
    /// The recent periods, the one reported included, as one.
    Recent,
    /// The same, week by week, whatever the period: [`weeks`].
    RecentWeeks,
    /// The whole history, as one.
    All,
    /// Calendar months, whatever the period: [`months`].
    Months,
}

/// One look: a fold over the facts.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Its span.
    pub over: Over,
    /// Breakdowns, by number.
    pub by: &'static [&'static [&'static str]],
    /// Metrics; empty for all that any card shows.
    pub metrics: &'static [&'static str],
}

/// Every period by subject.
pub const HISTORY: Look = Look { over: Over::Each, by: &[&[], &["team"], &["supplier"], &["agent"]], metrics: &[] };
/// The period, for the tables.
pub const PERIOD: Look = Look {
    over: Over::Period,
    by: &[
        &["priority"],
        &["team", "priority"],
        &["supplier", "priority"],
        &["level"],
        &["category"],
        &["channel"],
        &["team"],
        &["supplier"],
    ],
    metrics: &[],
};
/// What a change is taken apart by.
const PARTS: &[&[&str]] = &[&["category"], &["priority"], &["channel"], &["queue"]];
/// Measures whose change is taken apart.
pub(super) const CHANGED: &[&str] = &["fcr_touch", "csat", "sla_resolution", "reopen_rate", "fcr_repeat", "abandonment"];
/// Counts that are held against their own earlier periods.
pub(super) const COUNTED: &[&str] = &["tickets_created", "calls_offered"];
/// The period by the parts a change can come from.
pub const NOW: Look = Look { over: Over::Period, by: PARTS, metrics: CHANGED };
/// What came before it, by the same parts.
pub const BEFORE: Look = Look { over: Over::Before, by: PARTS, metrics: CHANGED };
/// Measures with a funnel of agents, and what people observed.
pub const RECENT: Look = Look {
    over: Over::Recent,
    by: &[&["agent"], &["team", "agent"], &["supplier", "agent"], &[]],
    metrics: &[
        "csat",
        "sla_resolution_own",
        "qa_score",
        "peer_360",
        "kudos",
        "shadowing_days",
        "calls_answered",
        "review_late_pause",
        "review_late_priority",
        "review_silent",
        "review_asked",
        "review_recreated",
    ],
};
/// Where things differ: dimensions, then the hours of the week.
pub const PLACES: Look = Look {
    over: Over::RecentWeeks,
    by: &[
        &["priority"],
        &["category"],
        &["channel"],
        &["level"],
        &["team"],
        &["supplier"],
        &["start_weekday", "start_hour"],
        &["created_weekday", "created_hour"],
        &[],
    ],
    metrics: &[
        "fcr_touch",
        "fcr_repeat",
        "reopen_rate",
        "sla_resolution",
        "sla_response",
        "csat",
        "watermelon",
        "unhappy_missed",
        "log_rate",
        "abandonment",
    ],
};
/// An agent's mix of work against the desk's.
pub const MIX: Look = Look { over: Over::Recent, by: &[&["agent", "category", "priority"]], metrics: &["fcr_touch", "fcr_repeat"] };
/// People over the whole history: by tenure, and by what could explain the good ones.
pub const YEAR: Look = Look {
    over: Over::All,
    by: &[
        &["tenure_weeks"],
        &["mentor", "agent", "tenure_weeks"],
        &["supplier", "agent", "prior_business"],
        &["supplier", "agent", "site"],
        &["supplier", "agent", "shift"],
        &["supplier", "agent", "mentor"],
        &["supplier", "agent", "category", "priority"],
    ],
    metrics: &["fcr_touch", "csat", "reopen_rate", "aht"],
};
/// Measures of clocks, by [`CLOCKS_BY`].
pub(super) const CLOCKS: &[&str] = &[
    "clock_met",
    "clock_met_created",
    "clock_met_stopped",
    "clock_near_miss",
    "clock_missed",
    "clock_decided",
    "clock_any",
    "clock_open_overdue",
    "clock_late_median",
    "clock_late_p90",
    "sla_agreement",
    "clock_with_events",
];
const CLOCKS_BY: &[&[&str]] = &[
    &["clock"],
    &["clock", "target_for"],
    &["clock", "used_bin"],
    &["clock", "longest_party"],
    &["clock", "breach_group"],
    &["clock", "verdicts"],
    &["clock", "difference"],
];
/// The clocks of the period.
pub const CLOCKS_NOW: Look = Look { over: Over::Period, by: &[&["clock"], &["clock", "target_for"]], metrics: CLOCKS };
/// The clocks of the recent periods.
pub const CLOCKS_RECENT: Look = Look { over: Over::Recent, by: CLOCKS_BY, metrics: CLOCKS };
/// Measures of who held tickets.
pub(super) const HELD: &[&str] = &["held_open", "held_closed", "held_tickets", "tickets_resolved"];
/// Who held the tickets resolved in the recent periods.
pub const HOLDERS: Look = Look {
    over: Over::Recent,
    by: &[&["party"], &["priority", "party"], &["holder_group", "party"], &["priority"], &[], &["holder_group"]],
    metrics: HELD,
};
/// The customer's departments over the recent periods: by themselves, by what they ask and how, by whom their tickets wait for.
pub const BUSINESS: Look = Look {
    over: Over::Recent,
    by: &[
        &["requester_department"],
        &["requester_department", "category"],
        &["requester_department", "channel"],
        &["requester_department", "party"],
        &["category"],
    ],
    metrics: &[
        "tickets_created",
        "tickets_resolved",
        "fcr_touch",
        "fcr_repeat",
        "sla_resolution",
        "csat",
        "reopen_rate",
        "ttr_median",
        "held_open",
    ],
};
/// What each department asked for, period by period.
pub const BUSINESS_EACH: Look = Look { over: Over::Each, by: &[&["requester_department"]], metrics: &["tickets_created"] };
/// The resolver groups over the recent periods: by the group that has or resolved the ticket, and what came to it from the first level.
pub const GROUPS: Look = Look {
    over: Over::Recent,
    by: &[&["group"], &["category"], &["holder_group"], &["category", "level"]],
    metrics: &[
        "tickets_resolved",
        "sla_resolution",
        "reopen_rate",
        "backlog",
        "flr",
        "escalated_simple",
        "held_open",
        "held_closed",
        "held_tickets",
    ],
};
/// The people by team and shift over the recent periods.
pub const PEOPLE: Look = Look {
    over: Over::Recent,
    by: &[&["team"], &["shift"]],
    metrics: &[
        "headcount",
        "tenure",
        "absenteeism",
        "agent_days",
        "tickets_per_agent_day",
        "qa_score",
        "peer_360",
        "kudos",
        "shadowing_days",
    ],
};
/// Articles over the recent periods: by category, and what was linked against what was not.
pub const KNOWLEDGE: Look = Look {
    over: Over::Recent,
    by: &[&["category"], &["kb_linked"], &["team"]],
    metrics: &["kb_link", "fcr_touch", "reopen_rate", "tickets_resolved"],
};
/// What was spent and done, month by month.
pub const COST: Look =
    Look { over: Over::Months, by: &[&[]], metrics: &["operating_cost", "cost_per_ticket", "tickets_resolved", "tickets_created"] };
/// What cost is reckoned with, over the recent periods.
pub const COST_RECENT: Look =
    Look { over: Over::Recent, by: &[&["level"], &["category", "level"], &["channel"]], metrics: &["tickets_resolved", "tickets_created"] };
/// The looks, each with the name its readings have in [`Folds`].
macro_rules! looks {
    ($($look:ident: $name:ident),+ $(,)?) => {
        /// All looks, in the order of [`Folds`].
        pub const LOOKS: [Look; [$(stringify!($name)),+].len()] = [$($look),+];

        /// Where the readings of a look stand.
        #[expect(non_camel_case_types, reason = "the names of the methods")]
        #[derive(Clone, Copy)]
        enum Place {
            $($name),+
        }

        impl Folds {
            $(pub(super) fn $name(&self) -> &Readings {
                &self.readings[Place::$name as usize]
            })+
        }
    };
}

looks! {
    HISTORY: history,
    PERIOD: period,
    NOW: now,
    BEFORE: before,
    RECENT: recent,
    PLACES: places,
    MIX: mix,
    YEAR: year,
    CLOCKS_NOW: clocks,
    CLOCKS_RECENT: clocks_recent,
    HOLDERS: held,
    BUSINESS: business,
    BUSINESS_EACH: business_each,
    GROUPS: resolver_groups,
    PEOPLE: people,
    KNOWLEDGE: knowledge,
    COST: cost,
    COST_RECENT: cost_recent,
}

/// Months shown.
const MONTHS: usize = 13;

/// The calendar months, oldest first, that lie within the history of a scorecard's periods: what is paid by the month is told by it,
/// whatever the period is. Only whole months.
pub fn months(periods: &[Period]) -> Vec<Period> {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return Vec::new() };
    let newest = Period::last_complete(Unit::Month, last.end_day);
    let is_within = |month: &Period| month.first_day >= first.first_day;
    let mut all: Vec<Period> = std::iter::successors(Some(newest), |m| Some(m.previous())).take_while(is_within).take(MONTHS).collect();
    all.reverse();
    all
}

/// The weeks of a span, from Monday to Sunday, oldest first; the first and the last as far as they lie in it.
pub fn weeks(span: &Period) -> Vec<Period> {
    let of_span = |week: Period| Period::span(week.first_day.max(span.first_day), week.end_day.min(span.end_day) - 1);
    Period::series(Unit::Week, span.first_day, span.end_day - 1).into_iter().map(of_span).collect()
}

/// Ids of the measures whose rows are looked at when they change.
pub fn looked_into() -> impl Iterator<Item = &'static str> {
    CHANGED.iter().chain(COUNTED).copied()
}

impl Look {
    /// Breakdowns in the form the fold takes.
    pub fn breakdowns(&self) -> Vec<Breakdown> {
        self.by.iter().map(|columns| columns.iter().map(|c| (*c).to_owned()).collect()).collect()
    }

    /// Its metrics, of those shown.
    pub fn metrics<'a>(&self, catalogue: &'a Catalogue, shown: &[&'a Metric]) -> Vec<&'a Metric> {
        match self.metrics {
            [] => shown.to_vec(),
            named => catalogue.iter().filter(|m| named.contains(&m.id.as_str())).collect(),
        }
    }
}

/// The readings of every look.
#[derive(Debug, Default)]
pub struct Folds {
    readings: Vec<Readings>,
    /// Metrics of whose rows nothing is known in a period of [`HISTORY`], and from which period on.
    unseen: BTreeMap<String, usize>,
}

impl Folds {
    /// From the readings of [`LOOKS`], in that order.
    pub fn new(readings: Vec<Readings>) -> Self {
        Self { readings, unseen: BTreeMap::new() }
    }

    /// The same without what is told of periods that the exports do not reach: a ticket that was open in the last export is not known to be
    /// open since. `first_unseen` is the first such period of the history of a metric, where there is one.
    #[must_use]
    pub fn as_far_as_seen(mut self, metrics: &[&Metric], periods: usize, first_unseen: impl Fn(&Metric) -> Option<usize>) -> Self {
        for metric in metrics {
            let Some(first) = first_unseen(metric).filter(|first| *first < periods) else { continue };
            self.forget(metric, periods, |period| period >= first);
            self.unseen.insert(metric.id.clone(), first);
        }
        self
    }

    /// The same without figures over the last so many days where these reach back to before the roster lists all leavers.
    #[must_use]
    pub fn since_leavers_are_known(mut self, metrics: &[&Metric], periods: &[Period], since: i32) -> Self {
        for metric in metrics.iter().filter(|m| m.on == Some(Table::AgentDays)) {
            let Some(days) = metric.trailing_days else { continue };
            self.forget(metric, periods.len(), |period| periods[period].end_day - (days as i32) < since);
        }
        self
    }

    /// Takes out what is told of a metric in some of the `periods` of the history, wherever one of them stands by itself.
    fn forget(&mut self, metric: &Metric, periods: usize, is_unknown: impl Fn(usize) -> bool) {
        for (look, readings) in LOOKS.iter().zip(&mut self.readings) {
            match look.over {
                Over::Each => (0..periods).filter(|p| is_unknown(*p)).for_each(|p| readings.forget(&metric.id, p)),
                Over::Period if periods.checked_sub(1).is_some_and(&is_unknown) => readings.forget(&metric.id, 0),
                Over::Period | Over::Before | Over::Recent | Over::RecentWeeks | Over::All | Over::Months => {}
            }
        }
    }

    /// The first period of the history in which nothing is known of a metric's rows.
    pub(super) fn first_unseen(&self, metric: &str) -> Option<usize> {
        self.unseen.get(metric).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_whole_and_lie_within_the_history() {
        let ids = |unit: Unit, first: i32, count: usize| {
            let periods: Vec<Period> =
                std::iter::successors(Some(Period::containing(unit, first)), |p| Some(p.next())).take(count).collect();
            months(&periods).into_iter().map(|m| m.id).collect::<Vec<_>>()
        };
        let day = |text: &str| crate::clock::parse_day(text).unwrap();
        // Weeks from Monday 2026-08-31 to Sunday 2026-11-15: September and October are whole.
        assert_eq!(ids(Unit::Week, day("2026-08-31"), 11), ["2026-09", "2026-10"]);
        // A month reported is over when it ends.
        assert_eq!(ids(Unit::Month, day("2026-10-01"), 2), ["2026-10", "2026-11"]);
        assert_eq!(ids(Unit::Quarter, day("2024-01-01"), 8).len(), MONTHS);
        assert!(ids(Unit::Week, day("2026-11-09"), 1).is_empty() && months(&[]).is_empty());
    }

    #[test]
    fn weeks_of_a_span_are_cut_at_its_ends_and_leave_no_day_out() {
        let day = |text: &str| crate::clock::parse_day(text).unwrap();
        // From a Tuesday to a Monday.
        let span = Period::span(day("2026-09-01"), day("2026-09-14"));
        let ids: Vec<String> = weeks(&span).into_iter().map(|w| w.id).collect();
        assert_eq!(ids, ["2026-09-01..2026-09-06", "2026-09-07..2026-09-13", "2026-09-14..2026-09-14"]);
        let all = weeks(&Period::containing(Unit::Quarter, day("2026-11-20")));
        assert_eq!(all.iter().map(Period::days).sum::<i32>(), 92);
        assert!(all.windows(2).all(|w| w[0].end_day == w[1].first_day));
    }
}
