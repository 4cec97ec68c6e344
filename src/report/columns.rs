//! The columns of a result: one table in code, from which CSV, JSON and their documentation derive.

use crate::experiment::{Estimate, LoadUnit, Row, Study, Sweep, SweptFigure};
use crate::measure::Component;
use crate::scenario::Figure;

/// What stands in one column of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A name.
    Text(String),
    /// A figure, rounded to nine significant digits; absent where the data cannot support it.
    Number(Option<f64>),
    /// A count.
    Count(u64),
    /// Yes or no.
    Flag(bool),
}

/// One column: its name in every file, what it says, and where it is read.
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it says, for people.
    pub doc: String,
    source: Source,
}

enum Source {
    Text(fn(&Study, &Row) -> String),
    Number(fn(&Row) -> Option<f64>),
    Figure(Figure, Part),
    Count(fn(&Row) -> u64),
    Flag(fn(&Row) -> bool),
    Account(Component),
    Util(String),
    Vary(usize),
    Ratios,
    Capacity(Part),
}

#[derive(Clone, Copy)]
enum Part {
    Value,
    Lo,
    Hi,
}

impl Part {
    fn of(self, estimate: Estimate) -> f64 {
        match self {
            Self::Value => estimate.value,
            Self::Lo => estimate.lo,
            Self::Hi => estimate.hi,
        }
    }
}

/// What a figure with an interval says.
fn figure_doc(figure: Figure) -> &'static str {
    match figure {
        Figure::Offered => "requests meant to be sent per second; empty in a closed loop",
        Figure::Throughput => "requests answered successfully per second",
        Figure::Errors => "fraction of ended requests that failed",
        Figure::Refused => "fraction that failed because the connection was refused",
        Figure::Timeout => {
            "because the client gave up, the server did (408), or a wait for a connection did"
        }
        Figure::Killed => "because the server killed the worker",
        Figure::Shed => "because the server refused the request (503)",
        Figure::Mean => "mean latency of the successful, from the moment the client meant to send",
        Figure::Sd => "standard deviation of that latency",
        Figure::P50 => "median of that latency",
        Figure::P90 => "90th percentile",
        Figure::P95 => "95th percentile",
        Figure::P99 => "99th percentile",
        Figure::P999 => "99.9th percentile",
        Figure::P99Slo => {
            "99th percentile of all requests, failures counted as infinite; empty where infinite"
        }
    }
}

/// What each state of the account means.
fn account_doc(component: Component) -> &'static str {
    match component {
        Component::WaitClient => "mean time waiting for a free connection on the client's side",
        Component::WaitAccept => "in the kernel's accept queue, SYN retries included",
        Component::WaitWorker => "for a thread, or for its turn on the loop",
        Component::WaitLock => "for the interpreter's lock",
        Component::WaitCore => "runnable, for a core; context switches included",
        Component::Cpu => "running the app's own language",
        Component::Cold => "the extra of running on a core gone cold",
        Component::WaitPool => "for a thread of an auxiliary pool",
        Component::Native => "running native code",
        Component::Gc => "stopped by the garbage collector",
        Component::WaitConnection => {
            "for a connection of a pool to a database or other service: the pool's queue, and of opening one the wire and the service's part"
        }
        Component::Call => "inside a called service",
        Component::Network => "on the wire",
        Component::Timer => "in a timer",
    }
}

/// The columns of a study's rows, in order. Only the `util_` columns differ between studies: the union over all rows.
#[must_use]
pub fn columns(study: &Study) -> Vec<Column> {
    let mut all = columns_for(&resources(study));
    if let Some(sweep) = &study.sweep {
        all.splice(SWEPT_FROM..SWEPT_FROM, swept(sweep));
    }
    all.shrink_to_fit();
    all
}

/// Where the columns of a sweep stand: behind contestant, endpoint, load and its unit.
const SWEPT_FROM: usize = 4;

/// The columns that only a sweep has.
fn swept(sweep: &Sweep) -> Vec<Column> {
    let column = |name: String, doc: &str, source| Column {
        name,
        doc: doc.to_owned(),
        source,
    };
    let each = sweep.axes.iter().enumerate();
    let mut all: Vec<Column> = each
        .map(|(i, axis)| {
            column(
                format!("vary.{}", axis.path),
                "the value of this key",
                Source::Vary(i),
            )
        })
        .collect();
    if sweep.sheets.len() > 1 {
        all.push(column(
            "ratios".to_owned(),
            "`measured` ratios between the languages, or `equal` CPU",
            Source::Ratios,
        ));
    }
    if sweep.figure == SweptFigure::Capacity {
        let docs = [
            (
                "capacity",
                "the load carried inside the objectives; only in the rows of `all`",
                Part::Value,
            ),
            ("capacity_lo", "lower end of its 95 % interval", Part::Lo),
            ("capacity_hi", "upper end", Part::Hi),
        ];
        all.extend(
            docs.map(|(name, doc, part)| column(name.to_owned(), doc, Source::Capacity(part))),
        );
    }
    all
}

/// A swept value: a number where the unit is the same for all, else as it was written.
fn varied(study: &Study, row: &Row, axis: usize) -> Cell {
    let written = row.swept.as_ref().and_then(|swept| swept.values.get(axis));
    let axis = study.sweep.as_ref().and_then(|sweep| sweep.axes.get(axis));
    let (Some(written), Some(axis)) = (written, axis) else {
        return Cell::Number(None);
    };
    let place = axis.values.iter().position(|value| value == written);
    match (&axis.scale, place) {
        (Some(scale), Some(place)) => number(scale.numbers.get(place).copied()),
        _ => Cell::Text(written.clone()),
    }
}

/// The names of all resources with a utilisation, in the order in which they first appear.
#[must_use]
pub fn resources(study: &Study) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in study.rows.iter().flat_map(|row| &row.util) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn columns_for(resources: &[String]) -> Vec<Column> {
    let column = |name: &str, doc: &str, source| Column {
        name: name.to_owned(),
        doc: doc.to_owned(),
        source,
    };
    let mut all = vec![
        column(
            "contestant",
            "its name in the scenario",
            Source::Text(|_, r| r.contestant.clone()),
        ),
        column(
            "endpoint",
            "its name, or `all` for the sum",
            Source::Text(|_, r| r.endpoint.clone()),
        ),
        column("load", "the load", Source::Number(|r| Some(r.load))),
        column(
            "load_unit",
            "`rps` (requests per second) or `users`",
            Source::Text(load_unit),
        ),
    ];
    for figure in Figure::ALL {
        let (name, doc) = (figure.name(), figure_doc(figure));
        all.push(column(name, doc, Source::Figure(figure, Part::Value)));
        all.push(column(
            &format!("{name}_lo"),
            "lower end of its 95 % interval",
            Source::Figure(figure, Part::Lo),
        ));
        all.push(column(
            &format!("{name}_hi"),
            "upper end",
            Source::Figure(figure, Part::Hi),
        ));
    }
    all.extend([
        column(
            "saturated",
            "whether the system could not keep up: then latencies are empty",
            Source::Flag(|r| r.saturated),
        ),
        column(
            "requests",
            "measured requests, over all replications",
            Source::Count(|r| r.requests),
        ),
        column(
            "warmup_s",
            "simulated time cut off at the start",
            Source::Number(|r| Some(r.warmup.as_secs_f64())),
        ),
        column(
            "replications",
            "independent repetitions",
            Source::Count(|r| r.replications.into()),
        ),
    ]);
    for component in Component::ALL {
        let name = format!("{}_ms", component.name());
        all.push(column(
            &name,
            account_doc(component),
            Source::Account(component),
        ));
    }
    for name in resources {
        let doc = format!("fraction of `{name}` in use; only in the rows of `all`");
        all.push(column(
            &format!("util_{name}"),
            &doc,
            Source::Util(name.clone()),
        ));
    }
    all.push(column(
        "memory_mb",
        "most memory in use by the app",
        Source::Number(|r| Some(r.memory_mb)),
    ));
    all.push(column(
        "events",
        "simulated events; in the rows of `all`",
        Source::Count(|r| r.events),
    ));
    all
}

fn load_unit(study: &Study, _: &Row) -> String {
    match study.load_unit {
        LoadUnit::Rps => "rps".to_owned(),
        LoadUnit::Users => "users".to_owned(),
    }
}

impl Column {
    /// What stands in this column of a row.
    #[must_use]
    pub fn cell(&self, study: &Study, row: &Row) -> Cell {
        match &self.source {
            Source::Text(read) => Cell::Text(read(study, row)),
            Source::Number(read) => number(read(row)),
            Source::Figure(figure, part) => {
                number(row.figure(*figure).map(|estimate| part.of(estimate)))
            }
            Source::Vary(axis) => varied(study, row, *axis),
            Source::Ratios => {
                let equal = row
                    .swept
                    .as_ref()
                    .is_some_and(|swept| swept.language == 0.0);
                Cell::Text(if equal { "equal" } else { "measured" }.to_owned())
            }
            Source::Capacity(part) => {
                let capacity = row.swept.as_ref().and_then(|swept| swept.capacity);
                number(capacity.map(|estimate| part.of(estimate)))
            }
            Source::Count(read) => Cell::Count(read(row)),
            Source::Flag(read) => Cell::Flag(read(row)),
            Source::Account(component) => {
                number(row.account_ms.map(|account| account[*component as usize]))
            }
            Source::Util(name) => number(
                row.util
                    .iter()
                    .find(|(n, _)| n == name)
                    .map(|&(_, used)| used),
            ),
        }
    }
}

/// Nine significant digits: enough for any use, and no noise in the last bits of a file. What is not finite is absent.
pub(super) fn number(value: Option<f64>) -> Cell {
    Cell::Number(value.and_then(rounded))
}

/// A figure of a file: nine significant digits, absent where it is not finite.
pub(super) fn rounded(value: f64) -> Option<f64> {
    let text = value.is_finite().then(|| format!("{value:.8e}"))?;
    text.parse().ok()
}

/// The columns as a Markdown table, for `docs/results.md`: a figure and the ends of its interval in one line.
#[must_use]
pub fn documentation() -> String {
    let mut out = String::from("| column | says |\n| --- | --- |\n");
    for Column { name, doc, source } in columns_for(&["<resource>".to_owned()]) {
        let line = match source {
            Source::Figure(_, Part::Value) => {
                format!("| `{name}`, `{name}_lo`, `{name}_hi` | {doc} |\n")
            }
            Source::Figure(..) => continue,
            _ => format!("| `{name}` | {doc} |\n"),
        };
        out.push_str(&line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_contract_names_these_columns_in_this_order() {
        let contract = "contestant endpoint load load_unit \
            offered_rps offered_rps_lo offered_rps_hi throughput_rps throughput_rps_lo throughput_rps_hi \
            errors errors_lo errors_hi errors_refused errors_refused_lo errors_refused_hi \
            errors_timeout errors_timeout_lo errors_timeout_hi errors_killed errors_killed_lo errors_killed_hi \
            errors_shed errors_shed_lo errors_shed_hi mean_ms mean_ms_lo mean_ms_hi sd_ms sd_ms_lo sd_ms_hi \
            p50_ms p50_ms_lo p50_ms_hi p90_ms p90_ms_lo p90_ms_hi p95_ms p95_ms_lo p95_ms_hi \
            p99_ms p99_ms_lo p99_ms_hi p999_ms p999_ms_lo p999_ms_hi p99_slo_ms p99_slo_ms_lo p99_slo_ms_hi \
            saturated requests warmup_s replications \
            wait_client_ms wait_accept_ms wait_worker_ms wait_lock_ms wait_core_ms cpu_ms cold_ms wait_pool_ms \
            native_ms gc_ms wait_connection_ms call_ms network_ms timer_ms \
            util_cores util_loop util_postgres util_threads util_lock memory_mb events";
        let names: Vec<String> = columns(&fixture::compare())
            .into_iter()
            .map(|c| c.name)
            .collect();
        assert_eq!(names.join(" "), contract);
    }

    #[test]
    fn a_cell_is_absent_rather_than_not_a_number() {
        assert_eq!(number(Some(f64::NAN)), Cell::Number(None));
        assert_eq!(number(Some(f64::INFINITY)), Cell::Number(None));
        assert_eq!(number(Some(1.0 / 3.0)), Cell::Number(Some(0.333_333_333)));
    }

    #[test]
    fn the_documentation_is_this_table() {
        let page = include_str!("../../docs/results.md");
        assert!(
            page.contains(&documentation()),
            "docs/results.md should contain:\n{}",
            documentation()
        );
    }
}
