//! A card as the body of a mail: its finding first, then the measures, what to do, and why it came.
//!
//! One column of 600 pixels made of tables, all styles written out, pictures inside the message, nothing fetched from anywhere. It says
//! with words and shapes what it says with colours, for readers without pictures and programs that recolour it. The plain text says the same.

mod text;
mod view;
mod why;
mod words;

use std::path::Path;

use tera::Context;

pub use view::MailView;
pub use why::Why;

use super::html;
use crate::error::{Error, Result};
use crate::mail::{Content, Image};
use crate::scorecard::{Card, ChartData, Kpi, Scorecard, Unit};

/// The templates of a mail by name.
pub const TEMPLATES: [(&str, &str); 4] = [
    ("mail_card.html", include_str!("../../../report_templates/mail_card.html")),
    ("mail_measures.html", include_str!("../../../report_templates/mail_measures.html")),
    ("mail_block.html", include_str!("../../../report_templates/mail_block.html")),
    ("mail_next.html", include_str!("../../../report_templates/mail_next.html")),
];

/// Most bytes of HTML: Gmail cuts a message off at about 102 KB.
pub const MAX_HTML_BYTES: usize = 80 * 1024;

/// A picture to be drawn, opaque, for light paper.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// What to draw.
    pub subject: Subject<'a>,
    /// Width in CSS pixels; the PNG has twice as many.
    pub width: u32,
    /// Height in CSS pixels; the PNG has twice as many.
    pub height: u32,
}

/// What a picture is of.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// The last periods of a measure as a line.
    Spark(&'a Kpi, Unit),
    /// A figure of the card.
    Chart(&'a ChartData),
}

/// Draws a picture as PNG; `None` where there is nothing to draw.
pub type Chart<'a> = dyn Fn(&Picture<'_>) -> Result<Option<Vec<u8>>> + 'a;

/// A card for one reader.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The scorecard.
    pub scorecard: &'a Scorecard,
    /// One of its cards.
    pub card: &'a Card,
    /// Why the reader gets it.
    pub why: Why,
    /// Subject with its placeholders, from `[mail] subject`.
    pub subject: &'a str,
    /// Address of the pages, from `[mail] link`.
    pub link: Option<&'a str>,
    /// Whether a card of a team or supplier may name people.
    pub may_name: bool,
}

/// The mail of a card; a file in `templates` replaces the built-in template of its name.
///
/// # Errors
/// A config error if a template cannot be used; a bug of ours if the HTML is too large for Gmail.
pub fn content(order: &Order<'_>, templates: Option<&Path>, chart: &Chart<'_>) -> Result<Content> {
    let mut images = Vec::new();
    let mut draw = |picture: &Picture<'_>, stem: &str| -> Result<Option<String>> {
        let Some(png) = chart(picture)? else { return Ok(None) };
        let cid = format!("{stem}@deskcard");
        images.push(Image { cid: cid.clone(), name: format!("{stem}.png"), png });
        Ok(Some(cid))
    };
    let mut view = view::view(order, &mut draw)?;
    let mut html = render(&view, templates)?;
    while html.len() > MAX_HTML_BYTES && view.shorten() {
        html = render(&view, templates)?;
    }
    if html.len() > MAX_HTML_BYTES {
        return Err(
            Error::bug(format!("the mail has {} bytes of HTML, more than {MAX_HTML_BYTES}", html.len())).at(order.card.slug.clone())
        );
    }
    // A picture of what was left out would be an attachment nobody asked for.
    images.retain(|image| html.contains(&image.cid));
    Ok(Content { subject: words::subject(order), text: text::text(&view), html, images })
}

fn render(view: &MailView, templates: Option<&Path>) -> Result<String> {
    const NAME: &str = "mail_card.html";
    let tera = html::engine_of(&TEMPLATES, templates)?;
    let mut context = Context::new();
    context.insert("view", view);
    tera.render(NAME, &context).map_err(|e| html::failed(NAME, &e))
}

#[cfg(test)]
mod tests;
