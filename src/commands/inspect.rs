//! `deskcard inspect`: what a file is, by which evidence, and the config that would read it.

use std::io::Write;

use super::{Outcome, stdout_failed};
use crate::cli::{CheckFormat, InspectArgs};
use crate::error::{Error, Result};
use crate::ingest::inspect::{Sample, inspect, text};
use crate::settings::no_such_zone;

pub(super) fn run(args: &InspectArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    let zone = zone(args.time_zone.as_deref())?;
    let mut found = Vec::new();
    for file in &args.files {
        let shown = file.display().to_string();
        let samples =
            if shown == "-" { Sample::of_stream(std::io::stdin().lock(), "standard input")? } else { Sample::of_file(file, &shown)? };
        found.extend(samples.into_iter().map(|sample| (inspect(&sample, zone), sample)));
    }
    let out = match args.format {
        CheckFormat::Table => found.iter().map(|(inspection, sample)| text(inspection, sample)).collect::<Vec<_>>().join("\n"),
        CheckFormat::Json => {
            let all: Vec<_> =
                found.iter().map(|(inspection, sample)| serde_json::json!({"written": sample.told, "found": inspection})).collect();
            serde_json::to_string_pretty(&all).map_err(|e| Error::bug(e.to_string()))?
        }
    };
    writeln!(stdout, "{}", out.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// The zone told, or UTC: an inspection needs one only to show instants.
pub(super) fn zone(told: Option<&str>) -> Result<chrono_tz::Tz> {
    let Some(name) = told else { return Ok(chrono_tz::Tz::UTC) };
    name.parse().map_err(|_| no_such_zone(Error::config(format!("--time-zone: `{name}` is no zone")), name))
}
