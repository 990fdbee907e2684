//! All of it on disks that are full or read-only, and under any umask.

#[cfg(target_os = "linux")]
mod disks;
#[cfg(unix)]
mod umask;
