//! `--precision`: the same study with ever more replications, until its percentiles are told narrowly enough.

use crate::experiment::{BUDGET, ExperimentError, Row, Study};
use crate::report::{view, words};
use crate::scenario::Scenario;

/// What a study of that precision may cost, as a multiple of the study without.
const MOST: u32 = 16;

/// Runs the study once; with a `precision`, doubles replications and budget until every p99 has an interval of at most that share
/// to either side, or the study has grown sixteenfold: then it says what is still wider.
///
/// # Errors
/// As `run`, the first time.
pub fn precisely(
    scenario: &Scenario,
    precision: Option<f64>,
    run: impl Fn(&Scenario, f64) -> Result<Study, ExperimentError>,
) -> Result<Study, ExperimentError> {
    let mut study = run(scenario, BUDGET)?;
    let Some(precision) = precision else {
        return Ok(study);
    };
    let mut grown = 1;
    while let Some(wide) = widest(&study).filter(|wide| wide.1 > precision && !study.interrupted) {
        if grown >= MOST {
            study.shortfalls.push(too_wide(&study, wide, precision));
            break;
        }
        grown *= 2;
        let mut longer = scenario.clone();
        longer.run.replications = scenario.run.replications.saturating_mul(grown);
        match run(&longer, BUDGET * f64::from(grown)) {
            Ok(better) if !better.interrupted => study = better,
            // The one before is complete.
            _ => study.interrupted = true,
        }
    }
    Ok(study)
}

/// The widest p99 of all requests, and half its interval as a share of it.
fn widest(study: &Study) -> Option<(&Row, f64)> {
    let rows = study.rows.iter().filter(|row| row.endpoint == view::ALL);
    let widths = rows.filter_map(|row| {
        let p99 = row.p99_ms?;
        let half = (p99.hi - p99.lo) / 2.0 / p99.value;
        half.is_finite().then_some((row, half))
    });
    widths.max_by(|a, b| a.1.total_cmp(&b.1))
}

fn too_wide(study: &Study, (row, half): (&Row, f64), precision: f64) -> String {
    format!(
        "the precision of {} was not reached: p99 of {} at {} {} is known to {} with {} replications",
        words::percent(precision),
        row.contestant,
        words::load(row.load),
        view::unit(study),
        words::percent(half),
        row.replications
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Estimate;
    use crate::report::fixture;
    use crate::scenario::{Embedded, load};

    /// A study whose p99 is known to 8 % with ten replications, and better by the root of more of them.
    fn study(scenario: &Scenario) -> Study {
        let mut study = fixture::small();
        let half = 0.08 * (10.0 / f64::from(scenario.run.replications)).sqrt();
        for row in &mut study.rows {
            row.replications = scenario.run.replications;
            row.p99_ms = row.p99_ms.map(|e| Estimate {
                lo: e.value * (1.0 - half),
                hi: e.value * (1.0 + half),
                ..e
            });
        }
        study
    }

    fn run(precision: Option<f64>, interrupted_from: u32) -> Study {
        let scenario = load(&Embedded, "quickstart", &[]).unwrap();
        precisely(&scenario, precision, |scenario, _| {
            let mut study = study(scenario);
            study.interrupted = scenario.run.replications >= interrupted_from;
            Ok(study)
        })
        .unwrap()
    }

    #[test]
    fn replications_double_until_it_is_reached() {
        assert_eq!(run(None, u32::MAX).rows[0].replications, 10);
        assert_eq!(run(Some(0.081), u32::MAX).rows[0].replications, 10);
        assert_eq!(run(Some(0.05), u32::MAX).rows[0].replications, 40);
    }

    #[test]
    fn the_budget_ends_it_and_it_says_so() {
        let study = run(Some(0.001), u32::MAX);
        assert_eq!(study.rows[0].replications, 160);
        let said = study.shortfalls.last().unwrap();
        assert_eq!(
            said,
            "the precision of 0.1 % was not reached: p99 of node at 240 requests/s is known to 2 % with 160 replications"
        );
    }

    #[test]
    fn an_interruption_keeps_the_last_complete_study() {
        let study = run(Some(0.001), 40);
        assert_eq!((study.rows[0].replications, study.interrupted), (20, true));
    }
}
