//! A trace on paper: a line for each request, the Trace Event Format that ui.perfetto.dev and chrome://tracing open, and CSV.

mod events;
mod names;

use std::collections::BTreeMap;

use super::explain::doing;
use super::table::{self, Table};
use super::words;
use crate::experiment::LoadUnit;
use crate::experiment::trace::{Asked, Traced};
use crate::measure::Component;
use crate::scenario::Contestant;
use crate::world::{Ended, Place, What};

pub use events::json;
use names::Names;

/// States below this share of a request's latency are not named.
const NAMED: f64 = 0.01;
/// Requests in the table at most.
const SHOWN: usize = 20;

/// The requests, for a terminal.
#[cfg(feature = "cli")]
#[must_use]
pub fn terminal(traced: &Traced, contestant: &Contestant, width: usize, colour: bool) -> String {
    let tables = [requests(traced, contestant)];
    table::page(
        &heading(traced, contestant),
        &tables,
        &remarks(traced),
        &[],
        width,
        colour,
    )
}

/// The requests, for a report.
#[must_use]
pub fn markdown(traced: &Traced, contestant: &Contestant) -> String {
    let came_from = format!(
        "Scenario `{}`, seed {}, replication {}, crossover {}, digest `{}`.",
        traced.scenario, traced.seed, traced.replication, traced.version, traced.digest
    );
    let tables = [requests(traced, contestant)];
    table::markdown_page(
        &heading(traced, contestant),
        &tables,
        &remarks(traced),
        &[],
        &came_from,
    )
}

/// `place,depth,what,request,from_ns,to_ns`: every slice.
#[must_use]
pub fn csv(traced: &Traced, contestant: &Contestant) -> String {
    let names = Names(contestant);
    let mut out = String::from("group,track,depth,what,request,from_ns,to_ns\n");
    for slice in &traced.trace.slices {
        let request = slice
            .request
            .map_or_else(String::new, |number| number.to_string());
        out.push_str(&format!(
            "\"{}\",\"{}\",{},\"{}\",{request},{},{}\n",
            names.group(slice.place).replace('"', "\"\""),
            names.track(slice.place).replace('"', "\"\""),
            slice.depth,
            names.slice(slice).replace('"', "\"\""),
            slice.from.0,
            slice.to.0,
        ));
    }
    out
}

fn heading(traced: &Traced, contestant: &Contestant) -> String {
    let unit = match traced.load_unit {
        LoadUnit::Rps => "requests/s",
        LoadUnit::Users => "users",
    };
    let which = match traced.asked {
        Asked::Number(number) => format!("request {number}"),
        Asked::Slowest { count: 1, .. } => "the slowest request".to_owned(),
        Asked::Slowest { .. } => format!("the {} slowest requests", traced.trace.ended.len()),
    };
    format!(
        "{} at {} {unit}, replication {}: {which} of {}",
        contestant.name,
        words::load(traced.load),
        traced.replication,
        words::load(traced.trace.outcome.arrived as f64),
    )
}

fn remarks(traced: &Traced) -> Vec<String> {
    let mut remarks = traced.notes.clone();
    if let Asked::Slowest { .. } = traced.asked {
        remarks.push(
            "slowest of those answered that came after the first quarter of the replication"
                .to_owned(),
        );
    }
    if let Some(cut) = traced.trace.cut {
        remarks.push(format!(
            "so much went on that the trace ends at {:.6} s: fewer requests make it whole",
            cut.as_secs_f64()
        ));
    }
    remarks
}

/// A line for each request, the slowest first, no more than a person reads.
fn requests(traced: &Traced, contestant: &Contestant) -> Table {
    let names = Names(contestant);
    let mut ended: Vec<&Ended> = traced.trace.ended.iter().collect();
    ended.sort_by_key(|ended| std::cmp::Reverse(ended.latency));
    let row = |ended: &&Ended| {
        vec![
            ended.number.to_string(),
            names.endpoint(ended.endpoint).to_owned(),
            format!("{:.6}", ended.begun.as_secs_f64()),
            ended.latency.map_or_else(
                || "not ended".to_owned(),
                |latency| words::number(latency.as_millis_f64()),
            ),
            whereabouts(ended, traced, &names),
        ]
    };
    Table {
        title: "Where the time of each went, ms".to_owned(),
        header: [
            "request",
            "endpoint",
            "sent at, s",
            "latency, ms",
            "of which",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: ended.iter().take(SHOWN).map(row).collect(),
        note: match ended.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!("and {} more, in the trace", words::load(more as f64)),
        },
    }
}

/// `239 waiting for an auxiliary thread, 1.21 at work in postgres`, most first; and how it failed, if it did. Called services are opened.
fn whereabouts(ended: &Ended, traced: &Traced, names: &Names) -> String {
    let mut states: Vec<(u64, String)> = Component::ALL
        .map(|state| (ended.account.get(state), doing(state).to_owned()))
        .to_vec();
    let called = inside(ended.number, traced, names);
    if called.iter().map(|(ns, _)| ns).sum::<u64>() == ended.account.get(Component::Call) {
        states[Component::Call as usize].0 = 0;
        states.extend(called);
    }
    let total = ended.account.total() as f64;
    states.retain(|(ns, _)| *ns as f64 > NAMED * total);
    states.sort_by_key(|(ns, _)| std::cmp::Reverse(*ns));
    let named = states
        .into_iter()
        .map(|(ns, what)| format!("{} {what}", words::number(ns as f64 * 1e-6)));
    let failed = ended
        .failure
        .map(|why| format!("failed: {}", names::failure(why)));
    failed
        .into_iter()
        .chain(named)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What called services did for a request. A call begins on the wire, which is its caller's time, and what opens a connection is its caller's wait for
/// one; where calls overlap, in branches, or the trace was cut, it is not the time that the request was charged.
fn inside(number: u64, traced: &Traced, names: &Names) -> Vec<(u64, String)> {
    let mut sums: BTreeMap<(u32, Component), u64> = BTreeMap::new();
    let mut answers = true;
    for slice in &traced.trace.slices {
        if slice.depth == 0 {
            answers = slice.what != What::Opening;
        } else if let (true, Place::Call { service, .. }, 1, Some(state)) =
            (answers, slice.place, slice.depth, slice.what.state())
            && slice.request == Some(number)
            && !matches!(state, Component::Network | Component::Call)
        {
            *sums.entry((service, state)).or_default() += slice.span().0;
        }
    }
    let named = |((service, state), ns): ((u32, Component), u64)| {
        let service = names.service(service);
        let what = match state {
            Component::Cpu => format!("at work in {service}"),
            _ => format!("{} in {service}", doing(state)),
        };
        (ns, what)
    };
    sums.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::events::tests::asked_of;
    use super::*;

    /// A first request has to open its connections, in which postgres works too: that is the wait for a connection, and the answer is opened beside it.
    #[test]
    fn what_opens_a_connection_is_no_answer_to_a_call() {
        let (traced, contestant) = asked_of("quickstart", "node", Asked::Number(1));
        let names = Names(&contestant);
        let first = &traced.trace.ended[0];
        assert!(first.account.get(Component::WaitConnection) > 0);
        let mut seen = traced.trace.slices.iter();
        assert!(seen.any(|slice| slice.what == What::Opening));
        let inside: u64 = inside(first.number, &traced, &names)
            .iter()
            .map(|(ns, _)| ns)
            .sum();
        assert_eq!(inside, first.account.get(Component::Call));
        let said = whereabouts(first, &traced, &names);
        assert!(said.contains("at work in postgres"), "{said}");
        assert!(!said.contains("inside called services"), "{said}");
    }

    /// A table of thousands of lines is none; all of them are in the file.
    #[test]
    fn a_table_ends_where_nobody_reads_on() {
        let asked = |count| Asked::Slowest {
            count,
            endpoint: None,
        };
        let (traced, contestant) = asked_of("quickstart", "node", asked(27));
        let table = requests(&traced, &contestant);
        assert_eq!(
            (table.rows.len(), table.note.as_str()),
            (SHOWN, "and 7 more, in the trace")
        );
        let (traced, contestant) = asked_of("quickstart", "node", asked(SHOWN));
        let table = requests(&traced, &contestant);
        assert_eq!((table.rows.len(), table.note.as_str()), (SHOWN, ""));
    }
}
