//! What each key means: the lines of `keys.toml`.

use std::collections::BTreeMap;

use serde_json::Value;

/// A path and its line: a default, if there is one, and what the key means.
const LINES: &str = include_str!("keys.toml");

/// Tables that say what others say: the path of the one, and where its keys are described besides.
const ALIKE: [(&str, &str); 6] = [
    ("contestants.*", "model"),
    ("contestants.*", ""),
    ("services.*", "model"),
    ("hosts.*", "host"),
    ("expect.*.control", ""),
    ("slo.endpoints.*", "slo"),
];

/// What a key means.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Doc {
    /// What it is if it is left out, as it would be written.
    pub(super) default: Option<Value>,
    /// What it means.
    pub(super) text: String,
}

/// All lines, by their paths.
pub(super) struct Docs(pub(super) BTreeMap<String, Doc>);

impl Docs {
    /// Reads the lines. One that is not as it should be is left out.
    pub(super) fn read() -> Self {
        let lines: BTreeMap<String, Vec<Value>> = toml::from_str(LINES).unwrap_or_default();
        let doc = |(path, mut line): (String, Vec<Value>)| {
            let text = line.pop()?.as_str()?.to_owned();
            let default = line.pop();
            Some((path, Doc { default, text }))
        };
        Self(lines.into_iter().filter_map(doc).collect())
    }

    /// Where a path is described, and how.
    pub(super) fn of(&self, path: &str) -> Option<(String, &Doc)> {
        if let Some(doc) = self.0.get(path) {
            return Some((path.to_owned(), doc));
        }
        ALIKE.iter().find_map(|(table, like)| {
            let rest = path.strip_prefix(table)?.strip_prefix('.')?;
            self.of(&join(like, rest))
        })
    }
}

/// The path of a key in the table with this path.
pub(super) fn join(table: &str, key: &str) -> String {
    match table {
        "" => key.to_owned(),
        table => format!("{table}.{key}"),
    }
}
