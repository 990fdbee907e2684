//! Every chart over every awkward shape of data: well-formed, inside its picture, nothing drawn where nothing is known.

use super::*;
use crate::scorecard::{Better, GroupValue, Kpi, Point};

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
    }
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
        let (open, created, resolved) = (points(values), points(values), points(&[]));
        all.push(ChartData::Backlog { title: "T".into(), subtitle: "S".into(), open, created, resolved });
    }
    all.extend([0, 1, 2, 40].map(groups));
    let close = |value: f64| GroupValue { name: "A".into(), page: None, value: Some(value), n: 90, interval: Some((value - 0.1, 1.0)) };
    for (metric, desk, target) in [("share", Some(0.866), Some(0.9)), ("share", Some(0.9), Some(0.9)), ("secs", None, Some(0.1))] {
        let groups = vec![close(0.8), close(0.95)];
        let (title, subtitle) = ("T".into(), "S".into());
        all.push(ChartData::Groups { metric: metric.into(), title, subtitle, groups, desk, target });
    }
    all
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

#[test]
fn sparklines_exist_only_for_data() {
    let kpi = |values: &[Option<f64>]| Kpi {
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
    };
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
    for (name, least) in [("--ink", 7.0), ("--muted", 4.5), ("--desk", 3.0), ("--target", 3.0), ("--good", 4.5), ("--concern", 4.5)] {
        let p = find(name);
        assert!(contrast(p.2, paper.2) >= least, "{name} light {}", contrast(p.2, paper.2));
        assert!(contrast(p.3, paper.3) >= least, "{name} dark {}", contrast(p.3, paper.3));
    }
}

#[test]
fn light_colours_can_be_written_out() {
    let drawing = draw(&groups(3), &definitions(), "x", "c");
    assert!(drawing.svg.contains("var(--"));
    assert!(!svg::with_light_colours(&drawing.svg).contains("var("));
}
