use super::*;

mod corpus;

fn nothing_known(_: &str) -> bool {
    false
}

fn found(text: &str) -> Detected {
    detect(text.as_bytes(), true, &Told::default(), &nothing_known).unwrap()
}

fn delimiter(text: &str) -> char {
    char::from(found(text).dialect.delimiter)
}

/// Lines above the header, and its rows.
fn place(text: &str) -> (usize, usize) {
    let dialect = found(text).dialect;
    (dialect.lines_above, dialect.header_rows)
}

fn why(found: &Detected, part: &str) -> (String, bool, String) {
    let e = found.evidence.iter().find(|e| e.part == part).unwrap();
    (e.value.clone(), e.is_told, e.why.clone())
}

#[test]
fn the_four_delimiters() {
    for expected in [',', ';', '\t', '|'] {
        let text = "id,opened,note\n1,2025-07-14 10:00,printer\n2,2025-07-14 11:00,\"a,b;c|d\te\"\n".replace(',', &expected.to_string());
        assert_eq!((delimiter(&text), place(&text)), (expected, (0, 1)), "{text}");
    }
}

#[test]
fn decimal_commas_do_not_mislead() {
    assert_eq!(delimiter("Name;Dauer;Wert\nA;3,5;1,0\nB;4,5;2,0\n"), ';');
    assert_eq!(delimiter("Dauer;Wert\n3,5;1\n4,5;2\n4,5;\n"), ';');
    assert_eq!(delimiter("Name;Dauer, h;Wert, Euro\n1;3,5;1,0\n2;4,5;2,0\n"), ';');
    // One broken row does not help the comma, under which only the header is out of place.
    assert_eq!(delimiter("Dauer;Wert\n3,5;1\n4,5;2\n4,5;2\n1,5;2;\n"), ';');
}

#[test]
fn other_delimiters_within_texts_do_not_mislead() {
    assert_eq!(delimiter("id,tags,note\n1,a;b,x\n2,a;b,y\n3,c;d,z\n"), ',');
    assert_eq!(delimiter("id,note\n1,\"a;b\nc;d\ne;f\"\n2,x\n"), ',');
    assert_eq!(delimiter("id\tnote\n1\tHello, you\n2\tDear, all\n"), '\t');
}

#[test]
fn some_broken_rows_and_a_preamble_are_borne() {
    let text = "Export of 14 July\n\nid;name;n\n1;a;1\n2;b\"x;2\n3;c;3\n4;d;4\n5;e;5\n";
    assert_eq!((delimiter(text), place(text)), (';', (2, 1)));
    assert_eq!(why(&found(text), "delimiter"), ("\";\"".to_owned(), false, "5 of 6 records have 3 cells each".to_owned()));
    assert_eq!(why(&found(text), "lines_above").2, "the table starts on line 3");
}

#[test]
fn one_column_is_a_comma_file_and_never_a_space_one() {
    assert_eq!(delimiter("comment\nall is well\nit is not\n"), ',');
    assert_eq!(delimiter("comment"), ',');
    assert_eq!(delimiter("first second\n1 2\n3 4\n"), ',');
    assert_eq!(delimiter("subject\nthe printer is down again\nthe mail server is slow today\nmy phone does not ring\n"), ',');
}

#[test]
fn a_space_only_where_nothing_else_fits() {
    let row = |n: u32| format!("2025-07-14 {n:02}:00 {n} \"agent {n}\" open\n");
    let text = "date time id who state\n".to_owned() + &(0..8).map(row).collect::<String>();
    assert_eq!((delimiter(&text), place(&text)), (' ', (0, 1)));
    assert_eq!(delimiter(&text.replace("open", "open,2,3")), ',');
}

#[test]
fn a_sample_cut_anywhere_gives_the_same() {
    let text = "id;name;n\n".to_owned() + &"17;\"Smith, John\nSecond line, too\";3,5\n".repeat(4000);
    for cut in (SAMPLE - 50..SAMPLE + 50).chain([text.len()]) {
        let found = detect(&text.as_bytes()[..cut], cut == text.len(), &Told::default(), &nothing_known).unwrap();
        assert_eq!((found.dialect, found.columns), (Dialect::ordinary(b';'), 3), "{cut}");
    }
}

#[test]
fn a_line_that_names_it() {
    assert_eq!(named_delimiter(b"sep=;\r\na;b\r\n"), Some(b';'));
    assert_eq!(named_delimiter(b"\xEF\xBB\xBFSEP=\t\na\tb\n"), Some(b'\t'));
    assert_eq!(named_delimiter(b"\"sep=,\"\na,b\n"), Some(b','));
    for text in [&b"sep,b\n"[..], b"sep=x\n", b"sep=;;\n", b"", b"a\nsep=;\n"] {
        assert_eq!(named_delimiter(text), None, "{text:?}");
    }
    let text = "sep=;\na;b\n1,2,3;2\n";
    assert_eq!((delimiter(text), place(text)), (';', (1, 1)));
    assert_eq!(why(&found(text), "delimiter"), ("\";\"".to_owned(), false, "its first line names it (sep=)".to_owned()));
}

#[test]
fn nothing_to_go_by() {
    let error = |text: &[u8]| detect(text, true, &Told::default(), &nothing_known).unwrap_err();
    assert_eq!(error(b""), DialectError::Empty);
    assert_eq!(error(b"\xEF\xBB\xBF \n\n"), DialectError::Empty);
    assert_eq!(error(b"a,b\n1,2,3\n1,2,3,4\n1,2,3,4,5\n"), DialectError::Unclear);
    assert_eq!(error(&[0; 100]), DialectError::Binary);
    assert_eq!(error(b"a\0,\0b\0\n\0"), DialectError::Binary);
    // A guess is the best of what does not fit, and says so.
    let guessed = guess(b"a,b\n1,2,3\n1,2,3,4\n1,2,3,4,5\n", true, &Told::default(), &nothing_known).unwrap();
    assert_eq!((guessed.dialect.delimiter, guessed.warnings.len()), (b',', 1));
    assert!(guess(b"", true, &Told::default(), &nothing_known).is_err());
}

#[test]
fn what_is_told_wins() {
    let told = Told { delimiter: Some(b','), header_rows: Some(0), ..Told::default() };
    let text = b"a;b,c\nd;e,f\n";
    let found = detect(text, true, &told, &nothing_known).unwrap();
    assert_eq!((found.dialect.delimiter, found.dialect.header_rows, found.columns), (b',', 0, 2));
    assert_eq!(why(&found, "delimiter"), ("\",\"".to_owned(), true, "set in the config".to_owned()));
    let told = Told { lines_above: Some(1), quote: Some(None), escape: Some(Some(b'^')), blanks: Some(true), ..Told::default() };
    let found = detect(b"x,y\nn, \"m\n1, 2\n3, 4\n", true, &told, &nothing_known).unwrap();
    let expected = Dialect { quote: None, escape: Some(b'^'), blanks: true, lines_above: 1, ..Dialect::ordinary(b',') };
    assert_eq!(found.dialect, expected);
    assert_eq!(
        found.evidence.iter().filter(|e| e.is_told).map(|e| e.part).collect::<Vec<_>>(),
        ["quote", "escape", "blanks", "lines_above"]
    );
}

#[test]
fn a_few_known_names_among_values_are_no_header() {
    let known = |name: &str| ["queue", "state", "priority", "number", "opened_at"].contains(&name);
    let found = |text: &str| detect(text.as_bytes(), true, &Told::default(), &known).unwrap().dialect;
    // A log of changes names columns in its cells: its rows are rows.
    let log = "nr,at,what,old,by\n1,2026-11-02 08:00,priority,state,Ann\n2,2026-11-02 08:05,state,queue,Ben\n";
    assert_eq!((found(log).lines_above, found(log).header_rows), (0, 1));
    let calls = "8007,queue,state,2026-11-02 08:00,12\n8008,queue,ivr,2026-11-02 08:01,9\n8009,dial,ivr,2026-11-02 08:02,7\n";
    assert_eq!((found(calls).lines_above, found(calls).header_rows), (0, 0));
    // Most of a header's names are known, or it holds no values.
    let export = "Report of 2 November\nnumber,opened_at,state,2026\n1,2026-11-02,new,7\n2,2026-11-03,new,8\n";
    assert_eq!((found(export).lines_above, found(export).header_rows), (1, 1));
}

#[test]
fn known_names_are_the_header_wherever_they_stand() {
    let known = |name: &str| ["number", "opened_at", "state"].contains(&name);
    let text = b"made,by,me\nx,y,z\nnumber,opened_at,other\n1,2025-07-14,a\n2,2025-07-15,b\n";
    let found = detect(text, true, &Told::default(), &known).unwrap();
    assert_eq!((found.dialect.lines_above, found.dialect.header_rows), (2, 1));
    assert_eq!(why(&found, "header_rows").2, "2 of its 3 names are known");
    // The known header once more is a repeated header, not one of two rows.
    let text = b"number,opened_at,other\nnumber,opened_at,other\n1,2025-07-14,a\n";
    assert_eq!(detect(text, true, &Told::default(), &known).unwrap().dialect.header_rows, 1);
    // They speak for a delimiter, too.
    let text = b"number;opened_at;state\n1;a\n2;b;c;d\n3;e;f;g;h\n";
    assert_eq!(detect(text, true, &Told::default(), &nothing_known), Err(DialectError::Unclear));
    assert_eq!(detect(text, true, &Told::default(), &known).unwrap().dialect, Dialect::ordinary(b';'));
}

#[test]
fn quotes_and_escapes() {
    let text = "id,note\n1,'one, two'\n2,'it''s, well'\n3,'a'\n";
    assert_eq!(found(text).dialect, Dialect { quote: Some(b'\''), ..Dialect::ordinary(b',') });
    // Apostrophes in words are none.
    assert_eq!(found("id,note\n1,it's\n2,don't, ever\n3,'tis\n").dialect.quote, Some(b'"'));
    let text = "id,note\n1,\"a \\\"b\\\", c\"\n2,\"19\\\" screen\"\n3,\"plain\"\n";
    assert_eq!(found(text).dialect, Dialect { escape: Some(b'\\'), ..Dialect::ordinary(b',') });
    assert_eq!(why(&found(text), "escape").0, "\"\\\\\"");
    // One is not enough to believe it.
    assert_eq!(found("id,note\n1,\"19\\\" screen\"\n2,\"plain\"\n3,x\n").dialect.escape, None);
    let text = "id|note|n\n1|19\" screen|1\n2|a 24\" one|2\n3|\"so be it|3\n";
    assert_eq!(found(text).dialect, Dialect { quote: None, ..Dialect::ordinary(b'|') });
}

#[test]
fn blanks_behind_delimiters() {
    assert!(found("id, note, at\n1, \"a, b\", 2\n2, \"c\", 3\n").dialect.blanks);
    assert!(!found("id,note,at\n1, a,2\n2,b,3\n3,c,4\n").dialect.blanks);
}

#[test]
fn line_ends() {
    let text = "id,note\r1,a\r2,b\r";
    assert_eq!(found(text).dialect, Dialect { line_ends: LineEnds::Any, ..Dialect::ordinary(b',') });
    assert_eq!(found("id,note\r1,a\r2,b\n3,c\r\n4,d\r").dialect.line_ends, LineEnds::Any);
    // A carriage return within a cell is text.
    assert_eq!(found("id,note\n1,a\rb\n2,c\n3,d\n").dialect.line_ends, LineEnds::Feed);
}

#[test]
fn header_or_not() {
    assert_eq!(place("2025-07-14,printer,1\n2025-07-15,mouse,2\n"), (0, 0));
    assert_eq!(place("day,what,n\n2025-07-15,mouse,2\n"), (0, 1));
    assert_eq!(place("day,what,n\n"), (0, 1));
    assert_eq!(place("1,2,3\n"), (0, 0));
    // All text: it could be names, and does not come up again.
    assert_eq!(place("who,what\nann,mouse\nbob,mouse\n"), (0, 1));
    assert_eq!(place("ann,mouse\nbob,mouse\nann,printer\n"), (0, 0));
    assert_eq!(place("Group,2024,2025\na,1,2\nb,3,4\n"), (0, 0));
}

#[test]
fn headers_of_several_rows() {
    let text = ",Ticket,,Times,\nid,Opened,Closed,First,Last\n1,2025-07-14,2025-07-15,10:00,11:00\n2,2025-07-14,2025-07-15,10:00,11:00\n";
    // A row of titles above groups of columns is no row of names: most of it is empty.
    assert_eq!(place(text), (1, 1));
    let text = "id,Ticket,Ticket,Times\nno,opened,closed,first\n1,2025-07-14,2025-07-15,10:00\n2,2025-07-14,2025-07-15,10:00\n";
    assert_eq!(place(text), (0, 2));
    assert_eq!(place("a,n\na,n\na,n\nx,1\ny,2\n"), (0, 3));
}

#[test]
fn a_damaged_header_is_a_header() {
    let rows = "1,2025-07-14,a\n2,2025-07-15,b\n3,2025-07-16,c\n";
    for header in ["id,opened at note\n", "id,,opened,note\n", "id,\"opened,note\n"] {
        let found = found(&format!("{header}{rows}"));
        assert_eq!((found.dialect.lines_above, found.dialect.header_rows, found.warnings.len()), (0, 1, 1), "{header}");
    }
    let found = found(&format!("id;opened;note\n{rows}"));
    assert_eq!((found.dialect.lines_above, found.dialect.header_rows), (1, 0));
    assert_eq!(found.warnings, ["line 1 reads as a header if its cells are separated by \";\", unlike the rows below it"]);
}

#[test]
fn no_text_makes_it_panic() {
    let pieces = [&b"a"[..], b"1", b",", b";", b"\"", b"'", b"\\", b"\n", b"\r", b" ", b"\xFF", b"\0", b"\xEF\xBB\xBF", b"sep=;"];
    let mut seed = 7_u64;
    for _ in 0..3000 {
        let mut text = Vec::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.extend_from_slice(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        for is_whole in [true, false] {
            let found = guess(&text, is_whole, &Told::default(), &nothing_known);
            assert!(found.is_ok() || text.trim_ascii().is_empty() || text.contains(&0) || text.starts_with(b"\xEF\xBB\xBF"), "{text:?}");
        }
    }
}
