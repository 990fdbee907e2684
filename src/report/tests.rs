//! Pages over a small hostile scorecard: nothing live, nothing of other people, the same bytes twice.

use super::*;
use crate::scorecard::*;

pub(super) const HOSTILE: &str = "<script>alert(1)</script></style><img src=x onerror=alert(1)>\u{202e}\"'{{ page }}";

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
    }
}

fn card(kind: CardKind, name: &str, slug: &str) -> Card {
    let group =
        |name: &str| GroupValue { name: name.into(), page: Some("javascript:alert(1)".into()), value: Some(0.5), n: 9, interval: None };
    let row = |name: &str| TableRow { name: name.into(), page: Some("../../etc/passwd".into()), cells: vec![Cell { value: None, n: 0 }] };
    let groups = vec![group("Ada Lovelace"), group("Grace Hopper"), group(HOSTILE)];
    Card {
        kind,
        name: name.into(),
        slug: slug.into(),
        about: vec![("Team".into(), HOSTILE.into())],
        kpis: vec![kpi("fcr", Some(0.75)), kpi("csat", None), kpi("volume", Some(40.0))],
        goals: vec![],
        doing_well: vec![Finding {
            metric: "fcr".into(),
            title: HOSTILE.into(),
            text: HOSTILE.into(),
            certainty: Certainty::Clear,
            is_met: None,
            examples: vec![(HOSTILE.into(), HOSTILE.into())],
        }],
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
        tables: vec![TableData {
            title: HOSTILE.into(),
            note: HOSTILE.into(),
            row_label: "Agent".into(),
            columns: vec!["fcr".into()],
            rows: vec![row("Ada Lovelace"), row("Grace Hopper"), row(HOSTILE)],
        }],
    }
}

pub(super) fn scorecard() -> Scorecard {
    let source = SourceInfo {
        name: HOSTILE.into(),
        kind: "tickets".into(),
        files: vec![HOSTILE.into()],
        rows_in: 1000,
        accepted: 900,
        rejected: 40,
        duplicate: 50,
        superseded: 10,
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
        notes: vec![note(Level::Warning, HOSTILE), note(Level::Info, "Grace Hopper has no team.")],
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
    }
}

fn text_of(name: &str) -> String {
    let page = pages(&scorecard()).unwrap().into_iter().find(|p| p.name == name).expect("the page exists");
    String::from_utf8(page.bytes).unwrap()
}

/// Names of the elements of a page and the attribute part of each tag; text inside `<style>` is skipped.
fn tags(html: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        all.push((name.to_lowercase(), attributes.to_owned()));
        rest = &rest[end + 1..];
        if name == "style" {
            rest = &rest[rest.find("</style>").expect("a style ends")..];
        }
    }
    all
}

#[test]
fn every_page_is_there_and_small_and_made_the_same_twice() {
    let once = pages(&scorecard()).unwrap();
    let names: Vec<&str> = once.iter().map(|p| p.name.as_str()).collect();
    let expected = [
        "index.html",
        "definitions.html",
        "data.html",
        "desk.html",
        "teams/team-x.html",
        "agents/agent-grace.html",
        "agents/agent-ada.html",
        "scorecard.json",
        "kpis.csv",
        "summary.txt",
    ];
    assert_eq!(names, expected);
    assert_eq!(once, pages(&scorecard()).unwrap());
    assert!(once.iter().all(|p| p.bytes.len() <= html::MAX_PAGE_BYTES));
}

#[test]
fn hostile_text_stays_text_on_every_page() {
    for page in html::pages(&scorecard(), None).unwrap() {
        let html = String::from_utf8(page.bytes).unwrap();
        for (name, attributes) in tags(&html) {
            assert!(!["script", "img", "iframe", "link", "object", "base"].contains(&name.as_str()), "{}: <{name}", page.name);
            assert_eq!(attributes.matches('"').count() % 2, 0, "{}: {name} {attributes}", page.name);
            let outside: String = attributes.split('"').step_by(2).collect();
            assert!(!outside.contains(" on") && !outside.contains('\''), "{}: {name} {attributes}", page.name);
            let attributes = attributes.replace("http://www.w3.org/2000/svg", "");
            assert!(
                !attributes.contains("javascript:") && !attributes.contains("http:") && !attributes.contains("etc/passwd"),
                "{attributes}"
            );
        }
        assert!(html.contains("{{ page }}") || !html.contains("alert(1)"), "data is not taken for a template");
        assert!(!html.contains('\u{202e}'), "{}", page.name);
        assert_eq!(html.matches("</style>").count(), 1);
    }
}

#[test]
fn ids_are_unique_on_every_page_and_every_described_picture_has_its_words() {
    for page in html::pages(&scorecard(), None).unwrap() {
        let html = String::from_utf8(page.bytes).unwrap();
        let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
        let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{}: {ids:?}", page.name);
        for wanted in html.split("aria-labelledby=\"").skip(1).flat_map(|s| s.split('"').next().unwrap().split(' ')) {
            assert!(ids.contains(&wanted), "{}: {wanted}", page.name);
        }
    }
}

#[test]
fn an_agents_page_names_no_other_agent() {
    let ada = text_of("agents/agent-ada.html");
    assert!(ada.contains("Ada Lovelace") && !ada.contains("Grace"), "only Ada");
    assert!(!ada.contains("index.html"), "no way to the others");
    assert!(ada.contains("A note on the data names other people"));
    let desk = text_of("desk.html");
    assert!(desk.contains("Grace Hopper") && desk.contains("Ada Lovelace"));
}

#[test]
fn numbers_carry_their_definition_rows_and_state() {
    let page = text_of("agents/agent-ada.html");
    assert!(page.contains("href=\"../definitions.html#fcr\"") && page.contains("href=\"../rows/fcr.csv\""));
    assert!(page.contains("+12 not yet mature") && page.contains("○ met, leaning") && page.contains("no data"));
    assert!(page.contains("+25\u{a0}pts") && page.contains("from 50\u{a0}% in W46, n\u{a0}30"));
    assert!(page.contains("Context, not judged") && page.contains("never part of a verdict"));
    assert!(page.contains("No goals were set &lt;yet&gt;."));
    assert!(text_of("desk.html").contains("1 of 1 target met, 1 without data") && !page.contains("target met"));
    assert!(text_of("definitions.html").contains("id=\"fcr\""));
}

#[test]
fn a_period_that_is_not_complete_is_not_compared() {
    let mut scorecard = scorecard();
    scorecard.period.is_partial = true;
    let page = pages(&scorecard).unwrap().into_iter().find(|p| p.name == "desk.html").unwrap();
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(html.contains("This period is not complete") && html.contains("not comparable yet") && !html.contains("+25\u{a0}pts"));
}

#[test]
fn the_data_page_says_whether_the_rows_add_up() {
    let data = text_of("data.html");
    assert_eq!(data.matches(">yes</span>").count(), 1);
    assert_eq!(data.matches("◆ no</span>").count(), 1);
}

#[test]
fn a_card_with_an_unsafe_file_name_is_refused() {
    let mut scorecard = scorecard();
    scorecard.cards[1].slug = "../../x".into();
    assert_eq!(pages(&scorecard).unwrap_err().kind, crate::error::Kind::Bug);
}

#[test]
fn an_empty_scorecard_and_an_empty_card_still_make_pages() {
    let mut scorecard = scorecard();
    scorecard.definitions.clear();
    scorecard.sources.clear();
    scorecard.notes.clear();
    scorecard.cards.truncate(1);
    let card = &mut scorecard.cards[0];
    card.kpis.clear();
    card.charts =
        vec![ChartData::Backlog { title: String::new(), subtitle: String::new(), open: vec![], created: vec![], resolved: vec![] }];
    card.empty_because.clear();
    card.doing_well.clear();
    let made = pages(&scorecard).unwrap();
    let desk = made.iter().find(|p| p.name == "desk.html").unwrap();
    assert_eq!(String::from_utf8_lossy(&desk.bytes).matches("Nothing to say this period.").count(), 3);
    scorecard.cards.clear();
    assert!(pages(&scorecard).unwrap().iter().any(|p| p.name == "index.html"));
}

#[test]
fn json_reads_back_and_csv_has_a_row_a_measure() {
    let scorecard = scorecard();
    let json = json::scorecard(&scorecard).unwrap();
    assert_eq!(serde_json::from_str::<Scorecard>(&json).unwrap(), scorecard);
    let csv = super::csv::kpis(&scorecard).unwrap();
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), scorecard.cards.iter().map(|c| c.kpis.len() + c.observations.len()).sum::<usize>());
    assert_eq!(rows[0].get(9), Some("0.75"));
    assert_eq!(rows[1].get(9), Some(""), "no data is an empty cell");
}

#[test]
fn the_summary_names_warnings_measures_and_verdicts() {
    let text = text_of("summary.txt");
    assert!(text.contains("! <script>") && text.contains("Label of fcr") && text.contains("met") && text.contains("Doing well"));
    assert!(!text.contains('\u{202e}') && !text.contains("\n\n\n"));
}

#[test]
fn the_stylesheet_has_the_palette_of_the_charts() {
    let (light, dark) = html::STYLE.split_once("prefers-color-scheme: dark").expect("a dark part");
    let dark = dark.split_once("\n}\n").expect("the dark part ends").0;
    for (_, name, in_light, in_dark) in crate::charts::svg::PALETTE {
        assert!(light.contains(&format!("{name}: {in_light};")), "{name} light");
        assert!(dark.contains(&format!("{name}: {in_dark};")), "{name} dark");
    }
    assert!(!html::STYLE.contains("url(") && !html::STYLE.contains("@import") && !html::STYLE.contains('<'));
}
