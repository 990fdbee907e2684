//! The smallest workbooks that office programs open: `OOXML` (ECMA-376) and `OpenDocument` 1.2, written by hand.

use super::desk::{INSTANTS, NUMBERS};
use super::zip;

/// What a cell of a typed workbook is.
enum Cell<'a> {
    Text(&'a str),
    Number(&'a str),
    /// Seconds since 1970, by the clock on the wall.
    Moment(i64, &'a str),
}

fn cell<'a>(name: &str, text: &'a str, is_typed: bool) -> Cell<'a> {
    match chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S") {
        Ok(at) if is_typed && INSTANTS.contains(&name) => Cell::Moment(at.and_utc().timestamp(), text),
        _ if is_typed && NUMBERS.contains(&name) => Cell::Number(text),
        _ => Cell::Text(text),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `A`, `B` … for up to 26 columns.
fn letter(column: usize) -> char {
    char::from(b'A' + u8::try_from(column).expect("few columns"))
}

/// An Excel workbook; typed: instants as serial days with a date format, numbers as numbers. Every other text is a shared one.
pub(super) fn xlsx(rows: &[Vec<String>], is_typed: bool) -> Vec<u8> {
    let mut shared = String::new();
    let mut count = 0;
    let mut data = String::new();
    for (at, row) in rows.iter().enumerate() {
        data += &format!("<row r=\"{}\">", at + 1);
        for (column, (name, text)) in rows[0].iter().zip(row).enumerate().filter(|(_, (_, text))| !text.is_empty()) {
            let place = format!("{}{}", letter(column), at + 1);
            data += &match cell(name, text, is_typed && at > 0) {
                Cell::Number(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                // Day 25,569 of Excel is 1970-01-01.
                Cell::Moment(secs, _) => format!("<c r=\"{place}\" s=\"1\"><v>{}</v></c>", 25_569.0 + secs as f64 / 86_400.0),
                Cell::Text(text) if column % 2 == 0 => {
                    shared += &format!("<si><t xml:space=\"preserve\">{}</t></si>", escaped(text));
                    count += 1;
                    format!("<c r=\"{place}\" t=\"s\"><v>{}</v></c>", count - 1)
                }
                Cell::Text(text) => {
                    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
                }
            };
        }
        data += "</row>";
    }
    workbook(&data, count, &shared)
}

/// An Excel workbook whose only sheet has these rows, as XML.
pub(crate) fn xlsx_of(data: &str) -> Vec<u8> {
    workbook(data, 0, "")
}

fn workbook(data: &str, count: usize, shared: &str) -> Vec<u8> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/>\
                 <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{kind}.worksheet+xml\"/>\
                 <Override PartName=\"/xl/styles.xml\" ContentType=\"{kind}.styles+xml\"/>\
                 <Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"{kind}.sharedStrings+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\">\
                 <Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\">\
                 <Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
                 <Relationship Id=\"rId2\" Type=\"{office}/styles\" Target=\"styles.xml\"/>\
                 <Relationship Id=\"rId3\" Type=\"{office}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook {main} xmlns:r=\"{office}\"><sheets><sheet name=\"Export\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet {main}><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy hh:mm:ss\"/></numFmts>\
                 <fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders>\
                 <cellStyleXfs count=\"1\"><xf/></cellStyleXfs>\
                 <cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst {main} count=\"{count}\" uniqueCount=\"{count}\">{shared}</sst>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet {main}><sheetData>{data}</sheetData></worksheet>")),
    ];
    let parts = parts.map(|(name, text)| (name, format!("{head}{text}")));
    zip(&parts.each_ref().map(|(name, text)| (*name, text.as_bytes())))
}

/// An OpenDocument spreadsheet; typed: instants as dates, numbers as floats.
pub(super) fn ods(rows: &[Vec<String>], is_typed: bool) -> Vec<u8> {
    let mut data = String::new();
    for (at, row) in rows.iter().enumerate() {
        data += "<table:table-row>";
        for (name, text) in rows[0].iter().zip(row) {
            data += &match cell(name, text, is_typed && at > 0) {
                _ if text.is_empty() => "<table:table-cell/>".to_owned(),
                Cell::Number(number) => value("float", &format!("office:value=\"{number}\""), number),
                Cell::Moment(_, text) => value("date", &format!("office:date-value=\"{}\"", text.replace(' ', "T")), text),
                Cell::Text(text) => value("string", "", text),
            };
        }
        data += "</table:table-row>";
    }
    ods_of(&data)
}

/// An OpenDocument spreadsheet whose only table has these rows, as XML.
pub(crate) fn ods_of(data: &str) -> Vec<u8> {
    let names = ["office", "table", "text"].map(|n| format!("xmlns:{n}=\"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0\"")).join(" ");
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content {names} office:version=\"1.2\"><office:body><office:spreadsheet>\
         <table:table table:name=\"Export\">{data}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
         manifest:version=\"1.2\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/>\
         <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    zip(&[("mimetype", kind.as_bytes()), ("META-INF/manifest.xml", manifest.as_bytes()), ("content.xml", content.as_bytes())])
}

/// A cell of `OpenDocument`: a paragraph a line.
fn value(kind: &str, value: &str, text: &str) -> String {
    let lines: String =
        text.split('\n').map(|line| ["<text:p>", &escaped(line).replace('\t', "<text:tab/>"), "</text:p>"].concat()).collect();
    format!("<table:table-cell office:value-type=\"{kind}\" {value}>{lines}</table:table-cell>")
}
