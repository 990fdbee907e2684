"""The benchmark's job in Python polars, tuned: dates parsed after reading, weeks by division, one 64-bit key for who asks
about what. usage: polars_job.py DIR OUT.csv"""

import sys

import polars as pl

DAY = 86_400_000_000


def scan(name: str, whole: list[str], dates: list[str], **more: type[pl.DataType]) -> pl.LazyFrame:
    types = dict.fromkeys(whole, pl.Int32) | more
    frame = pl.scan_csv(f"{folder}/{name}.csv", infer_schema=False, schema_overrides=types)
    return frame.with_columns(pl.col(dates).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", cache=False))


def week(at: str) -> pl.Expr:
    """Weeks since Monday 1969-12-29."""
    return (pl.col(at).cast(pl.Int64) + 3 * DAY) // (7 * DAY)


folder, out = sys.argv[1:3]
tickets = scan("tickets", ["reassignment_count", "reopen_count"], ["opened_at", "resolved_at"])
calls = scan("calls", ["talk_s", "hold_s", "wrap_s"], ["start"], abandoned=pl.Boolean)
surveys = scan("surveys", ["score"], []).select("ticket_number", "score")

took = (pl.col("resolved_at") - pl.col("opened_at")).dt.total_seconds()
first = pl.col("priority").str.slice(0, 1)
target = pl.when(first == "1").then(4).when(first == "2").then(8).when(first == "3").then(24).otherwise(72) * 3600
straight = (pl.col("reassignment_count") == 0) & (pl.col("reopen_count") == 0)
# The file is in the order of opening, which a stable sort by the key keeps.
ticket = (
    tickets.select("number", "opened_at", agent="assigned_to", opened_week=week("opened_at"), week=week("resolved_at"), took=took,
                   fcr=straight & (took <= 86_400), sla=took <= target, key=pl.struct("caller", "category").hash())
    .sort("key", maintain_order=True)
    .with_columns(again=((pl.col("key").shift(-1) == pl.col("key"))
                         & (pl.col("opened_at").shift(-1) - pl.col("opened_at") <= pl.duration(days=7))).fill_null(False))
    .select("number", "agent", "opened_week", "week", "took", "fcr", "sla", "again")
    .filter(pl.col("agent").is_not_null())
)
solved = (
    ticket.filter(pl.col("week").is_not_null())
    .join(surveys, left_on="number", right_on="ticket_number", how="left")
    .group_by("week", "agent")
    .agg(tickets_resolved=pl.len(), bench_fcr=pl.col("fcr").mean(), sla_resolution_resolved=pl.col("sla").mean(),
         csat_resolved_mean=pl.col("score").mean(), csat_resolved=(pl.col("score") >= 4).mean(),
         ttr_median=pl.col("took").quantile(0.5, "linear"), ttr_p90=pl.col("took").quantile(0.9, "linear"),
         bench_repeat=pl.col("again").mean())
)
lost = pl.col("abandoned")
phone = calls.group_by(agent="agent", week=week("start")).agg(
    calls_answered=(~lost).sum(), aht=(pl.col("talk_s") + pl.col("hold_s") + pl.col("wrap_s")).filter(~lost).mean(),
    bench_abandoned=lost.mean())
opened = ticket.group_by(week="opened_week", agent="agent").agg(n=pl.len())
opened, solved, phone = pl.collect_all([opened, solved, phone], engine="streaming")

plus = opened.select("week", "agent", change=pl.col("n").cast(pl.Int64))
minus = solved.select("week", "agent", change=-pl.col("tickets_resolved").cast(pl.Int64))
change = pl.concat([plus, minus]).group_by("week", "agent").agg(pl.col("change").sum())
grid = change.select("week").unique().join(change.select("agent").unique(), how="cross")
backlog = pl.col("change").fill_null(0).cum_sum().over("agent")
(
    grid.join(change, on=["week", "agent"], how="left").sort("agent", "week").select("week", "agent", backlog=backlog)
    .join(solved, on=["week", "agent"], how="left").join(phone, on=["week", "agent"], how="left").sort("week", "agent")
    .with_columns((pl.col("week").cast(pl.Int32) * 7 - 3).cast(pl.Date), pl.col("tickets_resolved", "calls_answered").fill_null(0))
    .write_csv(out)
)
