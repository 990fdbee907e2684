//! `deskcard repeats`: who comes back about what, what it would save if they need not, and where knowledge is missing.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::json;

use super::contacts::{Question, repeats, requester_names, want};
use super::report::recent_span;
use super::{Context, Outcome, stdout_failed};
use crate::cli::{Format, Part, RepeatsArgs};
use crate::contacts::knowledge::Share;
use crate::contacts::requesters::BINS;
use crate::contacts::{Repeats, chains::LONGEST};
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table as FactTable, Wanted, all_columns, is_id};
use crate::format;
use crate::report::csv::safe_text;
use crate::scorecard::Unit;
use crate::settings::wait_secs;
use crate::stats::Proportion;
use crate::stats::interval::wilson_95;

pub(super) fn run(args: &RepeatsArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let window = wait_secs(&args.window).map_err(|e| e.at("--window"))?;
    check_columns(&ctx, &args.by)?;
    let period = match args.period.as_deref() {
        Some(said) => ctx.period(Some(said))?,
        None => recent_span(&ctx)?,
    };
    let mut wanted = Wanted::new(&ctx.settings);
    want(&mut wanted, &args.by)?;
    if args.names {
        wanted.add(FactTable::Tickets, "requester")?;
        wanted.add(FactTable::Calls, "caller")?;
    }
    let (facts, _) = ctx.facts(&wanted)?;
    let question = Question { period: &period, window, by: &args.by, list: args.list };
    let found = repeats(&ctx, &facts, &question)?.ok_or_else(|| {
        Error::input("nobody knows who asked: no ticket has a requester and no call a caller")
            .hint("map `requester` of the tickets and `caller` of the calls in deskcard.toml")
    })?;
    let told = Told { r: &found, period: &period.id, names: names(args, &facts, &found)?, part: args.part };
    let text = match args.format {
        Format::Table => told.text(&args.window),
        Format::Json => told.json(),
        Format::Csv => told.csv()?,
    };
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

fn check_columns(ctx: &Context, by: &[String]) -> Result<()> {
    let known = all_columns(&ctx.settings, FactTable::Tickets);
    let Some(column) = by.iter().find(|c| !known.contains(c)) else { return Ok(()) };
    if is_id(FactTable::Tickets, column) {
        return Err(Error::config(format!("--by: {column:?} is an id: what comes back is found by what tickets share"))
            .hint("by category, location, service …"));
    }
    let near = nearest(column, known.iter().map(String::as_str));
    let hint = if near.is_empty() { format!("they have: {}", known.join(", ")) } else { format!("nearest: {}", near.join(", ")) };
    Err(Error::config(format!("--by: tickets have no column {column:?}")).hint(hint))
}

/// Names of the requesters with most contacts, if they are asked for.
fn names(args: &RepeatsArgs, facts: &Facts, found: &Repeats) -> Result<BTreeMap<i64, String>> {
    if args.names { requester_names(facts, &found.requesters.most) } else { Ok(BTreeMap::new()) }
}

/// What is printed.
struct Told<'a> {
    r: &'a Repeats,
    period: &'a str,
    names: BTreeMap<i64, String>,
    part: Option<Part>,
}

impl Told<'_> {
    fn has(&self, part: Part) -> bool {
        self.part.is_none_or(|p| p == part)
    }

    /// `Requester 3`, or the name where it was asked for.
    fn requester(&self, at: usize) -> String {
        let name = self.names.get(&self.r.requesters.most[at].0);
        name.cloned().unwrap_or_else(|| format!("Requester {}", at + 1))
    }

    fn text(&self, window: &str) -> String {
        let t = &self.r.taken;
        let mut out = format!(
            "{} · {} contacts (tickets, and answered calls that are no ticket); a contact repeats another of the same requester no more than {window} before\n",
            self.period,
            format::count(t.contacts),
        );
        if t.unknown > 0 {
            out += &format!("{} of them are of unknown requesters and can repeat nothing\n", format::count(t.unknown));
        }
        if self.r.short_days > 0 {
            out += &format!(
                "Of the first {} days not all is known that came before: repeats there may be taken for first contacts\n",
                self.r.short_days
            );
        }
        for (part, text) in [
            (Part::Chains, Self::chains_text as fn(&Self) -> String),
            (Part::Problems, Self::problems_text),
            (Part::Requesters, Self::requesters_text),
            (Part::Knowledge, Self::knowledge_text),
        ] {
            if self.has(part) {
                out += "\n";
                out += &text(self);
            }
        }
        out
    }

    fn chains_text(&self) -> String {
        let t = &self.r.taken;
        let known = t.contacts - t.unknown;
        let share = |hits: u64| Proportion::new(hits, known).map_or_else(|_| "no data".to_owned(), share_words);
        let mut out = format!("Repeats: {} of {}, {}\n", format::count(t.repeats), format::count(known), share(t.repeats));
        if self.r.has_subjects() {
            out += &format!("  about the same category: {}, {}\n", format::count(t.same_subject), share(t.same_subject));
            out += &format!(
                "  by coincidence: about {} of these, if what people ask about had nothing to do with what they asked before\n",
                format::count(self.r.by_chance.round() as u64)
            );
        }
        let mut table = plain_table(&["contacts until it was quiet", "times"]);
        for (i, n) in t.chains.iter().enumerate() {
            let label = if i + 1 == LONGEST { format!("{LONGEST} and more") } else { (i + 1).to_string() };
            table.add_row([label, format::count(*n)]);
        }
        out += &finish(table, &[1]);
        out += &format!("{} are too young to tell. Of those with several contacts {} changed the category", t.undecided, t.other_subject);
        out += &format!(" and {} the channel", t.switched);
        let mut switches: Vec<(&(u32, u32), &u64)> = t.switches.iter().collect();
        switches.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let name = |c: u32| self.r.channels.get(c as usize).map_or("", String::as_str);
        let words: Vec<String> = switches.iter().take(4).map(|((a, b), n)| format!("{} → {} {n}", name(*a), name(*b))).collect();
        out + &if words.is_empty() { ".\n".to_owned() } else { format!(" ({}).\n", words.join(", ")) }
    }

    fn problems_text(&self) -> String {
        let p = &self.r.problems;
        if !self.r.has_subjects() {
            return format!("No contact says what it is about ({}): what came back about the same is not known.\n", self.r.by.join(", "));
        }
        if p.top.is_empty() {
            return "Nothing came back about the same.\n".to_owned();
        }
        let mut table = plain_table(&["problem candidate", "repeats", "contacts", "requesters", "a month", "interval", "tickets"]);
        for c in &p.top {
            table.add_row([
                format::label(&self.r.cell(c.cell), 60),
                format::count(c.repeats),
                format::count(c.contacts),
                format::count(c.requesters),
                one_decimal(c.a_month),
                format!("{}–{}", one_decimal(c.interval.0), one_decimal(c.interval.1)),
                format::label(&self.tickets(&c.tickets).join(" "), 60),
            ]);
        }
        finish(table, &[1, 2, 3, 4, 5])
            + &format!(
                "Repeats: contacts about the same category after the first, of chains that began there; {} in {} places, of which the first {} are shown. \
                 They are what would be saved at most: some would have come anyway. The intervals count a person’s repeats as one lump, and are as wide as \
                 picking the worst of many demands.\n",
                format::count(p.repeats),
                format::count(p.looked_at),
                p.top.len()
            )
    }

    fn tickets(&self, keys: &[i64]) -> Vec<String> {
        keys.iter().filter_map(|k| self.r.tickets.get(k).cloned()).collect()
    }

    fn requesters_text(&self) -> String {
        let q = &self.r.requesters;
        let decided = q.all - q.undecided;
        let one = Proportion::new(q.one_contact, decided).map_or_else(|_| "no data".to_owned(), share_words);
        let mut out = format!(
            "One contact was enough for {} of {} requesters, {one}; of {} it cannot be told yet\n",
            format::count(q.one_contact),
            format::count(decided),
            format::count(q.undecided)
        );
        let mut table = plain_table(&["contacts a requester", "requesters", "contacts"]);
        for (i, (people, contacts)) in q.bins.iter().enumerate() {
            table.add_row([bin(i), format::count(*people), format::count(*contacts)]);
        }
        out += &finish(table, &[1, 2]);
        if let Some(share) = q.top_tenth {
            out += &format!("The tenth with most of them has {} of all.\n", format::value_of(Unit::Share, share, q.all));
        }
        let most: Vec<String> = (0..q.most.len()).map(|i| format!("{} {}", format::label(&self.requester(i), 40), q.most[i].1)).collect();
        out + &format!("Most: {}\n", most.join(", "))
    }

    fn knowledge_text(&self) -> String {
        let k = &self.r.knowledge;
        if k.looked_at == 0 {
            return "Knowledge: no export says both whether an article was linked and whether one contact was enough.\n".to_owned();
        }
        if k.gaps.is_empty() {
            return format!(
                "Knowledge: of {} categories none has much work, fewer articles and fewer first contact resolutions than the others.\n",
                k.looked_at
            );
        }
        let mut table =
            plain_table(&["knowledge gap", "resolved", "with article", "elsewhere", "at first contact", "elsewhere", "missed", ""]);
        let share = |v: f64, n: u64| format::value_of(Unit::Share, v, n);
        for g in &k.gaps {
            table.add_row([
                format::label(&said(self.r.subject(g.subject)), 40),
                format::count(g.tickets),
                share(g.linked.value(), g.linked.n),
                share(g.others.0, g.linked.n),
                share(g.first.value(), g.first.n),
                share(g.others.1, g.first.n),
                format::count(g.missed.round() as u64),
                if g.is_clear { "clear" } else { "cannot tell yet" }.to_owned(),
            ]);
        }
        finish(table, &[1, 2, 3, 4, 5, 6])
            + "Missed: tickets that would have been solved at first contact at the others’ rate. That articles are missing is one reason of several.\n"
    }

    fn json(&self) -> String {
        let (t, p, q, k) = (&self.r.taken, &self.r.problems, &self.r.requesters, &self.r.knowledge);
        let name = |c: u32| self.r.channels.get(c as usize).map_or("", String::as_str);
        let switches: Vec<_> = t.switches.iter().map(|((a, b), n)| json!({"from": name(*a), "to": name(*b), "contacts": n})).collect();
        let cell = |number: u32| -> BTreeMap<&str, &str> {
            let values = self.r.cells.get(number as usize).into_iter().flatten().map(String::as_str);
            self.r.by.iter().map(String::as_str).zip(values).collect()
        };
        let top: Vec<_> = p
            .top
            .iter()
            .map(|c| {
                json!({"group": cell(c.cell), "contacts": c.contacts, "repeats": c.repeats, "chains": c.chains, "requesters": c.requesters,
                    "a_month": c.a_month, "interval": [c.interval.0, c.interval.1], "switched": c.switched, "tickets": self.tickets(&c.tickets)})
            })
            .collect();
        let most: Vec<_> = q.most.iter().enumerate().map(|(i, (_, n))| json!({"requester": self.requester(i), "contacts": n})).collect();
        let bins: Vec<_> =
            q.bins.iter().enumerate().map(|(i, (people, n))| json!({"each": bin(i), "requesters": people, "contacts": n})).collect();
        let share = |s: &Share| json!({"value": s.value(), "hits": s.hits, "n": s.n, "interval": [s.interval.0, s.interval.1]});
        let gaps: Vec<_> = k
            .gaps
            .iter()
            .map(|g| {
                json!({"category": self.r.subject(g.subject), "tickets": g.tickets, "linked": share(&g.linked), "first_contact": share(&g.first),
                    "others": {"linked": g.others.0, "first_contact": g.others.1}, "missed": g.missed, "is_clear": g.is_clear})
            })
            .collect();
        let mut all = json!({"period": self.period, "window_secs": self.r.asked.window, "months": self.r.asked.months, "short_days": self.r.short_days});
        let parts = [
            (
                Part::Chains,
                "chains",
                json!({"contacts": t.contacts, "unknown_requester": t.unknown, "repeats": t.repeats, "same_category": t.same_subject, "by_coincidence": self.r.by_chance,
                    "by_length": t.chains, "undecided": t.undecided, "other_category": t.other_subject, "switched_channel": t.switched,
                    "switches": switches}),
            ),
            (Part::Problems, "problems", json!({"top": top, "looked_at": p.looked_at, "repeats": p.repeats, "confidence": p.confidence})),
            (
                Part::Requesters,
                "requesters",
                json!({"all": q.all, "one_contact": q.one_contact, "undecided": q.undecided, "distribution": bins, "top_tenth": q.top_tenth,
                    "most": most}),
            ),
            (Part::Knowledge, "knowledge", json!({"gaps": gaps, "looked_at": k.looked_at, "confidence": k.confidence})),
        ];
        for (_, name, value) in parts.into_iter().filter(|(part, ..)| self.has(*part)) {
            all[name] = value;
        }
        serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
    }

    fn csv(&self) -> Result<String> {
        let (header, rows) = self.lines();
        let failed = |e: &dyn std::fmt::Display| Error::bug(format!("csv: {e}"));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).map_err(|e| failed(&e))?;
        for row in rows {
            writer.write_record(row).map_err(|e| failed(&e))?;
        }
        String::from_utf8(writer.into_inner().map_err(|e| failed(&e))?).map_err(|e| failed(&e))
    }

    /// The lines of one part, numbers as they are, texts so that no spreadsheet runs them.
    fn lines(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let heads = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        match self.part.unwrap_or(Part::Problems) {
            Part::Problems => {
                let header = heads(&["contacts", "repeats", "chains", "requesters", "a_month", "low", "high", "switched", "tickets"]);
                let row = |c: &crate::contacts::problems::Problem| {
                    let values = self.r.cells.get(c.cell as usize).into_iter().flatten().map(|v| safe_text(v));
                    let counts = [c.contacts, c.repeats, c.chains, c.requesters].map(|n| n.to_string());
                    let rates = [c.a_month, c.interval.0, c.interval.1].map(|v| v.to_string());
                    let rest = [c.switched.to_string(), safe_text(&self.tickets(&c.tickets).join(" "))];
                    values.chain(counts).chain(rates).chain(rest).collect()
                };
                (self.r.by.iter().map(|c| safe_text(c)).chain(header).collect(), self.r.problems.top.iter().map(row).collect())
            }
            Part::Chains => {
                let t = &self.r.taken;
                let label = |i: usize| if i + 1 == LONGEST { format!("{LONGEST}+") } else { (i + 1).to_string() };
                (heads(&["contacts", "chains"]), t.chains.iter().enumerate().map(|(i, n)| vec![label(i), n.to_string()]).collect())
            }
            Part::Requesters => {
                let q = &self.r.requesters;
                let row = |(i, (people, n)): (usize, &(u64, u64))| vec![bin(i), people.to_string(), n.to_string()];
                (heads(&["contacts_each", "requesters", "contacts"]), q.bins.iter().enumerate().map(row).collect())
            }
            Part::Knowledge => {
                let header = heads(&[
                    "category",
                    "tickets",
                    "linked",
                    "linked_low",
                    "linked_high",
                    "linked_others",
                    "first_contact",
                    "first_contact_low",
                    "first_contact_high",
                    "first_contact_others",
                    "missed",
                    "is_clear",
                ]);
                let row = |g: &crate::contacts::knowledge::Gap| {
                    let share = |s: &Share, others: f64| [s.value(), s.interval.0, s.interval.1, others].map(|v| v.to_string());
                    let start = [safe_text(self.r.subject(g.subject)), g.tickets.to_string()];
                    let shares = share(&g.linked, g.others.0).into_iter().chain(share(&g.first, g.others.1));
                    start.into_iter().chain(shares).chain([g.missed.to_string(), g.is_clear.to_string()]).collect()
                };
                (header, self.r.knowledge.gaps.iter().map(row).collect())
            }
        }
    }
}

/// `3–4`, `10 and more`.
fn bin(i: usize) -> String {
    match BINS.get(i + 1) {
        None => format!("{} and more", BINS[i]),
        Some(next) if next - 1 == BINS[i] => BINS[i].to_string(),
        Some(next) => format!("{}–{}", BINS[i], next - 1),
    }
}

fn said(text: &str) -> String {
    if text.is_empty() { "(none)".to_owned() } else { text.to_owned() }
}

fn one_decimal(v: f64) -> String {
    format!("{v:.1}")
}

fn share_words(p: Proportion) -> String {
    format!("{} (95 % interval {})", format::value_of(Unit::Share, p.rate(), p.n()), format::interval(Unit::Share, wilson_95(p), p.n()))
}

fn plain_table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head);
    table
}

fn finish(mut table: Table, numbers: &[usize]) -> String {
    for i in numbers {
        if let Some(column) = table.column_mut(*i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n")
}
