//! Runs the real binary.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deskcard::clock::period::{Period, Unit};
use deskcard::clock::{day_text, parse_day};

/// The binary under test.
pub(crate) fn binary() -> PathBuf {
    match option_env!("CARGO_BIN_EXE_deskcard") {
        Some(path) => path.into(),
        None => std::env::var_os("DESKCARD_BIN").expect("DESKCARD_BIN names the binary").into(),
    }
}

/// The checkout.
pub(crate) fn root() -> PathBuf {
    match option_env!("CARGO_BIN_EXE_deskcard") {
        Some(_) => env!("CARGO_MANIFEST_DIR").into(),
        None => std::env::var_os("DESKCARD_ROOT").expect("DESKCARD_ROOT names the checkout").into(),
    }
}

/// The days of the whole periods that hold two days: figures between those two are of the days between them alone.
pub(crate) fn whole(unit: &str, from: &str, to: &str) -> (String, String) {
    let Some(unit) = [Unit::Week, Unit::Month, Unit::Quarter].into_iter().find(|u| format!("{u:?}").eq_ignore_ascii_case(unit)) else {
        return (from.to_owned(), to.to_owned());
    };
    let day = |text: &str| parse_day(text).expect("a day");
    let all = Period::series(unit, day(from), day(to));
    (day_text(all[0].first_day), day_text(all[all.len() - 1].end_day - 1))
}

/// A run with its streams.
pub(crate) struct Run {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// The run, which must have succeeded.
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stderr: {}", self.stderr);
        self
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {}\nstderr: {}", self.stdout, self.stderr))
    }
}

/// Runs the program in a folder.
pub(crate) fn deskcard_in(dir: &Path, args: &[&str]) -> Run {
    finish(Command::new(binary()).args(args).current_dir(dir))
}

/// Runs the program in the checkout.
pub(crate) fn deskcard(args: &[&str]) -> Run {
    deskcard_in(&root(), args)
}

/// Runs a prepared command.
pub(crate) fn finish(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.env_remove("DESKCARD_CONFIG").output().expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Run { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
}

/// A folder with a config and files, gone when dropped.
pub(crate) fn folder(config: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(dir.path().join("deskcard.toml"), config).expect("write the config");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("write a file");
    }
    dir
}
