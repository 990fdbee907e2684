//! Which product an export comes from: by headers only its exports have, and by how many of its headers the preset maps.

use super::known::{Header, Known, is_nameless};
use super::{Confidence, Finding, Sample};
use crate::columns::Source;
use crate::settings::Shape;

/// What the header tells of the product.
#[derive(Debug, Clone)]
pub(super) struct Choice<'a> {
    /// The product's preset and the kind of source; None: no product in particular.
    pub(super) known: Option<&'a Known>,
    pub(super) finding: Finding,
    /// Others that fit as well.
    pub(super) rivals: Vec<&'a Known>,
}

/// How well a preset's kind fits a header.
struct Candidate<'a> {
    known: &'a Known,
    signed: Vec<&'a str>,
    mapped: usize,
}

impl Candidate<'_> {
    /// What ranks first, first: headers of the signature, and headers mapped.
    fn rank(&self) -> (usize, usize) {
        (self.signed.len(), self.mapped)
    }

    /// Whether one header of the signature, or none, may be told from a coincidence: only if it explains more than no product does.
    fn is_telling(&self, generic: usize) -> bool {
        match self.signed.len() {
            0 => self.known.signature.is_empty() && self.mapped > generic,
            1 => self.mapped > generic,
            _ => true,
        }
    }
}

/// The sample under the names a preset has for files without a header row, if there is just one such preset whose names fit.
pub(super) fn with_names(sample: &Sample, known: &[Known]) -> Option<Sample> {
    if !is_nameless(&sample.header) {
        return None;
    }
    let mut fitting = known.iter().filter_map(|k| k.names_for(sample.header.len()).map(|names| (k, names)));
    let (first, others) = (fitting.next()?, fitting.next());
    let header = first.1.to_vec();
    let mut sample = Sample { header, ..sample.clone() };
    sample.told.push(("columns".to_owned(), format!("named by the preset {}", first.0.preset), "the file has no header row".to_owned()));
    others.is_none().then_some(sample)
}

/// Events of Asterisk's `queue_log`, fifth on each of its lines.
const QUEUE_EVENTS: [&str; 12] = [
    "ENTERQUEUE",
    "CONNECT",
    "COMPLETEAGENT",
    "COMPLETECALLER",
    "ABANDON",
    "RINGNOANSWER",
    "EXITWITHTIMEOUT",
    "ADDMEMBER",
    "REMOVEMEMBER",
    "PAUSE",
    "UNPAUSE",
    "QUEUESTART",
];

/// The preset with a reader for this very file, if nearly all rows are what it reads.
pub(super) fn shaped<'a>(sample: &Sample, known: &'a [Known]) -> Option<Choice<'a>> {
    let known = known.iter().find(|k| k.options.shape == Some(Shape::QueueLog))?;
    let is_event = |row: &&Vec<String>| row.get(4).is_some_and(|e| QUEUE_EVENTS.contains(&e.trim()));
    let count = sample.rows.iter().filter(is_event).count();
    let evidence = format!("{count} of {} lines are events of a queue", sample.rows.len());
    let finding = Finding { found: known.product.clone(), confidence: Confidence::Certain, evidence };
    (count > 0 && count * 10 >= sample.rows.len() * 9).then(|| Choice { known: Some(known), finding, rivals: Vec::new() })
}

/// The product of an export with this header.
pub(super) fn product<'a>(names: &[String], known: &'a [Known]) -> Choice<'a> {
    let header = &Header::new(names);
    let by_generic = |kind: Source| known.iter().find(|k| k.is_generic() && k.kind == kind).map_or(0, |k| k.mapped(header));
    let of_product = known.iter().filter(|k| !k.is_generic() && k.has_required(header));
    let mut candidates: Vec<Candidate<'a>> =
        of_product.map(|known| Candidate { known, signed: known.signed(header), mapped: known.mapped(header) }).collect();
    candidates.retain(|c| is_named(c, names) || c.is_telling(best(&by_generic)));
    candidates.sort_by_key(|c| std::cmp::Reverse(c.rank()));
    let Some(first) = candidates.first() else { return no_product() };
    let rank = first.rank();
    let rivals: Vec<&Known> = candidates[1..].iter().filter(|c| c.rank() == rank).map(|c| c.known).collect();
    let confidence = match (first.signed.len(), rivals.is_empty()) {
        (_, false) => Confidence::Guess,
        (2.., true) => Confidence::Certain,
        (_, true) => Confidence::Likely,
    };
    Choice {
        known: Some(first.known),
        finding: Finding { found: first.known.product.clone(), confidence, evidence: evidence(first, names) },
        rivals,
    }
}

/// The most headers the preset of no product maps, whatever the kind.
fn best(by_generic: &impl Fn(Source) -> usize) -> usize {
    Source::ALL.into_iter().map(by_generic).max().unwrap_or(0)
}

/// Whether the file goes by the names the preset has for files without a header row.
fn is_named(candidate: &Candidate<'_>, header: &[String]) -> bool {
    candidate.known.names_for(header.len()).is_some_and(|names| names == header)
}

fn evidence(candidate: &Candidate<'_>, header: &[String]) -> String {
    let known = format!("the preset knows {} of {} headers", candidate.mapped, header.len());
    match candidate.signed.as_slice() {
        [] => format!("{known}, more than the one of no product"),
        signed => {
            let named = signed.iter().take(3).map(|h| super::shown(h, 24)).collect::<Vec<_>>().join(", ");
            let of = candidate.known.signature.len();
            format!("{} of {of} headers only its exports have ({named}); {known}", signed.len())
        }
    }
}

fn no_product() -> Choice<'static> {
    let evidence = "no preset's own headers are there".to_owned();
    Choice { known: None, finding: Finding { found: String::new(), confidence: Confidence::Guess, evidence }, rivals: Vec::new() }
}
