//! What a reader must know before believing the rest.

use crate::experiment::{CLIENT_CONNECTIONS, ContestantInfo, LoadUnit, Row, Study};
use crate::measure::Component;
use crate::report::view::{self, ALL};
use crate::report::words;

/// A share of the mean latency from which on waiting for a client's connection is worth a sentence ...
const MUCH: f64 = 0.1;
/// ... where nothing that the server has is in use as much as this.
const ROOM: f64 = 0.8;

/// What has to be said before anything else: what was decided for the user, and that not all is there.
pub fn first(study: &Study) -> Vec<String> {
    let mut out: Vec<String> = study.notes.iter().map(|note| sentence(note)).collect();
    if study.interrupted {
        out.push("Interrupted: what is shown is finished; loads and contestants that are missing were not.".to_owned());
    }
    out
}

/// Clients that are the limit, models without a recording, closed loops.
pub fn sentences(study: &Study) -> Vec<String> {
    let mut out = Vec::new();
    if study.load_unit == LoadUnit::Users && !study.rows.is_empty() {
        out.push(
            "Closed loop: users wait for their answers, so nothing saturates; a slow server slows its own load down, and \
             latencies flatter it."
                .to_owned(),
        );
    }
    out.extend(short_of_connections(study));
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

/// Where requests wait for the clients' connections while the server has room: there it is the clients that are measured.
fn short_of_connections(study: &Study) -> Option<String> {
    let found = study.contestants.iter().filter_map(|info| {
        let mut bounds = info.bounds.iter();
        let bound = bounds.find(|bound| bound.resource == CLIENT_CONNECTIONS)?;
        let rows = study.rows.iter();
        let mut short = rows.filter(|row| waits_for_clients(study, info, row, bound.load));
        Some((info, bound, short.next()?.load))
    });
    let each: Vec<String> = found
        .map(|(info, bound, load)| {
            format!(
                "{} from {} on ({} carry at most about {})",
                info.name,
                words::load(load),
                bound.units,
                words::number(bound.load)
            )
        })
        .collect();
    (!each.is_empty()).then(|| {
        format!(
            "The clients are the limit and not the server, in {}: requests wait for one of the clients' connections \
             (`clients.connections`) while nothing at the server is in use by {}: {}.",
            view::unit(study),
            words::percent(ROOM),
            each.join("; ")
        )
    })
}

/// Loads ascend among the rows of a contestant. Of who cannot keep up nobody knows what requests wait for; but what the connections carry is less.
fn waits_for_clients(study: &Study, info: &ContestantInfo, row: &Row, carried: f64) -> bool {
    if row.contestant != info.name || row.endpoint != ALL {
        return false;
    }
    let most = view::whole_resources(study, row).map(|(_, used)| *used);
    let waits = match row.account_ms {
        Some(account) => {
            let all: f64 = account.iter().sum();
            account[Component::WaitClient as usize] >= MUCH * all && all > 0.0
        }
        None => row.saturated && row.load >= carried,
    };
    waits && most.fold(0.0, f64::max) < ROOM
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
