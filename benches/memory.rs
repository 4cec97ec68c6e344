//! Memory does not grow with the number of requests simulated: the loop server with 10^5 and with 10^7 requests, or as many as are asked for.
//!
//! `cargo bench --bench memory` prints the most memory the process has used after each (Linux's `VmHWM`); `-- 100000000` takes a minute.

#[allow(dead_code)] // the floor and the names are for the benchmark of speed
#[path = "support/workload.rs"]
mod workload;

use workload::WORKLOADS;

/// The most resident memory so far, KiB; absent where there is no `/proc`.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    println!("{:>12} {:>14} {:>12}", "requests", "mean ms", "peak KiB");
    let asked = std::env::args().find_map(|word| word.parse().ok());
    for customers in [100_000, asked.unwrap_or(10_000_000)] {
        let outcome = workload::Workload {
            customers,
            ..WORKLOADS[2]
        }
        .plan()
        .run(1, 0);
        let (sum, count) = outcome
            .segments
            .iter()
            .fold((0, 0), |(sum, count), segment| {
                let tally = &segment.endpoints[0];
                (sum + tally.sum_ns, count + tally.succeeded)
            });
        let mean_ms = sum as f64 / count as f64 * 1e-6;
        let peak = peak_kib().map_or("?".to_owned(), |kib| kib.to_string());
        println!("{:>12} {mean_ms:14.4} {peak:>12}", outcome.arrived);
    }
}
