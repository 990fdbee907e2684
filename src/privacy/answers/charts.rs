//! Charts of what was answered, as others may read them.

use super::{LEAD, Pass, Whose, coarse, emptied};
use crate::say;
use crate::scorecard::{CardKind, ChartData, Control, Definition, FunnelGroup, HeatCell, Point};

/// The figure of a title may be of any of the newest periods.
const NEWEST: usize = 3;
/// Dots from which a funnel says something.
const FEWEST_DOTS: usize = 3;

impl Pass<'_> {
    /// Makes a chart of a card fit for others; whether anything is left of it.
    pub(super) fn chart(&self, whose: Whose<'_>, chart: &mut ChartData) -> bool {
        let Some(metric) = chart.metric().filter(|m| self.is_answer(m)).map(str::to_owned) else { return true };
        if whose.0 == CardKind::Agent {
            return false;
        }
        match chart {
            ChartData::Trend { .. } if metric == LEAD => self.trend(whose, chart),
            ChartData::Funnel { .. } => self.decided.is_recent_shown(whose) && self.funnel(&metric, chart),
            ChartData::Trend { points, .. } => {
                points.iter_mut().filter(|p| !self.decided.is_shown(whose, &p.period)).for_each(emptied);
                self.chart_of_section(chart)
            }
            _ => self.chart_of_section(chart),
        }
    }

    /// The same for a chart of a part of a page: in round numbers.
    pub(super) fn chart_of_section(&self, chart: &mut ChartData) -> bool {
        let Some(metric) = chart.metric().filter(|m| self.is_answer(m)).map(str::to_owned) else { return true };
        let unit = self.unit(&metric);
        let round = |v: f64| coarse::value(unit, v);
        if !self.titles(chart) {
            return false;
        }
        match chart {
            ChartData::Trend { points, desk, control, title, target, .. } => {
                if points.iter().rev().take(NEWEST).any(|p| p.n < self.min_n) {
                    *title = self.title_without_figure(&metric, *target);
                }
                points.iter_mut().chain(desk).for_each(|p| self.point(unit, p));
                // The limits of a point say how many rows it has.
                *control = None;
                return has_a_line(points);
            }
            ChartData::Groups { groups, desk, .. } => {
                groups.retain(|g| g.n >= self.min_n);
                groups.iter_mut().for_each(|g| {
                    (g.value, g.n, g.interval) = (g.value.map(round), coarse::count(g.n), g.interval.map(|i| coarse::interval(unit, i)));
                });
                *desk = desk.map(round);
            }
            ChartData::Ramp { lines, settled, .. } => {
                for line in lines {
                    line.points.retain(|p| p.n >= self.min_n);
                    line.points.iter_mut().for_each(|p| {
                        (p.value, p.n, p.interval) = (round(p.value), coarse::count(p.n), p.interval.map(|i| coarse::interval(unit, i)));
                    });
                }
                *settled = settled.map(round);
            }
            ChartData::Heatmap { cells, .. } => cells.iter_mut().for_each(|c| {
                *c = if c.n < self.min_n {
                    HeatCell::default()
                } else {
                    HeatCell { value: c.value.map(round), n: coarse::count(c.n), ..*c }
                };
            }),
            ChartData::Dots { groups, mean, .. } => {
                for group in groups {
                    group.dots.retain(|d| d.n >= self.min_n);
                    group.dots.iter_mut().for_each(|d| (d.value, d.n) = (round(d.value), coarse::count(d.n)));
                    group.mean = group.mean.map(round);
                }
                *mean = mean.map(round);
            }
            ChartData::Multiples { panels, .. } => {
                panels.iter_mut().flat_map(|panel| &mut panel.points).for_each(|p| self.point(unit, p));
                panels.retain(|panel| has_a_line(&panel.points));
                return !panels.is_empty();
            }
            ChartData::Funnel { .. } => return self.funnel(&metric, chart),
            _ => return false,
        }
        true
    }

    /// A title may hold figures: they are rounded as those of the chart.
    fn titles(&self, chart: &mut ChartData) -> bool {
        let (ChartData::Trend { title, .. }
        | ChartData::Groups { title, .. }
        | ChartData::Ramp { title, .. }
        | ChartData::Heatmap { title, .. }
        | ChartData::Multiples { title, .. }
        | ChartData::Dots { title, .. }) = chart
        else {
            return true;
        };
        coarse::sentence(title, self.min_n).map(|round| *title = round).is_some()
    }

    fn funnel(&self, metric: &str, chart: &mut ChartData) -> bool {
        let unit = self.unit(metric);
        let ChartData::Funnel { groups, phi, .. } = chart else { return true };
        groups.retain(|g| g.n >= self.min_n && self.decided.is_person_shown(&g.name));
        let round = |g: &mut FunnelGroup| (g.value, g.n) = (coarse::value(unit, g.value), coarse::count(g.n));
        groups.iter_mut().for_each(round);
        *phi = (*phi * 10.0).round() / 10.0;
        groups.len() >= FEWEST_DOTS
    }

    /// Points of periods that are not told are gaps; their limits would tell how many rows they have.
    fn trend(&self, whose: Whose<'_>, chart: &mut ChartData) -> bool {
        let ChartData::Trend { points, desk, control, title, metric, target, .. } = chart else { return true };
        let is_newest_hidden = points.iter().rev().find(|p| p.value.is_some()).is_some_and(|p| !self.decided.is_shown(whose, &p.period));
        let gaps: Vec<bool> = points.iter().map(|p| p.n > 0 && !self.decided.is_shown(whose, &p.period)).collect();
        points.iter_mut().zip(&gaps).filter(|(_, is_gap)| **is_gap).for_each(|(p, _)| emptied(p));
        desk.iter_mut().filter(|p| !self.decided.is_shown((CardKind::Desk, ""), &p.period)).for_each(emptied);
        if let Some(control) = control {
            without_limits(control, &gaps);
        }
        if is_newest_hidden {
            *title = self.title_without_figure(metric, *target);
        }
        has_a_line(points)
    }

    /// The title of a chart of which the newest figure is kept back.
    fn title_without_figure(&self, metric: &str, target: Option<f64>) -> String {
        let definition: Option<&Definition> = self.definitions.iter().find(|d| d.id == metric);
        let goal = definition.zip(target).map(|(d, t)| say!(", target {target}", target = crate::format::bare_target(d.unit, t)));
        format!("{}{}", definition.map_or(metric, |d| d.short.as_str()), goal.unwrap_or_default())
    }
}

fn has_a_line(points: &[Point]) -> bool {
    points.iter().filter(|p| p.value.is_some()).count() >= 2
}

/// The limits of a gap are those of the point before it, or after it.
fn without_limits(control: &mut Control, gaps: &[bool]) {
    let known: Vec<usize> = (0..control.points.len()).filter(|i| !gaps.get(*i).copied().unwrap_or(false)).collect();
    for i in (0..control.points.len()).filter(|i| gaps.get(*i).copied().unwrap_or(false)) {
        let Some(near) = known.iter().rev().find(|k| **k < i).or(known.first()) else { continue };
        control.points[i] = control.points[*near];
    }
}
