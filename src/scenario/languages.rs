//! `languages.toml`: how much CPU the same logic costs in each language, by kind of work.

use super::diagnostic::Problem;
use super::keys::Keys;
use super::reader::Reader;
use super::source::Origin;
use super::tree::{Entry, Node, Table};
use crate::kernel::Span;

/// The key of a kind that is not a language.
const UNIT: &str = "unit";

/// Kinds of work × languages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Languages {
    /// In the order of the file.
    pub kinds: Vec<KindOfWork>,
}

/// A kind of work (`template`, `orm` ...) and what it costs in each language.
#[derive(Clone, Debug, PartialEq)]
pub struct KindOfWork {
    /// The name that a `cpu` step's `kind` says.
    pub name: String,
    /// What it is counted in, if anything was measured that can be counted.
    pub unit: Option<WorkUnit>,
    /// The languages, in the order of the file.
    pub languages: Vec<LanguageRatio>,
}

/// A countable piece of work, and what it was measured to cost.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkUnit {
    /// What people count: `rows`.
    pub name: String,
    /// CPU time of one.
    pub cpu: Span,
    /// The language it was measured in.
    pub language: String,
    /// Where the figure is from.
    pub source: String,
}

/// What a kind of work costs in a language, relative to the others in the row.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageRatio {
    /// The language.
    pub language: String,
    /// Relative CPU time.
    pub ratio: f64,
    /// The least it may be.
    pub low: f64,
    /// The most it may be.
    pub high: f64,
    /// Where the figure is from.
    pub source: String,
}

impl Languages {
    /// The kind of this name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&KindOfWork> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// Whether any kind has a figure for this language.
    #[must_use]
    pub fn knows(&self, language: &str) -> bool {
        self.kinds.iter().any(|kind| kind.of(language).is_some())
    }

    /// All languages, in the order of the file.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for language in self.kinds.iter().flat_map(|kind| &kind.languages) {
            if !names.contains(&language.language.as_str()) {
                names.push(&language.language);
            }
        }
        names
    }
}

impl KindOfWork {
    /// What it costs in this language.
    #[must_use]
    pub fn of(&self, language: &str) -> Option<&LanguageRatio> {
        self.languages
            .iter()
            .find(|ratio| ratio.language == language)
    }
}

/// Reads `languages.toml`.
pub(super) fn languages<'t>(table: &'t Table, reader: &Reader<'t>) -> Languages {
    let mut keys = Keys::of(table, reader);
    keys.read("title", |r, node| r.text(node, "a text"));
    let kinds = keys.read("kinds", |r, node| r.table(node, "a table of kinds of work"));
    keys.finish();
    let kinds = kinds.map_or(&[][..], |table| reader.entries(table));
    let kind = |entry: &'t Entry| {
        let table = reader.table(&entry.node, "a table of languages")?;
        let mut keys = Keys::of(table, reader);
        let at = keys.at(UNIT).unwrap_or(entry.at);
        let unit = keys.read(UNIT, |r, node| unit(r, node, at));
        let languages = reader.entries(table).iter();
        let ratios = languages
            .filter(|entry| entry.key != UNIT)
            .filter_map(|entry| ratio(entry, reader));
        Some(KindOfWork {
            name: entry.key.clone(),
            unit,
            languages: ratios.collect(),
        })
    };
    let languages = Languages {
        kinds: kinds.iter().filter_map(kind).collect(),
    };
    refuse_units_in_other_languages(kinds, &languages, reader);
    languages
}

fn unit<'t>(reader: &Reader<'t>, node: &'t Node, at: Origin) -> Option<WorkUnit> {
    let example = "a table such as { name = \"rows\", cpu = \"13.4us\", language = \"python\", source = \"...\" }";
    let mut keys = Keys::of(reader.table(node, example)?, reader);
    let name = keys.read("name", |r, node| r.name(node));
    let cpu = keys.read("cpu", |r, node| r.positive_span(node));
    let language = keys.read("language", |r, node| r.text(node, "a language"));
    let source = keys.read("source", |r, node| r.text(node, "a text"));
    for key in ["name", "cpu", "language", "source"] {
        keys.need(key, || missing(at, UNIT, key));
    }
    keys.finish();
    Some(WorkUnit {
        name: name?.to_owned(),
        cpu: cpu?,
        language: language?.to_owned(),
        source: source?.to_owned(),
    })
}

/// A unit is measured in a language that its kind has a ratio for.
fn refuse_units_in_other_languages(kinds: &[Entry], languages: &Languages, reader: &Reader<'_>) {
    for kind in &languages.kinds {
        let Some(unit) = &kind.unit else { continue };
        if kind.of(&unit.language).is_none() {
            let entry = kinds.iter().find(|entry| entry.key == kind.name);
            let at = entry.and_then(|entry| entry.node.as_table()?.entry(UNIT));
            if let Some(at) = at {
                let message = format!("`{}` has no ratio for `{}`", kind.name, unit.language);
                reader.note(Problem::at(at.node.origin, message));
            }
        }
    }
}

fn ratio<'t>(entry: &'t Entry, reader: &Reader<'t>) -> Option<LanguageRatio> {
    let table = reader.table(&entry.node, "a table with a `ratio` and its `source`")?;
    let mut keys = Keys::of(table, reader);
    let ratio = keys.read("ratio", |r, node| positive(r, node));
    let low = keys.read("low", |r, node| positive(r, node));
    let high = keys.read("high", |r, node| positive(r, node));
    let source = keys.read("source", |r, node| r.text(node, "a text"));
    for key in ["ratio", "source"] {
        keys.need(key, || missing(entry.at, &entry.key, key));
    }
    keys.finish();
    let ratio = ratio?;
    let (low, high) = (low.unwrap_or(ratio), high.unwrap_or(ratio));
    if low > ratio || ratio > high {
        let message = format!("the ratio {ratio} is not between {low} and {high}");
        return reader.refuse(Problem::at(entry.node.origin, message));
    }
    let source = source?.to_owned();
    Some(LanguageRatio {
        language: entry.key.clone(),
        ratio,
        low,
        high,
        source,
    })
}

fn missing(at: Origin, name: &str, key: &str) -> Problem {
    Problem::at(at, format!("`{name}` has no `{key}`"))
}

fn positive<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<f64> {
    let number = reader.number(node)?;
    if number > 0.0 {
        return Some(number);
    }
    reader.refuse(Problem::at(
        node.origin,
        "expected a number of more than zero",
    ))
}
