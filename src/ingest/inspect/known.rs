//! What the presets know of a kind of export, seen from the file: the only part of `inspect` that touches presets.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::columns::Source;
use crate::ingest::preset::{Preset, names, normalise};
use crate::settings::{ColumnMapping, Options};

/// The headers of a file, found by name as [`find_header`] finds them, but without looking at each.
///
/// [`find_header`]: crate::ingest::preset::find_header
#[derive(Debug)]
pub(super) struct Header<'a> {
    exact: HashMap<&'a str, usize>,
    normal: HashMap<String, usize>,
}

impl<'a> Header<'a> {
    pub(super) fn new(names: &'a [String]) -> Self {
        let (mut exact, mut normal) = (HashMap::new(), HashMap::new());
        for (field, name) in names.iter().enumerate() {
            exact.entry(name.as_str()).or_insert(field);
            normal.entry(normalise(name)).or_insert(field);
        }
        Self { exact, normal }
    }

    pub(super) fn find(&self, wanted: &str) -> Option<usize> {
        self.exact.get(wanted).or_else(|| self.normal.get(&normalise(wanted))).copied()
    }
}

/// The preset of no product in particular.
pub(super) const GENERIC: &str = "generic";

/// One preset's knowledge of one kind of source.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The preset's name in a config.
    pub(super) preset: String,
    /// The product's name as its maker writes it.
    pub(super) product: String,
    pub(super) kind: Source,
    /// What it maps, in canonical order.
    pub(super) columns: Vec<ColumnMapping>,
    /// Headers only this product's export of this kind has.
    pub(super) signature: Vec<String>,
    /// Null marks of all columns.
    pub(super) nulls: Vec<String>,
    /// Whether it says which of day and month comes first.
    pub(super) says_order: bool,
    /// Its forms of timestamps; empty: to be proved.
    pub(super) timestamps: Vec<String>,
    /// What it says of all files of the kind.
    pub(super) options: Options,
}

/// Every kind every preset knows, presets in the order they are listed. Read once.
pub(super) fn all() -> &'static [Known] {
    static ALL: OnceLock<Vec<Known>> = OnceLock::new();
    ALL.get_or_init(|| {
        // Embedded presets are read by the tests; one that cannot be read is no candidate.
        let presets = names().into_iter().filter_map(|name| Preset::named(name)?.ok());
        presets
            .flat_map(|p| Source::ALL.map(|kind| known(&p, kind)))
            .filter(|k| !k.columns.is_empty() || k.options.shape.is_some())
            .collect()
    })
}

fn known(preset: &Preset, kind: Source) -> Known {
    Known {
        preset: preset.name.clone(),
        product: preset.product.clone(),
        kind,
        columns: kind.columns().iter().filter_map(|c| preset.said(kind, c).into_mapping(c)).collect(),
        signature: preset.signature(kind).to_vec(),
        nulls: preset.nulls.clone(),
        says_order: preset.order.is_some(),
        timestamps: preset.timestamps.clone(),
        options: preset.options(kind),
    }
}

impl Known {
    pub(super) fn is_generic(&self) -> bool {
        self.preset == GENERIC
    }

    /// What it maps a column from.
    pub(super) fn column(&self, name: &str) -> Option<&ColumnMapping> {
        self.columns.iter().find(|c| c.canonical.name == name)
    }

    /// Whether all columns a row of this kind must have come from headers of the file.
    pub(super) fn has_required(&self, header: &Header<'_>) -> bool {
        // A wide file's measures and values are made of its headers and cells.
        let is_made = |name: &str| ["measure", "value"].contains(&name) && self.options.measures.iter().any(|m| header.find(m).is_some());
        let has = |name: &str| is_made(name) || self.column(name).is_some_and(|c| c.constant.is_some() || fields(c, header).is_some());
        self.kind.columns().iter().filter(|c| c.is_required).all(|c| has(c.name))
    }

    /// How many headers of the file it maps.
    pub(super) fn mapped(&self, header: &Header<'_>) -> usize {
        let measures = self.options.measures.iter().filter_map(|m| header.find(m));
        let mut fields: Vec<usize> = self.columns.iter().filter_map(|c| fields(c, header)).flatten().chain(measures).collect();
        fields.sort_unstable();
        fields.dedup();
        fields.len()
    }

    /// The headers of its signature that the file has.
    pub(super) fn signed(&self, header: &Header<'_>) -> Vec<&str> {
        self.signature.iter().filter(|s| header.find(s).is_some()).map(String::as_str).collect()
    }

    /// Whether a wide file's column becomes rows.
    pub(super) fn measures(&self, header: &str) -> bool {
        self.options.measures.iter().any(|m| normalise(m) == normalise(header))
    }

    /// The names of a file without a header row, if there is a list of its width.
    pub(super) fn names_for(&self, width: usize) -> Option<&[String]> {
        self.options.headers.iter().find(|n| n.len() == width).map(Vec::as_slice)
    }
}

/// The fields a mapping takes: those of the first alternative whose headers are all there.
pub(super) fn fields(mapping: &ColumnMapping, header: &Header<'_>) -> Option<Vec<usize>> {
    mapping.headers.iter().find_map(|names| names.iter().map(|n| header.find(n)).collect())
}

/// Whether the names are those given to a file without a header row.
pub(super) fn is_nameless(header: &[String]) -> bool {
    !header.is_empty() && header.iter().enumerate().all(|(i, h)| normalise(h) == format!("column {}", i + 1))
}
