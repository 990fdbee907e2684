//! CSV records by 64 bytes at a time.

use std::arch::x86_64::*;
use std::thread::scope;

/// Which of 64 bytes are quotes, commas, line ends.
#[target_feature(enable = "avx2")]
unsafe fn marks(at: *const u8) -> [u64; 3] {
    unsafe {
        let (low, high) = (_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(32).cast()));
        [b'"', b',', b'\n'].map(|byte| {
            let wanted = _mm256_set1_epi8(byte as i8);
            let bits = |part| u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(part, wanted)) as u32);
            bits(low) | bits(high) << 32
        })
    }
}

/// Bit i is the parity of bits 0 to i.
#[target_feature(enable = "pclmulqdq")]
fn parities(bits: u64) -> u64 {
    _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1), 0)) as u64
}

/// Calls `each` with the `N` cells of every record; the text starts and ends between records.
///
/// # Panics
/// For a record of another number of cells, or a quote that neither opens nor closes a cell.
#[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
fn records_of<'a, const N: usize>(text: &'a [u8], mut each: impl FnMut(&[&'a [u8]; N])) {
    let mut cells = [&text[..0]; N];
    let (mut open, mut edge_before, mut closed_before, mut misplaced) = (0u64, 1u64, 0u64, 0u64);
    let (mut start, mut column) = (0, 0);
    let mut last = [0; 64];
    for base in (0..text.len()).step_by(64) {
        let block = match text.get(base..base + 64) {
            Some(block) => block,
            None => {
                last[..text.len() - base].copy_from_slice(&text[base..]);
                &last
            }
        };
        // SAFETY: the block is 64 bytes long.
        let [quotes, commas, ends] = unsafe { marks(block.as_ptr()) };
        let inside = parities(quotes) ^ open;
        open = (inside as i64 >> 63) as u64;
        let (edges, closing) = (quotes | commas | ends, quotes & !inside);
        misplaced |= quotes & inside & !(edges << 1 | edge_before) | (closing << 1 | closed_before) & !edges;
        (edge_before, closed_before) = (edges >> 63, closing >> 63);
        let mut separators = (commas | ends) & !inside;
        while separators != 0 {
            let at = base + separators.trailing_zeros() as usize;
            separators &= separators - 1;
            assert!(column < N, "a record of too many cells");
            // SAFETY: `start` and `at` are places in the text, in order.
            cells[column] = unsafe { text.get_unchecked(start..at) };
            (start, column) = (at + 1, column + 1);
            if text[at] == b'\n' {
                assert!(column == N, "a record of too few cells");
                column = 0;
                each(&cells);
            }
        }
    }
    assert!(misplaced == 0, "a quote in the middle of a cell");
}

/// [`records_of`] over parts of the text, one a thread; what `work` makes of each, in order. `work` gets a text of whole records.
pub fn in_parts<R: Send>(text: &[u8], work: impl Fn(&[u8]) -> R + Sync) -> Vec<R> {
    let has = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq") && is_x86_feature_detected!("bmi1");
    assert!(has && is_x86_feature_detected!("popcnt"), "this processor is too old");
    let body = &text[text.iter().position(|&b| b == b'\n').expect("a header") + 1..];
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let rough: Vec<&[u8]> = body.chunks(body.len().div_ceil(parts).max(1)).collect();
    // SAFETY: the processor has what is needed.
    let odd: Vec<bool> = each(&rough, |part| unsafe { has_odd_quotes(part) });
    let (mut cuts, mut at, mut inside) = (vec![0], 0, false);
    for (part, odd) in rough.iter().zip(odd).take(rough.len() - 1) {
        (at, inside) = (at + part.len(), inside ^ odd);
        let mut quoted = inside;
        let end = body[at..].iter().position(|&b| {
            quoted ^= b == b'"';
            b == b'\n' && !quoted
        });
        cuts.push(end.map_or(body.len(), |end| at + end + 1));
    }
    cuts.push(body.len());
    let whole: Vec<&[u8]> = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]).collect();
    each(&whole, |part| work(part))
}

#[target_feature(enable = "avx2,popcnt")]
fn has_odd_quotes(text: &[u8]) -> bool {
    let (blocks, rest) = text.as_chunks::<64>();
    // SAFETY: the block is 64 bytes long.
    let many: u32 = blocks.iter().map(|block| unsafe { marks(block.as_ptr()) }[0].count_ones()).sum();
    (many as usize + rest.iter().filter(|&&b| b == b'"').count()) % 2 == 1
}

/// One thread for each item.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let work = &work;
    scope(|threads| {
        let running: Vec<_> = items.iter().map(|item| threads.spawn(move || work(item))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// [`records_of`], for texts that [`in_parts`] hands out.
pub fn records<'a, const N: usize>(text: &'a [u8], each: impl FnMut(&[&'a [u8]; N])) {
    // SAFETY: `in_parts` has looked at the processor.
    unsafe { records_of(text, each) }
}

/// A whole number.
pub fn whole(text: &[u8]) -> u32 {
    text.iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))
}

/// `2024-01-01 08:15:00` as seconds since 1970; 0 for an empty cell.
#[inline]
pub fn moment(text: &[u8]) -> u32 {
    let Ok(text) = <&[u8; 19]>::try_from(text) else { return 0 };
    let two = |at: usize| u32::from(text[at] - b'0') * 10 + u32::from(text[at + 1] - b'0');
    days(two(0) * 100 + two(2), two(5), two(8)) * 86_400 + two(11) * 3_600 + two(14) * 60 + two(17)
}

/// Days since 1970.
fn days(year: u32, month: u32, day: u32) -> u32 {
    let year = year - u32::from(month <= 2);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

/// `2024-01-01` of days since 1970.
pub fn date(days: u32) -> String {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{}-{month:02}-{day:02}", era * 400 + year + u32::from(month <= 2))
}

/// A 64-bit hash that is never 0.
#[inline]
pub fn hash(text: &[u8]) -> u64 {
    // Both halves of the product: its upper bits alone know of all bits of the word.
    let mix = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * 0x9E37_79B9_7F4A_7C15;
        product as u64 ^ (product >> 64) as u64
    };
    let (words, rest) = text.as_chunks::<8>();
    let state = words.iter().fold(text.len() as u64 ^ 0xD1B5_4A32_D192_ED03, |state, word| mix(state, u64::from_le_bytes(*word)));
    let tail = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    mix(mix(state, tail), 0x8CB9_2BA7_2F3D_8DD7).max(1)
}
