//! The integration tests: one binary.

mod account;
mod bad_input;
mod bounds;
mod browser;
mod calibration;
mod cli;
#[cfg(target_os = "linux")]
mod crash;
mod cut_off;
mod dirty;
mod duckdb;
mod edge_cards;
#[cfg(target_os = "linux")]
mod erase;
mod explain;
mod harness;
#[cfg(target_os = "linux")]
mod history;
mod html;
mod ingest_laws;
mod inquiry;
mod language;
mod laws;
mod layers;
mod mail_clients;
mod mail_server;
mod office;
mod oracle;
mod packings;
mod pages;
mod people;
mod places;
mod planted;
mod presets;
mod privacy;
mod real;
mod real_sla;
mod repeats;
mod rows;
mod shell;
mod sla;
#[cfg(unix)]
mod soak;
mod topics;
mod unknown;
mod whose;
mod world;
