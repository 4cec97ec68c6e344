//! The command line: one file a subcommand, each thin.
//!
//! | file | is |
//! | --- | --- |
//! | `args` | what can be typed |
//! | `capacity`, `check`, `compare`, `completions`, `examples`, `explain`, `init`, `models`, `run`, `schema`, `sweep`, `theory`, `trace`, `tune` | a subcommand each |
//! | `baseline` | `--save-baseline` and `--baseline` of `compare` and `run` |
//! | `expect` | `check --run`: the expectations of files put to the test |
//! | `study`, `precision` | what `compare`, `run` and `sweep` share: read, simulate, save, show |
//! | `named` | which contestant or endpoint a flag names |
//! | `outcome` | how a command ends: exit statuses 0 to 3 |
//! | `output`, `progress`, `interrupt` | standard output, the bar on standard error, Ctrl-C |
//!
//! Only here are the clock on the wall, the terminal and the folder of results.

mod args;
mod baseline;
mod capacity;
mod check;
mod compare;
mod completions;
mod examples;
mod expect;
mod explain;
mod init;
mod interrupt;
mod models;
mod named;
mod outcome;
mod output;
mod progress;
mod run;
mod schema;
mod study;
mod sweep;
mod theory;
mod trace;
mod tune;

use std::process::ExitCode;

use args::{Args, Command};
use baseline::Baselines;
use clap::Parser;
use outcome::{Done, Failure};

use crate::scenario::sketch::Request;

/// Runs the command the arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print(); // nobody is left to tell
            return ExitCode::from(if error.use_stderr() {
                outcome::REFUSED
            } else {
                outcome::DONE
            });
        }
    };
    match dispatch(args) {
        Ok(done) => done.status(),
        Err(failure) => {
            output::complain(&failure.to_string());
            failure.status()
        }
    }
}

fn dispatch(Args { global, command }: Args) -> Result<Done, Failure> {
    match command {
        None => compare::compare(&global, compare::DEFAULT, &Baselines::default()),
        Some(Command::Compare {
            scenario,
            baselines,
        }) => {
            let scenario = scenario.as_deref().unwrap_or(compare::DEFAULT);
            compare::compare(&global, scenario, &baselines)
        }
        Some(Command::Run {
            scenario,
            baselines,
        }) => run::run(&global, &scenario, &baselines),
        Some(Command::Explain { scenario, endpoint }) => {
            explain::explain(&global, &scenario, endpoint.as_deref())
        }
        Some(Command::Trace {
            scenario,
            contestant,
            request,
            slowest,
            endpoint,
            replication,
        }) => {
            let asked = trace::Request {
                contestant: contestant.as_deref(),
                number: request,
                slowest: slowest.map_or(1, usize::from),
                endpoint: endpoint.as_deref(),
                replication,
            };
            trace::trace(&global, &scenario, &asked)
        }
        Some(Command::Theory { scenario }) => theory::run(&global, &scenario),
        Some(Command::Capacity { scenario }) => capacity::capacity(&global, &scenario),
        Some(Command::Sweep {
            scenario,
            vary,
            resolution,
        }) => sweep::sweep(&global, &scenario, &vary, resolution),
        Some(Command::Tune {
            scenario,
            contestant,
            vary,
        }) => tune::tune(&global, &scenario, contestant.as_deref(), &vary),
        Some(Command::Check { run, files }) => check::check(&global, &files, run),
        Some(Command::Init {
            app: Some(app),
            load: Some(load),
            cores,
            memory,
            folder,
        }) => {
            let (app, load, memory) = (&app, &load, &memory);
            let request = Request {
                app,
                load,
                cores,
                memory,
            };
            init::sketch(&global, &request, &folder)
        }
        Some(Command::Init { folder, .. }) => init::init(&global, &folder),
        Some(Command::Models) => models::models(),
        Some(Command::Examples) => examples::examples(),
        Some(Command::Schema { what }) => schema::schema_of(what),
        Some(Command::Completions { shell }) => completions::completions(shell),
    }
}
