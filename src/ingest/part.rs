//! The part of a cell that counts: a session id without its sequence number, an extension within a channel's name, the last of
//! several queues.

use memchr::memmem;

use crate::settings::Part;

impl Part {
    /// Whether it says nothing, so that cells need not be looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.last.is_empty() && self.but_last.is_empty() && self.first.is_empty()
    }

    /// The part of the cell that counts. A cell with none of the separators counts whole.
    pub(super) fn of<'a>(&self, cell: &'a [u8]) -> &'a [u8] {
        let behind = rightmost(cell, &self.last).map_or(cell, |(_, end)| &cell[end..]);
        let before = rightmost(behind, &self.but_last).map_or(behind, |(start, _)| &behind[..start]);
        let start = separators(&self.first).filter_map(|s| memmem::find(before, s)).min();
        start.map_or(before, |start| &before[..start]).trim_ascii()
    }
}

/// Where the separator that ends last starts and ends.
fn rightmost(text: &[u8], among: &[String]) -> Option<(usize, usize)> {
    separators(among).filter_map(|s| memmem::rfind(text, s).map(|start| (start, start + s.len()))).max_by_key(|(_, end)| *end)
}

/// An empty separator would cut everywhere: it cuts nowhere.
fn separators(list: &[String]) -> impl Iterator<Item = &[u8]> {
    list.iter().map(String::as_bytes).filter(|s| !s.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Part;
    use proptest::prelude::*;

    fn part(last: &[&str], but_last: &[&str], first: &[&str]) -> Part {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Part { last: own(last), but_last: own(but_last), first: own(first) }
    }

    fn of<'a>(part: &Part, cell: &'a str) -> &'a str {
        std::str::from_utf8(part.of(cell.as_bytes())).expect("cuts lie between characters")
    }

    #[test]
    fn the_part_that_counts() {
        let (first, last) = (part(&[], &[], &[";"]), part(&[";"], &[], &[]));
        assert_eq!((of(&first, "Desk ; Overflow"), of(&last, "Desk ; Overflow")), ("Desk", "Overflow"));
        assert_eq!((of(&first, " Desk "), of(&last, "Desk")), ("Desk", "Desk"));
        assert_eq!((of(&first, ";x"), of(&last, "x; "), of(&first, "")), ("", "", ""));
        assert_eq!(of(&part(&[], &["-"], &[]), "1-26000142321-0"), "1-26000142321");
        assert_eq!(of(&part(&[], &["-"], &[]), "26000142321"), "26000142321");
        assert_eq!(of(&part(&[" - "], &[], &[]), "101 - Ada-Lena Ruiz"), "Ada-Lena Ruiz");
        assert_eq!(of(&part(&[], &[], &["("]), "Ruiz, Ada (101)"), "Ruiz, Ada");
        assert_eq!(of(&part(&[","], &[], &["*"]), "Desk A,Größe*"), "Größe");
    }

    #[test]
    fn an_asterisk_channel_is_cut_to_its_extension() {
        let channel = part(&["/"], &[], &["@", "-"]);
        for (name, extension) in [("SIP/8007-0000063b", "8007"), ("PJSIP/8007", "8007"), ("Agent/3001", "3001")] {
            assert_eq!(of(&channel, name), extension);
        }
        // Of a Local channel the part behind the last slash may be `n`; its CDR name ends in `;1` or `;2` instead.
        assert_eq!(of(&channel, "Local/2004@from-queue-0000001f;2"), "2004");
    }

    #[test]
    fn nothing_said_keeps_the_cell_and_an_empty_separator_cuts_nothing() {
        assert!(Part::default().is_whole() && !part(&[], &[], &["-"]).is_whole());
        assert_eq!(of(&Part::default(), "a;b-c"), "a;b-c");
        assert_eq!(of(&part(&[""], &[""], &[""]), "a;b-c"), "a;b-c");
    }

    proptest! {
        #[test]
        fn what_is_left_lies_in_the_cell_and_has_no_separator_before_its_end(cell in "[a-c;,é -]{0,12}") {
            let kept = of(&part(&[], &[], &[";", ","]), &cell);
            prop_assert!(cell.contains(kept) && !kept.contains([';', ',']));
            let kept = of(&part(&[";"], &[], &[]), &cell);
            prop_assert!(cell.trim_end().ends_with(kept) && !kept.contains(';'));
        }
    }
}
