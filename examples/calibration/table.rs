//! Tables in Markdown that are aligned to read as plain text too.

/// Prints a table under a title.
pub(crate) fn print(title: &str, header: &[&str], rows: &[Vec<String>]) {
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let width = |column: usize| rows.iter().chain([&header]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let rule: Vec<String> = widths.iter().enumerate().map(|(column, width)| rule(column, *width)).collect();
    println!("{title}\n");
    for row in [&header, &rule].into_iter().chain(rows) {
        println!(
            "| {} |",
            row.iter().enumerate().map(|(column, cell)| padded(column, cell, widths[column])).collect::<Vec<_>>().join(" | ")
        );
    }
    println!();
}

/// Words on the left, numbers on the right.
fn padded(column: usize, cell: &str, width: usize) -> String {
    if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
}

fn rule(column: usize, width: usize) -> String {
    if column == 0 { "-".repeat(width) } else { format!("{}:", "-".repeat(width - 1)) }
}

/// A share in whole percent, or a dash where there is none.
pub(crate) fn percent(share: impl Into<Option<f64>>) -> String {
    share.into().map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", 100.0 * share))
}

/// A share in percent with one digit after the point.
pub(crate) fn fine_percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A rate in points.
pub(crate) fn points(rate: f64) -> String {
    format!("{:.1}", 100.0 * rate)
}

/// A number of things a report.
pub(crate) fn number(value: f64) -> String {
    format!("{value:.2}")
}
