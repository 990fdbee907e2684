//! A small card by hand, and laws over the hostile scorecard.

use super::*;
use crate::report::tests::scorecard;

#[test]
fn a_measure_is_a_row_of_nine_cells() {
    let scorecard = scorecard();
    let text = card(&Everybody::of(&scorecard), &scorecard.cards[0]).replace('\u{a0}', " ");
    assert!(text.starts_with("# Kundendienst &lt;Nord&gt;\n\nWeek of 2026-W46\n\nData until 2026-11-16 06:00 (Europe/Berlin)\n\n**1 of 1 target met, 1 without data**\n"));
    let row = "| Label of fcr | fcr | 75 % | 60–85 % | 40 | ≥ 70 % | ○ met, may be chance · better than usual (high) | +25 pts, 50 % in W46, n 30 | ············▄ |\n";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("- Label of fcr: Over the last 13 weeks 72 % (66 % to 79 %), 84 of 117 (○ cannot tell yet, needs about 40 more); +12 not yet mature; Between 58 % and 81 % once all 12 are in; "));
    assert!(text.ends_with("Made by deskcard 0.1.0, config 3f9c12ab04de.\n"));
}

#[test]
fn every_row_of_a_table_has_as_many_cells_as_its_head() {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for page in pages(&scorecard()).unwrap() {
        let text = String::from_utf8(page.bytes).unwrap();
        let mut columns = 0;
        for line in text.lines() {
            match line.starts_with('|') {
                true if columns == 0 => columns = cells(line),
                true => assert_eq!(cells(line), columns, "{}: {line}", page.name),
                false => columns = 0,
            }
        }
    }
}

#[test]
fn there_is_a_file_a_card_and_topic_and_an_agents_names_nobody_else() {
    let all = pages(&scorecard()).unwrap();
    let names: Vec<&str> = all.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["desk.md", "teams/team-x.md", "agents/agent-grace.md", "agents/agent-ada.md", "sla.md", "review.md"]);
    let ada = String::from_utf8_lossy(&all[3].bytes);
    assert!(ada.contains("Ada Lovelace") && !ada.contains("Grace") && !ada.contains('<') && !ada.contains("]("));
}
