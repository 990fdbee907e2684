//! Sentences about what was answered, as others may read them.

use super::super::joints;
use super::{LEAD, Pass, Whose, coarse};
use crate::scorecard::{Card, CardKind, Finding, Section, Standing};
use crate::{format, key, say};

/// Why a block is empty after its sentences went.
const KEPT_BACK: &str = key!("What could be said rests on answers that are not told here; the note on small groups says why.");
/// How the recognition says how much its names rest on; the other part of it tells no answers.
const CHANCE: &str = "chance’s part of the differences: {share}, {answers} answers";
/// A sentence may be about any of the newest periods.
const NEWEST: usize = 3;

impl Pass<'_> {
    /// The blocks of a card.
    pub(super) fn findings(&self, whose: Whose<'_>, card: &mut Card) {
        let levels: Vec<(String, Option<Standing>, bool)> = card
            .kpis
            .iter()
            .filter(|k| self.is_answer(&k.metric))
            .map(|k| (k.metric.clone(), k.level, k.history.iter().rev().take(NEWEST).all(|p| self.decided.is_shown(whose, &p.period))))
            .collect();
        let of = |metric: &str| levels.iter().find(|(m, ..)| m == metric);
        let is_group = card.kind != CardKind::Agent;
        let stays = |f: &mut Finding| {
            let Some((_, level, is_told)) = of(&f.metric) else { return !self.is_answer(&f.metric) };
            f.examples.clear();
            match level {
                Some(l) if !is_group => {
                    f.text = self.of_person(&f.metric, l);
                    true
                }
                Some(_) if f.metric == LEAD => *is_told,
                Some(_) if f.metric != LEAD => self.told_coarsely(f),
                _ => false,
            }
        };
        if is_group {
            card.goals.retain_mut(stays);
        } else {
            card.goals.retain(|f| !self.is_answer(&f.metric));
        }
        card.doing_well.retain_mut(stays);
        card.to_improve.retain_mut(stays);
        if !is_group {
            let has_target = |metric: &str| card.kpis.iter().any(|k| k.metric == metric && k.target.is_some());
            let without_goal = card.to_improve.iter_mut().filter(|f| self.is_answer(&f.metric) && has_target(&f.metric));
            without_goal.for_each(|f| f.text += say!(" No goal is made of it: answers are not told week by week."));
        }
        card.next_goals.retain_mut(|g| {
            let Some((_, level, _)) = of(&g.metric) else { return !self.is_answer(&g.metric) };
            let round = || coarse::sentence(&g.text, self.min_n);
            match (level, is_group, g.metric == LEAD) {
                (Some(_), true, true) => true,
                (Some(_), true, false) => round().map(|text| g.text = text).is_some(),
                _ => false,
            }
        });
        let empty = [
            ("goals", card.goals.is_empty()),
            ("doing_well", card.doing_well.is_empty()),
            ("to_improve", card.to_improve.is_empty()),
            ("next_goals", card.next_goals.is_empty()),
        ];
        for (block, _) in empty.into_iter().filter(|(_, is_empty)| *is_empty) {
            if !card.empty_because.iter().any(|(known, _)| known == block) {
                card.empty_because.push((block.to_owned(), crate::language::text(KEPT_BACK).to_owned()));
            }
        }
    }

    /// The level, which is what is judged, from figures that are round already: how many of so few were content would seem exact.
    fn of_person(&self, metric: &str, l: &Standing) -> String {
        let unit = self.unit(metric);
        let (value, range) = (format::value_of(unit, l.value, 1), format::interval(unit, l.interval, 1));
        say!("Likely level {value} ({range}), from about {n} recent answers. In round numbers.", n = format::count(l.n), value, range)
    }

    /// A finding in round numbers, without single tickets; `false` if it is about too few.
    pub(super) fn told_coarsely(&self, f: &mut Finding) -> bool {
        f.examples.clear();
        let both = coarse::sentence(&f.text, self.min_n).zip(coarse::sentence(&f.title, self.min_n));
        both.map(|(text, title)| (f.text, f.title) = (text, title)).is_some()
    }

    /// Lines of label and value of the parts that are about answers.
    pub(super) fn facts(&self, whose: Whose<'_>, s: &mut Section) {
        match s.id.as_str() {
            "watermelon" => {
                s.facts.retain(|(label, _)| label != say!("Tickets worth reading"));
                let told: Option<Vec<String>> = s.facts.iter().map(|(_, value)| coarse::sentence(value, self.min_n)).collect();
                match told.filter(|_| self.decided.is_recent_shown(whose)) {
                    Some(told) => s.facts.iter_mut().zip(told).for_each(|((_, value), text)| *value = text),
                    // What is left of four cells tells the fourth.
                    None => s.facts.clear(),
                }
            }
            "recognition" => s.facts.iter_mut().for_each(|(_, value)| *value = self.recognised(value)),
            _ => {}
        }
    }

    /// Names without numbers of answers; levels only where everybody's may be told.
    fn recognised(&self, text: &str) -> String {
        let out = without_numbers(text, &joints::around(CHANCE, "answers"));
        if self.decided.is_everybody_shown() { out } else { without_levels(&out) }
    }
}

/// A sentence without the whole numbers that stand between any of these words, and without the words.
fn without_numbers(text: &str, around: &[(String, String)]) -> String {
    let mut out = text.to_owned();
    for (before, after) in around {
        let mut from = 0;
        while let Some(at) = out[from..].find(before.as_str()).map(|i| i + from) {
            let number = coarse::number_length(&out[at + before.len()..]);
            let end = at + before.len() + number;
            if number > 0 && out[end..].starts_with(after.as_str()) {
                out.replace_range(at..end + after.len(), "");
                from = at;
            } else {
                from = at + out[at..].chars().next().map_or(1, char::len_utf8);
            }
            if from >= out.len() {
                break;
            }
        }
    }
    out
}

/// `Ada (92 %)` becomes `Ada`.
fn without_levels(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.split(" (").enumerate() {
        let level = part
            .find("\u{a0}%)")
            .filter(|at| i > 0 && part[..*at].chars().all(|c| c.is_ascii_digit() || c == crate::language::numbers().decimal));
        match level {
            Some(at) => out.push_str(&part[at + "\u{a0}%)".len()..]),
            None => {
                out.push_str(if i > 0 { " (" } else { "" });
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_answers_go_with_their_words_wherever_the_language_puts_them() {
        let without = |text| without_numbers(text, &joints::around(CHANCE, "answers"));
        assert_eq!(
            without("Too close (chance’s part of the differences: 0.45, 1,234 answers): A, B."),
            "Too close (chance’s part of the differences: 0.45): A, B."
        );
        assert_eq!(
            without("Ada, 2 (chance’s part of the differences: 0.45, 12 answers), 3"),
            "Ada, 2 (chance’s part of the differences: 0.45), 3"
        );
        let first = [(String::new(), " Antworten, ".to_owned())];
        assert_eq!(without_numbers("Ada (12 Antworten, Rang 0,5); 7", &first), "Ada (Rang 0,5); 7");
    }

    #[test]
    fn levels_go_and_the_rest_of_the_line_stays() {
        assert_eq!(
            without_levels("Ada (2nd) (92\u{a0}%), Bo (87.5\u{a0}%) (chance’s part of the differences: 0.45)."),
            "Ada (2nd), Bo (chance’s part of the differences: 0.45)."
        );
        assert_eq!(without_levels(""), "");
    }
}
