//! Shapes as a JSON Schema.
//!
//! Each value is one flat schema as far as it can be (`type`, `pattern`, `minimum` side by side, each of which only looks at its own
//! kind of value), not a choice of several: editors then underline the value and not the table around it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::FileKind;
use super::ask::{Asked, ask};
use super::conditions::conditions;
use super::docs::{Docs, join};
use super::page::{default_text, kinds_text};
use crate::scenario::blanks::{Key, Kind, Program, Quantity, Shape};
use crate::scenario::{law, quantity};

/// Takes back what a model says.
const NONE: &str = "none";
/// A parameter of the scenario.
const PARAM: &str = r"\s*\$.+";

/// The schema of a kind of file.
pub(super) fn schema(kind: FileKind) -> Value {
    let mut writer = Writer {
        asked: ask(kind),
        docs: Docs::read(),
        used: Vec::new(),
        shared: Map::new(),
    };
    let mut file = writer.value(Place::file(kind));
    // A step may bring in another program's.
    let mut next = 0;
    while let Some(&(program, over)) = writer.used.get(next) {
        let place = Place {
            shape: writer.asked.step(program),
            path: "step".to_owned(),
            over,
            none: false,
        };
        let step = writer.value(place);
        writer.shared.insert(definition(program, over), step.into());
        next += 1;
    }
    file.insert(
        "$schema".into(),
        "http://json-schema.org/draft-07/schema#".into(),
    );
    file.insert("title".into(), format!("Crossover: {}", kind.name()).into());
    if let FileKind::Model | FileKind::Host = kind {
        let alone = json!({ "not": { "required": ["model"] } });
        file.insert("if".into(), alone);
        file.insert("then".into(), writer.alone(0).into());
    }
    file.insert("definitions".into(), writer.shared.into());
    file.into()
}

/// A value's shape, and where it stands.
pub(super) struct Place {
    pub(super) shape: usize,
    pub(super) path: String,
    /// Whether it is put over what is said elsewhere.
    over: bool,
    /// Whether the word `none` takes back what a model says.
    none: bool,
}

impl Place {
    /// A whole file.
    pub(super) fn file(kind: FileKind) -> Self {
        let path = match kind {
            FileKind::Scenario => "",
            kind => kind.name(),
        };
        Self {
            shape: 0,
            path: path.to_owned(),
            over: false,
            none: false,
        }
    }
}

struct Writer {
    asked: Asked,
    docs: Docs,
    /// Steps that something refers to.
    used: Vec<(Program, bool)>,
    /// Tables that stand in several places.
    shared: Map<String, Value>,
}

impl Writer {
    fn value(&mut self, place: Place) -> Map<String, Value> {
        let shape = self.asked.shapes.get(place.shape).cloned();
        let shape = shape.unwrap_or_default();
        let mut types = BTreeSet::new();
        let mut text = Texts::default();
        let mut out = Map::new();
        for kind in &shape.kinds {
            match kind {
                Kind::Anything => return out,
                Kind::Text => text.free = true,
                Kind::Known(names) => {
                    text.free = true;
                    text.words.extend(names.iter().cloned());
                }
                Kind::Words(words) => text.words.extend(words.iter().cloned()),
                Kind::Name => text.patterns.push("[^.=]+".to_owned()),
                Kind::Flag => {
                    types.insert("boolean");
                }
                Kind::Whole(least, most) => whole(&mut out, &mut types, *least, *most),
                Kind::Number => number(&mut out, &mut types, 1e12),
                Kind::Quantity(quantity) => {
                    text.patterns.push(quantity::pattern(*quantity));
                    if *quantity == Quantity::Share {
                        number(&mut out, &mut types, 1.0);
                    }
                }
                Kind::Law => text.patterns.push(law::pattern(true)),
                Kind::Count => {
                    text.patterns.push(law::pattern(false));
                    whole(&mut out, &mut types, 0, u32::MAX.into());
                }
                Kind::Table => {
                    types.insert("object");
                    self.table(&mut out, &shape, &place);
                }
                Kind::List(item) => {
                    let item = |over| Place {
                        shape: *item,
                        path: place.path.clone(),
                        over,
                        none: false,
                    };
                    let whole = self.value(item(false));
                    types.insert("array");
                    out.insert("items".into(), whole.into());
                    if place.over {
                        let changed = self.value(item(true));
                        types.insert("object");
                        out.insert("additionalProperties".into(), changed.into());
                    }
                }
                Kind::Steps(program) => {
                    types.insert("array");
                    out.insert("items".into(), self.step(*program, false));
                    if place.over {
                        types.insert("object");
                        let changed = self.step(*program, true);
                        out.insert("additionalProperties".into(), changed);
                    }
                }
            }
        }
        let scalar = types.iter().any(|t| !["object", "array"].contains(t)) || text.any();
        text.write(&mut out, &mut types, place.none, scalar);
        let types: Vec<Value> = types.into_iter().map(Value::from).collect();
        let types = match &types[..] {
            [one] => one.clone(),
            _ => types.into(),
        };
        out.insert("type".into(), types);
        out
    }

    /// A reference to the definition of a program's steps.
    fn step(&mut self, program: Program, over: bool) -> Value {
        if !self.used.contains(&(program, over)) {
            self.used.push((program, over));
        }
        json!({ "$ref": format!("#/definitions/{}", definition(program, over)) })
    }

    fn table(&mut self, out: &mut Map<String, Value>, shape: &Shape, place: &Place) {
        let mut properties = Map::new();
        for key in &shape.keys {
            let over = place.over || key.over;
            properties.insert(
                key.name.into(),
                self.described(key.shape, join(&place.path, key.name), over, true),
            );
        }
        let entry = shape.entries.map(|entry| {
            let path = join(&place.path, "*");
            self.described(entry, path, place.over, false)
        });
        let others = match (entry, &shape.names) {
            (Some(entry), Some(names)) => {
                for name in names {
                    properties.insert(name.clone(), entry.clone());
                }
                Value::from(false)
            }
            (Some(entry), None) => self.shared(&place.path, place.over, entry),
            (None, _) => false.into(),
        };
        out.insert("properties".into(), properties.into());
        out.insert("additionalProperties".into(), others);
        let needed = needed(shape, |key| !place.over && !key.over);
        if !needed.is_empty() {
            out.insert("required".into(), needed.into());
        }
        if !place.over {
            conditions(out, &self.asked, shape);
        }
    }

    /// What must hold besides where a file that may be put over another is not.
    fn alone(&self, shape: usize) -> Map<String, Value> {
        let mut out = Map::new();
        let shape = &self.asked.shapes[shape];
        let list = |kind: &Kind| matches!(kind, Kind::List(_) | Kind::Steps(_));
        if shape.kinds.iter().any(list) {
            out.insert("not".into(), json!({ "type": "object" }));
        }
        let keys = shape.keys.iter();
        let keys = keys.map(|key| (key.name.to_owned(), self.alone(key.shape)));
        let keys: Map<String, Value> = keys
            .filter(|(_, alone)| !alone.is_empty())
            .map(|(name, alone)| (name, alone.into()))
            .collect();
        if !keys.is_empty() {
            out.insert("properties".into(), keys.into());
        }
        let entry = shape.entries.map(|entry| self.alone(entry));
        if let Some(entry) = entry.filter(|entry| !entry.is_empty()) {
            out.insert("additionalProperties".into(), entry.into());
        }
        let needed = needed(shape, |_| true);
        if !needed.is_empty() {
            out.insert("required".into(), needed.into());
        }
        out
    }

    /// A reference to what a table's entries are, which is written down once.
    fn shared(&mut self, table: &str, over: bool, entry: Value) -> Value {
        let name = table
            .trim_end_matches(".*")
            .rsplit('.')
            .next()
            .unwrap_or(table);
        let name = format!("{name}{}", if over { "-changes" } else { "" });
        let known = self.shared.iter().find(|(_, known)| **known == entry);
        let name = match known {
            Some((known, _)) => known.clone(),
            None if self.shared.contains_key(&name) => return entry,
            None => {
                self.shared.insert(name.clone(), entry);
                name
            }
        };
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    /// A value with its description.
    fn described(&mut self, shape: usize, path: String, over: bool, none: bool) -> Value {
        let doc = self.docs.of(&path).map(|(_, doc)| doc.clone());
        let kinds = &self.asked.shapes[shape].kinds;
        let mut text = vec![
            doc.as_ref()
                .map_or_else(String::new, |doc| doc.text.clone()),
        ];
        text.extend(kinds_text(kinds).map(|kinds| format!("Written as {kinds}.")));
        let default = doc.and_then(|doc| doc.default);
        text.extend(
            default
                .as_ref()
                .map(|d| format!("Default: `{}`.", default_text(d))),
        );
        let mut value = self.value(Place {
            shape,
            path,
            over,
            none,
        });
        value.insert("description".into(), text.join("\n\n").into());
        if let Some(default) = default {
            value.insert("default".into(), default);
        }
        value.into()
    }
}

/// The keys that must be there, of some.
fn needed(shape: &Shape, of: impl Fn(&Key) -> bool) -> Vec<&'static str> {
    let needed = |key: &&Key| key.needed.contains(&None) && of(key);
    shape
        .keys
        .iter()
        .filter(needed)
        .map(|key| key.name)
        .collect()
}

fn definition(program: Program, over: bool) -> String {
    let name = match program {
        Program::Endpoint => "step",
        Program::Model => "model-step",
        Program::Call => "call-step",
    };
    let over = if over { "-changes" } else { "" };
    format!("{name}{over}")
}

fn whole(out: &mut Map<String, Value>, types: &mut BTreeSet<&str>, least: u64, most: u64) {
    types.insert("integer");
    out.insert("minimum".into(), least.into());
    out.insert("maximum".into(), most.into());
}

fn number(out: &mut Map<String, Value>, types: &mut BTreeSet<&str>, most: f64) {
    types.insert("number");
    out.insert("minimum".into(), 0.into());
    out.insert("maximum".into(), most.into());
}

/// What texts a value may be.
#[derive(Default)]
struct Texts {
    free: bool,
    words: Vec<String>,
    patterns: Vec<String>,
}

impl Texts {
    fn any(&self) -> bool {
        self.free || !self.words.is_empty() || !self.patterns.is_empty()
    }

    /// Writes what texts may say. A scalar may be a parameter.
    fn write(
        self,
        out: &mut Map<String, Value>,
        types: &mut BTreeSet<&str>,
        none: bool,
        scalar: bool,
    ) {
        let mut all = Vec::new();
        if !self.patterns.is_empty() {
            all.push(format!(r"\s*(?:{})\s*", self.patterns.join("|")));
        }
        all.extend(none.then(|| NONE.to_owned()));
        all.extend(scalar.then(|| PARAM.to_owned()));
        if !self.free && self.words.is_empty() && all.is_empty() {
            return;
        }
        types.insert("string");
        let pattern = format!("^(?:{})$", all.join("|"));
        if self.words.is_empty() {
            if !self.free {
                out.insert("pattern".into(), pattern.into());
            }
            return;
        }
        let others = match self.free {
            true => json!({ "type": "string" }),
            false => json!({ "pattern": pattern }),
        };
        // A list is no word, and has no pattern: of several kinds, this looks at texts only.
        out.insert("anyOf".into(), json!([{ "enum": self.words }, others]));
    }
}
