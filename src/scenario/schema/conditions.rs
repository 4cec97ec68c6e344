//! Keys that go together, as the parts of a JSON Schema that look at a whole table: `oneOf`, `dependencies`, `if` and `then`.

use serde_json::{Map, Value, json};

use super::ask::Asked;
use crate::scenario::blanks::{Beside, Key, Kind, Shape};

/// Which keys go together.
pub(super) fn conditions(out: &mut Map<String, Value>, asked: &Asked, shape: &Shape) {
    if !shape.one_of.is_empty() {
        let each = shape.one_of.iter().map(|key| json!({ "required": [key] }));
        out.insert("oneOf".into(), each.collect());
    }
    let mut dependencies = Map::new();
    for key in &shape.keys {
        let beside = key.beside.iter().filter(|(_, word)| word.is_none());
        let any: Vec<Value> = beside
            .map(|(other, _)| json!({ "required": [other] }))
            .collect();
        if !any.is_empty() {
            dependencies.insert(key.name.into(), json!({ "anyOf": any }));
        }
    }
    for key in &shape.keys {
        for needed in key.needed.iter().flatten() {
            if let (other, None) = *needed {
                dependencies.insert(other.into(), json!([key.name]));
            }
        }
    }
    if !dependencies.is_empty() {
        out.insert("dependencies".into(), dependencies.into());
    }
    let mut beside = shape.keys.iter().flat_map(|key| &key.beside);
    let on = beside.find_map(|&(on, word)| word.map(|_| on));
    if let Some(on) = shape.keys.iter().find(|key| Some(key.name) == on) {
        out.extend(by_words(asked, shape, on));
    }
}

/// Which keys mean something with which word of the key `on`; left out, it says the first.
fn by_words(asked: &Asked, shape: &Shape, on: &Key) -> Map<String, Value> {
    let words = asked.shapes[on.shape]
        .kinds
        .iter()
        .find_map(|kind| match kind {
            Kind::Words(words) => Some(&words[..]),
            _ => None,
        });
    let mut rest = Map::new();
    for (i, word) in words.unwrap_or_default().iter().enumerate().rev() {
        let this = |beside: &Beside| *beside == (on.name, Some(word.as_str()));
        let foreign = |key: &&Key| !key.beside.is_empty() && !key.beside.iter().any(this);
        let foreign = shape.keys.iter().filter(foreign);
        let foreign: Map<_, _> = foreign
            .map(|key| (key.name.to_owned(), false.into()))
            .collect();
        let needed = shape
            .keys
            .iter()
            .filter(|key| key.needed.iter().flatten().any(this));
        let needed: Vec<&str> = needed.map(|key| key.name).collect();
        let mut says = json!({ "properties": { on.name: { "enum": [word] } } });
        if i > 0 {
            says["required"] = json!([on.name]);
        }
        let mut chosen = Map::new();
        chosen.insert("if".into(), says);
        chosen.insert(
            "then".into(),
            json!({ "properties": foreign, "required": needed }),
        );
        if !rest.is_empty() {
            chosen.insert("else".into(), rest.into());
        }
        rest = chosen;
    }
    rest
}
