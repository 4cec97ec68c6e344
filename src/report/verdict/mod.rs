//! The conclusion in words: short, precise, and never more than the intervals support.
//!
//! A capacity is known as a bracket: the highest visited load at which the objective was met, and the lowest at which it was
//! missed. One contestant is said to carry more than another only where their brackets do not overlap.

pub(super) mod apart;
mod capacity;
mod carried;
mod caveats;
mod changes;
mod expected;
mod flip;
mod order;
mod paired;
mod raced;
mod single;
mod sweep;

use crate::experiment::Study;
use crate::report::view;

/// The sentences of the verdict, the most important first, each a paragraph or a bullet of its own. What the data was too little
/// for is in [`shortfalls`].
#[must_use]
pub fn verdict(study: &Study) -> Vec<String> {
    let mut sentences = caveats::first(study);
    if let Some(found) = &study.changes {
        sentences.extend(changes::sentences(study, found));
    }
    if study.rows.is_empty() {
        sentences.push("Nothing was finished: there is nothing to conclude.".to_owned());
    } else if !study.carried.is_empty() {
        sentences.extend(carried::sentences(study));
    } else if let Some(found) = &study.sweep {
        sentences.extend(sweep::sentences(study, found));
    } else if !study.raced.is_empty() {
        sentences.extend(raced::sentences(study));
    } else if view::single_load(study) {
        sentences.extend(single::sentences(study));
    } else {
        sentences.extend(expected::sentences(study));
        sentences.extend(capacity::sentences(study));
        sentences.extend(order::sentences(study));
    }
    sentences.extend(caveats::sentences(study));
    sentences
}

/// What was left empty, a sentence each, with the command that fills it.
#[must_use]
pub fn shortfalls(study: &Study) -> Vec<String> {
    study
        .shortfalls
        .iter()
        .map(|text| caveats::sentence(text))
        .collect()
}

#[cfg(test)]
mod tests;
