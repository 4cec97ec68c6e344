//! What came of a scenario's expectations, a line each; and as JSON.

use serde_json::{Value, json};

use super::words;
use crate::experiment::{Estimate, Examined, Finding, LoadUnit, Measured};
use crate::scenario::{Expectation, Limit, Side, Subject, Unit};

/// A line: whether it holds, the figures, and the control's figures.
#[must_use]
pub fn line(examined: &Examined) -> String {
    let expectation = &examined.expectation;
    let mut line = format!(
        "{:<6} {}: {} ({} at {} {}: {}",
        if examined.holds() { "ok" } else { "FAILED" },
        expectation.name,
        expectation.text,
        subject(&expectation.subject),
        words::load(examined.load),
        load_unit(examined.load_unit),
        values(expectation, &examined.measured, Finding::Shown),
    );
    if let (Some(measured), Some(control)) = (&examined.control, &expectation.control) {
        line.push_str(&format!(
            "; with {}: {}",
            control.changes.join(", "),
            values(expectation, measured, Finding::Refuted)
        ));
    }
    line + ")"
}

/// `8.31 ±0.2 ms < 0.2 × 62.1 ±1.5 ms`, and why that is not what was demanded if it is not.
fn values(expectation: &Expectation, measured: &Measured, demanded: Finding) -> String {
    let unit = expectation.subject.figure.unit();
    let below = match (expectation.side, measured.finding) {
        (_, Finding::Unknown) => "?",
        (_, Finding::Open) => "≈",
        (Side::Below, Finding::Shown) | (Side::Above, Finding::Refuted) => "<",
        _ => ">",
    };
    let limit = match &expectation.limit {
        Limit::Value(_) => value(measured.limit, unit),
        Limit::Times(times, other) => {
            let times = match *times {
                1.0 => String::new(),
                times => format!("{times} × "),
            };
            let other = differs(other, &expectation.subject);
            format!("{times}{} of {other}", value(measured.limit, unit))
        }
    };
    let reason = match measured.finding {
        same if same == demanded => "",
        Finding::Unknown => ", too little data",
        Finding::Open => ", which shows nothing",
        Finding::Refuted => ", which is false",
        Finding::Shown => ", which is still true",
    };
    format!("{} {below} {limit}{reason}", value(measured.figure, unit))
}

fn value(estimate: Option<Estimate>, unit: Unit) -> String {
    match estimate {
        None => "unknown".to_owned(),
        Some(e) if e.value.is_infinite() => "saturated".to_owned(),
        Some(e) => match unit {
            Unit::Size => format!("{} MB", words::plus_minus(e)),
            Unit::Time => format!("{} ms", words::plus_minus(e)),
            Unit::Rate => format!("{}/s", words::plus_minus(e)),
            Unit::Share => format!("{} %", words::plus_minus(e.scaled(100.0))),
        },
    }
}

/// `p99_ms of short, node`.
fn subject(subject: &Subject) -> String {
    format!(
        "{} of {}, {}",
        subject.figure.name(),
        subject.endpoint,
        subject.contestant
    )
}

/// Only what is not the same as of the subject.
fn differs(other: &Subject, than: &Subject) -> String {
    let parts = [
        (other.figure.name(), than.figure.name()),
        (&other.endpoint, &than.endpoint),
        (&other.contestant, &than.contestant),
    ];
    let parts: Vec<&str> = parts.iter().filter(|(a, b)| a != b).map(|p| p.0).collect();
    parts.join(", ")
}

fn load_unit(unit: LoadUnit) -> &'static str {
    match unit {
        LoadUnit::Rps => "requests/s",
        LoadUnit::Users => "users",
    }
}

/// The same for programs. What is empty or infinite is `null`.
#[must_use]
pub fn json(file: &str, all: &[Examined]) -> Value {
    let one = |examined: &Examined| {
        let expectation = &examined.expectation;
        json!({
            "name": expectation.name,
            "text": expectation.text,
            "ok": examined.holds(),
            "load": examined.load,
            "load_unit": match examined.load_unit {
                LoadUnit::Rps => "rps",
                LoadUnit::Users => "users",
            },
            "subject": place(&expectation.subject),
            "side": match expectation.side {
                Side::Below => "below",
                Side::Above => "above",
            },
            "limit": match &expectation.limit {
                Limit::Value(value) => json!({ "value": value }),
                Limit::Times(times, other) => json!({ "times": times, "of": place(other) }),
            },
            "measured": measured(&examined.measured),
            "control": examined.control.as_ref().map(measured),
            "changes": expectation.control.as_ref().map(|control| &control.changes),
        })
    };
    json!({ "file": file, "expectations": all.iter().map(one).collect::<Vec<_>>() })
}

fn place(subject: &Subject) -> Value {
    json!({
        "figure": subject.figure.name(),
        "contestant": subject.contestant,
        "endpoint": subject.endpoint,
    })
}

fn measured(measured: &Measured) -> Value {
    let estimate =
        |e: Option<Estimate>| e.map(|e| json!({ "value": e.value, "lo": e.lo, "hi": e.hi }));
    json!({
        "figure": estimate(measured.figure),
        "limit": estimate(measured.limit),
        "finding": match measured.finding {
            Finding::Shown => "shown",
            Finding::Refuted => "refuted",
            Finding::Open => "open",
            Finding::Unknown => "unknown",
        },
    })
}
