//! `deskcard schema`: the shape of the config and of what is written, for editors and programs.

use std::io::Write;

use super::{Outcome, stdout_failed};
use crate::cli::{SchemaArgs, SchemaOf};
use crate::error::{Error, Result};
use crate::schema;

pub(super) fn run(args: &SchemaArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    let schema = match args.of {
        SchemaOf::Config => schema::config(),
        SchemaOf::Run => schema::run(),
        SchemaOf::Scorecard => schema::scorecard(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|e| Error::bug(e.to_string()))?;
    writeln!(stdout, "{text}").map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}
