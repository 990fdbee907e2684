//! What `deskcard sla` says: what was kept, what differs, what flips.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, ContentArrangement, Table as Grid, presets};

use super::{Clock, Clocks};
use crate::cli::SlaArgs;
use crate::facts::Facts;
use crate::format;
use crate::scorecard::Unit;

/// What was kept of some clocks.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
struct Tally {
    met: u64,
    missed: u64,
    open_overdue: u64,
    near_misses: u64,
    not_yet_due: u64,
    with_events: u64,
}

impl Tally {
    fn add(&mut self, clock: &Clock) {
        match clock.is_met {
            Some(true) => self.met += 1,
            Some(false) => self.missed += 1,
            None => self.not_yet_due += u64::from(clock.stopped.is_none() && clock.due.is_some()),
        }
        self.open_overdue += u64::from(clock.is_open_overdue);
        self.near_misses += u64::from(clock.is_near_miss);
        self.with_events += u64::from(clock.has_events);
    }

    /// Clocks with a verdict, or one to come.
    fn all(self) -> u64 {
        self.decided() + self.not_yet_due
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
pub(super) struct Answer {
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
    pub(super) fn new(now: &Clocks, otherwise: Option<&Clocks>, args: &SlaArgs) -> Self {
        let mut answer = Self {
            tallies: BTreeMap::new(),
            matrix: BTreeMap::new(),
            reasons: BTreeMap::new(),
            differing: Vec::new(),
            flips: Vec::new(),
            missed: Vec::new(),
            has_change: !args.what_if.is_empty(),
        };
        for ((ticket, name, cycle), clock) in now {
            answer.tallies.entry((name.clone(), clock.group.clone())).or_default().0.add(clock);
            answer.compare(ticket, name, clock);
            if let Some(late) = clock.late_secs {
                answer.missed.push((ticket.clone(), name.clone(), late, clock.holder.clone()));
            }
            let then = otherwise.and_then(|o| o.get(&(ticket.clone(), name.clone(), *cycle)));
            if otherwise.is_some() && then.is_none_or(|then| then.is_met != clock.is_met) {
                let is_met = then.and_then(|then| then.is_met);
                answer.flips.push(Flip { ticket: ticket.clone(), clock: name.clone(), was_met: clock.is_met, is_met });
            }
        }
        for ((ticket, name, cycle), clock) in otherwise.iter().flat_map(|o| o.iter()) {
            answer.tallies.entry((name.clone(), clock.group.clone())).or_default().1.add(clock);
            if !now.contains_key(&(ticket.clone(), name.clone(), *cycle)) {
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

    pub(super) fn json(&self) -> serde_json::Value {
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

    pub(super) fn words(&self, args: &SlaArgs, facts: &Facts) -> String {
        if self.tallies.is_empty() {
            let span = if args.from.is_some() || args.to.is_some() { " in these days" } else { "" };
            return format!("no clock is due{span}: [sla.targets] promises nothing of these tickets, and no export has due times for them");
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
        // A clock may have a target for some priorities only: the others have nothing to say here.
        for ((clock, group), (now, then)) in self.tallies.iter().filter(|(_, (now, then))| now.all() + then.all() > 0) {
            let mut cells = vec![clock.clone()];
            cells.extend(group.iter().map(|g| if g.is_empty() { "(none)".to_owned() } else { format::clean(g) }));
            cells.push(now.words());
            cells.extend([now.met, now.missed, now.open_overdue, now.near_misses, now.not_yet_due, now.with_events].map(format::count));
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
        let mut out =
            format!("\nWith {}: {}.\n", args.what_if.join(" and "), format::things(self.flips.len(), "clock changes", "clocks change"));
        let verdict = |met: Option<bool>| met.map_or("no verdict", |m| if m { "met" } else { "missed" });
        for flip in self.flips.iter().take(args.list) {
            out += &format!("    {} {}: {} → {}\n", format::clean(&flip.ticket), flip.clock, verdict(flip.was_met), verdict(flip.is_met));
        }
        out + &more(self.flips.len(), args.list)
    }

    fn latest(&self, args: &SlaArgs) -> String {
        let mut out = String::from("\nFurthest beyond their target:\n");
        for (ticket, clock, late, holder) in self.missed.iter().take(args.list) {
            let late = format::value(Unit::OpenSeconds, *late as f64);
            let holder = if holder.is_empty() { String::new() } else { format!("; at the breach: {}", format::clean(holder)) };
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
