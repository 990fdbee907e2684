//! How cells look: the palette of the pages, and a number format for every unit.
//!
//! Owns the rule that rounding never claims "all" or "none", and never hides on which side of its target a share lies.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::charts::svg::PALETTE;
use crate::format::DECIMAL_FROM;
use crate::scorecard::{Better, Unit};

/// A named look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    /// A word beside a number.
    Word,
    Title,
    Heading,
    Head,
    HeadRight,
    Subtle,
    Wrapped,
    Bold,
    Headline,
    Good,
    Concern,
}

/// The formats of all looks, each for text that begins like a formula too.
#[derive(Debug)]
pub(super) struct Styles {
    ink: Color,
    muted: Color,
    soft: Color,
    rule: Color,
    grid: Color,
    good: Color,
    concern: Color,
}

impl Styles {
    pub(super) fn new() -> Self {
        Self {
            ink: colour("--ink"),
            muted: colour("--muted"),
            soft: colour("--soft"),
            rule: colour("--desk"),
            grid: colour("--grid"),
            good: colour("--good"),
            concern: colour("--concern"),
        }
    }

    /// The format of text.
    pub(super) fn text(&self, look: Look) -> Format {
        let plain = Format::new().set_align(FormatAlign::Top).set_font_color(self.ink);
        let head = || plain.clone().set_bold().set_text_wrap().set_background_color(self.soft).set_border_bottom(FormatBorder::Thin);
        match look {
            Look::Plain => plain,
            Look::Word => plain.set_indent(1),
            Look::Title => plain.set_bold().set_font_size(16),
            Look::Heading => plain.set_bold().set_font_size(12).set_border_bottom(FormatBorder::Thin).set_border_bottom_color(self.rule),
            Look::Head => head(),
            Look::HeadRight => head().set_align(FormatAlign::Right),
            Look::Subtle => plain.set_font_color(self.muted),
            Look::Wrapped => plain.set_text_wrap(),
            Look::Bold => plain.set_bold().set_text_wrap(),
            Look::Headline => plain.set_bold().set_font_size(12),
            Look::Good => plain.set_bold().set_indent(1).set_font_color(self.good),
            Look::Concern => plain.set_bold().set_indent(1).set_font_color(self.concern),
        }
    }

    /// The format of a number.
    pub(super) fn number(&self, code: &str) -> Format {
        Format::new().set_align(FormatAlign::Top).set_font_color(self.ink).set_num_format(code)
    }

    /// Neutral: the length of a bar is not a verdict.
    pub(super) fn bar(&self) -> Color {
        self.grid
    }

    pub(super) fn line(&self) -> Color {
        self.rule
    }

    pub(super) fn dot(&self) -> Color {
        self.ink
    }
}

fn colour(name: &str) -> Color {
    let light = PALETTE.iter().find(|(_, n, _, _)| *n == name).map_or("#000000", |(_, _, light, _)| light);
    Color::from(light)
}

/// The look of a word by the class of its verdict: coloured only if clear.
pub(super) fn look_of(class: &str) -> Look {
    match class {
        "good" => Look::Good,
        "concern" => Look::Concern,
        _ => Look::Word,
    }
}

const SECONDS_A_DAY: f64 = 86_400.0;
/// Excel's calendar ends in the year 9999; beyond it, and below zero, it shows nothing but #.
const MAX_DAYS: f64 = 2_958_465.0;

/// A value as Excel has it, with its number format: durations in days, everything else as it is.
pub(super) fn cell(unit: Unit, v: f64, n: u64, target: Option<f64>) -> (f64, String) {
    match unit {
        Unit::Share => (v, share(v, n, target)),
        Unit::Seconds | Unit::OpenSeconds if (0.0..MAX_DAYS * SECONDS_A_DAY).contains(&v) => (v / SECONDS_A_DAY, "[h]:mm:ss".to_owned()),
        Unit::Seconds | Unit::OpenSeconds => (v, "#,##0\" s\"".to_owned()),
        Unit::Count => (v, "#,##0".to_owned()),
        Unit::Number | Unit::Money => (v, "#,##0.00".to_owned()),
        Unit::Days => (v, "#,##0.0\" d\"".to_owned()),
    }
}

/// A target, with its direction in front.
pub(super) fn target(unit: Unit, v: f64, better: Better) -> (f64, String) {
    let whole = if unit == Unit::Share && ((v * 100.0).round() - v * 100.0).abs() < 1e-6 { 1 } else { DECIMAL_FROM };
    let (v, code) = cell(unit, v, whole, None);
    let sign = match better {
        Better::Higher => "\"≥ \"",
        Better::Lower => "\"≤ \"",
        Better::Neither => "",
    };
    (v, format!("{sign}{code}"))
}

/// No decimal below [`DECIMAL_FROM`] rows or of whole points, one else; up to four where fewer would round to all, none, or the target.
fn share(v: f64, n: u64, target: Option<f64>) -> String {
    let is_whole = (v * 100.0 - (v * 100.0).round()).abs() < 1e-6;
    let least = usize::from(n >= DECIMAL_FROM && !is_whole);
    let hides = |decimals: usize| {
        let step = 10f64.powi(decimals as i32 + 2);
        let looks = |at: f64| (v - at).abs() > 1e-12 && ((v * step).round() - (at * step).round()).abs() < 0.5;
        looks(0.0) || looks(1.0) || target.is_some_and(looks)
    };
    let decimals = (least..4).find(|d| !hides(*d)).unwrap_or(4);
    if decimals == 0 { "0%".to_owned() } else { format!("0.{}%", "0".repeat(decimals)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_the_decimals_its_rows_carry_and_never_looks_like_all_none_or_the_target() {
        let code = |v, n, target| share(v, n, target);
        assert_eq!((code(0.866, 199, None).as_str(), code(0.866, 200, None).as_str()), ("0%", "0.0%"));
        assert_eq!((code(0.9999, 500, None).as_str(), code(0.003, 10, None).as_str()), ("0.00%", "0.0%"));
        assert_eq!((code(1.0, 10, None).as_str(), code(0.0, 500, None).as_str()), ("0%", "0%"));
        assert_eq!((code(0.7496, 40, Some(0.75)).as_str(), code(0.75, 40, Some(0.75)).as_str()), ("0.00%", "0%"));
        assert_eq!(code(0.999_999_9, 10, None), "0.0000%");
    }

    #[test]
    fn durations_are_days_unless_excel_cannot_show_them() {
        assert_eq!(cell(Unit::Seconds, 187_200.0, 9, None), (187_200.0 / 86_400.0, "[h]:mm:ss".to_owned()));
        assert_eq!(cell(Unit::Seconds, -60.0, 9, None), (-60.0, "#,##0\" s\"".to_owned()));
        assert_eq!(cell(Unit::Seconds, 1e300, 9, None).1, "#,##0\" s\"");
    }

    #[test]
    fn a_target_shows_its_direction_and_stays_a_number() {
        assert_eq!(target(Unit::Share, 0.85, Better::Higher), (0.85, "\"≥ \"0%".to_owned()));
        assert_eq!(target(Unit::Share, 0.855, Better::Higher), (0.855, "\"≥ \"0.0%".to_owned()));
        assert_eq!(target(Unit::Seconds, 14_400.0, Better::Lower), (14_400.0 / 86_400.0, "\"≤ \"[h]:mm:ss".to_owned()));
        assert_eq!(target(Unit::Count, 9.0, Better::Neither).1, "#,##0");
    }

    #[test]
    fn every_colour_is_one_of_the_palette() {
        for name in ["--ink", "--muted", "--soft", "--desk", "--good", "--concern", "--grid"] {
            assert!(PALETTE.iter().any(|(_, n, _, _)| *n == name), "{name}");
        }
    }
}
