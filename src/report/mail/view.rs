//! A card as the strings its mail shows.

use serde::Serialize;

use super::super::card_view::{self, Place, headline, kind_word};
use super::super::own::Everybody;
use super::super::view::{BlockView, FindingView, KpiView, NextView, NoteView, Pair};
use super::super::{blocks, measure, page_view};
use super::words;
use super::{Order, Picture, Subject};
use crate::error::Result;
use crate::format;
use crate::say;
use crate::scorecard::{Better, Card, CardKind, ChartData, Definition, Kpi, Level, Note, Unit, Variation};

/// Most measures of a mail.
const MOST: usize = 12;
/// Most definitions below it.
const MOST_DEFINITIONS: usize = 6;
/// Most warnings of a mail that is not to a single person.
const MOST_NOTES: usize = 3;
/// Most tickets to look at a finding.
const MOST_EXAMPLES: usize = 3;
/// CSS pixels of a sparkline and of a chart.
const SPARK: (u32, u32) = (112, 32);
const CHART: (u32, u32) = (552, 230);

/// Draws a picture and gives its content id.
pub(super) type Draw<'a> = dyn FnMut(&Picture<'_>, &str) -> Result<Option<String>> + 'a;

/// What the templates of a mail see.
#[derive(Debug, Clone, Serialize)]
pub struct MailView {
    /// Tag of the language.
    pub lang: &'static str,
    /// The desk.
    pub desk: String,
    /// `Agent`, `Team`, …
    pub kind: String,
    /// Whose card.
    pub name: String,
    /// `Week 46 · 9–15 November 2026`.
    pub period: String,
    /// `not complete` or empty.
    pub partial: String,
    /// What a program shows beside the subject.
    pub preheader: String,
    /// The finding.
    pub finding: String,
    /// `5 of 7 targets met`, or empty.
    pub headline: String,
    /// Warnings about the data.
    pub notes: Vec<NoteView>,
    /// Measures.
    pub rows: Vec<RowView>,
    /// `and 20 more` on the card's page, or empty.
    pub more: String,
    /// A chart: one, or none.
    pub charts: Vec<ImageView>,
    /// Doing well, to work on.
    pub blocks: Vec<BlockView>,
    /// Goals for the next period.
    pub next: NextView,
    /// The card's page: one, or none.
    pub links: Vec<String>,
    /// Short definitions.
    pub definitions: Vec<Pair>,
    /// How far to trust it: one sentence, or empty.
    pub trust: String,
    /// Why the reader gets it.
    pub why: String,
    /// Cut-off of the data with the time zone.
    pub as_of: String,
    /// Command that makes the scorecard again.
    pub command: String,
    /// Program and version.
    pub tool: String,
    /// Hash of the config.
    pub config_hash: String,
}

/// A measure.
#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    /// Name.
    pub label: String,
    /// Value.
    pub value: String,
    /// Rows behind it.
    pub n: String,
    /// Target with its direction, or empty.
    pub target: String,
    /// `good`, `concern`, `plain`, `open`.
    pub class: String,
    /// `● met`, `◆ missed`, `no data`, or empty.
    pub verdict: String,
    /// `+3 pts from 65 % in W45, n 170`, or empty.
    pub change: String,
    /// What is special about the newest point, or empty.
    pub special: String,
    /// Sparkline: one, or none.
    pub images: Vec<ImageView>,
}

/// A picture of the message.
#[derive(Debug, Clone, Serialize)]
pub struct ImageView {
    /// Its content id.
    pub cid: String,
    /// What it shows, in words.
    pub alt: String,
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
}

impl MailView {
    /// Leaves out what matters least of what is left, for a message that is too long: definitions, tickets, findings after the first of a
    /// block, the rest of the footer, warnings, goals and measures after the first. `false` if nothing more may go; all of it is on the card's page.
    pub(super) fn shorten(&mut self) -> bool {
        let has_examples = |b: &BlockView| b.findings.iter().any(|f| !f.examples.is_empty());
        if !self.definitions.is_empty() {
            self.definitions.clear();
        } else if self.blocks.iter().any(has_examples) {
            self.blocks.iter_mut().flat_map(|b| &mut b.findings).for_each(|f| f.examples.clear());
        } else if let Some(block) = self.blocks.iter_mut().filter(|b| b.findings.len() > 1).max_by_key(|b| b.findings.len()) {
            block.findings.pop();
        } else if !self.trust.is_empty() || !self.command.is_empty() {
            self.trust.clear();
            self.command.clear();
        } else if self.notes.len() > 1 {
            self.notes.pop();
        } else if self.next.goals.len() > 1 {
            self.next.goals.pop();
        } else if self.rows.len() > 1 {
            self.rows.pop();
            say!("There are more measures on the page.").clone_into(&mut self.more);
        } else {
            return false;
        }
        true
    }
}

/// The mail of a card.
pub(super) fn view(order: &Order<'_>, draw: &mut Draw<'_>) -> Result<MailView> {
    let scorecard = order.scorecard;
    let everybody = Everybody::of(scorecard);
    let place = Place { scorecard, root: "" };
    let hidden = everybody.card_for(order.card, order.may_name);
    let card = &hidden;
    let chosen = choice(&card.kpis);
    let rows = chosen.iter().enumerate().map(|(i, k)| row(place, (i, k), draw)).collect::<Result<Vec<_>>>()?;
    let finding = words::finding(card);
    let headline = if card.kind == CardKind::Agent { String::new() } else { headline(&card.kpis) };
    Ok(MailView {
        lang: crate::language::tag(),
        desk: format::label(&scorecard.desk, 120),
        kind: kind_word(card.kind).to_owned(),
        name: format::label(&card.name, 120),
        period: format::label(&scorecard.period.label, 120),
        partial: if scorecard.period.is_partial {
            say!("The period is not complete: its figures are not comparable yet.").into()
        } else {
            String::new()
        },
        preheader: [headline.as_str(), &finding].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(". "),
        finding,
        headline,
        notes: notes(&everybody, order, card),
        more: more(card.kpis.len() - rows.len()),
        rows,
        charts: chart(card, draw)?.into_iter().collect(),
        blocks: blocks::blocks(place, card).into_iter().filter(|b| b.class != "goals").map(with_few_examples).collect(),
        next: blocks::next(place, card),
        links: order.link.map(|base| format!("{base}/{}/{}", scorecard.period.id, page_view::card_path(card))).into_iter().collect(),
        definitions: definitions(place, &chosen),
        trust: card.footer.first().map_or_else(String::new, |f| format::label(f, 600)),
        why: order.why.sentence(&scorecard.desk, &card.name),
        as_of: format!("{} ({})", format::day(&format::clean(&scorecard.as_of)), scorecard.time_zone),
        command: format::label(&scorecard.command, 300),
        tool: format::label(&scorecard.tool, 60),
        config_hash: scorecard.config_hash.clone(),
    })
}

/// What to look at, for what is to be worked on; what a ticket was about stays on the page.
fn with_few_examples(mut block: BlockView) -> BlockView {
    let most = if block.class == "improve" { MOST_EXAMPLES } else { 0 };
    block.findings.iter_mut().for_each(|f: &mut FindingView| f.examples.truncate(most));
    block
}

/// What the figures cannot be trusted without, in words; of other warnings how many there are. A person gets told that there are
/// warnings; what they say is the desk's to mend.
fn notes(everybody: &Everybody<'_>, order: &Order<'_>, card: &Card) -> Vec<NoteView> {
    let all = everybody.notes_for(card, order.may_name);
    let warnings: Vec<&Note> = all.iter().filter(|n| n.level <= Level::Warning).collect();
    let critical = warnings.iter().filter(|n| n.level == Level::Critical);
    let shown: Vec<NoteView> = critical.take(MOST_NOTES).map(|n| card_view::note(n)).collect();
    let rest = if card.kind == CardKind::Agent { warnings.len() } else { warnings.len() - shown.len() };
    let word = if rest == 1 { say!("One warning").to_owned() } else { say!("{rest} warnings", rest) };
    let counted = NoteView {
        class: "warning".into(),
        word: say!("Data").into(),
        code: "more".into(),
        text: if card.kind == CardKind::Agent {
            say!("{word} on the data; whoever leads the desk can see what.", word)
        } else {
            say!("{word} on the data: see the desk’s data page.", word)
        },
    };
    let kept = if card.kind == CardKind::Agent { Vec::new() } else { shown };
    kept.into_iter().chain((rest > 0).then_some(counted)).collect()
}

/// The measures of a mail in the card's order: those with a target, then those that changed, then other judged ones.
fn choice(kpis: &[Kpi]) -> Vec<&Kpi> {
    let rank = |k: &Kpi| match (k.is_judged && k.target.is_some(), is_special(k), k.is_judged && k.value.is_some()) {
        (true, _, _) => 0,
        (_, true, _) => 1,
        (_, _, true) => 2,
        _ => 3,
    };
    let mut places: Vec<usize> = (0..kpis.len()).filter(|i| rank(&kpis[*i]) < 3).collect();
    places.sort_by_key(|i| (rank(&kpis[*i]), *i));
    places.truncate(MOST);
    places.sort_unstable();
    places.into_iter().map(|i| &kpis[i]).collect()
}

fn is_special(k: &Kpi) -> bool {
    k.value.is_some() && k.signal.is_some_and(|s| s.variation != Variation::CommonCause)
}

fn more(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => say!("One more measure is on the card’s page.").to_owned(),
        n => say!("{n} more measures are on the card’s page.", n = format::count(n as u64)),
    }
}

fn row(place: Place<'_>, (i, k): (usize, &Kpi), draw: &mut Draw<'_>) -> Result<RowView> {
    let (unit, shown) = (place.unit(&k.metric), measure::kpi(place, k, "m"));
    let picture = Picture { subject: Subject::Spark(k, unit), width: SPARK.0, height: SPARK.1 };
    let cid = draw(&picture, &format!("spark-{}", i + 1))?;
    let alt = spark_words(k, unit);
    Ok(RowView {
        change: change(&shown),
        verdict: verdict(k, &shown),
        label: shown.label,
        value: shown.value,
        n: if k.n > 0 { shown.n } else { String::new() },
        target: shown.target,
        class: shown.verdict_class,
        special: if is_special(k) { shown.variation.word } else { String::new() },
        images: cid.map(|cid| ImageView { cid, alt, width: SPARK.0, height: SPARK.1 }).into_iter().collect(),
    })
}

fn change(shown: &KpiView) -> String {
    match (shown.change.delta.as_str(), shown.change.previous.as_str()) {
        ("", previous) => previous.to_owned(),
        (delta, previous) => say!("{delta} from {previous}", delta, previous),
    }
}

fn verdict(k: &Kpi, shown: &KpiView) -> String {
    match (shown.is_missing, k.immature) {
        (false, _) if shown.verdict.is_empty() && k.is_judged && k.target.is_some() => say!("too few to tell").to_owned(),
        (false, _) => shown.verdict.clone(),
        (true, 0) => say!("no data").to_owned(),
        (true, n) => say!("too early to tell for {n}", n = format::count(n)),
    }
}

/// A sparkline in words: its ends and its extremes.
fn spark_words(k: &Kpi, unit: Unit) -> String {
    let known: Vec<(&str, f64, u64)> = k.history.iter().filter_map(|p| Some((p.short.as_str(), p.value?, p.n))).collect();
    let value = |(_, v, n): &(&str, f64, u64)| format::value_of(unit, *v, *n);
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return say!("No earlier values").to_owned() };
    let by = |a: &&(&str, f64, u64), b: &&(&str, f64, u64)| a.1.total_cmp(&b.1);
    let (low, high) = (known.iter().min_by(by).unwrap_or(first), known.iter().max_by(by).unwrap_or(first));
    format::clean(&say!(
        "{from} {start} to {to} {end}; lowest {low}, highest {high}",
        from = first.0,
        start = value(first),
        to = last.0,
        end = value(last),
        low = value(low),
        high = value(high)
    ))
}

/// The first figure over time.
fn chart(card: &Card, draw: &mut Draw<'_>) -> Result<Option<ImageView>> {
    let Some((figure, alt)) = card.charts.iter().find_map(|c| match c {
        ChartData::Trend { title, subtitle, .. } => Some((c, format::label(&format!("{title}. {subtitle}"), 300))),
        _ => None,
    }) else {
        return Ok(None);
    };
    let picture = Picture { subject: Subject::Chart(figure), width: CHART.0, height: CHART.1 };
    Ok(draw(&picture, "chart-1")?.map(|cid| ImageView { cid, alt, width: CHART.0, height: CHART.1 }))
}

/// What the measures with a target mean, in a sentence each.
fn definitions(place: Place<'_>, kpis: &[&Kpi]) -> Vec<Pair> {
    let known = kpis.iter().filter(|k| k.target.is_some()).filter_map(|k| place.definition(&k.metric));
    known.take(MOST_DEFINITIONS).map(|d| Pair { label: format::label(&d.label, 80), value: hint(d) }).collect()
}

fn hint(d: &Definition) -> String {
    let first = d.text.split_inclusive(". ").next().unwrap_or_default().trim();
    let direction = match d.better {
        Better::Higher => say!(" More is better."),
        Better::Lower => say!(" Less is better."),
        Better::Neither => "",
    };
    format::label(&format!("{first}{direction}"), 260)
}
