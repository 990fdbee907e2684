//! The points at which a run is broken: every call on the sandbox, with every way in which it can fail there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::trace::{Arg, Call};

/// Every call on files that a run may make. strace passes over those (`?`) that a machine does not have.
pub(crate) const CALLS: &str = "trace=?open,?openat,?openat2,?creat,?read,?pread64,?write,?pwrite64,?writev,?pwritev,?copy_file_range,?sendfile,\
     ?fsync,?fdatasync,?sync_file_range,?rename,?renameat,?renameat2,?link,?linkat,?unlink,?unlinkat,?rmdir,?mkdir,?mkdirat,?symlink,\
     ?symlinkat,?ftruncate,?truncate,?fallocate,?chmod,?fchmod,?fchmodat,?fchmodat2,?utimensat,?close,?flock,?stat,?lstat,?statx,?newfstatat,\
     ?getdents64,?readlink,?readlinkat";

/// What stands for the sandbox's own folder in a name, which is another in every sandbox.
const HERE: &str = "{here}";

/// What is done to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The process dies in front of the call.
    Kill,
    /// The disk is full, from this call on.
    NoSpace,
    /// The disk fails, once.
    Broken,
    /// The file may not be touched.
    Denied,
}

impl Fault {
    /// The fault and when, as strace takes it.
    fn injection(self, nth: usize) -> String {
        match self {
            Fault::Kill => format!("signal=KILL:when={nth}"),
            Fault::NoSpace => format!("error=ENOSPC:when={nth}+"),
            Fault::Broken => format!("error=EIO:when={nth}"),
            Fault::Denied => format!("error=EACCES:when={nth}"),
        }
    }
}

/// One way to break a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    /// The call.
    pub(crate) call: String,
    /// What is done to it.
    pub(crate) fault: Fault,
    /// The name or the open file it works on, as strace writes it.
    name: String,
    /// The how manieth such call on that name in its thread, from 1.
    nth_on_name: usize,
    /// The how manieth such call at all in its thread, from 1.
    nth: usize,
    /// The call of the undisturbed run.
    pub(crate) line: String,
}

impl Point {
    /// Options for strace that break only calls on the same name: others before them, of any number, do not matter.
    pub(crate) fn by_name(&self, here: &Path) -> Vec<String> {
        let name = self.name.replace(HERE, &here.to_string_lossy());
        vec!["-P".to_owned(), name, "-e".to_owned(), format!("inject={}:{}", self.call, self.fault.injection(self.nth_on_name))]
    }

    /// Options for strace that count all calls of the kind: for names that are not the same twice.
    pub(crate) fn by_count(&self) -> Vec<String> {
        let injection = self.fault.injection(self.nth);
        vec!["-e".to_owned(), format!("inject={}:{}", self.call, injection.trim_end_matches('+'))]
    }

    /// Whether it makes something seen under another name: the moments that commit.
    fn is_commit(&self) -> bool {
        self.call.starts_with("rename") || self.call.starts_with("link")
    }
}

/// The ways in which a call is made to fail. Calls that only look are not killed: the disk is as it was before the next that changes it.
/// A failing `close` says nothing that a program could act on, and std does not tell.
fn faults(call: &Call) -> &'static [Fault] {
    use Fault::{Broken, Denied, Kill, NoSpace};
    match call.name.as_str() {
        "open" | "openat" | "openat2" | "creat" if call.has("O_CREAT") || call.name == "creat" => &[Kill, NoSpace, Broken, Denied],
        "open" | "openat" | "openat2" | "chmod" | "fchmod" | "fchmodat" | "fchmodat2" | "utimensat" | "unlink" | "unlinkat" | "rmdir" => {
            &[Kill, Broken, Denied]
        }
        "read" | "pread64" | "getdents64" => &[Broken],
        "stat" | "lstat" | "statx" | "newfstatat" | "readlink" | "readlinkat" => &[Broken, Denied],
        "close" => &[Kill],
        "flock" => &[Kill, Broken],
        "mkdir" | "mkdirat" | "symlink" | "symlinkat" | "link" | "linkat" | "rename" | "renameat" | "renameat2" => {
            &[Kill, NoSpace, Broken, Denied]
        }
        _ => &[Kill, NoSpace, Broken],
    }
}

/// The name by which strace can find a call again: the open file, else its first name, but where a link is made its own.
fn name_of(call: &Call) -> Option<&str> {
    let mut names = call.args.iter().filter_map(|a| match a {
        Arg::Text(name) if !call.is_on_descriptor() && !name.is_empty() => Some(name.as_str()),
        Arg::Open(path) if call.is_on_descriptor() => Some(path.as_str()),
        _ => None,
    });
    let name = if call.name.starts_with("symlink") { names.next_back() } else { names.next() };
    name.or_else(|| call.open(0))
}

/// Whether strace's `-P` takes a call for one on this name.
fn is_on(call: &Call, name: &str) -> bool {
    call.args.iter().any(|a| matches!(a, Arg::Text(text) | Arg::Open(text) if text == name))
}

/// Every way to break an undisturbed run at its calls in a folder, in the order of the calls.
pub(crate) fn points(calls: &[Call], here: &Path) -> Vec<Point> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (i, call) in calls.iter().enumerate().filter(|(_, c)| c.is_in(here)) {
        let Some(name) = name_of(call) else { continue };
        let same = || calls[..=i].iter().filter(|c| c.thread == call.thread && c.name == call.name);
        let (nth, nth_on_name) = (same().count(), same().filter(|c| is_on(c, name)).count());
        let name = name.replace(&*here.to_string_lossy(), HERE);
        for &fault in faults(call) {
            if seen.insert((call.name.clone(), name.clone(), nth_on_name, fault)) {
                let (call, name, line) = (call.name.clone(), name.clone(), call.line.clone());
                out.push(Point { call, fault, name, nth_on_name, nth, line });
            }
        }
    }
    out
}

/// The kinds among points: a call and a fault.
pub(crate) fn kinds(points: &[Point]) -> BTreeSet<(&str, Fault)> {
    points.iter().map(|p| (p.call.as_str(), p.fault)).collect()
}

/// At most so many of the points, in the order of the run: first every death at a rename or link, then the first and last of every call,
/// then the same number of every kind, then any.
pub(crate) fn sample(points: &[Point], limit: usize) -> Vec<&Point> {
    let mut of_call: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    let mut of_kind: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (i, p) in points.iter().enumerate() {
        of_call.entry(&p.call).or_default().push(i);
        of_kind.entry((&p.call, p.fault)).or_default().push(i);
    }
    let deaths = (0..points.len()).filter(|i| points[*i].is_commit() && points[*i].fault == Fault::Kill).collect();
    let ends = of_call.values().flat_map(|of| [of[0], of[of.len() - 1]]).collect();
    let share = limit.checked_div(of_kind.len()).unwrap_or(0).max(1);
    let shares = of_kind.values().flat_map(|of| spread(of, share)).collect();
    let mut chosen = BTreeSet::new();
    for rank in [deaths, ends, shares, (0..points.len()).collect::<BTreeSet<_>>()] {
        let fresh: Vec<usize> = rank.difference(&chosen).copied().collect();
        chosen.extend(spread(&fresh, limit - chosen.len()));
    }
    chosen.into_iter().map(|i| &points[i]).collect()
}

/// At most so many of a list, the middle ones of as many stretches of it.
fn spread(of: &[usize], limit: usize) -> Vec<usize> {
    if of.len() <= limit {
        return of.to_vec();
    }
    (0..limit).map(|i| of[(2 * i + 1) * of.len() / (2 * limit)]).collect()
}

#[test]
fn points_are_counted_by_thread_and_by_name_and_only_in_the_sandbox() {
    let trace = concat!(
        "1 openat(AT_FDCWD</s>, \"/etc/hosts\", O_RDONLY) = 3</etc/hosts>\n",
        "1 write(2<pipe:[7]>, \"\"..., 4) = 4\n",
        "1 write(4</s/a>, \"\"..., 4) = 4\n",
        "2 write(4</s/a>, \"\"..., 4) = 4\n",
        "1 write(4</s/b>, \"\"..., 4) = 4\n",
        "1 write(4</s/b>, \"\"..., 4) = 4\n",
        "1 unlinkat(5</s/.new>, \"x.html\", 0) = 0\n",
        "1 symlink(\"W1\", \"latest\") = 0\n",
        "1 rename(\"/s/.t\", \"/s/t\") = 0\n",
    );
    let points = points(&super::trace::read(trace), Path::new("/s"));
    let told: Vec<_> =
        points.iter().filter(|p| p.fault == Fault::Kill).map(|p| (p.call.as_str(), p.name.as_str(), p.nth_on_name, p.nth)).collect();
    assert_eq!(
        told,
        [
            ("write", "{here}/a", 1, 2), // the same call in thread 2 is the same point
            ("write", "{here}/b", 1, 3),
            ("write", "{here}/b", 2, 4),
            ("unlinkat", "x.html", 1, 1),
            ("symlink", "latest", 1, 1),
            ("rename", "{here}/.t", 1, 1),
        ]
    );
    let full = points.iter().find(|p| p.fault == Fault::NoSpace && p.nth_on_name == 2).expect("the second write to b");
    assert_eq!(full.by_name(Path::new("/other")), ["-P", "/other/b", "-e", "inject=write:error=ENOSPC:when=2+"]);
    assert_eq!(full.by_count(), ["-e", "inject=write:error=ENOSPC:when=4"]);
}

#[test]
fn a_sample_has_every_kind_its_ends_and_all_deaths_at_commits() {
    let (open, sync) = ("1 openat(AT_FDCWD</s>, \"{i}\", O_RDONLY) = 3</s/{i}>\n", "1 fsync(3</s/{i}>) = 0\n");
    let rename = "1 rename(\"{i}\", \"x{i}\") = 0\n";
    let lines = (0..50).flat_map(|i| [open, sync, if i < 20 { rename } else { "" }].map(|line| line.replace("{i}", &i.to_string())));
    let all = points(&super::trace::read(&lines.collect::<String>()), Path::new("/s"));
    assert_eq!(all.len(), 50 * 3 + 50 * 3 + 20 * 4);
    let few = sample(&all, 60);
    assert_eq!(few.iter().filter(|p| p.call == "rename" && p.fault == Fault::Kill).count(), 20);
    assert_eq!(few.iter().map(|p| (p.call.as_str(), p.fault)).collect::<BTreeSet<_>>(), kinds(&all));
    for call in ["openat", "fsync", "rename"] {
        let ends = [all.iter().find(|p| p.call == call), all.iter().rfind(|p| p.call == call)];
        assert!(ends.into_iter().flatten().all(|end| few.contains(&end)), "{call}");
    }
    assert_eq!([0, 1, 60, 379, 380, 1000].map(|limit| sample(&all, limit).len()), [0, 1, 60, 379, 380, 380]);
    assert_eq!(sample(&[], 5).len(), 0);
}
