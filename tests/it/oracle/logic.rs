//! Yes, no and unknown.

/// Both: no if either is no, unknown if one is unknown.
pub(crate) fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// As a number: 1 for yes.
pub(crate) fn is(flag: Option<bool>) -> Option<f64> {
    flag.map(f64::from)
}
