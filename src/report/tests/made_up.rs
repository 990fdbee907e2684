//! A small hostile scorecard with every field filled.

use crate::scorecard::*;

const HOSTILE: &str = "<script>alert(1)</script></style><img src=x onerror=alert(1)>\u{202e}\"'{{ page }}";

fn definition(id: &str, unit: Unit, better: Better) -> Definition {
    let s = |t: &str| t.to_owned();
    let text = format!("Counts {HOSTILE} and divides.");
    Definition {
        id: s(id),
        label: format!("Label of {id}"),
        short: s(id),
        section: s("Speed"),
        unit,
        better,
        text,
        sql: s("a < b"),
        basis: s("tickets by resolved_at"),
        tables: vec![s("tickets")],
        parts: Vec::new(),
        is_own: false,
    }
}

fn period(id: &str, is_partial: bool) -> PeriodInfo {
    let s = |t: &str| t.to_owned();
    PeriodInfo {
        id: s(id),
        label: format!("Week of {id}"),
        short: s("W46"),
        first_day: s("2026-11-09"),
        last_day: s("2026-11-15"),
        is_partial,
    }
}

fn kpi(metric: &str, value: Option<f64>) -> Kpi {
    let history = vec![Point { period: "2026-W46".into(), short: "W46".into(), value, n: 40, is_partial: false }];
    let rows_file = Some(format!("rows/{metric}.csv"));
    Kpi {
        metric: metric.into(),
        value,
        n: 40,
        sum: 30.0,
        target: Some(0.7),
        is_met: value.map(|v| v >= 0.7),
        previous: Some(0.5),
        previous_n: 30,
        history,
        interval: Some((0.6, 0.85)),
        immature: 12,
        rows_file,
        is_judged: metric != "volume",
        is_hidden: false,
        level: Some(Standing {
            value: 0.72,
            interval: (0.66, 0.79),
            sum: 84,
            n: 117,
            reliability: 0.6,
            certainty: Some(Certainty::CannotTellYet),
            is_good: None,
            is_shared: false,
            is_rounded: false,
            needed: Some(40),
        }),
        signal: Some(Signal { variation: Variation::ImprovingHigh, assurance: Some(Assurance::HitOrMiss) }),
        bounds: Some(Bounds { range: (0.58, 0.81), unknown: 12, because: Unknown::NotYetMature }),
        expected: Some(Expected { observed: 0.72, value: 0.64, n: 117, z: 1.8 }),
    }
}

pub(super) fn finding(metric: &str, certainty: Certainty, is_good: Option<bool>) -> Finding {
    let (title, text) = (format!("A finding {HOSTILE}"), format!("Its text {HOSTILE}, with Grace Hopper and Ada Lovelace."));
    Finding { metric: metric.into(), title, text, certainty, is_met: None, is_good, examples: vec![(HOSTILE.into(), HOSTILE.into())] }
}

fn text_cell(text: &str) -> Cell {
    Cell { text: Some(text.into()), is_good: Some(true), ..Cell::default() }
}

fn table() -> TableData {
    let value = Cell { value: Some(0.5), n: 9, interval: Some((0.2, 0.8)), is_good: Some(false), text: None };
    let row = |name: &str| TableRow {
        name: name.into(),
        page: Some("../../etc/passwd".into()),
        cells: vec![Cell::default(), value.clone(), text_cell(&format!("from Grace Hopper {HOSTILE}"))],
    };
    let column = |label: &str, metric: Option<&str>| TableColumn { label: label.into(), metric: metric.map(Into::into), unit: Unit::Share };
    TableData {
        title: HOSTILE.into(),
        note: HOSTILE.into(),
        row_label: HOSTILE.into(),
        columns: vec![column("", Some("fcr")), column(HOSTILE, Some("no such metric")), column(HOSTILE, None)],
        rows: vec![row("Ada Lovelace"), row("Grace Hopper"), row(HOSTILE)],
    }
}

pub(super) fn funnel(names: &[&str]) -> ChartData {
    let group = |(i, name): (usize, &&str)| FunnelGroup {
        name: (*name).into(),
        page: Some("javascript:alert(1)".into()),
        n: 10 + i as u64,
        value: 0.5,
        stands_out: Some(i == 0),
    };
    let limit = |n: u64| FunnelLimit { n, inner: (0.4, 0.8), outer: (0.3, 0.9) };
    ChartData::Funnel {
        metric: "fcr".into(),
        title: HOSTILE.into(),
        subtitle: "With Grace Hopper".into(),
        centre: 0.6,
        target: Some(0.7),
        limits: (1..60).map(|i| limit(i * 6)).collect(),
        groups: names.iter().enumerate().map(group).collect(),
        phi: 1.0,
        is_adjusted: false,
    }
}

fn survival() -> ChartData {
    let steps = vec![CurveStep { day: 30, value: 0.9, interval: (0.7, 0.97) }];
    let curve = |name: &str| Curve { name: name.into(), n: 9, events: 1, steps: steps.clone(), last_day: 90, at_risk: vec![9, 4] };
    let curves = vec![curve(HOSTILE), curve("Grace Hopper"), curve("Ada Lovelace")];
    ChartData::Survival { title: HOSTILE.into(), subtitle: HOSTILE.into(), curves, at_days: vec![0, 90] }
}

fn ramp() -> ChartData {
    let points = vec![RampPoint { weeks: (1, 4), value: 0.5, n: 20, interval: Some((0.3, 0.7)) }];
    let line = |name: &str| RampLine { name: name.into(), points: points.clone() };
    let lines = vec![line(HOSTILE), line("Grace Hopper"), line("Ada Lovelace")];
    ChartData::Ramp { metric: "fcr".into(), title: HOSTILE.into(), subtitle: HOSTILE.into(), lines, settled: Some(0.7) }
}

fn trend() -> ChartData {
    let point = |i: u32| Point { period: format!("2026-W{i}"), short: format!("W{i}"), value: Some(0.6), n: 40, is_partial: false };
    let limits = ControlPoint { centre: 0.6, low: 0.5, high: 0.7, variation: Variation::ConcerningLow };
    ChartData::Trend {
        metric: "fcr".into(),
        title: HOSTILE.into(),
        subtitle: HOSTILE.into(),
        points: (34..47).map(point).collect(),
        desk: vec![],
        target: Some(0.7),
        events: vec![("2026-W40".into(), "Grace Hopper starts".into())],
        control: Some(Control { method: HOSTILE.into(), points: vec![limits; 13], phases: vec![("2026-W40".into(), HOSTILE.into())] }),
    }
}

fn sections() -> Vec<Section> {
    let all = [Certainty::Clear, Certainty::Leaning, Certainty::CannotTellYet];
    let full = Section {
        id: "recognition".into(),
        title: format!("Recognition {HOSTILE}"),
        lead: format!("Grace Hopper leads {HOSTILE}"),
        facts: vec![
            (HOSTILE.into(), HOSTILE.into()),
            ("Thanked by".into(), "Grace Hopper".into()),
            ("Grace Hopper".into(), "7".into()),
            ("Ada Lovelace".into(), "9".into()),
        ],
        findings: all.into_iter().zip([Some(true), Some(false), None]).map(|(c, g)| finding("fcr", c, g)).collect(),
        empty: "never shown".into(),
        charts: vec![funnel(&["Grace Hopper", "Ada Lovelace", HOSTILE]), survival(), ramp(), margins(), shares()],
        tables: vec![table(), long_table()],
        footer: format!("Thank Grace Hopper {HOSTILE}"),
    };
    let empty = Section { id: "recognition".into(), title: "Drivers".into(), empty: "Nothing drives <it>.".into(), ..Section::default() };
    let hostile = Section { id: HOSTILE.into(), title: HOSTILE.into(), charts: vec![trend()], ..Section::default() };
    vec![full, empty, hostile]
}

fn margins() -> ChartData {
    let bin = |i: u32| {
        let to = (i < 20).then(|| f64::from(i + 1) / 10.0);
        MarginBin { from: f64::from(i) / 10.0, to, count: 9, is_open: 1, near: if i >= 8 { 8 } else { 0 } }
    };
    let (title, subtitle) = (HOSTILE.into(), "As Grace Hopper saw it".into());
    ChartData::Margins { metric: "fcr".into(), title, subtitle, bins: (0..21).map(bin).collect(), near: 0.8, unknown: 3 }
}

fn shares() -> ChartData {
    let row = |name: &str| ShareRow { name: name.into(), page: None, n: 12, values: vec![3600.0, 1800.0, 0.0] };
    let rows = vec![row(HOSTILE), row("Grace Hopper"), row("Ada Lovelace"), row("Team of Grace Hopper")];
    let parts = vec!["working".into(), HOSTILE.into(), "held by Grace Hopper".into()];
    ChartData::Shares { title: HOSTILE.into(), subtitle: HOSTILE.into(), parts, rows, unit: Unit::Seconds, about: SharesAbout::FirstPart }
}

/// A list of many rows, some of them with links to topics.
fn long_table() -> TableData {
    let cells = |i: usize| vec![text_cell("short"), if i.is_multiple_of(2) { Cell::default() } else { text_cell(HOSTILE) }];
    let row =
        |i: usize| TableRow { name: format!("INC{i:06}"), page: Some(["sla.html", "review.html#odd"][i % 2].into()), cells: cells(i) };
    let column = |label: &str| TableColumn { label: label.into(), metric: None, unit: Unit::Count };
    let columns = vec![column("Priority"), column("Why")];
    TableData { title: "Long".into(), note: String::new(), row_label: "Ticket".into(), columns, rows: (0..20).map(row).collect() }
}

fn topics() -> Vec<Topic> {
    let odd = Section { id: "odd".into(), title: HOSTILE.into(), tables: vec![long_table()], ..Section::default() };
    let sla = Topic {
        id: "sla".into(),
        parent: None,
        title: format!("SLA {HOSTILE}"),
        finding: format!("Kept {HOSTILE}"),
        over: HOSTILE.into(),
        lead: HOSTILE.into(),
        kpis: vec![kpi("fcr", Some(0.75)), kpi("volume", Some(40.0)), kpi("near", Some(0.1))],
        sections: sections(),
        footer: vec![HOSTILE.into()],
    };
    let review =
        Topic { id: "review".into(), parent: Some("sla".into()), title: "To review".into(), sections: vec![odd], ..Topic::default() };
    vec![sla, review]
}

fn next_goal() -> NextGoal {
    let text = format!("Halfway, as Grace Hopper said {HOSTILE}");
    NextGoal { metric: "fcr".into(), title: HOSTILE.into(), value: 0.76, target: Some(0.8), text }
}

fn card(kind: CardKind, name: &str, slug: &str) -> Card {
    let group =
        |name: &str| GroupValue { name: name.into(), page: Some("javascript:alert(1)".into()), value: Some(0.5), n: 9, interval: None };
    let groups = vec![group("Ada Lovelace"), group("Grace Hopper"), group(HOSTILE)];
    Card {
        kind,
        name: name.into(),
        slug: slug.into(),
        about: vec![("Team".into(), HOSTILE.into())],
        kpis: vec![kpi("fcr", Some(0.75)), kpi("csat", None), kpi("volume", Some(40.0))],
        goals: vec![],
        next_goals: vec![next_goal()],
        doing_well: vec![finding("fcr", Certainty::Clear, None)],
        to_improve: vec![],
        empty_because: vec![("goals".into(), "No goals were set <yet>.".into())],
        observations: vec![kpi("qa", Some(0.9))],
        charts: vec![ChartData::Groups {
            metric: "fcr".into(),
            title: HOSTILE.into(),
            subtitle: HOSTILE.into(),
            groups,
            desk: Some(0.6),
            target: None,
        }],
        tables: vec![table()],
        sections: sections(),
        footer: vec![format!("About one false signal {HOSTILE}"), "Ask Grace Hopper or Ada Lovelace.".into()],
    }
}

pub(in crate::report) fn scorecard() -> Scorecard {
    let source = SourceInfo {
        name: HOSTILE.into(),
        kind: "tickets".into(),
        preset: "generic".into(),
        files: vec![FileInfo {
            name: HOSTILE.into(),
            sha256: "3f9c12ab04de".repeat(5) + "0000",
            written: vec![HOSTILE.into()],
            rows_in: 1000,
            accepted: 900,
            rejected: 40,
            duplicate: 50,
            superseded: 10,
        }],
        rows_in: 1000,
        accepted: 900,
        rejected: 40,
        duplicate: 50,
        superseded: 10,
        folded: 0,
        set_aside: vec![(HOSTILE.into(), 7)],
        covers: None,
    };
    let note = |level, text: &str| Note { level, code: "x".into(), text: text.into() };
    Scorecard {
        schema_version: SCHEMA_VERSION,
        tool: "deskcard 0.1.0".into(),
        desk: "Kundendienst <Nord>".into(),
        time_zone: "Europe/Berlin".into(),
        period: period("2026-W46", false),
        previous_period: period("2026-W45", false),
        as_of: "2026-11-16 06:00".into(),
        config_hash: "3f9c12ab04de".into(),
        command: "deskcard report --as-of 2026-11-16".into(),
        sources: vec![source.clone(), SourceInfo { rejected: 41, ..source }],
        notes: vec![note(Level::Critical, HOSTILE), note(Level::Info, "Grace Hopper has no team.")],
        rule: RuleInfo { margin: 0.03, leaning: 0.8, clear: 0.9, recent_periods: 13, recent: "the last 13 weeks".into() },
        definitions: vec![
            definition("csat", Unit::Share, Better::Higher),
            definition("fcr", Unit::Share, Better::Higher),
            definition("qa", Unit::Share, Better::Higher),
            definition("volume", Unit::Count, Better::Neither),
        ],
        cards: vec![
            card(CardKind::Desk, "Kundendienst <Nord>", "desk"),
            card(CardKind::Team, HOSTILE, "team-x"),
            card(CardKind::Agent, "Grace Hopper", "agent-grace"),
            card(CardKind::Agent, "Ada Lovelace", "agent-ada"),
        ],
        topics: topics(),
        left_out: vec![LeftOut { id: "cost".into(), title: "Cost".into(), why: format!("Nothing tells the cost {HOSTILE}.") }],
    }
}
