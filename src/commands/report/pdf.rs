//! The cards of a scorecard as PDF, printed from their pages by the program that `[report] pdf` names.

use crate::error::{Error, Result};
use crate::printer::{EXAMPLE, Printer, Sheet};
use crate::report::Page;
use crate::report::lists::is_list;
use crate::report::outputs::Output;
use crate::report::paper::on_paper;
use crate::settings::Settings;

/// Pages nobody would file or hand out on paper.
const SCREEN_ONLY: [&str; 3] = ["index.html", "definitions.html", "data.html"];

/// Refuses to print with nothing, before the work begins.
pub(super) fn check(settings: &Settings, outputs: &[Output]) -> Result<()> {
    match outputs.contains(&Output::Pdf) && settings.report.pdf.is_none() {
        true => Err(Error::config("PDF is asked for, and [report] does not say which program prints it")
            .at(settings.path.display().to_string())
            .hint(EXAMPLE)),
        false => Ok(()),
    }
}

/// A PDF beside each page of a card or topic, in their order; `base` is where the pages are published.
pub(super) fn printed(pages: &[Page], printer: &Printer, base: Option<&str>) -> Result<Vec<Page>> {
    let is_paper = |page: &&Page| !SCREEN_ONLY.contains(&page.name.as_str()) && !is_list(&page.name);
    let named = pages.iter().filter(is_paper).filter_map(|page| Some((page.name.strip_suffix(".html")?, page)));
    let papers: Vec<(&str, &str, String)> =
        named.map(|(stem, page)| (stem, page.name.as_str(), on_paper(&page.name, &String::from_utf8_lossy(&page.bytes), base))).collect();
    let sheets: Vec<Sheet<'_>> = papers.iter().map(|(_, name, html)| Sheet { name, html }).collect();
    let made = printer.print(&sheets)?;
    Ok(papers.iter().zip(made).map(|((stem, ..), bytes)| Page { name: format!("{stem}.pdf"), bytes }).collect())
}
