//! `deskcard doctor`: whether everything is in place for runs that nobody watches.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::history::verify::verify;
use super::run::plan::scorecard;
use super::{Context, Outcome, stdout_failed};
use crate::cli::{CheckFormat, DoctorArgs};
use crate::clock::{DAY, parse_local, period::Period};
use crate::error::{Error, Result};
use crate::format::things;
use crate::history::History;
use crate::mail::{Outbox, Smtp, State as Sending};
use crate::publish::file::replace;
use crate::run_record::RunRecord;
use crate::settings::Mail;

/// The day this was written, in seconds since 1970: a clock before it is wrong.
const WRITTEN: i64 = 20_770 * DAY;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// Worth a look; a run will not stumble over it.
    Look,
    /// A run will fail, or what it would show is not whole.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    text: String,
}

impl Finding {
    fn new(what: &'static str, state: State, text: impl Into<String>) -> Self {
        Self { what, state, text: text.into() }
    }

    fn of(what: &'static str, done: Result<String>) -> Self {
        match done {
            Ok(text) => Self::new(what, State::Ok, text),
            Err(error) => Self::new(what, State::Bad, error.to_string().replace("\n  hint: ", "; ")),
        }
    }
}

pub(super) fn run(args: &DoctorArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let mut findings = Vec::new();
    match Context::load(&args.common, now) {
        Ok(ctx) => {
            findings.push(Finding::new("config", State::Ok, format!("{} ({})", ctx.settings.path.display(), ctx.settings.hash)));
            findings.extend(examine(&ctx, now));
            findings.extend(ctx.settings.mail.as_ref().filter(|_| args.connect).map(|mail| Finding::of("mail server", reached(mail))));
        }
        Err(error) => findings.push(Finding::of("config", Err(error))),
    }
    let text = match args.format {
        CheckFormat::Json => serde_json::to_string_pretty(&findings).map_err(|e| Error::bug(e.to_string()))?,
        CheckFormat::Table => findings.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    writeln!(stdout, "{text}").map_err(|e| stdout_failed(&e))?;
    let is_bad = findings.iter().any(|f| f.state == State::Bad);
    Ok(if is_bad { Outcome::GateSaidNo } else { Outcome::Done })
}

fn line(finding: &Finding) -> String {
    let mark = match finding.state {
        State::Ok => "ok  ",
        State::Look => "look",
        State::Bad => "BAD ",
    };
    format!("{mark}  {:<14} {}", finding.what, finding.text)
}

fn examine(ctx: &Context, now: i64) -> Vec<Finding> {
    let history = ctx.kept();
    let out = ctx.settings.dir.join(&ctx.settings.report.out);
    let mut findings = vec![clock(ctx, now), zones(ctx)];
    findings.extend(ctx.settings.sources.iter().map(|source| files(ctx, source)));
    findings.push(Finding::of("write pages", writable(&out)));
    findings.push(Finding::of("write history", writable(history.dir())));
    findings.push(fonts());
    findings.extend(texts());
    findings.push(whole(ctx, history));
    findings.push(retention(ctx, history));
    findings.extend(erasures(history));
    findings.push(last_run(ctx, &out, now));
    findings.push(published(ctx, &out));
    findings.extend(ctx.settings.mail.as_ref().map(|mail| Finding::of("mail", post(ctx, mail))));
    findings
}

/// How much of another language there is.
fn texts() -> Option<Finding> {
    let language = crate::language::chosen()?;
    let (all, missing) = (language.texts().count(), language.missing());
    let said = format!("{all} texts in `{}`", language.tag());
    Some(match missing.first() {
        None => Finding::new("language", State::Ok, said),
        Some(first) => Finding::new("language", State::Look, format!("{said}; {} stay English, such as `{first}`", missing.len())),
    })
}

/// Whether mail could be sent, without sending any: the secret is there, and who has no address.
fn post(ctx: &Context, mail: &Mail) -> Result<String> {
    if let Some(login) = &mail.server.login {
        login.secret.read()?;
    }
    let server = format!("{} on port {}, as {}", mail.server.host, mail.server.port, mail.from.address);
    let waiting = match super::send::place(ctx) {
        place if place.is_dir() => {
            let entries = Outbox::open(&place)?.entries()?;
            let open = entries.iter().filter(|e| !matches!(e.state, Sending::Sent { .. } | Sending::Replaced)).count();
            format!("; {open} of {} messages of the outbox are not sent", entries.len())
        }
        _ => String::new(),
    };
    Ok(format!("{server}{waiting}; `deskcard send` says who gets what"))
}

/// Whether the mail server answers and takes the login.
fn reached(mail: &Mail) -> Result<String> {
    Smtp::new(mail.server.clone()).check()?;
    let login = if mail.server.login.is_some() { " and takes the login" } else { "" };
    Ok(format!("{} on port {} answers{login}; nothing was sent", mail.server.host, mail.server.port))
}

/// The machine's clock against the newest thing that is known.
fn clock(ctx: &Context, now: i64) -> Finding {
    let shown = ctx.zone().format_minute(now);
    match ctx.is_as_of_given {
        _ if now < WRITTEN => Finding::new("clock", State::Bad, format!("this machine says it is {shown}, which is over")),
        true => Finding::new(
            "clock",
            State::Look,
            format!("{shown}; but [desk] as_of or --as-of says {}, and every run will", ctx.zone().format_minute(ctx.as_of)),
        ),
        false => Finding::new("clock", State::Ok, format!("{shown} in {}", ctx.settings.desk.time_zone)),
    }
}

fn zones(ctx: &Context) -> Finding {
    let text = format!("{}, by the rules of tzdata {}", ctx.settings.desk.time_zone, chrono_tz::IANA_TZDB_VERSION);
    Finding::new("time zones", State::Ok, text)
}

fn files(ctx: &Context, source: &crate::settings::SourceSettings) -> Finding {
    match super::run::intake::files(ctx, source) {
        Err(error) => Finding::of("exports", Err(error)),
        Ok((found, missing)) if missing.is_empty() => {
            Finding::new("exports", State::Ok, format!("{}: {}", source.name, things(found.len(), "file", "files")))
        }
        Ok((_, missing)) => Finding::new("exports", State::Look, format!("{}: no file matches {}", source.name, missing.join(", "))),
    }
}

/// Whether a file can be made, brought to the disk, and taken away again.
fn writable(folder: &Path) -> Result<String> {
    if !folder.exists() {
        return Ok(format!("{} is not there yet; a run makes it", folder.display()));
    }
    let probe = folder.join("doctor.probe");
    replace(&probe, b"deskcard doctor was here\n")?;
    std::fs::remove_file(&probe).map_err(|e| Error::output(format!("cannot remove {}: {e}", probe.display())))?;
    Ok(folder.display().to_string())
}

/// Pages carry no fonts of their own: they name those that readers' machines have.
fn fonts() -> Finding {
    Finding::new("fonts", State::Ok, "pages use the fonts of whoever reads them; nothing to install")
}

fn whole(ctx: &Context, history: &History) -> Finding {
    let answer = verify(ctx, history);
    let state = if answer.faults == 0 { State::Ok } else { State::Bad };
    let count = |of: &str| answer.json[of].as_u64().unwrap_or(0);
    let are_small = are_many_small(count("files"), count("rows"));
    let hint = if are_small { "; `deskcard history compact` makes few of its many small files" } else { "" };
    Finding::new("history", state, answer.words.replace('\n', "; ") + hint)
}

/// Whether putting files together is worth it: each is opened by every run that looks for an id.
fn are_many_small(files: u64, rows: u64) -> bool {
    files > 500 && rows / files < 10_000
}

/// Whether what is kept is as young as the config promises.
fn retention(ctx: &Context, history: &History) -> Finding {
    let Some(before) = super::run::retention::first_kept(ctx) else {
        return Finding::new("retention", State::Ok, "no promise: rows stay until `deskcard history purge`; [history] keep makes one");
    };
    let day = ctx.zone().format_day(before);
    let older = history.has_older(&ctx.settings, before);
    let entries = history.journal().entries();
    match (older, entries) {
        (Err(error), _) | (_, Err(error)) => Finding::of("retention", Err(error)),
        (Ok(older), Ok(entries)) if older.is_empty() => {
            let is_kept = |e: &crate::history::Export| history.exports().join(format!("{}.zst", e.sha256)).exists();
            let still = entries.iter().filter(|e| e.at < before).flat_map(crate::history::Entry::exports).filter(|e| is_kept(e)).count();
            match still {
                0 => Finding::new("retention", State::Ok, format!("nothing is older than {day}")),
                n => {
                    let kept = "kept exports from before that hold newer rows, too, and stay";
                    Finding::new("retention", State::Look, format!("no row is older than {day}; {kept}: {n}"))
                }
            }
        }
        (Ok(older), Ok(_)) => {
            let text = format!("{}: rows from before {day} are still there; the next run removes them", older.join(", "));
            Finding::new("retention", State::Look, text)
        }
    }
}

/// An erasure that was cut short, or whose key is gone.
fn erasures(history: &History) -> Option<Finding> {
    let open = history.erased().and_then(|_| history.erasures()).map(|all| (all.len(), all.iter().filter(|r| !r.is_done).count()));
    match open {
        Ok((0, _)) => None,
        Ok((all, 0)) => Some(Finding::new("erasures", State::Ok, format!("{all}, all carried out"))),
        Ok((_, open)) => Some(Finding::new("erasures", State::Bad, format!("{open} cut short; the next `deskcard run` finishes it"))),
        Err(error) => Some(Finding::of("erasures", Err(error))),
    }
}

fn last_run(ctx: &Context, out: &Path, now: i64) -> Finding {
    let path = out.join("run.json");
    let Ok(bytes) = std::fs::read(&path) else { return Finding::new("last run", State::Look, "there was none yet") };
    let record: RunRecord = match serde_json::from_slice(&bytes) {
        Ok(record) => record,
        Err(e) => return Finding::new("last run", State::Bad, format!("{} cannot be read: {e}", path.display())),
    };
    let started = chrono::DateTime::parse_from_rfc3339(&record.started_at).map_or(now, |t| t.timestamp());
    let days = (now - started).div_euclid(DAY);
    let unit = ctx.settings.report.period;
    let most = i64::from(Period::containing(unit, ctx.zone().local_day(now)).days()) + 1;
    let ago = if days == 0 { "today".to_owned() } else { format!("{} ago", things(days, "day", "days")) };
    let text = format!("{} ({ago}), exit code {}", record.started_at, record.exit.code);
    match (record.exit.code, days > most) {
        (0, false) => Finding::new("last run", State::Ok, text),
        (0, true) => Finding::new("last run", State::Look, format!("{text}: longer ago than a {unit}")),
        _ => Finding::new("last run", State::Bad, format!("{text}: {}", record.exit.message)),
    }
}

/// The newest period that is published.
fn published(ctx: &Context, out: &Path) -> Finding {
    let names = std::fs::read_dir(out).into_iter().flatten().flatten().filter_map(|f| f.file_name().into_string().ok());
    let newest = names.filter(|n| Period::from_id(n).is_some()).max_by_key(|n| Period::from_id(n).map(|p| p.end_day));
    let Some(newest) = newest else { return Finding::new("published", State::Look, "no period yet") };
    match scorecard(&out.join(&newest)).ok().flatten().and_then(|s| parse_local(&s.as_of)) {
        Some(_) => Finding::new("published", State::Ok, format!("{newest}, in {}", ctx.settings.report.out)),
        None => Finding::new(
            "published",
            State::Bad,
            format!("{newest} has no scorecard.json that can be read; remove the folder and run again"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::are_many_small;

    #[test]
    fn a_few_files_and_large_ones_are_left_alone() {
        assert!(are_many_small(975, 59_746) && !are_many_small(500, 59_746) && !are_many_small(975, 9_750_000));
    }
}
