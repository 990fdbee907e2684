//! Errors of the file system, with what to do about them.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::Error;

/// Input/output error of the device; the same number on every Unix.
const EIO: i32 = 5;

/// For `map_err`: `<path>: cannot <action>: <why>`, an error of our outputs, with what to try.
pub(super) fn cannot<'a>(action: &'a str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |error| {
        let told = Error::output(format!("cannot {action}: {error}")).at(path.display().to_string());
        match remedy(&error) {
            Some(remedy) => told.hint(remedy),
            None => told,
        }
    }
}

/// For `map_err`: the error of an input that cannot be read.
pub(super) fn unreadable<'a>(action: &'a str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |error| {
        let told = Error::input(format!("cannot {action}: {error}")).at(path.display().to_string());
        match error.kind() {
            ErrorKind::PermissionDenied => told.hint("let the user who runs deskcard read this file and open its folder"),
            ErrorKind::NotFound => told.hint("see whether it was moved or deleted while deskcard ran"),
            _ if is_broken_device(&error) => told.hint("the disk or the network share failed: have it checked"),
            _ => told,
        }
    }
}

fn remedy(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::StorageFull => Some("the disk is full: free some space and run again; what was published before is untouched"),
        ErrorKind::QuotaExceeded => Some(
            "the disk quota of this user is used up: raise it or delete something, and run again; what was published before is untouched",
        ),
        ErrorKind::ReadOnlyFilesystem => {
            Some("the disk is mounted read-only: mount it for writing, or choose another folder by `[history] folder` or `[report] out`")
        }
        ErrorKind::PermissionDenied => {
            Some("let the user who runs deskcard write in this folder, or choose another one by `[history] folder` or `[report] out`")
        }
        _ if is_broken_device(error) => Some("the disk failed: have it checked, then run again"),
        _ => None,
    }
}

fn is_broken_device(error: &io::Error) -> bool {
    cfg!(unix) && error.raw_os_error() == Some(EIO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_the_path_the_action_and_the_remedy() {
        let path = Path::new("scorecards/run.json");
        for (kind, remedy) in [
            (ErrorKind::StorageFull, "free some space"),
            (ErrorKind::QuotaExceeded, "disk quota"),
            (ErrorKind::ReadOnlyFilesystem, "read-only"),
            (ErrorKind::PermissionDenied, "`[report] out`"),
        ] {
            let told = cannot("write the file", path)(kind.into());
            assert!(told.to_string().starts_with("scorecards/run.json: cannot write the file: "), "{told}");
            assert!(told.hints.len() == 1 && told.hints[0].contains(remedy), "{told}");
            assert_eq!(told.kind.exit_code(), 4);
        }
        assert!(cannot("write the file", path)(ErrorKind::NotFound.into()).hints.is_empty());
    }

    #[test]
    fn an_export_that_cannot_be_read_is_an_input_error() {
        let told = unreadable("read the export", Path::new("tickets.csv"))(ErrorKind::PermissionDenied.into());
        assert_eq!((told.kind.exit_code(), told.hints.len()), (3, 1), "{told}");
    }
}
