//! Every output with every payload in every field: nothing of it is live, as we know it and as other people's parsers read it.

mod payloads;
mod read;

use serde_json::Value;

use super::tests::scorecard;
use super::{Page, markdown, slack, teams, text, tidy, xlsx};
use crate::scorecard::{Scorecard, SharesAbout};

/// Fields of one word of ours, and those that name files.
const KEPT: [&str; 12] =
    ["kind", "slug", "id", "metric", "parent", "level", "unit", "better", "certainty", "variation", "assurance", "because"];

/// The made-up scorecard with the payload in every text of it.
fn with(payload: &str) -> Scorecard {
    let mut one_of_each = scorecard();
    one_of_each.cards.remove(2);
    one_of_each.cards.remove(0);
    let mut value = serde_json::to_value(one_of_each).unwrap();
    replace(&mut value, "", payload);
    serde_json::from_value(value).unwrap()
}

fn replace(value: &mut Value, key: &str, payload: &str) {
    match value {
        Value::String(_) if key == "chart" || KEPT.contains(&key) => {}
        // What a chart of shares is about; a card's `about` is text.
        Value::String(word) if key == "about" && serde_json::from_value::<SharesAbout>(Value::String(word.clone())).is_ok() => {}
        Value::String(text) => payload.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|v| replace(v, key, payload)),
        Value::Object(all) => all.iter_mut().for_each(|(k, v)| replace(v, k, payload)),
        _ => {}
    }
}

fn texts(pages: Vec<Page>) -> Vec<(String, String)> {
    pages.into_iter().map(|p| (p.name, String::from_utf8(p.bytes).unwrap())).collect()
}

#[test]
fn there_are_enough_payloads() {
    assert!(payloads::all().len() >= 200, "{}", payloads::all().len());
}

#[test]
fn markdown_has_no_markup_but_ours() {
    for payload in payloads::all() {
        for (name, text) in texts(markdown::pages(&with(&payload)).unwrap()) {
            let plain = text.replace("\\\\", "").replace("\\[", "").replace("\\]", "").replace("\\`", "").replace("\\$", "");
            assert!(!plain.contains(['<', '[', ']', '`', '$', '\r', '\t']), "{name} {payload:?}");
            let is_apart = |mark: &str| text.to_lowercase().split(mark).skip(1).all(|rest| rest.starts_with('\u{2060}'));
            assert!(
                !text.contains("://") && !text.to_lowercase().contains("www.") && is_apart("@") && is_apart("mailto:"),
                "{name} {payload:?}"
            );
            for line in text.lines() {
                let is_heading = line.starts_with('#') && !["# ", "## ", "### "].iter().any(|s| line.starts_with(s));
                let is_rule = line.len() > 1 && line.chars().all(|c| "=-*_~ ".contains(c));
                assert!(
                    !is_heading && !is_rule && !line.starts_with(['>', '~', '*']) && !line.starts_with("+ ") || line.starts_with("**"),
                    "{name} {payload:?}: {line}"
                );
            }
        }
    }
}

#[test]
fn slack_gets_no_mention_link_or_format_from_data() {
    for payload in payloads::all() {
        for (name, text) in texts(slack::pages(&with(&payload), None).unwrap()) {
            let value: Value = serde_json::from_str(&text).unwrap();
            let blocks = value["blocks"].as_array().unwrap();
            assert!(!blocks[0]["text"]["text"].as_str().unwrap().contains(['<', '>', '&']), "{name} {payload:?}");
            let texts = blocks[1..].iter().flat_map(|b| b.get("text").into_iter().chain(b["elements"].as_array().into_iter().flatten()));
            for s in texts.map(|t| t["text"].as_str().unwrap()).chain(value["text"].as_str()) {
                assert!(!s.contains(['<', '>', '_', '~', '`', '\u{202e}', '\r']), "{name} {s}");
                let bare = ["&amp;", "&lt;", "&gt;"].iter().fold(s.to_owned(), |s, e| s.replace(e, ""));
                assert!(!bare.contains('&') && s.encode_utf16().count() <= slack::MAX_TEXT, "{name} {s}");
            }
        }
    }
}

#[test]
fn teams_gets_text_runs_only() {
    for payload in payloads::all() {
        for (name, text) in texts(teams::pages(&with(&payload), None).unwrap()) {
            assert!(text.len() <= teams::MAX_BYTES && !text.contains("\"TextBlock\"") && !text.contains("{{"), "{name} {payload:?}");
            assert!(!text.contains("<at") && !text.contains("${") && !text.contains("\"text\":\"\""), "{name} {payload:?}");
        }
    }
}

#[test]
fn excel_gets_no_formula_from_a_csv_whatever_its_separator() {
    for payload in payloads::all() {
        let scorecard = with(&payload);
        for decimal in [tidy::Decimal::Point, tidy::Decimal::Comma] {
            let text = tidy::measures(&scorecard, &scorecard.cards, tidy::Kind::Excel(decimal)).unwrap();
            let rows: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
            assert!(rows.iter().all(|r| !r.contains(['\r', '\n', '\t', '\u{0}'])), "{payload:?}");
            for cell in rows.iter().flat_map(|r| r.split([',', ';'])) {
                let bare = cell.trim_start_matches(|c: char| c == '"' || c.is_whitespace());
                assert!(!bare.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{payload:?}: {cell}");
            }
        }
    }
}

#[test]
fn machines_get_the_text_as_it_is() {
    for payload in payloads::all() {
        let scorecard = with(&payload);
        let text = tidy::measures(&scorecard, &scorecard.cards, tidy::Kind::Machine).unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert!(reader.records().all(|r| r.unwrap().get(2) == Some(payload.as_str())), "{payload:?}");
    }
}

#[test]
fn text_keeps_its_width_and_has_no_control_characters() {
    for payload in payloads::all() {
        for (name, text) in texts(text::pages(&with(&payload)).unwrap()) {
            use unicode_width::UnicodeWidthStr as _;
            assert!(text.lines().all(|l| l.width() <= text::WIDTH), "{name} {payload:?}");
            assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{name} {payload:?}");
        }
    }
}

#[test]
fn workbooks_have_no_formula_no_link_and_text_that_is_text() {
    use std::io::Read as _;
    for payload in payloads::all().into_iter().step_by(3) {
        let scorecard = with(&payload);
        let bytes = xlsx::card(&scorecard, &scorecard.cards[0]).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for i in 0..archive.len() {
            let mut part = String::new();
            let mut file = archive.by_index(i).unwrap();
            file.read_to_string(&mut part).unwrap();
            let name = file.name().unwrap().into_owned();
            assert!(
                !name.contains("external") && !name.contains("vba") && !part.contains("<f>") && !part.contains("<f "),
                "{name} {payload:?}"
            );
            assert!(!part.contains("<hyperlink") && !part.contains("<script") && !part.contains('\u{0}'), "{name} {payload:?}");
        }
    }
}
