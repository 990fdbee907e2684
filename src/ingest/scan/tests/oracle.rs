//! The rules once more, as plainly as they can be put: one character after the other over the whole file, without limits or blocks.

use crate::ingest::scan::FaultCode;

type Record = (u64, u64, Result<Vec<Vec<u8>>, FaultCode>);

/// How an attempt to read one record ended.
enum Attempt {
    /// Its cells, the end of its text, and the start of the next record.
    Cells(Vec<Vec<u8>>, usize, usize),
    /// What is wrong, and a place on the last line that belongs to it.
    Wrong(FaultCode, usize),
}

/// Byte, line and cells or fault of each record of a comma file behind its header.
pub(super) fn records(text: &[u8]) -> Vec<Record> {
    let Attempt::Cells(header, header_end, mut at) = attempt(text, 0) else { panic!("the tests' headers are sound") };
    let mut found: Vec<Record> = Vec::new();
    let mut sound = 0;
    while at < text.len() {
        let line = text[..at].split(|b| *b == b'\n').count() as u64;
        let (outcome, next) = match attempt(text, at) {
            Attempt::Wrong(code, place) => (Err(code), after_line(text, place)),
            Attempt::Cells(cells, end, next) => (judge(cells, &text[at..end], &header, &text[..header_end]), next),
        };
        found.push((at as u64, line, outcome));
        if found.last().is_some_and(|(_, _, o)| *o != Err(FaultCode::BlankRow)) {
            sound = found.len();
        }
        at = next;
    }
    // Empty lines that nothing follows are nothing.
    found.truncate(sound);
    found
}

fn judge(cells: Vec<Vec<u8>>, raw: &[u8], header: &[Vec<u8>], header_raw: &[u8]) -> Result<Vec<Vec<u8>>, FaultCode> {
    if raw.is_empty() {
        Err(FaultCode::BlankRow)
    } else if raw == header_raw {
        Err(FaultCode::RepeatedHeader)
    } else if cells.len() < header.len() {
        Err(FaultCode::MissingCell)
    } else if cells.len() > header.len() {
        Err(FaultCode::ExtraCell)
    } else if std::str::from_utf8(raw).is_err() {
        Err(FaultCode::EncodingError)
    } else {
        Ok(cells)
    }
}

fn after_line(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'\n' {
        at += 1;
    }
    (at + 1).min(text.len())
}

/// The width of the line ending at `at`, if there is one; the end of the file is one of no width.
fn line_end(text: &[u8], at: usize) -> Option<usize> {
    match &text[at..] {
        [] => Some(0),
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}

fn attempt(text: &[u8], start: usize) -> Attempt {
    let (mut cells, mut from, mut at) = (Vec::new(), start, start);
    let mut quoted = text.get(at) == Some(&b'"');
    at += usize::from(quoted);
    loop {
        if quoted {
            match &text[at..] {
                [] => return Attempt::Wrong(FaultCode::UnterminatedQuote, from),
                [b'"', b'"', ..] => at += 2,
                [b'"', ..] => {
                    quoted = false;
                    at += 1;
                    if text.get(at) != Some(&b',') && line_end(text, at).is_none() {
                        let several_lines = text[from..at].contains(&b'\n');
                        return Attempt::Wrong(FaultCode::TextAfterQuote, if several_lines { from } else { at });
                    }
                }
                _ => at += 1,
            }
        } else if let Some(width) = line_end(text, at) {
            cells.push(text[from..at].to_vec());
            return Attempt::Cells(cells, at, at + width);
        } else if text[at] == b',' {
            cells.push(text[from..at].to_vec());
            at += 1;
            from = at;
            quoted = text.get(at) == Some(&b'"');
            at += usize::from(quoted);
        } else if text[at] == b'"' {
            return Attempt::Wrong(FaultCode::StrayQuote, at);
        } else {
            at += 1;
        }
    }
}
