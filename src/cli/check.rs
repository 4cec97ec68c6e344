//! `crossover check FILE...`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::output;
use crate::scenario::{Checked, FileSystem, check_file};

/// Reads each file and says what it is, or what is wrong with it.
pub fn check(global: &Global, files: &[String]) -> Result<Done, Failure> {
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
            format!("a scenario that compares {}", names.join(", "))
        }
        Checked::Model(model) => format!("a model: {}", model.title),
        Checked::Host(_) => "a host's model".to_owned(),
        Checked::Languages(_) => "ratios of languages".to_owned(),
    }
}
