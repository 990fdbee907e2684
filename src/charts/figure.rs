//! What to draw: marks in data units on one or more panels, with the words that go with them.
//!
//! Owns the plain description of a chart ([`Figure`]) and the geometry shared by the charts (text widths, axis ranges). It knows
//! neither SVG nor plotters; [`super::svg`] turns it into a picture.

/// A chart, complete: words, data table, size in CSS pixels, panels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    /// The finding.
    pub title: String,
    /// What a reader who cannot see the picture is told.
    pub desc: String,
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// Panels, drawn in order.
    pub panels: Vec<Panel>,
}

/// The numbers of a chart, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataTable {
    /// Column headings.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// A rectangle of the figure with its own scales.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Where, in CSS pixels of the figure.
    pub frame: Frame,
    /// Values at the left and right edge.
    pub x: (f64, f64),
    /// Values at the bottom and top edge.
    pub y: (f64, f64),
    /// Marks, drawn in order.
    pub marks: Vec<Mark>,
}

/// Edges in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Top edge.
    pub top: f64,
    /// Bottom edge.
    pub bottom: f64,
}

/// A point in data units.
pub type At = (f64, f64);

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// The points.
        points: Vec<At>,
        /// Colour role.
        ink: Ink,
        /// Width in CSS pixels.
        width: f64,
    },
    /// A dashed line through points.
    Dashed {
        /// The points.
        points: Vec<At>,
        /// Colour role.
        ink: Ink,
        /// Width in CSS pixels.
        width: f64,
    },
    /// A filled polygon.
    Area {
        /// Its corners.
        points: Vec<At>,
        /// Colour role.
        ink: Ink,
    },
    /// A filled polygon that lets through what lies behind it.
    Veil {
        /// Its corners.
        points: Vec<At>,
        /// Colour role.
        ink: Ink,
        /// From 0 (nothing) to 1 (solid).
        strength: f64,
    },
    /// A dot or another small shape of fixed size.
    Dot {
        /// Where.
        at: At,
        /// Shape.
        shape: Shape,
        /// Radius in CSS pixels.
        radius: f64,
        /// Colour role.
        ink: Ink,
    },
    /// Text.
    Label {
        /// Where.
        at: At,
        /// Shift from there in CSS pixels.
        shift: (f64, f64),
        /// The text.
        text: String,
        /// Size, weight, anchor and colour.
        style: TextStyle,
    },
}

/// Shapes, so that colour never stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A filled circle.
    Circle,
    /// A hollow circle: a period that is not complete.
    Hollow,
    /// A triangle pointing up: the value lies beyond the axis.
    Triangle,
    /// A filled diamond: a concern.
    Diamond,
    /// A filled square: a change without a good direction.
    Square,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextStyle {
    /// Font size in CSS pixels.
    pub size: f64,
    /// Whether it is bold.
    pub is_bold: bool,
    /// Which end of it stands at the point.
    pub anchor: Anchor,
    /// Colour role.
    pub ink: Ink,
    /// Whether lines behind it stop short of the letters.
    pub has_halo: bool,
}

impl TextStyle {
    /// Muted text of the size used for axes.
    pub const AXIS: TextStyle = TextStyle { size: 12.0, is_bold: false, anchor: Anchor::Start, ink: Ink::Muted, has_halo: false };
    /// Bold text of the size used for values.
    pub const VALUE: TextStyle = TextStyle { size: 13.0, is_bold: true, anchor: Anchor::Start, ink: Ink::Text, has_halo: false };
    /// Plain text of the size used for names.
    pub const NAME: TextStyle = TextStyle { size: 12.5, is_bold: false, anchor: Anchor::Start, ink: Ink::Text, has_halo: false };

    /// The same style with another anchor.
    #[must_use]
    pub const fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// The same style in another colour role.
    #[must_use]
    pub const fn inked(mut self, ink: Ink) -> Self {
        self.ink = ink;
        self
    }
}

/// Which end of a text stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// Colour roles; what they look like in light, dark and print is [`super::svg::PALETTE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The page behind.
    Paper,
    /// Text and the subject's own line.
    Text,
    /// Axis text.
    Muted,
    /// Rules.
    Grid,
    /// The desk, context.
    Desk,
    /// Targets; always dashed.
    Target,
    /// A soft fill.
    Soft,
    /// Improvement.
    Good,
    /// Concern.
    Concern,
    /// A change without a good direction; also a line's colour where a picture has several.
    Changed,
    /// A further line.
    LineTwo,
    /// A further line.
    LineThree,
}

/// Estimated width of a text in CSS pixels, a little on the wide side of common system fonts.
pub fn text_width(text: &str, size: f64, is_bold: bool) -> f64 {
    let em: f64 = text.chars().map(char_width).sum();
    em * size * if is_bold { 1.12 } else { 1.0 }
}

fn char_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | '|' | ':' | ';' | '!' => 0.29,
        ' ' | '\u{a0}' | 'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.37,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.9,
        'A'..='Z' => 0.68,
        '0'..='9' => 0.62,
        c if u32::from(c) >= 0x1100 => 1.05,
        c if u32::from(c) >= 0x590 => 0.68,
        _ => 0.58,
    }
}

/// `text`, cut with `…` so that it is at most `width` wide.
pub fn fit(text: &str, width: f64, size: f64, is_bold: bool) -> String {
    let mut short = crate::format::label(text, 60);
    let mut chars = short.chars().count();
    while chars > 2 && text_width(&short, size, is_bold) > width {
        chars -= 1;
        short = crate::format::label(text, chars);
    }
    short
}

/// The range an axis shows, and above which value points are drawn at its edge with their value written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lowest value shown.
    pub low: f64,
    /// Highest value shown.
    pub high: f64,
}

impl Range {
    /// A range for shares: all values with some air, at least ten points wide, inside 0 to 1 where the values are.
    pub fn of_shares(values: &[f64]) -> Self {
        let Some((low, high)) = extent(values) else { return Range { low: 0.0, high: 1.0 } };
        if high > 1.5 {
            return Range::from_zero(values);
        }
        let air = ((high - low) * 0.15).max((0.10 - (high - low)) / 2.0).max(0.01);
        Range { low: (low - air).max(low.min(0.0)), high: (high + air).min(high.max(1.0)) }
    }

    /// A range from zero (or the lowest negative value) up; one enormous value does not flatten the others.
    pub fn from_zero(values: &[f64]) -> Self {
        let Some((low, high)) = extent(values) else { return Range { low: 0.0, high: 1.0 } };
        let high = without_outliers(values).unwrap_or(high);
        let high = if high <= low.min(0.0) { low.min(0.0) + 1.0 } else { high };
        Range { low: low.min(0.0) * 1.12, high: if high > 0.0 { high * 1.12 } else { 0.0 } }
    }

    /// A range for scores and ratios, which need no zero.
    pub fn around(values: &[f64]) -> Self {
        let Some((low, high)) = extent(values) else { return Range { low: 0.0, high: 1.0 } };
        let high = without_outliers(values).unwrap_or(high);
        let air = ((high - low) * 0.15).max(high.abs() * 0.05).max(1e-9);
        Range { low: if low >= 0.0 { (low - air).max(0.0) } else { low - air }, high: high + air }
    }

    /// Whether the value can be shown where it belongs.
    pub fn holds(&self, v: f64) -> bool {
        (self.low..=self.high).contains(&v)
    }

    /// The value, or the edge it lies beyond.
    pub fn clamp(&self, v: f64) -> f64 {
        v.clamp(self.low, self.high)
    }
}

fn extent(values: &[f64]) -> Option<(f64, f64)> {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    finite.fold(None, |e, v| Some(e.map_or((v, v), |(a, b): (f64, f64)| (a.min(v), b.max(v)))))
}

/// The highest value that is not more than four times the upper quartile, if some are.
fn without_outliers(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.len() < 6 {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let fence = sorted[sorted.len() * 3 / 4] * 4.0;
    let inside = sorted.iter().rev().find(|v| **v <= fence)?;
    (fence > 0.0 && *sorted.last()? > fence).then_some(*inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_equal_values_get_a_range_with_air() {
        let r = Range::of_shares(&[0.9; 5]);
        assert!(r.low < 0.9 && r.high > 0.9 && r.high <= 1.0);
        let z = Range::from_zero(&[0.0; 5]);
        assert!(z.low <= 0.0 && z.high > z.low);
        let a = Range::around(&[3.0; 3]);
        assert!(a.low < 3.0 && a.high > 3.0);
    }

    #[test]
    fn one_enormous_value_does_not_set_the_scale() {
        let r = Range::from_zero(&[3.0, 4.0, 5.0, 4.0, 3.0, 5.0, 4.0, 4000.0]);
        assert!(r.high < 10.0, "{r:?}");
        let few = Range::from_zero(&[3.0, 4000.0]);
        assert!(few.high > 4000.0);
    }

    #[test]
    fn empty_and_infinite_values_still_give_a_range() {
        for r in [Range::of_shares(&[]), Range::from_zero(&[f64::NAN]), Range::around(&[f64::INFINITY])] {
            assert!(r.high > r.low && r.high.is_finite());
        }
    }

    #[test]
    fn long_names_are_cut_to_their_room() {
        let cut = fit("Wolfeschlegelsteinhausenbergerdorff the Elder", 100.0, 12.0, false);
        assert!(cut.ends_with('…') && text_width(&cut, 12.0, false) <= 100.0, "{cut}");
        assert_eq!(fit("Ada", 100.0, 12.0, false), "Ada");
    }
}
