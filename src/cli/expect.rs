//! `crossover check --run FILE...`: expectations put to the test.

use std::sync::atomic::AtomicBool;

use super::args::{Format, Global};
use super::outcome::{Done, Failure};
use super::study::{self, Watch, failure, on_threads};
use super::{interrupt, output};
use crate::experiment::{BUDGET, Control, Examined, Simulation, examine, run_with, studies};
use crate::report::expectations;
use crate::scenario::Scenario;

/// What each run may cost, as a share of what `crossover run` may: two of them for each control.
const SHARE: f64 = 0.2;

/// Examines the expectations of scenarios. All files are read before the first is run.
pub fn run(global: &Global, files: &[String]) -> Result<Done, Failure> {
    if matches!(global.format, Format::Csv | Format::Markdown) {
        return Err(Failure::Refused(
            "error: check --run prints lines, or --format json".to_owned(),
        ));
    }
    let scenarios = files.iter().map(|file| study::read(global, file));
    let scenarios: Vec<Scenario> = scenarios.collect::<Result<_, _>>()?;
    let stop = interrupt::flag();
    let (mut all, mut failed, mut values) = (0, 0, Vec::new());
    for (file, scenario) in files.iter().zip(&scenarios) {
        let examined = examined(global, scenario, &stop)?;
        all += examined.len();
        failed += examined.iter().filter(|one| !one.holds()).count();
        match global.format {
            Format::Json => values.push(expectations::json(file, &examined)),
            _ => output::show(&lines(file, &examined, global.quiet))?,
        }
    }
    if global.format == Format::Json {
        output::show(&format!("{:#}\n", serde_json::Value::Array(values)))?;
    }
    match failed {
        0 => Ok(Done::Well),
        _ => Err(Failure::Failed(format!(
            "error: {failed} of {all} expectations failed"
        ))),
    }
}

fn examined(
    global: &Global,
    scenario: &Scenario,
    stop: &AtomicBool,
) -> Result<Vec<Examined>, Failure> {
    let watch = Watch::start(&scenario.name, global.quiet).over(studies(scenario));
    let examined = on_threads(global, || {
        examine(scenario, |scenario| {
            watch.begin();
            let control = Control::new(stop, &watch);
            run_with(scenario, &Simulation(scenario), SHARE * BUDGET, &control)
        })
    })?;
    examined.map_err(failure)
}

/// The file's name and a line for each expectation; if quiet, only those that fail.
fn lines(file: &str, examined: &[Examined], quiet: bool) -> String {
    let told = examined.iter().filter(|one| !quiet || !one.holds());
    let told: Vec<String> = told.map(|one| expectations::line(one) + "\n").collect();
    match (told.is_empty(), quiet) {
        (true, true) => String::new(),
        (true, false) => format!("{file}: no expectations\n"),
        (false, _) => format!("{file}:\n{}", told.concat()),
    }
}
