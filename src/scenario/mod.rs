//! The files people edit: parsing, units, defaults, overrides, and checks that point into the text.
//!
//! ```text
//! TOML ──► tree of nodes that know where they were written ──► merged ──► read, typed ──► Scenario
//!          (tree)            (models under contestants, --set: merge, files, overrides)   (checked)
//! ```
//!
//! Nothing here touches a file except through the [`Loader`] it is given, and nothing after it checks again.
//! All mistakes of a file are collected and told together, each with the place and what was expected.

pub mod checked;
pub mod embedded;

mod diagnostic;
mod digest;
mod files;
mod languages;
mod law;
mod loader;
mod merge;
mod model;
mod nearest;
mod overrides;
mod piece;
mod quantity;
mod reader;
mod settings;
mod source;
mod steps;
mod system;
mod tree;
mod wiring;

use std::path::Path;

pub use checked::*;
pub use diagnostic::{Diagnostic, Diagnostics, Place};
pub use languages::{KindOfWork, LanguageRatio, Languages};
pub use loader::{Embedded, FileSystem, Loader};

use crate::host::Host;
use crate::service::Model;
use crate::workload::{Arrivals, Loads, OpenProcess};
use diagnostic::Problem;
use files::{Files, ModelKind};
use model::ModelText;
use reader::{Keys, Reader};
use steps::Calls;
use system::Shared;
use tree::{Node, Table};

/// Reads a scenario: the file at this path, or the embedded example of this name.
///
/// Each override is a `PATH=VALUE` that reaches any key of the scenario or of its models
/// (`arrivals.rate=400/s`, `contestants.node.processes=4`, `endpoints.page.steps.product.work=2ms`).
///
/// # Errors
/// Everything that is wrong with the file, its models and the overrides.
///
/// ```
/// use crossover::scenario::{Embedded, load};
/// let scenario = load(&Embedded, "quickstart", &["run.replications=5".to_owned()])?;
/// assert_eq!((scenario.name.as_str(), scenario.run.replications), ("quickstart", 5));
/// # Ok::<(), crossover::scenario::Diagnostics>(())
/// ```
pub fn load(
    loader: &dyn Loader,
    scenario: &str,
    overrides: &[String],
) -> Result<Scenario, Diagnostics> {
    let mut files = Files::new(loader);
    let loaded = open(&mut files, scenario, true).and_then(|source| {
        let tree = files.tree(source)?;
        read_scenario(tree, &stem(scenario), overrides, &files)
    });
    finish(loaded, &files)
}

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub enum Checked {
    /// A scenario, with its models.
    Scenario(Box<Scenario>),
    /// A model of something that serves.
    Model(Box<Model>),
    /// A model of a machine.
    Host(Box<Host>),
    /// What work costs in each language.
    Languages(Languages),
}

/// Reads any file: a scenario, a model, a host's model or `languages.toml`; what it is follows from its keys.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check_file(loader: &dyn Loader, path: &str) -> Result<Checked, Diagnostics> {
    let mut files = Files::new(loader);
    let checked = open(&mut files, path, true).and_then(|source| {
        let tree = files.tree(source)?;
        let has = |keys: &[&str]| {
            keys.iter()
                .any(|key| tree.as_table().is_some_and(|t| t.get(key).is_some()))
        };
        let name = stem(path);
        if has(&["contestants", "endpoints", "arrivals", "run"]) {
            return read_scenario(tree, &name, &[], &files).map(|s| Checked::Scenario(Box::new(s)));
        }
        if has(&["kinds"]) {
            let reader = Reader::new(&files, None);
            return Some(Checked::Languages(languages::languages(
                tree.as_table()?,
                &reader,
            )));
        }
        if has(&["slice", "wakeup_credit", "switch_cost"]) {
            let tree = files.complete(tree, ModelKind::Host)?;
            let host = settings::host(tree.as_table()?, &name, &Reader::new(&files, None));
            return Some(Checked::Host(Box::new(host)));
        }
        let tree = files.complete(tree, ModelKind::Server)?;
        let languages = read_languages(&files)?;
        let text = ModelText {
            table: tree.as_table()?,
            service: &name,
            name: &name,
            elsewhere: &[],
        };
        let reader = Reader::new(&files, None);
        Some(Checked::Model(Box::new(model::model(
            &text,
            &reader,
            &languages,
            Calls::Unknown,
        ))))
    });
    finish(checked, &files)
}

/// Takes the text of a file, or of the embedded example of this name, in.
fn open(files: &mut Files<'_>, path: &str, or_embedded: bool) -> Option<usize> {
    let problem = match files.open(Path::new(path)) {
        Ok(Some(source)) => {
            files.beside(Path::new(path));
            return Some(source);
        }
        Ok(None) => match embedded::example(path).filter(|_| or_embedded) {
            Some(file) => return Some(files.sources.add(file.path, file.text)),
            None => {
                let names = embedded::examples().iter().map(|file| file.name);
                Problem::nowhere(format!(
                    "there is no file `{path}`, nor an embedded example of that name"
                ))
                .names(path, names)
            }
        },
        Err(why) => Problem::nowhere(format!("cannot read `{path}`: {why}")),
    };
    files.problems.push(problem)
}

fn finish<T>(value: Option<T>, files: &Files<'_>) -> Result<T, Diagnostics> {
    match value {
        Some(value) if files.problems.is_empty() => Ok(value),
        _ => Err(files.problems.render(&files.sources)),
    }
}

fn stem(path: &str) -> String {
    let stem = Path::new(path)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "scenario".to_owned())
}

fn read_languages(files: &Files<'_>) -> Option<Languages> {
    let table = files.languages()?;
    Some(languages::languages(&table, &Reader::new(files, None)))
}

fn read_scenario(
    mut tree: Node,
    name: &str,
    overrides: &[String],
    files: &Files<'_>,
) -> Option<Scenario> {
    overrides::apply(&mut tree, overrides, files);
    let table = tree.as_table()?;
    let params = table.get("params").and_then(Node::as_table);
    let reader = Reader::new(files, params);
    let languages = read_languages(files)?;

    let mut keys = Keys::of(table, &reader);
    let title = settings::title(&mut keys, name);
    let measured_in = keys.read("cpu_measured_in", |r, node| {
        model::language(r, node, &languages)
    });
    keys.read("params", |r, node| r.table(node, "a table of parameters"));
    let arrivals = keys.read("arrivals", settings::arrivals);
    let run = keys.read("run", settings::run).unwrap_or_default();
    let slo = keys.read("slo", settings::slo).unwrap_or_default();
    for key in system::SHARED {
        keys.get(key);
    }
    let contestants = keys.read("contestants", |r, node| {
        r.table(node, "a table of contestants")
    });
    if contestants.is_none_or(|table| table.entries.is_empty()) {
        let problem = match keys.at("contestants") {
            Some(at) => Problem::at(at, "there are no contestants in it"),
            None => Problem::nowhere("a scenario has `[contestants]`: who is compared"),
        };
        reader.refuse(problem).unwrap_or(())
    }
    keys.finish();

    let entries = contestants.map_or(&[][..], |table| &table.entries);
    let merged: Vec<_> = entries
        .iter()
        .map(|entry| system::merge(table, entry, files))
        .collect();
    let shared = Shared {
        languages: &languages,
        measured_in: measured_in.as_deref(),
    };
    let read = merged
        .iter()
        .flatten()
        .filter_map(|merged| system::contestant(merged, &shared, &reader));
    let contestants: Vec<Contestant> = read.collect();
    if merged.iter().all(Option::is_some) {
        refuse_unused_hosts(table, &contestants, &reader);
        reader.refuse_unused_params();
    }
    let mut scenario = Scenario {
        name: name.to_owned(),
        title,
        cpu_measured_in: measured_in,
        arrivals: arrivals.unwrap_or(Arrivals::Open {
            process: OpenProcess::Poisson,
            rate: Loads::Sweep,
        }),
        run,
        slo,
        contestants,
        languages: languages.clone(),
        digest: String::new(),
    };
    scenario.digest = digest::digest(&scenario);
    Some(scenario)
}

/// A host that no service of any contestant runs on is most likely a misspelt one.
fn refuse_unused_hosts(table: &Table, contestants: &[Contestant], reader: &Reader<'_>) {
    let hosts = table.get("hosts").and_then(Node::as_table);
    for entry in hosts.map_or(&[][..], |table| &table.entries) {
        let mut all = contestants
            .iter()
            .flat_map(|contestant| &contestant.system.hosts);
        if !all.any(|host| host.name == entry.key) {
            let problem = Problem::at(entry.at, format!("nothing runs on host `{}`", entry.key));
            let problem =
                problem.label("the contestants run on `app`, a service on the `host` it names");
            reader
                .refuse(problem.names(&entry.key, ["app"]))
                .unwrap_or(())
        }
    }
}

#[cfg(test)]
mod tests;
