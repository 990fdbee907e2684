//! All payloads through all fields into all outputs, read back by parsers of other people (`tests/hostile/read.py`): no part is live.
//!
//! Needs `python3`, or the Python named by `DESKCARD_TEST_PYTHON`; says so and passes without. Workbooks are read by openpyxl where it is
//! there, by expat in any case.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{payloads, with};
use crate::mail::{Draft, Key, Mailbox};
use crate::report::mail::{Order, Picture, Subject, Why, content};
use crate::report::outputs::{Output, Outputs};
use crate::report::{Page, html, outputs};
use crate::scorecard::{ChartData, DotGroup, HeatCell, Point, Scorecard, Section, SmallPanel};

/// Kinds of chart that the made-up scorecard has not.
fn more_charts(payload: &str) -> Vec<ChartData> {
    let (metric, text) = ("fcr".to_owned(), || payload.to_owned());
    let point = |i: usize| Point { period: format!("2026-W4{i}"), short: text(), value: Some(i as f64), n: 9, is_partial: false };
    let points: Vec<Point> = (0..4).map(point).collect();
    let cells = vec![HeatCell { value: Some(0.5), n: 9, shade: 1.0, is_good: Some(true) }];
    vec![
        ChartData::Multiples {
            metric: metric.clone(),
            title: text(),
            subtitle: text(),
            panels: vec![SmallPanel { name: text(), points: points.clone() }],
        },
        ChartData::Heatmap { metric: metric.clone(), title: text(), subtitle: text(), rows: vec![text()], columns: vec![text()], cells },
        ChartData::Dots {
            metric: metric.clone(),
            title: text(),
            subtitle: text(),
            groups: vec![DotGroup { name: text(), mean: Some(0.5), dots: Vec::new() }],
            mean: None,
        },
        ChartData::Phases {
            metric,
            title: text(),
            subtitle: text(),
            event: ("2026-W42".to_owned(), text()),
            points: points.clone(),
            others: points.clone(),
            fitted: vec![None; 4],
            expected: vec![None; 4],
            control: None,
        },
        ChartData::Backlog { title: text(), subtitle: text(), open: points.clone(), created: points.clone(), resolved: points },
    ]
}

const HTML: &str = ".html";

/// Every file there can be of a scorecard with the payload everywhere. What is the same in all of them (letters, styles) is left out.
fn files(payload: &str) -> Vec<Page> {
    let mut scorecard = with(payload);
    // On two pages: the longest payload would make one too large.
    let mut charts = more_charts(payload);
    let rest = charts.split_off(charts.len() / 2);
    for (topic, charts) in scorecard.topics.iter_mut().zip([charts, rest]) {
        topic.sections.push(Section { id: "more".to_owned(), title: payload.to_owned(), charts, ..Section::default() });
    }
    let all = Outputs { kinds: Output::ALL.to_vec(), ..Outputs::default() };
    let mut pages = html::pages(&scorecard, None).unwrap();
    for page in &mut pages {
        let text = String::from_utf8(std::mem::take(&mut page.bytes)).unwrap();
        page.bytes = text.replacen(html::FONTS, "", 1).replacen(html::STYLE, "", 1).into_bytes();
    }
    pages.extend(outputs::pages(&scorecard, &all).unwrap());
    pages.extend(crate::report::pages(&scorecard).unwrap().into_iter().filter(|p| !p.name.ends_with(HTML)));
    pages.extend(messages(&scorecard));
    pages
}

/// A message a card, to one reader.
fn messages(scorecard: &Scorecard) -> Vec<Page> {
    let png = |p: &Picture<'_>| Ok(matches!(p.subject, Subject::Spark(..)).then(|| b"\x89PNG".to_vec()));
    let one = |card| {
        let link = Some("https://cards.example.com/all");
        let order = Order { scorecard, card, why: Why::Own, subject: "{card} · {period}: {verdict}", link, may_name: true };
        let draft = Draft {
            key: Key { desk: scorecard.desk.clone(), period: scorecard.period.id.clone(), card: card.slug.clone() },
            from: Mailbox::new(&scorecard.desk, "desk@example.com".parse().unwrap()),
            reply_to: None,
            to: Mailbox::new(&card.name, "reader@example.com".parse().unwrap()),
            date: 1_794_805_200,
            content: content(&order, None, &png).unwrap(),
            attachments: Vec::new(),
        };
        Page { name: format!("{}.eml", card.slug), bytes: draft.seal().unwrap().bytes }
    };
    scorecard.cards.iter().map(one).collect()
}

fn write(folder: &Path, pages: &[Page]) {
    for page in pages {
        let path = folder.join(&page.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &page.bytes).unwrap();
    }
}

/// What the parsers say of a folder of folders; `None` without Python.
fn told(folder: &Path) -> Option<Value> {
    let python = std::env::var("DESKCARD_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/read.py");
    let mut command = Command::new(&python);
    let Ok(run) = command.arg(script).arg(folder).stderr(Stdio::inherit()).output() else {
        eprintln!("skipped: there is no {python}; name one by DESKCARD_TEST_PYTHON");
        return None;
    };
    assert!(run.status.success(), "read.py stopped");
    Some(serde_json::from_slice(&run.stdout).unwrap())
}

#[test]
fn other_peoples_parsers_find_nothing_live_in_any_output() {
    let folder = tempfile::tempdir().unwrap();
    let all = payloads::all();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|s| {
        for (t, part) in all.chunks(all.len().div_ceil(threads)).enumerate() {
            let folder = folder.path();
            s.spawn(move || {
                for (i, payload) in part.iter().enumerate() {
                    write(&folder.join(format!("{t}-{i:03}")), &files(payload));
                }
            });
        }
    });
    let Some(told) = told(folder.path()) else { return };
    let live = told["live"].as_array().unwrap();
    let some: Vec<&Value> = live.iter().take(20).collect();
    assert!(live.is_empty(), "{} findings, such as {some:#?}", live.len());
    assert!(told["payloads"].as_u64().unwrap() >= 200, "{told}");
    for (kind, least) in [("html", 7), ("svg", 20), ("xlsx", 3), ("eml", 2), ("csv", 2), ("json", 3), ("md", 3), ("txt", 3)] {
        let read = told["files"][kind].as_u64().unwrap_or(0);
        assert!(read >= least * all.len() as u64, "{read} files of {kind} for {} payloads", all.len());
    }
    println!("{told}");
}

#[test]
fn what_is_live_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str, text: &str| Page::new(name, text.to_owned());
    let message =
        "To: reader@example.com\r\nSubject: a\r\nBcc: x@evil.example\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil.example/x\">";
    let faults = [
        ("script", page("a.html", "<!doctype html><p>a<script>1</script>")),
        ("onclick", page("a.html", "<!doctype html><p onclick=\"x()\">a</p>")),
        ("javascript:", page("a.html", "<!doctype html><a href=\" JavaScript:x()\">a</a>")),
        ("//evil", page("a.html", "<!doctype html><a href=\"//evil.example\">a</a>")),
        ("<!--", page("a.html", "<!doctype html><!-- a -->")),
        ("2 <style>", page("a.html", "<!doctype html><style></style><style></style>")),
        ("onload in a picture", page("a.html", "<!doctype html><svg onload=\"x()\"></svg>")),
        ("<foreignObject>", page("a.html", "<!doctype html><svg><foreignObject/></svg>")),
        ("ParseError", page("a.html", "<!doctype html><svg><g></svg>")),
        ("formula", page("kpis.csv", "a,=1+1\r\n")),
        ("header bcc", page("a.eml", message)),
        ("evil.example/x", page("a.eml", message)),
        ("BadZipFile", page("a.xlsx", "no archive")),
        ("JSONDecodeError", page("a.json", "{")),
        ("control", page("a.txt", "a\u{202e}b")),
        ("the name", page("a b.txt", "a")),
    ];
    for (i, (_, fault)) in faults.iter().enumerate() {
        write(&folder.path().join(format!("{i:02}")), std::slice::from_ref(fault));
    }
    let Some(told) = told(folder.path()) else { return };
    let live: Vec<&str> = told["live"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    for (i, (word, _)) in faults.iter().enumerate() {
        assert!(
            live.iter().any(|l| l.starts_with(&format!("{i:02}/")) && l.to_lowercase().contains(&word.to_lowercase())),
            "{word} is not found in {live:#?}"
        );
    }
}
