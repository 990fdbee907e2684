//! One JSON object as a row: its names and texts, in the order they are written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// Objects deeper within objects than this stay JSON text.
const DEEPEST: usize = 16;

/// What is done with each object.
pub(super) type Each<'a> = dyn FnMut(Object) -> Result<()> + 'a;

/// An object: names and values, as they are written.
#[derive(Debug)]
pub(super) struct Object(pub(super) Vec<(String, Box<RawValue>)>);

impl Object {
    /// The names and texts of all that is in it; objects within it become names with dots.
    pub(super) fn flat(&self) -> Vec<(String, String)> {
        let mut cells = Vec::with_capacity(self.0.len());
        self.flatten("", 0, &mut cells);
        cells
    }

    fn flatten(&self, within: &str, depth: usize, cells: &mut Vec<(String, String)>) {
        for (name, value) in &self.0 {
            let name = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
            let object = value.get().starts_with('{').then(|| serde_json::from_str::<Self>(value.get()));
            match object {
                Some(Ok(object)) if object.0.is_empty() => cells.push((name, String::new())),
                Some(Ok(object)) if depth < DEEPEST => object.flatten(&name, depth + 1, cells),
                _ => cells.push((name, text(value))),
            }
        }
    }

    /// The names of its values that are lists of objects.
    pub(super) fn lists(&self) -> Vec<String> {
        let holds_objects = |value: &RawValue| value.get().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
        self.0.iter().filter(|(_, value)| holds_objects(value)).map(|(name, _)| name.clone()).collect()
    }
}

/// Adds a text to a cell that may have one already.
pub(super) fn join(cell: &mut String, text: &str) {
    if !cell.is_empty() && !text.is_empty() {
        cell.push_str("; ");
    }
    cell.push_str(text);
}

fn text(value: &RawValue) -> String {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'n') => String::new(),
        Some(b'"') => serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned()),
        Some(b'[') => list(raw).unwrap_or_else(|| raw.to_owned()),
        _ => raw.to_owned(),
    }
}

/// The texts of a list's elements, joined; lists and objects within it stay JSON text.
fn list(raw: &str) -> Option<String> {
    let elements: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    let mut joined = String::new();
    for element in elements {
        let is_list = element.get().starts_with('[');
        join(&mut joined, &if is_list { element.get().to_owned() } else { text(element) });
    }
    Some(joined)
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// Takes an object apart.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Object(members))
    }
}

/// Hands over the objects of a list one by one.
pub(super) struct Rows<'a, 'b> {
    pub(super) each: &'a mut Each<'b>,
    /// Why it stopped, where that was not the JSON's fault.
    pub(super) stopped: Option<Error>,
}

impl Rows<'_, '_> {
    pub(super) fn take(&mut self, object: Object) -> Result<(), serde_json::Error> {
        (self.each)(object).map_err(|error| {
            self.stopped = Some(error);
            serde_json::Error::custom("stopped")
        })
    }
}

impl<'de> Visitor<'de> for &mut Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(object) = list.next_element()? {
            self.take(object).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
