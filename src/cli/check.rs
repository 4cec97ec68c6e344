//! `crossover check [--run] FILE...`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::{expect, output};
use crate::scenario::{Checked, FileSystem, check_file};

/// Reads each file and says what it is, or what is wrong with it.
pub fn check(global: &Global, files: &[String], run: bool) -> Result<Done, Failure> {
    if run {
        return expect::run(global, files);
    }
    let mut wrong = Vec::new();
    for file in files {
        match check_file(&FileSystem, file) {
            Ok(checked) if !global.quiet => output::show(&format!("{file}: {}\n", what(&checked)))?,
            Ok(_) => {}
            Err(diagnostics) => wrong.push(diagnostics.to_string()),
        }
    }
    if wrong.is_empty() {
        Ok(Done::Well)
    } else {
        Err(Failure::Refused(wrong.join("\n")))
    }
}

fn what(checked: &Checked) -> String {
    match checked {
        Checked::Scenario(scenario) => {
            let names: Vec<&str> = scenario
                .contestants
                .iter()
                .map(|c| c.name.as_str())
                .collect();
            let expects = match scenario.expectations.len() {
                0 => String::new(),
                1 => ", with 1 expectation".to_owned(),
                many => format!(", with {many} expectations"),
            };
            format!("a scenario that compares {}{expects}", names.join(", "))
        }
        Checked::Model(model) => format!("a model: {}", model.title),
        Checked::Host(_) => "a host's model".to_owned(),
        Checked::Languages(_) => "ratios of languages".to_owned(),
    }
}
