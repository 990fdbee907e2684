//! Lengths of time: no text makes a unit or a search panic; of the units a search finds only one reads a value, and what is left unread
//! is the lesser part.
#![no_main]

use deskcard::ingest::cells::duration::{DurationProblem, DurationSearch, DurationUnit, Units};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let header = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let cells: Vec<&[u8]> = lines.filter(|c| !c.is_empty()).collect();
    for (_, unit) in DurationUnit::ALL {
        cells.iter().for_each(|cell| _ = unit.parse(cell));
    }
    let mut search = DurationSearch::new(&header);
    for (line, cell) in (2..).zip(&cells) {
        search.feed(cell, line);
    }
    match search.finish() {
        Ok(found) => {
            assert!(Units::new(found.units.clone()).is_ok(), "{found:?}");
            for cell in &cells {
                let readings = found.units.iter().filter_map(|unit| unit.parse_in(found.style, cell)).count();
                assert!(readings <= 1, "{:?} by {:?}", String::from_utf8_lossy(cell), found.units);
            }
            let units = found.into_units();
            let read = cells.iter().filter(|cell| units.parse(cell).is_some()).count();
            assert!(read * 2 >= cells.len(), "{read} of {} read by {units:?}", cells.len());
        }
        Err(DurationProblem::NoValues) => assert!(cells.is_empty()),
        Err(problem) => assert!(!problem.to_string().is_empty() && !problem.answer().is_empty()),
    }
});
