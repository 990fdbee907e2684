//! Bit masks of 64 bytes: bit i tells about byte i.

use fearless_simd::prelude::*;
use fearless_simd::{Level, u8x64};

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

/// The instructions of this processor to use.
///
/// No more than AVX2: with AVX-512 the compiler writes the ends of cells in vectors, which takes it a tenth longer.
pub(super) fn level() -> Level {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    let best = best.as_avx2().map_or(best, Level::Avx2);
    best
}

/// The masks of a step.
#[expect(clippy::inline_always, reason = "what is not inlined into the dispatched function does not use its instructions")]
#[inline(always)]
pub(super) fn masks<S: Simd>(simd: S, bytes: &[u8; STEP], delimiter: u8) -> Masks {
    let lanes = u8x64::from_slice(simd, bytes);
    let equal = |byte: u8| lanes.simd_eq(u8x64::splat(simd, byte)).to_bitmask();
    let text = lanes.simd_ge(u8x64::splat(simd, 128)).any_true();
    Masks { quote: equal(b'"'), delimiter: equal(delimiter), newline: equal(b'\n'), text }
}

/// The carriage returns of a step; only asked for next to quotes.
#[expect(clippy::inline_always, reason = "what is not inlined into the dispatched function does not use its instructions")]
#[inline(always)]
pub(super) fn returns<S: Simd>(simd: S, bytes: &[u8; STEP]) -> u64 {
    u8x64::from_slice(simd, bytes).simd_eq(u8x64::splat(simd, b'\r')).to_bitmask()
}

/// Bit i of the result is the parity of bits 0 to i: set from an opening quote up to before its closing one.
#[inline]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
