//! How often the 95 % intervals hold the truth, on data whose truth is known. Seeds are fixed, limits are binomial.

use super::stopping::{FIRST_LOOK, Look, forecast, look};
use super::synthetic::{Mm1, Noise};
use super::{Estimate, Pool, Sample, agreed, mean_interval, mser, ratio_interval};

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

/// A sample of which only the tail is asked for: what is below `from` is not told apart.
fn tail(values: impl Iterator<Item = u64>, from: u64) -> Sample {
    let (mut below, mut beyond) = (0, Vec::new());
    for value in values {
        if value < from {
            below += 1;
        } else {
            beyond.push((value, 1));
        }
    }
    let mut sample = Sample::default();
    sample.extend(std::iter::once((0, below)).chain(beyond));
    sample
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
                let values = (0..10_000).map(|_| (noise.exp() * UNIT) as u64);
                tail(values, (3.0 * UNIT) as u64)
            })
            .collect();
        Pool::new(&samples)
            .interval(0.99)
            .unwrap()
            .scaled(1.0 / UNIT)
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

/// What is kept of a replication of the M/M/1: (sum of sojourns, how many) in 1,024 slots, and each (end, sojourn).
struct Run {
    slots: Vec<(f64, f64)>,
    sojourns: Vec<(f64, f64)>,
}

impl Run {
    fn new(rho: f64, horizon: f64, seed: u64) -> Self {
        let mut run = Self {
            slots: vec![(0.0, 0.0); 1024],
            sojourns: Vec::new(),
        };
        for (arrival, sojourn) in Mm1::new(rho, seed).take_while(|(a, _)| *a < horizon) {
            let end = arrival + sojourn;
            if end < horizon {
                let slot = &mut run.slots[(end / horizon * 1024.0) as usize];
                *slot = (slot.0 + sojourn, slot.1 + 1.0);
                run.sojourns.push((end, sojourn));
            }
        }
        run
    }

    /// Mean sojourn in each of `n` equal parts.
    fn parts(&self, n: usize) -> Vec<f64> {
        let mean = |slots: &[(f64, f64)]| {
            slots.iter().map(|s| s.0).sum::<f64>() / slots.iter().map(|s| s.1).sum::<f64>()
        };
        self.slots.chunks(1024 / n).map(mean).collect()
    }

    fn after(&self, from: f64) -> Vec<u64> {
        let late = self.sojourns.iter().filter(|(end, _)| *end >= from);
        late.map(|(_, sojourn)| (sojourn * UNIT) as u64).collect()
    }
}

/// A whole study by the rules of method: MSER on the series averaged over replications, the cut rounded up to a
/// sixteenth, agreed and at least one; then mean and p99 of what is left.
fn study(rho: f64, requests: f64, trial: u64) -> (Estimate, Estimate) {
    let horizon = requests / rho;
    let runs: Vec<Run> = (1..=REPLICATIONS)
        .map(|r| Run::new(rho, horizon, trial * REPLICATIONS + r))
        .collect();
    let fine: Vec<Vec<f64>> = runs.iter().map(|run| run.parts(64)).collect();
    let series: Vec<f64> = (0..64)
        .map(|i| fine.iter().map(|f| f[i]).sum::<f64>())
        .collect();
    let sixteenths: Vec<Vec<f64>> = runs.iter().map(|run| run.parts(16)).collect();
    let cut = agreed(&sixteenths, mser(&series).div_ceil(4), 1);
    let from = cut as f64 / 16.0 * horizon;
    let kept: Vec<Vec<u64>> = runs.iter().map(|run| run.after(from)).collect();
    let sums: Vec<f64> = kept.iter().map(|k| k.iter().sum::<u64>() as f64).collect();
    let counts: Vec<f64> = kept.iter().map(|k| k.len() as f64).collect();
    let samples = kept
        .iter()
        .map(|k| tail(k.iter().copied(), (8.0 * UNIT) as u64));
    let samples: Vec<Sample> = samples.collect();
    let p99 = Pool::new(&samples).interval(0.99).unwrap();
    let mean = ratio_interval(&sums, &counts).unwrap();
    (mean.scaled(1.0 / UNIT), p99.scaled(1.0 / UNIT))
}

/// The M/M/1 at ρ = 0.8 for 250 of its relaxation times (18,000 requests) and a warm-up: mean 5, p99 5 ln 100.
#[test]
fn mm1_study() {
    let (mut mean, mut p99) = (0, 0);
    for trial in 0..300 {
        let (m, q) = study(0.8, 20_000.0, trial);
        mean += u32::from(m.contains(5.0));
        p99 += u32::from(q.contains(5.0 * 100f64.ln()));
    }
    println!("M/M/1, ρ = 0.8, 300 studies: mean {mean}, p99 {p99}");
    assert!(plausible(mean, 300, 0.93, 0.97), "mean: {mean} of 300");
    assert!(plausible(p99, 300, 0.92, 1.0), "p99: {p99} of 300");
}

/// Two modes with nothing between, 1 to 2 and 50 to 51, the longer with a share just below and just above 5 %: p95 is at an
/// edge of the gap, on either side. In every replication the share is another, as it is among requests that come in bursts:
/// 0.8 to 1.2 times as much.
#[test]
fn quantile_at_a_gap() {
    for (share, truth) in [
        (0.049_5, 1.0 + 0.95 / 0.950_5),
        (0.050_5, 50.0 + 0.000_5 / 0.050_5),
    ] {
        let hits = coverage(500, truth, |trial| {
            let samples: Vec<Sample> = (0..REPLICATIONS)
                .map(|r| {
                    let mut noise = Noise::new(trial * REPLICATIONS + r + 1);
                    let share = share * (0.8 + 0.4 * noise.uniform());
                    let mut value = |_| {
                        let start = if noise.uniform() < share { 50.0 } else { 1.0 };
                        ((start + noise.uniform()) * UNIT) as u64
                    };
                    Sample::of(&(0..2_000).map(&mut value).collect::<Vec<_>>())
                })
                .collect();
            let e = Pool::new(&samples).interval(0.95).unwrap();
            e.scaled(1.0 / UNIT)
        });
        assert!(plausible(hits, 500, 0.92, 1.0), "{share}: {hits} of 500");
    }
}

/// Two contestants with the same law: of 400 studies at most 5 % may say that one is faster, 20. More than 34 would come once
/// in 2,000 (binomial). Half of each latency is the request's, in both the same; then none, with a gap where p95 lies.
#[test]
fn equals_are_told_apart_in_one_study_of_twenty() {
    let shared = |noise: &mut Noise| {
        let request = noise.exp();
        (request + noise.exp(), request + noise.exp())
    };
    let gap = |noise: &mut Noise| {
        let mut value = || {
            if noise.uniform() < 0.05 {
                50.0
            } else {
                noise.exp()
            }
        };
        (value(), value())
    };
    type Law<'a> = &'a dyn Fn(&mut Noise) -> (f64, f64);
    let laws: [Law; 2] = [&shared, &gap];
    for (law, draw) in laws.iter().enumerate() {
        let (mut wrong, mut paired, mut single) = (0, 0.0, 0.0);
        for trial in 0..400 {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for r in 0..REPLICATIONS {
                let mut noise = Noise::new(trial * REPLICATIONS + r + 1);
                let of = |values: &[f64]| {
                    let values = values.iter().map(|x| (x * UNIT) as u64);
                    tail(values, (2.0 * UNIT) as u64)
                };
                let (mine, theirs): (Vec<f64>, Vec<f64>) =
                    (0..2_000).map(|_| draw(&mut noise)).unzip();
                a.push(of(&mine));
                b.push(of(&theirs));
            }
            let [a, b] = [a, b].map(|samples| Pool::new(&samples).located(0.95).unwrap());
            let difference = a.minus(&b).unwrap();
            wrong += u32::from(difference.excludes_zero());
            paired += difference.hi - difference.lo;
            single += a.estimate.hi - a.estimate.lo;
        }
        println!(
            "law {law}: {wrong} of 400 wrong; the difference is {:.2} times as wide as one",
            paired / single
        );
        assert!(wrong <= 34, "law {law}: {wrong} of 400");
        assert!(
            law == 1 || wrong >= 8,
            "{wrong}: nothing is ever told apart"
        );
    }
}

/// Sojourns of the M/G/1 with Pareto service of mean 1 and index 2.2 (its variance hardly exists) at ρ = 0.5, from an empty
/// start, less a sixteenth.
fn pareto(requests: usize, seed: u64) -> Sample {
    const ALPHA: f64 = 2.2;
    let mut noise = Noise::new(seed);
    let (mut wait, mut service) = (0.0f64, 0.0f64);
    let sojourns = (0..requests).map(|_| {
        wait = (wait + service - 2.0 * noise.exp()).max(0.0);
        service = (ALPHA - 1.0) / ALPHA * noise.uniform().powf(-1.0 / ALPHA);
        ((wait + service) * 64.0) as u64
    });
    tail(sojourns.skip(requests / 16), 5 * 64)
}

/// p99 of that queue, in mean services.
const TRUTH: f64 = 16.6;

/// [`TRUTH`] to 2 %, from 150 million requests, which know it to 1 %. (Seen: 16.70, with other dice 16.52.)
#[test]
#[ignore = "takes long: cargo test --release --lib the_truth_of_the_pareto_queue -- --ignored --nocapture"]
fn the_truth_of_the_pareto_queue() {
    let samples: Vec<Sample> = (0..600).map(|r| pareto(250_000, (1 << 40) | r)).collect();
    let p99 = Pool::new(&samples).interval(0.99).unwrap();
    let [value, lo, hi] = [p99.value, p99.lo, p99.hi].map(|x| x / 64.0);
    println!("{value:.2} ({lo:.2} to {hi:.2})");
    assert!((value / TRUTH - 1.0).abs() < 0.02 && hi - lo < 0.02 * value);
}

/// The precision that is asked.
const ASKED: f64 = 0.2;

/// Where a rule stops and says that it is known narrowly enough, told the width after so many replications; none where it gives up.
type Rule = fn(&mut dyn FnMut(u32) -> f64) -> Option<u32>;

/// Looks where [`look`] does; with `doubt` also what was seen before counts.
fn looks(width_of: &mut dyn FnMut(u32) -> f64, doubt: bool) -> Option<u32> {
    let (mut n, mut before) = (FIRST_LOOK, None);
    loop {
        let width = width_of(n);
        let before_that = if doubt { before } else { Some(0.0) };
        match look(FIRST_LOOK, n, ASKED, width, before_that) {
            Look::Enough => return Some(n),
            Look::GiveUp => return None,
            Look::Extend(more) => (n, before) = (more, Some(width)),
        }
    }
}

/// Takes the spread of the first replications for that of all, and does not look at it again.
fn trusting(width_of: &mut dyn FnMut(u32) -> f64) -> Option<u32> {
    let needed = forecast(FIRST_LOOK, ASKED, width_of(FIRST_LOOK)).ceil();
    (needed <= 160.0).then_some((needed as u32).max(FIRST_LOOK))
}

/// Of studies that stop where p99 is said to be within 20 %, how many are further off than that, for a law whose spread comes from rare requests that
/// block hundreds, and replications so short that most see none of them. By the rule it is 17 % (56 of 335, with other seeds), and of 200 such more than
/// 23 % come once in 100 times. A rule that believes the first narrow look is off in 30 % (130 of 428), one that believes the first spread in 34 %
/// (193 of 561): both must be seen to be fooled, or this were no test. No more than 23 % of 250 come once in 200 times. (With looks from two replications
/// on it is 85 %.)
#[test]
fn heavy_tails_do_not_fool_the_stopping_rule() {
    const STUDIES: u64 = 600;
    const REQUESTS: usize = 1_000;
    const FOOLED: f64 = 0.23;
    let p99 = |samples: &[Sample]| Pool::new(samples).interval(0.99).unwrap();
    let rules: [(&str, Rule); 3] = [
        ("as it is", |width| looks(width, true)),
        ("the first narrow look", |width| looks(width, false)),
        ("the first spread", trusting),
    ];
    let (mut said, mut off) = ([0; 3], [0; 3]);
    for study in 0..STUDIES {
        let mut samples: Vec<Sample> = Vec::new();
        let mut after = |n: u32| {
            let more = samples.len() as u64..n.into();
            samples.extend(more.map(|r| pareto(REQUESTS, 1000 * study + r)));
            p99(&samples[..n as usize])
        };
        for (i, (_, rule)) in rules.iter().enumerate() {
            let mut width = |n| {
                let e: Estimate = after(n);
                (e.hi - e.value).max(e.value - e.lo) / e.value
            };
            if let Some(n) = rule(&mut width) {
                said[i] += 1;
                off[i] += u32::from((after(n).value / (64.0 * TRUTH) - 1.0).abs() > ASKED);
            }
        }
    }
    let share = |i: usize| f64::from(off[i]) / f64::from(said[i]);
    for (i, (name, _)) in rules.iter().enumerate() {
        println!("{name}: {} of {} further off than 20 %", off[i], said[i]);
    }
    assert!(said[0] > 150 && share(0) <= FOOLED, "{}", share(0));
    assert!(share(1) > FOOLED && share(2) > FOOLED);
}
