//! Reading a study: its loads, and the row of a contestant at a load.

use crate::experiment::{LoadUnit, Row, Study};

/// The endpoint name of the sum over all endpoints.
pub const ALL: &str = "all";

/// A name as part of a file's.
#[must_use]
pub fn file_stem(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// The loads of the study, ascending, each once.
#[must_use]
pub fn loads(study: &Study) -> Vec<f64> {
    let mut loads: Vec<f64> = study.rows.iter().map(|row| row.load).collect();
    loads.sort_by(f64::total_cmp);
    loads.dedup();
    loads
}

/// The rows of a contestant for an endpoint, by ascending load.
#[must_use]
pub fn curve<'a>(study: &'a Study, contestant: &str, endpoint: &str) -> Vec<&'a Row> {
    let wanted = |row: &&Row| row.contestant == contestant && row.endpoint == endpoint;
    let mut rows: Vec<&Row> = study.rows.iter().filter(wanted).collect();
    rows.sort_by(|a, b| a.load.total_cmp(&b.load));
    rows
}

/// The row of a contestant at a load for an endpoint, if it was finished.
#[must_use]
pub fn row<'a>(study: &'a Study, contestant: &str, load: f64, endpoint: &str) -> Option<&'a Row> {
    study
        .rows
        .iter()
        .find(|row| row.contestant == contestant && row.load == load && row.endpoint == endpoint)
}

/// The names of the contestants that have any row, in the order of the scenario.
#[must_use]
pub fn contestants(study: &Study) -> Vec<&str> {
    study.contestants.iter().map(|c| c.name.as_str()).collect()
}

/// What stands beside the name of a contestant in a table whose model no recording of a real server backs.
pub const UNVALIDATED: &str = "†";

/// Whether no recording of a real server backs a contestant's model.
#[must_use]
pub fn unvalidated(study: &Study, contestant: &str) -> bool {
    let mut infos = study.contestants.iter();
    infos.any(|info| info.name == contestant && info.unvalidated)
}

/// A contestant's name in a table, marked where no recording of a real server backs its model.
#[must_use]
pub fn marked(study: &Study, contestant: &str) -> String {
    if unvalidated(study, contestant) {
        format!("{contestant} {UNVALIDATED}")
    } else {
        contestant.to_owned()
    }
}

/// The same in words, for a picture.
#[must_use]
pub fn labelled(study: &Study, contestant: &str) -> String {
    if unvalidated(study, contestant) {
        format!("{contestant} (unvalidated)")
    } else {
        contestant.to_owned()
    }
}

/// The load for pictures of one load, and why this one: the highest at which all meet the objective; else at which all keep up;
/// else at which any does.
#[must_use]
pub fn common_load(study: &Study) -> Option<(f64, &'static str)> {
    let counted = |load: f64, which: fn(&Row) -> bool| {
        let rows = study
            .rows
            .iter()
            .filter(|row| row.load == load && row.endpoint == ALL);
        rows.filter(|row| row.account_ms.is_some() && which(row))
            .count()
    };
    let loads = loads(study);
    let highest = |which, least: usize| {
        loads
            .iter()
            .rev()
            .copied()
            .find(|&load| counted(load, which) >= least)
    };
    let all = study.contestants.len().max(1);
    let met = highest(|row| row.within_slo == Some(true), all)
        .map(|load| (load, "all meet the objective"));
    met.or_else(|| highest(|_| true, all).map(|load| (load, "all keep up")))
        .or_else(|| highest(|_| true, 1).map(|load| (load, "any keeps up")))
}

/// What a row has in use, without parts of resources (one core of several): by its contestant's demands, if these are known.
pub fn whole_resources<'a>(
    study: &'a Study,
    row: &'a Row,
) -> impl Iterator<Item = &'a (String, f64)> {
    let info = study.contestants.iter().find(|c| c.name == row.contestant);
    let bounds = info.map_or(&[][..], |info| info.bounds.as_slice());
    row.util
        .iter()
        .filter(|(name, _)| bounds.is_empty() || bounds.iter().any(|b| b.resource == *name))
}

/// True for a study of one load in depth.
#[must_use]
pub fn single_load(study: &Study) -> bool {
    loads(study).len() == 1
}

/// The unit of the loads after a number.
#[must_use]
pub fn unit(study: &Study) -> &'static str {
    match study.load_unit {
        LoadUnit::Rps => "requests/s",
        LoadUnit::Users => "users",
    }
}
