//! Instants that say nothing: the zero of the product's own calendar.

/// Whether a cell is what a product prints for "never": a date in 1900 or before, the first day of 1970 at any hour (or the last of
/// 1969, west of Greenwich), or a count of 0 or -1.
///
/// For columns of instants only, and only where the nulls of a source or preset name `epoch`: a birthday may be such a day.
pub fn is_null_instant(cell: &[u8]) -> bool {
    // Nearly all dates start with the year, and it is not that of a zero.
    if let [b'2', b'0', b'0'..=b'9', b'0'..=b'9', b'-' | b'/', ..] = cell {
        return false;
    }
    if cell.len() > 64 || cell == b"-1" {
        return cell.len() == 2;
    }
    match numbers(cell) {
        [Some((0, _)), None, ..] => true,
        [Some((0, _)), Some((0, _)), None] if cell.iter().all(|b| matches!(b, b'0' | b'.')) => true,
        // 19700101, and 00000000 above.
        [Some((date, 8)), ..] => is_zero(date / 10_000, date / 100 % 100, date % 100),
        [Some((year, 4)), Some((month, _)), Some((day, _))] => is_zero(year, month, day),
        // Of day and month either may come first; both are 1, or 31 and 12.
        [Some((one, _)), Some((other, _)), Some((year, 4))] => is_zero(year, one.min(other), one.max(other)),
        // The month has a name.
        [Some((day, _)), Some((year, 4)), _] => year <= 1900 || named_zero(cell, year, day),
        _ => false,
    }
}

fn is_zero(year: u32, month: u32, day: u32) -> bool {
    year <= 1900 || matches!((year, month, day), (1970, 1, 1) | (1969, 12, 31))
}

fn named_zero(cell: &[u8], year: u32, day: u32) -> bool {
    let words = cell.split(|b| !b.is_ascii_alphabetic() && *b < 0x80).filter(|w| !w.is_empty());
    let month = words.filter_map(super::names::month).find(|(_, rest)| rest.is_empty());
    month.is_some_and(|(month, _)| is_zero(year, month, day))
}

/// The first three numbers of a cell, each with the digits it has.
fn numbers(cell: &[u8]) -> [Option<(u32, usize)>; 3] {
    let mut groups = cell.split(|b| !b.is_ascii_digit()).filter(|g| !g.is_empty());
    let mut next = || {
        let group = groups.next()?;
        let value = group.iter().fold(0u32, |n, d| n.saturating_mul(10).saturating_add(u32::from(d - b'0')));
        Some((value, group.len()))
    };
    [next(), next(), next()]
}

#[cfg(test)]
mod tests {
    use super::is_null_instant;

    #[test]
    fn the_zeros_of_the_products() {
        let zeros = [
            "0000-00-00 00:00:00",
            "0000-00-00",
            "0001-01-01 00:00:00",
            "0001-01-01T00:00:00Z",
            "01/01/0001",
            "1/1/0001 12:00:00 AM",
            "1601-01-01 00:00:00",
            "1753-01-01",
            "1899-12-30 00:00:00",
            "1899-12-31",
            "1900-01-00",
            "1900-01-01 00:00:00",
            "00.01.1900",
            "1970-01-01 00:00:00",
            "1970-01-01T10:00:00+10:00",
            "1970-01-01 10:00:00",
            "01.01.1970",
            "1/1/1970 10:00 AM",
            "1969-12-31 19:00:00",
            "12/31/1969 7:00 PM",
            "31.12.1969 19:00",
            "19700101",
            "19700101T000000Z",
            "00000000",
            "01-Jan-1970 10:00",
            "Jan 1, 1970 10:00 AM",
            "1. Januar 1970",
            "1 janvier 0001",
            "31 DEC 1969 16:00",
            "0",
            "-1",
            "0.0",
        ];
        for text in zeros {
            assert!(is_null_instant(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn other_instants_are_none() {
        let instants = [
            "",
            "-",
            "2025-07-14 15:42:07",
            "14/07/2025 00:00:00",
            "1970-01-02 00:00:00",
            "1970-10-01",
            "1971-01-01",
            "1969-12-30",
            "02-Jan-1970",
            "1 Feb 1970",
            "14/Jul/25 3:42 PM",
            "01.01.70",
            "14.07.25 1530",
            "1752507727",
            "0.5",
            "45852.4167",
            "20250714",
            "yesterday",
            "00:00:00",
        ];
        for text in instants {
            assert!(!is_null_instant(text.as_bytes()), "{text}");
        }
        assert!(!is_null_instant(&[b'0'; 65]));
    }
}
