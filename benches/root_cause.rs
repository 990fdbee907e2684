//! How often the search names the true cause of a real fault: `cargo bench --bench root_cause -- FOLDER` (default: the RS data set beside the
//! checkout, 68 faults of a video service, each with its answer in `anomaly.yaml`).
//!
//! One setting for all faults. A row is viewers and how many of them stalled; the fault is one minute, and up to four minutes before it are
//! the period before. Scores as in the literature: micro F1 over segments, exact match, one answer a fault; and whether the answer or
//! one of its two rivals is right. `benches/README.md` says how the settings were chosen.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use deskcard::stats::scan::{Attribute, Condition, Outcome, Question, Rows, Search, scan};

type Failure = Box<dyn Error>;

/// Minutes before the fault that are the period before.
const BEFORE: usize = 4;

/// `name=value` of each condition, sorted.
type Segment = Vec<String>;

struct Fault {
    name: String,
    minute: u64,
    causes: Vec<Segment>,
}

/// Rows of the fault and the minutes before, with the texts of the codes.
#[derive(Default)]
struct Data {
    names: Vec<String>,
    values: Vec<Vec<String>>,
    codes: Vec<Vec<u32>>,
    events: Vec<u32>,
    trials: Vec<u32>,
    now: Vec<bool>,
}

#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    missed: usize,
    in_three: usize,
    faults: usize,
}

impl Tally {
    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrong + self.missed).max(1) as f64
    }
}

fn main() -> Result<(), Failure> {
    let folder =
        std::env::args().skip(1).find(|arg| !arg.starts_with('-')).map_or_else(|| "../shared/data/root_cause_rs".into(), PathBuf::from);
    let is_verbose = std::env::args().any(|arg| arg == "--verbose");
    let answers = folder.join("anomaly.yaml");
    if !answers.exists() {
        eprintln!("no faults: {} is not there", answers.display());
        return Ok(());
    }
    let faults = faults(&std::fs::read_to_string(answers)?);
    let (mut tally, mut slowest, mut seconds) = (Tally::default(), 0.0_f64, 0.0);
    let mut halves = [Tally::default(), Tally::default()];
    for (place, fault) in faults.iter().enumerate() {
        let data = read(&folder, fault)?;
        let start = Instant::now();
        let said = answer(&data)?;
        let took = start.elapsed().as_secs_f64();
        (slowest, seconds) = (slowest.max(took), seconds + took);
        count(&mut tally, fault, &said);
        count(&mut halves[place % 2], fault, &said);
        if is_verbose {
            println!("{}\t{took:.3} s\tsaid {said:?}\ttrue {:?}", fault.name, fault.causes);
        }
    }
    println!("faults {}, causes {}", tally.faults, tally.right + tally.missed);
    println!("one answer: micro F1 {:.3} (right {}, wrong {}, missed {})", tally.f1(), tally.right, tally.wrong, tally.missed);
    println!("every other fault: {:.3}, {:.3}", halves[0].f1(), halves[1].f1());
    println!("right among three: {:.3}", tally.in_three as f64 / tally.faults.max(1) as f64);
    println!("seconds: {:.3} a fault, slowest {slowest:.3}, all {seconds:.2}", seconds / tally.faults.max(1) as f64);
    Ok(())
}

/// The answer and its rivals; nothing if the search claims nothing.
fn answer(data: &Data) -> Result<Vec<Segment>, Failure> {
    let attributes: Vec<Attribute> =
        data.codes.iter().zip(&data.values).map(|(codes, values)| Attribute { codes, cardinality: values.len() as u32 }).collect();
    let rows = Rows {
        attributes: &attributes,
        outcome: Outcome::Share { events: &data.events, trials: &data.trials },
        now: data.now.contains(&false).then_some(&data.now),
        stratum: None,
    };
    let search = Search { question: Question::Within, answers: 1, ..Search::default() };
    let scan = scan(&rows, &search, &|_, _| {})?;
    let Some(found) = scan.found.first() else { return Ok(Vec::new()) };
    Ok(std::iter::once(&found.conditions).chain(&found.rivals).map(|conditions| segment(data, conditions)).collect())
}

fn segment(data: &Data, conditions: &[Condition]) -> Segment {
    let text = |c: &Condition| format!("{}={}", data.names[c.attribute], data.values[c.attribute][c.code as usize]);
    let mut segment: Segment = conditions.iter().map(text).collect();
    segment.sort();
    segment
}

fn count(tally: &mut Tally, fault: &Fault, said: &[Segment]) {
    let right = usize::from(said.first().is_some_and(|segment| fault.causes.contains(segment)));
    tally.faults += 1;
    tally.right += right;
    tally.wrong += said.len().min(1) - right;
    tally.missed += fault.causes.len() - right;
    tally.in_three += usize::from(said.iter().any(|segment| fault.causes.contains(segment)));
}

/// The rows of the fault's minute and of those before it.
fn read(folder: &Path, fault: &Fault) -> Result<Data, Failure> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{}.csv", fault.name)))?;
    let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let place = |name: &str| header.iter().position(|column| column == name).ok_or_else(|| format!("{}: no column {name}", fault.name));
    let (minute, value, count) = (place("min")?, place("value")?, place("cnt")?);
    let attributes: Vec<usize> = (0..header.len()).filter(|column| ![minute, value, count].contains(column)).collect();
    let rows = reader
        .records()
        .map(|record| Ok((record.as_ref().map_or(Ok(0), |r| r[minute].parse::<u64>())?, record?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut before: Vec<u64> = rows.iter().map(|(at, _)| *at).filter(|&at| at < fault.minute).collect();
    before.sort_unstable();
    before.dedup();
    let first = before.len().saturating_sub(BEFORE);
    let mut data = Data { names: attributes.iter().map(|&column| header[column].clone()).collect(), ..Data::default() };
    data.values = vec![Vec::new(); attributes.len()];
    data.codes = vec![Vec::new(); attributes.len()];
    for (at, record) in rows.iter().filter(|(at, _)| *at == fault.minute || before[first..].contains(at)) {
        for (place, &column) in attributes.iter().enumerate() {
            let code = code(&mut data.values[place], &record[column]);
            data.codes[place].push(code);
        }
        let trials = record[count].parse::<f64>()? as u32;
        data.trials.push(trials);
        data.events.push((record[value].parse::<f64>()? as u32).min(trials));
        data.now.push(*at == fault.minute);
    }
    Ok(data)
}

fn code(values: &mut Vec<String>, text: &str) -> u32 {
    let known = values.iter().position(|value| value == text);
    let place = known.unwrap_or_else(|| {
        values.push(text.to_owned());
        values.len() - 1
    });
    place as u32
}

/// Just enough YAML: `- data:`, `timestamp:` and `cause:` lines, a cause being `{'name': value, …}` or a list of them.
fn faults(yaml: &str) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for line in yaml.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match (key.trim_start_matches('-').trim(), faults.last_mut()) {
            ("data", _) => faults.push(Fault { name: value.to_owned(), minute: 0, causes: Vec::new() }),
            ("timestamp", Some(fault)) => fault.minute = value.parse().unwrap_or(0),
            ("cause", Some(fault)) => fault.causes = value.split('{').skip(1).map(cause).collect(),
            _ => {}
        }
    }
    faults
}

fn cause(text: &str) -> Segment {
    let text = text.split('}').next().unwrap_or_default();
    let unquoted = |part: &str| part.trim().trim_matches('\'').to_owned();
    let pair = |pair: &str| pair.split_once(':').map(|(name, value)| format!("{}={}", unquoted(name), unquoted(value)));
    let mut segment: Segment = text.split(',').filter_map(pair).collect();
    segment.sort();
    segment
}
