//! The SLA clock of the benchmark as one would first write it: a loop over the local days of each span in which the clock runs,
//! every opening and closing asked of the zone's rules. It shares nothing with the product, so it is also a second opinion.
//!
//! usage: `dayloop DIR AS_OF ZONE OPEN CLOSE [HOLIDAY …]`, such as `dayloop desk 2025-12-29T00:00:00 Europe/London 08:00 18:00 2025-12-25`.
//! It prints `number,business_secs`, and to stderr the cpu seconds of reading and of the clock.

mod desk;
mod hours;

use std::error::Error;
use std::io::{BufWriter, Write, stdout};
use std::path::Path;
use std::time::Instant;

use chrono::{NaiveDateTime, NaiveTime};

use crate::desk::Desk;
use crate::hours::Hours;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [dir, as_of, zone, open, close, holidays @ ..] = &words[..] else {
        return Err("usage: dayloop DIR AS_OF ZONE OPEN CLOSE [HOLIDAY …]".into());
    };
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M");
    let holidays = holidays.iter().map(|day| day.parse()).collect::<Result<_, _>>()?;
    let hours = Hours { zone: zone.parse()?, open: time(open)?, close: time(close)?, holidays };
    let as_of = as_of.parse::<NaiveDateTime>()?.and_utc().timestamp();
    let start = Instant::now();
    let desk = Desk::read(Path::new(dir))?;
    let read = cpu_secs(start);
    eprintln!("read in {read:.3} s");
    let secs: Vec<i64> =
        (0..desk.tickets.len()).map(|at| desk.running(at, as_of).map(|(from, to)| hours.elapsed(from, to)).sum()).collect();
    eprintln!("clock in {:.3} s", cpu_secs(start) - read);
    let mut out = BufWriter::new(stdout().lock());
    writeln!(out, "number,business_secs")?;
    for (ticket, secs) in desk.tickets.iter().zip(secs) {
        writeln!(out, "{},{secs}", ticket.number)?;
    }
    out.flush().map_err(Into::into)
}

/// What this thread has had of the processor; where Linux does not say, the time since the start.
fn cpu_secs(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}
