use proptest::prelude::{any, prop, prop_assert_eq, proptest};

use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::{Design, Invalid, Proportion, SEPARATED, chances, fit, log_likelihood};

const NUMBERS: &str = include_str!("../../../tests/numbers/20_driver_models.json");
const ADMISSIONS: &str = include_str!("../../../tests/numbers/07_case_mix.json");

fn of(hits: u64, n: u64) -> Proportion {
    Proportion::new(hits, n).unwrap()
}

/// Male and female applicants of six departments: the design with departments, the one without, and the outcomes.
fn admissions() -> (Design, Design, Vec<Proportion>) {
    let inputs = &case(ADMISSIONS, "ucb_admissions_oe")["inputs"];
    let (mut full, mut crude, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for female in 0..2 {
        let (admitted, applicants) = (counts(&inputs["admitted"][female]), counts(&inputs["applicants"][female]));
        for department in 0..6 {
            let mut row = vec![0.0; 6];
            row[0] = female as f64;
            if department > 0 {
                row[department] = 1.0;
            }
            crude.push(vec![female as f64]);
            full.push(row);
            outcomes.push(of(admitted[department], applicants[department]));
        }
    }
    (Design::new(&full).unwrap(), Design::new(&crude).unwrap(), outcomes)
}

#[test]
fn admissions_published() {
    let case = case(NUMBERS, "logistic_ucb");
    let (expected, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let (full, crude, outcomes) = admissions();
    let model = fit(&full, &outcomes, 0.0).unwrap();
    for j in 0..7 {
        near(model.coefficients[j], list(&expected["coef"])[j], tolerance);
        near(model.standard_errors[j], list(&expected["se"])[j], tolerance);
    }
    near(model.deviance, expected["deviance"].as_f64().unwrap(), tolerance);
    let crude = fit(&crude, &outcomes, 0.0).unwrap();
    for j in 0..2 {
        near(crude.coefficients[j], list(&expected["crude_gender"])[j], tolerance);
    }
    assert!(crude.deviance > model.deviance + 500.0);
}

fn ridge_case() -> (Design, Vec<Proportion>) {
    let inputs = &case(NUMBERS, "ridge_logistic_160_rows")["inputs"];
    let rows: Vec<Vec<f64>> = inputs["x"].as_array().unwrap().iter().map(list).collect();
    (Design::new(&rows).unwrap(), counts(&inputs["y"]).into_iter().map(|y| of(y, 1)).collect())
}

#[test]
fn ridge_of_three_strengths() {
    let case = case(NUMBERS, "ridge_logistic_160_rows");
    let tolerance = case["tolerance"].as_f64().unwrap();
    let (design, outcomes) = ridge_case();
    for (name, ridge) in [("lambda_0", 0.0), ("lambda_1", 1.0), ("lambda_10", 10.0)] {
        let model = fit(&design, &outcomes, ridge).unwrap();
        for (got, want) in model.coefficients.iter().zip(list(&case["expected"][name])) {
            near(*got, want, tolerance);
        }
    }
}

/// A ridge pulls all coefficients but the intercept to zero; at its limit the intercept is the log-odds of the whole.
#[test]
fn a_huge_ridge_leaves_the_overall_rate() {
    let (design, outcomes) = ridge_case();
    let model = fit(&design, &outcomes, 1e9).unwrap();
    assert!(model.coefficients[1..].iter().all(|b| b.abs() < 1e-6));
    let hits = outcomes.iter().map(|o| o.hits()).sum::<u64>() as f64;
    near(model.coefficients[0], (hits / (160.0 - hits)).ln(), 1e-6);
}

/// The intercept alone: log-odds, and the standard error `√(1/hits + 1/misses)`.
#[test]
fn one_rate() {
    let model = fit(&Design::intercept(2).unwrap(), &[of(30, 40), of(10, 10)], 0.0).unwrap();
    near(model.coefficients[0], 4.0_f64.ln(), 1e-12);
    near(model.standard_errors[0], (0.025_f64 + 0.1).sqrt(), 1e-12);
    near(model.deviance, -2.0 * (40.0 * 0.8_f64.ln() + 10.0 * 0.2_f64.ln()), 1e-12);
}

/// Good and bad change places: all signs turn, all errors stay. Rows split into single trials, or moved: nothing changes.
#[test]
fn laws() {
    let (full, _, outcomes) = admissions();
    let model = fit(&full, &outcomes, 0.0).unwrap();
    let flipped = fit(&full, &outcomes.iter().map(|o| o.flipped()).collect::<Vec<_>>(), 0.0).unwrap();
    let (mut rows, mut singles) = (Vec::new(), Vec::new());
    for (i, outcome) in outcomes.iter().enumerate().rev() {
        for trial in 0..outcome.n() {
            rows.push(full.row(i)[1..].to_vec());
            singles.push(of(u64::from(trial < outcome.hits()), 1));
        }
    }
    let single = fit(&Design::new(&rows).unwrap(), &singles, 0.0).unwrap();
    for j in 0..7 {
        near(flipped.coefficients[j], -model.coefficients[j], 1e-10);
        near(flipped.standard_errors[j], model.standard_errors[j], 1e-10);
        near(single.coefficients[j], model.coefficients[j], 1e-9);
        near(single.standard_errors[j], model.standard_errors[j], 1e-9);
    }
    near(single.deviance, model.deviance, 1e-7);
}

/// Estimates scatter around the truth by their standard errors.
#[test]
fn standard_errors_are_honest() {
    let mut random = Random::new(99);
    let (mut z, runs) = (Vec::new(), 200);
    for _ in 0..runs {
        let rows: Vec<Vec<f64>> = (0..150).map(|_| vec![random.normal()]).collect();
        let outcomes: Vec<Proportion> = rows.iter().map(|x| of(random.binomial(1, chances(1.0 - 0.7 * x[0]).0), 1)).collect();
        let model = fit(&Design::new(&rows).unwrap(), &outcomes, 0.0).unwrap();
        z.push((model.coefficients[1] + 0.7) / model.standard_errors[1]);
    }
    let inside = z.iter().filter(|z| z.abs() < 1.96).count();
    assert!((180..=198).contains(&inside), "{inside} of {runs}");
}

/// Rates far from a half and a covariate of huge unit are no separation.
#[test]
fn extreme_but_sound() {
    let rare = fit(&Design::intercept(1).unwrap(), &[of(1, 1_000_000_000)], 0.0).unwrap();
    near(rare.coefficients[0], -999_999_999.0_f64.ln(), 1e-8);
    let rows = Design::new(&[vec![0.0], vec![1.0]]).unwrap();
    let model = fit(&rows, &[of(1, 100_000), of(99_999, 100_000)], 0.0).unwrap();
    near(model.coefficients[1], 2.0 * 99_999.0_f64.ln(), 1e-6);
    let far: Vec<Vec<f64>> = [0.0, 1.0, 2.0, 3.0, 1e4].iter().map(|x| vec![1.7e9 + x * 86_400.0]).collect();
    let model = fit(&Design::new(&far).unwrap(), &[of(4, 10), of(6, 10), of(5, 10), of(7, 10), of(1, 1)], 0.0).unwrap();
    assert!(model.coefficients[1] > 0.0 && model.standard_errors[1].is_finite());
}

#[test]
fn separation_is_refused() {
    let column = |xs: &[f64]| Design::new(&xs.iter().map(|x| vec![*x]).collect::<Vec<_>>()).unwrap();
    let trials = |ys: &[u64]| ys.iter().map(|y| of(*y, 1)).collect::<Vec<_>>();
    // Wholly; in part, at a tie; a group without a miss; hits alone; misses alone.
    for (xs, ys) in [
        (&[1.0, 2.0, 3.0, 4.0], &[0, 0, 1, 1]),
        (&[1.0, 2.0, 2.0, 4.0], &[0, 0, 1, 1]),
        (&[0.0, 0.0, 1.0, 1.0], &[0, 1, 1, 1]),
        (&[0.0, 1.0, 2.0, 4.0], &[1, 1, 1, 1]),
        (&[0.0, 1.0, 2.0, 4.0], &[0, 0, 0, 0]),
    ] {
        assert_eq!(fit(&column(xs), &trials(ys), 0.0), Err(SEPARATED), "{xs:?} {ys:?}");
    }
    // A direction across two columns, which neither separates alone.
    let rows = [[0.0, 1.0], [1.0, 2.2], [2.0, 2.9], [0.5, 0.0], [1.5, 1.0], [2.5, 2.1]];
    let across = Design::new(&rows.map(Vec::from)).unwrap();
    assert_eq!(fit(&across, &trials(&[1, 1, 1, 0, 0, 0]), 0.0), Err(SEPARATED));
    let large: Vec<Proportion> = [of(500, 1000), of(480, 1000), of(510, 1000), of(1000, 1000)].to_vec();
    assert_eq!(fit(&column(&[0.0, 0.0, 0.0, 1.0]), &large, 0.0), Err(SEPARATED));
    // A ridge settles a separated column, though not an intercept without a miss.
    let settled = fit(&column(&[1.0, 2.0, 3.0, 4.0]), &trials(&[0, 0, 1, 1]), 1.0).unwrap();
    assert!(settled.coefficients[1] > 0.3 && settled.coefficients[1] < 3.0);
    assert_eq!(fit(&column(&[0.0, 1.0, 2.0, 4.0]), &trials(&[1, 1, 1, 1]), 1.0), Err(SEPARATED));
}

#[test]
fn refused() {
    let design = Design::new(&[vec![1.0], vec![2.0], vec![3.0]]).unwrap();
    let outcomes = [of(1, 3), of(2, 3), of(1, 3)];
    assert_eq!(fit(&design, &outcomes[..2], 0.0), Err(Invalid::LengthsDiffer));
    for ridge in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(fit(&design, &outcomes, ridge), Err(Invalid::OutOfRange("the ridge")));
    }
    let constant = Design::new(&[vec![2.0], vec![2.0], vec![2.0]]).unwrap();
    assert_eq!(fit(&constant, &outcomes, 0.0), Err(Invalid::NoVariation));
    let wide = Design::new(&[vec![1.0, 2.0], vec![3.0, 5.0]]).unwrap();
    assert_eq!(fit(&wide, &outcomes[..2], 0.0), Err(Invalid::NoVariation));
    assert!(fit(&wide, &outcomes[..2], 1.0).is_ok());
}

#[test]
fn chances_keep_their_digits() {
    for log_odds in [-800.0, -40.0, -1.0, 0.0, 2.0, 40.0, 800.0] {
        let (hit, miss) = chances(log_odds);
        near(hit + miss, 1.0, 1e-15);
        let (other_hit, other_miss) = chances(-log_odds);
        assert_eq!((hit.to_bits(), miss.to_bits()), (other_miss.to_bits(), other_hit.to_bits()));
        assert!(log_likelihood(of(1, 2), log_odds).is_finite());
    }
    near(chances(-40.0).0 / (-40.0_f64).exp(), 1.0, 1e-14);
    near(log_likelihood(of(3, 4), 0.5), 3.0 * chances(0.5).0.ln() + chances(0.5).1.ln(), 1e-14);
}

/// With one column, separation can be read off: the hits' values and the misses' values overlap by at most a tie.
#[test]
fn separation_as_seen_by_eye() {
    let data = prop::collection::vec((0..5_u8, any::<bool>()), 3..14);
    proptest!(|(data in data)| {
        let values = |hit: bool| data.iter().filter(move |d| d.1 == hit).map(|d| d.0);
        let apart = |low: bool| values(low).max() <= values(!low).min();
        let (hits, misses) = (values(true).count(), values(false).count());
        let separated = hits == 0 || misses == 0 || apart(true) || apart(false);
        let constant = data.iter().all(|d| d.0 == data[0].0);
        let design = Design::new(&data.iter().map(|d| vec![f64::from(d.0)]).collect::<Vec<_>>()).unwrap();
        let outcomes: Vec<Proportion> = data.iter().map(|d| of(u64::from(d.1), 1)).collect();
        let want = if constant { Err(Invalid::NoVariation) } else if separated { Err(SEPARATED) } else { Ok(()) };
        prop_assert_eq!(fit(&design, &outcomes, 0.0).map(|_| ()), want);
    });
}
