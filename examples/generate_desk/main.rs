//! Makes data for deskcard: the sample desk of `sample_data`, and exports of any size to measure with.
//!
//! ```text
//! cargo run --release --example generate_desk -- sample sample_data
//! cargo run --release --example generate_desk -- bench desk 1000000 --seed 7
//! cargo run --release --example generate_desk -- bench desk 1000000 --events
//! ```
//!
//! The same arguments give the same bytes on every machine.

mod bench;
mod contacts;
mod csv;
mod dates;
mod events;
mod export;
mod observations;
mod people;
mod rng;
mod ticket;
mod topics;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::dates::{DAY, HOUR, date};

/// What is said when the arguments do not fit.
const USAGE: &str = "usage: generate_desk sample DIR\n       generate_desk bench DIR TICKETS [--seed N] [--events]";
/// The configuration that goes with the sample.
const SAMPLE_CONFIG: &str = include_str!("../../sample_data/deskcard.toml");

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("generate_desk: {reason}");
            ExitCode::from(2)
        }
    }
}

/// Does what the arguments say.
fn run(words: &[&str]) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    match words {
        ["sample", dir] => sample(Path::new(dir)).map_err(failed),
        ["bench", dir, tickets, options @ ..] => bench::write(Path::new(dir), order(count(tickets)?, options)?).map_err(failed),
        _ => Err(USAGE.to_owned()),
    }
}

/// How many tickets, and the options after them.
fn order(tickets: u64, options: &[&str]) -> Result<bench::Order, String> {
    let mut order = bench::Order { tickets, seed: 7, has_events: false };
    let mut left = options;
    while !left.is_empty() {
        left = match left {
            ["--seed", seed, rest @ ..] => {
                order.seed = count(seed)?;
                rest
            }
            ["--events", rest @ ..] => {
                order.has_events = true;
                rest
            }
            _ => return Err(USAGE.to_owned()),
        };
    }
    Ok(order)
}

/// A whole number.
fn count(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("`{word}` is not a whole number\n{USAGE}"))
}

/// Writes the sample desk: 54 weeks from Monday 2025-11-03, exported on Monday 2026-11-16 at 06:00.
fn sample(dir: &Path) -> std::io::Result<()> {
    let staff = people::everybody();
    let end = date("2026-11-16");
    let texts = export::exports(contacts::year(&staff, date("2025-11-03"), end), end * DAY + 6 * HOUR);
    fs::create_dir_all(dir)?;
    fs::write(dir.join("tickets.csv"), texts.tickets)?;
    fs::write(dir.join("ticket_events.csv"), texts.events)?;
    fs::write(dir.join("calls.csv"), texts.calls)?;
    fs::write(dir.join("surveys.csv"), texts.surveys)?;
    fs::write(dir.join("roster.csv"), people::roster(&staff))?;
    fs::write(dir.join("observations.csv"), observations::observations(&staff))?;
    fs::write(dir.join("deskcard.toml"), SAMPLE_CONFIG)
}
