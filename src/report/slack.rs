//! A card as a Slack message (Block Kit), to be posted by a webhook or `chat.postMessage`.
//!
//! Owns the limits of Slack and its escaping. Text from data mentions nobody and formats nothing: `&`, `<` and `>` become entities, and
//! as Slack has no escape for its other marks, those become characters that look like them.
//!
//! Limits and escapes: docs.slack.dev, reference/block-kit and messaging/formatting-message-text.

use std::borrow::Cow;

use serde::Serialize;

use super::chat::{Base, Message, sentence};
use super::own::Everybody;
use super::view::{BlockView, FindingView};
use super::{Page, brief, json};
use crate::error::{Error, Result};
use crate::format;
use crate::say;
use crate::scorecard::{Card, Scorecard};

/// Most blocks of a message.
pub const MAX_BLOCKS: usize = 50;
/// Most characters of a text.
pub const MAX_TEXT: usize = 3000;
/// Most characters of a header.
pub const MAX_HEADER: usize = 150;
/// Characters kept of one piece of text, so that a line of two of them fits a section.
const MAX_ITEM: usize = 1200;

#[derive(Debug, Serialize)]
struct Body {
    text: String,
    mrkdwn: bool,
    unfurl_links: bool,
    unfurl_media: bool,
    blocks: Vec<Block>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Header { text: Text },
    Section { text: Text },
    Context { elements: Vec<Text> },
    Divider,
}

/// `verbatim` keeps Slack from finding links, channels and people by itself.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Text {
    PlainText { text: String, emoji: bool },
    Mrkdwn { text: String, verbatim: bool },
}

/// A message a card: `desk.slack.json`, `agents/….slack.json`. `base` is where the scorecards are published.
pub fn pages(scorecard: &Scorecard, base: Option<&Base>) -> Result<Vec<Page>> {
    let everybody = Everybody::of(scorecard);
    let page = |card: &Card| Ok(Page::new(format!("{}.slack.json", brief::stem(card)), message(&everybody, card, base)?));
    scorecard.cards.iter().map(page).collect()
}

/// The message of one card, as the JSON to post.
fn message(everybody: &Everybody<'_>, card: &Card, base: Option<&Base>) -> Result<String> {
    let message = Message::of(everybody, card, base)?;
    let body = Body {
        text: escape(&message.headline(), MAX_TEXT),
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
        blocks: body(&message),
    };
    if body.blocks.len() > MAX_BLOCKS {
        return Err(Error::bug(format!("a Slack message has {} blocks, more than {MAX_BLOCKS}", body.blocks.len())).at(card.slug.clone()));
    }
    json::pretty(&body, "a Slack message")
}

fn body(m: &Message) -> Vec<Block> {
    let mut all = vec![Block::Header { text: Text::PlainText { text: header(&m.brief.name), emoji: false } }];
    let over = [m.brief.over(), m.brief.until.clone()].map(|s| escape(&s, MAX_ITEM));
    all.push(context(over.join("\n")));
    let head = [bold(&m.brief.headline), m.warning().map_or_else(String::new, |w| format!("! {}", escape(&w, MAX_ITEM)))];
    all.extend(sections(head.into_iter().filter(|s| !s.is_empty()).collect()));
    m.blocks.iter().for_each(|b| all.extend(sections(block(b))));
    if !m.lines.is_empty() {
        all.push(Block::Divider);
        all.extend(sections(measures(m)));
    }
    if let Some(link) = &m.link {
        all.push(Block::Section { text: mrkdwn(format!("<{link}|{}>", say!("The whole page"))) });
    }
    all.push(context(escape(&m.tool, MAX_ITEM)));
    all
}

fn block(b: &BlockView) -> Vec<String> {
    let mut lines = vec![bold(&b.title)];
    lines.extend(b.findings.iter().map(finding));
    lines.extend([&b.more, &b.empty].into_iter().filter(|s| !s.is_empty()).map(|s| escape(s, MAX_ITEM)));
    lines
}

fn finding(f: &FindingView) -> String {
    format!("{} {} ({}): {}", f.glyph, bold(&f.title), f.word, escape(&f.text, MAX_ITEM))
}

fn measures(m: &Message) -> Vec<String> {
    let line = |l: &super::brief::Line| {
        let name = format!("{} ({})", l.view.label, l.id);
        let spark = if l.spark.is_empty() { String::new() } else { format!(" {}", l.spark) };
        format!("{}: {}{spark}", bold(&name), escape(&sentence(l), MAX_ITEM))
    };
    m.lines.iter().map(line).chain(m.more()).collect()
}

/// Lines in as many sections as their length demands.
fn sections(lines: Vec<String>) -> Vec<Block> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if length(text) + 1 + length(&line) <= MAX_TEXT => {
                text.push('\n');
                text.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    texts.into_iter().map(|text| Block::Section { text: mrkdwn(text) }).collect()
}

fn context(text: String) -> Block {
    Block::Context { elements: vec![mrkdwn(text)] }
}

fn mrkdwn(text: String) -> Text {
    Text::Mrkdwn { text, verbatim: true }
}

/// Slack does not say whether it counts characters or UTF-16 units: the larger of both.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn bold(text: &str) -> String {
    let text = escape(text, MAX_ITEM);
    if text.is_empty() { text } else { format!("*{text}*") }
}

/// Plain text: whether entities are decoded there is not documented, so it has none.
fn header(text: &str) -> String {
    let text = format::label(text, MAX_HEADER / 2).replace('<', "‹").replace('>', "›").replace('&', "＆");
    if text.trim().is_empty() { format::NO_DATA.to_owned() } else { text }
}

/// Text as `mrkdwn` that shows just that text, in at most `max` UTF-16 units, the last of them `…` when something was cut.
pub(super) fn escape(text: &str, max: usize) -> String {
    let text = format::clean(text);
    let text = text.trim();
    let (mut out, mut used, mut short) = (String::with_capacity(text.len()), 0, None);
    for (i, c) in text.char_indices() {
        let piece = piece(c, &text[i + c.len_utf8()..]);
        if used < max {
            short = Some(out.len());
        }
        used += length(&piece);
        out.push_str(&piece);
        if used > max {
            out.truncate(short.unwrap_or_default());
            out.push('…');
            break;
        }
    }
    out
}

fn piece(c: char, after: &str) -> Cow<'static, str> {
    match c {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '*' => "∗".into(),
        '_' => "ˍ".into(),
        '~' => "∼".into(),
        '`' => "ˋ".into(),
        ':' if is_emoji(after) => "∶".into(),
        _ => c.to_string().into(),
    }
}

/// What follows a colon, up to another one, could be the name of an emoji.
fn is_emoji(after: &str) -> bool {
    let name = after.split(':').next().unwrap_or_default();
    let is_name = |c: char| c.is_alphanumeric() || "_+-'".contains(c);
    name.len() < after.len() && !name.is_empty() && name.chars().all(is_name)
}

#[cfg(test)]
mod tests;
