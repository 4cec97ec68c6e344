//! Do the intervals keep their word? Many whole studies of systems whose answer is known, each at the run length that the
//! tool itself chooses, and how many of their 95 % intervals hold the truth; and what pairing is worth.
//!
//! `cargo test --release --test coverage -- --nocapture` prints the table of one queue, the pairs and the equals.
//! `cargo test --release --test coverage -- --ignored --nocapture` prints the whole one, case by case. In front of it, `STUDIES=100 CASE=M/M/8` runs
//! fewer, and only those with this name; `KEEP=target/coverage` keeps what each study came to in files there, so that the next run goes on where
//! this one was broken off.

mod capacity;
mod cases;
mod cell;
mod kept;
mod pairs;
mod truth;

use std::path::Path;

use statrs::distribution::{ContinuousCDF, Normal};

use cases::cases;
use cell::HEAD;

/// Studies of the short form.
const STUDIES: u64 = 400;

/// What is said in front of the command.
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn asked_studies() -> Option<u64> {
    Some(asked("STUDIES")?.parse().expect("STUDIES is a number"))
}

/// The mean must be covered in 93 to 97 of 100 studies, quantiles in at least 92: the test fails only where the binomial 99.9 %
/// limits of as many studies (3.29 standard deviations) rule that out.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "with assertions on it takes long: cargo test --release --test coverage"
)]
fn mm1_at_eighty_percent() {
    let cases = cases();
    let case = cases.iter().find(|case| case.name == "M/M/1, ρ = 0.8");
    let cells = case.expect("it is a case").studied(STUDIES, None);
    println!("{HEAD}");
    for cell in &cells {
        println!("{}", cell.line("M/M/1, ρ = 0.8"));
    }
    for cell in &cells {
        let (name, coverage) = (cell.figure.name(), cell.coverage());
        assert!(cell.plausible(3.29), "{name}: {coverage:.3}");
    }
}

/// All cases. Fails only beyond the binomial 99.9 % limits over all figures together (Bonferroni).
#[test]
#[ignore = "takes long: the whole study"]
fn all_cases() {
    let only = asked("CASE").unwrap_or_default();
    let most = asked_studies().unwrap_or(u64::MAX);
    let folder = asked("KEEP");
    let folder = folder.as_ref().map(Path::new);
    let cases = cases();
    let gated = cases.iter().filter(|case| case.gated);
    let figures: usize = gated.map(|c| c.known.len() + c.unknown.len()).sum();
    let normal = Normal::new(0.0, 1.0).expect("a standard normal");
    let limit = normal.inverse_cdf(1.0 - 0.001 / (2.0 * figures as f64));
    println!("{HEAD}");
    let mut outside = Vec::new();
    for case in cases.iter().filter(|case| case.name.contains(&only)) {
        for cell in case.studied(case.studies.min(most), folder) {
            println!("{}", cell.line(case.name));
            if case.gated && !cell.plausible(limit) {
                outside.push(format!("{} of {}", cell.figure.name(), case.name));
            }
        }
    }
    assert!(
        outside.is_empty(),
        "outside {limit:.2} standard deviations: {outside:?}"
    );
}
