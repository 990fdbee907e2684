//! Attributes that go together: where everyone with one has the other, nobody can tell which of them it is.

use super::answer::Together;
use super::{Search, Value};
use crate::format;
use crate::say;

/// Correlation of two yes-or-no attributes from which they go together.
const PHI: f64 = 0.7;

/// A value is no news where more than this share of all people has it.
const NEARLY_ALL: f64 = 0.8;

/// Sentences at most.
const MOST: usize = 30;

/// A yes-or-no view of an attribute: one of its values, or the upper half of its numbers.
struct View {
    attribute: usize,
    label: String,
    /// One a person; `None` is not known.
    has: Vec<Option<bool>>,
}

/// The pairs that go together, the closest first.
pub(super) fn together(search: &Search) -> Vec<Together> {
    let mut views: Vec<View> = (0..search.attributes.len()).flat_map(|number| views(search, number)).collect();
    views.extend(strata(search));
    let mut found: Vec<(f64, Together)> = Vec::new();
    for (i, a) in views.iter().enumerate() {
        for b in views[i + 1..].iter().filter(|b| b.attribute != a.attribute) {
            found.extend(pair(search, a, b));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.text.cmp(&b.1.text)));
    found.truncate(MOST);
    found.into_iter().map(|f| f.1).collect()
}

fn views(search: &Search, number: usize) -> Vec<View> {
    let values: Vec<Option<&Value>> = search.people.iter().map(|p| p.attributes[number].as_ref()).collect();
    let label = &search.attributes[number].label;
    let mut numbers: Vec<f64> = values.iter().flatten().filter_map(|v| if let Value::Number(x) = v { Some(*x) } else { None }).collect();
    numbers.sort_by(f64::total_cmp);
    if let Some(middle) = numbers.get(numbers.len().saturating_sub(1) / 2).copied() {
        let upper = |v: &Value| matches!(v, Value::Number(x) if *x > middle);
        let has = values.iter().map(|v| v.map(upper)).collect();
        return vec![View { attribute: number, label: say!("{label} above {middle}", label, middle = super::compare::plain(middle)), has }];
    }
    if values.iter().flatten().all(|v| matches!(v, Value::Flag(_))) {
        let has = values.iter().map(|v| v.map(|v| *v == Value::Flag(true))).collect();
        return vec![View { attribute: number, label: label.clone(), has }];
    }
    let mut words: Vec<&str> =
        values.iter().flatten().filter_map(|v| if let Value::Word(w) = v { Some(w.as_str()) } else { None }).collect();
    words.sort_unstable();
    words.dedup();
    let view = |word: &str| View {
        attribute: number,
        label: format!("{label} {}", format::label(word, 40)),
        has: values.iter().map(|v| v.map(|v| matches!(v, Value::Word(w) if w == word))).collect(),
    };
    words.into_iter().map(view).collect()
}

/// The strata people are not compared within count as an attribute like any other.
fn strata(search: &Search) -> Vec<View> {
    let Some(within) = &search.within else { return Vec::new() };
    let mut names: Vec<&str> = search.people.iter().map(|p| p.stratum.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let view = |name: &str| View {
        attribute: usize::MAX,
        label: format!("{within} {}", if name.is_empty() { say!("in house").to_owned() } else { format::label(name, 40) }),
        has: search.people.iter().map(|p| Some(p.stratum == name)).collect(),
    };
    names.into_iter().map(view).collect()
}

fn pair(search: &Search, a: &View, b: &View) -> Option<(f64, Together)> {
    let mut people = [0_usize; 4];
    for (x, y) in a.has.iter().zip(&b.has) {
        if let (Some(x), Some(y)) = (x, y) {
            people[match (x, y) {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => 2,
                (false, false) => 3,
            }] += 1;
        }
    }
    let [both, first, second, neither] = people.map(|n| n as f64);
    let all = both + first + second + neither;
    let fewest = search.choices.fewest_people.max(2) as f64;
    if both < fewest || all - both - first < fewest || all - both - second < fewest {
        return None;
    }
    let marginals = (both + first) * (second + neither) * (both + second) * (first + neither);
    let phi = (both * neither - first * second) / marginals.sqrt();
    let inside = |alone: f64, other: f64| alone < 0.5 && other <= NEARLY_ALL * all;
    let (a_in_b, b_in_a) = (inside(first, both + second), inside(second, both + first));
    let (x, y) = (&a.label, &b.label);
    let told = match (a_in_b, b_in_a) {
        (true, true) => {
            say!("Everyone with {x} has {y} and the other way round ({both} people): nobody can tell one from the other.", x, y, both)
        }
        (true, false) => say!("Everyone with {x} has {y} ({both} people): what goes with the one may belong to the other.", x, y, both),
        (false, true) => say!("Everyone with {y} has {x} ({both} people): what goes with the one may belong to the other.", y, x, both),
        (false, false) if phi >= PHI => {
            say!(
                "{both} of {first} people with {x} have {y}, and {second} without: the two are hard to tell apart.",
                both,
                first = both + first,
                x,
                y,
                second
            )
        }
        (false, false) => return None,
    };
    let id = |view: &View| {
        search.attributes.get(view.attribute).map_or_else(|| search.within.clone().unwrap_or_default(), |attribute| attribute.id.clone())
    };
    Some((phi, Together { attributes: (id(a), id(b)), people, text: crate::format::capital(&told) }))
}
