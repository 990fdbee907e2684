//! The small tables of the config: `[desk]`, `[report]`, `[repeat]`, `[levels]`, `[[event]]`.

use super::node::{Node, Table, did_you_mean};
use crate::clock::period::Unit;
use crate::clock::{parse_day, parse_local};
use crate::error::{Error, Result};
use crate::printer::{self, Printer};
use chrono::NaiveDate;
use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::BTreeMap;
use std::time::Duration;

/// `[desk]`: who the scorecards are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The name on the pages.
    pub name: String,
    /// The zone of weeks and of times shown.
    pub time_zone: Tz,
    /// The currency of costs, as shown; may be empty.
    pub currency: String,
    /// The instant the scorecards look back from, local to the desk: a text [`parse_local`] reads. None: the machine's now.
    pub as_of: Option<String>,
}

/// `[report]`: what `report` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The cut of time when none is asked for: week, month or quarter.
    pub period: Unit,
    /// The folder to write to, relative to the config's.
    pub out: String,
    /// The pages to make, of `desk`, `teams`, `suppliers`, `agents`, `sla`, `business`, `groups`, `people`, `knowledge`, `cost`, `review`.
    pub pages: Vec<String>,
    /// Further files to make, of `xlsx`, `markdown`, `text`, `json`, `csv`, `slack`, `teams`, `pdf`.
    pub outputs: Vec<String>,
    /// What prints pages to PDF; there if `outputs` has `pdf`.
    pub pdf: Option<Printer>,
    /// Whether the Excel that reads the CSV writes decimals with a comma.
    pub is_decimal_comma: bool,
    /// Where the folder of a period is published, without a `/` at its end: for the links in messages; `None`: no link.
    pub link: Option<String>,
    /// Whether each person has a folder of their own, `people/…`, with their card alone.
    pub own_folders: bool,
    /// Rates of agents with fewer rows are too few to speak of.
    pub min_n: u32,
    /// The language of what people read, as a tag: `en`, `de`.
    pub language: String,
    /// A file of texts that change or add to that language, relative to the config's folder.
    pub texts: Option<String>,
}

/// `[[event]]`: a dated marker on trend charts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The day, in the desk's zone.
    pub date: NaiveDate,
    /// What happened.
    pub label: String,
    /// Whether it made the desk another one, so that control charts begin a new phase; `label` is the reason.
    pub new_phase: bool,
}

impl Event {
    /// The day, in days since 1970.
    pub fn day(&self) -> i32 {
        self.date.to_epoch_days()
    }
}

/// The review page is made only where somebody asks for it: it has people's names beside patterns that may mean nothing.
pub(super) const PAGES: &[&str] =
    &["desk", "teams", "suppliers", "agents", "business", "groups", "sla", "people", "knowledge", "cost", "review"];
const USUAL_PAGES: usize = PAGES.len() - 1;
/// Keys of `[report]`.
const KEYS: &[&str] =
    &["period", "out", "pages", "outputs", "pdf", "pdf_timeout", "excel_decimal", "link", "own_folders", "min_n", "language", "texts"];
/// Further files of a scorecard.
pub(super) const OUTPUTS: &[&str] = &["xlsx", "markdown", "text", "json", "csv", "slack", "teams", "pdf"];
pub(super) const LEVELS: &[&str] = &["L1", "L2", "L3", "field", "supplier"];

impl Default for Report {
    fn default() -> Self {
        let pages = PAGES[..USUAL_PAGES].iter().map(ToString::to_string).collect();
        let language = crate::language::ENGLISH.to_owned();
        Self {
            period: Unit::Week,
            out: "scorecards".to_owned(),
            pages,
            outputs: Vec::new(),
            pdf: None,
            is_decimal_comma: false,
            link: None,
            own_folders: false,
            min_n: 5,
            language,
            texts: None,
        }
    }
}

impl Desk {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let desk = root.need("desk").map_err(|e| e.hint("start with [desk], name = \"...\" and time_zone = \"Europe/Berlin\""))?;
        let desk = desk.table("[desk]", &["name", "time_zone", "currency", "as_of"])?;
        Ok(Self {
            name: desk.need("name")?.text()?.to_owned(),
            time_zone: desk.need("time_zone")?.zone()?,
            currency: desk.get("currency").map_or(Ok(String::new()), |n| n.word())?,
            as_of: desk.get("as_of").map(|n| as_of(&n)).transpose()?,
        })
    }
}

fn as_of(node: &Node<'_>) -> Result<String> {
    let text = node.date_text()?;
    let error = || node.error(format!("`{text}` is not a local date and time")).hint("write \"2026-11-16 06:00\" or \"2026-11-16\"");
    parse_local(&text).map(|_| text.clone()).ok_or_else(error)
}

impl Report {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let mut report = Self::default();
        let Some(node) = root.get("report") else { return Ok(report) };
        let table = node.table("[report]", KEYS)?;
        if let Some(node) = table.get("period") {
            report.period = node.choice(&["week", "month", "quarter"])?.parse()?;
        }
        if let Some(out) = table.text("out")? {
            report.out = out;
        }
        if let Some(node) = table.get("pages") {
            report.pages = choices(&node, PAGES)?;
        }
        if let Some(node) = table.get("outputs") {
            report.outputs = choices(&node, OUTPUTS)?;
        }
        report.pdf = printer(&table)?;
        if let Some(node) = table.get("outputs").filter(|_| report.pdf.is_none() && report.outputs.iter().any(|o| o == "pdf")) {
            return Err(node.error("`outputs` has `pdf`, and nothing says which program prints it").hint(printer::EXAMPLE));
        }
        if let Some(node) = table.get("excel_decimal") {
            report.is_decimal_comma = node.choice(&[".", ","])? == ",";
        }
        report.link = table.text("link")?.map(|link| link.trim_end_matches('/').to_owned());
        report.own_folders = table.get("own_folders").map_or(Ok(false), |n| n.flag())?;
        if let Some(node) = table.get("min_n") {
            report.min_n = u32::try_from(node.integer()?).map_err(|_| node.error("`min_n` must be a number of rows, 0 or more"))?;
        }
        if let Some(language) = table.text("language")? {
            report.language = language;
        }
        report.texts = table.text("texts")?;
        Ok(report)
    }
}

/// `pdf`, the command that prints, and `pdf_timeout`, how long a page may take.
fn printer(table: &Table<'_>) -> Result<Option<Printer>> {
    let Some(node) = table.get("pdf") else {
        return match table.get("pdf_timeout") {
            Some(node) => Err(node.key_error("`pdf_timeout` is given, and `pdf` does not say which program prints").hint(printer::EXAMPLE)),
            None => Ok(None),
        };
    };
    let patience = match table.get("pdf_timeout") {
        Some(node) => Duration::from_secs(node.plain_secs()? as u64),
        None => printer::PATIENCE,
    };
    let made = Printer::new(node.texts()?, patience);
    made.map(Some).map_err(|e| e.hints.iter().fold(node.error(e.what.clone()), |error, hint| error.hint(hint.clone())))
}

/// Distinct words of `known`, in the order given.
fn choices(node: &Node<'_>, known: &[&'static str]) -> Result<Vec<String>> {
    node.texts()?;
    let mut words: Vec<String> = Vec::new();
    for item in node.items() {
        let word = item.choice(known)?;
        if words.iter().any(|w| w == word) {
            return Err(item.error(format!("`{word}` is given twice")));
        }
        words.push(word.to_owned());
    }
    Ok(words)
}

/// `[repeat] by`: the columns that make two contacts the same.
pub(super) fn repeat_by(root: &Table<'_>) -> Result<Vec<String>> {
    let default = vec!["requester".to_owned()];
    let Some(node) = root.get("repeat") else { return Ok(default) };
    let table = node.table("[repeat]", &["by"])?;
    let Some(node) = table.get("by") else { return Ok(default) };
    let by = choices(&node, &["requester", "category", "service"])?;
    if by.contains(&default[0]) { Ok(by) } else { Err(node.error("`by` must name `requester`: a repeat is by the same person")) }
}

/// `[first_level] cannot_resolve`: categories that never count against net first contact resolution.
pub(super) fn not_first_level(root: &Table<'_>) -> Result<Vec<String>> {
    let Some(node) = root.get("first_level") else { return Ok(Vec::new()) };
    let table = node.table("[first_level]", &["cannot_resolve"])?;
    table.get("cannot_resolve").map_or(Ok(Vec::new()), |n| n.texts())
}

/// `[levels]`: group to level.
pub(super) fn levels(root: &Table<'_>) -> Result<BTreeMap<String, String>> {
    let Some(node) = root.get("levels") else { return Ok(BTreeMap::new()) };
    let nodes = node.open_table("[levels]")?.nodes();
    nodes.iter().map(|n| Ok((n.key.to_owned(), n.choice(LEVELS)?.to_owned()))).collect()
}

/// `[[event]]`, in the order of the file.
pub(super) fn events(root: &Table<'_>) -> Result<Vec<Event>> {
    let read = |node: &Node<'_>| {
        let table = node.table("[[event]]", &["date", "label", "new_phase"])?;
        Ok(Event {
            date: crate::clock::date(table.need("date")?.day()?),
            label: table.need("label")?.text()?.to_owned(),
            new_phase: table.get("new_phase").map_or(Ok(false), |n| n.flag())?,
        })
    };
    root.tables("event")?.iter().map(read).collect()
}

impl Node<'_> {
    /// An IANA time zone.
    pub(crate) fn zone(&self) -> Result<Tz> {
        let name = self.text()?;
        name.parse().map_err(|_| no_such_zone(self.error(format!("unknown time zone `{name}`")), name))
    }

    /// A day since 1970 from `2026-11-16`.
    pub(crate) fn day(&self) -> Result<i32> {
        let text = self.date_text()?;
        parse_day(&text).ok_or_else(|| self.error(format!("`{text}` is not a date")).hint("write \"2026-11-16\""))
    }
}

/// The error with the zone that was meant, where that can be told.
pub(crate) fn no_such_zone(error: Error, name: &str) -> Error {
    let names: Vec<&str> = TZ_VARIANTS.iter().map(|z| z.name()).collect();
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    let wanted = city(&name.replace(' ', "_"));
    // People write the city alone, or the right city under the wrong continent.
    let same_city = names.iter().find(|n| city(n) == wanted);
    match same_city {
        // The signs of `Etc/GMT+5` are those of POSIX: it lies west of Greenwich.
        _ if wanted.starts_with("gmt") || wanted.starts_with("utc") => {
            error.hint("name the place, such as `Europe/Berlin`, or `UTC`; `Etc/GMT-5` is five hours ahead of UTC, all year")
        }
        Some(zone) => error.hint(format!("did you mean `{zone}`?")),
        None if name.contains('/') => did_you_mean(error, name, &names),
        // Abbreviations look like each other: a near one is not what was meant.
        None => error.hint("use an IANA name such as `Europe/Berlin` or `UTC`"),
    }
}
