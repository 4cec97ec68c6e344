//! M/G/∞ beyond the mean: the number in the system is Poisson, whatever the law of service.

use crossover::kernel::Span;
use crossover::stats::theory::Mg1;
use crossover::world::{Plan, Setting};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::ERROR;
use super::cases::stations;
use crate::support;

/// Two thousand independent replications, the number inside at the end of each, Pearson's χ² over the numbers whose expected
/// count is at least five, the tails lumped.
#[test]
fn the_number_inside_is_poisson() {
    for step in [
        "{ wait = \"exp(10ms)\" }",
        "{ cpu = \"10ms\" }",
        "{ wait = \"lognormal(10ms, cv=2)\" }",
        "{ cpu = \"uniform(0ms, 20ms)\" }",
    ] {
        // After a hundred mean services the lognormal law has less than a thousandth of its load still to come.
        let scenario = support::scenario(&stations::open(1000.0, step, "", ""));
        let setting = Setting::new(1000.0, Span::from_secs(1));
        let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
        let inside: Vec<u64> = (0..2000)
            .map(|replication| plan.run(2000, replication).in_flight)
            .collect();
        let queue = Mg1 {
            lambda: 1000.0,
            service: 10e-3,
            scv: 0.0,
        };
        let runs = inside.len() as f64;
        let expected: Vec<f64> = (0..200)
            .map(|n| runs * queue.infinite_servers_probability(n))
            .collect();
        let first = expected.iter().position(|&e| e >= 5.0).unwrap();
        let last = expected.iter().rposition(|&e| e >= 5.0).unwrap();
        let mut chi = 0.0;
        for n in first..=last {
            // The outermost bins hold their tails.
            let (lo, hi) = (
                if n == first { 0 } else { n },
                if n == last { expected.len() - 1 } else { n },
            );
            let e: f64 = expected[lo..=hi].iter().sum();
            let o = inside
                .iter()
                .filter(|&&x| (lo as u64..=hi as u64).contains(&x))
                .count() as f64;
            chi += (o - e).powi(2) / e;
        }
        let df = (last - first) as f64;
        let most = ChiSquared::new(df).unwrap().inverse_cdf(1.0 - ERROR);
        println!("{step}: χ² {chi:.1} with {df} degrees of freedom, at most {most:.1}");
        assert!(chi < most, "{step}: χ² {chi:.1} of {most:.1}");
    }
}
