//! The shape and size of messages, checked by hand-written rules of Adaptive Cards 1.5.

use super::*;
use crate::report::tests::scorecard;
use crate::scorecard::Certainty;

/// Every object of a card has only what its type has in schema 1.5, as far as it is used here; returns the texts.
fn checked(value: &Value, texts: &mut Vec<String>) {
    let allowed: &[&str] = match value["type"].as_str().expect("every element has a type") {
        "AdaptiveCard" => &["$schema", "type", "version", "fallbackText", "msteams", "body", "actions"],
        "Container" => &["type", "separator", "spacing", "items"],
        "RichTextBlock" => &["type", "inlines"],
        "TextRun" => &["type", "text", "size", "weight", "color", "isSubtle"],
        "Table" => &["type", "separator", "spacing", "firstRowAsHeaders", "showGridLines", "columns", "rows"],
        "TableRow" => &["type", "cells"],
        "TableCell" => &["type", "items"],
        "Action.OpenUrl" => &["type", "title", "url"],
        other => panic!("{other} is not expected"),
    };
    for (key, inner) in value.as_object().unwrap() {
        assert!(allowed.contains(&key.as_str()), "{key} in {}", value["type"]);
        if ["body", "items", "inlines", "rows", "cells", "actions"].contains(&key.as_str()) {
            inner.as_array().unwrap().iter().for_each(|v| checked(v, texts));
        }
        if key == "text" {
            texts.push(inner.as_str().unwrap().replace('\u{a0}', " "));
        }
    }
}

fn texts(page: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(page).unwrap();
    assert_eq!((value["type"].as_str(), value["attachments"].as_array().unwrap().len()), (Some("message"), 1));
    let attachment = &value["attachments"][0];
    assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
    let mut texts = vec![];
    checked(&attachment["content"], &mut texts);
    texts
}

#[test]
fn a_message_has_its_findings_before_its_measures() {
    let all = pages(&scorecard(), None).unwrap();
    let shown = texts(&all[0].bytes);
    assert_eq!(shown[0], "Kundendienst <\u{2060}Nord>");
    assert_eq!(shown[3], "1 of 1 target met, 1 without data");
    assert!(shown[4].starts_with("! <\u{2060}script>"));
    assert_eq!(shown[5..7], ["Goals", "No goals were set <\u{2060}yet>."]);
    let at = shown.iter().position(|t| t == "Label of fcr (fcr)").expect("the measure");
    assert_eq!(shown[at + 1], "75 % (60–85 %, n 40), target ≥ 70 %, ○ met, may be chance · better than usual (high)");
    assert_eq!(shown[at + 2], "············▄");
    assert!(all.iter().all(|p| p.bytes.len() <= MAX_BYTES));
}

#[test]
fn a_message_that_would_be_too_large_loses_measures_and_says_so() {
    let mut scorecard = scorecard();
    let card = &mut scorecard.cards[0];
    let mut long = card.doing_well[0].clone();
    (long.text, long.title, long.certainty) = ("🦀".repeat(900), "日".repeat(300), Certainty::Clear);
    (card.doing_well, card.to_improve, card.goals) = (vec![long.clone(); 9], vec![long.clone(); 9], vec![long; 9]);
    let text = message(&Everybody::of(&scorecard), &scorecard.cards[0], None).unwrap();
    assert!(text.len() <= MAX_BYTES && text.len() > MAX_BYTES / 3, "{}", text.len());
    assert!(texts(text.as_bytes()).iter().any(|t| t == "and 4 more measures on the page"));
}

#[test]
fn the_only_link_is_the_one_of_the_config() {
    let base = Base::new("https://x.example/w46").unwrap();
    let scorecard = scorecard();
    let value: Value = serde_json::from_str(&message(&Everybody::of(&scorecard), &scorecard.cards[1], Some(&base)).unwrap()).unwrap();
    assert_eq!(value["attachments"][0]["content"]["actions"][0]["url"], "https://x.example/w46/teams/team-x.html");
}

#[test]
fn text_calls_no_function_and_mentions_nobody() {
    assert_eq!(
        plain("{{DATE(x)}} {{{ ${y} <at>z</at>", 99),
        "{\u{2060}{DATE(x)}} {\u{2060}{\u{2060}{ $\u{2060}{y} <\u{2060}at>z<\u{2060}/at>"
    );
    assert_eq!((plain("  ", 9), plain("abcdef", 4)), ("–".to_owned(), "abc…".to_owned()));
}
