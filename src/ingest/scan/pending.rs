//! Blank lines, held back until it is known whether a record follows: at the very end of a file they are nothing.

use std::collections::VecDeque;

use super::fault::{Fault, FaultCode};

/// Consecutive blank lines of the same width.
#[derive(Debug, Clone, Copy)]
struct Run {
    byte: u64,
    line: u64,
    /// Bytes a line: 1 for LF, 2 for CRLF.
    width: u64,
    count: u64,
}

/// The blank lines met since the last other record.
#[derive(Debug, Default)]
pub(super) struct Blanks {
    runs: VecDeque<Run>,
    confirmed: bool,
}

impl Blanks {
    /// Notes a blank line.
    pub(super) fn push(&mut self, byte: u64, line: u64, width: u64) {
        match self.runs.back_mut() {
            Some(run) if run.width == width && run.byte + run.count * width == byte => run.count += 1,
            _ => self.runs.push_back(Run { byte, line, width, count: 1 }),
        }
    }

    /// A record follows: the lines are faults. As many are moved to `faults` as it may still take, the others by [`Blanks::drain`].
    pub(super) fn confirm(&mut self, faults: &mut Vec<Fault>, most: usize) {
        self.confirmed = !self.runs.is_empty();
        self.drain(faults, most);
    }

    /// Moves confirmed lines to `faults` until it holds `most`; whether that filled it.
    pub(super) fn drain(&mut self, faults: &mut Vec<Fault>, most: usize) -> bool {
        while self.confirmed && faults.len() < most {
            let Some(run) = self.runs.front_mut() else {
                self.confirmed = false;
                break;
            };
            faults.push(blank(run.line, run.byte));
            (run.line, run.byte, run.count) = (run.line + 1, run.byte + run.width, run.count - 1);
            if run.count == 0 {
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
