//! `deskcard init`: a commented `deskcard.toml` for the exports of a folder. Asks on a terminal, and nowhere else.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::inspect::zone;
use super::{Outcome, stdout_failed, write_file};
use crate::cli::InitArgs;
use crate::error::{Error, Result};
use crate::format::things;
use crate::ingest::inspect::{Inspection, Sample, config, group, inspect};
use crate::settings::Settings;

/// Endings of files that may hold a table; others are not looked at.
const TABLES: [&str; 14] = ["csv", "tsv", "tab", "txt", "log", "xlsx", "ods", "json", "jsonl", "ndjson", "parquet", "gz", "zst", "zip"];

pub(super) fn run(args: &InitArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    let to_stdout = args.out.as_deref() == Some(Path::new("-"));
    let target = args.out.clone().filter(|_| !to_stdout).unwrap_or_else(|| args.dir.join("deskcard.toml"));
    if !to_stdout && target.exists() && !args.force {
        return Err(Error::config(format!("{} is there already", target.display()))
            .hint("give another place with --out, or write over it with --force"));
    }
    let mut asker = Asker::new(args.no_questions || to_stdout);
    let samples = samples(&args.dir)?;
    let zone_name = match &args.time_zone {
        Some(name) => name.clone(),
        None => asker.zone()?,
    };
    let zone = zone(Some(&zone_name))?;
    let name = args.name.clone().unwrap_or_else(|| folder_name(&args.dir));
    let mut found: Vec<(Vec<String>, Inspection)> = group(samples)
        .into_iter()
        .map(|g| (g.files.iter().map(|f| from_config(f, &args.dir, &target)).collect(), inspect(&g.sample, zone)))
        .collect();
    asker.settle(&mut found)?;
    if found.iter().all(|(_, inspection)| inspection.proposal.kind.is_empty()) {
        let error = Error::input(format!("no file in {} is one of tickets, calls, surveys or staff", args.dir.display()));
        let of_each = found.iter().map(|(files, i)| format!("{}: {}", files.join(", "), i.kind.evidence));
        return Err(of_each.take(10).fold(error, Error::hint).hint("`deskcard inspect FILE` says what is missing"));
    }
    let is_said = args.time_zone.is_some() || !asker.is_silent;
    let text = config(&name, (zone.name(), is_said), &found);
    Settings::parse(&text, &target).map_err(|e| Error::bug(format!("the config made is none: {e}")))?;
    if to_stdout {
        write!(stdout, "{text}").map_err(|e| stdout_failed(&e))?;
        return Ok(Outcome::Done);
    }
    write_file(&target, text.as_bytes())?;
    writeln!(stdout, "{}", summary(&target, (zone.name(), is_said), &found)).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// A file or glob of the folder as seen from where the config is written.
fn from_config(file: &str, dir: &Path, target: &Path) -> String {
    let home = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let full = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_owned());
    let (home, dir) = (full(home), full(dir));
    if home == dir {
        return file.to_owned();
    }
    let folder = dir.strip_prefix(&home).unwrap_or(&dir).to_string_lossy().replace('\\', "/");
    format!("{}/{file}", crate::ingest::as_pattern(&folder))
}

/// The tables of a folder; files that hold none are told of on stderr.
fn samples(dir: &Path) -> Result<Vec<(String, Sample)>> {
    let failed = |e: std::io::Error| {
        Error::input(format!("cannot read the folder {}: {e}", dir.display()))
            .hint("name the folder that holds the exports, as in `deskcard init exports`")
    };
    let entries = std::fs::read_dir(dir).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    let is_table = |p: &PathBuf| {
        let ending = p.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        p.is_file() && (TABLES.contains(&ending.as_str()) || ending.is_empty())
    };
    let mut files: Vec<PathBuf> = entries.into_iter().map(|e| e.path()).filter(is_table).collect();
    files.sort();
    let mut out = Vec::new();
    for path in files {
        let shown = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if shown.starts_with('.') {
            continue;
        }
        match Sample::of_file(&path, &shown) {
            Ok(samples) => out.extend(samples.into_iter().map(|sample| (shown.clone(), sample))),
            // A closed stderr is no reason to stop.
            Err(e) => drop(writeln!(std::io::stderr(), "left out: {e}")),
        }
    }
    if out.is_empty() {
        return Err(Error::input(format!("no table in {}", dir.display())).hint("put the exports into one folder, and name it"));
    }
    Ok(out)
}

fn folder_name(dir: &Path) -> String {
    let full = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    full.file_name().map_or_else(|| "Service Desk".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn summary(target: &Path, (zone, is_said): (&str, bool), found: &[(Vec<String>, Inspection)]) -> String {
    let mut out = format!("{}\n", target.display());
    if !is_said {
        out += &format!("  ? is the desk in {zone}, the time zone of this machine? --time-zone says where it is\n");
    }
    for (files, inspection) in found {
        let (kind, product) = (&inspection.kind, &inspection.product);
        let what = match (kind.found.as_str(), product.found.as_str()) {
            ("", _) => format!("not used: {}", kind.evidence),
            (kind_of, "") => format!("{kind_of} of no product in particular ({})", kind.confidence),
            (kind_of, name) => format!("{kind_of} of {name} ({})", product.confidence),
        };
        out += &format!("  {}: {what}\n", files.join(", "));
        inspection.questions.iter().for_each(|q| out += &format!("    ? {}\n", q.what));
    }
    let asked = found.iter().map(|(_, i)| i.questions.len()).sum::<usize>() + usize::from(!is_said);
    if asked > 0 {
        let questions = things(asked, "open question", "open questions");
        out += &format!("{questions}: in the file as `# ?`, with the lines that would answer\n");
    }
    out + &format!("next: deskcard check --config {}", target.display())
}

/// Asks a person, where there is one.
struct Asker {
    is_silent: bool,
}

impl Asker {
    fn new(is_silent: bool) -> Self {
        Self { is_silent: is_silent || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() }
    }

    /// The desk's zone: asked for, with the machine's own as the proposal.
    fn zone(&mut self) -> Result<String> {
        let own = machine_zone();
        if self.is_silent {
            return own.ok_or_else(|| Error::config("which time zone is the desk in?").hint("say it: --time-zone Europe/Berlin"));
        }
        let answer = ask(&format!("The desk's time zone [{}]: ", own.as_deref().unwrap_or("UTC")))?;
        Ok(if answer.is_empty() { own.unwrap_or_else(|| "UTC".to_owned()) } else { answer })
    }

    /// Asks what the files cannot tell; what is not answered stays open.
    fn settle(&mut self, found: &mut [(Vec<String>, Inspection)]) -> Result<()> {
        if self.is_silent {
            return Ok(());
        }
        for (files, inspection) in found {
            let questions = std::mem::take(&mut inspection.questions);
            for question in questions {
                let mut text = format!("\n{}: {}\n  {}\n", files.join(", "), question.what, question.evidence);
                for (number, (label, line)) in question.answers.iter().enumerate() {
                    text += &format!("  {}  {label}   {line}\n", number + 1);
                }
                let answer = ask(&format!("{text}Number, or nothing to leave it open: "))?;
                match answer.parse::<usize>().ok().and_then(|n| question.answers.get(n.checked_sub(1)?)) {
                    Some((_, line)) => inspection.proposal.settle(line, question.is_of_column),
                    None => inspection.questions.push(question),
                }
            }
        }
        Ok(())
    }
}

fn ask(text: &str) -> Result<String> {
    let failed = |e: std::io::Error| Error::input(format!("cannot ask: {e}"));
    let mut stderr = std::io::stderr();
    write!(stderr, "{text}").and_then(|()| stderr.flush()).map_err(failed)?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
    Ok(line.trim().to_owned())
}

/// The zone the machine is set to, if it says so by name.
fn machine_zone() -> Option<String> {
    let is_zone = |name: &String| name.parse::<chrono_tz::Tz>().is_ok();
    let by_env = || std::env::var("TZ").ok().map(|tz| tz.trim_start_matches(':').to_owned());
    let by_file = || std::fs::read_to_string("/etc/timezone").ok().map(|text| text.trim().to_owned());
    let by_link = || {
        let link = std::fs::read_link("/etc/localtime").ok()?.to_string_lossy().into_owned();
        link.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
    };
    by_env().filter(is_zone).or_else(|| by_file().filter(is_zone)).or_else(|| by_link().filter(is_zone))
}
