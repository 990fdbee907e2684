//! Bit masks of 64 bytes: bit i tells about byte i.

use wide::u8x16;

/// Bytes looked at in one step.
pub(super) const STEP: usize = 64;

/// Where the structural bytes of a step are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) delimiter: u64,
    pub(super) newline: u64,
    /// Whether any byte is not ASCII.
    pub(super) text: bool,
}

fn lanes(bytes: &[u8; STEP]) -> [u8x16; 4] {
    let (quarters, _) = bytes.as_chunks::<16>();
    [u8x16::new(quarters[0]), u8x16::new(quarters[1]), u8x16::new(quarters[2]), u8x16::new(quarters[3])]
}

#[inline]
fn equal(lanes: &[u8x16; 4], byte: u8x16) -> u64 {
    let bit = |i: usize| u64::from(lanes[i].simd_eq(byte).to_bitmask());
    bit(0) | bit(1) << 16 | bit(2) << 32 | bit(3) << 48
}

/// The masks of a step.
#[inline]
pub(super) fn masks(bytes: &[u8; STEP], delimiter: u8) -> Masks {
    let v = lanes(bytes);
    Masks {
        quote: equal(&v, u8x16::splat(b'"')),
        delimiter: equal(&v, u8x16::splat(delimiter)),
        newline: equal(&v, u8x16::splat(b'\n')),
        text: (v[0] | v[1] | v[2] | v[3]).to_bitmask() != 0,
    }
}

/// The carriage returns of a step; only asked for next to quotes.
#[inline]
pub(super) fn returns(bytes: &[u8; STEP]) -> u64 {
    equal(&lanes(bytes), u8x16::splat(b'\r'))
}

/// Bit i of the result is the parity of bits 0 to i: set from an opening quote up to before its closing one.
#[inline]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
