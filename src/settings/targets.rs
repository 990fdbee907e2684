//! `[goals]`: what the desk wants.

use super::node::{Node, Table};
use super::span::Span;
use crate::error::Result;

/// A goal for a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// The metric's id, not checked against the catalogue yet.
    pub metric: String,
    /// A share from 0 to 1, seconds, or a plain number.
    pub value: f64,
    /// Whether it was written as a percentage.
    pub is_percentage: bool,
    /// Where the goal's name stands: `deskcard.toml:LINE:COLUMN`.
    pub at: String,
    /// Where the goal's value stands.
    pub value_at: String,
}

/// `[goals]`, in the order of the file.
pub(super) fn goals(root: &Table<'_>) -> Result<Vec<Goal>> {
    let Some(node) = root.get("goals") else { return Ok(Vec::new()) };
    let goal = |n: &Node<'_>| {
        let is_percentage = !n.is_number() && n.text()?.ends_with('%');
        Ok(Goal { metric: n.key.to_owned(), value: goal_value(n)?, is_percentage, at: n.key_place(), value_at: n.place() })
    };
    node.open_table("[goals]")?.nodes().iter().map(goal).collect()
}

fn goal_value(node: &Node<'_>) -> Result<f64> {
    const FORMS: &str = "write a share such as \"85%\" or 0.85, a duration such as \"4h\", or a number";
    if node.is_number() {
        return node.number();
    }
    let text = node.text()?;
    if let Some(percent) = text.strip_suffix('%') {
        let value = percent.trim().parse().ok().filter(|x: &f64| x.is_finite());
        return value.map(|x| x / 100.0).ok_or_else(|| node.error(format!("`{text}` is not a percentage")).hint(FORMS));
    }
    match node.span() {
        Ok(Span::Calendar(secs) | Span::Business(secs)) => Ok(secs as f64),
        Ok(Span::BusinessDays(_)) => {
            Err(node.error("a goal cannot be in business days").hint("write it in business hours, such as \"8bh\""))
        }
        Err(error) if text.contains("day") => Err(error),
        Err(_) => Err(node.error(format!("`{text}` is not a goal")).hint(FORMS)),
    }
}

impl Node<'_> {
    /// A share more than 0 and at most 1, as a number or a percentage.
    pub(crate) fn share(&self) -> Result<f64> {
        let value = if self.is_number() { self.number()? } else { goal_value(self)? };
        if 0.0 < value && value <= 1.0 {
            return Ok(value);
        }
        Err(self.error(format!("`{}` must be more than 0 and at most 1", self.key)).hint("write a share such as 0.8 or \"80%\""))
    }
}
