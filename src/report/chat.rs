//! What a chat message says of a card, before Slack or Teams words it: the findings, then the measures with a target.
//!
//! Owns the choice, so that both say the same. A message is a pointer to the page, not the page: what it leaves out it counts.

use super::blocks::blocks;
use super::brief::{Brief, Line, check_slug, stem};
use super::card_view::Place;
use super::own::Everybody;
use super::view::BlockView;
use crate::error::{Error, Result};
use crate::format;
use crate::say;
use crate::scorecard::{Card, Kpi};

/// Most measures in a message.
const MEASURES: usize = 10;

/// A card's message.
#[derive(Debug)]
pub(super) struct Message {
    /// The card's words.
    pub(super) brief: Brief,
    /// The three blocks, each with few findings and how many more there are.
    pub(super) blocks: Vec<BlockView>,
    /// The measures with a target, then others that are judged.
    pub(super) lines: Vec<Line>,
    /// Measures of the card that are not among them.
    pub(super) left_out: usize,
    /// The card's page, if the scorecards are published somewhere.
    pub(super) link: Option<String>,
    /// Who made it.
    pub(super) tool: String,
}

impl Message {
    /// The message of a card; `base` is the address of the scorecard's folder.
    pub(super) fn of(everybody: &Everybody<'_>, card: &Card, base: Option<&Base>) -> Result<Self> {
        check_slug(card)?;
        let (scorecard, own) = (everybody.scorecard, everybody.only_own(card));
        let mut brief = Brief::of_card(everybody, card);
        let all = brief.measures.iter().flat_map(|m| &m.groups).map(|(_, lines)| lines.len()).sum::<usize>();
        let judged = brief.measures.iter_mut().find(|m| m.title == say!("Measures"));
        let mut lines: Vec<Line> = judged.map_or_else(Vec::new, |m| m.groups.drain(..).flat_map(|(_, lines)| lines).collect());
        lines.sort_by_key(|l| order(&own.kpis, &l.id));
        lines.truncate(MEASURES);
        Ok(Self {
            blocks: blocks(Place { scorecard, root: "" }, &own),
            left_out: all - lines.len(),
            lines,
            brief,
            link: base.map(|b| format!("{}/{}.html", b.0, stem(card))),
            tool: format::label(&say!("{tool}, config {config_hash}", tool = scorecard.tool, config_hash = scorecard.config_hash), 200),
        })
    }

    /// What a notification shows: whose, when, how it stands.
    pub(super) fn headline(&self) -> String {
        let parts = [self.brief.name.as_str(), &self.brief.period, &self.brief.headline];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// The first warning that the figures cannot be trusted without, and how many more there are.
    pub(super) fn warning(&self) -> Option<String> {
        let mut warnings = self.brief.critical();
        let first = warnings.next()?;
        let more = warnings.count();
        Some(if more == 0 { first.text.clone() } else { say!("{first} And {more} more.", first = first.text, more) })
    }

    /// `and 23 more measures on the page`.
    pub(super) fn more(&self) -> Option<String> {
        let n = self.left_out;
        (n > 0).then(|| say!(n => "and {n} more measure on the page", "and {n} more measures on the page", n))
    }
}

/// What somebody set a goal for comes first; within both halves the order stays.
fn order(kpis: &[Kpi], id: &str) -> (bool, bool) {
    let kpi = kpis.iter().find(|k| format::label(&k.metric, 60) == id);
    (kpi.is_none_or(|k| k.target.is_none()), kpi.is_none_or(|k| k.value.is_none()))
}

/// `First contact resolution (fcr_touch): 65 % (58–71 %, n 191), target ≥ 68 %, ◇ missed, may be chance`.
pub(super) fn sentence(line: &Line) -> String {
    let v = &line.view;
    let n = format!("n\u{a0}{}", v.n);
    let behind = [v.interval.as_str(), n.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
    let target = if v.target.is_empty() { String::new() } else { say!(", target {target}", target = v.target) };
    let said = line.said();
    let said = if said.is_empty() { said } else { format!(", {said}") };
    format!("{} ({behind}){target}{said}", v.value)
}

/// The address of the folder that the scorecards are published in, from the config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// An `https://` address; the slash at its end may be missing.
    pub fn new(address: &str) -> Result<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:%+=,@".contains(c);
        let host = address.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || host.starts_with('/') || !host.chars().all(is_plain) {
            let error =
                Error::config("the address of the published scorecards is not one that a message may link to").at(address.to_owned());
            return Err(error.hint("write it as https://intranet.example/scorecards/2026-W46, without a query"));
        }
        Ok(Self(address.trim_end_matches('/').to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;

    #[test]
    fn a_message_has_the_measures_with_a_target_first_and_counts_the_rest() {
        let mut scorecard = scorecard();
        scorecard.cards[0].kpis[0].target = None;
        let message = Message::of(&Everybody::of(&scorecard), &scorecard.cards[0], None).unwrap();
        assert_eq!(message.lines.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["csat", "fcr"]);
        assert_eq!(message.more().unwrap(), "and 2 more measures on the page", "context and observations");
        assert_eq!(message.headline(), "Kundendienst <Nord> · Week of 2026-W46 · No target can be judged yet");
        assert_eq!(sentence(&message.lines[1]).replace('\u{a0}', " "), "75 % (60–85 %, n 40), ○ met · better than usual (high)");
    }

    #[test]
    fn an_address_is_https_and_cannot_break_out_of_a_message() {
        let base = Base::new("https://x.example/a/").unwrap();
        let scorecard = scorecard();
        let message = Message::of(&Everybody::of(&scorecard), &scorecard.cards[3], Some(&base)).unwrap();
        assert_eq!(message.link.as_deref(), Some("https://x.example/a/agents/agent-ada.html"));
        for bad in [
            "",
            "http://x",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "https://x|y",
            "https://x/a b",
            "https://x/?a=<b>",
            "https://x)",
        ] {
            assert_eq!(Base::new(bad).unwrap_err().kind, crate::error::Kind::Config, "{bad}");
        }
    }
}
