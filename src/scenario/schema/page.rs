//! Shapes as a page for people: `docs/format.md`.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::FileKind;
use super::ask::{Asked, ask};
use super::docs::{Docs, join};
use super::json::Place;
use crate::scenario::blanks::{Key, Kind, Program, Quantity};
use crate::scenario::law;

/// The page's head.
const HEAD: &str = "\
# What may stand in the files

Every key of every file, as the program reads it. Made by `crossover schema reference`; a test holds it to the program.

- **Numbers with units**: times `\"2ms\"` (ns, us, ms, s, min, h), rates `\"400/s\"`, sizes `\"64KiB\"` (B, KB, MB, GB, TB; KiB, MiB, GiB, TiB),
  flows `\"40MB/s\"`, shares `\"5%\"` or `0.05`.
- **Laws of times**, wherever a law is asked for: a time, or LAWS.
- **Laws of whole numbers**: a whole number, or COUNTS.
- `\"$name\"` is a value of the scenario's `[params]`, also inside a law: `\"gamma($render, cv=0.4)\"`.
- `\"none\"` takes back what a model says, as if the key were left out.
- A table in a contestant, a service or a model with a `model` is put over what that says, key by key. A list of steps is changed by a
  table of the steps' names: `before.parse.cpu = \"0.1ms\"`.
- `NAME` stands for a name of your own; **bold** keys must be there.
";

/// The whole page.
#[must_use]
pub fn reference() -> String {
    let list = |laws: Vec<String>| {
        let laws: Vec<String> = laws.iter().map(|law| format!("`{law}`")).collect();
        laws.join(", ")
    };
    let head = HEAD.replace("LAWS", &list(law::usages(true)));
    let mut page = Page {
        text: head.replace("COUNTS", &list(law::usages(false))),
        docs: Docs::read(),
        told: BTreeSet::new(),
    };
    for kind in FileKind::ALL {
        let asked = ask(kind);
        let title = match kind {
            FileKind::Scenario => "A scenario",
            FileKind::Model => "A model: `models/NAME.toml`",
            FileKind::Host => "A host's model: `models/hosts/NAME.toml`",
            FileKind::Languages => "Languages: `models/languages.toml`",
        };
        let place = Place::file(kind);
        page.section(title, &place.path, place.shape, &asked);
        if kind == FileKind::Model {
            let title = "A step, in the lists of endpoints and models";
            page.section(title, "step", asked.step(Program::Endpoint), &asked);
            page.table("step", "step", asked.step(Program::Model), &asked);
        }
    }
    page.text
}

struct Page {
    text: String,
    docs: Docs,
    /// Paths that stand on the page.
    told: BTreeSet<String>,
}

impl Page {
    /// A heading and the table of all keys below a shape that are not told elsewhere.
    fn section(&mut self, title: &str, path: &str, shape: usize, asked: &Asked) {
        let _ = write!(
            self.text,
            "\n## {title}\n\n| key | is | default | means |\n| --- | --- | --- | --- |\n"
        );
        self.table(path, path, shape, asked);
    }

    fn table(&mut self, root: &str, path: &str, shape: usize, asked: &Asked) {
        let shape = &asked.shapes[shape];
        for key in &shape.keys {
            let needed = !key.needed.is_empty();
            self.line(
                root,
                &join(path, key.name),
                key.shape,
                Some(key),
                needed,
                asked,
            );
        }
        if let Some(entry) = shape.entries {
            self.line(root, &join(path, "*"), entry, None, false, asked);
        }
    }

    fn line(
        &mut self,
        root: &str,
        path: &str,
        shape: usize,
        key: Option<&Key>,
        needed: bool,
        asked: &Asked,
    ) {
        let Some((told, doc)) = self.docs.of(path) else {
            return;
        };
        if told != path || !self.told.insert(told) {
            return;
        }
        let kinds = &asked.shapes[shape].kinds;
        let shown = path
            .strip_prefix(root)
            .unwrap_or(path)
            .trim_start_matches('.');
        let shown = format!("`{}`", shown.replace('*', "NAME"));
        let mark = if needed { "**" } else { "" };
        let default = doc.default.as_ref();
        let default = default.map_or_else(String::new, |d| format!("`{}`", default_text(d)));
        let beside = key.map_or_else(String::new, beside);
        let is = kinds_text(kinds).unwrap_or_else(|| "a table".to_owned());
        let text = doc.text.replace('|', "\\|");
        let _ = writeln!(
            self.text,
            "| {mark}{shown}{mark} | {is} | {default} | {text}{beside} |"
        );
        self.table(root, path, shape, asked);
        for kind in kinds {
            if let Kind::List(item) = kind {
                self.table(root, path, *item, asked);
            }
        }
    }
}

/// Beside what a key means something.
fn beside(key: &Key) -> String {
    let all = key.beside.iter().map(|(other, word)| match word {
        Some(word) => format!("`{other} = \"{word}\"`"),
        None => format!("`{other}`"),
    });
    match all.collect::<Vec<_>>() {
        all if all.is_empty() => String::new(),
        all => format!(" With {}.", all.join(" or ")),
    }
}

/// A default as it would be written.
pub(super) fn default_text(default: &Value) -> String {
    default.to_string()
}

/// What kinds of value there are, as a person would say. `None`: nothing that the description does not say.
pub(super) fn kinds_text(kinds: &[Kind]) -> Option<String> {
    let all: Vec<String> = kinds.iter().map(kind_text).collect();
    (kinds != [Kind::Table]).then(|| all.join(" or "))
}

fn kind_text(kind: &Kind) -> String {
    match kind {
        Kind::Anything => "anything".to_owned(),
        Kind::Text | Kind::Known(_) => "a text".to_owned(),
        Kind::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            words.join(", ")
        }
        Kind::Name => "a name without `.` and `=`".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Whole(1, 1) => "`1`".to_owned(),
        Kind::Whole(least, most) if *most >= u32::MAX.into() => {
            format!("a whole number, at least {least}")
        }
        Kind::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Number => "a number".to_owned(),
        Kind::Quantity(quantity) => match quantity {
            Quantity::Time => "a time such as `\"2ms\"`",
            Quantity::Rate => "a rate such as `\"400/s\"`",
            Quantity::Size => "a size such as `\"64KiB\"`",
            Quantity::Flow => "a flow such as `\"40MB/s\"`",
            Quantity::Share => "a share such as `\"5%\"`",
        }
        .to_owned(),
        Kind::Law => "a law of times such as `\"2ms\"` or `\"exp(2ms)\"`".to_owned(),
        Kind::Count => "a law of whole numbers such as `3` or `\"geometric(2)\"`".to_owned(),
        Kind::Table => "a table".to_owned(),
        Kind::List(_) => "a list".to_owned(),
        Kind::Steps(_) => "a list of steps".to_owned(),
    }
}
