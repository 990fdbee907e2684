//! Disks that are full and disks that may not be written, for real: a small tmpfs, a read-only bind mount.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Something mounted over a folder, until dropped.
pub(crate) struct Mount {
    at: PathBuf,
}

impl Mount {
    /// A tmpfs over a folder, with what lay there copied in; its size is set by [`Self::leave_free`]. None where mounting is not allowed.
    pub(crate) fn small_disk(at: &Path) -> Option<Self> {
        let kept = at.with_extension("kept");
        run("cp", &["-a", &text(at), &text(&kept)]).expect("the folder is copied");
        let mount = Self::over(at, &["-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs"])?;
        run("cp", &["-a", &format!("{}/.", text(&kept)), &text(at)]).expect("the copy is put into the small disk");
        std::fs::remove_dir_all(kept).expect("the copy is removed");
        Some(mount)
    }

    /// The folder as it is, but nothing in it can be changed. None where mounting is not allowed.
    pub(crate) fn read_only(at: &Path) -> Option<Self> {
        let mount = Self::over(at, &["--bind", &text(at)])?;
        run("mount", &["-o", "remount,bind,ro", &text(at)]).expect("a mount of ours can be made read-only");
        Some(mount)
    }

    fn over(at: &Path, what: &[&str]) -> Option<Self> {
        let at_text = text(at);
        let args: Vec<&str> = what.iter().copied().chain([at_text.as_str()]).collect();
        match run("mount", &args) {
            Ok(()) => Some(Self { at: at.to_owned() }),
            Err(why) => {
                eprintln!("skipped: cannot mount here ({why})");
                None
            }
        }
    }

    /// Leaves a small disk so many KiB free.
    pub(crate) fn leave_free(&self, kib: u64) {
        let size = used_kib(&self.at) + kib;
        run("mount", &["-o", &format!("remount,size={size}k"), &text(&self.at)]).expect("a mount of ours can be resized");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Err(why) = run("umount", &["-l", &text(&self.at)]) {
            eprintln!("{} stays mounted: {why}", self.at.display());
        }
    }
}

/// What a small disk holds, as it counts itself.
fn used_kib(at: &Path) -> u64 {
    let out = Command::new("df").args(["-k", "--output=used"]).arg(at).output().expect("df starts");
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    said.split_whitespace().last().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("df says a number, not {said:?}"))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn run(program: &str, args: &[&str]) -> Result<(), String> {
    let out = Command::new(program).args(args).output().map_err(|e| format!("{program}: {e}"))?;
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).trim().to_owned()) }
}
