//! Files that ask for more memory than they deserve, and files that end too early.

use super::*;

const COMMA: Dialect = Dialect::ordinary(b',');

/// Reads a file of one header and endlessly the same bytes; the most bytes the scanner held, and the codes of the faults it began with.
fn endless(piece: &[u8], dialect: &Dialect) -> (usize, Vec<&'static str>) {
    let limits = Limits { field: 1000, row: 4000, columns: 9 };
    let header = format!("a{}b\n", char::from(dialect.delimiter));
    let text: Vec<u8> = header.into_bytes().into_iter().chain(piece.iter().copied().cycle().take(1 << 20)).collect();
    let mut scanner = Scanner::open(&text[..], dialect, limits, 1 << 12).unwrap();
    let (mut most, mut codes) = (0, Vec::new());
    while let Some(block) = scanner.next_block().unwrap() {
        let raw: usize = block.faults.iter().map(|f| f.raw.len()).sum();
        most = most.max(block.bytes.len() + raw + scanner.tail.len());
        codes.extend(block.faults.iter().map(|f| f.code.as_str()).take(2));
        codes.truncate(2);
    }
    (most, codes)
}

#[test]
fn endless_lines_do_not_fill_the_memory() {
    let single = Dialect { quote: Some(b'\''), ..COMMA };
    let none = Dialect { quote: None, escape: Some(b'\\'), ..COMMA };
    let blanks = Dialect { blanks: true, ..COMMA };
    let any = Dialect { line_ends: LineEnds::Any, escape: Some(b'\\'), ..COMMA };
    for dialect in [COMMA, single, none, blanks, any] {
        for piece in [&b"x"[..], b",", b"\"", b"'", b" ", b"\\", b"\0", b"\r", b"\n", b"\xFF", b"\"\"", b"''", b"\" ", b"1,2,3\n"] {
            let (most, codes) = endless(piece, &dialect);
            // A fault needs 64 KiB of its text, or to see that far ahead; what is not UTF-8 grows to three bytes each.
            assert!(most < 1 << 19, "{dialect:?} {piece:?} {most}");
            let may_be_nothing = piece.iter().all(|b| matches!(b, b'\n' | b'\r'));
            assert!(may_be_nothing || !codes.is_empty(), "{dialect:?} {piece:?}");
        }
    }
}

#[test]
fn a_cell_of_a_mebibyte_and_not_a_byte_more() {
    for (len, faults) in [(1 << 20, 0), ((1 << 20) + 1, 1)] {
        let text = format!("a,b\n1,{}\n2,3\n", "x".repeat(len));
        for scalar in [false, true] {
            let found = scan_as(text.as_bytes(), How { scalar, ..How::default() }).unwrap();
            assert_eq!((found.rows.len(), found.faults.len()), (2 - faults, faults), "{len}");
        }
    }
}

#[test]
fn ten_thousand_columns() {
    let wide = vec!["x"; 10_000].join(",") + "\n";
    assert!(matches!(scan_as(wide.as_bytes(), How::default()), Err(ScanError::TooWide { columns: 10_000, limit: 4096 })));
    let found = scan(format!("a,b\n{wide}1,2\n").as_bytes());
    assert_eq!((found.rows.len(), found.faults[0].reason.as_str()), (1, "10000 cells where the header has 2"));
    let none = Dialect { header_rows: 0, ..COMMA };
    assert!(matches!(Scanner::open(wide.as_bytes(), &none, Limits::default(), 64), Err(ScanError::TooWide { columns: 10_000, .. })));
}

#[test]
fn nul_bytes_are_text() {
    let found = scan(b"a,b\n\0\0,\0\n1,2\n");
    assert_eq!((found.rows.len(), found.faults.len()), (2, 0));
}

/// What is left of a 2 KB export after a cut: rows as they were, and a sign that something is missing, unless the cut is between lines.
#[test]
fn a_file_cut_at_any_byte_says_so_in_any_dialect() {
    let base = "id,text,at,note\n".to_owned();
    let row = |n: u32| format!("{n},\"Printer {n}, of\ntwo lines\",2025-07-{:02},\"\"\n{n}1,plain,,x\n", n % 28 + 1);
    let text = base + &(0..40).map(row).collect::<String>();
    assert!(text.len() > 2000);
    for dialect in [COMMA, Dialect { quote: Some(b'\''), ..COMMA }, Dialect { line_ends: LineEnds::Any, ..COMMA }] {
        let text = if dialect.quote == Some(b'\'') { text.replace('"', "'") } else { text.clone() };
        let text = if dialect.line_ends == LineEnds::Any { text.replace('\n', "\r\n") } else { text };
        let read = |text: &[u8]| {
            let mut scanner = Scanner::open(text, &dialect, Limits::default(), 64).unwrap();
            let (mut rows, mut faults) = (Vec::new(), 0);
            while let Some(block) = scanner.next_block().unwrap() {
                rows.extend((0..block.rows()).map(|r| (block.byte_of(r) as usize, block.source_bytes(r).to_vec())));
                faults += block.faults.len();
            }
            (rows, faults, scanner.is_cut_off())
        };
        let (whole, none, is_cut_off) = read(text.as_bytes());
        assert_eq!((whole.len(), none, is_cut_off), (80, 0, false));
        for cut in 16..text.len() {
            let (rows, faults, is_cut_off) = read(&text.as_bytes()[..cut]);
            let before = whole.iter().take_while(|(at, raw)| at + raw.len() < cut).count();
            assert_eq!(&rows[..before.min(rows.len())], &whole[..before], "{cut}");
            let last = text.as_bytes()[cut - 1];
            let is_line = last == b'\n' || (last == b'\r' && dialect.line_ends == LineEnds::Any);
            let is_between = is_line && rows.len() == before && faults == 0;
            assert!(is_between || is_cut_off || faults > 0, "{cut}");
            assert!(!is_between || whole.get(before).is_none_or(|(at, _)| *at >= cut), "{cut}");
        }
    }
}
