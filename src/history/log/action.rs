//! What an entry of the log says, and how each is written.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::commit_info::CommitInfo;
use super::schema::{Field, fields, schema_string};
use super::uri;
use crate::error::Result;

/// Highest reader version that is understood.
pub(super) const READER: u32 = 1;

/// Highest writer version that is understood.
pub(super) const WRITER: u32 = 2;

/// One change of a table: a line of an entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Action {
    /// What a program must know to read and write the table; the first version has one.
    #[serde(rename = "protocol")]
    Protocol(Protocol),
    /// The table's columns and settings, all of them; the first version has one.
    #[serde(rename = "metaData")]
    Metadata(Metadata),
    /// How far an application is, for not doing twice what was done.
    #[serde(rename = "txn")]
    Transaction(Transaction),
    /// A file that is no longer part of the table.
    #[serde(rename = "remove")]
    Remove(Remove),
    /// A file whose rows are part of the table.
    #[serde(rename = "add")]
    Add(Add),
    /// Who did it, and why.
    #[serde(rename = "commitInfo")]
    CommitInfo(CommitInfo),
}

/// What a program must know to read and write a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Protocol {
    /// Version of the protocol to read it.
    pub min_reader_version: u32,
    /// Version of the protocol to write it.
    pub min_writer_version: u32,
}

impl Default for Protocol {
    /// The versions that are written here.
    fn default() -> Self {
        Self { min_reader_version: READER, min_writer_version: WRITER }
    }
}

/// A table's columns and settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Identity of the table: a UUID.
    pub id: String,
    /// Its name, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is in it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How its files are written.
    #[serde(default)]
    pub format: Format,
    /// Its columns as JSON: see [`schema_string`].
    pub schema_string: String,
    /// The columns that its files are parted by; they are no columns of the files.
    pub partition_columns: Vec<String>,
    /// When it was made: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
    /// Its settings. Names that start with `delta.` are the protocol's.
    #[serde(default)]
    pub configuration: BTreeMap<String, String>,
}

impl Metadata {
    /// The metadata of a table of Parquet files with these columns, those it is parted by at the end of them.
    ///
    /// # Errors
    /// A config error if two columns have the same name.
    pub fn new(id: String, columns: &[Field], partition_columns: &[&str]) -> Result<Self> {
        let partition_columns = partition_columns.iter().map(|&name| name.to_owned()).collect();
        Ok(Self { id, schema_string: schema_string(columns)?, partition_columns, ..Self::default() })
    }

    /// The columns.
    ///
    /// # Errors
    /// An input error if the schema is damaged or has a column of a kind that is not known here.
    pub fn fields(&self) -> Result<Vec<Field>> {
        fields(&self.schema_string)
    }
}

/// How the files of a table are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// Name of the format: `parquet`.
    pub provider: String,
    /// Settings of the format: none are known.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

impl Default for Format {
    fn default() -> Self {
        Self { provider: "parquet".to_owned(), options: BTreeMap::new() }
    }
}

/// The values of the partition columns of a file, `None` where it is missing.
pub type PartitionValues = BTreeMap<String, Option<String>>;

/// A file whose rows are part of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Add {
    /// Path from the table's folder, as the disk knows it; percent-encoded in the log only.
    #[serde(with = "uri")]
    pub path: String,
    /// What all its rows have in the partition columns.
    #[serde(deserialize_with = "partition_values")]
    pub partition_values: PartitionValues,
    /// Bytes of the file.
    pub size: u64,
    /// When the file was made: milliseconds since 1970, UTC.
    pub modification_time: i64,
    /// Whether rows came or went; false if they were only arranged anew.
    pub data_change: bool,
    /// What is known of its rows, as JSON: see [`super::Stats`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<String>,
}

/// A file that is no longer part of the table. It stays on the disk for older versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remove {
    /// Path from the table's folder, as in [`Add::path`].
    #[serde(with = "uri")]
    pub path: String,
    /// When it left the table: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<i64>,
    /// As in [`Add::data_change`].
    #[serde(default = "yes")]
    pub data_change: bool,
    /// Whether the partition values and the size are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_file_metadata: Option<bool>,
    /// As in [`Add::partition_values`].
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some_partition_values")]
    pub partition_values: Option<PartitionValues>,
    /// Bytes of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Remove {
    /// The removal of a file at a moment: milliseconds since 1970, UTC.
    pub fn of(file: &Add, at: i64, data_change: bool) -> Self {
        Self {
            path: file.path.clone(),
            deletion_timestamp: Some(at),
            data_change,
            extended_file_metadata: Some(true),
            partition_values: Some(file.partition_values.clone()),
            size: Some(file.size),
        }
    }
}

/// How far an application is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// The application.
    pub app_id: String,
    /// Number of what it did last, in its own counting.
    pub version: i64,
    /// When: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<i64>,
}

fn yes() -> bool {
    true
}

/// An empty text stands for a missing value, whatever the column's type.
fn partition_values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PartitionValues, D::Error> {
    some_partition_values(deserializer)?.ok_or_else(|| D::Error::custom("partitionValues is null"))
}

fn some_partition_values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PartitionValues>, D::Error> {
    let values = Option::<PartitionValues>::deserialize(deserializer)?;
    let missing_if_empty = |(column, value): (String, Option<String>)| (column, value.filter(|value| !value.is_empty()));
    Ok(values.map(|values| values.into_iter().map(missing_if_empty).collect()))
}
