//! Keys: described, known to the reader, with the defaults that the reader has.

use std::collections::BTreeSet;

use serde_json::{Map, json};

use super::*;
use crate::scenario::blanks::{Key, Kind, Program, Quantity};
use crate::scenario::schema::ask::{Asked, ask};
use crate::scenario::schema::docs::{Docs, join};

/// Visits every key below a shape: where its table is, and itself; entries have no key.
fn visit<'a>(
    asked: &'a Asked,
    shape: usize,
    path: &str,
    seen: &mut impl FnMut(&str, usize, Option<&'a Key>),
) {
    let table = &asked.shapes[shape];
    for key in &table.keys {
        seen(path, shape, Some(key));
        visit(asked, key.shape, &join(path, key.name), seen);
    }
    if let Some(entry) = table.entries {
        seen(path, shape, None);
        visit(asked, entry, &join(path, "*"), seen);
    }
    for kind in &table.kinds {
        if let Kind::List(item) = kind {
            visit(asked, *item, path, seen);
        }
    }
}

/// Visits every key of a kind of file, and of steps.
fn visit_all<'a>(
    asked: &'a Asked,
    kind: FileKind,
    seen: &mut impl FnMut(&str, usize, Option<&'a Key>),
) {
    visit(asked, 0, &json::Place::file(kind).path, seen);
    for (_, step) in &asked.steps {
        visit(asked, *step, "step", seen);
    }
}

#[test]
fn every_key_has_a_line_and_every_line_a_key() {
    let docs = Docs::read();
    let mut unused: BTreeSet<&String> = docs.0.keys().collect();
    let mut missing = BTreeSet::new();
    for kind in FileKind::ALL {
        visit_all(&ask(kind), kind, &mut |path, _, key| {
            let path = join(path, key.map_or("*", |key| key.name));
            match docs.of(&path) {
                Some((told, doc)) => {
                    unused.remove(&told);
                    assert!(doc.text.ends_with('.'), "{told}: {}", doc.text);
                }
                None => {
                    missing.insert(path);
                }
            }
        });
    }
    assert!(missing.is_empty(), "keys.toml has no line for {missing:#?}");
    assert!(unused.is_empty(), "no file has these keys: {unused:#?}");
}

/// Something was asked of each: a reader that looks at a value by itself is blind to blanks.
#[test]
fn every_key_has_a_kind_of_value() {
    for kind in FileKind::ALL {
        let asked = ask(kind);
        visit_all(&asked, kind, &mut |path, table, key| {
            let shape = key.map(|key| key.shape);
            let shape = shape.or(asked.shapes[table].entries).expect("either");
            let name = key.map_or("*", |key| key.name);
            assert!(!asked.shapes[shape].kinds.is_empty(), "{path}.{name}");
        });
    }
}

/// Every name that a reader's code gives to `read`, `get` or `need` was asked for: none hides behind a value that blanks do not have.
#[test]
fn no_key_in_the_code_was_missed() {
    let mut known = BTreeSet::new();
    for kind in FileKind::ALL {
        visit_all(&ask(kind), kind, &mut |_, _, key| {
            known.extend(key.map(|key| key.name));
        });
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario");
    let mut found = 0;
    for file in std::fs::read_dir(folder).expect("the sources") {
        let path = file.expect("a source").path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue; // a folder
        };
        for call in [
            "keys.read(",
            "keys.get(",
            "keys.need(",
            "keys\n            .read(",
        ] {
            for rest in text.split(call).skip(1) {
                if let Some(name) = rest.trim_start().strip_prefix('"') {
                    let name = name.split('"').next().unwrap_or_default();
                    assert!(known.contains(name), "{}: `{name}`", path.display());
                    found += 1;
                }
            }
        }
    }
    assert!(found > 100, "{found}");
}

/// A value of this shape, and what else its table must say.
fn sample(asked: &Asked, shape: usize) -> Value {
    let kinds = &asked.shapes[shape].kinds;
    let text = kinds.iter().find(|kind| **kind == Kind::Text);
    let Some(kind) = text.or(kinds.first()) else {
        return Value::Null;
    };
    match kind {
        Kind::Anything | Kind::Number => json!(1),
        Kind::Text | Kind::Name => json!("database"),
        Kind::Known(words) | Kind::Words(words) => json!(words[0]),
        Kind::Flag => json!(true),
        Kind::Whole(least, _) => json!(least),
        Kind::Count => json!(1),
        Kind::Law | Kind::Quantity(Quantity::Time) => json!("1ms"),
        Kind::Quantity(Quantity::Rate) => json!("1/s"),
        Kind::Quantity(Quantity::Size) => json!("1B"),
        Kind::Quantity(Quantity::Flow) => json!("1B/s"),
        Kind::Quantity(Quantity::Share) => json!("5%"),
        Kind::Table => Value::Object(companions(asked, shape, None)),
        Kind::List(item) => json!([sample(asked, *item)]),
        Kind::Steps(_) => json!([{ "wait": "1ms" }]),
    }
}

/// What a table must say for `key` to mean something in it.
fn companions(asked: &Asked, shape: usize, key: Option<&Key>) -> Map<String, Value> {
    let table = &asked.shapes[shape];
    let beside = key.and_then(|key| key.beside.first());
    let mut out = Map::new();
    let mut add = |name: &str, word: Option<&str>| {
        let Some(other) = table.keys.iter().find(|key| key.name == name) else {
            return;
        };
        let value = word.map_or_else(|| sample(asked, other.shape), Value::from);
        out.insert(name.to_owned(), value);
    };
    for other in &table.keys {
        if other
            .needed
            .iter()
            .any(|n| n.is_none() || n.as_ref() == beside)
        {
            add(other.name, None);
        }
    }
    let own = key.map(|key| key.name);
    let action = own.filter(|own| table.one_of.contains(own));
    if let Some(action) = action.or(beside.map(|b| b.0)) {
        for other in &table.keys {
            if other.needed.contains(&Some((action, None))) {
                add(other.name, None);
            }
        }
    }
    if let Some(&(name, word)) = beside {
        add(name, word);
    } else if action.is_none()
        && let Some(first) = table.one_of.first()
    {
        add(first, None);
    }
    if let (Some(own), Some(_)) = (own, &key) {
        out.remove(own);
    }
    out
}

/// A file of this kind in which the table at `path` says this.
fn file(kind: FileKind, path: &str, table: Map<String, Value>) -> Value {
    let mut file = match kind {
        FileKind::Scenario => json!({
            "endpoints": { "page": { "steps": [] } },
            "contestants": { "ideal": {} },
        }),
        FileKind::Languages => json!({ "kinds": {} }),
        FileKind::Model | FileKind::Host => json!({}),
    };
    let root = json::Place::file(kind).path;
    let path = path.strip_prefix(&root).unwrap_or(path);
    let (mut at, mut above) = (&mut file, "");
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let name = match name {
            "*" if above == "executors" => "main",
            "*" => "database",
            name => name,
        };
        at = &mut at[name];
        above = name;
    }
    match at {
        Value::Object(there) => there.extend(table),
        at => *at = table.into(),
    }
    file
}

/// A file in which a step of this program says this.
fn file_with_step(program: Program, step: Map<String, Value>) -> (FileKind, Value) {
    match program {
        Program::Endpoint => {
            let page = json!({ "page": { "steps": [step] } });
            let file = json!({ "endpoints": page, "contestants": { "ideal": {} } });
            (FileKind::Scenario, file)
        }
        Program::Model => (FileKind::Model, json!({ "before": [step] })),
        Program::Call => (
            FileKind::Model,
            json!({ "on_call": { "database": [step] } }),
        ),
    }
}

/// Every key with and without its value, or only with it where there is none: what is beside it, and where.
fn each_key(mut seen: impl FnMut(&str, Value, Value, FileKind)) {
    for kind in FileKind::ALL {
        let asked = ask(kind);
        visit(
            &asked,
            0,
            &json::Place::file(kind).path,
            &mut |path, table, key| {
                // Below a list, and what only a scenario as a whole makes sense of.
                let (Some(key), false) = (key, path.starts_with("expect")) else {
                    return;
                };
                let without = companions(&asked, table, Some(key));
                let mut with = without.clone();
                with.insert(key.name.to_owned(), sample(&asked, key.shape));
                let path = join(path, key.name);
                let table = path.rsplit_once('.').map_or("", |(table, _)| table);
                seen(
                    &path,
                    file(kind, table, without),
                    file(kind, table, with),
                    kind,
                );
            },
        );
    }
    let asked = ask(FileKind::Model);
    for &(program, shape) in &asked.steps {
        for key in &asked.shapes[shape].keys {
            let without = companions(&asked, shape, Some(key));
            let mut with = without.clone();
            with.insert(key.name.to_owned(), sample(&asked, key.shape));
            let (kind, without) = file_with_step(program, without);
            let (_, with) = file_with_step(program, with);
            seen(&format!("step.{}", key.name), without, with, kind);
        }
    }
}

/// The reader knows every key of the schema, and takes a value of the kind that the schema asks for; so does the schema.
#[test]
fn the_reader_knows_every_key() {
    let validator = Validator::new();
    let mut keys = 0;
    each_key(|path, _, with, kind| {
        if let Some(error) = validator.refuses(kind, &with) {
            panic!("{path}: {with}\n{error}");
        }
        if let Err(said) = read(kind, &with) {
            let structural = said
                .all()
                .iter()
                .find(|d| agreement::structural(&d.message, true));
            assert!(structural.is_none(), "{path}: {with}\n{said}");
        }
        keys += 1;
    });
    assert!(keys > 300, "{keys}");
}

/// A key that is left out is as if it said its default.
#[test]
fn defaults_are_what_the_reader_takes() {
    let docs = Docs::read();
    let (mut all, mut same) = (0, 0);
    each_key(|path, without, mut with, kind| {
        let Some(default) = docs.of(path).and_then(|(_, doc)| doc.default.clone()) else {
            return;
        };
        let name = path.rsplit('.').next().unwrap_or(path);
        assert!(replace(&mut with, name, &default), "{path}: {with}");
        let shown = |file| format!("{:?}", read(kind, file).map_err(|e| e.to_string()));
        let (left_out, said) = (shown(&without), shown(&with));
        all += 1;
        // What stands alone in a file may be wrong there; and what threads cost is not said of `main`, or of loops only.
        let cost = path.contains("executors.*.") && !path.ends_with(".tasks");
        if left_out.starts_with("Ok") && !cost {
            same += 1;
            assert_eq!(left_out, said, "{path} = {default}");
        }
    });
    assert!(same > 100, "{same} of {all}");
}

/// Puts another value in the place of the key of this name, however deep.
fn replace(file: &mut Value, name: &str, value: &Value) -> bool {
    match file {
        Value::Object(table) => {
            if let Some(there) = table.get_mut(name).filter(|v| !v.is_object()) {
                *there = value.clone();
                return true;
            }
            table.values_mut().any(|inner| replace(inner, name, value))
        }
        Value::Array(items) => items.iter_mut().any(|item| replace(item, name, value)),
        _ => false,
    }
}
