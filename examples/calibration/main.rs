//! How honest the numbers are: made-up desks whose truth is known, judged by deskcard and by the rules other scorecards use.
//!
//! ```text
//! cargo run --release --example calibration
//! ```
//!
//! Every run prints the same numbers, in less than a minute on two cores.

mod simulate;
mod table;

use std::process::ExitCode;

use deskcard::stats::Result;
use deskcard::stats::interval::wilson_95;
use simulate::charts::{Rules, Weeks};
use simulate::engine::Judged;
use simulate::league::{NAIVE, Tally};
use simulate::{Desk, charts, engine, headline, league, months};
use table::{fine_percent, number, percent, points};

/// Reports for the rules that are quick.
const MANY: u64 = 4_000;
/// Reports for our engine.
const REPORTS: u64 = 1_000;
/// The same of agents with more surveys.
const LARGER_REPORTS: u64 = 500;

fn main() -> ExitCode {
    match print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("calibration: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn print() -> Result<()> {
    league_table(20.0, REPORTS)?;
    league_table(60.0, LARGER_REPORTS)?;
    let intervals = headline::intervals()?;
    coverage(&intervals)?;
    two_months()?;
    arrows()?;
    wilson()?;
    stable_charts()?;
    stable_weeks()?;
    println!("Headline figures, on the seeds and sizes of the tests\n");
    println!("{}", headline::intervals_line(&intervals));
    println!("{}", headline::false_verdicts_line(headline::false_verdicts()?));
    println!("{}", headline::marks_line(headline::marks()?));
    println!("{}", headline::searches_line(headline::searches()?));
    Ok(())
}

/// Desks whose agents differ by 0, 5 and 8 points.
fn league_table(median: f64, reports: u64) -> Result<()> {
    let desks = [0.0, 0.05, 0.08].map(|sd| Desk { median, ..Desk::usual(sd) });
    let mut rows = Vec::new();
    for rule in NAIVE {
        let tallies = desks.iter().map(|desk| league::tally(rule, *desk, MANY)).collect::<Result<Vec<_>>>()?;
        rows.push(league_row(rule.name, &tallies));
    }
    let judged = desks.iter().map(|desk| engine::judged(*desk, reports)).collect::<Result<Vec<_>>>()?;
    for (name, of) in [("deskcard, leaning or clear", (|j: &Judged| j.leaning) as fn(&Judged) -> Tally), ("deskcard, clear", |j| j.clear)] {
        rows.push(league_row(name, &judged.iter().map(of).collect::<Vec<_>>()));
    }
    let title = format!(
        "20 agents, median {median:.0} surveys, target 85 %. Null: all agents truly at 85 %. Else they differ with an SD of 5 or 8 points.\n\
         Wrong: share of low marks on agents at target or above. Finds: share of agents truly below 80 % marked low."
    );
    let header = [
        "rule",
        "null: marks a report",
        "low ones",
        "reports with a mark",
        "SD 5: low marks",
        "wrong",
        "finds",
        "SD 8: low marks",
        "wrong",
        "finds",
    ];
    table::print(&title, &header, &rows);
    Ok(())
}

/// With the standard error of the simulation.
fn low_marks(tally: &Tally) -> String {
    format!("{:.2} ± {:.2}", tally.low_a_report(), tally.low_error())
}

/// `tallies` as in [`league_table`].
fn league_row(name: &str, tallies: &[Tally]) -> Vec<String> {
    let mut row =
        vec![name.to_owned(), number(tallies[0].marked_a_report()), low_marks(&tallies[0]), fine_percent(tallies[0].reports_with_any())];
    for tally in &tallies[1..] {
        row.extend([low_marks(tally), percent(tally.wrong()), percent(tally.power())]);
    }
    row
}

fn coverage(intervals: &[(Desk, Judged)]) -> Result<()> {
    let row = |(desk, judged): &(Desk, Judged)| {
        let raw = engine::raw(*desk, MANY)?;
        Ok(vec![
            desk.agents.to_string(),
            format!("{:.0}", 100.0 * desk.sd),
            fine_percent(judged.coverage),
            fine_percent(raw.wilson_coverage),
            points(judged.rmse),
            points(raw.rmse),
        ])
    };
    let rows = intervals.iter().map(row).collect::<Result<Vec<_>>>()?;
    let header = ["agents", "SD, points", "coverage", "coverage of Wilson", "RMSE, points", "RMSE of raw rates"];
    table::print(
        "95 % intervals, median 20 surveys: how often they hold the true rate, and how far the estimate is from it",
        &header,
        &rows,
    );
    Ok(())
}

fn two_months() -> Result<()> {
    let row = |sd: f64| {
        let compared = months::compared(Desk::usual(sd), MANY)?;
        Ok(vec![
            format!("{:.0}", 100.0 * sd),
            points(compared.change_of_lowest),
            points(compared.expected_change),
            number(compared.rank_correlation),
            percent(compared.top_again),
        ])
    };
    let rows = [0.0, 0.05].into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let header = ["SD, points", "bottom five change by", "deskcard expects", "rank correlation", "top agent again"];
    table::print("The next month, with nothing done: 20 agents, median 20 surveys", &header, &rows);
    Ok(())
}

fn arrows() -> Result<()> {
    let row = |n: u64| {
        let arrows = months::false_arrows(n, simulate::TARGET)?;
        Ok(vec![n.to_string(), fine_percent(arrows.five_points), fine_percent(arrows.newcombe)])
    };
    let rows = [15, 40, 100, 400].into_iter().map(row).collect::<Result<Vec<_>>>()?;
    table::print("Weeks whose arrow moves without any change (exact)", &["surveys a week", "5 points or more", "Newcombe 95 %"], &rows);
    Ok(())
}

fn wilson() -> Result<()> {
    let row = |n: u64| {
        let coverages = [0.8, 0.9, 0.95].map(|rate| months::coverage(n, rate, wilson_95));
        let cells = coverages.into_iter().map(|coverage| coverage.map(fine_percent)).collect::<Result<Vec<_>>>()?;
        Ok([vec![n.to_string()], cells].concat())
    };
    let rows = [5, 10, 20, 50, 200].into_iter().map(row).collect::<Result<Vec<_>>>()?;
    table::print(
        "Wilson's 95 % interval for one rate on its own: how often it holds the true rate (exact)",
        &["surveys", "80 %", "90 %", "95 %"],
        &rows,
    );
    Ok(())
}

fn stable_charts() -> Result<()> {
    let names = [
        (Rules::ThreeSigma, "three sigma alone"),
        (Rules::SixPointTrend, "four rules, trend of 6"),
        (Rules::Ours, "four rules, trend of 7 (deskcard)"),
        (Rules::Anhoej, "Anhoej runs"),
    ];
    let mut rows = Vec::new();
    for (rules, name) in names {
        let mut row = vec![name.to_owned()];
        for length in [13, 26, 52] {
            let found = charts::false_signals(rules, length, 3 * MANY)?;
            row.extend([fine_percent(found.any), if rules == Rules::Anhoej { "-".to_owned() } else { fine_percent(found.newest) }]);
        }
        rows.push(row);
    }
    let header = ["rules", "13 points: any", "newest", "26 points: any", "newest", "52 points: any", "newest"];
    table::print("Stable normal series with a false signal, XmR chart", &header, &rows);
    Ok(())
}

fn stable_weeks() -> Result<()> {
    let mut rows = Vec::new();
    for (weeks, name, sizes) in
        [(Weeks::Binomial, "true rate 92 %", [12, 60, 400]), (Weeks::Wandering, "wanders by 3 points", [60, 400, 2_000])]
    {
        for n in sizes {
            let found = charts::beyond_three_sigma(weeks, n, MANY / 2)?;
            let mut row = vec![name.to_owned(), n.to_string()];
            row.extend([found.xmr, found.p, found.p_prime, found.ours].map(fine_percent));
            rows.push(row);
        }
    }
    let header = ["26 stable weeks", "surveys a week", "XmR", "p", "p' as published", "p' (deskcard)"];
    table::print("Charts of a stable rate with a point beyond three sigma", &header, &rows);
    Ok(())
}
