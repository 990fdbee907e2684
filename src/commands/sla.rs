//! `deskcard sla`: what was kept, where the product says otherwise, and what would be if.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufWriter, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table as Grid, presets};
use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::{Context, Outcome, stdout_failed};
use crate::cli::{Format, SlaArgs};
use crate::clock::period::Period;
use crate::desk::{Frame, codes, get, known, longs, text_of};
use crate::error::{Error, Result};
use crate::facts::{Facts, Table, Wanted};
use crate::format;
use crate::report::csv::safe_text;
use crate::scorecard::Unit;
use crate::settings::Settings;

pub(super) fn run(args: &SlaArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    // `--by ""` asks for no breakdown.
    let args = &SlaArgs { by: args.by.iter().filter(|c| !c.is_empty()).cloned().collect(), ..args.clone() };
    let ctx = Context::load(&args.common, now)?;
    let span = span(&ctx, args)?;
    if args.format == Format::Csv && !args.what_if.is_empty() {
        return Err(Error::config("--format csv lists the clocks as they are, without --what-if").hint("use --format json"));
    }
    let wanted = wanted(&ctx.settings, &args.by, args.format)?;
    let desk = ctx.desk(&wanted)?;
    desk.ledger.accept()?;
    let changed = match args.what_if.as_slice() {
        [] => None,
        changes => Some(ctx.settings.changed(changes)?),
    };
    let otherwise = changed
        .map(|settings| {
            let wanted = self::wanted(&settings, &args.by, args.format)?;
            // What the change needs is not always what was read.
            let desk =
                if wanted == self::wanted(&ctx.settings, &args.by, args.format)? { desk.clone() } else { ctx.desk_of(&settings, &wanted)? };
            Clocks::read(&Facts::make(&settings, desk, &wanted)?.0, &args.by, span)
        })
        .transpose()?;
    let (facts, _) = ctx.facts_of(desk, &wanted)?;
    if args.format == Format::Csv {
        let mut out = BufWriter::new(stdout);
        return list(&facts, &args.by, span, &mut out).map(|()| Outcome::Done);
    }
    let clocks = Clocks::read(&facts, &args.by, span)?;
    let answer = Answer::new(&clocks, otherwise.as_ref(), args);
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&answer.json()).map_err(|e| Error::bug(e.to_string()))?,
        Format::Table | Format::Csv => answer.words(args, &facts),
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

/// The days asked for, as seconds UTC: all up to the cut-off unless said otherwise.
fn span(ctx: &Context, args: &SlaArgs) -> Result<(i64, i64)> {
    let zone = ctx.zone();
    let from = args.from.as_deref().map(|d| super::day(d, "--from")).transpose()?;
    let to = args.to.as_deref().map(|d| super::day(d, "--to")).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Error::config("--to is before --from"));
    }
    let period = Period::span(from.unwrap_or(0), to.unwrap_or(i32::MAX / 2));
    Ok((if from.is_some() { period.start_utc(&zone) } else { i64::MIN }, if to.is_some() { period.end_utc(&zone) } else { i64::MAX }))
}

/// Columns of a clock that are shown or counted.
const COLUMNS: [&str; 13] = [
    "id",
    "clock",
    "cycle",
    "due_at",
    "stopped_at",
    "is_met",
    "used_share",
    "margin_secs",
    "vendor_met",
    "difference",
    "breach_group",
    "breach_agent",
    "basis",
];

/// Columns of a clock in a list of all of them.
const LISTED: [&str; 23] = [
    "id",
    "clock",
    "cycle",
    "policy",
    "target_for",
    "started_at",
    "due_at",
    "stopped_at",
    "stage",
    "is_met",
    "target_secs",
    "used_secs",
    "open_secs",
    "elapsed_secs",
    "paused_secs",
    "margin_secs",
    "breached_at",
    "breach_group",
    "breach_agent",
    "longest_party",
    "basis",
    "vendor_met",
    "difference",
];

/// Prints a row a clock: instants on the desk's clock, lengths in seconds.
fn list(facts: &Facts, by: &[String], span: (i64, i64), out: &mut impl Write) -> Result<()> {
    let by = by.iter().map(String::as_str).filter(|c| !LISTED.contains(c));
    let names: Vec<&str> = LISTED.into_iter().chain(by).collect();
    let mut head = csv::Writer::from_writer(Vec::new());
    head.write_record(&names).map_err(|e| Error::bug(e.to_string()))?;
    out.write_all(&head.into_inner().map_err(|e| Error::bug(e.to_string()))?).map_err(|e| stdout_failed(&e))?;
    if facts.frame(Table::SlaClocks).height() > 0 {
        let segments = facts.columns(Table::SlaClocks, &names)?.segments;
        // A few segments at a time: their text is larger than they are.
        for some in segments.chunks(rayon::current_num_threads()) {
            let texts = some.par_iter().map(|s| rows(facts, &names, s, span)).collect::<Result<Vec<_>>>()?;
            texts.iter().try_for_each(|text| out.write_all(text)).map_err(|e| stdout_failed(&e))?;
        }
    }
    out.flush().map_err(|e| stdout_failed(&e))
}

/// The rows of a segment as CSV.
fn rows(facts: &Facts, names: &[&str], segment: &DataFrame, (from, to): (i64, i64)) -> Result<Vec<u8>> {
    let due = longs(get(segment, "due_at")?)?;
    let columns = names.iter().map(|name| Cells::of(segment, name)).collect::<Result<Vec<_>>>()?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::bug(e.to_string());
    for row in (0..due.len()).filter(|&row| known(due[row]).is_none_or(|t| (from..to).contains(&t))) {
        for column in &columns {
            match column {
                Cells::Short(codes, texts) => writer.write_field(codes.get(row).and_then(|c| texts.get(c)).map_or("", String::as_str)),
                Cells::Instant(at) => writer.write_field(known(at[row]).map_or_else(String::new, |t| facts.zone().format_second(t))),
                Cells::Whole(numbers) => writer.write_field(known(numbers[row]).map_or_else(String::new, |n| n.to_string())),
                Cells::Other(texts) => writer.write_field(texts[row].as_deref().map_or_else(String::new, safe_text)),
            }
            .map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::bug(e.to_string()))
}

/// A column about to be printed.
enum Cells {
    /// Codes, and the text of each: a cell is one of few.
    Short(Vec<u32>, HashMap<u32, String>),
    Instant(Vec<i64>),
    Whole(Vec<i64>),
    Other(Vec<Option<String>>),
}

impl Cells {
    fn of(segment: &DataFrame, name: &str) -> Result<Self> {
        let column = get(segment, name)?;
        if name.ends_with("_at") {
            return Ok(Self::Instant(longs(column)?));
        }
        if column.dtype().is_categorical() {
            let codes = codes(column)?;
            let mut texts = HashMap::new();
            for code in &codes {
                texts.entry(*code).or_insert_with(|| safe_text(&text_of(*code)));
            }
            return Ok(Self::Short(codes, texts));
        }
        if name.ends_with("_secs") || name == "cycle" {
            return Ok(Self::Whole(longs(column)?));
        }
        Ok(Self::Other(Frame { segments: vec![segment.clone()] }.texts(name)?))
    }
}

fn wanted(settings: &Settings, by: &[String], format: Format) -> Result<Wanted> {
    let mut wanted = Wanted::new(settings);
    wanted.texts = true;
    let shown: &[&str] = if format == Format::Csv { &LISTED } else { &COLUMNS };
    for column in shown.iter().copied().chain(by.iter().map(String::as_str)) {
        wanted.add(Table::SlaClocks, column)?;
    }
    Ok(wanted)
}

/// A clock of a ticket that is due in the span.
#[derive(Debug, Clone)]
struct Clock {
    group: Vec<String>,
    due: Option<i64>,
    stopped: Option<i64>,
    is_met: Option<bool>,
    is_near_miss: bool,
    margin_secs: Option<i64>,
    vendor_met: Option<bool>,
    difference: String,
    holder: String,
    has_history: bool,
}

/// Clocks by ticket, name and cycle.
#[derive(Debug, Default)]
struct Clocks(BTreeMap<(String, String, i64), Clock>);

impl Clocks {
    fn read(facts: &Facts, by: &[String], (from, to): (i64, i64)) -> Result<Self> {
        let names: Vec<&str> = COLUMNS.iter().copied().chain(by.iter().map(String::as_str)).collect();
        for column in &names {
            if !facts.has_column(Table::SlaClocks, column) && facts.frame(Table::SlaClocks).height() > 0 {
                return Err(Error::config(format!("sla_clocks have no column {column:?}"))
                    .hint("name a column of tickets or of sla_clocks, such as policy, priority, team"));
            }
        }
        if facts.frame(Table::SlaClocks).height() == 0 {
            return Ok(Self::default());
        }
        let frame: Frame = facts.columns(Table::SlaClocks, &names)?;
        let (id, clock, cycle) = (frame.texts("id")?, frame.texts("clock")?, frame.longs("cycle")?);
        let (due, stopped, margin) = (frame.longs("due_at")?, frame.longs("stopped_at")?, frame.longs("margin_secs")?);
        let (is_met, vendor, used) = (frame.flags("is_met")?, frame.flags("vendor_met")?, frame.numbers("used_share")?);
        let (difference, group, agent, basis) =
            (frame.texts("difference")?, frame.texts("breach_group")?, frame.texts("breach_agent")?, frame.texts("basis")?);
        let by = by.iter().map(|c| frame.texts(c)).collect::<Result<Vec<_>>>()?;
        let near_miss = facts.parameter("near_miss");
        let mut out = BTreeMap::new();
        for row in (0..id.len()).filter(|&row| known(due[row]).is_none_or(|t| (from..to).contains(&t))) {
            let said = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
            let holder = [said(&group), said(&agent)].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
            let one = Clock {
                group: by.iter().map(|c| c[row].clone().unwrap_or_default()).collect(),
                due: known(due[row]),
                stopped: known(stopped[row]),
                is_met: is_met[row],
                is_near_miss: is_met[row] == Some(true) && used[row].is_some_and(|u| u >= near_miss),
                margin_secs: known(margin[row]),
                vendor_met: vendor[row],
                difference: said(&difference),
                holder,
                has_history: basis[row].as_deref() == Some("events"),
            };
            out.insert((said(&id), said(&clock), cycle[row]), one);
        }
        Ok(Self(out))
    }
}

/// What was kept of some clocks.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
struct Tally {
    met: u64,
    missed: u64,
    open_overdue: u64,
    near_misses: u64,
    not_yet_due: u64,
    with_history: u64,
}

impl Tally {
    fn add(&mut self, clock: &Clock) {
        match clock.is_met {
            Some(true) => self.met += 1,
            Some(false) => self.missed += 1,
            None => self.not_yet_due += u64::from(clock.stopped.is_none()),
        }
        self.open_overdue += u64::from(clock.is_met == Some(false) && clock.stopped.is_none());
        self.near_misses += u64::from(clock.is_near_miss);
        self.with_history += u64::from(clock.has_history);
    }

    fn decided(self) -> u64 {
        self.met + self.missed
    }

    fn share(self) -> Option<f64> {
        (self.decided() > 0).then(|| self.met as f64 / self.decided() as f64)
    }

    fn words(self) -> String {
        format::optional(Unit::Share, self.share(), self.decided())
    }
}

/// A clock whose verdict the change turns.
#[derive(Debug, serde::Serialize)]
struct Flip {
    ticket: String,
    clock: String,
    was_met: Option<bool>,
    is_met: Option<bool>,
}

/// A clock whose verdict the product tells otherwise.
#[derive(Debug, serde::Serialize)]
struct Differing {
    ticket: String,
    clock: String,
    ours: Option<bool>,
    theirs: bool,
    reason: String,
    due_at: Option<i64>,
    stopped_at: Option<i64>,
}

/// Everything that is printed.
#[derive(Debug)]
struct Answer {
    tallies: BTreeMap<(String, Vec<String>), (Tally, Tally)>,
    /// Both met; ours met; theirs met; both missed: by clock.
    matrix: BTreeMap<String, [u64; 4]>,
    reasons: BTreeMap<(String, String), u64>,
    differing: Vec<Differing>,
    flips: Vec<Flip>,
    /// The latest misses: ticket, clock, late by, holder.
    missed: Vec<(String, String, i64, String)>,
    has_change: bool,
}

impl Answer {
    fn new(now: &Clocks, otherwise: Option<&Clocks>, args: &SlaArgs) -> Self {
        let mut answer = Self {
            tallies: BTreeMap::new(),
            matrix: BTreeMap::new(),
            reasons: BTreeMap::new(),
            differing: Vec::new(),
            flips: Vec::new(),
            missed: Vec::new(),
            has_change: !args.what_if.is_empty(),
        };
        for ((ticket, name, cycle), clock) in &now.0 {
            answer.tallies.entry((name.clone(), clock.group.clone())).or_default().0.add(clock);
            answer.compare(ticket, name, clock);
            if let (Some(false), Some(margin)) = (clock.is_met, clock.margin_secs) {
                answer.missed.push((ticket.clone(), name.clone(), -margin, clock.holder.clone()));
            }
            let then = otherwise.and_then(|o| o.0.get(&(ticket.clone(), name.clone(), *cycle)));
            if otherwise.is_some() && then.is_none_or(|then| then.is_met != clock.is_met) {
                let is_met = then.and_then(|then| then.is_met);
                answer.flips.push(Flip { ticket: ticket.clone(), clock: name.clone(), was_met: clock.is_met, is_met });
            }
        }
        for ((ticket, name, cycle), clock) in otherwise.iter().flat_map(|o| &o.0) {
            answer.tallies.entry((name.clone(), clock.group.clone())).or_default().1.add(clock);
            if !now.0.contains_key(&(ticket.clone(), name.clone(), *cycle)) {
                answer.flips.push(Flip { ticket: ticket.clone(), clock: name.clone(), was_met: None, is_met: clock.is_met });
            }
        }
        answer.missed.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
        answer
    }

    /// Puts a clock beside the product's verdict.
    fn compare(&mut self, ticket: &str, name: &str, clock: &Clock) {
        let Some(theirs) = clock.vendor_met else { return };
        if let Some(ours) = clock.is_met {
            self.matrix.entry(name.to_owned()).or_default()[usize::from(!ours) * 2 + usize::from(!theirs)] += 1;
        }
        if !clock.difference.is_empty() {
            *self.reasons.entry((name.to_owned(), clock.difference.clone())).or_default() += 1;
            self.differing.push(Differing {
                ticket: ticket.to_owned(),
                clock: name.to_owned(),
                ours: clock.is_met,
                theirs,
                reason: clock.difference.clone(),
                due_at: clock.due,
                stopped_at: clock.stopped,
            });
        }
    }

    fn json(&self) -> serde_json::Value {
        let tally = |((clock, group), (now, then)): (&(String, Vec<String>), &(Tally, Tally))| {
            let then = self.has_change.then_some(then);
            serde_json::json!({ "clock": clock, "group": group, "now": now, "share": now.share(), "what_if": then, "what_if_share": then.and_then(|t| t.share()) })
        };
        let matrix = |(clock, n): (&String, &[u64; 4])| serde_json::json!({ "clock": clock, "both_met": n[0], "ours_met_theirs_missed": n[1], "ours_missed_theirs_met": n[2], "both_missed": n[3] });
        let reason = |((clock, reason), n): (&(String, String), &u64)| serde_json::json!({ "clock": clock, "reason": reason, "n": n });
        serde_json::json!({
            "clocks": self.tallies.iter().map(tally).collect::<Vec<_>>(),
            "agreement": self.matrix.iter().map(matrix).collect::<Vec<_>>(),
            "reasons": self.reasons.iter().map(reason).collect::<Vec<_>>(),
            "differing": self.differing,
            "flips": self.flips,
        })
    }

    fn words(&self, args: &SlaArgs, facts: &Facts) -> String {
        if self.tallies.is_empty() {
            return "no clock: nothing is promised in [sla.targets], and no export has due times".to_owned();
        }
        let mut out = self.kept(args);
        if !self.matrix.is_empty() || !self.reasons.is_empty() {
            out += &self.agreement(args, facts);
        }
        if self.has_change {
            out += &self.changes(args);
        } else if args.list > 0 && !self.missed.is_empty() {
            out += &self.latest(args);
        }
        out
    }

    fn kept(&self, args: &SlaArgs) -> String {
        let mut heads = vec!["clock".to_owned()];
        heads.extend(args.by.iter().cloned());
        heads.extend(["kept", "met", "missed", "past due", "near misses", "not yet due", "with events"].map(str::to_owned));
        if self.has_change {
            heads.extend(["kept if", "met if", "missed if"].map(str::to_owned));
        }
        let mut grid = grid(&heads, 1 + args.by.len());
        for ((clock, group), (now, then)) in &self.tallies {
            let mut cells = vec![clock.clone()];
            cells.extend(group.iter().map(|g| if g.is_empty() { "(none)".to_owned() } else { format::clean(g) }));
            cells.push(now.words());
            cells.extend([now.met, now.missed, now.open_overdue, now.near_misses, now.not_yet_due, now.with_history].map(format::count));
            if self.has_change {
                cells.push(then.words());
                cells.extend([then.met, then.missed].map(format::count));
            }
            grid.add_row(cells);
        }
        format!("{grid}\n")
    }

    fn agreement(&self, args: &SlaArgs, facts: &Facts) -> String {
        let mut out = String::from("\nAgainst the product's verdict:\n");
        let heads = ["clock", "both met", "only ours met", "only theirs met", "both missed", "agree"].map(str::to_owned);
        let mut matrix = grid(&heads, 1);
        for (clock, n) in &self.matrix {
            let all: u64 = n.iter().sum();
            let share = format::optional(Unit::Share, (all > 0).then(|| (n[0] + n[3]) as f64 / all as f64), all);
            matrix.add_row([clock.clone()].into_iter().chain(n.iter().map(|n| format::count(*n))).chain([share]));
        }
        out += &format!("{matrix}\n");
        for ((clock, reason), n) in &self.reasons {
            out += &format!("  {clock}: {} {reason}\n", format::count(*n));
        }
        let instant = |at: Option<i64>| at.map_or_else(|| "–".to_owned(), |t| facts.zone().format_second(t));
        for d in self.differing.iter().take(args.list) {
            let verdict = |met: Option<bool>| met.map_or("undecided", |m| if m { "met" } else { "missed" });
            out += &format!(
                "    {} {}: ours {}, theirs {}; due {}, ended {}: {}\n",
                format::clean(&d.ticket),
                d.clock,
                verdict(d.ours),
                verdict(Some(d.theirs)),
                instant(d.due_at),
                instant(d.stopped_at),
                d.reason
            );
        }
        out + &more(self.differing.len(), args.list)
    }

    fn changes(&self, args: &SlaArgs) -> String {
        let mut out = format!("\nWith {}: {} clock(s) change.\n", args.what_if.join(" and "), format::count(self.flips.len() as u64));
        let verdict = |met: Option<bool>| met.map_or("no verdict", |m| if m { "met" } else { "missed" });
        for flip in self.flips.iter().take(args.list) {
            out += &format!("    {} {}: {} → {}\n", format::clean(&flip.ticket), flip.clock, verdict(flip.was_met), verdict(flip.is_met));
        }
        out + &more(self.flips.len(), args.list)
    }

    fn latest(&self, args: &SlaArgs) -> String {
        let mut out = String::from("\nFurthest beyond their target:\n");
        for (ticket, clock, late, holder) in self.missed.iter().take(args.list) {
            let late = format::value(Unit::Seconds, *late as f64);
            let holder = if holder.is_empty() { String::new() } else { format!("; at the breach: {}", safe_text(&format::clean(holder))) };
            out += &format!("    {} {clock}: {late} late{holder}\n", format::clean(ticket));
        }
        out + &more(self.missed.len(), args.list)
    }
}

/// How many are not listed.
fn more(all: usize, shown: usize) -> String {
    if all > shown { format!("    … and {} more; --list {all} shows them\n", format::count((all - shown) as u64)) } else { String::new() }
}

/// A table whose columns from `numbers` on are numbers.
fn grid(heads: &[String], numbers: usize) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(heads);
    for i in numbers..heads.len() {
        if let Some(column) = grid.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    grid
}
