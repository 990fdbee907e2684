//! What no system exports: quality reviews, feedback of colleagues, praise, shadowing, absence and the monthly cost.

use crate::csv::line;
use crate::dates::{civil, date, day_text, days, weekday};
use crate::people::{Agent, SUPPLIER};
use crate::rng::Rng;

/// One row: agent, day, measure and value, the last with its decimals.
type Row = (i64, &'static str, &'static str, String);

/// The text of `observations.csv` for the months from November 2025 to October 2026.
pub(crate) fn observations(staff: &[Agent]) -> String {
    let mut rng = Rng::new(360);
    let mut rows: Vec<Row> = Vec::new();
    for month in 0..12 {
        let (last, cost) = (month_end(month), 24_000.0 + 700.0 * rng.normal());
        rows.push((last, "", "operating_cost", format!("{cost:.0}")));
        for agent in staff.iter().filter(|agent| agent.employed(last)) {
            monthly(&mut rng, agent, last, month, &mut rows);
        }
    }
    shadowing(staff, &mut rows);
    rows.sort();
    let head = "agent,date,measure,value\n".to_owned();
    rows.iter().fold(head, |text, (day, agent, measure, value)| text + &line(&[agent, &day_text(*day), measure, value]))
}

/// The last day of a month, counted from November 2025.
fn month_end(month: i64) -> i64 {
    let next = 2025 * 12 + 10 + month + 1;
    days(next / 12, next % 12 + 1, 1) - 1
}

/// What is noted of an agent at the end of a month.
fn monthly(rng: &mut Rng, agent: &Agent, last: i64, month: i64, rows: &mut Vec<Row>) {
    let quality = 84.0 + 100.0 * agent.liked.min(0.05) + 4.0 * rng.normal();
    rows.push((last, agent.id, "qa_score", format!("{:.0}", quality.clamp(50.0, 100.0))));
    let absent = if rng.chance(0.3) { 4 * rng.between(1, 8) } else { 0 };
    rows.push((last, agent.id, "absence_hours", absent.to_string()));
    if month % 3 == 1 {
        let peers = 3.9 + 4.0 * agent.first_contact + 0.3 * rng.normal();
        rows.push((last, agent.id, "peer_360", format!("{:.1}", peers.clamp(1.0, 5.0))));
    }
    if rng.chance(0.4) {
        rows.push((last - rng.between(0, 27), agent.id, "kudos", "1".to_owned()));
    }
}

/// Half a day in a warehouse or an office for every in-house agent, from March 2026, two agents a week.
fn shadowing(staff: &[Agent], rows: &mut Vec<Row>) {
    let mut day = date("2026-03-02");
    for agent in staff.iter().filter(|agent| agent.team != SUPPLIER && agent.left.is_none()) {
        let at = day.max(agent.hired + 60);
        let at = if weekday(at) > 4 { at + 2 } else { at };
        if civil(at).1 <= 10 {
            rows.push((at, agent.id, "shadowing_days", "0.5".to_owned()));
        }
        day += if weekday(day) == 0 { 3 } else { 4 };
    }
}
