//! What a reader asks of a file, found out by showing it blanks: the source of the JSON Schemas and of the reference page.
//!
//! ```text
//! keys.read("latency", |r, node| r.span(node))
//!       │                         │
//!   a file: the value        a time, or a message about it
//!   blanks: a new blank      "a time is asked for": noted for that blank, nothing read
//! ```
//!
//! So what the files may say is written once, as the code that reads them. A blank is neither text nor number: the methods of
//! [`Reader`] note what was asked of it and give nothing, as for a value that is wrong. A reader that looks at a
//! value by itself (`match node.value`) is blind to blanks; it asks through [`either`](Reader::either) and
//! [`says`](Reader::says) instead. A key of which nothing was asked has no shape, which a test refuses.

use std::cell::{Cell, RefCell};

use super::files::Files;
use super::reader::{Reader, names};
use super::source::Origin;
use super::tree::{Entry, Node, Table};

/// The source of blanks.
const NOWHERE: usize = usize::MAX;
/// More than any reader asks for.
const MANY: usize = 4096;

/// Values without content, to be shown to a reader.
pub(super) struct Blanks(Vec<Entry>);

impl Blanks {
    /// As many as a reader may ask for.
    pub(super) fn new() -> Self {
        let blank = |i| {
            let origin = Origin::new(NOWHERE, i..i);
            Entry {
                key: "NAME".to_owned(),
                at: origin,
                node: Node::table(Table::default(), origin),
            }
        };
        Self((0..MANY).map(blank).collect())
    }
}

/// A kind of value that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Anything at all.
    Anything,
    /// A text.
    Text,
    /// A text that is one of these, or another.
    Known(Vec<String>),
    /// One of these words.
    Words(Vec<String>),
    /// A name, fit for a path.
    Name,
    /// True or false.
    Flag,
    /// A whole number from the one to the other.
    Whole(u64, u64),
    /// A number that is not negative.
    Number,
    /// A number with a unit.
    Quantity(Quantity),
    /// A law of times.
    Law,
    /// A law of whole numbers.
    Count,
    /// A table, whose keys and entries the shape tells.
    Table,
    /// A list of such values.
    List(usize),
    /// A list of steps.
    Steps(Program),
}

/// What a number with a unit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Time,
    Rate,
    Size,
    Flow,
    Share,
}

/// Whose steps they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    /// An endpoint's.
    Endpoint,
    /// A model's own.
    Model,
    /// A model's own, as a part of a call.
    Call,
}

/// What was asked of one value.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// Any of these will do.
    pub(super) kinds: Vec<Kind>,
    /// The keys of the table.
    pub(super) keys: Vec<Key>,
    /// What entries under any other name are.
    pub(super) entries: Option<usize>,
    /// The names that there are, if all are known.
    pub(super) names: Option<Vec<String>>,
    /// Keys of which the table has exactly one.
    pub(super) one_of: Vec<&'static str>,
}

/// A key that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// Its value's shape.
    pub(super) shape: usize,
    /// Beside what it means something; empty: always.
    pub(super) beside: Vec<Beside>,
    /// Beside what it must be there; `None`: always.
    pub(super) needed: Vec<Option<Beside>>,
    /// Whether its value is put over what a model, or the scenario, says.
    pub(super) over: bool,
}

/// A key that is there, perhaps with a certain word.
pub(super) type Beside = (&'static str, Option<&'static str>);

/// What was asked so far.
pub(super) struct Notes<'t> {
    blanks: &'t Blanks,
    shapes: RefCell<Vec<Shape>>,
    over: Cell<bool>,
}

impl<'t> Notes<'t> {
    /// Nothing asked yet.
    pub(super) fn new(blanks: &'t Blanks) -> Self {
        Self {
            blanks,
            shapes: RefCell::default(),
            over: Cell::new(false),
        }
    }

    /// A new blank.
    pub(super) fn blank(&self) -> &'t Entry {
        let mut shapes = self.shapes.borrow_mut();
        shapes.push(Shape::default());
        &self.blanks.0[shapes.len() - 1]
    }

    /// Notes what was asked of a blank.
    pub(super) fn note(&self, node: &Node, kind: Kind) {
        self.change(index(node.origin), |shape| {
            if !shape.kinds.contains(&kind) {
                shape.kinds.push(kind);
            }
        });
    }

    /// The entries of a blank: one, under any name.
    pub(super) fn entry(&self, table: &Table, names: Option<Vec<String>>) -> &'t Entry {
        let table = self.index_of(table);
        let known = self.shapes.borrow().get(table).and_then(|s| s.entries);
        let entry = known.map_or_else(|| self.blank(), |known| &self.blanks.0[known]);
        self.change(table, |shape| {
            shape.entries = Some(index(entry.at));
            shape.names = names;
        });
        entry
    }

    /// The items of a list: one.
    pub(super) fn item(&self, node: &Node) -> &'t Node {
        let known = self.shapes.borrow().get(index(node.origin)).and_then(|s| {
            s.kinds.iter().find_map(|kind| match kind {
                Kind::List(item) => Some(*item),
                _ => None,
            })
        });
        let item = known.map_or_else(|| self.blank(), |known| &self.blanks.0[known]);
        self.note(node, Kind::List(index(item.at)));
        &item.node
    }

    /// The value of a key.
    pub(super) fn key(
        &self,
        table: &Table,
        name: &'static str,
        beside: Option<Beside>,
    ) -> &'t Node {
        let table = self.index_of(table);
        let known = self.shapes.borrow().get(table).and_then(|shape| {
            let known = shape.keys.iter().position(|key| key.name == name)?;
            Some((known, shape.keys[known].shape))
        });
        if let Some((known, shape)) = known {
            self.change(table, |table| {
                let conditions = &mut table.keys[known].beside;
                if let Some(beside) = beside
                    && !conditions.is_empty()
                    && !conditions.contains(&beside)
                {
                    conditions.push(beside);
                }
            });
            return &self.blanks.0[shape].node;
        }
        let value = self.blank();
        let key = Key {
            name,
            shape: index(value.at),
            beside: beside.into_iter().collect(),
            needed: Vec::new(),
            over: self.over.get(),
        };
        self.change(table, |table| table.keys.push(key));
        &value.node
    }

    /// Notes that a key must be there.
    pub(super) fn needed(&self, table: &Table, name: &str, beside: Option<Beside>) {
        self.change(self.index_of(table), |table| {
            let key = table.keys.iter_mut().find(|key| key.name == name);
            if let Some(key) = key
                && !key.needed.contains(&beside)
            {
                key.needed.push(beside);
            }
        });
    }

    /// Notes that a table has exactly one of these keys.
    pub(super) fn one_of(&self, table: &Table, keys: &[&'static str]) {
        self.change(self.index_of(table), |table| table.one_of = keys.to_vec());
    }

    /// What is asked meanwhile is put over what is said elsewhere.
    pub(super) fn over<T>(&self, over: bool, ask: impl FnOnce() -> T) -> T {
        let before = self.over.replace(over);
        let asked = ask();
        self.over.set(before);
        asked
    }

    /// Everything that was asked: a shape for each blank, in the order in which they were shown.
    pub(super) fn into_shapes(self) -> Vec<Shape> {
        self.shapes.into_inner()
    }

    fn change(&self, index: usize, change: impl FnOnce(&mut Shape)) {
        self.shapes.borrow_mut().get_mut(index).map(change);
    }

    /// Which blank a table is the content of.
    fn index_of(&self, table: &Table) -> usize {
        let content = |entry: &Entry| {
            entry
                .node
                .as_table()
                .is_some_and(|own| std::ptr::eq(own, table))
        };
        self.blanks.0.iter().position(content).unwrap_or(NOWHERE)
    }
}

impl<'t> Reader<'t> {
    /// A reader that notes what is asked of blanks.
    pub(super) fn of_blanks(files: &'t Files<'t>, blanks: &'t Blanks) -> Self {
        let mut reader = Self::new(files, None);
        reader.notes = Some(Notes::new(blanks));
        reader
    }

    /// Whether blanks are shown, not values.
    pub(super) fn has_blanks(&self) -> bool {
        self.notes.is_some()
    }

    /// Notes what is asked of a value, if it is a blank; whether it is.
    pub(super) fn asks(&self, node: &Node, kind: impl FnOnce() -> Kind) -> bool {
        if let Some(notes) = &self.notes {
            notes.note(node, kind());
        }
        self.has_blanks()
    }

    /// The one or the other; of a blank both are asked.
    pub(super) fn either<T>(
        &self,
        first: bool,
        one: impl FnOnce() -> Option<T>,
        other: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        if self.has_blanks() {
            one();
            other();
            return None;
        }
        if first { one() } else { other() }
    }

    /// Whether a value is this word; the alternative to another kind of value.
    pub(super) fn says(&self, node: &'t Node, word: &str) -> bool {
        let asked = self.asks(node, || Kind::Words(vec![word.to_owned()]));
        !asked && self.resolve(node).and_then(Node::as_text) == Some(word)
    }

    /// The entries of a table whose keys are names.
    pub(super) fn entries(&self, table: &'t Table) -> &'t [Entry] {
        self.notes.as_ref().map_or(&table.entries, |notes| {
            std::slice::from_ref(notes.entry(table, None))
        })
    }

    /// The entries of a table whose keys are among these names.
    pub(super) fn entries_among(&self, table: &'t Table, known: &[&str]) -> &'t [Entry] {
        self.notes.as_ref().map_or(&table.entries, |notes| {
            let known = names(known.iter().copied());
            std::slice::from_ref(notes.entry(table, Some(known)))
        })
    }
}

/// Which blank was put there.
fn index(origin: Origin) -> usize {
    origin.range().start
}
