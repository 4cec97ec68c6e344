//! What takes several passes keeps those that are finished when somebody stops it.

use std::sync::atomic::{AtomicBool, Ordering};

use crossover::experiment::explain::{Explanation, explain};
use crossover::experiment::theory::theory;
use crossover::experiment::{Control, ExperimentError, Observer, Progress};
use crossover::scenario::{Embedded, Scenario, load};

const BUDGET: f64 = 4e6;

/// Raises the flag when so many replications are finished.
struct After<'a>(u64, &'a AtomicBool);

impl Observer for After<'_> {
    fn progress(&self, progress: Progress) {
        if progress.jobs_done >= self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

/// Works on one thread, so that what is finished by then is no matter of chance, and stops after so many replications.
fn stopped<T: Send>(after: u64, work: impl FnOnce(&Control) -> T + Send) -> T {
    let stop = AtomicBool::new(false);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(1);
    let one = threads.build().unwrap();
    one.install(|| work(&Control::new(&stop, &After(after, &stop))))
}

fn scenario(name: &str) -> Scenario {
    let settings = ["run.replications=2", "run.requests=40000"];
    load(&Embedded, name, &settings.map(str::to_owned)).unwrap()
}

/// One contestant, two replications a pass: the third replication is of the second pass, the fifth of the third.
#[test]
fn an_explanation_keeps_its_finished_passes() {
    let pool = scenario("libuv-pool");
    let after = |replications| {
        stopped(replications, |control| {
            explain(&pool, Some(1), BUDGET, control)
        })
    };
    let whole = after(u64::MAX).unwrap();
    assert!(!whole.interrupted() && !whole.contestants[0].without.is_empty());
    let figures = |one: &Explanation| format!("{:?}", one.contestants[0].row);
    for (replications, passes, bands) in [(3, 1, 0), (5, 2, 4)] {
        let part = after(replications).unwrap();
        assert_eq!((part.passes, part.interrupted()), (passes, true));
        assert_eq!(figures(&part), figures(&whole));
        assert_eq!(part.contestants[0].bands.len(), bands);
        assert!(part.contestants[0].without.is_empty());
    }
    assert_eq!(after(1).unwrap_err(), ExperimentError::Interrupted);
}

/// One load of a contestant after the other, two replications each.
#[test]
fn theory_keeps_its_finished_loads() {
    let page = scenario("quickstart");
    let after = |replications| stopped(replications, |control| theory(&page, BUDGET, control));
    let part = after(5).unwrap();
    assert!(part.interrupted);
    assert_eq!(part.contestants.len(), 1);
    assert_eq!(part.contestants[0].loads.len(), 2);
    assert_eq!(after(1).unwrap_err(), ExperimentError::Interrupted);
}
