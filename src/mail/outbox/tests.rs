use super::*;
use crate::mail::draft::tests::draft;

fn sealed(change: &str) -> Sealed {
    let mut draft = draft();
    draft.content.text.push_str(change);
    draft.seal().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    names_in(folder).unwrap().unwrap().into_iter().filter(|n| n != "lock").collect()
}

fn set(outbox: &Outbox, state: State) {
    let entry = outbox.entries().unwrap().pop().unwrap();
    outbox.save(&Entry { state, ..entry }).unwrap();
}

#[test]
fn a_message_is_queued_once_and_its_bytes_are_those_that_were_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(dir.path()).unwrap();
    let sealed = sealed("");
    assert_eq!(outbox.put(&sealed, Again::No, 100).unwrap(), Put::Queued);
    assert_eq!(outbox.put(&sealed, Again::No, 200).unwrap(), Put::Known(State::Queued));
    let entries = outbox.entries().unwrap();
    assert_eq!((entries.len(), entries[0].queued_at, entries[0].to.as_str()), (1, 100, "zoe@xn--bcher-kva.example"));
    assert_eq!(outbox.message(&entries[0]).unwrap(), sealed.bytes);
    assert_eq!(names(dir.path()).len(), 2);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("outbox");
    Outbox::open(&folder).unwrap().put(&sealed(""), Again::No, 0).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert!(names(&folder).iter().all(|n| mode(&folder.join(n)) == 0o600));
}

#[test]
fn one_process_has_it_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(dir.path()).unwrap();
    assert_eq!(Outbox::open(dir.path()).unwrap_err().kind.exit_code(), 5);
    drop(outbox);
    Outbox::open(dir.path()).unwrap();
}

#[test]
fn a_later_version_takes_the_place_of_one_that_was_not_sent() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(dir.path()).unwrap();
    let (old, new) = (sealed("old"), sealed("new"));
    outbox.put(&old, Again::No, 0).unwrap();
    assert_eq!(outbox.put(&new, Again::No, 1).unwrap(), Put::Queued);
    let state = |sealed: &Sealed| outbox.entries().unwrap().into_iter().find(|e| e.version == sealed.version).unwrap().state;
    assert_eq!((state(&old), state(&new)), (State::Replaced, State::Queued));
    assert_eq!(names(dir.path()).iter().filter(|n| has_suffix(n, "eml")).count(), 1);
    // And back: what was replaced can be queued again.
    assert_eq!(outbox.put(&old, Again::No, 2).unwrap(), Put::Queued);
    assert_eq!((state(&old), state(&new)), (State::Queued, State::Replaced));
}

#[test]
fn what_was_sent_or_may_have_been_is_not_sent_in_another_version_unless_asked() {
    for state in [State::Sent { at: 1, reply: "250".into() }, State::Unknown { at: 1, reason: "lost".into() }, State::Sending] {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(dir.path()).unwrap();
        outbox.put(&sealed("old"), Again::No, 0).unwrap();
        set(&outbox, state.clone());
        assert_eq!(outbox.put(&sealed("old"), Again::Yes, 1).unwrap(), Put::Known(state));
        assert_eq!(outbox.put(&sealed("new"), Again::No, 1).unwrap(), Put::Changed);
        assert_eq!(outbox.entries().unwrap().len(), 1);
        assert_eq!(outbox.put(&sealed("new"), Again::Yes, 1).unwrap(), Put::Queued);
    }
}

#[test]
fn what_was_sent_is_remembered_and_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(dir.path()).unwrap();
    outbox.put(&sealed(""), Again::No, 10).unwrap();
    set(&outbox, State::Sent { at: 20, reply: "250 ok".into() });
    assert!(names(dir.path()).iter().all(|n| has_suffix(n, "json")));
    assert_eq!(outbox.forget(10).unwrap(), 0);
    assert_eq!(outbox.forget(11).unwrap(), 1);
    assert!(names(dir.path()).is_empty());
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (sealed("old"), sealed("new"));
    let outbox = Outbox::open(dir.path()).unwrap();
    outbox.put(&old, Again::No, 0).unwrap();
    let entry = outbox.entries().unwrap().remove(0);
    // Killed after the new version had its entry, before the old one was marked.
    let entry = Entry { turn: entry.turn + 1, ..Entry::new(&new, 1) };
    fs::write(outbox.message_path(&entry), &new.bytes).unwrap();
    outbox.save(&entry).unwrap();
    // Killed before a message had its entry, and while one was written.
    fs::write(dir.path().join("aaaa-bbbb.eml"), "orphan").unwrap();
    fs::write(dir.path().join(".aaaa-cccc.eml.0.tmp"), "half").unwrap();
    drop(outbox);
    let outbox = Outbox::open(dir.path()).unwrap();
    let states: Vec<State> = outbox.entries().unwrap().into_iter().map(|e| e.state).collect();
    assert!(states.len() == 2 && states.contains(&State::Queued) && states.contains(&State::Replaced), "{states:?}");
    let left = names(dir.path());
    assert_eq!(left.iter().filter(|n| has_suffix(n, "eml")).collect::<Vec<_>>(), [&format!("{}.eml", entry.id())]);
    assert_eq!(left.len(), 3);
}

#[test]
fn a_message_that_was_changed_and_a_foreign_entry_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(dir.path()).unwrap();
    outbox.put(&sealed(""), Again::No, 0).unwrap();
    let entry = outbox.entries().unwrap().remove(0);
    fs::write(outbox.message_path(&entry), "other").unwrap();
    assert!(outbox.message(&entry).unwrap_err().what.contains("not the one that was queued"));
    fs::write(dir.path().join("mine.json"), "{}").unwrap();
    assert!(outbox.entries().unwrap_err().to_string().contains("mine.json: this is no entry"));
    let newer = Entry { schema_version: 2, ..entry };
    fs::remove_file(dir.path().join("mine.json")).unwrap();
    outbox.save(&newer).unwrap();
    assert!(outbox.entries().unwrap_err().what.contains("newer version"));
}

#[test]
fn what_is_withdrawn_is_gone_but_is_known_to_have_been_sent() {
    for (state, left) in
        [(State::Queued, 0), (State::Unknown { at: 1, reason: "lost".into() }, 1), (State::Sent { at: 1, reply: "250".into() }, 1)]
    {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(dir.path()).unwrap();
        outbox.put(&sealed(""), Again::No, 0).unwrap();
        set(&outbox, state.clone());
        assert_eq!(outbox.withdraw(|_| false, |_| false).unwrap(), 0);
        outbox.withdraw(|_| false, |_| true).unwrap();
        assert_eq!((outbox.entries().unwrap().len(), names(dir.path()).len()), (left, left), "{state:?}");
        // Whoever has it, or may have it, is not sent another version.
        let wanted = if left == 0 { Put::Queued } else { Put::Changed };
        assert_eq!(outbox.put(&sealed("new"), Again::No, 1).unwrap(), wanted, "{state:?}");
        outbox.withdraw(|_| true, |_| false).unwrap();
        assert_eq!(names(dir.path()).len(), 0, "what is theirs goes, whatever became of it");
    }
}
