//! Where every letter of every chart really stands: measured in the font our pictures are drawn with, not estimated.

use resvg::usvg::{self, fontdb};

use super::*;
use crate::scorecard::{HeatCell, SharesAbout, SmallPanel};

/// Least distance between two texts, CSS pixels.
const GAP: f32 = 3.0;

/// Space between letters, in em: pages may be shown in a wider font than ours. What keeps apart here does without it too.
const WIDER: f64 = 0.05;

/// A text and the box around its letters, CSS pixels.
#[derive(Debug)]
struct Placed {
    text: String,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Placed {
    /// How far two texts are apart; negative where one covers the other.
    fn apart(&self, other: &Placed) -> f32 {
        let across = (other.left - self.right).max(self.left - other.right);
        let down = (other.top - self.bottom).max(self.top - other.bottom);
        across.max(down)
    }
}

/// Our fonts, and a full square for every letter they have not: no script is wider.
fn measuring() -> usvg::Options<'static> {
    static FOUND: std::sync::OnceLock<std::sync::Arc<fontdb::Database>> = std::sync::OnceLock::new();
    let fonts = FOUND.get_or_init(|| {
        let mut all = png::fonts().as_ref().clone();
        all.load_font_data(include_bytes!("square.ttf").to_vec());
        std::sync::Arc::new(all)
    });
    png::options(fonts)
}

/// The texts of a picture.
fn placed(svg: &str) -> (Vec<Placed>, usvg::Size) {
    let svg = svg::with_colours(svg, svg::Theme::Light).replacen("<svg ", &format!("<svg letter-spacing=\"{WIDER}em\" "), 1);
    let tree = usvg::Tree::from_str(&svg, &measuring()).expect("a picture");
    let mut found = Vec::new();
    collect(tree.root(), &mut found);
    (found, tree.size())
}

fn collect(group: &usvg::Group, found: &mut Vec<Placed>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(inner) => collect(inner, found),
            usvg::Node::Text(text) => {
                let b = text.flattened().abs_bounding_box();
                let words = text.chunks().iter().map(usvg::TextChunk::text).collect::<String>();
                if !words.trim().is_empty() {
                    found.push(Placed { text: words, left: b.left(), right: b.right(), top: b.top(), bottom: b.bottom() });
                }
            }
            _ => {}
        }
    }
}

/// What is wrong with a picture's labels.
fn faults(svg: &str) -> Vec<String> {
    let (all, size) = placed(svg);
    let mut faults = Vec::new();
    for (i, a) in all.iter().enumerate() {
        if a.left < -0.01 || a.top < -0.01 || a.right > size.width() + 0.01 || a.bottom > size.height() + 0.01 {
            faults.push(format!("“{}” {a:?} leaves {} × {}", a.text, size.width(), size.height()));
        }
        let close = all[i + 1..].iter().filter(|b| a.apart(b) < GAP);
        faults.extend(close.map(|b| format!("“{}” {a:?} is {:.1} from “{}” {b:?}", a.text, a.apart(b), b.text)));
    }
    faults
}

const NAMES: [&str; 8] = [
    "X",
    "Ada Lovelace",
    "Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine, Senior, of the Second Level Support Team in Hamburg and Bremen",
    "服务台的一个非常长的名字在这里继续下去没有尽头",
    "\u{645}\u{643}\u{62a}\u{628} \u{627}\u{644}\u{645}\u{633}\u{627}\u{639}\u{62f}\u{629} \u{641}\u{64a} \u{627}\u{644}\u{642}\u{627}\u{647}\u{631}\u{629}",
    "👩‍💻🎉🎉🎉 desk 🎉🎉🎉🎉🎉🎉",
    "WWWWWWWWWWWWWWWWMMMMMMMMMMMMMMMM",
    "Ç̧ä̈ ẫ ﬁ Żółć Großmütterchen",
];

fn name(i: usize) -> String {
    let name = NAMES[i % NAMES.len()];
    // Every length from one letter to two hundred turns up.
    if i % 11 == 10 { name.chars().cycle().take(1 + i * 7 % 200).collect() } else { name.to_owned() }
}

/// Values of a kind at a place: ordinary, equal, tiny, huge, negative, far apart.
const VALUES: [fn(usize) -> f64; 7] = [
    |i| 0.6 + 0.3 * ((i * 37 % 23) as f64 / 23.0),
    |_| 0.85,
    |i| 1e-7 * i as f64,
    |i| 1e9 + 7e7 * (i * 13 % 7) as f64,
    |i| -50_000.0 * (i % 5) as f64,
    |i| if i.is_multiple_of(9) { 4e8 } else { 30.0 + i as f64 },
    |i| if i.is_multiple_of(2) { 0.0 } else { 1.0 },
];

fn weeks(count: usize, value: fn(usize) -> f64) -> Vec<Point> {
    let point = |i: usize| Point {
        period: format!("{}-W{:02}", 2024 + i / 52, i % 52 + 1),
        short: if count > 60 { format!("W{:02}–W{:02}", i % 52 + 1, i % 52 + 13) } else { format!("W{:02}", i % 52 + 1) },
        value: (i % 17 != 5).then(|| value(i)),
        n: 7 + 41 * i as u64,
        is_partial: i + 1 == count && count % 2 == 1,
    };
    (0..count).map(point).collect()
}

fn events(count: usize) -> Vec<(String, String)> {
    let at = |k: usize| (format!("{}-W{:02}", 2024 + k / 52, k % 52 + 1), name(k));
    [1, count / 3, count / 3 + 1, count / 2, count.saturating_sub(2)].into_iter().map(at).collect()
}

fn over_time(metric: &str, count: usize, value: fn(usize) -> f64) -> Vec<ChartData> {
    let points = weeks(count, value);
    let limit = |(i, p): (usize, &Point)| {
        let centre = p.value.unwrap_or_else(|| value(i));
        let far = centre.abs() * 0.1 + 0.01;
        ControlPoint { centre, low: centre - far, high: centre + far, variation: Variation::ALL[i % 7] }
    };
    let control = Control {
        method: "XmR chart".into(),
        points: points.iter().enumerate().map(limit).collect(),
        phases: vec![(format!("2024-W{:02}", count / 2 + 1), name(count)), ("2024-W02".into(), name(3))],
    };
    let trend = |desk: Vec<Point>, target, control: Option<Control>| ChartData::Trend {
        metric: metric.into(),
        title: name(2),
        subtitle: "S".into(),
        points: points.clone(),
        desk,
        target,
        events: events(count),
        control,
    };
    let (desk, far) = (weeks(count, VALUES[0]), 3.0 * value(1).abs() + 1.0);
    let open = weeks(count, value);
    let phases = ChartData::Phases {
        metric: metric.into(),
        title: name(4),
        subtitle: "S".into(),
        event: (format!("2024-W{:02}", count / 2 + 1), name(count + 1)),
        points: points.clone(),
        others: desk.clone(),
        fitted: (0..count).map(|i| Some(value(i / 20))).collect(),
        expected: (0..count).map(|i| (i >= count / 2).then(|| value(i / 30))).collect(),
        control: Some(control.clone()),
    };
    let multiples = |panels: usize| ChartData::Multiples {
        metric: metric.into(),
        title: name(count),
        subtitle: "S".into(),
        // Not all of them have all periods, and one has none.
        panels: (0..panels)
            .map(|g| SmallPanel { name: name(g + count), points: weeks(if g % 5 == 4 { 0 } else { count.saturating_sub(g) }, value) })
            .collect(),
    };
    vec![
        multiples(0),
        multiples(1),
        multiples(7),
        multiples(14),
        phases,
        trend(vec![], None, None),
        trend(desk.clone(), Some(value(0)), Some(control.clone())),
        trend(desk, Some(far), Some(control)),
        ChartData::Backlog { title: "T".into(), subtitle: "S".into(), created: open.clone(), resolved: weeks(count, VALUES[1]), open },
    ]
}

fn by_group(metric: &str, count: usize, value: fn(usize) -> f64) -> Vec<ChartData> {
    let interval = |v: f64| Some((v - v.abs() * 0.2, v + v.abs() * 0.2));
    let of = |i: usize| GroupValue {
        name: name(i),
        page: None,
        value: (i % 13 != 7).then(|| value(i)),
        n: 3u64.saturating_pow(i as u32 % 30),
        interval: interval(value(i)),
    };
    let groups = |desk, target| ChartData::Groups {
        metric: metric.into(),
        title: "T".into(),
        subtitle: "S".into(),
        groups: (0..count).map(of).collect(),
        desk,
        target,
    };
    let in_funnel = |i: usize| FunnelGroup {
        name: name(i),
        page: None,
        n: 3 + (i as u64 * 71) % 900,
        value: value(i),
        stands_out: [Some(true), None, Some(false)][i % 3],
    };
    let centre = value(0);
    let limit = |k: u64| {
        let far = (centre.abs() + 0.1) / (k as f64).sqrt();
        FunnelLimit { n: 25 * k, inner: (centre - far, centre + far), outer: (centre - 2.0 * far, centre + 2.0 * far) }
    };
    let funnel = ChartData::Funnel {
        metric: metric.into(),
        title: "T".into(),
        subtitle: "S".into(),
        centre,
        target: Some(value(1)),
        limits: (1..=40).map(limit).collect(),
        groups: (0..count).map(in_funnel).collect(),
        phi: 1.3,
        is_adjusted: true,
    };
    let ramp = |i: usize| RampPoint { weeks: (4 * i as u32 + 1, 4 * i as u32 + 4), value: value(i), n: 30, interval: interval(value(i)) };
    let line = |k: usize| RampLine { name: name(k), points: (0..count.min(40)).map(ramp).collect() };
    let lines = ChartData::Ramp {
        metric: metric.into(),
        title: "T".into(),
        subtitle: "S".into(),
        lines: (0..count.min(6)).map(line).collect(),
        settled: Some(value(2)),
    };
    let dots = |people: usize| ChartData::Dots {
        metric: metric.into(),
        title: "T".into(),
        subtitle: "S".into(),
        groups: (0..count.min(12))
            .map(|g| DotGroup {
                name: name(g),
                mean: (g % 5 != 3).then(|| value(g)),
                dots: (0..people * (g % 3)).map(|i| Dot { name: name(i), value: value(i + g), n: 3 + i as u64 }).collect(),
            })
            .collect(),
        mean: Some(value(1)),
    };
    let cell = |i: usize| HeatCell {
        value: Some(value(i)),
        n: i as u64 % 40,
        shade: (i as f64).sin(),
        is_good: [None, Some(true), Some(false)][i % 3],
    };
    let grid = |columns: usize| ChartData::Heatmap {
        metric: metric.into(),
        title: "T".into(),
        subtitle: "S".into(),
        rows: (0..count.min(7)).map(name).collect(),
        columns: (0..columns).map(|c| format!("{:02}", c % 24)).collect(),
        cells: (0..columns * count.min(7)).map(cell).collect(),
    };
    vec![
        dots(1),
        dots(15),
        grid(1),
        grid(12),
        grid(24),
        groups(None, None),
        groups(Some(value(0)), Some(value(1))),
        groups(Some(value(0)), None),
        funnel,
        lines,
    ]
}

fn with_names(count: usize) -> Vec<ChartData> {
    let step = |k: u32| CurveStep { day: 30 * k, value: 0.97f64.powi(k as i32), interval: (0.9f64.powi(k as i32), 1.0) };
    let curve = |i: usize| Curve {
        name: name(i),
        n: 9 + i as u64,
        events: 12,
        steps: (0..12 + i as u32).map(step).collect(),
        last_day: 400 + 97 * i as u32,
        at_risk: vec![1_234_567, 40, 9, 0, 0],
    };
    let row = |i: usize| ShareRow {
        name: name(i),
        page: None,
        n: 3u64.saturating_pow(i as u32 % 30),
        values: (0..5).map(|j| ((i * 31 + j * 17) % 23) as f64 * 9e5).collect(),
    };
    let shares = |parts: usize| ChartData::Shares {
        title: "T".into(),
        subtitle: "S".into(),
        parts: (0..parts).map(|i| name(i + parts)).collect(),
        rows: (0..count).map(row).collect(),
        unit: Unit::Seconds,
        about: [SharesAbout::Division, SharesAbout::Totals, SharesAbout::FirstPart][parts % 3],
    };
    let curves = (0..count.min(8)).map(curve).collect();
    let survival = ChartData::Survival { title: "T".into(), subtitle: "S".into(), curves, at_days: vec![0, 90, 365, 400, 1000] };
    vec![survival, shares(1), shares(3), shares(5)]
}

/// Everything: all kinds, 0 to 120 points, all kinds of values and names.
fn edges() -> Vec<ChartData> {
    let mut all = awkward();
    for (metric, kinds) in [("share", [0, 1, 6, 4]), ("secs", [0, 2, 3, 5]), ("num", [2, 3, 4, 5])] {
        for value in kinds.map(|k| VALUES[k]) {
            all.extend([0, 1, 2, 12, 53, 120].into_iter().flat_map(|count| over_time(metric, count, value)));
            all.extend([0, 1, 2, 12, 30].into_iter().flat_map(|count| by_group(metric, count, value)));
        }
    }
    all.extend([0, 1, 2, 12, 40].into_iter().flat_map(with_names));
    all
}

#[test]
fn no_letter_is_cut_off_or_touches_another_text() {
    let all = edges();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let check = |part: &[ChartData]| -> Vec<String> {
        let mut found = Vec::new();
        for (i, chart) in part.iter().enumerate() {
            let drawing = draw(chart, &definitions(), &name(i), "c1");
            for svg in [&drawing.svg, &drawing.svg_narrow] {
                found.extend(faults(svg).into_iter().map(|f| format!("{}: {f}", kind(chart))));
            }
        }
        found
    };
    let found: Vec<String> = std::thread::scope(|s| {
        let parts: Vec<_> = all.chunks(all.len().div_ceil(threads)).map(|part| s.spawn(move || check(part))).collect();
        parts.into_iter().flat_map(|p| p.join().expect("a part")).collect()
    });
    let some = found.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} faults of {} charts, such as\n{some}", found.len(), all.len());
}

fn kind(chart: &ChartData) -> &'static str {
    match chart {
        ChartData::Trend { .. } => "trend",
        ChartData::Funnel { .. } => "funnel",
        ChartData::Survival { .. } => "survival",
        ChartData::Ramp { .. } => "ramp",
        ChartData::Groups { .. } => "groups",
        ChartData::Backlog { .. } => "backlog",
        ChartData::Margins { .. } => "margins",
        ChartData::Shares { .. } => "shares",
        ChartData::Heatmap { .. } => "heatmap",
        ChartData::Dots { .. } => "dots",
        ChartData::Multiples { .. } => "multiples",
        ChartData::Phases { .. } => "phases",
    }
}

#[test]
fn the_letters_of_an_icon_lie_inside_it() {
    let icons = Variation::ALL.into_iter().map(variation_icon).chain(crate::scorecard::Assurance::ALL.into_iter().map(assurance_icon));
    for icon in icons {
        assert_eq!(faults(&icon), Vec::<String>::new(), "{icon}");
    }
}

#[test]
fn a_label_in_the_wrong_place_is_found() {
    let with =
        |texts: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 40\" width=\"100\" height=\"40\">{texts}</svg>");
    let text = |x: u32, y: u32| format!("<text x=\"{x}\" y=\"{y}\" font-size=\"12\">Hxx</text>");
    assert!(faults(&with(&(text(10, 15) + &text(10, 30)))).is_empty());
    assert_eq!(faults(&with(&(text(10, 15) + &text(10, 25)))).len(), 1, "too close below each other");
    assert_eq!(faults(&with(&(text(10, 15) + &text(31, 15)))).len(), 1, "too close beside each other");
    assert_eq!(faults(&with(&text(90, 15))).len(), 1, "cut off on the right");
    assert_eq!(faults(&with(&text(10, 5))).len(), 1, "cut off above");
}
