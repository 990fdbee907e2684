//! Which files a scorecard is written as, besides its pages.
//!
//! Owns the names that `[report] outputs` and `--format` take.

use std::str::FromStr;

use super::chat::Base;
use super::page_view::card_path;
use super::tidy::Decimal;
use super::{Page, json, markdown, slack, teams, text, tidy, xlsx};
use crate::error::{Error, Result, nearest};
use crate::scorecard::{Card, Scorecard};

/// A kind of file, one a card or one of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// Workbooks.
    Xlsx,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
    /// JSON a card.
    Json,
    /// Tidy CSV, for machines and for Excel.
    Csv,
    /// Slack messages.
    Slack,
    /// Teams messages.
    Teams,
    /// PDF, printed from the pages by a program of the desk's: see [`crate::printer`].
    Pdf,
}

impl Output {
    /// All of them, in the order they are made.
    pub const ALL: [Self; 8] = [Self::Xlsx, Self::Markdown, Self::Text, Self::Json, Self::Csv, Self::Slack, Self::Teams, Self::Pdf];

    /// Its name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Pdf => "pdf",
        }
    }
}

impl FromStr for Output {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let unknown = || {
            let near = nearest(name, Self::ALL.map(Self::name));
            let hint = near
                .first()
                .map_or_else(|| format!("it is one of {}", Self::ALL.map(Self::name).join(", ")), |n| format!("did you mean `{n}`?"));
            Error::config(format!("`{name}` is not a kind of output")).hint(hint)
        };
        Self::ALL.into_iter().find(|o| o.name() == name).ok_or_else(unknown)
    }
}

/// What to write, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs {
    /// The kinds, each once.
    pub kinds: Vec<Output>,
    /// The decimal mark of the Excel that reads the CSV.
    pub decimal: Decimal,
    /// Where the scorecards are published, for the link in messages.
    pub link: Option<Base>,
}

/// The files of every kind asked for; kinds in their own order, whatever the order asked in.
pub fn pages(scorecard: &Scorecard, outputs: &Outputs) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for kind in Output::ALL.into_iter().filter(|kind| outputs.kinds.contains(kind)) {
        pages.extend(match kind {
            Output::Xlsx => xlsx::pages(scorecard),
            Output::Markdown => markdown::pages(scorecard),
            Output::Text => text::pages(scorecard),
            Output::Json => json::pages(scorecard),
            Output::Csv => tidy::pages(scorecard, outputs.decimal),
            Output::Slack => slack::pages(scorecard, outputs.link.as_ref()),
            Output::Teams => teams::pages(scorecard, outputs.link.as_ref()),
            // Made of the pages, which are not known here.
            Output::Pdf => Ok(Vec::new()),
        }?);
    }
    Ok(pages)
}

/// Where the PDF of a card lies, beside its page.
pub fn pdf_path(card: &Card) -> String {
    let page = card_path(card);
    format!("{}.pdf", page.strip_suffix(".html").unwrap_or(&page))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::tests::scorecard;

    #[test]
    fn every_kind_has_a_name_that_reads_back_and_a_mistake_is_corrected() {
        for kind in Output::ALL {
            assert_eq!(kind.name().parse::<Output>().unwrap(), kind);
        }
        assert_eq!("xslx".parse::<Output>().unwrap_err().hints, ["did you mean `xlsx`?"]);
        assert!("video".parse::<Output>().unwrap_err().hints[0].starts_with("it is one of xlsx, markdown"));
    }

    #[test]
    fn all_outputs_have_names_of_their_own_beside_the_pages_and_are_the_same_twice() {
        let outputs = Outputs { kinds: Output::ALL.into_iter().rev().collect(), ..Outputs::default() };
        let all = pages(&scorecard(), &outputs).unwrap();
        assert_eq!(all, pages(&scorecard(), &outputs).unwrap());
        let pages = crate::report::pages(&scorecard()).unwrap();
        let names: BTreeSet<String> = all.iter().chain(&pages).map(|p| p.name.to_lowercase()).collect();
        assert_eq!(names.len(), all.len() + pages.len());
        assert!(super::pages(&scorecard(), &Outputs::default()).unwrap().is_empty());
    }
}
