//! The desk's folder on the machine where deskcard runs every Monday.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use wait4::{ResUse, Wait4 as _};

use super::cost::{Cost, size};
use super::life::{Delivery, Export, Kind};
use crate::harness::{Run, binary, deskcard_in};

/// Old exports are removed after so many weeks.
const STAYS: i64 = 5;

/// The config, but for its sources.
const CONFIG: &str = include_str!("deskcard.toml");

/// A folder with `deskcard.toml`, `exports`, and what deskcard makes of them; in `once`, every export that ever came.
#[derive(Debug)]
pub(crate) struct Desk {
    dir: TempDir,
    archived: usize,
    seen: BTreeSet<(Kind, Vec<u8>)>,
    /// Name of an export → the week it came in.
    lying: BTreeMap<String, i64>,
}

impl Desk {
    /// A desk on the day before its first run.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(dir.path().join("exports")).expect("make a folder");
        fs::create_dir_all(dir.path().join("once/exports")).expect("make a folder");
        fs::write(dir.path().join("deskcard.toml"), config(|kind| format!("exports/{}*.csv", kind.source()))).expect("write the config");
        let every =
            |kind: Kind| if kind == Kind::Agents { "exports/agents.csv".to_owned() } else { format!("exports/*.{}.csv", kind.source()) };
        fs::write(dir.path().join("once/deskcard.toml"), config(every)).expect("write the config");
        Self { dir, archived: 0, seen: BTreeSet::new(), lying: BTreeMap::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Puts the exports of a week where they belong and removes those of long ago.
    pub(crate) fn receive(&mut self, delivery: &Delivery) {
        let exports = self.path().join("exports");
        for export in &delivery.exports {
            put(&exports.join(&export.name), export);
            self.lying.insert(export.name.clone(), delivery.week);
            self.archive(export);
        }
        let is_old = |_: &String, came: &mut i64| *came + STAYS < delivery.week;
        for (name, _) in self.lying.extract_if(.., is_old) {
            // The roster stays; without it nobody would know who works here.
            if name != "agents.csv" {
                fs::remove_file(exports.join(name)).expect("remove a file");
            }
        }
    }

    /// Keeps an export for the comparison with everything at once: names sort as the files came, a copy is no second file. Rosters are
    /// always whole, so the last one alone counts.
    fn archive(&mut self, export: &Export) {
        if self.seen.insert((export.kind, Sha256::digest(&export.text).to_vec())) {
            self.archived += 1;
            let name = match export.kind {
                Kind::Agents => "agents.csv".to_owned(),
                kind => format!("{:06}.{}.csv", self.archived, kind.source()),
            };
            put(&self.path().join("once/exports").join(name), export);
        }
    }

    fn run_command(&self, as_of: &str) -> Command {
        let mut command = Command::new(binary());
        command.args(["run", "--config", "deskcard.toml", "--as-of", as_of, "--settle", "0s", "-q"]);
        command.current_dir(self.path()).env_remove("DESKCARD_CONFIG").stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// The weekly run, which must succeed in silence.
    pub(crate) fn run(&self, as_of: &str) -> Cost {
        let said = self.path().join("stderr.txt");
        let mut command = self.run_command(as_of);
        let start = Instant::now();
        let child = command.stderr(File::create(&said).expect("a file")).spawn().expect("the binary starts");
        let (used, peak) = watched(child);
        let wall = start.elapsed().as_secs_f64();
        let stderr = fs::read_to_string(&said).expect("UTF-8");
        assert!(used.status.success(), "run --as-of {as_of:?} ended with {}: {stderr}", used.status);
        assert_eq!(stderr, "", "run --as-of {as_of:?} -q is silent when all went well");
        let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64();
        let (files, kept) = size(&self.path().join("history"));
        Cost { wall, cpu, peak, files, kept }
    }

    /// The weekly run, killed after a while; whether it was still at work then.
    pub(crate) fn killed_run(&self, as_of: &str, after: Duration) -> bool {
        let mut child = self.run_command(as_of).stderr(Stdio::null()).spawn().expect("the binary starts");
        std::thread::sleep(after);
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it ends");
        assert!(status.success() || status.code().is_none(), "run --as-of {as_of:?} after a kill ended with {status}");
        status.code().is_none()
    }

    /// Another command, which must succeed.
    pub(crate) fn ask(&self, args: &[&str]) -> Run {
        deskcard_in(self.path(), args).ok()
    }

    /// A copy of all of it, to do something to.
    pub(crate) fn copy(&self) -> TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        copy(self.path(), dir.path());
        dir
    }
}

/// The config with the pattern of each source's files.
fn config(files: impl Fn(Kind) -> String) -> String {
    Kind::ALL.into_iter().fold(CONFIG.to_owned(), |mut text, kind| {
        let (name, files) = (kind.source(), files(kind));
        let form = if kind == Kind::Agents { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" };
        write!(
            text,
            "\n[[source]]\nname = \"{name}\"\nkind = \"{name}\"\nfiles = [\"{files}\"]\ntime_zone = \"UTC\"\ntimestamps = [\"{form}\"]\n"
        )
        .expect("write to a text");
        text
    })
}

fn put(path: &Path, export: &Export) {
    fs::write(path, &export.text).expect("write an export");
    let made = SystemTime::UNIX_EPOCH + Duration::from_secs(export.made.unsigned_abs());
    File::options().write(true).open(path).and_then(|file| file.set_modified(made)).expect("set its time");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let (old, new): (PathBuf, PathBuf) = entry.map(|e| (e.path(), to.join(e.file_name()))).expect("an entry");
        let kind = old.symlink_metadata().expect("it is there");
        if kind.is_symlink() {
            let target = fs::read_link(&old).expect("a link");
            std::os::unix::fs::symlink(target, new).expect("make a link");
        } else if kind.is_dir() {
            fs::create_dir(&new).expect("make a folder");
            copy(&old, &new);
        } else {
            fs::copy(&old, &new).expect("copy a file");
            File::options().write(true).open(&new).and_then(|f| f.set_modified(kind.modified()?)).expect("set its time");
        }
    }
}

/// Waits for a program; what it used, and the most memory it held at once in MiB, read every few milliseconds.
///
/// What the kernel counts for a child at its end (`ru_maxrss`) begins with the memory of the process that started it, here the test with
/// ten years in its head.
fn watched(child: Child) -> (ResUse, f64) {
    let (status, is_over) = (format!("/proc/{}/status", child.id()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0.0_f64;
            while !is_over.load(Ordering::Relaxed) {
                peak = fs::read_to_string(&status).ok().as_deref().and_then(high_water).map_or(peak, |now| peak.max(now));
                std::thread::sleep(Duration::from_millis(4));
            }
            peak
        });
        let used = child.wait4().expect("it ends");
        is_over.store(true, Ordering::Relaxed);
        (used, watch.join().expect("it only reads"))
    })
}

/// The high-water mark in the text of `/proc/PID/status`, in MiB.
fn high_water(status: &str) -> Option<f64> {
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    Some(kib.trim().parse::<f64>().ok()? / 1024.0)
}
