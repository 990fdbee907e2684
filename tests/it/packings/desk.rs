//! The desk that is packed: texts that go wrong where anything does, and its tables in plain CSV of any dialect.

use serde_json::{Map, Value};

/// A desk without its sources.
pub(super) const CONFIG: &str = "[desk]\nname = \"Packed Desk\"\ntime_zone = \"Europe/Berlin\"\nas_of = \"2026-04-09 06:00\"\n";

/// Columns that hold whole numbers, numbers, and instants; all others hold text.
pub(super) const NUMBERS: [&str; 5] = ["reopen_count", "csat_score", "cost", "wait_secs", "talk_secs"];
pub(super) const INSTANTS: [&str; 4] = ["created_at", "resolved_at", "start_at", "answer_at"];

/// Header and rows.
type Rows = Vec<Vec<String>>;

/// The tables of a desk.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) tickets: Rows,
    pub(super) calls: Rows,
}

const TICKET_ROWS: [[&str; 10]; 8] = [
    ["id", "created_at", "resolved_at", "status", "priority", "assignee", "reopen_count", "csat_score", "cost", "subject"],
    [
        "000123",
        "2026-03-02 09:00:07",
        "2026-03-02 10:30:00",
        "resolved",
        "P1",
        "Zoë Müller",
        "0",
        "4.5",
        "12.75",
        "Drucker: 5 € – geht nicht",
    ],
    ["000124", "2026-03-02 09:15:00", "", "open", "P2", "Ann O'Neil", "", "", "", "She said \"no\", twice; then\n\ta tab | and\nmore"],
    ["0099", "2026-03-03 23:59:59", "2026-03-04 00:00:01", "closed", "P3", "Günther \"Gü\" Groß", "2", "3", "0.05", "it's, 'odd'"],
    ["4", "2026-03-29 01:59:59", "2026-03-29 03:00:00", "resolved", "P3", "Ann O'Neil", "1", "1", "1234.5", "C:\\temp\\new"],
    ["5E3", "2026-03-05 12:00:00", "2026-03-06 12:00:00", "resolved", "P4", "Zoë Müller", "0", "5", "3", "=1+1"],
    ["INC-0006", "2026-03-05 12:00:01", "", "pending", "P1", "", "0", "", "", "naïve café\nwith a line break"],
    ["0000000000000000000007", "2026-03-06 08:00:00", "2026-03-06 08:00:00", "closed", "P2", "Łukasz 東京", "0", "2.25", "", "🙂 ünïcödé"],
];

const CALL_ROWS: [[&str; 9]; 6] = [
    ["id", "start_at", "answer_at", "outcome", "queue", "agent", "caller", "wait_secs", "talk_secs"],
    ["00017", "2026-03-02 09:00:07", "2026-03-02 09:00:27", "answered", "Büro", "Zoë Müller", "0049301234567", "20", "301"],
    ["00018", "2026-03-02 09:01:00", "", "abandoned", "Büro", "", "0049301234568", "65", ""],
    ["19", "2026-03-02 09:02:00", "2026-03-02 09:02:00", "answered", "Hotline 5 €", "Ann O'Neil", "anonymous", "0", "12"],
    ["20", "2026-03-03 17:59:59", "2026-03-03 18:00:59", "answered", "Hotline 5 €", "Ann O'Neil", "+49 30 1234569", "60", "3600"],
    ["021", "2026-03-04 00:00:00", "2026-03-04 00:00:01", "answered", "東京", "Łukasz 東京", "0049301234567", "1", "86399"],
];

/// The canonical tables: local times of Berlin as UTC, the clock change of 29 March among them.
pub(super) const TICKETS: &str = r#"id,created_at,resolved_at,status,priority,assignee,reopen_count,csat_score,subject,cost
000123,2026-03-02T08:00:07Z,2026-03-02T09:30:00Z,resolved,P1,Zoë Müller,0,4.5,Drucker: 5 € – geht nicht,12.75
000124,2026-03-02T08:15:00Z,,open,P2,Ann O'Neil,,,"She said ""no"", twice; then
	a tab | and
more",
0099,2026-03-03T22:59:59Z,2026-03-03T23:00:01Z,closed,P3,"Günther ""Gü"" Groß",2,3,"it's, 'odd'",0.05
4,2026-03-29T00:59:59Z,2026-03-29T01:00:00Z,resolved,P3,Ann O'Neil,1,1,C:\temp\new,1234.5
5E3,2026-03-05T11:00:00Z,2026-03-06T11:00:00Z,resolved,P4,Zoë Müller,0,5,=1+1,3
INC-0006,2026-03-05T11:00:01Z,,pending,P1,,0,,"naïve café
with a line break",
0000000000000000000007,2026-03-06T07:00:00Z,2026-03-06T07:00:00Z,closed,P2,Łukasz 東京,0,2.25,🙂 ünïcödé,
"#;
pub(super) const CALLS: &str = "\
id,start_at,answer_at,queue,agent,caller,wait_secs,talk_secs,outcome
00017,2026-03-02T08:00:07Z,2026-03-02T08:00:27Z,Büro,Zoë Müller,0049301234567,20,301,answered
00018,2026-03-02T08:01:00Z,,Büro,,0049301234568,65,,abandoned
19,2026-03-02T08:02:00Z,2026-03-02T08:02:00Z,Hotline 5 €,Ann O'Neil,anonymous,0,12,answered
20,2026-03-03T16:59:59Z,2026-03-03T17:00:59Z,Hotline 5 €,Ann O'Neil,+49 30 1234569,60,3600,answered
021,2026-03-03T23:00:00Z,2026-03-03T23:00:01Z,東京,Łukasz 東京,0049301234567,1,86399,answered
";

fn rows<const N: usize>(rows: &[[&str; N]]) -> Rows {
    rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { tickets: rows(&TICKET_ROWS), calls: rows(&CALL_ROWS) }
    }

    /// Without the rows that Windows-1252 has no letters for.
    pub(super) fn western() -> Self {
        let mut desk = Self::new();
        desk.tickets.pop();
        desk.calls.pop();
        desk
    }
}

/// How a table is written as text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: char,
    pub(super) quote: char,
    /// Line ends, used in turn.
    pub(super) ends: &'static [&'static str],
    /// Text above the header.
    pub(super) above: &'static str,
    pub(super) decimal: char,
    /// Quotes within a cell, and backslashes, are escaped with a backslash instead of being doubled.
    pub(super) has_escapes: bool,
    pub(super) quotes_all: bool,
}

/// Commas, double quotes, line feeds.
pub(super) const PLAIN: Dialect =
    Dialect { delimiter: ',', quote: '"', ends: &["\n"], above: "", decimal: '.', has_escapes: false, quotes_all: false };

impl Dialect {
    pub(super) fn text(&self, rows: &[Vec<String>]) -> String {
        let mut out = self.above.to_owned();
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<String> = rows[0].iter().zip(row).map(|(name, cell)| self.cell(name, cell)).collect();
            out += &cells.join(&self.delimiter.to_string());
            out += self.ends[number % self.ends.len()];
        }
        out
    }

    fn cell(&self, name: &str, cell: &str) -> String {
        let cell = if NUMBERS.contains(&name) { cell.replace('.', &self.decimal.to_string()) } else { cell.to_owned() };
        let is_special = |c: char| c == self.delimiter || c == self.quote || c == '\n' || c == '\r' || (self.has_escapes && c == '\\');
        if !self.quotes_all && !cell.contains(is_special) {
            return cell;
        }
        let quote = self.quote;
        let inner = match self.has_escapes {
            true => cell.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")),
            false => cell.replace(quote, &format!("{quote}{quote}")),
        };
        format!("{quote}{inner}{quote}")
    }
}

/// A row as a JSON object: numbers as numbers, what is empty left out or null.
pub(super) fn object(header: &[String], row: &[String]) -> Value {
    let mut object = Map::new();
    for (name, cell) in header.iter().zip(row) {
        let value = match cell.as_str() {
            "" if NUMBERS.contains(&name.as_str()) => continue,
            "" => Value::Null,
            _ if NUMBERS.contains(&name.as_str()) => serde_json::from_str(cell).expect("a number"),
            _ => Value::String(cell.clone()),
        };
        object.insert(name.clone(), value);
    }
    Value::Object(object)
}
