//! Texts that were read, and places in them.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// A range of bytes in one of the texts of [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    source: usize,
    start: usize,
    end: usize,
}

impl Origin {
    /// The bytes `range` of the text `source`.
    pub(super) fn new(source: usize, range: Range<usize>) -> Self {
        Self {
            source,
            start: range.start,
            end: range.end,
        }
    }

    /// The index of the text.
    pub(super) fn source(self) -> usize {
        self.source
    }

    /// The bytes within the text.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A text and what people call it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// A path, or `--set`.
    pub(super) name: String,
    /// What it says.
    pub(super) text: Arc<str>,
}

/// Every text read for one scenario: files, models, overrides, samples.
#[derive(Debug, Default)]
pub(super) struct Sources(RefCell<Vec<Source>>);

impl Sources {
    /// Takes a text in and returns its index.
    pub(super) fn add(&self, name: impl Into<String>, text: impl Into<Arc<str>>) -> usize {
        let mut all = self.0.borrow_mut();
        all.push(Source {
            name: name.into(),
            text: text.into(),
        });
        all.len() - 1
    }

    /// The text with this index.
    pub(super) fn get(&self, index: usize) -> Source {
        self.0.borrow()[index].clone()
    }
}
