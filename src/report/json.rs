//! `results.json`: the rows under `"rows"`, beside what they came from.

use serde_json::{Value, json};

use super::carried::CAPACITIES;
use super::changes::CHANGES;
use super::columns::{Cell, columns};
use super::raced::SETTINGS;
use super::sheet::Sheet;
use crate::experiment::{Study, SweptAxis};

/// The whole file: a line for each row, so that a difference between two files is readable. Absent figures are `null`.
#[must_use]
pub fn json(study: &Study) -> String {
    let head = [
        ("scenario", json!(study.scenario)),
        ("title", json!(study.title)),
        ("seed", json!(study.seed)),
        ("version", json!(study.version)),
        ("digest", json!(study.digest)),
        (
            "events_per_second",
            number(Some(study.events_per_second.round())),
        ),
        ("interrupted", json!(study.interrupted)),
    ];
    let mut out = String::from("{\n");
    for (key, value) in head {
        out.push_str(&format!("  {}: {value},\n", json!(key)));
    }
    if let Some(sweep) = &study.sweep {
        let axis = |axis: &SweptAxis| json!({"path": axis.path, "unit": axis.scale.as_ref().map(|s| &s.unit)});
        let axes: Vec<Value> = sweep.axes.iter().map(axis).collect();
        out.push_str(&format!("  \"vary\": {},\n", json!(axes)));
    }
    let columns = columns(study);
    let rows = study.rows.iter().map(|row| {
        let cells = columns.iter();
        object(cells.map(|c| (c.name.as_str(), c.cell(study, row))))
    });
    let rows = list(rows);
    if !study.carried.is_empty() {
        let capacities = sheet(&CAPACITIES, study);
        out.push_str(&format!("  \"capacities\": {capacities},\n"));
    }
    if !study.raced.is_empty() {
        let settings = sheet(&SETTINGS, study);
        out.push_str(&format!("  \"settings\": {settings},\n"));
    }
    if let Some(since) = &study.changes {
        let changes = sheet(&CHANGES, study);
        out.push_str(&format!("  \"baseline\": {},\n", json!(since.baseline)));
        out.push_str(&format!("  \"changes\": {changes},\n"));
    }
    out.push_str(&format!("  \"rows\": {rows}\n}}\n"));
    out
}

/// A table as a list of its rows.
fn sheet<T>(sheet: &Sheet<T>, study: &Study) -> String {
    list(sheet.rows(study).map(|row| object(sheet.header().zip(row))))
}

/// A row on a line of its own.
fn object<'a>(cells: impl Iterator<Item = (&'a str, Cell)>) -> String {
    let cells = cells.map(|(name, cell)| format!("{}:{}", json!(name), value(cell)));
    format!("    {{{}}}", cells.collect::<Vec<_>>().join(","))
}

fn list(rows: impl Iterator<Item = String>) -> String {
    let rows = rows.collect::<Vec<_>>().join(",\n");
    if rows.is_empty() {
        "[]".to_owned()
    } else {
        format!("[\n{rows}\n  ]")
    }
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        Cell::Number(figure) => number(figure),
        Cell::Count(count) => json!(count),
        Cell::Flag(flag) => json!(flag),
    }
}

/// Whole numbers without a decimal point, as in the CSV file.
fn number(figure: Option<f64>) -> Value {
    match figure {
        None => Value::Null,
        Some(f) if !f.is_finite() => Value::Null,
        Some(f) if f.fract() == 0.0 && f.abs() < 9e15 => json!(f as i64),
        Some(f) => json!(f),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn it_is_json_and_has_every_row() {
        let study = fixture::compare();
        let parsed: Value = serde_json::from_str(&json(&study)).unwrap();
        assert_eq!(parsed["rows"].as_array().unwrap().len(), study.rows.len());
        assert_eq!(parsed["scenario"], "quickstart");
        assert_eq!(parsed["rows"][0]["contestant"], "node");
    }

    #[test]
    fn only_events_per_second_may_differ() {
        let mut other = fixture::compare();
        other.events_per_second *= 2.0;
        let (a, b) = (json(&fixture::compare()), json(&other));
        let different: Vec<_> = a.lines().zip(b.lines()).filter(|(a, b)| a != b).collect();
        assert_eq!(different.len(), 1);
        assert!(different[0].0.contains("events_per_second"));
    }

    #[test]
    fn an_empty_study_is_still_json() {
        let parsed: Value = serde_json::from_str(&json(&fixture::empty())).unwrap();
        assert_eq!(parsed["rows"], json!([]));
    }

    #[test]
    fn a_small_study() {
        insta::assert_snapshot!(json(&fixture::small()));
    }
}
