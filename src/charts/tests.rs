//! Every chart over every awkward shape of data: well-formed, inside its picture, nothing drawn where nothing is known.

use super::*;
use crate::format;
use crate::scorecard::{
    Better, Control, ControlPoint, Curve, CurveStep, Dot, DotGroup, FunnelGroup, FunnelLimit, GroupValue, Kpi, MarginBin, Point, RampLine,
    RampPoint, ShareRow, SharesAbout, Variation,
};

mod colours;
mod labels;
mod pictures;

const HOSTILE: &str = "</text><script>alert('1')</script>\u{0}\u{202e}\"&";

fn definitions() -> Vec<Definition> {
    let unit = |id: &str, unit, better| Definition {
        id: id.into(),
        label: id.into(),
        short: id.into(),
        section: "S".into(),
        unit,
        better,
        text: String::new(),
        sql: String::new(),
        basis: String::new(),
        tables: Vec::new(),
        parts: Vec::new(),
        is_own: false,
    };
    vec![unit("share", Unit::Share, Better::Higher), unit("secs", Unit::Seconds, Better::Lower), unit("num", Unit::Number, Better::Higher)]
}

fn points(values: &[Option<f64>]) -> Vec<Point> {
    let point = |(i, value): (usize, &Option<f64>)| Point {
        period: format!("2026-W{:02}", i + 1),
        short: format!("W{}", i + 1),
        value: *value,
        n: 50,
        is_partial: i + 1 == values.len() && i > 0,
    };
    values.iter().enumerate().map(point).collect()
}

fn trend(metric: &str, values: &[Option<f64>]) -> ChartData {
    ChartData::Trend {
        metric: metric.into(),
        title: HOSTILE.into(),
        subtitle: "per week".into(),
        points: points(values),
        desk: points(values),
        target: Some(0.85),
        events: vec![("2026-W02".into(), HOSTILE.repeat(3)), ("2026-W03".into(), "Portal down".into())],
        control: None,
    }
}

/// A trend with limits: a new phase in the middle, all kinds of signals, limits that vary.
fn controlled(metric: &str, values: &[Option<f64>]) -> ChartData {
    let ChartData::Trend { metric, title, subtitle, points, desk, target, events, .. } = trend(metric, values) else { panic!("a trend") };
    let kinds = [
        Variation::CommonCause,
        Variation::ImprovingHigh,
        Variation::ConcerningLow,
        Variation::ChangedHigh,
        Variation::ImprovingLow,
        Variation::ConcerningHigh,
        Variation::ChangedLow,
    ];
    let limit = |(i, p): (usize, &Point)| {
        let centre = p.value.unwrap_or(0.8);
        ControlPoint { centre, low: centre - 0.05 * (1 + i % 2) as f64, high: centre + 0.1, variation: kinds[i % kinds.len()] }
    };
    let limits = points.iter().enumerate().map(limit).collect();
    let phases = vec![("2026-W03".into(), HOSTILE.into()), ("2026-W01".into(), "Start".into()), ("1999-W01".into(), "gone".into())];
    let control = Some(Control { method: "XmR chart".into(), points: limits, phases });
    ChartData::Trend { metric, title, subtitle, points, desk, target, events, control }
}

fn funnel(rows: &[u64], value: impl Fn(usize) -> f64) -> ChartData {
    let group = |(i, n): (usize, &u64)| FunnelGroup {
        name: format!("{HOSTILE} {i} of a name that goes on and on and does not end"),
        page: None,
        n: *n,
        value: value(i),
        stands_out: [None, Some(true), Some(false)][i % 3],
    };
    let limit = |n: u64| {
        let sd = (0.8 * 0.2 / n as f64).sqrt();
        let reach = |z: f64| ((0.8 - z * sd).max(0.0), (0.8 + z * sd).min(1.0));
        FunnelLimit { n, inner: reach(1.96), outer: reach(3.09) }
    };
    let (first, last) = (rows.iter().min().copied().unwrap_or(1).max(1), rows.iter().max().copied().unwrap_or(1).max(1));
    let limits = (0..=40u64).map(|i| limit(first + (last - first) / 40 * i)).collect();
    let groups = rows.iter().enumerate().map(group).collect();
    let (metric, title, subtitle) = ("share".into(), HOSTILE.into(), "S".into());
    ChartData::Funnel { metric, title, subtitle, centre: 0.8, target: Some(0.85), limits, groups, phi: 1.0, is_adjusted: true }
}

fn curve(name: &str, steps: &[(u32, f64)], last_day: u32) -> Curve {
    let step = |(day, value): &(u32, f64)| CurveStep { day: *day, value: *value, interval: (value - 0.1, value + 0.1) };
    let steps: Vec<CurveStep> = steps.iter().map(step).collect();
    Curve { name: name.into(), n: 40, events: steps.len() as u64, steps, last_day, at_risk: vec![40, 1_000_000, 0] }
}

fn survivals() -> Vec<ChartData> {
    let chart =
        |curves, at_days: &[u32]| ChartData::Survival { title: "T".into(), subtitle: "S".into(), curves, at_days: at_days.to_vec() };
    let many =
        |count: usize| -> Vec<Curve> { (0..count).map(|i| curve(&format!("{HOSTILE} {i}"), &[(90, 0.8), (400, 0.79)], 700)).collect() };
    vec![
        chart(vec![], &[]),
        chart(vec![curve("A", &[], 0)], &[]),
        chart(vec![curve("A", &[(10, f64::NAN), (20, 0.0)], 30)], &[0, 90, 365]),
        chart(vec![Curve { n: 0, ..curve("Nobody", &[], 0) }], &[0, 90, 365]),
        chart(many(3), &[0, 90, 365]),
        chart(many(9), &[0, 30, 60, 90, 120, 150, 180, 210, 240, 365, 700, 9000]),
        chart(vec![curve("A", &[(3000, 0.4)], 16_000), curve("B", &[(3, 0.0)], 4)], &[]),
    ]
}

fn ramps() -> Vec<ChartData> {
    let chart = |lines, settled| ChartData::Ramp { metric: "share".into(), title: "T".into(), subtitle: "S".into(), lines, settled };
    let point = |(i, value): (usize, &f64)| {
        let weeks = (i as u32 * 2 + 1, if i == 11 { u32::MAX } else { i as u32 * 2 + 2 });
        RampPoint { weeks, value: *value, n: 30, interval: (i % 2 == 0).then_some(((value - 0.2).max(0.0), (value + 0.1).min(1.0))) }
    };
    let line = |name: &str, values: &[f64]| RampLine { name: name.into(), points: values.iter().enumerate().map(point).collect() };
    vec![
        chart(vec![], None),
        chart(vec![line("A", &[])], Some(f64::NAN)),
        chart(vec![line(HOSTILE, &[0.5])], Some(0.5)),
        chart(
            vec![line("A", &[0.0; 12]), line("B", &[1.0; 12]), line("C", &[0.0; 3]), line("D", &[1.0; 3]), line("E", &[0.5; 3])],
            Some(1.0),
        ),
        chart(vec![line("A", &[0.5, f64::NAN, 0.7]), line(HOSTILE, &[0.5, 0.6, 0.7])], Some(0.8)),
    ]
}

fn funnels() -> Vec<ChartData> {
    let many: Vec<u64> = (0..300).map(|i| 5 + i * i / 9).collect();
    vec![
        funnel(&[], |_| 0.8),
        funnel(&[0], |_| f64::NAN),
        funnel(&[1], |_| 1.0),
        funnel(&[50], |_| 0.8),
        funnel(&[80; 12], |_| 0.8),
        funnel(&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120], |i| 0.5 + 0.04 * i as f64),
        funnel(&many, |i| (i * 37 % 101) as f64 / 100.0),
        funnel(&[3, 900_000], |i| i as f64),
    ]
}

fn groups(count: usize) -> ChartData {
    let group = |i: usize| GroupValue {
        name: format!("{HOSTILE} {i} of a name that goes on and on and does not end"),
        page: None,
        value: (!i.is_multiple_of(3)).then_some(0.5 + i as f64 / 100.0),
        n: i as u64 * 7,
        interval: (!i.is_multiple_of(3)).then_some((0.4, 0.9)),
    };
    let groups = (0..count).map(group).collect();
    ChartData::Groups { metric: "share".into(), title: "T".into(), subtitle: "S".into(), groups, desk: Some(0.6), target: Some(0.7) }
}

fn awkward() -> Vec<ChartData> {
    let mut all = Vec::new();
    let shapes: [&[Option<f64>]; 8] = [
        &[],
        &[Some(0.8)],
        &[None, None, None],
        &[Some(0.8); 5],
        &[Some(0.0); 5],
        &[Some(0.7), None, Some(0.8), None, None, Some(0.9)],
        &[Some(10.0), Some(11.0), Some(9.0), Some(10.0), Some(1e9), Some(12.0), Some(10.0), Some(9.0)],
        &[Some(f64::NAN), Some(f64::INFINITY), Some(-3.0), Some(0.2)],
    ];
    for values in shapes {
        all.extend(["share", "secs", "num", "unknown"].map(|m| trend(m, values)));
        all.extend(["share", "secs", "num"].map(|m| controlled(m, values)));
        let (open, created, resolved) = (points(values), points(values), points(&[]));
        all.push(ChartData::Backlog { title: "T".into(), subtitle: "S".into(), open, created, resolved });
    }
    all.push(controlled("share", &[Some(0.8); 53]));
    all.extend([0, 1, 2, 40].map(groups));
    all.extend(funnels().into_iter().chain(survivals()).chain(ramps()));
    all.extend(margin_charts().into_iter().chain(share_charts()));
    all.extend(dot_charts().into_iter().chain(phase_charts()));
    let many = |n: u64| GroupValue { name: "Many".into(), page: None, value: Some(0.9), n, interval: Some((0.89, 0.91)) };
    let groups = vec![many(12_345), many(1_234_567)];
    let (metric, title, subtitle) = ("share".into(), "T".into(), "S".into());
    all.push(ChartData::Groups { metric, title, subtitle, groups, desk: Some(0.8), target: Some(0.9) });
    let close = |value: f64| GroupValue { name: "A".into(), page: None, value: Some(value), n: 90, interval: Some((value - 0.1, 1.0)) };
    for (metric, desk, target) in [("share", Some(0.866), Some(0.9)), ("share", Some(0.9), Some(0.9)), ("secs", None, Some(0.1))] {
        let groups = vec![close(0.8), close(0.95)];
        let (title, subtitle) = ("T".into(), "S".into());
        all.push(ChartData::Groups { metric: metric.into(), title, subtitle, groups, desk, target });
    }
    all
}

/// Bars of `step` up to twice the target and one beyond; `count` of a bar's place, a tenth of it open.
fn margins(step: f64, count: impl Fn(usize) -> u64, unknown: u64) -> ChartData {
    let last = (2.0 / step).round() as usize;
    let bin = |i: usize| MarginBin {
        from: i as f64 * step,
        to: (i < last).then(|| (i + 1) as f64 * step),
        count: count(i),
        is_open: count(i) / 10,
        near: if i as f64 * step >= 0.8 - 1e-9 { count(i) - count(i) / 10 } else { 0 },
    };
    let bins = (0..=last).map(bin).collect();
    ChartData::Margins { metric: "share".into(), title: HOSTILE.into(), subtitle: "S".into(), bins, near: 0.8, unknown }
}

fn margin_charts() -> Vec<ChartData> {
    let of = |bins| ChartData::Margins { metric: "share".into(), title: "T".into(), subtitle: "S".into(), bins, near: 0.8, unknown: 0 };
    let bin = |from, to, count, is_open| MarginBin { from, to, count, is_open, near: 0 };
    let counts: [fn(usize) -> u64; 7] = [
        |i| 400 / (i as u64 + 1),
        |i| (i as u64 * 37) % 90,
        |_| 0,
        |_| 1,
        |i| if i == 3 { 1_234_567 } else { 1 },
        |i| u64::from(i == 19) * 12,
        |_| 98_765,
    ];
    let mut all: Vec<ChartData> = counts.iter().flat_map(|c| [margins(0.1, *c, 0), margins(0.05, *c, 12_345)]).collect();
    all.push(of(vec![]));
    all.push(of(vec![bin(0.0, Some(0.1), 3, 9)]));
    all.push(of(vec![bin(0.0, Some(0.7), 40, 2), MarginBin { near: 9, ..bin(0.7, Some(0.8), 30, 2) }, bin(1.0, None, 5, 1)]));
    all.push(of(vec![bin(2.0, None, 3, 3)]));
    all.push(of(vec![bin(0.0, Some(0.5), 7, 0), bin(0.5, Some(0.8), 7, 0), bin(0.8, Some(1.0), 7, 0), bin(1.0, None, 7, 0)]));
    all.push(of(vec![
        bin(f64::NAN, None, 3, 3),
        bin(0.5, Some(f64::INFINITY), 1, 1),
        bin(0.9, Some(0.1), 1, 1),
        bin(-1.0, Some(0.0), 1, 0),
    ]));
    all
}

const PARTS: [&str; 5] = ["working", "waiting for the requester", "2nd level", "supplier", "out of hours"];

fn shares(parts: &[&str], rows: usize, value: impl Fn(usize, usize) -> f64) -> ChartData {
    let row = |i: usize| ShareRow {
        name: if i.is_multiple_of(2) { format!("{HOSTILE} {i} of a name that goes on and on") } else { format!("P{i}") },
        page: None,
        n: 7u64.pow(i as u32 % 9),
        values: (0..parts.len()).map(|j| value(i, j)).collect(),
    };
    let parts = parts.iter().map(|p| (*p).to_owned()).collect();
    ChartData::Shares {
        title: HOSTILE.into(),
        subtitle: "S".into(),
        parts,
        rows: (0..rows).map(row).collect(),
        unit: Unit::Seconds,
        about: SharesAbout::Division,
    }
}

fn share_charts() -> Vec<ChartData> {
    let some = |i: usize, j: usize| ((i * 31 + j * 17) % 23) as f64 * 10_000.0;
    let mut all: Vec<ChartData> = [0, 1, 2, 12, 40].map(|rows| shares(&PARTS, rows, some)).into();
    all.extend((0..5).map(|n| shares(&PARTS[..n], 3, some)));
    all.push(shares(&[HOSTILE; 7], 3, some));
    all.push(shares(&["a name that goes on and on and does not end before the picture does, no, not even there"; 5], 2, some));
    all.push(shares(&PARTS, 5, |_, _| 0.0));
    all.push(shares(&PARTS, 5, |_, j| if j == 2 { 1e7 } else { 0.0 }));
    all.push(shares(&PARTS, 5, |_, j| if j == 0 { 1e7 } else { 1.0 }));
    all.push(shares(&PARTS, 4, |i, j| [f64::NAN, f64::INFINITY, -5.0, 1e308][(i + j) % 4]));
    if let ChartData::Shares { title, subtitle, parts, mut rows, .. } = shares(&PARTS, 3, some) {
        rows[0].values.clear();
        rows[1].values.extend([5.0; 9]);
        for unit in [Unit::Count, Unit::Money, Unit::Number] {
            let (title, subtitle, parts, rows) = (title.clone(), subtitle.clone(), parts.clone(), rows.clone());
            all.push(ChartData::Shares { title, subtitle, parts, rows, unit, about: SharesAbout::Division });
        }
    }
    let with = |chart: &ChartData, other: SharesAbout| {
        let mut chart = chart.clone();
        if let ChartData::Shares { about, .. } = &mut chart {
            *about = other;
        }
        chart
    };
    let others: Vec<ChartData> =
        [SharesAbout::Totals, SharesAbout::FirstPart].into_iter().flat_map(|other| all.iter().map(move |c| with(c, other))).collect();
    all.extend(others);
    all
}

fn dots(metric: &str, sizes: &[usize], value: impl Fn(usize, usize) -> f64) -> ChartData {
    let group = |(g, size): (usize, &usize)| {
        let dot =
            |i: usize| Dot { name: if i.is_multiple_of(2) { HOSTILE.into() } else { String::new() }, value: value(g, i), n: 40 + i as u64 };
        let dots: Vec<Dot> = (0..*size).map(dot).collect();
        let mean = (*size > 0).then(|| dots.iter().map(|d| d.value).sum::<f64>() / *size as f64);
        DotGroup { name: format!("{HOSTILE} {g} of a name that goes on and on and does not end"), mean, dots }
    };
    let groups: Vec<DotGroup> = sizes.iter().enumerate().map(group).collect();
    ChartData::Dots { metric: metric.into(), title: HOSTILE.into(), subtitle: "S".into(), groups, mean: Some(value(0, 0)) }
}

fn dot_charts() -> Vec<ChartData> {
    let some = |g: usize, i: usize| 0.5 + 0.1 * g as f64 + ((i * 37 + g * 11) % 29) as f64 / 100.0;
    let mut all: Vec<ChartData> =
        [&[][..], &[0], &[1], &[4, 19], &[3, 3, 3, 3, 3, 3], &[900, 2]].map(|sizes| dots("share", sizes, some)).into();
    all.extend(["secs", "num", "unknown"].map(|metric| dots(metric, &[5, 9], |g, i| 300.0 + 40.0 * some(g, i))));
    all.push(dots("share", &[50, 50], |_, _| 0.8));
    all.push(dots("share", &[4, 4], |_, i| [0.0, 1.0, f64::NAN, f64::INFINITY][i]));
    all
}

fn phases(metric: &str, values: &[Option<f64>], event: &str, has_others: bool) -> ChartData {
    let (ChartData::Trend { points, title, control, .. }, n) = (controlled(metric, values), values.len()) else { panic!("a trend") };
    let others = if has_others { points.clone() } else { Vec::new() };
    let level = |i: usize| if i < n / 2 { Some(0.7) } else { (i % 5 != 4).then_some(0.8) };
    let expected = (0..n).map(|i| (i >= n / 2).then_some(0.72)).collect();
    let (metric, subtitle, event) = (metric.into(), "S".into(), (event.to_owned(), HOSTILE.repeat(2)));
    ChartData::Phases { metric, title, subtitle, event, points, others, fitted: (0..n).map(level).collect(), expected, control }
}

fn phase_charts() -> Vec<ChartData> {
    let wave: Vec<Option<f64>> = (0..53).map(|i| (i % 11 != 7).then(|| 0.7 + f64::from(i % 6) / 50.0)).collect();
    let mut all = Vec::new();
    for event in ["2026-W03", "2026-W01", "1999-W01"] {
        for values in
            [&wave[..], &wave[..4], &wave[..1], &[], &[None, None, None], &[Some(f64::NAN), Some(f64::INFINITY), Some(-3.0), Some(0.2)]]
        {
            all.extend(["share", "secs", "num"].map(|metric| phases(metric, values, event, metric == "share")));
        }
    }
    if let ChartData::Phases { metric, title, subtitle, event, points, .. } = phases("share", &wave, "2026-W20", false) {
        let lines = (vec![Some(f64::NAN); 99], Vec::new());
        let (fitted, expected) = lines;
        all.push(ChartData::Phases { metric, title, subtitle, event, points, others: points_of("x"), fitted, expected, control: None });
    }
    all
}

/// Points of periods nobody else has.
fn points_of(period: &str) -> Vec<Point> {
    vec![Point { period: period.into(), short: period.into(), value: Some(0.3), n: 3, is_partial: false }]
}

/// Tags and attribute texts of well-formed XML; panics where it is not.
fn tags(svg: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let mut all = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "stray > in {svg}");
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "closes what is open");
        } else if !tag.ends_with('/') {
            open.push(name.clone());
        }
        all.push(name);
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "everything closed");
    all
}

#[test]
fn every_shape_of_data_gives_a_well_formed_picture_without_surprises() {
    for chart in awkward() {
        let drawing = draw(&chart, &definitions(), HOSTILE, "c1");
        for svg in [&drawing.svg, &drawing.svg_narrow] {
            let names = tags(svg);
            assert!(names.iter().all(|n| ["svg", "title", "desc", "path", "circle", "text"].contains(&n.as_str())), "{names:?}");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            assert!(!svg.contains(|c: char| c.is_control() || c == '\u{202e}'));
        }
        assert!(drawing.table.rows.iter().all(|r| r.len() == drawing.table.columns.len()));
    }
}

/// Start and end of each text in CSS pixels, by the same estimate the layout uses.
fn text_spans(svg: &str) -> Vec<(f64, f64, f64)> {
    let attr = |tag: &str, name: &str| tag.split(&format!(" {name}=\"")).nth(1).and_then(|s| s.split('"').next().map(str::to_owned));
    let span = |part: &str| {
        let (tag, rest) = part.split_once('>').unwrap();
        let text = rest
            .split('<')
            .next()
            .unwrap()
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        let tag = format!(" {tag}");
        let number = |name| attr(&tag, name).unwrap().parse::<f64>().unwrap();
        let width = figure::text_width(&text, number("font-size"), tag.contains("font-weight"));
        let x = number("x");
        let start = match attr(&tag, "text-anchor").as_deref() {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        (start, start + width, number("y"))
    };
    svg.split("<text ").skip(1).map(span).collect()
}

#[test]
fn every_label_lies_inside_its_picture_and_off_its_neighbours() {
    for chart in awkward() {
        let drawing = draw(&chart, &definitions(), "Wolfeschlegelsteinhausenbergerdorff", "c1");
        for (svg, width) in [(&drawing.svg, WIDE), (&drawing.svg_narrow, NARROW)] {
            let spans = text_spans(svg);
            for (i, a) in spans.iter().enumerate() {
                assert!(a.0 >= -1.0 && a.1 <= width + 1.0, "{a:?} leaves {width}: {svg}");
                for b in &spans[i + 1..] {
                    let is_apart = a.1 + 2.0 <= b.0 || b.1 + 2.0 <= a.0 || (a.2 - b.2).abs() >= 11.0;
                    assert!(is_apart, "{a:?} touches {b:?}: {svg}");
                }
            }
        }
    }
}

#[test]
fn no_label_leaves_its_picture_above_or_below() {
    for chart in awkward() {
        let drawing = draw(&chart, &definitions(), "Ada", "c1");
        for svg in [&drawing.svg, &drawing.svg_narrow] {
            let height: f64 = svg.split("height=\"").nth(1).and_then(|s| s.split('"').next()).unwrap().parse().unwrap();
            for span in text_spans(svg) {
                assert!(span.2 >= 8.0 && span.2 <= height - 2.0, "{span:?} of {height}: {svg}");
            }
        }
    }
}

#[test]
fn signals_have_colour_and_shape_and_words() {
    let drawing = draw(&controlled("share", &[Some(0.8); 8]), &definitions(), "x", "c");
    for ink in ["--good", "--concern", "--changed"] {
        assert!(drawing.svg.contains(&format!("fill=\"var({ink}")), "{ink}");
    }
    for glyph in ["●", "◆", "■", "○"] {
        assert!(drawing.key.contains(glyph), "{}", drawing.key);
    }
    assert_eq!(drawing.table.columns[4..8], ["Centre", "Low", "High", "Signal"]);
    assert_eq!(drawing.table.rows[1][7], "better than usual (high)");
    assert_eq!(drawing.table.rows[7][7], format::NO_DATA, "nothing is said of a period not complete");
    assert!(drawing.desc.contains("W3 worse than usual (low)"), "{}", drawing.desc);
}

#[test]
fn a_funnel_names_what_stands_out_and_lists_every_group() {
    let rows: Vec<u64> = (0..40).map(|i| 20 + 20 * i).collect();
    let drawing = draw(&funnel(&rows, |i| 0.4 + 0.014 * i as f64), &definitions(), "x", "c");
    let named = drawing.svg.matches("&lt;/text&gt;").count() - 1 - drawing.desc.matches("</text>").count();
    assert!((1..=12).contains(&named), "{named}");
    assert_eq!(drawing.table.rows.len(), 40);
    assert_eq!(drawing.table.rows[0][3], "inside");
    assert_eq!(drawing.table.rows[1][3], "outside, better");
    assert!(drawing.key.contains("chance alone") && drawing.key.contains("limits 1.0 times as wide"));
}

#[test]
fn people_at_risk_stand_under_the_picture_and_in_the_table() {
    let drawing = draw(&survivals()[4], &definitions(), "x", "c");
    assert!(drawing.svg.contains("People followed") && drawing.svg_narrow.contains("People followed"));
    assert_eq!(drawing.table.rows.len(), 9);
    assert_eq!(drawing.table.rows[1][4], "1,000,000");
}

#[test]
fn every_person_is_a_dot_and_no_name_is_in_the_picture() {
    let drawing = draw(&dots("share", &[4, 19], |g, i| 0.6 + 0.1 * g as f64 + i as f64 / 200.0), &definitions(), "x", "c");
    assert_eq!(drawing.svg.matches("<circle").count(), 23);
    assert_eq!(drawing.table.rows.len(), 23);
    assert_eq!(drawing.table.rows[1][1], format::NO_DATA, "who is not to be named has no name");
    let groups = vec![DotGroup { name: "with it".into(), mean: Some(0.8), dots: vec![Dot { name: "Ada".into(), value: 0.8, n: 30 }] }];
    let named = ChartData::Dots { metric: "share".into(), title: "T".into(), subtitle: "S".into(), groups, mean: None };
    let drawing = draw(&named, &definitions(), "x", "c");
    assert!(!drawing.svg.contains("Ada") && !drawing.desc.contains("Ada") && drawing.table.rows[0][1] == "Ada");
}

#[test]
fn before_and_after_show_the_line_that_did_not_happen() {
    let values: Vec<Option<f64>> = (0..20).map(|i| Some(0.7 + f64::from(i) / 100.0)).collect();
    let drawing = draw(&phases("share", &values, "2026-W11", true), &definitions(), "x", "c");
    let plain = |text: &str| text.replace('\u{a0}', " ");
    for svg in [&drawing.svg, &drawing.svg_narrow] {
        assert!(svg.contains("stroke-dasharray") && plain(svg).contains(">72 % expected<") && plain(svg).contains("80 % after"), "{svg}");
    }
    assert_eq!(drawing.table.columns, ["Period", "Value", "n", "Others", "Line", "Expected", "What happened"]);
    assert!(drawing.table.rows[10][6].contains("script") && drawing.table.rows[9][6].is_empty());
    assert_eq!((drawing.table.rows[9][5].as_str(), plain(&drawing.table.rows[10][5]).as_str()), (format::NO_DATA, "72 %"));
    assert!(plain(&drawing.desc).contains("Before 70 %. After 80 %. Expected 72 %."), "{}", drawing.desc);
}

#[test]
fn margins_tell_what_was_kept_nearly_missed_and_missed_in_words_and_fills() {
    // 0–80 %: 8 bars of 20, 2 of each open; 80–100 %: 2 of 10, 1 open each; beyond: 11 of 10, 1 open each.
    let drawing = draw(&margins(0.1, |i| if i < 8 { 20 } else { 10 }, 5), &definitions(), "x", "c");
    let plain = |text: &str| text.replace('\u{a0}', " ");
    let desc = plain(&drawing.desc);
    assert!(desc.contains("272 decided. Kept 162 (59.6 %). Near miss 18 (6.6 %). Missed 110 (40.4 %)."), "{desc}");
    assert!(desc.contains("Of those missed, 11 are still open. 18 more are still open inside the target"), "{desc}");
    assert!(desc.contains("Most lie at 0–10 %: 20. 5 without a target or times are not shown."), "{desc}");
    for svg in [&drawing.svg, &drawing.svg_narrow] {
        let svg = plain(svg);
        for label in ["162 kept", "18 near miss", "110 missed", "59.6 %", "100 % of target", "&gt; 200 %"] {
            let tall = label.split_once(' ').map_or(label, |(n, _)| n);
            assert!(svg.contains(&format!(">{label}<")) || svg.contains(&format!(">{tall}<")), "{label}: {svg}");
        }
        assert!(svg.contains("stroke-dasharray"), "the target");
    }
    assert!(plain(&drawing.key).starts_with("striped: near miss") && drawing.key.contains("hollow: still open"), "{}", drawing.key);
    assert_eq!(drawing.table.rows.len(), 21);
    assert_eq!(drawing.table.rows[8].iter().map(|c| plain(c)).collect::<Vec<_>>(), ["80–90 %", "10", "9", "1", "kept"]);
    assert_eq!(plain(&drawing.table.rows[20][0]), "more than 200 %");
}

#[test]
fn no_number_is_too_large_for_a_picture() {
    let huge = shares(&PARTS, 2, |_, _| 1e300);
    for chart in [margins(0.1, |_| u64::MAX, u64::MAX), huge] {
        let drawing = draw(&chart, &definitions(), "x", "c");
        tags(&drawing.svg);
        assert!(!drawing.svg.contains("NaN") && !drawing.svg.contains("inf"));
    }
}

#[test]
fn shares_tell_rows_they_do_not_draw_and_write_only_what_has_room() {
    let chart = shares(&PARTS, 40, |_, j| [600.0, 250.0, 100.0, 49.0, 1.0][j]);
    let drawing = draw(&chart, &definitions(), "x", "c");
    assert_eq!(drawing.subtitle, "S · … and 12 more in the numbers");
    assert!(drawing.desc.contains("12 more are in the table"), "{}", drawing.desc);
    assert!(drawing.desc.replace('\u{a0}', " ").contains("P1: working 60 %, waiting for the requester 25 %, 2nd level 10 %, supplier 5 %"));
    assert_eq!(drawing.table.rows.len(), 40);
    assert_eq!(drawing.table.rows[0][5].replace('\u{a0}', " "), "1 s (< 1 %)");
    assert_eq!(drawing.table.rows[1][6..], ["16\u{a0}min\u{a0}40\u{a0}s".to_owned(), "7".to_owned()]);
    for svg in [&drawing.svg, &drawing.svg_narrow] {
        assert_eq!(svg.matches(">60\u{a0}%</text>").count(), 28);
        assert_eq!(svg.matches(">5\u{a0}%</text>").count(), 0, "less than 8 %");
        assert!(svg.contains(">waiting for the requester</text>"), "parts are named");
    }
    let few = draw(&shares(&PARTS, 28, |_, _| 1.0), &definitions(), "x", "c");
    assert!(few.subtitle == "S" && !few.desc.contains("more are"));
}

#[test]
fn text_on_every_fill_of_a_bar_can_be_read() {
    let find = |ink: figure::Ink| svg::PALETTE.iter().find(|p| p.0 == ink).unwrap();
    let mix = |over: &str, under: &str, strength: f64| {
        let part = |hex: &str, i: usize| f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap());
        let one = |i| (part(over, i) * strength + part(under, i) * (1.0 - strength)).round() as u8;
        format!("#{:02x}{:02x}{:02x}", one(1), one(3), one(5))
    };
    let paper = find(figure::Ink::Paper);
    for (fill, ink) in shares::FILLS.into_iter().chain(shares::PALE) {
        let (ink, strength) = match fill {
            fill::Fill::Solid(over) => ((find(ink), find(over)), 1.0),
            fill::Fill::Veil(over, strength) => ((find(ink), find(over)), strength),
            // The text has a box of the page's colour.
            fill::Fill::Striped(_) | fill::Fill::Hollow(_) => ((find(ink), paper), 1.0),
        };
        let (text, over) = ink;
        let (light, dark) = (mix(over.2, paper.2, strength), mix(over.3, paper.3, strength));
        assert!(contrast(text.2, &light) >= 4.5, "{fill:?} light {}", contrast(text.2, &light));
        assert!(contrast(text.3, &dark) >= 4.5, "{fill:?} dark {}", contrast(text.3, &dark));
    }
}

#[test]
fn a_missing_value_breaks_the_line_and_is_never_a_zero() {
    let values = [Some(0.7), Some(0.72), None, Some(0.8), Some(0.9)];
    let ChartData::Trend { points, .. } = trend("share", &values) else { panic!("a trend") };
    let parts = axes::segments(&points, figure::Range { low: 0.0, high: 1.0 });
    assert_eq!(parts, vec![vec![(0.0, 0.7), (1.0, 0.72)], vec![(3.0, 0.8), (4.0, 0.9)]]);
}

#[test]
fn a_target_far_beyond_the_values_is_named_but_not_drawn_at_the_edge() {
    let near = ChartData::Trend {
        metric: "secs".into(),
        title: "T".into(),
        subtitle: "S".into(),
        points: points(&[Some(600.0); 8]),
        desk: vec![],
        target: Some(700.0),
        events: vec![],
        control: None,
    };
    let ChartData::Trend { points, .. } = &near else { panic!("a trend") };
    let far = ChartData::Trend {
        metric: "secs".into(),
        title: "T".into(),
        subtitle: "S".into(),
        points: points.clone(),
        desk: vec![],
        target: Some(90_000.0),
        events: vec![],
        control: None,
    };
    let svg = |chart: &ChartData| draw(chart, &definitions(), "x", "c").svg;
    assert!(svg(&near).contains("stroke-dasharray") && !svg(&near).contains('↑'));
    assert!(!svg(&far).contains("stroke-dasharray") && svg(&far).contains("↑ 1\u{a0}d\u{a0}1\u{a0}h target"));
}

#[test]
fn a_partial_point_is_hollow() {
    let hollow = |chart: &ChartData| draw(chart, &definitions(), "x", "c").svg.matches("<circle").count();
    let drawing = draw(&trend("share", &[Some(0.7), Some(0.8), Some(0.9)]), &definitions(), "x", "c");
    assert_eq!(drawing.svg.matches("fill=\"var(--paper,#ffffff)\" stroke=").count(), 2, "subject and desk");
    assert!(hollow(&trend("share", &[Some(0.7), Some(0.8), Some(0.9)])) >= 4);
    assert_eq!(drawing.table.rows[2][0], "2026-W03 (not complete)");
}

#[test]
fn drawing_twice_gives_the_same_bytes_and_ids_of_their_own() {
    for chart in awkward() {
        let (a, b) = (draw(&chart, &definitions(), "x", "one"), draw(&chart, &definitions(), "x", "one"));
        assert_eq!(a, b);
        assert!(a.svg.contains("id=\"one-w-t\"") && a.svg_narrow.contains("id=\"one-n-t\""));
    }
}

fn kpi(values: &[Option<f64>]) -> Kpi {
    Kpi {
        metric: "share".into(),
        value: None,
        n: 0,
        sum: 0.0,
        target: Some(0.8),
        is_met: None,
        previous: None,
        previous_n: 0,
        history: points(values),
        interval: None,
        immature: 0,
        rows_file: None,
        is_judged: true,
        is_hidden: false,
        level: None,
        signal: None,
        bounds: None,
        expected: None,
    }
}

#[test]
fn sparklines_exist_only_for_data() {
    assert_eq!(sparkline(&kpi(&[]), Unit::Share, "s"), None);
    assert_eq!(sparkline(&kpi(&[None, None]), Unit::Share, "s"), None);
    for values in [&[Some(0.8)] as &[_], &[Some(0.8); 4], &[Some(0.1), None, Some(0.9)]] {
        tags(&sparkline(&kpi(values), Unit::Share, "s").unwrap());
    }
}

fn luminance(hex: &str) -> f64 {
    let part = |i: usize| {
        let c = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_marks_stand_out_in_light_and_dark() {
    let find = |name: &str| svg::PALETTE.iter().find(|p| p.1 == name).unwrap();
    let paper = find("--paper");
    for (name, least) in [
        ("--ink", 7.0),
        ("--muted", 4.5),
        ("--desk", 3.0),
        ("--target", 3.0),
        ("--good", 4.5),
        ("--concern", 4.5),
        ("--changed", 4.5),
        ("--line-two", 4.5),
        ("--line-three", 4.5),
    ] {
        let p = find(name);
        assert!(contrast(p.2, paper.2) >= least, "{name} light {}", contrast(p.2, paper.2));
        assert!(contrast(p.3, paper.3) >= least, "{name} dark {}", contrast(p.3, paper.3));
    }
}

#[test]
fn light_colours_can_be_written_out() {
    let drawing = draw(&groups(3), &definitions(), "x", "c");
    assert!(drawing.svg.contains("var(--"));
    assert!(!svg::with_colours(&drawing.svg, svg::Theme::Light).contains("var("));
}
