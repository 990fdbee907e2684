//! From the scorecard to what people and machines read: pages, JSON, CSV, a text summary.
//!
//! Owns the names and the bytes of everything handed out. The same scorecard gives the same bytes: no clock, no hash order.
//! Pages are self-contained (no script, no request), and none of them holds rows, only links to them.

mod blocks;
mod brief;
mod card_view;
pub mod chat;
pub mod csv;
pub mod html;
pub mod inquiry;
pub mod json;
pub(crate) mod lists;
pub mod mail;
pub mod markdown;
mod measure;
mod mentioned;
pub mod outputs;
mod own;
mod page_view;
pub mod paper;
mod parts;
mod signals;
pub mod slack;
mod spark;
pub mod teams;
pub mod text;
pub mod tidy;
pub mod told;
mod topic_view;
pub mod view;
pub mod xlsx;

use std::path::Path;

use crate::error::{Error, Result};
use crate::scorecard::{Explanation, RuleInfo, SCHEMA_VERSION, Scorecard, Topic};

/// A file of the scorecard's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Path below the folder, with `/`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Page {
    fn new(name: impl Into<String>, text: String) -> Self {
        Self { name: name.into(), bytes: text.into_bytes() }
    }
}

/// Every file of a scorecard: HTML pages, `scorecard.json`, `kpis.csv`, `summary.txt`.
pub fn pages(scorecard: &Scorecard) -> Result<Vec<Page>> {
    pages_with(scorecard, None)
}

/// [`pages`], where a file in `templates` replaces the built-in template of its name.
pub fn pages_with(scorecard: &Scorecard, templates: Option<&Path>) -> Result<Vec<Page>> {
    let mut pages = html::pages(scorecard, templates)?;
    pages.push(Page::new("scorecard.json", json::scorecard(scorecard)?));
    pages.push(Page::new("kpis.csv", csv::kpis(scorecard)?));
    pages.push(Page::new("summary.txt", text::summary(scorecard)));
    Ok(pages)
}

/// One person's own files, of a scorecard with their card alone: the page, its definitions, `scorecard.json`, `kpis.csv`, and what
/// else is asked for. None leads out of the folder.
///
/// # Errors
/// As [`pages`]; a bug of ours if there is not one card.
pub fn own_pages(scorecard: &Scorecard, outputs: &outputs::Outputs, templates: Option<&Path>) -> Result<Vec<Page>> {
    let [card] = scorecard.cards.as_slice() else { return Err(Error::bug("a folder of one person is made of one card")) };
    let mut pages = html::own_pages(scorecard, card, templates)?;
    pages.push(Page::new("scorecard.json", json::scorecard(scorecard)?));
    pages.push(Page::new("kpis.csv", csv::kpis(scorecard)?));
    pages.extend(outputs::pages(scorecard, &outputs::Outputs { link: None, ..outputs.clone() })?);
    Ok(pages)
}

/// The page and the text of an explanation, which stand alone; `topic` is what it says.
///
/// # Errors
/// As [`pages`].
pub fn explanation(e: &Explanation, topic: &Topic) -> Result<(Page, String)> {
    let alone = Scorecard {
        schema_version: SCHEMA_VERSION,
        tool: e.tool.clone(),
        desk: e.desk.clone(),
        time_zone: e.time_zone.clone(),
        period: e.period.clone(),
        previous_period: e.against.clone().unwrap_or_else(|| e.period.clone()),
        as_of: e.as_of.clone(),
        config_hash: e.config_hash.clone(),
        command: e.command.clone(),
        sources: Vec::new(),
        notes: Vec::new(),
        rule: RuleInfo { margin: 0.0, leaning: 0.0, clear: 0.0, recent_periods: 0, recent: String::new() },
        definitions: vec![e.definition.clone()],
        cards: Vec::new(),
        topics: Vec::new(),
        left_out: Vec::new(),
    };
    Ok((html::topic_alone(&alone, topic)?, text::topic(&alone, topic)))
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
