//! `deskcard.toml` as plain structs: read once, checked as far as it can be without the data, every error with its place.

mod calendars;
pub(crate) mod column;
mod desk;
mod given;
mod judge;
pub mod mail;
mod metric;
pub(crate) mod node;
mod parameters;
mod privacy;
mod run;
mod schema;
pub mod sla;
pub(crate) mod source;
mod span;
mod targets;

pub use calendars::{Calendars, HolidayFile, Schedules};
pub use column::{ColumnMapping, Part};
pub(crate) use desk::no_such_zone;
pub use desk::{Desk, Event, Report};
pub use given::{Cost, Prices};
pub use judge::{Judge, People};
pub use mail::{Attach, Mail};
pub(crate) use metric::is_name;
pub use metric::{KINDS, OwnMetric, TABLES, UNITS};
pub use parameters::{Number, Parameters};
pub use privacy::Privacy;
pub use run::{Guards, History, Run};
#[cfg(test)]
pub(crate) use schema::check as schema_check;
pub use schema::schema;
pub use sla::Sla;
pub use source::{ALWAYS_BORNE, Options, Order, RowRule, Rows, Shape, SourceSettings};
pub use span::{Span, wait_secs};
pub use targets::Goal;

use crate::error::{Error, Result};
use node::{File, Table};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The whole config.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The config file.
    pub path: PathBuf,
    /// Its folder: what paths in it are relative to.
    pub dir: PathBuf,
    /// The first 12 hexadecimal digits of the SHA-256 of its text.
    pub hash: String,
    /// Who the scorecards are about.
    pub desk: Desk,
    /// What `report` makes.
    pub report: Report,
    /// The numbers fact expressions use.
    pub parameters: Parameters,
    /// The columns that make two contacts the same; `requester` is always among them.
    pub repeat_by: Vec<String>,
    /// Group to level of support.
    pub levels: BTreeMap<String, String>,
    /// Categories the first level cannot resolve (`[first_level] cannot_resolve`): outside net first contact resolution.
    pub not_first_level: Vec<String>,
    /// People in each department of the customer, as far as the config says.
    pub departments: BTreeMap<String, u32>,
    /// What a ticket and a contact cost, as far as the config says.
    pub cost: Cost,
    /// What is promised, and by which clock.
    pub sla: Sla,
    /// When the desk is open, and the calendars with a name.
    pub calendars: Calendars,
    /// Goals in the order of the file; the metrics are not checked yet.
    pub goals: Vec<Goal>,
    /// Dated markers in the order of the file.
    pub events: Vec<Event>,
    /// When a difference matters, and how sure a verdict must be.
    pub judge: Judge,
    /// What the roster holds.
    pub people: People,
    /// What others may read about people.
    pub privacy: Privacy,
    /// Where everything taken in is kept; `None` where the config does not speak of it.
    pub history: Option<History>,
    /// What an unattended run does.
    pub run: Run,
    /// What a run must notice.
    pub guards: Guards,
    /// Through which server scorecards are sent, as whom, and to whom; `None` where the config does not speak of it.
    pub mail: Option<Mail>,
    /// The exports to read, in the order of the file; at least one.
    pub sources: Vec<SourceSettings>,
    /// The desk's own metrics, in the order of the file.
    pub metrics: Vec<OwnMetric>,
}

const TABLES_OF_THE_FILE: &[&str] = &[
    "desk",
    "report",
    "parameters",
    "repeat",
    "levels",
    "first_level",
    "departments",
    "cost",
    "sla",
    "calendar",
    "calendars",
    "goals",
    "judge",
    "people",
    "privacy",
    "history",
    "run",
    "guards",
    "mail",
    "event",
    "source",
    "metric",
];

impl Settings {
    /// Reads and checks a config file. Every error is a config error with its place and what to try.
    pub fn load(path: &Path) -> Result<Self> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|e| {
            Error::config(format!("cannot read the config {shown}: {e}"))
                .hint("name it with --config, or start in the folder that holds deskcard.toml; `deskcard init FOLDER` writes one for a folder of exports")
        })?;
        let text = String::from_utf8(bytes).map_err(|e| not_utf8(&e, path))?;
        Self::parse(&text, path)
    }

    /// The same file with changes of its `[sla]`, each `path=value`.
    ///
    /// # Errors
    /// A config error for a change that cannot be read, or that makes the config wrong.
    pub fn changed(&self, changes: &[String]) -> Result<Self> {
        let text = std::fs::read_to_string(&self.path)
            .map_err(|e| Error::config(format!("cannot read the config {} again: {e}", self.path.display())))?;
        Self::parse(&sla::what_if::changed(&text, changes)?, &self.path)
            .map_err(|e| e.hint(format!("with --what-if {}", changes.join(" --what-if "))))
    }

    /// Checks the text of a config file; `path` says where it came from.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = File { name: &name, text };
        let document = file.parse()?;
        let root = Table::root(file, &document, TABLES_OF_THE_FILE)?;
        let desk = Desk::read(&root)?;
        let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let calendars = calendars::calendars(&root, desk.time_zone, dir)?;
        let names: Vec<&str> = calendars.named.keys().map(String::as_str).collect();
        let sla = sla::sla(&root, &names)?;
        let report = Report::read(&root)?;
        let mail = Mail::read(&root, dir)?;
        mail::check_attachments(&root, mail.as_ref(), &report)?;
        let parameters = root.get("parameters").map(|n| n.table("[parameters]", Parameters::keys())).transpose()?;
        Ok(Self {
            path: path.to_owned(),
            dir: dir.to_owned(),
            hash: hash(text),
            report,
            parameters: Parameters::read(parameters.as_ref())?,
            repeat_by: desk::repeat_by(&root)?,
            levels: desk::levels(&root)?,
            not_first_level: desk::not_first_level(&root)?,
            departments: given::departments(&root)?,
            cost: Cost::read(&root)?,
            sla,
            calendars,
            goals: targets::goals(&root)?,
            events: desk::events(&root)?,
            judge: Judge::read(&root)?,
            people: People::read(&root)?,
            privacy: Privacy::read(&root)?,
            history: root.get("history").map(|_| History::read(&root)).transpose()?,
            run: Run::read(&root)?,
            guards: Guards::read(&root)?,
            mail,
            sources: source::sources(&root, desk.time_zone)?,
            metrics: metric::metrics(&root)?,
            desk,
        })
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(6).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn not_utf8(error: &std::string::FromUtf8Error, path: &Path) -> Error {
    let start = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(&error.as_bytes()[..start]).into_owned();
    let place = File { name: &path.display().to_string(), text: &text }.place(&(start..start));
    Error::config("the config is not UTF-8 text").at(place).hint("save it as UTF-8")
}

#[cfg(test)]
mod tests;
