//! Numbers: no text makes a style or a search panic; a style reads what it must, and what is left unread is the lesser part.
#![no_main]

use deskcard::ingest::cells::number::{NumberProblem, NumberSearch, NumberStyle, int, int_in, number, number_in};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let cells: Vec<&[u8]> = data.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|c| !c.is_empty()).collect();
    let mut search = NumberSearch::new();
    for (line, cell) in (2..).zip(&cells) {
        for style in NumberStyle::ALL {
            assert!(number_in(style, cell).is_none_or(f64::is_finite));
            // A whole number is a number in the same style.
            assert!(int_in(style, cell).is_none() || number_in(style, cell).is_some() || cell.len() > 21);
        }
        assert!(number(cell).is_none() || number_in(NumberStyle::PLAIN, cell) == number(cell));
        assert!(int(cell).is_none() || int_in(NumberStyle::PLAIN, cell) == int(cell));
        search.feed(cell, line);
    }
    match search.finish() {
        Ok(found) => {
            let read = cells.iter().filter(|cell| number_in(found.style, cell).is_some()).count();
            assert!(read * 2 >= cells.len(), "{read} of {} read by {found:?}", cells.len());
        }
        Err(NumberProblem::NoValues) => assert!(cells.is_empty()),
        Err(problem) => assert!(!problem.to_string().is_empty() && !problem.answer().is_empty()),
    }
});
