//! What `world::demands` says before a run, against what the run used: the utilisation law and the asymptotic bounds.

use crossover::stats::student_t;
use crossover::stats::theory::ClosedBounds;
use crossover::workload::Arrivals;
use crossover::world::{CLIENT_CONNECTIONS, demands};

use super::ERROR;
use super::cases::{Case, Figure, Runs};

/// Says which demands and bounds these runs contradict.
///
/// A demand is the busy time of a resource for each success (utilisation law, Lazowska, ch. 3). What is held while something
/// else is waited for (threads of a shared core, of a lock) has a lower bound for a demand.
pub fn check(case: &Case, runs: &Runs) -> Vec<String> {
    let scenario = case.scenario();
    if scenario.contestants[0].system.clients.timeout.is_some() {
        return Vec::new(); // the server also works for those who have given up
    }
    let demands = demands(&scenario.contestants[0], &scenario.arrivals, case.load, 1.0);
    let df = case.replications as usize - 1;
    let wider = student_t(1.0 - ERROR / 2.0, df) / student_t(0.975, df);
    let mut wrong = Vec::new();
    let mut claim = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", case.name));
        }
    };
    for (index, demand) in demands.resources.iter().enumerate() {
        if demand.resource.part || demand.resource.name == CLIENT_CONNECTIONS {
            continue; // of the clients' connections no use is measured
        }
        let row = runs.row(Figure::Demand(index), demand.ns / 1e9);
        let half = row.half * wider + 1e-12;
        let above = row.simulated - row.theory > half && demand.resource.name != "threads";
        let below = row.theory - row.simulated > half;
        claim(
            !above && !below,
            format!("demand of {}: {row:?}", demand.resource.name),
        );
    }
    let mean = runs.row(Figure::Mean, demands.zero_load_ns / 1e9);
    let throughput = runs.row(Figure::Throughput, case.load);
    let largest = demands
        .resources
        .iter()
        .filter_map(|demand| Some(demand.ns / 1e9 / demand.resource.units? as f64))
        .fold(0.0, f64::max);
    let (most, least) = match &scenario.arrivals {
        Arrivals::Closed { think, .. } => {
            let bounds = ClosedBounds {
                think: think.mean_ns() / 1e9,
                demand: demands.zero_load_ns / 1e9,
                largest,
            };
            (bounds.throughput(case.load), bounds.response(case.load))
        }
        _ => (case.load.min(1.0 / largest), demands.zero_load_ns / 1e9),
    };
    claim(
        throughput.simulated - throughput.half * wider <= most * (1.0 + 1e-12),
        format!("throughput at most {most}: {throughput:?}"),
    );
    claim(
        mean.simulated + mean.half * wider >= least * (1.0 - 1e-12),
        format!("response at least {least}: {mean:?}"),
    );
    wrong
}
