//! An analyst's questions: why did it move, who does better, did it work?
//!
//! Rows and readings in, plain answers out, each with its numbers, how sure it is, and a sentence. Knows no polars and no HTML. The desk's
//! card and the analyst's commands ask the same engine.

pub mod explain;
