//! `[[source]]`: an export, where its files are and how they are written. Presets say the same of all files of a product.

use super::column::{ColumnMapping, columns, text_lists, timestamp_forms, trimmed};
use super::metric::is_name;
use super::node::{Node, Table, did_you_mean, joined};
use crate::columns::Source;
use crate::error::Result;
use crate::ingest::preset::{self, Preset};
use chrono_tz::Tz;

/// Which of day and month comes first in `03/04/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rows {
    /// One row a ticket, call …; of two rows with the same id the later counts.
    #[default]
    Latest,
    /// Every row is a state of its ticket: the last one is the ticket, all are its events.
    Versions,
    /// Every row is a leg of its call: the legs are folded into one call.
    Legs,
}

/// A file that is no table until a reader written for it makes one of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Asterisk's `queue_log`: a line an event of a call.
    QueueLog,
}

/// A rule about which rows to leave out, by the words of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRule {
    /// The header of the column.
    pub column: String,
    /// The cell texts it is about, without regard to case; one that ends in `*` stands for all texts with that beginning.
    pub words: Vec<String>,
    /// Whether rows with these words are left out, or all others.
    pub drops_matches: bool,
    /// Whether a file without the header is an error, or loses no row.
    pub is_needed: bool,
}

/// What holds for all files of a source: a preset's word, or the config's over it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// What the rows are.
    pub rows: Option<Rows>,
    /// Rows to leave out.
    pub set_aside: Option<Vec<RowRule>>,
    /// Rows that tell that the product cut its export short: a warning.
    pub partial: Option<RowRule>,
    /// What became of a caller whom no agent took, where the product says "answered" or nothing: a word of `outcome`.
    pub no_agent: Option<String>,
    /// Names for files without a header row: the list with as many names as a file has columns counts.
    pub headers: Vec<Vec<String>>,
    /// Row counts at which the product cuts its exports off.
    pub row_limits: Vec<u64>,
    /// Headers of a wide file whose columns become rows: for observations.
    pub measures: Vec<String>,
    /// The reader that makes a table of the file.
    pub shape: Option<Shape>,
    /// The zone of local timestamps.
    pub time_zone: Option<Tz>,
    /// The delimiter.
    pub delimiter: Option<u8>,
    /// The character around cells that hold delimiters; `Some(None)`: quotes are text.
    pub quote: Option<Option<u8>>,
    /// Before a quote that is text; `Some(None)`: such quotes are doubled.
    pub escape: Option<Option<u8>>,
    /// Whether a carriage return alone ends a line too.
    pub any_line_ends: Option<bool>,
    /// Whether blanks behind a delimiter belong to it.
    pub blanks: Option<bool>,
    /// The encoding, by its WHATWG label.
    pub encoding: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The file of an archive.
    pub member: Option<String>,
    /// Lines above the header.
    pub lines_above: Option<usize>,
    /// Rows the header is made of; 0: there is none.
    pub header_rows: Option<usize>,
    /// What comes before a fraction, `.` or `,`, and what groups digits, if anything does.
    pub decimal: Option<(String, Option<String>)>,
    /// Whether texts hold HTML entities.
    pub html: Option<bool>,
}

/// An export with its preset resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSettings {
    /// Its name, unique in the config.
    pub name: String,
    /// What its rows are.
    pub kind: Source,
    /// Globs, relative to the config's folder, or `-` for standard input; at least one.
    pub files: Vec<String>,
    /// The preset's name.
    pub preset: String,
    /// The product's name, or `the product`.
    pub product: String,
    /// How its files are written.
    pub options: Options,
    /// The zone of its local timestamps.
    pub time_zone: Tz,
    /// The answer to an ambiguous date order; None: to be proved from the values.
    pub order: Option<Order>,
    /// Accepted forms of timestamps (strftime), tried in order; empty: to be proved from the values.
    pub timestamps: Vec<String>,
    /// Cell texts, trimmed, that mean nothing is there, besides the empty cell.
    pub nulls: Vec<String>,
    /// The share of a file's rows that may be rejected; above it, and above [`ALWAYS_BORNE`] rows, the file is refused.
    pub reject_limit: f64,
    /// The mapped columns, in canonical order.
    pub columns: Vec<ColumnMapping>,
    /// Further columns kept as text: our name, header; in the order of the file.
    pub extra: Vec<(String, String)>,
    /// Where it stands: `deskcard.toml:LINE:COLUMN`.
    pub at: String,
}

impl SourceSettings {
    /// What its rows are.
    pub fn rows(&self) -> Rows {
        self.options.rows.unwrap_or_default()
    }
}

/// So many rejected rows never make a file unusable by themselves.
pub const ALWAYS_BORNE: u64 = 10;

/// The share of rejected rows that is borne unless the config says another.
pub(super) const REJECT_LIMIT: f64 = 0.01;

/// Keys that a preset's `[options.KIND]` shares with `[[source]]`.
pub(crate) const OPTION_KEYS: &[&str] = &[
    "rows",
    "set_aside",
    "partial",
    "no_agent",
    "headers",
    "row_limits",
    "measures",
    "shape",
    "time_zone",
    "delimiter",
    "quote",
    "escape",
    "line_ends",
    "blanks",
    "encoding",
    "sheet",
    "member",
    "lines_above",
    "header_rows",
    "decimal",
    "thousands",
    "html",
];

/// Keys of `[[source]]` alone.
const OWN_KEYS: [&str; 11] =
    ["name", "kind", "files", "preset", "timestamps", "order", "nulls", "where", "reject_limit", "columns", "extra"];

pub(super) const KEYS: [&str; OWN_KEYS.len() + OPTION_KEYS.len()] = joined(&OWN_KEYS, OPTION_KEYS);

/// `[[source]]`, in the order of the file.
pub(super) fn sources(root: &Table<'_>, desk_zone: Tz) -> Result<Vec<SourceSettings>> {
    let mut sources: Vec<SourceSettings> = Vec::new();
    for node in root.tables("source")? {
        let source = source(&node, desk_zone)?;
        if let Some(twin) = sources.iter().find(|s| s.name == source.name) {
            let error = node.error(format!("there are two sources named `{}`", source.name));
            return Err(error.hint(format!("the other is at {}; give one of them another `name`", twin.at)));
        }
        sources.push(source);
    }
    if sources.is_empty() {
        return Err(root.error("there is no [[source]]").hint("add one: [[source]], kind = \"tickets\", files = [\"tickets-*.csv\"]"));
    }
    Ok(sources)
}

fn source(node: &Node<'_>, desk_zone: Tz) -> Result<SourceSettings> {
    let table = node.table("[[source]]", &KEYS)?;
    let kind = kind(&table.need("kind")?)?;
    let preset = named_preset(table.get("preset"))?;
    let timestamps = table.get("timestamps").map_or_else(|| Ok(preset.timestamps.clone()), |n| timestamp_forms(&n))?;
    let mut nulls = preset.nulls.clone();
    nulls.extend(trimmed(table.texts("nulls")?));
    let options = Options::read(&table, kind)?.over(preset.options(kind));
    let kept = table.get("where").map(|n| row_rule(&n, true)).transpose()?;
    let rules = kept.into_iter().chain(options.set_aside.clone().unwrap_or_default()).collect();
    let options = Options { set_aside: Some(rules), ..options };
    Ok(SourceSettings {
        name: table.text("name")?.unwrap_or_else(|| kind.name().to_owned()),
        kind,
        files: table.need("files")?.texts()?,
        preset: preset.name.clone(),
        product: if preset.product.is_empty() || preset.product == "any" { "the product".to_owned() } else { preset.product.clone() },
        time_zone: options.time_zone.unwrap_or(desk_zone),
        options,
        order: table.get("order").map(|n| order(&n)).transpose()?.or(preset.order),
        timestamps,
        nulls,
        reject_limit: table.get("reject_limit").map_or(Ok(REJECT_LIMIT), |n| share(&n))?,
        columns: columns(&table, kind, &preset)?,
        extra: extra(&table, kind)?,
        at: node.place(),
    })
}

impl Options {
    /// Reads the keys of a `[[source]]` or of a preset's `[options.KIND]`.
    pub(crate) fn read(table: &Table<'_>, kind: Source) -> Result<Self> {
        let rules = |n: &Node<'_>| n.items().iter().map(|n| row_rule(n, false)).collect();
        Ok(Self {
            rows: table.get("rows").map(|n| rows(&n, kind)).transpose()?,
            set_aside: table.get("set_aside").map(|n| rules(&n)).transpose()?,
            partial: table.get("partial").map(|n| row_rule(&n, false)).transpose()?,
            no_agent: table.get("no_agent").map(|n| n.choice(&["abandoned", "overflow"])).transpose()?.map(str::to_owned),
            headers: table.get("headers").map_or(Ok(Vec::new()), |n| text_lists(&n))?,
            row_limits: table.get("row_limits").map_or(Ok(Vec::new()), |n| n.items().iter().map(count).collect())?,
            measures: table.get("measures").map_or(Ok(Vec::new()), |n| measures(&n, kind))?,
            shape: table.get("shape").map(|n| n.choice(&["queue_log"])).transpose()?.map(|_| Shape::QueueLog),
            time_zone: table.get("time_zone").map(|n| n.zone()).transpose()?,
            delimiter: table.get("delimiter").map(|n| delimiter(&n)).transpose()?,
            quote: table.get("quote").map(|n| byte(&n, &["\"", "'", ""])).transpose()?,
            escape: table.get("escape").map(|n| byte(&n, &["\\", ""])).transpose()?,
            any_line_ends: table.get("line_ends").map(|n| n.choice(&["lf", "any"])).transpose()?.map(|ends| ends == "any"),
            blanks: table.get("blanks").map(|n| n.flag()).transpose()?,
            encoding: table.text("encoding")?,
            sheet: table.text("sheet")?,
            member: table.text("member")?,
            lines_above: table.get("lines_above").map(|n| count(&n).map(|n| n as usize)).transpose()?,
            header_rows: table.get("header_rows").map(|n| count(&n).map(|n| n as usize)).transpose()?,
            decimal: decimal(table)?,
            html: table.get("html").map(|n| n.flag()).transpose()?,
        })
    }

    /// What a config says over what its preset says.
    fn over(self, preset: Self) -> Self {
        Self {
            rows: self.rows.or(preset.rows),
            set_aside: self.set_aside.or(preset.set_aside),
            partial: self.partial.or(preset.partial),
            no_agent: self.no_agent.or(preset.no_agent),
            headers: if self.headers.is_empty() { preset.headers } else { self.headers },
            row_limits: if self.row_limits.is_empty() { preset.row_limits } else { self.row_limits },
            measures: if self.measures.is_empty() { preset.measures } else { self.measures },
            shape: self.shape.or(preset.shape),
            time_zone: self.time_zone.or(preset.time_zone),
            delimiter: self.delimiter.or(preset.delimiter),
            quote: self.quote.or(preset.quote),
            escape: self.escape.or(preset.escape),
            any_line_ends: self.any_line_ends.or(preset.any_line_ends),
            blanks: self.blanks.or(preset.blanks),
            encoding: self.encoding.or(preset.encoding),
            sheet: self.sheet.or(preset.sheet),
            member: self.member.or(preset.member),
            lines_above: self.lines_above.or(preset.lines_above),
            header_rows: self.header_rows.or(preset.header_rows),
            decimal: self.decimal.or(preset.decimal),
            html: self.html.or(preset.html),
        }
    }
}

fn share(node: &Node<'_>) -> Result<f64> {
    let share = node.number()?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(node.error(format!("`{}` is a share from 0 to 1, such as 0.02", node.key))) }
}

fn count(node: &Node<'_>) -> Result<u64> {
    u64::try_from(node.integer()?).map_err(|_| node.error(format!("`{}` cannot be negative", node.key)))
}

/// `decimal` and, with it, `thousands`.
fn decimal(table: &Table<'_>) -> Result<Option<(String, Option<String>)>> {
    let decimal = table.get("decimal").map(|n| n.choice(&[".", ","])).transpose()?;
    // Not `text()`: the mark may be a blank.
    let thousands = table.get("thousands").map(|n| n.word().map(|w| (n, w))).transpose()?;
    match (decimal, thousands) {
        (None, None) => Ok(None),
        (None, Some((node, _))) => {
            Err(node.key_error("`thousands` goes with `decimal`").hint("say both: decimal = \",\", thousands = \".\""))
        }
        (Some(decimal), Some((node, mark))) if ![",", ".", " ", "'"].contains(&mark.as_str()) || mark == decimal => {
            Err(node.error(format!("`thousands` cannot be `{mark}` where `decimal` is `{decimal}`")))
        }
        (Some(decimal), thousands) => Ok(Some((decimal.to_owned(), thousands.map(|(_, mark)| mark)))),
    }
}

/// One of these characters; the empty text is none.
fn byte(node: &Node<'_>, known: &[&'static str]) -> Result<Option<u8>> {
    let word = node.word()?;
    match known.iter().find(|k| **k == word) {
        Some(found) => Ok(found.bytes().next()),
        None => Err(did_you_mean(node.error(format!("`{}` cannot be `{word}`", node.key)), &word, known)),
    }
}

fn measures(node: &Node<'_>, kind: Source) -> Result<Vec<String>> {
    if kind == Source::Observations { node.texts() } else { Err(node.key_error("`measures` is for sources of kind `observations` only")) }
}

fn kind(node: &Node<'_>) -> Result<Source> {
    node.choice(&Source::ALL.map(Source::name))?.parse()
}

fn named_preset(node: Option<Node<'_>>) -> Result<Preset> {
    let Some(node) = node else { return Preset::generic() };
    let name = node.text()?;
    let error = || did_you_mean(node.error(format!("unknown preset `{name}`")), name, &preset::names());
    Preset::named(name).ok_or_else(error)?
}

fn delimiter(node: &Node<'_>) -> Result<u8> {
    // Not `text()`: a tab is all blank.
    match node.word()?.as_str() {
        "," => Ok(b','),
        ";" => Ok(b';'),
        "\t" => Ok(b'\t'),
        "|" => Ok(b'|'),
        other => Err(node.error(format!("`delimiter` cannot be `{other}`")).hint("allowed: \",\" \";\" \"\\t\" \"|\"")),
    }
}

pub(crate) fn order(node: &Node<'_>) -> Result<Order> {
    Ok(if node.choice(&["dmy", "mdy"])? == "dmy" { Order::Dmy } else { Order::Mdy })
}

fn rows(node: &Node<'_>, kind: Source) -> Result<Rows> {
    let rows = match node.choice(&["latest", "versions", "legs"])? {
        "versions" => Rows::Versions,
        "legs" => Rows::Legs,
        _ => Rows::Latest,
    };
    match rows {
        Rows::Versions if kind != Source::Tickets => Err(node.error("`rows = \"versions\"` is for sources of kind `tickets` only")),
        Rows::Legs if kind != Source::Calls => Err(node.error("`rows = \"legs\"` is for sources of kind `calls` only")),
        rows => Ok(rows),
    }
}

/// `{ column = "…", is = ["…"] }` or `is_not`: of `where` the rows to keep, of `set_aside` those to leave out.
pub(super) fn row_rule(node: &Node<'_>, keeps: bool) -> Result<RowRule> {
    let table = node.table(if keeps { "`where`" } else { "`set_aside`" }, &["column", "is", "is_not"])?;
    let (words, is_not) = match (table.get("is"), table.get("is_not")) {
        (Some(is), None) => (is, false),
        (None, Some(is_not)) => (is_not, true),
        (Some(_), Some(both)) => return Err(both.key_error("`is` and `is_not` exclude each other")),
        (None, None) => return Err(table.error("it has neither `is` nor `is_not`")),
    };
    let words = trimmed(words.texts()?).into_iter().map(|w| w.to_lowercase()).collect();
    Ok(RowRule { column: table.need("column")?.text()?.to_owned(), words, drops_matches: keeps == is_not, is_needed: keeps })
}

fn extra(source: &Table<'_>, kind: Source) -> Result<Vec<(String, String)>> {
    let Some(node) = source.get("extra") else { return Ok(Vec::new()) };
    let read = |node: &Node<'_>| {
        if kind.column(node.key).is_some() {
            return Err(node.key_error(format!("`{}` is a canonical column of {kind}", node.key)).hint("map it in [source.columns]"));
        }
        if !is_name(node.key) {
            return Err(node
                .key_error(format!("`{}` cannot be a column name", node.key))
                .hint("use lower case letters, digits and underscores"));
        }
        Ok((node.key.to_owned(), node.text()?.to_owned()))
    };
    node.open_table("[source.extra]")?.nodes().iter().map(read).collect()
}
