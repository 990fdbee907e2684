//! The names that may be published: relative, plain, and nowhere but in their folder.

use crate::error::{Error, Result};

/// Bytes of a name that every file system takes.
const LONGEST: usize = 255;

/// Checks a name with `/` between its parts: no part is empty, hidden (so none is `..`), too long, or holds `\`, `:` or a control character.
///
/// # Errors
/// A bug of ours: names are made from slugs, never from exports.
pub(super) fn check(name: &str) -> Result<()> {
    if name.split('/').all(is_plain) { Ok(()) } else { Err(Error::bug(format!("{name:?} cannot be the name of a file"))) }
}

fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && part.len() <= LONGEST
        && !part.contains(|c: char| matches!(c, '\\' | ':') || c.is_control())
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_lead_elsewhere_or_hide_are_refused() {
        for good in ["index.html", "rows/a-tickets.csv", "a/b/c", "Zoë.html"] {
            assert!(check(good).is_ok(), "{good}");
        }
        let long = "x".repeat(256);
        for bad in ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".hidden", "a/.b", "a\0b", "a\nb", "a\\b", "C:a", ".", &long] {
            assert_eq!(check(bad).unwrap_err().kind.exit_code(), 70, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_name_that_passes_has_only_plain_parts(name in "[a./\\\\:\0-]{0,12}") {
            if check(&name).is_ok() {
                prop_assert!(Path::new(&name).components().all(|part| matches!(part, Component::Normal(_))), "{:?}", name);
            }
        }
    }
}
