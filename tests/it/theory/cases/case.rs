//! What theory says of a scenario, and how the simulator's figure is made.

use crossover::kernel::Span;
use crossover::measure::Outcome;
use crossover::scenario::Scenario;
use crossover::stats::{Jackknifed, Scale};
use crossover::world::{Plan, Setting};

use super::measured::Measured;
use crate::support;

/// A scenario where theory is exact.
pub struct Case {
    /// Its name in the table.
    pub name: &'static str,
    /// The scenario's text.
    pub text: String,
    /// Requests per second, or users.
    pub load: f64,
    /// Simulated seconds of one replication.
    pub seconds: f64,
    /// Independent replications.
    pub replications: u64,
    /// The seed of all dice, another in each case: what fails here must not fail there for the same reason.
    pub seed: u64,
    /// Sixteenths left out at the start.
    pub warmup: usize,
    /// What theory says, in seconds or without unit.
    pub theory: Vec<(Figure, f64)>,
}

/// A figure of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// Mean sojourn of the successful, seconds.
    Mean,
    /// Its standard deviation, seconds.
    Deviation,
    /// A quantile of it, seconds.
    Quantile(f64),
    /// Mean sojourn at one endpoint, seconds.
    MeanOf(usize),
    /// The fraction that fails.
    Loss,
    /// Mean number of requests in the system.
    Number,
    /// Successes per second.
    Throughput,
    /// Use of a resource.
    Use(&'static str),
    /// Time of the resource of this number for each success, seconds.
    Demand(usize),
}

impl Figure {
    /// Its name in the table.
    pub fn label(self) -> String {
        match self {
            Self::Mean => "mean, ms".to_owned(),
            Self::Deviation => "sd, ms".to_owned(),
            Self::Quantile(q) => format!("p{}, ms", (q * 1000.0).round() / 10.0),
            Self::MeanOf(endpoint) => format!("mean of endpoint {}, ms", endpoint + 1),
            Self::Loss => "loss".to_owned(),
            Self::Number => "number inside".to_owned(),
            Self::Throughput => "throughput, /s".to_owned(),
            Self::Use(resource) => format!("use of {resource}"),
            Self::Demand(resource) => format!("demand {resource}, ms"),
        }
    }

    /// What a second or a one is in the table's unit.
    pub fn unit(self) -> f64 {
        match self {
            Self::Loss | Self::Number | Self::Throughput | Self::Use(_) => 1.0,
            _ => 1e3,
        }
    }

    fn of(self, run: &Measured, plan: &Plan) -> f64 {
        match self {
            Self::Mean => run.mean(),
            Self::Deviation => run.deviation(),
            Self::Quantile(q) => run.quantile(q),
            Self::MeanOf(endpoint) => run.mean_of(endpoint),
            Self::Loss => run.failed as f64 / (run.failed + run.succeeded) as f64,
            Self::Number => run.in_system_ns as f64 / run.span_ns as f64,
            Self::Throughput => run.succeeded as f64 / run.span_ns as f64 * 1e9,
            Self::Demand(index) => run.busy_ns[index] as f64 / run.succeeded as f64 / 1e9,
            Self::Use(name) => {
                let index = plan.resources.iter().position(|r| r.name == name);
                let index = index.unwrap_or_else(|| panic!("there is no resource `{name}`"));
                let units = plan.resources[index].units.unwrap_or(1);
                run.busy_ns[index] as f64 / run.span_ns as f64 / units as f64
            }
        }
    }
}

/// A figure, what theory says of it, and what the simulator says.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which figure.
    pub figure: Figure,
    /// What theory says.
    pub theory: f64,
    /// What came out.
    pub simulated: f64,
    /// Half the width of the 95 % interval.
    pub half: f64,
}

impl Row {
    /// `simulated / theory - 1`, per cent.
    pub fn error(&self) -> f64 {
        (self.simulated / self.theory - 1.0) * 100.0
    }
}

/// The replications of a case.
pub struct Runs {
    /// What was run.
    pub plan: Plan,
    /// What came out.
    pub outcomes: Vec<Outcome>,
    measured: Vec<Measured>,
}

impl Case {
    /// Its scenario.
    pub fn scenario(&self) -> Scenario {
        support::scenario(&self.text)
    }

    /// Runs its replications, each `longer` times as long.
    pub fn run(&self, longer: f64) -> Runs {
        let scenario = self.scenario();
        let setting = Setting::new(self.load, Span::from_secs_f64(self.seconds * longer));
        let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
        let outcomes: Vec<Outcome> = (0..self.replications)
            .map(|replication| plan.run(self.seed, replication))
            .collect();
        let measured = outcomes
            .iter()
            .map(|outcome| Measured::of(outcome, self.warmup))
            .collect();
        Runs {
            plan,
            outcomes,
            measured,
        }
    }

    /// Its figures.
    pub fn rows(&self, runs: &Runs) -> Vec<Row> {
        let row = |&(figure, theory): &(Figure, f64)| runs.row(figure, theory);
        self.theory.iter().map(row).collect()
    }
}

impl Runs {
    /// One figure of the pooled replications, with its interval.
    pub fn row(&self, figure: Figure, theory: f64) -> Row {
        let all = Measured::sum(&self.measured);
        let jackknifed = Jackknifed {
            full: figure.of(&all, &self.plan),
            without: self
                .measured
                .iter()
                .map(|one| figure.of(&all.without(one), &self.plan))
                .collect(),
        };
        let estimate = jackknifed.interval(Scale::Linear);
        Row {
            figure,
            theory,
            simulated: estimate.value,
            half: estimate.hi - estimate.value,
        }
    }
}
