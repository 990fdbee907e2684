//! Files that are never half there: whoever looks, and whenever a run is killed, finds the old or the new, whole.
//!
//! A file is written under a temporary name, brought to the disk, and only then given its name in one call; a folder likewise. What a killed
//! run leaves behind has a name that says what it is, and [`folder::recover`] and [`file::sweep`] clear it away. All of it is private: files
//! 0600 and folders 0700, under any umask. Callers hold the [`lock::Lock`]; folders are on a local disk.

pub mod appended;
pub mod archive;
mod compare;
mod disk;
mod failure;
pub mod file;
pub mod folder;
pub mod kept;
pub mod lock;
mod names;
pub mod retain;
pub mod settle;
pub mod stage;
mod temporary;
#[cfg(test)]
mod tests;

pub(crate) use disk::{ensure_folder, names_in, remove};
