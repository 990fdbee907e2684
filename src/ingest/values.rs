//! Typed values of one column of one block of rows, before they become part of a frame.

use crate::columns::Type;
use crate::desk::{MISSING, NONE};

/// Typed values of one column of one block.
#[derive(Debug)]
pub(super) enum Cells {
    Long(Vec<i64>),
    Whole(Vec<i32>),
    Number(Vec<f64>),
    Flag(Vec<u8>),
    Text(Vec<u32>),
    Words(Texts),
}

/// Long texts, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    /// End of each in `text`; [`Texts::NULL`] for a missing one.
    ends: Vec<usize>,
}

impl Texts {
    pub(super) const NULL: usize = usize::MAX;

    pub(super) fn push(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.text.push_str(text);
                self.ends.push(self.text.len());
            }
            None => self.ends.push(Self::NULL),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            (end != Self::NULL).then(|| {
                let text = &self.text[start..end];
                start = end;
                text
            })
        })
    }

    /// A text for each end, [`Texts::NULL`] for a missing one.
    pub(super) fn of(text: String, ends: Vec<usize>) -> Self {
        Self { text, ends }
    }

    /// The same text for every row.
    pub(super) fn repeated(text: &str, rows: usize) -> Self {
        let mut texts = Self::default();
        (0..rows).for_each(|_| texts.push(Some(text)));
        texts
    }

    fn append(&mut self, other: &Self) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|&end| if end == Self::NULL { end } else { before + end }));
    }

    fn kept(&self, mask: &[bool]) -> Self {
        let mut kept = Self::default();
        self.iter().zip(mask).filter(|(_, keep)| **keep).for_each(|(text, _)| kept.push(text));
        kept
    }
}

/// A flag that is not there.
pub(super) const NO_FLAG: u8 = 2;

impl Cells {
    pub(super) fn empty(kind: Type) -> Self {
        Self::with_room(kind, 0)
    }

    /// Nothing yet, with room for as many rows as the segment before had.
    pub(super) fn with_room(kind: Type, rows: usize) -> Self {
        match kind {
            Type::Instant | Type::Id => Self::Long(Vec::with_capacity(rows)),
            Type::Duration | Type::Int => Self::Whole(Vec::with_capacity(rows)),
            Type::Number => Self::Number(Vec::with_capacity(rows)),
            Type::Flag => Self::Flag(Vec::with_capacity(rows)),
            Type::Dim | Type::Enum(_) => Self::Text(Vec::with_capacity(rows)),
            Type::Words => Self::Words(Texts { text: String::new(), ends: Vec::with_capacity(rows) }),
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Long(a), Self::Long(b)) => a.extend(b),
            (Self::Whole(a), Self::Whole(b)) => a.extend(b),
            (Self::Number(a), Self::Number(b)) => a.extend(b),
            (Self::Flag(a), Self::Flag(b)) => a.extend(b),
            (Self::Text(a), Self::Text(b)) => a.extend(b),
            (Self::Words(a), Self::Words(b)) => a.append(&b),
            _ => unreachable!("a column has one type"),
        }
    }

    pub(super) fn append_nulls(&mut self, rows: usize) {
        match self {
            Self::Long(v) => v.resize(v.len() + rows, MISSING),
            Self::Whole(v) => v.resize(v.len() + rows, i32::MIN),
            Self::Number(v) => v.resize(v.len() + rows, f64::NAN),
            Self::Flag(v) => v.resize(v.len() + rows, NO_FLAG),
            Self::Text(v) => v.resize(v.len() + rows, NONE),
            Self::Words(v) => v.ends.resize(v.len() + rows, Texts::NULL),
        }
    }

    pub(super) fn keep(&mut self, mask: &[bool]) {
        fn keep<T>(values: &mut Vec<T>, mask: &[bool]) {
            let mut i = 0;
            values.retain(|_| {
                i += 1;
                mask[i - 1]
            });
        }
        match self {
            Self::Long(v) => keep(v, mask),
            Self::Whole(v) => keep(v, mask),
            Self::Number(v) => keep(v, mask),
            Self::Flag(v) => keep(v, mask),
            Self::Text(v) => keep(v, mask),
            Self::Words(v) => *v = v.kept(mask),
        }
    }
}
