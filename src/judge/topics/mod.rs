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
use super::notes::note;
use crate::error::Result;
use crate::key;
use crate::scorecard::{Card, CardKind, ChartData, Kpi, LeftOut, Level, Note, Topic};

/// What became of a page, and what the config could add to it: a reader of the page is told what is missing, whoever keeps the config
/// what to do about it.
struct Made {
    page: Result<Box<Topic>, &'static str>,
    hints: Vec<&'static str>,
}

impl Made {
    /// It has something to say.
    fn page(topic: Topic) -> Self {
        Self { page: Ok(Box::new(topic)), hints: Vec::new() }
    }

    /// It has not: what is missing.
    fn missing(why: &'static str) -> Self {
        Self { page: Err(why), hints: Vec::new() }
    }

    /// With what to do, where that is so.
    fn hinting(mut self, is_so: bool, what: &'static str) -> Self {
        self.hints.extend(is_so.then_some(what));
        self
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

/// The topics whose pages are asked for, as far as there is something to say; those that are left out; what the config could add.
pub(super) fn all(ground: &Ground<'_>, cards: &[Card]) -> Result<(Vec<Topic>, Vec<LeftOut>, Vec<Note>)> {
    let (mut topics, mut left_out, mut setup): (Vec<Topic>, Vec<LeftOut>, Vec<Note>) = (Vec::new(), Vec::new(), Vec::new());
    for entry in TOPICS.iter().filter(|entry| ground.e.is_asked(entry.id)) {
        let title = crate::language::text(entry.title).to_owned();
        let made = (entry.make)(ground, cards)?;
        let hint = |what: &&'static str| note(Level::Setup, "page-data", format!("{title}: {}", crate::language::text(what)));
        setup.extend(made.hints.iter().map(hint));
        match made.page {
            Ok(topic) => {
                let is_there = |id: &&str| topics.iter().any(|t| t.id == **id);
                let parent = entry.parent.filter(is_there).map(str::to_owned);
                topics.push(Topic { id: entry.id.to_owned(), title, parent, ..*topic });
            }
            Err(why) => left_out.push(LeftOut { id: entry.id.to_owned(), title, why: crate::language::text(why).to_owned() }),
        }
    }
    Ok((topics, left_out, setup))
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
