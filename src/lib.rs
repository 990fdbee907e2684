//! deskcard: weekly scorecards people trust, from the CSV exports of a service desk.

pub mod charts;
pub mod cli;
pub mod clock;
pub mod columns;
pub mod commands;
pub mod desk;
pub mod error;
pub mod facts;
pub mod format;
pub mod ingest;
pub mod judge;
pub mod metrics;
pub mod report;
pub mod scorecard;
pub mod settings;
pub mod stats;
