//! Why p99 is what it is, on paper: tables, sentences, CSV, JSON of an [`Explanation`].
//!
//! | module | makes |
//! | --- | --- |
//! | `tables` | the account by band, the counterfactuals and the laws of each contestant |
//! | `sentences` | what they come to, in words |
//! | `export` | `explain.csv` (a figure a line) and `explain.json` |

mod export;
mod sentences;
mod tables;

use super::table;
use super::words;
use crate::experiment::LoadUnit;
use crate::experiment::explain::{Explanation, Slice};
use crate::measure::Component;

pub use export::{csv, json};
pub use sentences::sentences;
pub use tables::tables;

/// Everything for a terminal: tables, then what they come to.
#[cfg(feature = "cli")]
#[must_use]
pub fn terminal(explanation: &Explanation, width: usize, colour: bool) -> String {
    table::page(
        &heading(explanation),
        &tables(explanation),
        &sentences(explanation),
        &explanation.shortfalls,
        width,
        colour,
    )
}

/// Everything as Markdown, for a report.
#[must_use]
pub fn markdown(explanation: &Explanation) -> String {
    let came_from = format!(
        "Scenario `{}`, seed {}, crossover {}, digest `{}`.",
        explanation.scenario, explanation.seed, explanation.version, explanation.digest
    );
    table::markdown_page(
        &heading(explanation),
        &tables(explanation),
        &sentences(explanation),
        &explanation.shortfalls,
        &came_from,
    )
}

fn heading(explanation: &Explanation) -> String {
    format!("Why p99 is what it is. {}", explanation.title)
}

/// `all requests at 240 requests/s`, `file at 300 requests/s`.
#[must_use]
pub fn subject(explanation: &Explanation) -> String {
    let which = explanation.endpoint.as_deref().unwrap_or("all requests");
    let unit = match explanation.load_unit {
        LoadUnit::Rps => "requests/s",
        LoadUnit::Users => "users",
    };
    format!("{which} at {} {unit}", words::load(explanation.load))
}

/// `fastest 50 %`, `50–90 %`, `90–99 %`, `slowest 1 %`.
#[must_use]
pub fn band(slice: &Slice) -> String {
    let (from, to) = slice.shares;
    let bare = |share: f64| format!("{:.0}", 100.0 * share);
    match (from == 0.0, to == 1.0) {
        (true, _) => format!("fastest {} %", bare(to)),
        (_, true) => format!("slowest {} %", bare(1.0 - from)),
        _ => format!("{}–{} %", bare(from), bare(to)),
    }
}

/// A state in a service, the app first, and its time: the account with called services opened.
pub(super) fn opened(slice: &Slice) -> Vec<(usize, Component, f64)> {
    let own = Component::ALL.into_iter().filter(|c| *c != Component::Call);
    let mut all: Vec<(usize, Component, f64)> =
        own.map(|c| (0, c, slice.account_ms[c as usize])).collect();
    for (service, inside) in slice.inside_ms.iter().enumerate() {
        let states = Component::ALL.into_iter();
        all.extend(
            states
                .map(|c| (service, c, inside[c as usize]))
                .filter(|(.., ms)| *ms > 0.0),
        );
    }
    all
}

/// What a request does in a state, in words that follow "the slowest 1 % spend their time".
pub(in crate::report) fn doing(component: Component) -> &'static str {
    match component {
        Component::WaitClient => "waiting for a client's connection",
        Component::WaitAccept => "waiting to be accepted",
        Component::WaitWorker => "waiting for a thread or the loop",
        Component::WaitLock => "waiting for the lock",
        Component::WaitCore => "waiting for a core",
        Component::Cpu => "running app code",
        Component::Cold => "slowed by cold cores",
        Component::WaitPool => "waiting for an auxiliary thread",
        Component::Native => "running native code",
        Component::Gc => "stopped by the garbage collector",
        Component::WaitConnection => "waiting for a pooled connection",
        Component::Call => "inside called services",
        Component::Network => "on the wire",
        Component::Timer => "in timers",
    }
}

/// The same, in a service.
fn doing_in(explanation: &Explanation, service: usize, component: Component) -> String {
    match explanation.services.get(service).filter(|_| service > 0) {
        Some(name) if component == Component::Cpu => format!("at work in {name}"),
        Some(name) => format!("{} in {name}", doing(component)),
        None => doing(component).to_owned(),
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests;
