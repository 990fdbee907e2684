//! The `deskcard` program: arguments, the clock, the exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use deskcard::cli::Cli;
use deskcard::commands::{self, Outcome};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let command_line = std::env::args().skip(1).fold("deskcard".to_owned(), |line, arg| line + " " + &arg);
    let now = chrono::Utc::now().timestamp();
    let is_unattended = cli.is_unattended();
    match commands::run(cli, now, &command_line, &mut std::io::stdout().lock()) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::GateSaidNo) => ExitCode::from(1),
        Err(error) => {
            // A closed stderr is no reason to panic.
            let told = if is_unattended { error.one_line() } else { error.to_string() };
            let _ = writeln!(std::io::stderr(), "deskcard: {told}");
            ExitCode::from(error.kind.exit_code())
        }
    }
}
