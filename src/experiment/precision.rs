//! Precision instead of run length: replications are added until the figure that was asked for is known narrowly enough.
//!
//! At a load all contestants that keep up get as many replications as the one whose interval is widest, so that what is
//! compared stays paired. [`stopping`] says when to look and when to stop; lengths of replications are
//! planned as ever, and who drowns, or whose runs are too short for the figure, is not waited for.

use super::fold::LoadPoint;
use super::progress::Control;
use super::study::Row;
use crate::scenario::{Precision, Scenario};
use crate::stats::stopping::{self, Look};

/// More replications than a forecast that is told.
const MOST_TOLD: f64 = 1e5;
/// More than the forecast, for the chance in it.
const MARGIN: f64 = 1.1;

/// Whose figure is less precise than asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanting {
    /// The contestant's name.
    pub contestant: String,
    /// The longer side of the interval as a share of the figure.
    pub width: f64,
    /// From so many replications.
    pub replications: u32,
}

/// What comes after this look at a load: how many replications to go on to, if any. Notes in the result who is wanting.
pub fn look(
    asked: Precision,
    first: u32,
    before: Option<&LoadPoint>,
    result: &mut LoadPoint,
) -> Option<u32> {
    let widest = widest(asked, result)?;
    let width_before = before
        .and_then(|before| self::widest(asked, before))
        .map(|w| w.width);
    let next = stopping::look(
        first,
        widest.replications,
        asked.within,
        widest.width,
        width_before,
    );
    if widest.width > asked.within {
        result.wanting = vec![widest];
    }
    match next {
        Look::Extend(replications) => Some(replications),
        Look::Enough | Look::GiveUp => None,
    }
}

/// The widest interval of the asked figure at a load, among those for whom there is one.
fn widest(asked: Precision, point: &LoadPoint) -> Option<Wanting> {
    let place = asked.endpoint.map_or(0, |endpoint| 1 + endpoint);
    let rows = point.rows.iter().filter_map(|rows| rows.get(place));
    let each = rows.filter_map(|row| {
        Some(Wanting {
            contestant: row.contestant.clone(),
            width: width(asked, row)?,
            replications: row.replications,
        })
    });
    each.max_by(|a, b| a.width.total_cmp(&b.width))
}

/// The longer side of the interval as a share of the figure.
fn width(asked: Precision, row: &Row) -> Option<f64> {
    let e = row.figure(asked.figure)?;
    let width = (e.hi - e.value).max(e.value - e.lo) / e.value;
    width.is_finite().then_some(width)
}

/// Whether an interruption kept a load from being known as precisely as asked.
pub fn cut_short(points: &[LoadPoint], control: &Control) -> bool {
    control.cancelled() && points.iter().any(|point| !point.wanting.is_empty())
}

/// What was asked and is not known so precisely: the load where most is missing, and what it would take. One message, or none.
#[must_use]
pub fn message(
    scenario: &Scenario,
    command: &str,
    points: &[LoadPoint],
    load: impl Fn(f64) -> String,
) -> Option<String> {
    let asked = scenario.run.precision?;
    let figure = asked.figure.name();
    let all = || "all requests".to_owned();
    let of = asked.endpoint.map_or_else(all, |e| endpoint(scenario, e));
    let among = asked
        .endpoint
        .map_or_else(String::new, |_| format!(" of {of}"));
    let percent = |share: f64| match 100.0 * share {
        fine if fine < 0.1 => format!("{fine:.1e} %"),
        percent => format!("{} %", (percent * 10.0).round() / 10.0),
    };
    let within = percent(asked.within);
    if points.iter().all(|point| widest(asked, point).is_none()) {
        return Some(format!(
            "the precision of {within} cannot be reached: nobody has a {figure} of {of} at any load (saturated, or the runs \
             are too short for it), and more replications give none"
        ));
    }
    let wanting = points
        .iter()
        .flat_map(|p| p.wanting.iter().map(|w| (p.load, w)));
    let count = wanting.clone().count();
    let (at, worst) = wanting.max_by(|a, b| a.1.width.total_cmp(&b.1.width))?;
    let others = match count {
        1 => String::new(),
        n => format!(" (the worst of {n} loads)"),
    };
    let needed = MARGIN * stopping::forecast(worst.replications, asked.within, worst.width);
    let cure = if needed <= MOST_TOLD {
        let replications = (needed / 10.0).ceil() * 10.0;
        format!(
            "it would take about {replications}: `crossover {command} {} --replications {replications}`",
            scenario.name
        )
    } else {
        "no number of them that anybody waits for would do".to_owned()
    };
    Some(format!(
        "the precision of {within} was not reached: {figure}{among} of {} at {} is known to ±{}{others} with {} replications, where the \
         tool gave up; {cure}",
        worst.contestant,
        load(at),
        percent(worst.width),
        worst.replications,
    ))
}

/// The name of an endpoint.
fn endpoint(scenario: &Scenario, index: usize) -> String {
    let endpoints = scenario
        .contestants
        .first()
        .map(|c| &c.system.services[0].endpoints);
    let endpoint = endpoints.and_then(|endpoints| endpoints.get(index));
    endpoint.map_or_else(String::new, |endpoint| endpoint.name.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;
    use crate::experiment::fake::Queues;
    use crate::experiment::{Study, compare_with};
    use crate::scenario::{Figure, Slo};
    use crate::workload::Loads;

    static NEVER: AtomicBool = AtomicBool::new(false);

    fn scenario(queues: &Queues, load: f64, within: f64) -> Scenario {
        let mut scenario = queues.scenario(Loads::List(vec![load]), Slo::default());
        scenario.run.precision = Some(Precision {
            figure: Figure::P99,
            endpoint: None,
            within,
        });
        scenario
    }

    fn study(queues: &Queues, scenario: &Scenario, stop: &AtomicBool) -> Study {
        compare_with(scenario, &queues, 1e9, &Control::new(stop, &())).unwrap()
    }

    fn counted(services: &[(f64, f64)], until: u32, flag: &'static AtomicBool) -> Queues {
        Queues {
            cancel_after: Some((until, flag)),
            ..Queues::new(services)
        }
    }

    /// Two queues at ρ = 0.4 and 0.2: both get the replications that the wider needs, each is run once (besides the pilots),
    /// and the result is that of a study which had been told this number.
    #[test]
    fn replications_are_added_until_it_is_narrow() {
        let services = [(10.0, 1.0), (5.0, 1.0)];
        let queues = counted(&services, u32::MAX, &NEVER);
        let mut scenario = scenario(&queues, 40.0, 0.012);
        let asked = scenario.run.precision.unwrap();
        let precise = study(&queues, &scenario, &NEVER);
        let replications = precise.rows[0].replications;
        assert!(
            [30, 50, 80, 120, 160].contains(&replications),
            "{replications}"
        );
        assert!(
            precise
                .rows
                .iter()
                .all(|row| row.replications == replications)
        );
        let widths = precise.rows.iter().map(|row| width(asked, row).unwrap());
        assert!(widths.fold(0.0, f64::max) <= 0.012);
        assert_eq!(queues.runs.load(Relaxed), 2 + 2 * replications);
        scenario.run.precision = None;
        scenario.run.replications = replications;
        let told = study(&Queues::new(&services), &scenario, &NEVER);
        assert_eq!(format!("{:?}", told.rows), format!("{:?}", precise.rows));
        assert_eq!(precise.shortfalls.len(), told.shortfalls.len());
    }

    #[cfg(feature = "parallel")]
    #[test]
    fn the_same_on_any_number_of_threads() {
        let on = |threads: usize| {
            let queues = Queues::new(&[(10.0, 1.0), (5.0, 1.0)]);
            let mut scenario = scenario(&queues, 40.0, 0.03);
            // The last is saturated from the start.
            scenario.arrivals = queues
                .scenario(Loads::List(vec![40.0, 120.0]), Slo::default())
                .arrivals;
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| format!("{:?}", study(&queues, &scenario, &NEVER)))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn what_cannot_be_reached_is_said_with_what_it_would_take() {
        let queues = Queues::new(&[(10.0, 1.0)]);
        let hard = study(&queues, &scenario(&queues, 40.0, 0.001), &NEVER);
        assert_eq!(hard.rows[0].replications, 30);
        let said = &hard.shortfalls[0];
        assert!(
            said.starts_with(
                "the precision of 0.1 % was not reached: p99_ms of a at 40/s is known to ±"
            ) && said
                .contains("with 30 replications, where the tool gave up; it would take about ")
                && said.contains("`crossover compare queues --replications "),
            "{said}"
        );
        let drowned = study(&queues, &scenario(&queues, 120.0, 0.05), &NEVER);
        assert!(
            drowned.shortfalls[0]
                .starts_with("the precision of 5 % cannot be reached: nobody has a p99_ms"),
            "{:?}",
            drowned.shortfalls
        );
    }

    /// The queue's one endpoint: its figure is that of all, and is called by its name.
    #[test]
    fn the_figure_of_an_endpoint() {
        let queues = Queues::new(&[(10.0, 1.0)]);
        let of = |endpoint, within| {
            let mut scenario = scenario(&queues, 40.0, within);
            scenario.run.precision = scenario
                .run
                .precision
                .map(|asked| Precision { endpoint, ..asked });
            study(&queues, &scenario, &NEVER)
        };
        let [all, page] = [None, Some(0)].map(|endpoint| of(endpoint, 0.02));
        assert_eq!(format!("{:?}", all.rows), format!("{:?}", page.rows));
        let said = &of(Some(0), 0.001).shortfalls[0];
        assert!(
            said.starts_with(
                "the precision of 0.1 % was not reached: p99_ms of page of a at 40/s is known"
            ),
            "{said}"
        );
    }

    #[test]
    fn an_interruption_keeps_the_last_look() {
        static STOP: AtomicBool = AtomicBool::new(false);
        let queues = counted(&[(10.0, 1.0)], 1 + 10 + 5, &STOP);
        let part = study(&queues, &scenario(&queues, 40.0, 0.001), &STOP);
        assert!(part.interrupted);
        assert_eq!(part.rows[0].replications, 10);
    }
}
