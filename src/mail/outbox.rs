//! What is to be sent and what became of it: a folder with two files a message.
//!
//! `ID.eml` is the message as it is sent, written once and removed when the server has it; `ID.json` is its [`Entry`], replaced in one step
//! and kept, so that a message is known to have been sent. `ID` is `SLOT-VERSION`: what it is about and to whom, and what it says.
//! A message without an entry was never queued. Nobody else writes here while the [`Outbox`] is open.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address::Address;
use super::draft::Sealed;
use crate::error::{Error, Result};
use crate::publish::file;
use crate::publish::lock::Lock;
use crate::publish::stage::hex;
use crate::publish::{names_in, remove};

/// Version of an entry's shape.
const SCHEMA_VERSION: u32 = 1;

/// How far a message is. Times are UTC seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// To be sent.
    Queued,
    /// The server said yes to sender and recipient, and was being given the message when this was written. Whoever finds it so
    /// knows that the run was killed there.
    Sending,
    /// The server has it.
    Sent {
        /// When.
        at: i64,
        /// What it said.
        reply: String,
    },
    /// It could not be sent for a reason that may pass.
    Retry {
        /// Not tried again before.
        not_before: i64,
        /// What happened.
        reason: String,
    },
    /// It will not be sent.
    Failed {
        /// When that was known.
        at: i64,
        /// Why.
        reason: String,
    },
    /// Nobody knows whether the server has it: not sent again unless asked for.
    Unknown {
        /// When that was known.
        at: i64,
        /// What happened.
        reason: String,
    },
    /// A later version of it was queued before it was known to be sent.
    Replaced,
}

/// A message of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of this shape.
    pub schema_version: u32,
    /// What it is about and to whom; [`Sealed::slot`].
    pub slot: String,
    /// What it says; [`Sealed::version`].
    pub version: String,
    /// `<SLOT.VERSION@DOMAIN>`, the same however often it is sent.
    pub message_id: String,
    /// The period, `2026-W46`.
    pub period: String,
    /// The card's slug.
    pub card: String,
    /// Sender of the envelope.
    pub from: Address,
    /// The one recipient.
    pub to: Address,
    /// Bytes of the message.
    pub bytes: u64,
    /// SHA-256 of the message, in hexadecimal.
    pub sha256: String,
    /// When it was queued, UTC seconds since 1970.
    pub queued_at: i64,
    /// How often it was tried.
    pub tries: u32,
    /// How often the server was given all of it, or may have been, without an answer.
    pub handed: u32,
    /// Which of the versions queued for its slot it is, from 1: of those that wait, only the last is sent.
    pub turn: u32,
    /// How far it is.
    #[serde(flatten)]
    pub state: State,
}

/// What became of a message that should be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It is queued.
    Queued,
    /// It was there already, so far.
    Known(State),
    /// The recipient was sent, or may have been sent, an earlier version; this one is not queued.
    Changed,
}

/// What to do with a message of which an earlier version was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The recipient keeps the earlier one.
    No,
    /// It is sent as well.
    Yes,
}

/// The folder, ours until dropped.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    _lock: Lock,
}

impl Entry {
    /// `SLOT-VERSION`: the stem of its files.
    pub fn id(&self) -> String {
        format!("{}-{}", self.slot, self.version)
    }

    fn new(sealed: &Sealed, now: i64) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            slot: sealed.slot.clone(),
            version: sealed.version.clone(),
            message_id: sealed.message_id.clone(),
            period: sealed.key.period.clone(),
            card: sealed.key.card.clone(),
            from: sealed.from.clone(),
            to: sealed.to.clone(),
            bytes: sealed.bytes.len() as u64,
            sha256: hex(&Sha256::digest(&sealed.bytes)),
            queued_at: now,
            tries: 0,
            handed: 0,
            turn: 1,
            state: State::Queued,
        }
    }

    /// Whether the recipient has it, or may have it.
    fn may_have_arrived(&self) -> bool {
        self.handed > 0 || matches!(self.state, State::Sent { .. } | State::Sending | State::Unknown { .. })
    }
}

impl Outbox {
    /// Opens the folder, which is made if there is none, and clears away what a killed run had half written.
    ///
    /// # Errors
    /// [`Kind::Running`](crate::error::Kind::Running) if another run has it open; an output error.
    pub fn open(folder: &Path) -> Result<Self> {
        let lock = Lock::take(folder)?;
        let outbox = Self { folder: folder.to_owned(), _lock: lock };
        file::sweep(folder)?;
        outbox.settle()?;
        Ok(outbox)
    }

    /// Queues a message, unless it was queued before; `now` in UTC seconds since 1970. It is on the disk when this returns.
    ///
    /// Versions of the same message that wait to be sent are replaced by this one: a recipient gets one of them.
    ///
    /// # Errors
    /// An output error; it is not queued then.
    pub fn put(&self, sealed: &Sealed, again: Again, now: i64) -> Result<Put> {
        let mut entry = Entry::new(sealed, now);
        let (same, others): (Vec<Entry>, Vec<Entry>) = self.versions(&entry.slot)?.into_iter().partition(|e| e.version == entry.version);
        if let Some(known) = same.into_iter().next().filter(|e| e.state != State::Replaced) {
            return Ok(Put::Known(known.state));
        }
        if again == Again::No && others.iter().any(Entry::may_have_arrived) {
            return Ok(Put::Changed);
        }
        entry.turn = 1 + others.iter().map(|e| e.turn).max().unwrap_or(0);
        file::replace(&self.message_path(&entry), &sealed.bytes)?;
        self.save(&entry)?;
        let mut waiting = others.into_iter().filter(|e| is_waiting(&e.state));
        waiting.try_for_each(|e| self.save(&Entry { state: State::Replaced, ..e }))?;
        Ok(Put::Queued)
    }

    /// All versions of a message. An outbox holds years: only their own files are read.
    fn versions(&self, slot: &str) -> Result<Vec<Entry>> {
        let is_of_slot = |name: &str| name.strip_prefix(slot).is_some_and(|rest| rest.starts_with('-'));
        self.entries_where(is_of_slot)
    }

    /// All entries, by id.
    ///
    /// # Errors
    /// An output error if one cannot be read, or was written by a newer version of this program.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        self.entries_where(|_| true)
    }

    fn entries_where(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Entry>> {
        let names = names_in(&self.folder)?.unwrap_or_default();
        names.iter().filter(|name| has_suffix(name, "json") && is_wanted(name)).map(|name| self.load(name)).collect()
    }

    /// The bytes of a message, as they were queued.
    ///
    /// # Errors
    /// An output error if they cannot be read or are not those that were queued.
    pub fn message(&self, entry: &Entry) -> Result<Vec<u8>> {
        let path = self.message_path(entry);
        let at = || path.display().to_string();
        let bytes = fs::read(&path).map_err(|e| Error::output(format!("cannot read the message: {e}")).at(at()))?;
        if hex(&Sha256::digest(&bytes)) == entry.sha256 {
            return Ok(bytes);
        }
        Err(Error::output("the message is not the one that was queued: it was changed, or its disk is failing").at(at()))
    }

    /// Brings an entry to the disk. The message of one that is done with is removed.
    ///
    /// # Errors
    /// An output error; the entry is then as it was before.
    pub fn save(&self, entry: &Entry) -> Result<()> {
        let mut text =
            serde_json::to_string_pretty(entry).map_err(|e| Error::bug(format!("an entry of the outbox cannot be written: {e}")))?;
        text.push('\n');
        file::replace(&self.entry_path(&entry.id()), text.as_bytes())?;
        if is_done(&entry.state) { remove(&self.message_path(entry)) } else { Ok(()) }
    }

    /// Forgets what was done with before an instant, UTC seconds since 1970: what is put again after that is sent again.
    ///
    /// # Errors
    /// An output error.
    pub fn forget(&self, before: i64) -> Result<u64> {
        let mut forgotten = 0;
        for entry in self.entries()?.into_iter().filter(|e| e.queued_at < before && (is_done(&e.state) || is_failed(&e.state))) {
            remove(&self.message_path(&entry))?;
            remove(&self.entry_path(&entry.id()))?;
            forgotten += 1;
        }
        Ok(forgotten)
    }

    /// Removes messages for good: those that are `theirs`, and those `made` of something that is no more, unless the server may have them.
    /// Of these only the text goes, and they count as failed. How many.
    ///
    /// # Errors
    /// An output error.
    pub fn withdraw(&self, is_theirs: impl Fn(&Entry) -> bool, is_made: impl Fn(&Entry) -> bool) -> Result<usize> {
        let mut withdrawn = 0;
        for entry in self.entries()? {
            let (theirs, stale) = (is_theirs(&entry), is_made(&entry) && !is_done(&entry.state));
            if !theirs && !stale {
                continue;
            }
            withdrawn += 1;
            remove(&self.message_path(&entry))?;
            if theirs || !entry.may_have_arrived() {
                remove(&self.entry_path(&entry.id()))?;
            } else {
                let reason = "withdrawn: somebody in it was erased".to_owned();
                self.save(&Entry { state: State::Failed { at: entry.queued_at, reason }, handed: entry.handed.max(1), ..entry })?;
            }
        }
        Ok(withdrawn)
    }

    /// Finishes what a killed run had begun: replaced versions, messages that are done with, messages without an entry.
    fn settle(&self) -> Result<()> {
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut entries = self.entries()?;
        entries.sort_by_key(|e| (e.slot.clone(), e.turn));
        for (i, entry) in entries.iter().enumerate() {
            let has_later = entries.get(i + 1).is_some_and(|next| next.slot == entry.slot);
            if has_later && is_waiting(&entry.state) {
                self.save(&Entry { state: State::Replaced, ..entry.clone() })?;
            } else if !is_done(&entry.state) {
                needed.insert(format!("{}.eml", entry.id()));
            }
        }
        let names = names_in(&self.folder)?.unwrap_or_default();
        names.iter().filter(|n| has_suffix(n, "eml") && !needed.contains(*n)).try_for_each(|n| remove(&self.folder.join(n)))
    }

    fn load(&self, name: &str) -> Result<Entry> {
        let path = self.folder.join(name);
        let failed = |what: String| Error::output(what).at(path.display().to_string());
        let text = fs::read_to_string(&path).map_err(|e| failed(format!("cannot read an entry of the outbox: {e}")))?;
        let entry: Entry = serde_json::from_str(&text).map_err(|e| {
            failed(format!("this is no entry of an outbox: {e}"))
                .hint("if deskcard did not write it, move it away; the message may be lost")
        })?;
        if entry.schema_version > SCHEMA_VERSION {
            return Err(failed("a newer version of deskcard wrote this entry".to_owned()).hint("use that version"));
        }
        if format!("{}.json", entry.id()) == name { Ok(entry) } else { Err(failed("the entry has another one's name".to_owned())) }
    }

    fn entry_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Where the message of an entry lies until it is sent.
    pub fn message_path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!("{}.eml", entry.id()))
    }
}

fn has_suffix(name: &str, suffix: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == suffix)
}

fn is_done(state: &State) -> bool {
    matches!(state, State::Sent { .. } | State::Replaced)
}

fn is_waiting(state: &State) -> bool {
    !is_done(state) && !is_failed(state)
}

fn is_failed(state: &State) -> bool {
    matches!(state, State::Failed { .. })
}

#[cfg(test)]
mod tests;
