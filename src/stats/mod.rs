//! Statistics: pure numbers in, numbers out. No polars, no text, no clock, no random state.

pub mod interval;
