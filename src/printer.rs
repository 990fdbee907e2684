//! Pages printed to PDF by a program of the desk's own, a browser as a rule.
//!
//! The program is started without a shell, one a page and at most two at a time, and ended with all it started when its time is over. What
//! it reads and writes lies in a folder that only its owner may open and that is removed afterwards. The bytes are the program's, not ours.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::error::{Error, Result};

/// Programs at work at a time: a browser takes a core and some 200 MB.
const AT_ONCE: usize = 2;
/// How long a page may take unless the config says otherwise.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// What stands for the page to read in a command.
pub const IN: &str = "{in}";
/// What stands for the PDF to write in a command.
pub const OUT: &str = "{out}";
/// What stands for a private folder, of this page alone, in a command.
pub const DIR: &str = "{dir}";
/// A command that works, for hints and documentation.
pub const EXAMPLE: &str = r#"pdf = ["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer", "--user-data-dir={dir}", "--print-to-pdf={out}", "{in}"]"#;

const STEP: Duration = Duration::from_millis(20);
/// Characters of a program's last words that are told.
const LAST_WORDS: usize = 300;

/// The command that prints a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    words: Vec<String>,
    patience: Duration,
}

/// A page to be printed.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// The page, which needs no other file.
    pub html: &'a str,
}

impl Printer {
    /// A command: program and arguments, with `{in}` and `{out}` among them; `patience` is what a page may take.
    ///
    /// # Errors
    /// A config error if it names no program, or does not say where to read and write.
    pub fn new(words: Vec<String>, patience: Duration) -> Result<Self> {
        let missing = |what: &str| Error::config(format!("the command that prints does not name {what}")).hint(EXAMPLE);
        if words.first().is_none_or(String::is_empty) {
            return Err(missing("a program"));
        }
        match [IN, OUT].iter().find(|name| !words[1..].iter().any(|word| word.contains(**name))) {
            Some(name) => Err(missing(name)),
            None => Ok(Self { words, patience }),
        }
    }

    /// The PDF of each page, in their order.
    ///
    /// # Errors
    /// An output error if the program cannot be started, fails, takes too long, or leaves no PDF; a bug of ours if no thread can be had.
    pub fn print(&self, sheets: &[Sheet<'_>]) -> Result<Vec<Vec<u8>>> {
        let few = rayon::ThreadPoolBuilder::new().num_threads(AT_ONCE).build();
        let few = few.map_err(|e| Error::bug(format!("no threads to print with: {e}")))?;
        few.install(|| sheets.par_iter().map(|sheet| self.one(sheet).map_err(|e| e.at(sheet.name))).collect())
    }

    fn one(&self, sheet: &Sheet<'_>) -> Result<Vec<u8>> {
        let failed = |e: std::io::Error| {
            Error::output(format!("cannot make a folder to print in: {e}")).hint("TMPDIR names the folder it is made in")
        };
        let dir = private_folder().map_err(failed)?;
        let (page, pdf, said) = (dir.path().join("page.html"), dir.path().join("page.pdf"), dir.path().join("said.txt"));
        std::fs::write(&page, sheet.html).map_err(failed)?;
        let status = self.run([&page, &pdf, dir.path()], File::create(&said).map_err(failed)?)?;
        let told = |what: String| match last_words(&said) {
            words if words.is_empty() => self.failed(&what),
            words => self.failed(&what).hint(format!("it said: {words}")),
        };
        if !status.success() {
            return Err(told(format!("failed ({status})")));
        }
        match std::fs::read(&pdf) {
            Ok(bytes) if bytes.starts_with(b"%PDF-") => Ok(bytes),
            Ok(_) => Err(told("wrote something that is no PDF".to_owned())),
            Err(e) => Err(told(format!("left no PDF that can be read: {e}"))),
        }
    }

    /// Starts the program for these paths and waits for its end.
    fn run(&self, [page, pdf, dir]: [&Path; 3], said: File) -> Result<ExitStatus> {
        let filled = self.words[1..].iter().map(|word| {
            let filled = |name: &str, path: &Path, word: String| word.replace(name, &path.to_string_lossy());
            filled(DIR, dir, filled(OUT, pdf, filled(IN, page, word.clone())))
        });
        let mut command = Command::new(&self.words[0]);
        command.args(filled).stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        // Of its own, so that whatever it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|e| {
            self.failed(&format!("cannot be started: {e}")).hint("install it, or name another program in `pdf` of [report]")
        })?;
        self.wait(&mut child)
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus> {
        let start = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if start.elapsed() < self.patience => std::thread::sleep(STEP),
                Ok(None) => {
                    end(child);
                    let secs = self.patience.as_secs();
                    return Err(self.failed(&format!("did not end within {secs} s")).hint("`pdf_timeout` of [report] gives it longer"));
                }
                Err(e) => return Err(self.failed(&format!("cannot be waited for: {e}"))),
            }
        }
    }

    /// The program alone is named: an argument may be a secret.
    fn failed(&self, what: &str) -> Error {
        Error::output(format!("the program `{}` that prints PDF {what}", self.words[0]))
    }
}

fn private_folder() -> std::io::Result<tempfile::TempDir> {
    let mut how = tempfile::Builder::new();
    how.prefix("deskcard-");
    #[cfg(unix)]
    how.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    how.tempdir()
}

/// Ends a program and all it started.
fn end(child: &mut Child) {
    // It may just have ended by itself: either way it is gone.
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill().and_then(|()| child.wait().map(drop));
}

/// The last line a program said, without anything a terminal would take for a command.
fn last_words(said: &Path) -> String {
    let bytes = std::fs::read(said).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(LAST_WORDS).collect()
}

#[cfg(all(test, unix))]
mod tests;
