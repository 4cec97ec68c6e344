//! A file as a tree in which every value knows where it was written.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Problem, Problems};
use super::source::{Origin, Sources};

/// Deeper files than this are refused, so that no later walk can exhaust the stack.
const MAX_DEPTH: usize = 48;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// `inner` is where its first byte stands in the source, if it stands there unescaped.
    Text {
        text: String,
        inner: Option<usize>,
    },
    Integer(i64),
    Float(f64),
    Bool(bool),
    Date,
    List(Vec<Node>),
    Table(Table),
}

/// Keys and values in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A table without keys.
pub(super) static NO_KEYS: Table = Table {
    entries: Vec::new(),
};

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where the key was written.
    pub(super) at: Origin,
    pub(super) node: Node,
}

impl Table {
    /// The entry of this key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of this key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value of this key, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries
            .iter_mut()
            .find(|entry| entry.key == key)
            .map(|entry| &mut entry.node)
    }

    /// All keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    /// This table without some keys.
    pub(super) fn without(&self, keys: &[&str]) -> Self {
        let keep = |entry: &&Entry| !keys.contains(&entry.key.as_str());
        Self {
            entries: self.entries.iter().filter(keep).cloned().collect(),
        }
    }

    /// Only these keys of this table.
    pub(super) fn only(&self, keys: &[&str]) -> Self {
        let keep = |entry: &&Entry| keys.contains(&entry.key.as_str());
        Self {
            entries: self.entries.iter().filter(keep).cloned().collect(),
        }
    }
}

impl Node {
    /// A table with this origin.
    pub(super) fn table(table: Table, origin: Origin) -> Self {
        Self {
            value: Value::Table(table),
            origin,
        }
    }

    /// Its keys, if it has any.
    pub(super) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Its text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The kind of value, as a person would say.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text { .. } => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(number) if number.fract() == 0.0 => "a number with a point or an exponent",
            Value::Float(_) => "a number with a point",
            Value::Bool(_) => "true or false",
            Value::Date => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Reads a whole TOML file. `None` if it is not TOML; its errors are then in `problems`.
pub(super) fn parse(source: usize, sources: &Sources, problems: &Problems) -> Option<Node> {
    let text = sources.get(source).text;
    let reader = Reader {
        source,
        text: &text,
        offset: 0,
        problems,
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    if errors.is_empty() {
        let table = reader.table(table.get_ref(), 0)?;
        return Some(Node::table(table, Origin::new(source, 0..0)));
    }
    // The first error of a line is the one to mend; those behind it are often its echo.
    let mut last_line = None;
    for error in errors.into_iter().take(5) {
        let span = error.span().unwrap_or(0..0);
        let line = text
            .bytes()
            .take(span.start)
            .filter(|&b| b == b'\n')
            .count();
        if last_line.replace(line) != Some(line) {
            reader.note(span, error.message());
        }
    }
    None
}

/// Reads the TOML value that stands in these bytes of the source.
pub(super) fn parse_value(
    source: usize,
    range: Range<usize>,
    sources: &Sources,
    problems: &Problems,
) -> Option<Node> {
    let text = sources.get(source).text;
    let reader = Reader {
        source,
        text: &text,
        offset: range.start,
        problems,
    };
    match DeValue::parse(text.get(range)?) {
        Ok(value) => reader.node(&value, 0),
        Err(error) => reader.refuse(error.span().unwrap_or(0..0), error.message()),
    }
}

/// Turns the parser's tree into ours.
struct Reader<'a> {
    source: usize,
    text: &'a str,
    offset: usize,
    problems: &'a Problems,
}

impl Reader<'_> {
    fn origin(&self, span: Range<usize>) -> Origin {
        Origin::new(
            self.source,
            self.offset + span.start..self.offset + span.end,
        )
    }

    fn note(&self, span: Range<usize>, message: &str) {
        let mut message = message.to_owned();
        message.get_mut(..1).map(str::make_ascii_lowercase);
        let problem = Problem::at(self.origin(span), format!("not TOML: {message}"));
        self.problems.note(problem);
    }

    fn refuse<T>(&self, span: Range<usize>, message: &str) -> Option<T> {
        self.note(span, message);
        None
    }

    fn table(&self, table: &DeTable<'_>, depth: usize) -> Option<Table> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let node = self.node(value, depth + 1)?;
            let at = self.origin(key.span());
            entries.push(Entry {
                key: key.get_ref().to_string(),
                at,
                node,
            });
        }
        entries.sort_by_key(|entry| entry.at);
        Some(Table { entries })
    }

    fn node(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Option<Node> {
        let span = value.span();
        if depth > MAX_DEPTH {
            return self.refuse(span, "nested too deeply");
        }
        let value = match value.get_ref() {
            DeValue::String(text) => {
                let inner = self.origin(span.start + 1..span.end).range().start;
                let verbatim = self.text.get(inner..inner + text.len()) == Some(text);
                Value::Text {
                    text: text.to_string(),
                    inner: verbatim.then_some(inner),
                }
            }
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Value::Integer(number),
                    Err(_) => return self.refuse(span, "this whole number is too large"),
                }
            }
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => Value::Float(number),
                Err(_) => return self.refuse(span, "this number is too large"),
            },
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(_) => Value::Date,
            DeValue::Array(items) => {
                let items = items.iter().map(|item| self.node(item, depth + 1));
                Value::List(items.collect::<Option<_>>()?)
            }
            DeValue::Table(table) => Value::Table(self.table(table, depth)?),
        };
        Some(Node {
            value,
            origin: self.origin(span),
        })
    }
}
