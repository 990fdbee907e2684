//! Cards of people from the folders of their own, where a report made them.

use std::collections::BTreeMap;

use super::{Context, published};
use crate::commands::report::PEOPLE;
use crate::error::Result;
use crate::publish::names_in;
use crate::scorecard::{Card, Scorecard};

/// Everybody's own scorecard of a published period, by the slug of the card; a folder that holds another card is left alone.
///
/// # Errors
/// An output error for a file that is there and cannot be read.
pub(super) fn scorecards(ctx: &Context, scorecard: &Scorecard) -> Result<BTreeMap<String, Scorecard>> {
    let folder = ctx.settings.dir.join(&ctx.settings.report.out).join(&scorecard.period.id).join(PEOPLE);
    let mut out = BTreeMap::new();
    for slug in names_in(&folder)?.unwrap_or_default() {
        let Some(mine) = published(&folder.join(&slug))? else { continue };
        let is_theirs = mine.period.id == scorecard.period.id && matches!(mine.cards.as_slice(), [card] if card.slug == slug);
        out.extend(is_theirs.then_some((slug, mine)));
    }
    Ok(out)
}

/// All cards there are, those that stand in nobody else's list among them.
pub(super) fn cards(scorecard: &Scorecard, mine: &BTreeMap<String, Scorecard>) -> Vec<Card> {
    let is_known = |card: &&Card| scorecard.cards.iter().any(|c| c.slug == card.slug);
    let more = mine.values().flat_map(|s| &s.cards).filter(|card| !is_known(card));
    scorecard.cards.iter().chain(more).cloned().collect()
}
