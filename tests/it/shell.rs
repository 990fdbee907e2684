//! What surrounds the verbs: completions, the manual, colours, the examples of the help, JSON for programs, messages that teach, templates, PDF.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory;
use deskcard::cli::Cli;

use crate::cli::copy;
use crate::harness::{Run, binary, deskcard, deskcard_in, finish, folder, root};

const CONFIG: &str = "[desk]\nname = \"Tiny Desk\"\ntime_zone = \"UTC\"\nas_of = \"2026-03-09 06:00\"\n\n[sla.targets]\ndefault = { resolution = \"8h\" }\n\n\
    [[source]]\nname = \"tickets\"\nkind = \"tickets\"\nfiles = [\"tickets.csv\"]\n";

const TICKETS: &str = "id,created_at,resolved_at,assignee,requester,category,priority\n\
    T1,2026-03-02 09:00:00,2026-03-02 09:30:00,Ann,R1,Mail,P1\n\
    T2,2026-03-03 09:00:00,2026-03-03 19:00:00,Ben,R1,Mail,P2\n\
    T3,2026-03-04 09:00:00,,Ann,R2,Phone,P2\n";

fn tiny() -> tempfile::TempDir {
    folder(CONFIG, &[("tickets.csv", TICKETS)])
}

fn verbs() -> Vec<clap::Command> {
    let mut whole = Cli::command();
    whole.build();
    whole.get_subcommands().filter(|c| c.get_name() != "help").cloned().collect()
}

/// The lines under "Examples:" of a help text.
fn examples(command: &clap::Command) -> Vec<String> {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = after.lines().skip_while(|l| *l != "Examples:").skip(1).take_while(|l| !l.is_empty());
    lines.map(|l| l.trim().to_owned()).collect()
}

/// Runs a program of the machine; `None` where there is none.
fn tool(program: &str, args: &[&str]) -> Option<Run> {
    Command::new(program).arg("--version").output().ok()?;
    Some(finish(Command::new(program).args(args)))
}

#[test]
fn completions_are_sound_and_know_every_verb() {
    let dir = tempfile::tempdir().expect("a folder");
    for (shell, checker) in [("bash", Some("bash")), ("zsh", Some("zsh")), ("fish", Some("fish")), ("powershell", None), ("elvish", None)] {
        let made = deskcard(&["completions", shell]).ok();
        assert_eq!(made.stderr, "");
        for verb in verbs() {
            assert!(made.stdout.contains(verb.get_name()), "{shell}: {}", verb.get_name());
        }
        let file = dir.path().join(shell);
        std::fs::write(&file, &made.stdout).expect("write");
        match checker.and_then(|program| tool(program, &["-n", &file.to_string_lossy()])) {
            Some(run) => assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell} -n"),
            None => eprintln!("skipped: there is no {shell} to read its completions"),
        }
    }
    let unknown = deskcard(&["completions", "tcsh"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("bash"), "{}", unknown.stderr);
}

#[test]
fn every_verb_has_a_page_of_the_manual_that_man_can_show() {
    let dir = tempfile::tempdir().expect("a folder");
    let told = deskcard_in(dir.path(), &["man", "--out", "man1"]).ok();
    let names: BTreeSet<String> =
        verbs().iter().map(|v| format!("man1/deskcard-{}.1", v.get_name())).chain(["man1/deskcard.1".into()]).collect();
    assert_eq!(told.stdout.lines().map(str::to_owned).collect::<BTreeSet<_>>(), names);
    let first = std::fs::read_to_string(dir.path().join("man1/deskcard.1")).expect("a page");
    for verb in verbs() {
        let name = verb.get_name();
        assert!(first.contains(&format!("deskcard\\-{}(1)", name.replace('-', "\\-"))), "deskcard.1 does not lead to {name}");
        assert_eq!(
            deskcard(&["man", name]).ok().stdout.into_bytes(),
            std::fs::read(dir.path().join(format!("man1/deskcard-{name}.1"))).expect("a page")
        );
    }
    assert_eq!(deskcard(&["man"]).ok().stdout, first);
    for name in &names {
        let Some(shown) = tool("man", &["--warnings", "-l", &dir.path().join(name).to_string_lossy()]) else {
            eprintln!("skipped: there is no man");
            return;
        };
        assert_eq!((shown.code, shown.stderr.as_str()), (0, ""), "{name}");
        assert!(shown.stdout.contains("deskcard") && shown.stdout.contains("Examples:"), "{name}: {}", shown.stdout);
    }
}

#[test]
fn colours_are_for_terminals_unless_somebody_says_otherwise() {
    let wrong = |env: &[(&str, &str)], args: &[&str]| {
        let mut command = Command::new(binary());
        command.args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(env.iter().copied()).current_dir(root());
        finish(&mut command)
    };
    let ours = ["check", "--config", "nowhere.toml"];
    for args in [&ours[..], &["frobnicate"], &["report", "--help"]] {
        let with = |more: &[&str]| args.iter().chain(more).map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let has = |env: &[(&str, &str)], more: &[&str]| {
            let run = wrong(env, &with(more).iter().map(String::as_str).collect::<Vec<_>>());
            format!("{}{}", run.stdout, run.stderr).contains('\u{1b}')
        };
        assert!(!has(&[], &[]), "{args:?}: no terminal, no colours");
        assert!(has(&[("CLICOLOR_FORCE", "1")], &[]), "{args:?}: CLICOLOR_FORCE");
        assert!(has(&[], &["--color", "always"]), "{args:?}: --color always");
        assert!(!has(&[("CLICOLOR_FORCE", "1")], &["--color=never"]), "{args:?}: --color never");
        assert!(has(&[("NO_COLOR", "1")], &["--color", "always"]), "{args:?}: what is typed goes over NO_COLOR");
        assert!(!has(&[("NO_COLOR", "1")], &[]), "{args:?}: NO_COLOR");
    }
    let plain = wrong(&[], &ours);
    let coloured = wrong(&[], &[&ours[..], &["--color", "always"]].concat());
    assert!(coloured.stderr.starts_with("\u{1b}[1m\u{1b}[31mdeskcard:\u{1b}[0m "), "{:?}", coloured.stderr);
    assert!(plain.stderr.starts_with("deskcard: "), "{:?}", plain.stderr);
}

/// What each verb with `--format json` is asked on the tiny desk.
const JSON: [(&str, &[&str]); 16] = [
    ("query", &["fcr_time,backlog", "--by", "agent"]),
    ("rows", &["fcr_time"]),
    ("sql", &["SELECT id FROM tickets ORDER BY id"]),
    ("check", &[]),
    ("sla", &[]),
    ("repeats", &[]),
    ("explain", &["tickets_created", "--shuffles", "99"]),
    ("drivers", &["fcr_time", "--within", "none"]),
    ("before-after", &["fcr_time", "--date", "2026-03-04"]),
    ("history", &[]),
    ("doctor", &[]),
    ("send", &["--period", "2026-W10"]),
    ("inspect", &["tickets.csv"]),
    ("audit", &[]),
    ("erase", &["Ann"]),
    ("schema", &["run"]),
];

#[test]
fn json_is_all_that_stdout_carries_and_stderr_says_nothing() {
    let has_json = |c: &clap::Command| {
        let formats = c.get_arguments().filter(|a| a.get_id() == "format").flat_map(clap::Arg::get_possible_values);
        formats.into_iter().any(|v| v.get_name() == "json")
    };
    let wanted: BTreeSet<String> = verbs().iter().filter(|c| has_json(c)).map(|c| c.get_name().to_owned()).collect();
    let listed: BTreeSet<String> = JSON.iter().map(|(verb, _)| (*verb).to_owned()).filter(|v| v != "schema").collect();
    assert_eq!(listed, wanted, "a verb with --format json that is not tried here, or the other way round");
    let mail = "\n[history]\n\n[mail]\nhost = \"127.0.0.1\"\ntls = \"none\"\nauth = \"none\"\nfrom = \"d@a.example\"\ndomains = [\"a.example\"]\ndesk = [\"b@a.example\"]\n";
    let dir = folder(&format!("{CONFIG}{mail}"), &[("tickets.csv", TICKETS)]);
    deskcard_in(dir.path(), &["run", "--settle", "0"]).ok();
    let mut faults = Vec::new();
    for (verb, args) in JSON {
        let format: &[&str] = if verb == "schema" { &[] } else { &["--format", "json"] };
        // These two tell how many rows there are; who wants JSON alone says so.
        let quiet: &[&str] = if ["rows", "sql"].contains(&verb) { &["--quiet"] } else { &[] };
        let run = deskcard_in(dir.path(), &[&[verb], args, format, quiet].concat());
        // No answer, for want of rows, is told as an error, and then stdout is empty.
        let is_refused = run.code == 3 && run.stdout.is_empty() && run.stderr.starts_with("deskcard: ");
        let is_json = run.code <= 1 && run.stderr.is_empty() && serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok();
        if !(is_json || is_refused && ["explain", "drivers", "before-after"].contains(&verb)) {
            faults.push(format!("{verb}: {} {:?} {:?}", run.code, run.stdout, run.stderr));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A config that makes other pages.
pub(crate) fn with_pages(config: &str, pages: &str) -> String {
    assert!(config.contains("\npages = "), "the config says which pages");
    config.lines().map(|l| if l.starts_with("pages = ") { format!("pages = {pages}\n") } else { format!("{l}\n") }).collect()
}

/// Examples that need what a test has not: a mail server.
const NOT_RUN: [&str; 2] = ["deskcard send --send", "deskcard send --send --retry-unknown"];

#[cfg(unix)]
#[test]
fn every_example_of_the_help_works_on_the_sample_desk() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    copy(&root().join("sample_data"), &at("sample_data"));
    copy(&root().join("sample_data"), dir.path());
    // Fewer pages and mails than the desk would have: it is the commands that are tried.
    let config = with_pages(&std::fs::read_to_string(at("deskcard.toml")).expect("the config"), "[\"desk\", \"agents\"]");
    let more = "\n[history]\n\n[mail]\nhost = \"127.0.0.1\"\ntls = \"none\"\nauth = \"none\"\nfrom = \"d@a.example\"\ndomains = [\"a.example\"]\ndesk = [\"b@a.example\"]\n";
    std::fs::write(at("deskcard.toml"), config + more).expect("write");
    for (from, to) in [("zendesk/tickets.csv", "tickets.csv"), ("genesys_cloud/calls.csv", "calls.csv")] {
        std::fs::create_dir_all(at("exports")).expect("a folder");
        std::fs::copy(root().join("sample_data/presets").join(from), at("exports").join(to)).expect("a sample");
    }
    std::os::unix::fs::symlink(binary(), at("deskcard")).expect("a link");
    let path = format!("{}:{}", dir.path().display(), std::env::var("PATH").unwrap_or_default());
    let shell = |line: &str| finish(Command::new("sh").args(["-c", line]).current_dir(dir.path()).env("PATH", &path).env("TZ", "UTC"));
    shell("gzip -k calls.csv && touch -d yesterday *.csv && deskcard run").ok();
    let mut faults = Vec::new();
    for command in verbs().iter().chain([&Cli::command()]) {
        let lines = examples(command);
        if !(1..=4).contains(&lines.len()) {
            faults.push(format!("{} has {} examples", command.get_name(), lines.len()));
        }
        for line in lines.iter().filter(|l| !NOT_RUN.contains(&l.as_str())) {
            let run = shell(line);
            // A gate that says no has done what it was asked.
            let is_fine = run.code == 0 || run.code == 1 && line.contains("--strict") || run.code == 1 && line.contains("doctor");
            if !line.contains("deskcard ") || !is_fine {
                faults.push(format!("{line}: {} {}", run.code, run.stderr));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let all: Vec<String> = verbs().iter().flat_map(examples).collect();
    assert!(NOT_RUN.iter().all(|line| all.iter().any(|l| l == line)), "not an example any more: {NOT_RUN:?}");
}

/// What a new user does wrong: the words, the exit code, what was tried, and what to do.
const MISTAKES: [(&[&str], i32, &str, &str); 39] = [
    (&["report", "--config", "nowhere.toml"], 2, "cannot read the config nowhere.toml", "`deskcard init FOLDER` writes one"),
    (&["init", "nowhere"], 3, "cannot read the folder nowhere", "deskcard init exports"),
    (&["init", "."], 2, "deskcard.toml is there already", "--force"),
    (&["init", ".", "--time-zone", "Berlin", "--out", "x.toml"], 2, "`Berlin` is no zone", "did you mean `Europe/Berlin`?"),
    (&["inspect", "nofile.csv"], 3, "nofile.csv: cannot read the file", "look whether it is there"),
    (&["inspect", "."], 3, "a folder, not a file", "name the files in it"),
    (&["reprot"], 2, "reprot", "report"),
    (&["report", "--perod", "2026-W10"], 2, "--perod", "--period"),
    (&["report", "--period", "last-wek"], 2, "`last-wek` is not a period", "2026-W46"),
    (
        &["report", "--period", "2031-W01"],
        2,
        "nothing of 2031-W01 has happened yet: the cut-off is 2026-03-09 06:00",
        "the last complete one is 2026-W10",
    ),
    (&["rows", "fcr_time", "--period", "2031-W01"], 2, "has happened yet", "--as-of"),
    (&["repeats", "--period", "9999-W52"], 2, "has happened yet", "--as-of"),
    (&["report", "--as-of", "9.3.2026"], 2, "--as-of: \"9.3.2026\" is no day or minute", "write 2026-11-16"),
    (&["report", "--outputs", "pdff"], 2, "`pdff` is not a kind of output", "did you mean `pdf`?"),
    (&["report", "--outputs", "pdf"], 2, "does not say which program prints it", "--print-to-pdf={out}"),
    (&["report", "--context", "Anna"], 2, "there is no page of \"Anna\"", "nearest: "),
    (&["report", "--templates", "nowhere"], 2, "--templates nowhere: no such folder", "report_templates"),
    (&["report", "--anonymise", "nokey"], 2, "the key cannot be read", "openssl rand"),
    (&["report", "--out", "deskcard.toml"], 4, "cannot write to deskcard.toml", "--out"),
    (&["facts", "--out", "deskcard.toml/x"], 4, "cannot write deskcard.toml/x", "you may write to"),
    (&["query", "fcr_tme"], 2, "there is no metric \"fcr_tme\"", "fcr_time"),
    (&["query", "zzz"], 2, "there is no metric \"zzz\"", "`deskcard metrics` lists them all"),
    (&["query", "fcr_time", "--by", "agnet"], 2, "--by: tickets have no column \"agnet\"", "nearest: agent"),
    (&["query", "fcr_time", "--by", "id"], 2, "\"id\" is an id, and figures are not told by ids", "GROUP BY id"),
    (&["query", "fcr_time", "--where", "priority = 'P1"], 2, "cannot read the SQL expression", "single quotes"),
    (&["query", "fcr_time", "--from", "2026-03-08", "--to", "2026-03-01"], 2, "--to is before --from", "swap"),
    (&["query", "fcr_time", "--from", "2031-01-01"], 2, "there is no day in what --from and --to leave", "2026-03-02"),
    (&["rows", "fcr_time", "--agent", "xyzzy"], 2, "no row of tickets belongs to \"xyzzy\"", "there are: Ann, Ben"),
    (&["rows", "net_flow"], 2, "has no rows of its own", "tickets_created"),
    (&["explain", "fcr_time", "--by", "zzzz"], 2, "tickets have no column \"zzzz\"", "`deskcard sql` lists the columns"),
    (&["explain", "fcr_time", "--against", "2027-W01"], 2, "--against 2027-W01 does not end before 2026-W10 begins", "2026-W09"),
    (&["drivers", "fcr_time", "--by", "shfit"], 2, "--by: nothing is known of people under the name \"shfit\"", "nearest: shift"),
    (&["drivers", "fcr_time", "--by", "supplier"], 2, "people are compared within the same supplier", "--within none"),
    (&["before-after", "--event", "zzz"], 2, "has \"zzz\" in its label", "--date"),
    (&["sql", "SELECT nonsense FROM tickets"], 2, "no table of the query has a column \"nonsense\"", "`deskcard sql` lists"),
    (&["sla", "--ticket", "NOPE"], 2, "there is no ticket \"NOPE\"", "as in the export"),
    (&["sla", "--by", "zzzz"], 2, "have no column \"zzzz\"", "`deskcard sql` lists"),
    (&["send"], 2, "the config has no [mail]", "name the server"),
    (&["man", "reprot"], 2, "there is no command `reprot`", "did you mean `report`?"),
];

#[test]
fn a_message_says_what_was_tried_and_what_to_do() {
    let dir = tiny();
    let mut faults = Vec::new();
    for (args, code, tried, what_to_do) in MISTAKES {
        let run = deskcard_in(dir.path(), args);
        let is_told = run.stderr.contains(tried) && run.stderr.contains(what_to_do) && run.stdout.is_empty();
        if run.code != code || !is_told || run.stderr.contains("panicked") {
            faults.push(format!("{args:?} ({}): {:?}{:?}", run.code, run.stdout, run.stderr));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wrong_value_in_the_config_is_told_with_its_line_and_what_fits() {
    for (from, to, tried, what_to_do) in [
        ("UTC\"", "Berlin\"", "deskcard.toml:3:13: unknown time zone `Berlin`", "`Europe/Berlin`"),
        ("\"8h\"", "\"8 hours\"", "deskcard.toml:7:26: `8 hours` is not a length of time", "4h"),
        ("[sla", "[report]\noutputs = [\"pdf\"]\n[sla", "deskcard.toml:7:", "--print-to-pdf={out}"),
        ("[sla", "[report]\npdf = [\"chromium\", \"{in}\"]\n[sla", "does not name {out}", "--print-to-pdf={out}"),
        ("[sla", "[report]\npdf_timeout = \"5s\"\n[sla", "`pdf_timeout` is given", "chromium"),
        ("[sla", "[report]\npages = [\"agnets\"]\n[sla", "deskcard.toml:7:", "agents"),
        ("[sla", "[goals]\nfcr_tme = \"70%\"\n[sla", "deskcard.toml:7:1: there is no metric \"fcr_tme\"", "fcr_time"),
        ("files = [\"tickets.csv\"]", "files = [\"tickets.csv\"]\n[source.columns]\nid = \"Numbr\"", "\"Numbr\"", "it has: \"id\""),
    ] {
        let dir = folder(&CONFIG.replacen(from, to, 1), &[("tickets.csv", TICKETS)]);
        let run = deskcard_in(dir.path(), &["report"]);
        assert!([2, 3].contains(&run.code) && run.stderr.contains(tried) && run.stderr.contains(what_to_do), "{to}: {}", run.stderr);
        assert!(run.stderr.contains("hint: ") || run.stderr.contains("did you mean"), "{to}: {}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn who_has_read_enough_of_stdout_gets_no_message() {
    let run = finish(Command::new("sh").args(["-c", "\"$0\" metrics --markdown | true", &binary().to_string_lossy()]));
    assert_eq!(run.stderr, "");
}

#[test]
fn nothing_is_opened_where_nobody_sits() {
    let dir = tiny();
    let run = deskcard_in(dir.path(), &["report", "--open"]).ok();
    assert_eq!(run.stderr, "--open: there is no terminal, so nothing was opened\n");
    assert_eq!(run.stdout, "./scorecards/2026-W10/index.html\n");
}

#[test]
fn a_template_is_told_what_context_prints_and_its_faults_have_file_and_line() {
    let dir = tiny();
    let context = deskcard_in(dir.path(), &["report", "--context", "Ann"]).ok().json();
    assert_eq!((&context["template"], &context["page"]["desk"]), (&"card.html".into(), &"Tiny Desk".into()));
    assert!(!dir.path().join("scorecards").exists(), "--context writes nothing");
    let first = deskcard_in(dir.path(), &["report", "--context"]).ok().json();
    assert_eq!(first["file"], "index.html");
    let own = dir.path().join("own");
    std::fs::create_dir(&own).expect("a folder");
    let title = context["view"]["name"].as_str().expect("a card has a name");
    std::fs::write(own.join("card.html"), "<style>{{ page.trusted_css | safe }}</style>{{ view.name }} of {{ page.desk }}").expect("write");
    std::fs::write(own.join("style.css"), "b { color: red }").expect("write");
    std::fs::write(own.join("fonts.css"), "").expect("write");
    deskcard_in(dir.path(), &["report", "--templates", "own", "--out", "made"]).ok();
    let made = |name: &str| std::fs::read_to_string(dir.path().join("made/2026-W10").join(name)).expect("a page");
    assert_eq!(made(context["file"].as_str().expect("a file")), format!("<style>b {{ color: red }}</style>{title} of Tiny Desk"));
    assert!(made("index.html").contains("b { color: red }"), "the style is every page's");
    for (name, text, words) in [
        ("card.html", "one\n{{ view.nam }}", ["card.html", "2"]),
        ("card.html", "one\ntwo\n{% if %}", ["card.html", "3"]),
        ("crad.html", "", ["crad.html", "card.html"]),
    ] {
        std::fs::write(own.join("card.html"), "").expect("write");
        std::fs::write(own.join(name), text).expect("write");
        let run = deskcard_in(dir.path(), &["report", "--templates", "own", "--out", "other"]);
        let place = run.stderr.lines().next().unwrap_or_default().to_owned();
        assert_eq!(run.code, 2, "{name}: {}", run.stderr);
        assert!(words.iter().all(|w| run.stderr.contains(w)), "{name}: {place}\n{}", run.stderr);
        assert!(!dir.path().join("other/2026-W10").exists());
    }
}

/// A program that prints like a browser would, for where there is none.
#[cfg(unix)]
const PRINTER: &str = "pdf = [\"sh\", \"-c\", \"{ printf %%PDF-1.4; wc -c < \\\"$0\\\"; } > \\\"$1\\\"\", \"{in}\", \"{out}\"]\n";

#[cfg(unix)]
#[test]
fn pdfs_lie_beside_their_pages_private_and_whole_or_nothing_does() {
    use std::os::unix::fs::PermissionsExt;
    let with = |lines: &str| folder(&format!("{CONFIG}\n[report]\noutputs = [\"pdf\"]\n{lines}"), &[("tickets.csv", TICKETS)]);
    let dir = with(PRINTER);
    deskcard_in(dir.path(), &["report"]).ok();
    let made = dir.path().join("scorecards/2026-W10");
    let pdf = std::fs::read(made.join("desk.pdf")).expect("the PDF of the desk");
    assert!(pdf.starts_with(b"%PDF-1.4"));
    let agents: Vec<String> = std::fs::read_dir(made.join("agents"))
        .expect("agents")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let of = |kind: &str| agents.iter().filter(|name| name.ends_with(kind)).count();
    assert_eq!(of(".pdf"), of(".html"));
    assert!(!made.join("index.pdf").exists() && !made.join("data.pdf").exists());
    let mode = std::fs::metadata(made.join("desk.pdf")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for (lines, words) in [
        ("pdf = [\"no-such-program\", \"{in}\", \"{out}\"]\n", ["`no-such-program`", "cannot be started"]),
        ("pdf = [\"sh\", \"-c\", \"echo no display >&2; exit 3\", \"{in}\", \"{out}\"]\n", ["failed (exit status: 3)", "no display"]),
        ("pdf = [\"sh\", \"-c\", \"sleep 60\", \"{in}\", \"{out}\"]\npdf_timeout = \"1s\"\n", ["did not end within 1 s", "pdf_timeout"]),
    ] {
        let dir = with(lines);
        let run = deskcard_in(dir.path(), &["report"]);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{lines}");
        assert!(words.iter().all(|w| run.stderr.contains(w)), "{lines}: {}", run.stderr);
        assert_eq!(std::fs::read_dir(dir.path().join("scorecards")).expect("the folder").count(), 0, "nothing half-made");
    }
}

#[cfg(unix)]
#[test]
fn a_pdf_goes_with_the_mail_of_its_card() {
    let mail = "\n[history]\n\n[mail]\nhost = \"127.0.0.1\"\ntls = \"none\"\nauth = \"none\"\nfrom = \"d@a.example\"\ndomains = [\"a.example\"]\ndesk = [\"b@a.example\"]\nattach = [\"pdf\", \"xlsx\"]\n";
    let config = format!("{CONFIG}\n[report]\noutputs = [\"pdf\"]\n{PRINTER}{mail}");
    let dir = folder(&config, &[("tickets.csv", TICKETS)]);
    deskcard_in(dir.path(), &["run", "--settle", "0"]).ok();
    deskcard_in(dir.path(), &["send", "--preview", "mails"]).ok();
    let mails: Vec<_> = std::fs::read_dir(dir.path().join("mails")).expect("mails").map(|e| e.expect("an entry").path()).collect();
    let message = mails.iter().find(|p| p.extension().is_some_and(|e| e == "eml")).expect("a message");
    let text = std::fs::read_to_string(message).expect("text");
    assert!(text.contains("application/pdf") && text.contains(".pdf") && text.contains("spreadsheetml"), "{}", text.len());
    std::fs::remove_file(dir.path().join("scorecards/2026-W10/desk.pdf")).expect("remove");
    let run = deskcard_in(dir.path(), &["send"]);
    assert!(run.code == 3 && run.stderr.contains("desk.pdf") && run.stderr.contains("outputs"), "{}", run.stderr);
    std::fs::write(dir.path().join("deskcard.toml"), config.replace("outputs = [\"pdf\"]", "outputs = [\"xlsx\"]")).expect("write");
    let run = deskcard_in(dir.path(), &["send"]);
    assert!(run.code == 2 && run.stderr.contains("no PDF is made"), "{}", run.stderr);
}

#[test]
fn chromium_prints_what_the_page_says() {
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let has_text = Command::new("pdftotext").arg("-v").output().is_ok();
    if !Path::new(&browser).exists() || !has_text {
        eprintln!("skipped: there is no Chromium, or no pdftotext");
        return;
    }
    let command = deskcard::printer::EXAMPLE.replace("chromium", &browser);
    let config = format!("{CONFIG}\n[report]\npages = [\"desk\"]\noutputs = [\"pdf\"]\n{command}\n");
    let dir = folder(&config, &[("tickets.csv", TICKETS)]);
    deskcard_in(dir.path(), &["report"]).ok();
    let pdf = dir.path().join("scorecards/2026-W10/desk.pdf");
    let text = finish(Command::new("pdftotext").arg(&pdf).arg("-")).ok().stdout;
    assert!(text.contains("Tiny Desk") && text.contains("Measures"), "{text}");
    let links = String::from_utf8_lossy(&std::fs::read(&pdf).expect("the PDF")).into_owned();
    assert!(!links.contains("file:"), "a path of this machine is in the PDF");
}
