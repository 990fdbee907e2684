//! `deskcard run` broken at every call it makes on a file: it is killed, the disk is full, fails or refuses; then it is run again.
//!
//! After the broken run every period is the old one or the new one and nothing taken in is gone; the next run ends in the bytes of a run that
//! nobody disturbed, so no row is lost. About 150 points, as many as `DESKCARD_POINTS` says, and all with `DESKCARD_LONG=1`. A kill leaves the machine's page cache as it is:
//! whether a power cut would be survived is told from the order of the calls (`order`). Needs Linux and strace.
#![cfg(target_os = "linux")]

pub(crate) mod exports;
mod mounts;
mod order;
mod order_tests;
mod points;
mod sandbox;
mod trace;
mod tree;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use self::mounts::Mount;
use self::points::{Point, kinds, points, sample};
use self::sandbox::{Ended, Sandbox, can_trace};
use self::trace::Call;
use self::verdict::{Week, Wrong};
use crate::harness::binary;

/// The week that is broken: the third, which changes a month and begins one.
const WEEK: u32 = 3;

/// Points tried unless all are asked for.
const FEW: usize = 150;

/// Sandboxes side by side.
const HANDS: usize = 2;

/// What a run may write in place, synced or not: the lock says who holds it, for information only.
const EXEMPT: [&str; 1] = ["history/lock"];

/// A desk before the week, and what an undisturbed run of the week does.
struct Undisturbed {
    prepared: Sandbox,
    done: Sandbox,
    week: Week,
}

impl Undisturbed {
    fn of(week: u32) -> Self {
        let prepared = Sandbox::before(&binary(), week);
        let done = Sandbox::new(&prepared.bin);
        done.become_copy(&prepared);
        let ended = done.run(week);
        assert_eq!(ended.code, Some(0), "the week is run: {ended:?}");
        let verified = done.deskcard(&["history", "verify"]);
        assert_eq!(verified.code, Some(0), "`history verify` is content: {verified:?}");
        let leftovers = tree::leftovers(&done.desk()).into_iter().collect();
        let week = Week { number: week, before: tree::made(&prepared.desk()), after: tree::made(&done.desk()), leftovers };
        assert_ne!(week.before, week.after, "the week changes something");
        Self { prepared, done, week }
    }

    /// A sandbox as before the week.
    fn copy(&self) -> Sandbox {
        let sandbox = Sandbox::new(&self.prepared.bin);
        sandbox.become_copy(&self.prepared);
        sandbox
    }

    /// The calls of an undisturbed run, and where it ran.
    fn calls(&self) -> (Vec<Call>, Sandbox) {
        let sandbox = self.copy();
        let (ended, trace) = sandbox.traced(&[], self.week.number);
        assert_eq!(ended.code, Some(0), "the week is run under strace: {ended:?}");
        assert_eq!(tree::differences(&tree::made(&sandbox.desk()), &self.week.after), Vec::<String>::new(), "strace changes nothing");
        (trace::read(&trace), sandbox)
    }

    /// Asserts that a run failed as told, and that all is as it was or as it should become; then that the next run finishes it.
    fn refuses(&self, ended: &Ended, sandbox: &Sandbox) {
        assert_eq!((ended.code, ended.stderr.lines().count()), (Some(4), 1), "exit 4 and one line: {ended:?}");
        assert_eq!(self.week.interrupted(sandbox), Vec::new());
    }
}

/// Complaints at a point, each with its line of the trace.
type Found = BTreeMap<Wrong, Vec<String>>;

/// Breaks the week at each of these points, side by side.
fn break_at(all: &[&Point], undisturbed: &Undisturbed) -> Found {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Found::new());
    let work = || {
        let sandbox = Sandbox::new(&undisturbed.prepared.bin);
        while let Some(point) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let complaints = undisturbed.week.broken_at(point, &sandbox, &undisturbed.prepared);
            let mut found = found.lock().expect("no hand panics while it writes");
            for (wrong, what) in complaints {
                let text = format!("{:?} at {}\n    {what}", point.fault, point.line);
                found.entry(wrong).or_default().push(text);
            }
        }
    };
    std::thread::scope(|scope| (0..HANDS).for_each(|_| drop(scope.spawn(work))));
    found.into_inner().expect("no hand panics while it writes")
}

#[test]
fn a_run_broken_anywhere_is_old_or_new_and_the_next_finishes_it() {
    if !can_trace() {
        return;
    }
    let since = Instant::now();
    let undisturbed = Undisturbed::of(WEEK);
    let (calls, traced) = undisturbed.calls();
    let all = points(&calls, &traced.desk());
    let asked = std::env::var("DESKCARD_POINTS").ok().and_then(|n| n.parse().ok());
    let limit = if std::env::var_os("DESKCARD_LONG").is_some() { all.len() } else { asked.unwrap_or(FEW).min(all.len()) };
    let chosen: Vec<&Point> = if limit == all.len() { all.iter().collect() } else { sample(&all, limit) };
    let found = break_at(&chosen, &undisturbed);
    let count = |wrong| found.get(&wrong).map_or(0, Vec::len);
    // Not by `eprintln!`, which the test harness keeps to itself.
    let summary = format!(
        "crash: {} of {} points, {} kinds, torn {}, lost {}, not converged {}, exit {}, unnamed {}, missed {}, {} s",
        chosen.len(),
        all.len(),
        kinds(&all).len(),
        count(Wrong::Torn),
        count(Wrong::Lost),
        count(Wrong::NotConverged),
        count(Wrong::Exit),
        count(Wrong::Unnamed),
        count(Wrong::Missed),
        since.elapsed().as_secs()
    );
    writeln!(std::io::stderr(), "{summary}").expect("stderr is there");
    let told: Vec<_> =
        found.iter().flat_map(|(wrong, texts)| texts.iter().take(12).map(move |text| format!("{wrong:?}: {text}"))).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(all.len() >= 100, "a run makes more calls than these {} points: is its trace read?", all.len());
}

#[test]
fn a_run_would_survive_a_power_cut() {
    if !can_trace() {
        return;
    }
    let undisturbed = Undisturbed::of(WEEK);
    let (calls, traced) = undisturbed.calls();
    let before = tree::everything(&undisturbed.prepared.desk());
    let breaches = order::breaches(&calls, &traced.desk(), &before, &EXEMPT);
    assert!(breaches.is_empty(), "{} breaches\n{}", breaches.len(), breaches.join("\n"));
    assert!(calls.iter().any(|c| c.name == "fsync" || c.name == "fdatasync"), "the trace is read");
}

/// Fills the disk that holds a folder until no run fails any more, more room each time.
fn on_a_full_disk(folder: &str) {
    let undisturbed = Undisturbed::of(WEEK);
    for (failures, kib) in [0, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096].into_iter().enumerate() {
        let sandbox = undisturbed.copy();
        let Some(disk) = Mount::small_disk(&sandbox.desk().join(folder)) else { return };
        disk.leave_free(kib);
        let ended = sandbox.run(WEEK);
        if ended.code == Some(0) {
            assert_eq!(tree::differences(&tree::made(&sandbox.desk()), &undisturbed.week.after), Vec::<String>::new());
            assert!(failures > 0, "a disk without room is noticed");
            return;
        }
        undisturbed.refuses(&ended, &sandbox);
        disk.leave_free(64 << 10);
        assert_eq!(undisturbed.week.converges(&sandbox), Vec::new(), "with {kib} KiB of room, then enough");
    }
    panic!("4 MiB are room enough for a tiny desk's {folder}");
}

#[test]
fn a_full_disk_under_the_scorecards_leaves_the_old_ones() {
    on_a_full_disk("scorecards");
}

#[test]
fn a_full_disk_under_the_history_leaves_the_old_one() {
    on_a_full_disk("history");
}

#[test]
fn a_read_only_disk_is_told_in_a_line() {
    let undisturbed = Undisturbed::of(WEEK);
    for folder in ["scorecards", "history"] {
        let sandbox = undisturbed.copy();
        let Some(disk) = Mount::read_only(&sandbox.desk().join(folder)) else { return };
        let ended = sandbox.run(WEEK);
        undisturbed.refuses(&ended, &sandbox);
        assert!(ended.stderr.contains(folder), "the message names the folder: {}", ended.stderr);
        drop(disk);
        assert_eq!(undisturbed.week.converges(&sandbox), Vec::new(), "{folder}");
    }
}

#[test]
fn nothing_is_open_to_others_whatever_the_umask() {
    for umask in ["000", "077", "022"] {
        let sandbox = Sandbox::new(&binary());
        for week in 1..=2 {
            exports::desk(&sandbox.desk(), week);
            let shell = ["sh", "-c", "umask \"$0\"; exec \"$@\"", umask].map(str::to_owned);
            let ended = sandbox.start(&shell, &Sandbox::arguments(week)).wait();
            assert_eq!(ended.code, Some(0), "{ended:?}");
        }
        assert_eq!(tree::open_to_others(&sandbox.desk()), Vec::<String>::new(), "umask {umask}");
    }
}

#[test]
fn a_second_run_steps_back_at_once_and_changes_nothing() {
    if !can_trace() {
        return;
    }
    let undisturbed = Undisturbed::of(WEEK);
    let sandbox = undisturbed.copy();
    let other = Sandbox::new(&sandbox.bin);
    let starting = other.deskcard(&["--version"]).took;
    let mut first = sandbox.start_traced(&["-e".to_owned(), "inject=fsync,fdatasync:delay_enter=3s:when=1".to_owned()], WEEK);
    let is_held = |trace: &str| trace.contains("flock(") && (trace.contains("fsync(") || trace.contains("fdatasync("));
    while !is_held(&sandbox.traced_so_far()) {
        assert!(first.is_alive(), "the first run takes the lock and syncs something: {:?}", first.wait());
        std::thread::sleep(Duration::from_millis(5));
    }
    let seen = tree::everything(&sandbox.desk());
    let second = sandbox.run(WEEK);
    assert!(first.is_alive(), "the first run is still held up");
    assert_eq!((second.code, second.stderr.lines().count()), (Some(5), 1), "{second:?}");
    assert!(second.took < starting + Duration::from_secs(1), "it does not wait: {second:?}");
    assert_eq!(tree::differences(&tree::everything(&sandbox.desk()), &seen), Vec::<String>::new());
    let ended = first.wait();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(tree::differences(&tree::made(&sandbox.desk()), &undisturbed.week.after), Vec::<String>::new());
}

/// The names of the periods in a tree, with their pages.
fn pages(tree: &tree::Tree) -> BTreeSet<&String> {
    tree.keys().filter(|path| path.starts_with("scorecards/2")).collect()
}

#[test]
fn a_clock_set_back_a_day_loses_nothing() {
    let undisturbed = Undisturbed::of(WEEK);
    let sandbox = Sandbox::new(&undisturbed.done.bin);
    sandbox.become_copy(&undisturbed.done);
    let ended = sandbox.deskcard(&["run", "--as-of", &exports::day_before(WEEK), "--settle", "0s"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let seen = tree::made(&sandbox.desk());
    let wanted = &undisturbed.week.after;
    assert_eq!(pages(&seen), pages(wanted), "no period comes and none goes");
    let week = |tree: &tree::Tree| tree::below(tree, "scorecards/2026-W27");
    assert!(!week(wanted).is_empty());
    assert_eq!(week(&seen), week(wanted), "a later week is left as it was");
    assert_eq!(tree::below(&seen, "history"), tree::below(wanted, "history"), "the history does not change");
    let again = sandbox.run(WEEK);
    assert_eq!(again.code, Some(0), "{again:?}");
    // Earlier periods may be made anew with what is known now.
    let is_earlier = |text: &String| text.starts_with("scorecards/2026-W25") || text.starts_with("scorecards/2026-W26");
    let differences = tree::differences(&tree::made(&sandbox.desk()), wanted);
    assert!(differences.iter().all(is_earlier), "{differences:?}");
}

#[test]
fn exports_from_tomorrow_are_taken_in() {
    let undisturbed = Undisturbed::of(WEEK);
    let sandbox = undisturbed.copy();
    exports::touch(&sandbox.desk(), std::time::SystemTime::now() + Duration::from_hours(24));
    let ended = sandbox.deskcard(&["run", "--as-of", &exports::as_of(WEEK), "--settle", "1s"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.took < Duration::from_mins(1), "it waits for the files to settle, not for tomorrow: {ended:?}");
    let cards = |desk: &Path| tree::below(&tree::made(desk), "scorecards");
    assert_eq!(tree::differences(&cards(&sandbox.desk()), &cards(&undisturbed.done.desk())), Vec::<String>::new());
}
