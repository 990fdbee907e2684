//! `deskcard completions` and `deskcard man`: what shells and `man` know of the command line.

use std::io::Write;

use super::{Outcome, stdout_failed, write_file};
use crate::cli::{CompletionsArgs, ManArgs, completions, man_pages};
use crate::error::{Error, Result, nearest};

pub(super) fn run_completions(args: &CompletionsArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    stdout.write_all(&completions(args.shell)).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

pub(super) fn run_man(args: &ManArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    let pages = man_pages().map_err(|e| Error::bug(format!("the manual cannot be made: {e}")))?;
    if let Some(folder) = &args.out {
        for page in &pages {
            let path = folder.join(&page.name);
            write_file(&path, &page.text)?;
            writeln!(stdout, "{}", path.display()).map_err(|e| stdout_failed(&e))?;
        }
        return Ok(Outcome::Done);
    }
    let wanted = args.verb.as_deref().unwrap_or_default();
    let Some(page) = pages.iter().find(|page| page.verb == wanted) else {
        let verbs: Vec<&str> = pages.iter().map(|page| page.verb.as_str()).filter(|verb| !verb.is_empty()).collect();
        let hint = match nearest(wanted, verbs.iter().copied()).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the commands are {}", verbs.join(", ")),
        };
        return Err(Error::config(format!("there is no command `{wanted}`")).hint(hint));
    };
    stdout.write_all(&page.text).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}
