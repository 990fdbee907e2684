//! One run at a time.
//!
//! The lock is the kernel's, on an open file: it is freed however the run ends, and a lock file that lies there means nothing by itself.
//! Folders on a network share are not supported: their locks need not reach other machines.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::disk::{ensure_folder, open_private};
use super::failure::cannot;
use crate::error::{Error, Result};

const NAME: &str = "lock";

/// Bytes of a lock file that are shown.
const SHOWN: u64 = 100;

/// The lock of a folder, held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `folder`, which is made if there is none. Does not wait.
    ///
    /// # Errors
    /// [`Kind::Running`](crate::error::Kind::Running) if another run holds it, with its process and start; an output error.
    pub fn take(folder: &Path) -> Result<Self> {
        ensure_folder(folder)?;
        let path = folder.join(NAME);
        let how = &mut OpenOptions::new();
        let mut file = open_private(&path, how.create(true).read(true).write(true)).map_err(cannot("open the lock", &path))?;
        match file.try_lock() {
            Ok(()) => {
                sign(&mut file);
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => Err(running(&path, &mut file)),
            Err(TryLockError::Error(e)) => {
                Err(cannot("take the lock", &path)(e).hint("the folder must be on a local disk: choose another by `[history] folder`"))
            }
        }
    }
}

/// Says in the file who holds the lock. For people only, so a full disk does not matter.
fn sign(file: &mut File) {
    let now: DateTime<Utc> = SystemTime::now().into();
    let text = format!("process {} since {}\n", std::process::id(), now.format("%Y-%m-%dT%H:%M:%SZ"));
    let _ = file.set_len(0).and_then(|()| file.write_all(text.as_bytes()));
}

fn running(path: &Path, file: &mut File) -> Error {
    let mut text = Vec::new();
    let _ = file.take(SHOWN).read_to_end(&mut text);
    let holder: String = String::from_utf8_lossy(&text).trim().chars().filter(|c| !c.is_control()).collect();
    let holder = if holder.is_empty() { String::new() } else { format!(": {holder}") };
    Error::running(format!("another run is at work{holder}"))
        .at(path.display().to_string())
        .hint("wait until it ends; if it hangs, end that process, and the lock is free: the file itself may stay")
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    use super::*;

    const FOLDER: &str = "DESKCARD_TEST_LOCK";

    #[test]
    fn a_lock_is_held_once_and_free_when_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("history");
        let lock = Lock::take(&folder).unwrap();
        let told = Lock::take(&folder).unwrap_err();
        assert_eq!(told.kind.exit_code(), 5);
        let process = format!("lock: another run is at work: process {} since 20", std::process::id());
        assert!(told.to_string().contains(&process), "{told}");
        drop(lock);
        Lock::take(&folder).unwrap();
    }

    #[test]
    fn what_another_program_wrote_into_the_lock_is_shown_without_harm() {
        let dir = tempfile::tempdir().unwrap();
        let _lock = Lock::take(dir.path()).unwrap();
        std::fs::write(dir.path().join(NAME), [b"\x1b[31m\0\xff".as_slice(), &vec![b'x'; 100_000]].concat()).unwrap();
        let told = Lock::take(dir.path()).unwrap_err().what;
        assert!(told.len() < 200 && !told.contains(char::is_control), "{told:?}");
        std::fs::write(dir.path().join(NAME), "").unwrap();
        assert_eq!(Lock::take(dir.path()).unwrap_err().what, "another run is at work");
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("history");
        std::fs::write(&file, "").unwrap();
        assert_eq!(Lock::take(&file).unwrap_err().kind.exit_code(), 4);
    }

    #[test]
    fn another_process_is_kept_out_until_it_is_killed() {
        let dir = tempfile::tempdir().unwrap();
        let mut other = other_process(dir.path());
        let mut said = String::new();
        let mut out = BufReader::new(other.stdout.take().unwrap());
        while !said.contains("holding") {
            said.clear();
            assert!(out.read_line(&mut said).unwrap() > 0, "the other process ended early");
        }
        let told = Lock::take(dir.path()).unwrap_err();
        assert!(told.kind.exit_code() == 5 && told.what.contains(&format!("process {} ", other.id())), "{told}");
        other.kill().unwrap();
        other.wait().unwrap();
        Lock::take(dir.path()).unwrap();
    }

    fn other_process(folder: &Path) -> Child {
        let (_, module) = module_path!().split_once("::").unwrap();
        let test = format!("{module}::the_other_process");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &test, "--ignored", "--nocapture"]).env(FOLDER, folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().unwrap()
    }

    #[test]
    #[ignore = "is started by another_process_is_kept_out_until_it_is_killed"]
    fn the_other_process() {
        let Some(folder) = std::env::var_os(FOLDER) else { return eprintln!("skipped: started by hand") };
        let _lock = Lock::take(Path::new(&folder)).unwrap();
        println!("\nholding");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }
}
