//! What is known about the exports of a product: its headers, words, timestamp forms and null marks, as data.

use crate::columns::{Column, Source, Type};
use crate::error::{Error, Result};
use crate::settings::column::{Said, timestamp_forms, unknown_column, words};
use crate::settings::node::{File, Node, Table};
use crate::settings::source::{OPTION_KEYS, Options, Order, order};
use std::collections::BTreeMap;

/// The embedded presets: name, text. A product is added by a line here and its file.
const FILES: &[(&str, &str)] = &[
    ("generic", include_str!("presets/generic.toml")),
    ("amazon_connect", include_str!("presets/amazon_connect.toml")),
    ("asterisk_cdr", include_str!("presets/asterisk_cdr.toml")),
    ("asterisk_queue_log", include_str!("presets/asterisk_queue_log.toml")),
    ("avaya_cms", include_str!("presets/avaya_cms.toml")),
    ("bmc_helix", include_str!("presets/bmc_helix.toml")),
    ("cisco_uccx", include_str!("presets/cisco_uccx.toml")),
    ("five9", include_str!("presets/five9.toml")),
    ("freshdesk", include_str!("presets/freshdesk.toml")),
    ("freshservice", include_str!("presets/freshservice.toml")),
    ("genesys_cloud", include_str!("presets/genesys_cloud.toml")),
    ("glpi", include_str!("presets/glpi.toml")),
    ("hr", include_str!("presets/hr.toml")),
    ("jira", include_str!("presets/jira.toml")),
    ("manageengine", include_str!("presets/manageengine.toml")),
    ("osticket", include_str!("presets/osticket.toml")),
    ("plain", include_str!("presets/plain.toml")),
    ("ringcentral", include_str!("presets/ringcentral.toml")),
    ("servicenow", include_str!("presets/servicenow.toml")),
    ("servicenow_task_sla", include_str!("presets/servicenow_task_sla.toml")),
    ("threecx", include_str!("presets/threecx.toml")),
    ("topdesk", include_str!("presets/topdesk.toml")),
    ("zammad", include_str!("presets/zammad.toml")),
    ("zendesk", include_str!("presets/zendesk.toml")),
    ("zoom_contact_center", include_str!("presets/zoom_contact_center.toml")),
];

/// Keys of a preset file besides the kinds of source.
const KEYS: &[&str] = &[
    "product",
    "inherits",
    "own_names",
    "nulls",
    "timestamps",
    "order",
    "words",
    "signature",
    "options",
    "tickets",
    "ticket_events",
    "calls",
    "surveys",
    "agents",
    "observations",
];

/// A product's exports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preset {
    /// Its name in a config.
    pub(crate) name: String,
    /// The product's name as its maker writes it.
    pub(crate) product: String,
    /// Forms of timestamps; empty: to be proved from the values.
    pub(crate) timestamps: Vec<String>,
    /// The date order, where the product always has the same.
    pub(crate) order: Option<Order>,
    /// Null marks.
    pub(crate) nulls: Vec<String>,
    columns: BTreeMap<(Source, &'static str), Said>,
    options: BTreeMap<Source, Options>,
    /// Headers that tell this product's export of a kind from others.
    signature: BTreeMap<Source, Vec<String>>,
    /// By column name, and under `flag` for all columns that are true or false.
    words: BTreeMap<String, BTreeMap<String, String>>,
}

/// The names of all presets.
pub fn names() -> Vec<&'static str> {
    FILES.iter().map(|(name, _)| *name).collect()
}

/// A header as it is compared when it does not match exactly: case, marks of required fields (`*`, `+`), a byte order mark and
/// the kind of gap between words do not count.
pub fn normalise(header: &str) -> String {
    let bare = header.trim_start_matches('\u{feff}').trim().trim_end_matches(['*', '+', ' ']);
    let words = bare.split(|c: char| c.is_whitespace() || c == '_' || c == '-').filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The position of a wanted header: an exact match if there is one, else the first that is the same when normalised.
pub fn find_header<S: AsRef<str>>(headers: &[S], wanted: &str) -> Option<usize> {
    let exact = headers.iter().position(|h| h.as_ref() == wanted);
    exact.or_else(|| {
        let wanted = normalise(wanted);
        headers.iter().position(|h| normalise(h.as_ref()) == wanted)
    })
}

impl Preset {
    /// The preset for exports of no product in particular.
    pub(crate) fn generic() -> Result<Self> {
        let (name, text) = FILES[0];
        Self::parse(name, text)
    }

    /// The preset of that name.
    pub(crate) fn named(name: &str) -> Option<Result<Self>> {
        let (name, text) = FILES.iter().find(|(n, _)| *n == name)?;
        Some(Self::with_inherited(name, text))
    }

    /// What this preset says about a column, words included.
    pub(crate) fn said(&self, kind: Source, column: &Column) -> Said {
        let mut said = self.columns.get(&(kind, column.name)).cloned().unwrap_or_default();
        let key = if column.kind == Type::Flag { "flag" } else { column.name };
        // A word said of this very column wins over one said of its name.
        let own = std::mem::replace(&mut said.values, self.words.get(key).cloned().unwrap_or_default());
        said.values.extend(own);
        said
    }

    /// What it says of all files of a kind.
    pub(crate) fn options(&self, kind: Source) -> Options {
        self.options.get(&kind).cloned().unwrap_or_default()
    }

    /// Headers that tell this product's export of a kind from others; empty if it says none.
    pub(crate) fn signature(&self, kind: Source) -> &[String] {
        self.signature.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// A preset always knows the words of the generic one, and its headers if it says `inherits = true`.
    fn with_inherited(name: &str, text: &str) -> Result<Self> {
        let own = Self::parse(name, text)?;
        if name == FILES[0].0 {
            return Ok(own);
        }
        let generic = Self::generic()?;
        let mut words = generic.words;
        for (column, map) in own.words {
            words.entry(column).or_default().extend(map);
        }
        let mut columns = if Self::inherits(name, text)? { generic.columns } else { BTreeMap::new() };
        columns.extend(own.columns);
        Ok(Self { columns, words, ..own })
    }

    fn inherits(name: &str, text: &str) -> Result<bool> {
        Self::with_root(name, text, |root| root.get("inherits").map_or(Ok(false), |n| Ok(n.word()? == "true")))
    }

    fn parse(name: &str, text: &str) -> Result<Self> {
        Self::with_root(name, text, |root| {
            let mut preset = Self {
                name: name.to_owned(),
                product: root.text("product")?.unwrap_or_default(),
                timestamps: root.get("timestamps").map_or(Ok(Vec::new()), |n| timestamp_forms(&n))?,
                order: root.get("order").map(|n| order(&n)).transpose()?,
                nulls: root.texts("nulls")?,
                words: all_words(root)?,
                ..Self::default()
            };
            for (kind, node) in by_kind(root, "signature")? {
                preset.signature.insert(kind, node.texts()?);
            }
            for (kind, node) in by_kind(root, "options")? {
                let table = node.table(format!("[options.{kind}]"), OPTION_KEYS)?;
                preset.options.insert(kind, Options::read(&table, kind)?);
            }
            for kind in Source::ALL {
                preset.read_columns(root, kind)?;
            }
            Ok(preset)
        })
    }

    fn with_root<T>(name: &str, text: &str, read: impl FnOnce(&Table<'_>) -> Result<T>) -> Result<T> {
        let file = File { name: &format!("presets/{name}.toml"), text };
        read(&Table::root(file, &file.parse()?, KEYS)?)
    }

    fn read_columns(&mut self, root: &Table<'_>, kind: Source) -> Result<()> {
        let table = root.get(kind.name()).map(|n| n.open_table(kind.name())).transpose()?;
        for node in table.as_ref().map_or_else(Vec::new, Table::nodes) {
            let column = kind.column(node.key).ok_or_else(|| unknown_column(&node, kind))?;
            self.columns.insert((kind, column.name), Said::read(&node, column)?);
        }
        if root.get("own_names").is_some() {
            for column in kind.columns() {
                self.columns.entry((kind, column.name)).or_default().headers.insert(0, vec![column.name.to_owned()]);
            }
        }
        Ok(())
    }
}

/// What `[key]` says of each kind of source.
fn by_kind<'a>(root: &Table<'a>, key: &str) -> Result<Vec<(Source, Node<'a>)>> {
    let Some(node) = root.get(key) else { return Ok(Vec::new()) };
    let nodes = node.open_table(format!("[{key}]"))?.nodes();
    nodes.into_iter().map(|n| Ok((n.key.parse().map_err(|e: Error| e.at(n.key_place()))?, n))).collect()
}

/// `[words.COLUMN]`: maps that hold for every column of that name.
fn all_words(root: &Table<'_>) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let Some(node) = root.get("words") else { return Ok(BTreeMap::new()) };
    node.open_table("[words]")?.nodes().iter().map(|n| Ok((n.key.to_owned(), words_of(n)?))).collect()
}

fn words_of(node: &Node<'_>) -> Result<BTreeMap<String, String>> {
    const FLAG: Column = Column { name: "flag", kind: Type::Flag, is_required: false, doc: "Any flag." };
    let named = Source::ALL.iter().find_map(|s| s.column(node.key));
    let column = if node.key == "flag" { Some(&FLAG) } else { named };
    words(node, column.ok_or_else(|| node.key_error(format!("no kind of source has a column `{}`", node.key)))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_preset_is_read_and_gives_no_header_two_meanings() {
        for (name, text) in FILES {
            let preset = Preset::named(name).expect("it is listed").expect(name);
            assert!(!preset.columns.is_empty(), "{name}");
            // What it says itself: an inherited header may be given another meaning by the product.
            let own = Preset::parse(name, text).expect(name);
            for kind in Source::ALL {
                let mut seen = BTreeSet::new();
                for ((_, column), said) in own.columns.iter().filter(|((k, _), _)| *k == kind) {
                    // In some rows a header may mean one column, in others another.
                    for header in said.headers.concat().into_iter().filter(|_| said.when.is_none()) {
                        assert!(seen.insert(normalise(&header)), "{name} {kind}.{column}: `{header}` is there twice");
                    }
                }
            }
        }
    }

    #[test]
    fn every_word_of_every_preset_is_one_its_column_may_hold() {
        for name in names() {
            let preset = Preset::named(name).expect("it is listed").expect(name);
            let mut checked = 0;
            for kind in Source::ALL {
                for column in kind.columns() {
                    let legal = column.kind.words();
                    for (raw, word) in preset.said(kind, column).values {
                        let is_legal = legal.map_or_else(|| word.parse::<f64>().is_ok(), |l| l.contains(&word.as_str()));
                        assert!(is_legal, "{name} {kind}.{}: {raw} = {word}", column.name);
                        assert_eq!(raw, raw.trim().to_lowercase());
                        checked += 1;
                    }
                }
            }
            assert!(checked > 100, "{name}");
        }
    }

    #[test]
    fn the_generic_preset_knows_every_canonical_name() {
        let generic = Preset::generic().expect("generic");
        for kind in Source::ALL {
            for column in kind.columns() {
                assert_eq!(generic.said(kind, column).headers[0], [column.name], "{kind}");
            }
        }
    }

    #[test]
    fn a_product_has_the_generic_words_but_not_its_headers() {
        let product = Preset::named("servicenow").expect("it is listed").expect("servicenow");
        let said = |name| product.said(Source::Tickets, Source::Tickets.column(name).expect("a column"));
        assert_eq!(said("status").values["awaiting user info"], "pending");
        assert_eq!(said("status").values["in bearbeitung"], "open");
        assert_eq!(said("sla_resolution_met").values["yes"], "true");
        assert!(said("id").headers.iter().all(|h| h != &["Ticket ID"]), "{:?}", said("id").headers);
        assert!(said("csat_score").headers.is_empty());
    }

    #[test]
    fn every_product_knows_yes_and_no_in_the_languages_of_exports() {
        let product = Preset::named("jira").expect("it is listed").expect("jira");
        let values = product.said(Source::Tickets, Source::Tickets.column("requester_vip").expect("a column")).values;
        let means = |word: &str| values.get(&word.to_lowercase()).map(String::as_str);
        for yes in ["true", "1", "ja", "WAHR", "Oui", "SÍ", "sì", "sim", "x", "X", "✓", "1.0", "on", "VERDADERO"] {
            assert!(means(yes) == Some("true") || crate::ingest::cells::flag::flag(yes.as_bytes()) == Some(true), "{yes}");
        }
        for no in ["FALSE", "0", "nein", "FAUX", "non", "NÃO", "nee", "✗", "0.0", "off", "Onwaar"] {
            assert!(means(no) == Some("false") || crate::ingest::cells::flag::flag(no.as_bytes()) == Some(false), "{no}");
        }
        for other in ["", "2", "maybe", "jaa", " ja", "n/a", "verdadero verdadero verdadero"] {
            assert!(means(other).is_none() && crate::ingest::cells::flag::flag(other.as_bytes()).is_none(), "{other}");
        }
        for (word, value) in &values {
            let short = crate::ingest::cells::flag::flag(word.as_bytes());
            assert!(short.is_none_or(|short| short.to_string() == *value), "{word}");
        }
    }

    #[test]
    fn a_word_of_a_column_wins_over_one_of_its_name() {
        let text = "order = \"mdy\"\n[words.status]\nlive = \"closed\"\ndead = \"closed\"\n\
                    [tickets]\nstatus = { header = \"S\", values = { Live = \"open\" } }\n";
        let preset = Preset::parse("made_up", text).expect("a preset");
        let said = |kind: Source| preset.said(kind, kind.column("status").expect("a column")).values;
        assert_eq!((said(Source::Tickets)["live"].as_str(), said(Source::Tickets)["dead"].as_str()), ("open", "closed"));
        assert_eq!(said(Source::TicketEvents)["live"], "closed");
        assert_eq!(preset.order, Some(Order::Mdy));
    }

    #[test]
    fn mistakes_in_a_preset_are_told_with_their_place() {
        let told = |text| Preset::parse("made_up", text).expect_err("refused").to_string();
        assert!(told("[ticket]\n").starts_with("presets/made_up.toml:1:2: unknown key `ticket`"));
        assert!(told("[tickets]\nnumber = \"x\"\n").starts_with("presets/made_up.toml:2:1: tickets have no column `number`"));
        assert!(told("[words.statsu]\n").starts_with("presets/made_up.toml:1:8: no kind of source has a column `statsu`"));
        assert!(told("[words.status]\na = \"on\"\n").starts_with("presets/made_up.toml:2:5: `on` is not a value of `status`"));
    }

    #[test]
    fn headers_match_exactly_first_and_then_loosely() {
        assert_eq!(normalise("\u{feff} Incident_ID*+ "), "incident id");
        assert_eq!(find_header(&["Incident ID*+", "incident-id", "INCIDENT  ID"], "incident_id"), Some(0));
        assert_eq!(find_header(&["Incident ID*+", "incident_id"], "incident_id"), Some(1));
        assert_eq!(find_header(&["number", "id"], "identifier"), None);
    }
}
