//! What a reader must know before believing the rest.

use crate::experiment::{LoadUnit, Study};
use crate::report::words;

/// What has to be said before anything else: what was decided for the user, and that not all is there.
pub fn first(study: &Study) -> Vec<String> {
    let mut out: Vec<String> = study.notes.iter().map(|note| sentence(note)).collect();
    if study.interrupted {
        out.push("Interrupted: what is shown is finished; loads and contestants that are missing were not.".to_owned());
    }
    out
}

/// Models without a recording, closed loops.
pub fn sentences(study: &Study) -> Vec<String> {
    let mut out = Vec::new();
    if study.load_unit == LoadUnit::Users && !study.rows.is_empty() {
        out.push(
            "Closed loop: users wait for their answers, so nothing saturates; a slow server slows its own load down, and \
             latencies flatter it."
                .to_owned(),
        );
    }
    let guessed: Vec<&str> = study
        .contestants
        .iter()
        .filter(|c| c.unvalidated)
        .map(|c| c.name.as_str())
        .collect();
    if !guessed.is_empty() {
        let verb = if guessed.len() == 1 {
            "has a model"
        } else {
            "have models"
        };
        out.push(format!(
            "{} {verb} that no recording of a real server backs: take the figures as estimates.",
            words::list(&guessed)
        ));
    }
    out
}

/// A note or shortfall as a sentence of its own.
pub fn sentence(shortfall: &str) -> String {
    let mut chars = shortfall.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let text = format!("{first}{}", chars.as_str());
    if text.ends_with(['.', '!', '`']) {
        text
    } else {
        format!("{text}.")
    }
}
