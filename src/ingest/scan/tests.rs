use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::ingest::cells;

mod dialects;
mod examples;
mod hostile;
mod oracle;

/// What a scan of a whole file found, whatever the blocks were.
#[derive(Debug, PartialEq)]
struct Scan {
    header: Vec<String>,
    /// Byte, line and raw cells of each row.
    rows: Vec<(u64, u64, Vec<Vec<u8>>)>,
    faults: Vec<Fault>,
    /// Bytes of the rows that hold U+FFFD.
    garbled: Vec<u64>,
    final_newline: bool,
}

/// Gives at most `most` bytes at a time, and is interrupted before every third.
struct Dribble<'a> {
    rest: &'a [u8],
    most: usize,
    calls: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(3) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let most = self.most.min(buffer.len());
        self.rest.read(&mut buffer[..most])
    }
}

#[derive(Debug, Clone, Copy)]
struct How {
    limits: Limits,
    block: usize,
    read: usize,
    scalar: bool,
    recycle: bool,
}

impl Default for How {
    fn default() -> Self {
        Self { limits: Limits::default(), block: 1 << 16, read: usize::MAX, scalar: false, recycle: false }
    }
}

fn scan_as(text: &[u8], how: How) -> Result<Scan, ScanError> {
    let reader = Dribble { rest: text, most: how.read, calls: 0 };
    let mut scanner = Scanner::open(reader, &Dialect::ordinary(b','), how.limits, how.block)?;
    scanner.scalar_only = how.scalar;
    let mut scan = Scan { header: scanner.header().to_vec(), rows: vec![], faults: vec![], garbled: vec![], final_newline: false };
    let mut position = scanner.position();
    while let Some(block) = scanner.next_block().unwrap() {
        // Blocks follow each other without a gap (what holds nothing but blank lines may be passed over) and hold what the file holds.
        assert!(block.first_byte >= position);
        position = block.first_byte + block.bytes.len() as u64;
        assert_eq!(&text[block.first_byte as usize..position as usize], &block.bytes[..]);
        assert!(block.rows() + block.faults.len() > 0);
        assert_eq!(block.ends.len(), block.rows() * block.columns);
        let mut lines = block.lines();
        for row in 0..block.rows() {
            let cells: Vec<Vec<u8>> = (0..block.columns).map(|c| block.raw(row, c).to_vec()).collect();
            assert_eq!(cells.join(&b','), block.row_bytes(row));
            assert_eq!(lines.of(row), block.line_of(row));
            scan.rows.push((block.byte_of(row), block.line_of(row), cells));
        }
        scan.garbled.extend(block.garbled.iter().map(|&row| block.byte_of(row as usize)));
        scan.faults.extend(block.faults.iter().cloned());
        if how.recycle {
            scanner.recycle(block);
        }
    }
    assert!(scanner.next_block().unwrap().is_none());
    assert_eq!(scanner.position(), text.len() as u64);
    scan.final_newline = scanner.has_final_newline();
    Ok(scan)
}

fn scan(text: &[u8]) -> Scan {
    scan_as(text, How::default()).unwrap()
}

/// The bytes that matter, in a mix that makes whole records likely.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"a"[..],
        b"bc",
        b",",
        b",",
        b",",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"\"",
        b"\"\"",
        b"\"x\"",
        b"\"x,\ny\"",
        b"\xC3\xA9",
        b"\xEF\xBF\xBD",
        b"\xFF",
        b"\xC3",
        b"a,b,c\n",
        b"a,b,c\n",
        b"h,i,j\n",
        b"1,\"2\",3\r\n",
        b"a text that is quite a bit longer than the others, and has ",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![Just(Limits::default()), (2usize..90, 2usize..160).prop_map(|(field, row)| Limits { field, row, columns: 9 }),]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn blocks_reads_and_the_fast_path_change_nothing(text in noise(), limits in limits(), block in 64usize..400, read in 1usize..200, recycle: bool) {
        let text = [&b"h,i,j\n"[..], &text].concat();
        let limits = Limits { field: limits.field, row: limits.row.max(5), columns: limits.columns };
        let whole = scan_as(&text, How { limits, scalar: true, ..How::default() }).unwrap();
        for how in [
            How { limits, ..How::default() },
            How { limits, block, read, recycle, ..How::default() },
            How { limits, block, read, recycle, scalar: true },
        ] {
            prop_assert_eq!(&scan_as(&text, how).unwrap(), &whole, "{:?} {:?}", how, String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn the_state_machine_means_what_the_rules_say(text in noise()) {
        let text = [&b"h,i,j\n"[..], &text].concat();
        let found = scan(&text);
        // Second tables are another matter.
        prop_assume!(found.faults.iter().all(|f| f.code != FaultCode::SourceError));
        let rows: Vec<_> = found.rows.iter().map(|(byte, line, cells)| (*byte, *line, Ok(cells.clone()))).collect();
        let faults = found.faults.iter().map(|f| (f.byte, f.line, Err(f.code)));
        let mut all: Vec<_> = rows.into_iter().chain(faults).collect();
        all.sort_by_key(|(byte, ..)| *byte);
        prop_assert_eq!(all, oracle::records(&text), "{:?}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn what_a_csv_writer_writes_is_read_back(
        table in prop::collection::vec(prop::collection::vec("[a-z0-9,\"\n\r é;]{0,12}", 3), 0..40), always: bool, crlf: bool, block in 64usize..300,
    ) {
        // Rows that start with a digit are no headers of a second table.
        let table: Vec<Vec<String>> = table.into_iter().map(|row| vec![format!("1{}", row[0]), row[1].clone(), row[2].clone()]).collect();
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let ends = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(ends).from_writer(Vec::new());
        writer.write_record(["First", "Second", "Third"]).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let found = scan_as(&text, How { block, ..How::default() }).unwrap();
        prop_assert_eq!(found.faults, vec![]);
        let unquoted = |raw: &Vec<u8>| String::from_utf8(cells::unquote(raw, &mut Vec::new()).to_vec()).unwrap();
        let read: Vec<Vec<String>> = found.rows.iter().map(|(_, _, row)| row.iter().map(unquoted).collect()).collect();
        prop_assert_eq!(read, table);
    }
}
