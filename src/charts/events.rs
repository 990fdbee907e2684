//! What happened when, above the plot: thin rules with labels that cross neither each other nor another rule.

use super::figure::{Anchor, Frame, Ink, Mark, Range, TextStyle, fit, text_width};
use crate::format;

const SIZE: f64 = 11.5;
/// Rows of labels at most.
const ROWS: usize = 3;
/// A label cut to fewer characters says nothing.
const LEAST: usize = 7;

/// Something dated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// Place on the axis; half a step before its period for the start of a phase.
    pub(super) x: f64,
    /// What happened.
    pub(super) text: String,
    /// Whether limits start anew here.
    pub(super) is_phase: bool,
}

/// Where an event's label stands; without a text there is no room for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EventLabel {
    pub(super) text: String,
    anchor: Anchor,
    row: usize,
}

/// Room above the plot for the labels. They stand above the labels at the line ends, which may rise half a line over the plot.
pub(super) fn head(labels: &[EventLabel]) -> f64 {
    labels.iter().filter(|l| !l.text.is_empty()).map(|l| 24.0 + 16.0 * (l.row + 1) as f64).fold(12.0, f64::max)
}

/// A thin line where something happened, up to its label; a tick where there is no room for one.
pub(super) fn marks(events: &[Event], labels: &[EventLabel], range: Range, frame: Frame) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (event, label) in events.iter().zip(labels) {
        let dx = if label.anchor == Anchor::End { -4.0 } else { 4.0 };
        let px = (range.high - range.low) / (frame.bottom - frame.top);
        let up = 20.0 + 15.0 * label.row as f64;
        let is_told = !label.text.is_empty();
        let top = range.high + px * if is_told { up + 5.0 } else { 5.0 };
        let bottom = if is_told || event.is_phase { range.low } else { range.high - px * 5.0 };
        let points = vec![(event.x, bottom), (event.x, top)];
        marks.push(Mark::Line { points, ink: Ink::Desk, width: if event.is_phase { 1.4 } else { 0.5 } });
        if is_told {
            let style = TextStyle { size: SIZE, ..TextStyle::AXIS.anchored(label.anchor) };
            marks.push(Mark::Label { at: (event.x, range.high), shift: (dx, -up), text: label.text.clone(), style });
        }
    }
    marks
}

/// A place a label could take: its ends in its row; its line runs up to there. Without a text it takes none.
#[derive(Debug, Clone)]
struct Choice {
    label: EventLabel,
    x: f64,
    ends: (f64, f64),
    cost: f64,
}

impl Choice {
    fn is_told(&self) -> bool {
        !self.label.text.is_empty()
    }

    /// Whether neither label touches the other, and neither line runs through the other's label.
    fn goes_with(&self, other: &Choice) -> bool {
        let is_through = |a: &Choice, b: &Choice| a.label.row >= b.label.row && a.x > b.ends.0 && a.x < b.ends.1;
        let is_over = self.label.row == other.label.row && self.ends.0 < other.ends.1 && other.ends.0 < self.ends.1;
        !self.is_told() || !other.is_told() || !is_over && !is_through(self, other) && !is_through(other, self)
    }
}

/// Cost of no label at all, of a label cut to nothing, of a row up.
const COSTS: (f64, f64, f64) = (100.0, 60.0, 1.0);
/// Steps of the search for the best places; the first few already give a fair answer.
const STEPS: u32 = 4_000;

/// Puts each label (by `x` in pixels, most important first) left or right of its line, in a row where it fits into the picture and
/// crosses neither another label nor another event's line; where there is no such place for all, some are cut or left out.
pub(super) fn place(events: &[(f64, &str)], span: (f64, f64)) -> Vec<EventLabel> {
    let all: Vec<Vec<Choice>> = events.iter().map(|(x, text)| choices(*x, text, span)).collect();
    let mut search = Search { all: &all, steps: STEPS, least: f64::INFINITY, best: Vec::new() };
    search.go(&mut Vec::new(), 0.0);
    search.best
}

/// Every place for a label, cheapest first, none at last.
fn choices(x: f64, text: &str, (left, right): (f64, f64)) -> Vec<Choice> {
    let whole = format::label(text, 60);
    let count = whole.chars().count().max(1) as f64;
    let mut all = Vec::new();
    for (anchor, room, penalty) in [(Anchor::Start, right - x, 0.0), (Anchor::End, x - left, 0.2)] {
        for part in [1.0, 0.6, 0.35] {
            let room = room.min((right - left) * 0.7) - 8.0;
            let text = fit(&whole, room.min(text_width(&whole, SIZE, false) * part + 1e-6), SIZE, false);
            let chars = text.chars().count();
            let long = text_width(&text, SIZE, false) + 8.0;
            if (chars as f64) < count.min(LEAST as f64) || long > room + 8.1 || text.is_empty() {
                continue;
            }
            let ends = if anchor == Anchor::End { (x - long, x) } else { (x, x + long) };
            for row in 0..ROWS {
                let cost = penalty + COSTS.2 * row as f64 + COSTS.1 * (1.0 - chars as f64 / count);
                all.push(Choice { label: EventLabel { text: text.clone(), anchor, row }, x, ends, cost });
            }
        }
    }
    all.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let none = EventLabel { text: String::new(), anchor: Anchor::Start, row: 0 };
    all.push(Choice { label: none, x, ends: (x, x), cost: COSTS.0 });
    all
}

/// Depth first through the choices, keeping the cheapest that go together.
#[derive(Debug)]
struct Search<'a> {
    all: &'a [Vec<Choice>],
    steps: u32,
    least: f64,
    best: Vec<EventLabel>,
}

impl<'a> Search<'a> {
    fn go(&mut self, chosen: &mut Vec<&'a Choice>, cost: f64) {
        let Some(choices) = self.all.get(chosen.len()) else {
            self.least = cost;
            self.best = chosen.iter().map(|c| c.label.clone()).collect();
            return;
        };
        for choice in choices {
            if self.steps == 0 && self.least.is_finite() || cost + choice.cost >= self.least {
                return;
            }
            self.steps = self.steps.saturating_sub(1);
            if chosen.iter().all(|c| c.goes_with(choice)) {
                chosen.push(choice);
                self.go(chosen, cost + choice.cost);
                chosen.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_two_events_stand_on_the_outer_sides_of_their_lines() {
        let placed = place(&[(220.0, "New VPN client"), (260.0, "Portal down")], (0.0, 520.0));
        assert_eq!(placed.iter().map(|p| (p.row, p.anchor)).collect::<Vec<_>>(), [(0, Anchor::End), (0, Anchor::Start)]);
        assert!(placed.iter().all(|p| !p.text.ends_with('…')));
    }

    #[test]
    fn a_label_without_room_below_goes_up_and_one_without_any_is_cut() {
        let crowded = [(100.0, "First thing"), (160.0, "The second thing of three"), (220.0, "Third thing")];
        let placed = place(&crowded, (0.0, 520.0));
        assert_eq!(placed.iter().map(|p| p.row).collect::<Vec<_>>(), [0, 1, 0], "{placed:?}");
        let placed = place(&[(10.0, "The only thing, with a very long label to it")], (0.0, 120.0));
        assert!(placed[0].text.ends_with('…') && placed[0].anchor == Anchor::Start, "{placed:?}");
    }

    #[test]
    fn no_label_crosses_a_line_or_another_label_however_many_there_are() {
        let many: Vec<(f64, &str)> = (0..30).map(|i| (50.0 + 11.0 * f64::from(i), "Something happened here")).collect();
        let placed = place(&many, (40.0, 520.0));
        let rooms: Vec<(f64, usize, f64, f64)> = many
            .iter()
            .zip(&placed)
            .filter(|(_, p)| !p.text.is_empty())
            .map(|((x, _), p)| {
                let long = text_width(&p.text, SIZE, false) + 8.0;
                if p.anchor == Anchor::End { (*x, p.row, x - long, *x) } else { (*x, p.row, *x, x + long) }
            })
            .collect();
        assert!(!rooms.is_empty());
        for a in &rooms {
            for b in rooms.iter().filter(|b| b.0 > a.0) {
                assert!(a.1 != b.1 || a.3 <= b.2 || b.3 <= a.2, "{a:?} {b:?}");
                assert!(b.1 < a.1 || b.0 <= a.2 || b.0 >= a.3, "line of {b:?} through {a:?}");
                assert!(a.1 < b.1 || a.0 <= b.2 || a.0 >= b.3, "line of {a:?} through {b:?}");
            }
        }
    }
}
