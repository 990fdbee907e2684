//! Pages on one topic across the whole desk, one a file and one entry of [`TOPICS`].

mod business;
mod cost;
mod groups;
mod knowledge;
mod people;
mod review;
mod rows;
mod sla;

use super::cards::Ground;
use crate::error::Result;
use crate::key;
use crate::scorecard::{Card, CardKind, ChartData, Kpi, LeftOut, Topic};

/// What became of a page.
enum Made {
    /// It has something to say.
    Page(Box<Topic>),
    /// It has not: what is missing, and what to do about it.
    Missing(String),
}

impl Made {
    fn page(topic: Topic) -> Self {
        Self::Page(Box::new(topic))
    }

    fn missing(why: &'static str) -> Self {
        Self::Missing(crate::language::text(why).to_owned())
    }
}

/// A page there can be.
struct Entry {
    /// Its name in `[report] pages`, and its file's.
    id: &'static str,
    /// Its name in the navigation.
    title: &'static str,
    /// The page after this one is read first, where it was made: it alone leads here.
    parent: Option<&'static str>,
    make: fn(&Ground<'_>, &[Card]) -> Result<Made>,
}

/// All pages, in the order of the navigation. Whatever is added here is a name in [`crate::settings::Report::pages`] too.
const TOPICS: [Entry; 7] = [
    Entry { id: "business", title: key!("Business"), parent: None, make: business::topic },
    Entry { id: "groups", title: key!("Resolver groups"), parent: None, make: groups::topic },
    Entry { id: "sla", title: key!("SLA"), parent: None, make: sla::topic },
    Entry { id: "people", title: key!("People"), parent: None, make: people::topic },
    Entry { id: "knowledge", title: key!("Knowledge"), parent: None, make: knowledge::topic },
    Entry { id: "cost", title: key!("Cost"), parent: None, make: cost::topic },
    Entry { id: "review", title: key!("Patterns to ask about"), parent: Some("sla"), make: review::topic },
];

/// The topics whose pages are asked for, as far as there is something to say; and those that are left out.
pub(super) fn all(ground: &Ground<'_>, cards: &[Card]) -> Result<(Vec<Topic>, Vec<LeftOut>)> {
    let (mut topics, mut left_out): (Vec<Topic>, Vec<LeftOut>) = (Vec::new(), Vec::new());
    for entry in TOPICS.iter().filter(|entry| ground.e.is_asked(entry.id)) {
        let title = crate::language::text(entry.title).to_owned();
        match (entry.make)(ground, cards)? {
            Made::Page(topic) => {
                let is_there = |id: &&str| topics.iter().any(|t| t.id == **id);
                let parent = entry.parent.filter(is_there).map(str::to_owned);
                topics.push(Topic { id: entry.id.to_owned(), title, parent, ..*topic });
            }
            Made::Missing(why) => left_out.push(LeftOut { id: entry.id.to_owned(), title, why }),
        }
    }
    Ok((topics, left_out))
}

/// Measures of the desk's card that belong to a topic.
fn desk_kpis(cards: &[Card], wanted: &[&str]) -> Vec<Kpi> {
    let desk = cards.iter().find(|c| c.kind == CardKind::Desk);
    desk.map_or_else(Vec::new, |d| d.kpis.iter().filter(|k| wanted.contains(&k.metric.as_str())).cloned().collect())
}

/// A measure of the whole desk over time, with the limits of its chart.
fn desk_trend(ground: &Ground<'_>, metric: &str) -> Option<ChartData> {
    let desk = ground.subjects.iter().find(|s| s.kind == CardKind::Desk)?;
    let metric = ground.e.catalogue.get(metric).ok()?;
    super::figures::drawn(ground.e, desk, metric, super::signals::charted(ground.e, desk, metric).as_ref())
}

#[cfg(test)]
mod tests;
