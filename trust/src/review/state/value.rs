//! Things and their values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::date::Date;

/// A value; those of one kind can be compared.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::review) enum Value {
    Day(Date),
    Flag(bool),
    /// Its order means something.
    List(Vec<String>),
    Number(u64),
    /// Its order means nothing.
    Set(BTreeSet<String>),
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::List(list) => f.write_str(&quoted_list(list)),
            Self::Number(number) => number.fmt(f),
            Self::Set(set) => f.write_str(&quoted_list(set)),
            Self::Text(text) => f.write_str(text),
        }
    }
}

fn quoted_list<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    let texts: Vec<_> = texts.into_iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A text as JSON writes it: nothing in it can look like what is around it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An identity of several parts: none of them can look like two.
pub(super) fn identity(parts: &[Option<&str>]) -> String {
    serde_json::Value::from(parts.to_vec()).to_string()
}

/// A thing: its name for the reader, and its values by their keys.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::review) struct Item {
    pub(in crate::review) fields: BTreeMap<&'static str, Value>,
    pub(in crate::review) name: String,
}

impl Item {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fields: BTreeMap::new(),
        }
    }

    pub(super) fn with(mut self, key: &'static str, value: Value) -> Self {
        self.fields.insert(key, value);
        self
    }

    pub(super) fn text(self, key: &'static str, text: impl Into<String>) -> Self {
        self.with(key, Value::Text(text.into()))
    }

    /// A value of an enumeration, in the word that it is serialised as.
    pub(super) fn word(self, key: &'static str, value: impl Serialize) -> Self {
        let word = serde_json::to_value(value).unwrap_or_default();
        let word = word
            .as_str()
            .map_or_else(|| word.to_string(), str::to_owned);
        self.text(key, word)
    }

    pub(super) fn number(self, key: &'static str, number: impl Into<u64>) -> Self {
        self.with(key, Value::Number(number.into()))
    }

    pub(super) fn day(self, key: &'static str, day: Date) -> Self {
        self.with(key, Value::Day(day))
    }

    pub(super) fn flag(self, key: &'static str, flag: bool) -> Self {
        self.with(key, Value::Flag(flag))
    }

    pub(super) fn list(
        self,
        key: &'static str,
        texts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let texts = texts.into_iter().map(Into::into).collect();
        self.with(key, Value::List(texts))
    }

    pub(super) fn set(
        self,
        key: &'static str,
        texts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let texts = texts.into_iter().map(Into::into).collect();
        self.with(key, Value::Set(texts))
    }

    /// The same with what `add` puts there, where there is something to put.
    pub(super) fn maybe<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => add(self, value),
            None => self,
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = |(key, value): (&&'static str, &Value)| match value {
            Value::Text(text) => format!("{key} = {}", quoted(text)),
            value => format!("{key} = {value}"),
        };
        let fields: Vec<_> = self.fields.iter().map(field).collect();
        f.write_str(&fields.join(", "))
    }
}
