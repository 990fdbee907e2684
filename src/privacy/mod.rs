//! What may be shown of people: names that are none, and scorecards for other readers.
//!
//! Pure: scorecards in, scorecards out; no file, no clock, no random number. [`mod@pseudonym`] gives people stable names without a
//! person behind them, and [`mod@view`] makes of one scorecard what a team or an outsider may see. [`mod@erased`] knows again who was
//! erased, without their names. An agent's own page is the report's.

pub mod erased;
mod lists;
pub mod pseudonym;
mod texts;
pub mod view;
mod words;

pub use erased::{Erased, Holds, Mark, Marks};
pub use pseudonym::{Key, Pseudonyms};
pub use view::{People, anonymise, team_only};
