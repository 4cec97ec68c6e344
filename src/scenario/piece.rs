//! Parts of a text value, each of which knows where it was written.

use std::ops::Range;

use super::source::Origin;
use super::tree::{Node, Value};

/// A part of a text value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    /// What it says, without white space around it.
    pub(super) text: &'t str,
    /// Where the text's first byte stands in the source; `None` if the source spells it with escapes.
    start: Option<usize>,
    whole: Origin,
}

impl<'t> Piece<'t> {
    /// The whole of a text value; `None` for other values.
    pub(super) fn of(node: &'t Node) -> Option<Self> {
        match &node.value {
            Value::Text { text, inner } => Some(
                Self {
                    text,
                    start: *inner,
                    whole: node.origin,
                }
                .trimmed(),
            ),
            _ => None,
        }
    }

    /// The value of a node, spelled by someone else.
    pub(super) fn spelled(text: &'t str, node: &Node) -> Self {
        Self {
            text,
            start: None,
            whole: node.origin,
        }
    }

    /// A part of a source that is not TOML.
    pub(super) fn raw(text: &'t str, source: usize, start: usize) -> Self {
        let whole = Origin::new(source, start..start + text.len());
        Self {
            text,
            start: Some(start),
            whole,
        }
        .trimmed()
    }

    /// Where it was written: the whole value where that can't be told more finely.
    pub(super) fn origin(self) -> Origin {
        match self.start {
            Some(start) if !self.text.is_empty() => {
                Origin::new(self.whole.source(), start..start + self.text.len())
            }
            _ => self.whole,
        }
    }

    /// A part of this part.
    pub(super) fn part(self, range: Range<usize>) -> Self {
        let start = self.start.map(|start| start + range.start);
        Self {
            text: self.text.get(range).unwrap_or(""),
            start,
            whole: self.whole,
        }
        .trimmed()
    }

    /// What is before and behind the byte at `index`, which must be of one byte.
    pub(super) fn split(self, index: usize) -> (Self, Self) {
        (self.part(0..index), self.part(index + 1..self.text.len()))
    }

    fn trimmed(self) -> Self {
        let inner = self.text.trim_start();
        let start = self
            .start
            .map(|start| start + self.text.len() - inner.len());
        Self {
            text: inner.trim_end(),
            start,
            ..self
        }
    }
}
