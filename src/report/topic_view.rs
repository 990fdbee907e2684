//! A page on one topic as the strings it shows, and the links between such pages.
//!
//! Owns who links to a topic: the navigation to those without a parent, a parent and the data page to the others; no page of an
//! agent to any.

use super::card_view::{Place, measures, note, unnamed_if_single};
use super::parts::extras;
use super::view::{Link, PageLine, TopicLink, TopicView};
use crate::error::{Error, Result};
use crate::format;
use crate::say;
use crate::scorecard::{CardKind, Kpi, Level, Scorecard, Topic};

/// File name stems of other pages of the folder.
const TAKEN: [&str; 4] = ["index", "desk", "definitions", "data"];

/// The page of one topic.
pub(super) fn topic(place: Place<'_>, t: &Topic) -> TopicView {
    let (judged, context): (Vec<&Kpi>, Vec<&Kpi>) = t.kpis.iter().partition(|k| k.is_judged);
    let over = match (&t.over, &t.finding) {
        (over, finding) if over.is_empty() && finding.is_empty() => &place.scorecard.desk,
        (over, _) if over.is_empty() => &t.title,
        (over, _) => over,
    };
    let warnings = place.scorecard.notes.iter().filter(|n| n.level <= Level::Warning);
    TopicView {
        over: format::label(over, 120),
        title: format::label(if t.finding.is_empty() { &t.title } else { &t.finding }, 160),
        lead: format::label(&t.lead, 1000),
        notes: warnings.map(note).collect(),
        measures: measures(place, say!("Measures"), judged, "k"),
        extras: extras(place, &place.scorecard.desk, &t.sections),
        context: unnamed_if_single(measures(place, say!("Context, not judged"), context, "c")),
        further: further(place, |other| other.parent.as_deref() == Some(t.id.as_str())),
        footer: t.footer.iter().map(|f| format::label(f, 1000)).collect(),
    }
}

/// Where a topic's page lies below the scorecard's folder.
pub(super) fn path(t: &Topic) -> String {
    format!("{}.html", t.id)
}

/// Links of the navigation: file name stem and name.
pub(super) fn navigation(place: Place<'_>) -> Vec<TopicLink> {
    let named = |t: &Topic| TopicLink { id: t.id.clone(), link: link(place, t) };
    place.scorecard.topics.iter().filter(|t| t.parent.is_none()).map(named).collect()
}

/// Links to those topics that are not in the navigation and of which `is_wanted` holds.
pub(super) fn further(place: Place<'_>, is_wanted: impl Fn(&Topic) -> bool) -> Vec<Link> {
    place.scorecard.topics.iter().filter(|t| t.parent.is_some() && is_wanted(t)).map(|t| link(place, t)).collect()
}

/// A line a page that is no card of a team, supplier or agent: for whom, where it is, what it found; those left out with why.
pub(super) fn contents(place: Place<'_>, headline: &str) -> Vec<PageLine> {
    let said = |t: &Topic| if t.finding.is_empty() { format::label(&t.lead, 200) } else { format::label(&t.finding, 160) };
    let has_desk = place.scorecard.cards.iter().any(|c| c.kind == CardKind::Desk);
    let desk = has_desk.then(|| PageLine {
        link: Link { text: say!("Desk").to_owned(), href: place.href("desk.html") },
        said: if headline.is_empty() { say!("Everything the team looks at").to_owned() } else { headline.to_owned() },
        is_left_out: false,
    });
    let made = place.scorecard.topics.iter().map(|t| PageLine { link: link(place, t), said: said(t), is_left_out: false });
    let left_out = place.scorecard.left_out.iter().map(|l| PageLine {
        link: Link { text: format::label(&l.title, 60), href: String::new() },
        said: say!("Left out. {why}", why = format::label(&l.why, 500)),
        is_left_out: true,
    });
    desk.into_iter().chain(made).chain(left_out).collect()
}

fn link(place: Place<'_>, t: &Topic) -> Link {
    Link { text: format::label(&t.title, 60), href: place.href(&path(t)) }
}

/// Whether a path below the scorecard's folder is a topic's page, or a place in it.
pub(super) fn is_topic(topics: &[Topic], page: &str) -> bool {
    let file = page.split('#').next().unwrap_or_default();
    topics.iter().any(|t| path(t) == file)
}

/// That every topic has a file name of its own and a parent that can be reached.
pub(super) fn check(scorecard: &Scorecard) -> Result<()> {
    for (i, t) in scorecard.topics.iter().enumerate() {
        let is_safe = !t.id.is_empty() && t.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let is_own = |id: &str| !id.eq_ignore_ascii_case(&t.id);
        if !is_safe || !TAKEN.iter().all(|id| is_own(id)) || !scorecard.topics[..i].iter().all(|other| is_own(&other.id)) {
            return Err(Error::bug("a topic's id is not a safe file name of its own").at(t.id.clone()));
        }
        let is_reached = |parent: &String| scorecard.topics.iter().any(|other| other.id == *parent && other.parent.is_none());
        if !t.parent.as_ref().is_none_or(is_reached) {
            return Err(Error::bug("a topic's parent is not a topic in the navigation").at(t.id.clone()));
        }
    }
    Ok(())
}
