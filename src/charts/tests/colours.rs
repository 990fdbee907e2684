//! Contrast of everything that is read, by the formula of WCAG 2, over the colours of the stylesheet and of the charts.

use super::*;
use svg::{PALETTE, Theme};

/// Text, WCAG 1.4.3.
const READ: f64 = 4.5;
/// Marks and borders that say something, WCAG 1.4.11.
const SEEN: f64 = 3.0;

const STYLE: &str = include_str!("../../../report_templates/style.css");

/// The variables of the stylesheet for a theme.
fn variables(theme: Theme) -> Vec<(String, String)> {
    let block = STYLE.split(":root {").nth(if theme == Theme::Light { 1 } else { 2 }).and_then(|s| s.split('}').next()).expect("a block");
    let pair = |line: &str| line.split_once(':').map(|(name, colour)| (name.trim().to_owned(), colour.trim().to_owned()));
    block.split(';').filter_map(pair).collect()
}

fn colour(theme: Theme, name: &str) -> String {
    variables(theme).into_iter().find(|v| v.0 == name).unwrap_or_else(|| panic!("{name} is in the stylesheet")).1
}

#[test]
fn charts_and_pages_have_the_same_colours() {
    for (_, name, light, dark) in PALETTE {
        assert_eq!((colour(Theme::Light, name).as_str(), colour(Theme::Dark, name).as_str()), (light, dark), "{name}");
    }
    // A colour that is no variable would be one nobody has measured.
    let rules = STYLE.splitn(3, ":root {").last().and_then(|s| s.split_once('}')).expect("rules after the variables").1;
    let is_colour = |part: &str| part.chars().take(3).filter(char::is_ascii_hexdigit).count() == 3;
    assert!(!rules.split('#').skip(1).any(is_colour), "a colour of its own in the stylesheet");
}

#[test]
fn text_and_marks_stand_out_wherever_they_are_put() {
    let texts = ["--ink", "--muted", "--good", "--concern", "--changed", "--line-two", "--line-three"];
    let marks = ["--desk", "--target", "--good", "--concern", "--changed", "--line-two", "--line-three", "--ink"];
    let mut low = Vec::new();
    for theme in [Theme::Light, Theme::Dark] {
        for ground in ["--paper", "--soft"] {
            for (names, least) in [(&texts[..], READ), (&marks[..], SEEN)] {
                for name in names {
                    let found = contrast(&colour(theme, name), &colour(theme, ground));
                    if found < least {
                        low.push(format!("{theme:?}: {name} on {ground}: {found:.2}, not {least}"));
                    }
                }
            }
        }
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.005);
    assert!((contrast("#0072b2", "#ffffff") - 5.19).abs() < 0.005);
}
