//! A page as it goes to a printer: its links lead somewhere from where the paper is read, or nowhere.
//!
//! A printed page is read far from its folder: a link to the file beside it would be a path of the machine that printed it.

/// The page with its links to other pages as addresses below `base` (`https://desk.example/2026-W46`), or, without one, as plain text. Links within the page stay.
pub fn on_paper(name: &str, html: &str, base: Option<&str>) -> String {
    const HREF: &str = " href=\"";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(HREF) {
        let (before, after) = rest.split_at(at);
        let Some(end) = after[HREF.len()..].find('"') else { break };
        out.push_str(before);
        let (target, behind) = after[HREF.len()..].split_at(end);
        if target.starts_with('#') || has_scheme(target) {
            out.push_str(&after[..=HREF.len() + end]);
        } else if let Some(base) = base {
            out.extend([HREF, base, "/", &from_root(name, target), "\""]);
        }
        rest = &behind[1..];
    }
    out + rest
}

fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// The path of a target from the root of the folder, for a link on page `name`.
fn from_root(name: &str, target: &str) -> String {
    let mut path: Vec<&str> = name.split('/').collect();
    path.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(path.pop()),
            "." | "" => {}
            part => path.push(part),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_where_the_pages_are_published_or_nowhere() {
        let html = "<a href=\"../desk.html#kpi\">Desk</a> <a href=\"#next\">Next</a> <a class=\"x\" href=\"ben.html\">Ben</a> <a href=\"https://a.example/b\">A</a> <use href=\"#i\"/>";
        assert_eq!(
            on_paper("agents/ann.html", html, Some("https://d.example/2026-W46")),
            "<a href=\"https://d.example/2026-W46/desk.html#kpi\">Desk</a> <a href=\"#next\">Next</a> <a class=\"x\" href=\"https://d.example/2026-W46/agents/ben.html\">Ben</a> <a href=\"https://a.example/b\">A</a> <use href=\"#i\"/>"
        );
        assert_eq!(
            on_paper("agents/ann.html", html, None),
            "<a>Desk</a> <a href=\"#next\">Next</a> <a class=\"x\">Ben</a> <a href=\"https://a.example/b\">A</a> <use href=\"#i\"/>"
        );
        assert_eq!(on_paper("a.html", "cut <a href=\"x", None), "cut <a href=\"x");
    }

    #[test]
    fn no_page_of_ours_keeps_a_link_to_a_file() {
        for page in crate::report::pages(&crate::report::tests::scorecard()).unwrap().iter().filter(|p| p.name.contains(".html")) {
            let paper = on_paper(&page.name, std::str::from_utf8(&page.bytes).unwrap(), None);
            let kept: Vec<&str> = paper.split("href=\"").skip(1).filter(|t| !t.starts_with('#') && !t.contains("://")).collect();
            assert!(kept.is_empty(), "{}: {:?}", page.name, kept.first());
        }
    }
}
