//! As much of Thrift's compact protocol as tells a sound footer or page header from one that lies about its sizes:
//! [the encoding](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). The crate that reads Parquet
//! sets memory aside for whatever a list says it holds; what passes here holds it.

const STOP: u8 = 0;
const DEEPEST: u8 = 12;

/// A page, as its header says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Page<'a> {
    /// 0 and 3 hold values, 2 the dictionary.
    pub(super) kind: i64,
    /// Bytes once unpacked.
    pub(super) unpacked: i64,
    /// Bytes as it lies there.
    pub(super) packed: i64,
    /// Those bytes.
    pub(super) bytes: &'a [u8],
    /// Values in it, nulls included.
    pub(super) values: i64,
    /// How the values are written: 0 plain, 2 and 8 by the dictionary.
    pub(super) encoding: i64,
}

impl Page<'_> {
    /// Whether it holds values, not the dictionary.
    pub(super) fn is_data(&self) -> bool {
        matches!(self.kind, 0 | 3)
    }

    /// Whether its values are places in the dictionary.
    pub(super) fn is_by_dictionary(&self) -> bool {
        matches!(self.encoding, 2 | 8)
    }

    fn field(&mut self, id: i64, cursor: &mut Cursor, kind: u8, depth: u8) -> Option<()> {
        match (id, kind) {
            (1, 3..=6) => self.kind = cursor.signed()?,
            (2, 3..=6) => self.unpacked = cursor.signed()?,
            (3, 3..=6) => self.packed = cursor.signed()?,
            // The header of its kind: the number of values comes first; the encoding second, but fourth in version 2.
            (5 | 7 | 8, 12) => cursor.fields(depth, &mut |cursor, inner, kind, depth| match (inner, kind) {
                (1, 3..=6) => cursor.signed().map(|values| self.values = values),
                (2, 3..=6) if id == 5 => cursor.signed().map(|encoding| self.encoding = encoding),
                (4, 3..=6) if id == 8 => cursor.signed().map(|encoding| self.encoding = encoding),
                _ => cursor.skip(kind, depth),
            })?,
            _ => cursor.skip(kind, depth)?,
        }
        Some(())
    }
}

/// The pages of one column of a row group, until they hold so many values; `None` if they do not, or a header is damaged.
pub(super) fn pages(chunk: &[u8], values: i64) -> Option<Vec<Page<'_>>> {
    let mut cursor = Cursor { rest: chunk };
    let (mut pages, mut seen) = (Vec::new(), 0);
    while seen < values {
        let mut page = Page::default();
        cursor.fields(DEEPEST, &mut |cursor, id, kind, depth| page.field(id, cursor, kind, depth))?;
        page.bytes = cursor.take(usize::try_from(page.packed).ok()?)?;
        if page.values < 0 || page.unpacked < 0 {
            return None;
        }
        seen += if page.is_data() { page.values } else { 0 };
        pages.push(page);
    }
    (seen == values).then_some(pages)
}

/// Whether the bytes are one whole Thrift struct, in which no list says it is longer than it is.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    Cursor { rest: bytes }.skip(12, DEEPEST).is_some()
}

/// Bytes yet to be read; what cannot be read is `None`.
struct Cursor<'a> {
    rest: &'a [u8],
}

type Each<'e> = &'e mut dyn FnMut(&mut Cursor, i64, u8, u8) -> Option<()>;

impl<'a> Cursor<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Every field of a struct: its number and kind. `each` must read it.
    fn fields(&mut self, depth: u8, each: Each) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let mut id = 0i64;
        loop {
            let head = self.byte()?;
            if head == STOP {
                return Some(());
            }
            id = match head >> 4 {
                0 => self.signed()?,
                step => id.checked_add(i64::from(step))?,
            };
            each(self, id, head & 15, depth)?;
        }
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Option<()> {
        match kind {
            // A flag of a struct is in its head.
            1 | 2 => Some(()),
            3 => self.take(1).map(drop),
            4..=6 => self.unsigned().map(drop),
            7 => self.take(8).map(drop),
            8 => {
                let length = self.unsigned()?;
                self.take(usize::try_from(length).ok()?).map(drop)
            }
            9 | 10 => self.skip_list(depth.checked_sub(1)?),
            11 => self.skip_map(depth.checked_sub(1)?),
            12 => self.fields(depth, &mut |cursor, _, kind, depth| cursor.skip(kind, depth)),
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u8) -> Option<()> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 { self.unsigned()? } else { u64::from(head >> 4) };
        (0..length).try_for_each(|_| self.skip_element(head & 15, depth))
    }

    fn skip_map(&mut self, depth: u8) -> Option<()> {
        let length = self.unsigned()?;
        if length == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        (0..length).try_for_each(|_| {
            self.skip_element(kinds >> 4, depth)?;
            self.skip_element(kinds & 15, depth)
        })
    }

    fn skip_element(&mut self, kind: u8, depth: u8) -> Option<()> {
        if matches!(kind, 1 | 2) { self.take(1).map(drop) } else { self.skip(kind, depth) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, is_sound, pages};

    /// A data page of three plain values in five bytes.
    const PAGE: [u8; 17] = [0x15, 0, 0x15, 20, 0x15, 10, 0x2C, 0x15, 6, 0x15, 0, 0, 0, 1, 2, 3, 4];

    #[test]
    fn a_page_header_by_hand() {
        let chunk = [&PAGE[..], &[5], &PAGE[..], &[5]].concat();
        let page = Page { kind: 0, unpacked: 10, packed: 5, bytes: &[1, 2, 3, 4, 5], values: 3, encoding: 0 };
        assert_eq!(pages(&chunk, 6).unwrap(), [page, page]);
        assert_eq!(pages(&chunk, 0).unwrap(), []);
        assert_eq!((pages(&chunk, 5), pages(&chunk, 7), pages(&chunk[..chunk.len() - 1], 6)), (None, None, None));
    }

    #[test]
    fn lists_must_hold_what_they_say() {
        assert!(is_sound(&[0x19, 0x25, 2, 4, 0]));
        assert!(!is_sound(&[0x19, 0xF5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 2, 4, 0]));
        assert!(!is_sound(&[0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0]));
        assert!(!is_sound(&[0x18, 9, 1, 2]));
        assert!(!is_sound(&[]));
        assert!(!is_sound(&[0x1C; 100]), "structs within structs without end");
        assert!(!is_sound(&[0x19, 0xF9, 0x19, 0xF9].repeat(50)), "lists within lists without end");
    }
}
