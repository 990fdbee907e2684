//! The rows behind numbers, SQL over the facts, Parquet for others: worked on the sample desk, and refused where they must be.

use crate::harness::{deskcard, deskcard_in, folder, root};

const SAMPLE: [&str; 2] = ["--config", "sample_data/deskcard.toml"];

fn sample(args: &[&str]) -> crate::harness::Run {
    deskcard(&[args, &SAMPLE].concat())
}

const CONFIG: &str = r#"[desk]
name = "Tiny"
time_zone = "Europe/Berlin"
as_of = "2026-03-09 06:00"

[[source]]
kind = "tickets"
files = ["tickets.csv"]
time_zone = "UTC"
"#;

const TICKETS: &str = "id,created_at,resolved_at,assignee,category,agent_replies,priority\n\
    =1+1,2026-03-02 09:00:00,2026-03-02 09:30:00,@Ann,\"-Net, work\",1,P1\n\
    T2,2026-03-03 09:00:00,2026-03-03 19:00:05,Ben,Access,3,P3\n\
    T3,2026-03-04 09:00:00,,Ben,Access,,P3\n";

fn tiny() -> tempfile::TempDir {
    folder(CONFIG, &[("tickets.csv", TICKETS)])
}

#[test]
fn a_row_says_what_it_adds_and_why() {
    let dir = tiny();
    let run = deskcard_in(dir.path(), &["rows", "fcr_touch", "--period", "2026-W10"]).ok();
    let mut lines = run.stdout.lines();
    let head: Vec<&str> = lines.next().expect("a header").split(',').collect();
    for column in ["id", "agent", "resolved_at", "agent_replies", "reassign_count", "counted_at", "counted_n", "counted_value", "verdict"] {
        assert!(head.contains(&column), "{head:?}");
    }
    let rows: Vec<&str> = lines.collect();
    // What a spreadsheet would take for a formula stands behind an apostrophe; instants are the desk's, to the second.
    assert!(
        rows[0].starts_with("'=1+1,2026-03-02 10:00:00,") && rows[0].contains("\"'-Net, work\"") && rows[0].contains("'@Ann"),
        "{}",
        rows[0]
    );
    assert!(rows[0].ends_with(",2026-03-02 10:30:00,1,1,hit") && rows[1].ends_with(",2026-03-03 20:00:05,1,0,miss"), "{rows:?}");
    assert_eq!(rows.len(), 2);
    assert_eq!(run.stderr, "2 rows; fcr_touch of 2026-W10 is 0.5\n");
    let raw = deskcard_in(dir.path(), &["rows", "fcr_touch", "--period", "2026-W10", "--csv", "machine", "--quiet"]).ok();
    assert!(raw.stdout.contains("\n=1+1,2026-03-02T09:00:00Z,") && raw.stdout.contains("\"-Net, work\""), "{}", raw.stdout);
    assert_eq!(raw.stderr, "");
    let stock = deskcard_in(dir.path(), &["rows", "backlog", "--period", "2026-W10", "--format", "json"]).ok().json();
    assert_eq!((stock.as_array().expect("rows").len(), &stock[0]["id"]), (1, &serde_json::json!("T3")));
}

#[test]
fn rows_of_what_is_not_there_are_refused_with_the_nearest() {
    let dir = tiny();
    for (args, words) in [
        (&["rows", "fcr_tuch"][..], &["fcr_tuch", "fcr_touch"][..]),
        (&["rows", "net_flow"], &["net_flow has no rows", "tickets_gone over tickets_created"]),
        (&["rows", "ttr_median", "--verdict", "miss"], &["ttr_median", "every row adds a number"]),
        (&["rows", "fcr_touch", "--verdict", "immature"], &["has to wait"]),
        (&["rows", "fcr_touch", "--agent", "Bem"], &["--agent", "Bem", "Ben"]),
        (&["rows", "fcr_touch", "--agent", "Ben", "--team", "x"], &["--agent", "--team"]),
        (&["rows", "fcr_touch", "--where", "prioritie = 'P1'"], &["prioritie", "priority"]),
        (&["rows", "fcr_touch", "--period", "2026-W99"], &["2026-W99"]),
        (&["sql", "SELECT * FROM tickts"], &["tickts", "tickets"]),
        (&["sql", "SELECT categry FROM tickets"], &["categry", "category"]),
        (&["sql", "SELECT category FROM tickets WHERE"], &["cannot answer", "deskcard sql"]),
        (&["sql", "SELECT value FROM readings", "--by", "agnt"], &["--by", "agnt", "agent"]),
        (&["sql", "SELECT metrik FROM readings"], &["metrik", "metric"]),
        (&["sql", "SELECT 1", "--tables"], &["--tables"]),
        (&["repeats", "--window", "28"], &["28", "28d"]),
        (&["repeats", "--by", "categry"], &["categry", "category"]),
    ] {
        let run = deskcard_in(dir.path(), args);
        let missing: Vec<_> = words.iter().filter(|w| !run.stderr.contains(**w)).collect();
        assert!(run.code == 2 && run.stdout.is_empty() && missing.is_empty(), "{args:?}: {} {} {missing:?}", run.code, run.stderr);
    }
}

#[test]
fn the_rows_of_the_sample_tell_its_planted_truths() {
    // Of 612 calls answered on Monday mornings 58.5 % have a ticket around them, some of them one that another call has already.
    let mondays = "start_weekday = 1 AND start_hour IN (8, 9)";
    let run = sample(&["rows", "log_rate", "--period", "2025-11-03..2026-11-15", "--where", mondays, "--format", "json"]).ok();
    let rows = run.json();
    let rows = rows.as_array().expect("rows");
    let hits = rows.iter().filter(|r| r["verdict"] == "hit").count();
    let share = hits as f64 / rows.len() as f64;
    assert!(rows.len() == 612 && (0.56..=0.585).contains(&share), "{hits} of {}", rows.len());
    // Norvik has 61.3 % of 693 answers satisfied.
    let norvik = sample(&[
        "rows",
        "csat",
        "--period",
        "2025-11-03..2026-11-15",
        "--supplier",
        "Norvik Outsourcing",
        "--verdict",
        "miss",
        "--format",
        "json",
    ]);
    let misses = norvik.ok().json().as_array().expect("rows").len();
    assert_eq!(misses, 268, "1 - 268 / 693 is 61.3 %");
}

#[test]
fn sql_answers_from_facts_and_from_readings() {
    let one = sample(&["sql", "SELECT COUNT(*) AS n, COUNT(DISTINCT category) AS k FROM tickets", "--format", "json"]).ok();
    assert_eq!(one.json()[0]["n"], 10_991);
    assert_eq!(one.stderr, "1 row of 2 columns\n");
    // The outage: 221 VPN tickets on two days of the desk's calendar.
    let outage = "SELECT COUNT(*) AS n FROM tickets WHERE subcategory = 'VPN' AND created_at_local >= '2026-09-15 00:00:00' AND created_at_local < '2026-09-17 00:00:00'";
    assert_eq!(sample(&["sql", outage, "--format", "csv", "--quiet"]).ok().stdout, "n\n221\n");
    let readings = "SELECT period, team, value, n FROM readings WHERE metric = 'csat' AND card = 'team' AND n > 0 ORDER BY period, team";
    let sql = sample(&["sql", readings, "--period", "month", "--format", "json", "--quiet"]).ok().json();
    let query = sample(&["query", "csat", "--by", "team", "--period", "month", "--format", "json"]).ok().json();
    let of_query = |p: &str, t: &str| {
        query
            .as_array()
            .expect("figures")
            .iter()
            .find(|f| f["period"] == p && f["group"]["team"] == t)
            .map(|f| (f["value"].as_f64(), f["n"].as_f64()))
    };
    let rows = sql.as_array().expect("rows");
    assert!(rows.len() > 24);
    for row in rows {
        let found = of_query(row["period"].as_str().expect("a period"), row["team"].as_str().expect("a team"));
        assert_eq!(found, Some((row["value"].as_f64(), row["n"].as_f64())), "{row}");
    }
    // A join by the hash of an id, in an order, with columns in the order asked for.
    let join = "SELECT s.score AS score, t.id AS id FROM surveys s JOIN tickets t ON s.ticket_id_key = t.id_key ORDER BY id, score LIMIT 2";
    let joined = sample(&["sql", join, "--format", "csv", "--csv", "machine"]).ok();
    assert!(joined.stdout.starts_with("score,id\n") && joined.stdout.lines().count() == 3, "{}", joined.stdout);
    let unordered = sample(&["sql", "SELECT category FROM tickets GROUP BY category"]).ok();
    assert!(unordered.stderr.contains("without ORDER BY"), "{}", unordered.stderr);
}

#[test]
fn sql_lists_what_there_is() {
    let (plain, asked) = (sample(&["sql"]).ok().stdout, sample(&["sql", "--tables"]).ok().stdout);
    assert_eq!(plain, asked);
    for word in ["tickets\n", "readings\n", "  created_at ", "The requester's site.", "  site_code", "_local"] {
        assert!(plain.contains(word), "no {word:?}");
    }
    // What is listed is there.
    let dir = tiny();
    for table in ["tickets", "ticket_events", "sla_clocks", "ticket_spans", "calls", "surveys", "agent_days", "spells", "observations"] {
        let listed = deskcard_in(dir.path(), &["sql"]).ok().stdout;
        let of_table = listed.split_once(&format!("{table}\n")).expect("listed").1.split("\n\n").next().expect("columns");
        let names: Vec<&str> = of_table.lines().filter_map(|l| l.split_whitespace().next()).collect();
        let columns: Vec<String> = names.iter().map(|n| format!("\"{n}\"")).collect();
        let run =
            deskcard_in(dir.path(), &["sql", &format!("SELECT {} FROM {table}", columns.join(", ")), "--format", "csv", "--quiet"]).ok();
        assert_eq!(run.stdout.lines().next().expect("a header"), names.join(","), "{table}");
    }
}

#[test]
fn parquet_is_written_and_read_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("rows.parquet");
    let out = path.to_str().expect("a path");
    let args = ["rows", "ttr_median", "--period", "2026-10", "--quiet"];
    let bytes = |out: &str| {
        sample(&[&args[..], &["--format", "parquet", "--out", out]].concat()).ok();
        std::fs::read(out).expect("a file")
    };
    assert_eq!(bytes(out), bytes(out), "the same rows are the same bytes");
    assert!(bytes(out).starts_with(b"PAR1") && bytes(out).ends_with(b"PAR1"));
    // Read back as an export of a desk.
    let config = "[desk]\nname = \"Back\"\ntime_zone = \"UTC\"\nas_of = \"2026-11-16 00:00\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"rows.parquet\"]\n";
    std::fs::write(dir.path().join("deskcard.toml"), config).expect("a config");
    let back = deskcard_in(dir.path(), &["query", "ttr_median", "--format", "json", "--quiet"]).ok().json();
    let own = sample(&["query", "ttr_median", "--from", "2026-10-01", "--to", "2026-10-31", "--format", "json", "--quiet"]).ok().json();
    assert_eq!((&back[0]["value"], &back[0]["n"]), (&own[0]["value"], &own[0]["n"]));
    assert!(root().join("sample_data").is_dir());
}
