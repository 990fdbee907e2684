//! A folder of its own for a desk, in which `deskcard run` is started, watched and broken.

use std::fs;
use std::io::Read as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::exports;
use super::points::CALLS;

/// Longer than any run of a tiny desk takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A desk's folder and the program to run in it.
pub(crate) struct Sandbox {
    /// The program.
    pub(crate) bin: PathBuf,
    dir: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
    /// What it said.
    pub(crate) stderr: String,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Sandbox {
    /// An empty desk.
    pub(crate) fn new(bin: &Path) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let sandbox = Self { bin: bin.to_owned(), dir };
        sandbox.clear();
        sandbox
    }

    /// A desk where all weeks before this one were run, and the files of this one have come.
    pub(crate) fn before(bin: &Path, week: u32) -> Self {
        let sandbox = Self::new(bin);
        for earlier in 1..week {
            exports::desk(&sandbox.desk(), earlier);
            let ended = sandbox.run(earlier);
            assert_eq!(ended.code, Some(0), "week {earlier} is run: {ended:?}");
        }
        exports::desk(&sandbox.desk(), week);
        sandbox
    }

    /// The folder with the config.
    pub(crate) fn desk(&self) -> PathBuf {
        self.dir.path().join("desk")
    }

    /// Where the program may put temporary files that are not of the desk.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.dir.path().join("tmp")
    }

    fn trace(&self) -> PathBuf {
        self.dir.path().join("trace.txt")
    }

    fn clear(&self) {
        for folder in [self.desk(), self.temporary()] {
            if folder.exists() {
                fs::remove_dir_all(&folder).expect("empty the sandbox");
            }
            fs::create_dir(&folder).expect("make the sandbox");
        }
    }

    /// Makes this desk the same as another, times of change included.
    pub(crate) fn become_copy(&self, of: &Sandbox) {
        self.clear();
        let status = Command::new("cp").arg("-a").arg(of.desk().join(".")).arg(self.desk()).status().expect("cp starts");
        assert!(status.success(), "the desk is copied");
    }

    /// The command line of a week's run.
    pub(crate) fn arguments(week: u32) -> Vec<String> {
        ["run", "--as-of", &exports::as_of(week), "--settle", "0s"].map(str::to_owned).into()
    }

    /// Runs a week.
    pub(crate) fn run(&self, week: u32) -> Ended {
        self.start(&[], &Self::arguments(week)).wait()
    }

    /// Runs the program.
    pub(crate) fn deskcard(&self, args: &[&str]) -> Ended {
        self.start(&[], &args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>()).wait()
    }

    /// Runs a week under strace with these options more: how it ended, and what strace wrote.
    pub(crate) fn traced(&self, options: &[String], week: u32) -> (Ended, String) {
        let ended = self.start_traced(options, week).wait();
        (ended, self.traced_so_far())
    }

    /// What strace has written by now.
    pub(crate) fn traced_so_far(&self) -> String {
        fs::read(self.trace()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Starts a week under strace with these options more.
    pub(crate) fn start_traced(&self, options: &[String], week: u32) -> Running {
        let _ = fs::remove_file(self.trace());
        let trace = self.trace().to_string_lossy().into_owned();
        let quiet = "--quiet=attach,personality,path-resolution";
        let mut before = ["strace", "-f", "-y", "-s", "0", quiet, "-o", &trace, "-e", CALLS].map(str::to_owned).to_vec();
        before.extend_from_slice(options);
        self.start(&before, &Self::arguments(week))
    }

    /// Starts the program behind another (strace, a shell) or behind nothing: one thread, no colours, no zone of the machine.
    pub(crate) fn start(&self, before: &[String], args: &[String]) -> Running {
        let bin = self.bin.to_string_lossy().into_owned();
        let line: Vec<&String> = before.iter().chain([&bin]).chain(args).collect();
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).current_dir(self.desk()).process_group(0);
        command.env_remove("DESKCARD_CONFIG").env("TMPDIR", self.temporary()).env("TZ", "UTC").env("LC_ALL", "C").env("NO_COLOR", "1");
        command.env("RAYON_NUM_THREADS", "1").env("POLARS_MAX_THREADS", "1").env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Running { child: command.spawn().unwrap_or_else(|e| panic!("{} starts: {e}", line[0])), since: Instant::now() }
    }
}

/// A run that has not ended.
pub(crate) struct Running {
    child: Child,
    since: Instant,
}

impl Running {
    /// Whether it still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_none()
    }

    /// Waits for its end; one that does not come is made, and seen as a death by signal.
    pub(crate) fn wait(mut self) -> Ended {
        let mut pipe = self.child.stderr.take().expect("a pipe");
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            pipe.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
        });
        let mut pause = Duration::from_millis(1);
        while self.is_alive() {
            if self.since.elapsed() > PATIENCE {
                self.end_group();
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        let took = self.since.elapsed();
        let status = self.child.wait().expect("a child of ours");
        let stderr = reader.join().expect("the reader does not panic").expect("stderr is read");
        Ended { code: status.code(), signal: status.signal(), stderr, took }
    }

    /// Kills the program with the strace before it: they are a process group of their own.
    fn end_group(&self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        std::thread::sleep(Duration::from_millis(200));
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    }
}

/// Whether strace is there and may trace here; says so if not.
pub(crate) fn can_trace() -> bool {
    let found = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=close", "true"]).output();
    let is_found = found.as_ref().is_ok_and(|o| o.status.success());
    if !is_found {
        let why = found.map_or_else(|e| e.to_string(), |o| String::from_utf8_lossy(&o.stderr).trim().to_owned());
        eprintln!("skipped: strace is not there or may not trace here ({why})");
    }
    is_found
}
