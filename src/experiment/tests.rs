//! Whole studies on the fake simulator, whose truth is known.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::fake::Queues;
use super::*;
use crate::kernel::Span;
use crate::scenario::{Figure, Gauge, Objective, RunLength, Scenario, Slo};
use crate::workload::Loads;

fn slo(ms: u64) -> Slo {
    Slo::default()
        .and(Figure::P99, ms as f64)
        .and(Figure::Errors, 0.001)
}

fn study(queues: &Queues, scenario: &Scenario) -> Study {
    study_within(20e6, queues, scenario)
}

fn study_within(budget: f64, queues: &Queues, scenario: &Scenario) -> Study {
    let never = AtomicBool::new(false);
    compare_with(scenario, &queues, budget, &Control::new(&never, &())).unwrap()
}

fn row<'a>(study: &'a Study, contestant: &str, load: f64) -> &'a Row {
    let here = |r: &&Row| r.contestant == contestant && r.load == load && r.endpoint == "all";
    study.rows.iter().find(here).unwrap()
}

/// One queue of 10 ms: 40/s, 80/s and 120/s. Mean 1 / (100 − λ), p99 4.605 times that, utilisation λ / 100.
#[test]
fn an_mm1_is_what_theory_says() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let scenario = queues.scenario(Loads::List(vec![40.0, 80.0, 120.0]), slo(250));
    let study = study(&queues, &scenario);
    assert_eq!(study.rows.len(), 6);
    for load in [40.0, 80.0] {
        let row = row(&study, "a", load);
        let mean = 1000.0 / (100.0 - load);
        assert!(row.mean_ms.unwrap().contains(mean), "{row:?}");
        assert!(row.p99_ms.unwrap().contains(mean * 100f64.ln()), "{row:?}");
        assert_eq!(row.p99_ms, row.p99_slo_ms);
        assert!((row.util[0].1 - load / 100.0).abs() < 0.02);
        assert!((row.sd_ms.unwrap().value / mean - 1.0).abs() < 0.1);
        assert!(
            row.offered_rps.unwrap().contains(load) && row.throughput_rps.unwrap().contains(load)
        );
        assert!(!row.saturated && row.replications == 10 && row.requests >= 100_000);
        assert_eq!(row.warmup.0 * 16 % row.warmup.0.max(1), 0);
        let account: f64 = row.account_ms.unwrap().iter().sum();
        assert!((account / row.mean_ms.unwrap().value - 1.0).abs() < 1e-9);
        assert!(row.p999_ms.is_none());
    }
    let full = row(&study, "a", 120.0);
    assert!(
        full.saturated
            && full.mean_ms.is_none()
            && full.p99_ms.is_none()
            && full.account_ms.is_none()
    );
    assert!((full.throughput_rps.unwrap().value - 100.0).abs() < 3.0);
    assert_eq!(
        full.replications, 3,
        "more of the drowned would say nothing"
    );
    assert_eq!(full.within_slo, Some(false));
    assert!(
        study.shortfalls[0].contains("p99.9 needs 100000:"),
        "{:?}",
        study.shortfalls
    );
}

/// A queue that drowns, whose clients would give up after 10 s: ten minutes show that it goes on growing, and so do twenty
/// seconds. Without a time-out what it does can be counted at once.
#[test]
fn a_transient_has_no_throughput() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let mut scenario = queues.scenario(Loads::List(vec![120.0]), slo(250));
    scenario.run.length = RunLength::Duration(Span::from_secs(20));
    let told = |scenario: &Scenario| {
        let study = study(&queues, scenario);
        let full = row(&study, "a", 120.0);
        assert!(full.saturated && full.throughput_rps.is_some() == full.errors.is_some());
        let said = study.shortfalls.iter().any(|s| {
            s.contains("of a at 120/s are empty, transient: shorter than the clients' time-out")
        });
        assert_eq!(said, full.throughput_rps.is_none());
        full.throughput_rps.is_some()
    };
    assert!(told(&scenario));
    scenario.contestants[0].system.clients.timeout = Some(Span::from_secs(10));
    assert!(!told(&scenario));
    scenario.run.length = RunLength::Duration(Span::from_secs(600));
    assert!(!told(&scenario));
}

/// p99 within 250 ms: ln 100 / (100 − λ) = 0.25: λ = 81.6.
#[test]
fn capacity_of_an_mm1() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let scenario = queues.scenario(Loads::Sweep, slo(250));
    let study = study(&queues, &scenario);
    let capacity = &study.verdict.capacity_measured[0];
    assert!(
        capacity.carries.unwrap() < 81.6 && capacity.fails_at.unwrap() > 81.6,
        "{capacity:?}"
    );
    assert!(
        (capacity.estimate.unwrap() - 81.6).abs() < 3.0,
        "{capacity:?}"
    );
    assert_eq!(
        study.verdict.capacity_equal_cpu,
        study.verdict.capacity_measured
    );
    assert_eq!(
        (&study.verdict.flip, &study.verdict.no_flip),
        (&None, &None)
    );
    assert!((study.contestants[0].bounds[0].load - 100.0).abs() < 0.1);
}

/// a: 10 ms, its language as measured. b: 12.5 ms, in a language in which everything takes 2.5 times as long: 5 ms at equal
/// CPU. Measured, a wins; at equal CPU, b does. They are the same queue where 5 × 2.5^e = 10: at a ratio of 2.
#[test]
fn the_winner_flips_at_two() {
    let queues = Queues::new(&[(10.0, 1.0), (12.5, 2.5)]);
    let scenario = queues.scenario(Loads::Sweep, slo(250));
    let study = study(&queues, &scenario);
    let flip = study.verdict.flip.unwrap();
    assert_eq!((flip.below.as_str(), flip.above.as_str()), ("b", "a"));
    assert!((flip.measured - 2.5).abs() < 1e-9);
    assert!((flip.ratio / 2.0 - 1.0).abs() < 0.05, "{flip:?}");
    let equal = &study.verdict.capacity_equal_cpu[1];
    // ln 100 / (200 − λ) = 0.25
    assert!((equal.estimate.unwrap() - 181.6).abs() < 6.0, "{equal:?}");
}

/// Two thirds of a percent fail, more than one in a thousand: the 99.5th of the answered is fine, but nobody is inside.
#[test]
fn failures_count_as_infinite() {
    let mut queues = Queues::new(&[(10.0, 1.0)]);
    queues.failing = 2;
    let scenario = queues.scenario(Loads::List(vec![40.0]), slo(250));
    let study = study(&queues, &scenario);
    let row = row(&study, "a", 40.0);
    assert!((row.errors.unwrap().value - 0.02).abs() < 1e-3);
    assert!((row.errors_by[3].unwrap().value - 0.02).abs() < 1e-3);
    assert!(row.saturated, "two percent of the offered are missing");
    assert_eq!(row.within_slo, Some(false));
}

/// At 40/s the mean is 1 / (100 − 40) s = 16.7 ms, the server is used 40 %, and 40 are answered a second: each objective is judged where it
/// belongs, and the row of all is missed by what its endpoint misses.
#[test]
fn every_figure_and_endpoint_can_be_limited() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let objective = |endpoint: Option<&str>, gauge, limit| Objective {
        endpoint: endpoint.map(str::to_owned),
        gauge,
        limit,
    };
    let used = || Gauge::Used("server".to_owned());
    let throughput = || Gauge::Figure(Figure::Throughput);
    let cases = [
        (objective(None, used(), 0.45), Some(true)),
        (objective(None, used(), 0.35), Some(false)),
        (objective(None, throughput(), 35.0), Some(true)),
        (objective(None, throughput(), 45.0), Some(false)),
        (objective(Some("page"), throughput(), 45.0), Some(false)),
        (
            objective(Some("page"), Gauge::Figure(Figure::Mean), 20.0),
            Some(true),
        ),
        (
            objective(Some("page"), Gauge::Figure(Figure::Mean), 15.0),
            Some(false),
        ),
        // Who has no lock does not use it too much.
        (
            objective(None, Gauge::Used("lock".to_owned()), 0.1),
            Some(true),
        ),
    ];
    for (objective, met) in cases {
        let slo = Slo {
            objectives: vec![objective.clone()],
        };
        let study = study(&queues, &queues.scenario(Loads::List(vec![40.0]), slo));
        assert_eq!(row(&study, "a", 40.0).within_slo, met, "{objective:?}");
        let own = study
            .rows
            .iter()
            .find(|row| row.endpoint == "page")
            .unwrap();
        let expected = met.filter(|_| objective.endpoint.is_some());
        assert_eq!(own.within_slo, expected, "{objective:?}");
    }
}

/// The queue has one endpoint: searched for by a limit on that, it carries exactly what it does by the same limit on all. Memory says nothing of the load.
#[test]
fn a_capacity_keeps_the_limits_of_endpoints() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let search = |endpoint: Option<&str>, gauge| {
        let slo = Slo {
            objectives: vec![Objective {
                endpoint: endpoint.map(str::to_owned),
                gauge,
                limit: 250.0,
            }],
        };
        let scenario = queues.scenario(Loads::Sweep, slo);
        let never = AtomicBool::new(false);
        let control = Control::new(&never, &());
        capacity_with(&scenario, &&queues, PRECISION, 5e6, &control)
    };
    let p99 = || Gauge::Figure(Figure::P99);
    let [all, page] = [None, Some("page")].map(|of| search(of, p99()).unwrap().carried);
    assert!(all[0].load.is_some() && all[0].load == page[0].load);
    let binding = page[0].binding.as_ref().map(Objective::column);
    assert_eq!(binding.as_deref(), Some("page.p99_ms"));
    let none = search(None, Gauge::Memory).unwrap_err();
    assert_eq!(none, ExperimentError::NoneSearched);
}

#[test]
fn explicit_lengths_are_honoured() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let mut scenario = queues.scenario(Loads::List(vec![40.0]), slo(250));
    scenario.run.length = RunLength::Duration(Span::from_secs(20));
    scenario.run.warmup = Some(Span::from_secs(5));
    scenario.run.replications = 4;
    let study = study(&queues, &scenario);
    let row = row(&study, "a", 40.0);
    // 25 s + 1/15: sixteenths of 1.667 s; 5 s are three of them.
    assert!(
        (row.warmup.as_secs_f64() - 5.0).abs() < 1e-5,
        "{}",
        row.warmup
    );
    assert_eq!(row.replications, 4);
    assert!((f64::from(row.requests as u32) / 4.0 / (40.0 * 21.67) - 1.0).abs() < 0.1);
    assert!(row.p90_ms.is_none() && row.p50_ms.is_some(), "{row:?}");
    assert!(row.mean_ms.is_some());
    assert!(
        study.shortfalls.iter().any(|s| s.contains("run.requests=")),
        "{:?}",
        study.shortfalls
    );
}

#[test]
fn a_single_replication_has_figures_without_intervals() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let mut scenario = queues.scenario(Loads::List(vec![40.0]), slo(250));
    scenario.run.replications = 1;
    let study = study(&queues, &scenario);
    let mean = row(&study, "a", 40.0).mean_ms.unwrap();
    assert!(mean.value > 0.0 && !mean.has_interval());
}

#[cfg(feature = "parallel")]
#[test]
fn the_same_on_one_thread_and_on_three() {
    let queues = Queues::new(&[(10.0, 1.0), (12.5, 2.5)]);
    let scenario = queues.scenario(Loads::Sweep, slo(250));
    let study = || format!("{:?}", study_within(3e6, &queues, &scenario));
    let on = |threads: usize| on_threads(threads, study);
    assert_eq!(on(1), on(3));
}

#[cfg(feature = "parallel")]
fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(work)
}

#[cfg(not(feature = "parallel"))]
fn on_threads<T>(_: usize, work: impl FnOnce() -> T) -> T {
    work()
}

static STOP: AtomicBool = AtomicBool::new(false);

/// Cancelled in the second of three loads: the first is kept as it would have been, the others are missing. On one thread: on
/// several it is left to chance which replications have ended when the 29th begins.
#[test]
fn cancelling_keeps_what_is_complete() {
    let mut queues = Queues::new(&[(10.0, 1.0), (12.5, 2.5)]);
    let scenario = queues.scenario(Loads::List(vec![20.0, 40.0, 60.0]), slo(250));
    let whole = study(&queues, &scenario);
    queues.cancel_after = Some((2 + 20 + 7, &STOP));
    let part = on_threads(1, || {
        compare_with(&scenario, &&queues, 20e6, &Control::new(&STOP, &())).unwrap()
    });
    assert!(part.interrupted && !whole.interrupted);
    assert_eq!(part.rows.len(), 4);
    assert_eq!(
        format!("{:?}", row(&part, "b", 20.0)),
        format!("{:?}", row(&whole, "b", 20.0))
    );
    let nothing = compare_with(&scenario, &&queues, 20e6, &Control::new(&STOP, &()));
    assert_eq!(nothing.unwrap_err(), ExperimentError::Interrupted);
}

struct Log(Mutex<Vec<Progress>>);

impl Observer for Log {
    fn progress(&self, progress: Progress) {
        self.0.lock().unwrap().push(progress);
    }
}

#[test]
fn progress_reaches_the_end() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let scenario = queues.scenario(Loads::List(vec![40.0, 200.0]), slo(250));
    let log = Log(Mutex::new(Vec::new()));
    let never = AtomicBool::new(false);
    compare_with(&scenario, &&queues, 20e6, &Control::new(&never, &log)).unwrap();
    let log = log.0.into_inner().unwrap();
    let last = log.iter().max_by_key(|p| p.jobs_done).unwrap();
    assert_eq!((last.jobs_done, last.jobs_planned), (13, 13));
    assert!(last.share > 0.999 && last.events > 200_000, "{last:?}");
}

#[test]
fn a_run_in_depth_says_which_load_it_chose() {
    let queues = Queues::new(&[(10.0, 1.0), (5.0, 1.0)]);
    let scenario = queues.scenario(Loads::Sweep, slo(250));
    let never = AtomicBool::new(false);
    let control = Control::new(&never, &());
    let study = run_with(&scenario, &&queues, 30e6, &control).unwrap();
    assert_eq!(study.rows.len(), 4);
    assert_eq!(study.rows[0].load, 70.0);
    assert!(study.notes[0].contains("server of a"), "{:?}", study.notes);
    assert_eq!(study.rows[0].timeline.len(), 128);
    assert!(study.rows[0].spectrum.len() > 180);
    assert!(study.rows[0].p999_ms.is_some());
    let several = queues.scenario(Loads::List(vec![1.0, 2.0]), slo(250));
    let refused = run_with(&several, &&queues, 30e6, &control).unwrap_err();
    assert_eq!(refused, ExperimentError::SeveralLoads(2));
    assert!(matches!(
        compare_with(
            &Scenario {
                contestants: Vec::new(),
                ..several
            },
            &&queues,
            1e6,
            &control
        ),
        Err(ExperimentError::NoContestants)
    ));
}

/// Equal at the measured ratios: no winner, so no flip. Equal at equal CPU: the winner may change right there, or not at all.
#[test]
fn no_flip_within_the_intervals() {
    let told = |services: &[(f64, f64)]| {
        let queues = Queues::new(services);
        let study = study(&queues, &queues.scenario(Loads::Sweep, slo(250)));
        assert_eq!(study.verdict.flip, None);
        study.verdict.no_flip.unwrap()
    };
    let alike = told(&[(10.0, 1.0), (10.0, 2.5)]);
    assert!(matches!(alike, NoFlip::Alike(..)), "{alike:?}");
    let alike = told(&[(10.0, 1.0), (25.0, 2.5)]);
    assert!(matches!(alike, NoFlip::AlikeAtEqualCpu(..)), "{alike:?}");
}

/// One queue of 10 ms and one event to spend: after the first look around nothing more is looked at. With any limit met there, no load is known that misses it,
/// and with none met, none that meets it: which is less than to say that there is none. With all the events there is one.
#[test]
fn what_a_search_has_not_found_is_not_said_to_be_nowhere() {
    let queues = Queues::new(&[(10.0, 1.0)]);
    let search = |limit: Span, budget: f64| {
        let slo = Slo::default().and(Figure::P50, limit.as_millis_f64());
        let scenario = queues.scenario(Loads::Sweep, slo);
        let never = AtomicBool::new(false);
        let control = Control::new(&never, &());
        let study = capacity_with(&scenario, &&queues, PRECISION, budget, &control);
        study.unwrap().carried.swap_remove(0)
    };
    let met = search(Span::from_secs(100), 1.0);
    assert_eq!(
        (met.reach, met.highest, met.looked),
        (Reach::Unfound, Some(90.0), Some((5.0, 90.0)))
    );
    let missed = search(Span::from_millis(1), 1.0);
    assert_eq!((missed.reach, missed.highest), (Reach::Unfound, None));
    assert!(missed.closest.is_some());
    let nowhere = search(Span::from_millis(1), 20e6);
    assert_eq!((nowhere.reach, nowhere.load), (Reach::Nowhere, None));
    assert!(nowhere.looked.unwrap().0 <= 2.0, "{nowhere:?}");
}
