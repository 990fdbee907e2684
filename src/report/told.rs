//! What the template of a page is told, as JSON: for those who write templates of their own.

use serde::Serialize;

use super::card_view::{self, Place};
use super::own::Everybody;
use super::{lists, page_view, topic_view};
use crate::error::{Error, Result, nearest};
use crate::scorecard::Scorecard;

/// The page with its file, its template and all that the template can print: `page` and `view`.
///
/// `asked` is a page's path (`agents/agent-ann.html`), a card's file name without ending, or the name of whom it is about. The styles,
/// `page.trusted_css`, are left out: they are `style.css` and `fonts.css`, and 100 KB.
///
/// # Errors
/// A config error if there is no such page.
pub fn context(scorecard: &Scorecard, asked: &str) -> Result<String> {
    let place = Place { scorecard, root: "" };
    let of = |path: &str, template: &str, here: &str, title: &str, view: serde_json::Result<serde_json::Value>| {
        whole(place, (path, template, here, title), view)
    };
    match asked {
        "index.html" | "index" => of("index.html", "index.html", "index", "Scorecard", serde_json::to_value(page_view::index(place))),
        "definitions.html" | "definitions" => {
            let view = serde_json::to_value(page_view::definitions(scorecard));
            of("definitions.html", "definitions.html", "definitions", "Definitions", view)
        }
        "data.html" | "data" => of("data.html", "data.html", "data", "Data", serde_json::to_value(page_view::data(place))),
        _ => {
            if let Some((path, view)) = lists::pages(place).into_iter().find(|(path, _)| path == asked) {
                return of(&path, "list.html", "index", &view.table.title, serde_json::to_value(&view));
            }
            if let Some(topic) = scorecard.topics.iter().find(|t| t.id == asked || topic_view::path(t) == asked) {
                let view = serde_json::to_value(topic_view::topic(place, topic));
                return of(&topic_view::path(topic), "topic.html", &topic.id, &topic.title, view);
            }
            let is_asked = |c: &&crate::scorecard::Card| [&page_view::card_path(c), &c.slug, &c.name].iter().any(|n| *n == asked);
            let card = scorecard.cards.iter().find(is_asked).ok_or_else(|| no_page(scorecard, asked))?;
            let (place, here) = super::html::place_of(scorecard, card);
            let view = serde_json::to_value(card_view::card(place, &Everybody::of(scorecard), card));
            whole(place, (&page_view::card_path(card), "card.html", here, &card.name), view)
        }
    }
}

#[derive(Serialize)]
struct Told<'a> {
    file: &'a str,
    template: &'a str,
    page: serde_json::Value,
    view: serde_json::Value,
}

fn whole(
    place: Place<'_>,
    (file, template, here, title): (&str, &str, &str, &str),
    view: serde_json::Result<serde_json::Value>,
) -> Result<String> {
    let bug = |e: serde_json::Error| Error::bug(format!("what a template is told is no JSON: {e}"));
    let mut page = serde_json::to_value(page_view::chrome(place, here, title)).map_err(bug)?;
    page["trusted_css"] = "style.css and fonts.css".into();
    serde_json::to_string_pretty(&Told { file, template, page, view: view.map_err(bug)? }).map_err(bug)
}

fn no_page(scorecard: &Scorecard, asked: &str) -> Error {
    let topics = scorecard.topics.iter().map(|t| t.id.as_str());
    let cards = scorecard.cards.iter().flat_map(|c| [c.slug.as_str(), c.name.as_str()]);
    let near = nearest(asked, ["index", "definitions", "data"].into_iter().chain(topics).chain(cards));
    let hint = match near.is_empty() {
        true => "name a person, team or supplier, or one of index, definitions, data".to_owned(),
        false => format!("nearest: {}", near.join(", ")),
    };
    Error::config(format!("--context: there is no page of {asked:?}")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;

    fn json(asked: &str) -> serde_json::Value {
        serde_json::from_str(&context(&scorecard(), asked).unwrap()).unwrap()
    }

    #[test]
    fn a_card_is_found_by_path_slug_and_name_and_tells_what_its_page_says() {
        let scorecard = scorecard();
        let card = scorecard.cards.iter().find(|c| c.kind == crate::scorecard::CardKind::Agent).unwrap();
        let by_name = json(&card.name);
        assert_eq!(by_name["template"], "card.html");
        assert_eq!(by_name, json(&card.slug));
        assert_eq!(by_name, json(by_name["file"].as_str().unwrap()));
        // A template that prints only this value prints what the page does.
        assert_eq!(by_name["page"]["desk"], scorecard.desk.as_str());
        assert!(by_name["view"].is_object() && by_name["page"]["trusted_css"] == "style.css and fonts.css");
    }

    #[test]
    fn every_page_has_a_context_and_an_unknown_one_its_nearest() {
        for page in crate::report::pages(&scorecard()).unwrap().iter().filter(|p| p.name.contains(".html")) {
            assert_eq!(json(&page.name)["file"], page.name.as_str());
        }
        let error = context(&scorecard(), "definition").unwrap_err();
        assert!(error.hints[0].contains("definitions"), "{error}");
        assert!(context(&scorecard(), "zzz").unwrap_err().hints[0].contains("index"));
    }
}
