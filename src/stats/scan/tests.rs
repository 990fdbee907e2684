use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::{any, prop, proptest};

use super::super::numbers::near;
use super::super::random::Random;
use super::gate::Gate;
use super::lanes::{Count, add_all};
use super::score::{Cell, Scorer, log_likelihood_ratio};
use super::shuffle::{Stratum, labels, levels};
use super::table::Table;
use super::{Attribute, Condition, Direction, Invalid, Outcome, Question, Rows, Scan, Search, fold, scan};

const SCAN_NUMBERS: &str = include_str!("../../../tests/numbers/14_attribution.json");

/// Rows of a made-up desk.
struct Desk {
    codes: Vec<Vec<u32>>,
    cardinalities: Vec<u32>,
    values: Vec<f64>,
    now: Vec<bool>,
    agent: Vec<u32>,
}

impl Desk {
    /// Attributes of the given cardinalities, all codes as likely; nothing happens; agents are the last attribute.
    fn quiet(rows: usize, cardinalities: &[u32], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let codes: Vec<Vec<u32>> = cardinalities.iter().map(|&c| (0..rows).map(|_| random.below(u64::from(c)) as u32).collect()).collect();
        let agent = codes[codes.len() - 1].clone();
        let values = (0..rows).map(|_| f64::from(u8::from(random.unit() < 0.2))).collect();
        let now = (0..rows).map(|_| random.unit() < 0.5).collect();
        Self { codes, cardinalities: cardinalities.to_vec(), values, now, agent }
    }

    fn scan(&self, ask: impl Fn(&mut Search), use_now: bool, use_agent: bool) -> Scan {
        let attributes: Vec<Attribute> =
            self.codes.iter().zip(&self.cardinalities).map(|(codes, &cardinality)| Attribute { codes, cardinality }).collect();
        let is_share = self.values.iter().all(|v| [0.0, 1.0].contains(v));
        let events: Vec<u32> = self.values.iter().map(|&v| v as u32).collect();
        let trials = vec![1; events.len()];
        let outcome = if is_share { Outcome::Share { events: &events, trials: &trials } } else { Outcome::Mean(&self.values) };
        let rows = Rows { attributes: &attributes, outcome, now: use_now.then_some(&self.now), stratum: use_agent.then_some(&self.agent) };
        let mut search = Search { shuffles: 199, ..Search::default() };
        ask(&mut search);
        scan(&rows, &search, &|_, _| {}).unwrap()
    }

    /// Rows with these codes become events with a chance.
    fn plant(&mut self, conditions: &[(usize, u32)], chance: f64, only_now: bool) {
        let mut random = Random::new(99);
        for row in 0..self.values.len() {
            if conditions.iter().all(|&(a, code)| self.codes[a][row] == code) && (self.now[row] || !only_now) {
                self.values[row] = f64::from(u8::from(random.unit() < chance));
            }
        }
    }
}

fn conditions(pairs: &[(usize, u32)]) -> Vec<Condition> {
    pairs.iter().map(|&(attribute, code)| Condition { attribute, code }).collect()
}

#[test]
fn score_of_the_golden() {
    let case = super::super::numbers::case(SCAN_NUMBERS, "bernoulli_scan_llr");
    let want = super::super::numbers::list(&case["expected"]["llr"]);
    for ((hits, n), want) in [(40.0, 200.0), (60.0, 900.0), (9.0, 20.0), (10.0, 200.0)].into_iter().zip(want) {
        near(log_likelihood_ratio((hits, n), (160.0 - hits, 2000.0 - n)), want, 1e-9);
    }
}

#[test]
fn a_planted_pair_is_found_either_way() {
    let mut desk = Desk::quiet(3000, &[4, 5, 3, 8], 1);
    desk.plant(&[(0, 2), (1, 3)], 0.7, false);
    let found = &desk.scan(|_| {}, false, false).found;
    assert_eq!(found[0].conditions, conditions(&[(0, 2), (1, 3)]));
    near(found[0].p, 1.0 / 200.0, 1e-12);
    let now = found[0].now;
    assert_eq!(now.inside.rows + now.outside.rows, 3000);
    near(found[0].excess, now.inside.total - now.inside.rows as f64 * now.outside.mean().unwrap(), 1e-9);
    desk.values.iter_mut().for_each(|v| *v = 1.0 - *v);
    let lower = desk.scan(|s| s.direction = Direction::Lower, false, false).found;
    assert_eq!((lower[0].conditions.clone(), lower[0].score, lower[0].p), (found[0].conditions.clone(), found[0].score, found[0].p));
    near(lower[0].excess, -found[0].excess, 1e-9);
}

#[test]
fn several_causes_are_told_one_after_the_other() {
    let mut desk = Desk::quiet(4000, &[4, 5, 3, 8], 2);
    desk.plant(&[(0, 1)], 0.5, false);
    desk.plant(&[(1, 4), (2, 2)], 0.8, false);
    let scan = desk.scan(|s| s.answers = 5, false, false);
    let told: Vec<_> = scan.found.iter().map(|f| f.conditions.clone()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&conditions(&[(0, 1)])) && told.contains(&conditions(&[(1, 4), (2, 2)])));
    assert!(scan.rest_p.unwrap() > 0.05);
}

/// A team of which all agents are bad is told as the team, though the search may see a part first.
#[test]
fn a_team_as_bad_as_a_whole_is_told_as_the_team() {
    let mut desk = Desk::quiet(2000, &[2, 3, 12], 3);
    desk.cardinalities.push(4);
    desk.codes.push(desk.codes[2].iter().map(|agent| agent / 3).collect());
    desk.plant(&[(3, 1)], 0.5, false);
    assert_eq!(desk.scan(|_| {}, false, false).found[0].conditions, conditions(&[(3, 1)]));
}

/// Agent 4 is in team 1 and has desk 7 alone: one condition says it, and the other one is listed.
#[test]
fn nested_attributes_are_told_shortest() {
    let mut desk = Desk::quiet(2000, &[2, 12], 4);
    let agent = desk.codes[1].clone();
    desk.codes.insert(0, agent.iter().map(|agent| agent / 3).collect());
    desk.codes.push(agent.iter().map(|&agent| if agent == 4 { 7 } else { agent % 3 }).collect());
    desk.cardinalities = vec![4, 2, 12, 8];
    desk.plant(&[(2, 4)], 0.8, false);
    let found = &desk.scan(|_| {}, false, false).found[0];
    assert_eq!(found.conditions, conditions(&[(2, 4)]));
    assert_eq!(found.also, vec![conditions(&[(3, 7)])]);
    assert!(found.rivals.iter().all(|rival| *rival != conditions(&[(0, 1), (2, 4)])));
}

#[test]
fn a_change_is_not_a_level() {
    let mut desk = Desk::quiet(4000, &[4, 5, 3], 5);
    desk.plant(&[(0, 3)], 0.6, false);
    let ask = |s: &mut Search| s.question = Question::Change;
    assert_eq!(desk.scan(ask, true, false).found, []);
    desk.plant(&[(1, 2)], 0.6, true);
    let found = &desk.scan(ask, true, false).found[0];
    assert_eq!(found.conditions, conditions(&[(1, 2)]));
    let (now, before) = (found.now, found.before.unwrap());
    let mean = |sum: super::Sum| sum.mean().unwrap();
    let expected = mean(before.inside) + mean(now.outside) - mean(before.outside);
    near(found.excess, now.inside.total - now.inside.rows as f64 * expected, 1e-9);
}

/// Minutes: a segment twice as slow is found; one ticket of a year is not a driver, though it leads every mean.
#[test]
fn minutes() {
    let mut desk = Desk::quiet(2000, &[4, 5, 3], 6);
    let mut random = Random::new(8);
    desk.values = (0..2000).map(|_| (3.0 + random.normal()).exp()).collect();
    desk.values[17] = 525_600.0;
    assert_eq!(desk.scan(|_| {}, false, false).found, []);
    (0..2000).filter(|&row| desk.codes[0][row] == 2 && desk.codes[2][row] == 1).for_each(|row| desk.values[row] *= 2.5);
    assert_eq!(desk.scan(|_| {}, false, false).found[0].conditions, conditions(&[(0, 2), (2, 1)]));
    let slower: Vec<f64> = desk.values.iter().zip(&desk.now).map(|(v, now)| if *now { v * 1.5 } else { *v }).collect();
    desk.values = slower;
    // The segment is as slow as before, and so is it against the rest.
    assert_eq!(desk.scan(|s| s.question = Question::Change, true, false).found, []);
    (0..2000).filter(|&row| desk.codes[1][row] == 3 && desk.now[row]).for_each(|row| desk.values[row] *= 3.0);
    assert_eq!(desk.scan(|s| s.question = Question::Change, true, false).found[0].conditions, conditions(&[(1, 3)]));
}

/// The share above the median finds what sits in the middle of the numbers.
#[test]
fn medians() {
    let desk = Desk::quiet(2000, &[4, 5, 3], 6);
    let mut random = Random::new(8);
    let bad = |row: usize| if desk.codes[1][row] == 3 { 1.5 } else { 0.0 };
    let values: Vec<f64> = (0..2000).map(|row| (random.normal() + bad(row)).exp()).collect();
    let attributes: Vec<Attribute> =
        desk.codes.iter().zip(&desk.cardinalities).map(|(codes, &cardinality)| Attribute { codes, cardinality }).collect();
    let outcome = Outcome::Above { values: &values, quantile: 0.5 };
    let rows = Rows { attributes: &attributes, outcome, now: None, stratum: None };
    let found = scan(&rows, &Search::default(), &|_, _| {}).unwrap().found;
    assert_eq!(found[0].conditions, conditions(&[(1, 3)]));
    near(found[0].now.inside.total + found[0].now.outside.total, 1000.0, 0.0);
}

/// A share that lies on the agent alone: with agents as strata their team is no driver.
#[test]
fn strata_take_away_what_is_of_the_agent() {
    let mut desk = Desk::quiet(3000, &[3, 3, 12], 7);
    desk.codes[0] = desk.agent.iter().map(|agent| agent / 4).collect();
    desk.plant(&[(2, 5)], 0.6, false);
    desk.codes.pop();
    desk.cardinalities.pop();
    assert_eq!(desk.scan(|_| {}, false, false).found[0].conditions, conditions(&[(0, 1)]));
    assert_eq!(desk.scan(|_| {}, false, true).found, []);
    desk.plant(&[(1, 2)], 0.5, false);
    assert_eq!(desk.scan(|_| {}, false, true).found[0].conditions, conditions(&[(1, 2)]));
}

/// Counted by hand over all 120 ways to lay three events among ten rows.
#[test]
fn p_is_that_of_all_shuffles() {
    let codes: Vec<Vec<u32>> = vec![vec![0, 0, 0, 1, 1, 1, 1, 2, 2, 2], vec![0, 1, 0, 1, 0, 1, 0, 1, 0, 1]];
    let score = |events: u32| {
        let mut best = 0.0_f64;
        for set in [0b00_0000_0111_u32, 0b00_0111_1000, 0b11_1000_0000, 0b01_0101_0101, 0b10_1010_1010] {
            let (hits, n) = (f64::from((events & set).count_ones()), f64::from(set.count_ones()));
            best = best.max(log_likelihood_ratio((hits, n), (3.0 - hits, 10.0 - n)));
        }
        best
    };
    let observed = score(0b11_0000_0100);
    let ways: Vec<u32> = (0..1 << 10).filter(|set: &u32| set.count_ones() == 3).collect();
    let exact = ways.iter().filter(|&&set| score(set) >= observed - 1e-12).count() as f64 / ways.len() as f64;
    let attributes = [Attribute { codes: &codes[0], cardinality: 3 }, Attribute { codes: &codes[1], cardinality: 2 }];
    let events = [0, 0, 1, 0, 0, 0, 0, 0, 1, 1];
    let outcome = Outcome::Share { events: &events, trials: &[1; 10] };
    let rows = Rows { attributes: &attributes, outcome, now: None, stratum: None };
    let search = Search { min_rows: 3, max_attributes: 1, alpha: 0.999, shuffles: 20_000, answers: 1, ..Search::default() };
    let p = scan(&rows, &search, &|_, _| {}).unwrap().found[0].p;
    near(p, exact, 4.0 * (exact * (1.0 - exact) / 20_000.0).sqrt());
}

/// When nothing happens a driver is claimed in at most one desk of twenty, whatever is asked. Agents differ in the fourth kind.
#[test]
fn false_alarms() {
    let mut alarms = [0_u32; 4];
    for seed in 0..100 {
        let mut desk = Desk::quiet(250, &[3, 4, 6, 10], 1000 + seed);
        let is_alarm = |scan: &Scan| u32::from(!scan.found.is_empty());
        let ask = |s: &mut Search| (s.shuffles, s.seed) = (99, seed);
        let change = |s: &mut Search| (s.shuffles, s.seed, s.question) = (99, seed, Question::Change);
        alarms[0] += is_alarm(&desk.scan(ask, false, false));
        alarms[1] += is_alarm(&desk.scan(change, true, false));
        for agent in (0..10).step_by(3) {
            desk.plant(&[(3, agent)], 0.6, false);
        }
        desk.codes[2] = desk.agent.iter().map(|agent| agent / 2).collect();
        desk.codes.pop();
        desk.cardinalities.pop();
        alarms[2] += is_alarm(&desk.scan(ask, false, true));
        let mut random = Random::new(seed);
        desk.values = (0..250).map(|_| random.normal().exp()).collect();
        alarms[3] += is_alarm(&desk.scan(ask, false, false));
    }
    // 5 of 100 are expected with a standard deviation of 2.2.
    assert!(alarms.iter().all(|&alarms| alarms <= 12) && alarms.iter().sum::<u32>() >= 4, "{alarms:?}");
}

/// Rows added up and rows one by one are the same desk; threads, and the names of codes, change nothing.
#[test]
fn same_desk_same_bytes() {
    let mut desk = Desk::quiet(3000, &[3, 4, 5], 9);
    desk.plant(&[(1, 2)], 0.29, false);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let many = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
    for question in [Question::Within, Question::Change] {
        let ask = |s: &mut Search| (s.question, s.alpha, s.answers) = (question, 0.99, 3);
        let one = alone.install(|| desk.scan(ask, true, true));
        assert_eq!(format!("{one:?}"), format!("{:?}", many.install(|| desk.scan(ask, true, true))));
        assert!(!one.found.is_empty());
    }
    let one = desk.scan(|_| {}, false, false);
    let (mut events, mut trials) = (vec![0; 60], vec![0; 60]);
    for row in 0..3000 {
        let cell = (desk.codes[0][row] + 3 * desk.codes[1][row] + 12 * desk.codes[2][row]) as usize;
        events[cell] += desk.values[row] as u32;
        trials[cell] += 1;
    }
    let codes: Vec<Vec<u32>> =
        vec![(0..60).map(|c| c % 3).collect(), (0..60).map(|c| c / 3 % 4).collect(), (0..60).map(|c| c / 12).collect()];
    let attributes: Vec<Attribute> =
        codes.iter().zip(&desk.cardinalities).map(|(codes, &cardinality)| Attribute { codes, cardinality }).collect();
    let rows = Rows { attributes: &attributes, outcome: Outcome::Share { events: &events, trials: &trials }, now: None, stratum: None };
    let summed = scan(&rows, &Search { shuffles: 199, ..Search::default() }, &|_, _| {}).unwrap();
    let told = |scan: &Scan| scan.found.iter().map(|f| (f.conditions.clone(), f.now, f.score.to_bits())).collect::<Vec<_>>();
    assert_eq!(told(&summed), told(&one));
    assert!(!summed.found.is_empty());
}

#[test]
fn rare_codes_fold_into_a_visible_one() {
    let folded = fold(&[0, 0, 1, 2, 2, 3, 9], 4, 2);
    assert_eq!(folded.codes, [0, 0, 4, 2, 2, 4, 4]);
    assert_eq!((folded.cardinality, folded.other, folded.folded), (5, Some(4), vec![1, 3, 9]));
    let kept = fold(&[0, 0, 2, 2], 3, 2);
    assert_eq!((kept.codes, kept.cardinality, kept.other, kept.folded), (vec![0, 0, 2, 2], 3, None, vec![]));
}

/// Every shuffle of a label has its number in each stratum, and no unit is drawn more often than another.
#[test]
fn labels_keep_their_number() {
    let strata =
        [(0, 5, 2), (5, 6, 1), (6, 70, 60), (70, 75, 0), (75, 175, 30)].map(|(start, end, labelled)| Stratum { start, end, labelled });
    let mut drawn = vec![0_u32; 175];
    for seed in 0..100 {
        let words = labels(&strata, &mut Random::new(seed));
        for lane in 0..64 {
            for s in &strata {
                assert_eq!(words[s.start..s.end].iter().filter(|&word| word >> lane & 1 == 1).count() as u64, s.labelled);
            }
        }
        words.iter().zip(&mut drawn).for_each(|(word, drawn)| *drawn += word.count_ones());
    }
    for s in &strata {
        let mean = 6400.0 * s.labelled as f64 / (s.end - s.start) as f64;
        let most = 5.0 * (mean * (1.0 - mean / 6400.0)).sqrt() + 1e-9;
        assert!(drawn[s.start..s.end].iter().all(|&d| (f64::from(d) - mean).abs() <= most), "{mean} {:?}", &drawn[s.start..s.end]);
    }
}

#[test]
fn levels_are_all_dealt() {
    let given: Vec<u8> = (0..40).map(|i| i % 16).collect();
    let strata = [Stratum { start: 0, end: 16, labelled: 0 }, Stratum { start: 16, end: 40, labelled: 0 }];
    let words = levels(&strata, &given, &mut Random::new(4));
    for lane in 0..64 {
        let level = |word: &[u64; 4]| (0..4).map(|bit| ((word[bit] >> lane & 1) as u8) << bit).sum::<u8>();
        for s in &strata {
            let mut dealt: Vec<u8> = words[s.start..s.end].iter().map(level).collect();
            let mut want = given[s.start..s.end].to_vec();
            dealt.sort_unstable();
            want.sort_unstable();
            assert_eq!(dealt, want);
        }
    }
}

#[test]
fn refused() {
    let attribute = [Attribute { codes: &[0, 1], cardinality: 2 }];
    let share = Outcome::Share { events: &[0, 1], trials: &[1, 1] };
    let rows = Rows { attributes: &attribute, outcome: share, now: None, stratum: None };
    let refuse = |rows: Rows, search: Search| scan(&rows, &search, &|_, _| {}).unwrap_err();
    let plain = Search::default();
    assert_eq!(refuse(Rows { attributes: &[], ..rows }, plain), Invalid::Empty);
    assert_eq!(refuse(Rows { outcome: Outcome::Mean(&[]), ..rows }, plain), Invalid::Empty);
    assert_eq!(refuse(Rows { outcome: Outcome::Mean(&[1.0]), ..rows }, plain), Invalid::LengthsDiffer);
    assert_eq!(refuse(Rows { outcome: Outcome::Mean(&[1.0, f64::NAN]), ..rows }, plain), Invalid::NotFinite);
    assert_eq!(refuse(Rows { outcome: Outcome::Share { events: &[2, 0], trials: &[1, 1] }, ..rows }, plain), Invalid::HitsAboveTrials);
    assert_eq!(refuse(Rows { outcome: Outcome::Share { events: &[0, 0], trials: &[0, 0] }, ..rows }, plain), Invalid::Empty);
    assert_eq!(
        refuse(Rows { outcome: Outcome::Share { events: &[0, 0], trials: &[u32::MAX, 1] }, ..rows }, plain),
        Invalid::OutOfRange("trials")
    );
    assert_eq!(
        refuse(Rows { outcome: Outcome::Above { values: &[1.0, 2.0], quantile: 1.0 }, ..rows }, plain),
        Invalid::OutOfRange("quantile")
    );
    assert_eq!(refuse(Rows { attributes: &[Attribute { codes: &[0, 2], cardinality: 2 }], ..rows }, plain), Invalid::OutOfRange("code"));
    assert_eq!(refuse(rows, Search { alpha: 0.0, ..plain }), Invalid::OutOfRange("alpha"));
    assert_eq!(refuse(rows, Search { max_attributes: 4, ..plain }), Invalid::OutOfRange("max_attributes"));
    assert_eq!(refuse(rows, Search { question: Question::Change, ..plain }), Invalid::TooFew);
    assert_eq!(refuse(Rows { now: Some(&[true, true]), ..rows }, Search { question: Question::Change, ..plain }), Invalid::TooFew);
    // Nothing to search is not an error.
    assert_eq!(scan(&rows, &plain, &|_, _| {}), Ok(Scan { found: vec![], rest_p: None }));
}

/// Sets of words are counted as one would.
#[test]
fn lanes_count() {
    proptest!(|(words in prop::collection::vec(any::<[u64; 2]>(), 0..60), least in 0_u64..70, shift in 0_usize..3)| {
        let mut count = Count::<2>::default();
        for group in words.chunks(8) {
            match <&[[u64; 2]; 8]>::try_from(group) {
                Ok(eight) => count.add_eight(eight.each_ref()),
                Err(_) => group.iter().for_each(|word| count.add(word)),
            }
        }
        let mut all = Count::<2>::default();
        add_all(&mut all, words.iter());
        let mut more = count.clone();
        more.add_number(least);
        let mut twice = count.clone();
        twice.add_shifted(&count, shift);
        for w in 0..2 {
            let (numbers, sums) = (count.numbers(w), twice.numbers(w));
            for lane in 0..64 {
                let want = words.iter().filter(|word| word[w] >> lane & 1 == 1).count() as u32;
                assert_eq!(numbers[lane], want);
                assert_eq!(sums[lane], want + (want << shift));
                assert_eq!(count.at_least(least)[w] >> lane & 1 == 1, u64::from(want) >= least);
                assert_eq!(all.number(64 * w + lane), u64::from(want));
                assert_eq!(more.number(64 * w + lane), u64::from(want) + least);
                assert_eq!(more.at_least_as(&twice)[w] >> lane & 1 == 1, u64::from(want) + least >= u64::from(sums[lane]));
            }
        }
    });
}

/// The best score is that of a search by brute force.
#[test]
fn nothing_is_overlooked() {
    let row = (0_u32..3, 0_u32..2, 0_u32..4, 0_u32..2, any::<bool>());
    proptest!(|(rows in prop::collection::vec(row, 20..60))| {
        let codes: [Vec<u32>; 4] = [
            rows.iter().map(|r| r.0).collect(),
            rows.iter().map(|r| r.1).collect(),
            rows.iter().map(|r| r.2).collect(),
            rows.iter().map(|r| r.3).collect(),
        ];
        let events: Vec<u32> = rows.iter().map(|r| u32::from(r.4)).collect();
        let trials = vec![1; rows.len()];
        let attributes: Vec<Attribute> = codes.iter().map(|codes| Attribute { codes, cardinality: 4 }).collect();
        let outcome = Outcome::Share { events: &events, trials: &trials };
        let search = Search { alpha: 0.999, shuffles: 1, answers: 1, ..Search::default() };
        let found = scan(&Rows { attributes: &attributes, outcome, now: None, stratum: None }, &search, &|_, _| {}).unwrap().found;
        let mut best = 0.0_f64;
        for key in 1_u32..5_u32.pow(4) {
            // 4 stands for any code.
            let wanted = [key % 5, key / 5 % 5, key / 25 % 5, key / 125];
            if wanted.iter().filter(|&&code| code < 4).count() > 3 {
                continue;
            }
            let (mut inside, mut outside) = ((0.0, 0.0), (0.0, 0.0));
            for i in 0..rows.len() {
                let side = if (0..4).all(|a| wanted[a] == 4 || wanted[a] == codes[a][i]) { &mut inside } else { &mut outside };
                *side = (side.0 + f64::from(events[i]), side.1 + 1.0);
            }
            if inside.1 >= 5.0 {
                best = best.max(log_likelihood_ratio(inside, outside));
            }
        }
        let got = found.first().map_or(0.0, |found| found.score);
        // With two shuffles at most p may be 1, above alpha: then nothing is claimed.
        assert!(found.is_empty() || (got - best).abs() < 1e-9, "{got} {best}");
    });
}

/// Whatever a shuffle makes of a segment: if its change is as large as the best, the line lets it through.
#[test]
fn no_change_is_overlooked() {
    let desk = (60_usize..400, 0.02_f64..0.98, 0.1_f64..0.9, any::<bool>(), any::<u64>());
    let seen = [0, 0].map(AtomicU32::new);
    proptest!(|((rows, chance, share, is_ranked, seed) in desk, part in 0.05_f64..0.95, best in 1.0_f64..20.0)| {
        let mut random = Random::new(seed);
        let now: Vec<bool> = (0..rows).map(|row| row == 0 || row > 1 && random.unit() < share).collect();
        let values: Vec<f64> = (0..rows).map(|_| if is_ranked { random.normal().exp() } else { f64::from(u8::from(random.unit() < chance)) }).collect();
        let events: Vec<u32> = values.iter().map(|&value| u32::from(value > 0.0)).collect();
        let trials = vec![1; rows];
        let outcome = if is_ranked { Outcome::Mean(&values) } else { Outcome::Share { events: &events, trials: &trials } };
        let codes = vec![0; rows];
        let attributes = [Attribute { codes: &codes, cardinality: 1 }];
        let search = Search { question: Question::Change, ..Search::default() };
        let table = Table::new(&Rows { attributes: &attributes, outcome, now: Some(&now), stratum: None }, &search).unwrap();
        let scorer = Scorer::new(&table, Question::Change, search.min_rows);
        let units = (rows as f64 * part) as u64;
        let sum = table.level[..units as usize].iter().map(|&level| u64::from(level)).sum();
        let all = Cell { units, sum };
        let all_sum: u64 = table.level.iter().zip(&now).filter(|&(_, &now)| now).map(|(&level, _)| u64::from(level)).sum();
        let total: u64 = table.level.iter().map(|&level| u64::from(level)).sum();
        let range = (all_sum.saturating_sub(3), (all_sum + 3).min(total));
        let gate = Gate::new(&scorer, all, range.0, best);
        let highest = scorer.highest();
        let labelled = now.iter().filter(|&&now| now).count() as u64;
        for u in units.saturating_sub(rows as u64 - labelled)..=units.min(labelled) {
            let least = sum.saturating_sub((units - u) * highest);
            for s in least..=sum.min(u * highest) {
                let is_let = gate.is_some_and(|gate| {
                    let (mut counted, mut summed) = (Count::<1>::default(), Count::<1>::default());
                    counted.add_number(u);
                    summed.add_number(s);
                    gate.open(&counted, &summed)[0] == u64::MAX
                });
                seen[usize::from(is_let)].fetch_add(1, Ordering::Relaxed);
                for of_all in [range.0, all_sum, range.1] {
                    let is_carried = |sum: Option<u64>, units: u64| sum.is_some_and(|sum| sum <= units * highest);
                    let before = (total - of_all).checked_sub(sum - s);
                    let can_be = is_carried(of_all.checked_sub(s), labelled - u) && is_carried(before, rows as u64 - labelled + u - units);
                    let is_change = can_be && scorer.is_change(Cell { units: u, sum: s }, all, of_all, best);
                    assert!(is_let || !is_change, "{u} {s} {of_all} {all:?} {gate:?}");
                }
            }
        }
    });
    // It would be no use if it let all through.
    let [shut, open] = seen.map(AtomicU32::into_inner);
    assert!(10 * shut > open && open > 0, "{shut} {open}");
}
