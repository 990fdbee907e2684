//! `[history]`, `[run]`, `[guards]`: what an unattended run keeps, makes up for and stops at.

use super::node::{Node, Table};
use crate::clock::DAY;
use crate::error::{Error, Result};
use crate::guards::Code;

/// `[history]`: where everything taken in is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The folder, relative to the config's.
    pub folder: String,
    /// Seconds for which a data file that no newer state of the history uses still lies there, for whoever is reading it.
    pub keep_removed: i64,
    /// Months after which a run removes rows to which nothing happened since; `None`: they stay until `history purge`.
    pub keep_months: Option<u32>,
}

/// `[run]`: what one run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Seconds for which an export must not have changed before it is taken in; 0: it is taken as it lies there.
    pub settle: i64,
    /// How many missed periods a run publishes at most, the newest ones; at least 1.
    pub catch_up: u32,
    /// How many periods stay published; 0: all of them.
    pub keep: u32,
    /// How many published periods back are made again to see whether late rows changed them.
    pub restate: u32,
}

/// `[guards]`: what a run must notice, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guards {
    /// Those that stop the run, in the order of the file; any other is a warning.
    pub stop: Vec<Code>,
    /// Those that are not looked at, in the order of the file; none of them is in `stop`.
    pub ignore: Vec<Code>,
    /// Seconds without a new row after which a source counts as silent.
    pub silent_after: i64,
}

/// Ten years of weeks: more periods than that is a mistake.
pub(super) const MOST_PERIODS: u32 = 520;
/// Fifty years of months.
const MOST_MONTHS: u32 = 600;

impl Default for History {
    fn default() -> Self {
        Self { folder: "history".to_owned(), keep_removed: 35 * DAY, keep_months: None }
    }
}

impl Default for Run {
    fn default() -> Self {
        Self { settle: 60, catch_up: 13, keep: 0, restate: 4 }
    }
}

impl Default for Guards {
    fn default() -> Self {
        Self { stop: Vec::new(), ignore: Vec::new(), silent_after: 8 * DAY }
    }
}

impl History {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let mut history = Self::default();
        let Some(node) = root.get("history") else { return Ok(history) };
        let table = node.table("[history]", &["folder", "keep_removed", "keep"])?;
        if let Some(folder) = table.text("folder")? {
            history.folder = folder;
        }
        if let Some(node) = table.get("keep_removed") {
            history.keep_removed = node.plain_secs()?;
        }
        if let Some(node) = table.get("keep") {
            history.keep_months = Some(months(&node)?);
        }
        Ok(history)
    }
}

impl Run {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let mut run = Self::default();
        let Some(node) = root.get("run") else { return Ok(run) };
        let table = node.table("[run]", &["settle", "catch_up", "keep", "restate"])?;
        if let Some(node) = table.get("settle") {
            run.settle = node.wait_secs()?;
        }
        if let Some(node) = table.get("catch_up") {
            run.catch_up = periods(&node, 1)?;
        }
        if let Some(node) = table.get("keep") {
            run.keep = periods(&node, 0)?;
        }
        if let Some(node) = table.get("restate") {
            run.restate = periods(&node, 0)?;
        }
        Ok(run)
    }
}

impl Guards {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let mut guards = Self::default();
        let Some(node) = root.get("guards") else { return Ok(guards) };
        let table = node.table("[guards]", &["stop", "ignore", "silent_after"])?;
        if let Some(node) = table.get("stop") {
            guards.stop = codes(&node, &[])?;
        }
        if let Some(node) = table.get("ignore") {
            guards.ignore = codes(&node, &guards.stop)?;
        }
        if let Some(node) = table.get("silent_after") {
            guards.silent_after = node.plain_secs()?;
        }
        Ok(guards)
    }
}

fn periods(node: &Node<'_>, least: u32) -> Result<u32> {
    let count = u32::try_from(node.integer()?).ok().filter(|n| (least..=MOST_PERIODS).contains(n));
    count.ok_or_else(|| node.error(format!("`{}` must be a number of periods from {least} to {MOST_PERIODS}", node.key)))
}

/// `13 months`, from 1 on: less would leave a run nothing to compare with.
fn months(node: &Node<'_>) -> Result<u32> {
    let text = node.text()?;
    let number = text.strip_suffix(" months").or_else(|| text.strip_suffix(" month")).and_then(|n| n.parse::<u32>().ok());
    let wrong = || node.error(format!("`{text}` is not a number of months from 1 to {MOST_MONTHS}")).hint("write \"13 months\"");
    number.filter(|n| (1..=MOST_MONTHS).contains(n)).ok_or_else(wrong)
}

/// Distinct guards, none of which is in `stop`.
fn codes(node: &Node<'_>, stop: &[Code]) -> Result<Vec<Code>> {
    let known = Code::ALL.map(Code::name);
    let mut found: Vec<Code> = Vec::new();
    for item in node.items() {
        let word = item.choice(&known)?;
        let guard = Code::ALL.into_iter().find(|g| g.name() == word);
        // `choice` returns only words of guards.
        let guard = guard.ok_or_else(|| Error::bug(format!("no guard `{word}`")))?;
        if found.contains(&guard) {
            return Err(item.error(format!("`{word}` is given twice")));
        }
        if stop.contains(&guard) {
            return Err(item
                .error(format!("`{word}` is in `stop` as well"))
                .hint("what is ignored cannot stop a run: take it out of one of them"));
        }
        found.push(guard);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use std::path::Path;

    const DESK: &str = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";

    fn parse(tables: &str) -> Result<Settings> {
        Settings::parse(&format!("{DESK}{tables}"), Path::new("deskcard.toml"))
    }

    fn told(tables: &str) -> String {
        parse(tables).expect_err(tables).to_string()
    }

    #[test]
    fn without_a_word_the_defaults_hold() {
        let settings = parse("").expect("a config");
        assert_eq!(settings.history, None);
        assert_eq!(settings.run, Run { settle: 60, catch_up: 13, keep: 0, restate: 4 });
        assert_eq!(settings.guards, Guards { stop: vec![], ignore: vec![], silent_after: 691_200 });
        let said = parse("[history]\n[run]\n[guards]").expect("a config");
        assert_eq!((said.run, said.guards), (settings.run, settings.guards));
        assert_eq!(said.history, Some(History { folder: "history".into(), keep_removed: 3_024_000, keep_months: None }));
    }

    #[test]
    fn every_key_arrives() {
        let settings = parse(
            "[history]\nfolder = \"/var/desk\"\nkeep_removed = \"2d\"\nkeep = \"13 months\"\n[run]\nsettle = 0\ncatch_up = 1\nkeep = 520\nrestate = 0\n\
             [guards]\nstop = [\"source_missing\", \"row_limit\"]\nignore = \"off_roster\"\nsilent_after = \"36h\"",
        )
        .expect("a config");
        assert_eq!(settings.history, Some(History { folder: "/var/desk".into(), keep_removed: 172_800, keep_months: Some(13) }));
        assert_eq!(settings.run, Run { settle: 0, catch_up: 1, keep: 520, restate: 0 });
        let guards = settings.guards;
        assert_eq!((guards.stop.as_slice(), guards.silent_after), ([Code::SourceMissing, Code::RowLimit].as_slice(), 129_600));
        assert_eq!(guards.ignore, [Code::OffRoster]);
        assert_eq!(parse("[guards]\nstop = []").expect("a config").guards.stop, []);
    }

    #[test]
    fn every_guard_is_read_by_its_name() {
        for guard in Code::ALL {
            assert_eq!(parse(&format!("[guards]\nstop = [\"{guard}\"]")).expect("a config").guards.stop, [guard]);
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let cases = [
            ("[history]\nfoldr = \"h\"", "8:1: unknown key `foldr` in [history]\n  hint: did you mean `folder`?"),
            ("[history]\nfolder = \"\"", "8:10: `folder` is empty"),
            ("[history]\nkeep = \"0 months\"", "8:8: `0 months` is not a number of months from 1 to 600\n  hint: write \"13 months\""),
            ("[history]\nkeep = \"56 weeks\"", "8:8: `56 weeks` is not a number of months from 1 to 600\n  hint: write \"13 months\""),
            ("[history]\nfolder = 1", "8:10: `folder` must be a text in quotes, not a number"),
            (
                "[history]\nkeep_removed = \"5bd\"",
                "8:16: `keep_removed` is plain time, not business time\n  hint: write 20s, 15m, 4h or 2d",
            ),
            ("[run]\nsettle = 60", "8:10: `60` is not a length of time\n  hint: say of what: \"60s\", \"60min\", \"60h\" or \"60d\""),
            ("[run]\nsettle = \"1bh\"", "8:10: `1bh` is business time"),
            ("[run]\nsettle = \"soon\"", "8:10: `soon` is not a length of time"),
            ("[run]\ncatch_up = 0", "8:12: `catch_up` must be a number of periods from 1 to 520"),
            ("[run]\nkeep = -1", "8:8: `keep` must be a number of periods from 0 to 520"),
            ("[run]\nrestate = 521", "8:11: `restate` must be a number of periods from 0 to 520"),
            ("[run]\nrestate = 4.5", "8:11: `restate` must be a whole number, not a number"),
            ("[run]\nkeep = \"all\"", "8:8: `keep` must be a whole number, not a text"),
            ("[guards]\nstop = \"☃\"", "8:8: `stop` cannot be `☃`\n  hint: allowed: source_missing, no_new_data, volume"),
            ("[guards]\nstop = [\"volumes\"]", "8:9: `stop` cannot be `volumes`\n  hint: did you mean `volume`"),
            ("[guards]\nstop = true", "8:8: `stop` must be a text in quotes, not true or false"),
            ("[guards]\nstop = [\"volume\", \"volume\"]", "8:19: `volume` is given twice"),
            (
                "[guards]\nstop = [\"volume\"]\nignore = [\"row_limit\", \"volume\"]",
                "9:24: `volume` is in `stop` as well\n  hint: what is ignored cannot stop a run",
            ),
            ("[guards]\nsilent_after = \"1 week\"", "8:16: `1 week` is not a length of time"),
        ];
        for (tables, expected) in cases {
            let error = told(tables);
            assert!(error.starts_with(&format!("deskcard.toml:{expected}")), "{error}\n≠ {expected}");
        }
    }
}
