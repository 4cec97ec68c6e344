//! What a scenario expects of its results: claims that `crossover check --run` puts to the test.

use super::checked::Scenario;

/// A claim about one figure: that it is below or above another, or above or below a limit.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Its name in the file.
    pub name: String,
    /// What it claims, for people.
    pub text: String,
    /// The figure it is about.
    pub subject: Subject,
    /// The load it is claimed at; `None`: the load of `crossover run`.
    pub at: Option<f64>,
    /// On which side of the limit it is claimed to be.
    pub side: Side,
    /// What it is compared with.
    pub limit: Limit,
    /// The scenario without the one cause, in which the claim must be false.
    pub control: Option<ControlledScenario>,
}

/// A figure of one row of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which figure.
    pub figure: Figure,
    /// Whose.
    pub contestant: String,
    /// Of which endpoint, or `all`.
    pub endpoint: String,
}

/// A side of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Less than it.
    Below,
    /// More than it.
    Above,
}

/// What a figure is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// A value in the unit of the results: milliseconds, requests per second, or a fraction.
    Value(f64),
    /// Another figure of the same run, so many times.
    Times(f64, Subject),
}

/// A scenario under the overrides of a control.
#[derive(Clone, Debug)]
pub struct ControlledScenario {
    /// The overrides as one would type them behind `--set`.
    pub changes: Vec<String>,
    /// What comes of them.
    pub scenario: Box<Scenario>,
}

/// A figure of the results that has an interval, so that something can be shown about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Requests meant to be sent per second.
    Offered,
    /// Requests answered per second.
    Throughput,
    /// The fraction that failed.
    Errors,
    /// That failed because the connection was refused.
    Refused,
    /// Because somebody gave up.
    Timeout,
    /// Because the server killed the worker.
    Killed,
    /// Because the server refused the request.
    Shed,
    /// Mean latency.
    Mean,
    /// Standard deviation of the latency.
    Sd,
    /// Median latency.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
    /// 99th percentile.
    P99,
    /// 99.9th percentile.
    P999,
    /// 99th percentile with failures counted as infinite.
    P99Slo,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Time,
    /// Requests per second.
    Rate,
    /// A fraction.
    Share,
    /// Megabytes.
    Size,
}

impl Figure {
    /// All of them, in the order of the results' columns.
    pub const ALL: [Self; 15] = [
        Self::Offered,
        Self::Throughput,
        Self::Errors,
        Self::Refused,
        Self::Timeout,
        Self::Killed,
        Self::Shed,
        Self::Mean,
        Self::Sd,
        Self::P50,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::P999,
        Self::P99Slo,
    ];

    /// The name of its column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered_rps",
            Self::Throughput => "throughput_rps",
            Self::Errors => "errors",
            Self::Refused => "errors_refused",
            Self::Timeout => "errors_timeout",
            Self::Killed => "errors_killed",
            Self::Shed => "errors_shed",
            Self::Mean => "mean_ms",
            Self::Sd => "sd_ms",
            Self::P50 => "p50_ms",
            Self::P90 => "p90_ms",
            Self::P95 => "p95_ms",
            Self::P99 => "p99_ms",
            Self::P999 => "p999_ms",
            Self::P99Slo => "p99_slo_ms",
        }
    }

    /// Which quantile of the latency it is.
    #[must_use]
    pub fn quantile(self) -> Option<f64> {
        match self {
            Self::P50 => Some(0.5),
            Self::P90 => Some(0.9),
            Self::P95 => Some(0.95),
            Self::P99 | Self::P99Slo => Some(0.99),
            Self::P999 => Some(0.999),
            _ => None,
        }
    }

    /// What it counts.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Offered | Self::Throughput => Unit::Rate,
            Self::Errors | Self::Refused | Self::Timeout | Self::Killed | Self::Shed => Unit::Share,
            Self::Mean
            | Self::Sd
            | Self::P50
            | Self::P90
            | Self::P95
            | Self::P99
            | Self::P999
            | Self::P99Slo => Unit::Time,
        }
    }
}
