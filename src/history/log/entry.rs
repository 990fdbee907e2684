//! One entry of the log: a file of actions, one a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::action::{Action, Add, Protocol, READER, Remove, WRITER};
use super::{beyond, damaged, uri};
use crate::error::{Error, Result};

/// Bytes of an entry, at most: a thousand times what a commit of ten years of months takes.
const LARGEST: u64 = 256 << 20;

/// Reads an entry. What it says that needs nothing of a reader is left out.
///
/// # Errors
/// An input error with the line, if it is damaged or asks for more of the protocol than is known here.
pub(super) fn read(path: &Path) -> Result<Vec<Action>> {
    let text = text(path)?;
    let mut actions = Vec::new();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut is_empty = true;
    for (index, line) in lines {
        is_empty = false;
        actions.extend(action(line, &format!("{} line {}", path.display(), index + 1))?);
    }
    if is_empty {
        return Err(damaged("the entry is empty", path.display()));
    }
    match contradiction(&actions) {
        Some(what) => Err(damaged(what, path.display())),
        None => Ok(actions),
    }
}

/// The bytes of an entry. The same actions make the same bytes.
///
/// # Errors
/// A bug if the actions are none that make a version.
pub(super) fn to_bytes(version: u64, actions: &[Action]) -> Result<Vec<u8>> {
    if let Some(what) = contradiction(actions).or_else(|| unfit(version, actions)) {
        return Err(Error::bug(format!("version {version} of a table cannot be written: {what}")));
    }
    let mut bytes = Vec::new();
    for action in actions {
        serde_json::to_writer(&mut bytes, action).map_err(|e| Error::bug(format!("an action cannot be written as JSON: {e}")))?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// Whether the actions make a table, as the first version must.
pub(super) fn makes_table(actions: &[Action]) -> bool {
    actions.iter().any(|a| matches!(a, Action::Protocol(_))) && actions.iter().any(|a| matches!(a, Action::Metadata(_)))
}

fn text(path: &Path) -> Result<String> {
    let unreadable = |e| damaged(format!("the entry cannot be read: {e}"), path.display());
    let about = fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(damaged("this is no file, and should be an entry of the log", path.display()));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(damaged("the entry is larger than 256 MB, which no entry is", path.display()));
    }
    if bytes.contains(&0) {
        return Err(damaged("the entry holds NUL bytes: a disk that failed leaves such files", path.display()));
    }
    String::from_utf8(bytes).map_err(|_| damaged("the entry is not UTF-8 text", path.display()))
}

/// The action of a line; `None` if it is of a kind that readers may leave out.
fn action(line: &str, at: &str) -> Result<Option<Action>> {
    let no_action = |why: &dyn std::fmt::Display| damaged(format!("the line is no action of a Delta log: {why}"), at);
    let mut parts: BTreeMap<String, &RawValue> = serde_json::from_str(line).map_err(|e| no_action(&e))?;
    parts.retain(|_, value| value.get() != "null");
    let (Some((kind, body)), true) = (parts.pop_first(), parts.is_empty()) else {
        return Err(no_action(&"it has not exactly one"));
    };
    let body = body.get();
    let action = match kind.as_str() {
        "protocol" => known_protocol(body, at)?.map(Action::Protocol),
        "metaData" => serde_json::from_str(body).map(Action::Metadata),
        "txn" => serde_json::from_str(body).map(Action::Transaction),
        "add" => whole_file(body, at)?.and_then(|()| serde_json::from_str(body)).map(Action::Add),
        "remove" => whole_file(body, at)?.and_then(|()| serde_json::from_str(body)).map(Action::Remove),
        "commitInfo" => serde_json::from_str(body).map(Action::CommitInfo),
        "cdc" | "domainMetadata" | "checkpointMetadata" | "sidecar" => {
            return Err(beyond(format!("the action `{kind}` is not known here"), at));
        }
        _ => return Ok(None),
    };
    action.map(Some).map_err(|e| no_action(&format!("`{kind}`: {e}")))
}

/// A protocol of which nothing is beyond what is known here.
fn known_protocol(body: &str, at: &str) -> Result<serde_json::Result<Protocol>> {
    let read: serde_json::Result<Protocol> = serde_json::from_str(body);
    match read {
        Ok(Protocol { min_reader_version: r, min_writer_version: w }) if r > READER || w > WRITER => {
            Err(beyond(format!("the table is of reader version {r} and writer version {w}"), at))
        }
        other => Ok(other),
    }
}

/// Refuses a file of which only some rows count: passing over that would bring deleted rows back.
fn whole_file(body: &str, at: &str) -> Result<serde_json::Result<()>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Rows {
        deletion_vector: Option<IgnoredAny>,
    }
    match serde_json::from_str(body) {
        Ok(Rows { deletion_vector: Some(_) }) => {
            Err(beyond("some rows of a file are deleted by a deletion vector, which is not known here", at))
        }
        Ok(Rows { deletion_vector: None }) => Ok(Ok(())),
        Err(error) => Ok(Err(error)),
    }
}

/// What the actions of one entry say twice: they have no order, so it would mean nothing.
fn contradiction(actions: &[Action]) -> Option<String> {
    let mut seen = BTreeSet::new();
    let twice = actions.iter().filter_map(subject).find(|subject| !seen.insert(*subject));
    twice.map(|(kind, name)| format!("the entry says two things of the same {kind}{name}"))
}

/// What an action is about, where an entry may have only one action about it.
fn subject(action: &Action) -> Option<(&'static str, &str)> {
    match action {
        Action::Protocol(_) => Some(("protocol", "")),
        Action::Metadata(_) => Some(("table", "")),
        Action::Transaction(transaction) => Some(("application ", &transaction.app_id)),
        Action::Add(Add { path, .. }) | Action::Remove(Remove { path, .. }) => Some(("file ", path)),
        Action::CommitInfo(_) => None,
    }
}

/// Why actions that do not contradict each other make no version.
fn unfit(version: u64, actions: &[Action]) -> Option<String> {
    if version == 0 && !makes_table(actions) {
        return Some("it is the first one, and lacks the protocol or the description of the table".to_owned());
    }
    let unfit = |action: &Action| match action {
        Action::Protocol(p) if *p != Protocol::default() => Some(format!("{p:?} is not what is written here")),
        Action::Add(Add { path, .. }) | Action::Remove(Remove { path, .. }) => {
            uri::check(path).err().map(|why| format!("the path `{path}` {why}"))
        }
        _ => None,
    };
    match actions {
        [] => Some("it does nothing".to_owned()),
        _ => actions.iter().find_map(unfit),
    }
}
