//! `holiday_files`: iCalendar files, as public bodies and every calendar program hand them out.

use super::super::node::Node;
use crate::clock::ics::{Holidays, Skip, Skipped};
use crate::error::{Error, Result};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

/// The largest file: decades of holidays of every country together are smaller.
const LARGEST: u64 = 4 << 20;

/// A file with holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayFile {
    /// As the config names it.
    pub name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// What it holds.
    pub holidays: Holidays,
}

impl HolidayFile {
    /// What of it was left out, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.holidays.skipped.iter().map(|(skip, events)| self.remark(*skip, events)).collect();
        if self.holidays.events() == 0 {
            remarks.push(format!("{} holds no event that covers whole days: no holiday comes from it", self.name));
        }
        remarks
    }

    fn remark(&self, skip: Skip, skipped: &Skipped) -> String {
        let reason = match skip {
            Skip::TimeOfDay => "no whole days in the calendar's time zone",
            Skip::UnknownZone => "in a time zone that is not an IANA one",
            Skip::RepeatedElsewhere => "repeated in another time zone than the calendar's",
            Skip::Cancelled => "cancelled",
        };
        let (name, n, line) = (&self.name, skipped.events, skipped.line);
        let first = if skipped.name.is_empty() { String::new() } else { format!(", `{}`", skipped.name) };
        format!("{name}: left out {n} of its events: {reason} (the first: line {line}{first})")
    }
}

/// Reads the files of a calendar, relative to `dir`.
pub(super) fn files(node: &Node<'_>, time_zone: Tz, dir: &Path) -> Result<Vec<HolidayFile>> {
    let mut files: Vec<HolidayFile> = Vec::new();
    for item in node.items() {
        let name = item.text()?;
        if files.iter().any(|f| f.name == name) {
            return Err(item.error(format!("`{name}` is given twice")));
        }
        let bytes = read(&item, &dir.join(name))?;
        let text = std::str::from_utf8(&bytes).map_err(|e| not_utf8(&item, name, &bytes[..e.valid_up_to()]))?;
        let holidays = Holidays::read(text, name, time_zone).map_err(|e| named_in(e, &item))?;
        files.push(HolidayFile { name: name.to_owned(), sha256: hex(&Sha256::digest(&bytes)), holidays });
    }
    Ok(files)
}

/// The error of a file also says where the config names it.
fn named_in(error: Error, item: &Node<'_>) -> Error {
    let place = item.place();
    error.hint(format!("the file is named in {place}"))
}

fn read(item: &Node<'_>, path: &Path) -> Result<Vec<u8>> {
    let unreadable = |e: std::io::Error| {
        item.error(format!("cannot read the holidays {}: {e}", path.display()))
            .hint("`holiday_files` are iCalendar files (.ics), relative to the folder of the config")
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        let what = format!("{} is larger than {} MB: this is more than holidays", path.display(), LARGEST >> 20);
        return Err(item.error(what).hint("export a calendar that holds the holidays alone"));
    }
    Ok(bytes)
}

fn not_utf8(item: &Node<'_>, name: &str, valid: &[u8]) -> Error {
    let line = valid.split(|b| *b == b'\n').count();
    named_in(Error::input("the holidays are not UTF-8 text").at(format!("{name} line {line}")).hint("save the file as UTF-8"), item)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
