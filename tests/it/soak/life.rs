//! The life of a made-up desk, week by week, and the exports its jobs write.
//!
//! A seed gives the same bytes every time. What irregular jobs do comes round every 13 weeks, so that no seed leaves any of it out.

mod calls;
mod exports;
mod staff;
mod tickets;

use chrono::{DateTime, Days, NaiveDate};

use self::calls::Call;
use self::staff::Staff;
use self::tickets::Ticket;
use crate::world::Rng;

/// Seconds of an hour.
const HOUR: i64 = 3_600;
/// Seconds of a day.
const DAY: i64 = 24 * HOUR;
/// Seconds of a week.
const WEEK: i64 = 7 * DAY;

/// A source of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Tickets,
    Events,
    Calls,
    Surveys,
    Agents,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Tickets, Self::Events, Self::Calls, Self::Surveys, Self::Agents];

    /// Its name in the config, which is its kind there too, and the start of its files' names.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Events => "ticket_events",
            Self::Calls => "calls",
            Self::Surveys => "surveys",
            Self::Agents => "agents",
        }
    }

    /// The columns of its exports.
    pub(crate) fn header(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => tickets::HEADER,
            Self::Events => tickets::EVENT_HEADER,
            Self::Calls => calls::HEADER,
            Self::Surveys => tickets::SURVEY_HEADER,
            Self::Agents => staff::HEADER,
        }
    }

    /// What makes two rows the same thing: the id, of a spell on the desk the person and the first day, of an event everything.
    pub(crate) fn key(self, row: &Row) -> String {
        match self {
            Self::Tickets | Self::Calls | Self::Surveys => row[0].clone(),
            Self::Agents => [&*row[0], &*row[3]].join("|"),
            Self::Events => row.join("|"),
        }
    }

    /// The row's own update time as it stands, which sorts as text; empty for sources that have none.
    pub(crate) fn updated(self, row: &Row) -> &str {
        if self == Self::Tickets { &row[5] } else { "" }
    }
}

/// The cells of a row, in the order of the header.
pub(crate) type Row = Vec<String>;

/// A file that a job wrote.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) kind: Kind,
    /// File name.
    pub(crate) name: String,
    /// The rows that can be read, in the order of the file.
    pub(crate) rows: Vec<Row>,
    /// The file, with the rows that cannot be read.
    pub(crate) text: String,
    /// When it was written, in seconds since 1970.
    pub(crate) made: i64,
}

/// What lies in the exports folder on a Monday that did not lie there before; of one source, in the order of the names.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Weeks before this one.
    pub(crate) week: i64,
    /// 06:00 on the Monday after the week, in the desk's zone.
    pub(crate) as_of: String,
    pub(crate) exports: Vec<Export>,
}

/// What the jobs do out of the ordinary in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    Plain,
    /// Everything there ever was, once a quarter.
    Full,
    /// An update time that goes backwards: older states of tickets whose newer state came before.
    OlderStates,
    /// Other content at the same update time.
    EqualTimes,
    /// Last week's files once more under another name.
    SameBytes,
    /// Last week's rows once more, in another order; and this week's tickets are cut off half way.
    OtherOrder,
    /// Last week's tickets written again, whole this time, under the same name.
    SameName,
    /// The job did not run.
    Nothing,
    /// Two weeks' files at once.
    TwoWeeks,
    /// Most of the files are held up.
    Held,
    /// They arrive, later than those of the week after them.
    Late,
    /// Some rows are broken.
    Broken,
}

impl Turn {
    /// What happens in a week.
    pub(crate) fn of(week: i64) -> Self {
        match week % 13 {
            0 => Self::Full,
            1 => Self::OlderStates,
            2 => Self::EqualTimes,
            3 => Self::SameBytes,
            4 => Self::OtherOrder,
            5 => Self::SameName,
            6 => Self::Nothing,
            7 => Self::TwoWeeks,
            8 => Self::Held,
            10 => Self::Late,
            11 => Self::Broken,
            _ => Self::Plain,
        }
    }
}

/// A desk that lives on with every week asked for.
#[derive(Debug)]
pub(crate) struct Life {
    rng: Rng,
    /// Tickets a week.
    volume: i64,
    week: i64,
    staff: Staff,
    tickets: Vec<Ticket>,
    /// Of the last two weeks.
    calls: Vec<Call>,
    /// Written, but not delivered yet.
    held: Vec<Export>,
    /// What the week before wrote.
    last: Vec<Export>,
}

impl Life {
    /// A desk of about so many tickets a week, before its first one.
    pub(crate) fn new(seed: u64, volume: i64) -> Self {
        let (tickets, calls, held, last) = Default::default();
        Self { rng: Rng::new(seed), volume, week: 0, staff: Staff::new(monday(0)), tickets, calls, held, last }
    }

    /// Lives another week.
    pub(crate) fn next_week(&mut self) -> Delivery {
        let (week, from) = (self.week, monday(self.week));
        if week > 0 {
            self.staff.change(&mut self.rng, from);
        }
        let agents = self.staff.on_desk();
        for _ in 0..self.about(self.volume) {
            let number = self.tickets.len() + 1;
            self.tickets.push(Ticket::new(&mut self.rng, number, from, &agents));
        }
        self.calls.retain(|call| call.start >= from - WEEK);
        for number in 0..self.about(self.volume * 3 / 2) {
            self.calls.push(Call::new(&mut self.rng, week * 10_000 + number, from, &agents));
        }
        self.week += 1;
        let exports = self.deliver(week);
        Delivery { week, as_of: format!("{} 06:00", day_text(monday(week + 1))), exports }
    }

    /// A number a quarter above or below this one at most.
    fn about(&mut self, usual: i64) -> i64 {
        self.rng.between(usual * 3 / 4, usual * 5 / 4 + 1)
    }
}

/// The first instant of a week, in UTC.
fn monday(week: i64) -> i64 {
    let first = NaiveDate::from_ymd_opt(2017, 1, 2).expect("a Monday");
    let day = first.checked_add_days(Days::new(week.unsigned_abs() * 7)).expect("within the calendar");
    day.and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp()
}

fn shown(at: i64, form: &str) -> String {
    DateTime::from_timestamp(at, 0).expect("an instant").format(form).to_string()
}

/// An instant as the exports write it.
fn stamp(at: i64) -> String {
    shown(at, "%Y-%m-%d %H:%M:%S")
}

fn day_text(at: i64) -> String {
    shown(at, "%Y-%m-%d")
}

/// An instant or nothing.
fn maybe(at: Option<i64>) -> String {
    at.map_or_else(String::new, stamp)
}
