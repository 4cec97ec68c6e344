//! Finding and reading the files a scenario is made of: beside it first, then among those embedded.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::diagnostic::{Problem, Problems};
use super::embedded;
use super::loader::Loader;
use super::merge::overlay;
use super::source::{Origin, Sources};
use super::tree::{Node, Table, parse};

/// A model file may start from another, this far.
const MAX_BASES: usize = 8;

/// What a `model` key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModelKind {
    /// Something that serves, in `models/`.
    Server,
    /// A machine, in `models/hosts/`.
    Host,
}

/// Everything read so far, and what was wrong with it.
pub(super) struct Files<'a> {
    loader: &'a dyn Loader,
    /// The folder of the scenario; `None` for an embedded one.
    dir: Option<PathBuf>,
    /// The texts.
    pub(super) sources: Sources,
    /// The mistakes.
    pub(super) problems: Problems,
    parsed: RefCell<BTreeMap<String, Option<Rc<Node>>>>,
}

impl<'a> Files<'a> {
    /// Nothing read yet.
    pub(super) fn new(loader: &'a dyn Loader) -> Self {
        Self {
            loader,
            dir: None,
            sources: Sources::default(),
            problems: Problems::default(),
            parsed: RefCell::default(),
        }
    }

    /// Looks for models beside this file from now on.
    pub(super) fn beside(&mut self, file: &Path) {
        self.dir = Some(file.parent().unwrap_or(Path::new("")).to_owned());
    }

    /// Reads a file if there is one. `Err`: it is there, and unreadable.
    pub(super) fn open(&self, path: &Path) -> Result<Option<usize>, String> {
        let Some(bytes) = self.loader.read(path)? else {
            return Ok(None);
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(self.sources.add(path.display().to_string(), text))),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Err(format!("it is not UTF-8 text (from byte {at} on)"))
            }
        }
    }

    /// Reads a file of numbers that the scenario names.
    pub(super) fn data(&self, name: &str, at: Origin) -> Option<usize> {
        let path = match &self.dir {
            Some(dir) => dir.join(name),
            None => PathBuf::from(name),
        };
        let shown = path.display();
        self.problems.refuse(match self.open(&path) {
            Ok(Some(source)) => return Some(source),
            Ok(None) => Problem::at(at, format!("there is no file `{shown}`"))
                .label("looked for beside the scenario"),
            Err(why) => Problem::at(at, format!("cannot read `{shown}`: {why}")),
        })
    }

    /// Parses a text that was read.
    pub(super) fn tree(&self, source: usize) -> Option<Node> {
        parse(source, &self.sources, &self.problems)
    }

    /// Puts a table over the model that its key `model` names, if it has one.
    pub(super) fn complete(&self, tree: Node, kind: ModelKind) -> Option<Node> {
        self.based(tree, kind, 0)
    }

    fn based(&self, tree: Node, kind: ModelKind, depth: usize) -> Option<Node> {
        let Some(base) = tree.as_table().and_then(|table| table.get("model")) else {
            return Some(tree);
        };
        let Some(name) = base.as_text() else {
            let message = format!("expected the name of a model, found {}", base.kind());
            return self.problems.refuse(Problem::at(base.origin, message));
        };
        let mut merged = (*self.model(name, base.origin, kind, depth)?).clone();
        let rest = tree
            .as_table()
            .map(|table| table.without(&["model"]))
            .unwrap_or_default();
        overlay(&mut merged, &Node::table(rest, tree.origin), &self.problems);
        Some(merged)
    }

    fn model(&self, name: &str, at: Origin, kind: ModelKind, depth: usize) -> Option<Rc<Node>> {
        let file = match kind {
            ModelKind::Host if !name.ends_with(".toml") => format!("hosts/{name}"),
            _ => name.to_owned(),
        };
        if let Some(known) = self.parsed.borrow().get(&file) {
            return known.clone();
        }
        if depth > MAX_BASES {
            let message = format!("model `{name}` starts from itself, or from too long a chain");
            return self.problems.refuse(Problem::at(at, message));
        }
        let tree = self.find(&file, at).and_then(|source| self.tree(source));
        let tree = tree
            .and_then(|tree| self.based(tree, kind, depth + 1))
            .map(Rc::new);
        self.parsed.borrow_mut().insert(file, tree.clone());
        tree
    }

    /// `languages.toml`, the nearest one.
    pub(super) fn languages(&self) -> Option<Table> {
        let source = self.find("languages", Origin::new(0, 0..0))?;
        self.tree(source)?.as_table().cloned()
    }

    fn find(&self, name: &str, at: Origin) -> Option<usize> {
        for path in self.candidates(name) {
            match self.open(&path) {
                Ok(Some(source)) => return Some(source),
                Ok(None) => {}
                Err(why) => {
                    let message = format!("cannot read `{}`: {why}", path.display());
                    return self.problems.refuse(Problem::at(at, message));
                }
            }
        }
        if let Some(file) = embedded::model(name) {
            return Some(self.sources.add(file.path, file.text));
        }
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let siblings = embedded::models().iter().map(|file| file.name);
        let siblings = siblings.filter(|n| n.rsplit_once('/').map_or("", |(f, _)| f) == folder);
        let short = |n: &'static str| n.rsplit('/').next().unwrap_or(n);
        let wrong = name.rsplit('/').next().unwrap_or(name);
        let problem = Problem::at(at, format!("there is no model `{wrong}`"))
            .label("neither beside the scenario, nor in `models/`, nor embedded")
            .names(wrong, siblings.map(short).filter(|&n| n != "languages"));
        self.problems.refuse(problem)
    }

    fn candidates(&self, name: &str) -> Vec<PathBuf> {
        let Some(dir) = &self.dir else {
            return Vec::new();
        };
        if name.ends_with(".toml") {
            return vec![dir.join(name)];
        }
        let file = format!("{name}.toml");
        let above = match dir.components().next_back() {
            Some(Component::Normal(_)) => dir.parent().unwrap_or(dir).to_owned(),
            _ => dir.join(".."),
        };
        let mut paths = vec![
            dir.join(&file),
            dir.join("models").join(&file),
            above.join("models").join(&file),
        ];
        // A file in `models/hosts/` names its neighbours, too.
        if name.contains('/') {
            paths.push(above.join(&file));
        }
        paths
    }
}
