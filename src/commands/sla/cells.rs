//! The values of a column of clocks or spans, told apart by what its name says they are.

use std::collections::HashMap;

use crate::desk::{Frame, known, text_of};
use crate::error::Result;
use crate::report::csv::safe_text;

/// A column about to be shown.
pub(super) enum Cells {
    /// Codes, and for each its text as it is and as a spreadsheet may have it: a cell is one of few.
    Short(Vec<u32>, HashMap<u32, (String, String)>),
    /// Seconds UTC.
    Instant(Vec<i64>),
    /// Seconds, counts.
    Whole(Vec<i64>),
    Other(Vec<Option<String>>),
}

impl Cells {
    pub(super) fn of(frame: &Frame, name: &str) -> Result<Self> {
        if name.ends_with("_at") {
            return Ok(Self::Instant(frame.longs(name)?));
        }
        if name.ends_with("_secs") || name == "cycle" {
            return Ok(Self::Whole(frame.longs(name)?));
        }
        if !frame.is_short_text(name) {
            return Ok(Self::Other(frame.texts(name)?));
        }
        let codes = frame.codes(name)?;
        let mut texts = HashMap::new();
        for code in &codes {
            texts.entry(*code).or_insert_with(|| {
                let text = text_of(*code);
                let safe = safe_text(&text);
                (text, safe)
            });
        }
        Ok(Self::Short(codes, texts))
    }

    /// The text of a row; empty for none and for what is no text.
    pub(super) fn text(&self, row: usize) -> &str {
        match self {
            Self::Short(codes, texts) => texts.get(&codes[row]).map_or("", |t| t.0.as_str()),
            Self::Other(texts) => texts[row].as_deref().unwrap_or_default(),
            Self::Instant(_) | Self::Whole(_) => "",
        }
    }

    /// The instant or number of a row; `None` for a text.
    pub(super) fn number(&self, row: usize) -> Option<i64> {
        match self {
            Self::Instant(numbers) | Self::Whole(numbers) => known(numbers[row]),
            Self::Short(..) | Self::Other(_) => None,
        }
    }
}
