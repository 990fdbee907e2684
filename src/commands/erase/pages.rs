//! What was made of the history: pages, records of runs, mails. Pages that name somebody who was erased are made again from the history as
//! it was then; those that cannot be made again are removed.

use std::path::{Path, PathBuf};

use super::super::report::{Base, desk, needed_since};
use super::super::run::plan::scorecard;
use super::super::{Context, send};
use super::names;
use crate::clock::parse_local;
use crate::clock::period::Period;
use crate::error::Result;
use crate::format::things;
use crate::guards::Code;
use crate::history::History;
use crate::mail::Outbox;
use crate::privacy::{Erased, Holds};
use crate::publish::file::{link, linked, replace};
use crate::publish::folder::{Folder, withdraw};
use crate::publish::retain::LATEST;
use crate::publish::{names_in, remove};
use crate::run_record::{self, RunRecord};
use crate::scorecard::{CardKind, RESTATED, Scorecard};

/// A published folder that names somebody who was erased.
pub(super) struct Touched {
    /// Its name: the period's id.
    pub(super) id: String,
    scorecard: Option<Scorecard>,
}

/// What is published, seen by who was erased.
pub(super) struct Pages<'a> {
    ctx: &'a Context,
    erased: &'a Erased,
    out: PathBuf,
    /// The folders that name them.
    pub(super) touched: Vec<Touched>,
}

/// What became of it.
#[derive(Debug, Default)]
pub(in crate::commands) struct Rest {
    remade: Vec<String>,
    removed: Vec<String>,
    records: usize,
    mails: usize,
}

impl Rest {
    /// In sentences.
    pub(in crate::commands) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.removed.is_empty() {
            lines.push(format!(
                "Removed, because they were not made by `deskcard run` of a history that still stands: the pages of {}.",
                self.removed.join(", ")
            ));
        }
        lines.push(format!(
            "{} made again, {} of runs rewritten, {} of the outbox withdrawn; `deskcard send` makes those for others again.",
            things(self.remade.len(), "folder", "folders"),
            things(self.records, "record", "records"),
            things(self.mails, "message", "messages")
        ));
        lines
    }
}

impl<'a> Pages<'a> {
    pub(super) fn new(ctx: &'a Context, erased: &'a Erased) -> Result<Self> {
        let out = ctx.settings.dir.join(&ctx.settings.report.out);
        let mut touched = Vec::new();
        for id in names_in(&out)?.unwrap_or_default().into_iter().filter(|id| Period::from_id(id).is_some()) {
            let folder = out.join(&id);
            let scorecard = scorecard(&folder)?;
            let has_card =
                scorecard.iter().flat_map(|s| &s.cards).any(|c| c.kind == CardKind::Agent && erased.pseudonym(&c.name).is_some());
            if has_card || is_named(erased, &folder) {
                touched.push(Touched { id, scorecard });
            }
        }
        Ok(Self { ctx, erased, out, touched })
    }

    /// Makes it anew. Mails go first: a command that is killed after the pages would not know any more which mails were made of them.
    pub(super) fn renew(&self, history: &History, templates: Option<&Path>) -> Result<Rest> {
        let mut rest = Rest { mails: self.withdraw_mails()?, ..Rest::default() };
        for touched in &self.touched {
            let is_remade = self.remake(touched, templates)?;
            if !is_remade {
                withdraw(&self.out.join(&touched.id))?;
            }
            if is_remade { &mut rest.remade } else { &mut rest.removed }.push(touched.id.clone());
        }
        self.repair_link()?;
        rest.records = self.rewrite_records(history)?;
        Ok(rest)
    }

    /// Makes the pages of a period again, from the history and the cut-off they were made of; false: that is not known any more.
    fn remake(&self, touched: &Touched, templates: Option<&Path>) -> Result<bool> {
        let (Some(old), Some(period)) = (&touched.scorecard, Period::from_id(&touched.id)) else { return Ok(false) };
        let (Some(batch), Some(as_of)) = (batch_of(&old.command), parse_local(&old.as_of)) else { return Ok(false) };
        let mut ctx = self.ctx.at(self.ctx.zone().to_utc(as_of).secs)?;
        ctx.look_back(needed_since(&ctx, &period), batch);
        let base = match desk(&ctx).and_then(|desk| Base::new(&ctx, desk, &period)) {
            Ok(base) => base,
            // A batch that was purged, a source that the config has no more.
            Err(error) => {
                self.ctx.tell(&format!("{}: {}", touched.id, error.one_line()));
                return Ok(false);
            }
        };
        let mut judged = base.judged(&period, &self.erased.rewrite(&old.command, Holds::Text))?;
        let is_of_its_run = |code: &str| code == RESTATED || Code::ALL.iter().any(|c| c.name().replace('_', "-") == code);
        for note in old.notes.iter().filter(|n| is_of_its_run(&n.code)) {
            if !judged.scorecard.notes.iter().any(|n| n.code == note.code) {
                judged.warn(&note.code, &self.erased.rewrite(&note.text, Holds::Text));
            }
        }
        let mut folder = Folder::start(&self.out.join(&touched.id))?;
        base.pages(&judged, templates)?.iter().try_for_each(|page| folder.write(&page.name, &page.bytes))?;
        folder.finish().map(|_| true)
    }

    /// `latest` leads to the newest folder that is there.
    fn repair_link(&self) -> Result<()> {
        let path = self.out.join(LATEST);
        let Some(target) = linked(&path)? else { return Ok(()) };
        if self.out.join(target).is_dir() {
            return Ok(());
        }
        let mut ids: Vec<Period> = names_in(&self.out)?.unwrap_or_default().iter().filter_map(|id| Period::from_id(id)).collect();
        ids.sort_by_key(|p| (p.end_day, p.first_day));
        match ids.last() {
            Some(newest) => link(&path, &newest.id),
            None => remove(&path),
        }
    }

    /// The records of runs with pseudonyms in the place of names; how many changed.
    fn rewrite_records(&self, history: &History) -> Result<usize> {
        let runs = history.dir().join("runs");
        let mut paths: Vec<PathBuf> = names_in(&runs)?.unwrap_or_default().iter().map(|name| runs.join(name)).collect();
        paths.push(self.out.join("run.json"));
        let mut changed = 0;
        for path in paths.iter().filter(|path| names(self.erased, path)) {
            let bytes = std::fs::read(path).unwrap_or_default();
            // One that this version cannot read is of no use to anybody, and names somebody.
            let rewritten = serde_json::from_slice::<RunRecord>(&bytes).ok().and_then(|record| self.rewritten(&record));
            match rewritten {
                Some(record) => replace(path, run_record::text(&record)?.as_bytes())?,
                None => remove(path)?,
            }
            changed += 1;
        }
        Ok(changed)
    }

    fn rewritten(&self, record: &RunRecord) -> Option<RunRecord> {
        let mut value = serde_json::to_value(record).ok()?;
        rewrite_strings(&mut value, self.erased);
        serde_json::from_value(value).ok()
    }

    /// Removes messages to who was erased, and those that wait and were made of pages that name them; how many.
    fn withdraw_mails(&self) -> Result<usize> {
        let place = send::place(self.ctx);
        if !place.is_dir() {
            return Ok(0);
        }
        let is_theirs =
            |entry: &crate::mail::Entry| self.erased.names(entry.to.as_str(), Holds::People) || self.erased.names(&entry.card, Holds::Text);
        Outbox::open(&place)?.withdraw(is_theirs, |entry| self.touched.iter().any(|t| t.id == entry.period))
    }
}

/// Whether any file below a folder names anybody.
fn is_named(erased: &Erased, folder: &Path) -> bool {
    let listed = std::fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    listed.map(|item| item.path()).any(|path| if path.is_dir() { is_named(erased, &path) } else { names(erased, &path) })
}

/// The batch of the history that pages were made of, as the command on them says that `run` writes: one with other options was typed by
/// somebody who wanted other pages.
fn batch_of(command: &str) -> Option<u64> {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["deskcard", "report", "--read", "history", "--batch", batch, "--period", _, "--as-of", _, _] => batch.parse().ok(),
        _ => None,
    }
}

fn rewrite_strings(value: &mut serde_json::Value, erased: &Erased) {
    match value {
        serde_json::Value::String(text) => *text = erased.rewrite(text, Holds::Text).into_owned(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| rewrite_strings(item, erased)),
        serde_json::Value::Object(map) => map.values_mut().for_each(|item| rewrite_strings(item, erased)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::batch_of;

    #[test]
    fn the_batch_is_read_from_the_command() {
        assert_eq!(batch_of("deskcard report --read history --batch 12 --period 2026-W46 --as-of \"2026-11-16 06:00\""), Some(12));
        assert_eq!(batch_of("deskcard report --read history --batch 12 --period 2026-W46 --team-only"), None);
        assert_eq!(batch_of("deskcard report --period 2026-W46"), None);
        assert_eq!(batch_of("deskcard report --batch"), None);
    }
}
