//! Files of one shape are one source: united before they are looked at, so that what one file cannot prove another may.

use super::Sample;

/// Rows kept of a group of files.
const MOST_ROWS: usize = 60_000;

/// Files with the same header, as one sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Files, or a glob that matches them and no other file told of.
    pub files: Vec<String>,
    /// Their rows together.
    pub sample: Sample,
}

/// Unites files with the same header. `samples` are all the files of the folder that were looked at, by their paths.
pub fn group(samples: Vec<(String, Sample)>) -> Vec<Group> {
    let all: Vec<String> = samples.iter().map(|(path, _)| path.clone()).collect();
    let mut groups: Vec<(Vec<String>, Vec<Sample>)> = Vec::new();
    for (path, sample) in samples {
        match groups.iter_mut().find(|(_, same)| same[0].header == sample.header) {
            Some((paths, same)) => {
                paths.push(path);
                same.push(sample);
            }
            None => groups.push((vec![path], vec![sample])),
        }
    }
    groups.into_iter().map(|(paths, samples)| Group { files: globs(&paths, &all), sample: united(&paths, samples) }).collect()
}

/// The rows of all files, an equal share of each if they are too many.
fn united(paths: &[String], samples: Vec<Sample>) -> Sample {
    let share = (MOST_ROWS / samples.len().max(1)).max(20);
    let is_alone = samples.len() == 1;
    let mut samples = samples.into_iter();
    let Some(mut first) = samples.next() else { return Sample::default() };
    if is_alone {
        return first;
    }
    first.shown = format!("{} and {} more", paths[0], paths.len() - 1);
    first.is_whole &= first.rows.len() <= share;
    first.rows.truncate(share);
    for other in samples {
        // A limit of rows holds for one file: several together prove nothing.
        first.is_whole = false;
        first.rows_seen += other.rows_seen;
        first.starts.push(first.rows.len());
        first.rows.extend(other.rows.into_iter().take(share));
    }
    first
}

/// Globs for files of a group that match no other file: by a common beginning, by the ending, else the files one by one.
fn globs(paths: &[String], all: &[String]) -> Vec<String> {
    let [first, _, ..] = paths else { return paths.to_vec() };
    let split = |p: &str| -> (String, String) {
        p.rsplit_once('/').map_or((String::new(), p.to_owned()), |(d, n)| (format!("{d}/"), n.to_owned()))
    };
    let (dir, name) = split(first);
    let names: Vec<String> = paths.iter().filter_map(|p| Some(split(p)).filter(|(d, _)| *d == dir).map(|(_, n)| n)).collect();
    let ending = name.split_once('.').map_or("", |(_, ending)| ending);
    if names.len() < paths.len() || ending.is_empty() || names.iter().any(|n| !n.ends_with(&format!(".{ending}"))) {
        return paths.iter().map(|p| escaped(p)).collect();
    }
    let common = beginning(&names, ending);
    for start in [common.as_str(), ""] {
        let is_telling = start.is_empty() || start.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        let others = all.iter().filter(|p| !paths.contains(p)).map(|p| split(p));
        let mut strangers = others.filter(|(d, n)| *d == dir && n.starts_with(start) && n.ends_with(&format!(".{ending}")));
        if is_telling && strangers.next().is_none() {
            return vec![format!("{}{}*.{ending}", escaped(&dir), escaped(start))];
        }
    }
    paths.iter().map(|p| escaped(p)).collect()
}

/// What all names start with, without the numbers at its end: those are dates and counters that differ next week.
fn beginning(names: &[String], ending: &str) -> String {
    let stem = |n: &String| n.strip_suffix(&format!(".{ending}")).unwrap_or(n).to_owned();
    let mut common = names.first().map(stem).unwrap_or_default();
    for name in names.iter().map(stem) {
        let same = common.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
        common = common.chars().take(same).collect();
    }
    let bare = common.trim_end_matches(|c: char| c.is_ascii_digit() || is_gap(c));
    let gap = common[bare.len()..].chars().next().filter(|c| is_gap(*c));
    bare.chars().chain(gap).collect()
}

fn is_gap(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | ' ')
}

/// A path in which nothing is taken for a pattern.
fn escaped(path: &str) -> String {
    path.chars().map(|c| if matches!(c, '*' | '?' | '[' | ']') { format!("[{c}]") } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, header: &str, rows: usize) -> (String, Sample) {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        let rows = vec![vec!["1".to_owned(); header.len()]; rows];
        (
            path.to_owned(),
            Sample {
                shown: path.to_owned(),
                header,
                rows_seen: rows.len() as u64,
                rows,
                is_whole: true,
                told: Vec::new(),
                starts: Vec::new(),
            },
        )
    }

    fn files(groups: &[Group]) -> Vec<Vec<&str>> {
        groups.iter().map(|g| g.files.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn files_of_one_header_are_one_group_under_a_glob() {
        let groups = group(vec![file("tickets-2026-10.csv", "a,b", 3), file("calls.csv", "c", 1), file("tickets-2026-11.csv", "a,b", 4)]);
        assert_eq!(files(&groups), [vec!["tickets-*.csv"], vec!["calls.csv"]]);
        assert_eq!((groups[0].sample.rows_seen, groups[0].sample.rows.len(), groups[0].sample.is_whole), (7, 7, false));
        assert!(groups[1].sample.is_whole);
    }

    #[test]
    fn a_glob_never_matches_a_file_of_another_shape() {
        let groups = group(vec![file("data-1.csv", "a", 1), file("data-2.csv", "a", 1), file("data-x.csv", "b", 1)]);
        assert_eq!(files(&groups), [vec!["data-1.csv", "data-2.csv"], vec!["data-x.csv"]]);
        let same = group(vec![file("Lead.csv", "a", 1), file("Trees.csv", "a", 1)]);
        assert_eq!(files(&same), [vec!["*.csv"]]);
        let deep = group(vec![file("in/x1.csv", "a", 1), file("in/x2.csv", "a", 1), file("x3.csv", "a", 1)]);
        assert_eq!(files(&deep), [vec!["in/x1.csv", "in/x2.csv", "x3.csv"]]);
    }

    #[test]
    fn what_looks_like_a_pattern_is_escaped_and_no_file_outweighs_the_rest() {
        let groups = group(vec![file("week[1].csv", "a", 100_000), file("week[2].csv", "a", 10)]);
        assert_eq!(files(&groups), [vec!["week[[]*.csv"]]);
        assert_eq!((groups[0].sample.rows.len(), groups[0].sample.rows_seen), (30_010, 100_010));
    }
}
