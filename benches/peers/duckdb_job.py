"""The benchmark's job in DuckDB. usage: duckdb_job.py DIR OUT.csv"""

import sys

import duckdb

TIME, WHOLE, TEXT = "TIMESTAMP", "INTEGER", "VARCHAR"


def read(name: str, types: dict[str, str]) -> str:
    typed = ", ".join(f"'{column}': '{type_}'" for column, type_ in types.items())
    return f"read_csv('{folder}/{name}.csv', header = true, types = {{{typed}}}, timestampformat = '%Y-%m-%d %H:%M:%S')"


folder, out = sys.argv[1:3]
tickets = read("tickets", {"opened_at": TIME, "resolved_at": TIME, "closed_at": TIME, "sla_due": TIME, "updated_at": TIME,
                           "reassignment_count": WHOLE, "reopen_count": WHOLE})
calls = read("calls", {"start": TIME, "wait_s": WHOLE, "talk_s": WHOLE, "hold_s": WHOLE, "wrap_s": WHOLE,
                       "abandoned": "BOOLEAN", "ticket_number": TEXT})
surveys = read("surveys", {"submitted_at": TIME, "score": WHOLE})

desk = duckdb.connect()
desk.execute("SET preserve_insertion_order = false")
desk.execute(f"""
COPY (
  WITH ticket AS (
    SELECT number, assigned_to AS agent, reassignment_count + reopen_count = 0 AS straight,
           date_trunc('week', opened_at)::DATE AS opened_week, date_trunc('week', resolved_at)::DATE AS week,
           epoch(resolved_at)::BIGINT - epoch(opened_at)::BIGINT AS took,
           3600 * CASE left(priority, 1) WHEN '1' THEN 4 WHEN '2' THEN 8 WHEN '3' THEN 24 ELSE 72 END AS target,
           lead(opened_at) OVER (PARTITION BY caller, category ORDER BY opened_at, number) <= opened_at + INTERVAL 7 DAY AS again
    FROM {tickets}
  ),
  solved AS (
    SELECT week, agent, count(*) AS n, avg((straight AND took <= 86400)::INT) AS fcr, avg((took <= target)::INT) AS sla,
           avg(score) AS csat, avg((score >= 4)::INT) AS top, quantile_cont(took, 0.5) AS p50, quantile_cont(took, 0.9) AS p90,
           avg(coalesce(again, false)::INT) AS again
    FROM ticket LEFT JOIN {surveys} AS survey ON survey.ticket_number = ticket.number
    WHERE week IS NOT NULL AND agent IS NOT NULL
    GROUP BY week, agent
  ),
  phone AS (
    SELECT date_trunc('week', start)::DATE AS week, agent, count(*) FILTER (NOT abandoned) AS n,
           avg(talk_s + hold_s + wrap_s) FILTER (NOT abandoned) AS aht, avg(abandoned::INT) AS lost
    FROM {calls}
    GROUP BY week, agent
  ),
  change AS (
    SELECT week, agent, sum(by_how_much) AS by_how_much
    FROM (SELECT opened_week AS week, agent, count(*) AS by_how_much FROM ticket WHERE agent IS NOT NULL GROUP BY ALL
          UNION ALL SELECT week, agent, -n FROM solved)
    GROUP BY week, agent
  ),
  grid AS (
    SELECT week, agent, sum(coalesce(by_how_much, 0)) OVER (PARTITION BY agent ORDER BY week) AS backlog
    FROM (SELECT DISTINCT week FROM change) CROSS JOIN (SELECT DISTINCT agent FROM change) LEFT JOIN change USING (week, agent)
  )
  SELECT week, agent, coalesce(solved.n, 0) AS tickets_resolved, fcr AS bench_fcr, sla AS sla_resolution_resolved,
         csat AS csat_resolved_mean, top AS csat_resolved, p50 AS ttr_median, p90 AS ttr_p90, again AS bench_repeat,
         coalesce(phone.n, 0) AS calls_answered, aht, lost AS bench_abandoned, backlog::BIGINT AS backlog
  FROM grid LEFT JOIN solved USING (week, agent) LEFT JOIN phone USING (week, agent)
  ORDER BY week, agent
) TO '{out}' (HEADER)""")
