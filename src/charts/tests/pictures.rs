//! Pictures as PNG: every kind, in both themes, the same bytes each time, nothing too large, nothing from outside.

use super::png::{Ground, Look};

use super::*;

/// Size and pixels, red, green, blue and alpha.
fn decoded(bytes: &[u8]) -> (u32, u32, Vec<[u8; 4]>) {
    let mut decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(::png::Transformations::EXPAND | ::png::Transformations::ALPHA);
    let mut reader = decoder.read_info().expect("a header");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    (info.width, info.height, pixels.as_chunks::<4>().0.to_vec())
}

fn size(svg: &str) -> (f64, f64) {
    let side =
        |name: &str| svg.split(&format!(" {name}=\"")).nth(1).and_then(|s| s.split('"').next()).expect("a side").parse().expect("a number");
    (side("width"), side("height"))
}

#[test]
fn every_kind_of_chart_becomes_a_picture_of_twice_its_size() {
    let kinds = [trend("share", &[Some(0.7), Some(0.8), Some(0.9)]), groups(3), funnels().remove(5), survivals().remove(4)];
    let more = [ramps().remove(3), margin_charts().remove(0), share_charts().remove(2)];
    for chart in kinds.into_iter().chain(more) {
        let svg = draw(&chart, &definitions(), "Ada", "c1").svg;
        let (bytes, again) = (png::png(&svg, 2.0).expect("a picture"), png::png(&svg, 2.0).expect("a picture"));
        assert_eq!(bytes, again);
        let (w, h, pixels) = decoded(&bytes);
        let (width, height) = size(&svg);
        assert_eq!((w, h), ((width * 2.0).ceil() as u32, (height * 2.0).ceil() as u32));
        let drawn = pixels.iter().filter(|p| **p != [255, 255, 255, 255]).count();
        assert!(drawn * 100 > pixels.len(), "{drawn} of {}", pixels.len());
        assert!(bytes.len() < 80_000, "{}", bytes.len());
    }
}

#[test]
fn themes_and_grounds_are_what_they_say() {
    let svg = draw(&groups(3), &definitions(), "x", "c1").svg;
    let corner = |look: Look| decoded(&png::draw(&svg, look).expect("a picture")).2[0];
    assert_eq!(corner(Look::MAIL), [255, 255, 255, 255]);
    assert_eq!(corner(Look { theme: svg::Theme::Dark, ..Look::MAIL }), [0x16, 0x1b, 0x20, 255]);
    assert_eq!(corner(Look { ground: Ground::Clear, ..Look::MAIL })[3], 0);
    let (w, _, _) = decoded(&png::draw(&svg, Look { margin: 8, ..Look::MAIL }).expect("a picture"));
    assert_eq!(w, size(&svg).0 as u32 * 2 + 32);
}

#[test]
fn letters_are_drawn_in_our_font_whatever_family_is_asked_for() {
    let with = |family: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 90 20\" width=\"90\" height=\"20\" font-family=\"{family}\"><text x=\"2\" y=\"15\" font-size=\"14\">Ażλж 90≥</text></svg>"
        )
    };
    let ink = |family: &str| decoded(&png::png(&with(family), 2.0).expect("a picture")).2.iter().filter(|p| p[0] < 128).count();
    assert!(ink("system-ui, Segoe UI, sans-serif") > 200);
    assert_eq!(ink("system-ui, Segoe UI, sans-serif"), ink("Nobody Has This"));
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    let of =
        |w: u32, h: u32| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\"></svg>");
    assert!(png::png(&of(100, 100), 2.0).is_ok());
    for (svg, scale) in [
        ("no picture".to_owned(), 2.0),
        (String::new(), 2.0),
        (of(5000, 10), 2.0),
        (of(4000, 4000), 2.0),
        (of(100, 100), f32::NAN),
        (of(100, 100), f32::INFINITY),
        (of(100, 100), 0.0),
        (of(100, 100), -2.0),
        (format!("{}{}", of(1, 1), " ".repeat(png::MOST_SVG)), 2.0),
    ] {
        assert!(png::png(&svg, scale).is_err(), "{} at {scale}", &svg[..svg.len().min(90)]);
    }
}

#[test]
fn a_picture_inside_a_picture_is_not_read() {
    let dir = std::env::temp_dir().join(format!("deskcard-png-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    let inner = dir.join("inner.svg");
    std::fs::write(&inner, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\"><rect width=\"20\" height=\"20\"/></svg>")
        .expect("a file");
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 20\" width=\"20\" height=\"20\"><image href=\"{}\" width=\"20\" height=\"20\"/></svg>",
        inner.display()
    );
    let (_, _, pixels) = decoded(&png::png(&svg, 1.0).expect("a picture"));
    std::fs::remove_dir_all(&dir).expect("gone");
    assert!(pixels.iter().all(|p| *p == [255, 255, 255, 255]));
}

#[test]
fn a_sparkline_for_a_mail_is_small() {
    let (full, none) = (kpi(&[Some(0.1), None, Some(0.9), Some(0.7)]), kpi(&[None]));
    let bytes = sparkline_png(&full, Unit::Share, Look::MAIL).expect("a picture").expect("data");
    let (w, h, pixels) = decoded(&bytes);
    assert_eq!((w, h), (224, 64));
    assert!(bytes.len() < 4_000 && pixels.iter().any(|p| p[0] < 64), "{}", bytes.len());
    assert_eq!(sparkline_png(&none, Unit::Share, Look::MAIL).expect("nothing"), None);
}
