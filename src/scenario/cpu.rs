//! `cpu` steps: the same logic in several languages.

use super::blanks::Kind;
use super::diagnostic::Problem;
use super::reader::names;
use super::source::Origin;
use super::steps::{Steps, Times};
use super::tree::{Node, Value};
use crate::kernel::Dist;
use crate::workload::Action;

/// The kind of an endpoint's `cpu` step that names none.
const DEFAULT_KIND: &str = "logic";

impl<'t> Steps<'_, 't> {
    /// A `cpu` step: its work in the language of who runs it.
    pub(super) fn cpu(
        &self,
        node: &'t Node,
        kind: Option<&'t Node>,
        in_one_call: bool,
    ) -> Option<Action> {
        let name = match (kind, self.times) {
            (Some(kind), _) => self.kind(kind),
            (None, Times::MeasuredIn(_)) => Some(DEFAULT_KIND),
            (None, Times::Own) => Some(""), // a server's own work has no ratio, and no place but its carrier
        };
        let one = || {
            let work = self.reader.dist(node)?;
            let ratio = self.ratio(name?, kind.unwrap_or(node).origin)?;
            Some((work.scaled(ratio), ratio))
        };
        let table = matches!(node.value, Value::Table(_));
        let (work, ratio) = self
            .reader
            .either(table, || self.cpu_by_language(node), one)?;
        Some(Action::Cpu {
            work: work.scaled(self.cpu_factor),
            ratio,
            kind: name?.to_owned(),
            in_one_call,
        })
    }

    /// A kind of work that `languages.toml` has.
    fn kind(&self, node: &'t Node) -> Option<&'t str> {
        let known = || self.languages.kinds.iter().map(|kind| kind.name.as_str());
        if self.reader.asks(node, || Kind::Known(names(known()))) {
            return None;
        }
        let name = self.reader.text(node, "a kind of work")?;
        if self.languages.kind(name).is_some() {
            return Some(name);
        }
        let problem = Problem::at(node.origin, format!("there is no kind of work `{name}`"));
        self.reader.refuse(problem.names(name, known()))
    }

    /// How many times longer a kind of work takes in the runner's language than in the one measured.
    fn ratio(&self, kind: &str, at: Origin) -> Option<f64> {
        let (Times::MeasuredIn(Some(from)), Some(to)) = (self.times, self.language) else {
            return Some(1.0);
        };
        if from == to {
            return Some(1.0);
        }
        let row = self.languages.kind(kind);
        let of = |language: &str| match row.and_then(|row| row.of(language)) {
            Some(ratio) => Some(ratio.ratio),
            None => {
                let message = format!("no ratio for `{kind}` work in `{language}`");
                let problem = Problem::at(at, message);
                let problem = problem.label(format!("`{}` needs one", self.runner));
                self.reader
                    .refuse(problem.help("add it to languages.toml, or give a time per language"))
            }
        };
        Some(of(to)? / of(from)?)
    }

    fn cpu_by_language(&self, node: &'t Node) -> Option<(Dist, f64)> {
        let Times::MeasuredIn(measured_in) = self.times else {
            let problem = Problem::at(node.origin, "a model's steps are in its own language");
            return self.reader.refuse(problem.label("expected one time"));
        };
        let table = self.reader.table(node, "a time for each language")?;
        let mut works: Vec<(&str, Dist)> = Vec::new();
        for entry in self.reader.entries(table) {
            if !self.languages.knows(&entry.key) {
                let problem = Problem::at(entry.at, format!("unknown language `{}`", entry.key));
                self.reader
                    .note(problem.names(&entry.key, self.languages.names()));
            }
            works.push((&entry.key, self.reader.dist(&entry.node)?));
        }
        let of = |name: &str| works.iter().find(|(language, _)| *language == name);
        let Some(reference) = measured_in.and_then(of).or(works.first()) else {
            let problem = Problem::at(node.origin, "no language is given");
            return self
                .reader
                .refuse(problem.label("expected { python = \"...\", javascript = \"...\" }"));
        };
        let own = match self.language {
            Some(language) => of(language).or_else(|| {
                let message = format!(
                    "no time for `{language}`, the language of `{}`",
                    self.runner
                );
                self.reader.refuse(Problem::at(node.origin, message))
            })?,
            None => reference,
        };
        let ratio = match reference.1.mean_ns() {
            0.0 => 1.0,
            mean => own.1.mean_ns() / mean,
        };
        // Work that costs nothing in one language cannot be put on a scale: it is taken as it is.
        let ratio = if ratio > 0.0 { ratio } else { 1.0 };
        Some((own.1.clone(), ratio))
    }
}
