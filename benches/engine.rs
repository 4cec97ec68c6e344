//! What a simulated customer costs, in nanoseconds, beside a floor in the same run.
//!
//! The *engine* is the ordinary one: checked scenario, compiled plan, accounting, histograms, one thread. The *floor* is the
//! smallest loop that serves the same customers (the same dice, the same laws, FCFS) through a heap, with no model around it
//! and nothing recorded but the sum of latencies. `cargo bench --bench engine` runs both in turn and prints the least time of seven each.

#[path = "support/workload.rs"]
mod workload;

use std::hint::black_box;
use std::time::Instant;

use workload::WORKLOADS;

/// How often each is run.
const TURNS: u32 = 7;

fn main() {
    println!(
        "{:24} {:>10} {:>10} {:>7} {:>16}",
        "ns per customer", "engine", "floor", "ratio", "events/customer"
    );
    for workload in &WORKLOADS {
        let plan = workload.plan();
        let (mut engine, mut floor, mut events) = (f64::MAX, f64::MAX, 0.0);
        for _ in 0..TURNS {
            let start = Instant::now();
            let outcome = black_box(plan.run(1, 0));
            engine = engine.min(start.elapsed().as_secs_f64());
            events = outcome.events as f64 / outcome.arrived as f64;
            let start = Instant::now();
            black_box(workload.floor());
            floor = floor.min(start.elapsed().as_secs_f64());
        }
        let each = |seconds: f64| seconds * 1e9 / workload.customers as f64;
        let (engine, floor) = (each(engine), each(floor));
        println!(
            "{:24} {engine:10.1} {floor:10.1} {:7.2} {events:16.2}",
            workload.name,
            engine / floor
        );
    }
}
