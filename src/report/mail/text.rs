//! The plain text of a mail, 72 columns wide: for previews, screen readers and programs without HTML.

use super::super::view::BlockView;
use super::view::{MailView, RowView};
use crate::say;

const WIDTH: usize = 72;
/// What the numbers and `◇ missed, may be chance` leave for the name of a measure.
const LABEL: usize = 26;

/// The plain text of a mail.
pub(super) fn text(v: &MailView) -> String {
    let mut out = Lines(String::new());
    out.put("", &format!("{}, {}", v.name, v.period));
    if v.name != v.desk {
        out.put("", &v.desk);
    }
    out.gap();
    out.put("", &format!("{}.", v.finding));
    for sentence in [&v.headline, &v.partial].into_iter().filter(|s| !s.is_empty()) {
        out.put("", sentence);
    }
    out.gap();
    for note in &v.notes {
        out.put("! ", &note.text);
    }
    out.gap();
    measures(&mut out, v);
    v.blocks.iter().for_each(|b| block(&mut out, b));
    next(&mut out, v);
    v.links.iter().for_each(|link| out.raw(&say!("The whole card: {link}", link)));
    out.gap();
    foot(&mut out, v);
    out.0.trim_end().to_owned() + "\n"
}

fn measures(out: &mut Lines, v: &MailView) {
    out.raw(&columns(say!("Measure"), [say!("value"), "n", say!("target")], say!("verdict")));
    out.raw(&"-".repeat(WIDTH));
    for row in &v.rows {
        measure(out, row);
    }
    if !v.more.is_empty() {
        out.put("", &v.more);
    }
    out.gap();
}

fn measure(out: &mut Lines, row: &RowView) {
    let label = if row.label.chars().count() > LABEL {
        out.put("", &row.label);
        ""
    } else {
        row.label.as_str()
    };
    let line = columns(label, [&row.value, &row.n, &row.target], &row.verdict);
    if line.chars().count() <= WIDTH {
        out.raw(&line);
    } else {
        // The verdict has a line of its own where it does not fit.
        out.raw(&columns(label, [&row.value, &row.n, &row.target], ""));
        out.put("    ", &row.verdict);
    }
    if !row.special.is_empty() {
        out.put("    ", &row.special);
    }
}

fn columns(label: &str, [value, n, target]: [&str; 3], verdict: &str) -> String {
    format!("{label:<LABEL$} {value:>10} {n:>6} {target:>8}  {verdict}").trim_end().to_owned()
}

fn block(out: &mut Lines, b: &BlockView) {
    out.heading(&b.title);
    for f in &b.findings {
        out.put("* ", &format!("{} ({}): {}", f.title, f.word, f.text));
        let tickets: Vec<&str> = f.examples.iter().map(|e| e.label.as_str()).collect();
        if !tickets.is_empty() {
            out.put("  ", &say!("Worth reading: {tickets}", tickets = tickets.join(", ")));
        }
    }
    for sentence in [&b.more, &b.empty].into_iter().filter(|s| !s.is_empty()) {
        out.put("", sentence);
    }
    out.gap();
}

fn next(out: &mut Lines, v: &MailView) {
    out.heading(&v.next.title);
    for g in &v.next.goals {
        let target = if g.target.is_empty() { String::new() } else { format!(" ({})", g.target) };
        out.put("* ", &format!("{} {}{target}: {}", g.title, g.value, g.text));
    }
    if !v.next.empty.is_empty() {
        out.put("", &v.next.empty);
    }
    out.gap();
}

fn foot(out: &mut Lines, v: &MailView) {
    out.raw(&"-".repeat(WIDTH));
    for d in &v.definitions {
        out.put("", &format!("{}: {}", d.label, d.value));
    }
    out.gap();
    for sentence in [&v.trust, &v.why].into_iter().filter(|s| !s.is_empty()) {
        out.put("", sentence);
        out.gap();
    }
    out.put(
        "",
        &say!(
            "Data until {as_of}. {tool}, config {config_hash}. Make it again with:",
            as_of = v.as_of,
            tool = v.tool,
            config_hash = v.config_hash
        ),
    );
    out.raw(&format!("  {}", v.command));
}

/// Text in lines of [`WIDTH`].
struct Lines(String);

impl Lines {
    fn raw(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// An empty line, unless there is one.
    fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn heading(&mut self, title: &str) {
        self.raw(title);
        self.raw(&"-".repeat(title.chars().count()));
    }

    /// A paragraph behind a mark, its further lines set in as far. Words longer than a line stay whole.
    fn put(&mut self, mark: &str, text: &str) {
        let indent = " ".repeat(mark.chars().count());
        let mut line = mark.to_owned();
        let mut is_empty = true;
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.raw(&line);
                line.clone_from(&indent);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        if !is_empty {
            self.raw(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_behind_their_mark() {
        let mut lines = Lines(String::new());
        lines.put("* ", &"word ".repeat(20));
        let got: Vec<&str> = lines.0.lines().collect();
        assert_eq!(got, ["* word word word word word word word word word word word word word word", "  word word word word word word"]);
        lines.put("", "");
        lines.put("", &"x".repeat(100));
        assert_eq!(lines.0.lines().count(), 3);
    }
}
