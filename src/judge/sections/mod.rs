//! The parts of a card with a subject of their own, one a file.

pub(super) mod cells;
mod changed;
mod drivers;
pub(super) mod mentors;
pub(super) mod people;
mod places;
mod recognition;
pub(super) mod repeats;
mod watermelon;

use super::cards::{Ground, Subject};
use crate::error::Result;
use crate::scorecard::{CardKind, Certainty, Finding, Section};

/// The sections of a subject, in order; a part without anything to go by is left out.
pub(super) fn all(ground: &Ground<'_>, s: &Subject) -> Result<Vec<Section>> {
    let is_asked = |page: &str| ground.e.is_asked(page);
    let parts = match s.kind {
        CardKind::Desk => vec![
            changed::section(ground)?,
            places::section(ground)?,
            // What has a page of its own is told there.
            if is_asked("knowledge") { None } else { repeats::section(ground) },
            watermelon::section(ground, s),
            drivers::section(ground)?,
            if is_asked("people") { None } else { people::section(ground)? },
            if is_asked("people") { None } else { mentors::section(ground)? },
            recognition::section(ground, s),
        ],
        CardKind::Team | CardKind::Supplier => vec![recognition::section(ground, s), watermelon::section(ground, s)],
        CardKind::Agent => Vec::new(),
    };
    Ok(parts.into_iter().flatten().collect())
}

/// A finding of a section.
fn finding(metric: &str, title: impl Into<String>, text: String, (certainty, is_good): (Certainty, Option<bool>)) -> Finding {
    Finding { metric: metric.to_owned(), title: title.into(), text, certainty, is_met: None, is_good, examples: Vec::new() }
}
