//! Worked examples: each fault with its place, and the cases of the public test suites.

use super::*;

fn cells(scan: &Scan) -> Vec<Vec<String>> {
    let text = |raw: &Vec<u8>| String::from_utf8(crate::ingest::cells::unquote(raw, &mut Vec::new()).to_vec()).unwrap();
    scan.rows.iter().map(|(_, _, row)| row.iter().map(text).collect()).collect()
}

/// Code, line, byte and column of each fault.
fn places(scan: &Scan) -> Vec<(&'static str, u64, u64, Option<usize>)> {
    scan.faults.iter().map(|f| (f.code.as_str(), f.line, f.byte, f.column)).collect()
}

fn rows_at(scan: &Scan) -> Vec<(u64, u64)> {
    scan.rows.iter().map(|(byte, line, _)| (*line, *byte)).collect()
}

/// Checks one faulty record between two sound ones.
fn between(bad: &str, fault: (&'static str, u64, u64, Option<usize>), last: (u64, u64)) -> Scan {
    let text = format!("a,b\n1,2\n{bad}3,4\n");
    let found = scan(text.as_bytes());
    assert_eq!(places(&found), [fault], "{bad:?}");
    assert_eq!(rows_at(&found), [(2, 4), last], "{bad:?}");
    found
}

#[test]
fn each_fault_with_its_place() {
    between("x,y,z\n", ("extra-cell", 3, 8, Some(2)), (4, 14));
    between("x\n", ("missing-cell", 3, 8, Some(1)), (4, 10));
    between("\n", ("blank-row", 3, 8, None), (4, 9));
    between("\r\n", ("blank-row", 3, 8, None), (4, 10));
    between("x,19\" screen\n", ("stray-quote", 3, 8, Some(1)), (4, 21));
    between("x, \"y\"\n", ("stray-quote", 3, 8, Some(1)), (4, 15));
    between("\"x\" y,z\n", ("text-after-quote", 3, 8, Some(0)), (4, 16));
    between("\"x\"\ry,z\n", ("text-after-quote", 3, 8, Some(0)), (4, 16));
    between("x,\"y\n", ("unterminated-quote", 3, 8, Some(1)), (4, 13));
    between("a,b\n", ("repeated-header", 3, 8, None), (4, 12));
    between("a,b\r\n", ("repeated-header", 3, 8, None), (4, 13));
}

#[test]
fn what_is_told_of_a_fault() {
    let found = between("\"one\ntwo\",3\"4\n", ("stray-quote", 3, 8, Some(1)), (5, 22));
    assert_eq!(found.faults[0].raw, "\"one\ntwo\",3\"4");
    assert_eq!(
        found.faults[0].reason,
        "a quote inside a cell that does not start with one, at byte 12 of the record, 1 lines below its first"
    );
    let found = between(&format!("{}\n", "é".repeat(300)), ("missing-cell", 3, 8, Some(1)), (4, 609));
    assert_eq!(found.faults[0].raw, "é".repeat(300));
    assert_eq!(found.faults[0].reason, "1 cells where the header has 2");
}

#[test]
fn the_whole_of_a_fault_is_kept_up_to_64_kib() {
    let long = format!("x{}", "é".repeat(40_000));
    for line in [format!("{long}\n"), format!("{long}\"\n"), format!("{}\n", &long[..65_535])] {
        let text = format!("a,b\n1,2\n{line}3,4\n");
        for block in [64, 1 << 20] {
            let found = scan_as(text.as_bytes(), How { block, ..How::default() }).unwrap();
            assert_eq!((found.rows.len(), found.faults.len()), (2, 1));
            // Up to 65,536 bytes, the last character whole.
            assert!(found.faults[0].raw == long[..65_535], "{}", found.faults[0].raw.len());
        }
    }
}

#[test]
fn a_quote_that_is_not_closed_costs_its_line_only() {
    let found = scan(b"a,b\n1,\"x\n2,y\n3,\"z\n\"\n4,w\n");
    // The first quote is closed by the one of line 4, with text behind it: the first is the odd one out.
    assert_eq!(places(&found), [("text-after-quote", 2, 4, Some(1))]);
    assert_eq!(rows_at(&found), [(3, 9), (4, 13), (6, 20)]);
    let found = scan(b"a,b\n\"1\n2\",\"x\n2,y\n");
    // Its own line, not the first of the record, which is sound so far.
    assert_eq!(places(&found), [("unterminated-quote", 2, 4, Some(1))]);
    assert_eq!(rows_at(&found), [(4, 13)]);
}

#[test]
fn bytes_that_are_not_utf_8_cost_their_row() {
    let found = scan(b"a,b\n1,2\nM\xFCller,x\n3,4\n5,\xC3\n6,\xC3\xA9\n");
    assert_eq!(places(&found), [("encoding-error", 3, 8, Some(0)), ("encoding-error", 5, 21, Some(1))]);
    assert_eq!(rows_at(&found), [(2, 4), (4, 17), (6, 25)]);
    assert_eq!(found.faults[0].raw, "M\u{FFFD}ller,x");
}

#[test]
fn garbled_rows_are_told() {
    let found = scan("a,b\n1,2\nM\u{FFFD}ller,\u{FFFD}\n3,é\n\u{FFFD},4\n5,\u{FFFD}\"\n".as_bytes());
    assert_eq!(found.garbled, [8, 26]);
    assert_eq!(places(&found), [("stray-quote", 6, 32, Some(1))]);
}

#[test]
fn limits_bound_cells_and_rows() {
    let limits = Limits { field: 8, row: 12, columns: 3 };
    let at = |text: &[u8]| scan_as(text, How { limits, ..How::default() }).unwrap();
    let found = at(b"a,b\n12345678,2\n123456789,2\n\"123456\",2\n\"1234567\",2\n1,2\n1234567,12345\n12345678,1234\n");
    let expected = [
        ("field-too-long", 3, 15, Some(0)),
        ("unterminated-quote", 5, 38, Some(0)),
        ("row-too-long", 7, 54, Some(1)),
        ("row-too-long", 8, 68, Some(1)),
    ];
    assert_eq!(places(&found), expected);
    assert_eq!(rows_at(&found), [(2, 4), (4, 27), (6, 50)]);
    assert!(matches!(scan_as(b"a,b,c,d\n", How { limits, ..How::default() }), Err(ScanError::TooWide { columns: 4, limit: 3 })));
}

#[test]
fn a_line_of_many_buffers_is_refused_once() {
    let limits = Limits { field: 100, row: 200, columns: 9 };
    let text = format!("a,b\n1,{}\n2,3\n4,\"{}\n5,6\n", "x".repeat(5000), "y".repeat(5000));
    let found = scan_as(text.as_bytes(), How { limits, block: 64, read: 50, ..How::default() }).unwrap();
    assert_eq!(places(&found), [("field-too-long", 2, 4, Some(1)), ("unterminated-quote", 4, 5011, Some(1))]);
    assert_eq!(rows_at(&found), [(3, 5007), (5, 10015)]);
}

#[test]
fn empty_lines_at_the_end_are_nothing() {
    let found = scan(b"a,b\n1,2\n\r\n\n3,4\n\n\r\n\n");
    assert_eq!(places(&found), [("blank-row", 3, 8, None), ("blank-row", 4, 10, None)]);
    assert_eq!(rows_at(&found), [(2, 4), (5, 11)]);
    // Also if a single column could make rows of them.
    let found = scan(b"a\n1\n\n2\n\n");
    assert_eq!((places(&found), rows_at(&found)), (vec![("blank-row", 3, 4, None)], vec![(2, 2), (4, 5)]));
}

#[test]
fn more_faults_than_a_block_takes() {
    let count = FAULTS_A_BLOCK + 10;
    for line in ["\n", "x\n"] {
        let text = format!("a,b\n{}1,2\n{}3,4\n", line.repeat(count), line.repeat(3));
        let found = scan_as(text.as_bytes(), How { block: 1 << 20, ..How::default() }).unwrap();
        let lines: Vec<u64> = found.faults.iter().map(|f| f.line).collect();
        let expected: Vec<u64> = (2..2 + count as u64).chain(count as u64 + 3..count as u64 + 6).collect();
        assert!(lines == expected, "{line:?}");
        assert_eq!(found.rows.iter().map(|r| r.1).collect::<Vec<_>>(), [count as u64 + 2, count as u64 + 6]);
    }
}

#[test]
fn the_last_record_needs_no_newline() {
    for (text, newline) in
        [(&b"a,b\n1,2"[..], false), (b"a,b\n1,2\n", true), (b"a,b\n1,\"2\"", false), (b"a,b\r\n1,2\r\n", true), (b"a,b\n1,2\n\n", true)]
    {
        let found = scan(text);
        assert_eq!((found.rows.len(), found.faults.len(), found.final_newline), (1, 0, newline), "{text:?}");
    }
    assert!(!scan(b"a,b").final_newline);
    assert_eq!(cells(&scan(b"a,b\n1,")), [["1", ""]]);
    assert_eq!(cells(&scan(b"a,b\n1,2\r")), [["1", "2\r"]]);
}

#[test]
fn a_buffer_may_end_anywhere_in_a_line_ending() {
    let text = "a,b\r\n".to_owned() + &format!("1,\"{}\"\r\n", "x".repeat(1000)).repeat(5);
    for block in 980..1040 {
        let found = scan_as(text.as_bytes(), How { block, scalar: true, ..How::default() }).unwrap();
        assert_eq!((found.rows.len(), found.faults.len()), (5, 0), "{block}");
    }
}

#[test]
fn headers() {
    let header = |text: &[u8]| scan_as(text, How { block: 64, read: 3, ..How::default() }).map(|s| s.header);
    assert_eq!(header(b"\xEF\xBB\xBFid, Name ,\"a \"\"b\"\"\"\r\n").unwrap(), ["id", " Name ", "a \"b\""]);
    assert_eq!(header("é,\"two\nlines\"".as_bytes()).unwrap(), ["é", "two\nlines"]);
    assert!(matches!(header(b""), Err(ScanError::Empty)));
    assert!(matches!(header(b"\xEF\xBB\xBF"), Err(ScanError::Empty)));
    assert!(matches!(header(b"\na,b\n"), Err(ScanError::BlankHeader)));
    assert!(matches!(header(b"a,\"b\n1,2\n"), Err(ScanError::Header { code: FaultCode::UnterminatedQuote, .. })));
    assert!(matches!(header(b"a,b\"\n1,2\n"), Err(ScanError::Header { code: FaultCode::StrayQuote, .. })));
    assert!(matches!(header(b"a,b\xFF\n1,2\n"), Err(ScanError::HeaderNotUtf8 { column: 1 })));
    assert!(matches!(header(b"\xFF\xFEa\0,\0"), Err(ScanError::Utf16)));
    assert!(matches!(header(b"a,b\r1,2\r3,4\r"), Err(ScanError::LoneReturns)));
    assert!(matches!(header(b"a,b\r1,2\r3,4\n"), Err(ScanError::LoneReturns)));
    let long = "a,b\r".to_owned() + &"1,2\r".repeat(100_000);
    assert!(matches!(header(long.as_bytes()), Err(ScanError::LoneReturns)));
    assert_eq!(header(b"\"a\rb\",c\n1,2\n").unwrap(), ["a\rb", "c"]);
    let wide = "x,".repeat(4096) + "x\n";
    assert!(matches!(header(wide.as_bytes()), Err(ScanError::TooWide { columns: 4097, limit: 4096 })));
    assert_eq!(header(&wide.as_bytes()[2..]).unwrap().len(), 4096);
    for delimiter in [b'"', b'\n', b'\r', 0, 0xC3] {
        assert!(
            matches!(Scanner::open(&b"a"[..], &Dialect::ordinary(delimiter), Limits::default(), 64), Err(ScanError::Delimiter(d)) if d == delimiter)
        );
    }
}

#[test]
fn a_header_below_other_lines() {
    let text = b"\xEF\xBB\xBFsep=,\n\"Export\r\na,b\r\n1,2\n3\n";
    let open = |lines| Scanner::open(&text[..], &Dialect { lines_above: lines, ..Dialect::ordinary(b',') }, Limits::default(), 64);
    let mut scanner = open(2).unwrap();
    assert_eq!(scanner.header(), ["a", "b"]);
    let block = scanner.next_block().unwrap().unwrap();
    assert_eq!((block.byte_of(0), block.line_of(0), block.faults[0].line, block.faults[0].byte), (23, 4, 5, 27));
    assert!(matches!(open(5), Err(ScanError::Empty)));
    let limits = Limits { row: 1000, ..Limits::default() };
    assert!(matches!(
        Scanner::open(std::io::repeat(b'x'), &Dialect { lines_above: 1, ..Dialect::ordinary(b',') }, limits, 64),
        Err(ScanError::Header { code: FaultCode::RowTooLong, .. })
    ));
    assert!(matches!(Scanner::open(std::io::repeat(b'x'), &Dialect::ordinary(b','), limits, 64), Err(ScanError::Header { .. })));
}

#[test]
fn the_byte_order_mark_counts_as_bytes() {
    let found = scan(b"\xEF\xBB\xBFa,b\n1\n1,2\n");
    assert_eq!((places(&found), rows_at(&found)), (vec![("missing-cell", 2, 7, Some(1))], vec![(3, 9)]));
}

#[test]
fn a_failing_reader_is_reported_and_may_go_on() {
    struct Fails(u8);
    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => (&b"a,b\n1,"[..]).read(buffer),
                2 => Ok(0),
                _ => unreachable!("read behind the end"),
            }
        }
    }
    struct Breaks(u8);
    impl Read for Breaks {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => {
                    buffer.fill(b'\n');
                    (&b"a,b\n1,2\n3,"[..]).read(&mut buffer[..64])?;
                    buffer[10..64].fill(b'4');
                    Ok(64)
                }
                2 => Err(std::io::Error::other("cable pulled")),
                3 => (&b"\n5,6"[..]).read(buffer),
                _ => Ok(0),
            }
        }
    }
    let mut scanner = Scanner::open(Fails(0), &Dialect::ordinary(b','), Limits::default(), 64).unwrap();
    assert_eq!(scanner.next_block().unwrap().unwrap().rows(), 1);
    assert!(scanner.next_block().unwrap().is_none());
    let mut scanner = Scanner::open(Breaks(0), &Dialect::ordinary(b','), Limits::default(), 64).unwrap();
    let mut rows = 0;
    let mut failed = false;
    loop {
        match scanner.next_block() {
            Ok(Some(block)) => rows += block.rows(),
            Ok(None) => break,
            Err(e) => failed = e.to_string() == "cable pulled",
        }
    }
    // Nothing that was read before the failure is lost.
    assert!(failed);
    assert_eq!(rows, 3);
}

#[test]
fn a_file_cut_at_any_byte_is_flagged_or_complete() {
    let row = |n: u32| {
        format!("INC{n:04},\"Printer, {n}\"\"\nsecond line, of two\",2025-07-{:02} 10:00,\"x\"\r\nINC{n:04}b,plain,é,\n", n % 28 + 1)
    };
    let text = "id,text,at,note\n".to_owned() + &(0..24).map(row).collect::<String>();
    let whole = scan(text.as_bytes());
    assert_eq!((whole.rows.len(), whole.faults.len()), (48, 0));
    for cut in 16..text.len() {
        let found = scan_as(&text.as_bytes()[..cut], How { block: 64, ..How::default() }).unwrap();
        let sound = found.rows.iter().zip(&whole.rows).take_while(|(a, b)| a == b).count();
        // A record that differs can only be the last one, and then nothing ends its line.
        assert!(found.rows.len() - sound <= usize::from(!found.final_newline), "cut at {cut}");
        // No record that lies before the cut is lost, and one that is cut leaves a trace: a fault, or a last line without an end.
        let before = whole.rows.iter().skip(1).filter(|r| r.0 as usize <= cut).count();
        assert!(sound >= before, "cut at {cut}");
        let partial = whole.rows.get(before).is_some_and(|r| (r.0 as usize) < cut);
        assert!(!partial || !found.faults.is_empty() || !found.final_newline, "cut at {cut}");
    }
}

/// The cases of csv-spectrum, retyped.
#[test]
fn csv_spectrum() {
    let cases: [(&str, &[&[&str]]); 11] = [
        (
            "first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123\n",
            &[&["John", "Doe", "120 any st.", "Anytown, WW", "08123"]],
        ),
        ("a,b,c\n1,\"\",\"\"\n2,3,4\n", &[&["1", "", ""], &["2", "3", "4"]]),
        ("a,b,c\r\n1,\"\",\"\"\r\n2,3,4\r\n", &[&["1", "", ""], &["2", "3", "4"]]),
        ("a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", &[&["1", "ha \"ha\" ha"], &["3", "4"]]),
        (
            "key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
            &[&["1", "{\"type\": \"Point\", \"coordinates\": [102.0, 0.5]}"]],
        ),
        ("a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n", &[&["1", "2", "3"], &["Once upon \na time", "5", "6"], &["7", "8", "9"]]),
        ("a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n", &[&["1", "2", "3"], &["Once upon \r\na time", "5", "6"]]),
        ("a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n", &[&["1", "ha \n\"ha\" \nha"], &["3", "4"]]),
        ("a,b,c\n1,2,3\n", &[&["1", "2", "3"]]),
        ("a,b,c\r\n1,2,3", &[&["1", "2", "3"]]),
        ("a,b,c\n1,2,3\n4,5,ʤ\n", &[&["1", "2", "3"], &["4", "5", "ʤ"]]),
    ];
    for (text, rows) in cases {
        let found = scan(text.as_bytes());
        assert_eq!(found.faults, vec![], "{text}");
        assert_eq!(cells(&found), rows, "{text}");
    }
}

/// Bad files in the manner of csv-test-data: each must be refused in part.
#[test]
fn csv_test_data() {
    let cases = [
        ("h1,h2\nv\"1,v2\n", "stray-quote"),
        ("h1,h2\n\"v1\"x,v2\n", "text-after-quote"),
        ("h1,h2\n\"v1,v2\n", "unterminated-quote"),
        ("h1,h2\nv1,v2,v3\n", "extra-cell"),
        ("h1,h2\nv1\n", "missing-cell"),
        ("h1,h2\n\nv1,v2\n", "blank-row"),
        ("h1,h2\nv1,v2,\n", "extra-cell"),
        ("h1,h2\n\"v1\" ,v2\n", "text-after-quote"),
    ];
    for (text, code) in cases {
        let found = scan(text.as_bytes());
        assert_eq!(found.faults.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), [code], "{text}");
    }
    // Good ones that look odd.
    assert_eq!(cells(&scan(b"h1,h2\n , \n,\n\"\",\" \"\n")), [[" ", " "], ["", ""], ["", " "]]);
    assert_eq!(cells(&scan(b"h1,h2\r\na\rb,c\nd,\"e\rf\"\r\n")), [["a\rb", "c"], ["d", "e\rf"]]);
    assert_eq!(cells(&scan(b"h1\n\"\"\nx\n")), [[""], ["x"]]);
    assert_eq!(cells(&scan(b"h1,h2\na\0b,c\n")), [["a\0b", "c"]]);
}

#[test]
fn names_of_faults_and_errors_are_for_people() {
    let error = crate::error::Error::from(ScanError::TooWide { columns: 5000, limit: 4096 });
    assert_eq!(error.to_string(), "the header has 5000 columns, more than the limit of 4096\n  hint: check the delimiter");
    assert_eq!(FaultCode::EncodingError.to_string(), "encoding-error");
}
