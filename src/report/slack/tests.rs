//! The shape and limits of messages, and what text from data may not do in them.

use serde_json::Value;

use super::*;
use crate::report::tests::scorecard;
use crate::scorecard::Certainty;

fn texts(value: &Value) -> Vec<&Value> {
    value["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|b| b.get("text").into_iter().chain(b["elements"].as_array().into_iter().flatten()))
        .collect()
}

#[test]
fn marks_are_taken_out_of_text() {
    let cases = [
        ("<!channel> & <@U1> <https://x|y>", "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;https://x|y&gt;"),
        ("*a* _b_ ~c~ `d`", "∗a∗ ˍbˍ ∼c∼ ˋdˋ"),
        ("at 06:00:15 :skull: a:b", "at 06∶00:15 ∶skull: a:b"),
        ("a\nb\u{202e}c", "a bc"),
    ];
    for (text, wanted) in cases {
        assert_eq!(escape(text, 100), wanted);
    }
    assert_eq!(escape("abcdef", 4), "abc…");
    assert_eq!((header("<!here> & co"), header(" ")), ("‹!here› ＆ co".to_owned(), "–".to_owned()));
}

#[test]
fn a_message_has_its_findings_before_its_measures_and_keeps_the_limits() {
    let scorecard = scorecard();
    let all: Vec<Value> = pages(&scorecard, None).unwrap().iter().map(|p| serde_json::from_slice(&p.bytes).unwrap()).collect();
    for value in &all {
        assert!(value["blocks"].as_array().unwrap().len() <= MAX_BLOCKS);
        for text in texts(value) {
            let is_header = text["type"] == "plain_text";
            let length = text["text"].as_str().unwrap().encode_utf16().count();
            assert!(length > 0 && length <= if is_header { MAX_HEADER } else { MAX_TEXT });
            assert!(is_header || text["verbatim"] == true);
        }
    }
    let shown: Vec<String> = texts(&all[0]).iter().map(|t| t["text"].as_str().unwrap().replace('\u{a0}', " ")).collect();
    assert_eq!(shown[0], "Kundendienst ‹Nord›");
    assert_eq!(shown[1], "Week of 2026-W46\ndata until 2026-11-16 06:00 (Europe/Berlin)");
    assert!(shown[2].starts_with("*1 of 1 target met, 1 without data*\n! &lt;script&gt;"));
    assert_eq!(shown[3], "*Goals*\nNo goals were set &lt;yet&gt;.");
    let measures =
        "*Label of fcr (fcr)*: 75 % (60–85 %, n 40), target ≥ 70 %, ○ met, may be chance · better than usual (high) ············▄";
    assert!(shown[6].starts_with(measures), "{}", shown[6]);
    assert!(shown[6].ends_with("and 2 more measures on the page"));
}

#[test]
fn findings_of_any_length_are_cut_and_spread_over_sections() {
    let mut scorecard = scorecard();
    let mut long = scorecard.cards[0].doing_well[0].clone();
    (long.text, long.title, long.certainty) = ("&".repeat(5000), "&<>".repeat(300), Certainty::Clear);
    scorecard.cards[0].doing_well = vec![long; 9];
    let text = message(&Everybody::of(&scorecard), &scorecard.cards[0], None).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(texts(&value).iter().all(|t| t["text"].as_str().unwrap().encode_utf16().count() <= MAX_TEXT));
    assert!(text.contains("and 6 more: see the measures"));
}

#[test]
fn the_only_link_is_the_one_of_the_config() {
    let base = Base::new("https://x.example/w46").unwrap();
    let scorecard = scorecard();
    for page in pages(&scorecard, Some(&base)).unwrap() {
        let value: Value = serde_json::from_slice(&page.bytes).unwrap();
        let links: Vec<&str> = texts(&value).iter().filter_map(|t| t["text"].as_str()).filter(|t| t.contains('<')).collect();
        assert_eq!(links, [format!("<https://x.example/w46/{}|The whole page>", page.name.replace(".slack.json", ".html"))]);
    }
}
