//! What is true of a system.

use crossover::scenario::Figure;
use crossover::stats::theory::MachineRepair;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, LogNormal};
use statrs::distribution::{ContinuousCDF, Erlang};

use crate::cases::REFERENCE_SEED;

/// The share of requests that a percentile is of.
pub fn share(figure: Figure) -> f64 {
    match figure {
        Figure::P50 => 0.5,
        Figure::P95 => 0.95,
        Figure::P99 => 0.99,
        Figure::P999 => 0.999,
        other => panic!("{} is no percentile", other.name()),
    }
}

/// A percentile of the response of a service with users who think. Who arrives sees it as it is with one user less (the arrival theorem),
/// waits until one more than those in the queue have left, each after an exponential time of the busy servers together, and is served. That
/// sum of an Erlang and another exponential time has the tail below.
pub fn response(network: &MachineRepair, figure: Figure) -> f64 {
    let others = MachineRepair {
        users: network.users - 1,
        ..*network
    };
    let seen = others.probabilities();
    let (mu, servers) = (1.0 / network.service, u64::from(network.servers));
    let tail = |t: f64| -> f64 {
        let one = |(there, p): (u64, &f64)| {
            let own = (-mu * t).exp();
            if there < servers {
                return p * own;
            }
            let departures = there - servers + 1;
            let until = |servers: f64| {
                let time = Erlang::new(departures, servers * mu).expect("a law");
                time.cdf(t)
            };
            let c = servers as f64;
            let tilt = (c / (c - 1.0)).powi(departures as i32);
            p * (1.0 - until(c) + own * tilt * until(c - 1.0))
        };
        (0..).zip(&seen).map(one).sum()
    };
    let (mut low, mut high) = (0.0, 1000.0 * network.service);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) > 1.0 - share(figure) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Percentiles of so many requests as no simulation of everything can afford, by Lindley's recursion alone: `W' = max(0, W + S − A)`
/// (D. V. Lindley, "The theory of queues with a single server", 1952), for lognormal work of 10 ms with a coefficient of variation of 2
/// every 20 ms, in steps of 10 µs.
pub fn lindley(figures: &[Figure]) -> Vec<f64> {
    const REQUESTS: u64 = 400_000_000;
    let mut dice = ChaCha8Rng::seed_from_u64(REFERENCE_SEED);
    let variance = 5f64.ln(); // 1 + cv²
    let work = LogNormal::new(10f64.ln() - variance / 2.0, variance.sqrt());
    let work = work.expect("a law");
    let (mut wait, mut counts) = (0f64, vec![0u64; 2_000_000]);
    let last = counts.len() - 1;
    for _ in 0..REQUESTS {
        let sojourn = wait + work.sample(&mut dice);
        counts[last.min((100.0 * sojourn) as usize)] += 1;
        let gap: f64 = Exp1.sample(&mut dice);
        wait = (sojourn - 20.0 * gap).max(0.0);
    }
    let quantile = |figure: &Figure| {
        let mut left = (share(*figure) * REQUESTS as f64) as u64;
        let at = counts.iter().position(|&n| {
            let here = n > left;
            left = left.saturating_sub(n);
            here
        });
        (at.expect("it is in there") as f64 + 0.5) / 100.0
    };
    figures.iter().map(quantile).collect()
}

/// Forty users, four servers, checked against what 200 replications of 200,000 requests came to: 37.73, 154.2 and 234.8 ms.
#[test]
fn percentiles_of_a_closed_network() {
    let network = MachineRepair {
        users: 40,
        think: 1000.0,
        service: 50.0,
        servers: 4,
    };
    let simulated = [
        (Figure::P50, 37.73),
        (Figure::P95, 154.2),
        (Figure::P99, 234.8),
    ];
    for (figure, simulated) in simulated {
        let exact = response(&network, figure);
        assert!(
            (exact / simulated - 1.0).abs() < 2e-3,
            "{exact} {simulated}"
        );
    }
}
