//! Which column of the file is which canonical column: the preset first, then the table of aliases, always with the values' say.

use std::rc::Rc;

use super::aliases::{Alias, table};
use super::dates::{self, Partner};
use super::fit::{Detail, Fit, fit};
use super::known::Known;
use super::looks::{Dates, Looks};
use super::recognise::Choice;
use super::write::quoted;
use super::{Confidence, Finding, Question, Sample, special, words};
use crate::columns::{Source, Type};
use crate::ingest::preset::{find_header, normalise};
use crate::settings::ColumnMapping;

/// Columns that rows with an id and a time of creation have only if they are tickets.
const OF_TICKETS: [&str; 18] = [
    "resolved_at",
    "closed_at",
    "first_response_at",
    "first_response_secs",
    "resolution_secs",
    "requester",
    "resolver",
    "priority",
    "due_response_at",
    "due_resolution_at",
    "sla_response_met",
    "sla_resolution_met",
    "reassign_count",
    "reopen_count",
    "agent_replies",
    "hold_secs",
    "fcr_flag",
    "csat_score",
];

/// Columns that other lists have as well, though not many of them: groups have a description, people a status.
const OFTEN_OF_TICKETS: [&str; 8] = ["status", "subject", "assignee", "category", "subcategory", "channel", "service", "close_code"];

/// The file as one preset sees it.
#[derive(Debug, Clone)]
pub(super) struct View<'a> {
    pub(super) sample: &'a Sample,
    pub(super) known: &'a Known,
    pub(super) looks: Rc<Vec<Looks>>,
    /// The columns that hold times of day.
    pub(super) clocks: Rc<Vec<usize>>,
}

impl<'a> View<'a> {
    fn new(sample: &'a Sample, known: &'a Known) -> Self {
        let looks: Vec<Looks> = (0..sample.header.len()).map(|f| Looks::of(sample, &[f], &known.nulls)).collect();
        let clocks = (0..looks.len()).filter(|&f| dates::is_clock(&looks[f])).collect();
        Self { sample, known, looks: Rc::new(looks), clocks: Rc::new(clocks) }
    }
}

/// A canonical column and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Match<'a> {
    pub(super) mapping: &'a ColumnMapping,
    pub(super) fields: Vec<usize>,
    /// A form of timestamps that must be said.
    pub(super) timestamps: Option<String>,
    /// Whether the preset finds the header by itself.
    pub(super) is_preset: bool,
    pub(super) why: String,
    pub(super) detail: Detail,
}

impl Match<'_> {
    pub(super) fn name(&self) -> &'static str {
        self.mapping.canonical.name
    }

    /// Whether it waits for an answer before it is mapped.
    pub(super) fn is_open(&self) -> bool {
        !self.is_preset && self.detail.question.is_some()
    }
}

/// What the columns of a file are.
#[derive(Debug, Clone)]
pub(super) struct Reading<'a> {
    pub(super) view: View<'a>,
    pub(super) product: Finding,
    pub(super) kind: Finding,
    pub(super) matches: Vec<Match<'a>>,
    /// Columns the preset takes from a header whose values do not fit: column, header, reason.
    pub(super) off: Vec<(&'static str, usize, String)>,
    pub(super) questions: Vec<Question>,
    /// Products or kinds that fit as well.
    pub(super) rivals: Vec<&'a Known>,
}

impl<'a> Reading<'a> {
    pub(super) fn find(&self, name: &str) -> Option<&Match<'a>> {
        self.matches.iter().find(|m| m.name() == name)
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Match<'a>> {
        let at = self.matches.iter().position(|m| m.name() == name)?;
        Some(self.matches.remove(at))
    }

    pub(super) fn is_taken(&self, field: usize) -> bool {
        self.matches.iter().any(|m| m.fields.contains(&field))
    }

    /// Columns whose values speak for them.
    fn strong(&self) -> usize {
        self.matches.iter().filter(|m| !m.detail.is_weak).count()
    }

    /// The column is there, or asked about.
    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
            || self.questions.iter().any(|q| q.answers.iter().any(|(_, line)| line.starts_with(&format!("{name} = "))))
    }

    /// Whether anything but an id and times tells tickets from lists of groups, people, comments: those have both as well.
    fn tells_tickets(&self) -> bool {
        let own = |m: &Match<'_>| normalise(&self.view.sample.header[m.fields[0]]) != "id";
        // A list of what belongs to tickets names theirs, says when it was made, and names something else by its id.
        let is_of_any_list = |m: &Match<'_>| ["id", "created_at", "updated_at"].contains(&m.name());
        let links = self.view.sample.header.iter().filter(|h| normalise(h).split(' ').next_back() == Some("id")).count() > 1;
        (self.find("id").is_some_and(own) && !(links && self.matches.iter().all(is_of_any_list)))
            || OF_TICKETS.iter().any(|name| self.has(name))
            || OFTEN_OF_TICKETS.iter().filter(|name| self.has(name)).count() > 2
    }

    /// Whether anything but an id, a name and two days tells people from lists of projects, sprints, holidays: those have all of them.
    fn tells_people(&self) -> bool {
        const ANYBODYS: [&str; 4] = ["agent_id", "name", "hired_at", "left_at"];
        let header = |name: &str| self.find(name).map(|m| normalise(&self.view.sample.header[m.fields[0]]));
        let is_of_people = |name: &str, anybodys: &[&str]| header(name).is_some_and(|h| !anybodys.contains(&h.as_str()));
        self.matches.iter().any(|m| !ANYBODYS.contains(&m.name()))
            || is_of_people("agent_id", &["id"])
            || is_of_people("hired_at", &["start date", "entry date"])
    }

    /// Whether it has what makes rows of its kind.
    fn has_core(&self) -> bool {
        let any = |names: &[&str]| names.iter().filter(|n| self.has(n)).count();
        match self.view.known.kind {
            Source::Tickets => self.has("id") && self.has("created_at") && self.tells_tickets(),
            Source::TicketEvents => {
                self.has("ticket_id") && self.has("at") && any(&["kind", "status", "priority", "group", "assignee", "actor"]) > 0
            }
            Source::Calls => {
                let of_calls =
                    ["queue", "agent", "caller", "direction", "outcome", "wait_secs", "ring_secs", "talk_secs", "handle_secs", "is_acd"];
                self.has("start_at") && any(&of_calls) > 1
            }
            Source::Surveys => self.has("score") && any(&["ticket_id", "call_id", "agent", "answered_at"]) > 0,
            Source::Agents => self.has("agent_id") && self.has("hired_at") && self.tells_people(),
            Source::Observations => self.has("at") && self.has("measure") && self.has("value"),
        }
    }
}

/// Reads the columns by the product's preset, or else as the kind of source that explains most of them.
pub(super) fn reading<'a>(sample: &'a Sample, choice: &Choice<'a>, known: &'a [Known]) -> Reading<'a> {
    if let Some(product) = choice.known {
        let kind = Finding {
            found: product.kind.name().to_owned(),
            confidence: choice.finding.confidence,
            evidence: "all columns such rows must have are there".to_owned(),
        };
        let is_shaped = product.options.shape.is_some();
        let empty = Reading::of(View::new(sample, product), choice.finding.clone(), kind);
        if is_shaped {
            return empty;
        }
        return asked(Reading { rivals: choice.rivals.clone(), ..matched(empty) });
    }
    let mut generic = known.iter().filter(|k| k.is_generic());
    let first = generic.clone().next().expect("the generic preset knows every kind");
    let view = View::new(sample, first);
    let nothing = Finding { found: String::new(), confidence: Confidence::Guess, evidence: String::new() };
    let of = |known| matched(Reading::of(View { known, ..view.clone() }, choice.finding.clone(), nothing.clone()));
    let mut readings: Vec<Reading<'a>> = generic.by_ref().map(of).collect();
    // Kinds are in the order of their documentation: the sort is stable.
    let rank = |r: &Reading<'_>| (r.has_core(), r.strong());
    readings.sort_by_key(|r| std::cmp::Reverse(rank(r)));
    let best = rank(&readings[0]);
    let rivals: Vec<&Known> = readings[1..].iter().filter(|r| best.0 && rank(r) == best).map(|r| r.view.known).collect();
    let next = readings.get(1).filter(|r| r.has_core()).map_or(0, Reading::strong);
    let mut reading = readings.swap_remove(0);
    reading.kind = kind_finding(&reading, best.0, best.1.saturating_sub(next));
    reading.rivals = rivals;
    if reading.kind.found.is_empty() { reading } else { asked(reading) }
}

/// What the best kind is, `lead` columns before the next.
fn kind_finding(reading: &Reading<'_>, has_core: bool, lead: usize) -> Finding {
    let (kind, count) = (reading.view.known.kind, reading.strong());
    if !has_core && count < 4 {
        return Finding {
            found: String::new(),
            confidence: Confidence::Guess,
            evidence: "no kind of source explains its columns".to_owned(),
        };
    }
    if kind == Source::Tickets && !reading.tells_tickets() {
        return Finding {
            found: String::new(),
            confidence: Confidence::Guess,
            evidence:
                "a list of groups, people or comments has as much of tickets as it has: what tells tickets is missing, as who asked, \
                       a priority, a due time, or when they were answered or resolved"
                    .to_owned(),
        };
    }
    if kind == Source::Agents && !reading.tells_people() {
        return Finding {
            found: String::new(),
            confidence: Confidence::Guess,
            evidence: "a list of projects or holidays has as much of staff as it has: what tells people is missing, as a mail address, a \
                       team, a role, or a header that speaks of hiring"
                .to_owned(),
        };
    }
    let names = reading.matches.iter().take(5).map(Match::name).collect::<Vec<_>>().join(", ");
    let evidence = format!("{count} of {} columns are columns of {kind}: {names} …", reading.view.sample.header.len());
    let confidence = match (has_core, lead) {
        (true, 3..) => Confidence::Certain,
        (true, 1..) => Confidence::Likely,
        _ => Confidence::Guess,
    };
    Finding { found: kind.name().to_owned(), confidence, evidence }
}

impl<'a> Reading<'a> {
    fn of(view: View<'a>, product: Finding, kind: Finding) -> Self {
        Self { view, product, kind, matches: Vec::new(), off: Vec::new(), questions: Vec::new(), rivals: Vec::new() }
    }
}

/// All columns matched, in canonical order.
fn matched(mut reading: Reading<'_>) -> Reading<'_> {
    let mappings: &[ColumnMapping] = &reading.view.known.columns;
    for mapping in mappings.iter().filter(|m| m.constant.is_none()) {
        by_preset(&mut reading, mapping);
    }
    special::known_words(&mut reading);
    if reading.view.known.is_generic() {
        special::before_aliases(&mut reading);
        for mapping in mappings {
            by_alias(&mut reading, mapping);
        }
        special::after_aliases(&mut reading);
    }
    for mapping in mappings.iter().filter(|m| m.constant.is_none()) {
        settle(&mut reading, mapping);
    }
    let at = |m: &Match<'_>| m.mapping.canonical.name;
    let order: Vec<&str> = reading.view.known.kind.columns().iter().map(|c| c.name).collect();
    reading.matches.sort_by_key(|m| order.iter().position(|n| *n == at(m)));
    reading
}

/// The headers of a mapping that are there: each alternative's fields.
fn alternatives(mapping: &ColumnMapping, header: &[String]) -> Vec<Vec<usize>> {
    mapping.headers.iter().filter_map(|names| names.iter().map(|n| find_header(header, n)).collect()).collect()
}

/// The first alternative of the preset whose values fit; a product's preset is taken at its word.
fn by_preset<'a>(reading: &mut Reading<'a>, mapping: &'a ColumnMapping) {
    let is_generic = reading.view.known.is_generic();
    for (i, fields) in alternatives(mapping, &reading.view.sample.header).into_iter().enumerate() {
        if i > 0 && (!is_generic || fields.iter().any(|f| reading.is_taken(*f))) {
            return;
        }
        match fit_all(&reading.view, mapping, &fields) {
            Fit::Good(detail) => {
                let found = Match { mapping, fields, timestamps: None, is_preset: i == 0, why: why(reading, mapping), detail: *detail };
                return place(reading, found);
            }
            Fit::Unfit(reason) if !is_generic => {
                reading.off.push((mapping.canonical.name, fields[0], reason));
                return;
            }
            Fit::Unfit(_) => {}
        }
    }
}

fn why(reading: &Reading<'_>, mapping: &ColumnMapping) -> String {
    let known = reading.view.known;
    let field = alternatives(mapping, &reading.view.sample.header).first().and_then(|f| f.first().copied());
    match field {
        _ if !known.is_generic() => format!("known of {}", known.product),
        Some(f) if normalise(&reading.view.sample.header[f]) == normalise(mapping.canonical.name) => "its own name".to_owned(),
        _ => "a usual name for it".to_owned(),
    }
}

fn fit_all(view: &View<'_>, mapping: &ColumnMapping, fields: &[usize]) -> Fit {
    if let [one] = fields {
        return fit(view, mapping, *one);
    }
    let is_said = !mapping.timestamps.is_empty() || !view.known.timestamps.is_empty() || mapping.canonical.kind != Type::Instant;
    let looks = if is_said { return Detail::default().good() } else { Looks::of(view.sample, fields, &view.known.nulls) };
    match looks.dates {
        Dates::No if looks.filled > 0 => Fit::Unfit("joined, its values are no dates of one form".to_owned()),
        either @ Dates::Either { .. } if !view.known.says_order => Detail { either: Some(either), ..Detail::default() }.good(),
        _ => Detail::default().good(),
    }
}

/// Puts a match where it belongs; a day without a time looks for its time of day first.
fn place<'a>(reading: &mut Reading<'a>, found: Match<'a>) {
    let view = reading.view.clone();
    let day = match found.fields[..] {
        [day] if view.known.is_generic() && found.mapping.canonical.kind == Type::Instant && dates::is_day(&view.looks[day]) => day,
        _ => return reading.matches.push(found),
    };
    let name = found.name();
    match dates::partner(&view, day) {
        Partner::Named(time) if !reading.is_taken(time) => match dates::join(&view, name, day, time) {
            Some(joined) => {
                let why = "day and time of day".to_owned();
                let whole =
                    Match { fields: vec![day, time], timestamps: joined.timestamps, is_preset: false, why, detail: joined.detail, ..found };
                reading.matches.push(whole);
            }
            None => reading.matches.push(found),
        },
        Partner::Unnamed(times) if name == "start_at" => {
            let free: Vec<usize> = times.into_iter().filter(|t| !reading.is_taken(*t)).collect();
            reading.questions.push(dates::partner_question(&view, name, day, &free));
        }
        _ => reading.matches.push(found),
    }
}

/// The first alias of a column that nothing else took and whose values fit.
fn by_alias<'a>(reading: &mut Reading<'a>, mapping: &'a ColumnMapping) {
    let name = mapping.canonical.name;
    if reading.has(name) {
        return;
    }
    for alias in table().of(reading.view.known.kind, name) {
        let Some(field) = find_header(&reading.view.sample.header, alias.header()) else { continue };
        if reading.is_taken(field) || reading.view.looks[field].filled == 0 {
            continue;
        }
        let Some((detail, why)) = aliased(&reading.view, mapping, alias, field) else { continue };
        return place(reading, Match { mapping, fields: vec![field], timestamps: None, is_preset: false, why, detail });
    }
}

/// Whether the values of a header agree with what its alias says of it.
fn aliased(view: &View<'_>, mapping: &ColumnMapping, alias: &Alias, field: usize) -> Option<(Detail, String)> {
    let looks = &view.looks[field];
    if alias.needs_list() && !looks.is_list() {
        return None;
    }
    if let Some((yes, no)) = alias.flags() {
        let flag = view.known.columns.iter().find(|c| c.canonical.kind == Type::Flag)?;
        let (ayes, noes) = words::flags(looks, flag)?;
        let values = ayes.into_iter().map(|w| (w, yes.to_owned())).chain(noes.into_iter().map(|w| (w, no.to_owned()))).collect();
        return Some((Detail { values, ..Detail::default() }, "by its name; yes and no".to_owned()));
    }
    match fit(view, mapping, field) {
        // A guess about the values and one about the name are too many.
        Fit::Good(_) if looks.guess.is_some() && mapping.canonical.kind == Type::Instant => None,
        Fit::Good(detail) => Some((*detail, format!("by its name; {}", plural(mapping.canonical.kind)))),
        Fit::Unfit(_) => None,
    }
}

fn plural(kind: Type) -> &'static str {
    match kind {
        Type::Instant => "dates",
        Type::Duration => "lengths of time",
        Type::Int => "whole numbers",
        Type::Number => "numbers",
        Type::Flag => "yes and no",
        Type::Enum(_) => "words it may hold",
        Type::Id | Type::Dim | Type::Words => "texts",
    }
}

/// What the preset would fill by itself, now that it is known which headers the config names: kept if it fits, else switched off.
fn settle<'a>(reading: &mut Reading<'a>, mapping: &'a ColumnMapping) {
    let name = mapping.canonical.name;
    if reading.find(name).is_some() || !reading.view.known.is_generic() {
        return;
    }
    let declared = |f: &usize| reading.matches.iter().any(|m| !m.is_preset && !m.is_open() && m.fields.contains(f));
    let left = alternatives(mapping, &reading.view.sample.header).into_iter().find(|fields| !fields.iter().any(declared));
    let Some(fields) = left else { return };
    match fit_all(&reading.view, mapping, &fields) {
        Fit::Good(detail) if !reading.questions.iter().any(|q| q.answers.iter().any(|(_, l)| l.starts_with(&format!("{name} = ")))) => {
            let why = why(reading, mapping);
            reading.matches.push(Match { mapping, fields, timestamps: None, is_preset: true, why, detail: *detail });
        }
        Fit::Good(_) => {}
        // Its name says what it is; what its words mean is the desk's to say.
        Fit::Unfit(_) if is_few_words(&reading.view, mapping, &fields) => {
            let unknown = reading.view.looks[fields[0]].words.clone();
            let detail = Detail { unknown, is_weak: true, ..Detail::default() };
            let why = "by its name; none of its words is known".to_owned();
            reading.matches.push(Match { mapping, fields, timestamps: None, is_preset: true, why, detail });
        }
        // What every row must have cannot be switched off: it is asked for.
        Fit::Unfit(_) if mapping.canonical.is_required => {}
        Fit::Unfit(reason) => reading.off.push((name, fields[0], reason)),
    }
}

fn is_few_words(view: &View<'_>, mapping: &ColumnMapping, fields: &[usize]) -> bool {
    mapping.canonical.kind.words().is_some() && fields.len() == 1 && words::meaning(mapping, &view.looks[fields[0]]).is_some()
}

/// Asks which column is what every row must have, if nothing is.
fn asked(mut reading: Reading<'_>) -> Reading<'_> {
    if !reading.view.known.is_generic() {
        // A product was only recognised because all of them are there.
        return reading;
    }
    let missing: Vec<_> = reading.view.known.kind.columns().iter().filter(|c| c.is_required && !reading.has(c.name)).collect();
    for column in missing {
        let looks = &reading.view.looks;
        let fits = |f: &usize| match column.kind {
            Type::Instant => looks[*f].are_dates(),
            Type::Id => !looks[*f].are_dates() && !looks[*f].is_cut && looks[*f].filled > 0 && looks[*f].words.len() == looks[*f].filled,
            _ => false,
        };
        let header = &reading.view.sample.header;
        let candidates = (0..header.len()).filter(fits).filter(|f| !reading.is_taken(*f) && !normalise(&header[*f]).is_empty());
        let answer = |f: usize| (super::shown(&header[f], 40), format!("{} = {}", column.name, quoted(&header[f])));
        let answers: Vec<(String, String)> = candidates.take(8).map(answer).collect();
        reading.questions.push(Question {
            what: format!("which column is `{}`? {}", column.name, column.doc),
            evidence: "every row must have one, and no header says it".to_owned(),
            answers,
            is_of_column: true,
        });
    }
    reading
}
