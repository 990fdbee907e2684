//! Whether an export is finished: nothing has changed it for a while.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::failure::unreadable;
use crate::error::{Error, Result};

/// The longest nap between two looks at a file.
const STEP: Duration = Duration::from_millis(500);

/// The time of day, and waiting; a test brings its own.
pub trait Clock {
    /// The time by the machine's clock.
    fn now(&self) -> SystemTime;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The size of a file in bytes and when it was last changed, in nanoseconds since 1970 UTC: who finds both as before need not read it again.
///
/// # Errors
/// An input error if it cannot be looked at or is no file.
pub fn identity(path: &Path) -> Result<(u64, i64)> {
    look(path).map(|state| (state.size, state.modified_ns))
}

/// All that tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// Bytes.
    pub(super) size: u64,
    /// Nanoseconds since 1970 UTC.
    pub(super) modified_ns: i64,
    /// When it was changed in any way, which no program can set; device; inode.
    #[cfg(unix)]
    inode: (i64, i64, u64, u64),
}

impl State {
    pub(super) fn of(about: &Metadata) -> Self {
        Self {
            size: about.len(),
            modified_ns: about.modified().map_or(0, nanoseconds),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt;
                (about.ctime(), about.ctime_nsec(), about.dev(), about.ino())
            },
        }
    }

    /// Time since the last change; a change in the future is one just now.
    fn age(&self, now: SystemTime) -> Duration {
        Duration::from_nanos(u64::try_from(nanoseconds(now).saturating_sub(self.modified_ns)).unwrap_or(0))
    }
}

/// The state of a file; pipes, devices and folders have none.
pub(crate) fn look(path: &Path) -> Result<State> {
    let about = fs::metadata(path).map_err(unreadable("look at the export", path))?;
    if about.is_file() { Ok(State::of(&about)) } else { Err(Error::input("this is no file").at(path.display().to_string())) }
}

/// Waits for files to settle, for `settle` in all.
pub(super) struct Patience<'a> {
    settle: Duration,
    left: Duration,
    clock: &'a dyn Clock,
}

impl<'a> Patience<'a> {
    pub(super) fn new(settle: Duration, clock: &'a dyn Clock) -> Self {
        Self { settle, left: settle, clock }
    }

    /// The state of a file once nothing has changed it for the time to settle: by its own time, or because we watched it for so long.
    ///
    /// # Errors
    /// An input error if it is still changing when all the time is used up, or cannot be looked at.
    pub(super) fn settled(&mut self, path: &Path) -> Result<State> {
        let (mut state, mut watched) = (look(path)?, Duration::ZERO);
        loop {
            let quiet = state.age(self.clock.now()).max(watched);
            if quiet >= self.settle {
                return Ok(state);
            }
            if self.left.is_zero() {
                return Err(unsettled(path, &format!("it changed {} s ago", quiet.as_secs())));
            }
            let nap = STEP.min(self.left).min(self.settle.saturating_sub(quiet));
            self.clock.sleep(nap);
            self.left -= nap;
            let next = look(path)?;
            watched = if next == state { watched + nap } else { Duration::ZERO };
            state = next;
        }
    }
}

/// The error of a file that is not finished.
pub(super) fn unsettled(path: &Path, seen: &str) -> Error {
    Error::input(format!("the export is still being written: {seen}"))
        .at(path.display().to_string())
        .hint("run again when it is complete; `--settle` says how long an export must have been left alone")
}

fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |n| -n),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::{Cell, RefCell};
    use std::fs::File;
    use std::io::Write;

    use super::*;

    /// Starts at the given second of 1970; a nap passes at once, and then something is done.
    pub(in crate::publish) struct TestClock<'a> {
        pub(in crate::publish) now: Cell<u64>,
        pub(in crate::publish) slept: Cell<Duration>,
        pub(in crate::publish) after_nap: RefCell<Box<dyn FnMut(Duration) + 'a>>,
    }

    impl<'a> TestClock<'a> {
        pub(in crate::publish) fn at(second: u64, after_nap: impl FnMut(Duration) + 'a) -> Self {
            Self { now: Cell::new(second), slept: Cell::default(), after_nap: RefCell::new(Box::new(after_nap)) }
        }
    }

    impl Clock for TestClock<'_> {
        fn now(&self) -> SystemTime {
            UNIX_EPOCH + Duration::from_secs(self.now.get()) + self.slept.get()
        }

        fn sleep(&self, time: Duration) {
            assert!(!time.is_zero(), "a nap of no time never ends");
            self.slept.set(self.slept.get() + time);
            (self.after_nap.borrow_mut())(self.slept.get());
        }
    }

    const MINUTE: Duration = Duration::from_mins(1);

    /// A file last changed at the given second.
    pub(in crate::publish) fn export(path: &Path, text: &str, second: u64) {
        let mut file = File::create(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }

    fn waits(changed: u64, now: u64, after_nap: impl FnMut(&Path, Duration)) -> (Duration, Result<State>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tickets.csv");
        export(&path, "id\n", changed);
        let mut after_nap = after_nap;
        let clock = TestClock::at(now, |slept| after_nap(&path, slept));
        let found = Patience::new(MINUTE, &clock).settled(&path);
        (clock.slept.get(), found)
    }

    #[test]
    fn a_file_waits_until_it_is_old_enough() {
        for (changed, now, wait) in [(1000, 2000, 0), (1000, 1060, 0), (1000, 1059, 1), (1000, 1000, 60), (5000, 1000, 60)] {
            let (slept, found) = waits(changed, now, |_, _| {});
            assert_eq!((slept, found.is_ok()), (Duration::from_secs(wait), true), "{changed} {now}");
        }
    }

    #[test]
    fn a_file_that_settles_while_we_wait_is_taken_and_one_that_does_not_is_told() {
        let at = |slept: u64, text: &'static str, second: u64| {
            move |path: &Path, now: Duration| {
                if now == Duration::from_secs(slept) {
                    export(path, text, second);
                }
            }
        };
        let (slept, found) = waits(1000, 1010, at(10, "id\n1\n", 990));
        assert_eq!((slept, found.unwrap().size), (Duration::from_secs(40), 5));
        let (slept, found) = waits(1000, 1010, at(10, "id\n1\n", 1020));
        let told = found.unwrap_err();
        assert_eq!((slept, told.kind.exit_code()), (MINUTE, 3));
        assert!(told.what.ends_with("still being written: it changed 50 s ago"), "{told}");
        assert!(waits(1000, 1010, |path, _| fs::remove_file(path).unwrap_or_default()).1.is_err());
    }

    #[test]
    fn a_file_from_the_future_that_keeps_changing_is_told() {
        let mut size = 0;
        let (slept, found) = waits(9000, 1000, |path, _| {
            size += 1;
            export(path, &"x".repeat(size), 9000);
        });
        assert_eq!((slept, found.unwrap_err().kind.exit_code()), (MINUTE, 3));
    }

    #[test]
    fn the_identity_is_size_and_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tickets.csv");
        export(&path, "id\n", 7);
        assert_eq!(identity(&path).unwrap(), (3, 7_000_000_000));
        File::options().write(true).open(&path).unwrap().set_modified(UNIX_EPOCH - Duration::from_secs(1)).unwrap();
        assert_eq!(identity(&path).unwrap(), (3, -1_000_000_000));
        assert_eq!(identity(dir.path()).unwrap_err().what, "this is no file");
        assert_eq!(identity(&dir.path().join("none")).unwrap_err().kind.exit_code(), 3);
    }
}
