//! An analyst's questions: why did it move, who does better, did it work?
//!
//! Rows and readings in, plain answers out, each with its numbers, how sure it is, and a sentence. Knows no polars and no HTML. The desk's
//! card and the analyst's commands ask the same engine.

pub mod before_after;
pub mod case_mix;
pub mod drivers;
pub mod explain;
mod words;

use serde::{Deserialize, Serialize};

use crate::scorecard::{Better, Unit};

/// The measure asked about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Metric id, e.g. `fcr_touch`.
    pub id: String,
    /// Its name in a sentence.
    pub label: String,
    /// Kind of number; [`Unit::Share`] is hits of rows, everything else a mean over rows.
    pub unit: Unit,
    /// Good direction.
    pub better: Better,
}

impl Measure {
    /// Whether a change of this sign is good news; `None` for no change and for measures without a good direction.
    fn is_good(&self, change: f64) -> Option<bool> {
        match self.better {
            _ if change == 0.0 || !change.is_finite() => None,
            Better::Higher => Some(change > 0.0),
            Better::Lower => Some(change < 0.0),
            Better::Neither => None,
        }
    }
}

/// Something an answer says: a sentence with its numbers, or the reason why there are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part<T> {
    /// What it says, or why it cannot be said.
    pub text: String,
    /// The numbers; `None` where it cannot be said.
    pub numbers: Option<T>,
}

impl<T> Part<T> {
    fn said(text: impl Into<String>, numbers: T) -> Self {
        Self { text: text.into(), numbers: Some(numbers) }
    }

    fn unsaid(why: impl Into<String>) -> Self {
        Self { text: why.into(), numbers: None }
    }
}
