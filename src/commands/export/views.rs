//! Every metric as SQL views over the Parquet files, in the dialect of `DuckDB`.

use super::super::Context;
use super::super::facts::names;
use crate::clock::period::Period;
use crate::desk::get;
use crate::error::Result;
use crate::facts::{Facts, Table};
use crate::metrics::{Kind, Metric, has_roster_over, is_told_of_months};

/// What the views are made of.
pub(super) struct Views<'a> {
    pub(super) ctx: &'a Context,
    pub(super) facts: &'a Facts,
    /// The periods of the readings.
    pub(super) periods: &'a [Period],
}

impl Views<'_> {
    /// All views, each after those it is made of.
    pub(super) fn script(&self) -> Result<String> {
        let mut out = format!(
            "-- The metrics of deskcard {} as views over the Parquet files of this folder; for DuckDB. See README.md.\n\n",
            env!("CARGO_PKG_VERSION")
        );
        for table in Table::ALL {
            out += &self.table(table);
        }
        out += &self.periods_view();
        let (ratios, plain): (Vec<&Metric>, Vec<&Metric>) = self.ctx.catalogue.iter().partition(|m| m.kind == Kind::Ratio);
        for metric in plain {
            out += &self.metric(metric)?;
        }
        for metric in ratios {
            out += &self.ratio(metric)?;
        }
        let (mut all, mut of_months) = (Vec::new(), Vec::new());
        for metric in self.ctx.catalogue.iter() {
            match is_told_of_months(self.facts, &self.ctx.catalogue, metric)? {
                true => of_months.push(metric.id.as_str()),
                false => all.push(format!("FROM {}", view("reading", &metric.id))),
            }
        }
        if !of_months.is_empty() {
            out += &format!("\n-- Recorded by the month, so told of no week: {}.", of_months.join(", "));
        }
        Ok(out + &format!("\nCREATE OR REPLACE VIEW readings AS\n{};\n", all.join("\nUNION ALL ")))
    }

    /// A table with its instants as whole seconds.
    fn table(&self, table: Table) -> String {
        let names = names(self.ctx, self.facts, table);
        let instants = names.iter().filter(|n| *n == "at" || n.ends_with("_at"));
        let seconds: Vec<String> = instants.map(|n| format!("epoch({0})::BIGINT AS {0}", quoted(n))).collect();
        let replaced = if seconds.is_empty() { String::new() } else { format!(" REPLACE ({})", seconds.join(", ")) };
        format!("CREATE OR REPLACE VIEW {table} AS SELECT *{replaced} FROM '{table}.parquet';\n")
    }

    fn periods_view(&self) -> String {
        let zone = self.facts.zone();
        let row = |p: &Period| format!("    ('{}', {}, {})", p.id, p.start_utc(zone), p.end_utc(zone));
        let rows: Vec<String> = self.periods.iter().map(row).collect();
        format!("\nCREATE OR REPLACE VIEW periods(period, starts_at, ends_at) AS VALUES\n{};\n", rows.join(",\n"))
    }

    fn metric(&self, m: &Metric) -> Result<String> {
        let Some(table) = m.on else { return Ok(String::new()) };
        let title = format!("\n-- {}\n", crate::format::clean(&m.label));
        let select = match m.kind {
            Kind::Stock | Kind::Turnover => self.stays(m, table),
            _ => {
                let rows = self.rows(m, table);
                return Ok(title + &rows + &self.dated(m, table)?);
            }
        };
        Ok(title + &reading(&m.id, &select))
    }

    /// The view of the rows a metric counts.
    fn rows(&self, m: &Metric, table: Table) -> String {
        let sql = |text: &str| if text.is_empty() { "NULL".to_owned() } else { format!("({})", bare(&self.facts.sql(table, text))) };
        let at = sql(m.by.as_deref().unwrap_or_default());
        let (fact, exposure, immature) = (sql(&m.fact), sql(&m.exposure), sql(&m.immature));
        // What lies at the cut-off or after it has not happened yet.
        let as_of = self.facts.as_of();
        format!(
            "CREATE OR REPLACE VIEW {} AS SELECT * FROM (SELECT {at} AS counted_at, {fact} AS fact, {exposure} AS exposure, {immature} AS immature, \
             t.* FROM {table} t) WHERE counted_at < {as_of} AND (fact IS NOT NULL OR exposure IS NOT NULL OR immature);\n",
            view("rows", &m.id)
        )
    }

    fn dated(&self, m: &Metric, table: Table) -> Result<String> {
        let (value, n, sum) = match m.kind {
            Kind::Count if self.is_flag(table, &m.fact)? => {
                ("count(*) FILTER (WHERE fact)", "count(*) FILTER (WHERE fact)", "count(*) FILTER (WHERE fact)")
            }
            Kind::Count => ("count(fact)", "count(fact)", "count(fact)"),
            Kind::Share | Kind::Mean => ("sum(fact::DOUBLE) / count(fact)", "count(fact)", "sum(fact::DOUBLE)"),
            Kind::Median => ("quantile_cont(fact::DOUBLE, 0.5)", "count(fact)", "quantile_cont(fact::DOUBLE, 0.5)"),
            Kind::P90 => ("quantile_cont(fact::DOUBLE, 0.9)", "count(fact)", "quantile_cont(fact::DOUBLE, 0.9)"),
            Kind::Min => ("min(fact::DOUBLE)", "count(fact)", "min(fact::DOUBLE)"),
            Kind::Max => ("max(fact::DOUBLE)", "count(fact)", "max(fact::DOUBLE)"),
            _ => ("sum(fact::DOUBLE)", "count(fact)", "sum(fact::DOUBLE)"),
        };
        let rows = view("rows", &m.id);
        if m.kind == Kind::Rate {
            let per = m.per.unwrap_or(1.0);
            let sum = "coalesce(sum(fact::DOUBLE), 0)";
            return Ok(reading(
                &m.id,
                &format!(
                    "p.period, {per:?} * {sum} / sum(exposure::DOUBLE) AS value, sum(exposure::DOUBLE) AS n, {sum} AS sum, 0 AS immature \
                     FROM {} JOIN {rows} r ON r.counted_at >= p.starts_at AND r.counted_at < p.ends_at GROUP BY p.period HAVING sum(exposure) > 0",
                    self.windows(m)
                ),
            ));
        }
        Ok(reading(
            &m.id,
            &format!(
                "p.period, CASE WHEN count(fact) > 0 THEN {value} END AS value, {n} AS n, coalesce({sum}, 0) AS sum, \
                 count(*) FILTER (WHERE immature) AS immature FROM periods p JOIN {rows} r \
                 ON r.counted_at >= p.starts_at AND r.counted_at < p.ends_at GROUP BY p.period HAVING {n} > 0 OR count(*) FILTER (WHERE immature) > 0"
            ),
        ))
    }

    /// The periods, or for a rate that looks back the days up to the end of each.
    fn windows(&self, m: &Metric) -> String {
        let Some(days) = m.trailing_days else { return "periods p".to_owned() };
        let zone = self.facts.zone();
        let row = |p: &Period| {
            let end = p.end_day.min(self.facts.as_of_day() + 1);
            let window = end - days as i32..end;
            let is_told = has_roster_over(self.facts, m, &window);
            is_told.then(|| format!("('{}', {}, {})", p.id, zone.day_start(window.start), zone.day_start(window.end)))
        };
        let mut rows: Vec<String> = self.periods.iter().filter_map(row).collect();
        if rows.is_empty() {
            // A list of values has at least one; nothing lies in this.
            rows.push("(NULL, 0, 0)".to_owned());
        }
        format!("(VALUES {}) p(period, starts_at, ends_at)", rows.join(", "))
    }

    /// A stock at the end of each period, or who left over the mean of what was there at both ends.
    fn stays(&self, m: &Metric, table: Table) -> String {
        let as_of = self.facts.as_of();
        let sql = |text: &str| bare(&self.facts.sql(table, text));
        let (enters, leaves, by) = (sql(&m.enters), sql(&m.leaves), sql(m.by.as_deref().unwrap_or("NULL")));
        let fact = if m.fact.is_empty() { "FALSE".to_owned() } else { sql(&m.fact) };
        // What happens at the cut-off or after it has not happened yet.
        let rows = format!(
            "(SELECT ({enters}) AS entered, CASE WHEN ({leaves}) < {as_of} THEN greatest({leaves}, {enters}) END AS gone, ({by}) AS counted_at, \
             ({fact}) AS fact FROM {table} WHERE ({enters}) < {as_of}) r"
        );
        let is_in = |at: &str| format!("count(*) FILTER (WHERE entered < {at} AND (gone IS NULL OR gone >= {at}))");
        let closing = is_in("ends_at");
        if m.kind == Kind::Stock {
            return format!(
                "p.period, {closing} AS value, {closing} AS n, {closing} AS sum, 0 AS immature FROM periods p JOIN {rows} ON entered < ends_at \
                 AND starts_at < {as_of} GROUP BY p.period"
            );
        }
        let mean = format!("(({} + {closing}) / 2.0)", is_in("starts_at"));
        let within = |at: &str| format!("{at} >= starts_at AND {at} < ends_at");
        let left = match m.by {
            Some(_) => format!("count(*) FILTER (WHERE fact AND counted_at < {as_of} AND {})", within("counted_at")),
            None => format!("count(*) FILTER (WHERE {})", within("gone")),
        };
        format!(
            "p.period, {left} / {mean} AS value, {mean} AS n, {left} AS sum, 0 AS immature FROM periods p JOIN {rows} ON entered < ends_at \
             AND starts_at < {as_of} GROUP BY p.period HAVING {mean} > 0"
        )
    }

    fn ratio(&self, m: &Metric) -> Result<String> {
        let numerator = self.ctx.catalogue.get(&m.numerator)?;
        let has_rows = numerator.on.is_some_and(|table| self.facts.frame(table).height() > 0);
        // No row to count is a count of zero where there are rows at all.
        let (join, sum) = if numerator.kind == Kind::Count && has_rows { ("LEFT JOIN", "coalesce(a.sum, 0)") } else { ("JOIN", "a.sum") };
        let (top, bottom) = (view("reading", &m.numerator), view("reading", &m.denominator));
        let select = format!(
            "b.period, {sum} / b.sum::DOUBLE AS value, b.sum AS n, {sum} AS sum, 0 AS immature FROM {bottom} b {join} {top} a ON a.period = b.period \
             WHERE b.sum <> 0"
        );
        Ok(format!("\n-- {}\n{}", crate::format::clean(&m.label), reading(&m.id, &select)))
    }

    /// Whether a fact is true or false, rather than a number.
    fn is_flag(&self, table: Table, fact: &str) -> Result<bool> {
        if self.facts.segments(table) == 0 {
            return Ok(true);
        }
        let frame = self.facts.evaluate(table, 0, &[("fact".to_owned(), fact.to_owned())])?;
        let dtype = get(&frame, "fact")?.dtype().clone();
        Ok(dtype.is_bool() || dtype.is_null())
    }
}

fn reading(id: &str, select: &str) -> String {
    format!("CREATE OR REPLACE VIEW {} AS SELECT '{}' AS metric, {select};\n", view("reading", id), id.replace('\'', "''"))
}

fn view(kind: &str, id: &str) -> String {
    quoted(&format!("{kind}_{id}"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A column alone is quoted: some names are words of their own in other dialects.
fn bare(sql: &str) -> String {
    let is_name = sql.chars().all(|c| c.is_alphanumeric() || c == '_') && sql.starts_with(|c: char| c.is_alphabetic());
    if is_name && sql != "NULL" { quoted(sql) } else { sql.to_owned() }
}
