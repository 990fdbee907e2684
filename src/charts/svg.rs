//! A [`Figure`] as an SVG text, through plotters' coordinates and a drawing backend of our own.
//!
//! Owns colours, escaping and path syntax. Three things plotters' stock backend cannot do are why this one exists: coordinates
//! finer than a pixel (plotters' whole numbers are twentieths of a CSS pixel here), colours as CSS variables, so that one
//! picture is right in light, dark and print, and `<title>`/`<desc>` for readers who cannot see it.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, Circle, Color, DrawingArea, EmptyElement, IntoDrawingArea, IntoFont, PathElement, Polygon, RGBColor, Ranged, ShapeStyle,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle};

use super::figure::{Anchor, At, Figure, Ink, Mark, Panel, Shape, TextStyle};

/// Green of a colour that is dashed.
const DASHED: u8 = 1;

/// Blue of the colour of a text with a halo.
const HALO: u8 = 1;

/// Twentieths of a CSS pixel.
const SCALE: f64 = 20.0;

/// Every colour role with its CSS variable and what it is in light (and print) and in dark.
pub const PALETTE: [(Ink, &str, &str, &str); 12] = [
    (Ink::Paper, "--paper", "#ffffff", "#161b20"),
    (Ink::Text, "--ink", "#1b2329", "#e8ecef"),
    (Ink::Muted, "--muted", "#5b6770", "#a3afb8"),
    (Ink::Grid, "--grid", "#e1e5e8", "#303942"),
    (Ink::Desk, "--desk", "#6b7780", "#93a0aa"),
    (Ink::Target, "--target", "#5b6770", "#a3afb8"),
    (Ink::Soft, "--soft", "#eef1f3", "#222a31"),
    (Ink::Good, "--good", "#0072b2", "#56b4e9"),
    (Ink::Concern, "--concern", "#b44e09", "#f0a04b"),
    (Ink::Changed, "--changed", "#7b3fa0", "#c79fe3"),
    (Ink::LineTwo, "--line-two", "#00756b", "#4fbdb0"),
    (Ink::LineThree, "--line-three", "#85552e", "#cfa57f"),
];

/// The picture. `id` makes the ids of title and description unique in the page.
pub fn draw(figure: &Figure, id: &str) -> String {
    let mut body = String::new();
    let size = ((figure.width * SCALE) as u32, (figure.height * SCALE) as u32);
    let root = Backend { out: &mut body, size }.into_drawing_area();
    for panel in &figure.panels {
        draw_panel(&root, panel);
    }
    drop(root);
    let (id, w, h) = (safe_id(id), figure.width, figure.height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
         aria-labelledby=\"{id}-t {id}-d\" font-family=\"Deskcard Sans, system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{body}</svg>",
        escape(&crate::format::clean(&figure.title)),
        escape(&crate::format::clean(&figure.desc)),
    )
}

/// Which of the two colours of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// For light pages and print.
    Light,
    /// For dark pages.
    Dark,
}

impl Theme {
    fn of<'a>(self, light: &'a str, dark: &'a str) -> &'a str {
        if self == Theme::Light { light } else { dark }
    }
}

/// The same picture with a theme's colours written out, for what knows no CSS variables (PNG, mail).
pub fn with_colours(svg: &str, theme: Theme) -> String {
    PALETTE.iter().fold(svg.to_owned(), |s, (_, name, light, dark)| s.replace(&format!("var({name},{light})"), theme.of(light, dark)))
}

/// The colour of the page behind a picture: red, green, blue.
pub fn page_colour(theme: Theme) -> [u8; 3] {
    let (_, _, light, dark) = PALETTE[0];
    let part = |i: usize| u8::from_str_radix(theme.of(light, dark).get(i..i + 2).unwrap_or_default(), 16).unwrap_or_default();
    [part(1), part(3), part(5)]
}

/// Round values between `low` and `high`, at most `max` of them, from plotters' key points.
pub fn ticks(low: f64, high: f64, max: usize) -> Vec<f64> {
    if !(high - low).is_finite() || high <= low {
        return vec![low];
    }
    let axis = RangedCoordf64::from(low..high);
    let mut points = axis.key_points(max);
    points.retain(|v| *v >= low && *v <= high);
    points
}

/// Text as XML character data or attribute value.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn safe_id(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
}

type Area<'a> = DrawingArea<Backend<'a>, Shift>;
type Plane = Cartesian2d<RangedCoordf64, RangedCoordf64>;

fn draw_panel(root: &Area<'_>, panel: &Panel) {
    let f = panel.frame;
    let pixels = (twentieths(f.left)..twentieths(f.right), twentieths(f.bottom)..twentieths(f.top));
    let plane = root.apply_coord_spec(Plane::new(panel.x.0..panel.x.1, panel.y.0..panel.y.1, pixels));
    for mark in &panel.marks {
        draw_mark(&plane, mark);
    }
}

fn draw_mark(plane: &DrawingArea<Backend<'_>, Plane>, mark: &Mark) {
    let drawn = match mark {
        Mark::Line { points, ink, width } => plane.draw(&PathElement::new(points.clone(), stroke(*ink, *width))),
        Mark::Dashed { points, ink, width } => plane.draw(&PathElement::new(points.clone(), dashed(*ink, *width))),
        Mark::Area { points, ink } => plane.draw(&Polygon::new(points.clone(), colour(*ink).filled())),
        Mark::Veil { points, ink, strength } => plane.draw(&Polygon::new(points.clone(), colour(*ink).mix(*strength).filled())),
        Mark::Dot { at, shape, radius, ink } => return draw_dot(plane, *at, *shape, (*radius, *ink)),
        Mark::Label { at, shift, text, style } => {
            let text = Text::new(crate::format::label(text, 60), (twentieths(shift.0), twentieths(shift.1)), font(*style));
            plane.draw(&(EmptyElement::at(*at) + text))
        }
    };
    drawn.expect("invariant: writing to a string cannot fail");
}

fn draw_dot(plane: &DrawingArea<Backend<'_>, Plane>, at: At, shape: Shape, (radius, ink): (f64, Ink)) {
    let r = twentieths(radius);
    let drawn = match shape {
        Shape::Circle => plane.draw(&(EmptyElement::at(at) + Circle::new((0, 0), r, colour(ink).filled()))),
        Shape::Hollow => plane.draw(&(EmptyElement::at(at) + Circle::new((0, 0), r, stroke(ink, 1.6)))),
        Shape::Triangle => {
            let corners = vec![(0, -r), (r, r * 4 / 5), (-r, r * 4 / 5)];
            plane.draw(&(EmptyElement::at(at) + Polygon::new(corners, colour(ink).filled())))
        }
        Shape::Diamond => {
            let corners = vec![(0, -r), (r, 0), (0, r), (-r, 0)];
            plane.draw(&(EmptyElement::at(at) + Polygon::new(corners, colour(ink).filled())))
        }
        Shape::Square => {
            let s = r * 17 / 20;
            let corners = vec![(-s, -s), (s, -s), (s, s), (-s, s)];
            plane.draw(&(EmptyElement::at(at) + Polygon::new(corners, colour(ink).filled())))
        }
    };
    drawn.expect("invariant: writing to a string cannot fail");
}

fn twentieths(px: f64) -> i32 {
    (px * SCALE).round() as i32
}

/// A role travels through plotters as a colour whose red is its place in the palette.
fn colour(ink: Ink) -> RGBColor {
    let place = PALETTE.iter().position(|(i, ..)| *i == ink).expect("invariant: every role is in the palette");
    RGBColor(place as u8, 0, 0)
}

fn stroke(ink: Ink, width: f64) -> ShapeStyle {
    Color::stroke_width(&colour(ink), twentieths(width) as u32)
}

/// Dashes travel as the green of the colour.
fn dashed(ink: Ink, width: f64) -> ShapeStyle {
    let RGBColor(place, ..) = colour(ink);
    Color::stroke_width(&RGBColor(place, DASHED, 0), twentieths(width) as u32)
}

fn font(style: TextStyle) -> plotters::style::TextStyle<'static> {
    let weight = if style.is_bold { FontStyle::Bold } else { FontStyle::Normal };
    let at = match style.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let RGBColor(place, ..) = colour(style.ink);
    let ink = RGBColor(place, 0, if style.has_halo { HALO } else { 0 });
    ("sans-serif", style.size * SCALE, weight).into_font().color(&ink).pos(Pos::new(at, VPos::Center))
}

/// Writes SVG elements into a string.
struct Backend<'a> {
    out: &'a mut String,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A role as a paint: the page's variable, or the light colour where no page defines it.
pub(super) fn paint_of(ink: Ink) -> String {
    paint(colour(ink).to_backend_color())
}

fn paint(colour: BackendColor) -> String {
    let (_, name, light, _) = PALETTE[usize::from(colour.rgb.0).min(PALETTE.len() - 1)];
    format!("var({name},{light})")
}

/// The page's colour around the letters of a text.
fn halo() -> String {
    format!(" stroke=\"{}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"", paint_of(Ink::Paper))
}

fn px(v: i32) -> String {
    let text = format!("{:.2}", f64::from(v) / SCALE);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn path(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.into_iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, px(x), px(y));
    }
    d
}

impl Backend<'_> {
    fn stroke_of<S: BackendStyle>(style: &S) -> String {
        let (place, dash, _) = style.color().rgb;
        let is_dashed = dash == DASHED || place == colour(Ink::Target).0;
        let dash = if is_dashed { " stroke-dasharray=\"4 3\"" } else { "" };
        format!("fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dash}", paint(style.color()), px(style.stroke_width() as i32))
    }
}

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        let d = path(points);
        let _ = write!(self.out, "<path d=\"{d}\" {} stroke-linejoin=\"round\"/>", Self::stroke_of(style));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        let d = path(points);
        let alpha = style.color().alpha;
        let opacity = if alpha < 1.0 { format!(" fill-opacity=\"{alpha:.2}\"") } else { String::new() };
        let _ = write!(self.out, "<path d=\"{d}Z\" fill=\"{}\"{opacity}/>", paint(style.color()));
        Ok(())
    }

    /// A hollow circle hides the line under it, so it is filled with the page's colour.
    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let ink = paint(style.color());
        let look = if fill {
            format!("fill=\"{ink}\"")
        } else {
            let paper = paint(colour(Ink::Paper).to_backend_color());
            format!("fill=\"{paper}\" stroke=\"{ink}\" stroke-width=\"{}\"", px(style.stroke_width() as i32))
        };
        let _ = write!(self.out, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {look}/>", px(x), px(y), px(radius as i32));
        Ok(())
    }

    /// Vertical centring by a third of the size, because not every reader of SVG knows `dominant-baseline`.
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        let halo = if style.color().rgb.2 == HALO { halo() } else { String::new() };
        let baseline = y + (style.size() * 0.35).round() as i32;
        let size = px(style.size().round() as i32);
        let _ = write!(
            self.out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" fill=\"{}\"{anchor}{weight}{halo}>{}</text>",
            px(x),
            px(baseline),
            paint(style.color()),
            escape(text)
        );
        Ok(())
    }
}
