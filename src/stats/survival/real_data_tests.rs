//! The survival and turnover cases of `24_real_data.json`. Their data are not part of the project: they lie beside the checkout, in
//! `../shared/data/hr`; where they do not, the tests say so and pass.

use super::*;
use crate::stats::numbers::{case, counts, list, near};
use crate::stats::person_time::{PersonTime, Stay, leavers_and_days, rate_ratio};
use serde_json::Value;
use std::path::Path;

const NUMBERS: &str = include_str!("../../../tests/numbers/24_real_data.json");

/// Cells by row and column, header first; nothing where the file is not there.
fn table(file: &str) -> Option<Vec<Vec<String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hr").join(file);
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let text = String::from_utf8_lossy(&bytes);
    Some(text.trim_start_matches('\u{feff}').lines().map(cells).collect())
}

/// Cells of a line; quotes hold commas together.
fn cells(line: &str) -> Vec<String> {
    let mut is_quoted = false;
    let parts = line.split(|c: char| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    });
    parts.map(|part| part.trim_matches('"').trim().to_owned()).collect()
}

/// The cells of the named column.
fn column(table: &[Vec<String>], name: &str) -> Vec<String> {
    let index = table[0].iter().position(|header| header == name).unwrap();
    table[1..].iter().map(|row| row[index].clone()).collect()
}

/// Days since 1 January 1970 of a date in the proleptic Gregorian calendar (Hinnant's algorithm).
fn day(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `7/5/2011`; nothing for an empty cell.
fn us_date(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split('/').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect();
    (!parts.is_empty()).then(|| day(parts[2], parts[0], parts[1]))
}

struct Staff {
    stays: Vec<Stay>,
    spells: Vec<Spell>,
    is_voluntary: Vec<bool>,
    sex: Vec<String>,
}

fn staff() -> Option<Staff> {
    let table = table("HRDataset_v14.csv")?;
    let end = day(2018, 11, 10);
    let dates = |name: &str| column(&table, name).iter().map(|text| us_date(text)).collect::<Vec<_>>();
    let stays: Vec<Stay> =
        dates("DateofHire").into_iter().zip(dates("DateofTermination")).map(|(hired, left)| Stay { hired: hired.unwrap(), left }).collect();
    let spell = |stay: &Stay| Spell { entry: 0.0, exit: (stay.left.unwrap_or(end) - stay.hired) as f64, is_event: stay.left.is_some() };
    Some(Staff {
        spells: stays.iter().map(spell).collect(),
        is_voluntary: column(&table, "EmploymentStatus").iter().map(|status| status == "Voluntarily Terminated").collect(),
        sex: column(&table, "Sex"),
        stays,
    })
}

/// Survival and limits at the times of a case.
#[track_caller]
fn check_curve(curve: &KaplanMeier, times: &[f64], case: &Value) {
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let [survival, low, high] = ["surv", "lower_log", "upper_log"].map(|key| list(&want[key]));
    for (i, &time) in times.iter().enumerate() {
        let got = curve.at(time, Scale::Log).unwrap();
        near(got.survival, survival[i], tolerance);
        near(got.limits.unwrap().0, low[i], tolerance);
        near(got.limits.unwrap().1, high[i], tolerance);
        if let Some(se) = want.get("se") {
            near(got.se.unwrap(), list(se)[i], tolerance);
        }
    }
}

#[test]
fn tenure_of_a_staff_list() {
    let Some(staff) = staff() else { return };
    let case = case(NUMBERS, "hr_v14_tenure_km");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    assert_eq!(staff.spells.len() as u64, want["n"].as_u64().unwrap());
    assert_eq!(staff.spells.iter().filter(|s| s.is_event).count() as u64, want["events"].as_u64().unwrap());
    let curve = KaplanMeier::new(&staff.spells).unwrap();
    check_curve(&curve, &list(&want["times_days"]), &case);
    assert_eq!(curve.quantile(0.5, Scale::Log).unwrap().time, want["median_days"].as_f64());
    let by_sex =
        ["F", "M"].map(|sex| -> Vec<Spell> { staff.spells.iter().zip(&staff.sex).filter(|(_, s)| *s == sex).map(|(s, _)| *s).collect() });
    near(log_rank(&by_sex).unwrap().chi_square, want["logrank_by_sex_chisq"].as_f64().unwrap(), tolerance);
}

#[test]
fn reasons_of_a_staff_list() {
    let Some(staff) = staff() else { return };
    let case = case(NUMBERS, "hr_v14_tenure_km");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let cause = |(s, &is_voluntary): (&Spell, &bool)| CauseSpell {
        entry: s.entry,
        exit: s.exit,
        cause: s.is_event.then_some(usize::from(!is_voluntary)),
    };
    let spells: Vec<CauseSpell> = staff.spells.iter().zip(&staff.is_voluntary).map(cause).collect();
    let naive: Vec<Spell> = spells.iter().map(|s| Spell { entry: 0.0, exit: s.exit, is_event: s.cause == Some(0) }).collect();
    let (curve, naive) = (AalenJohansen::new(&spells, 2).unwrap(), KaplanMeier::new(&naive).unwrap());
    let overstated = list(&want["naive_1_minus_km_voluntary"]);
    for (i, time) in [365.0, 730.0, 1825.0].into_iter().enumerate() {
        let wanted = list(&want["cif_at_365_730_1825"]["p"][i]);
        let got = curve.at(time).unwrap();
        near(1.0 - got[0] - got[1], wanted[0], tolerance);
        near(got[0], wanted[1], tolerance);
        near(got[1], wanted[2], tolerance);
        near(1.0 - naive.at(time, Scale::Log).unwrap().survival, overstated[i], tolerance);
    }
}

#[test]
fn leavers_a_year_of_a_staff_list() {
    let Some(staff) = staff() else { return };
    let case = case(NUMBERS, "hr_v14_person_time_rates");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let [leavers, days] = ["leavers", "person_days"].map(|key| counts(&want[key]));
    let [rate, low, high] = ["rate", "lower", "upper"].map(|key| list(&want[key]));
    let mut years = Vec::new();
    for (i, year) in counts(&want["year"]).into_iter().enumerate() {
        let year = year.cast_signed();
        let got = leavers_and_days(&staff.stays, &(day(year, 1, 1)..day(year + 1, 1, 1))).unwrap();
        assert_eq!(got, (leavers[i], days[i]), "{year}");
        let got = PersonTime::new(got.0, got.1 as f64 / 365.25).unwrap();
        near(got.rate(), rate[i], tolerance);
        near(got.rate_limits().0, low[i], tolerance);
        near(got.rate_limits().1, high[i], tolerance);
        years.push(got);
    }
    let [.., before, after] = years[..] else { panic!("two years") };
    let p = want["p_2016_vs_2017_conditional_exact"].as_f64().unwrap();
    near(rate_ratio(before, after).unwrap().p_exact, p, tolerance);
}

#[test]
fn turnover_of_babushkin() {
    let Some(table) = table("turnover_babushkin.csv") else { return };
    let case = case(NUMBERS, "babushkin_turnover_km_logrank");
    let (want, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let events = column(&table, "event").into_iter().map(|event| event == "1");
    let spells: Vec<Spell> = column(&table, "stag")
        .iter()
        .zip(events)
        .map(|(time, is_event)| Spell { entry: 0.0, exit: time.parse().unwrap(), is_event })
        .collect();
    assert_eq!(spells.len() as u64, want["n"].as_u64().unwrap());
    assert_eq!(spells.iter().filter(|s| s.is_event).count() as u64, want["events"].as_u64().unwrap());
    let curve = KaplanMeier::new(&spells).unwrap();
    check_curve(&curve, &list(&want["months"]), &case);
    near(curve.quantile(0.5, Scale::Log).unwrap().time.unwrap(), want["median"].as_f64().unwrap(), tolerance);
    for name in ["coach", "greywage"] {
        let want = &want[format!("logrank_{name}")];
        let values = column(&table, name);
        let group = |value: &Value| -> Vec<Spell> {
            spells.iter().zip(&values).filter(|(_, v)| value.as_str() == Some(v.as_str())).map(|(s, _)| *s).collect()
        };
        let groups: Vec<Vec<Spell>> = want["groups"].as_array().unwrap().iter().map(group).collect();
        let got = log_rank(&groups).unwrap();
        assert_eq!(got.groups.iter().map(|g| g.n).collect::<Vec<_>>(), counts(&want["n"]));
        assert_eq!(got.groups.iter().map(|g| g.observed).collect::<Vec<_>>(), counts(&want["obs"]));
        got.groups.iter().zip(list(&want["exp"])).for_each(|(g, want)| near(g.expected, want, tolerance));
        near(got.chi_square, want["chisq"].as_f64().unwrap(), tolerance);
        near(got.p, want["p"].as_f64().unwrap(), tolerance);
    }
}
