//! `crossover tune SCENARIO --contestant NAME --vary PATH=SPEC ...`.

use std::collections::BTreeSet;

use super::args::Global;
use super::named;
use super::outcome::{Done, Failure};
use super::study::{self, Asked};
use crate::experiment::{BUDGET, Fate, PRECISION, Raced, Simulation, Study, tune_with};
use crate::scenario::{Axis, Contestant, FileSystem, load};

/// What a search may cost where a precision was asked for, as a multiple of what it may without.
const ASKED: f64 = 16.0;
/// The most settings in a race.
const MOST: usize = 1000;
/// Tables of a scenario that a path may begin with; any other path is the contestant's.
const SHARED: [&str; 5] = ["contestants", "hosts", "params", "services", "clients"];
/// What is asked of every setting alike.
const ASKED_OF_ALL: [&str; 4] = ["arrivals", "endpoints", "run", "slo"];

/// A setting: which value of each axis.
struct Setting {
    overrides: Vec<String>,
    name: String,
}

/// A setting, and the contestant under it.
type Read = (Setting, Contestant);

/// The settings of one contestant that carry most.
pub fn tune(
    global: &Global,
    asked: &str,
    contestant: Option<&str>,
    vary: &[String],
) -> Result<Done, Failure> {
    if global.assert_slo {
        return refuse(
            "--assert-slo needs a load to hold at, and `tune` searches for one: use it with `crossover run`",
        );
    }
    let mut scenario = study::read(global, asked)?;
    let whose = named::contestant(&scenario, contestant, "settings")?;
    let name = scenario.contestants[whose].name.clone();
    let axes = axes(vary)?;
    let (settings, refused) = read(global, asked, &name, &axes)?;
    let changes = changes(
        global,
        asked,
        &scenario.contestants[whose],
        &axes,
        &settings,
    );
    scenario.contestants = settings
        .iter()
        .map(|(_, contestant)| contestant.clone())
        .collect();
    scenario.expectations.clear();
    let budget = if global.precision.is_some() {
        ASKED * BUDGET
    } else {
        BUDGET
    };
    let precision = global.precision.unwrap_or(PRECISION);
    let mut study = study::search(global, &scenario, |control| {
        tune_with(
            &scenario,
            &Simulation(&scenario),
            &changes,
            precision,
            budget,
            control,
        )
    })?;
    study.paste = paste(&study, &name, &settings, &axes);
    study.raced.extend(refused);
    study::finish(global, study, &Asked::new("tune", asked))
}

fn refuse<T>(message: &str) -> Result<T, Failure> {
    Err(Failure::Refused(format!("error: {message}")))
}

fn axes(vary: &[String]) -> Result<Vec<Axis>, Failure> {
    let axes: Result<Vec<Axis>, _> = vary.iter().map(|text| Axis::parse(text)).collect();
    let axes = axes.map_err(|e| Failure::Refused(e.to_string()))?;
    let mut paths = BTreeSet::new();
    for axis in &axes {
        let first = axis.path.split('.').next().unwrap_or_default();
        if ASKED_OF_ALL.contains(&first) {
            return refuse(&format!(
                "`{}` is no setting of a contestant but what is asked of it: `crossover sweep` varies it",
                axis.path
            ));
        }
        if !paths.insert(axis.path.as_str()) {
            return refuse(&format!("`{}` is varied twice", axis.path));
        }
    }
    let settings = axes
        .iter()
        .try_fold(1_usize, |n, axis| n.checked_mul(axis.values.len()));
    match settings {
        Some(n) if n <= MOST => Ok(axes),
        _ => refuse(&format!(
            "these are more than {MOST} settings: name fewer values, or a range with `log`"
        )),
    }
}

/// Reads every setting; those that a scenario refuses (too much memory, a value that is none) are told with the reason.
fn read(
    global: &Global,
    asked: &str,
    name: &str,
    axes: &[Axis],
) -> Result<(Vec<Read>, Vec<Raced>), Failure> {
    let mut good = Vec::new();
    let mut refused = Vec::new();
    let mut first = None;
    for setting in settings(name, axes) {
        let overrides = [global.set.clone(), setting.overrides.clone()].concat();
        match load(&FileSystem, asked, &overrides) {
            Ok(scenario) => {
                let own = scenario.contestants.into_iter().find(|c| c.name == name);
                let Some(mut own) = own else { continue };
                own.name.clone_from(&setting.name);
                good.push((setting, own));
            }
            Err(wrong) => {
                let why = wrong
                    .all()
                    .first()
                    .map_or_else(String::new, |d| d.message.clone());
                refused.push(Raced {
                    setting: setting.name.clone(),
                    fate: Fate::Refused(why),
                    carried: None,
                    behind: None,
                    events: 0,
                });
                let typed = axes.iter().zip(&setting.overrides);
                first.get_or_insert(typed.fold(wrong, |wrong, (axis, set)| {
                    let hidden = full_path(name, &axis.path).len() - axis.path.len();
                    let (hidden, own) = set.split_at(hidden);
                    wrong.typed_as("--vary", hidden, own)
                }));
            }
        }
    }
    match first {
        Some(wrong) if good.is_empty() => Err(Failure::Refused(wrong.to_string())),
        _ => Ok((good, refused)),
    }
}

/// By setting, how many of its values are not the contestant's own.
fn changes(
    global: &Global,
    asked: &str,
    own: &Contestant,
    axes: &[Axis],
    settings: &[Read],
) -> Vec<usize> {
    let keeps = |set: &String| {
        let overrides = [global.set.clone(), vec![set.clone()]].concat();
        let read = load(&FileSystem, asked, &overrides);
        let read = read.map_or_else(|_| Vec::new(), |scenario| scenario.contestants);
        let it = read.into_iter().find(|c| c.name == own.name);
        it.is_some_and(|it| it.system == own.system)
    };
    let own_values: BTreeSet<String> = axes
        .iter()
        .flat_map(|axis| {
            let path = full_path(&own.name, &axis.path);
            axis.values
                .iter()
                .map(move |value| format!("{path}={value}"))
        })
        .filter(keeps)
        .collect();
    let changed = |(setting, _): &Read| {
        let sets = setting.overrides.iter();
        sets.filter(|set| !own_values.contains(*set)).count()
    };
    settings.iter().map(changed).collect()
}

/// All combinations, the last axis fastest.
fn settings(contestant: &str, axes: &[Axis]) -> Vec<Setting> {
    let names = short_names(axes);
    let mut all = vec![Setting {
        overrides: Vec::new(),
        name: String::new(),
    }];
    for (axis, short) in axes.iter().zip(&names) {
        let path = full_path(contestant, &axis.path);
        let longer = |setting: Setting| {
            let path = path.clone();
            axis.values.iter().map(move |value| Setting {
                overrides: [setting.overrides.clone(), vec![format!("{path}={value}")]].concat(),
                name: format!("{} {short}={value}", setting.name)
                    .trim_start()
                    .to_owned(),
            })
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

fn full_path(contestant: &str, path: &str) -> String {
    let first = path.split('.').next().unwrap_or_default();
    if SHARED.contains(&first) {
        path.to_owned()
    } else {
        format!("contestants.{contestant}.{path}")
    }
}

/// The last name of each path, or the whole path where two end alike.
fn short_names(axes: &[Axis]) -> Vec<String> {
    let last = |axis: &Axis| axis.path.rsplit('.').next().unwrap_or_default().to_owned();
    let lasts: Vec<String> = axes.iter().map(last).collect();
    let alone = |name: &String| lasts.iter().filter(|other| *other == name).count() == 1;
    axes.iter()
        .zip(&lasts)
        .map(|(axis, last)| {
            if alone(last) {
                last.clone()
            } else {
                axis.path.clone()
            }
        })
        .collect()
}

/// The lines that make a real server what the best setting says, by file.
fn paste(
    study: &Study,
    name: &str,
    settings: &[(Setting, Contestant)],
    axes: &[Axis],
) -> Vec<(String, Vec<String>)> {
    let best = study
        .raced
        .iter()
        .position(|raced| raced.fate == Fate::Best);
    let Some((setting, contestant)) = best.and_then(|best| settings.get(best)) else {
        return Vec::new();
    };
    let Some(app) = contestant.system.services.first() else {
        return Vec::new();
    };
    let value = |path: &str| {
        let path = format!("contestants.{name}.{path}");
        let axis = axes
            .iter()
            .position(|axis| full_path(name, &axis.path) == path)?;
        let (_, value) = setting.overrides.get(axis)?.split_once('=')?;
        Some(value.to_owned())
    };
    let mut files: Vec<(String, Vec<String>)> = Vec::new();
    for real in &app.model.settings {
        let Some(value) = value(&real.path) else {
            continue;
        };
        let line = real.line_for(&value);
        match files.iter_mut().find(|(file, _)| *file == real.file) {
            Some((_, lines)) => lines.push(line),
            None => {
                let constant = |other: &&crate::service::RealSetting| {
                    other.file == real.file && other.constant()
                };
                let mut lines: Vec<String> = app
                    .model
                    .settings
                    .iter()
                    .filter(constant)
                    .map(|other| other.line.clone())
                    .collect();
                lines.push(line);
                files.push((real.file.clone(), lines));
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_all_combinations_in_the_contestant_unless_their_path_is_the_scenarios() {
        let axes: Vec<Axis> = ["processes=1,2", "hosts.app.cores=4,8"]
            .iter()
            .map(|text| Axis::parse(text).unwrap())
            .collect();
        let all = settings("node", &axes);
        let names: Vec<&str> = all.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "processes=1 cores=4",
                "processes=1 cores=8",
                "processes=2 cores=4",
                "processes=2 cores=8"
            ]
        );
        assert_eq!(
            all[1].overrides,
            ["contestants.node.processes=1", "hosts.app.cores=8"]
        );
        let alike: Vec<Axis> = ["executors.main.carriers=1", "executors.pool.carriers=4"]
            .iter()
            .map(|text| Axis::parse(text).unwrap())
            .collect();
        assert_eq!(
            settings("node", &alike)[0].name,
            "executors.main.carriers=1 executors.pool.carriers=4"
        );
    }

    /// Every key that a model says how to set is one that can be set.
    #[test]
    fn models_name_settings_by_keys_that_there_are() {
        use crate::scenario::{Embedded, embedded};
        let mut paths = 0;
        for file in embedded::models() {
            let name = file.name;
            let base = ["quickstart", "io-bound"].iter().find_map(|example| {
                let set = format!("contestants.node.model={name}");
                load(&Embedded, example, &[set]).ok()
            });
            let Some(scenario) = base else { continue };
            let Some(node) = scenario.contestants.iter().find(|c| c.name == "node") else {
                continue;
            };
            for real in &node.system.services[0].model.settings {
                let value = if real.constant() {
                    continue;
                } else if real.line.contains("SECONDS") {
                    "7s"
                } else {
                    "7"
                };
                let set = [
                    format!("contestants.node.model={name}"),
                    format!("contestants.node.{}={value}", real.path),
                    // A thread's own connections have no number.
                    "contestants.node.pools.database.reuse=fifo".to_owned(),
                ];
                load(&Embedded, "quickstart", &set)
                    .unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
                assert!(real.line_for(value).contains('7'), "{name}: {}", real.line);
                paths += 1;
            }
        }
        assert!(paths > 20, "{paths}");
    }
}
