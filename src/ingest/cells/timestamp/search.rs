//! Finding out how a column writes its timestamps, from all its values.

use super::form::Form;

/// Whether the day or the month comes first where both are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

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
    /// A value no known form reads.
    Unknown {
        /// The value.
        example: String,
        /// Its line.
        line: u64,
    },
    /// Two values that no one form reads.
    Mixed {
        /// The earlier value and its line.
        first: (String, u64),
        /// The later one.
        other: (String, u64),
    },
}

/// Dates, each with the order it stands for if the other order is possible too.
const DATES: [(&str, Option<Order>); 18] = [
    ("%d/%m/%Y", Some(Order::Dmy)),
    ("%m/%d/%Y", Some(Order::Mdy)),
    ("%d.%m.%Y", None),
    ("%d-%m-%Y", Some(Order::Dmy)),
    ("%m-%d-%Y", Some(Order::Mdy)),
    ("%Y/%m/%d", None),
    ("%d/%m/%y", Some(Order::Dmy)),
    ("%m/%d/%y", Some(Order::Mdy)),
    ("%d.%m.%y", None),
    ("%d-%m-%y", Some(Order::Dmy)),
    ("%m-%d-%y", Some(Order::Mdy)),
    ("%d/%b/%Y", None),
    ("%d/%b/%y", None),
    ("%d-%b-%Y", None),
    ("%d-%b-%y", None),
    ("%d %b %Y", None),
    ("%b %d, %Y", None),
    ("%b %d %Y", None),
];

/// ISO dates with hours of one digit; what ISO itself reads is left to it.
const UNPADDED: &str = "%Y-%m-%d %H:%M[:%S]";

const TIMES: [&str; 7] = ["", " %H:%M[:%S]", " %I:%M[:%S] %p", " %I:%M[:%S]%p", ", %H:%M[:%S]", ", %I:%M[:%S] %p", " %H:%M[:%S] %z"];

#[derive(Debug)]
struct Candidate {
    form: Form,
    order: Option<Order>,
}

fn candidates(order: Option<Order>) -> Vec<Candidate> {
    let loose = Form::compile(UNPADDED).expect("a form of ours");
    let mut all = vec![Candidate { form: Form::iso(), order: None }, Candidate { form: loose, order: None }];
    for (date, of) in DATES.into_iter().filter(|(_, of)| of.is_none() || order.is_none() || *of == order) {
        let form = |time: &&str| Form::compile(&format!("{date}{time}")).expect("a form of ours");
        all.extend(TIMES.iter().map(form).map(|form| Candidate { form, order: of }));
    }
    all
}

/// Narrows the forms a column may be written in, value by value.
///
/// A form is told by the values alone: whether the day or the month comes first is never guessed.
#[derive(Debug)]
pub struct FormSearch {
    order: Option<Order>,
    left: Vec<Candidate>,
    /// The values that ruled candidates out, and their lines.
    witnesses: Vec<(Vec<u8>, u64)>,
    problem: Option<FormProblem>,
}

impl FormSearch {
    /// A search among all known forms; with an `order`, only among those that put day and month so.
    pub fn new(order: Option<Order>) -> Self {
        Self { order, left: candidates(order), witnesses: Vec::new(), problem: None }
    }

    /// Takes a value, trimmed and not empty, into account.
    pub fn feed(&mut self, cell: &[u8], line: u64) {
        if self.problem.is_some() {
            return;
        }
        let before = self.left.len();
        let reads = |c: &Candidate| c.form.parse(cell).is_some();
        if !self.left.iter().any(reads) {
            self.problem = Some(self.explain(cell, line));
            return;
        }
        self.left.retain(reads);
        // Of two orders a later value may show what the first did not: that they differ.
        if self.left.len() < before || (self.rivals() > 1 && !self.told_apart() && self.readings(cell).is_some()) {
            self.witnesses.push((cell.to_vec(), line));
        }
    }

    /// Whether no later value can change the answer but by not fitting it.
    pub fn settled(&self) -> bool {
        self.problem.is_some() || self.rivals() == 1
    }

    /// Forms left; ISO with and without leading zeros is one.
    fn rivals(&self) -> usize {
        let is_pair = self.left.len() == 2 && self.left[0].form == Form::iso() && self.left[1].form.to_string() == UNPADDED;
        if is_pair { 1 } else { self.left.len() }
    }

    /// The form that reads every value fed.
    ///
    /// # Errors
    /// [`FormProblem`] if there is none, or more than one.
    pub fn finish(self) -> Result<Form, FormProblem> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let Some((first, line)) = self.witnesses.first() else { return Err(FormProblem::NoValues) };
        if self.rivals() > 1 {
            let (cell, line) =
                self.witnesses.iter().find(|(cell, _)| self.readings(cell).is_some()).unwrap_or(&(first.clone(), *line)).clone();
            let (dmy_reading, mdy_reading) = self.both(&cell);
            return Err(FormProblem::Ambiguous { example: text(&cell), line, dmy_reading, mdy_reading });
        }
        self.left.into_iter().next().map(|c| c.form).ok_or(FormProblem::NoValues)
    }

    /// Whether a value fed before reads as two different days.
    fn told_apart(&self) -> bool {
        self.witnesses.iter().any(|(cell, _)| self.readings(cell).is_some())
    }

    /// The two days a value reads as, if they differ.
    fn readings(&self, cell: &[u8]) -> Option<(String, String)> {
        let (dmy, mdy) = self.both(cell);
        (dmy != mdy).then_some((dmy, mdy))
    }

    fn both(&self, cell: &[u8]) -> (String, String) {
        let by = |order| {
            let candidate = self.left.iter().find(|c| c.order == Some(order));
            candidate.and_then(|c| c.form.parse(cell)).map(|s| date(s.secs.div_euclid(86_400))).unwrap_or_default()
        };
        (by(Order::Dmy), by(Order::Mdy))
    }

    /// Why nothing reads `cell` and all before it.
    fn explain(&self, cell: &[u8], line: u64) -> FormProblem {
        let mut fitting = candidates(self.order);
        fitting.retain(|c| c.form.parse(cell).is_some());
        if fitting.is_empty() {
            return FormProblem::Unknown { example: text(cell), line };
        }
        let apart = |(other, _): &&(Vec<u8>, u64)| !fitting.iter().any(|c| c.form.parse(other).is_some());
        let (first, first_line) = self.witnesses.iter().find(apart).or(self.witnesses.last()).expect("the first value is a witness");
        FormProblem::Mixed { first: (text(first), *first_line), other: (text(cell), line) }
    }
}

fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

/// The date so many days after 1970-01-01, as `2025-07-14`.
fn date(days: i64) -> String {
    // Counted in 400-year cycles from 0000-03-01.
    let (cycle, day) = ((days + 719_468).div_euclid(146_097), (days + 719_468).rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (of_month, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{of_month:02}", year + cycle * 400 + i64::from(month <= 2))
}
