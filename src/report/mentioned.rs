//! Which definitions a card needs: every metric it names anywhere.

use std::collections::BTreeSet;

use crate::scorecard::{Card, ChartData, Definition, Finding, Kpi, Scorecard, Section, TableData};

/// The definitions of every metric a card names, sorted by id.
pub(super) fn definitions<'a>(scorecard: &'a Scorecard, card: &Card) -> Vec<&'a Definition> {
    let mut ids = BTreeSet::new();
    kpis(&mut ids, &card.kpis);
    kpis(&mut ids, &card.observations);
    for list in [&card.goals, &card.doing_well, &card.to_improve] {
        findings(&mut ids, list);
    }
    ids.extend(card.next_goals.iter().map(|g| g.metric.as_str()));
    charts(&mut ids, &card.charts);
    tables(&mut ids, &card.tables);
    sections(&mut ids, &card.sections);
    scorecard.definitions.iter().filter(|d| ids.contains(d.id.as_str())).collect()
}

fn kpis<'a>(ids: &mut BTreeSet<&'a str>, kpis: &'a [Kpi]) {
    ids.extend(kpis.iter().map(|k| k.metric.as_str()));
}

fn findings<'a>(ids: &mut BTreeSet<&'a str>, findings: &'a [Finding]) {
    ids.extend(findings.iter().map(|f| f.metric.as_str()));
}

fn sections<'a>(ids: &mut BTreeSet<&'a str>, sections: &'a [Section]) {
    for section in sections {
        findings(ids, &section.findings);
        charts(ids, &section.charts);
        tables(ids, &section.tables);
    }
}

fn tables<'a>(ids: &mut BTreeSet<&'a str>, tables: &'a [TableData]) {
    ids.extend(tables.iter().flat_map(|t| &t.columns).filter_map(|c| c.metric.as_deref()));
}

fn charts<'a>(ids: &mut BTreeSet<&'a str>, charts: &'a [ChartData]) {
    ids.extend(charts.iter().filter_map(|chart| match chart {
        ChartData::Trend { metric, .. }
        | ChartData::Funnel { metric, .. }
        | ChartData::Ramp { metric, .. }
        | ChartData::Groups { metric, .. }
        | ChartData::Margins { metric, .. }
        | ChartData::Heatmap { metric, .. }
        | ChartData::Dots { metric, .. }
        | ChartData::Multiples { metric, .. }
        | ChartData::Phases { metric, .. } => Some(metric.as_str()),
        ChartData::Survival { .. } | ChartData::Backlog { .. } | ChartData::Shares { .. } => None,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;

    #[test]
    fn every_metric_a_card_names_is_found_and_no_other() {
        let mut scorecard = scorecard();
        let ids = |s: &Scorecard| definitions(s, &s.cards[0]).iter().map(|d| d.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&scorecard), ["csat", "fcr", "qa", "volume"]);
        let card = &mut scorecard.cards[0];
        card.kpis.clear();
        card.observations.clear();
        assert_eq!(ids(&scorecard), ["fcr"]);
    }
}
