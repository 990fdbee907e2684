//! A measure as the strings of its row: value, verdict, change, signal, and what lies beside them.
//!
//! Owns the rule that colour needs certainty: filled and coloured is clear, hollow and plain is everything else.

use super::card_view::Place;
use super::signals;
use super::view::{ChangeView, IconView, KpiView, LevelView};
use crate::say;
use crate::scorecard::{Better, Bounds, Certainty, Expected, Kpi, Standing, Unit, Unknown, Variation};
use crate::{charts, format};

/// One measure. `id` must be unique in the page.
pub(super) fn kpi(place: Place<'_>, k: &Kpi, id: &str) -> KpiView {
    let definition = place.definition(&k.metric);
    let unit = place.unit(&k.metric);
    let better = definition.map_or(Better::Neither, |d| d.better);
    let (verdict_class, verdict) = if k.is_judged { verdict(k) } else { ("open", "") };
    let label = definition.map_or(k.metric.as_str(), |d| d.label.as_str());
    let bounds = k.bounds.filter(|b| b.unknown > 0).map(|b| bounds(unit, b));
    KpiView {
        label: format::label(label, 120),
        href: place.definition_href(&k.metric),
        is_own: definition.is_some_and(|d| d.is_own),
        value: match k.value {
            Some(v) => format::value_against(unit, v, k.n, k.target),
            None if k.is_hidden => say!("kept back").to_owned(),
            None => format::NO_DATA.to_owned(),
        },
        is_missing: k.value.is_none(),
        why_missing: if k.value.is_none() { why_missing(k).to_owned() } else { String::new() },
        interval: k.interval.filter(|_| k.value.is_some()).map_or_else(String::new, |i| format::interval(unit, i, k.n)),
        n: if k.is_hidden { String::new() } else { format::count(k.n) },
        immature: if k.immature > 0 { say!("+{immature} not yet mature", immature = format::count(k.immature)) } else { String::new() },
        target: k.target.map_or_else(String::new, |t| target(unit, better, t)),
        verdict_class: verdict_class.to_owned(),
        verdict: match (k.is_hidden, k.target.is_some() && k.value.is_none()) {
            (true, true) => String::new(),
            (true, false) => say!("kept back").to_owned(),
            (false, true) => why_missing(k).to_owned(),
            (false, false) => verdict.to_owned(),
        },
        change: change(place, k, unit),
        variation: k.signal.map_or_else(IconView::default, |s| signals::variation(s.variation)),
        assurance: k.signal.and_then(|s| s.assurance).map_or_else(IconView::default, signals::assurance),
        level: k.level.map_or_else(LevelView::default, |l| level(place, unit, l)),
        also: bounds.into_iter().chain(k.expected.map(|e| expected(unit, e))).collect(),
        trusted_spark: charts::sparkline(k, unit, &format!("spark-{id}")).unwrap_or_default(),
        rows_href: k.rows_file.as_deref().map_or_else(String::new, |f| place.href(f)),
    }
}

/// Why there is no value: nothing happened, or what did cannot be judged yet. What is kept back says so itself.
fn why_missing(k: &Kpi) -> &'static str {
    match (k.is_hidden, k.immature) {
        (true, _) => "",
        (false, 0) => say!("no data"),
        (false, _) => say!("too early to tell"),
    }
}

/// A target with its direction, if there is one.
pub(super) fn target(unit: Unit, better: Better, t: f64) -> String {
    match better {
        Better::Neither => format::bare_target(unit, t),
        _ => format::target(unit, t, better == Better::Lower),
    }
}

/// Which side of the target the value is on. Filled and coloured only if the interval leaves the target out and the recent
/// periods, where they are known, say the same; hollow and "this time" where they do not, as one period is no pattern; plain and hollow
/// without an interval, as nothing then says how sure it is. Chance is named only where the interval holds the target.
pub(super) fn verdict(k: &Kpi) -> (&'static str, &'static str) {
    let is_outside = k.interval.zip(k.target).map(|((low, high), t)| t < low || t > high);
    let is_backed = k.level.is_none_or(|l| l.certainty == Some(Certainty::Clear) && !l.is_shared && l.is_good == k.is_met);
    match (k.is_met, is_outside) {
        (Some(true), Some(true)) if is_backed => ("good", say!("● met")),
        (Some(true), Some(true)) => ("plain", say!("○ met this time")),
        (Some(true), Some(false)) => ("plain", say!("○ met, may be chance")),
        (Some(true), None) => ("plain", say!("○ met")),
        (Some(false), Some(true)) if is_backed => ("concern", say!("◆ missed")),
        (Some(false), Some(true)) => ("plain", say!("◇ missed this time")),
        (Some(false), Some(false)) => ("plain", say!("◇ missed, may be chance")),
        (Some(false), None) => ("plain", say!("◇ missed")),
        (None, _) => ("open", ""),
    }
}

/// The change with the previous value; a period that is not complete is not compared.
fn change(place: Place<'_>, k: &Kpi, unit: Unit) -> ChangeView {
    let before = format::clean(&place.scorecard.previous_period.short);
    if k.is_hidden && k.previous.is_none() {
        return ChangeView::default();
    }
    let plain = |delta: String, previous: String| ChangeView { delta, previous, ..ChangeView::default() };
    let Some(previous) = k.previous else { return plain(String::new(), say!("no data in {before}", before)) };
    let n = if counts_its_rows(unit, previous, k.previous_n) { String::new() } else { format!(", n\u{a0}{}", format::count(k.previous_n)) };
    let was = say!("{previous} in {before}{n}", previous = format::value_of(unit, previous, k.previous_n), before, n);
    let Some(now) = k.value else { return plain(String::new(), was) };
    if place.scorecard.period.is_partial {
        return plain(String::new(), say!("{was}; not comparable yet", was));
    }
    let Some(delta) = format::difference(unit, now, previous, k.n.min(k.previous_n)) else {
        return plain(say!("unchanged").to_owned(), was);
    };
    let (class, glyph, word) = special(k, now > previous);
    ChangeView { delta, previous: was, class: class.to_owned(), glyph: glyph.to_owned(), word: word.to_owned() }
}

/// Whether a value is the number of the rows behind it, and so says itself how many they are.
pub(super) fn counts_its_rows(unit: Unit, value: f64, n: u64) -> bool {
    unit == Unit::Count && (value - n as f64).abs() < 0.5
}

/// A change is coloured only where the chart has a special cause on the side the change goes to.
fn special(k: &Kpi, is_up: bool) -> (&'static str, &'static str, &'static str) {
    let Some(v) = k.signal.map(|s| s.variation) else { return ("", "", "") };
    let (class, glyph) = match (v, is_up) {
        (Variation::ImprovingHigh, true) | (Variation::ImprovingLow, false) => ("good", "▲"),
        (Variation::ConcerningHigh, true) | (Variation::ConcerningLow, false) => ("concern", "◆"),
        (Variation::ChangedHigh, true) | (Variation::ChangedLow, false) => ("changed", "■"),
        _ => return ("", "", ""),
    };
    (class, glyph, charts::variation_words(v))
}

/// Quarters of a year within which more rows could tell.
const QUARTERS: u64 = 4;

/// The level over the recent periods with its verdict.
fn level(place: Place<'_>, unit: Unit, l: Standing) -> LevelView {
    let (class, glyph, side) = match l.certainty {
        None => ("", "", ""),
        Some(_) if l.is_shared => ("plain", "–", ""),
        Some(certainty) => side(certainty, l.is_good),
    };
    // The level is of about a quarter of a year: what more than a year would bring tells nobody anything.
    let is_soon = |needed: &u64| *needed <= QUARTERS * l.n;
    let more = l.needed.filter(is_soon).map(|n| say!("about\u{a0}{n} more", n = format::count(n)));
    let is_far = l.needed.is_some() && more.is_none();
    let word = match (l.certainty, more) {
        (None, _) => String::new(),
        (Some(_), _) if l.is_shared => say!("all agents together lie on this side of the target, so no verdict on one").to_owned(),
        (Some(Certainty::Clear), _) => say!("clear").to_owned(),
        (Some(Certainty::Leaning), None) => say!("leaning").to_owned(),
        (Some(Certainty::Leaning), Some(more)) => say!("leaning, {more} to make it clear", more),
        (Some(Certainty::CannotTellYet), None) if is_far => say!("too close to its target to be told within a year").to_owned(),
        (Some(Certainty::CannotTellYet), None) => say!("cannot tell yet").to_owned(),
        (Some(Certainty::CannotTellYet), Some(more)) => say!("cannot tell yet, needs {more}", more),
    };
    let recent = format::label(&place.scorecard.rule.recent, 60);
    let raw = l.sum as f64 / l.n.max(1) as f64;
    let pulled = if (raw - l.value).abs() >= 0.02 { say!(", drawn towards the others for want of rows") } else { "" };
    let (sum, n) = (format::count(l.sum), format::count(l.n));
    let counted = if l.is_rounded { say!("about {hits} of {n}", hits = sum, n) } else { say!("{sum} of {n}", sum, n) };
    let text = say!(
        "Over {recent} {level} ({interval}), {counted}{pulled}",
        recent,
        level = format::value_of(unit, l.value, l.n),
        interval = range(unit, l.interval, l.n),
        counted,
        pulled
    );
    LevelView { class: class.to_owned(), glyph: glyph.to_owned(), side: side.to_owned(), word, text }
}

/// Class, shape and word of a verdict: filled and coloured if clear, hollow and plain if leaning, a ring if it cannot be told.
pub(super) fn side(certainty: Certainty, is_good: Option<bool>) -> (&'static str, &'static str, &'static str) {
    match (certainty, is_good) {
        (Certainty::CannotTellYet, _) => ("open", "○", ""),
        (Certainty::Clear, Some(true)) => ("good", "▲", say!("good")),
        (Certainty::Clear, Some(false)) => ("concern", "◆", say!("concern")),
        (Certainty::Leaning, Some(true)) => ("plain", "△", say!("good")),
        (Certainty::Leaning, Some(false)) => ("plain", "◇", say!("concern")),
        (_, None) => ("plain", "–", ""),
    }
}

/// Whole percents: the ends are the worst that could happen, not estimates.
fn bounds(unit: Unit, b: Bounds) -> String {
    let unknown = format::count(b.unknown);
    match b.because {
        Unknown::NotYetMature => {
            let (low, high) = (format::value_of(unit, b.range.0, 1), format::value_of(unit, b.range.1, 1));
            say!(b.unknown => "Between {low} and {high} once the last one is in", "Between {low} and {high} once all {unknown} are in", low, high, unknown)
        }
        Unknown::NotAnswered if b.unknown == 1 => {
            say!("{range} if the one who did not answer was unhappy or happy", range = range(unit, b.range, 1))
        }
        Unknown::NotAnswered => {
            say!("{range} if the {unknown} who did not answer were all unhappy or all happy", range = range(unit, b.range, 1), unknown)
        }
    }
}

fn expected(unit: Unit, e: Expected) -> String {
    let shown = |v: f64| format::value_of(unit, v, e.n);
    let (desk, here, n) = (shown(e.value), shown(e.observed), format::count(e.n));
    say!("The desk’s rates on the same mix of tickets would give {desk}, against {here} here (n\u{a0}{n})", desk, here, n)
}

fn range(unit: Unit, (low, high): (f64, f64), n: u64) -> String {
    say!("{low} to {high}", low = format::value_of(unit, low, n), high = format::value_of(unit, high, n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;
    use crate::scorecard::Signal;

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn only_a_count_of_the_rows_themselves_goes_without_their_number() {
        assert!(counts_its_rows(Unit::Count, 124.0, 124) && counts_its_rows(Unit::Count, 0.0, 0));
        assert!(!counts_its_rows(Unit::Count, 3.0, 124) && !counts_its_rows(Unit::Share, 1.0, 1));
    }

    #[test]
    fn a_verdict_is_coloured_only_when_it_is_clear() {
        let scorecard = scorecard();
        let mut like = scorecard.cards[0].kpis[0].clone();
        like.level = None;
        let k = |value: f64, interval| Kpi { value: Some(value), is_met: Some(value >= 0.7), interval, ..like.clone() };
        assert_eq!(verdict(&k(0.75, Some((0.6, 0.85)))), ("plain", "○ met, may be chance"));
        assert_eq!(verdict(&k(0.75, Some((0.71, 0.79)))), ("good", "● met"));
        assert_eq!(verdict(&k(0.65, Some((0.5, 0.78)))), ("plain", "◇ missed, may be chance"));
        assert_eq!(verdict(&k(0.65, Some((0.5, 0.68)))), ("concern", "◆ missed"));
        assert_eq!(verdict(&k(0.65, None)), ("plain", "◇ missed"));
        let level = scorecard.cards[0].kpis[0].level.map(|l| Standing { certainty: Some(Certainty::CannotTellYet), is_good: None, ..l });
        assert_eq!(verdict(&Kpi { level, ..k(0.65, Some((0.5, 0.68))) }), ("plain", "◇ missed this time"), "one period is not enough");
    }

    #[test]
    fn a_change_is_coloured_only_where_the_chart_has_a_special_cause_on_its_side() {
        let mut k = scorecard().cards[0].kpis[0].clone();
        let mut with = |variation| {
            k.signal = Some(Signal { variation, assurance: None });
            (special(&k, true).0, special(&k, false).0)
        };
        assert_eq!(with(Variation::CommonCause), ("", ""));
        assert_eq!(with(Variation::ImprovingLow), ("", "good"));
        assert_eq!(with(Variation::ConcerningHigh), ("concern", ""));
        assert_eq!(with(Variation::ChangedHigh), ("changed", ""));
    }

    #[test]
    fn what_is_not_known_yet_is_a_range() {
        let b = |unknown, because| plain(&bounds(Unit::Share, Bounds { range: (0.71, 0.96), unknown, because }));
        assert_eq!(b(12, Unknown::NotYetMature), "Between 71 % and 96 % once all 12 are in");
        assert_eq!(b(1, Unknown::NotYetMature), "Between 71 % and 96 % once the last one is in");
        assert_eq!(b(440, Unknown::NotAnswered), "71 % to 96 % if the 440 who did not answer were all unhappy or all happy");
    }

    #[test]
    fn a_level_says_its_span_its_rows_and_how_sure_it_is() {
        let scorecard = scorecard();
        let place = Place { scorecard: &scorecard, root: "" };
        let l = Standing {
            value: 0.91,
            interval: (0.86, 0.95),
            sum: 84,
            n: 92,
            reliability: 0.7,
            certainty: Some(Certainty::Clear),
            is_shared: false,
            is_rounded: false,
            is_good: Some(true),
            needed: None,
        };
        let clear = level(place, Unit::Share, l);
        assert_eq!(plain(&clear.text), "Over the last 13 weeks 91 % (86 % to 95 %), 84 of 92");
        assert_eq!((clear.class.as_str(), clear.glyph.as_str(), clear.word.as_str()), ("good", "▲", "clear"));
        let open = level(
            place,
            Unit::Share,
            Standing { certainty: Some(Certainty::CannotTellYet), is_good: None, needed: Some(40), sum: 5, n: 10, ..l },
        );
        assert_eq!(plain(&open.word), "cannot tell yet, needs about 40 more");
        let far = level(place, Unit::Share, Standing { certainty: Some(Certainty::CannotTellYet), is_good: None, needed: Some(369), ..l });
        assert_eq!(plain(&far.word), "too close to its target to be told within a year");
        assert!(open.text.ends_with("5 of 10, drawn towards the others for want of rows"), "{}", open.text);
    }
}
