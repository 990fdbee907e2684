use super::super::numbers::{case, counts, list, near};
use super::super::random::Random;
use super::{Design, Invalid, MixedFit, MixedLogit, Proportion, chances};

const DRIVERS: &str = include_str!("../../../tests/numbers/20_driver_models.json");
const RANKING: &str = include_str!("../../../tests/numbers/08_ranking.json");

fn of(hits: u64, n: u64) -> Proportion {
    Proportion::new(hits, n).unwrap()
}

/// One row a group, no covariates.
fn fit_rates(outcomes: &[Proportion], points: usize) -> super::Result<MixedFit> {
    let design = Design::intercept(outcomes.len())?;
    MixedLogit { design: &design, outcomes, groups: &(0..outcomes.len()).collect::<Vec<_>>(), points }.fit()
}

/// Contagious pleuropneumonia in 15 herds (Lesnoff et al. 2004): design of periods, outcomes, herds.
fn herds() -> (Design, Vec<Proportion>, Vec<usize>) {
    let case = case(DRIVERS, "glmm_cbpp_published");
    let (mut rows, mut outcomes, mut herds) = (Vec::new(), Vec::new(), Vec::new());
    for row in case["inputs"]["data"].as_array().unwrap() {
        let number = |key: &str| row[key].as_str().unwrap().parse::<usize>().unwrap();
        let mut period = vec![0.0; 3];
        if number("period") > 1 {
            period[number("period") - 2] = 1.0;
        }
        rows.push(period);
        outcomes.push(of(row["incidence"].as_u64().unwrap(), row["size"].as_u64().unwrap()));
        herds.push(number("herd"));
    }
    (Design::new(&rows).unwrap(), outcomes, herds)
}

#[test]
fn herds_published() {
    let case = case(DRIVERS, "glmm_cbpp_published");
    let (expected, tolerance) = (&case["expected"], case["tolerance"].as_f64().unwrap());
    let (design, outcomes, groups) = herds();
    let fit = MixedLogit { design: &design, outcomes: &outcomes, groups: &groups, points: 1 }.fit().unwrap();
    for (got, want) in fit.fixed.iter().zip(list(&expected["fixed"])) {
        near(*got, want, tolerance);
    }
    near(fit.sd, expected["herd_sd"].as_f64().unwrap(), tolerance);
    near(fit.log_likelihood, expected["loglik"].as_f64().unwrap(), tolerance);
    // Standard errors as lme4 prints them for this model.
    for (got, want) in fit.fixed_errors.iter().zip([0.2325, 0.3066, 0.3268, 0.4276]) {
        near(*got, want, 2e-4);
    }
    assert_eq!(fit.modes.len(), 15);
}

#[test]
fn desk_by_25_points() {
    let case = case(RANKING, "desk_glmm_expected_rank");
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    let outcomes: Vec<Proportion> = counts(&inputs["x"]).into_iter().zip(counts(&inputs["n"])).map(|(x, n)| of(x, n)).collect();
    let fit = fit_rates(&outcomes, 25).unwrap();
    let tolerance = 2e-3;
    near(fit.fixed[0], expected["mu_logit"].as_f64().unwrap(), tolerance);
    near(fit.sd, expected["tau_logit"].as_f64().unwrap(), tolerance);
    for i in 0..outcomes.len() {
        near(fit.modes[i], list(&expected["blup"])[i], tolerance);
        near(fit.variances[i], list(&expected["cond_var"])[i], tolerance);
    }
}

/// The likelihood itself, by the trapezoid rule on a fine grid.
#[test]
fn the_integral_is_right() {
    let outcomes = [of(3, 3), of(20, 30), of(50, 55), of(10, 40)];
    let fit = fit_rates(&outcomes, 25).unwrap();
    let mut sum = 0.0;
    for outcome in outcomes {
        let density = |u: f64| {
            let (hit, miss) = chances(fit.fixed[0] + fit.sd * u);
            (outcome.hits() as f64 * hit.ln() + (outcome.n() - outcome.hits()) as f64 * miss.ln() - u * u / 2.0).exp()
        };
        let integral: f64 = (-10_000..=10_000).map(|i| density(f64::from(i) / 1000.0)).sum::<f64>() / 1000.0;
        let ways = statrs::function::factorial::ln_binomial(outcome.n(), outcome.hits());
        sum += (integral / (2.0 * std::f64::consts::PI).sqrt()).ln() + ways;
    }
    near(fit.log_likelihood, sum, 1e-6);
    // More points, the same fit.
    let finer = fit_rates(&outcomes, 40).unwrap();
    near(finer.sd, fit.sd, 1e-4);
    near(finer.fixed[0], fit.fixed[0], 1e-4);
}

/// Groups that differ less than by chance have a standard deviation of 0, and the plain logistic regression.
#[test]
fn no_difference_is_zero() {
    for points in [1, 7, 25] {
        let fit = fit_rates(&[of(85, 100), of(84, 100), of(86, 100), of(85, 100)], points).unwrap();
        assert_eq!(fit.sd.to_bits(), 0.0_f64.to_bits());
        near(fit.fixed[0], (0.85_f64 / 0.15).ln(), 1e-10);
        assert_eq!((fit.modes, fit.variances), (vec![0.0; 4], vec![0.0; 4]));
    }
}

/// Large samples: the modes are the groups' own log-odds, and the standard deviation is theirs.
#[test]
fn large_groups_speak_for_themselves() {
    let outcomes = [of(500_000, 1_000_000), of(700_000, 1_000_000), of(800_000, 1_000_000), of(900_000, 1_000_000)];
    let fit = fit_rates(&outcomes, 15).unwrap();
    let own: Vec<f64> = outcomes.iter().map(|o| (o.rate() / (1.0 - o.rate())).ln()).collect();
    let mean = own.iter().sum::<f64>() / 4.0;
    near(fit.fixed[0], mean, 1e-3);
    near(fit.sd, (own.iter().map(|o| (o - mean).powi(2)).sum::<f64>() / 4.0).sqrt(), 1e-3);
    for (mode, own) in fit.modes.iter().zip(own) {
        near(fit.fixed[0] + mode, own, 1e-3);
    }
}

/// Good and bad change places; groups and rows move; a column changes its unit.
#[test]
fn laws() {
    let (design, outcomes, groups) = herds();
    let fit = MixedLogit { design: &design, outcomes: &outcomes, groups: &groups, points: 5 }.fit().unwrap();
    let bad: Vec<Proportion> = outcomes.iter().map(|o| o.flipped()).collect();
    let flipped = MixedLogit { design: &design, outcomes: &bad, groups: &groups, points: 5 }.fit().unwrap();
    let rows = || (0..outcomes.len()).rev();
    let units =
        Design::new(&rows().map(|i| vec![design.row(i)[1] * 1e5, design.row(i)[2], design.row(i)[3] / 1e5]).collect::<Vec<_>>()).unwrap();
    let back: Vec<Proportion> = rows().map(|i| outcomes[i]).collect();
    let renamed: Vec<usize> = rows().map(|i| 100 - groups[i]).collect();
    let moved = MixedLogit { design: &units, outcomes: &back, groups: &renamed, points: 5 }.fit().unwrap();
    near(flipped.sd, fit.sd, 1e-5);
    near(moved.sd, fit.sd, 1e-5);
    near(moved.log_likelihood, fit.log_likelihood, 1e-8);
    for (j, unit) in [1.0, 1e5, 1.0, 1e-5].into_iter().enumerate() {
        near(flipped.fixed[j], -fit.fixed[j], 1e-5);
        near(moved.fixed[j] * unit, fit.fixed[j], 1e-5);
        near(moved.fixed_errors[j] * unit, fit.fixed_errors[j], 1e-4);
    }
    for g in 0..15 {
        near(flipped.modes[g], -fit.modes[g], 1e-5);
        near(moved.modes[14 - g], fit.modes[g], 1e-5);
    }
}

/// From a known truth: the average of estimates is near it, and groups are pulled to the middle.
#[test]
fn recovers_the_truth() {
    let mut random = Random::new(5);
    let (mut mu, mut sd) = (0.0, 0.0);
    for _ in 0..10 {
        let outcomes: Vec<Proportion> = (0..60)
            .map(|_| {
                let chance = chances(1.5 + 0.6 * random.normal()).0;
                of(random.binomial(40, chance), 40)
            })
            .collect();
        let fit = fit_rates(&outcomes, 9).unwrap();
        mu += fit.fixed[0] / 10.0;
        sd += fit.sd / 10.0;
        for (outcome, mode) in outcomes.iter().zip(&fit.modes) {
            let own = ((outcome.hits() as f64 + 1e-9) / ((40 - outcome.hits()) as f64 + 1e-9)).ln() - fit.fixed[0];
            assert!(mode.abs() <= own.abs() && mode * own >= 0.0);
        }
    }
    near(mu, 1.5, 0.1);
    near(sd, 0.6, 0.08);
}

#[test]
fn refused() {
    let some = [of(3, 5), of(9, 10)];
    for points in [0, 51] {
        assert_eq!(fit_rates(&some, points), Err(Invalid::OutOfRange("the number of quadrature points")));
    }
    assert_eq!(fit_rates(&[], 5), Err(Invalid::Empty));
    assert_eq!(fit_rates(&some[..1], 5), Err(Invalid::TooFew));
    assert!(matches!(fit_rates(&[of(5, 5), of(9, 9)], 5), Err(Invalid::OutOfRange(_))));
    let design = Design::intercept(2).unwrap();
    let groups = [0, 1, 2];
    assert_eq!(MixedLogit { design: &design, outcomes: &some, groups: &groups, points: 5 }.fit(), Err(Invalid::LengthsDiffer));
    let longer = Design::intercept(3).unwrap();
    assert_eq!(MixedLogit { design: &longer, outcomes: &some, groups: &groups[..2], points: 5 }.fit(), Err(Invalid::LengthsDiffer));
}

/// All or nothing in every group: the likelihood grows with the standard deviation for ever, and that is said.
#[test]
fn no_peak_is_refused() {
    for points in [1, 9, 25] {
        let fit = fit_rates(&[of(0, 50), of(50, 50), of(0, 50), of(50, 50)], points);
        assert_eq!(fit, Err(Invalid::NoVariation), "{points}");
    }
}
