//! One person's own scorecard: their figures whatever their number, beside what their team is like, and nothing of anybody else.

use std::collections::BTreeMap;

use super::coarse;
use super::lists;
use super::texts::rewritten;
use super::view::{MENTOR, People, TEAM, without_persons};
use super::words::Words;
use crate::error::Result;
use crate::say;
use crate::scorecard::{Card, CardKind, Cell, ChartData, Kpi, Point, Scorecard, Section, TableColumn, TableData, TableRow, Unit};

/// Agents from which a team has a middle that is nobody's own.
const FEWEST: usize = 5;
/// Colleagues from whom a 360 is anonymous.
const FEWEST_RATERS: u64 = 3;
/// Notes that name people by words of the exports.
const ABOUT_PEOPLE: [&str; 2] = ["agents-off-roster", "alias-ambiguous"];

/// Everybody who is a colleague of whoever reads: made once for all of them.
#[derive(Debug, Clone)]
pub struct Colleagues(Words);

impl Colleagues {
    /// Of everybody.
    pub fn of(people: &People) -> Self {
        Self(people.words(|_| say!("a colleague").to_owned()))
    }
}

/// One agent's own scorecard, of the whole one; `None` without a card. `min_n`: answers of others below which the desk's line is
/// not drawn beside theirs, because what is left of it without their own would be too few.
///
/// # Errors
/// Never but for a bug of ours.
pub fn own_view(scorecard: &Scorecard, colleagues: &Colleagues, (name, min_n): (&str, u32)) -> Result<Option<Scorecard>> {
    let is_own = |c: &&Card| c.kind == CardKind::Agent && c.name == name;
    let Some(card) = scorecard.cards.iter().find(is_own) else { return Ok(None) };
    let words = colleagues.0.seeing(name);
    let mut mine = card.clone();
    mine.about.retain(|(label, _)| label != crate::language::text(MENTOR));
    without_persons(&mut mine, &words);
    let agents = scorecard.cards.iter().filter(|c| c.kind == CardKind::Agent).count();
    mine.charts.iter_mut().for_each(|c| without_desk(c, agents < FEWEST, u64::from(min_n)));
    mine.observations.iter_mut().filter(|k| k.metric == "peer_360").for_each(anonymous);
    mine.sections.extend(beside_team(scorecard, card));
    let mut out = scorecard.with_cards(vec![mine]);
    out.notes.retain(|n| !ABOUT_PEOPLE.contains(&n.code.as_str()) && !words.is_in(&n.text));
    lists::each(&mut out, &mut |mut list| list.without_pages());
    rewritten(&out, &words, &BTreeMap::new()).map(Some)
}

/// The desk's line says what the others did where they are few.
fn without_desk(chart: &mut ChartData, are_few: bool, min_n: u64) {
    match chart {
        ChartData::Trend { points, desk, .. } => {
            let is_safe = |(own, all): (&Point, &Point)| {
                let others = all.n.saturating_sub(own.n);
                others == 0 || others >= min_n
            };
            if are_few || !points.iter().zip(desk.iter()).all(is_safe) {
                desk.clear();
            }
        }
        ChartData::Groups { desk, .. } if are_few => *desk = None,
        _ => {}
    }
}

/// Keeps back what so few colleagues said that one of them could be meant.
fn anonymous(k: &mut Kpi) {
    k.history.iter_mut().filter(|p| p.n < FEWEST_RATERS).for_each(|p| (p.value, p.n) = (None, 0));
    if k.n < FEWEST_RATERS {
        (k.value, k.n, k.sum, k.interval, k.is_met, k.is_hidden) = (None, 0, 0.0, None, None, true);
    }
    if k.previous_n < FEWEST_RATERS {
        (k.previous, k.previous_n) = (None, 0);
    }
}

/// A person's figures beside the quartiles of their team, in round numbers: of measures that at least [`FEWEST`] people have.
fn beside_team(scorecard: &Scorecard, card: &Card) -> Option<Section> {
    let team = team_of(card)?;
    let members: Vec<&Card> = scorecard.cards.iter().filter(|c| c.kind == CardKind::Agent && team_of(c) == Some(team)).collect();
    let unit = |metric: &str| scorecard.definitions.iter().find(|d| d.id == metric).map_or(Unit::Number, |d| d.unit);
    let row = |k: &Kpi| {
        let own = figure(k)?;
        let unit = unit(&k.metric);
        let mut all: Vec<f64> =
            members.iter().filter_map(|c| figure(c.kpis.iter().find(|o| o.metric == k.metric)?)).filter(|v| v.is_finite()).collect();
        all.sort_by(f64::total_cmp);
        let cell = |v: f64| Cell { value: Some(v), ..Cell::default() };
        let at = |share: f64| cell(coarse::value(unit, quantile(&all, share)));
        (all.len() >= FEWEST).then(|| (k.metric.clone(), unit, [cell(coarse::value(unit, own)), at(0.25), at(0.5), at(0.75)]))
    };
    let rows: Vec<_> = card.kpis.iter().filter(|k| k.is_judged).filter_map(row).collect();
    let columns = rows.iter().map(|(metric, unit, _)| TableColumn { label: String::new(), metric: Some(metric.clone()), unit: *unit });
    let line = |i: usize, name: &str| TableRow { name: name.to_owned(), page: None, cells: rows.iter().map(|r| r.2[i].clone()).collect() };
    let table = TableData {
        title: say!("You and your team").to_owned(),
        note: say!("{n} people; a quarter of them lie below the lower quartile, a quarter above the upper.", n = members.len()),
        row_label: say!("Whose").to_owned(),
        columns: columns.collect(),
        rows: vec![
            line(0, say!("You")),
            line(1, say!("Lower quartile")),
            line(2, say!("Middle of the team")),
            line(3, say!("Upper quartile")),
        ],
    };
    (!rows.is_empty()).then(|| Section {
        id: "team".to_owned(),
        title: say!("Your team").to_owned(),
        lead: say!("Likely levels where there are any, else the figures of the period, in round numbers. For orientation: no verdict rests on them.")
            .to_owned(),
        tables: vec![table],
        ..Section::default()
    })
}

/// The likely level, or the figure of the period.
fn figure(k: &Kpi) -> Option<f64> {
    k.level.map(|l| l.value).or(k.value)
}

/// The value below which a share of sorted values lies, between neighbours in proportion (Hyndman and Fan 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * sorted.len().saturating_sub(1) as f64;
    let value = |i: usize| sorted.get(i).or(sorted.last()).copied().unwrap_or(f64::NAN);
    let (low, high) = (value(at.floor() as usize), value(at.ceil() as usize));
    low + (high - low) * at.fract()
}

fn team_of(card: &Card) -> Option<&str> {
    card.about.iter().find(|(label, _)| label == crate::language::text(TEAM)).map(|(_, team)| team.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::numbers::near;

    #[test]
    fn quartiles_lie_between_neighbours() {
        let five = [1.0, 2.0, 3.0, 4.0, 10.0];
        for (share, want) in [(0.25, 2.0), (0.5, 3.0), (0.75, 4.0)] {
            near(quantile(&five, share), want, 1e-12);
        }
        near(quantile(&[1.0, 2.0], 0.25), 1.25, 1e-12);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
