//! `scorecard.json`: the waist itself, for machines and for writing templates.

use crate::error::{Error, Result};
use crate::scorecard::Scorecard;

/// The scorecard as pretty JSON with a line break at the end; fields in the order they are declared.
pub fn scorecard(scorecard: &Scorecard) -> Result<String> {
    let mut text =
        serde_json::to_string_pretty(scorecard).map_err(|e| Error::bug(format!("the scorecard could not be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}
