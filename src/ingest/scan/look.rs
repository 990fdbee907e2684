//! How cells look: enough to tell a header from the rows below it, without knowing what they mean.

/// The kind of a cell, or of nearly all cells of a column that are not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Look {
    /// Nothing, or blanks.
    Empty,
    /// Starts as numbers, dates, times and amounts do.
    Digits,
    /// Anything else.
    Text,
    /// Of a column only: of both kinds.
    Mixed,
}

impl Look {
    /// How an unquoted cell looks.
    #[inline]
    pub(crate) fn of(cell: &[u8]) -> Self {
        match cell.first() {
            Some(b'0'..=b'9') => Self::Digits,
            Some(b'a'..=b'z' | b'A'..=b'Z') => Self::Text,
            _ => Self::of_other(cell),
        }
    }

    fn of_other(cell: &[u8]) -> Self {
        let cell = cell.trim_ascii();
        let mut rest = cell;
        // Signs and currencies, in whatever order.
        while let Some(next) =
            [&b"+"[..], b"-", b".", b"(", b"#", b"$", b" ", b"\xC2\xA3", b"\xE2\x82\xAC"].iter().find_map(|s| rest.strip_prefix(*s))
        {
            rest = next;
        }
        match rest.first() {
            _ if cell.is_empty() => Self::Empty,
            Some(b'0'..=b'9') => Self::Digits,
            _ => Self::Text,
        }
    }
}

/// Counts the cells of a column by their look.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LookCount {
    digits: usize,
    texts: usize,
}

impl LookCount {
    pub(crate) fn add(&mut self, cell: &[u8]) {
        match Look::of(cell) {
            Look::Digits => self.digits += 1,
            Look::Text => self.texts += 1,
            Look::Empty | Look::Mixed => {}
        }
    }

    /// What at least four of five cells look like.
    pub(crate) fn look(self) -> Look {
        let most = |n: usize| n > 0 && n * 5 >= (self.digits + self.texts) * 4;
        match (most(self.digits), most(self.texts)) {
            (true, _) => Look::Digits,
            (_, true) => Look::Text,
            _ if self.digits + self.texts == 0 => Look::Empty,
            _ => Look::Mixed,
        }
    }
}

/// The looks of the columns of some rows of unquoted cells.
pub(crate) fn looks<'a>(columns: usize, rows: impl IntoIterator<Item = &'a [Vec<u8>]>) -> Vec<Look> {
    let mut counts = vec![LookCount::default(); columns];
    for row in rows {
        counts.iter_mut().zip(row).for_each(|(count, cell)| count.add(cell));
    }
    counts.into_iter().map(LookCount::look).collect()
}

/// Whether the cells could be the names of columns: not empty, all different, none like a value.
pub(crate) fn could_be_names(cells: &[Vec<u8>]) -> bool {
    let mut sorted: Vec<&[u8]> = cells.iter().map(|c| c.trim_ascii()).collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1]) && sorted.iter().all(|c| Look::of(c) == Look::Text && c.len() <= 120)
}

#[cfg(test)]
mod tests {
    use super::{Look, looks};

    #[test]
    fn of_cells() {
        for text in ["1", "-1", "+ 3,5", "$7.50", "€ 7", "(12)", "2025-07-14", ".5", "#12", " 1"] {
            assert_eq!(Look::of(text.as_bytes()), Look::Digits, "{text}");
        }
        for text in ["a", "-", "- none", "é", "INC0001", "_", "#", "$"] {
            assert_eq!(Look::of(text.as_bytes()), Look::Text, "{text}");
        }
        assert_eq!([Look::of(b""), Look::of(b" \t")], [Look::Empty; 2]);
    }

    #[test]
    fn of_columns() {
        let row = |cells: [&str; 4]| cells.map(|c| c.as_bytes().to_vec()).to_vec();
        let rows = [row(["1", "a", "", "1"]), row(["2", "b", "", "x"]), row(["", "c", "", "2"])];
        assert_eq!(looks(4, rows.iter().map(Vec::as_slice)), [Look::Digits, Look::Text, Look::Empty, Look::Mixed]);
    }
}
