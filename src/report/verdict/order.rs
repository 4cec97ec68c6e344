//! Where latency curves cross, and up to where the choice does not matter.

use crate::experiment::{Crossing, Study};
use crate::report::{view, words};

/// One sentence for the crossings, one for the indifferent range.
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
