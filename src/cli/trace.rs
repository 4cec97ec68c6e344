//! `crossover trace SCENARIO --request N | --slowest K`.

use std::path::Path;

use super::args::{Format, Global};
use super::outcome::{Done, Failure};
use super::study::{self, Watch, failure};
use super::{interrupt, named, output};
use crate::experiment::Control;
use crate::experiment::trace::{Asked, trace as follow};
use crate::report::{save, trace};

/// Whose requests, and which.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The contestant; may be left out where there is one.
    pub contestant: Option<&'a str>,
    /// One request, by number.
    pub number: Option<u64>,
    /// The slowest.
    pub slowest: usize,
    /// Of this endpoint only.
    pub endpoint: Option<&'a str>,
    /// Of which replication.
    pub replication: u64,
}

/// A few requests, and everything that went on meanwhile.
pub fn trace(global: &Global, asked: &str, request: &Request) -> Result<Done, Failure> {
    if global.assert_slo || global.precision.is_some() {
        return Err(Failure::Refused(
            "error: trace takes neither --assert-slo nor --precision: `crossover run` does"
                .to_owned(),
        ));
    }
    let scenario = study::read(global, asked)?;
    let run = scenario.run;
    if run.precision.is_none() && request.replication >= u64::from(run.replications) {
        return Err(Failure::Refused(format!(
            "error: there is no replication {}: the run has {}, from 0 to {}",
            request.replication,
            run.replications,
            run.replications.saturating_sub(1)
        )));
    }
    let index = named::contestant(&scenario, request.contestant, "requests")?;
    let which = match request.number {
        Some(number) => Asked::Number(number),
        None => Asked::Slowest {
            count: request.slowest,
            endpoint: request
                .endpoint
                .map(|name| named::endpoint(&scenario, name))
                .transpose()?,
        },
    };
    let traced = {
        let (stop, watch) = (
            interrupt::flag(),
            Watch::start(&scenario.name, global.quiet),
        );
        follow(
            &scenario,
            index,
            which,
            request.replication,
            &Control::new(&stop, &watch),
        )
        .map_err(failure)?
    };
    let contestant = &scenario.contestants[index];
    let folder = global.out.clone();
    let folder = folder.unwrap_or_else(|| Path::new("output").join(&traced.scenario));
    let path = folder.join(format!("trace-{}.json", contestant.name));
    let text = trace::json(&traced, contestant);
    save::write(&path, text.as_bytes()).map_err(|e| Failure::Failed(format!("error: {e}")))?;
    output::show(&match global.format {
        Format::Table => {
            let (width, colour) = output::page();
            trace::terminal(&traced, contestant, width, colour)
        }
        Format::Json => text,
        Format::Csv => trace::csv(&traced, contestant),
        Format::Markdown => trace::markdown(&traced, contestant),
    })?;
    if !global.quiet {
        output::remark(&format!(
            "\nopen in https://ui.perfetto.dev or chrome://tracing: {}",
            path.display()
        ));
    }
    Ok(Done::Well)
}
