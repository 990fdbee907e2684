//! Short texts as codes: each distinct text is looked up once by each worker.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::cells::word;

/// Codes of the texts one worker has met in one column.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// Texts of up to 16 bytes, each in the one place its bytes lead to: (bytes, length, code).
    near: Vec<(u64, u64, u32, Option<u32>)>,
    all: HashMap<Vec<u8>, Option<u32>, RandomState>,
}

impl Interner {
    const NEAR: usize = 1 << 10;

    /// The code of a text; `make` is asked for each distinct one once.
    #[expect(clippy::inline_always, reason = "part of the loop over a column")]
    #[inline(always)]
    pub(super) fn code(&mut self, text: &[u8], make: impl FnOnce(&[u8]) -> Option<u32>) -> Option<u32> {
        let Some((low, high)) = packed(text) else { return self.far(text, make) };
        let length = text.len() as u32;
        let hash = (low ^ high.rotate_left(32) ^ u64::from(length)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = (hash >> 54) as usize;
        match self.near.get(place) {
            Some(&(a, b, n, code)) if (a, b, n) == (low, high, length) => code,
            _ => {
                let code = self.far(text, make);
                self.near.resize(Self::NEAR, (0, 0, 0, None));
                self.near[place] = (low, high, length, code);
                code
            }
        }
    }

    #[inline(never)]
    fn far(&mut self, text: &[u8], make: impl FnOnce(&[u8]) -> Option<u32>) -> Option<u32> {
        if let Some(code) = self.all.get(text) {
            return *code;
        }
        let code = make(text);
        self.all.insert(text.to_vec(), code);
        code
    }
}

/// A text of 1 to 16 bytes as two numbers: with its length they are the text.
#[inline]
fn packed(text: &[u8]) -> Option<(u64, u64)> {
    match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) if text.len() <= 16 => Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last))),
        (Some(_), _) => None,
        _ => word(text).map(|word| (word, 0)),
    }
}
