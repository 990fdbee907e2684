//! Every rule of the order checker, broken by hand.

use std::path::Path;

use super::order::breaches;
use super::trace;
use super::tree::{Item, Tree};

/// A write in full: the old entry of the journal stays, a new export, a new entry, pages, the link.
const GOOD: [&str; 24] = [
    "openat(AT_FDCWD</s>, \"exports/.a.tmp\", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3</s/exports/.a.tmp>",
    "write(3</s/exports/.a.tmp>, \"\"..., 9) = 9",
    "fsync(3</s/exports/.a.tmp>) = 0",
    "rename(\"exports/.a.tmp\", \"exports/a\") = 0",
    "fsync(4</s/exports>) = 0",
    "openat(AT_FDCWD</s>, \"journal/.2.tmp\", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3</s/journal/.2.tmp>",
    "write(3</s/journal/.2.tmp>, \"\"..., 9) = 9",
    "fsync(3</s/journal/.2.tmp>) = 0",
    "linkat(AT_FDCWD</s>, \"journal/.2.tmp\", AT_FDCWD</s>, \"journal/2\", 0) = 0",
    "fsync(4</s/journal>) = 0",
    "unlink(\"journal/.2.tmp\") = 0",
    "mkdir(\"cards/.W2.new\", 0700) = 0",
    "openat(AT_FDCWD</s>, \"cards/.W2.new/i.html\", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3</s/cards/.W2.new/i.html>",
    "write(3</s/cards/.W2.new/i.html>, \"\"..., 9) = 9",
    "fsync(3</s/cards/.W2.new/i.html>) = 0",
    "fsync(4</s/cards/.W2.new>) = 0",
    "renameat2(AT_FDCWD</s>, \"cards/.W2.new\", AT_FDCWD</s>, \"cards/W2\", RENAME_EXCHANGE) = 0",
    "fsync(4</s/cards>) = 0",
    "unlinkat(5</s/cards/.W2.new>, \"i.html\", 0) = 0",
    "rmdir(\"cards/.W2.new\") = 0",
    "symlink(\"W2\", \"cards/.latest.tmp\") = 0",
    "rename(\"cards/.latest.tmp\", \"cards/latest\") = 0",
    "fsync(4</s/cards>) = 0",
    "write(6</s/lock>, \"\"..., 9) = 9",
];

fn told(lines: &[&str]) -> Vec<String> {
    let text = lines.iter().map(|line| format!("7 {line}")).collect::<Vec<_>>().join("\n");
    let before = ["journal/1", "cards/W2/i.html", "lock"].map(|path| (path.to_owned(), Item::File(Vec::new())));
    breaches(&trace::read(&text), Path::new("/s"), &Tree::from(before), &["lock"])
}

fn without(gone: &[usize]) -> Vec<&'static str> {
    GOOD.iter().enumerate().filter(|(i, _)| !gone.contains(i)).map(|(_, line)| *line).collect()
}

#[test]
fn a_careful_run_breaks_no_rule() {
    assert_eq!(told(&GOOD), Vec::<String>::new());
}

#[test]
fn every_missing_sync_is_told_with_its_lines() {
    for (gone, what) in [
        (2, "exports/.a.tmp is not synced before it is put into place"),
        (4, "the entry a of exports is not synced before journal/2 is committed"),
        (7, "journal/.2.tmp is not synced before it is put into place"),
        (9, "the entry 2 of journal is not synced before cards/W2 is committed"),
        (14, "cards/.W2.new/i.html is not synced before it is put into place"),
        (15, "the entry i.html of cards/.W2.new is not synced before it is put into place"),
        (17, "the entry W2 of cards is not synced before cards/latest is committed"),
        (22, "the entry latest of cards is never synced"),
    ] {
        let told = told(&without(&[gone]));
        assert!(told.iter().any(|t| t.starts_with(what)), "without line {gone}: {told:?}");
    }
    assert!(told(&without(&[2]))[0].contains("write(3</s/exports/.a.tmp>"), "the write is shown");
}

#[test]
fn writing_what_is_in_place_is_told() {
    for (at, line) in [
        (4, "write(3</s/exports/a>, \"\"..., 1) = 1"),
        (9, "write(3</s/journal/.2.tmp>, \"\"..., 1) = 1"),
        (17, "ftruncate(3</s/cards/W2/i.html>, 0) = 0"),
        (0, "openat(AT_FDCWD</s>, \"journal/1\", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 3</s/journal/1>"),
        (0, "pwrite64(3</s/cards/W2/i.html>, \"\"..., 1, 0) = 1"),
    ] {
        let mut lines = GOOD.to_vec();
        lines.insert(at, line);
        let told = told(&lines);
        assert!(told.iter().any(|t| t.contains("although it is in place")), "{line}: {told:?}");
    }
    let failed = told(&["write(3</s/journal/1>, \"\"..., 1) = -1 EIO (Input/output error)"]);
    assert_eq!(failed, Vec::<String>::new(), "what failed wrote nothing");
}

#[test]
fn what_comes_from_elsewhere_is_told() {
    let told = told(&["rename(\"/elsewhere/x\", \"/s/exports/x\") = 0", "fsync(4</s/exports>) = 0"]);
    assert!(told.len() == 1 && told[0].starts_with("exports/x comes from another folder"), "{told:?}");
}

#[test]
fn a_new_folder_and_a_file_made_in_place_must_be_synced_before_a_commit() {
    let commit = "linkat(AT_FDCWD</s>, \"journal/.2.tmp\", AT_FDCWD</s>, \"journal/2\", 0) = 0";
    let months = told(&["mkdir(\"tickets/month=7\", 0700) = 0", commit, "fsync(4</s/journal>) = 0", "fsync(4</s/tickets>) = 0"]);
    assert!(months[0].starts_with("the entry month=7 of tickets is not synced before journal/2 is committed"), "{months:?}");
    let make = "openat(AT_FDCWD</s>, \"tickets/p\", O_WRONLY|O_CREAT, 0600) = 3</s/tickets/p>";
    let made = told(&[make, "fsync(4</s/tickets>) = 0", commit, "fsync(3</s/tickets/p>) = 0", "fsync(4</s/journal>) = 0"]);
    assert_eq!(made.len(), 1, "{made:?}");
    assert!(made[0].starts_with("tickets/p is not synced before journal/2 is committed"), "{made:?}");
    let careful = told(&[make, "fsync(3</s/tickets/p>) = 0", "fsync(4</s/tickets>) = 0", commit, "fsync(4</s/journal>) = 0"]);
    assert_eq!(careful, Vec::<String>::new());
}
