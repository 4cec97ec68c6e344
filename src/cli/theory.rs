//! `crossover theory SCENARIO`.

use std::path::Path;

use super::args::{Format, Global};
use super::outcome::{Done, Failure};
use super::study::{self, Watch, failure, on_threads};
use super::{interrupt, output};
use crate::experiment::{BUDGET, Control, theory as examine};
use crate::report::{save, theory};

/// What the closed forms say of everybody, and how far the simulation is from it.
pub fn run(global: &Global, asked: &str) -> Result<Done, Failure> {
    if global.assert_slo || global.precision.is_some() {
        return Err(Failure::Refused(
            "error: theory takes neither --assert-slo nor --precision: `crossover run` does"
                .to_owned(),
        ));
    }
    let scenario = study::read(global, asked)?;
    let (stop, watch) = (
        interrupt::flag(),
        Watch::start(&scenario.name, global.quiet),
    );
    let examined = on_threads(global, || {
        examine(&scenario, BUDGET, &Control::new(&stop, &watch))
    })?;
    drop(watch);
    let examined = examined.map_err(failure)?;
    let folder = global.out.clone();
    let folder = folder.unwrap_or_else(|| Path::new("output").join(&scenario.name));
    let files = [
        ("theory.json", theory::json(&examined)),
        ("theory.csv", theory::csv(&examined)),
        ("theory.md", theory::markdown(&examined)),
    ];
    for (name, text) in &files {
        save::write(&folder.join(name), text.as_bytes())
            .map_err(|e| Failure::Failed(format!("error: {e}")))?;
    }
    let (width, colour) = output::page();
    output::show(&match global.format {
        Format::Table => theory::terminal(&examined, width, colour),
        Format::Json => theory::json(&examined),
        Format::Csv => theory::csv(&examined),
        Format::Markdown => theory::markdown(&examined),
    })?;
    if examined.interrupted {
        let loads: usize = examined.contestants.iter().map(|one| one.loads.len()).sum();
        return Err(Failure::Failed(format!(
            "Interrupted. What was finished ({loads} loads of contestants) is saved: {}",
            folder.display()
        )));
    }
    if !global.quiet {
        output::remark(&format!(
            "\ntheory.md, .csv and .json: {}",
            folder.display()
        ));
    }
    Ok(Done::Well)
}
