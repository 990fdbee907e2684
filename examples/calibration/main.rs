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
use simulate::charts::{Rules, Weeks};
use simulate::engine::Judged;
use simulate::league::{NAIVE, Tally};
use simulate::{Desk, charts, drivers, engine, headline, league, months, whole_report};
use table::{fine_percent, number, percent, points};

/// Reports for the rules that are quick.
const MANY: u64 = 4_000;
/// Reports for our engine.
const REPORTS: u64 = 1_000;
/// Reports whose permutations take long.
const SEARCHES: u64 = 400;

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
    let desks = [(20.0, 0.0), (20.0, 0.05), (20.0, 0.08), (60.0, 0.0), (60.0, 0.05), (60.0, 0.08)]
        .map(|(median, sd)| Desk { median, ..Desk::usual(sd) });
    let judged = desks.iter().map(|desk| engine::judged(*desk, REPORTS)).collect::<Result<Vec<_>>>()?;
    let of = |median: f64| {
        desks.iter().zip(&judged).filter(|(desk, _)| (desk.median - median).abs() < 0.5).map(|(_, judged)| *judged).collect::<Vec<_>>()
    };
    league_table(20.0, &of(20.0))?;
    league_table(60.0, &of(60.0))?;
    coverage()?;
    two_months()?;
    arrows()?;
    stable_charts()?;
    stable_weeks()?;
    whole_reports()?;
    searches()?;
    println!("Headline figures, on the seeds and sizes of the tests\n");
    for headline in [headline::coverage()?, headline::false_clear_verdicts()?, headline::wrong_share()?, headline::driver_false_alarms()?] {
        println!("{}", headline.line);
    }
    Ok(())
}

/// `judged` are the desks whose agents differ by 0, 5 and 8 points.
fn league_table(median: f64, judged: &[Judged]) -> Result<()> {
    let mut rows = Vec::new();
    for rule in NAIVE {
        let tally = |sd| league::tally(rule, Desk { median, ..Desk::usual(sd) }, MANY);
        rows.push(league_row(rule.name, &[tally(0.0)?, tally(0.05)?, tally(0.08)?]));
    }
    for (name, of) in [("deskcard, leaning or clear", (|j: &Judged| j.leaning) as fn(&Judged) -> Tally), ("deskcard, clear", |j| j.clear)] {
        rows.push(league_row(name, &judged.iter().map(of).collect::<Vec<_>>()));
    }
    let title = format!(
        "20 agents, median {median:.0} surveys, target 85 %. Null: all agents truly at 85 %. Else they differ with an SD of 5 or 8 points.\n\
         Wrong: share of low marks on agents at target or above. Finds: share of agents truly below 80 % marked low."
    );
    let header =
        ["rule", "null: marks a report", "reports with a mark", "SD 5: low marks", "wrong", "finds", "SD 8: low marks", "wrong", "finds"];
    table::print(&title, &header, &rows);
    Ok(())
}

/// `tallies` as in [`league_table`].
fn league_row(name: &str, tallies: &[Tally]) -> Vec<String> {
    let mut row = vec![name.to_owned(), number(tallies[0].marked_a_report()), fine_percent(tallies[0].reports_with_any())];
    for tally in &tallies[1..] {
        row.extend([number(tally.low_a_report()), percent(tally.wrong()), percent(tally.power())]);
    }
    row
}

fn coverage() -> Result<()> {
    let row = |desk: Desk| {
        let judged = engine::judged(desk, REPORTS)?;
        Ok(vec![
            desk.agents.to_string(),
            format!("{:.0}", 100.0 * desk.sd),
            fine_percent(judged.coverage),
            fine_percent(judged.wilson_coverage),
            points(judged.rmse),
            points(judged.raw_rmse),
        ])
    };
    let rows = headline::desks().map(row).collect::<Result<Vec<_>>>()?;
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

fn whole_reports() -> Result<()> {
    let found = whole_report::false_verdicts(REPORTS)?;
    let row = vec![number(found.possible), format!("{:.3}", found.clear), format!("{:.3}", found.leaning)];
    let header = ["verdicts that could be false", "clear", "leaning"];
    table::print("False verdicts a report: 20 to 30 agents, 7 metrics, all truly at target", &header, &[row]);
    Ok(())
}

fn searches() -> Result<()> {
    let found = drivers::searched(SEARCHES)?;
    let row = vec![fine_percent(found.adjusted), fine_percent(found.best_p)];
    let header = ["deskcard: permutation of agents, adjusted", "best of 18 p values below 0.05"];
    table::print(
        "Reports in which a search for drivers finds one where there is none: 30 agents, 6 attributes, 3 metrics",
        &header,
        &[row],
    );
    Ok(())
}
