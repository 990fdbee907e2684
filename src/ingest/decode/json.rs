//! JSON as rows: an object a line, an array of objects, or one object around such an array, as interfaces answer.
//!
//! The names of all objects, in order of their first appearance, are the header. Objects within objects become `Agent.Username`,
//! lists are joined by `; `; numbers stay as they are written.

mod object;

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

use serde::Deserializer as _;

use super::csv_text::CsvText;
use super::limits::{Bounded, Caps, unreadable};
use crate::error::{Error, Result};
use object::{Each, Object, Rows, join};

/// Most columns: as many as a header may have elsewhere.
const COLUMNS: usize = 4096;

/// Whether a text begins as JSON rows do.
pub(super) fn is_json(start: &str) -> bool {
    let mut marks = start.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r'));
    matches!((marks.next(), marks.next()), (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | ']')))
}

/// Where JSON text comes from, and what to make of it.
pub(super) struct Json<'a> {
    /// Opens the text, UTF-8.
    pub(super) open: &'a dyn Fn() -> io::Result<Box<dyn Read + Send>>,
    pub(super) shown: &'a str,
    /// Which list of an object around lists holds the rows.
    pub(super) list: Option<&'a str>,
    pub(super) caps: Caps,
}

impl Json<'_> {
    /// The rows as CSV text, and what is worth telling about them.
    ///
    /// # Errors
    /// An input error for JSON that is broken, cut off, too large, or not made of objects.
    pub(super) fn to_csv(&self) -> Result<(Vec<u8>, Vec<String>)> {
        let mut header = Header::default();
        let mut lists = Vec::new();
        let mut rows = 0u64;
        self.each(self.stream()?, &mut |object| {
            rows += 1;
            if rows == 1 {
                lists = object.lists();
            }
            object.flat().iter().try_for_each(|(name, _)| header.take(name))
        })?;
        match lists.is_empty() || rows > 1 {
            true => Ok((self.rows(&header, &|each| self.each(self.stream()?, each))?, Vec::new())),
            false => self.within(&lists),
        }
    }

    /// The rows of a list within the one object there is.
    fn within(&self, lists: &[String]) -> Result<(Vec<u8>, Vec<String>)> {
        let list = match (self.list, lists) {
            (Some(wanted), _) if lists.iter().any(|l| l == wanted) => wanted,
            (None, [only]) => only,
            _ => {
                let named = lists.join(", ");
                let error = Error::input(format!("the JSON is one object with several lists: {named}")).at(self.shown);
                return Err(error.hint("say which holds the rows: sheet = \"…\" in its [[source]]"));
            }
        };
        let mut text = None;
        self.each(self.stream()?, &mut |object| {
            text = object.0.into_iter().find(|(name, _)| name == list).map(|(_, value)| value);
            Ok(())
        })?;
        let text = text.ok_or_else(|| Error::input("the file changed while it was read").at(self.shown))?;
        let mut header = Header::default();
        let read = |each: &mut Each<'_>| self.each(Box::new(text.get().as_bytes()), each);
        read(&mut |object| object.flat().iter().try_for_each(|(name, _)| header.take(name)))?;
        Ok((self.rows(&header, &read)?, vec![format!("the rows are those of its list {list:?}")]))
    }

    fn rows(&self, header: &Header, read: &dyn Fn(&mut Each<'_>) -> Result<()>) -> Result<Vec<u8>> {
        let too_large = |e| unreadable(self.shown, e);
        let mut csv = CsvText::new(&self.caps);
        if header.names.is_empty() {
            return Err(Error::input("the JSON holds no rows").at(self.shown).hint("rows are objects: {\"id\": 1, …}, one a line"));
        }
        csv.row(header.names.iter().map(String::as_str)).map_err(too_large)?;
        let mut cells: Vec<String> = vec![String::new(); header.names.len()];
        read(&mut |object| {
            cells.iter_mut().for_each(String::clear);
            for (name, text) in object.flat() {
                if let Some(&column) = header.places.get(&name) {
                    join(&mut cells[column], &text);
                }
            }
            csv.row(cells.iter().map(String::as_str)).map_err(too_large)
        })?;
        Ok(csv.finish())
    }

    fn stream(&self) -> Result<Box<dyn Read + Send>> {
        let inner = (self.open)().map_err(|e| unreadable(self.shown, e))?;
        Ok(Box::new(Bounded::new(inner, &self.caps)))
    }

    /// Hands over each object of a text.
    fn each(&self, reader: Box<dyn Read + '_>, each: &mut Each<'_>) -> Result<()> {
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let first = first_mark(&mut reader).map_err(|e| unreadable(self.shown, e))?;
        let mut rows = Rows { each, stopped: None };
        let mut json = serde_json::Deserializer::from_reader(reader);
        let result = match first {
            Some(b'[') => json.deserialize_seq(&mut rows).and_then(|()| json.end()),
            _ => json.into_iter::<Object>().try_for_each(|object| rows.take(object?)),
        };
        match (rows.stopped, result) {
            (Some(error), _) => Err(error.at(self.shown)),
            (None, Ok(())) => Ok(()),
            (None, Err(error)) => Err(self.broken(error)),
        }
    }

    fn broken(&self, error: serde_json::Error) -> Error {
        if error.is_io() {
            return unreadable(self.shown, error.into());
        }
        let at = format!("{} line {}, character {}", self.shown, error.line(), error.column());
        let what = error.to_string();
        let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
        match error.is_eof() {
            true => Error::input("the JSON is cut off").at(at).hint("export or copy it again"),
            false => Error::input(format!("the JSON is not rows: {what}")).at(at).hint("rows are objects: {\"id\": 1, …}, one a line"),
        }
    }
}

/// The first byte that is no blank, left in the reader.
fn first_mark(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        if let Some(mark) = buffer.iter().find(|b| !b.is_ascii_whitespace()) {
            return Ok(Some(*mark));
        }
        let blanks = buffer.len();
        reader.consume(blanks);
    }
}

/// Column names in order of their first appearance.
#[derive(Debug, Default)]
struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    fn take(&mut self, name: &str) -> Result<()> {
        if self.places.contains_key(name) {
            return Ok(());
        }
        if self.names.len() == COLUMNS {
            return Err(Error::input(format!("the JSON has more than {COLUMNS} different names")));
        }
        self.places.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, is_json};
    use crate::error::Result;
    use crate::ingest::decode::limits::Caps;

    fn csv_of(text: &str, list: Option<&str>, caps: Caps) -> Result<(String, Vec<String>)> {
        let bytes = text.as_bytes().to_vec();
        let open = move || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn std::io::Read + Send>);
        let (csv, remarks) = Json { open: &open, shown: "x.json", list, caps }.to_csv()?;
        Ok((String::from_utf8(csv).unwrap(), remarks))
    }

    fn csv(text: &str) -> String {
        csv_of(text, None, Caps::default()).unwrap().0
    }

    fn error(text: &str) -> String {
        csv_of(text, None, Caps::default()).unwrap_err().to_string()
    }

    #[test]
    fn an_object_a_line_and_an_array_are_the_same() {
        let rows = ["{\"id\":1,\"name\":\"Müller, K.\"}", "{\"name\":null,\"open\":true}", "{}"];
        let expected = "id,name,open\n1,\"Müller, K.\",\n,,true\n,,\n";
        assert_eq!(csv(&rows.join("\n")), expected);
        assert_eq!(csv(&rows.join("\r\n\r\n")), expected);
        assert_eq!(csv(&format!(" [{}]\n", rows.join(", "))), expected);
    }

    #[test]
    fn nesting_becomes_dots_and_lists_are_joined() {
        let row =
            r#"{"id":"a","Agent":{"Username":"jo","Group":{"Name":"IT"}},"tags":["vpn",7,null,"x"],"log":[{"at":1}],"none":{},"no":[]}"#;
        let header = "id,Agent.Username,Agent.Group.Name,tags,log,none,no";
        assert_eq!(csv(&format!("{row}\n{{}}")), format!("{header}\na,jo,IT,vpn; 7; x,\"{{\"\"at\"\":1}}\",,\n,,,,,,\n"));
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        assert_eq!(csv(r#"{"id":12345678901234567890123,"x":1.50,"e":1e3,"n":-0.0}"#), "id,x,e,n\n12345678901234567890123,1.50,1e3,-0.0\n");
    }

    #[test]
    fn a_name_twice_loses_nothing() {
        assert_eq!(csv(r#"{"a":1,"a":2,"b.c":3,"b":{"c":4}}"#), "a,b.c\n1; 2,3; 4\n");
    }

    #[test]
    fn an_object_around_the_rows() {
        let text = r#"{"count":2,"result":[{"number":"INC1"},{"number":"INC2"}]}"#;
        let (text, remarks) = csv_of(text, None, Caps::default()).unwrap();
        assert_eq!((text.as_str(), remarks[0].as_str()), ("number\nINC1\nINC2\n", "the rows are those of its list \"result\""));
        let two = r#"{"tickets":[{"id":1}],"users":[{"id":2}]}"#;
        assert!(error(two).contains("tickets, users"));
        assert_eq!(csv_of(two, Some("users"), Caps::default()).unwrap().0, "id\n2\n");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert!(error("{\"a\":1}\n{\"a\":\n").contains("cut off"));
        assert!(error("[{\"a\":1},").contains("cut off"));
        assert!(error("{\"a\":1}\n{\"a\" 2}\n").starts_with("x.json line 2, character 6: the JSON is not rows"));
        assert!(error("[{\"a\":1},[2]]").contains("an object"), "{}", error("[{\"a\":1},[2]]"));
        assert!(error("[{\"a\":1}] x").contains("trailing"));
        assert!(error("[]").contains("no rows") && error("{}").contains("no rows"));
    }

    #[test]
    fn never_too_deep_nor_too_large() {
        let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
        assert_eq!(csv(&deep).lines().next().unwrap().matches('.').count(), 16);
        let bottomless = format!("{{\"a\":{}", "[".repeat(300_000));
        assert!(error(&bottomless).contains("JSON"));
        let many = (0..5000).fold(String::new(), |all, n| all + &format!("{{\"k{n}\":1}}\n"));
        assert!(error(&many).contains("4096"));
        let caps = Caps { held: 1000, ..Caps::default() };
        assert!(csv_of(&"{\"a\":1}\n".repeat(200), None, caps).is_err());
        // Short rows under a long header outgrow what they came from.
        let wide = format!("{}\n{}", many.lines().take(90).collect::<String>(), "{}\n".repeat(10));
        assert!(csv_of(&wide, None, caps).is_err());
    }

    #[test]
    fn what_begins_as_json() {
        for json in ["{\"a\":1}", " \n[ {", "[]", "{}"] {
            assert!(is_json(json), "{json}");
        }
        for text in ["", "{", "{a},b", "[Name],[Date]", "id,{\"a\"", "\"{\"\"\""] {
            assert!(!is_json(text), "{text}");
        }
    }
}
