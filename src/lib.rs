//! deskcard: weekly scorecards people trust, from the CSV exports of a service desk.
//!
//! # The straight line
//!
//! ```text
//! exports ─ingest→ Desk ─facts→ Facts ─fold→ Readings ─judge→ Scorecard ─charts→ drawings ─report→ pages ─publish→ files
//!                   ⇅ history
//! ```
//!
//! Data flows in one direction and a module knows only what lies before it. [`scorecard::Scorecard`] is the waist: plain
//! data, complete; below it nobody knows HTML, above it nobody knows polars. Printed as JSON it is the machine output.
//!
//! # The rooms
//!
//! - [`cli`]: what can be typed. [`commands`]: one verb a file, each a recipe; `commands::run` is the weekly one.
//! - [`settings`]: `deskcard.toml` → [`settings::Settings`]; every error has line, column and the nearest key.
//! - [`columns`]: the canonical columns, for every kind of source.
//! - [`ingest`]: exports → [`desk::Desk`]. Whatever a file is packed in becomes text ([`ingest::decode`]); how it is written is found with
//!   its evidence ([`ingest::dialect`]); a strict tokenizer finds the rows ([`ingest::scan`]); forms proved from all values type the cells
//!   ([`ingest::cells`]); what is no table yet is made one ([`ingest::shapes`]); presets are data (`ingest/presets/*.toml`); every row is
//!   accounted for ([`ingest::ledger`]). [`ingest::inspect`] proposes the config for a file nobody has described; [`ingest::repair`] guesses, for
//!   comparison with other readers only.
//! - [`history`]: everything ever taken in. Exports as they came, a journal of their order, and the Delta tables that follow from both
//!   ([`history::log`]: the log of such a table); a desk as it was after any batch.
//! - [`publish`]: files, folders and links that are there whole or not at all, the lock, copies of exports. Knows nothing of desks.
//! - [`guards`]: what a run must notice about its exports. Pure: counts in, warnings out.
//! - [`clock`]: zones, periods, business calendars ([`clock::calendar`], [`clock::ics`]), a ticket's story ([`clock::timeline`]) and the SLA clock
//!   over it ([`clock::sla`]). Pure: instants in, instants out. No wall clock: the cut-off is an argument.
//! - [`contacts`]: who comes back about what: chains of tickets and calls, problem candidates, missing knowledge. Pure: contacts in, counts out.
//! - [`desk`]: polars frames in our own column names.
//! - [`facts`]: a row a ticket, call, survey, agent-day, spell, observation with everything a metric needs. What looks across
//!   rows is made once; what is local to a row is SQL text ([`facts::derived`]), evaluated when asked for. `facts::sla` leads rows, events and
//!   policies to the clock, and makes `sla_clocks` (a row a clock) and `ticket_spans` (a row a holder) of what it says.
//! - [`metrics`]: `catalogue.toml`, the one fold that makes readings, and the rows behind them ([`metrics::behind`]: what each adds, and why).
//! - [`stats`]: numbers in, numbers out: intervals, the hierarchical engine and its decision rule, control charts, funnels, case mix,
//!   survival, permutations …; each a file with its golden numbers (`tests/numbers`). No random state but a seed in the arguments.
//! - [`inquiry`]: an analyst's questions over rows and readings: why a measure moved (`explain`), what goes with better results (`drivers`),
//!   whether something worked (`before_after`). The desk's card asks the same engines.
//! - [`judge`]: readings → scorecard: which looks at the facts are needed (`judge::folds`), whose cards, which measures, where each
//!   stands, what that says; the parts of a card with a subject of their own are one file each in `judge/sections`, pages on one topic
//!   across the desk (business, resolver groups, SLA, people, knowledge, cost …) are one entry and one file each in `judge/topics`.
//! - [`charts`], [`report`], [`mod@format`]: scorecard → drawings (SVG, PNG), pages, JSON, CSV, text, workbooks, Markdown, chat messages, bodies of
//!   mails. plotters and tera live here alone.
//! - [`mail`]: messages, the outbox, the way to a server. Knows nothing of scorecards.
//! - [`printer`]: pages to PDF, by a program the config names.
//! - [`language`]: the language of what people read: `say!` looks a sentence up, the English one is the key; German comes along.
//! - [`privacy`]: what may be shown of people: figures too small, pseudonyms, scorecards for a team or one person; who was erased, known again
//!   by keyed hashes ([`privacy::erased`]). Pure. What follows of it for what is kept is in [`history::erasure`], [`history::audit`].
//! - [`names`]: which of many names a text begins with.
//! - [`schema`], [`run_record`]: the shapes of the config, of `scorecard.json` and of `run.json`, as JSON Schemas and plain data.
//! - [`error`]: what happened, where, what to try; the exit code.
//!
//! # Invariants
//!
//! - Every row is accounted for: rows in = accepted + rejected + duplicate + superseded, checked on each run.
//! - Instants are whole seconds UTC, durations whole seconds, sums integers; one division at the end. The bytes of every output
//!   depend on the input, the config and the cut-off, never on threads, file order, the machine's zone or its clock.
//! - The same exports in the same order make the same history, byte for byte; `rows after = rows before + inserted - deleted`, checked at every commit.
//! - A fact is null outside its population; no rows are "no data", never zero and never NaN.
//! - No broken row is repaired and nothing about a file is guessed silently: what its values cannot prove is a question, or said as a guess.
//! - A verdict comes from one rule, and only from rows; cards are made side by side and know nothing of each other.
//! - What people read is said by `say!`, whole sentences with named places; keys, ids, CSV headers, errors and logs are English.
//!   What the guards say of the exports is for the desk and in its language, on stderr and in `run.json` too.
//! - A metric, a preset, a chart, a statistic, a part of a card is one new entry or file. A user's `[[metric]]` is the same kind of thing as ours.
//! - Text from exports is hostile: it reaches pages through autoescape, drawings through our escaping, CSV behind an apostrophe,
//!   and file names not at all.

pub mod charts;
pub mod cli;
pub mod clock;
pub mod columns;
pub mod commands;
pub mod contacts;
pub mod desk;
pub mod error;
pub mod facts;
pub mod format;
pub mod guards;
pub mod history;
pub mod ingest;
pub mod inquiry;
pub mod judge;
pub mod language;
pub mod mail;
pub mod metrics;
pub mod names;
pub mod printer;
pub mod privacy;
pub mod publish;
pub mod report;
pub mod run_record;
pub mod schema;
pub mod scorecard;
pub mod settings;
pub mod stats;
