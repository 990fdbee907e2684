//! The `deskcard` program: arguments, the clock, the colours, the exit code.

use std::io::{self, ErrorKind, StdoutLock, Write};
use std::process::ExitCode;

use anstyle::AnsiColor;
use clap::{CommandFactory, FromArgMatches};
use deskcard::cli::{Cli, Colours};
use deskcard::commands::{self, Outcome};
use deskcard::error::Error;

/// musl's own allocator has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let colours = Colours::said(&words);
    said(colours).write_global();
    let matches = Cli::command().color(colours.into()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    let command_line = words.iter().skip(1).fold("deskcard".to_owned(), |line, arg| line + " " + arg);
    let now = chrono::Utc::now().timestamp();
    let is_unattended = cli.is_unattended();
    let mut stdout = Reader { out: io::stdout().lock(), is_gone: false };
    match commands::run(cli, now, &command_line, &mut stdout) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::GateSaidNo) => ExitCode::from(1),
        Err(error) => {
            if !stdout.is_gone {
                tell(&error, is_unattended);
            }
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// For all that is written with colours.
fn said(colours: Colours) -> anstream::ColorChoice {
    match colours {
        Colours::Auto => anstream::ColorChoice::Auto,
        Colours::Always => anstream::ColorChoice::Always,
        Colours::Never => anstream::ColorChoice::Never,
    }
}

/// Says on stderr what went wrong.
fn tell(error: &Error, is_unattended: bool) {
    let (bad, try_this) = (AnsiColor::Red.on_default().bold(), AnsiColor::Cyan.on_default());
    let told = if is_unattended { error.one_line() } else { error.to_string() };
    let told = told.replace("\n  hint: ", &format!("\n  {try_this}hint:{try_this:#} "));
    // A closed stderr is no reason to panic.
    let _ = writeln!(anstream::AutoStream::auto(io::stderr()), "{bad}deskcard:{bad:#} {told}");
}

/// Whoever reads stdout. One that has seen enough and gone, as `head` does, wants no message about it.
struct Reader {
    out: StdoutLock<'static>,
    is_gone: bool,
}

impl Reader {
    fn watched<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        self.is_gone |= done.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe);
        done
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.out.write(bytes);
        self.watched(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.out.flush();
        self.watched(done)
    }
}
