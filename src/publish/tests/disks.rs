//! Disks that fill up at any point and disks that cannot be written. They are mounted, which takes root: skipped otherwise.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::error::{Kind, Result};
use crate::publish::file::{Creation, create, link, linked, replace};
use crate::publish::folder::{Folder, Published};
use crate::publish::lock::Lock;
use crate::publish::settle::MachineClock;
use crate::publish::stage::stage;

const PAGE: usize = 4096;

/// A disk in memory, unmounted when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(options: &[&str]) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(options).arg(dir.path()).output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(Self(dir));
        }
        eprintln!("skipped: mounting a disk is not permitted here");
        None
    }

    fn of_a_megabyte() -> Option<Self> {
        Self::mount(&["-t", "tmpfs", "-o", "size=1m,nr_inodes=64", "deskcard-test"])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Fills it up but for so many pages.
    fn leave(&self, pages: usize) {
        let mut filler = File::create(self.path("filler")).unwrap();
        while filler.write_all(&[1; PAGE]).is_ok() {}
        let size = filler.metadata().unwrap().len();
        filler.set_len(size.saturating_sub((pages * PAGE) as u64)).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

/// Every file below a folder and its bytes, links by their target; the filler left out.
fn tree(top: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for item in fs::read_dir(top).unwrap() {
        let (path, about) = (item.as_ref().unwrap().path(), item.unwrap().metadata().unwrap());
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if about.is_symlink() {
            found.insert(name, fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
        } else if about.is_dir() {
            found.insert(format!("{name}/"), Vec::new());
            found.extend(tree(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else if name != "filler" {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

fn page(byte: u8, pages: usize) -> Vec<u8> {
    vec![byte; pages * PAGE]
}

fn publish(place: &Path, byte: u8) -> Result<Published> {
    let mut folder = Folder::start(place)?;
    folder.write("index.html", &page(byte, 3))?;
    folder.write("rows/a.csv", &page(byte, 2))?;
    folder.write("rows/b.csv", b"")?;
    folder.finish()
}

/// Does a step on a disk with no, one, two … pages left: below what it needs all is as it was, and then as it should be.
fn at_every_size(prepare: impl Fn(&Disk), step: impl Fn(&Disk) -> Result<()>, needs: usize) {
    for pages in 0..=needs {
        let Some(disk) = Disk::of_a_megabyte() else { return };
        prepare(&disk);
        disk.leave(pages);
        let before = tree(disk.0.path());
        let done = step(&disk);
        let after = tree(disk.0.path());
        if pages < needs {
            let told = done.unwrap_err();
            assert!(told.kind == Kind::Output && told.hints.iter().any(|hint| hint.contains("free some space")), "{told}");
            assert_eq!(after, before, "{pages} pages left: {told}");
        } else {
            done.unwrap();
            assert!(after != before && after.keys().all(|name| !name.starts_with('.')), "{after:?}");
        }
    }
}

#[test]
fn a_file_is_old_or_new_on_a_full_disk() {
    let prepare = |disk: &Disk| replace(&disk.path("run.json"), &page(b'a', 2)).unwrap();
    at_every_size(prepare, |disk| replace(&disk.path("run.json"), &page(b'b', 5)), 5);
}

#[test]
fn a_journal_entry_is_whole_or_not_there_on_a_full_disk() {
    let step = |disk: &Disk| create(&disk.path("000001.json"), &page(b'b', 4)).map(|made| assert_eq!(made, Creation::Created));
    at_every_size(|_| {}, step, 4);
}

#[test]
fn a_folder_is_old_or_new_on_a_full_disk() {
    at_every_size(|_| {}, |disk| publish(&disk.path("2026-W46"), b'b').map(|_| ()), 5);
    let prepare = |disk: &Disk| publish(&disk.path("2026-W46"), b'a').map(|_| ()).unwrap();
    at_every_size(prepare, |disk| publish(&disk.path("2026-W46"), b'b').map(|_| ()), 5);
}

#[test]
fn an_export_is_copied_whole_or_not_at_all_on_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets.csv");
    // Bytes that do not compress: a copy takes more pages than the export has.
    let noise: Vec<u8> = (0..9 * PAGE / 32).flat_map(|n| Sha256::digest(n.to_le_bytes())).collect();
    fs::write(&path, noise).unwrap();
    let prepare = |disk: &Disk| fs::create_dir(disk.path("exports")).unwrap();
    at_every_size(prepare, |disk| stage(&path, &disk.path("exports"), Duration::ZERO, &MachineClock).map(|_| ()), 10);
}

#[test]
fn everything_is_old_or_new_when_no_more_files_can_be_made() {
    // A link, and then the folder, its subfolder, three files.
    let needs = 6;
    for left in 0..=needs {
        let Some(disk) = Disk::of_a_megabyte() else { return };
        publish(&disk.path("2026-W46"), b'a').unwrap();
        fs::create_dir(disk.path("filler")).unwrap();
        let fillers: Vec<PathBuf> =
            (0..64).map(|n| disk.path(&format!("filler/{n}"))).take_while(|path| File::create(path).is_ok()).collect();
        fillers.iter().take(left).for_each(|path| fs::remove_file(path).unwrap());
        let target = link(&disk.path("latest"), "2026-W46").ok().map(|()| "2026-W46".to_owned());
        assert_eq!((linked(&disk.path("latest")).unwrap(), target.is_some()), (target, left > 0));
        let published = publish(&disk.path("2026-W46"), b'b');
        assert_eq!(published.is_ok(), left == needs, "{left} left");
        assert!(
            published.is_ok_and(|how| how == Published::Replaced) || fs::read(disk.path("2026-W46/index.html")).unwrap() == page(b'a', 3)
        );
        assert!(tree(disk.0.path()).keys().all(|name| !name.starts_with('.')), "{left}");
    }
}

#[test]
fn a_read_only_disk_is_told_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    publish(&dir.path().join("2026-W46"), b'a').unwrap();
    drop(Lock::take(dir.path()).unwrap());
    let Some(disk) = Disk::mount(&["--bind", dir.path().to_str().unwrap()]) else { return };
    let remounted = Command::new("mount").args(["-o", "remount,ro,bind"]).arg(disk.0.path()).status().unwrap();
    assert!(remounted.success());
    let before = tree(dir.path());
    let steps: [Result<()>; 6] = [
        replace(&disk.path("run.json"), b"x"),
        create(&disk.path("000001.json"), b"x").map(|_| ()),
        publish(&disk.path("2026-W46"), b'b').map(|_| ()),
        link(&disk.path("latest"), "2026-W46"),
        stage(&dir.path().join("2026-W46/index.html"), disk.0.path(), Duration::ZERO, &MachineClock).map(|_| ()),
        Lock::take(disk.0.path()).map(|_| ()),
    ];
    for step in steps {
        let told = step.unwrap_err();
        assert!(told.kind == Kind::Output && told.hints.iter().any(|hint| hint.contains("mounted read-only")), "{told}");
    }
    assert_eq!(tree(dir.path()), before);
}
