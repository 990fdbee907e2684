//! Timestamps: no text makes a form or a search panic; a search never finds two forms that read a value differently, and what is left
//! unread is the lesser part.
#![no_main]

use deskcard::ingest::cells::timestamp::{Form, FormProblem, FormSearch, Order, is_null_instant};
use libfuzzer_sys::fuzz_target;

const FORMS: [&str; 12] = [
    "iso",
    "epoch-s",
    "epoch-ms",
    "excel-serial",
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y day-fraction",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d/%b/%y %I:%M %p",
    "%Y%m%dT%H%M%S%z",
    "%b %d, %Y %I:%M[:%S] %p",
    "%d/%m/%y %H:%M[:%S]%z",
    "%Y-%m-%d %H:%M:%S%.f",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, text)) = data.split_first() else { return };
    let cells: Vec<&[u8]> = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|c| !c.is_empty()).collect();
    for form in FORMS.map(|pattern| Form::compile(pattern).expect("a form")) {
        for stamp in cells.iter().filter_map(|cell| form.parse(cell)) {
            assert!((-62_135_596_800..=253_402_300_799).contains(&stamp.secs), "the years 1 to 9999");
        }
    }
    cells.iter().for_each(|cell| _ = is_null_instant(cell));
    let order = [None, Some(Order::Dmy), Some(Order::Mdy), None][usize::from(first & 3)];
    let mut search = FormSearch::new(order).headed(if first & 4 == 0 { "" } else { "Created" });
    for (line, cell) in (2..).zip(&cells) {
        search.feed(cell, line);
    }
    let has_failed = search.has_failed();
    match search.finish() {
        Ok(found) => {
            assert!(!has_failed && !found.forms.is_empty());
            let mut read = 0;
            for cell in &cells {
                let mut readings: Vec<_> = found.forms.iter().filter_map(|form| form.parse(cell)).collect();
                readings.dedup();
                assert!(readings.len() <= 1, "{:?} by {:?}", String::from_utf8_lossy(cell), found.forms);
                read += readings.len();
            }
            assert!(read * 2 >= cells.len(), "{read} of {} read by {:?}", cells.len(), found.forms);
        }
        Err(FormProblem::NoValues) => assert!(cells.is_empty()),
        Err(FormProblem::Ambiguous { .. }) => assert!(order.is_none()),
        Err(_) => {}
    }
    // A pattern may be anything as well.
    if let Ok(form) = Form::compile(&String::from_utf8_lossy(cells.first().unwrap_or(&&b""[..]))) {
        cells.iter().for_each(|cell| _ = form.parse(cell));
    }
});
