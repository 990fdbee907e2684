//! A wide file, a column a measure, as long rows: one for each measure a row has a value of.
//!
//! The columns that are no measures are kept as they are in every long row; nothing else of a row is lost.

use crate::error::{Error, Result};
use crate::ingest::preset::find_header;

/// The header of the column with the measure's name.
pub const MEASURE: &str = "measure";
/// The header of the column with its value.
pub const VALUE: &str = "value";

/// Which columns of a wide file are measures and which are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    headers: Vec<String>,
    /// Fields that are no measures, in the order of the file.
    kept: Vec<usize>,
    /// Fields that are, in the order in which the measures are listed.
    measures: Vec<usize>,
}

impl Wide {
    /// Finds the listed measures among the headers, compared as headers always are. One that the file lacks gives no rows:
    /// versions of a product differ.
    ///
    /// # Errors
    /// If the file has none of them, or a column already called `measure` or `value`.
    pub fn new(headers: &[String], measures: &[String]) -> Result<Self> {
        let mut found: Vec<usize> = Vec::new();
        for field in measures.iter().filter_map(|m| find_header(headers, m)) {
            if !found.contains(&field) {
                found.push(field);
            }
        }
        if found.is_empty() {
            return Err(Error::input(format!("none of the measures is a column: {}", some(measures)))
                .hint(format!("its columns are: {}", some(headers)))
                .hint("list those that are measures: measures = [\"...\"]"));
        }
        let kept: Vec<usize> = (0..headers.len()).filter(|field| !found.contains(field)).collect();
        if let Some(taken) = [MEASURE, VALUE].into_iter().find(|name| kept.iter().any(|&k| find_header(&headers[k..=k], name).is_some())) {
            return Err(Error::input(format!("the file has a column `{taken}` already: it is no wide file"))
                .hint("leave out `measures`: its rows are observations as they stand"));
        }
        Ok(Self { headers: headers.to_vec(), kept, measures: found })
    }

    /// The header of the long rows: the kept columns, then [`MEASURE`] and [`VALUE`].
    pub fn header(&self) -> Vec<&str> {
        self.kept.iter().map(|&k| self.headers[k].as_str()).chain([MEASURE, VALUE]).collect()
    }

    /// The kept cells of a row; a cell the row lacks is empty.
    pub fn kept<'a>(&'a self, row: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        self.kept.iter().map(|&k| row.get(k).copied().unwrap_or_default())
    }

    /// The measures of a row and their values, but for those that are null.
    pub fn values<'a>(&'a self, row: &'a [&'a str], is_null: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.measures.iter().filter_map(|&m| Some((self.headers[m].as_str(), row.get(m)?.trim())));
        cells.filter(move |(_, value)| !value.is_empty() && !is_null(value))
    }
}

/// At most a dozen names, as shown in a message.
fn some(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|n| format!("`{}`", n.chars().take(40).collect::<String>())).collect();
    let rest = names.len().saturating_sub(shown.len());
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn own(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn a_row_becomes_a_row_a_measure() {
        let headers = own(&["row_date", "starttime", "split", "acdcalls", "ABN-Calls"]);
        let wide = Wide::new(&headers, &own(&["abn calls", "acdcalls", "holdtime", "ACDCALLS"])).expect("a wide file");
        assert_eq!(wide.header(), ["row_date", "starttime", "split", "measure", "value"]);
        let row = ["11/02/2026", "0800", "1", " 12 ", "0"];
        assert_eq!(wide.kept(&row).collect::<Vec<_>>(), ["11/02/2026", "0800", "1"]);
        assert_eq!(wide.values(&row, |_| false).collect::<Vec<_>>(), [("ABN-Calls", "0"), ("acdcalls", "12")]);
        assert_eq!(wide.values(&row, |v| v == "0").collect::<Vec<_>>(), [("acdcalls", "12")]);
        assert_eq!(wide.values(&["", "", "", ""], |_| false).count(), 0);
        assert_eq!(wide.kept(&["x"]).collect::<Vec<_>>(), ["x", "", ""]);
    }

    #[test]
    fn what_is_no_wide_file_is_refused_with_what_to_do() {
        let told = |headers: &[&str], measures: &[&str]| Wide::new(&own(headers), &own(measures)).expect_err("refused").to_string();
        assert!(
            told(&["a", "b"], &["acdcalls"]).starts_with("none of the measures is a column: `acdcalls`\n  hint: its columns are: `a`, `b`")
        );
        assert!(told(&["Measure", "n"], &["n"]).starts_with("the file has a column `measure` already"));
        assert!(told(&["h"; 20], &["n"]).contains("and 8 more"));
        assert!(Wide::new(&own(&["value"]), &own(&["value"])).is_ok());
    }

    proptest! {
        #[test]
        fn no_value_is_lost_and_none_is_made(cells in vec("[ab ]{0,2}", 0..8), places in vec(0usize..6, 1..6)) {
            let headers: Vec<String> = (0..6).map(|i| format!("h{i}")).collect();
            let measures: Vec<String> = places.iter().map(|p| format!("H{p}")).collect();
            let row: Vec<&str> = cells.iter().map(String::as_str).collect();
            let wide = Wide::new(&headers, &measures).expect("known headers");
            let values: Vec<(&str, &str)> = wide.values(&row, |_| false).collect();
            let expected = (0..6).filter(|p| places.contains(p) && row.get(*p).is_some_and(|c| !c.trim().is_empty())).count();
            prop_assert_eq!(values.len(), expected);
            for (name, value) in values {
                let place: usize = name[1..].parse().expect("a digit");
                prop_assert_eq!(row[place].trim(), value);
            }
            prop_assert_eq!(wide.kept(&row).count() + 2, wide.header().len());
        }
    }
}
