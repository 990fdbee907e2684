//! A whole `deskcard.toml` for a folder of exports.

use super::write::{comment, quoted};
use super::{Confidence, Inspection};
use crate::format::things;

/// Goals worth a thought, by the kind of source their figures need.
const GOALS: [(&str, &str); 8] = [
    ("tickets", "fcr_touch = \"68%\""),
    ("tickets", "sla_resolution = \"90%\""),
    ("tickets", "ttr_median = \"8h\""),
    ("tickets", "reopen_rate = \"5%\""),
    ("calls", "abandonment = \"5%\""),
    ("calls", "asa = \"25s\""),
    ("surveys", "csat = \"85%\""),
    ("agents", "turnover_12m = \"15%\""),
];

/// The text of a `deskcard.toml`: the desk, a source for each group of files with what the files cannot tell as comments, goals
/// to be filled in. `proposals` are the files or globs of each group with what was found of them; a zone that nobody said is a question.
pub fn config(desk_name: &str, (zone, is_said): (&str, bool), proposals: &[(Vec<String>, Inspection)]) -> String {
    let mut out = String::from("# Written by `deskcard init` from the files named below; all paths are relative to this file.\n");
    let asked = proposals.iter().map(|(_, i)| i.questions.len()).sum::<usize>() + usize::from(!is_said);
    if asked > 0 {
        let things = things(asked, "thing", "things");
        out += &format!("# {things} the files do not tell: each stands below as `# ?` with the lines that would answer it.\n");
    }
    let doubt = if is_said { "" } else { "   # ? the machine's own: is the desk there?" };
    out += &format!("\n[desk]\nname = {}\ntime_zone = {}{doubt}\n", quoted(named(desk_name)), quoted(zone));
    out += "# as_of = \"2026-11-16 06:00\"   # when the exports were made; without it the machine's clock counts\n";
    for (index, (files, inspection)) in proposals.iter().enumerate() {
        let mut proposal = inspection.proposal.clone();
        proposal.files.clone_from(files);
        proposal.name = name(index, proposals);
        let is_doubtful = is_guessed(inspection) && proposals.iter().any(|(_, i)| !i.proposal.kind.is_empty() && !is_guessed(i));
        out += &match is_doubtful {
            true => format!(
                "\n# ? is this a list of {}? A guess: {}\n{}",
                proposal.kind,
                comment(&inspection.kind.evidence),
                asleep(&proposal.toml())
            ),
            false => format!("\n{}", proposal.toml()),
        };
        inspection.warnings.iter().for_each(|w| out += &format!("# ! {}\n", comment(w)));
    }
    out + &goals(proposals) + LEVELS
}

fn is_guessed(inspection: &Inspection) -> bool {
    inspection.kind.confidence == Confidence::Guess && !inspection.proposal.kind.is_empty()
}

/// Lines as comments: beside files that are surely something, one that may be anything must not count.
fn asleep(toml: &str) -> String {
    toml.lines().map(|line| if line.is_empty() || line.starts_with('#') { format!("{line}\n") } else { format!("# {line}\n") }).collect()
}

const LEVELS: &str =
    "\n# Which groups are the first level; figures of first level resolution need it.\n[levels]\n# \"Service Desk\" = \"L1\"\n";

/// A desk must have a name.
fn named(desk_name: &str) -> &str {
    if desk_name.trim().is_empty() { "Service Desk" } else { desk_name }
}

/// A name for a source whose kind is there several times: the kind and a number.
fn name(index: usize, proposals: &[(Vec<String>, Inspection)]) -> Option<String> {
    let kind = &proposals[index].1.proposal.kind;
    let before = proposals[..index].iter().filter(|(_, i)| i.proposal.kind == *kind).count();
    (before > 0 && !kind.is_empty()).then(|| format!("{kind} {}", before + 1))
}

fn goals(proposals: &[(Vec<String>, Inspection)]) -> String {
    let has = |kind: &str| proposals.iter().any(|(_, i)| i.proposal.kind == kind);
    let mut out = String::from(HEAD_OF_GOALS);
    GOALS.iter().filter(|(kind, _)| has(kind)).for_each(|(_, line)| out += &format!("# {line}\n"));
    out
}

const HEAD_OF_GOALS: &str =
    "\n# What the desk wants to reach: uncomment with its own numbers (`deskcard metrics` lists what there is).\n[goals]\n";
