//! Frozen fingerprints: a change of any number of any embedded example shows, whether it was meant or not.
//!
//! Each contestant of each example runs at one small load for a second, or as long as its scenario says, once; a line of the snapshot is a hash over what its
//! requests came to. After a change that is meant to change results: `INSTA_UPDATE=always cargo test --test it fingerprints`.

use std::fmt::Write as _;

use crossover::kernel::Span;
use crossover::measure::Outcome;
use crossover::scenario::{Embedded, RunLength, embedded, load};
use crossover::workload::Arrivals;
use crossover::world::{Plan, Setting};

/// FNV-1a, 64 bits.
struct Fingerprint(u64);

impl Fingerprint {
    fn add(&mut self, value: u128) {
        for byte in value.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

fn fingerprint(outcome: &Outcome) -> u64 {
    let mut print = Fingerprint(0xcbf2_9ce4_8422_2325);
    print.add(outcome.events.into());
    for part in &outcome.segments {
        for tally in &part.endpoints {
            let counts = [tally.offered, tally.succeeded];
            counts
                .iter()
                .chain(&tally.failed)
                .for_each(|&n| print.add(n.into()));
            print.add(tally.sum_ns);
            print.add(tally.sum_sq_ns2);
            let account = tally.account_ns.by_component();
            account.iter().for_each(|&ns| print.add(ns.into()));
        }
        part.busy_ns.iter().for_each(|&ns| print.add(ns.into()));
        print.add(part.in_system_ns);
    }
    print.0
}

#[test]
fn examples_come_to_the_same_numbers_as_ever() {
    let mut lines = String::new();
    for example in embedded::examples() {
        let scenario = load(&Embedded, example.name, &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        let at = match scenario.arrivals {
            Arrivals::Closed { .. } => 20.0,
            _ => 40.0,
        };
        let horizon = match scenario.run.length {
            RunLength::Duration(duration) => duration,
            RunLength::Auto | RunLength::Requests(_) => Span::from_secs(1),
        };
        for contestant in &scenario.contestants {
            let setting = Setting::new(at, horizon);
            let plan = Plan::compile(contestant, &scenario.arrivals, setting);
            let outcome = plan.run(scenario.run.seed, 0);
            writeln!(
                lines,
                "{:<16} {:<20} {:016x} after {} requests, {} events",
                example.name,
                contestant.name,
                fingerprint(&outcome),
                outcome.arrived,
                outcome.events
            )
            .expect("a text takes text");
        }
    }
    insta::assert_snapshot!(lines);
}
