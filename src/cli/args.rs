//! What can be typed.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{ArgGroup, Args as Flags, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::baseline::Baselines;

/// Where does the event loop stop winning?
///
/// Simulates server concurrency models (Node's event loop, gunicorn's processes and threads, any other model file) under the same
/// requests, and says who serves people better at which load, and why. Without a command: `compare` of the embedded quickstart.
#[derive(Debug, Parser)]
#[command(name = "crossover", version, max_term_width = 100, disable_help_subcommand = true, after_help = AFTER)]
pub struct Args {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const AFTER: &str = "\
SCENARIO is a file, or the name of an embedded example (`crossover examples`).
Exit status: 0 done; 1 failed while running, or an expectation does not hold; 2 wrong usage or a file that was refused; 3 --assert-slo was missed.";

/// Flags of every command.
#[derive(Debug, Flags)]
#[command(next_help_heading = "Flags of every command")]
pub struct Global {
    /// Override a key of the scenario or of its models, e.g. arrivals.rate=400/s; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", global = true)]
    pub set: Vec<String>,
    /// The seed of all dice
    #[arg(long, value_name = "N", global = true)]
    pub seed: Option<u64>,
    /// How often each simulation is repeated with other dice
    #[arg(long, value_name = "N", global = true)]
    pub replications: Option<NonZeroU32>,
    /// Repeat until the interval of each p99 is at most this wide to either side, e.g. 5%; another figure, or an endpoint's: --set run.precision
    #[arg(long, value_name = "P", global = true, value_parser = precision)]
    pub precision: Option<f64>,
    /// Threads to simulate on; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", global = true)]
    pub threads: Option<NonZeroUsize>,
    /// The folder for results, `output/<scenario>` if none is given
    #[arg(long, value_name = "DIR", global = true)]
    pub out: Option<PathBuf>,
    /// How results are written to standard output
    #[arg(long, value_name = "FORMAT", global = true, default_value = "table")]
    pub format: Format,
    /// No progress and no remarks on standard error
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Exit with status 3 unless every contestant is shown to meet the objectives at every load
    #[arg(long, global = true)]
    pub assert_slo: bool,
}

/// How results are written to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and the verdict, for people
    Table,
    /// As in results.json
    Json,
    /// As in results.csv
    Csv,
    /// Tables and the verdict, for a report
    Markdown,
}

/// What `schema` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Described {
    /// JSON Schema of scenarios
    Scenario,
    /// JSON Schema of models
    Model,
    /// JSON Schema of hosts' models
    Host,
    /// JSON Schema of languages.toml
    Languages,
    /// All keys of all files, as Markdown
    Reference,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Latency and throughput of all contestants over load
    Compare {
        /// A file or an embedded example [default: quickstart]
        scenario: Option<String>,
        /// Other runs.
        #[command(flatten)]
        baselines: Baselines,
    },
    /// One load in depth: percentiles, where the time goes, utilisations, the run over time
    Run {
        /// A file or an embedded example
        scenario: String,
        /// Other runs.
        #[command(flatten)]
        baselines: Baselines,
    },
    /// Why p99 is what it is: what the slowest requests wait for, and p99 without each wait
    Explain {
        /// A file or an embedded example
        scenario: String,
        /// Look at the requests of this endpoint only
        #[arg(long, value_name = "NAME")]
        endpoint: Option<String>,
    },
    /// A few requests and everything that went on meanwhile, as a trace for ui.perfetto.dev
    #[command(group(ArgGroup::new("which").args(["request", "slowest"]).required(true)))]
    Trace {
        /// A file or an embedded example
        scenario: String,
        /// Whose requests; may be left out where there is one contestant
        #[arg(long, value_name = "NAME")]
        contestant: Option<String>,
        /// This request, by number, from 1 in the order of coming
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        request: Option<u64>,
        /// The slowest of those answered after the first quarter of the replication
        #[arg(long, value_name = "K")]
        slowest: Option<NonZeroUsize>,
        /// The slowest of this endpoint only
        #[arg(long, value_name = "NAME", conflicts_with = "request")]
        endpoint: Option<String>,
        /// Which replication of the run, from 0
        #[arg(long, value_name = "N", default_value_t = 0)]
        replication: u64,
    },
    /// What the closed forms of queueing theory say, what of their assumptions holds, and how far the simulation is from them
    Theory {
        /// A file or an embedded example
        scenario: String,
    },
    /// The highest load that each contestant carries inside the objectives, by a search
    Capacity {
        /// A file or an embedded example
        scenario: String,
    },
    /// Vary one key: curves of all contestants; vary two: a map of who wins
    Sweep {
        /// A file or an embedded example
        scenario: String,
        /// A key and its values, e.g. params.render=1ms..20ms, processes=1,2,4 or arrivals.rate=10/s..1000/s log; once or twice
        #[arg(long, required = true, value_name = "PATH=SPEC")]
        vary: Vec<String>,
        /// Values of a map's ranges that do not say how many they have, horizontally and vertically
        #[arg(long, value_name = "WxH", default_value = "40x40", value_parser = resolution)]
        resolution: (usize, usize),
    },
    /// The settings of one contestant that carry most inside the objectives, memory and connections
    Tune {
        /// A file or an embedded example
        scenario: String,
        /// Whose settings; may be left out where there is one contestant
        #[arg(long, value_name = "NAME")]
        contestant: Option<String>,
        /// A key and its values: processes=1..16, executors.main.carriers=1..64 log, pools.database.size=5,10,20; may be repeated
        #[arg(long, value_name = "PATH=SPEC", required = true)]
        vary: Vec<String>,
    },
    /// Read files and say what is wrong with them; with --run, put their expectations to the test
    Check {
        /// Simulate each scenario and its controls, and fail unless every expectation holds
        #[arg(long)]
        run: bool,
        /// Scenarios, models, hosts' models
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
    },
    /// Write the embedded models and examples out to be edited; or, with --app and --load, a scenario of one's own
    Init {
        /// What a page does, e.g. "queries=3x4ms, render=100 rows, api=1x80ms, writes=5%"
        #[arg(long, value_name = "WORDS", requires = "load")]
        app: Option<String>,
        /// How often people come, e.g. "20000 visits/day, peak x6" or 30/s
        #[arg(long, value_name = "LOAD", requires = "app")]
        load: Option<String>,
        /// Cores of the application's machine
        #[arg(long, value_name = "N", default_value_t = 4, requires = "app", value_parser = clap::value_parser!(u32).range(1..=4096))]
        cores: u32,
        /// Its memory
        #[arg(long, value_name = "SIZE", default_value = "4GiB", requires = "app")]
        memory: String,
        /// Where to
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// List the embedded models
    Models,
    /// List the embedded examples
    Examples,
    /// Write the JSON Schema of a kind of file, for editors, or the reference of all keys to standard output
    Schema {
        /// Which
        what: Described,
    },
    /// Write completions for a shell to standard output
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// The finest map.
const FINEST: usize = 200;

/// The size of a map: `40x40`.
fn resolution(text: &str) -> Result<(usize, usize), String> {
    let sides = text.split_once('x').map(|(w, h)| (w.parse(), h.parse()));
    match sides {
        Some((Ok(w), Ok(h))) if (2..=FINEST).contains(&w) && (2..=FINEST).contains(&h) => {
            Ok((w, h))
        }
        _ => Err(format!(
            "expected two numbers from 2 to {FINEST}, such as 40x40"
        )),
    }
}

/// A relative precision: `5%` or `0.05`.
fn precision(text: &str) -> Result<f64, String> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text, 1.0),
    };
    match number.parse::<f64>().map(|n| n / whole) {
        Ok(p) if p > 0.0 && p < 1.0 => Ok(p),
        _ => Err("expected a share between 0 and 1, such as 5% or 0.05".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn a_resolution_has_two_sides() {
        assert_eq!(resolution("40x25"), Ok((40, 25)));
        for wrong in ["", "40", "1x40", "40x", "40x999", "40 x 40", "-2x4"] {
            assert!(resolution(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn precision_is_a_share() {
        assert_eq!(precision("5%"), Ok(0.05));
        assert_eq!(precision("0.05"), Ok(0.05));
        for wrong in ["", "%", "5", "-1%", "0", "100%", "NaN", "five"] {
            assert!(precision(wrong).is_err(), "{wrong}");
        }
    }
}
