//! What a browser makes of a page: its tags, its texts, its links.

/// A piece of a page.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An opening (or void) tag: name in lower case, attributes as written but unescaped.
    Open(String, Vec<(String, String)>),
    /// A closing tag.
    Close(String),
    /// Text, unescaped, blanks squeezed; never empty.
    Text(String),
}

/// Cuts a page into its pieces. The content of `<style>` is skipped; comments are too.
pub(crate) fn pieces(page: &str) -> Vec<Piece> {
    let (mut out, mut rest) = (Vec::new(), page);
    while !rest.is_empty() {
        let Some(start) = rest.find('<') else {
            push_text(&mut out, rest);
            break;
        };
        push_text(&mut out, &rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let end = tag_end(rest);
        let inside = rest[1..end].trim_end_matches('/');
        rest = rest.get(end + 1..).unwrap_or_default();
        if let Some(name) = inside.strip_prefix('/') {
            out.push(Piece::Close(name.trim().to_lowercase()));
        } else {
            let piece = open(inside);
            if matches!(&piece, Piece::Open(name, _) if name == "style") {
                rest = rest.find("</style").map_or("", |at| &rest[at..]);
            }
            out.push(piece);
        }
    }
    out
}

/// Where a tag ends: the first `>` outside of quotes.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return at,
            _ => {}
        }
    }
    tag.len()
}

fn open(inside: &str) -> Piece {
    let name_end = inside.find(char::is_whitespace).unwrap_or(inside.len());
    let (name, mut rest) = (inside[..name_end].to_lowercase(), &inside[name_end..]);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        if end == 0 {
            return Piece::Open(name, attributes);
        }
        let key = rest[..end].to_lowercase();
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix('=') else {
            attributes.push((key, String::new()));
            continue;
        };
        let quote = value.chars().next().filter(|c| *c == '"' || *c == '\'').expect("attribute values are quoted");
        let (value, after) = value[1..].split_once(quote).expect("quotes are closed");
        attributes.push((key, unescaped(value)));
        rest = after;
    }
}

fn push_text(out: &mut Vec<Piece>, text: &str) {
    let text = unescaped(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        out.push(Piece::Text(text));
    }
}

fn unescaped(text: &str) -> String {
    let pairs =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&#x2F;", "/"), ("&nbsp;", " "), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The texts inside `<main>`, one a line.
pub(crate) fn main_text(page: &str) -> String {
    let (mut out, mut is_inside) = (String::new(), false);
    for piece in pieces(page) {
        match piece {
            Piece::Open(name, _) if name == "main" => is_inside = true,
            Piece::Close(name) if name == "main" => is_inside = false,
            Piece::Text(text) if is_inside => out += &(text + "\n"),
            _ => {}
        }
    }
    out
}

/// All values of an attribute.
pub(crate) fn attributes(page: &str, wanted: &str) -> Vec<String> {
    let of = |piece| if let Piece::Open(_, attributes) = piece { attributes } else { Vec::new() };
    pieces(page).into_iter().flat_map(of).filter(|(key, _)| key == wanted).map(|(_, value)| value).collect()
}

/// Fails if a page shows a number that is none.
pub(crate) fn assert_no_broken_number(name: &str, page: &str) {
    for line in main_text(page).lines() {
        let words = line.split(|c: char| !c.is_alphanumeric());
        let broken = words.filter(|w| ["NaN", "nan", "inf", "Inf", "infinity", "None", "null"].contains(w)).count();
        assert_eq!(broken, 0, "{name}: {line}");
    }
}

#[test]
fn pages_are_read_as_browsers_read_them() {
    let page =
        "<!doctype html><style>a > b { }</style><main id=\"m\"><p class='x' hidden>a &lt;b&gt;\n  c</p><!-- <i> --><br/></main><p>out</p>";
    assert_eq!(main_text(page), "a <b> c\n");
    assert_eq!(attributes(page, "id"), ["m"]);
    assert_eq!(attributes(page, "class"), ["x"]);
    assert!(!pieces(page).iter().any(|p| matches!(p, Piece::Open(name, _) if name == "i" || name == "b")));
}
