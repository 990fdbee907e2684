//! Tables written in every dialect are read back; what is not a row of the table is told from the rows.

use super::*;

/// A table and how it is written.
#[derive(Debug, Clone)]
struct Written {
    dialect: Dialect,
    table: Vec<Vec<String>>,
    always: bool,
    /// Picks line ends by turns.
    ends: usize,
    final_end: bool,
}

fn dialects() -> impl Strategy<Value = Dialect> {
    let delimiter = prop::sample::select(vec![b',', b';', b'\t', b'|', b' ']);
    let quote = prop::sample::select(vec![Some(b'"'), Some(b'"'), Some(b'\''), None]);
    let escape = prop::sample::select(vec![None, Some(b'\\'), Some(b'^'), Some(0)]);
    (delimiter, quote, escape, any::<bool>(), any::<bool>(), 0usize..3, 0usize..3).prop_map(
        |(delimiter, quote, escape, feed, blanks, lines_above, header_rows)| {
            let line_ends = if feed { LineEnds::Feed } else { LineEnds::Any };
            Dialect { delimiter, quote, escape, line_ends, blanks: blanks && delimiter != b' ', lines_above, header_rows }
        },
    )
}

/// A text that the dialect has a way to write.
fn writable(text: &str, dialect: &Dialect) -> String {
    let cannot = |c: char| match (dialect.quote, dialect.escape) {
        (None, None) => c as u32 == u32::from(dialect.delimiter) || matches!(c, '\n' | '\r'),
        _ => false,
    };
    let mut text: String = text.chars().filter(|c| !cannot(*c)).collect();
    while text.contains("\"\"") {
        text = text.replace("\"\"", "\"");
    }
    let trimmed = dialect.blanks && dialect.quote.is_none();
    if trimmed { text.trim_start_matches(' ').to_owned() } else { text }
}

fn written() -> impl Strategy<Value = Written> {
    let table = prop::collection::vec(prop::collection::vec("[a-c0-2,;|\t\"'\\\\^\n\r é\u{0}]{0,8}", 3), 1..20);
    (dialects(), table, any::<bool>(), 0usize..3, any::<bool>()).prop_map(|(dialect, table, always, ends, final_end)| {
        let cell = |(i, text): (usize, String)| if i == 0 { format!("1{}", writable(&text, &dialect)) } else { writable(&text, &dialect) };
        let table = table.into_iter().map(|row| row.into_iter().enumerate().map(cell).collect()).collect();
        Written { dialect, table, always, ends, final_end }
    })
}

impl Written {
    fn line_end(&self, line: usize) -> &'static str {
        match self.dialect.line_ends {
            LineEnds::Feed => ["\n", "\r\n"][(line + self.ends) % 2],
            LineEnds::Any => ["\r", "\n", "\r\n"][(line + self.ends) % 3],
        }
    }

    fn cell(&self, text: &str) -> String {
        let d = &self.dialect;
        let special = |c: char| u8::try_from(c).is_ok_and(|b| b == d.delimiter || Some(b) == d.quote || matches!(b, b'\n' | b'\r' | b'"'));
        let escaped = |c: char, on: &dyn Fn(char) -> bool| match d.escape {
            Some(e) if on(c) || c == char::from(e) => format!("{}{c}", char::from(e)),
            _ => c.to_string(),
        };
        match d.quote {
            None => text.chars().map(|c| escaped(c, &|c| special(c) && c != '"')).collect(),
            Some(q) if self.always || text.starts_with(' ') || text.chars().any(special) => {
                let q = char::from(q);
                let inner: String = match d.escape {
                    Some(_) => text.chars().map(|c| escaped(c, &|c| c == q)).collect(),
                    None => text.replace(q, &format!("{q}{q}")),
                };
                format!("{q}{inner}{q}{}", if d.blanks { " " } else { "" })
            }
            Some(_) => text.to_owned(),
        }
    }

    fn text(&self) -> String {
        let mut text: String = (0..self.dialect.lines_above).flat_map(|i| ["about", self.line_end(i)]).collect();
        let delimiter = format!("{}{}", char::from(self.dialect.delimiter), if self.dialect.blanks { " " } else { "" });
        let header = (0..self.dialect.header_rows).map(|row| (0..3).map(|c| format!("h{row}{c}")).collect::<Vec<_>>());
        let rows = self.table.iter().map(|row| row.iter().map(|c| self.cell(c)).collect());
        let lines: Vec<String> = header.chain(rows).map(|row| row.join(&delimiter)).collect();
        for (i, line) in lines.iter().enumerate() {
            text += line;
            let is_ended = i + 1 < lines.len() || self.final_end || self.dialect.line_ends == LineEnds::Feed && i == 0;
            text += if is_ended { self.line_end(i) } else { "" };
        }
        text
    }
}

/// Cells, byte, line and own text of each row, and the faults.
type Scanned = (Vec<String>, Vec<(Vec<String>, u64, u64, Vec<u8>)>, Vec<Fault>);

fn read(text: &[u8], dialect: &Dialect, block: usize, most: usize) -> Result<Scanned, ScanError> {
    let reader = Dribble { rest: text, most, calls: 0 };
    let mut scanner = Scanner::open(reader, dialect, Limits::default(), block)?;
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    while let Some(found) = scanner.next_block().unwrap() {
        for row in 0..found.rows() {
            let cell = |c| String::from_utf8(cells::unquote(found.raw(row, c), &mut Vec::new()).to_vec()).unwrap();
            let raws: Vec<&[u8]> = (0..found.columns).map(|c| found.raw(row, c)).collect();
            assert_eq!(raws.join(&dialect.delimiter), found.row_bytes(row));
            let at = found.byte_of(row) as usize;
            assert_eq!(&text[at..at + found.source_bytes(row).len()], found.source_bytes(row));
            rows.push(((0..found.columns).map(cell).collect(), at as u64, found.line_of(row), found.source_bytes(row).to_vec()));
        }
        faults.extend(found.faults.iter().cloned());
        scanner.recycle(found);
    }
    assert_eq!(scanner.position(), text.len() as u64);
    assert_eq!(scanner.is_cut_off(), !text.is_empty() && !scanner.has_final_newline());
    Ok((scanner.header().to_vec(), rows, faults))
}

/// Physical lines before `at`, counted byte by byte.
fn lines_before(text: &[u8], at: usize, ends: LineEnds) -> u64 {
    let ends_line = |i: usize| match text[i] {
        b'\n' => true,
        b'\r' => ends == LineEnds::Any && text.get(i + 1) != Some(&b'\n'),
        _ => false,
    };
    1 + (0..at).filter(|i| ends_line(*i)).count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_in_any_dialect_is_read_back(written in written(), block in 64usize..400, most in 1usize..200) {
        let text = written.text();
        let (header, rows, faults) = read(text.as_bytes(), &written.dialect, block, most).unwrap();
        prop_assert_eq!(&faults, &vec![], "{:?}", text);
        let expected: Vec<String> = match written.dialect.header_rows {
            0 => (1..4).map(|n| format!("column {n}")).collect(),
            1 => (0..3).map(|c| format!("h0{c}")).collect(),
            _ => (0..3).map(|c| format!("h0{c} h1{c}")).collect(),
        };
        prop_assert_eq!(header, expected);
        let found: Vec<&Vec<String>> = rows.iter().map(|r| &r.0).collect();
        prop_assert_eq!(found, written.table.iter().collect::<Vec<_>>(), "{:?}", text);
        for (_, byte, line, _) in &rows {
            prop_assert_eq!(*line, lines_before(text.as_bytes(), *byte as usize, written.dialect.line_ends));
        }
    }

    #[test]
    fn blocks_change_nothing_in_any_dialect(dialect in dialects(), text in noise(), block in 64usize..300, most in 1usize..100) {
        let dialect = Dialect { lines_above: 0, ..dialect };
        let text = [&b"h"[..], &[dialect.delimiter], b"i", &[dialect.delimiter], b"j\n", &text].concat();
        // What is not UTF-8 cannot be compared as text, and is looked at elsewhere.
        let text = String::from_utf8_lossy(&text).into_owned().into_bytes();
        match (read(&text, &dialect, 1 << 20, usize::MAX), read(&text, &dialect, block, most)) {
            (Ok(whole), Ok(pieces)) => prop_assert_eq!(whole, pieces, "{:?}", String::from_utf8_lossy(&text)),
            (a, b) => prop_assert!(a.is_err() && b.is_err()),
        }
    }

    #[test]
    fn the_fast_path_knows_headers_and_totals(rows in prop::collection::vec(0usize..9, 0..60), block in 64usize..2000) {
        let kinds = [
            "1,x,2025-07-14\n", "2,\"y, z\",2025-07-15\n", "id,name,at\n", "\"id\",\"name\",at\n", "Total,,\n", "Total,1,2\n", "\n",
            "who,what,where\n", "ann,12,xyz\n",
        ];
        let text = format!("id,name,at\n1,x,2025-07-14\n2,y,2025-07-14\n{}", rows.iter().map(|r| kinds[*r]).collect::<String>());
        let fast = scan_as(text.as_bytes(), How { block, ..How::default() }).unwrap();
        let scalar = scan_as(text.as_bytes(), How { scalar: true, ..How::default() }).unwrap();
        prop_assert_eq!(fast, scalar);
    }
}

/// Code, line and reason of a fault.
type Found = (&'static str, u64, String);

fn scan_with(text: &str, dialect: &Dialect) -> (Vec<Vec<String>>, Vec<Found>) {
    let (_, rows, faults) = read(text.as_bytes(), dialect, 1 << 16, usize::MAX).unwrap();
    (rows.into_iter().map(|r| r.0).collect(), faults.into_iter().map(|f| (f.code.as_str(), f.line, f.reason)).collect())
}

const COMMA: Dialect = Dialect::ordinary(b',');

#[test]
fn faults_of_other_dialects_have_their_place_and_own_text() {
    let dialect = Dialect { line_ends: LineEnds::Any, ..COMMA };
    let (_, rows, faults) = read(b"a,b\r1,\"x\r\ny\"\r2\r3,4\"\r\r5,6\r", &dialect, 64, 7).unwrap();
    let places: Vec<_> = faults.iter().map(|f| (f.code.as_str(), f.line, f.byte, f.raw.as_str())).collect();
    assert_eq!(places, [("missing-cell", 4, 13, "2"), ("stray-quote", 5, 15, "3,4\""), ("blank-row", 6, 20, "")]);
    assert_eq!(rows.iter().map(|r| (r.1, r.2)).collect::<Vec<_>>(), [(4, 2), (21, 7)]);
    assert_eq!(rows[0].3, b"1,\"x\r\ny\"");
    let single = Dialect { quote: Some(b'\''), ..COMMA };
    let (rows, faults) = scan_with("a,b\n'it''s',\"\nit's,'x'\n'x,1\n'a\"\"b',2\n'a' b,2\n", &single);
    assert_eq!(rows, [["it's", "\""], ["it's", "x"]]);
    assert_eq!(
        faults.iter().map(|f| (f.0, f.1)).collect::<Vec<_>>(),
        [("text-after-quote", 4), ("stray-quote", 5), ("text-after-quote", 6)]
    );
    let (_, faults) = scan_with("a|b\nM|x\n\"1|2|3\n", &Dialect { quote: None, ..Dialect::ordinary(b'|') });
    assert_eq!(faults.iter().map(|f| (f.0, f.1)).collect::<Vec<_>>(), [("extra-cell", 3)]);
}

#[test]
fn bytes_that_are_not_utf_8_cost_their_row_in_any_dialect() {
    let dialect = Dialect { quote: Some(b'\''), ..COMMA };
    let mut scanner =
        Scanner::open(&b"a,b\n1,'x'\n2,'M\xFC, r'\n3,\xED\xA0\x80\n4,\xEF\xBF\xBD\n"[..], &dialect, Limits::default(), 64).unwrap();
    let block = scanner.next_block().unwrap().unwrap();
    let places: Vec<_> = block.faults.iter().map(|f| (f.code.as_str(), f.line, f.byte, f.column, f.raw.as_str())).collect();
    let lone_surrogate = "3,\u{FFFD}\u{FFFD}\u{FFFD}";
    assert_eq!(places, [("encoding-error", 3, 10, Some(1), "2,'M\u{FFFD}, r'"), ("encoding-error", 4, 20, Some(1), lone_surrogate)]);
    assert_eq!((block.rows(), block.garbled.as_slice(), block.line_of(1), block.byte_of(1)), (2, &[1][..], 5, 26));
    assert_eq!((block.source_bytes(0), block.row_bytes(0)), (&b"1,'x'"[..], &b"1,x"[..]));
}

#[test]
fn a_second_table_ends_the_first() {
    let start = "id,opened,state\n1,2025-07-14,new\n2,2025-07-15,new\n2,2025-07-15,new\n";
    let rest = |line: u64| format!("it stands below the start of a second table on line {line}");
    let starts = ("source-error", 5, "a second table starts here".to_owned());
    // Narrower or wider, with the same names; as wide, with others.
    for second in ["id,opened\n3,2025-07-14\n4,2025-07-15\n", "id,opened,state,who\n3,2025-07-14,new,ann\n4,2025-07-15,new,bob\n"] {
        let (rows, faults) = scan_with(&format!("{start}{second}5,2025-07-15,new\n"), &COMMA);
        assert_eq!(rows.len(), 3, "{second}");
        let expected = [starts.clone(), ("source-error", 6, rest(5)), ("source-error", 7, rest(5)), ("source-error", 8, rest(5))];
        assert_eq!(faults, expected, "{second}");
    }
    let (rows, faults) = scan_with(&format!("{start}agent,team,calls\nann,desk,12\nbob,desk,7\n"), &COMMA);
    assert_eq!((rows.len(), faults), (3, vec![starts, ("source-error", 6, rest(5)), ("source-error", 7, rest(5))]));
    let (rows, faults) = scan_with(&format!("{start}\nagent,calls\nann,12\nbob,7\n"), &COMMA);
    assert_eq!((rows.len(), faults.len(), faults[1].2.as_str()), (3, 4, "a second table starts here"));
}

#[test]
fn a_broken_row_is_no_second_table() {
    let start = "id,opened,state\n1,2025-07-14,new\n2,2025-07-15,new\n";
    for odd in ["x,y\n", "x,y,z\n", "who,when\n3,2025-07-15,new\n", "who,when,what\nx,2025-07-15,new\n", "id,opened\n"] {
        let (rows, faults) = scan_with(&format!("{start}{odd}4,2025-07-16,new\n5,2025-07-16,new\n"), &COMMA);
        assert!(faults.iter().all(|f| f.0 != "source-error"), "{odd}: {faults:?}");
        assert_eq!(rows.last().unwrap()[0], "5", "{odd}");
    }
}

#[test]
fn the_header_once_more_however_it_is_quoted() {
    let (rows, faults) = scan_with("id,\"opened\"\n1,2025\n\"id\",opened\n2,2025\nid,closed\n", &COMMA);
    assert_eq!(faults, [("repeated-header", 3, "the header once more".to_owned())]);
    assert_eq!(rows.len(), 3);
    // Also where no column holds digits, and for each row of a header of two.
    let (rows, faults) = scan_with("who,what\nann,x\nwho,what\nwhom,y\n", &COMMA);
    assert_eq!((rows.len(), faults.len()), (2, 1));
    let (rows, faults) = scan_with("a,b\nc,d\n1,2\na,b\nc,d\n3,4\n", &Dialect { header_rows: 2, ..COMMA });
    assert_eq!((rows.len(), faults.len()), (2, 2));
}

#[test]
fn totals_are_no_rows() {
    let (rows, faults) =
        scan_with("group,date,kind,n\ndesk,2025-07-14,a,1\nTotal,,,12\nTotal,2025-07-14,a,3\n\"SUMME:\",,,\"1\"\n", &COMMA);
    assert_eq!(faults, [("source-error", 3, "a totals row".to_owned()), ("source-error", 5, "a totals row".to_owned())]);
    assert_eq!(rows.len(), 2);
}

#[test]
fn headers_of_several_rows_and_none() {
    let header = |text: &str, header_rows: usize| read(text.as_bytes(), &Dialect { header_rows, ..COMMA }, 64, 9).map(|r| r.0);
    assert_eq!(header("Ticket,,Time\nid,name,\n1,2,3\n", 2).unwrap(), ["Ticket id", "name", "Time"]);
    assert_eq!(header("a,b\n1,2,3\n1,2,3\n", 0).unwrap(), ["column 1", "column 2", "column 3"]);
    assert_eq!(header("a,a,\n1,2,3\n", 1).unwrap(), ["a", "a", ""]);
    assert!(matches!(header("a,b,c\nd,e\n", 2), Err(ScanError::Header { code: FaultCode::ExtraCell, .. })));
    assert!(matches!(header("a,b\n", 2), Err(ScanError::Empty)));
    // Without a header an empty line is a row of one empty cell, where there is one column.
    let none = Dialect { header_rows: 0, ..COMMA };
    assert_eq!(scan_with("\n\n", &none).0, [[""], [""]]);
    assert_eq!(scan_with("x\n\n", &none).0, [["x"], [""]]);
    assert_eq!(scan_with("x,y\n\n1,2\n", &none).1.len(), 1);
}

#[test]
fn an_expected_header() {
    let scanner = Scanner::open(&b"id, name ,at\n"[..], &COMMA, Limits::default(), 64).unwrap();
    assert!(scanner.expect_header(&["id", "name", "at"]).is_ok());
    for (expected, message) in [
        (&["id", "nam", "at"][..], "column 2 is named \"name\", expected is \"nam\""),
        (&["id", "name"], "column 3 is named \"at\", expected is nothing"),
        (&["id", "name", "at", "by"], "column 4 is named nothing, expected is \"by\""),
    ] {
        assert_eq!(scanner.expect_header(expected).unwrap_err().to_string(), message);
    }
}

#[test]
fn bytes_that_cannot_play_their_part() {
    for dialect in [
        Dialect { quote: Some(b','), ..COMMA },
        Dialect { escape: Some(b','), ..COMMA },
        Dialect { quote: Some(b'\n'), ..COMMA },
        Dialect { blanks: true, ..Dialect::ordinary(b' ') },
        Dialect { escape: Some(0xC3), ..COMMA },
    ] {
        assert!(matches!(Scanner::open(&b"a"[..], &dialect, Limits::default(), 64), Err(ScanError::Delimiter(_))), "{dialect:?}");
    }
}
