//! What `compare` and `run` share: read the scenario, simulate it, save the results, show them.

mod again;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::args::{Format, Global};
use super::outcome::{Done, Failure};
use super::progress::Progress;
use super::{interrupt, output};
use crate::experiment::{self, BUDGET, Control, ExperimentError, Observer, Study};
use crate::report::{csv, json, save, table, view};
use crate::scenario::{FileSystem, Scenario, load};
use again::{deciding, repeat_as_asked, surrounding};

pub use again::Asked;

/// The scenario, with the overrides of the command line.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(global: &Global, scenario: &str) -> Result<Scenario, Failure> {
    let scenario = load(&FileSystem, scenario, &overrides(global)).map_err(|wrong| {
        let typed = flags(global).into_iter();
        let wrong = typed.fold(wrong, |wrong, (option, hidden, own)| {
            wrong.typed_as(option, hidden, &own)
        });
        Failure::Refused(wrong.to_string())
    })?;
    if global.assert_slo && scenario.slo.is_empty() {
        return Err(Failure::Refused(
            "error: --assert-slo has nothing to assert: the scenario sets no objective ([slo])"
                .to_owned(),
        ));
    }
    experiment::resources_exist(&scenario).map_err(failure)?;
    if let Some(folder) = &global.out {
        holds_results(folder)?;
    }
    Ok(scenario)
}

/// Where the results of a scenario go.
pub fn results(global: &Global, scenario: &str) -> PathBuf {
    let out = global.out.clone();
    out.unwrap_or_else(|| Path::new("output").join(scenario))
}

/// That a folder is one, or can be made, known before hours have been spent on what goes there.
///
/// # Errors
/// If there is something else.
pub fn holds_results(folder: &Path) -> Result<(), Failure> {
    match folder.ancestors().find(|part| part.exists()) {
        Some(part) if !part.is_dir() => Err(Failure::Refused(format!(
            "error: results cannot be saved in {}: {} is no folder",
            folder.display(),
            part.display()
        ))),
        _ => Ok(()),
    }
}

/// What the command line puts over the files.
pub fn overrides(global: &Global) -> Vec<String> {
    let flags = flags(global).into_iter();
    let flags = flags.map(|(_, key, value)| format!("{key}{value}"));
    global.set.iter().cloned().chain(flags).collect()
}

/// Flags that stand for a key: the flag, `KEY=` and the value.
fn flags(global: &Global) -> Vec<(&'static str, &'static str, String)> {
    let seed = global.seed.map(|seed| seed.to_string());
    let replications = global.replications.map(|n| n.to_string());
    let precision = global.precision.map(|p| p.to_string());
    [
        ("--seed", "run.seed=", seed),
        ("--replications", "run.replications=", replications),
        ("--precision", "run.precision=", precision),
    ]
    .into_iter()
    .filter_map(|(flag, key, value)| Some((flag, key, value?)))
    .collect()
}

/// Simulates with a bar, until Ctrl-C, on as many threads as asked.
///
/// # Errors
/// If there is no study.
pub fn simulate(
    global: &Global,
    scenario: &Scenario,
    run: impl Fn(&Scenario, f64, &Control) -> Result<Study, ExperimentError> + Sync,
) -> Result<Study, Failure> {
    let stop = interrupt::flag();
    let watch = Watch::start(&scenario.name, global.quiet);
    let started = Instant::now();
    let simulated = on_threads(global, || {
        run(scenario, BUDGET, &Control::new(&stop, &watch))
    })?;
    let mut study = simulated.map_err(failure)?;
    study.events_per_second = watch.total() as f64 / started.elapsed().as_secs_f64();
    Ok(study)
}

/// [`simulate`] for what finds its own replications and loads.
///
/// # Errors
/// If there is no study.
pub fn search(
    global: &Global,
    scenario: &Scenario,
    run: impl Fn(&Control) -> Result<Study, ExperimentError> + Sync,
) -> Result<Study, Failure> {
    let stop = interrupt::flag();
    let watch = Watch::start(&scenario.name, global.quiet);
    let started = Instant::now();
    let found = on_threads(global, || run(&Control::new(&stop, &watch)))?;
    let mut study = found.map_err(failure)?;
    study.events_per_second = watch.total() as f64 / started.elapsed().as_secs_f64();
    Ok(study)
}

/// What to tell where there is no study.
pub fn failure(error: ExperimentError) -> Failure {
    match error {
        ExperimentError::Interrupted => Failure::Failed(format!("error: {error}")),
        _ => Failure::Refused(format!("error: {error}")),
    }
}

/// Moves the bar and counts events, over one or more runs of the study.
pub struct Watch {
    bar: Progress,
    runs: u64,
    begun: AtomicU64,
    before: AtomicU64,
    events: AtomicU64,
}

impl Watch {
    /// A bar at its beginning.
    pub fn start(message: &str, quiet: bool) -> Self {
        Self {
            bar: Progress::start(message, quiet),
            runs: 1,
            begun: AtomicU64::new(0),
            before: AtomicU64::new(0),
            events: AtomicU64::new(0),
        }
    }

    /// The bar is for so many runs, each of which [begins](Self::begin).
    pub fn over(self, runs: usize) -> Self {
        Self {
            runs: runs.max(1) as u64,
            ..self
        }
    }

    /// Another run begins.
    pub fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let events = self.events.swap(0, Ordering::Relaxed);
        self.before.fetch_add(events, Ordering::Relaxed);
    }

    /// Events of all runs.
    fn total(&self) -> u64 {
        self.before.load(Ordering::Relaxed) + self.events.load(Ordering::Relaxed)
    }
}

impl Observer for Watch {
    fn progress(&self, progress: experiment::Progress) {
        self.events.fetch_max(progress.events, Ordering::Relaxed);
        let finished = self.begun.load(Ordering::Relaxed).saturating_sub(1);
        self.bar
            .done((finished as f64 + progress.share) / self.runs as f64);
    }
}

/// Works on as many threads as asked.
#[cfg(feature = "parallel")]
pub fn on_threads<T: Send>(global: &Global, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let threads = global.threads.map_or(0, usize::from); // 0: as many as there are cores
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool =
        pool.map_err(|e| Failure::Failed(format!("error: cannot start {threads} threads: {e}")))?;
    Ok(pool.install(work))
}

/// Works on one thread.
#[cfg(not(feature = "parallel"))]
pub fn on_threads<T>(global: &Global, work: impl FnOnce() -> T) -> Result<T, Failure> {
    if global.threads.is_some_and(|n| n.get() > 1) {
        return Err(Failure::Refused(
            "error: this program was built for one thread".to_owned(),
        ));
    }
    Ok(work())
}

/// Saves a study, shows it, and says how the command ends.
///
/// # Errors
/// If it cannot be saved or shown, or was interrupted.
pub fn finish(global: &Global, mut study: Study, asked: &Asked) -> Result<Done, Failure> {
    // What is saved, and shown as it is saved, is the same wherever and on however many threads it was made.
    let mut typed = study.clone();
    repeat_as_asked(global, &mut study, asked, &deciding(global));
    let flags = [deciding(global), surrounding(global, asked)].concat();
    repeat_as_asked(global, &mut typed, asked, &flags);
    let folder = results(global, &study.scenario);
    let written = save::save(&study, &folder);
    let written = written.map_err(|e| Failure::Failed(format!("error: {e}")))?;
    let seen = if global.format == Format::Table {
        &typed
    } else {
        &study
    };
    output::show(&shown(global.format, seen))?;
    if study.interrupted {
        return Err(Failure::Failed(interrupted(&study, &folder)));
    }
    if !global.quiet {
        let charts = written
            .iter()
            .any(|path| path.extension().is_some_and(|kind| kind == "svg"));
        let what = if charts {
            "Results and charts"
        } else {
            "Results"
        };
        output::remark(&format!("\n{what}: {}", folder.display()));
    }
    if global.assert_slo {
        Ok(assert_slo(&study))
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
        let why = crate::report::missed::why(row);
        format!(
            "{} {how} the objective at {load} {}{why}",
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
        let failure = finish(
            &global(folder.path().join("out")),
            study,
            &Asked::new("compare", "quickstart"),
        )
        .unwrap_err();
        assert!(
            matches!(&failure, Failure::Failed(text) if text.starts_with("Interrupted.")),
            "{failure}"
        );
        assert!(folder.path().join("out/results.json").exists());
    }
}
