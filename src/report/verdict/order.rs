//! Where latency curves cross, and up to where the choice does not matter.

use super::paired;
use crate::experiment::{Crossing, Study};
use crate::report::view::{self, ALL};
use crate::report::words;

/// One sentence for the crossings, one for a load side by side, one for the indifferent range.
pub fn sentences(study: &Study) -> Vec<String> {
    let unit = view::unit(study);
    let mut out = Vec::new();
    if !study.verdict.crossings.is_empty() {
        let each: Vec<String> = study.verdict.crossings.iter().map(crossing).collect();
        out.push(format!(
            "The p99 curves cross, told apart on both sides, in {unit}: {}.",
            each.join("; ")
        ));
    }
    out.extend(side_by_side(study, unit));
    if study.contestants.len() > 1 {
        out.extend(
            study
                .verdict
                .indifferent_up_to
                .map(|load| indifferent(load, unit)),
        );
    }
    out
}

/// Who is ahead at the highest load at which everybody is compared with the best.
fn side_by_side(study: &Study, unit: &str) -> Vec<String> {
    let compared = |load: &f64| {
        let differences = study.verdict.differences.iter();
        let here = differences.filter(|d| d.load == *load && d.endpoint == ALL);
        study.contestants.len() > 1 && here.count() + 1 == study.contestants.len()
    };
    let Some(load) = view::loads(study).into_iter().rfind(compared) else {
        return Vec::new();
    };
    let each = paired::each_endpoint(study, load).into_iter().enumerate();
    let load = words::load(load);
    each.map(|(index, said)| match index {
        0 => format!("At {load} {unit}, the highest load at which everybody is compared: {said}."),
        _ => format!("At {load} {unit}: {said}."),
    })
    .collect()
}

fn crossing(crossing: &Crossing) -> String {
    let Crossing {
        below,
        above,
        load,
        between: (low, high),
    } = crossing;
    format!(
        "{below} is faster up to about {} ({} to {}), {above} beyond",
        words::number(*load),
        words::load(*low),
        words::load(*high)
    )
}

fn indifferent(load: f64, unit: &str) -> String {
    format!(
        "Up to {} {unit} it does not matter: nobody's p99 is more than 10 % or 1 ms above the best.",
        words::load(load)
    )
}
