//! `deskcard metrics`: the catalogue for people.

use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};

use super::{Outcome, catalogue, stdout_failed};
use crate::cli::MetricsArgs;
use crate::error::Result;
use crate::metrics::{Catalogue, Metric};
use crate::scorecard::Better;
use crate::settings::Settings;

pub(super) fn run(args: &MetricsArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    let settings = args.config.as_deref().map(Settings::load).transpose()?;
    let catalogue = catalogue(settings.as_ref())?;
    let text = match &args.metric {
        Some(id) => definition(catalogue.get(id)?),
        None if args.markdown => markdown(&catalogue),
        None => table(&catalogue),
    };
    writeln!(stdout, "{text}").map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

fn arrow(better: Better) -> &'static str {
    match better {
        Better::Higher => "↑",
        Better::Lower => "↓",
        Better::Neither => "·",
    }
}

fn definition(metric: &Metric) -> String {
    let d = metric.definition();
    let mut out =
        format!("{} — {}\n\n{}\n\n  basis   {}\n  better  {}\n  fact    {}", d.id, d.label, d.text, d.basis, arrow(d.better), d.sql);
    if !metric.immature.is_empty() {
        out += &format!("\n  not yet mature  {}", metric.immature);
    }
    out
}

fn table(catalogue: &Catalogue) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["id", "", "section", "name", "basis"]);
    for m in catalogue.iter() {
        let d = m.definition();
        table.add_row([d.id, arrow(d.better).to_owned(), d.section, d.label, d.basis]);
    }
    table.to_string()
}

fn markdown(catalogue: &Catalogue) -> String {
    let mut out = String::from("| id | | what it is | counted |\n| --- | --- | --- | --- |\n");
    for m in catalogue.iter() {
        let d = m.definition();
        out += &format!("| `{}` | {} | {} | {} |\n", d.id, arrow(d.better), d.label, d.basis);
    }
    out.trim_end().to_owned()
}
