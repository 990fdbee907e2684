//! Blank lines, held back until it is known whether a record follows: at the very end of a file they are nothing.

use std::collections::VecDeque;

use super::fault::{Fault, FaultCode};

/// The blank lines met since the last other record; they follow each other without a gap.
#[derive(Debug, Default)]
pub(super) struct Blanks {
    /// Lines of the same kind in a row: twice their count, and one more if they end in CRLF. Small, for a file may hold nothing else.
    runs: VecDeque<u32>,
    /// Place of the first line.
    byte: u64,
    line: u64,
    confirmed: bool,
}

impl Blanks {
    /// Notes a blank line of `width` bytes (1 for LF, 2 for CRLF).
    pub(super) fn push(&mut self, byte: u64, line: u64, width: usize) {
        let kind = u32::from(width == 2);
        debug_assert!(!self.confirmed);
        if self.runs.is_empty() {
            (self.byte, self.line) = (byte, line);
        }
        match self.runs.back_mut() {
            Some(run) if *run & 1 == kind && *run < u32::MAX - 1 => *run += 2,
            _ => self.runs.push_back(2 + kind),
        }
    }

    /// A record follows: the lines are faults. As many are moved to `faults` as it may still take, the others by [`Blanks::drain`],
    /// before any other is noted. Whether that filled it.
    pub(super) fn confirm(&mut self, faults: &mut Vec<Fault>, most: usize) -> bool {
        self.confirmed = !self.runs.is_empty();
        self.drain(faults, most)
    }

    /// Moves confirmed lines to `faults` until it holds `most`; whether that filled it.
    pub(super) fn drain(&mut self, faults: &mut Vec<Fault>, most: usize) -> bool {
        while self.confirmed && faults.len() < most {
            let Some(run) = self.runs.front_mut() else {
                self.confirmed = false;
                break;
            };
            faults.push(blank(self.line, self.byte));
            (self.line, self.byte) = (self.line + 1, self.byte + 1 + u64::from(*run & 1));
            *run -= 2;
            if *run < 2 {
                self.runs.pop_front();
            }
        }
        self.confirmed &= !self.runs.is_empty();
        faults.len() >= most
    }
}

fn blank(line: u64, byte: u64) -> Fault {
    Fault { code: FaultCode::BlankRow, line, byte, column: None, raw: String::new(), reason: "an empty line between rows".to_owned() }
}
