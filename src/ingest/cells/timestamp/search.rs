//! Finding out how a column writes its timestamps, from all its values.

use super::Stamp;
use super::candidates::{Candidate, Layout, Order, all};
use super::form::Form;

/// Why no form was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormProblem {
    /// No value was fed.
    NoValues,
    /// No value proves whether the day or the month comes first.
    Ambiguous {
        /// A value that reads both ways.
        example: String,
        /// Its line.
        line: u64,
        /// Its date with the day first, as `2025-07-05`.
        dmy_reading: String,
        /// Its date with the month first.
        mdy_reading: String,
    },
    /// Most values are read by no known form.
    Unknown {
        /// The first of them.
        example: String,
        /// Its line.
        line: u64,
    },
    /// Two values whose forms do not go together: day first and month first, or year first and day first.
    Mixed {
        /// The earlier value and its line.
        first: (String, u64),
        /// The later one.
        other: (String, u64),
    },
}

/// The forms a column is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundForms {
    /// Forms of which every value that can be read is of exactly one; the most frequent first.
    pub forms: Vec<Form>,
    /// What the values do not prove but make likely, as a sentence for a person; None: they prove it.
    pub guess: Option<String>,
}

/// Values of so many bytes are no timestamps.
const LONGEST: usize = 200;

/// A value and its line.
type Seen = (Vec<u8>, u64);

/// Values that the same forms read.
#[derive(Debug)]
struct Group {
    /// Forms that read them all; one once its layout is proved.
    left: Vec<&'static Candidate>,
    /// The values that ruled forms out; the first value is always one.
    witnesses: Vec<Seen>,
    /// A value that reads as two different days.
    apart: Option<Seen>,
    values: u64,
}

/// What a group does with a value.
enum Taken {
    No,
    Yes,
    /// Taken, and with it forms were ruled out.
    Narrowed,
}

impl Group {
    fn new(left: Vec<&'static Candidate>, cell: &[u8], line: u64) -> Self {
        let mut group = Self { left, witnesses: vec![(cell.to_vec(), line)], apart: None, values: 1 };
        group.settle();
        group.note(cell, line);
        group
    }

    /// Bits of [`Layout`]: those its values may have.
    fn layouts(&self) -> u8 {
        self.left.iter().fold(0, |bits, c| bits | c.layout as u8)
    }

    fn is_settled(&self) -> bool {
        self.left.len() == 1
    }

    /// Forms of one layout do not differ in what they read: the first is enough, and what it does not read makes a group of its own.
    fn settle(&mut self) {
        if self.layouts().is_power_of_two() {
            self.left.truncate(1);
        }
    }

    #[inline]
    fn take(&mut self, cell: &[u8], line: u64) -> Taken {
        if let [only] = self.left[..] {
            let is_read = only.read(cell).is_some();
            self.values += u64::from(is_read);
            return if is_read { Taken::Yes } else { Taken::No };
        }
        self.narrow(cell, line)
    }

    fn narrow(&mut self, cell: &[u8], line: u64) -> Taken {
        let before = self.left.len();
        if !self.left.iter().any(|c| c.read(cell).is_some()) {
            return Taken::No;
        }
        self.left.retain(|c| c.read(cell).is_some());
        self.values += 1;
        self.note(cell, line);
        if self.left.len() == before {
            return Taken::Yes;
        }
        self.witnesses.push((cell.to_vec(), line));
        self.settle();
        Taken::Narrowed
    }

    /// Remembers the first value that shows that two orders differ.
    fn note(&mut self, cell: &[u8], line: u64) {
        if !self.is_settled() && self.apart.is_none() {
            let (dmy, mdy) = self.both(cell);
            self.apart = (dmy != mdy).then(|| (cell.to_vec(), line));
        }
    }

    /// The days a value reads as, day first and month first.
    fn both(&self, cell: &[u8]) -> (String, String) {
        let by = |layout: Layout| self.left.iter().find(|c| c.layout == layout).and_then(|c| c.read(cell)).map(date).unwrap_or_default();
        (by(Layout::Dmy), by(Layout::Mdy))
    }

    fn ambiguous(&self) -> FormProblem {
        let (cell, line) = self.apart.as_ref().unwrap_or(&self.witnesses[0]);
        let (dmy_reading, mdy_reading) = self.both(cell);
        FormProblem::Ambiguous { example: text(cell), line: *line, dmy_reading, mdy_reading }
    }

    /// The value that keeps this group from being of those forms.
    fn witness_against(&self, others: &[&Candidate]) -> &Seen {
        let apart = |(cell, _): &&Seen| !others.iter().any(|c| c.read(cell).is_some());
        self.witnesses.iter().find(apart).unwrap_or(&self.witnesses[0])
    }
}

/// Narrows the forms a column may be written in, value by value.
///
/// A form is told by the values alone: whether the day or the month comes first is never guessed. A column may have several forms of
/// one layout (dates beside dates with times); each value still has one meaning. Values no form reads do not stop the search, they are
/// for the reader to refuse, unless there are more of them than of others.
#[derive(Debug)]
pub struct FormSearch {
    order: Option<Order>,
    /// Whether the header says that a number may be a date.
    is_dated: bool,
    groups: Vec<Group>,
    read: u64,
    unread: u64,
    first_unread: Option<Seen>,
    has_fraction: bool,
    problem: Option<FormProblem>,
}

impl FormSearch {
    /// A search among all known forms; with an `order`, only among those that put day and month so.
    pub fn new(order: Option<Order>) -> Self {
        Self { order, is_dated: false, groups: Vec::new(), read: 0, unread: 0, first_unread: None, has_fraction: false, problem: None }
    }

    /// The same search with the column's header: a header that speaks of a date lets whole numbers pass for a spreadsheet's dates.
    #[must_use]
    pub fn headed(mut self, header: &str) -> Self {
        const WORDS: [&str; 12] = ["date", "time", "datum", "zeit", "fecha", "hora", "heure", "jour", "data", "tijd", "created", "opened"];
        let header = header.to_lowercase();
        self.is_dated = WORDS.iter().any(|w| header.contains(w));
        self
    }

    /// Takes a value, trimmed and not empty, into account.
    pub fn feed(&mut self, cell: &[u8], line: u64) {
        if self.problem.is_some() {
            return;
        }
        for at in 0..self.groups.len() {
            match self.groups[at].take(cell, line) {
                Taken::No => continue,
                Taken::Yes => {}
                Taken::Narrowed => self.check(at, cell, line),
            }
            self.count(at, cell);
            return;
        }
        self.start(cell, line);
    }

    fn count(&mut self, at: usize, cell: &[u8]) {
        self.read += 1;
        if !self.has_fraction && self.groups[at].layouts() == Layout::Serial as u8 {
            self.has_fraction = cell.contains(&b'.');
        }
    }

    /// A value of none of the forms so far.
    fn start(&mut self, cell: &[u8], line: u64) {
        // No form needs more, and what is kept as a witness stays small.
        let cell = &cell[..cell.len().min(LONGEST)];
        let is_allowed = |c: &&Candidate| c.order.is_none() || self.order.is_none() || c.order == self.order;
        let fitting: Vec<&Candidate> = all().iter().filter(is_allowed).filter(|c| c.read(cell).is_some()).collect();
        if fitting.is_empty() || cell.len() == LONGEST {
            self.unread += 1;
            self.first_unread.get_or_insert_with(|| (cell.to_vec(), line));
            return;
        }
        self.groups.push(Group::new(fitting, cell, line));
        let at = self.groups.len() - 1;
        self.count(at, cell);
        self.check(at, cell, line);
    }

    /// Whether the group that a value has just changed still goes with the others.
    fn check(&mut self, at: usize, cell: &[u8], line: u64) {
        let group = &self.groups[at];
        let others = self.groups.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, g)| g);
        if let Some(other) = others.into_iter().find(|o| o.layouts() & group.layouts() == 0) {
            let (first, first_line) = other.witness_against(&group.left);
            self.problem = Some(FormProblem::Mixed { first: (text(first), *first_line), other: (text(cell), line) });
        }
    }

    /// Whether forms are proved, or cannot be: what is fed from here on may add forms of the same layout or show that they are mixed,
    /// no more.
    pub fn settled(&self) -> bool {
        self.has_failed() || (!self.groups.is_empty() && self.groups.iter().all(Group::is_settled))
    }

    /// Whether nothing fed from here on can change the answer, which is a problem.
    pub fn has_failed(&self) -> bool {
        self.problem.is_some()
    }

    /// The forms the values fed are written in.
    ///
    /// # Errors
    /// [`FormProblem`] if there are none, they do not go together, or a value can be read in two ways.
    pub fn finish(mut self) -> Result<FoundForms, FormProblem> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let is_serial = self.groups.iter().any(|g| g.layouts() == Layout::Serial as u8);
        // Numbers that may be anything are dates only if all say so.
        let is_unlikely = is_serial && (self.unread > 0 || !(self.has_fraction || self.is_dated));
        if is_unlikely && let Some(group) = self.groups.first() {
            let (cell, line) = self.first_unread.as_ref().unwrap_or(&group.witnesses[0]);
            return Err(FormProblem::Unknown { example: text(cell), line: *line });
        }
        if let (Some((cell, line)), true) = (&self.first_unread, self.unread > self.read) {
            return Err(FormProblem::Unknown { example: text(cell), line: *line });
        }
        let guess = is_serial.then(|| self.serial_guess());
        self.answer()?;
        self.groups.sort_by_key(|g| std::cmp::Reverse(g.values));
        Ok(FoundForms { forms: self.groups.iter().map(|g| g.left[0].form.clone()).collect(), guess })
    }

    /// Leaves one form to each group, or asks.
    fn answer(&mut self) -> Result<(), FormProblem> {
        let common = self.groups.iter().fold(u8::MAX, |bits, g| bits & g.layouts());
        if self.groups.is_empty() {
            return Err(FormProblem::NoValues);
        }
        for group in self.groups.iter_mut().filter(|g| !g.is_settled()) {
            // A group of another form may be what a spreadsheet has turned around: it proves nothing for this one.
            if group.apart.is_some() || common.count_ones() > 1 {
                return Err(group.ambiguous());
            }
            group.left.retain(|c| c.layout as u8 & common != 0);
        }
        Ok(())
    }

    fn serial_guess(&self) -> String {
        let Some((group, (cell, line))) = self.groups.first().map(|g| (g, &g.witnesses[0])) else { return String::new() };
        let day = group.left[0].read(cell).map(date).unwrap_or_default();
        format!("numbers were taken for a spreadsheet's dates: {} on line {line} for {day}", text(cell))
    }
}

/// As much of a value as a message needs.
fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).chars().take(200).collect()
}

/// The date of a stamp, as `2025-07-14`.
fn date(stamp: Stamp) -> String {
    let days = stamp.secs.div_euclid(86_400);
    // Counted in 400-year cycles from 0000-03-01.
    let (cycle, day) = ((days + 719_468).div_euclid(146_097), (days + 719_468).rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (of_month, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{of_month:02}", year + cycle * 400 + i64::from(month <= 2))
}
