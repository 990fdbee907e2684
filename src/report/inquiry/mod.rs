//! Answers to an analyst's questions, on a terminal: 80 columns, the verdict first.

mod text;

pub use text::{before_after, drivers};
