//! Pages on one topic across the whole desk, one a file.

mod review;
mod sla;

use super::cards::Ground;
use crate::scorecard::{Card, Topic};

/// The topics whose pages are asked for, as far as there is something to say.
pub(super) fn all(ground: &Ground<'_>, cards: &[Card]) -> Vec<Topic> {
    let is_asked = |page: &str| ground.e.settings.report.pages.iter().any(|p| p == page);
    let sla = if is_asked("sla") { sla::topic(ground, cards) } else { None };
    let review = if is_asked("review") { review::topic(ground) } else { None };
    // Nothing leads to the review but the SLA page and the data page.
    sla.into_iter().chain(review).collect()
}
