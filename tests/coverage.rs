//! Do the intervals keep their word? Many whole studies of a queue whose answer is known, each at the run length that the
//! tool itself chooses, and how many of their 95 % intervals hold the truth.
//!
//! `cargo test --release --test coverage -- --nocapture` prints the table.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crossover::experiment::{Control, Estimate, Row, compare};
use crossover::scenario::{Scenario, load};
use crossover::stats::theory::Mm1;

/// One server, exponential work of 10 ms, 80 requests a second: ρ = 0.8.
const MM1: &str = r#"
arrivals = { process = "poisson", rate = "80/s" }
endpoints.page.steps = [{ cpu = "exp(10ms)" }]
contestants.one = { model = "ideal", executors.main = { carriers = 1, tasks = 1 } }
"#;

/// Studies; their seeds are `FIRST_SEED` and those that follow it. Fixed before the first run.
const STUDIES: u64 = 400;
const FIRST_SEED: u64 = 20_261_124;

/// The binomial limit of 99.9 %, in standard deviations on each side.
const LIMIT: f64 = 3.29;

fn scenario(seed: u64) -> Scenario {
    let text = |path: &Path| (path.to_str() == Some("mm1.toml")).then(|| MM1.as_bytes().to_vec());
    load(&text, "mm1.toml", &[format!("run.seed={seed}")]).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn study(seed: u64) -> Row {
    let never = AtomicBool::new(false);
    let study =
        compare(&scenario(seed), &Control::new(&never, &())).expect("it is not interrupted");
    study.rows.into_iter().next().expect("a row for `all`")
}

/// A figure, its truth, and the coverage that is asked of it.
struct Figure {
    name: &'static str,
    truth: f64,
    wanted: std::ops::RangeInclusive<f64>,
    seen: Vec<Estimate>,
}

impl Figure {
    fn coverage(&self) -> f64 {
        let hits = self.seen.iter().filter(|e| e.contains(self.truth)).count();
        hits as f64 / self.seen.len() as f64
    }

    /// Whether the coverage may be what is wanted, at the binomial limits.
    fn plausible(&self) -> bool {
        let slack = |p: f64| LIMIT * (p * (1.0 - p) / self.seen.len() as f64).sqrt();
        let (low, high) = (*self.wanted.start(), *self.wanted.end());
        (low - slack(low)..=high + slack(high)).contains(&self.coverage())
    }

    fn line(&self) -> String {
        let n = self.seen.len() as f64;
        let mean = self.seen.iter().map(|e| e.value).sum::<f64>() / n;
        let width = self.seen.iter().map(|e| e.hi - e.lo).sum::<f64>() / n;
        format!(
            "| {} | {:.3} ms | {:+.2} % | ±{:.1} % | {:.1} % |",
            self.name,
            self.truth,
            100.0 * (mean / self.truth - 1.0),
            50.0 * width / self.truth,
            100.0 * self.coverage(),
        )
    }
}

/// The mean must be covered in 93 to 97 of 100 studies, p99 in at least 92: the test fails only where the binomial 99.9 %
/// limits of as many studies rule that out.
#[test]
fn mm1_at_eighty_percent() {
    let queue = Mm1 {
        lambda: 0.08,
        mu: 0.1,
    };
    let figure = |name, truth, wanted| Figure {
        name,
        truth,
        wanted,
        seen: Vec::new(),
    };
    let mut figures = [
        figure("mean", queue.sojourn_mean(), 0.93..=0.97),
        figure("p50", queue.sojourn_quantile(0.5), 0.92..=0.98),
        figure("p90", queue.sojourn_quantile(0.9), 0.92..=0.98),
        figure("p99", queue.sojourn_quantile(0.99), 0.92..=0.98),
    ];
    let mut requests = 0;
    for seed in FIRST_SEED..FIRST_SEED + STUDIES {
        let row = study(seed);
        assert!(!row.saturated, "seed {seed}");
        requests += row.requests / u64::from(row.replications);
        for (figure, seen) in
            figures
                .iter_mut()
                .zip([row.mean_ms, row.p50_ms, row.p90_ms, row.p99_ms])
        {
            figure
                .seen
                .push(seen.unwrap_or_else(|| panic!("{} is empty, seed {seed}", figure.name)));
        }
    }
    println!(
        "{STUDIES} studies of M/M/1 at ρ = 0.8, 10 replications of {} requests",
        requests / STUDIES
    );
    println!("| figure | truth | bias | half width | coverage of the 95 % interval |");
    println!("| --- | --- | --- | --- | --- |");
    for figure in &figures {
        println!("{}", figure.line());
    }
    for figure in &figures {
        assert!(
            figure.plausible(),
            "{}: {:.3}",
            figure.name,
            figure.coverage()
        );
    }
}
