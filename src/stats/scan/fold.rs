//! Values with few rows become one: nothing can be said of them alone.

/// Codes with the rare ones folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// A code a row. Kept codes stay what they were.
    pub codes: Vec<u32>,
    /// How many codes there are now, `other` included.
    pub cardinality: u32,
    /// The code of all folded values; a segment with it must be told as such. `None` if nothing was folded.
    pub other: Option<u32>,
    /// The values in it, ascending.
    pub folded: Vec<u32>,
}

/// Folds codes with fewer than `min_rows` rows into a new one, `cardinality`. A single rare code is folded as well: its name is rarer
/// still. Codes at or above `cardinality` count as rare.
pub fn fold(codes: &[u32], cardinality: u32, min_rows: u32) -> Folded {
    let mut rows = vec![0_u32; cardinality as usize];
    for &code in codes {
        if let Some(count) = rows.get_mut(code as usize) {
            *count = count.saturating_add(1);
        }
    }
    let is_rare = |code: u32| rows.get(code as usize).is_none_or(|&count| count < min_rows);
    let mut folded: Vec<u32> = (0..cardinality).filter(|&code| is_rare(code) && rows[code as usize] > 0).collect();
    let mut unknown: Vec<u32> = codes.iter().copied().filter(|&code| code >= cardinality).collect();
    unknown.sort_unstable();
    unknown.dedup();
    folded.extend(unknown);
    if folded.is_empty() {
        return Folded { codes: codes.to_vec(), cardinality, other: None, folded };
    }
    let codes = codes.iter().map(|&code| if is_rare(code) { cardinality } else { code }).collect();
    Folded { codes, cardinality: cardinality.saturating_add(1), other: Some(cardinality), folded }
}
