//! What a header says about the unit of the numbers below it.

use super::DurationUnit::{self, Days, Hours, Milliseconds, Minutes, Seconds};

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hint {
    /// The unit of a bare number.
    pub(super) number: Option<DurationUnit>,
    /// What a clock of two parts shows.
    pub(super) clock: Option<DurationUnit>,
}

impl Hint {
    /// Reads `Talk time (min)`, `Resolution time (in hrs)`, `First reply time in minutes`, `wait_secs`, `Duration [mm:ss]`.
    ///
    /// A unit counts in brackets, behind `in`, or as the last word; two that differ are none. `business hours` and `second line` say
    /// nothing of a unit.
    pub(super) fn of(header: &str) -> Self {
        let lower = header.to_lowercase();
        if let Some(clock) = clock(&lower) {
            return Self { number: None, clock: Some(clock) };
        }
        let places = [bracketed, behind_in, last];
        let said = places.iter().map(|place| place(&lower)).find(|units| !units.is_empty()).unwrap_or_default();
        let number = said.first().copied().filter(|first| said.iter().all(|unit| unit == first));
        let clock = match number {
            Some(Minutes) => Some(DurationUnit::Mmss),
            Some(Hours) => Some(DurationUnit::Hms),
            _ => None,
        };
        Self { number, clock }
    }
}

fn clock(header: &str) -> Option<DurationUnit> {
    let pattern = header.split(|c: char| !c.is_ascii_alphabetic() && c != ':').find(|p| p.contains(':'))?;
    match pattern {
        "mm:ss" | "m:ss" => Some(DurationUnit::Mmss),
        "hh:mm" | "h:mm" | "hh:mm:ss" | "h:mm:ss" => Some(DurationUnit::Hms),
        _ => None,
    }
}

/// `(in hrs)`, `[s]`.
fn bracketed(header: &str) -> Vec<DurationUnit> {
    let inner = header.split(['(', '[']).skip(1).filter_map(|part| part.split([')', ']']).next());
    let word = |part: &'_ str| part.trim().trim_start_matches("in ").trim().trim_end_matches('.').to_owned();
    inner.map(word).filter_map(|word| letter(&word).or_else(|| unit(&word))).collect()
}

/// `in minutes`.
fn behind_in(header: &str) -> Vec<DurationUnit> {
    let words: Vec<&str> = words(header).collect();
    words.windows(2).filter(|pair| pair[0] == "in").filter_map(|pair| unit(pair[1])).collect()
}

/// `wait_secs`, `Duration ms`, `Talk time minutes`.
fn last(header: &str) -> Vec<DurationUnit> {
    const OPENING: [&str; 8] = ["business", "working", "office", "opening", "service", "support", "calendar", "per"];
    let words: Vec<&str> = words(header).collect();
    let [.., before, word] = words[..] else { return Vec::new() };
    // One of them is rarely a unit: a second contact, cost per hour, working day.
    let is_single = matches!(word, "second" | "minute" | "hour" | "day" | "d");
    if is_single || OPENING.contains(&before) {
        return Vec::new();
    }
    // Where words are joined by hand a letter is enough.
    let is_joined = header.trim_end().ends_with(&format!("_{word}"));
    unit(word).or_else(|| letter(word).filter(|_| is_joined)).into_iter().collect()
}

fn words(header: &str) -> impl Iterator<Item = &str> {
    header.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())
}

fn letter(word: &str) -> Option<DurationUnit> {
    match word {
        "s" => Some(Seconds),
        "h" => Some(Hours),
        "d" => Some(Days),
        _ => None,
    }
}

fn unit(word: &str) -> Option<DurationUnit> {
    const WORDS: [(DurationUnit, &[&str]); 5] = [
        (Milliseconds, &["ms", "msec", "msecs", "millis", "millisecond", "milliseconds", "millisekunden"]),
        (Seconds, &["sec", "secs", "second", "seconds", "sek", "sekunden", "secondes", "segundos", "secondi", "seconden"]),
        (Minutes, &["min", "mins", "minute", "minutes", "minuten", "minutos", "minuti"]),
        (Hours, &["hr", "hrs", "hour", "hours", "std", "stunden", "heures", "horas", "ore", "uren"]),
        (Days, &["day", "days", "tage", "tagen", "jours", "días", "dias", "giorni", "dagen"]),
    ];
    WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(unit, _)| *unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_in_headers() {
        let cases = [
            ("First reply time in minutes", Some(Minutes)),
            ("First reply time in minutes within business hours", Some(Minutes)),
            ("Resolution time (in hrs)", Some(Hours)),
            ("Resolution Time (in Hrs.)", Some(Hours)),
            ("Total Talk (ms)", Some(Milliseconds)),
            ("Queue time [s]", Some(Seconds)),
            ("Dauer (min)", Some(Minutes)),
            ("Dauer in Stunden", Some(Hours)),
            ("Speed of answer in seconds", Some(Seconds)),
            ("wait_secs", Some(Seconds)),
            ("wait_s", Some(Seconds)),
            ("Duration ms", Some(Milliseconds)),
            ("Talk time mins", Some(Minutes)),
            ("Age (days)", Some(Days)),
            ("Resolution time", None),
            ("Seconds", None),
            ("Resolution time (business hours)", None),
            ("Time in business hours", None),
            ("Resolution business hours", None),
            ("Second line time", None),
            ("Calls per hour", None),
            ("Talk (min) hold (sec)", None),
            ("Opened by s", None),
            ("", None),
        ];
        for (header, unit) in cases {
            assert_eq!(Hint::of(header).number, unit, "{header}");
        }
    }

    #[test]
    fn clocks_in_headers() {
        use DurationUnit::{Hms, Mmss};
        let cases = [
            ("Talk time (mm:ss)", Some(Mmss)),
            ("Duration hh:mm", Some(Hms)),
            ("Duration HH:MM:SS", Some(Hms)),
            ("Talk time (min)", Some(Mmss)),
            ("Resolution time (in hrs)", Some(Hms)),
            ("Wait (sec)", None),
            ("Note: time", None),
        ];
        for (header, clock) in cases {
            assert_eq!(Hint::of(header).clock, clock, "{header}");
        }
    }
}
