//! Folders: built, exchanged, recovered.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::disk;
use super::*;

fn publish(place: &Path, files: &[(&str, &str)]) -> Result<Published> {
    let mut folder = Folder::start(place)?;
    files.iter().try_for_each(|(name, text)| folder.write(name, text.as_bytes()))?;
    folder.finish()
}

fn read(place: &Path, name: &str) -> String {
    fs::read_to_string(place.join(name)).unwrap()
}

fn names_in(folder: &Path) -> Result<Vec<String>> {
    disk::names_in(folder).map(Option::unwrap_or_default)
}

fn is_week(name: &str) -> bool {
    name.starts_with("2026-W")
}

#[test]
fn a_folder_is_new_then_the_same_then_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("scorecards/2026-W46");
    assert_eq!(publish(&place, &[("index.html", "1"), ("rows/a.csv", "a")]).unwrap(), Published::New);
    assert_eq!(publish(&place, &[("rows/a.csv", "a"), ("index.html", "1")]).unwrap(), Published::Same);
    assert_eq!(publish(&place, &[("index.html", "2")]).unwrap(), Published::Replaced);
    assert_eq!(read(&place, "index.html"), "2");
    assert!(!place.join("rows").exists());
    assert_eq!(names_in(place.parent().unwrap()).unwrap(), ["2026-W46"]);
}

#[test]
fn the_same_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("2026-W46");
    publish(&place, &[("index.html", "1")]).unwrap();
    let before = fs::metadata(place.join("index.html")).unwrap().modified().unwrap();
    publish(&place, &[("index.html", "1")]).unwrap();
    assert_eq!(fs::metadata(place.join("index.html")).unwrap().modified().unwrap(), before);
}

#[test]
fn a_folder_that_is_not_finished_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("2026-W46");
    let mut folder = Folder::start(&place).unwrap();
    folder.write("a/b/c.html", b"x").unwrap();
    for bad in ["../escape", "/etc/escape", ".hidden", "a\0b", "a/b/c.html"] {
        assert_eq!(folder.write(bad, b"x").unwrap_err().kind.exit_code(), 70, "{bad}");
    }
    drop(folder);
    assert!(names_in(dir.path()).unwrap().is_empty());
    assert_eq!(Folder::start(Path::new("..")).unwrap_err().kind.exit_code(), 2);
}

#[test]
fn a_leftover_does_not_get_into_the_new_folder() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("2026-W46");
    fs::create_dir_all(dir.path().join(".2026-W46.new/rows")).unwrap();
    fs::write(dir.path().join(".2026-W46.new/half.html"), "half").unwrap();
    fs::create_dir_all(dir.path().join(".2026-W46.gone/rows")).unwrap();
    publish(&place, &[("index.html", "1")]).unwrap();
    assert_eq!(names_in(&place).unwrap(), ["index.html"]);
    assert_eq!(names_in(dir.path()).unwrap(), ["2026-W46"]);
}

#[test]
fn what_is_no_folder_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("2026-W46");
    fs::write(&place, "mine").unwrap();
    let told = publish(&place, &[("index.html", "1")]).unwrap_err();
    assert!(told.kind.exit_code() == 4 && told.hints[0].starts_with("move it away"), "{told}");
    assert_eq!(fs::read_to_string(&place).unwrap(), "mine");
    assert_eq!(names_in(dir.path()).unwrap(), ["2026-W46"]);
}

#[test]
fn without_an_exchange_the_folder_is_replaced_by_two_renames() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("2026-W46");
    publish(&place, &[("index.html", "1")]).unwrap();
    for kind in [ErrorKind::InvalidInput, ErrorKind::Unsupported] {
        let mut folder = Folder::start(&place).unwrap();
        folder.write("index.html", format!("{kind}").as_bytes()).unwrap();
        assert_eq!(folder.replace(|_, _| Err(kind.into())).unwrap(), Published::Replaced);
        drop(folder);
        assert_eq!(read(&place, "index.html"), format!("{kind}"));
        assert_eq!(names_in(dir.path()).unwrap(), ["2026-W46"]);
    }
}

#[test]
fn a_folder_that_cannot_take_its_place_gives_the_old_one_back() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("2026-W46");
    publish(&place, &[("index.html", "1")]).unwrap();
    let folder = Folder::start(&place).unwrap();
    // No exchange, and the new folder is lost before it is renamed.
    let lost = |fresh: &Path, _: &Path| fs::remove_dir(fresh).and_then(|()| Err(ErrorKind::Unsupported.into()));
    assert_eq!(folder.replace(lost).unwrap_err().kind.exit_code(), 4);
    assert_eq!(read(&place, "index.html"), "1");
    let folder = Folder::start(&place).unwrap();
    assert_eq!(folder.replace(|_, _| Err(ErrorKind::PermissionDenied.into())).unwrap_err().hints.len(), 1);
    drop(folder);
    assert_eq!(read(&place, "index.html"), "1");
    assert_eq!(names_in(dir.path()).unwrap(), ["2026-W46"]);
}

/// Folders with their own name as their only page.
fn world(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join("page"), name).unwrap();
    }
    dir
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let dir =
        world(&[".2026-W40.new", "2026-W41", ".2026-W41.old", ".2026-W42.old", ".2026-W42.new", ".2026-W43.gone", ".mine.new", "2026-W44"]);
    fs::write(dir.path().join(".2026-W45.new"), "a file").unwrap();
    let removed = |name: &str| Recovered::Removed(name.to_owned());
    let done =
        [removed("2026-W40"), removed("2026-W41"), removed("2026-W42"), removed("2026-W43"), Recovered::PutBack("2026-W42".to_owned())];
    assert_eq!(recover(dir.path(), is_week).unwrap(), done);
    assert_eq!(names_in(dir.path()).unwrap(), [".2026-W45.new", ".mine.new", "2026-W41", "2026-W42", "2026-W44"]);
    assert_eq!((read(dir.path(), "2026-W41/page"), read(dir.path(), "2026-W42/page")), ("2026-W41".to_owned(), ".2026-W42.old".to_owned()));
    assert!(recover(dir.path(), is_week).unwrap().is_empty());
    assert!(recover(&dir.path().join("none"), is_week).unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_among_the_leftovers_is_not_followed() {
    let (dir, other) = (world(&[".2026-W40.gone"]), world(&["kept"]));
    std::os::unix::fs::symlink(other.path(), dir.path().join(".2026-W40.gone/link")).unwrap();
    std::os::unix::fs::symlink(other.path(), dir.path().join(".2026-W41.new")).unwrap();
    recover(dir.path(), is_week).unwrap();
    assert!(other.path().join("kept/page").exists());
    assert_eq!(names_in(dir.path()).unwrap(), [".2026-W41.new"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_finds_the_old_or_the_new_and_never_nothing() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("2026-W46/index.html");
    publish(page.parent().unwrap(), &[("index.html", "start")]).unwrap();
    let done = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                // Whoever had already stepped into the old folder looks once more.
                let text = fs::read_to_string(&page).or_else(|_| fs::read_to_string(&page)).unwrap();
                assert!(text == "start" || text.len() == 5000, "{}", text.len());
                reads += 1;
            }
            reads
        });
        for turn in 0..40 {
            publish(page.parent().unwrap(), &[("index.html", &format!("{turn:05000}"))]).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_what_is_there(files in proptest::collection::btree_map("[a-c]/[d-f]{1,2}/[g-i]", "[a-z]{0,9}", 0..6)) {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        let listed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        publish(&place, &[("old.html", "old")]).unwrap();
        publish(&place, &listed).unwrap();
        prop_assert_eq!(tree(&place), files);
    }

    #[test]
    fn after_recovery_nothing_is_hidden_and_no_week_is_lost(mask in 0_u8..16) {
        let all = ["2026-W46", ".2026-W46.new", ".2026-W46.old", ".2026-W46.gone"];
        let there: Vec<&str> = (0..4).filter(|bit| mask & (1 << bit) != 0).map(|bit| all[bit]).collect();
        let dir = world(&there);
        recover(dir.path(), is_week).unwrap();
        let whole = there.iter().find(|name| **name == all[0]).or(there.iter().find(|name| **name == all[2]));
        let expected: BTreeMap<String, String> = whole.iter().map(|name| ("2026-W46/page".to_owned(), (**name).to_owned())).collect();
        prop_assert_eq!(tree(dir.path()), expected);
    }
}

/// All files below a folder, with their text; empty folders do not count.
fn tree(top: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in names_in(top).unwrap() {
        let path = top.join(&name);
        if path.is_dir() {
            found.extend(tree(&path).into_iter().map(|(below, text)| (format!("{name}/{below}"), text)));
        } else {
            found.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    found
}
