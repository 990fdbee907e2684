//! Sends what is in the outbox: each message once, as far as anybody can know.
//!
//! What is on the disk before a step decides what a killed run leaves: a message is marked before the server is given it and again when the
//! server has answered. One found marked is sent once more, with the same `Message-ID`; a second time it is told and left alone.

use std::time::{Duration, UNIX_EPOCH};

use super::outbox::{Entry, Outbox, State};
use super::smtp::{Courier, Outcome};
use crate::error::Result;
use crate::publish::settle::Clock;

/// How often a message may be given to the server without an answer before it is left alone.
const MOST_HANDED: u32 = 2;

/// How long to keep trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// Further tries within this run.
    pub retries: u32,
    /// Wait before the first of them; each further one waits twice as long.
    pub wait: Duration,
    /// Age at which a message that could not be sent is given up.
    pub give_up_after: Duration,
    /// Whether messages are sent that may have been sent already.
    pub retry_unknown: bool,
    /// Domains mail may go to; all others are refused before anything is sent.
    pub domains: Vec<String>,
}

/// What became of the messages of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sendout {
    /// The entries that were looked at, as they are now, by id.
    pub entries: Vec<Entry>,
    /// Messages that were given to the server a second time.
    pub repeated: u64,
}

impl Sendout {
    /// How many are in a state.
    pub fn count(&self, is_it: impl Fn(&State) -> bool) -> usize {
        self.entries.iter().filter(|e| is_it(&e.state)).count()
    }
}

/// Sends all that is due.
///
/// # Errors
/// An error of the outbox, or one that no message would get past (the password is wrong). What was not sent by then is sent by the next run.
pub fn send(outbox: &Outbox, courier: &mut dyn Courier, clock: &dyn Clock, patience: &Patience) -> Result<Sendout> {
    let mut run = Run { outbox, courier, clock, patience, sendout: Sendout::default() };
    let mut due = run.due()?;
    for round in 0..=patience.retries {
        if round > 0 && !due.is_empty() {
            clock.sleep(patience.wait.saturating_mul(1 << (round - 1).min(10)));
        }
        let mut left = Vec::new();
        for entry in due {
            let entry = run.attempt(entry, round)?;
            if matches!(entry.state, State::Retry { .. }) { left.push(entry) } else { run.sendout.entries.push(entry) }
        }
        due = left;
    }
    run.sendout.entries.extend(due);
    run.sendout.entries.sort_by_key(Entry::id);
    Ok(run.sendout)
}

struct Run<'a> {
    outbox: &'a Outbox,
    courier: &'a mut dyn Courier,
    clock: &'a dyn Clock,
    patience: &'a Patience,
    sendout: Sendout,
}

impl Run<'_> {
    /// What to send now. All else that is not done with is looked at, and told.
    fn due(&mut self) -> Result<Vec<Entry>> {
        let now = self.now();
        let mut due = Vec::new();
        for mut entry in self.outbox.entries()? {
            if let Some(state) = self.found(&entry, now) {
                entry.state = state;
                self.outbox.save(&entry)?;
            }
            match &entry.state {
                State::Sent { .. } | State::Replaced => {}
                State::Queued | State::Sending => due.push(entry),
                State::Retry { not_before, .. } if *not_before <= now => due.push(entry),
                State::Retry { .. } | State::Failed { .. } | State::Unknown { .. } => self.sendout.entries.push(entry),
            }
        }
        Ok(due)
    }

    /// The state an entry goes into before anything is sent, if that is another one.
    fn found(&self, entry: &Entry, now: i64) -> Option<State> {
        let is_waiting = matches!(entry.state, State::Queued | State::Retry { .. } | State::Sending);
        let is_old = now.saturating_sub(entry.queued_at) > self.patience.give_up_after.as_secs() as i64;
        match &entry.state {
            _ if is_waiting && !entry.to.is_in(&self.patience.domains) => {
                Some(State::Failed { at: now, reason: format!("mail may not go to {}: it is not in `domains`", entry.to.domain()) })
            }
            State::Sending if entry.handed >= MOST_HANDED => {
                Some(State::Unknown { at: now, reason: "the run was killed twice while the server was given it".to_owned() })
            }
            State::Retry { reason, .. } if is_old => {
                Some(State::Failed { at: now, reason: format!("given up after {} tries: {reason}", entry.tries) })
            }
            State::Unknown { .. } if self.patience.retry_unknown => Some(State::Queued),
            _ => None,
        }
    }

    fn attempt(&mut self, mut entry: Entry, round: u32) -> Result<Entry> {
        let bytes = match self.outbox.message(&entry) {
            Ok(bytes) => bytes,
            Err(e) => return self.save(entry, |now| State::Failed { at: now, reason: e.one_line() }),
        };
        entry.tries += 1;
        self.sendout.repeated += u64::from(entry.handed > 0);
        let (outbox, mut marked) = (self.outbox, entry.clone());
        // On the disk before the server can have it.
        let mut mark = || {
            marked.handed += 1;
            marked.state = State::Sending;
            outbox.save(&marked)
        };
        let outcome = self.courier.deliver((&entry.from, &entry.to), &bytes, &mut mark)?;
        entry.handed = match outcome {
            Outcome::Unknown(_) => marked.handed,
            // The server answered, or cannot have it: this try is known not to have left a copy; an earlier one may have.
            _ => entry.handed,
        };
        let wait = i64::try_from(self.patience.wait.saturating_mul(1 << round.min(10)).as_secs()).unwrap_or(i64::MAX);
        self.save(entry, |now| match outcome {
            Outcome::Sent(reply) => State::Sent { at: now, reply },
            Outcome::Later(reason) => State::Retry { not_before: now.saturating_add(wait), reason },
            Outcome::Refused(reason) => State::Failed { at: now, reason },
            Outcome::Unknown(reason) => State::Unknown { at: now, reason },
        })
    }

    fn save(&self, mut entry: Entry, state: impl FnOnce(i64) -> State) -> Result<Entry> {
        entry.state = state(self.now());
        self.outbox.save(&entry)?;
        Ok(entry)
    }

    fn now(&self) -> i64 {
        self.clock.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
    }
}

#[cfg(test)]
mod tests;
