//! `languages.toml`: how much CPU the same logic costs in each language, by kind of work.

use super::diagnostic::Problem;
use super::reader::{Keys, Reader};
use super::source::Origin;
use super::tree::{Entry, Node, Table};

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
    /// The languages, in the order of the file.
    pub languages: Vec<LanguageRatio>,
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
    let kinds = kinds.map_or(&[][..], |table| &table.entries);
    let kind = |entry: &'t Entry| {
        let table = reader.table(&entry.node, "a table of languages")?;
        let ratios = table
            .entries
            .iter()
            .filter_map(|entry| ratio(entry, reader));
        Some(KindOfWork {
            name: entry.key.clone(),
            languages: ratios.collect(),
        })
    };
    Languages {
        kinds: kinds.iter().filter_map(kind).collect(),
    }
}

fn ratio<'t>(entry: &'t Entry, reader: &Reader<'t>) -> Option<LanguageRatio> {
    let table = reader.table(&entry.node, "a table with a `ratio` and its `source`")?;
    let mut keys = Keys::of(table, reader);
    let ratio = keys.read("ratio", |r, node| positive(r, node));
    let low = keys.read("low", |r, node| positive(r, node));
    let high = keys.read("high", |r, node| positive(r, node));
    let source = keys.read("source", |r, node| r.text(node, "a text"));
    let (has_ratio, has_source) = (keys.at("ratio").is_some(), keys.at("source").is_some());
    keys.finish();
    if !has_ratio || !has_source {
        let missing = if has_ratio { "source" } else { "ratio" };
        return missing_key(entry.at, &entry.key, missing, reader);
    }
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

fn missing_key<T>(at: Origin, name: &str, key: &str, reader: &Reader<'_>) -> Option<T> {
    reader.refuse(Problem::at(at, format!("`{name}` has no `{key}`")))
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
