//! What was found of a file, for a person at a terminal: evidence first, then the columns, then what is not guessed, then the config.

use super::{ColumnFinding, Finding, Inspection, Question, Sample, shown};

/// Width of the whole.
pub(super) const WIDTH: usize = 100;

/// The report on one file.
pub fn text(inspection: &Inspection, sample: &Sample) -> String {
    let mut out = format!("{}\n", shown(&inspection.shown, WIDTH));
    out += &facts(inspection, sample);
    out += &format!("\nColumns\n{}", columns(&inspection.columns));
    if !inspection.warnings.is_empty() {
        out += "\nWarnings\n";
        inspection.warnings.iter().for_each(|w| out += &wrapped(w, "  ! ", "    "));
    }
    if !inspection.questions.is_empty() {
        out += "\nNot guessed: the file does not tell, and one of these lines answers it\n";
        inspection.questions.iter().for_each(|q| out += &question(q));
    }
    out += "\nFor deskcard.toml\n\n";
    inspection.proposal.toml().lines().for_each(|l| out += &format!("{l}\n"));
    out
}

/// How the file is written, where it comes from, what it is.
fn facts(inspection: &Inspection, sample: &Sample) -> String {
    let mut rows: Vec<[String; 3]> = sample.told.iter().map(|(a, b, c)| [a.clone(), b.clone(), c.clone()]).collect();
    let how_many = if sample.is_whole { "all of them were read" } else { "a sample was read" };
    rows.push(["rows".to_owned(), sample.rows_seen.to_string(), how_many.to_owned()]);
    rows.push(finding("product", &inspection.product, "none in particular"));
    rows.push(finding("kind", &inspection.kind, "not recognised"));
    let width = |i: usize| rows.iter().map(|r| shown(&r[i], 34).chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut out = String::new();
    for [what, found, evidence] in &rows {
        let head = format!("  {}  {}  ", padded(&shown(what, 34), first), padded(&shown(found, 34), second));
        out += &wrapped(evidence, &head, &" ".repeat(head.chars().count()));
    }
    out
}

fn finding(what: &str, finding: &Finding, none: &str) -> [String; 3] {
    if finding.found.is_empty() {
        return [what.to_owned(), none.to_owned(), finding.evidence.clone()];
    }
    [what.to_owned(), format!("{} ({})", finding.found, finding.confidence), finding.evidence.clone()]
}

fn columns(columns: &[ColumnFinding]) -> String {
    let canonical = |c: &ColumnFinding| if c.canonical.is_empty() { "·".to_owned() } else { c.canonical.join(", ") };
    let header = |c: &ColumnFinding| if c.header.trim().is_empty() { "(no name)".to_owned() } else { shown(&c.header, 28) };
    let width = |text: &dyn Fn(&ColumnFinding) -> String| columns.iter().map(|c| text(c).chars().count()).max().unwrap_or(0);
    let (first, second) = (width(&header), width(&canonical));
    let left = WIDTH.saturating_sub(first + second + 8).max(24);
    let third = columns.iter().map(|c| c.why.chars().count()).max().unwrap_or(0).min(left / 2);
    let mut out = String::new();
    for column in columns {
        let head = format!(
            "  {}  {}  {}",
            padded(&header(column), first),
            padded(&canonical(column), second),
            padded(&shown(&column.why, third), third)
        );
        out += format!("{head}  {}", shown(&column.examples.join(" · "), left - third)).trim_end();
        out.push('\n');
        if !column.unknown_words.is_empty() {
            let words: Vec<String> = column.unknown_words.iter().take(8).map(|(w, n)| format!("{:?} ×{n}", shown(w, 30))).collect();
            out += &wrapped(&format!("not known: {}", words.join(", ")), "      ", "      ");
        }
    }
    out
}

fn question(question: &Question) -> String {
    let mut out = wrapped(&format!("{} {}", question.what, question.evidence), "  ? ", "    ");
    for (label, line) in &question.answers {
        out += &format!("      {line}\n");
        out += &wrapped(label, "          ", "          ");
    }
    out
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())))
}

/// A text in lines of at most [`WIDTH`], the first after `head`, the others after `indent`.
pub(super) fn wrapped(text: &str, head: &str, indent: &str) -> String {
    let mut lines = vec![head.to_owned()];
    let mut is_fresh = true;
    for word in text.split_whitespace() {
        let word = shown(word, WIDTH / 2);
        let used = lines.last().map_or(0, |l| l.chars().count());
        if !is_fresh && used + 1 + word.chars().count() > WIDTH {
            lines.push(indent.to_owned());
            is_fresh = true;
        }
        if let Some(last) = lines.last_mut() {
            *last += if is_fresh { "" } else { " " };
            *last += &word;
        }
        is_fresh = false;
    }
    lines.iter().fold(String::new(), |out, line| out + line.trim_end() + "\n")
}
