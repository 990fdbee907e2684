//! Who works on the desk: joiners, leavers, moves between teams, and mentors.

use super::{DAY, Row, day_text};
use crate::world::Rng;

pub(super) const HEADER: &[&str] =
    &["agent_id", "name", "team", "hired_at", "left_at", "leave_reason", "mentor", "mentor_since_at", "scheduled_hours"];

const FIRST: [&str; 8] = ["Ada", "Ben", "Çağla", "Dörte", "Emre", "Fay", "Gus", "Hana"];
const LAST: [&str; 7] = ["Ash", "Birch", "Cedar", "Elder", "Fir", "Hazel", "Rowan"];
const TEAMS: [&str; 2] = ["Service Desk Berlin", "Service Desk Leeds"];

/// A spell of one person in one team.
#[derive(Debug, Clone)]
struct Spell {
    person: usize,
    team: &'static str,
    hired: i64,
    left: Option<i64>,
    reason: &'static str,
    mentor: Option<(usize, i64)>,
}

/// A name that no two people share.
fn name(person: usize) -> String {
    let again = person / (FIRST.len() * LAST.len());
    let tail = if again == 0 { String::new() } else { format!(" {}", again + 1) };
    format!("{} {}{tail}", FIRST[person % FIRST.len()], LAST[person / FIRST.len() % LAST.len()])
}

fn id(person: usize) -> String {
    format!("A{:03}", person + 1)
}

/// An agent as the tickets and calls see one.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    pub(super) name: String,
    pub(super) team: &'static str,
}

/// Everybody who ever worked on the desk.
#[derive(Debug)]
pub(super) struct Staff {
    people: usize,
    spells: Vec<Spell>,
}

impl Staff {
    /// Twelve people who were there before the first week.
    pub(super) fn new(from: i64) -> Self {
        let spell = |person: usize| {
            let hired = from - (30 + 40 * person as i64) * DAY;
            Spell { person, team: TEAMS[person % 2], hired, left: None, reason: "", mentor: None }
        };
        Self { people: 12, spells: (0..12).map(spell).collect() }
    }

    /// What changes on a Monday, if anything does.
    pub(super) fn change(&mut self, rng: &mut Rng, monday: i64) {
        let there: Vec<usize> = (0..self.spells.len()).filter(|&i| self.spells[i].left.is_none()).collect();
        if rng.percent(10) && there.len() < 16 {
            let (person, team) = (self.people, *rng.pick(&TEAMS));
            self.people += 1;
            self.spells.push(Spell { person, team, hired: monday, left: None, reason: "", mentor: None });
        }
        if rng.percent(9) && there.len() > 9 {
            let spell = &mut self.spells[*rng.pick(&there)];
            (spell.left, spell.reason) = (Some(monday - DAY), *rng.pick(&["voluntary", "involuntary"]));
        }
        if rng.percent(8) {
            self.move_one(monday, *rng.pick(&there));
        }
        if rng.percent(12) {
            let mentor = self.spells[*rng.pick(&there)].person;
            let newest = self.spells.iter_mut().rev().find(|s| s.left.is_none() && s.mentor.is_none() && s.person != mentor);
            if let Some(newest) = newest {
                newest.mentor = Some((mentor, monday));
            }
        }
    }

    /// Moves a person to the other team, if the spell was not ended or begun on this very day.
    fn move_one(&mut self, monday: i64, at: usize) {
        let spell = &mut self.spells[at];
        if spell.left.is_none() && spell.hired < monday {
            (spell.left, spell.reason) = (Some(monday - DAY), "internal_move");
            let team = if spell.team == TEAMS[0] { TEAMS[1] } else { TEAMS[0] };
            let moved = Spell { team, hired: monday, left: None, reason: "", ..spell.clone() };
            self.spells.push(moved);
        }
    }

    /// Who is there now.
    pub(super) fn on_desk(&self) -> Vec<Agent> {
        let there = self.spells.iter().filter(|s| s.left.is_none());
        there.map(|s| Agent { name: name(s.person), team: s.team }).collect()
    }

    /// The roster: always all of it.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |s: &Spell| {
            let (mentor, since) = s.mentor.map_or_else(Default::default, |(who, since)| (id(who), day_text(since)));
            let left = s.left.map_or_else(String::new, day_text);
            let hours = if s.person % 5 == 4 { "20" } else { "38.5" };
            vec![id(s.person), name(s.person), s.team.into(), day_text(s.hired), left, s.reason.into(), mentor, since, hours.into()]
        };
        self.spells.iter().map(row).collect()
    }
}
