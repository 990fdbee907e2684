use proptest::prelude::{Strategy, prop, proptest};

use super::super::numbers::near;
use super::{Design, Invalid, fit};

/// Longley's employment data (1967), certified by NIST (Statistical Reference Datasets): a hard case for least squares.
#[test]
fn longley() {
    let rows = [
        [83.0, 234_289.0, 2356.0, 1590.0, 107_608.0, 1947.0],
        [88.5, 259_426.0, 2325.0, 1456.0, 108_632.0, 1948.0],
        [88.2, 258_054.0, 3682.0, 1616.0, 109_773.0, 1949.0],
        [89.5, 284_599.0, 3351.0, 1650.0, 110_929.0, 1950.0],
        [96.2, 328_975.0, 2099.0, 3099.0, 112_075.0, 1951.0],
        [98.1, 346_999.0, 1932.0, 3594.0, 113_270.0, 1952.0],
        [99.0, 365_385.0, 1870.0, 3547.0, 115_094.0, 1953.0],
        [100.0, 363_112.0, 3578.0, 3350.0, 116_219.0, 1954.0],
        [101.2, 397_469.0, 2904.0, 3048.0, 117_388.0, 1955.0],
        [104.6, 419_180.0, 2822.0, 2857.0, 118_734.0, 1956.0],
        [108.4, 442_769.0, 2936.0, 2798.0, 120_445.0, 1957.0],
        [110.8, 444_546.0, 4681.0, 2637.0, 121_950.0, 1958.0],
        [112.6, 482_704.0, 3813.0, 2552.0, 123_366.0, 1959.0],
        [114.2, 502_601.0, 3931.0, 2514.0, 125_368.0, 1960.0],
        [115.7, 518_173.0, 4806.0, 2572.0, 127_852.0, 1961.0],
        [116.9, 554_894.0, 4007.0, 2827.0, 130_081.0, 1962.0],
    ];
    let employed = [
        60323.0, 61122.0, 60171.0, 61187.0, 63221.0, 63639.0, 64989.0, 63761.0, 66019.0, 67857.0, 68169.0, 66513.0, 68655.0, 69564.0,
        69331.0, 70551.0,
    ];
    let design = Design::new(&rows.map(Vec::from)).unwrap();
    let fit = fit(&design, &employed).unwrap();
    let coefficients = [
        -3_482_258.634_595_82,
        15.061_872_271_373_3,
        -0.035_819_179_292_591_0,
        -2.020_229_803_816_83,
        -1.033_226_867_173_59,
        -0.051_104_105_653_443_4,
        1_829.151_464_613_55,
    ];
    let errors = [
        890_420.383_607_373,
        84.914_925_774_762_4,
        0.033_491_007_772_208_8,
        0.488_399_681_651_699,
        0.214_274_163_161_675,
        0.226_073_200_069_370,
        455.478_499_142_212,
    ];
    for (j, (b, se)) in coefficients.into_iter().zip(errors).enumerate() {
        near(fit.coefficients[j] / b, 1.0, 1e-7);
        near(fit.standard_errors[j] / se, 1.0, 1e-7);
    }
    assert_eq!(fit.degrees_of_freedom, 9);
}

fn panel() -> (Design, Vec<f64>) {
    let rows: Vec<Vec<f64>> = (0..12).map(|i| vec![f64::from(i % 4), f64::from(i * i % 7)]).collect();
    (Design::new(&rows).unwrap(), vec![1.0, 2.5, 2.0, 4.5, 1.5, 3.0, 2.0, 4.0, 0.5, 2.0, 2.5, 3.5])
}

/// With no lags, and with every row a cluster of its own, both are White's estimator.
#[test]
fn white_is_the_common_case() {
    let (design, y) = panel();
    let fit = fit(&design, &y).unwrap();
    let alone: Vec<usize> = (0..12).collect();
    let (hac, clustered) = (fit.newey_west(&design, 0).unwrap(), fit.clustered(&design, &alone).unwrap());
    for (j, se) in hac.iter().enumerate() {
        near(*se, clustered.cr0[j], 1e-14);
        near(clustered.cr1[j], se * (12.0_f64 / 9.0).sqrt(), 1e-14);
    }
}

/// Copying every row leaves CR0 as it is when the copies share a cluster, and makes the classical errors smaller.
#[test]
fn copies_of_rows_are_no_news_to_clusters() {
    let (design, y) = panel();
    let one = fit(&design, &y).unwrap();
    let twice: Vec<Vec<f64>> = (0..24).map(|i| design.row(i % 12)[1..].to_vec()).collect();
    let (design_2, y_2) = (Design::new(&twice).unwrap(), y.repeat(2));
    let two = fit(&design_2, &y_2).unwrap();
    let single = one.clustered(&design, &(0..12).collect::<Vec<_>>()).unwrap();
    let paired = two.clustered(&design_2, &(0..24).map(|i| i % 12).collect::<Vec<_>>()).unwrap();
    for j in 0..3 {
        near(single.cr0[j], paired.cr0[j], 1e-13);
        assert!(two.standard_errors[j] < 0.75 * one.standard_errors[j]);
    }
}

/// Residuals are at right angles to every column, whatever the data.
#[test]
fn normal_equations() {
    let row = prop::collection::vec(-100.0..100.0_f64, 3);
    let data = prop::collection::vec((row, -1e3..1e3_f64), 8..30);
    let check = |(design, y): (Design, Vec<f64>)| {
        let Ok(fit) = fit(&design, &y) else { return };
        for (column, size) in design.by_columns().iter().zip(design.sizes()) {
            let product: f64 = column.iter().zip(&fit.residuals).map(|(x, e)| x * e).sum();
            assert!(product.abs() < 1e-8 * size * 1e3, "{product}");
        }
    };
    let designs = data.prop_map(|rows| {
        let (x, y): (Vec<Vec<f64>>, Vec<f64>) = rows.into_iter().unzip();
        (Design::new(&x).unwrap(), y)
    });
    proptest!(|(data in designs)| check(data));
}

#[test]
fn a_perfect_line_is_exact() {
    let design = Design::new(&[vec![1.0], vec![2.0], vec![4.0]]).unwrap();
    let line = fit(&design, &[3.0, 5.0, 9.0]).unwrap();
    assert!(line.is_exact(&[3.0, 5.0, 9.0]));
    near(line.coefficients[1], 2.0, 1e-14);
    let bent = fit(&design, &[3.0, 5.0, 9.1]).unwrap();
    assert!(!bent.is_exact(&[3.0, 5.0, 9.1]));
}

#[test]
fn durbin_watson_tells_waves_from_saws() {
    let design = Design::intercept(40).unwrap();
    let statistic = |y: &dyn Fn(i32) -> f64| fit(&design, &(0..40).map(y).collect::<Vec<_>>()).unwrap().durbin_watson().unwrap();
    assert!(statistic(&|i| f64::from(i % 2)) > 3.8);
    assert!(statistic(&|i| f64::from(i / 20)) < 0.2);
    let still = fit(&design, &[0.0; 40]).unwrap();
    assert_eq!(still.durbin_watson(), Err(Invalid::NoVariation));
}

#[test]
fn refused_designs() {
    assert_eq!(Design::new(&[]), Err(Invalid::Empty));
    assert_eq!(Design::intercept(0), Err(Invalid::Empty));
    assert_eq!(Design::new(&[vec![1.0], vec![]]), Err(Invalid::LengthsDiffer));
    assert_eq!(Design::new(&[vec![f64::NAN]]), Err(Invalid::NotFinite));
    assert_eq!(Design::new(&[vec![], vec![]]), Design::intercept(2));
}

#[test]
fn refused_fits() {
    let design = Design::new(&[vec![1.0], vec![2.0], vec![4.0]]).unwrap();
    assert_eq!(fit(&design, &[]), Err(Invalid::Empty));
    assert_eq!(fit(&design, &[1.0, 2.0, f64::INFINITY]), Err(Invalid::NotFinite));
    assert_eq!(fit(&design, &[1.0, 2.0]), Err(Invalid::LengthsDiffer));
    assert_eq!(fit(&Design::new(&[vec![1.0], vec![2.0]]).unwrap(), &[1.0, 2.0]), Err(Invalid::TooFew));
    let y = [1.0, 2.0, 3.0, 5.0];
    for rows in [
        // A constant, zeros, a copy, and a sum.
        [[7.0, 1.0], [7.0, 2.0], [7.0, 3.0], [7.0, 5.0]],
        [[0.0, 1.0], [0.0, 2.0], [0.0, 3.0], [0.0, 5.0]],
        [[2.0, 4.0], [3.0, 6.0], [1.0, 2.0], [7.0, 14.0]],
        [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]],
    ] {
        assert_eq!(fit(&Design::new(&rows.map(Vec::from)).unwrap(), &y[..]), Err(Invalid::NoVariation), "{rows:?}");
    }
}

#[test]
fn refused_standard_errors() {
    let (design, y) = panel();
    let fit = fit(&design, &y).unwrap();
    assert_eq!(fit.newey_west(&design, 12), Err(Invalid::OutOfRange("the number of lags")));
    assert_eq!(fit.newey_west(&Design::intercept(12).unwrap(), 1), Err(Invalid::LengthsDiffer));
    assert_eq!(fit.clustered(&design, &[0; 11]), Err(Invalid::LengthsDiffer));
    assert_eq!(fit.clustered(&design, &[3; 12]), Err(Invalid::TooFew));
}
