//! A card as a Microsoft Teams message with an Adaptive Card, to be posted to the webhook of a workflow.
//!
//! Owns the limit on its size and its escaping. Text from data stands in `TextRun`s, which have no Markdown; a word joiner
//! (U+2060, no width) takes what is left of meaning out of `{{…}}` and `<at>`.
//!
//! Format: adaptivecards.io, schema 1.5, the newest that Teams shows; a message is at most 28 KB.

use serde::Serialize;
use serde_json::{Value, json};

use super::Page;
use super::brief::{self, Line};
use super::chat::{Base, Message, sentence};
use super::own::Everybody;
use super::view::{BlockView, FindingView};
use crate::error::{Error, Result};
use crate::format;
use crate::say;
use crate::scorecard::{Card, Scorecard};

/// Most bytes of a message: a little below 28 KB, as what carries it adds to it.
pub const MAX_BYTES: usize = 27_000;

const SCHEMA: &str = "http://adaptivecards.io/schemas/adaptive-card.json";

/// A message a card: `desk.teams.json`, `agents/….teams.json`. `base` is where the scorecards are published.
pub fn pages(scorecard: &Scorecard, base: Option<&Base>) -> Result<Vec<Page>> {
    let everybody = Everybody::of(scorecard);
    let page = |card: &Card| Ok(Page::new(format!("{}.teams.json", brief::stem(card)), message(&everybody, card, base)?));
    scorecard.cards.iter().map(page).collect()
}

/// The message of one card, as the JSON to post. What does not fit is left out from the end, and counted.
fn message(everybody: &Everybody<'_>, card: &Card, base: Option<&Base>) -> Result<String> {
    let mut message = Message::of(everybody, card, base)?;
    let mut max = 600;
    loop {
        let text = written(&message, max)?;
        if text.len() <= MAX_BYTES {
            return Ok(text);
        }
        match message.lines.pop() {
            Some(_) => message.left_out += 1,
            None if max > 20 => max /= 2,
            None => {
                return Err(Error::bug(format!("a Teams message has {} bytes, more than {MAX_BYTES}", text.len())).at(card.slug.clone()));
            }
        }
    }
}

fn written(m: &Message, max: usize) -> Result<String> {
    let card = json!({
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": plain(&m.headline(), max),
        "msteams": { "width": "Full" },
        "body": body(m, max),
        "actions": m.link.iter().map(|url| json!({ "type": "Action.OpenUrl", "title": say!("The whole page"), "url": url })).collect::<Vec<_>>(),
    });
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    let body = json!({ "type": "message", "attachments": [attachment] });
    let text = serde_json::to_string(&body).map_err(|e| Error::bug(format!("a Teams message could not be written as JSON: {e}")))?;
    Ok(text + "\n")
}

fn body(m: &Message, max: usize) -> Vec<Value> {
    let text = |text: &str| plain(text, max);
    let mut all = vec![
        rich(&[Run { size: Some("Large"), ..Run::bold(text(&m.brief.name)) }]),
        rich(&[Run::subtle(text(&m.brief.over()))]),
        rich(&[Run::subtle(text(&m.brief.until))]),
    ];
    if !m.brief.headline.is_empty() {
        all.push(rich(&[Run::bold(text(&m.brief.headline))]));
    }
    all.extend(m.warning().map(|w| rich(&[Run { color: Some("Warning"), ..Run::plain(format!("! {}", text(&w))) }])));
    all.extend(m.blocks.iter().map(|b| block(b, max)));
    if !m.lines.is_empty() {
        all.push(table(&m.lines, max));
    }
    all.extend(m.more().map(|more| rich(&[Run::subtle(more)])));
    all.push(rich(&[Run::subtle(text(&m.tool))]));
    all
}

fn block(b: &BlockView, max: usize) -> Value {
    let mut items = vec![rich(&[Run::bold(plain(&b.title, max))])];
    items.extend(b.findings.iter().map(|f| finding(f, max)));
    items.extend([&b.more, &b.empty].into_iter().filter(|s| !s.is_empty()).map(|s| rich(&[Run::plain(plain(s, max))])));
    json!({ "type": "Container", "separator": true, "spacing": "Medium", "items": items })
}

fn finding(f: &FindingView, max: usize) -> Value {
    let head = Run { color: colour(&f.class), ..Run::bold(format!("{} {}", f.glyph, plain(&f.title, max))) };
    rich(&[head, Run::plain(format!(" ({}): {}", f.word, plain(&f.text, max)))])
}

/// Only what is clear has a colour.
fn colour(class: &str) -> Option<&'static str> {
    match class {
        "good" => Some("Good"),
        "concern" => Some("Warning"),
        _ => None,
    }
}

fn table(lines: &[Line], max: usize) -> Value {
    let cell = |run: Run| json!({ "type": "TableCell", "items": [rich(&[run])] });
    let row = |cells: [Run; 3]| json!({ "type": "TableRow", "cells": cells.map(cell) });
    let head = row([say!("Measure"), say!("Value"), say!("Trend")].map(|h| Run::bold(h.to_owned())));
    let measure = |l: &Line| {
        let name = plain(&format!("{} ({})", l.view.label, l.id), max);
        let spark = if l.spark.is_empty() { format::NO_DATA.to_owned() } else { l.spark.clone() };
        row([Run::plain(name), Run { color: colour(&l.view.verdict_class), ..Run::plain(plain(&sentence(l), max)) }, Run::plain(spark)])
    };
    let rows: Vec<Value> = std::iter::once(head).chain(lines.iter().map(measure)).collect();
    json!({
        "type": "Table",
        "separator": true,
        "spacing": "Medium",
        "firstRowAsHeaders": true,
        "showGridLines": false,
        "columns": [{ "width": 3 }, { "width": 4 }, { "width": 2 }],
        "rows": rows,
    })
}

/// Text with one look; never Markdown.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    r#type: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_subtle: bool,
}

impl Run {
    fn plain(text: String) -> Self {
        Self { r#type: "TextRun", text, ..Self::default() }
    }

    fn bold(text: String) -> Self {
        Self { weight: Some("Bolder"), ..Self::plain(text) }
    }

    fn subtle(text: String) -> Self {
        Self { is_subtle: true, ..Self::plain(text) }
    }
}

fn rich(runs: &[Run]) -> Value {
    json!({ "type": "RichTextBlock", "inlines": runs })
}

/// At most `max` characters of text; no date function, no mention.
fn plain(text: &str, max: usize) -> String {
    let text = format::label(text, max);
    let text = text.trim().replace("{{", "{\u{2060}{").replace("{{", "{\u{2060}{").replace("${", "$\u{2060}{").replace('<', "<\u{2060}");
    if text.is_empty() { format::NO_DATA.to_owned() } else { text }
}

#[cfg(test)]
mod tests;
