//! The verdict on one load.

use super::{caveats, paired};
use crate::experiment::{LoadUnit, Row, Study};
use crate::measure::Component;
use crate::report::view::{self, ALL};
use crate::report::words;

/// Who meets the objective, who answers soonest, what is in use most and where the time goes.
pub fn sentences(study: &Study) -> Vec<String> {
    let rows: Vec<&Row> = study
        .rows
        .iter()
        .filter(|row| row.endpoint == ALL)
        .collect();
    let mut out = Vec::new();
    out.extend(objective(study, &rows));
    out.extend(saturated(study, &rows));
    if let Some(load) = view::loads(study).first() {
        let each = paired::each_endpoint(study, *load);
        out.extend(each.iter().map(|said| caveats::sentence(said)));
    }
    out.extend(rows.iter().filter_map(|row| where_time_goes(study, row)));
    out
}

fn names(rows: &[&Row], which: impl Fn(&Row) -> bool) -> Option<String> {
    let names: Vec<&str> = rows
        .iter()
        .filter(|row| which(row))
        .map(|row| row.contestant.as_str())
        .collect();
    (!names.is_empty()).then(|| words::list(&names))
}

fn objective(study: &Study, rows: &[&Row]) -> Option<String> {
    let goal = words::objectives(&study.slo)?;
    let groups = [
        ("met by", names(rows, |row| row.within_slo == Some(true))),
        (
            "missed by",
            names(rows, |row| row.within_slo == Some(false)),
        ),
        (
            "not to be told for",
            names(rows, |row| row.within_slo.is_none()),
        ),
    ];
    let groups: Vec<String> = groups
        .into_iter()
        .filter_map(|(how, who)| Some(format!("{how} {}", who?)))
        .collect();
    let load = view::loads(study)
        .first()
        .map_or_else(String::new, |&load| words::load(load));
    Some(format!(
        "At {load} {} the objective ({goal}) is {}.",
        view::unit(study),
        groups.join("; ")
    ))
}

fn saturated(study: &Study, rows: &[&Row]) -> Option<String> {
    if study.load_unit == LoadUnit::Users {
        return None;
    }
    let who = names(rows, |row| row.saturated)?;
    Some(format!(
        "Saturated, so that its latency grows for as long as the load lasts: {who}."
    ))
}

/// The three largest parts of a contestant's mean latency, and its busiest resource.
fn where_time_goes(study: &Study, row: &Row) -> Option<String> {
    let busiest = view::whole_resources(study, row).max_by(|a, b| a.1.total_cmp(&b.1));
    let busiest = busiest.map(|(name, used)| {
        format!(
            "in use most: {}, {}",
            words::resource(name),
            words::percent(*used)
        )
    });
    let Some(account) = row.account_ms else {
        return busiest.map(|busiest| format!("{}: {busiest}.", row.contestant));
    };
    let total: f64 = account.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mut parts: Vec<(Component, f64)> = Component::ALL
        .into_iter()
        .map(|c| (c, account[c as usize] / total))
        .collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    let parts = parts.iter().take(3).filter(|(_, share)| *share >= 0.01);
    let parts: Vec<String> = parts
        .map(|(c, share)| format!("{} {}", words::percent(*share), plain_name(*c)))
        .collect();
    let busiest = busiest.map_or_else(String::new, |busiest| format!("; {busiest}"));
    Some(format!(
        "{}: of the mean {}, {}{busiest}.",
        row.contestant,
        words::time(total),
        words::list(&parts)
    ))
}

/// A state in the words of a sentence.
fn plain_name(component: Component) -> &'static str {
    match component {
        Component::WaitClient => "waiting for a client's connection",
        Component::WaitAccept => "waiting to be accepted",
        Component::WaitWorker => "waiting for a thread or the loop",
        Component::WaitLock => "waiting for the interpreter's lock",
        Component::WaitCore => "waiting for a core",
        Component::Cpu => "running the app's code",
        Component::Cold => "extra on cold cores",
        Component::WaitPool => "waiting for the auxiliary pool",
        Component::Native => "running native code",
        Component::Gc => "stopped by the garbage collector",
        Component::WaitConnection => "waiting for a pooled connection",
        Component::Call => "inside called services",
        Component::Network => "on the wire",
        Component::Timer => "in timers",
    }
}
