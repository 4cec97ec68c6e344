//! A baseline as text: `docs/results.md`, "Baselines".
//!
//! JSON, a line for each row, with a number for the format's version in front. Numbers are written so that they are read to the last digit: a study
//! against itself must differ by nothing at all. The file is people's: it may be cut short, edited, or of another version, and
//! whatever it says is checked before anything runs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Baseline, KEPT, Kept};
use crate::experiment::study::LoadUnit;
use crate::kernel::Span;
use crate::measure::SLOTS;
use crate::scenario::{Figure, Precision, RunLength, RunSettings};
use crate::stats::located::SIDE;
use crate::stats::{Comparable, Jackknifed, Located};

/// The version of the format. A file of another one is refused.
pub const VERSION: u64 = 1;

/// No replication is longer than this, nanoseconds: thirty years.
const LONGEST: u64 = 1_000_000_000_000_000_000;
/// No load is higher.
const HIGHEST: f64 = 1e9;
/// No row has more replications.
const MOST_REPLICATIONS: u32 = 1_000_000;

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// No JSON, or not what stands in a baseline.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// JSON, but something else.
    #[error("it does not begin as a baseline does, with \"crossover_baseline\"")]
    Other,
    /// Of another version.
    #[error(
        "it has version {0} of the format and this program reads version {VERSION}: save it again"
    )]
    Version(String),
}

/// What tells the version, whatever else there is.
#[derive(Deserialize)]
struct Opening {
    crossover_baseline: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    crossover_baseline: u64,
    version: String,
    scenario: String,
    digest: String,
    command: Command,
    seed: u64,
    run: Run,
    load_unit: Unit,
    rows: Vec<Row>,
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Command {
    Compare,
    Run,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Rps,
    Users,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    length: Length,
    warmup_ns: Option<u64>,
    replications: u32,
    precision: Option<Precise>,
    cold_caches: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Length {
    Auto,
    Requests(u64),
    DurationNs(u64),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Precise {
    figure: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<usize>,
    within: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    contestant: String,
    endpoint: String,
    load: f64,
    horizon_ns: u64,
    warmup_ns: u64,
    replications: u32,
    saturated: bool,
    figures: Vec<(String, Value)>,
}

/// A figure with what its replications say of it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Value {
    /// Of all replications, and without each.
    Total { all: f64, without: Vec<Option<f64>> },
    /// A quantile over the deviation of the share beyond it, and the pulls of the replications.
    Quantile { curve: Vec<f64>, pulls: Vec<f64> },
    /// A quantile without an interval; `null` where it is infinite.
    Bare(Option<f64>),
}

impl Baseline {
    /// Its file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut page = self.page();
        let rows = std::mem::take(&mut page.rows);
        // Nothing in a page can fail to be written: its keys are texts, and numbers that are not finite become null.
        let line = |row: &Row| serde_json::to_string(row).unwrap_or_default();
        let head = serde_json::to_string(&page).unwrap_or_default();
        let rows: Vec<String> = rows.iter().map(line).collect();
        let head = head.strip_suffix("[]}").unwrap_or(&head);
        format!("{head}[\n{}\n]}}\n", rows.join(",\n"))
    }

    fn page(&self) -> Page {
        let run = &self.run;
        Page {
            crossover_baseline: VERSION,
            version: self.version.clone(),
            scenario: self.scenario.clone(),
            digest: self.digest.clone(),
            command: if self.in_depth {
                Command::Run
            } else {
                Command::Compare
            },
            seed: run.seed,
            run: Run {
                length: match run.length {
                    RunLength::Auto => Length::Auto,
                    RunLength::Requests(requests) => Length::Requests(requests),
                    RunLength::Duration(span) => Length::DurationNs(span.0),
                },
                warmup_ns: run.warmup.map(|span| span.0),
                replications: run.replications,
                precision: run.precision.map(|asked| Precise {
                    figure: asked.figure.name().to_owned(),
                    endpoint: asked.endpoint,
                    within: asked.within,
                }),
                cold_caches: run.cold_caches,
            },
            load_unit: match self.load_unit {
                LoadUnit::Rps => Unit::Rps,
                LoadUnit::Users => Unit::Users,
            },
            rows: self.rows.iter().map(Row::of).collect(),
        }
    }

    /// The baseline of a file, under the name by which it was asked for.
    ///
    /// # Errors
    /// If the text is none, or not of this version.
    pub fn parse(name: &str, text: &str) -> Result<Self, BaselineError> {
        let damaged = |error: serde_json::Error| BaselineError::Damaged(error.to_string());
        let opening: Opening = serde_json::from_str(text).map_err(damaged)?;
        match opening.crossover_baseline {
            None => return Err(BaselineError::Other),
            Some(version) if version != VERSION => {
                return Err(BaselineError::Version(version.to_string()));
            }
            Some(_) => {}
        }
        let page: Page = serde_json::from_str(text).map_err(damaged)?;
        page.checked(name).map_err(BaselineError::Damaged)
    }
}

impl Page {
    fn checked(self, name: &str) -> Result<Baseline, String> {
        let unit = self.load_unit;
        let rows = self.rows.into_iter();
        let rows: Vec<Kept> = rows
            .map(|row| row.checked(unit))
            .collect::<Result<_, _>>()?;
        let place = |row: &Kept| {
            (
                row.contestant.clone(),
                row.endpoint.clone(),
                row.load.to_bits(),
            )
        };
        if rows.is_empty() {
            return Err("it has no rows".to_owned());
        }
        if rows.iter().map(place).collect::<BTreeSet<_>>().len() < rows.len() {
            return Err("two of its rows are of the same contestant, endpoint and load".to_owned());
        }
        let precision = self.run.precision.map(|asked| {
            Ok::<_, String>(Precision {
                figure: figure(&asked.figure, &Figure::ALL)?,
                endpoint: asked.endpoint,
                within: asked.within,
            })
        });
        Ok(Baseline {
            name: name.to_owned(),
            version: self.version,
            scenario: self.scenario,
            digest: self.digest,
            in_depth: self.command == Command::Run,
            run: RunSettings {
                length: match self.run.length {
                    Length::Auto => RunLength::Auto,
                    Length::Requests(requests) => RunLength::Requests(requests),
                    Length::DurationNs(ns) => RunLength::Duration(Span(ns)),
                },
                warmup: self.run.warmup_ns.map(Span),
                replications: self.run.replications,
                precision: precision.transpose()?,
                seed: self.seed,
                cold_caches: self.run.cold_caches,
            },
            load_unit: match unit {
                Unit::Rps => LoadUnit::Rps,
                Unit::Users => LoadUnit::Users,
            },
            rows,
        })
    }
}

/// The figure of a name.
fn figure(name: &str, among: &[Figure]) -> Result<Figure, String> {
    let mut figures = among.iter().copied();
    let found = figures.find(|figure| figure.name() == name);
    found.ok_or_else(|| format!("`{name}` is no figure of a baseline"))
}

impl Row {
    fn of(kept: &Kept) -> Self {
        let figures = kept.figures.iter();
        Self {
            contestant: kept.contestant.clone(),
            endpoint: kept.endpoint.clone(),
            load: kept.load,
            horizon_ns: kept.horizon.0,
            warmup_ns: kept.warmup.0,
            replications: kept.replications,
            saturated: kept.saturated,
            figures: figures
                .map(|(figure, value)| (figure.name().to_owned(), Value::of(value)))
                .collect(),
        }
    }

    fn checked(self, unit: Unit) -> Result<Kept, String> {
        let at = format!("{}, {}, load {}", self.contestant, self.endpoint, self.load);
        let wrong = |what: &str| Err(format!("{what} ({at})"));
        let countable = match unit {
            Unit::Rps => true,
            Unit::Users => self.load.fract() == 0.0 && self.load <= 1e7,
        };
        if !(self.load > 0.0 && self.load <= HIGHEST && countable) {
            return wrong("this is no load");
        }
        if self.horizon_ns == 0
            || self.horizon_ns > LONGEST
            || !self.horizon_ns.is_multiple_of(SLOTS as u64)
        {
            return wrong("no replication has this length");
        }
        if self.warmup_ns >= self.horizon_ns {
            return wrong("the warm-up is as long as the run");
        }
        if !(1..=MOST_REPLICATIONS).contains(&self.replications) {
            return wrong("no run has so many replications");
        }
        let mut figures: Vec<(Figure, Comparable)> = Vec::new();
        for (name, value) in self.figures {
            let figure = figure(&name, &KEPT)?;
            if figures.iter().any(|(other, _)| *other == figure) {
                return wrong("a figure stands there twice");
            }
            match value.checked(self.replications as usize) {
                Some(value) => figures.push((figure, value)),
                None => return wrong(&format!("this is no {name}")),
            }
        }
        Ok(Kept {
            contestant: self.contestant,
            endpoint: self.endpoint,
            load: self.load,
            horizon: Span(self.horizon_ns),
            warmup: Span(self.warmup_ns),
            replications: self.replications,
            saturated: self.saturated,
            figures,
        })
    }
}

impl Value {
    fn of(comparable: &Comparable) -> Self {
        let finite = |x: &f64| x.is_finite().then_some(*x);
        match comparable {
            Comparable::Total(total) => Self::Total {
                all: total.full,
                without: total.without.iter().map(finite).collect(),
            },
            Comparable::Quantile(located) if located.curve().is_empty() => {
                Self::Bare(finite(&located.estimate.value))
            }
            Comparable::Quantile(located) => Self::Quantile {
                curve: located.curve().to_vec(),
                pulls: located.pulls().to_vec(),
            },
        }
    }

    /// None if it cannot be a figure of so many replications.
    fn checked(self, replications: usize) -> Option<Comparable> {
        let sound = |x: &f64| x.is_finite() && *x >= 0.0;
        match self {
            Self::Total { all, without } => {
                let known = without.iter().flatten();
                let right = without.len() == replications && known.chain([&all]).all(sound);
                right.then(|| {
                    let without = without.iter().map(|x| x.unwrap_or(f64::NAN)).collect();
                    Comparable::Total(Jackknifed { full: all, without })
                })
            }
            Self::Quantile { curve, pulls } => {
                let right = curve.len() == 2 * SIDE + 1
                    && curve.iter().all(sound)
                    && curve.is_sorted()
                    && pulls.len() == replications
                    && pulls.iter().all(|pull| pull.is_finite());
                right.then(|| Comparable::Quantile(Located::restored(curve, pulls)))
            }
            Self::Bare(value) => {
                let value = value.unwrap_or(f64::INFINITY);
                (value >= 0.0).then(|| Comparable::Quantile(Located::bare(value)))
            }
        }
    }
}
