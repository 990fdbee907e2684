use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::*;
use crate::error::Kind;

/// A printer that is a line of shell.
fn shell(line: &str, patience: Duration) -> Printer {
    let words = ["sh", "-c", line, "print", IN, OUT, DIR].map(str::to_owned).to_vec();
    Printer::new(words, patience).expect("words enough")
}

fn sheet(html: &str) -> Sheet<'_> {
    Sheet { name: "agents/ann.html", html }
}

#[test]
fn every_page_is_printed_in_its_place_whoever_ends_first() {
    let printer = shell("sleep $(head -c 3 \"$1\"); { printf %%PDF-; cat \"$1\"; } > \"$2\"", PATIENCE);
    let made = printer.print(&[sheet("0.2 first"), sheet("0.0 second"), sheet("0.0 third")]).unwrap();
    let texts: Vec<String> = made.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    assert_eq!(texts, ["%PDF-0.2 first", "%PDF-0.0 second", "%PDF-0.0 third"]);
}

#[test]
fn the_folder_is_the_owners_alone_and_gone_afterwards() {
    let printer = shell("{ printf '%%PDF-'; stat -c %a \"$3\"; echo \"$3\"; } > \"$2\"", PATIENCE);
    let text = String::from_utf8(printer.print(&[sheet("x")]).unwrap().remove(0)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("%PDF-700"));
    let folder = PathBuf::from(lines.next().unwrap());
    assert!(folder.file_name().unwrap().to_str().unwrap().starts_with("deskcard-") && !folder.exists(), "{}", folder.display());
}

#[test]
fn what_goes_wrong_is_told_with_the_page_and_the_programs_last_words() {
    let cases = [
        ("echo warming up >&2; echo no display >&2; exit 3", ["failed (exit status: 3)", "it said: no display"]),
        ("true", ["left no PDF", "No such file"]),
        ("echo hello > \"$2\"", ["is no PDF", "`sh`"]),
        ("printf '\\033[31mred\\n' >&2; exit 1", ["it said: [31mred", "exit status: 1"]),
    ];
    for (line, words) in cases {
        let error = shell(line, PATIENCE).print(&[sheet("x")]).unwrap_err();
        let told = error.to_string();
        assert_eq!((error.kind, error.at.as_str()), (Kind::Output, "agents/ann.html"));
        assert!(words.iter().all(|w| told.contains(w)) && !told.contains('\u{1b}'), "{line}: {told}");
    }
    let nobody = Printer::new(["no-such-program", IN, OUT].map(str::to_owned).to_vec(), PATIENCE).unwrap();
    let told = nobody.print(&[sheet("x")]).unwrap_err().to_string();
    assert!(told.contains("`no-such-program`") && told.contains("cannot be started") && told.contains("install it"), "{told}");
}

#[test]
fn a_program_that_does_not_end_is_ended_with_what_it_started() {
    let started = Instant::now();
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("still alive");
    let line = format!("(sleep 1; touch '{}') & sleep 60", mark.display());
    let error = shell(&line, Duration::from_millis(200)).print(&[sheet("x")]).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(20), "{error}");
    assert!(error.to_string().contains("did not end within") && error.hints[0].contains("pdf_timeout"), "{error}");
    std::thread::sleep(Duration::from_millis(1300));
    assert!(!mark.exists(), "its child went on");
}

#[test]
fn a_command_must_say_where_to_read_and_write() {
    let refused = |words: &[&str]| Printer::new(words.iter().map(|w| (*w).to_owned()).collect(), PATIENCE).unwrap_err().what;
    assert!(refused(&[]).contains("a program") && refused(&["", IN, OUT]).contains("a program"));
    assert!(refused(&["chromium", "--print-to-pdf={out}"]).contains("{in}"));
    assert!(refused(&["chromium", "{in}"]).contains("{out}"));
    let words = EXAMPLE.trim_start_matches("pdf = ");
    let words: Vec<String> = serde_json::from_str(words).unwrap();
    Printer::new(words, PATIENCE).unwrap();
}
