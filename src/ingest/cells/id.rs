//! Ids that a spreadsheet has taken for numbers. Ids are text: leading zeros count, and nothing here changes them.

/// Whether a cell is what a spreadsheet makes of a long number: `1.23457E+11`, whose last digits are lost for good.
///
/// Rows of different tickets may then have the same id, which is worth a warning. `2E10` is taken for an id, for a spreadsheet writes
/// the sign.
pub fn is_mangled_id(cell: &[u8]) -> bool {
    let [b'1'..=b'9', rest @ ..] = cell else { return false };
    let fraction = match rest {
        [b'.' | b',', behind @ ..] => behind.iter().take_while(|b| b.is_ascii_digit()).count() + 1,
        _ => 0,
    };
    if fraction == 1 {
        return false;
    }
    matches!(&rest[fraction..], [b'E' | b'e', b'+', power @ ..] if (2..=3).contains(&power.len()) && power.iter().all(u8::is_ascii_digit))
}

/// Whether a cell is a whole number with the `.0` that tables of numbers put behind it: `123.0` is no other ticket than `123`, but
/// another id.
pub fn is_float_id(cell: &[u8]) -> bool {
    cell.strip_suffix(b".0").is_some_and(|whole| !whole.is_empty() && whole.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::{is_float_id, is_mangled_id};

    #[test]
    fn numbers_that_lost_their_digits() {
        for mangled in ["1.23457E+11", "1,23457E+11", "1.23457e+11", "1E+11", "9.99E+100", "4.2E+09"] {
            assert!(is_mangled_id(mangled.as_bytes()), "{mangled}");
        }
        for id in
            ["", "00123", "123", "123.0", "INC0012", "2E10", "1E5", "1.E+11", "1.5", "0.1E+11", "1.2E+1", "1.2E+1111", "1.2E+1x", "E+11"]
        {
            assert!(!is_mangled_id(id.as_bytes()), "{id}");
        }
    }

    #[test]
    fn numbers_with_a_fraction_of_nothing() {
        assert!(is_float_id(b"123.0") && is_float_id(b"00123.0"));
        for id in ["", ".0", "123", "1.20", "1.2.0", "v1.0", "123.00"] {
            assert!(!is_float_id(id.as_bytes()), "{id}");
        }
    }
}
