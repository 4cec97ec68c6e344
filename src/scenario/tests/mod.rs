//! What reading gives, and what it says about mistakes.

mod embedded_files;
mod meaning;
mod mistakes_in_executors;
mod mistakes_in_expectations;
mod mistakes_in_hops;
mod mistakes_in_laws;
mod mistakes_in_models;
mod mistakes_in_overrides;
mod mistakes_in_pools;
mod mistakes_in_quantities;
mod mistakes_in_runtimes;
mod mistakes_in_scenarios;
mod mistakes_in_settings;
mod mistakes_in_steps;
mod mistakes_in_texts;
mod never_panics;

use std::path::Path;

use super::{Diagnostics, Scenario, load};

/// A small scenario that is right.
const SCENARIO: &str = r#"[services.postgres]
model = "postgres"

[endpoints.page]
weight = 9
steps = [
  { name = "query", call = "postgres", work = "4ms" },
  { name = "render", cpu = "3ms", kind = "template" },
]

[contestants.node]
model = "node"
"#;

/// Reads the first of some files with the others beside it.
fn read(files: &[(&str, &str)], overrides: &[&str]) -> Result<Scenario, Diagnostics> {
    let loader = |path: &Path| {
        let file = files.iter().find(|(name, _)| Path::new(name) == path);
        file.map(|(_, text)| text.as_bytes().to_vec())
    };
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    load(&loader, files[0].0, &overrides)
}

/// What is said about some files.
fn refused(files: &[(&str, &str)]) -> String {
    match read(files, &[]) {
        Ok(_) => "accepted".to_owned(),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

/// What is said about the small scenario with `from` replaced by `to`.
fn broken(from: &str, to: &str) -> String {
    assert!(SCENARIO.contains(from), "{from}");
    refused(&[("shop.toml", &SCENARIO.replacen(from, to, 1))])
}

/// What is said about the small scenario with something added at its head.
fn with(head: &str) -> String {
    refused(&[("shop.toml", &format!("{head}\n{SCENARIO}"))])
}

/// The small scenario with something added at its head, which is right.
fn scenario(head: &str) -> Scenario {
    match read(&[("shop.toml", &format!("{head}\n{SCENARIO}"))], &[]) {
        Ok(scenario) => scenario,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}
