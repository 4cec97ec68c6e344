//! How long things take, against real runtimes: each case of `conformance/time/` is built from ordinary files, runs on the same
//! engine as requests, and its latencies are compared with the recorded ones.
//!
//! The distance of two sets of samples is Kolmogorov's and Smirnov's: the largest difference of their distribution functions.
//! The bound of a case is the 95th percentile of the distances between its own recordings; the simulation must be, in the
//! median over the recordings, no further from them. Parameters come from other recordings than the compared one: the
//! column "from" names them. Rows that are known to be further off are in [`KNOWN`], with how far, and may not get worse; one that is
//! within its bound again must leave the list. `conformance/README.md` has their causes and what they do to an example.
//!
//! `cargo test --test it conformance_time -- --nocapture` prints the table.

mod case;
mod lock;
mod recorded;
mod served;
mod timeout;

use case::{Case, simulate};
use recorded::{Recorded, quantile};

/// Cases that disagree, on so many cores, and by what distance at most.
const KNOWN: [(&str, u32, f64); 5] = [
    // Which core each thread is on.
    ("gil-3", 2, 0.31),
    // Whether those who look come before the holder's slice is over.
    ("gil-7", 1, 0.12),
    // The hypervisor sets timers; on two cores, on which core they wake.
    ("convoy-1", 1, 0.61),
    ("convoy-1", 2, 0.51),
    ("gthread-8", 2, 0.25),
];

#[test]
fn latencies_are_as_real_runtimes_had_them() {
    type Build = Box<dyn Fn(u32) -> Case>;
    let cases: Vec<Build> = vec![
        Box::new(lock::gil("gil-1", 1, "5ms", 40)),
        Box::new(lock::gil("gil-3", 3, "1ms", 60)),
        Box::new(lock::gil("gil-7", 7, "0.5ms", 60)),
        Box::new(lock::convoy),
        Box::new(timeout::timeout),
        Box::new(served::gthread),
        Box::new(served::sync),
        Box::new(served::asgi),
        Box::new(served::hold_django),
        Box::new(served::hold_node),
    ];
    let mut wrong = Vec::new();
    println!(
        "| case | cores | from | distance | bound | p50, ms | simulated | p99, ms | simulated | |"
    );
    println!("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    for build in &cases {
        for cores in [1, 2] {
            let case = build(cores);
            let recorded = Recorded::of(case.name, cores);
            let simulated = simulate(&case);
            let (distance, bound) = (recorded.distance(&simulated), recorded.bound());
            let known = KNOWN
                .iter()
                .find(|(name, on, _)| (*name, *on) == (case.name, cores));
            let (note, right) = match (distance <= bound, known) {
                (true, None) => ("", true),
                (true, Some(_)) => ("agrees, though it is listed", false),
                (false, Some(&(_, _, at_most))) => ("known", distance <= at_most),
                (false, None) => ("off", false),
            };
            let line = format!(
                "| {} | {cores} | {} | {distance:.3} | {bound:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {note} |",
                case.name,
                case.from,
                recorded.median() / 1e3,
                quantile(&simulated, 0.5) / 1e3,
                recorded.quantile(0.99) / 1e3,
                quantile(&simulated, 0.99) / 1e3,
            );
            println!("{line}");
            if !right {
                wrong.push(line);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "beyond the bound, or what is listed:\n{}",
        wrong.join("\n")
    );
}
