//! A validator for the keywords our schemas use; any other keyword is a panic, so that none goes unchecked.

use regex::Regex;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::HashMap;

/// Words that say something and demand nothing.
const REMARKS: &[&str] = &["$schema", "$id", "$defs", "title", "description", "default", "examples", "format"];

/// Checks values against one schema.
#[derive(Debug)]
pub(crate) struct Checker<'a> {
    root: &'a Value,
    patterns: RefCell<HashMap<String, Regex>>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(root: &'a Value) -> Self {
        Self { root, patterns: RefCell::default() }
    }

    /// What is wrong, each with its JSON pointer.
    pub(crate) fn errors(&self, value: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        self.check(self.root, value, "", &mut errors);
        errors
    }

    fn is_fine(&self, schema: &Value, value: &Value) -> bool {
        let mut errors = Vec::new();
        self.check(schema, value, "", &mut errors);
        errors.is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
        let Value::Object(schema) = schema else {
            if schema == &Value::Bool(false) {
                errors.push(format!("{at}: nothing may be here"));
            }
            return;
        };
        for (keyword, said) in schema {
            match keyword.as_str() {
                "$ref" => self.check(self.resolve(said), value, at, errors),
                "if" => {
                    let branch = if self.is_fine(said, value) { "then" } else { "else" };
                    schema.get(branch).into_iter().for_each(|s| self.check(s, value, at, errors));
                }
                "then" | "else" => assert!(schema.contains_key("if")),
                "properties" | "additionalProperties" | "propertyNames" | "required" | "minProperties" => {
                    value.as_object().into_iter().for_each(|v| self.check_object(keyword, schema, v, at, errors));
                }
                "items" | "prefixItems" | "minItems" | "maxItems" => {
                    value.as_array().into_iter().for_each(|v| self.check_list(keyword, schema, v, at, errors));
                }
                known if REMARKS.contains(&known) => (),
                _ if self.holds(keyword, said, value) => (),
                _ => errors.push(format!("{at}: {value} is not {keyword} {said}")),
            }
        }
    }

    fn resolve(&self, reference: &Value) -> &'a Value {
        let pointer = reference.as_str().and_then(|r| r.strip_prefix('#')).expect("a reference inside");
        self.root.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    fn check_object(&self, keyword: &str, schema: &Map<String, Value>, value: &Map<String, Value>, at: &str, errors: &mut Vec<String>) {
        let said = &schema[keyword];
        match keyword {
            "properties" => said.as_object().expect("an object").iter().for_each(|(key, form)| {
                value.get(key).into_iter().for_each(|v| self.check(form, v, &format!("{at}/{key}"), errors));
            }),
            "additionalProperties" => value
                .iter()
                .filter(|(k, _)| schema.get("properties").is_none_or(|p| p.get(k).is_none()))
                .for_each(|(key, v)| self.check(said, v, &format!("{at}/{key}"), errors)),
            "propertyNames" => value.keys().for_each(|k| self.check(said, &Value::from(k.as_str()), &format!("{at}/{k}"), errors)),
            "required" => said.as_array().expect("a list").iter().filter_map(Value::as_str).for_each(|k| {
                if !value.contains_key(k) {
                    errors.push(format!("{at}: no {k}"));
                }
            }),
            _ if (value.len() as u64) < said.as_u64().expect("a count") => errors.push(format!("{at}: too few keys")),
            _ => (),
        }
    }

    fn check_list(&self, keyword: &str, schema: &Map<String, Value>, value: &[Value], at: &str, errors: &mut Vec<String>) {
        let said = &schema[keyword];
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        match keyword {
            "items" => value.iter().enumerate().skip(first).for_each(|(i, v)| self.check(said, v, &format!("{at}/{i}"), errors)),
            "prefixItems" => said.as_array().expect("a list").iter().zip(value).enumerate().for_each(|(i, (form, v))| {
                self.check(form, v, &format!("{at}/{i}"), errors);
            }),
            "minItems" if (value.len() as u64) < said.as_u64().expect("a count") => errors.push(format!("{at}: too few items")),
            "maxItems" if (value.len() as u64) > said.as_u64().expect("a count") => errors.push(format!("{at}: too many items")),
            _ => (),
        }
    }

    fn holds(&self, keyword: &str, said: &Value, value: &Value) -> bool {
        let forms = || said.as_array().expect("a list").iter().filter(|form| self.is_fine(form, value)).count();
        let number = value.as_f64();
        let bound = said.as_f64().unwrap_or(f64::NAN);
        match keyword {
            "type" => said.as_array().map_or(std::slice::from_ref(said), Vec::as_slice).iter().any(|t| is_of_type(t, value)),
            "enum" => said.as_array().expect("a list").contains(value),
            "const" => said == value,
            "anyOf" => forms() > 0,
            "oneOf" => forms() == 1,
            "pattern" => value.as_str().is_none_or(|text| self.matches(said.as_str().expect("a pattern"), text)),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= said.as_u64().expect("a length")),
            "minimum" => number.is_none_or(|n| n >= bound),
            "maximum" => number.is_none_or(|n| n <= bound),
            "exclusiveMinimum" => number.is_none_or(|n| n > bound),
            "exclusiveMaximum" => number.is_none_or(|n| n < bound),
            other => panic!("the keyword {other} is not checked"),
        }
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        patterns.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).expect("a pattern")).is_match(text)
    }
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str().expect("a type") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    }
}

/// Every schema inside a schema, with its JSON pointer.
pub(crate) fn inside<'a>(schema: &'a Value, at: &str, found: &mut Vec<(String, &'a Value)>) {
    let Value::Object(object) = schema else { return };
    found.push((at.to_owned(), schema));
    for (keyword, said) in object {
        match (keyword.as_str(), said) {
            ("properties" | "$defs", Value::Object(named)) => {
                named.iter().for_each(|(name, form)| inside(form, &format!("{at}/{keyword}/{name}"), found));
            }
            ("anyOf" | "oneOf" | "prefixItems", Value::Array(forms)) => {
                forms.iter().enumerate().for_each(|(i, form)| inside(form, &format!("{at}/{keyword}/{i}"), found));
            }
            ("items" | "additionalProperties" | "propertyNames" | "if" | "then" | "else", form) => {
                inside(form, &format!("{at}/{keyword}"), found);
            }
            _ => (),
        }
    }
}

#[test]
fn what_is_wrong_is_found() {
    use serde_json::json;
    let cases = [
        (json!({ "type": "integer", "minimum": 1 }), json!(1), json!(0)),
        (json!({ "type": ["null", "number"] }), json!(null), json!("1")),
        (json!({ "type": "integer" }), json!(2.0), json!(2.5)),
        (json!({ "exclusiveMinimum": 0, "exclusiveMaximum": 1 }), json!(0.5), json!(0)),
        (json!({ "maximum": 1 }), json!(1), json!(1.5)),
        (json!({ "enum": ["a", true] }), json!(true), json!("true")),
        (json!({ "const": false }), json!(false), json!(0)),
        (json!({ "pattern": "^a+$" }), json!("aa"), json!("ab")),
        (json!({ "minLength": 1 }), json!("é"), json!("")),
        (json!({ "anyOf": [{ "type": "null" }, { "const": 1 }] }), json!(1), json!(2)),
        (json!({ "oneOf": [{ "type": "number" }, { "const": 1 }] }), json!(2), json!(1)),
        (json!({ "properties": { "a": { "const": 1 } }, "additionalProperties": false }), json!({ "a": 1 }), json!({ "b": 1 })),
        (json!({ "properties": { "a": { "const": 1 } } }), json!({ "b": 2 }), json!({ "a": 2 })),
        (json!({ "additionalProperties": { "const": 1 }, "propertyNames": { "pattern": "^b" } }), json!({ "b": 1 }), json!({ "a": 1 })),
        (json!({ "required": ["a"] }), json!({ "a": 1 }), json!({})),
        (json!({ "minProperties": 1 }), json!({ "a": 1 }), json!({})),
        (json!({ "prefixItems": [{ "const": 1 }], "items": { "const": 2 } }), json!([1, 2]), json!([1, 1])),
        (json!({ "prefixItems": [{ "const": 1 }] }), json!([1, 2]), json!([2])),
        (json!({ "minItems": 1, "maxItems": 2 }), json!([1]), json!([])),
        (json!({ "maxItems": 1 }), json!([1]), json!([1, 2])),
        (json!({ "$ref": "#/$defs/a", "$defs": { "a": { "const": 1 } } }), json!(1), json!(2)),
        (json!({ "if": { "const": 1 }, "then": { "const": 2 }, "else": { "const": 3 } }), json!(3), json!(1)),
    ];
    for (schema, right, wrong) in cases {
        let checker = Checker::new(&schema);
        assert!(checker.errors(&right).is_empty() && !checker.errors(&wrong).is_empty(), "{schema}");
    }
}
