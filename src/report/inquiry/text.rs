//! Both answers as plain text.

use std::fmt::Write as _;

use crate::format;
use crate::inquiry::before_after::BeforeAfter;
use crate::inquiry::drivers::{Compared, Drivers};
use crate::say;
use crate::scorecard::Certainty;

/// Columns of a terminal.
const WIDTH: usize = 80;
/// Columns of the names left of what is said.
const NAMES: usize = 14;
/// Comparisons told that luck explains; the rest is counted.
const MOST_OPEN: usize = 8;
/// Agents left out that are named.
const MOST_NAMED: usize = 8;

/// The answer to "did it work?".
pub fn before_after(a: &BeforeAfter) -> String {
    let mut out = String::new();
    paragraph(&mut out, &say!("{label} before and after {event} ({date})", label = a.measure.label, event = a.event, date = a.date), "");
    out.push('\n');
    paragraph(&mut out, &a.verdict.text, "");
    for caveat in &a.verdict.caveats {
        item(&mut out, caveat);
    }
    out.push('\n');
    named(&mut out, say!("Compared"), &a.counted.text);
    let parts = [
        (say!("By itself"), &a.regression.text),
        (say!("Chart"), &a.chart.text),
        (say!("Series"), &a.series.text),
        (say!("Same agents"), &a.paired.text),
        (say!("Others"), &a.differed.text),
        (say!("Could see"), &a.smallest.text),
        (say!("Other dates"), &a.placebos.text),
        (say!("Beforehand"), &a.pre_trend.text),
    ];
    let mut told: Vec<&str> = Vec::new();
    for (name, text) in parts {
        // The same reason stands for several parts.
        if !told.contains(&text.as_str()) {
            named(&mut out, name, text);
            told.push(text);
        }
    }
    let left_out = &a.counted.left_out;
    if !left_out.is_empty() {
        out.push_str(say!("\nDo not count\n"));
        left_out.iter().take(MOST_NAMED).for_each(|l| item(&mut out, &format!("{}: {}", l.agent, l.why)));
        more(&mut out, left_out.len(), MOST_NAMED);
    }
    out
}

/// The answer to "who does better, and why?".
pub fn drivers(d: &Drivers) -> String {
    let mut out = String::from(say!("What goes with better results\n\n"));
    paragraph(&mut out, &d.text, "");
    let label = |c: &Compared| d.measures.iter().find(|m| m.id == c.metric).map_or(c.metric.clone(), |m| m.label.clone());
    for (certainty, title) in
        [(Certainty::Clear, say!("Clear")), (Certainty::Leaning, say!("Leaning")), (Certainty::CannotTellYet, say!("Cannot tell"))]
    {
        let of: Vec<&Compared> = d.compared.iter().filter(|c| c.certainty == certainty).collect();
        if of.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{title}");
        let most = if certainty == Certainty::CannotTellYet { MOST_OPEN } else { of.len() };
        of.iter().take(most).for_each(|c| item(&mut out, &format!("{}, {}: {}", label(c), c.label, c.text)));
        more(&mut out, of.len(), most);
    }
    if d.compared.iter().any(|c| c.attribute == "mentor") {
        out.push('\n');
        let text = say!(
            "Mentees of one mentor may be newer than those of another, and who is newer does worse: the people page compares them in the same weeks of their time on the desk."
        );
        paragraph(&mut out, text, "");
    }
    if !d.together.is_empty() {
        out.push_str(say!("\nGo together\n"));
        d.together.iter().for_each(|t| item(&mut out, &t.text));
    }
    if !d.skipped.is_empty() {
        out.push_str(say!("\nNot compared\n"));
        d.skipped
            .iter()
            .for_each(|s| item(&mut out, &say!("{metric} by {attribute}: {why}", metric = s.metric, attribute = s.attribute, why = s.why)));
    }
    out
}

fn more(out: &mut String, all: usize, told: usize) {
    if all > told {
        out.push_str(&format!("{}\n", say!("  and {told} more", told = format::count((all - told) as u64))));
    }
}

fn item(out: &mut String, text: &str) {
    paragraph(out, &format!("- {text}"), "  ");
}

/// A name on the left, what is said on the right.
fn named(out: &mut String, name: &str, text: &str) {
    paragraph(out, &format!("{name:<NAMES$}{text}"), &" ".repeat(NAMES));
}

/// Text in lines of [`WIDTH`] columns, those after the first indented; a word that is longer has a line to itself.
fn paragraph(out: &mut String, text: &str, indent: &str) {
    let clean = format::clean(text);
    // Spaces at the beginning and inside the column of names stay.
    let mut line = String::new();
    let mut is_empty = true;
    for word in clean.split(' ') {
        let width = line.chars().count() + usize::from(!is_empty) + word.chars().count();
        if !is_empty && width > WIDTH && !word.is_empty() {
            out.push_str(line.trim_end());
            out.push('\n');
            indent.clone_into(&mut line);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inquiry::Measure;
    use crate::inquiry::drivers::{Attribute, Choices, Outcome, Person, Record, Search, Value, search};
    use crate::scorecard::{Better, Unit};

    #[test]
    fn lines_are_cut_at_eighty_columns_and_indented() {
        let mut out = String::new();
        named(&mut out, "Compared", &"word ".repeat(40));
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.len() == 4 && lines.iter().all(|l| l.chars().count() <= WIDTH), "{out}");
        assert!(lines[0].starts_with("Compared      word") && lines[1].starts_with("              word"), "{out}");
        let mut long = String::new();
        item(&mut long, &"x".repeat(200));
        assert_eq!(long.lines().count(), 2, "{long}");
    }

    /// Six of twelve do better by much; names and values are hostile.
    #[test]
    fn drivers_say_how_much_was_searched_and_what_it_means() {
        let hostile = "\u{1b}[31m\u{202e}=cmd|<b>\n";
        let person = |i: usize| Person {
            name: hostile.to_owned(),
            stratum: String::new(),
            attributes: vec![
                Some(Value::Word(if i < 6 { format!("early{hostile}") } else { "late".to_owned() })),
                Some(Value::Number(i as f64 % 5.0)),
            ],
            outcomes: vec![Some(Record { events: if i < 6 { 90 } else { 60 } + i as u64, n: 100, expected: None })],
        };
        let measure = Measure { id: "csat".into(), label: "Satisfaction".into(), unit: Unit::Share, better: Better::Higher };
        let attribute = |id: &str| Attribute { id: id.into(), label: id.into() };
        let answer = search(&Search {
            measures: vec![Outcome { measure, margin: 0.03 }],
            attributes: vec![attribute("shift"), attribute("years")],
            people: (0..12).map(person).collect(),
            within: None,
            choices: Choices::default(),
        })
        .unwrap();
        let text = drivers(&answer);
        assert!(text.contains("2 attributes were searched against 1 measure: 2 comparisons."), "{text}");
        assert!(text.contains("\nClear\n- Satisfaction, shift: late: 6 people (late): "), "{text}");
        assert!(text.replace("\n  ", " ").contains("Associated with worse results: the former’s levels lie "), "{text}");
        assert!(text.replace('\n', " ").contains("is not caused by"), "{text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'));
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH), "{text}");
    }
}
