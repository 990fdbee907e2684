//! The places of a scorecard that hold lists of named things, or lead somewhere: one walk for all that hides or renames people.

use crate::scorecard::{ChartData, FunnelGroup, GroupValue, Kpi, Scorecard, Section, ShareRow, TableRow};

/// A list of named things.
#[derive(Debug)]
pub(super) enum Named<'a> {
    /// Dots of a funnel.
    Dots(&'a mut Vec<FunnelGroup>),
    /// Groups of a chart.
    Groups(&'a mut Vec<GroupValue>),
    /// Bars of a chart.
    Bars(&'a mut Vec<ShareRow>),
    /// Rows of a table.
    Rows(&'a mut Vec<TableRow>),
}

impl Named<'_> {
    /// The names, in order.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::Dots(list) => list.iter().map(|g| g.name.as_str()).collect(),
            Self::Groups(list) => list.iter().map(|g| g.name.as_str()).collect(),
            Self::Bars(list) => list.iter().map(|g| g.name.as_str()).collect(),
            Self::Rows(list) => list.iter().map(|g| g.name.as_str()).collect(),
        }
    }

    /// Keeps those of which the name is to stay.
    pub(super) fn retain(&mut self, stays: impl Fn(&str) -> bool) {
        match self {
            Self::Dots(list) => list.retain(|g| stays(&g.name)),
            Self::Groups(list) => list.retain(|g| stays(&g.name)),
            Self::Bars(list) => list.retain(|g| stays(&g.name)),
            Self::Rows(list) => list.retain(|g| stays(&g.name)),
        }
    }

    /// Leads nowhere.
    pub(super) fn without_pages(&mut self) {
        match self {
            Self::Dots(list) => list.iter_mut().for_each(|g| g.page = None),
            Self::Groups(list) => list.iter_mut().for_each(|g| g.page = None),
            Self::Bars(list) => list.iter_mut().for_each(|g| g.page = None),
            Self::Rows(list) => list.iter_mut().for_each(|g| g.page = None),
        }
    }

    /// Puts them in the order of their names.
    pub(super) fn sort(&mut self) {
        match self {
            Self::Dots(list) => list.sort_by(|a, b| a.name.cmp(&b.name)),
            Self::Groups(list) => list.sort_by(|a, b| a.name.cmp(&b.name)),
            Self::Bars(list) => list.sort_by(|a, b| a.name.cmp(&b.name)),
            Self::Rows(list) => list.sort_by(|a, b| a.name.cmp(&b.name)),
        }
    }
}

/// Every list of a scorecard, always in the same order.
pub(super) fn each(scorecard: &mut Scorecard, visit: &mut dyn FnMut(Named<'_>)) {
    for card in &mut scorecard.cards {
        card.charts.iter_mut().for_each(|c| of_chart(c, visit));
        card.tables.iter_mut().for_each(|t| visit(Named::Rows(&mut t.rows)));
    }
    each_section(scorecard, &mut |section| {
        section.charts.iter_mut().for_each(|c| of_chart(c, visit));
        section.tables.iter_mut().for_each(|t| visit(Named::Rows(&mut t.rows)));
    });
}

fn of_chart(chart: &mut ChartData, visit: &mut dyn FnMut(Named<'_>)) {
    match chart {
        ChartData::Funnel { groups, .. } => visit(Named::Dots(groups)),
        ChartData::Groups { groups, .. } => visit(Named::Groups(groups)),
        ChartData::Shares { rows, .. } => visit(Named::Bars(rows)),
        ChartData::Trend { .. }
        | ChartData::Survival { .. }
        | ChartData::Ramp { .. }
        | ChartData::Backlog { .. }
        | ChartData::Heatmap { .. }
        | ChartData::Dots { .. }
        | ChartData::Phases { .. }
        | ChartData::Multiples { .. }
        | ChartData::Margins { .. } => {}
    }
}

fn each_section(scorecard: &mut Scorecard, visit: &mut dyn FnMut(&mut Section)) {
    scorecard.cards.iter_mut().flat_map(|c| &mut c.sections).for_each(&mut *visit);
    scorecard.topics.iter_mut().flat_map(|t| &mut t.sections).for_each(visit);
}

/// Every measure of a scorecard.
pub(super) fn each_kpi(scorecard: &mut Scorecard, visit: &mut dyn FnMut(&mut Kpi)) {
    scorecard.cards.iter_mut().flat_map(|c| c.kpis.iter_mut().chain(&mut c.observations)).for_each(&mut *visit);
    scorecard.topics.iter_mut().flat_map(|t| &mut t.kpis).for_each(visit);
}

/// All names in a chart: of its marks, and in its title.
pub(super) fn names_of(chart: &ChartData) -> Vec<&str> {
    let (title, mut names): (&String, Vec<&str>) = match chart {
        ChartData::Funnel { title, groups, .. } => (title, groups.iter().map(|g| g.name.as_str()).collect()),
        ChartData::Groups { title, groups, .. } => (title, groups.iter().map(|g| g.name.as_str()).collect()),
        ChartData::Shares { title, rows, .. } => (title, rows.iter().map(|r| r.name.as_str()).collect()),
        ChartData::Survival { title, curves, .. } => (title, curves.iter().map(|c| c.name.as_str()).collect()),
        ChartData::Ramp { title, lines, .. } => (title, lines.iter().map(|l| l.name.as_str()).collect()),
        ChartData::Dots { title, groups, .. } => {
            (title, groups.iter().flat_map(|g| g.dots.iter().map(|d| d.name.as_str()).chain([g.name.as_str()])).collect())
        }
        ChartData::Multiples { title, panels, .. } => (title, panels.iter().map(|p| p.name.as_str()).collect()),
        ChartData::Heatmap { title, rows, columns, .. } => (title, rows.iter().chain(columns).map(String::as_str).collect()),
        ChartData::Trend { title, .. }
        | ChartData::Backlog { title, .. }
        | ChartData::Phases { title, .. }
        | ChartData::Margins { title, .. } => (title, Vec::new()),
    };
    names.push(title);
    names
}
