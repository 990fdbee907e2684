//! Exports: settled, copied, proved, given back.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::Seek;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use proptest::prelude::*;

use super::super::disk;
use super::super::kept::restore;
use super::super::settle::MachineClock;
use super::super::settle::tests::{TestClock, export};
use super::*;

fn names_in(folder: &Path) -> Result<Vec<String>> {
    disk::names_in(folder).map(Option::unwrap_or_default)
}

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn take(path: &Path, into: &Path) -> Result<Staged> {
    stage(path, into, Duration::ZERO, &MachineClock)
}

#[test]
fn an_export_is_kept_under_its_hash_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (path, into) = (dir.path().join("tickets.csv"), dir.path().join("history/exports"));
    export(&path, "abc", 7);
    let staged = take(&path, &into).unwrap();
    let kept = into.join(format!("{ABC}.zst"));
    let expected = Staged {
        name: "tickets.csv".to_owned(),
        sha256: ABC.to_owned(),
        bytes: 3,
        modified_ns: 7_000_000_000,
        path: kept.clone(),
        fate: Fate::New,
    };
    assert_eq!(staged, expected);
    assert_eq!(names_in(&into).unwrap(), [format!("{ABC}.zst")]);
    assert_eq!(zstd::decode_all(File::open(&kept).unwrap()).unwrap(), b"abc");
    assert_eq!((restore(&kept, &dir.path().join("again.csv")).unwrap(), verify(&kept).unwrap()), (3, 3));
    assert_eq!(fs::read(dir.path().join("again.csv")).unwrap(), b"abc");
}

#[test]
fn the_frame_has_its_size_and_the_same_bytes_always() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets.csv");
    export(&path, "abc", 7);
    let one = fs::read(take(&path, &dir.path().join("a")).unwrap().path).unwrap();
    export(&path, "abc", 8);
    assert_eq!(one, fs::read(take(&path, &dir.path().join("b")).unwrap().path).unwrap());
    // Magic; a frame of one segment with a checksum and its size in one byte: 3; a raw block of 3 bytes; the checksum.
    assert_eq!(one[..12], [0x28, 0xb5, 0x2f, 0xfd, 0x24, 3, 0x19, 0, 0, b'a', b'b', b'c']);
    assert_eq!(one.len(), 16);
}

#[test]
fn a_copy_that_is_sound_stays_and_a_damaged_one_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets.csv");
    export(&path, "abc", 7);
    let first = take(&path, dir.path()).unwrap();
    let good = fs::read(&first.path).unwrap();
    assert_eq!(take(&path, dir.path()).unwrap().fate, Fate::Kept);
    let other_version = zstd::encode_all(&b"abc"[..], 19).unwrap();
    fs::write(&first.path, &other_version).unwrap();
    assert_eq!(take(&path, dir.path()).unwrap().fate, Fate::Kept);
    assert_eq!(fs::read(&first.path).unwrap(), other_version);
    for damage in [&good[..good.len() - 1], b"", &zstd::encode_all(&b"abd"[..], 3).unwrap()] {
        fs::write(&first.path, damage).unwrap();
        assert_eq!(verify(&first.path).unwrap_err().kind.exit_code(), 3, "{damage:?}");
        assert!(restore(&first.path, &dir.path().join("again.csv")).is_err());
        assert_eq!(take(&path, dir.path()).unwrap().fate, Fate::Repaired);
        assert_eq!(fs::read(&first.path).unwrap(), good);
    }
    assert_eq!(names_in(dir.path()).unwrap(), [format!("{ABC}.zst"), "tickets.csv".to_owned()]);
}

#[test]
fn a_staged_copy_is_moved_among_the_kept_ones() {
    let dir = tempfile::tempdir().unwrap();
    let (path, staging, exports) = (dir.path().join("tickets.csv"), dir.path().join("staging"), dir.path().join("exports"));
    export(&path, "abc", 7);
    for fate in [Fate::New, Fate::Kept] {
        let kept = take(&path, &staging).unwrap().keep(&exports).unwrap();
        assert_eq!((kept.fate, kept.path), (fate, exports.join(format!("{ABC}.zst"))));
        assert!(names_in(&staging).unwrap().is_empty());
    }
    assert_eq!(names_in(&exports).unwrap(), [format!("{ABC}.zst")]);
}

#[test]
fn what_is_no_file_or_not_there_is_told() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(take(dir.path(), &dir.path().join("a")).unwrap_err().what, "this is no file");
    assert_eq!(take(&dir.path().join("none"), &dir.path().join("a")).unwrap_err().kind.exit_code(), 3);
    for name in ["tickets.csv", "abc.zst", &format!("{}.zst", ABC.to_uppercase())] {
        fs::write(dir.path().join(name), "abc").unwrap();
        assert!(verify(&dir.path().join(name)).unwrap_err().what.contains("no kept export"), "{name}");
    }
}

#[test]
fn a_very_long_name_is_no_hindrance() {
    let dir = tempfile::tempdir().unwrap();
    let name = format!("{}.csv", "x".repeat(251));
    export(&dir.path().join(&name), "abc", 7);
    assert_eq!(take(&dir.path().join(&name), &dir.path().join("a")).unwrap().name, name);
}

/// Copies a file that is changed once it has been opened: `change` is made in the midst of a copy, by way of its state.
fn copy_of_changed(text: &str, change: impl Fn(&Path)) -> (Option<Staged>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let (path, into) = (dir.path().join("tickets.csv"), dir.path().join("exports"));
    export(&path, text, 7);
    let state = look(&path).unwrap();
    change(&path);
    fs::create_dir(&into).unwrap();
    let copied = copy(&path, &into, state).unwrap();
    (copied, names_in(&into).unwrap())
}

#[test]
fn a_file_that_changed_is_not_copied_and_leaves_nothing() {
    assert!(copy_of_changed("abc", |_| {}).0.is_some());
    let append = |path: &Path| OpenOptions::new().append(true).open(path).unwrap().write_all(b"d").unwrap();
    let cut = |path: &Path| OpenOptions::new().write(true).open(path).unwrap().set_len(2).unwrap();
    let replace = |path: &Path| {
        export(&path.with_extension("new"), "xyz", 7);
        fs::rename(path.with_extension("new"), path).unwrap();
    };
    let overwrite_and_set_the_time_back = |path: &Path| export(path, "xyz", 7);
    let touch = |path: &Path| File::options().write(true).open(path).unwrap().set_modified(UNIX_EPOCH).unwrap();
    let changes: [&dyn Fn(&Path); 5] = [&append, &cut, &replace, &overwrite_and_set_the_time_back, &touch];
    for (n, change) in changes.into_iter().enumerate() {
        assert_eq!(copy_of_changed("abc", change), (None, Vec::new()), "{n}");
    }
}

#[test]
fn a_file_that_grows_while_it_is_copied_is_told_or_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (path, into) = (dir.path().join("tickets.csv"), dir.path().join("exports"));
    let line = "1,2026-11-16T06:00:00Z,open\n".repeat(5_000);
    export(&path, &line, 7);
    let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
    let done = AtomicBool::new(false);
    let results: Vec<Result<Staged>> = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && writer.stream_position().unwrap() < 4 << 20 {
                writer.write_all(b"1,2026-11-16T06:00:00Z,open\n").unwrap();
            }
        });
        let results = (0..5).map(|_| take(&path, &into)).collect();
        done.store(true, Ordering::Relaxed);
        results
    });
    for result in results {
        match result {
            Ok(staged) => assert_eq!(verify(&staged.path).unwrap(), staged.bytes),
            Err(told) => assert!(told.kind.exit_code() == 3 && told.what.contains("still being written"), "{told}"),
        }
    }
    let whole = take(&path, &into).unwrap();
    assert_eq!(whole.bytes, fs::metadata(&path).unwrap().len());
}

#[test]
fn a_file_that_grows_while_it_settles_and_then_rests_is_taken_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets.csv");
    export(&path, "a", 1000);
    let clock = TestClock::at(1050, |slept| {
        if slept == Duration::from_secs(5) {
            export(&path, "abc", 1000);
        }
    });
    let staged = stage(&path, dir.path(), Duration::from_mins(1), &clock).unwrap();
    assert_eq!((staged.sha256.as_str(), clock.slept.get()), (ABC, Duration::from_secs(10)));
}

/// Changes the export whenever it is asked the time, which is between two looks.
struct Restless<'a>(&'a Path, Cell<u8>);

impl Clock for Restless<'_> {
    fn now(&self) -> std::time::SystemTime {
        self.1.set(self.1.get() + 1);
        export(self.0, &"x".repeat(usize::from(self.1.get())), 7);
        std::time::SystemTime::now()
    }

    fn sleep(&self, _: Duration) {}
}

#[test]
fn a_file_that_changes_at_both_attempts_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (path, into) = (dir.path().join("tickets.csv"), dir.path().join("exports"));
    export(&path, "", 7);
    let clock = Restless(&path, Cell::default());
    let told = stage(&path, &into, Duration::from_mins(1), &clock).unwrap_err();
    assert!(told.what.ends_with("it changed twice while it was copied") && clock.1.get() == 2, "{told}");
    assert!(names_in(&into).unwrap().is_empty());
}

#[test]
fn a_hostile_file_takes_little_memory_and_space() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("zeros.csv");
    let mut file = File::create(&path).unwrap();
    file.seek(std::io::SeekFrom::Start((8 << 20) - 1)).unwrap();
    file.write_all(&[0]).unwrap();
    let staged = take(&path, dir.path()).unwrap();
    assert_eq!(staged.bytes, 8 << 20);
    assert!(fs::metadata(&staged.path).unwrap().len() < 2_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_staged_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..2000), copies in 0_usize..400) {
        let dir = tempfile::tempdir().unwrap();
        let (path, again) = (dir.path().join("in"), dir.path().join("again"));
        fs::write(&path, bytes.repeat(copies)).unwrap();
        let staged = take(&path, dir.path()).unwrap();
        prop_assert_eq!(restore(&staged.path, &again).unwrap(), staged.bytes);
        prop_assert!(same_files(&path, &again).unwrap());
        prop_assert_eq!(staged.path.file_stem().unwrap().to_str().unwrap(), hex(&Sha256::digest(bytes.repeat(copies))));
    }
}
