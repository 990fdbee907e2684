//! Files 0600 and folders 0700, whatever the umask; in a process of its own, for the umask is one a process.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::publish::file::{create, link, replace};
use crate::publish::folder::Folder;
use crate::publish::kept::restore;
use crate::publish::lock::Lock;
use crate::publish::settle::MachineClock;
use crate::publish::stage::stage;

const FOLDER: &str = "DESKCARD_TEST_UMASK";

#[test]
fn everything_is_private_under_any_umask() {
    let (_, module) = module_path!().split_once("::").unwrap();
    for umask in ["000", "022", "077", "0277"] {
        let dir = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask} && exec \"$0\" --exact {module}::makes_one_of_everything --ignored")]);
        let done = shell.arg(std::env::current_exe().unwrap()).env(FOLDER, dir.path()).output().unwrap();
        assert!(done.status.success(), "{umask}: {}", String::from_utf8_lossy(&done.stdout));
        let modes = modes(&dir.path().join("out"));
        // The history: 7 with its own folder; the scorecards: 2, and 5 a week.
        assert_eq!(modes.len(), 19, "{modes:#?}");
        let wrong: Vec<_> = modes.iter().filter(|(path, mode)| *mode != if path.ends_with('/') { 0o700 } else { 0o600 }).collect();
        assert!(wrong.is_empty(), "umask {umask}: {wrong:?}");
    }
}

#[test]
#[ignore = "is started by everything_is_private_under_any_umask"]
fn makes_one_of_everything() {
    let Some(folder) = std::env::var_os(FOLDER) else { return eprintln!("skipped: started by hand") };
    let top = Path::new(&folder).join("out");
    let _lock = Lock::take(&top.join("history")).unwrap();
    fs::write(Path::new(&folder).join("tickets.csv"), "id\n").unwrap();
    fs::set_permissions(Path::new(&folder).join("tickets.csv"), fs::Permissions::from_mode(0o644)).unwrap();
    let staged = stage(&Path::new(&folder).join("tickets.csv"), &top.join("history/staging"), Duration::ZERO, &MachineClock).unwrap();
    let staged = staged.keep(&top.join("history/exports")).unwrap();
    restore(&staged.path, &top.join("history/again.csv")).unwrap();
    for week in ["2026-W46", "2026-W47"] {
        let mut pages = Folder::start(&top.join("scorecards").join(week)).unwrap();
        pages.write("index.html", b"x").unwrap();
        pages.write("rows/a/b.csv", b"x").unwrap();
        pages.finish().unwrap();
    }
    replace(&top.join("scorecards/run.json"), b"{}").unwrap();
    create(&top.join("history/000001.json"), b"{}").unwrap();
    link(&top.join("scorecards/latest"), "2026-W47").unwrap();
}

/// The permission bits of all that is below a folder, links left out; the names of folders end in `/`.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        let (path, about) = (item.path(), item.metadata().unwrap());
        if about.is_dir() {
            found.push((format!("{}/", path.display()), about.permissions().mode() & 0o7777));
            found.extend(modes(&path));
        } else if about.is_file() {
            found.push((path.display().to_string(), about.permissions().mode() & 0o7777));
        }
    }
    found
}
