//! What must be true after a run that was broken, and after the next.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::points::{Fault, Point};
use super::sandbox::{Ended, Sandbox};
use super::trace;
use super::tree::{self, Item, Tree};

/// A week as it should go: what was there before, and what an undisturbed run leaves.
pub(crate) struct Week {
    /// Its number.
    pub(crate) number: u32,
    /// Before it.
    pub(crate) before: Tree,
    /// After it.
    pub(crate) after: Tree,
    /// Unfinished things that the undisturbed run leaves as well.
    pub(crate) leftovers: BTreeSet<String>,
}

/// The ways in which a broken run can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrong {
    /// Something seen is neither the old nor the new.
    Torn,
    /// Something taken in is gone.
    Lost,
    /// The next run does not end where an undisturbed one does.
    NotConverged,
    /// The exit code hides what happened, or it ended by a panic or a signal.
    Exit,
    /// The message does not say which file.
    Unnamed,
    /// The fault did not happen: the point is not tested.
    Missed,
}

/// What is wrong, with a sentence.
pub(crate) type Complaints = Vec<(Wrong, String)>;

impl Week {
    /// What a broken run has left, before anything is repaired.
    pub(crate) fn interrupted(&self, sandbox: &Sandbox) -> Complaints {
        let seen = tree::made(&sandbox.desk());
        let mut complaints = self.periods(&seen);
        complaints.extend(self.history(&seen));
        complaints.extend(exports_of_journal(&seen));
        complaints
    }

    /// Every period is the old one or the new one, and `latest` leads to one of them.
    fn periods(&self, seen: &Tree) -> Complaints {
        let mut complaints = Complaints::new();
        for name in periods(seen).union(&periods(&self.before)) {
            let of = |tree: &Tree| tree.contains_key(name).then(|| tree::below(tree, name));
            let here = of(seen);
            if here != of(&self.before) && (here.is_none() || here != of(&self.after)) {
                complaints.push((Wrong::Torn, format!("{name} is neither as before the run nor as after it")));
            }
        }
        match seen.get("scorecards/latest") {
            None if self.before.contains_key("scorecards/latest") => complaints.push((Wrong::Torn, "scorecards/latest is gone".to_owned())),
            Some(Item::Link(to)) if !periods(seen).contains(&format!("scorecards/{to}")) => {
                complaints.push((Wrong::Torn, format!("scorecards/latest leads to {to}, which is not there")));
            }
            _ => {}
        }
        complaints
    }

    /// Entries of journal and logs, and exports, are whole; what both the old and the new state have is there.
    fn history(&self, seen: &Tree) -> Complaints {
        let mut complaints = Complaints::new();
        let counts =
            |path: &str| path.starts_with("history/journal/") || path.starts_with("history/exports/") || path.contains("/_delta_log/");
        for (path, item) in seen.iter().filter(|(path, _)| counts(path)) {
            if Some(item) != self.before.get(path) && Some(item) != self.after.get(path) {
                complaints.push((Wrong::Torn, format!("{path} is neither as before the run nor as after it")));
            }
        }
        let kept = self.before.keys().filter(|path| path.starts_with("history/") && self.after.contains_key(*path));
        complaints.extend(kept.filter(|path| !seen.contains_key(*path)).map(|path| (Wrong::Lost, format!("{path} is gone"))));
        complaints
    }

    /// What the next run makes of it: exactly what an undisturbed run would have, with which `history verify` is content; so no row is lost.
    pub(crate) fn converges(&self, sandbox: &Sandbox) -> Complaints {
        let mut complaints = Complaints::new();
        let mut say = |text: String| complaints.push((Wrong::NotConverged, text));
        let asked = sandbox.deskcard(&["history", "verify"]);
        if is_accident(&asked) {
            say(format!("`history verify` of what a broken run left is an accident: {asked:?}"));
        }
        let again = sandbox.run(self.number);
        if again.code != Some(0) {
            say(format!("the next run fails: {again:?}"));
        }
        tree::differences(&tree::made(&sandbox.desk()), &self.after).into_iter().for_each(&mut say);
        let left = tree::leftovers(&sandbox.desk()).into_iter().filter(|path| !self.leftovers.contains(path));
        left.for_each(|path| say(format!("{path} is left over")));
        let strewn = std::fs::read_dir(sandbox.temporary()).expect("the sandbox has a folder for temporary files");
        strewn.flatten().for_each(|entry| say(format!("{} is left in the temporary folder", entry.file_name().display())));
        complaints
    }

    /// Whether a run that said it went well left what an undisturbed one does.
    fn is_done(&self, sandbox: &Sandbox) -> bool {
        tree::made(&sandbox.desk()) == self.after
    }

    /// Breaks the week's run at a point, in a sandbox that is as before it, and says all that is wrong then and after the next run.
    pub(crate) fn broken_at(&self, point: &Point, sandbox: &Sandbox, prepared: &Sandbox) -> Complaints {
        let mut ended = None;
        for options in [point.by_name(&sandbox.desk()), point.by_count()] {
            sandbox.become_copy(prepared);
            let (run, trace) = sandbox.traced(&options, self.number);
            let is_hit = if point.fault == Fault::Kill { run.signal == Some(9) } else { trace.contains("(INJECTED)") };
            if is_hit {
                ended = Some(run);
                break;
            }
        }
        let Some(ended) = ended else {
            return vec![(Wrong::Missed, "the call did not come again".to_owned())];
        };
        let mut complaints = if point.fault == Fault::Kill { Complaints::new() } else { self.said(&ended, point, sandbox) };
        complaints.extend(self.interrupted(sandbox));
        complaints.extend(self.converges(sandbox));
        complaints
    }

    /// Whether a run with an injected error ended as a program does, and named the file.
    fn said(&self, ended: &Ended, point: &Point, sandbox: &Sandbox) -> Complaints {
        if is_accident(ended) {
            return vec![(Wrong::Exit, format!("it ended by a panic, a bug or a signal: {ended:?}"))];
        }
        if ended.code == Some(0) {
            let is_done = self.is_done(sandbox);
            return if is_done { Vec::new() } else { vec![(Wrong::Exit, "exit 0, but not all is done".to_owned())] };
        }
        let is_named = words(&point.line).iter().any(|word| ended.stderr.contains(word.as_str()));
        if is_named { Vec::new() } else { vec![(Wrong::Unnamed, format!("the message names no file: {:?}", ended.stderr))] }
    }
}

/// Whether a run ended by a signal, a panic (101, 134) or as a bug (70).
fn is_accident(ended: &Ended) -> bool {
    ended.signal.is_some() || matches!(ended.code, None | Some(70 | 101 | 134)) || ended.stderr.contains("panicked")
}

/// The names a message about a call may use: of the file or of its folder, without what marks it as unfinished.
fn words(line: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for call in trace::read(line) {
        let opened = call.args.iter().filter_map(|a| if let trace::Arg::Open(path) = a { Some(path.into()) } else { None });
        let names: Vec<std::path::PathBuf> = if call.is_on_descriptor() { opened.collect() } else { call.names(std::path::Path::new("")) };
        for path in names {
            let known = |name: &str| {
                name.trim_start_matches('.').trim_end_matches(".tmp").trim_end_matches(".new").trim_end_matches(".old").to_owned()
            };
            let parts = path.iter().rev().take(2).map(|part| known(&part.to_string_lossy()));
            words.extend(parts.filter(|word| word.len() > 3));
        }
    }
    words
}

/// The folders of periods.
fn periods(tree: &Tree) -> BTreeSet<String> {
    let is_period = |path: &str| path.strip_prefix("scorecards/").is_some_and(|name| !name.contains('/'));
    tree.iter().filter(|(path, item)| **item == Item::Folder && is_period(path)).map(|(path, _)| path.clone()).collect()
}

/// Every export that the journal speaks of is kept, whole.
fn exports_of_journal(seen: &Tree) -> Complaints {
    let mut complaints = Complaints::new();
    for (path, item) in seen.iter().filter(|(path, _)| path.starts_with("history/journal/")) {
        let Item::File(bytes) = item else { continue };
        let Ok(entry) = serde_json::from_slice::<serde_json::Value>(bytes) else {
            complaints.push((Wrong::Torn, format!("{path} is no JSON")));
            continue;
        };
        let sources = entry["sources"].as_object().into_iter().flat_map(|s| s.values());
        for sha in sources.flat_map(|files| files.as_array().into_iter().flatten()).filter_map(|file| file["sha256"].as_str()) {
            let kept = seen.get(&format!("history/exports/{sha}.zst"));
            let text = kept.and_then(|item| if let Item::File(bytes) = item { zstd::decode_all(&bytes[..]).ok() } else { None });
            if text.as_deref().map(hash).as_deref() != Some(sha) {
                complaints.push((Wrong::Lost, format!("{path} speaks of the export {sha}, which is not kept whole")));
            }
        }
    }
    complaints
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
