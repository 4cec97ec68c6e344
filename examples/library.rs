//! The library from another program: one scenario, one figure, no files and no command line.
//!
//! `cargo run --release --example library` asks at how many requests per second the 99th percentile of a page is more
//! than twice what it is at a trickle, for one Node process, straight from replications of the simulation. The load grows by
//! halves: the answer is the first step beyond, not the exact load.

use crossover::kernel::Span;
use crossover::scenario::{Embedded, load};
use crossover::world::{Plan, Setting};
use hdrhistogram::Histogram;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = load(&Embedded, "io-bound", &[])?;
    let contestant = &scenario.contestants[0];

    // The 99th percentile over four replications of 10 simulated seconds, the first quarter left out.
    let p99 = |requests_per_second: f64| -> Result<Span, Box<dyn std::error::Error>> {
        let setting = Setting::new(requests_per_second, Span::from_secs(10));
        let plan = Plan::compile(contestant, &scenario.arrivals, setting);
        let mut latencies = Histogram::<u64>::new(3)?;
        for replication in 0..4 {
            for segment in &plan.run(scenario.run.seed, replication).segments[4..] {
                for endpoint in &segment.endpoints {
                    latencies.add(&endpoint.latency)?;
                }
            }
        }
        Ok(Span(latencies.value_at_quantile(0.99)))
    };

    let trickle = p99(20.0)?;
    println!(
        "{}: p99 {:.2} ms at 20 requests/s",
        contestant.name,
        trickle.as_millis_f64()
    );
    let mut rate = 20.0;
    while rate < 100_000.0 {
        rate *= 1.5;
        let now = p99(rate)?;
        if now.0 > 2 * trickle.0 {
            println!(
                "first load, growing by halves, with more than twice that: {rate:.0} requests/s, p99 {:.2} ms",
                now.as_millis_f64()
            );
            return Ok(());
        }
    }
    println!("never more than twice that up to {rate:.0} requests/s");
    Ok(())
}
