//! Who saw whose data, and when: a line of JSON for each command that read people's rows, in `audit/` of the history.
//!
//! Never a name, never a text of a ticket: people stand in it as keyed hashes, which `deskcard audit --agent NAME` makes again. It is
//! state, not output: no page and no figure depends on it. What a run made stands in `runs/`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::History;
use crate::error::{Error, Result};
use crate::privacy::erased::token;
use crate::publish::appended::{append, files};

/// Bytes of a file before the next is begun.
const MOST: u64 = 1 << 20;
/// The folder of the log.
const FOLDER: &str = "audit";

/// One command that read people's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it ended, seconds since 1970 UTC.
    pub at: i64,
    /// Who: the name of the operating system's user, as the environment has it.
    pub user: String,
    /// The number of the operating system's user, where it has one.
    pub uid: Option<u32>,
    /// Whether somebody sat at a terminal; else cron, a service or a pipe.
    pub is_terminal: bool,
    /// The verb: `rows`, `sql`, `subject-export`.
    pub command: String,
    /// The version of deskcard.
    pub tool: String,
    /// Whose data: keyed hashes of people; empty for everybody's.
    pub people: Vec<String>,
    /// The exit code.
    pub exit: u8,
}

impl History {
    fn audit_log(&self) -> PathBuf {
        self.dir().join(FOLDER).join("audit.jsonl")
    }

    /// The number that stands for a person in the log.
    ///
    /// # Errors
    /// As making the key.
    pub fn person_token(&self, name: &str) -> Result<String> {
        Ok(token(&self.key_or_new()?, name))
    }

    /// Adds a line to the log.
    ///
    /// # Errors
    /// An output error; the line is then not there.
    pub fn audit(&self, line: &Line) -> Result<()> {
        let text = serde_json::to_string(line).map_err(|e| Error::bug(e.to_string()))?;
        append(&self.audit_log(), &text, MOST)
    }

    /// The lines from an instant on, oldest first; and how many lines cannot be read.
    ///
    /// # Errors
    /// An input error if the log cannot be read.
    pub fn audited(&self, since: i64) -> Result<(Vec<Line>, usize)> {
        let path = self.audit_log();
        let (mut lines, mut broken) = (Vec::new(), 0);
        for name in files(&path)? {
            let path = path.with_file_name(name);
            let text = std::fs::read(&path)
                .map_err(|e| Error::input(format!("the audit log cannot be read: {e}")).at(path.display().to_string()))?;
            for line in String::from_utf8_lossy(&text).lines() {
                match serde_json::from_str::<Line>(line) {
                    Ok(line) => lines.extend(Some(line).filter(|l| l.at >= since)),
                    Err(_) => broken += 1,
                }
            }
        }
        lines.sort_by_key(|l| l.at);
        Ok((lines, broken))
    }
}
