//! `--set PATH=VALUE`: texts of the command line that are put over the files.

use super::diagnostic::Problem;
use super::files::Files;
use super::merge::{nest, overlay};
use super::piece::Piece;
use super::source::Origin;
use super::tree::{NO_KEYS, Node, Value, parse_value};

/// Tables whose keys are names of things: an override reaches into what is there, it adds nothing.
const COLLECTIONS: [(&str, &str); 5] = [
    ("contestants", "contestant"),
    ("services", "service"),
    ("endpoints", "endpoint"),
    ("hosts", "host"),
    ("params", "parameter"),
];

/// No file is nested deeper.
const MAX_PATH: usize = 32;

/// Puts the overrides over a scenario, in order. A parameter that only they leave without use is no mistake of the file, so it
/// goes.
pub(super) fn apply(tree: &mut Node, overrides: &[String], files: &Files<'_>) {
    let before = tree.clone();
    for text in overrides {
        let source = files.sources.add("--set", text.as_str());
        if let Some(over) = read(text, source, tree, files) {
            overlay(tree, &over, &files.problems);
        }
    }
    let after = tree.clone();
    if let Value::Table(table) = &mut tree.value
        && let Some(params) = table.get_mut("params")
        && let Value::Table(params) = &mut params.value
    {
        let lost = |name: &str| says(&before, name) && !says(&after, name);
        params.entries.retain(|entry| !lost(&entry.key));
    }
}

/// Whether any text says `$name`.
fn says(node: &Node, name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match &node.value {
        Value::Text { text, .. } => text.split('$').skip(1).any(|rest| {
            rest.strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(word))
        }),
        Value::List(items) => items.iter().any(|item| says(item, name)),
        Value::Table(table) => table.entries.iter().any(|entry| says(&entry.node, name)),
        _ => false,
    }
}

fn read(text: &str, source: usize, tree: &Node, files: &Files<'_>) -> Option<Node> {
    let whole = Origin::new(source, 0..text.len());
    let Some(equals) = text.find('=') else {
        let problem = Problem::at(whole, "an override is written PATH=VALUE");
        return files.problems.refuse(problem.label("there is no `=`"));
    };
    let mut path = Vec::new();
    let mut start = 0;
    for key in text[..equals].split('.') {
        let piece = Piece::raw(key, source, start);
        if piece.text.is_empty() {
            let problem = Problem::at(whole, "an override is written PATH=VALUE");
            return files
                .problems
                .refuse(problem.label("a name in the path is empty"));
        }
        path.push((piece.text, piece.origin()));
        start += key.len() + 1;
    }
    if path.len() > MAX_PATH {
        let problem = Problem::at(whole, format!("a path has {MAX_PATH} names at most"));
        return files.problems.refuse(problem);
    }
    check_names(&path, tree, files)?;
    let value = value(text, equals + 1, source, files)?;
    Some(nest(&path, value))
}

/// Refuses a path that would add a contestant, service, endpoint, host or parameter.
pub(super) fn check_names(path: &[(&str, Origin)], tree: &Node, files: &Files<'_>) -> Option<()> {
    let (first, second) = (path.first()?, path.get(1));
    let known = tree.as_table()?.get(first.0).and_then(Node::as_table);
    let collection = COLLECTIONS.iter().find(|(table, _)| *table == first.0);
    let (Some((_, thing)), Some((name, at))) = (collection, second) else {
        return Some(());
    };
    let known = known.unwrap_or(&NO_KEYS);
    if known.get(name).is_some() || (first.0, *name) == ("hosts", "app") {
        return Some(());
    }
    let problem = Problem::at(*at, format!("there is no {thing} `{name}`"));
    files.problems.refuse(problem.names(name, known.keys()))
}

/// A TOML value; or text without quotes, such as `400/s`.
fn value(text: &str, start: usize, source: usize, files: &Files<'_>) -> Option<Node> {
    let piece = Piece::raw(&text[start..], source, start);
    let at = piece.origin();
    if piece.text.is_empty() {
        let problem = Problem::at(
            Origin::new(source, 0..text.len()),
            "this override has no value",
        );
        return files.problems.refuse(problem.label("expected PATH=VALUE"));
    }
    if piece.text.starts_with(['"', '\'', '[', '{']) {
        return parse_value(source, at.range(), &files.sources, &files.problems);
    }
    let bare = Value::Text {
        text: piece.text.to_owned(),
        inner: Some(at.range().start),
    };
    let value = match piece.text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        number => match (number.parse::<i64>(), number.parse::<f64>()) {
            (Ok(number), _) => Value::Integer(number),
            (_, Ok(number)) if piece.text.starts_with(|c: char| !c.is_ascii_alphabetic()) => {
                Value::Float(number)
            }
            _ => bare,
        },
    };
    Some(Node { value, origin: at })
}
