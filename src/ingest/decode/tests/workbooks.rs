//! Workbooks as they come, and as nobody would write them.

use super::{open, read, within, zip};
use crate::error::Result;
use crate::ingest::decode::{Caps, Document, Form, How, decode_bytes};
use proptest::prelude::*;

const TYPES: &str =
    r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
/// Formats by number: 0 general, 1 a date, 2 a date with its time, 3 a time, 4 a duration.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy\-mm\-dd"/></numFmts><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;

/// A workbook of sheets: name, attributes, and the rows as XML.
fn xlsx(properties: &str, sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    let (mut list, mut relations, mut files) = (String::new(), String::new(), Vec::new());
    for (n, (name, state, rows)) in sheets.iter().enumerate() {
        list += &format!(r#"<sheet name="{name}" sheetId="{}" {state} r:id="rId{n}"/>"#, n + 1);
        relations += &format!(
            r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#
        );
        files.push((
            format!("xl/worksheets/sheet{n}.xml"),
            format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
            ),
        ));
    }
    files.extend([
        ("[Content_Types].xml".to_owned(), TYPES.to_owned()),
        ("_rels/.rels".to_owned(), r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml".to_owned(), format!(r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr {properties}/><sheets>{list}</sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#)),
        ("xl/styles.xml".to_owned(), STYLES.to_owned()),
        ("xl/sharedStrings.xml".to_owned(), r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>id</t></si><si><t>opened</t></si><si><r><t xml:space="preserve">Smith, </t></r><r><t>J</t></r></si></sst>"#.to_owned()),
    ]);
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zip(&files)
}

fn one(rows: &str) -> Vec<u8> {
    xlsx("", &[("Data", "", rows)])
}

fn csv(bytes: Vec<u8>) -> String {
    read(&open(bytes).unwrap()[0]).unwrap()
}

fn error(bytes: Vec<u8>) -> String {
    open(bytes).unwrap_err().to_string()
}

#[test]
fn cells_of_every_kind() {
    let rows = r#"
        <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>n</t></is></c><c r="C1" t="str"><v>ok</v></c><c r="D1" t="s"><v>1</v></c></row>
        <row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>109</v></c><c r="C2" t="b"><v>1</v></c><c r="D2" s="1"><v>44197</v></c></row>
        <row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3"><v>0.1</v></c><c r="C3" t="b"><v>0</v></c><c r="D3" s="1"><v>44198</v></c></row>"#;
    assert_eq!(csv(one(rows)), "id,n,ok,opened\n\"Smith, J\",109,TRUE,2021-01-01\n,0.1,FALSE,2021-01-02\n");
}

#[test]
fn days_have_a_time_if_one_in_their_column_has() {
    let rows = r#"
        <row r="1"><c r="A1" s="2"><v>44197</v></c><c r="B1" s="2"><v>44197</v></c><c r="C1" s="3"><v>0.5</v></c><c r="D1" s="4"><v>1.5</v></c></row>
        <row r="2"><c r="A2" s="2"><v>44197.25</v></c><c r="B2" s="2"><v>44198</v></c><c r="C2" s="3"><v>0</v></c><c r="D2" s="4"><v>0</v></c></row>"#;
    assert_eq!(csv(one(rows)), "2021-01-01 00:00:00,2021-01-01,12:00:00,36:00:00\n2021-01-01 06:00:00,2021-01-02,00:00:00,0:00:00\n");
    let old = xlsx(r#"date1904="1""#, &[("Data", "", r#"<row r="1"><c r="A1" s="1"><v>42735</v></c><c r="B1"><v>1</v></c></row>"#)]);
    assert_eq!(csv(old), "2021-01-01,1\n");
}

#[test]
fn rows_stay_lines_and_the_empty_end_is_cut() {
    let rows = r#"
        <row r="2"><c r="B2"><v>1</v></c><c r="C2"><v>2</v></c><c r="F2" t="str"><v></v></c></row>
        <row r="4"><c r="C4"><v>3</v></c></row>
        <row r="9"><c r="A9" s="1"/></row>"#;
    assert_eq!(csv(one(rows)), "\n,1,2\n\n,,3\n");
}

#[test]
fn which_sheet_is_read() {
    let two = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>"#;
    let note = r#"<row r="1"><c r="A1"><v>7</v></c></row>"#;
    let sheets = [("Hidden", r#"state="hidden""#, two), ("Note", "", note), ("Data", "", two), ("More", "", two)];
    let bytes = xlsx("", &sheets);
    let document = &open(bytes.clone()).unwrap()[0];
    assert_eq!((read(document).unwrap().as_str(), document.packing().form), ("1,2\n3,\n", Form::Xlsx));
    assert_eq!(document.remarks(), [r#"sheet "Data" is read; the workbook also has "Note", "More" (`sheet` names another)"#]);
    let named = |sheet: &str| Document::from_bytes("x", bytes.clone(), &How { sheet: Some(sheet.into()), ..How::default() });
    assert_eq!(read(&named(" note").unwrap()[0]).unwrap(), "7\n");
    assert_eq!(read(&named("Hidden").unwrap()[0]).unwrap(), "1,2\n3,\n");
    let wrong = named("Date").unwrap_err().to_string();
    assert!(wrong.contains("did you mean \"Data\"?") && wrong.contains("\"Hidden\" (hidden)"), "{wrong}");
    assert_eq!(csv(xlsx("", &[("Note", "", note)])), "7\n");
    assert!(error(xlsx("", &[("Empty", "", "")])).contains("no visible sheet with anything"));
}

#[test]
fn hostile_extents_cost_nothing() {
    let far = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let caps = Caps { held: 1 << 21, ..Caps::default() };
    let text = read(&within(&one(far), caps).unwrap()[0]).unwrap();
    assert_eq!((text.lines().count(), text.ends_with(",1\n")), (1_048_576, true));
    let wide = (1..200).fold(String::new(), |all, n| all + &format!(r#"<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>"#));
    assert!(within(&one(&wide), caps).unwrap_err().to_string().contains("2 MiB"));
    assert!(error(one(r#"<row r="1048577"><c r="A1048577"><v>1</v></c></row>"#)).contains("damaged"));
    assert!(error(one(r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#)).contains("behind a later one"));
}

#[test]
fn workbooks_in_packings_and_office_files_that_are_none() {
    let book = one(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    assert_eq!(csv(super::gzip(&book)), "1\n");
    let documents = open(zip(&[("a.xlsx", &book), ("b.csv", b"id\n")])).unwrap();
    assert_eq!(
        (documents.len(), read(&documents[0]).unwrap().as_str(), documents[0].packing().to_string().as_str()),
        (2, "1\n", "Excel workbook in zip")
    );
    assert!(error(zip(&[("[Content_Types].xml", b""), ("word/document.xml", b"")])).contains("without sheets"));
    assert!(error(zip(&[("[Content_Types].xml", b""), ("xl/workbook.bin", b"")])).contains(".xlsb"));
    assert!(error(zip(&[("[Content_Types].xml", b""), ("xl/workbook.xml", b"<x")])).contains("x: the workbook"));
}

/// A spreadsheet of the Open Document Format with these tables.
fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content><office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())])
}

const TABLES: &str = r#"
    <table:table table:name="Secret" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="string"><text:p>no</text:p></table:table-cell></table:table-row></table:table>
    <table:table table:name="Data"><table:table-header-rows><table:table-row>
        <table:table-cell office:value-type="string"><text:p>id</text:p></table:table-cell>
        <table:table-cell office:value-type="string" table:number-columns-repeated="2"><office:annotation><text:p>a comment</text:p></office:annotation><text:p>R&amp;D<text:s text:c="2"/>n&#8364;</text:p><text:p>2</text:p></table:table-cell></table:table-row></table:table-header-rows>
    <table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
    <table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="109"><text:p>109,00</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2021-01-01T09:12:58"><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="time" office:time-value="PT26H00M00S"><text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="1000"/></table:table-row>
    <table:table-row><table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell><table:table-cell office:value-type="string" calcext:value-type="error" office:string-value=""><text:p>#N/A</text:p></table:table-cell><table:table-cell office:value-type="percentage" office:value="0.5"/></table:table-row>
    <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>"#;

#[test]
fn an_open_document_spreadsheet() {
    let document = &open(ods(TABLES)).unwrap()[0];
    let expected = "id,\"R&D  n€\n2\",\"R&D  n€\n2\"\n\n\n109,2021-01-01 09:12:58,26:00:00\n109,2021-01-01 09:12:58,26:00:00\nTRUE,,0.5\n";
    assert_eq!((read(document).unwrap().as_str(), document.packing().form), (expected, Form::Ods));
    assert!(document.remarks().is_empty());
}

#[test]
fn repeats_without_end() {
    let cell = r#"<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>xxxxxxxxxx</text:p></table:table-cell>"#;
    let row = format!(
        r#"<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row></table:table>"#
    );
    assert!(within(&ods(&row), Caps { held: 1 << 20, ..Caps::default() }).unwrap_err().to_string().contains("1 MiB"));
    let long = row.replace("xxxxxxxxxx", &"x".repeat(1000));
    assert!(within(&ods(&long), Caps { held: 1 << 20, ..Caps::default() }).unwrap_err().to_string().contains("1 MiB"));
    assert!(error(ods(&row.replace("16384", "4000000000"))).contains("damaged"));
    assert!(error(ods(&row.replace("1048576", "4000000000"))).contains("damaged"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn damaged_workbooks_end_well(place in any::<proptest::sample::Index>(), value: u8, length in 0usize..4) {
        let content = ods(TABLES);
        let book = one(r#"<row r="1"><c r="A1" s="2"><v>44197.5</v></c><c r="B1" t="s"><v>1</v></c></row>"#);
        for whole in [content, book] {
            let mut damaged = whole;
            let at = place.index(damaged.len());
            damaged.splice(at..(at + length).min(damaged.len()), [value]);
            let _ = decode_bytes(&damaged);
        }
    }

    #[test]
    fn strange_sheets_end_well(sheet in r#"(<row( r="[0-9A-Z]{0,8}")?>|</row>|<c( r="[A-Z]{0,4}[0-9]{0,8}")?( s="[0-9]{0,2}")?( t="[a-z]{1,3}")?>|</c>|<v>|</v>|<is>|<t>|[0-9.e-]{1,6}|&#[0-9]{1,3};){0,20}"#) {
        let _ = decode_bytes(&one(&sheet));
        let _ = decode_bytes(&ods(&sheet));
    }
}

/// Real calls, as a workbook and as CSV made of it by another program.
#[test]
fn a_real_workbook_and_its_csv() -> Result<()> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/pwc_calls");
    if !dir.is_dir() {
        eprintln!("skipped: {} is not here", dir.display());
        return Ok(());
    }
    let rows = |name: &str| {
        let document = Document::open(&dir.join(name), name, &How::default())?.remove(0);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(document.reader().unwrap());
        Ok::<Vec<csv::StringRecord>, crate::error::Error>(reader.records().map(|r| r.unwrap()).collect())
    };
    let (book, text) = (rows("calls.xlsx")?, rows("calls_iso.csv")?);
    assert_eq!((book.len(), text.len()), (5001, 5001));
    // The other program writes hours without their zero; nothing else differs in 50,000 cells.
    for (book, text) in book.iter().zip(&text) {
        let padded = text.iter().map(|cell| if cell.find(':') == Some(1) { format!("0{cell}") } else { cell.to_owned() });
        assert!(book.iter().eq(padded), "{book:?} {text:?}");
    }
    Ok(())
}
