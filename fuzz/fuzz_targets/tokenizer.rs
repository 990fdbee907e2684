//! The fast path of the tokenizer and the state machine that defines what a file means find the same, whatever the blocks are.
#![no_main]

use deskcard::ingest::scan::{Dialect, Fault, Limits, LineEnds, Scanner};
use libfuzzer_sys::fuzz_target;

/// Byte, line and raw cells of each row; the faults; the bytes of the garbled rows; whether the file ends with a line ending.
type Found = (Vec<String>, Vec<(u64, u64, Vec<Vec<u8>>)>, Vec<Fault>, Vec<u64>, bool);

fn scan(text: &[u8], dialect: &Dialect, limits: Limits, block: usize, is_scalar: bool) -> Option<Found> {
    let scanner = Scanner::open(text, dialect, limits, block).ok()?;
    let mut scanner = if is_scalar { scanner.without_fast_path() } else { scanner };
    let (mut rows, mut faults, mut garbled) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(block) = scanner.next_block().expect("a slice can be read") {
        for row in 0..block.rows() {
            let cells = (0..block.columns).map(|column| block.raw(row, column).to_vec()).collect();
            rows.push((block.byte_of(row), block.line_of(row), cells));
        }
        garbled.extend(block.garbled.iter().map(|row| block.byte_of(*row as usize)));
        faults.extend(block.faults.iter().cloned());
        scanner.recycle(block);
    }
    assert_eq!(scanner.position(), text.len() as u64);
    Some((scanner.header().to_vec(), rows, faults, garbled, scanner.has_final_newline()))
}

/// What the first byte of an input stands for: mostly the ordinary dialect, for only that has two paths.
fn dialect(byte: u8) -> Dialect {
    let ordinary = Dialect::ordinary(b",;\t|"[usize::from(byte & 3)]);
    match byte >> 3 {
        0..=15 => ordinary,
        16..=19 => Dialect { line_ends: LineEnds::Any, ..ordinary },
        20..=22 => Dialect { escape: Some(b'\\'), ..ordinary },
        23..=25 => Dialect { blanks: true, ..ordinary },
        26 => Dialect { quote: Some(b'\''), ..ordinary },
        27 => Dialect { quote: None, ..ordinary },
        28 => Dialect { header_rows: 0, ..ordinary },
        29 => Dialect { header_rows: 2, ..ordinary },
        _ => Dialect { lines_above: 1, ..ordinary },
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, text)) = data.split_first() else { return };
    let dialect = dialect(*first);
    let limits = if first & 4 == 0 { Limits::default() } else { Limits { field: 20, row: 50, columns: 6 } };
    let whole = scan(text, &dialect, limits, 1 << 20, true);
    for block in [64, 200, 1 << 20] {
        assert_eq!(scan(text, &dialect, limits, block, false), whole, "blocks of {block} bytes");
    }
    assert_eq!(scan(text, &dialect, limits, 64, true), whole, "the state machine in small blocks");
});
