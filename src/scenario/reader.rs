//! From nodes to typed values: the last place where a value can be of the wrong kind.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::blanks::{Kind, Notes, Quantity};
use super::diagnostic::Problem;
use super::files::Files;
use super::piece::Piece;
use super::quantity;
use super::source::Origin;
use super::tree::{Node, Table, Value};
use crate::kernel::{Count, Dist, Span};

/// The largest plain number.
const MAX_NUMBER: f64 = 1e12;
/// Shorter ticks would be most of what is simulated.
const SHORTEST_TICK: Span = Span::from_micros(100);

/// Turns nodes into values, and knows what `$name` stands for.
pub(super) struct Reader<'t> {
    /// Where mistakes and further files go.
    pub(super) files: &'t Files<'t>,
    /// What is asked of blanks, where the reader itself is to be described.
    pub(super) notes: Option<Notes<'t>>,
    params: Vec<Param<'t>>,
    /// Laws read before: contestants share endpoints, and some laws need tables.
    pub(super) dists: RefCell<BTreeMap<Origin, Dist>>,
    pub(super) counts: RefCell<BTreeMap<Origin, Count>>,
}

/// A line of `[params]`.
struct Param<'t> {
    name: &'t str,
    at: Origin,
    node: &'t Node,
    /// A number as text, for use inside an expression.
    digits: String,
    used: Cell<bool>,
}

impl<'t> Reader<'t> {
    /// A reader for files with these `[params]`.
    pub(super) fn new(files: &'t Files<'t>, params: Option<&'t Table>) -> Self {
        let params = params.map_or(&[][..], |table| &table.entries[..]);
        let params = params.iter().map(|entry| Param {
            name: &entry.key,
            at: entry.at,
            node: &entry.node,
            digits: match entry.node.value {
                Value::Integer(n) => n.to_string(),
                Value::Float(x) => x.to_string(),
                _ => String::new(),
            },
            used: Cell::new(false),
        });
        Self {
            files,
            notes: None,
            params: params.collect(),
            dists: RefCell::default(),
            counts: RefCell::default(),
        }
    }

    /// Notes a mistake.
    pub(super) fn note(&self, problem: Problem) {
        self.files.problems.note(problem);
    }

    /// Notes a mistake that another contestant may make too: see [`Problems::note_once`](super::diagnostic::Problems::note_once).
    pub(super) fn note_once(&self, problem: Problem) {
        self.files.problems.note_once(problem);
    }

    /// Notes a mistake and returns `None`.
    pub(super) fn refuse<T>(&self, problem: Problem) -> Option<T> {
        self.files.problems.refuse(problem)
    }

    /// Whether there are any mistakes so far.
    pub(super) fn found_mistakes(&self) -> bool {
        !self.files.problems.is_empty()
    }

    /// Notes the parameters that nothing uses.
    pub(super) fn refuse_unused_params(&self) {
        for param in &self.params {
            if !param.used.get() {
                let message = format!("parameter `{}` is not used", param.name);
                let problem = Problem::at(param.at, message);
                self.note(problem.label(format!("nothing says `${}`", param.name)));
            }
        }
    }

    fn param(&self, name: &str, at: Origin) -> Option<&Param<'t>> {
        let Some(param) = self.params.iter().find(|param| param.name == name) else {
            let problem = Problem::at(at, format!("parameter `{name}` is not defined"));
            let problem = match self.params.is_empty() {
                true => problem.label("there are no `[params]`"),
                false => problem,
            };
            return self.refuse(problem.names(name, self.params.iter().map(|p| p.name)));
        };
        param.used.set(true);
        Some(param)
    }

    /// The node itself, or the parameter it stands for.
    pub(super) fn resolve(&self, node: &'t Node) -> Option<&'t Node> {
        let Some(name) = node
            .as_text()
            .and_then(|text| text.trim().strip_prefix('$'))
        else {
            return Some(node);
        };
        let node = self.param(name, node.origin)?.node;
        if node.as_text().is_some_and(|text| text.contains('$')) {
            let problem = Problem::at(node.origin, "a parameter cannot refer to another");
            return self.refuse(problem);
        }
        Some(node)
    }

    /// Gives `body` a part of an expression, or the parameter it stands for.
    pub(super) fn argument<T>(
        &self,
        piece: Piece<'_>,
        body: impl FnOnce(Piece<'_>) -> Option<T>,
    ) -> Option<T> {
        let Some(name) = piece.text.strip_prefix('$') else {
            return body(piece);
        };
        let param = self.param(name, piece.origin())?;
        match &param.node.value {
            Value::Text { .. } => body(Piece::of(param.node)?),
            Value::Integer(_) | Value::Float(_) => body(Piece::spelled(&param.digits, param.node)),
            _ => {
                let kind = param.node.kind();
                let message = format!("parameter `{name}` is {kind}, and used inside a text");
                self.refuse(
                    Problem::at(param.node.origin, message).label("expected a text or a number"),
                )
            }
        }
    }

    /// Notes that a value is of the wrong kind.
    pub(super) fn wrong_kind<T>(&self, node: &Node, expected: &str) -> Option<T> {
        let message = format!("expected {expected}, found {}", node.kind());
        self.refuse(Problem::at(node.origin, message))
    }

    /// A text.
    pub(super) fn text(&self, node: &'t Node, expected: &str) -> Option<&'t str> {
        if self.asks(node, || Kind::Text) {
            return None;
        }
        let node = self.resolve(node)?;
        node.as_text().or_else(|| self.wrong_kind(node, expected))
    }

    /// A text as a piece that can be taken apart.
    pub(super) fn piece(&self, node: &'t Node, expected: &str) -> Option<Piece<'t>> {
        if self.asks(node, || Kind::Text) {
            return None;
        }
        let node = self.resolve(node)?;
        Piece::of(node).or_else(|| self.wrong_kind(node, expected))
    }

    /// True or false.
    pub(super) fn flag(&self, node: &'t Node) -> Option<bool> {
        if self.asks(node, || Kind::Flag) {
            return None;
        }
        match self.resolve(node)?.value {
            Value::Bool(value) => Some(value),
            _ => self.wrong_kind(node, "true or false"),
        }
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&self, node: &'t Node, words: &[(&str, T)]) -> Option<T> {
        if self.asks(node, || Kind::Words(names(words.iter().map(|w| w.0)))) {
            return None;
        }
        let text = self.text(node, "a word in quotes")?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let problem = Problem::at(node.origin, format!("unknown word `{text}`"));
        self.refuse(problem.names(text, words.iter().map(|(word, _)| *word)))
    }

    /// A table.
    pub(super) fn table(&self, node: &'t Node, expected: &str) -> Option<&'t Table> {
        self.asks(node, || Kind::Table);
        node.as_table().or_else(|| self.wrong_kind(node, expected))
    }

    /// A name that can be a part of a path.
    pub(super) fn name(&self, node: &'t Node) -> Option<&'t str> {
        if self.asks(node, || Kind::Name) {
            return None;
        }
        let name = self.text(node, "a name")?;
        self.plain_name(name, node.origin).then_some(name)
    }

    /// Whether a name can be a part of a path, and not the word that takes back what a model says; notes it if not.
    pub(super) fn plain_name(&self, name: &str, at: Origin) -> bool {
        let part = !name.contains(|c: char| c == '.' || c == '=' || c.is_control());
        let plain = part && !["", "none"].contains(&name);
        if !plain {
            let problem = Problem::at(at, format!("`{name}` cannot be a name"));
            let problem =
                problem.label("names are parts of paths: no `.`, no `=`, neither empty nor `none`");
            self.note(problem);
        }
        plain
    }

    /// A list.
    pub(super) fn list(&self, node: &'t Node, expected: &str) -> Option<&'t [Node]> {
        if let Some(notes) = &self.notes {
            return Some(std::slice::from_ref(notes.item(node)));
        }
        match &node.value {
            Value::List(items) => Some(items),
            _ => self.wrong_kind(node, expected),
        }
    }

    /// A whole number in a range.
    pub(super) fn whole(&self, node: &'t Node, range: RangeInclusive<u32>) -> Option<u32> {
        let (least, most) = (*range.start(), *range.end());
        if self.asks(node, || Kind::Whole(least.into(), most.into())) {
            return None;
        }
        let node = self.resolve(node)?;
        let number = match node.value {
            Value::Integer(number) => number,
            Value::Float(number) if number.fract() == 0.0 => {
                let message = match number > most.into() {
                    true => format!(
                        "this number is too large: expected a whole number of at most {most}"
                    ),
                    false => "expected a whole number, without a point and an exponent".to_owned(),
                };
                return self.refuse(Problem::at(node.origin, message));
            }
            _ => return self.wrong_kind(node, "a whole number"),
        };
        if let Some(number) = u32::try_from(number).ok().filter(|n| range.contains(n)) {
            return Some(number);
        }
        let range = match number < least.into() {
            true => format!("of at least {least}"),
            false => format!("of at most {most}"),
        };
        let message = format!("expected a whole number {range}, found {number}");
        self.refuse(Problem::at(node.origin, message))
    }

    /// A number that is not negative.
    pub(super) fn number(&self, node: &'t Node) -> Option<f64> {
        if self.asks(node, || Kind::Number) {
            return None;
        }
        let node = self.resolve(node)?;
        let number = match node.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => return self.wrong_kind(node, "a number"),
        };
        if (0.0..=MAX_NUMBER).contains(&number) {
            return Some(number);
        }
        let message = match number > MAX_NUMBER {
            true => "this number is too large".to_owned(),
            false => format!("expected a number of zero or more, found {number}"),
        };
        self.refuse(Problem::at(node.origin, message))
    }

    /// A time, not negative.
    pub(super) fn span(&self, node: &'t Node) -> Option<Span> {
        let piece = self.with_unit(node, Quantity::Time, "a time", "\"2ms\"")?;
        quantity::time(piece, &self.files.problems)
    }

    /// A time that is not zero.
    pub(super) fn positive_span(&self, node: &'t Node) -> Option<Span> {
        let span = self.span(node)?;
        if !span.is_zero() {
            return Some(span);
        }
        let origin = self.resolve(node)?.origin;
        self.refuse(Problem::at(origin, "expected a time of more than zero"))
    }

    /// The time between two ticks of a kernel; none is zero.
    pub(super) fn tick(&self, node: &'t Node) -> Option<Span> {
        let span = self.span(node)?;
        if span.is_zero() || span >= SHORTEST_TICK {
            return Some(span);
        }
        let origin = self.resolve(node)?.origin;
        let wanted = "expected `0s`, which is no tick, or at least `0.1ms`; Linux has 1 to 10 ms";
        self.refuse(Problem::at(origin, "this tick is too short").label(wanted))
    }

    /// A rate per second, not zero.
    pub(super) fn rate(&self, node: &'t Node) -> Option<f64> {
        let piece = self.with_unit(node, Quantity::Rate, "a rate", "\"400/s\"")?;
        let rate = quantity::rate(piece, &self.files.problems)?;
        if rate > 0.0 {
            return Some(rate);
        }
        self.refuse(Problem::at(
            piece.origin(),
            "expected a rate of more than zero",
        ))
    }

    /// A size in bytes.
    pub(super) fn size(&self, node: &'t Node) -> Option<u64> {
        let piece = self.with_unit(node, Quantity::Size, "a size", "\"64KiB\"")?;
        quantity::size(piece, &self.files.problems)
    }

    /// A size that is not zero.
    pub(super) fn positive_size(&self, node: &'t Node) -> Option<u64> {
        let size = self.size(node)?;
        if size > 0 {
            return Some(size);
        }
        let origin = self.resolve(node)?.origin;
        self.refuse(Problem::at(origin, "expected a size of more than zero"))
    }

    /// Bytes per second, not zero.
    pub(super) fn flow(&self, node: &'t Node) -> Option<f64> {
        let piece = self.with_unit(node, Quantity::Flow, "a flow", "\"40MB/s\"")?;
        let flow = quantity::flow(piece, &self.files.problems)?;
        if flow > 0.0 {
            return Some(flow);
        }
        self.refuse(Problem::at(
            piece.origin(),
            "expected a flow of more than zero",
        ))
    }

    /// A share between 0 and 1.
    pub(super) fn fraction(&self, node: &'t Node) -> Option<f64> {
        if self.asks(node, || Kind::Quantity(Quantity::Share)) {
            return None;
        }
        let node = self.resolve(node)?;
        if let Some(piece) = Piece::of(node) {
            return quantity::fraction(piece, &self.files.problems);
        }
        let number = self.number(node)?;
        if number <= 1.0 {
            return Some(number);
        }
        let problem = Problem::at(node.origin, "a probability is at most 100%");
        self.refuse(problem.label("expected a share such as \"5%\" or 0.05"))
    }

    /// A text with a unit in it.
    fn with_unit(
        &self,
        node: &'t Node,
        quantity: Quantity,
        what: &str,
        example: &str,
    ) -> Option<Piece<'t>> {
        if self.asks(node, || Kind::Quantity(quantity)) {
            return None;
        }
        let node = self.resolve(node)?;
        let expected = format!("expected {what} such as {example}");
        self.refuse(match &node.value {
            Value::Text { .. } => return Piece::of(node),
            Value::Integer(n) => {
                Problem::at(node.origin, format!("`{n}` has no unit")).label(expected)
            }
            Value::Float(x) => {
                Problem::at(node.origin, format!("`{x}` has no unit")).label(expected)
            }
            _ => Problem::at(
                node.origin,
                format!("expected {what}, found {}", node.kind()),
            )
            .label(expected),
        })
    }
}

/// Names as a list of their own.
pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
