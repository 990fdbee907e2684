//! What may be shown of people: names that are none, and scorecards for other readers.
//!
//! Pure: scorecards in, scorecards out; no file, no clock, no random number. [`mod@pseudonym`] gives people stable names without a
//! person behind them, and [`mod@view`] makes of one scorecard what a team or an outsider may see. [`answers`] keeps back what so few
//! customers or colleagues said that it points at them (`suppress`: not even by subtraction), [`mod@own`] makes a person's own
//! scorecard, [`mod@opt_out`] one without those who want none; [`mod@erased`] knows again who was erased, without their names.

pub mod answers;
mod coarse;
pub mod erased;
mod joints;
mod lists;
pub mod opt_out;
pub mod own;
pub mod pseudonym;
mod span;
mod suppress;
mod texts;
pub mod view;
mod words;

pub use answers::{Answered, Answers, for_others};
pub use erased::{Erased, Holds, Mark, Marks};
pub use opt_out::{Withheld, opt_out};
pub use own::{Colleagues, own_view};
pub use pseudonym::{Key, Pseudonyms};
pub use view::{People, anonymise, team_only};
