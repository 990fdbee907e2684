//! Any history of commits: every version is what a plain model says it was.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a commit does: files that go or come (by number), how far applications are, and whether the table is described anew.
#[derive(Debug, Clone)]
struct Change {
    removed: BTreeSet<u8>,
    added: BTreeSet<u8>,
    txns: BTreeMap<u8, i64>,
    setting: Option<String>,
}

fn change() -> impl Strategy<Value = Change> {
    let numbers = || proptest::collection::btree_set(0_u8..12, 0..5);
    (numbers(), numbers(), proptest::collection::btree_map(0_u8..3, any::<i64>(), 0..3), proptest::option::of(any::<String>())).prop_map(
        |(removed, added, txns, setting)| {
            let removed = removed.difference(&added).copied().collect();
            Change { removed, added, txns, setting }
        },
    )
}

/// A file by its number, at a version: odd names, the same month for some, one without a month.
fn numbered(number: u8, version: u64) -> Add {
    let months = [Some("2026-10"), Some("2026-11"), Some("50 % für: a/b"), None];
    Add { size: version, ..file(months[usize::from(number) % months.len()], &format!("{number} ü%20")) }
}

fn described(setting: Option<&String>) -> Metadata {
    let Action::Metadata(metadata) = tickets() else { unreachable!("it describes a table") };
    Metadata { configuration: setting.map(|text| ("own".to_owned(), text.clone())).into_iter().collect(), ..metadata }
}

/// The same change to the model and, as actions, to the log.
fn step(model: &mut Snapshot, version: u64, change: &Change) -> Vec<Action> {
    let mut actions = vec![info("CHANGE")];
    model.version = version;
    if version == 0 || change.setting.is_some() {
        model.metadata = described(change.setting.as_ref());
        actions.push(Action::Metadata(model.metadata.clone()));
    }
    actions.extend((version == 0).then(|| Action::Protocol(Protocol::default())));
    for number in &change.removed {
        let remove = Remove::of(&numbered(*number, version), 7, false);
        model.files.remove(&remove.path);
        model.removed.insert(remove.path.clone(), remove.clone());
        actions.push(Action::Remove(remove));
    }
    for number in &change.added {
        let add = numbered(*number, version);
        model.removed.remove(&add.path);
        model.files.insert(add.path.clone(), add.clone());
        actions.push(Action::Add(add));
    }
    for (app, at) in &change.txns {
        model.txns.insert(app.to_string(), *at);
        actions.push(Action::Transaction(Transaction { app_id: app.to_string(), version: *at, last_updated: Some(*at) }));
    }
    actions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_version_is_what_it_was(changes in vec(change(), 1..9)) {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::new(dir.path());
        let memory = Memory::default();
        let remembering = Log::remembering(dir.path(), &memory);
        let mut model = Snapshot::default();
        let mut versions = Vec::new();
        for (version, change) in (0..).zip(&changes) {
            let actions = step(&mut model, version, change);
            prop_assert_eq!(log.commit(version, &actions).unwrap(), Creation::Created);
            prop_assert_eq!(entry::read(&log.entry(version)).unwrap(), actions);
            versions.push(model.clone());
            if change.txns.len() < 2 {
                let read = remembering.snapshot(None).unwrap();
                prop_assert_eq!(read.as_ref(), Some(&model));
            }
        }
        for at in &versions {
            let read = log.snapshot(Some(at.version)).unwrap();
            prop_assert_eq!(read.as_ref(), Some(at));
            prop_assert_eq!(remembering.snapshot(Some(at.version)).unwrap(), read);
        }
        prop_assert_eq!(log.snapshot(None).unwrap(), versions.pop());
        prop_assert_eq!(log.commits().unwrap().len(), changes.len());
    }

    #[test]
    fn any_bytes_are_read_or_told(bytes in vec(any::<u8>(), 0..200), at in 0_usize..200, byte in any::<u8>()) {
        let (_dir, log) = written(&[FIRST]);
        fs::write(log.entry(1), bytes).unwrap();
        let _ = log.snapshot(None);
        let mut flipped = FIRST.as_bytes().to_vec();
        flipped[at] = byte;
        fs::write(log.entry(1), flipped).unwrap();
        if let Err(error) = log.snapshot(None) {
            prop_assert_eq!(error.kind.exit_code(), 3);
        }
    }
}
