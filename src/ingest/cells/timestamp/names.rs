//! Names of months and weekdays in the languages exports are written in: de, en, es, fr, it, nl, pt.
//!
//! No name stands for two months, or two weekdays: one that does in two languages is left out of the tables.

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// Names of months that are not English, sorted; accents may be missing as they are in old exports.
const OTHER_MONTHS: [(&str, u32); 89] = [
    ("abr", 4),
    ("abril", 4),
    ("ago", 8),
    ("agosto", 8),
    ("aout", 8),
    ("août", 8),
    ("aprile", 4),
    ("augustus", 8),
    ("avr", 4),
    ("avril", 4),
    ("decembre", 12),
    ("dez", 12),
    ("dezember", 12),
    ("dezembro", 12),
    ("dic", 12),
    ("dicembre", 12),
    ("diciembre", 12),
    ("déc", 12),
    ("décembre", 12),
    ("ene", 1),
    ("enero", 1),
    ("febbraio", 2),
    ("febr", 2),
    ("febrero", 2),
    ("februar", 2),
    ("februari", 2),
    ("fev", 2),
    ("fevereiro", 2),
    ("fevr", 2),
    ("fevrier", 2),
    ("fév", 2),
    ("févr", 2),
    ("février", 2),
    ("gen", 1),
    ("gennaio", 1),
    ("giu", 6),
    ("giugno", 6),
    ("jaenner", 1),
    ("janeiro", 1),
    ("januar", 1),
    ("januari", 1),
    ("janv", 1),
    ("janvier", 1),
    ("juil", 7),
    ("juillet", 7),
    ("juin", 6),
    ("julho", 7),
    ("juli", 7),
    ("julio", 7),
    ("junho", 6),
    ("juni", 6),
    ("junio", 6),
    ("jänner", 1),
    ("lug", 7),
    ("luglio", 7),
    ("maart", 3),
    ("maerz", 3),
    ("mag", 5),
    ("maggio", 5),
    ("mai", 5),
    ("maio", 5),
    ("marco", 3),
    ("mars", 3),
    ("marzo", 3),
    ("março", 3),
    ("mayo", 5),
    ("mei", 5),
    ("mrt", 3),
    ("mrz", 3),
    ("mär", 3),
    ("märz", 3),
    ("novembre", 11),
    ("novembro", 11),
    ("noviembre", 11),
    ("octobre", 10),
    ("octubre", 10),
    ("okt", 10),
    ("oktober", 10),
    ("ott", 10),
    ("ottobre", 10),
    ("out", 10),
    ("outubro", 10),
    ("septembre", 9),
    ("septiembre", 9),
    ("set", 9),
    ("setembro", 9),
    ("setiembre", 9),
    ("sett", 9),
    ("settembre", 9),
];

/// Weekdays by days since Monday, sorted.
const WEEKDAYS: [(&str, u32); 98] = [
    ("di", 1),
    ("dienstag", 1),
    ("dim", 6),
    ("dimanche", 6),
    ("dinsdag", 1),
    ("do", 3),
    ("dom", 6),
    ("domenica", 6),
    ("domingo", 6),
    ("donderdag", 3),
    ("donnerstag", 3),
    ("fr", 4),
    ("freitag", 4),
    ("fri", 4),
    ("friday", 4),
    ("gio", 3),
    ("giovedi", 3),
    ("giovedì", 3),
    ("jeu", 3),
    ("jeudi", 3),
    ("jue", 3),
    ("jueves", 3),
    ("lun", 0),
    ("lundi", 0),
    ("lunedi", 0),
    ("lunedì", 0),
    ("lunes", 0),
    ("ma", 0),
    ("maandag", 0),
    ("mar", 1),
    ("mardi", 1),
    ("martedi", 1),
    ("martedì", 1),
    ("martes", 1),
    ("mer", 2),
    ("mercoledi", 2),
    ("mercoledì", 2),
    ("mercredi", 2),
    ("mi", 2),
    ("mie", 2),
    ("miercoles", 2),
    ("mittwoch", 2),
    ("mié", 2),
    ("miércoles", 2),
    ("mo", 0),
    ("mon", 0),
    ("monday", 0),
    ("montag", 0),
    ("qua", 2),
    ("quarta", 2),
    ("qui", 3),
    ("quinta", 3),
    ("sa", 5),
    ("sab", 5),
    ("sabado", 5),
    ("sabato", 5),
    ("sam", 5),
    ("samedi", 5),
    ("samstag", 5),
    ("sat", 5),
    ("saturday", 5),
    ("seg", 0),
    ("segunda", 0),
    ("sex", 4),
    ("sexta", 4),
    ("so", 6),
    ("sonnabend", 5),
    ("sonntag", 6),
    ("sun", 6),
    ("sunday", 6),
    ("sáb", 5),
    ("sábado", 5),
    ("ter", 1),
    ("terca", 1),
    ("terça", 1),
    ("thu", 3),
    ("thur", 3),
    ("thurs", 3),
    ("thursday", 3),
    ("tue", 1),
    ("tues", 1),
    ("tuesday", 1),
    ("ven", 4),
    ("vendredi", 4),
    ("venerdi", 4),
    ("venerdì", 4),
    ("vie", 4),
    ("viernes", 4),
    ("vr", 4),
    ("vrijdag", 4),
    ("wed", 2),
    ("wednesday", 2),
    ("wo", 2),
    ("woensdag", 2),
    ("za", 5),
    ("zaterdag", 5),
    ("zo", 6),
    ("zondag", 6),
];

/// A month by its name: English in full, by its first three letters, or `Sept`; or in another language.
pub(super) fn month(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, rest) = text.split_at(length);
    let known = |full: &str| {
        let full = full.as_bytes();
        (length == 3 || length == full.len() || (length == 4 && full[0] == b's'))
            && length <= full.len()
            && name.eq_ignore_ascii_case(&full[..length])
    };
    if let Some(index) = MONTHS.iter().position(|m| known(m))
        && rest.first() != Some(&LETTER)
    {
        return Some((index as u32 + 1, rest));
    }
    named(text, &OTHER_MONTHS)
}

/// A weekday by its name, in full or cut short.
pub(super) fn weekday(text: &[u8]) -> Option<(u32, &[u8])> {
    let (day, rest) = named(text, &WEEKDAYS)?;
    // Portuguese: segunda-feira.
    Some((day, rest.strip_prefix(b"-feira").unwrap_or(rest)))
}

/// The first byte of the accented letters of our languages in UTF-8.
const LETTER: u8 = 0xC3;

/// The longest name with room to spare.
const LONGEST: usize = 16;

fn named<'a>(text: &'a [u8], table: &[(&str, u32)]) -> Option<(u32, &'a [u8])> {
    let mut lower = [0; LONGEST];
    let mut length = 0;
    let mut is_accented = false;
    for &byte in text {
        let lowered = match byte {
            b'A'..=b'Z' | b'a'..=b'z' => byte.to_ascii_lowercase(),
            LETTER => byte,
            // The second byte of an accented capital is 32 below that of its small letter.
            0x80..=0x9E if is_accented => byte + 32,
            0x80..=0xBF if is_accented => byte,
            _ => break,
        };
        is_accented = byte == LETTER;
        *lower.get_mut(length)? = lowered;
        length += 1;
    }
    let index = table.binary_search_by(|(name, _)| name.as_bytes().cmp(&lower[..length])).ok()?;
    Some((table[index].1, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_no_name_stands_twice() {
        assert!(OTHER_MONTHS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(WEEKDAYS.is_sorted_by(|a, b| a.0 < b.0));
        for (name, number) in OTHER_MONTHS {
            assert!(name.len() <= LONGEST && (1..=12).contains(&number), "{name}");
            let english = MONTHS.iter().position(|m| *m == name || m[..3] == *name);
            assert!(english.is_none(), "{name} is English");
        }
        assert!(WEEKDAYS.iter().all(|(name, day)| name.len() <= LONGEST && *day < 7));
    }

    #[test]
    fn months_of_all_languages() {
        let cases = [
            ("Jan", 1),
            ("SEPT", 9),
            ("december", 12),
            ("März", 3),
            ("MÄRZ", 3),
            ("mär", 3),
            ("févr", 2),
            ("FÉVRIER", 2),
            ("août", 8),
            ("AOÛT", 8),
            ("juin", 6),
            ("juil", 7),
            ("Juli", 7),
            ("ene", 1),
            ("mrt", 3),
            ("mei", 5),
            ("gen", 1),
            ("março", 3),
            ("MARÇO", 3),
            ("out", 10),
            ("okt", 10),
        ];
        for (name, number) in cases {
            assert_eq!(month(name.as_bytes()), Some((number, &b""[..])), "{name}");
            assert_eq!(month(format!("{name}. 5").as_bytes()), Some((number, &b". 5"[..])), "{name}");
        }
        for name in ["", "ju", "juny", "jui", "listopad", "augu", "Sep\u{E9}", "décembreeeeeeeeeee", "\u{C3}", "5"] {
            assert_eq!(month(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn weekdays_of_all_languages() {
        let cases = [("Mon", 0), ("Montag", 0), ("mardi", 1), ("mié", 2), ("MIÉRCOLES", 2), ("do", 3), ("vr", 4), ("sáb", 5), ("dom", 6)];
        for (name, day) in cases {
            assert_eq!(weekday(name.as_bytes()), Some((day, &b""[..])), "{name}");
        }
        assert_eq!(weekday(b"Segunda-feira, 14"), Some((0, &b", 14"[..])));
        assert_eq!(weekday(b"Jul"), None);
    }
}
