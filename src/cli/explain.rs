//! `crossover explain SCENARIO [--endpoint NAME]`.

use std::path::{Path, PathBuf};

use super::args::{Format, Global};
use super::outcome::{Done, Failure};
use super::study::{self, Watch, failure, on_threads};
use super::{interrupt, named, output};
use crate::experiment::explain::PASSES;
use crate::experiment::{BUDGET, Control, Explanation, explain as why};
use crate::report::{chart, explain, save};

/// Why p99 is what it is, of everybody at one load.
pub fn explain(global: &Global, asked: &str, endpoint: Option<&str>) -> Result<Done, Failure> {
    if global.assert_slo || global.precision.is_some() {
        return Err(Failure::Refused(
            "error: explain takes neither --assert-slo nor --precision: `crossover run` does"
                .to_owned(),
        ));
    }
    let scenario = study::read(global, asked)?;
    let endpoint = endpoint
        .map(|name| named::endpoint(&scenario, name))
        .transpose()?;
    let (stop, watch) = (
        interrupt::flag(),
        Watch::start(&scenario.name, global.quiet),
    );
    let explained = on_threads(global, || {
        why(&scenario, endpoint, BUDGET, &Control::new(&stop, &watch))
    })?;
    drop(watch);
    let mut explanation = explained.map_err(failure)?;
    let typed = format!("`crossover explain {asked}");
    for shortfall in &mut explanation.shortfalls {
        *shortfall = shortfall.replace(
            &format!("`crossover explain {}", explanation.scenario),
            &typed,
        );
    }
    let folder = global.out.clone();
    let folder = folder.unwrap_or_else(|| Path::new("output").join(&explanation.scenario));
    save_all(&explanation, &folder).map_err(|e| Failure::Failed(format!("error: {e}")))?;
    output::show(&shown(global.format, &explanation))?;
    if explanation.interrupted() {
        return Err(Failure::Failed(format!(
            "Interrupted. What was finished ({} of {PASSES} passes) is saved: {}",
            explanation.passes,
            folder.display()
        )));
    }
    if !global.quiet {
        output::remark(&format!(
            "\nexplain.md, .csv, .json and the chart: {}",
            folder.display()
        ));
    }
    Ok(Done::Well)
}

fn shown(format: Format, explanation: &Explanation) -> String {
    match format {
        Format::Table => {
            let (width, colour) = output::page();
            explain::terminal(explanation, width, colour)
        }
        Format::Json => explain::json(explanation),
        Format::Csv => explain::csv(explanation),
        Format::Markdown => explain::markdown(explanation),
    }
}

/// `explain.json`, `.csv`, `.md`, `.svg` and `.png`, beside what other commands left in the folder.
fn save_all(explanation: &Explanation, folder: &Path) -> Result<Vec<PathBuf>, save::SaveError> {
    let svg = chart::explanation(explanation)?;
    let files = [
        ("explain.json", explain::json(explanation).into_bytes()),
        ("explain.csv", explain::csv(explanation).into_bytes()),
        ("explain.md", explain::markdown(explanation).into_bytes()),
        ("explain.png", chart::png(&svg)?),
        ("explain.svg", svg.into_bytes()),
    ];
    let written = files
        .iter()
        .map(|(name, bytes)| save::write(&folder.join(name), bytes));
    written.collect()
}
