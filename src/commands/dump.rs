//! `deskcard ingest FILE… --dump`: the bare rows of any file, without a config, for measuring the reader itself.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::{Outcome, stdout_failed, write_private};
use crate::cli::{IngestArgs, Mode};
use crate::error::{Error, Result};
use crate::ingest::decode::{Document, How, unreadable};
use crate::ingest::dialect::{Detected, Told, detect, guess};
use crate::ingest::repair::{Table, strict, tolerant};
use crate::ingest::scan::{Fault, FaultCode, Limits, LineEnds, Scanner, count_lines};

/// Text of one file that is held to be dumped, in bytes.
const MOST: u64 = 1 << 30;

/// What is said of a file whose last line has no end.
const OPEN_END: &str = "the last line does not end: the file may be cut off";

/// What became of a file.
struct Dumped {
    table: Option<Table>,
    /// Line, byte, code, reason, raw text.
    rejects: Vec<[String; 5]>,
    /// Line and byte of a last line that does not end as lines do. Its row counts if it has all its cells.
    open_end: Option<(u64, u64)>,
}

/// Dumps the files of the command line, or all of a folder.
///
/// # Errors
/// If a folder or file cannot be read or written; an input error if any file was refused.
pub(super) fn run(args: &IngestArgs, out: &Path, stdout: &mut dyn Write) -> Result<Outcome> {
    let files = match &args.batch {
        Some(folder) => files_of(folder)?,
        None => args.files.clone(),
    };
    let is_one = args.batch.is_none() && files.len() == 1;
    let mut refused = Vec::new();
    for file in &files {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let to = if is_one { out.to_owned() } else { out.join(&name) };
        let dumped = dump(file, args).unwrap_or_else(|e| Dumped { table: None, rejects: vec![of_file(&e)], open_end: None });
        match &dumped.table {
            Some(table) => write_private(&to, &csv_of(table)?)?,
            None => refused.push(name.clone()),
        }
        write_private(&beside(&to), &rejects_csv(&name, &dumped)?)?;
        if args.batch.is_none() {
            let rows = dumped.table.as_ref().map_or(0, |t| t.rows.len());
            let end = if dumped.open_end.is_some() { format!("; {OPEN_END}") } else { String::new() };
            writeln!(stdout, "{name}: {rows} rows, {} rejected{end}", dumped.rejects.len()).map_err(|e| stdout_failed(&e))?;
        }
    }
    match refused.as_slice() {
        [] => Ok(Outcome::Done),
        [first, others @ ..] => {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            Err(Error::input(format!("{first}{more}: refused")).hint("the reason is in the file's .rejects.csv"))
        }
    }
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e: std::io::Error| Error::input(format!("cannot read the folder {}: {e}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|e| e.path()).filter(|p| p.is_file()).collect();
    files.sort();
    Ok(files)
}

fn dump(file: &Path, args: &IngestArgs) -> Result<Dumped> {
    let shown = file.display().to_string();
    let documents = Document::open(file, &shown, &How::default())?;
    let [document] = documents.as_slice() else {
        return Err(Error::input(format!("{shown} holds {} tables", documents.len())).hint("unpack it, and dump them one by one"));
    };
    let mut bytes = Vec::new();
    let reader = document.reader().map_err(|e| unreadable(&shown, e))?;
    reader.take(MOST + 1).read_to_end(&mut bytes).map_err(|e| unreadable(&shown, e))?;
    if bytes.len() as u64 > MOST {
        return Err(Error::input(format!("{shown}: more than 1 GiB of text")));
    }
    let told = Told { header_rows: if args.no_header { Some(0) } else { args.expect_header.as_ref().map(|_| 1) }, ..Told::default() };
    if args.mode == Mode::Tolerant {
        // A tolerant reader takes an empty file for an empty table.
        let detected = guess(&bytes, true, &told, &|_| false);
        let table = detected.map(|detected| tolerant(&bytes, &detected)).unwrap_or_default();
        return Ok(Dumped { table: Some(table), rejects: Vec::new(), open_end: None });
    }
    let detected = detect(&bytes, true, &told, &|_| false)?;
    expect_header(&bytes, &detected, args)?;
    let (table, faults) = strict(&bytes, &detected);
    let reject = |f: Fault| [f.line.to_string(), f.byte.to_string(), f.code.as_str().to_owned(), f.reason, f.raw];
    let is_refused = table.header.is_empty() && table.rows.is_empty() && !faults.is_empty();
    let open_end = open_end(&bytes, detected.dialect.line_ends);
    Ok(Dumped { table: (!is_refused).then_some(table), rejects: faults.into_iter().map(reject).collect(), open_end })
}

/// Line and byte of the last line, if it does not end.
fn open_end(bytes: &[u8], line_ends: LineEnds) -> Option<(u64, u64)> {
    let is_end = |b: &u8| *b == b'\n' || (*b == b'\r' && line_ends == LineEnds::Any);
    let start = bytes.iter().rposition(is_end).map_or(0, |end| end + 1);
    (start < bytes.len()).then(|| (1 + count_lines(&bytes[..start], line_ends), start as u64))
}

/// Refuses a file whose header is not the one expected.
fn expect_header(bytes: &[u8], detected: &Detected, args: &IngestArgs) -> Result<()> {
    let Some(expected) = &args.expect_header else { return Ok(()) };
    let scanner = Scanner::open(bytes, &detected.dialect, Limits::default(), 1 << 16)?;
    scanner.expect_header(&expected.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(())
}

fn of_file(error: &Error) -> [String; 5] {
    ["1".to_owned(), "0".to_owned(), "source-error".to_owned(), error.what.clone(), String::new()]
}

/// `….rejects.csv` beside a dump.
fn beside(dump: &Path) -> PathBuf {
    let mut name = dump.as_os_str().to_owned();
    name.push(".rejects.csv");
    name.into()
}

fn csv_of(table: &Table) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::output(format!("the dump could not be written: {e}"));
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).flexible(true).from_writer(Vec::new());
    for row in std::iter::once(&table.header).filter(|h| !h.is_empty()).chain(&table.rows) {
        writer.write_record(row).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

fn rejects_csv(name: &str, dumped: &Dumped) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::output(format!("the rejects could not be written: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["file", "line", "byte", "code", "reason", "raw"]).map_err(|e| failed(&e))?;
    let open_end = dumped.open_end.map(|(line, byte)| {
        let code = FaultCode::SourceError.as_str();
        [line.to_string(), byte.to_string(), code.to_owned(), OPEN_END.to_owned(), String::new()]
    });
    for reject in dumped.rejects.iter().chain(&open_end) {
        writer.write_record(std::iter::once(name).chain(reject.iter().map(String::as_str))).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}
