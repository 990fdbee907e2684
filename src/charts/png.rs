//! Our pictures as PNG, for what shows no SVG: mails, chats, slides.
//!
//! Owns the fonts and the limits of a picture. The fonts are part of the program and no others are looked at, no file is read
//! and nothing is fetched, so that the same picture has the same bytes on every machine.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Color, IntSize, Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{self, fontdb};

use super::svg::{self, Theme};
use crate::error::{Error, Result};

/// Pixels a CSS pixel has in a picture that is sharp on today's screens.
pub const SHARP: f32 = 2.0;
/// Longest side of a picture, pixels.
pub const MOST_SIDE: u32 = 8_192;
/// Largest area of a picture, pixels: 64 MB while it is being drawn.
pub const MOST_AREA: u64 = 16_000_000;
/// Longest SVG that is drawn, bytes.
pub const MOST_SVG: usize = 4 << 20;

/// The family our fonts are known by; every other family becomes it.
const FAMILY: &str = "Deskcard Sans";
const FONTS: [&[u8]; 2] = [include_bytes!("fonts/deskcard-sans-400.ttf"), include_bytes!("fonts/deskcard-sans-600.ttf")];

/// What lies behind a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The theme's page colour: right for mails, whose readers may put anything behind a transparent picture.
    Page,
    /// Nothing: for slides and pages with a colour of their own.
    Clear,
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Pixels a CSS pixel has.
    pub scale: f32,
    /// Light or dark colours.
    pub theme: Theme,
    /// What lies behind it.
    pub ground: Ground,
    /// Page around the picture, CSS pixels.
    pub margin: u32,
}

impl Look {
    /// Light, on the page's colour, sharp, without a margin.
    pub const MAIL: Look = Look { scale: SHARP, theme: Theme::Light, ground: Ground::Page, margin: 0 };
}

/// One of our pictures as PNG in light colours on the page's colour, `scale` pixels a CSS pixel.
///
/// # Errors
/// A picture that is no SVG of ours, or too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>> {
    draw(svg, Look { scale, ..Look::MAIL })
}

/// One of our pictures as PNG.
///
/// # Errors
/// A picture that is no SVG of ours, or too large.
pub fn draw(svg: &str, look: Look) -> Result<Vec<u8>> {
    let coloured = coloured(svg, look.theme)?;
    let tree = usvg::Tree::from_str(&coloured, &options(fonts())).map_err(|e| broken(&e.to_string()))?;
    let (size, margin) = (tree.size(), 2.0 * look.margin as f32);
    let pixels = size_in_pixels((size.width() + margin, size.height() + margin), look.scale)?;
    let mut pixmap = Pixmap::new(pixels.width(), pixels.height()).ok_or_else(|| broken("it has no area"))?;
    if look.ground == Ground::Page {
        pixmap.fill(page(look.theme));
    }
    let place = Transform::from_scale(look.scale, look.scale).pre_translate(look.margin as f32, look.margin as f32);
    resvg::render(&tree, place, &mut pixmap.as_mut());
    encode(&pixmap, look.ground)
}

/// The picture with its variables written out.
fn coloured(svg: &str, theme: Theme) -> Result<String> {
    if svg.len() > MOST_SVG {
        return Err(broken(&format!("it has {} bytes, more than {MOST_SVG}", svg.len())));
    }
    Ok(svg::with_colours(svg, theme))
}

fn broken(why: &str) -> Error {
    Error::bug(format!("a chart cannot be drawn as PNG: {why}"))
}

/// Width and height in whole pixels.
fn size_in_pixels((width, height): (f32, f32), scale: f32) -> Result<IntSize> {
    let whole = |side: f32| (side * scale).ceil();
    let (w, h) = (whole(width), whole(height));
    let is_sound = |side: f32| side >= 1.0 && side <= MOST_SIDE as f32;
    if !is_sound(w) || !is_sound(h) || w as u64 * h as u64 > MOST_AREA {
        return Err(broken(&format!("{w} × {h} pixels at a scale of {scale} is more than a picture may have")));
    }
    IntSize::from_wh(w as u32, h as u32).ok_or_else(|| broken("it has no area"))
}

fn page(theme: Theme) -> Color {
    let [r, g, b] = svg::page_colour(theme);
    Color::from_rgba8(r, g, b, 255)
}

/// Reads nothing from disk: a picture of ours has no other picture inside it.
pub(super) fn options(fonts: &Arc<fontdb::Database>) -> usvg::Options<'static> {
    usvg::Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::clone(fonts),
        image_href_resolver: usvg::ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        ..usvg::Options::default()
    }
}

/// Our fonts, read once.
pub(super) fn fonts() -> &'static Arc<fontdb::Database> {
    static FOUND: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut all = fontdb::Database::new();
        for font in FONTS {
            all.load_font_source(fontdb::Source::Binary(Arc::new(font)));
        }
        all.set_sans_serif_family(FAMILY);
        all.set_serif_family(FAMILY);
        all.set_monospace_family(FAMILY);
        Arc::new(all)
    })
}

/// Colours a picture has at most where nothing shines through: those of its marks and the steps at their edges.
const COLOURS: usize = 256;

/// One level below the most: pictures one part in a hundred larger, packed in a third of the time.
const DEFLATE: u8 = 8;

/// With a palette where nothing shines through: half of what the same pixels take in full colour.
fn encode(pixmap: &Pixmap, ground: Ground) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_deflate_compression(png::DeflateCompression::Level(DEFLATE));
    let bytes: Vec<u8> = match ground {
        Ground::Page => {
            let (palette, places) = indexed(pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]));
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(palette.concat());
            encoder.set_filter(png::Filter::NoFilter);
            places
        }
        Ground::Clear => {
            encoder.set_color(png::ColorType::Rgba);
            let plain = pixmap.pixels().iter().map(PremultipliedColorU8::demultiply);
            plain.flat_map(|p| [p.red(), p.green(), p.blue(), p.alpha()]).collect()
        }
    };
    let written = encoder.write_header().and_then(|mut w| w.write_image_data(&bytes));
    written.map_err(|e| broken(&e.to_string()))?;
    Ok(out)
}

type Rgb = [u8; 3];

/// The commonest colours and each pixel's place among them; a rarer one, a step at some edge, becomes the nearest of them.
fn indexed(pixels: impl Iterator<Item = Rgb> + Clone) -> (Vec<Rgb>, Vec<u8>) {
    let mut counts: BTreeMap<Rgb, u64> = BTreeMap::new();
    for (p, n) in runs(pixels.clone()) {
        *counts.entry(p).or_default() += n as u64;
    }
    let mut palette: Vec<(Rgb, u64)> = counts.iter().map(|(p, n)| (*p, *n)).collect();
    palette.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let palette: Vec<Rgb> = palette.into_iter().take(COLOURS).map(|(p, _)| p).collect();
    let places: BTreeMap<Rgb, u8> = counts.into_keys().map(|p| (p, nearest(&palette, p) as u8)).collect();
    let place = |(p, n)| std::iter::repeat_n(places.get(&p).copied().unwrap_or_default(), n);
    (palette, runs(pixels).flat_map(place).collect())
}

/// Colours in their order, each with how often it comes in a row: most pixels of a chart are like the one before.
fn runs(pixels: impl Iterator<Item = Rgb>) -> impl Iterator<Item = (Rgb, usize)> {
    let mut pixels = pixels.peekable();
    std::iter::from_fn(move || {
        let first = pixels.next()?;
        let mut n = 1;
        while pixels.next_if_eq(&first).is_some() {
            n += 1;
        }
        Some((first, n))
    })
}

fn nearest(palette: &[Rgb], pixel: Rgb) -> usize {
    let far = |c: &Rgb| c.iter().zip(pixel).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    palette.iter().enumerate().min_by_key(|(i, c)| (far(c), *i)).map_or(0, |(i, _)| i)
}
