//! Comma-separated output.

/// A row of cells, quoted where they must be, with its line end.
pub(crate) fn line(cells: &[&str]) -> String {
    let mut out = String::with_capacity(256);
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        cell_into(&mut out, cell);
    }
    out.push('\n');
    out
}

/// Adds one cell.
pub(crate) fn cell_into(out: &mut String, cell: &str) {
    if cell.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}
