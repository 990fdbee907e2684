//! Pages on one topic across the whole desk, one a file.

mod review;
mod sla;

use super::cards::Ground;
use crate::scorecard::{Card, Topic};

/// The topics whose pages are asked for, as far as there is something to say.
pub(super) fn all(ground: &Ground<'_>, cards: &[Card]) -> Vec<Topic> {
    let is_asked = |page: &str| ground.e.settings.report.pages.iter().any(|p| p == page);
    let sla = if is_asked("sla") { sla::topic(ground, cards) } else { None };
    // Where there is an SLA page, the review is reached from there and from the data page alone.
    let parent = sla.as_ref().map(|topic| topic.id.clone());
    let review = if is_asked("review") { review::topic(ground, parent) } else { None };
    sla.into_iter().chain(review).collect()
}
