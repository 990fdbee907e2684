//! Icons for what a control chart says, after the idea of Making Data Count: ring, disc and dashes tell them apart without colour.

use crate::say;
use crate::scorecard::{Assurance, Variation};

use super::control;
use super::figure::Ink;
use super::svg::{escape, paint_of};

/// How an icon's circle looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    /// A thin ring: nothing special.
    Thin,
    /// A heavy ring: good.
    Ring,
    /// A filled disc: a concern.
    Disc,
    /// A dashed ring: changed, neither good nor bad.
    Dashed,
}

/// What the variation icon says, in words.
pub fn variation_words(variation: Variation) -> &'static str {
    control::words(variation)
}

/// What the assurance icon says, in words.
pub fn assurance_words(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Passes => say!("target will be met"),
        Assurance::Fails => say!("target will be missed until something changes"),
        Assurance::HitOrMiss => say!("target is met or missed by chance"),
    }
}

/// Icon of a variation, 20 px: a wave for common cause, dots rising to H or falling to L for special causes. Trusted SVG.
pub fn variation_icon(variation: Variation) -> String {
    let (face, ink) = match variation {
        Variation::CommonCause => (Face::Thin, Ink::Muted),
        Variation::ImprovingHigh | Variation::ImprovingLow => (Face::Ring, Ink::Good),
        Variation::ConcerningHigh | Variation::ConcerningLow => (Face::Disc, Ink::Concern),
        Variation::ChangedHigh | Variation::ChangedLow => (Face::Dashed, Ink::Changed),
    };
    let pen = pen(face, ink);
    let body = match variation {
        Variation::CommonCause => stroke("M5.5 13.5C7 8.5 9 8.5 10.5 12S14 16.5 15.5 12 17.5 9.5 18.8 11", &pen, 1.8),
        Variation::ImprovingHigh | Variation::ConcerningHigh | Variation::ChangedHigh => {
            format!("{}{}", dots([(6.3, 15.8), (8.9, 14.2), (11.2, 12.0)], &pen), letter('H', (14.9, 11.2), 8.0, &pen))
        }
        Variation::ImprovingLow | Variation::ConcerningLow | Variation::ChangedLow => {
            format!("{}{}", dots([(6.3, 8.4), (8.9, 10.2), (11.2, 12.6)], &pen), letter('L', (15.2, 17.6), 8.0, &pen))
        }
    };
    icon(variation_words(variation), face, ink, &body)
}

/// Icon of an assurance, 20 px: P above the target line, F below it, ? across it. Trusted SVG.
pub fn assurance_icon(assurance: Assurance) -> String {
    let (face, ink) = match assurance {
        Assurance::Passes => (Face::Ring, Ink::Good),
        Assurance::Fails => (Face::Disc, Ink::Concern),
        Assurance::HitOrMiss => (Face::Thin, Ink::Muted),
    };
    let pen = pen(face, ink);
    let body = match assurance {
        Assurance::Passes => letter('P', (12.0, 14.4), 10.5, &pen) + &stroke("M6 17.2H18", &pen, 1.4),
        Assurance::Fails => stroke("M6 6.8H18", &pen, 1.4) + &letter('F', (12.0, 17.6), 10.5, &pen),
        Assurance::HitOrMiss => stroke("M4 12H7.6M16.4 12H20", &pen, 1.4) + &letter('?', (12.0, 16.2), 12.0, &pen),
    };
    icon(assurance_words(assurance), face, ink, &body)
}

/// Colour of what is drawn on a face.
fn pen(face: Face, ink: Ink) -> String {
    paint_of(if face == Face::Disc { Ink::Paper } else { ink })
}

fn icon(words: &str, face: Face, ink: Ink, body: &str) -> String {
    let (words, ink) = (escape(words), paint_of(ink));
    let look = match face {
        Face::Thin => format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.2\""),
        Face::Ring => format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"2.4\""),
        Face::Disc => format!("fill=\"{ink}\" stroke=\"{ink}\" stroke-width=\"2\""),
        Face::Dashed => format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"2\" stroke-dasharray=\"4 2.3\""),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"icon\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" role=\"img\" \
         aria-label=\"{words}\"><title>{words}</title><circle cx=\"12\" cy=\"12\" r=\"10\" {look}/>{body}</svg>"
    )
}

fn stroke(path: &str, pen: &str, width: f64) -> String {
    format!("<path d=\"{path}\" fill=\"none\" stroke=\"{pen}\" stroke-width=\"{width}\" stroke-linecap=\"round\"/>")
}

fn dots(at: [(f64, f64); 3], pen: &str) -> String {
    let dot = |(x, y): (f64, f64)| format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"1.5\" fill=\"{pen}\"/>");
    at.map(dot).concat()
}

fn letter(c: char, (x, y): (f64, f64), size: f64, pen: &str) -> String {
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"700\" text-anchor=\"middle\" fill=\"{pen}\" \
         font-family=\"system-ui, Helvetica Neue, Arial, sans-serif\">{c}</text>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<String> {
        Variation::ALL.into_iter().map(variation_icon).chain(Assurance::ALL.into_iter().map(assurance_icon)).collect()
    }

    /// The icon without its words and its colours.
    fn shape(icon: &str) -> String {
        let body = icon.split_once("</title>").expect("a title").1;
        body.split("var(").map(|part| part.split_once(')').map_or(part, |p| p.1)).collect()
    }

    #[test]
    fn icons_differ_without_their_colours() {
        let mut shapes: Vec<String> = all().iter().map(|i| shape(i)).collect();
        let count = shapes.len();
        shapes.sort();
        shapes.dedup();
        assert_eq!(shapes.len(), count);
    }

    #[test]
    fn icons_tell_their_words() {
        for icon in all() {
            let label = icon.split("aria-label=\"").nth(1).and_then(|s| s.split('"').next()).expect("a label");
            assert!(icon.contains(&format!("<title>{label}</title>")) && icon.contains("role=\"img\""), "{icon}");
        }
    }
}
