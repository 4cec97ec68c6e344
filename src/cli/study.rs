//! What `compare` and `run` share: read the scenario, simulate it, save the results, show them.

use std::path::Path;

use super::args::{Format, Global};
use super::outcome::{Done, Failure};
use super::output;
use crate::experiment::Study;
use crate::report::{csv, json, save, table, view};
use crate::scenario::{FileSystem, Scenario, load};

/// The scenario, with the overrides of the command line.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(global: &Global, scenario: &str) -> Result<Scenario, Failure> {
    let mut overrides = global.set.clone();
    overrides.extend(global.seed.map(|seed| format!("run.seed={seed}")));
    overrides.extend(global.replications.map(|n| format!("run.replications={n}")));
    let scenario =
        load(&FileSystem, scenario, &overrides).map_err(|e| Failure::Refused(e.to_string()))?;
    if global.assert_slo && scenario.slo == Default::default() {
        return Err(Failure::Refused(
            "error: --assert-slo has nothing to assert: the scenario sets no objective ([slo])"
                .to_owned(),
        ));
    }
    Ok(scenario)
}

/// Saves a study, shows it, and says how the command ends.
///
/// # Errors
/// If it cannot be saved or shown, or was interrupted.
pub fn finish(global: &Global, study: &Study) -> Result<Done, Failure> {
    let folder = global
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(&study.scenario));
    save::save(study, &folder).map_err(|e| Failure::Failed(format!("error: {e}")))?;
    output::show(&shown(global.format, study))?;
    if study.interrupted {
        return Err(Failure::Failed(interrupted(study, &folder)));
    }
    if !global.quiet {
        output::remark(&format!("\nResults and charts: {}", folder.display()));
    }
    if global.assert_slo {
        Ok(assert_slo(study))
    } else {
        Ok(Done::Well)
    }
}

fn shown(format: Format, study: &Study) -> String {
    match format {
        Format::Table => {
            let (width, colour) = output::page();
            table::terminal(study, width, colour)
        }
        Format::Json => json::json(study),
        Format::Csv => csv::csv(study),
        Format::Markdown => table::markdown(study),
    }
}

fn interrupted(study: &Study, folder: &Path) -> String {
    let finished = study
        .rows
        .iter()
        .filter(|row| row.endpoint == view::ALL)
        .count();
    format!(
        "Interrupted. What was finished ({finished} loads of contestants) is saved: {}",
        folder.display()
    )
}

/// Whether every contestant is shown to meet the objectives at every load; says which is not.
fn assert_slo(study: &Study) -> Done {
    let missed = missed(study);
    for line in &missed {
        output::remark(line);
    }
    if missed.is_empty() {
        Done::Well
    } else {
        Done::Missed
    }
}

fn missed(study: &Study) -> Vec<String> {
    let rows = study
        .rows
        .iter()
        .filter(|row| row.endpoint == view::ALL && row.within_slo != Some(true));
    rows.map(|row| {
        let how = if row.within_slo.is_none() {
            "is not shown to meet"
        } else {
            "misses"
        };
        let load = crate::report::words::load(row.load);
        format!(
            "{} {how} the objective at {load} {}",
            row.contestant,
            view::unit(study)
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn global(folder: std::path::PathBuf) -> Global {
        use clap::Parser;
        let folder = folder.display().to_string();
        super::super::args::Args::parse_from([
            "crossover",
            "--quiet",
            "--format=csv",
            "--out",
            &folder,
        ])
        .global
    }

    #[test]
    fn what_misses_the_objective_is_named() {
        let mut study = fixture::compare();
        study
            .rows
            .retain(|row| row.load == 240.0 || row.contestant == "node" && row.load == 260.0);
        assert_eq!(
            missed(&study),
            ["node misses the objective at 260 requests/s"]
        );
        study.rows.iter_mut().for_each(|row| row.within_slo = None);
        assert_eq!(missed(&study).len(), 5);
    }

    #[test]
    fn an_interrupted_study_is_saved_and_fails() {
        let folder = tempfile::tempdir().unwrap();
        let mut study = fixture::small();
        study.interrupted = true;
        let failure = finish(&global(folder.path().join("out")), &study).unwrap_err();
        assert!(
            matches!(&failure, Failure::Failed(text) if text.starts_with("Interrupted.")),
            "{failure}"
        );
        assert!(folder.path().join("out/results.json").exists());
    }
}
