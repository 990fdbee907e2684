//! Exports whose rows are not yet what the desk's tables hold: several legs of one call, a column a measure, a log of events.
//!
//! Each file turns one such shape into rows of the usual kind. Nothing here knows of products, files or polars: rows in, rows out.

pub mod legs;
pub mod queue_log;
pub mod unpivot;
