//! `--save-baseline NAME` and `--baseline NAME`: where baselines lie, and what may be wrong with one.
//!
//! A baseline is a file in the folder of results, `output/<scenario>/baselines/NAME.json` unless `--out` says otherwise: it stays when the results
//! beside it are replaced, and may be copied or committed like any other file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Global;
use super::outcome::{Done, Failure};
use super::output;
use super::study::{self, Asked};
use crate::experiment::{Baseline, Beside, Study};
use crate::report::save;
use crate::scenario::{Scenario, nearest};

/// The longest name.
const LONGEST: usize = 100;

/// What a study has to do with others.
#[derive(Debug, Default, Args)]
pub struct Baselines {
    /// Keep this run under a name, for later runs to be compared with; replaces an earlier one of that name
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub save_baseline: Option<String>,
    /// Run as the one kept under this name was run, and say what has changed since
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub baseline: Option<String>,
}

/// A name that is part of a file's.
fn name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || "-_.+@".contains(c);
    if text.is_empty() || text.starts_with(['.', '-']) || !text.chars().all(plain) {
        return Err(
            "expected a name of letters, digits, `-`, `_`, `.`, `+` or `@`, such as before"
                .to_owned(),
        );
    }
    if text.len() > LONGEST {
        return Err(format!("expected a name of at most {LONGEST} bytes"));
    }
    Ok(text.to_owned())
}

impl Baselines {
    /// Reads the baseline that is asked for.
    ///
    /// # Errors
    /// If there is none of that name, it cannot be read, or none can be saved where it would be.
    pub fn read(&self, global: &Global, scenario: &Scenario) -> Result<Option<Baseline>, Failure> {
        let folder = folder(global, &scenario.name);
        if self.save_baseline.is_some() {
            study::holds_results(&folder)?;
        }
        let asked = self.baseline.as_deref();
        asked.map(|name| read(&folder, name)).transpose()
    }

    /// What the study has to do with others.
    pub fn beside<'a>(&self, baseline: Option<&'a Baseline>) -> Beside<'a> {
        Beside {
            keep: self.save_baseline.is_some(),
            baseline,
        }
    }

    /// The flags that were given.
    fn typed(&self) -> Vec<String> {
        let typed = |flag: &str, name: &Option<String>| Some(format!("{flag} {}", name.as_ref()?));
        let flags = [
            typed("--save-baseline", &self.save_baseline),
            typed("--baseline", &self.baseline),
        ];
        flags.into_iter().flatten().collect()
    }

    /// Saves a study, shows it, and keeps it as a baseline if that is asked for and it was not interrupted.
    ///
    /// # Errors
    /// As [`study::finish`], and if the baseline cannot be written.
    pub fn finish(
        &self,
        global: &Global,
        scenario: &Scenario,
        study: Study,
        command: &str,
        asked: &str,
    ) -> Result<Done, Failure> {
        let name = self.save_baseline.as_ref();
        let kept = name.map(|name| Baseline::of(&study, name, command == "run", scenario.run));
        let asked = Asked {
            flags: self.typed(),
            ..Asked::new(command, asked)
        };
        let done = study::finish(global, study, &asked)?;
        if let Some(baseline) = kept {
            let path = path(&folder(global, &scenario.name), &baseline.name);
            save::write(&path, baseline.text().as_bytes())
                .map_err(|e| Failure::Failed(format!("error: {e}")))?;
            if !global.quiet {
                output::remark(&format!("Baseline: {}", path.display()));
            }
        }
        Ok(done)
    }
}

/// Where the baselines of a scenario lie.
fn folder(global: &Global, scenario: &str) -> PathBuf {
    study::results(global, scenario).join("baselines")
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

fn read(folder: &Path, name: &str) -> Result<Baseline, Failure> {
    let path = path(folder, name);
    let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => missing(folder, name),
        _ => Failure::Refused(format!("error: cannot read {}: {error}", path.display())),
    })?;
    let refused = |why: &str| {
        let path = path.display();
        Failure::Refused(format!("error: {path} cannot be compared with: {why}"))
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| refused("it is no text"))?;
    Baseline::parse(name, text).map_err(|error| refused(&error.to_string()))
}

/// That there is no baseline of that name, and which there are.
fn missing(folder: &Path, name: &str) -> Failure {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let file = entry.ok()?.file_name();
            Some(file.to_str()?.strip_suffix(".json")?.to_owned())
        })
        .collect();
    names.sort();
    let near = nearest(name, names.iter().map(String::as_str));
    let meant = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let there = if names.is_empty() {
        "there is none yet: save one with --save-baseline".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    };
    Failure::Refused(format!(
        "error: no baseline {name} in {}{meant}\n{there}",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_part_of_a_files_name() {
        for right in ["before", "v1.2", "main@4f2a", "größer", "a_b-c+d"] {
            assert_eq!(name(right).as_deref(), Ok(right));
        }
        let long = "x".repeat(101);
        for wrong in [
            "", ".", "..", "a/b", "a\\b", "../up", "a b", "a\nb", "-x", "C:", "a\0", &long,
        ] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}
