//! What happened, where, what to try; and the exit code that goes with it.

use std::fmt;

/// A result with our [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kinds of failure, told apart by what a person can do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line or the config is wrong.
    Config,
    /// The input cannot be used.
    Input,
    /// Some outputs could not be written.
    Output,
    /// Another run is at work.
    Running,
    /// A bug of ours.
    Bug,
}

impl Kind {
    /// Exit code: 2 usage or config, 3 input unusable, 4 outputs failed, 5 another run is at work, 70 bug.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Config => 2,
            Kind::Input => 3,
            Kind::Output => 4,
            Kind::Running => 5,
            Kind::Bug => 70,
        }
    }
}

/// An error: what happened, where, and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// What happened, a sentence without a full stop.
    pub what: String,
    /// Where: `deskcard.toml:12:3`, `tickets.csv line 40`; empty if nowhere in particular.
    pub at: String,
    /// What to try, a sentence a hint.
    pub hints: Vec<String>,
}

impl Error {
    /// A config or usage error (exit code 2).
    pub fn config(what: impl Into<String>) -> Self {
        Self::new(Kind::Config, what)
    }

    /// An unusable input (exit code 3).
    pub fn input(what: impl Into<String>) -> Self {
        Self::new(Kind::Input, what)
    }

    /// An output that could not be written (exit code 4).
    pub fn output(what: impl Into<String>) -> Self {
        Self::new(Kind::Output, what)
    }

    /// Another run holds the lock (exit code 5).
    pub fn running(what: impl Into<String>) -> Self {
        Self::new(Kind::Running, what)
    }

    /// A bug of ours (exit code 70).
    pub fn bug(what: impl Into<String>) -> Self {
        Self::new(Kind::Bug, what)
    }

    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), at: String::new(), hints: Vec::new() }
    }

    /// The same error with its place.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.at = place.into();
        self
    }

    /// The same error with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Error {
    /// All of it in one line, as a mail of cron shows it best.
    pub fn one_line(&self) -> String {
        self.to_string().replace("\n  hint: ", "; ").replace('\n', " ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        f.write_str(&self.what)?;
        for hint in &self.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The names among `known` nearest to `name` (at most three, best first): for "did you mean".
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> =
        known.into_iter().map(|k| (strsim::jaro_winkler(&lower, &k.to_lowercase()), k)).filter(|(s, _)| *s >= 0.75).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, k)| k).collect()
}
