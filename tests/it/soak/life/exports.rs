//! The jobs that write the exports, regular and not.

use super::{DAY, Export, HOUR, Kind, Life, Row, Turn, monday, shown};

/// How far back the weekly exports look.
const WINDOW: i64 = 10 * DAY;
/// How far back the telephone system's look.
const CALLS: i64 = 8 * DAY;
/// Farther back than any desk goes.
const EVER: i64 = 100 * 365 * DAY;

/// When the jobs of a week run: on the Monday after it, before anybody is there.
fn job(week: i64) -> i64 {
    monday(week + 1) + 3 * HOUR
}

/// Name of a week's file.
fn file(kind: Kind, week: i64, tail: &str) -> String {
    format!("{}-{}{tail}.csv", kind.source(), shown(monday(week), "%G-W%V"))
}

/// A file from its rows.
fn export(kind: Kind, name: String, made: i64, rows: Vec<Row>) -> Export {
    let text = text(kind, &rows);
    Export { kind, name, rows, text, made }
}

/// The rows as CSV; rows of another width stay so.
fn text(kind: Kind, rows: &[Row]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(kind.header()).expect("a header");
    rows.iter().for_each(|row| writer.write_record(row).expect("a row"));
    String::from_utf8(writer.into_inner().expect("all written")).expect("UTF-8")
}

impl Life {
    /// What arrives for the Monday after a week.
    pub(super) fn deliver(&mut self, week: i64) -> Vec<Export> {
        let turn = Turn::of(week);
        let now = self.written(week);
        let mut out = match turn {
            Turn::Nothing | Turn::Held => Vec::new(),
            _ => std::mem::take(&mut self.held),
        };
        match turn {
            Turn::Nothing => self.held.clone_from(&now),
            Turn::Held => {
                let (held, sent): (Vec<Export>, _) = now.iter().cloned().partition(|e| e.kind != Kind::Calls && e.kind != Kind::Agents);
                self.held = held;
                out.extend(sent);
            }
            // What was held up stays so until the week after the next.
            Turn::Plain if Turn::of(week - 1) == Turn::Held => {
                self.held = std::mem::take(&mut out);
                out.extend(now.iter().cloned());
            }
            _ => out.extend(now.iter().cloned()),
        }
        out.extend(self.repeated(week, turn));
        self.last = now;
        out.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        // Of two rosters only the last was left in its place.
        let stays = |i: usize| out.get(i + 1).is_none_or(|next| (next.kind, &next.name) != (out[i].kind, &out[i].name));
        (0..out.len()).filter(|&i| stays(i)).map(|i| out[i].clone()).collect()
    }

    /// The files that the jobs of a week write.
    fn written(&mut self, week: i64) -> Vec<Export> {
        let (turn, made) = (Turn::of(week), job(week));
        let rows = |kind| {
            let since = match (kind, turn) {
                (Kind::Calls, _) => CALLS,
                (Kind::Tickets | Kind::Surveys, Turn::Full) => EVER,
                (Kind::Events, Turn::Full) if week % 52 == 0 => EVER,
                _ => WINDOW,
            };
            self.rows(kind, made - since, made)
        };
        let mut all: Vec<(Kind, Vec<Row>)> = Kind::ALL.into_iter().map(|kind| (kind, rows(kind))).collect();
        match turn {
            Turn::OlderStates => self.add_older(&mut all[0].1, made),
            Turn::EqualTimes => self.add_equal(&mut all[0].1, made),
            // The job is cut off half way; next week it is done again.
            Turn::OtherOrder => {
                let half = all[0].1.len() / 2;
                all[0].1.truncate(half);
            }
            _ => {}
        }
        let named = |kind| if kind == Kind::Agents { "agents.csv".to_owned() } else { file(kind, week, "") };
        let mut out: Vec<Export> = all.into_iter().map(|(kind, rows)| export(kind, named(kind), made, rows)).collect();
        if turn == Turn::Broken {
            out.iter_mut().filter(|e| matches!(e.kind, Kind::Tickets | Kind::Calls)).for_each(|e| self.break_rows(e));
        }
        out
    }

    /// The rows of a source that changed from one instant to another, as known at the second.
    fn rows(&self, kind: Kind, from: i64, to: i64) -> Vec<Row> {
        let is_recent = |at: Option<i64>| at.is_some_and(|at| at >= from);
        let tickets = self.tickets.iter();
        match kind {
            Kind::Tickets => tickets.filter(|t| is_recent(t.changed(to))).map(|t| t.row(t.known(to) - 1)).collect(),
            Kind::Events => tickets.flat_map(|t| t.events(from, to)).collect(),
            Kind::Surveys => tickets.filter_map(|t| t.survey(from, to)).collect(),
            Kind::Calls => self.calls.iter().filter(|c| (from..=to).contains(&c.start)).map(|c| c.row(to)).collect(),
            Kind::Agents => self.staff.rows(),
        }
    }

    /// Adds older states of a few tickets: of some that stand in the file with their newest one, and of some that came long ago.
    fn add_older(&mut self, rows: &mut Vec<Row>, made: i64) {
        let several: Vec<usize> = (0..self.tickets.len()).filter(|&i| self.tickets[i].known(made) > 1).collect();
        for _ in 0..6 {
            let ticket = &self.tickets[*self.rng.pick(&several)];
            let older = self.rng.between(0, ticket.known(made) as i64 - 1);
            rows.push(ticket.row(older as usize));
        }
        self.rng.shuffle(rows);
    }

    /// Adds the newest state of a few tickets once more, with another category.
    fn add_equal(&mut self, rows: &mut Vec<Row>, made: i64) {
        for _ in 0..4 {
            let ticket = self.rng.pick(&self.tickets);
            let Some(last) = ticket.known(made).checked_sub(1) else { continue };
            let mut row = ticket.row(last);
            row[super::tickets::CATEGORY] = "Corrected".into();
            rows.push(row);
        }
    }

    /// Breaks one to three rows: cut short, with a day that no calendar has, or without the id.
    fn break_rows(&mut self, export: &mut Export) {
        let mut lines = export.rows.clone();
        for _ in 0..self.rng.between(1, 4) {
            let at = self.rng.between(0, export.rows.len() as i64) as usize;
            let mut broken = export.rows.remove(at);
            let line = lines.iter().position(|row| *row == broken).expect("it stands there");
            match self.rng.between(0, if export.kind == Kind::Tickets { 3 } else { 2 }) {
                0 => drop(broken.pop()),
                1 => broken[1] = "2019-02-30 08:00:00".into(),
                _ => broken[0].clear(),
            }
            lines[line] = broken;
        }
        export.text = text(export.kind, &lines);
    }

    /// Last week's files once more, in one way or another.
    fn repeated(&mut self, week: i64, turn: Turn) -> Vec<Export> {
        let (rng, made) = (&mut self.rng, job(week) - HOUR);
        let last = self.last.iter().filter(|e| e.kind != Kind::Agents);
        match turn {
            Turn::SameBytes => last.map(|e| Export { name: file(e.kind, week, "_again"), made, ..e.clone() }).collect(),
            Turn::OtherOrder => last
                .map(|e| {
                    let mut rows = e.rows.clone();
                    rng.shuffle(&mut rows);
                    export(e.kind, file(e.kind, week, "_again"), made, rows)
                })
                .collect(),
            Turn::SameName => {
                let tickets = self.rows(Kind::Tickets, job(week - 1) - WINDOW, made);
                vec![export(Kind::Tickets, file(Kind::Tickets, week - 1, ""), made, tickets)]
            }
            _ => Vec::new(),
        }
    }
}
