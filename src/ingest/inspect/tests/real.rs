//! The real exports beside the checkout: what `init` writes maps them as the configs do that are known to give the right figures.

use super::*;
use crate::ingest::inspect::group;
use crate::ingest::preset::find_header;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A column as it is read: its headers, unit and forms, the words beyond the preset's.
type Read = (Vec<String>, Vec<String>, Vec<String>);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The units said; seconds are what is taken where nothing is.
fn units(m: &ColumnMapping) -> Vec<String> {
    m.units.iter().map(|u| u.name().to_owned()).filter(|u| u != "s").collect()
}

/// What a config makes of a header: declared columns first, as when files are read.
fn read(settings: &Settings, header: &[String]) -> BTreeMap<&'static str, Read> {
    let columns = &settings.sources[0].columns;
    let found = |m: &ColumnMapping, taken: &BTreeSet<usize>| {
        let fields = |names: &Vec<String>| names.iter().map(|n| find_header(header, n)).collect::<Option<Vec<usize>>>();
        m.headers.iter().filter_map(fields).find(|f| !f.iter().any(|f| taken.contains(f)))
    };
    let declared: Vec<_> = columns.iter().filter(|m| m.is_declared).filter_map(|m| Some((m, found(m, &BTreeSet::new())?))).collect();
    let taken: BTreeSet<usize> = declared.iter().flat_map(|(_, f)| f.clone()).collect();
    let guessed = columns.iter().filter(|m| !m.is_declared).filter_map(|m| Some((m, found(m, &taken)?)));
    let all = declared.clone().into_iter().chain(guessed.collect::<Vec<_>>());
    let shown = |f: Vec<usize>| f.into_iter().map(|f| header[f].clone()).collect();
    all.map(|(m, f)| (m.canonical.name, (shown(f), units(m), m.timestamps.clone()))).collect()
}

/// The columns that the config `init` writes reads in another way than the known config, and how: known, proposed.
fn differences(data: &str, config_name: &str, zone: chrono_tz::Tz) -> Option<BTreeMap<&'static str, (String, String)>> {
    let data = root().join("../shared/data").join(data);
    let known = std::fs::read_to_string(root().join(format!("tests/real/{config_name}.toml")));
    let (true, Ok(known)) = (data.exists(), known) else {
        eprintln!("skipped: {} or its config is not there", data.display());
        return None;
    };
    let mut files: Vec<PathBuf> = if data.is_dir() {
        let entries = std::fs::read_dir(&data).expect("a folder").map(|e| e.expect("an entry").path());
        entries.filter(|p| p.extension().is_some_and(|e| e == "csv")).collect()
    } else {
        vec![data]
    };
    files.sort();
    let read_file = |path: &PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned();
        let mut data = sample(text.trim_start_matches('\u{feff}'));
        data.rows.truncate(20_000);
        (path.display().to_string(), data)
    };
    let groups = group(files.iter().map(read_file).collect());
    assert_eq!(groups.len(), 1, "files of one shape");
    let found = inspect(&groups[0].sample, zone);
    let (_, proposed) = settings(&found);
    let known = Settings::parse(&known, Path::new("deskcard.toml")).expect("the known config");
    assert_eq!(proposed.sources[0].rows(), known.sources[0].rows(), "{config_name}");
    let header = &groups[0].sample.header;
    let (known, proposed) = (read(&known, header), read(&proposed, header));
    let names: BTreeSet<&'static str> = known.keys().chain(proposed.keys()).copied().collect();
    let told = |read: Option<&Read>| read.map_or_else(String::new, |r| format!("{r:?}"));
    Some(names.into_iter().filter(|n| known.get(n) != proposed.get(n)).map(|n| (n, (told(known.get(n)), told(proposed.get(n))))).collect())
}

fn names(differences: &BTreeMap<&'static str, (String, String)>) -> Vec<&'static str> {
    differences.keys().copied().collect()
}

#[test]
fn a_call_centre_in_three_dresses() {
    for (file, config) in [("calls_iso", "iso"), ("calls_pandas_1900", "pandas"), ("calls_german_excel", "german")] {
        let Some(found) = differences(&format!("pwc_calls/{file}.csv"), &format!("pwc_calls_{config}"), chrono_tz::Europe::Zurich) else {
            return;
        };
        // Of ISO days the known config spells the form out; the search proves the same one.
        let expected: &[&str] = if config == "iso" { &["start_at"] } else { &[] };
        assert_eq!(names(&found), expected, "{config}: {found:?}");
    }
}

#[test]
fn an_audit_log_in_two_dresses() {
    for (file, config) in [("119998", "servicenow_uci"), ("5998_excel", "servicenow_uci_excel")] {
        let Some(found) = differences(&format!("servicenow_uci/incident_event_log_{file}.csv"), config, chrono_tz::UTC) else { return };
        assert_eq!(found, BTreeMap::new(), "{config}");
    }
}

#[test]
fn requests_of_a_city() {
    let Some(found) = differences("boston_311_2015", "boston_311_2015", chrono_tz::America::New_York) else { return };
    // A title the known config had no use for.
    assert_eq!(names(&found), ["subject"], "{found:?}");
}

#[test]
fn a_staff_list_and_a_desk_with_two_clocks() {
    let Some(found) = differences("hr/HRDataset_v14.csv", "hr", chrono_tz::America::New_York) else { return };
    assert_eq!(found, BTreeMap::new());
    let Some(found) = differences("two_clock_desk/tickets.csv", "two_clock_desk", chrono_tz::UTC) else { return };
    assert_eq!(found, BTreeMap::new());
}

#[test]
fn a_banks_calls_as_far_as_honest() {
    let Some(found) = differences("bank_calls/calls_august.csv", "bank_calls", chrono_tz::Asia::Jerusalem) else { return };
    // Which time of day is the start of a call, and that of its answer, is asked.
    assert_eq!(names(&found), ["answer_at", "start_at"], "{found:?}");
}
