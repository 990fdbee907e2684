//! Workbooks read back from their parts: by hand for the small made-up scorecard.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::*;
use crate::report::tests::scorecard;
use crate::scorecard::{Point, Unit};

/// The parts of a workbook by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = BTreeMap::new();
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        all.insert(file.name().unwrap().into_owned(), text);
    }
    all
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

/// Cells of a sheet as text or raw number, by reference.
fn cells(parts: &BTreeMap<String, String>, sheet: usize) -> BTreeMap<String, String> {
    let text = |si: &str| unescaped(si.split_once('>').unwrap().1.trim_end_matches("</t>"));
    let strings: Vec<String> = between(&parts["xl/sharedStrings.xml"], "<si>", "</si>").into_iter().map(text).collect();
    let xml = &parts[&format!("xl/worksheets/sheet{sheet}.xml")];
    let mut all = BTreeMap::new();
    for cell in between(xml, "<c ", "</c>").into_iter().filter(|c| c.contains("<v>")) {
        let cell = cell.rsplit("<c ").next().unwrap();
        let value = between(cell, "<v>", "</v>")[0];
        let text = if cell.contains("t=\"s\"") { strings[value.parse::<usize>().unwrap()].clone() } else { value.to_owned() };
        all.insert(between(cell, "r=\"", "\"")[0].to_owned(), text.replace('\u{a0}', " "));
    }
    all
}

fn sheet_names(parts: &BTreeMap<String, String>) -> Vec<String> {
    between(&parts["xl/workbook.xml"], "<sheet name=\"", "\"").into_iter().map(unescaped).collect()
}

#[test]
fn the_same_scorecard_gives_the_same_bytes_with_the_time_of_the_cut_off() {
    let once = pages(&scorecard()).unwrap();
    assert_eq!(once, pages(&scorecard()).unwrap());
    let names: Vec<&str> = once.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["scorecard.xlsx", "desk.xlsx", "teams/team-x.xlsx", "agents/agent-grace.xlsx", "agents/agent-ada.xlsx"]);
    for page in &once {
        let core = &parts(&page.bytes)["docProps/core.xml"];
        assert_eq!(core.matches("2026-11-16T06:00:00Z").count(), 2, "{core}");
        assert!(core.contains("<dc:creator>deskcard 0.1.0</dc:creator>"));
    }
}

#[test]
fn a_time_that_is_none_gives_a_fixed_one() {
    let time = |as_of: &str| {
        let bytes = card(&Scorecard { as_of: as_of.to_owned(), ..scorecard() }, &scorecard().cards[0]).unwrap();
        between(&parts(&bytes)["docProps/core.xml"], "W3CDTF\">", "<")[0].to_owned()
    };
    for as_of in ["", "2026-13-40 06:00", "soon", "99999-01-01"] {
        assert_eq!(time(as_of), "2000-01-01T00:00:00Z", "{as_of}");
    }
    assert_eq!(time("2026-11-16"), "2026-11-16T00:00:00Z");
}

#[test]
fn a_card_has_its_findings_first_and_its_measures_as_numbers() {
    let scorecard = scorecard();
    let parts = parts(&card(&scorecard, &scorecard.cards[3]).unwrap());
    let names = sheet_names(&parts);
    assert_eq!((names[0].as_str(), names[1].as_str()), ("Summary", "Measures"));
    assert_eq!(names[names.len() - 3..], ["Trend", "Definitions", "Data"]);
    let summary = cells(&parts, 1);
    assert_eq!((summary["A1"].as_str(), summary["A7"].as_str()), ("Ada Lovelace", "Goals"));
    let measures = cells(&parts, 2);
    let row = |n: u32| ('A'..='O').filter_map(|c| measures.get(&format!("{c}{n}")).map(String::as_str)).collect::<Vec<_>>();
    assert_eq!(row(4)[..6], ["Section", "Measure", "Definition", "Role", "Value", "n"]);
    let fcr =
        ["Speed", "Label of fcr", "fcr", "judged", "0.75", "40", "0.7", "0.6", "0.85", "○ met, may be chance", "0.5", "30", "▲ +25 pts"];
    assert_eq!(row(5)[..13], fcr);
    assert_eq!(
        row(6)[..9],
        ["Speed", "Label of csat", "csat", "judged", "40", "0.7", "0.6", "0.85", "too early to tell"],
        "no figure is an empty cell"
    );
    assert_eq!(row(8)[..4], ["Speed", "Label of qa", "qa", "observation"]);
}

#[test]
fn the_sheet_of_measures_has_bars_trends_filters_and_is_set_up_to_print() {
    let scorecard = scorecard();
    let parts = parts(&card(&scorecard, &scorecard.cards[0]).unwrap());
    let sheet = &parts["xl/worksheets/sheet2.xml"];
    for wanted in [
        "state=\"frozen\"",
        "xSplit=\"2\" ySplit=\"4\"",
        "<autoFilter ref=\"A4:U8\"/>",
        "paperSize=\"9\"",
        "orientation=\"landscape\"",
        "<dataBar>",
        "<xm:f>Trend!E5</xm:f><xm:sqref>K5</xm:sqref>",
        "&amp;CPage &amp;P of &amp;N",
    ] {
        assert!(sheet.contains(wanted), "{wanted}");
    }
    let book = unescaped(&parts["xl/workbook.xml"]);
    assert!(book.contains("Measures!$A:$B,Measures!$4:$4") && book.contains("Trend!$4:$4"), "{book}");
}

#[test]
fn a_trend_is_drawn_from_the_row_of_its_measure() {
    let mut scorecard = scorecard();
    let point =
        |i: u32| Point { period: format!("2026-W{i}"), short: format!("W{i}"), value: Some(f64::from(i)), n: 40, is_partial: false };
    scorecard.cards[0].kpis[1].history = (30..47).map(point).collect();
    let parts = parts(&card(&scorecard, &scorecard.cards[0]).unwrap());
    let index = sheet_names(&parts).iter().position(|n| n == "Trend").unwrap() + 1;
    let trend = cells(&parts, index);
    let row = |n: u32| ('C'..='R').filter_map(|c| trend.get(&format!("{c}{n}")).map(String::as_str)).collect::<Vec<_>>();
    assert_eq!(row(4)[2..5], ["W34", "W35", "W36"], "the last 13 periods");
    assert_eq!(row(6)[..3], ["csat", "Label of csat", "34"]);
    assert_eq!((row(5).len(), row(6).len()), (3, 15));
    assert!(parts["xl/worksheets/sheet2.xml"].contains("<xm:f>Trend!E6:Q6</xm:f><xm:sqref>K6</xm:sqref>"));
}

#[test]
fn a_table_has_a_column_for_what_its_cells_have() {
    let scorecard = scorecard();
    let parts = parts(&card(&scorecard, &scorecard.cards[0]).unwrap());
    let table = cells(&parts, 3);
    let row = |n: u32| ('B'..='H').filter_map(|c| table.get(&format!("{c}{n}")).cloned()).collect::<Vec<_>>();
    let heads = row(4);
    assert_eq!(heads.len(), 7, "{heads:?}");
    assert_eq!((heads[0].as_str(), heads[2].ends_with(": n"), heads[5].ends_with(": says")), ("fcr", true, true));
    assert_eq!(row(5)[..5], ["0.5", "9", "0.2", "0.8", "◆ concern"]);
}

#[test]
fn the_whole_has_every_card_and_an_agents_own_has_nobody_else() {
    let scorecard = scorecard();
    let all = parts(&whole(&scorecard).unwrap())["xl/sharedStrings.xml"].clone();
    assert!(all.contains("Grace Hopper") && all.contains("Ada Lovelace") && all.contains("near"), "the topic's own measure too");
    let own = parts(&card(&scorecard, &scorecard.cards[3]).unwrap());
    assert!(own.values().all(|part| !part.contains("Grace")));
}

#[test]
fn durations_and_cells_of_any_length_are_written() {
    let mut scorecard = scorecard();
    scorecard.definitions.iter_mut().for_each(|d| d.unit = Unit::Seconds);
    scorecard.definitions[0].text = "🦀".repeat(40_000);
    scorecard.cards[0].kpis[0].value = Some(187_200.0);
    let parts = parts(&card(&scorecard, &scorecard.cards[0]).unwrap());
    assert_eq!(cells(&parts, 2)["E5"], "2.1666666666666665", "two days and four hours");
    assert!(parts["xl/styles.xml"].contains("[h]:mm:ss"));
}
