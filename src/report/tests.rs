//! Pages over a small hostile scorecard: nothing live, nothing of other people, the same bytes twice.

mod made_up;

use super::*;
use crate::scorecard::*;

pub(super) use made_up::scorecard;
use made_up::{finding, funnel};

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
        "sla.html",
        "review.html",
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
fn what_changed_of_the_desks_figures_is_told_of_the_desk_alone() {
    let mut changed = scorecard();
    changed.notes.push(Note { level: Level::Critical, code: RESTATED.into(), text: "CSAT 80 → 70 on 3 cards".into() });
    let pages = pages(&changed).unwrap();
    let of = |name: &str| String::from_utf8(pages.iter().find(|p| p.name == name).unwrap().bytes.clone()).unwrap();
    assert!(of("index.html").contains("80 → 70") && of("desk.html").contains("80 → 70"));
    let ada = of("agents/agent-ada.html");
    assert!(ada.contains("Made again after it was published first") && !ada.contains("80 → 70"));
}

#[test]
fn an_agents_page_names_no_other_agent() {
    let ada = text_of("agents/agent-ada.html");
    assert!(ada.contains("Ada Lovelace") && !ada.contains("Grace"), "only Ada");
    assert!(!ada.contains("index.html"), "no way to the others");
    assert!(ada.contains("A note on the data names other people"));
    assert!(ada.contains("<dd>a colleague</dd>") && ada.contains("with a colleague and Ada Lovelace."), "sentences stay, names go");
    assert!(!ada.contains("<dd>7</dd>") && ada.contains("<dd>9</dd>"), "figures of others go");
    let desk = text_of("desk.html");
    assert!(desk.contains("Grace Hopper") && desk.contains("Ada Lovelace") && desk.contains("<dd>7</dd>"));
}

#[test]
fn a_topic_is_in_the_navigation_or_below_its_parent_and_on_no_agents_page() {
    let links = |name: &str| {
        let page = text_of(name);
        let (nav, rest) = page.split_once("</nav>").unwrap();
        let has = |part: &str, file: &str| part.contains(&format!("{file}\""));
        [has(nav, "sla.html"), has(nav, "review.html"), has(rest, "sla.html"), has(rest, "review.html")]
    };
    assert_eq!(links("definitions.html"), [true, false, false, false]);
    assert_eq!(links("data.html"), [true, false, false, true]);
    assert_eq!(links("sla.html"), [true, false, true, true], "a table of it leads to it");
    assert!(["index.html", "desk.html", "teams/team-x.html"].iter().all(|name| links(name)[0]));
    assert!(
        text_of("teams/team-x.html").contains("href=\"../sla.html\"") && text_of("sla.html").contains("sla.html\" aria-current=\"page\"")
    );
    for name in ["agents/agent-ada.html", "agents/agent-grace.html"] {
        let page = text_of(name);
        assert!(page.contains("INC000001") && !page.contains("sla.html") && !page.contains("review.html"), "{name}");
    }
}

#[test]
fn a_topic_shows_its_measures_sections_warnings_and_footer() {
    let page = text_of("sla.html");
    assert!(page.contains("id=\"measures\"") && page.contains("id=\"context\"") && page.contains("id=\"recognition\""));
    assert!(page.contains("Before you read the numbers") && !page.contains("Grace Hopper has no team."), "warnings only");
    assert!(page.contains("id=\"trust\"") && page.contains("id=\"further\"") && page.contains("near miss"));
    let review = text_of("review.html");
    assert!(review.contains("class=\"grid long\"") && review.contains("class=\"text short\"") && review.contains("class=\"text blank\""));
    assert!(review.contains("<p class=\"over\">Kundendienst &lt;Nord&gt;</p>") && !review.contains("id=\"measures\""));
}

#[test]
fn a_topic_whose_file_would_be_another_pages_is_refused() {
    for id in ["", "../x", "a b", "index", "Desk", "definitions", "data", "review", "REVIEW", "x.html"] {
        let mut scorecard = scorecard();
        scorecard.topics[1].parent = None;
        scorecard.topics[0].id = id.into();
        assert_eq!(pages(&scorecard).unwrap_err().kind, crate::error::Kind::Bug, "{id}");
    }
    for parent in ["", "nowhere", "review"] {
        let mut scorecard = scorecard();
        scorecard.topics[1].parent = Some(parent.into());
        assert_eq!(pages(&scorecard).unwrap_err().kind, crate::error::Kind::Bug, "{parent}");
    }
}

#[test]
fn shares_of_other_agents_go_and_names_inside_a_row_are_hidden() {
    let scorecard = scorecard();
    let shown = super::own::Everybody::of(&scorecard).only_own(scorecard.cards.last().unwrap());
    let charts = shown.sections[0].charts.as_slice();
    let [.., ChartData::Margins { subtitle, .. }, ChartData::Shares { parts, rows, .. }] = charts else { panic!("both charts") };
    assert_eq!((subtitle.as_str(), parts[2].as_str()), ("As a colleague saw it", "held by a colleague"));
    assert_eq!(rows[1..].iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["Ada Lovelace", "Team of a colleague"]);
}

#[test]
fn what_is_about_other_agents_alone_is_not_shown_at_all() {
    let mut scorecard = scorecard();
    let agent = scorecard.cards.last_mut().unwrap();
    let linked = |page: &str| FunnelGroup { name: "Someone".into(), page: Some(page.into()), n: 9, value: 0.5, stands_out: None };
    let mut own = funnel(&["Grace Hopper"]);
    if let ChartData::Funnel { groups, .. } = &mut own {
        groups.extend([linked("agents/agent-grace.html"), linked("agents/agent-ada.html")]);
    }
    agent.charts = vec![funnel(&["Grace Hopper"]), own];
    let shown = super::own::Everybody::of(&scorecard).only_own(scorecard.cards.last().unwrap());
    let [ChartData::Funnel { groups, .. }] = shown.charts.as_slice() else { panic!("one funnel is left") };
    assert_eq!(groups.iter().map(|g| g.page.as_deref()).collect::<Vec<_>>(), [Some("agents/agent-ada.html")]);
}

#[test]
fn three_hundred_agents_in_a_funnel_fit_a_page() {
    let mut scorecard = scorecard();
    let names: Vec<String> = (0..300).map(|i| format!("{i:03} Wolfeschlegelsteinhausenbergerdorff the Elder of Somewhere Far")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    scorecard.cards[0].sections[0].charts = vec![funnel(&names), funnel(&names)];
    let made = pages(&scorecard).unwrap();
    assert!(made.iter().find(|p| p.name == "desk.html").unwrap().bytes.len() < 1_000_000);
}

#[test]
fn of_two_thousand_agents_everyone_is_on_a_page_that_fits_and_that_the_first_leads_to() {
    let mut scorecard = scorecard();
    let agent = scorecard.cards.iter().find(|c| c.name == "Ada Lovelace").unwrap();
    let agent = Card { charts: Vec::new(), sections: Vec::new(), tables: Vec::new(), ..agent.clone() };
    let names: Vec<String> = (0..2_000).map(|i| format!("Agent {i:04}")).collect();
    let named = |name: &String| Card { name: name.clone(), slug: name.to_lowercase().replace(' ', "-"), ..agent.clone() };
    scorecard.cards.retain(|c| c.kind != CardKind::Agent);
    scorecard.cards.extend(names.iter().map(named));
    scorecard.cards[0].sections[0].charts = vec![funnel(&names.iter().map(String::as_str).collect::<Vec<_>>())];
    let made = pages(&scorecard).unwrap();
    let text = |name: &str| made.iter().find(|p| p.name == name).map(|p| String::from_utf8_lossy(&p.bytes).into_owned()).unwrap();
    let index = text("index.html");
    assert!(!index.contains("agents/agent-0001.html") && index.contains("<a href=\"agents-5.html\">Agent 1600 – Agent 1999</a>"));
    let lists: Vec<String> = (1..=5).map(|i| text(&format!("agents-{i}.html"))).collect();
    for name in &names {
        let href = format!("href=\"agents/{}.html\"", name.to_lowercase().replace(' ', "-"));
        assert_eq!(lists.iter().filter(|list| list.contains(&href)).count(), 1, "{name}");
    }
    assert!(lists[0].contains("agents-2.html") && !lists[0].contains("href=\"agents-1.html\""));
}

#[test]
fn a_section_says_why_it_is_empty_and_a_full_one_does_not() {
    for name in ["desk.html", "agents/agent-ada.html"] {
        let page = text_of(name);
        assert!(page.contains("Nothing drives &lt;it&gt;.") && !page.contains("never shown"), "{name}");
        assert!(page.contains("id=\"recognition\"") && page.contains("id=\"part-2-recognition\""), "{name}");
    }
    let index = text_of("index.html");
    assert!(index.contains("id=\"recognition\"") && !index.contains("Drivers"));
}

#[test]
fn signals_are_summed_up_for_groups_and_colour_a_change_on_their_side() {
    let desk = text_of("desk.html");
    assert!(desk.contains("3 of 3 measures differ from their usual ups and downs."));
    assert!(desk.contains("<span class=\"pill good\"") && desk.contains("better than usual (high)") && desk.contains(">Variation</th>"));
    let summary = desk.split("class=\"matrix\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(
        summary.contains("#csat") && summary.contains("#fcr") && summary.contains("Target hit or miss") && !summary.contains("No target")
    );
    assert!(!text_of("agents/agent-ada.html").contains("class=\"matrix\""));
    let mut quiet = scorecard();
    quiet.cards[0].kpis.iter_mut().for_each(|k| k.signal = None);
    let page = html::pages(&quiet, None).unwrap().into_iter().find(|p| p.name == "desk.html").unwrap();
    let page = String::from_utf8(page.bytes).unwrap();
    let measures = page.split("id=\"measures\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(!page.contains("class=\"matrix\"") && !measures.contains(">Variation</th>") && !measures.contains("pill good"));
}

#[test]
fn a_measure_says_its_level_its_bounds_and_what_was_to_be_expected() {
    let page = text_of("agents/agent-ada.html").replace('\u{a0}', " ");
    assert!(
        page.contains("Over the last 13 weeks 72 % (66 % to 79 %), 84 of 117") && page.contains("cannot tell yet, needs about 40 more")
    );
    assert!(page.contains("Between 58 % and 81 % once all 12 are in"));
    assert!(page.contains("on the same mix of tickets would give 64 %, against 72 % here (n 117)"));
}

#[test]
fn goals_for_the_next_period_are_shown_or_the_reason_why_not() {
    let page = text_of("agents/agent-ada.html").replace('\u{a0}', " ");
    assert!(page.contains("Goals for next week") && page.contains("≥ 76 %") && page.contains("target ≥ 80 %"));
    let mut none = scorecard();
    none.cards[3].next_goals.clear();
    let shown = |s: &Scorecard| String::from_utf8(html::pages(s, None).unwrap().pop().unwrap().bytes).unwrap();
    assert!(shown(&none).contains("No goal was chosen for next week."));
    none.cards[3].empty_because.push(("next_goals".into(), "All targets are <met>.".into()));
    assert!(shown(&none).contains("All targets are &lt;met&gt;."));
}

#[test]
fn a_block_shows_three_findings_and_says_how_many_more_there_are() {
    let mut scorecard = scorecard();
    let goal = |met| Finding { is_met: Some(met), ..finding("fcr", Certainty::Leaning, None) };
    scorecard.cards[0].goals = [true, false, true, true, false].map(goal).to_vec();
    let page = html::pages(&scorecard, None).unwrap().into_iter().find(|p| p.name == "desk.html").unwrap();
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("and 2 more, 1 of them met: see the measures"));
    assert_eq!(page.matches("<span class=\"word\">met, may be chance</span>").count(), 2);
    assert!(!page.contains("<li class=\"concern\">\n<h3><span class=\"glyph\" aria-hidden=\"true\">◇"), "what leans has no colour");
}

#[test]
fn numbers_carry_their_definition_rows_and_state() {
    let page = text_of("agents/agent-ada.html");
    assert!(page.contains("href=\"../definitions.html#fcr\"") && page.contains("href=\"../rows/fcr.csv\""));
    assert!(page.contains("+12 not yet mature") && page.contains("○ met, may be chance") && page.contains("no data"));
    assert!(page.contains("How it stands") && page.contains("How far to trust this page") && page.contains("To work on"));
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
fn only_what_the_figures_cannot_be_trusted_without_stands_before_them() {
    let mut scorecard = scorecard();
    let note = |level, text: &str| Note { level, code: "x".into(), text: text.into() };
    scorecard.notes = vec![
        note(Level::Critical, "Half is missing."),
        note(Level::Warning, "One row was refused."),
        note(Level::Info, "One copy was set aside."),
        note(Level::Setup, "[goals] sets them."),
    ];
    let pages = html::pages(&scorecard, None).unwrap();
    let text = |name: &str| String::from_utf8(pages.iter().find(|p| p.name == name).expect("the page").bytes.clone()).unwrap();
    for (name, figures) in [("index.html", "id=\"glance\""), ("desk.html", "id=\"measures\""), ("sla.html", "id=\"measures\"")] {
        let page = text(name);
        let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what} on {name}"));
        assert!(at("Half is missing.") < at(figures) && at(figures) < at("One row was refused."), "{name}");
        assert!(!page.contains("[goals]"), "{name}");
    }
    assert!(text("index.html").contains("One copy was set aside.") && !text("sla.html").contains("One copy was set aside."));
    let data = text("data.html");
    assert!(scorecard.notes.iter().all(|n| data.contains(&n.text)));
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
    card.next_goals.clear();
    card.sections.clear();
    card.tables.clear();
    card.footer.clear();
    card.observations.clear();
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
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let at = |name: &str| rows[0].get(header.iter().position(|h| *h == name).expect("the column")).unwrap().to_owned();
    assert_eq!(header[21], "rows_file", "new columns come after the old ones");
    assert_eq!([at("variation"), at("level_certainty"), at("bounds_because")], ["improving_high", "cannot_tell_yet", "not_yet_mature"]);
    assert_eq!([at("level_needed"), at("expected"), at("is_judged")], ["40", "0.64", "true"]);
}

#[test]
fn the_summary_names_warnings_measures_and_verdicts() {
    let text = text_of("summary.txt");
    assert!(text.contains("! <script>") && text.contains("Label of fcr") && text.contains("met") && text.contains("Doing well"));
    let topic = text.split_once("\nSLA ").expect("the topic").1;
    assert!(
        topic.contains("near") && !topic.contains("Label of fcr") && !text.contains("To review"),
        "what the desk's card has is not repeated"
    );
    assert!(text.contains("better than usual (high)") && text.contains("Goals for next week") && text.contains("About one false signal"));
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
