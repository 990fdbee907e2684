//! What may be shown of people: cells too small to show, names that are none, and scorecards for other readers.
//!
//! Pure: counts and scorecards in, decisions and scorecards out; no file, no clock, no random number. [`suppress()`] says which
//! figures of a table to hide so that no small group can be worked out from the rest, [`mod@pseudonym`] gives people stable names
//! without a person behind them, and [`mod@view`] makes of one scorecard what a team, one agent or an outsider may see.

mod lists;
pub mod pseudonym;
mod span;
pub mod suppress;
mod texts;
pub mod view;
mod words;

pub use pseudonym::{Key, Pseudonyms};
pub use suppress::{Breakdown, Counts, suppress};
pub use view::{Own, People, anonymise, opt_out, own_view, team_only};
