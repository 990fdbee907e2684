//! Every page there can be is a page the config can name, and says so where it cannot be made.

use super::*;
use crate::settings::Settings;
use std::path::Path;

fn read(pages: &str) -> crate::error::Result<Settings> {
    let text = format!(
        "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[report]\npages = [{pages}]\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n"
    );
    Settings::parse(&text, Path::new("deskcard.toml"))
}

#[test]
fn every_topic_is_a_page_the_config_can_name() {
    for entry in &TOPICS {
        assert_eq!(read(&format!("\"{}\"", entry.id)).unwrap().report.pages, [entry.id]);
        assert!(entry.parent.is_none_or(|parent| TOPICS.iter().any(|other| other.id == parent && other.parent.is_none())));
    }
    let of_cards = ["desk", "teams", "suppliers", "agents"];
    let all: Vec<String> = TOPICS.iter().map(|t| format!("\"{}\"", t.id)).chain(of_cards.iter().map(|p| format!("\"{p}\""))).collect();
    let error = read(&format!("{}, \"nothing\"", all.join(", "))).unwrap_err();
    let said = format!("{error:?}");
    // A page the config knows and nobody makes would be asked for in vain.
    assert!(said.contains("nothing"), "{said}");
}

#[test]
fn a_desk_without_anything_leaves_its_pages_out_and_says_what_is_missing() {
    let scorecard = crate::judge::tests::empty();
    let left_out: Vec<&str> = scorecard.left_out.iter().map(|l| l.id.as_str()).collect();
    assert_eq!(left_out, ["business", "groups", "sla", "people", "knowledge", "cost"]);
    assert!(scorecard.topics.is_empty());
    for page in &scorecard.left_out {
        assert!(page.why.len() > 20 && page.why.ends_with('.') && !page.title.is_empty(), "{page:?}");
    }
    let is_plain = |why: &str| !why.contains('`') && !why.contains('[');
    assert!(scorecard.left_out.iter().all(|page| is_plain(&page.why)), "keys are for the data page");
    let hints: Vec<&str> = scorecard.notes.iter().filter(|n| n.level == Level::Setup).map(|n| n.text.as_str()).collect();
    assert!(hints.iter().any(|h| h.contains("operating_cost")) && hints.iter().any(|h| h.contains("[cost]")), "{hints:?}");
}
