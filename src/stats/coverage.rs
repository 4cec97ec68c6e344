//! How often the 95 % intervals hold the truth, on data whose truth is known. Seeds are fixed, limits are binomial.

use super::synthetic::{Mm1, Noise};
use super::{Estimate, Pool, Sample, Scale, mean_interval, mser, ratio_interval};

/// Replications of a study, as the tool's default.
const REPLICATIONS: u64 = 10;
/// Sub-nanosecond truth does not matter: unit times become integers with this resolution.
const UNIT: f64 = 1e6;

/// True if `hits` of `n` trials may come from a coverage of at least `low` and at most `high`, at the binomial 99.9 %
/// limits (normal approximation: 3.29 standard deviations).
fn plausible(hits: u32, n: u32, low: f64, high: f64) -> bool {
    let sd = |p: f64| 3.29 * (f64::from(n) * p * (1.0 - p)).sqrt();
    let (hits, n) = (f64::from(hits), f64::from(n));
    hits >= n * low - sd(low) && hits <= n * high + sd(high)
}

fn coverage(trials: u32, truth: f64, study: impl Fn(u64) -> Estimate) -> u32 {
    (0..trials)
        .map(|trial| u32::from(study(u64::from(trial)).contains(truth)))
        .sum()
}

/// Exponential data, 20 to a replication: means of 20 are nearly normal, so the t interval covers 95 %.
#[test]
fn mean_of_exponentials() {
    let hits = coverage(2000, 1.0, |trial| {
        let means: Vec<f64> = (0..REPLICATIONS)
            .map(|r| {
                let mut noise = Noise::new(trial * REPLICATIONS + r + 1);
                (0..20).map(|_| noise.exp()).sum::<f64>() / 20.0
            })
            .collect();
        mean_interval(&means).unwrap()
    });
    assert!(plausible(hits, 2000, 0.93, 0.97), "{hits} of 2000");
}

/// The 99 % quantile of exponential data, ln 100 = 4.60517, at exactly the support rule's 10,000 a replication.
#[test]
fn quantile_of_exponentials() {
    let hits = coverage(500, 100f64.ln(), |trial| {
        let samples: Vec<Sample> = (0..REPLICATIONS)
            .map(|r| {
                let mut noise = Noise::new(trial * REPLICATIONS + r + 1);
                let values: Vec<u64> = (0..10_000).map(|_| (noise.exp() * UNIT) as u64).collect();
                Sample::of(&values)
            })
            .collect();
        Pool::new(&samples).quantile(0.99).unwrap().interval(Scale::Log).scaled(1.0 / UNIT)
    });
    assert!(plausible(hits, 500, 0.92, 0.97), "{hits} of 500");
}

/// AR(1) with coefficient 0.95 around 3, from its stationary law: replications are independent however dependent the
/// values within one are.
#[test]
fn mean_of_an_ar1() {
    let hits = coverage(1000, 3.0, |trial| {
        let means: Vec<f64> = (0..REPLICATIONS)
            .map(|r| {
                let mut noise = Noise::new(trial * REPLICATIONS + r + 1);
                let mut x = noise.normal() / (1.0f64 - 0.95 * 0.95).sqrt();
                let sum: f64 = (0..500)
                    .map(|_| {
                        x = 0.95 * x + noise.normal();
                        3.0 + x
                    })
                    .sum();
                sum / 500.0
            })
            .collect();
        mean_interval(&means).unwrap()
    });
    assert!(plausible(hits, 1000, 0.93, 0.97), "{hits} of 1000");
}

/// What a study of the M/M/1 keeps of a replication: slots of (sum, number), and all sojourns with their time.
struct Run {
    slots: Vec<(f64, f64)>,
    sojourns: Vec<(f64, f64)>,
}

fn run(rho: f64, horizon: f64, seed: u64) -> Run {
    let mut slots = vec![(0.0, 0.0); 1024];
    let mut sojourns = Vec::new();
    for (arrival, sojourn) in Mm1::new(rho, seed).take_while(|(arrival, _)| *arrival < horizon) {
        let end = arrival + sojourn;
        if end < horizon {
            let slot = &mut slots[(end / horizon * 1024.0) as usize];
            slot.0 += sojourn;
            slot.1 += 1.0;
            sojourns.push((end, sojourn));
        }
    }
    Run { slots, sojourns }
}

/// A whole study by the rules of method: warm-up by MSER on the series averaged over replications, cut rounded up to a
/// sixteenth and at least one, then mean and p99 of what is left.
fn study(rho: f64, requests: f64, trial: u64) -> (usize, Estimate, Estimate) {
    let horizon = requests / rho;
    let runs: Vec<Run> = (0..REPLICATIONS)
        .map(|r| run(rho, horizon, trial * REPLICATIONS + r + 1))
        .collect();
    let batch = 16;
    let series: Vec<f64> = (0..1024 / batch)
        .map(|i| {
            let slots = runs.iter().flat_map(|run| &run.slots[i * batch..(i + 1) * batch]);
            let (sum, n) = slots.fold((0.0, 0.0), |a, s| (a.0 + s.0, a.1 + s.1));
            sum / n
        })
        .collect();
    let cut = (mser(&series) * 16).div_ceil(series.len()).max(1);
    let from = cut as f64 / 16.0 * horizon;
    let kept = |run: &Run| -> Vec<f64> {
        run.sojourns.iter().filter(|(end, _)| *end >= from).map(|(_, s)| *s).collect()
    };
    let kept: Vec<Vec<f64>> = runs.iter().map(kept).collect();
    let sums: Vec<f64> = kept.iter().map(|k| k.iter().sum()).collect();
    let counts: Vec<f64> = kept.iter().map(|k| k.len() as f64).collect();
    let samples: Vec<Sample> = kept
        .iter()
        .map(|k| Sample::of(&k.iter().map(|s| (s * UNIT) as u64).collect::<Vec<_>>()))
        .collect();
    let p99 = Pool::new(&samples).quantile(0.99).unwrap().interval(Scale::Log);
    (cut, ratio_interval(&sums, &counts).unwrap(), p99.scaled(1.0 / UNIT))
}

#[test]
#[ignore]
fn explore() {
    for rho in [0.5, 0.8, 0.9] {
        let n = 600;
        let tau_requests = rho / (1.0f64 - f64::sqrt(rho)).powi(2);
        let requests = (50.0 * tau_requests).max(10_000.0) * 16.0 / 14.0;
        let (mut cuts, mut mean, mut p99, mut bias, mut biasq) = ([0; 17], 0, 0, 0.0, 0.0);
        let truth = 1.0 / (1.0 - rho);
        let (mut below, mut above) = (0, 0);
        for trial in 0..n {
            let (cut, m, q) = study(rho, requests, trial);
            cuts[cut] += 1;
            mean += u32::from(m.contains(truth));
            below += u32::from(m.hi < truth);
            above += u32::from(m.lo > truth);
            p99 += u32::from(q.contains(truth * 100f64.ln()));
            bias += m.value / truth - 1.0;
            biasq += q.value / truth / 100f64.ln() - 1.0;
        }
        let n = n as f64;
        eprintln!("rho {rho} requests {requests:.0} cuts {cuts:?} mean {:.3} (too low {below} high {above}) p99 {:.3} bias {:.4} {:.4}",
            f64::from(mean) / n, f64::from(p99) / n, bias / n, biasq / n);
    }
}
