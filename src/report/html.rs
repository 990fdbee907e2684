//! The pages, through tera: templates embedded, replaceable by name, escaping always on.
//!
//! Owns the template engine. Autoescape does not depend on a template's name, and every start proves it on a hostile string
//! before a page is made.

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use super::Page;
use super::card_view::{self, Place};
use super::lists;
use super::own::Everybody;
use super::page_view;
use super::topic_view;
use super::view::Chrome;
use crate::error::{Error, Result};
use crate::language;
use crate::say;
use crate::scorecard::{Card, CardKind, Scorecard, Topic};

/// The one stylesheet, put into every page.
pub const STYLE: &str = include_str!("../../report_templates/style.css");

/// The letters of every page, so that it looks the same wherever it is opened; `report_templates/fonts` says what they are.
pub const FONTS: &str = include_str!("../../report_templates/fonts.css");

/// Every template by name.
pub const TEMPLATES: [(&str, &str); 24] = [
    ("base.html", include_str!("../../report_templates/base.html")),
    ("index.html", include_str!("../../report_templates/index.html")),
    ("card.html", include_str!("../../report_templates/card.html")),
    ("definitions.html", include_str!("../../report_templates/definitions.html")),
    ("data.html", include_str!("../../report_templates/data.html")),
    ("list.html", include_str!("../../report_templates/list.html")),
    ("topic.html", include_str!("../../report_templates/topic.html")),
    ("part_blocks.html", include_str!("../../report_templates/part_blocks.html")),
    ("part_change.html", include_str!("../../report_templates/part_change.html")),
    ("part_chart.html", include_str!("../../report_templates/part_chart.html")),
    ("part_charts.html", include_str!("../../report_templates/part_charts.html")),
    ("part_context.html", include_str!("../../report_templates/part_context.html")),
    ("part_extra.html", include_str!("../../report_templates/part_extra.html")),
    ("part_finding.html", include_str!("../../report_templates/part_finding.html")),
    ("part_further.html", include_str!("../../report_templates/part_further.html")),
    ("part_kpi.html", include_str!("../../report_templates/part_kpi.html")),
    ("part_measures.html", include_str!("../../report_templates/part_measures.html")),
    ("part_next.html", include_str!("../../report_templates/part_next.html")),
    ("part_about_data.html", include_str!("../../report_templates/part_about_data.html")),
    ("part_notes.html", include_str!("../../report_templates/part_notes.html")),
    ("part_section.html", include_str!("../../report_templates/part_section.html")),
    ("part_signals.html", include_str!("../../report_templates/part_signals.html")),
    ("part_table.html", include_str!("../../report_templates/part_table.html")),
    ("part_trust.html", include_str!("../../report_templates/part_trust.html")),
];

/// Most bytes a page may have; a page beyond it is a bug, not a reader's problem.
pub const MAX_PAGE_BYTES: usize = 1 << 20;

/// All HTML pages; a file in `templates` replaces the built-in template of its name.
pub fn pages(scorecard: &Scorecard, templates: Option<&Path>) -> Result<Vec<Page>> {
    topic_view::check(scorecard)?;
    let engine = Engine::new(templates)?;
    let place = Place { scorecard, root: "" };
    let mut pages = vec![
        page(&engine, place, ("index.html", "index.html", "index", say!("Scorecard")), &page_view::index(place))?,
        page(
            &engine,
            place,
            ("definitions.html", "definitions.html", "definitions", say!("Definitions")),
            &page_view::definitions(scorecard),
        )?,
        page(&engine, place, ("data.html", "data.html", "data", say!("Data")), &page_view::data(place))?,
    ];
    for (path, view) in lists::pages(place) {
        pages.push(page(&engine, place, (&path, "list.html", "index", &view.table.title), &view)?);
    }
    for t in &scorecard.topics {
        pages.push(page(&engine, place, (&topic_view::path(t), "topic.html", &t.id, &t.title), &topic_view::topic(place, t))?);
    }
    let everybody = Everybody::of(scorecard);
    let cards: Vec<Page> = scorecard.cards.par_iter().map(|card| card_page(&engine, &everybody, card)).collect::<Result<_>>()?;
    pages.extend(cards);
    Ok(pages)
}

/// The page of the only card of a scorecard, and its definitions: a folder that leads nowhere else.
///
/// # Errors
/// As [`pages`].
pub fn own_pages(scorecard: &Scorecard, card: &Card, templates: Option<&Path>) -> Result<Vec<Page>> {
    let engine = Engine::new(templates)?;
    let place = Place { scorecard, root: "" };
    // Without cards a page has no way to others.
    let bare = Scorecard { cards: Vec::new(), topics: Vec::new(), ..scorecard.clone() };
    let definitions = Place { scorecard: &bare, root: "" };
    Ok(vec![
        page(&engine, place, ("index.html", "card.html", "agent", &card.name), &card_view::card(place, &Everybody::of(scorecard), card))?,
        page(&engine, definitions, ("definitions.html", "definitions.html", "definitions", "Definitions"), &page_view::definitions(&bare))?,
    ])
}

/// The page of a topic that is no part of a scorecard's folder.
pub(super) fn topic_alone(scorecard: &Scorecard, t: &Topic) -> Result<Page> {
    let place = Place { scorecard, root: "" };
    page(&Engine::new(None)?, place, (&topic_view::path(t), "topic.html", &t.id, &t.title), &topic_view::topic(place, t))
}

/// Where a card's page lies, and what of the navigation it is.
pub(super) fn place_of<'s>(scorecard: &'s Scorecard, card: &Card) -> (Place<'s>, &'static str) {
    let root = if card.kind == CardKind::Desk { "" } else { "../" };
    let here = match card.kind {
        CardKind::Desk => "desk",
        CardKind::Agent => "agent",
        CardKind::Team | CardKind::Supplier => "",
    };
    (Place { scorecard, root }, here)
}

fn card_page(engine: &Engine, everybody: &Everybody<'_>, card: &Card) -> Result<Page> {
    let is_safe = !card.slug.is_empty() && card.slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !is_safe {
        return Err(Error::bug("a card's slug is not a safe file name").at(card.slug.clone()));
    }
    let (place, here) = place_of(everybody.scorecard, card);
    page(engine, place, (&page_view::card_path(card), "card.html", here, &card.name), &card_view::card(place, everybody, card))
}

#[derive(Serialize)]
struct Whole<'a, T> {
    page: Chrome,
    view: &'a T,
}

fn page<T: Serialize>(
    engine: &Engine,
    place: Place<'_>,
    (path, template, here, title): (&str, &str, &str, &str),
    view: &T,
) -> Result<Page> {
    let whole = Whole { page: Chrome { trusted_css: engine.css.clone(), ..page_view::chrome(place, here, title) }, view };
    let context = Context::from_serialize(&whole).map_err(|e| failed(template, &e))?;
    let text = engine.tera.render(template, &context).map_err(|e| failed(template, &e))?;
    if text.len() > MAX_PAGE_BYTES {
        return Err(Error::bug(format!("the page has {} bytes, more than {MAX_PAGE_BYTES}", text.len())).at(path));
    }
    Ok(Page::new(path, text))
}

pub(super) fn failed(template: &str, e: &tera::Error) -> Error {
    let mut causes = vec![e.to_string()];
    let mut source = std::error::Error::source(e);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    Error::config(format!("the template could not be used: {}", causes.join(": "))).at(template)
}

/// The templates, proved to escape, and the styles of every page.
struct Engine {
    tera: Tera,
    css: String,
}

impl Engine {
    fn new(overrides: Option<&Path>) -> Result<Self> {
        let css = replaced(&[("fonts.css", FONTS), ("style.css", STYLE)], overrides)?;
        Ok(Self { tera: engine_of(&TEMPLATES, overrides)?, css: css.into_iter().map(|(_, text)| text).collect() })
    }
}

/// An engine with these templates, proved to escape; a file in `overrides` replaces the template of its name.
pub(super) fn engine_of(templates: &[(&'static str, &str)], overrides: Option<&Path>) -> Result<Tera> {
    let mut tera = escaping_engine();
    tera.add_raw_templates(replaced(templates, overrides)?).map_err(|e| {
        let place = overrides.map_or_else(|| "report_templates".to_owned(), |dir| dir.display().to_string());
        failed(&place, &e)
    })?;
    prove_escaping(&tera)?;
    Ok(tera)
}

fn replaced(texts: &[(&'static str, &str)], overrides: Option<&Path>) -> Result<Vec<(&'static str, String)>> {
    let one = |(name, text): &(&'static str, &str)| -> Result<(&'static str, String)> {
        let mut text = (*text).to_owned();
        overrides.map_or(Ok(()), |dir| replace_from(dir, name, &mut text))?;
        Ok((name, text))
    };
    texts.iter().map(one).collect()
}

fn replace_from(dir: &Path, name: &str, text: &mut String) -> Result<()> {
    let path = dir.join(name);
    if path.is_file() {
        *text = std::fs::read_to_string(&path)
            .map_err(|e| Error::config(format!("the template cannot be read: {e}")).at(path.display().to_string()))?;
    }
    Ok(())
}

const PROBE: &str = "probe-without-a-suffix";

/// Every name ends with the empty suffix, so every template escapes.
fn escaping_engine() -> Tera {
    let mut tera = Tera::new();
    tera.autoescape_on([""]);
    tera.register_filter("t", said);
    tera
}

/// `{{ "Data until {as_of}" | t(as_of=…) }}`: a sentence in the language of the pages, escaped like everything else. With `one`,
/// the English for one of `n`, it has plural forms.
#[expect(clippy::needless_pass_by_value, reason = "what tera calls")]
fn said(key: &str, values: Kwargs, _: &State) -> TeraResult<String> {
    let names: Vec<&str> = language::names(key).collect();
    let found: Vec<Value> = names.iter().map(|name| values.must_get(name)).collect::<TeraResult<_>>()?;
    let places: Vec<(&str, &dyn std::fmt::Display)> = names.iter().zip(&found).map(|(name, value)| (*name, value as _)).collect();
    Ok(match values.get::<&str>("one")? {
        Some(one) => language::counted(values.must_get::<u64>("n")?, [one, key], &places),
        None => language::filled(key, &places),
    })
}

/// Renders a hostile string through a template whose name says nothing about HTML.
fn prove_escaping(tera: &Tera) -> Result<()> {
    let mut probe = tera.clone();
    probe.add_raw_template(PROBE, "<p title=\"{{ hostile }}\">{{ hostile }}</p>").map_err(|e| failed(PROBE, &e))?;
    let mut context = Context::new();
    context.insert("hostile", "<\"'&>");
    let text = probe.render(PROBE, &context).map_err(|e| failed(PROBE, &e))?;
    let safe = "&lt;&quot;&#39;&amp;&gt;";
    if text != format!("<p title=\"{safe}\">{safe}</p>") {
        return Err(Error::bug(format!("the template engine does not escape: {text}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_does_not_escape_is_refused() {
        prove_escaping(&escaping_engine()).unwrap();
        let mut careless = Tera::new();
        careless.autoescape_on([".html"]);
        assert!(prove_escaping(&careless).is_err());
    }

    #[test]
    fn only_our_own_markup_is_printed_unescaped() {
        for (name, text) in TEMPLATES {
            for part in text.split("{{").skip(1) {
                let expression = part.split("}}").next().unwrap();
                let is_trusted = expression.split('|').next().unwrap().trim().split('.').next_back().unwrap().starts_with("trusted_");
                assert_eq!(expression.contains("safe"), is_trusted, "{name}: {expression}");
            }
            assert!(!text.contains("{% filter") && !text.contains("<script"), "{name}");
        }
    }

    #[test]
    fn the_letters_are_inside_the_page_and_small() {
        assert_eq!(FONTS.matches("url(").count(), FONTS.matches("url(data:font/woff2;base64,").count());
        assert_eq!(FONTS.matches("@font-face").count(), 2);
        assert!(FONTS.len() <= 60_000 && !FONTS.contains('<'), "{} bytes", FONTS.len());
    }

    #[test]
    fn a_template_of_the_same_name_replaces_ours_and_a_broken_one_is_named() {
        let dir = std::env::temp_dir().join(format!("deskcard-templates-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("data.html"), "only {{ page.desk }}; {{ page.trusted_css | safe }}").unwrap();
        std::fs::write(dir.join("fonts.css"), "").unwrap();
        std::fs::write(dir.join("style.css"), "a > b {}").unwrap();
        let engine = Engine::new(Some(&dir)).unwrap();
        std::fs::write(dir.join("data.html"), "{% if %}").unwrap();
        let broken = Engine::new(Some(&dir)).map(|_| ());
        std::fs::remove_dir_all(&dir).unwrap();
        let scorecard = crate::report::tests::scorecard();
        let place = Place { scorecard: &scorecard, root: "" };
        let made = page(&engine, place, ("data.html", "data.html", "data", "Data"), &page_view::data(place)).unwrap();
        assert_eq!(String::from_utf8(made.bytes).unwrap(), "only Kundendienst &lt;Nord&gt;; a > b {}");
        assert_eq!(broken.unwrap_err().kind, crate::error::Kind::Config);
    }
}
