//! Putting one tree over another: models under contestants, overrides over everything.

use super::diagnostic::{Problem, Problems};
use super::source::Origin;
use super::tree::{Entry, Node, Table, Value};

/// Puts `over` over `base`: tables key by key, a table over a list item by item (by the items' names), anything else whole.
pub(super) fn overlay(base: &mut Node, over: &Node, problems: &Problems) {
    match (&mut base.value, &over.value) {
        (Value::Table(table), Value::Table(over)) => overlay_table(table, over, problems),
        (Value::List(items), Value::Table(over)) => {
            for entry in &over.entries {
                match position(items, &entry.key) {
                    Some(i) => overlay(&mut items[i], &entry.node, problems),
                    None => no_item(items, &entry.key, entry.at, problems),
                }
            }
        }
        _ => *base = over.clone(),
    }
}

/// Puts the keys of `over` over those of `table`.
pub(super) fn overlay_table(table: &mut Table, over: &Table, problems: &Problems) {
    for entry in &over.entries {
        match table.get_mut(&entry.key) {
            Some(node) => overlay(node, &entry.node, problems),
            None => table.entries.push(entry.clone()),
        }
    }
}

/// A key of a path and where it was written.
pub(super) type Step<'p> = (&'p str, Origin);

/// A value wrapped in tables, one for each key of the path.
pub(super) fn nest(path: &[Step<'_>], value: Node) -> Node {
    path.iter().rev().fold(value, |node, &(key, at)| {
        let entry = Entry {
            key: key.to_owned(),
            at,
            node,
        };
        Node::table(
            Table {
                entries: vec![entry],
            },
            at,
        )
    })
}

/// The item of this name in a list of steps; an item without a name is called by its position, from 1.
fn position(items: &[Node], name: &str) -> Option<usize> {
    let named = |item: &Node| item.as_table()?.get("name")?.as_text().map(|n| n == name);
    items
        .iter()
        .position(|item| named(item) == Some(true))
        .or_else(|| {
            name.parse::<usize>()
                .ok()?
                .checked_sub(1)
                .filter(|&i| i < items.len())
        })
}

fn no_item(items: &[Node], name: &str, at: Origin, problems: &Problems) {
    let names: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(i, item)| {
            let name = item.as_table().and_then(|t| t.get("name")?.as_text());
            name.map_or_else(|| (i + 1).to_string(), str::to_owned)
        })
        .collect();
    let problem = Problem::at(at, format!("this list has no item `{name}`"));
    problems.note(problem.names(name, names.iter().map(String::as_str)));
}
