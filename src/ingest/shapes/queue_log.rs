//! Asterisk's `queue_log`, a line an event of a caller in a queue, as a row a call.
//!
//! A line is `epoch|uniqueid|queue|agent|event|parameters…`; the events and their parameters are those of
//! <https://docs.asterisk.org/Operation/Logging/Queue-Logs/>. All events of one uniqueid are one call, through several queues too.
//! Only calls that are not over are held: a log of years needs no more memory than one of an hour.
//!
//! Every line that is not blank is an event of a call, set aside and counted, or rejected with its place.

mod call;
mod event;
mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use self::call::Call;
use self::event::{Event, What};
use self::line::Lines;
use crate::error::{Error, Result};

/// The header of the rows: canonical columns of calls. `direction` and `is_acd` hold for the whole file and are the preset's.
pub const HEADER: [&str; 13] = [
    "id",
    "start_at",
    "answer_at",
    "end_at",
    "queue",
    "first_queue",
    "agent",
    "caller",
    "wait_secs",
    "ring_secs",
    "talk_secs",
    "outcome",
    "transfers",
];

/// So many seconds after a caller left a queue the call is over; until then the same uniqueid may enter another queue.
pub const LINGER_SECS: i64 = 3600;

/// A call of which nothing was heard for so many seconds has no end: the log lost it.
pub const LOST_SECS: i64 = 24 * 3600;

/// At most so many calls are not over at once.
pub const MOST_OPEN: usize = 100_000;

/// The calls are looked through after so many lines for those that are over.
const SWEEP_LINES: u64 = 4096;

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Physical line, from 1.
    pub line: u64,
    /// Offset of its first byte.
    pub byte: u64,
    /// The line as it stands, at most 64 KiB of it, without its end.
    pub raw: String,
    /// What is wrong, in words.
    pub reason: String,
}

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Lines that are not blank: events + set aside + rejected.
    pub lines: u64,
    /// Lines that say something of a call.
    pub events: u64,
    /// Lines that say nothing of a call, by event (`ADDMEMBER`, `PAUSE` …); events this reader does not know are under `other`.
    pub set_aside: BTreeMap<&'static str, u64>,
    /// Lines refused.
    pub rejected: u64,
    /// Rows written.
    pub calls: u64,
    /// Of these, calls without an end: the log ends, or Asterisk was started anew, while the caller waited or talked.
    pub without_end: u64,
    /// Of these, calls whose entry into the queue is not in the log: their start is worked out from what they waited and talked.
    pub without_start: u64,
    /// Calls that rang at an agent who did not pick up, by agent; of at most 10,000 agents.
    pub rings_missed: BTreeMap<String, u64>,
    /// Whether the last line that is not blank ends with the log, rather than as lines do.
    pub is_unended: bool,
    /// Whether that line was refused.
    pub is_last_refused: bool,
}

/// The calls of a log as CSV text with its header, what was rejected, and the account. For logs that fit into memory; else [`fold`].
///
/// # Errors
/// As [`fold`].
pub fn calls(reader: impl Read) -> Result<(String, Vec<Reject>, Account)> {
    let (mut text, mut rejects) = (Vec::new(), Vec::new());
    let account = fold(reader, &mut text, |reject| rejects.push(reject))?;
    let text = String::from_utf8(text).map_err(|_| Error::bug("the calls of a queue_log are not UTF-8"))?;
    Ok((text, rejects, account))
}

/// Writes a header and a row a call, in the order in which the calls are over.
///
/// Instants are UTC (`2026-11-02T08:15:00Z`), durations whole seconds. `start_at`: the first entry into a queue. `answer_at`,
/// `wait_secs`: up to the first agent. `ring_secs`, `talk_secs`: of all agents who took it. `end_at`: when the caller left the last queue
/// or the agent hung up or handed on; empty for calls without an end. `queue` and `agent` are the last that answered, else the
/// last queue; an agent's channel is cut to the extension. Leaving a queue by time-out, key or because nobody is there is `overflow`.
///
/// # Errors
/// If the log cannot be read, the rows cannot be written, or more than [`MOST_OPEN`] calls are not over at once.
pub fn fold(reader: impl Read, out: impl Write, mut reject: impl FnMut(Reject)) -> Result<Account> {
    let mut fold = Fold { out: csv::Writer::from_writer(out), open: BTreeMap::new(), now: i64::MIN, account: Account::default() };
    fold.out.write_record(HEADER).map_err(|e| unwritable(&e))?;
    let mut lines = Lines::new(reader);
    while let Some(line) = lines.next_line()? {
        if line.text.trim_ascii().is_empty() {
            continue;
        }
        fold.account.lines += 1;
        let at = line.number;
        let event = Event::parse(&line);
        (fold.account.is_unended, fold.account.is_last_refused) = (!line.is_ended, event.is_err());
        match event {
            Ok(event) => fold.take(&event, at)?,
            Err(reason) => {
                fold.account.rejected += 1;
                reject(Reject { line: at, byte: line.byte, raw: String::from_utf8_lossy(line.text).into_owned(), reason });
            }
        }
        if fold.account.lines.is_multiple_of(SWEEP_LINES) {
            fold.sweep()?;
        }
    }
    fold.close(|_| true)?;
    fold.out.flush().map_err(|e| unwritable(&e.into()))?;
    Ok(fold.account)
}

fn unwritable(error: &csv::Error) -> Error {
    Error::output(format!("the calls of a queue_log could not be written: {error}"))
}

struct Fold<W: Write> {
    out: csv::Writer<W>,
    /// Calls that are not over, by uniqueid.
    open: BTreeMap<String, Call>,
    /// The latest instant of the log so far.
    now: i64,
    account: Account,
}

impl<W: Write> Fold<W> {
    fn take(&mut self, event: &Event<'_>, line: u64) -> Result<()> {
        self.now = self.now.max(event.at);
        match &event.what {
            What::Restart => {
                *self.account.set_aside.entry("QUEUESTART").or_default() += 1;
                self.close(|call| !call.has_left())
            }
            What::Aside(name) => {
                *self.account.set_aside.entry(name).or_default() += 1;
                Ok(())
            }
            What::RingMissed => {
                self.account.events += 1;
                self.ring_missed(event.agent);
                Ok(())
            }
            What::Of(step) => {
                self.account.events += 1;
                if !self.open.contains_key(event.id) {
                    self.make_room(line)?;
                }
                self.open.entry(event.id.to_owned()).or_default().take(event, step);
                Ok(())
            }
        }
    }

    fn ring_missed(&mut self, agent: &str) {
        const MOST_AGENTS: usize = 10_000;
        if let Some(count) = self.account.rings_missed.get_mut(agent) {
            *count += 1;
        } else if self.account.rings_missed.len() < MOST_AGENTS && !agent.is_empty() {
            self.account.rings_missed.insert(agent.to_owned(), 1);
        }
    }

    fn make_room(&mut self, line: u64) -> Result<()> {
        if self.open.len() < MOST_OPEN {
            return Ok(());
        }
        self.sweep()?;
        if self.open.len() < MOST_OPEN {
            return Ok(());
        }
        Err(Error::input(format!("more than {MOST_OPEN} calls wait or talk at once, which no queue does"))
            .at(format!("line {line}"))
            .hint("is this a queue_log? Its lines start with the time in seconds since 1970 and the call's id"))
    }

    /// Writes the calls that are over by now, and those of which nothing was heard for too long.
    fn sweep(&mut self) -> Result<()> {
        let now = self.now;
        self.close(|call| now.saturating_sub(call.heard_at()) > if call.has_left() { LINGER_SECS } else { LOST_SECS })
    }

    fn close(&mut self, is_over: impl Fn(&Call) -> bool) -> Result<()> {
        let over: BTreeSet<(i64, String)> =
            self.open.iter().filter(|(_, call)| is_over(call)).map(|(id, call)| (call.start(), id.clone())).collect();
        for (_, id) in over {
            let Some(call) = self.open.remove(&id) else { continue };
            self.account.calls += 1;
            self.account.without_end += u64::from(!call.has_left());
            self.account.without_start += u64::from(!call.has_entry());
            self.out.write_record(call.row(&id)).map_err(|e| unwritable(&e))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
