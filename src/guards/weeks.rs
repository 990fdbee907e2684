//! The rows of each week, like with like: holidays are left out, and a week is the shorter for them.

use std::collections::BTreeSet;

/// Most weeks looked at: two years and the week reported.
const MOST: usize = 105;

/// No day of a desk has more rows; sums of damaged counts must not overflow.
const MOST_ROWS: u64 = 1_000_000_000_000;

/// Weeks before that tell how the rows of a week fall on its days.
const PROFILE: usize = 26;

/// A week of which less than this is left without its holidays says nothing.
const LEAST_OPEN: f64 = 0.3;

/// A week.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Week {
    /// Rows of each day from Monday; `None` for a holiday.
    pub(super) days: [Option<u64>; 7],
    /// Rows on days that are no holiday.
    pub(super) rows: u64,
    /// The share of a usual week's rows that fall on these days, 0 to 1.
    pub(super) open: f64,
}

impl Week {
    /// Whether enough of it is left to be compared.
    pub(super) fn is_open(&self) -> bool {
        self.open >= LEAST_OPEN
    }

    /// Its days that are holidays.
    pub(super) fn holidays(&self) -> usize {
        self.days.iter().filter(|day| day.is_none()).count()
    }
}

/// The weeks of a source from the first that is whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weeks {
    /// The weeks before the one reported, oldest first.
    pub(super) before: Vec<Week>,
    /// The week reported.
    pub(super) now: Week,
    /// How the rows of a usual week fall on Monday to Sunday; adds up to 1.
    pub(super) profile: [f64; 7],
    /// The first day of the week reported, in days since 1970.
    pub(super) monday: i32,
    /// Rows a day from the first day that has any.
    pub(super) since_first: Vec<u64>,
}

impl Weeks {
    /// Cuts days into weeks; `days` ends with the Sunday after `monday`.
    pub(super) fn new(days: &[u64], monday: i32, holidays: &BTreeSet<i32>) -> Self {
        let days: Vec<u64> = days[days.len().saturating_sub(MOST * 7)..].iter().map(|n| (*n).min(MOST_ROWS)).collect();
        let first = days.iter().position(|n| *n > 0).unwrap_or(days.len());
        let mut weeks: Vec<Week> =
            days[first..].rchunks_exact(7).enumerate().map(|(ago, days)| cut(days, monday - 7 * ago as i32, holidays)).collect();
        weeks.reverse();
        let now = weeks.pop().unwrap_or_else(|| cut(&days[days.len().saturating_sub(7)..], monday, holidays));
        let profile = profile(&weeks);
        let open = |week: Week| Week { open: share(&week.days, &profile), ..week };
        let before = weeks.into_iter().map(open).collect();
        Self { before, now: open(now), profile, monday, since_first: days[first..].to_vec() }
    }
}

/// A week of up to seven days that ends on the Sunday after `monday`; days that are not there have no rows.
fn cut(days: &[u64], monday: i32, holidays: &BTreeSet<i32>) -> Week {
    let missing = 7 - days.len().min(7);
    let days = std::array::from_fn(|weekday| {
        let is_open = !holidays.contains(&(monday + weekday as i32));
        is_open.then(|| weekday.checked_sub(missing).map_or(0, |at| days[at]))
    });
    Week { rows: days.iter().flatten().sum(), days, open: 1.0 }
}

/// Of weeks without a holiday if there are any, of all days that are none otherwise; evenly if there are no rows.
fn profile(weeks: &[Week]) -> [f64; 7] {
    let plain: Vec<&Week> = weeks.iter().rev().filter(|week| week.holidays() == 0).take(PROFILE).collect();
    let from = if plain.is_empty() { weeks.iter().collect() } else { plain };
    let sums: [u64; 7] = std::array::from_fn(|weekday| from.iter().filter_map(|week| week.days[weekday]).sum());
    let all: u64 = sums.iter().sum();
    if all == 0 { [1.0 / 7.0; 7] } else { sums.map(|sum| sum as f64 / all as f64) }
}

fn share(days: &[Option<u64>; 7], profile: &[f64; 7]) -> f64 {
    // All seven are the whole week, whatever rounding makes of the sum.
    if days.iter().all(Option::is_some) {
        return 1.0;
    }
    days.iter().zip(profile).filter(|(day, _)| day.is_some()).map(|(_, share)| share).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows on Mondays to Fridays: 30, 20, 20, 20, 10; the third week's Monday is a holiday.
    #[test]
    fn a_holiday_shortens_its_week() {
        let week = [30, 20, 20, 20, 10, 0, 0];
        let short = [0, 20, 20, 20, 10, 0, 0];
        let weeks = Weeks::new(&[week, week, short].concat(), 4 + 14, &BTreeSet::from([4 + 14]));
        assert_eq!((weeks.before.len(), weeks.now.rows, weeks.now.holidays()), (2, 70, 1));
        assert!((weeks.now.open - 0.7).abs() < 1e-12 && weeks.now.is_open());
        assert!((weeks.profile[0] - 0.3).abs() < 1e-12);
    }

    /// The first row came on a Wednesday: that week is not whole and does not count.
    #[test]
    fn history_begins_with_a_whole_week() {
        let weeks = Weeks::new(&[[0, 0, 5, 5, 5, 0, 0], [5; 7], [5; 7]].concat(), 18, &BTreeSet::new());
        assert_eq!((weeks.before.len(), weeks.now.rows, weeks.since_first.len()), (1, 35, 19));
    }

    #[test]
    fn anything_is_cut_without_a_panic() {
        for n in 0..30 {
            for rows in [0, 3] {
                let weeks = Weeks::new(&vec![rows; n], 18, &BTreeSet::from([18, 20]));
                assert_eq!(weeks.now.holidays(), 2);
                assert!((weeks.profile.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }
    }
}
