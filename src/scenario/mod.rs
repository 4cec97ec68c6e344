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
pub mod schema;

mod admission;
mod blanks;
mod cached;
mod calls;
mod cpu;
mod diagnostic;
mod digest;
mod executors;
mod expect;
mod expectation;
mod files;
mod gc;
mod keys;
mod languages;
mod law;
mod lifecycle;
mod loader;
mod merge;
mod model;
mod nearest;
mod objective;
mod overrides;
mod piece;
mod pools;
mod quantity;
mod reader;
mod real_settings;
mod scenario_file;
mod settings;
pub mod sketch;
mod source;
mod steps;
mod system;
mod tree;
mod variations;
mod vary;
mod wiring;

use std::path::Path;

pub use checked::*;
pub use diagnostic::{Diagnostic, Diagnostics, Place};
pub use embedded::EmbeddedFile;
pub use expectation::{ControlledScenario, Expectation, Figure, Limit, Side, Subject, Unit};
pub use languages::{KindOfWork, LanguageRatio, Languages};
pub use loader::{Embedded, FileSystem, Loader};
pub use nearest::nearest;
pub use objective::{Gauge, Objective, Slo};
pub use vary::Axis;

use crate::host::Host;
use crate::service::Model;
use calls::Calls;
use diagnostic::Problem;
use files::{Files, ModelKind};
use model::ModelText;
use reader::Reader;
use scenario_file::{read_languages, read_scenario};
use tree::Node;

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
    let loaded = open(&mut files, scenario, embedded::example).and_then(|source| {
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
    /// A model of something that serves. Who is called by its steps, only a scenario can tell.
    Model(Box<Model>),
    /// A model of a machine.
    Host(Box<Host>),
    /// What work costs in each language.
    Languages(Languages),
}

/// Reads any file, or any embedded one by its name: a scenario, a model, a host's model or `languages.toml`. What it is
/// follows from its keys, or from a folder `hosts`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check_file(loader: &dyn Loader, path: &str) -> Result<Checked, Diagnostics> {
    let mut files = Files::new(loader);
    let any = |name: &str| embedded::example(name).or_else(|| embedded::model(name));
    let checked = open(&mut files, path, any).and_then(|source| {
        let tree = files.tree(source)?;
        let says = |keys: &[&str]| {
            tree.as_table()
                .is_some_and(|t| t.keys().any(|k| keys.contains(&k)))
        };
        let folder = Path::new(path).parent().and_then(Path::file_name);
        let name = stem(path);
        if says(&["contestants", "endpoints", "arrivals", "run"]) {
            let scenario = read_scenario(tree, &name, &[], &files)?;
            Some(Checked::Scenario(Box::new(scenario)))
        } else if says(&["kinds"]) {
            let languages = languages::languages(tree.as_table()?, &Reader::new(&files, None));
            Some(Checked::Languages(languages))
        } else if says(&[
            "slice",
            "tick",
            "idle_seen",
            "hot",
            "switch_cost",
            "interrupt",
            "wake",
            "timer_slack",
        ]) || folder == Some("hosts".as_ref())
        {
            Some(Checked::Host(Box::new(check_host(tree, &name, &files)?)))
        } else {
            Some(Checked::Model(Box::new(check_model(tree, &name, &files)?)))
        }
    });
    finish(checked, &files)
}

fn check_host(tree: Node, name: &str, files: &Files<'_>) -> Option<Host> {
    let tree = files.complete(tree, ModelKind::Host)?;
    Some(settings::host(
        tree.as_table()?,
        name,
        &Reader::new(files, None),
    ))
}

fn check_model(tree: Node, name: &str, files: &Files<'_>) -> Option<Model> {
    let tree = files.complete(tree, ModelKind::Server)?;
    let text = ModelText {
        table: tree.as_table()?,
        service: name,
        name,
        elsewhere: &[],
    };
    let languages = read_languages(files)?;
    Some(model::model(
        &text,
        &Reader::new(files, None),
        &languages,
        Calls::Unknown,
    ))
}

/// Takes a text in: the file at this path, or what is embedded under this name.
fn open(
    files: &mut Files<'_>,
    path: &str,
    embedded: impl Fn(&str) -> Option<&'static EmbeddedFile>,
) -> Option<usize> {
    let problem = match files.open(Path::new(path)) {
        Ok(Some(source)) => {
            files.beside(Path::new(path));
            return Some(source);
        }
        Ok(None) => match embedded(path) {
            Some(file) => return Some(files.sources.add(file.path, file.text)),
            None => {
                let models = embedded::models();
                let all = embedded::examples().iter().chain(models);
                let names = all
                    .map(|file| file.name)
                    .filter(|name| embedded(name).is_some());
                let near = nearest::several(path, names)
                    .map(|near| format!("did you mean {}? ", diagnostic::alternatives(&near)))
                    .unwrap_or_default();
                let (what, list) = match models.iter().any(|m| embedded(m.name).is_some()) {
                    true => ("example or model", "`crossover models` list"),
                    false => ("example", "lists"),
                };
                let and = if what == "example" { " " } else { " and " };
                Problem::nowhere(format!("`{path}` is neither a file nor an embedded {what}")).help(
                    format!("{near}`crossover examples`{and}{list} what is embedded"),
                )
            }
        },
        Err(why) => Problem::nowhere(format!("cannot read `{path}`: {why}")),
    };
    files.problems.refuse(problem)
}

fn finish<T>(value: Option<T>, files: &Files<'_>) -> Result<T, Diagnostics> {
    match value {
        Some(value) if files.problems.is_empty() => Ok(value),
        _ => Err(files.problems.render(&files.sources)),
    }
}

/// A file's name without folder and extension: what a scenario is called.
fn stem(path: &str) -> String {
    let stem = Path::new(path)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "scenario".to_owned())
}

#[cfg(test)]
mod tests;
