//! What the command line says of itself: completions for shells, pages for `man`, when to use colours.

use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, examples};

/// `deskcard completions`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard completions bash > deskcard.bash\n  deskcard completions zsh > _deskcard\n  deskcard completions fish > deskcard.fish"))]
pub struct CompletionsArgs {
    /// The shell to write for.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `deskcard man`.
#[derive(Debug, Args)]
#[command(after_help = examples("  deskcard man > deskcard.1\n  deskcard man report > deskcard-report.1\n  deskcard man --out man1"))]
pub struct ManArgs {
    /// The command to print the page of. Default: the page of deskcard itself.
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    pub verb: Option<String>,
    /// Folder for all pages, one a command.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

/// Whether messages and help have colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// On a terminal, unless `NO_COLOR` is set; with `CLICOLOR_FORCE` everywhere.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl From<Colours> for ColorChoice {
    fn from(colours: Colours) -> Self {
        match colours {
            Colours::Auto => Self::Auto,
            Colours::Always => Self::Always,
            Colours::Never => Self::Never,
        }
    }
}

impl Colours {
    /// What `--color` says in the words of a command line, before they are understood: help and mistakes have colours too.
    pub fn said(words: &[String]) -> Self {
        let flags = words.iter().take_while(|word| *word != "--");
        let said = flags.enumerate().filter_map(|(i, word)| match word.strip_prefix("--color")? {
            "" => words.get(i + 1).map(String::as_str),
            value => value.strip_prefix('='),
        });
        said.last().and_then(|value| Self::from_str(value, false).ok()).unwrap_or_default()
    }
}

/// The completions for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "deskcard", &mut out);
    out
}

/// A page of the manual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManPage {
    /// The verb it is about; empty for the program.
    pub verb: String,
    /// As `man` looks for it: `deskcard-report.1`.
    pub name: String,
    /// Its text, in roff.
    pub text: Vec<u8>,
}

/// The pages of the manual, the program's first, then one a verb.
///
/// # Errors
/// None but those of writing to memory.
pub fn man_pages() -> std::io::Result<Vec<ManPage>> {
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let verbs: Vec<_> = whole.get_subcommands().cloned().collect();
    let page = |verb: String, command: clap::Command| {
        let man = Man::new(command).manual("deskcard").source(concat!("deskcard ", env!("CARGO_PKG_VERSION")));
        let mut text = Vec::new();
        man.render(&mut text)?;
        Ok(ManPage { verb, name: man.get_filename(), text })
    };
    let first = page(String::new(), whole);
    std::iter::once(first).chain(verbs.into_iter().map(|command| page(command.get_name().to_owned(), command))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_colours_counts() {
        let said = |line: &str| Colours::said(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for (line, wanted) in [
            ("deskcard report", Colours::Auto),
            ("deskcard --color always report", Colours::Always),
            ("deskcard report --color=never", Colours::Never),
            ("deskcard --color always report --color never", Colours::Never),
            ("deskcard report -- --color always", Colours::Auto),
            ("deskcard report --color", Colours::Auto),
            ("deskcard report --colour=always", Colours::Auto),
        ] {
            assert_eq!(said(line), wanted, "{line}");
        }
    }

    #[test]
    fn every_verb_has_a_page_that_names_it() {
        let pages = man_pages().unwrap();
        assert_eq!(pages.len(), Cli::command().get_subcommands().count() + 1);
        assert_eq!((pages[0].name.as_str(), pages[0].verb.as_str()), ("deskcard.1", ""));
        for page in &pages[1..] {
            assert_eq!(page.name, format!("deskcard-{}.1", page.verb));
            let text = String::from_utf8(page.text.clone()).unwrap();
            assert!(text.contains(".SH EXTRA") || text.contains("Examples:"), "{}", page.name);
        }
    }
}
