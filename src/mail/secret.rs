//! Passwords and tokens: read when they are needed, from where no other user can see them, and never shown.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(20);
/// Bytes of a secret; a longer one is some other file.
const LONGEST: u64 = 64 * 1024;

/// A password or token. `Debug` does not show it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In an environment variable of this name.
    Env(String),
    /// The first line of a file that only its owner may read.
    File(PathBuf),
    /// The first line that a command prints: program and arguments, no shell.
    Command(Vec<String>),
}

impl Source {
    /// Reads the secret.
    ///
    /// # Errors
    /// A config error that says where it was looked for, and nothing of what was found.
    pub fn read(&self) -> Result<Secret> {
        let (text, place) = match self {
            Source::Env(name) => (from_env(name)?, format!("the environment variable {name}")),
            Source::File(path) => (from_file(path)?, path.display().to_string()),
            Source::Command(words) => (from_command(words)?, shown(words)),
        };
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() {
            return Err(Error::config("there is no password or token").at(place));
        }
        if line.chars().any(char::is_control) {
            return Err(Error::config("the password or token holds a control character").at(place));
        }
        Ok(Secret(line.to_owned()))
    }
}

fn from_env(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| {
        Error::config(format!("the environment variable {name} is not set, or is no text"))
            .hint("set it where the run is started, or use `password_file` or `password_command` of [mail]")
    })
}

fn from_file(path: &Path) -> Result<String> {
    let failed = |e: std::io::Error| Error::config(format!("cannot read the password file: {e}")).at(path.display().to_string());
    let file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    is_private(&file.metadata().map_err(failed)?, path)?;
    text_of(file).map_err(|e| failed(std::io::Error::new(e.kind(), "it cannot be read as text")))
}

fn text_of(reader: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    reader.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(unix)]
fn is_private(about: &std::fs::Metadata, path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    /// What group and others may do.
    const OTHERS: u32 = 0o077;
    let mode = about.permissions().mode() & 0o777;
    if mode & !OTHERS == mode {
        return Ok(());
    }
    Err(Error::config(format!("other users may open the password file: its mode is {mode:04o}"))
        .at(path.display().to_string())
        .hint(format!("run `chmod 600 {}`", path.display())))
}

/// The program alone: an argument may be a secret.
fn shown(words: &[String]) -> String {
    format!("the command `{}`", words.first().map_or("", String::as_str))
}

fn from_command(words: &[String]) -> Result<String> {
    let failed = |what: String| Error::config(what).at(shown(words));
    let (program, arguments) = words.split_first().ok_or_else(|| Error::config("the command for the password or token is empty"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| failed(format!("cannot be started: {e}")))?;
    let out = child.stdout.take();
    // Read beside the wait, so that neither a full pipe nor a child that never ends holds us up.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(out.map(text_of)));
    let status = wait(&mut child).map_err(&failed)?;
    if !status.success() {
        return Err(failed(format!("it failed: {status}")).hint("run it by hand to see what it says"));
    }
    match receiver.recv_timeout(PATIENCE) {
        Ok(Some(Ok(text))) => Ok(text),
        _ => Err(failed("its output cannot be read as text".to_owned())),
    }
}

fn wait(child: &mut Child) -> Result<std::process::ExitStatus, String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(STEP),
            Ok(None) => {
                // It may just have ended: either way it is gone.
                let _ = child.kill().and_then(|()| child.wait().map(drop));
                return Err(format!("it did not end within {} s", PATIENCE.as_secs()));
            }
            Err(e) => return Err(format!("cannot be waited for: {e}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret("hunter2".into());
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)).matches("hunter2").count(), 0);
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn the_environment_is_read_and_what_is_missing_is_told() {
        assert!(Source::Env("PATH".into()).read().is_ok());
        let told = Source::Env("DESKCARD_NO_SUCH_VARIABLE".into()).read().unwrap_err();
        assert!(told.kind.exit_code() == 2 && told.what.contains("DESKCARD_NO_SUCH_VARIABLE"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_open_is_refused_without_its_content() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        std::fs::write(&path, "hunter2\nsecond\n").unwrap();
        for (mode, is_fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o666, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = Source::File(path.clone()).read();
            assert_eq!(read.is_ok(), is_fine, "{mode:o}");
            match read {
                Ok(secret) => assert_eq!(secret.reveal(), "hunter2"),
                Err(told) => assert!(told.to_string().contains("chmod 600") && !told.to_string().contains("hunter2"), "{told}"),
            }
        }
        for (content, why) in [("", "no password"), ("\n", "no password"), ("a\tb", "control character")] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            std::fs::write(&path, content).unwrap();
            assert!(Source::File(path.clone()).read().unwrap_err().what.contains(why));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_command_gives_its_first_line_and_its_failure_tells_no_argument() {
        let command = |script: &str| Source::Command(["sh", "-c", script].map(str::to_owned).to_vec());
        assert_eq!(command("echo token; echo more").read().unwrap().reveal(), "token");
        let told = command("echo hunter2; echo hunter2 >&2; exit 3").read().unwrap_err().to_string();
        assert!(told.contains("it failed: exit status: 3") && !told.contains("hunter2"), "{told}");
        assert!(Source::Command(vec!["/no/such/program".into()]).read().unwrap_err().what.contains("cannot be started"));
    }
}
