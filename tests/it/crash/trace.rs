//! What strace wrote, as calls: halves of an interrupted line are put together, names and descriptors told apart, escapes undone.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// An argument of a call, or what it returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    /// A quoted text: a name, or what was written.
    Text(String),
    /// A descriptor with the path strace found for it (`-y`); the working folder is one too.
    Open(String),
    /// Flags, numbers, structures.
    Other(String),
}

/// A call that came back, in the order in which the calls did.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The thread that made it.
    pub(crate) thread: u32,
    /// `openat`, `fsync` …
    pub(crate) name: String,
    /// Its arguments.
    pub(crate) args: Vec<Arg>,
    /// Whether it did what it was asked.
    pub(crate) is_done: bool,
    /// The line as strace wrote it, put together.
    pub(crate) line: String,
}

impl Call {
    /// The flags and numbers, for looking for a word.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.args.iter().any(|a| matches!(a, Arg::Other(text) if text.split('|').any(|f| f == flag)))
    }

    /// The path of its nth argument, if that is a descriptor.
    pub(crate) fn open(&self, nth: usize) -> Option<&str> {
        match self.args.get(nth) {
            Some(Arg::Open(path)) => Some(path),
            _ => None,
        }
    }

    /// Every path its names mean, in order: a relative name begins at the descriptor before it, else at `cwd`.
    pub(crate) fn names(&self, cwd: &Path) -> Vec<PathBuf> {
        let base = |i: usize| i.checked_sub(1).and_then(|i| self.open(i)).map_or(cwd, Path::new);
        let named = self.args.iter().enumerate().filter_map(|(i, a)| match a {
            Arg::Text(name) => Some(plain(&base(i).join(name))),
            _ => None,
        });
        named.collect()
    }

    /// Whether it touches something in a folder.
    pub(crate) fn is_in(&self, folder: &Path) -> bool {
        let opened = |a: &Arg| matches!(a, Arg::Open(path) if Path::new(path).starts_with(folder));
        let on_descriptor = self.is_on_descriptor() && self.args.iter().any(opened);
        on_descriptor || self.names(folder).iter().any(|path| path.starts_with(folder))
    }

    /// Whether it works on an open file and not on a name.
    pub(crate) fn is_on_descriptor(&self) -> bool {
        const BY_NAME: [&str; 14] = [
            "openat",
            "renameat",
            "renameat2",
            "linkat",
            "unlinkat",
            "mkdirat",
            "symlinkat",
            "fchmodat",
            "fchmodat2",
            "newfstatat",
            "statx",
            "readlinkat",
            "utimensat",
            "faccessat2",
        ];
        !BY_NAME.contains(&self.name.as_str()) && self.args.iter().any(|a| matches!(a, Arg::Open(_)))
    }
}

/// A path without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The calls of what `strace -f -y -o` wrote. Lines that are no calls (signals, ends of threads) are left out.
pub(crate) fn read(trace: &str) -> Vec<Call> {
    let mut halves: BTreeMap<u32, String> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((thread, text)) = line.trim_start().split_once(' ') else { continue };
        let Ok(thread) = thread.parse() else { continue };
        let text = text.trim_start();
        if let Some(begun) = text.strip_suffix("<unfinished ...>") {
            halves.insert(thread, begun.trim_end().to_owned());
            continue;
        }
        let whole = match text.strip_prefix("<... ").and_then(|t| t.split_once(" resumed>")) {
            Some((_, rest)) => halves.remove(&thread).unwrap_or_default() + rest,
            None => text.to_owned(),
        };
        calls.extend(call(thread, &whole));
    }
    calls
}

fn call(thread: u32, text: &str) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let (args, rest) = arguments(rest)?;
    let answer = rest.trim_start().strip_prefix('=')?.trim_start();
    let is_done = !answer.starts_with("-1") && !answer.starts_with('?');
    Some(Call {
        thread,
        name: name.to_owned(),
        args: args.iter().map(|a| argument(a)).collect(),
        is_done,
        line: format!("{thread} {text}"),
    })
}

/// The arguments as written, and what follows the closing bracket.
fn arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    let (mut out, mut from, mut depth) = (Vec::new(), 0, 0);
    let (mut is_quoted, mut is_path, mut is_escaped) = (false, false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' if !is_path => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '<' if !text[..i].ends_with('<') => is_path = true,
            '>' => is_path = false,
            _ if is_path => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                out.push(text[from..i].trim());
                out.retain(|a| !a.is_empty());
                return Some((out, &text[i + 1..]));
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(text[from..i].trim());
                from = i + 1;
            }
            _ => {}
        }
    }
    None
}

fn argument(text: &str) -> Arg {
    if let Some(quoted) = text.strip_prefix('"') {
        return Arg::Text(unescaped(quoted.rsplit_once('"').map_or(quoted, |(inner, _)| inner)));
    }
    let opened = text.split_once('<').filter(|(number, _)| *number == "AT_FDCWD" || number.parse::<u32>().is_ok());
    match opened.and_then(|(_, rest)| rest.rsplit_once('>')) {
        Some((path, _)) => Arg::Open(unescaped(path)),
        None => Arg::Other(text.to_owned()),
    }
}

/// `\303\274`, `\n`, `\"` and their like as the bytes they mean.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match rest.next() {
            Some(first @ b'0'..=b'7') => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|b| (b'0'..=b'7').contains(b)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                out.push(value as u8);
            }
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'v') => out.push(11),
            Some(b'f') => out.push(12),
            Some(other) => out.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_trace_is_read_with_its_halves_its_paths_and_its_escapes() {
    let calls = read(concat!(
        "70 openat(AT_FDCWD</d>, \"a/b \\303\\274 \\\"x\\\".csv\", O_RDONLY|O_CLOEXEC) = 3</d/a/b \\303\\274 \"x\".csv>\n",
        "70 write(3</d/x>, \"\"..., 12 <unfinished ...>\n",
        "71 fsync(4</d/y\\76z> <unfinished ...>\n",
        "70 <... write resumed>)              = 12\n",
        "71 <... fsync resumed>)              = 0\n",
        "71 unlinkat(5</d/.new>, \"i, j).html\", 0) = -1 ENOENT (No such file or directory)\n",
        "70 statx(3</d/x>, \"\", AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH, STATX_ALL, {stx_mask=STATX_ALL, stx_mode=S_IFREG|0644}) = 0\n",
        "70 close(3</d/x>(deleted)) = 0\n",
        "70 --- SIGCHLD {si_signo=SIGCHLD} ---\n",
        "71 rename(\"../e\", \"f\" <unfinished ...>\n",
        "70 +++ killed by SIGKILL +++\n",
    ));
    let told: Vec<_> = calls.iter().map(|c| (c.thread, c.name.as_str(), c.is_done)).collect();
    assert_eq!(
        told,
        [(70, "openat", true), (70, "write", true), (71, "fsync", true), (71, "unlinkat", false), (70, "statx", true), (70, "close", true)]
    );
    let cwd = Path::new("/d");
    assert_eq!(calls[0].names(cwd), [Path::new("/d/a/b ü \"x\".csv")]);
    assert!(calls[0].has("O_CLOEXEC") && !calls[0].has("O_CREAT"));
    assert_eq!((calls[1].open(0), calls[2].open(0)), (Some("/d/x"), Some("/d/y>z")));
    assert_eq!(calls[3].names(cwd), [Path::new("/d/.new/i, j).html")]);
    assert_eq!(calls[5].open(0), Some("/d/x"));
    let at = |c: usize, folder: &str| calls[c].is_in(Path::new(folder));
    assert!(at(0, "/d") && at(1, "/d/x") && at(3, "/d/.new") && at(4, "/d") && at(5, "/d"));
    assert!(!at(0, "/e") && !at(1, "/e") && !at(3, "/d/new"));
}

#[cfg(test)]
mod laws {
    use proptest::prelude::*;

    use super::*;

    /// As strace writes a name: what is not printed in octal, with all three digits where a digit follows.
    fn escaped(name: &str) -> String {
        let bytes = name.as_bytes();
        let one = |(i, byte): (usize, &u8)| match byte {
            b'"' => "\\\"".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            b' '..=b'~' if !b"<>".contains(byte) => char::from(*byte).to_string(),
            _ if bytes.get(i + 1).is_some_and(u8::is_ascii_digit) => format!("\\{byte:03o}"),
            _ => format!("\\{byte:o}"),
        };
        bytes.iter().enumerate().map(one).collect()
    }

    proptest! {
        #[test]
        fn any_name_is_read_back(name in "[^/\0]{1,12}", other in "[^/\0]{1,12}") {
            prop_assume!(![".", ".."].contains(&name.as_str()) && ![".", ".."].contains(&other.as_str()));
            let (a, b) = (escaped(&name), escaped(&other));
            let calls = read(&format!("1 openat(5</d/{a}>, \"{b}\", O_RDONLY) = 3</d/{a}/{b}>\n1 close(3</d/{b}>) = 0"));
            prop_assert_eq!(calls.len(), 2);
            prop_assert_eq!(calls[0].names(Path::new("/")), vec![Path::new("/d").join(&name).join(&other)]);
            prop_assert_eq!(calls[1].open(0).and_then(|path| path.strip_prefix("/d/")), Some(other.as_str()));
        }

        #[test]
        fn no_line_is_a_panic(text in "[0-9]{1,3} [a-z]{1,6}\\([\"\\\\<>(){},. a-z0-9=?-]{0,40}") {
            prop_assert!(read(&text).len() <= 1);
        }
    }
}
