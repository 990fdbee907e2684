//! What `report` shows instead of, or after, writing pages: what a template is told, and the first page in a browser.

use std::io::{IsTerminal, Write};
use std::path::Path;

use super::super::{Context, Outcome, stdout_failed};
use crate::error::Result;
use crate::report::told;
use crate::scorecard::Scorecard;

/// Prints what the template of a page is told.
pub(super) fn context(scorecard: &Scorecard, asked: &str, stdout: &mut dyn Write) -> Result<Outcome> {
    writeln!(stdout, "{}", told::context(scorecard, asked)?).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// Opens a page for whoever sits there. Without a terminal nobody does, and nothing is started.
pub(super) fn open(ctx: &Context, page: &Path) {
    if !std::io::stderr().is_terminal() {
        ctx.tell("--open: there is no terminal, so nothing was opened");
        return;
    }
    // That nothing can be opened is no failure of the report.
    match open::that_detached(page) {
        Ok(()) => ctx.tell(&format!("opened {} in your browser", page.display())),
        Err(e) => ctx.tell(&format!("{} could not be opened ({e}): open it by hand", page.display())),
    }
}
