//! The job: a pass over each file, a walk over the tickets' keys for repeated contacts, and the table.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use memmap2::Mmap;

use crate::scan::{date, each, hash, in_parts, moment, records, whole};

const NOBODY: u32 = u32::MAX;
const WEEK: u32 = 7 * 86_400;

/// Weeks since Monday 1969-12-29.
fn week(at: u32) -> u32 {
    (at + 3 * 86_400) / WEEK
}

/// Numbers for the agents' names.
#[derive(Default)]
struct Names {
    numbers: HashMap<u64, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &[u8]) -> u32 {
        *self.numbers.entry(hash(name)).or_insert_with(|| {
            self.names.push(String::from_utf8_lossy(name).into_owned());
            self.names.len() as u32 - 1
        })
    }
}

/// A table from keys to values, one cache line a look-up.
struct Table<V> {
    slots: Vec<(u64, V)>,
}

impl<V: Copy + Default> Table<V> {
    fn new(keys: usize) -> Self {
        Self { slots: vec![(0, V::default()); (keys * 2).next_power_of_two()] }
    }

    /// The slot of the key, or the free one it would take.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (key >> 16) as usize & mask;
        while self.slots[at].0 != 0 && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }
}

/// A week of an agent. Totals of tickets are of those resolved in the week.
#[derive(Clone, Copy, Default)]
struct Cell {
    opened: u32,
    resolved: u32,
    straight: u32,
    in_time: u32,
    scores: u32,
    score: u32,
    happy: u32,
    repeated: u32,
    answered: u32,
    lost: u32,
    handled: u64,
}

/// Cells by week and agent.
#[derive(Default)]
struct Grid {
    weeks: Vec<Vec<Cell>>,
    first: u32,
}

impl Grid {
    #[inline]
    fn cell(&mut self, week: u32, agent: u32) -> &mut Cell {
        if self.first == 0 {
            self.first = week;
        }
        // A part of a file is in the order of time: nothing is earlier than its first row.
        let (week, agent) = ((week - self.first) as usize, agent as usize);
        if self.weeks.len() <= week {
            self.weeks.resize(week + 1, Vec::new());
        }
        if self.weeks[week].len() <= agent {
            self.weeks[week].resize(agent + 1, Cell::default());
        }
        &mut self.weeks[week][agent]
    }
}

/// What a part of a file gives.
#[derive(Default)]
struct Part {
    names: Names,
    grid: Grid,
    /// Who asked about what, when, and the ticket's resolved week and agent (in the numbers of this part).
    keys: Vec<(u64, u32, u32)>,
    /// Times to resolve, each with week and agent.
    took: Vec<(u32, u32)>,
}

fn place(week: u32, agent: u32) -> u32 {
    week << 16 | agent
}

fn tickets(text: &[u8], scores: &Table<u32>) -> Part {
    let mut part = Part::default();
    records::<20>(text, |row| {
        let (opened, resolved) = (moment(row[1]), moment(row[2]));
        let agent = if row[12].is_empty() { NOBODY } else { part.names.number(row[12]) };
        let mut at = NOBODY;
        if agent != NOBODY {
            part.grid.cell(week(opened), agent).opened += 1;
        }
        if agent != NOBODY && resolved != 0 {
            at = place(week(resolved), agent);
            let took = resolved - opened;
            part.took.push((at, took));
            let target = [4, 8, 24].get((row[5][0] - b'1') as usize).unwrap_or(&72) * 3_600;
            let score = scores.slots[scores.slot(hash(row[0]))].1;
            let cell = part.grid.cell(week(resolved), agent);
            cell.resolved += 1;
            cell.straight += u32::from(row[14] == b"0" && row[15] == b"0" && took <= 86_400);
            cell.in_time += u32::from(took <= target);
            cell.scores += u32::from(score > 0);
            cell.score += score;
            cell.happy += u32::from(score >= 4);
        }
        part.keys.push((hash(row[9]) ^ hash(row[6]).rotate_left(17), opened, at));
    });
    part
}

fn calls(text: &[u8]) -> Part {
    let mut part = Part::default();
    records::<12>(text, |row| {
        let agent = part.names.number(row[3]);
        let cell = part.grid.cell(week(moment(row[1])), agent);
        if row[9] == b"true" {
            cell.lost += 1;
        } else {
            cell.answered += 1;
            cell.handled += u64::from(whole(row[6]) + whole(row[7]) + whole(row[8]));
        }
    });
    part
}

fn surveys(text: &[u8]) -> Vec<(u64, u32)> {
    let mut scores = Vec::new();
    records::<4>(text, |row| scores.push((hash(row[0]), whole(row[2]))));
    scores
}

/// Places of the tickets that the same caller opened another one after within 7 days; `parts` are in the order of time.
fn repeated(parts: &[Part], share: u64, shares: u64) -> Vec<(usize, u32)> {
    let rows: usize = parts.iter().map(|part| part.keys.len()).sum();
    let mut before = Table::<(u32, u32, u32)>::new(rows / shares as usize + 1);
    let mut found = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        for &(key, opened, at) in part.keys.iter().filter(|(key, ..)| (key >> 56) % shares == share) {
            let slot = before.slot(key);
            let (known, (last, of, owner)) = before.slots[slot];
            if known != 0 && opened - last <= WEEK && of != NOBODY {
                found.push((owner as usize, of));
            }
            before.slots[slot] = (key, (opened, at, number as u32));
        }
    }
    found
}

/// Linear interpolation at `share` of the way through the values.
fn quantile(values: &mut [u32], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let (_, &mut low, above) = values.select_nth_unstable(place as usize);
    let high = above.iter().min().copied().unwrap_or(low);
    f64::from(low) + f64::from(high - low) * place.fract()
}

pub fn run(dir: &str, out: &str) -> io::Result<()> {
    // SAFETY: nobody writes to the files.
    let open = |name: &str| File::open(format!("{dir}/{name}.csv")).and_then(|file| unsafe { Mmap::map(&file) });
    let answers = in_parts(&open("surveys")?, surveys).concat();
    let mut scores = Table::new(answers.len());
    for (key, score) in answers {
        let slot = scores.slot(key);
        scores.slots[slot] = (key, score);
    }
    let tickets = in_parts(&open("tickets")?, |text| tickets(text, &scores));
    let calls = in_parts(&open("calls")?, calls);
    let shares: Vec<u64> = (0..tickets.len() as u64).collect();
    let repeats = each(&shares, |share| repeated(&tickets, *share, shares.len() as u64));

    let mut names = Names::default();
    let all = || tickets.iter().chain(&calls);
    let agents: Vec<Vec<usize>> =
        all().map(|part| part.names.names.iter().map(|name| names.number(name.as_bytes()) as usize).collect()).collect();
    let first = all().map(|part| part.grid.first).min().unwrap_or(0);
    let end = all().map(|part| part.grid.first + part.grid.weeks.len() as u32).max().unwrap_or(0);
    let width = names.names.len();
    let of = |part: usize, at: u32| ((at >> 16) - first) as usize * width + agents[part][at as usize & 0xFFFF];
    let mut cells = vec![Cell::default(); (end - first) as usize * width];
    for (number, part) in all().enumerate() {
        for (week, row) in (part.grid.first..).zip(&part.grid.weeks) {
            for (agent, from) in row.iter().enumerate() {
                let to = &mut cells[of(number, place(week, agent as u32))];
                *to = Cell {
                    opened: to.opened + from.opened,
                    resolved: to.resolved + from.resolved,
                    straight: to.straight + from.straight,
                    in_time: to.in_time + from.in_time,
                    scores: to.scores + from.scores,
                    score: to.score + from.score,
                    happy: to.happy + from.happy,
                    repeated: 0,
                    answered: to.answered + from.answered,
                    lost: to.lost + from.lost,
                    handled: to.handled + from.handled,
                };
            }
        }
    }
    for (part, at) in repeats.into_iter().flatten() {
        cells[of(part, at)].repeated += 1;
    }
    // The times to resolve, cell by cell.
    let mut ends: Vec<usize> = cells.iter().scan(0, |sum, cell| Some(std::mem::replace(sum, *sum + cell.resolved as usize))).collect();
    let mut took = vec![0; tickets.iter().map(|part| part.took.len()).sum()];
    for (number, part) in tickets.iter().enumerate() {
        for &(at, secs) in &part.took {
            let end = &mut ends[of(number, at)];
            took[*end] = secs;
            *end += 1;
        }
    }
    write(out, first, &names.names, &cells, &ends, &mut took)
}

fn write(out: &str, first: u32, names: &[String], cells: &[Cell], ends: &[usize], took: &mut [u32]) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(out)?);
    writeln!(
        out,
        "week,agent,tickets_resolved,bench_fcr,sla_resolution_resolved,csat_resolved_mean,csat_resolved,ttr_median,ttr_p90,\
         bench_repeat,calls_answered,aht,bench_abandoned,backlog"
    )?;
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&agent| &names[agent]);
    let mut backlog = vec![0; names.len()];
    let mut row = String::new();
    for (week, cells) in cells.chunks(names.len()).enumerate() {
        let monday = date((first + week as u32) * 7 - 3);
        for &agent in &order {
            let cell = &cells[agent];
            let end = ends[week * names.len() + agent];
            let took = &mut took[end - cell.resolved as usize..end];
            backlog[agent] += i64::from(cell.opened) - i64::from(cell.resolved);
            row.clear();
            let mut figure = |value: f64, n: u32| {
                use std::fmt::Write;
                let _ = if n == 0 { write!(row, ",") } else { write!(row, ",{}", value / f64::from(n)) };
            };
            for value in [cell.straight, cell.in_time] {
                figure(f64::from(value), cell.resolved);
            }
            for value in [cell.score, cell.happy] {
                figure(f64::from(value), cell.scores);
            }
            for share in [0.5, 0.9] {
                let n = cell.resolved.min(1);
                figure(if n == 0 { 0.0 } else { quantile(took, share) }, n);
            }
            figure(f64::from(cell.repeated), cell.resolved);
            figure(f64::from(cell.answered), 1);
            figure(cell.handled as f64, cell.answered);
            figure(f64::from(cell.lost), cell.answered + cell.lost);
            writeln!(out, "{monday},{},{}{row},{}", names[agent], cell.resolved, backlog[agent])?;
        }
    }
    out.flush()
}
