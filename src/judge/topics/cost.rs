//! Cost: what a ticket costs by what was spent, and, where the config has prices, what the mix, repeats and escalations cost.

use std::collections::BTreeMap;

use super::super::Evidence;
use super::super::cards::Ground;
use super::super::folds::months;
use super::super::tables::plain_column;
use super::Made;
use super::rows::by_two;
use crate::error::Result;
use crate::format;
use crate::metrics::{Reading, Readings};
use crate::scorecard::{Card, Cell, ChartData, Point, Section, ShareRow, SharesAbout, TableColumn, TableData, TableRow, Topic, Unit};
use crate::settings::Prices;
use crate::{key, say};

const MISSING: &str =
    key!("Nothing tells what the desk costs: neither what was spent month by month, nor what a ticket or a contact costs.");
const NO_SPENDING: &str = key!("What was really spent is not known.");
const NO_PRICES: &str = key!("Without prices nothing can be said of channels, categories, repeats and escalations.");
/// What to do about the one and the other.
const ADD_SPENDING: &str = key!(
    "observations named `operating_cost`, one a month, in a source of the kind `observations`, show the cost of a ticket month by month."
);
const ADD_PRICES: &str = key!(
    "prices under [cost] show what channels, categories, repeats and escalations cost: levels = { L1 = 18, L2 = 45 } for a resolved ticket, channels = { phone = 12, portal = 4 } for a contact."
);
/// Categories shown by themselves.
const MOST: usize = 12;
const FIRST_LEVEL: &str = "L1";

#[expect(clippy::unnecessary_wraps, reason = "all topics are made alike")]
pub(super) fn topic(ground: &Ground<'_>, _: &[Card]) -> Result<Made> {
    let e = ground.e;
    let prices = &e.settings.cost;
    let sections: Vec<Section> = [spent(e), resolved(e, &prices.levels), contacts(e, &prices.channels), avoidable(e, &prices.levels)]
        .into_iter()
        .flatten()
        .collect();
    if sections.is_empty() {
        return Ok(Made::missing(MISSING).hinting(true, ADD_SPENDING).hinting(true, ADD_PRICES));
    }
    let has_spending = sections.iter().any(|s| s.id == "spent");
    let has_prices = !prices.levels.is_empty() || !prices.channels.is_empty();
    let mut footer = vec![say!("A cheap ticket that comes back is not cheap. Cost is context: nobody is judged by it.").to_owned()];
    footer.extend((!has_spending).then(|| crate::language::text(NO_SPENDING).to_owned()));
    footer.extend((!has_prices).then(|| crate::language::text(NO_PRICES).to_owned()));
    if has_prices {
        footer.push(say!("Prices are those the desk reckons with, the same for every ticket of a level or contact of a channel: good for comparing, not for accounting.").to_owned());
    }
    let page = Made::page(Topic { finding: finding(e), lead: lead(e), sections, footer, ..Topic::default() });
    Ok(page.hinting(!has_spending, ADD_SPENDING).hinting(!has_prices, ADD_PRICES))
}

fn lead(e: &Evidence<'_>) -> String {
    say!(
        "In {currency}. What was spent is told by the month, whatever the period of the scorecard; all else over {span}.",
        currency = currency(e),
        span = e.recent_words()
    )
}

fn currency(e: &Evidence<'_>) -> String {
    let currency = &e.settings.desk.currency;
    if currency.is_empty() { say!("the desk’s currency").to_owned() } else { format::label(currency, 12) }
}

fn money(v: f64) -> String {
    format::value(Unit::Money, v)
}

/// The months of which the cost is known.
fn points(e: &Evidence<'_>, metric: &str) -> Vec<Point> {
    let readings = e.folds.cost();
    let of = |(i, m): (usize, &crate::clock::period::Period)| {
        let r: Option<Reading> = readings.get(metric, 0, &[], i).filter(|r| r.n > 0.0 && r.sum > 0.0);
        let n = r.map_or(0, |r| r.n.round() as u64);
        Point { period: m.id.clone(), short: m.short.clone(), value: r.and_then(|r| r.value), n, is_partial: false }
    };
    let mut all: Vec<Point> = months(e.periods).iter().enumerate().map(of).collect();
    let known = |p: &Point| p.value.is_some();
    let Some(first) = all.iter().position(known) else { return Vec::new() };
    let last = all.iter().rposition(known).unwrap_or(first);
    all.truncate(last + 1);
    all.split_off(first)
}

/// What was spent in the month of a point.
fn points_of(e: &Evidence<'_>, at: &Point) -> f64 {
    let of = points(e, "operating_cost").into_iter().find(|p| p.period == at.period);
    of.and_then(|p| p.value).unwrap_or(at.value.unwrap_or_default() * at.n as f64)
}

/// `October 2026`: the short form reads like a day.
fn month(p: &Point) -> String {
    crate::clock::period::Period::from_id(&p.period).map_or_else(|| p.short.clone(), |m| m.label)
}

fn finding(e: &Evidence<'_>) -> String {
    let points = points(e, "cost_per_ticket");
    if let [.., before, now] = points.as_slice()
        && let (Some(a), Some(b)) = (before.value, now.value)
    {
        let spent = points_of(e, now);
        return say!(
            "{now} {currency} a resolved ticket in {period}: {spent} for {n} tickets ({then} in {before})",
            now = money(b),
            currency = currency(e),
            period = month(now),
            spent = money(spent),
            n = format::count(now.n),
            then = money(a),
            before = month(before)
        );
    }
    let (sum, n) = reckoned(e.folds.cost_recent(), &e.settings.cost.levels);
    if n <= 0.0 {
        return String::new();
    }
    say!("A resolved ticket costs {each} {currency} at the desk’s prices", each = money(sum / n), currency = currency(e))
}

/// What was spent, month by month.
fn spent(e: &Evidence<'_>) -> Option<Section> {
    let (each, all) = (points(e, "cost_per_ticket"), points(e, "operating_cost"));
    let newest = each.last()?;
    let trend = |metric: &str, title: String, subtitle: String, points: Vec<Point>| ChartData::Trend {
        metric: metric.to_owned(),
        title,
        subtitle,
        points,
        desk: Vec::new(),
        target: e.target(metric),
        events: Vec::new(),
        control: None,
    };
    let span = |points: &[Point]| say!("{first} to {last}", first = points[0].period, last = points[points.len() - 1].period);
    let value = |p: &Point| p.value.map_or_else(|| format::NO_DATA.to_owned(), money);
    let row = |p: &Point| {
        let of = |points: &[Point]| points.iter().find(|q| q.period == p.period).and_then(|q| q.value);
        let number = |v: Option<f64>| Cell { value: v, ..Cell::default() };
        TableRow { name: p.short.clone(), page: None, cells: vec![number(of(&all)), number(Some(p.n as f64)), number(p.value)] }
    };
    let of = |metric: &str, label: &str, unit| TableColumn { metric: Some(metric.to_owned()), ..plain_column(label, unit) };
    let mut charts = Vec::new();
    if each.len() > 1 {
        let title = say!("Cost a ticket {cost} in {period}", cost = value(newest), period = newest.short);
        charts.push(trend(
            "cost_per_ticket",
            title,
            say!("Operating cost over tickets resolved, {currency}, by month, {span}", currency = currency(e), span = span(&each)),
            each.clone(),
        ));
    }
    if all.len() > 1 {
        let newest = &all[all.len() - 1];
        let title = say!("{cost} spent in {period}", cost = value(newest), period = newest.short);
        charts.push(trend(
            "operating_cost",
            title,
            say!("Operating cost, {currency}, by month, {span}", currency = currency(e), span = span(&all)),
            all.clone(),
        ));
    }
    Some(Section {
        id: "spent".to_owned(),
        title: say!("What was spent").to_owned(),
        lead: say!("Operating cost as observed, over the tickets resolved in the same month. Whole months alone.").to_owned(),
        charts,
        tables: vec![TableData {
            title: say!("By month").to_owned(),
            note: String::new(),
            row_label: say!("Month").to_owned(),
            columns: vec![
                plain_column(say!("Operating cost"), Unit::Money),
                of("tickets_resolved", say!("Tickets resolved"), Unit::Count),
                of("cost_per_ticket", say!("Cost a ticket"), Unit::Money),
            ],
            rows: each.iter().rev().map(row).collect(),
        }],
        ..Section::default()
    })
}

/// Cost and number of the tickets resolved at a level that has a price.
fn reckoned(readings: &Readings, levels: &Prices) -> (f64, f64) {
    let of = |(level, price): (&String, &f64)| {
        let n = readings.get("tickets_resolved", 0, std::slice::from_ref(level), 0).map_or(0.0, |r| r.sum);
        (n * price, n)
    };
    levels.iter().map(of).fold((0.0, 0.0), |(a, b), (sum, n)| (a + sum, b + n))
}

/// What resolved tickets cost at the prices of the levels.
fn resolved(e: &Evidence<'_>, levels: &Prices) -> Option<Section> {
    let readings = e.folds.cost_recent();
    let (total, n) = reckoned(readings, levels);
    if n <= 0.0 {
        return None;
    }
    let every: f64 = readings.groups("tickets_resolved", 0).filter_map(|(_, v)| v.first().copied().flatten()).map(|r| r.sum).sum();
    let row = |(level, price): (&String, &f64)| {
        let n = readings.get("tickets_resolved", 0, std::slice::from_ref(level), 0).map_or(0.0, |r| r.sum);
        (n > 0.0).then(|| TableRow { name: level.clone(), page: None, cells: cost_cells(n, *price, total) })
    };
    let categories = by_two(readings, "tickets_resolved", 1);
    let used: Vec<(&String, &f64)> = levels.iter().filter(|(level, _)| categories.values().any(|by| by.contains_key(*level))).collect();
    let mut rows: Vec<ShareRow> = categories
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, by)| ShareRow {
            name: name.clone(),
            page: None,
            n: used.iter().filter_map(|(level, _)| by.get(*level)).map(|r| r.sum.round() as u64).sum(),
            values: used.iter().map(|(level, price)| by.get(*level).map_or(0.0, |r| r.sum) * **price).collect(),
        })
        .filter(|r| r.n > 0)
        .collect();
    let sum = |r: &ShareRow| r.values.iter().sum::<f64>();
    rows.sort_by(|a, b| sum(b).total_cmp(&sum(a)).then_with(|| a.name.cmp(&b.name)));
    rows.truncate(MOST);
    let chart = rows.first().filter(|_| rows.len() > 1 && (1..=5).contains(&used.len())).map(|first| ChartData::Shares {
        title: say!(
            "{name} costs most: {own} of {all} {currency}",
            name = format::label(&first.name, 60),
            own = money(sum(first)),
            all = money(total),
            currency = currency(e)
        ),
        subtitle: say!("Tickets resolved in {span} at the price of their level, by category; most first", span = e.recent_words()),
        parts: used.iter().map(|(level, _)| (*level).clone()).collect(),
        rows: rows.clone(),
        unit: Unit::Money,
        about: SharesAbout::Totals,
    });
    let unpriced = every - n;
    Some(Section {
        id: "levels".to_owned(),
        title: say!("What resolved tickets cost").to_owned(),
        lead: say!(
            "{cost} {currency} for {n} tickets at the price of their level: {each} each on average.",
            cost = money(total),
            currency = currency(e),
            n = format::count(n.round() as u64),
            each = money(total / n)
        ),
        charts: chart.into_iter().collect(),
        tables: vec![price_table(say!("By level"), say!("Level"), levels.iter().filter_map(row).collect())],
        footer: if unpriced > 0.5 {
            say!("{n} tickets of a level without a price are not in it.", n = format::count(unpriced.round() as u64))
        } else {
            String::new()
        },
        ..Section::default()
    })
}

fn cost_cells(n: f64, price: f64, total: f64) -> Vec<Cell> {
    let number = |v: f64| Cell { value: Some(v), ..Cell::default() };
    let share = Cell { value: (total > 0.0).then(|| n * price / total), ..Cell::default() };
    vec![number(n), number(price), number(n * price), share]
}

fn price_table(title: &str, label: &str, rows: Vec<TableRow>) -> TableData {
    TableData {
        title: title.to_owned(),
        note: String::new(),
        row_label: label.to_owned(),
        columns: vec![
            plain_column(say!("Tickets"), Unit::Count),
            plain_column(say!("Price"), Unit::Money),
            plain_column(say!("Cost"), Unit::Money),
            plain_column(say!("Share of the cost"), Unit::Share),
        ],
        rows,
    }
}

/// What contacts cost at the prices of their channels.
fn contacts(e: &Evidence<'_>, channels: &Prices) -> Option<Section> {
    let readings = e.folds.cost_recent();
    let count = |channel: &String| readings.get("tickets_created", 2, std::slice::from_ref(channel), 0).map_or(0.0, |r| r.sum);
    let (total, n) = channels.iter().map(|(c, price)| (count(c) * price, count(c))).fold((0.0, 0.0), |(a, b), (s, n)| (a + s, b + n));
    if n <= 0.0 {
        return None;
    }
    let row = |(channel, price): (&String, &f64)| {
        let n = count(channel);
        (n > 0.0).then(|| TableRow { name: channel.clone(), page: None, cells: cost_cells(n, *price, total) })
    };
    // What monitoring opens is nobody's contact.
    let by_people = || channels.iter().filter(|(c, _)| count(c) > 0.0 && *c != "auto");
    let cheapest = by_people().min_by(|a, b| a.1.total_cmp(b.1));
    // Where a tenth saves most: many contacts at a middling price before a few at the dearest.
    let most = cheapest.and_then(|cheap| {
        let saved = |(channel, price): &(&String, &f64)| count(channel) * (*price - cheap.1);
        by_people().max_by(|a, b| saved(a).total_cmp(&saved(b)))
    });
    let ends = most.zip(cheapest);
    let saved = |(dear, cheap): ((&String, &f64), (&String, &f64))| {
        let tenth = (count(dear.0) * 0.1).round();
        say!(
            "A tenth of what comes by {dearest} ({n} contacts) would cost {less} less by {cheapest}.",
            dearest = dear.0,
            n = format::count(tenth as u64),
            less = money(tenth * (dear.1 - cheap.1)),
            cheapest = cheap.0
        )
    };
    Some(Section {
        id: "channels".to_owned(),
        title: say!("What a contact costs, by channel").to_owned(),
        lead: say!(
            "{cost} {currency} for {n} contacts at the price of their channel: {each} each on average.",
            cost = money(total),
            currency = currency(e),
            n = format::count(n.round() as u64),
            each = money(total / n)
        ),
        tables: vec![price_table(say!("By channel"), say!("Channel"), channels.iter().filter_map(row).collect())],
        footer: ends.filter(|(dear, cheap)| dear.0 != cheap.0).map(saved).unwrap_or_default(),
        ..Section::default()
    })
}

/// What repeats and escalations of simple tickets cost at most.
fn avoidable(e: &Evidence<'_>, levels: &Prices) -> Option<Section> {
    let mut facts = Vec::new();
    let (sum, n) = reckoned(e.folds.cost_recent(), levels);
    let recent: Vec<Point> = points(e, "cost_per_ticket");
    let mean = if n > 0.0 {
        Some((sum / n, say!("the mean price")))
    } else {
        recent.last().and_then(|p| Some((p.value?, say!("the last month’s cost"))))
    };
    if let (Some((mean, name)), Some(r)) = (mean, e.repeats) {
        let beyond = (r.taken.same_subject as f64 - r.by_chance).max(0.0);
        let text = say!(
            "{n} contacts about the same again within {days} days; about {by_chance} of them would come by coincidence anyway. The rest at {name} of a ticket ({mean}): {cost} {currency}",
            n = format::count(r.taken.same_subject),
            days = r.asked.window / 86_400,
            by_chance = format::count(r.by_chance.round() as u64),
            name,
            mean = money(mean),
            cost = money(beyond * mean),
            currency = currency(e),
        );
        facts.push((say!("Coming back").to_owned(), text));
    }
    let found = escalated(e, levels);
    if let Some((tickets, cost)) = found {
        let text = say!(
            "{n} simple tickets of categories the first level mostly resolves itself went to a dearer level: {cost} {currency} more than there",
            n = format::count(tickets),
            cost = money(cost),
            currency = currency(e)
        );
        facts.push((say!("Escalated without need").to_owned(), text));
    }
    (!facts.is_empty()).then(|| Section {
        id: "avoidable".to_owned(),
        title: say!("What might be saved, at most").to_owned(),
        lead: say!(
            "Over {span}. Ceilings, not promises: not every repeat or escalation can be avoided, and people are not paid by the ticket.",
            span = e.recent_words()
        ),
        facts,
        footer: say!("Simple: one hand-over, at most two replies, no reopening. Mostly: the first level clearly resolves more than half of the category itself (95\u{a0}% interval above a half).").to_owned(),
        ..Section::default()
    })
}

/// Simple tickets escalated to a dearer level, in categories of which the first level clearly resolves more than half: how many, and
/// what they cost beyond the first level's price.
fn escalated(e: &Evidence<'_>, levels: &Prices) -> Option<(u64, f64)> {
    let first = levels.get(FIRST_LEVEL)?;
    let readings = e.folds.resolver_groups();
    let is_mostly_first = |category: &String| {
        let p = readings.get("flr", 1, std::slice::from_ref(category), 0).and_then(|r| r.proportion());
        !category.is_empty() && p.is_some_and(|p| crate::stats::interval::wilson_95(p).0 > 0.5)
    };
    let simple: BTreeMap<String, BTreeMap<String, Reading>> = by_two(readings, "escalated_simple", 3);
    let all = simple.iter().filter(|(category, _)| is_mostly_first(category)).flat_map(|(_, by)| by);
    let dearer = all.filter_map(|(level, r)| Some((r.sum, levels.get(level)? - first))).filter(|(n, more)| *n > 0.0 && *more > 0.0);
    let (tickets, cost) = dearer.fold((0.0, 0.0), |(a, b), (n, more)| (a + n, b + n * more));
    (tickets > 0.0).then_some((tickets.round() as u64, cost))
}
