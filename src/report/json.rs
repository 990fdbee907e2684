//! JSON: `scorecard.json`, the waist itself, and one card of it with all that is needed to read it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::brief::{check_slug, stem};
use super::own::Everybody;
use super::{Page, mentioned};
use crate::error::{Error, Result};
use crate::scorecard::{Card, Definition, Note, PeriodInfo, RuleInfo, Scorecard};

/// One card, complete: what an agent, a supplier or a program for one of them needs, and nothing of anybody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OneCard {
    /// As in [`Scorecard::schema_version`]; both shapes change together.
    pub schema_version: u32,
    /// Name and version of the program that made it.
    pub tool: String,
    /// The desk's name.
    pub desk: String,
    /// IANA name of the desk's time zone.
    pub time_zone: String,
    /// The period reported.
    pub period: PeriodInfo,
    /// The period before it.
    pub previous_period: PeriodInfo,
    /// Cut-off of the data in the desk's zone.
    pub as_of: String,
    /// First 12 hex digits of the sha256 of the config text.
    pub config_hash: String,
    /// What a reader must know before the numbers; on an agent's card a note that names others only says that it exists.
    pub notes: Vec<Note>,
    /// The rule every verdict follows.
    pub rule: RuleInfo,
    /// Definitions of the metrics the card names, sorted by id.
    pub definitions: Vec<Definition>,
    /// The card; an agent's without what belongs to other agents.
    pub card: Card,
}

/// The scorecard as pretty JSON with a line break at the end; fields in the order they are declared.
pub fn scorecard(scorecard: &Scorecard) -> Result<String> {
    pretty(scorecard, "the scorecard")
}

/// A JSON file a card: `desk.json`, `teams/….json`, `agents/….json`.
pub fn pages(scorecard: &Scorecard) -> Result<Vec<Page>> {
    let everybody = Everybody::of(scorecard);
    let page = |card: &Card| {
        check_slug(card)?;
        Ok(Page::new(format!("{}.json", stem(card)), pretty(&one_card(&everybody, card), "a card")?))
    };
    scorecard.cards.iter().map(page).collect()
}

/// One card with its definitions and notes.
fn one_card(everybody: &Everybody<'_>, card: &Card) -> OneCard {
    let (scorecard, own_card) = (everybody.scorecard, everybody.only_own(card));
    OneCard {
        schema_version: scorecard.schema_version,
        tool: scorecard.tool.clone(),
        desk: scorecard.desk.clone(),
        time_zone: scorecard.time_zone.clone(),
        period: scorecard.period.clone(),
        previous_period: scorecard.previous_period.clone(),
        as_of: scorecard.as_of.clone(),
        config_hash: scorecard.config_hash.clone(),
        notes: everybody.notes(card),
        rule: scorecard.rule.clone(),
        definitions: mentioned::definitions(scorecard, &own_card).into_iter().cloned().collect(),
        card: own_card,
    }
}

/// Pretty JSON with a line break at the end.
pub(super) fn pretty<T: Serialize>(value: &T, what: &str) -> Result<String> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| Error::bug(format!("{what} could not be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests;

    #[test]
    fn a_card_reads_back_and_is_its_own() {
        let scorecard = tests::scorecard();
        let all = pages(&scorecard).unwrap();
        let names: Vec<&str> = all.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["desk.json", "teams/team-x.json", "agents/agent-grace.json", "agents/agent-ada.json"]);
        let ada: OneCard = serde_json::from_slice(&all[3].bytes).unwrap();
        assert_eq!(ada, one_card(&Everybody::of(&scorecard), &scorecard.cards[3]));
        assert!(!String::from_utf8_lossy(&all[3].bytes).contains("Grace"));
        assert_eq!(ada.definitions.len(), 4);
    }

    #[test]
    fn a_slug_that_is_no_file_name_is_refused() {
        let mut scorecard = tests::scorecard();
        scorecard.cards[1].slug = "../x".into();
        assert_eq!(pages(&scorecard).unwrap_err().kind, crate::error::Kind::Bug);
    }
}
