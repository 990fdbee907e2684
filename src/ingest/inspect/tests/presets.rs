use super::*;
use crate::columns::Source;
use crate::ingest::inspect::known::{self, GENERIC, Known};
use crate::ingest::inspect::{Confidence, recognise};

/// The header of an export as the preset has it: its signature and the first names of its columns.
fn header(known: &Known) -> Vec<String> {
    let first = known.columns.iter().filter_map(|c| c.headers.first()).flatten();
    let mut header: Vec<String> = known.signature.iter().chain(first).chain(&known.options.measures).cloned().collect();
    let mut seen = std::collections::BTreeSet::new();
    header.retain(|h| seen.insert(crate::ingest::preset::normalise(h)));
    header
}

#[test]
fn every_preset_knows_its_own_header_again() {
    for known in known::all().iter().filter(|k| k.preset != GENERIC && k.signature.len() >= 2) {
        let choice = recognise::product(&header(known), known::all());
        let found = choice.known.unwrap_or_else(|| panic!("{} {}: not recognised", known.preset, known.kind));
        assert_eq!((found.preset.as_str(), found.kind), (known.preset.as_str(), known.kind));
        assert_eq!(choice.finding.confidence, Confidence::Certain, "{} {}", known.preset, known.kind);
        assert!(choice.rivals.is_empty(), "{} {}", known.preset, known.kind);
    }
}

#[test]
fn names_for_files_without_a_header_are_found_by_their_number() {
    for known in known::all() {
        for names in &known.options.headers {
            let rows = vec![vec![String::new(); names.len()]];
            let nameless = Sample { header: (1..=names.len()).map(|i| format!("column {i}")).collect(), rows, ..Sample::default() };
            let named = recognise::with_names(&nameless, known::all()).expect("names");
            assert_eq!(named.header, *names, "{}", known.preset);
        }
    }
    let nameless = Sample { header: vec!["column 1".to_owned()], ..Sample::default() };
    assert_eq!(recognise::with_names(&nameless, known::all()), None);
}

#[test]
fn a_file_with_a_reader_of_its_own_is_known_by_its_lines() {
    let Some(known) = known::all().iter().find(|k| k.options.shape.is_some()) else { return };
    let line = |event: &str| ["1793606400", "1793606400.1", "desk", "SIP/8007", event, "3"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = ["ENTERQUEUE", "RINGNOANSWER", "CONNECT", "COMPLETECALLER"].map(line).to_vec();
    let log = Sample { header: (1..=6).map(|i| format!("column {i}")).collect(), rows_seen: 4, rows, is_whole: true, ..Sample::default() };
    let found = inspect(&log, Berlin);
    assert_eq!((found.kind.found.as_str(), found.product.confidence), ("calls", Confidence::Certain));
    assert!(found.proposal.toml().contains(&format!("preset = \"{}\"", known.preset)), "{}", found.proposal.toml());
    assert_eq!((found.questions.len(), found.columns[0].why.as_str()), (0, "read by its own reader"));
    let other = Sample { rows: vec![line("HELLO"); 4], ..log };
    assert_ne!(inspect(&other, Berlin).product.found, known.product);
}

/// A preset made up for the rules of recognition.
fn made_up(preset: &str, signature: &[&str], columns: &[&str]) -> Known {
    let all = known::all().iter().find(|k| k.preset == GENERIC && k.kind == Source::Tickets).expect("it is listed");
    let of = |name: &&str| {
        let own = all.columns.iter().find(|c| c.canonical.name == *name).expect("a column");
        ColumnMapping { headers: vec![vec![format!("{preset} {name}")]], ..own.clone() }
    };
    let signature = signature.iter().map(|s| (*s).to_owned()).collect();
    let columns = columns.iter().map(of).collect();
    Known { preset: preset.to_owned(), product: preset.to_uppercase(), columns, signature, ..all.clone() }
}

fn chosen(header: &[&str], known: &[Known]) -> (String, Confidence, usize) {
    let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
    let choice = recognise::product(&header, known);
    (choice.finding.found, choice.finding.confidence, choice.rivals.len())
}

#[test]
fn a_signature_counts_more_than_many_known_headers_and_a_tie_is_said() {
    let one = made_up("one", &["Moons", "Suns"], &["id", "created_at"]);
    let two = made_up("two", &[], &["id", "created_at", "status", "priority"]);
    let known = [one.clone(), two.clone()];
    let both = ["one id", "one created_at", "two id", "two created_at", "two status", "two priority"];
    assert_eq!(chosen(&both, &known), ("TWO".to_owned(), Confidence::Likely, 0));
    assert_eq!(chosen(&[&both[..], &["moons"]].concat(), &known), ("ONE".to_owned(), Confidence::Likely, 0));
    assert_eq!(chosen(&[&both[..], &["moons", "SUNS*"]].concat(), &known), ("ONE".to_owned(), Confidence::Certain, 0));
    assert_eq!(chosen(&["moons", "suns"], &known), (String::new(), Confidence::Guess, 0), "without what every row must have");
    let twin = Known { columns: one.columns.clone(), signature: one.signature.clone(), ..made_up("twin", &[], &[]) };
    let header = ["one id", "one created_at", "Moons", "Suns"];
    assert_eq!(chosen(&header, &[one, twin]), ("ONE".to_owned(), Confidence::Guess, 1));
}
