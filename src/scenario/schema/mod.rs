//! What may stand in the files people edit, as JSON Schemas for editors and as a page for people.
//!
//! ```text
//! the readers, shown blanks ──► shapes ─┬─► JSON Schema (json)      ◄── taplo, Even Better TOML: `#:schema PATH`
//!              (ask)                    └─► docs/format.md (page)
//!                    keys.toml: what each key means, and its default
//! ```
//!
//! Structure (keys, kinds of values, which keys must be there, which go together) is taken from the readers themselves, see
//! `scenario::blanks`. Prose is in `keys.toml`, a line for each key; tests refuse a key without a line, and a line without a key.
//!
//! The schemas are of draft 7, the latest that taplo reads. What they cannot know, `crossover check` tells: names of things that are
//! elsewhere in the file, and what values mean together. Where a table is put over a model or over the scenario, nothing must be there,
//! and a list of steps may be a table that changes some of them.

mod ask;
mod conditions;
mod docs;
mod json;
mod page;

use serde_json::Value;

pub use page::reference;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A scenario: who is compared, and under what.
    Scenario,
    /// A model of something that serves.
    Model,
    /// A model of a machine.
    Host,
    /// What work costs in each language.
    Languages,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Scenario, Self::Model, Self::Host, Self::Languages];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Model => "model",
            Self::Host => "host",
            Self::Languages => "languages",
        }
    }

    /// The kind of an embedded file, by its path.
    #[must_use]
    pub fn of_embedded(path: &str) -> Self {
        match path {
            "models/languages.toml" => Self::Languages,
            path if path.starts_with("models/hosts/") => Self::Host,
            path if path.starts_with("models/") => Self::Model,
            _ => Self::Scenario,
        }
    }

    /// Where its schema is put, beside the files.
    #[must_use]
    pub fn path(self) -> String {
        format!("schema/crossover-{}.json", self.name())
    }

    /// The first line of a file of this kind, by which editors find the schema from so many folders below the one with `schema`.
    #[must_use]
    pub fn directive(self, below: usize) -> String {
        format!("#:schema {}{}\n", "../".repeat(below), self.path())
    }
}

/// The JSON Schema, draft 7, of a kind of file.
///
/// ```
/// use crossover::scenario::schema::{FileKind, schema};
/// let run = &schema(FileKind::Scenario)["properties"]["run"];
/// assert_eq!(run["properties"]["replications"]["default"], 10);
/// ```
#[must_use]
pub fn schema(kind: FileKind) -> Value {
    json::schema(kind)
}

#[cfg(test)]
mod tests;
