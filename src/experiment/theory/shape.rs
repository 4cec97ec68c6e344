//! Which closed form a contestant comes down to, and what it says.
//!
//! ```text
//!  stations ─► the app's own work: its loop, its lock or its cores, whichever is the fullest ─► one queue
//!              its threads, pools, auxiliary threads, the services it calls                  ─► a queue each
//! ```
//!
//! One queue alone has its name (M/M/1, M/D/1, M/G/1, M/M/c ...). Several are taken as a network of queues that do not know of each other: the
//! latency of a request that never waits, and the wait of each station added. That is exact for a product form (exponential service, one
//! station at a time; Jackson 1957) and an approximation elsewhere. The wait of a station with c units is
//! `(1 + scv) / 2 × W(M/M/c)`: exact for c = 1 (Pollaczek and Khinchine), for scv = 1 (Erlang), and the usual approximation between (Lee & Longton
//! 1959). Where threads share cores or a lock in turns, scv counts as 1: under processor sharing the mean depends on no law.
//! A closed loop is solved by exact mean value analysis, a station of c units as a queue of D / c and a delay of the rest
//! (Seidmann, Schweitzer & Shalev-Oren 1987).
//!
//! Processes do not help each other: the loops, locks and pools of n of them are n queues, and so are their threads unless a request waits in front
//! of all of them.

use crate::stats::theory::{Mmc, Station as Node, mva};
use crate::world::{Station, StationKind};

/// Nanoseconds in a second.
const SECOND: f64 = 1e9;
/// Laws whose squared coefficients of variation differ by less count as the same.
const ALIKE: f64 = 0.02;

/// How the units of a station are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// In order of arrival, each to its end.
    InOrder,
    /// By all at once, in turns.
    Shared,
}

/// A station with a queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The resource.
    pub station: Station,
    /// Into how many queues that do not help each other its units are cut: one for each process, where a request stays with one.
    pub copies: u64,
    /// How it is shared.
    pub discipline: Discipline,
    /// What varies: 0 constant, 1 exponential; 1 too where nobody knows.
    pub scv: f64,
}

/// What a contestant comes down to.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The queues, the fullest first.
    pub queues: Vec<Queue>,
    /// Whether work on a core holds a lock too, be it the fullest or not.
    pub locked: bool,
    /// Mean latency of a request that never waits, seconds.
    pub zero_load: f64,
}

impl Shape {
    /// Of these stations. `processes`: those of the app; `split`: whether a request belongs to one of them before a thread of it is free.
    #[must_use]
    pub fn of(stations: Vec<Station>, zero_load_ns: f64, processes: u32, split: bool) -> Self {
        let full = |station: &Station| station.demand_ns / station.units as f64;
        let own = |kind| {
            matches!(
                kind,
                StationKind::Cores | StationKind::Loop | StationKind::Lock
            )
        };
        let threads = stations
            .iter()
            .find(|station| station.kind == StationKind::Threads);
        let threads = threads.map(|station| station.units);
        let locked = stations
            .iter()
            .any(|station| station.kind == StationKind::Lock);
        // A thread, a core and a lock at once are one station for the work itself: the one that is first to be full.
        let work = stations
            .iter()
            .filter(|station| own(station.kind))
            .max_by(|a, b| full(a).total_cmp(&full(b)))
            .map(|station| station.name.clone());
        let mut queues: Vec<Queue> = stations
            .into_iter()
            .filter(|station| !own(station.kind) || Some(&station.name) == work.as_ref())
            .map(|station| {
                let shared = match station.kind {
                    StationKind::Cores => threads.is_none_or(|threads| threads > station.units),
                    StationKind::Lock => threads.is_none_or(|t| t > u64::from(processes)),
                    _ => false,
                };
                let scv = station.scv.filter(|_| !shared).unwrap_or(1.0);
                let copies = match station.kind {
                    StationKind::Cores | StationKind::CalledCores | StationKind::Called => 1,
                    StationKind::Threads if !split => 1,
                    _ => u64::from(processes),
                };
                Queue {
                    copies,
                    discipline: if shared {
                        Discipline::Shared
                    } else {
                        Discipline::InOrder
                    },
                    scv,
                    station,
                }
            })
            .collect();
        // Cores without a queue before threads that are no more than them: who has a thread has a core.
        if let Some(threads) = threads {
            queues.retain(|queue| {
                queue.station.kind != StationKind::Cores || queue.station.units < threads
            });
        }
        queues.sort_by(|a, b| full(&b.station).total_cmp(&full(&a.station)));
        Self {
            queues,
            locked,
            zero_load: zero_load_ns / SECOND,
        }
    }

    /// Its name in Kendall's notation, as far as it has one.
    #[must_use]
    pub fn name(&self) -> String {
        match self.queues.as_slice() {
            [] => "M/G/∞: nothing is limited, nobody waits".to_owned(),
            [one] => one.name(),
            [first, ..] => format!(
                "a network of {} queues, the fullest {}",
                self.queues.len(),
                first.name()
            ),
        }
    }

    /// Mean latency at this many requests per second, seconds; infinite where a station cannot keep up.
    #[must_use]
    pub fn open(&self, rate: f64) -> f64 {
        let waits = self.queues.iter().map(|queue| queue.wait(rate));
        self.zero_load + waits.sum::<f64>()
    }

    /// Mean latency with so many users who think for `think` seconds.
    #[must_use]
    pub fn closed(&self, users: u32, think: f64) -> f64 {
        let Some(first) = self.queues.first().map(|queue| queue.station.kind) else {
            return self.zero_load;
        };
        // What is held while others are waited for holds their time: either it is a station, or they are.
        let is_node = |kind| match first {
            StationKind::Threads => kind == StationKind::Threads,
            StationKind::Pool => !matches!(
                kind,
                StationKind::Threads | StationKind::CalledCores | StationKind::Called
            ),
            _ => !matches!(
                kind,
                StationKind::Threads | StationKind::Pool | StationKind::Called
            ),
        };
        let (mut delay, mut nodes) = (self.zero_load, Vec::new());
        for queue in self
            .queues
            .iter()
            .filter(|queue| is_node(queue.station.kind))
        {
            let share = queue.station.demand_ns / SECOND / queue.station.units as f64;
            for _ in 0..queue.copies {
                delay -= share;
                nodes.push(Node::Queue(share));
            }
        }
        nodes.push(Node::Delay(delay.max(0.0)));
        mva(users, think, &nodes).response
    }

    /// The 99th percentile at this many requests per second, seconds, where one queue is all there is and its service is exponential.
    #[must_use]
    pub fn p99(&self, rate: f64) -> Option<f64> {
        let [one] = self.queues.as_slice() else {
            return None;
        };
        let service = one.station.demand_ns / SECOND;
        let known = one.discipline == Discipline::InOrder && (one.scv - 1.0).abs() < ALIKE;
        (known && one.station.scv.is_some())
            .then(|| one.mmc(rate).sojourn_quantile(0.99) + (self.zero_load - service).max(0.0))
    }
}

impl Queue {
    fn mmc(&self, rate: f64) -> Mmc {
        let servers = (self.station.units / self.copies).max(1);
        Mmc {
            lambda: rate / self.copies as f64,
            mu: SECOND / self.station.demand_ns,
            servers: u32::try_from(servers).unwrap_or(u32::MAX),
        }
    }

    /// Mean wait at this many requests per second, seconds.
    #[must_use]
    pub fn wait(&self, rate: f64) -> f64 {
        0.5 * (1.0 + self.scv) * self.mmc(rate).wait_mean()
    }

    /// In use, by the utilisation law.
    #[must_use]
    pub fn used(&self, rate: f64) -> f64 {
        self.mmc(rate).rho()
    }

    fn name(&self) -> String {
        let law = match self.station.scv {
            _ if self.discipline == Discipline::Shared => "G",
            Some(scv) if scv < ALIKE => "D",
            Some(scv) if (scv - 1.0).abs() < ALIKE => "M",
            _ => "G",
        };
        let shared = match self.discipline {
            Discipline::Shared => "-PS",
            Discipline::InOrder => "",
        };
        let several = match self.copies {
            1 => String::new(),
            copies => format!("{copies} × "),
        };
        format!(
            "{several}M/{law}/{}{shared}",
            self.station.units / self.copies
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(name: &str, kind: StationKind, units: u64, ms: f64, scv: Option<f64>) -> Station {
        Station {
            name: name.to_owned(),
            kind,
            units,
            demand_ns: ms * 1e6,
            scv,
        }
    }

    /// 10 ms of exponential service at 50/s, ρ = 1/2: 20 ms; p99 = ln 100 × 20 ms. Constant service: 10 + 5 ms, no percentile. The
    /// cores that the loop runs on are not counted again.
    #[test]
    fn one_loop_is_one_queue() {
        let stations = |scv| {
            vec![
                station("loop", StationKind::Loop, 1, 10.0, Some(scv)),
                station("cores", StationKind::Cores, 4, 10.0, Some(scv)),
            ]
        };
        let exponential = Shape::of(stations(1.0), 10e6, 1, false);
        assert_eq!(exponential.name(), "M/M/1");
        assert!((exponential.open(50.0) - 0.02).abs() < 1e-9);
        assert!((exponential.p99(50.0).unwrap() - 0.02 * 100f64.ln()).abs() < 1e-9);
        let constant = Shape::of(stations(0.0), 10e6, 1, false);
        assert_eq!(
            (constant.name().as_str(), constant.p99(50.0)),
            ("M/D/1", None)
        );
        assert!((constant.open(50.0) - 0.015).abs() < 1e-9);
        assert_eq!(constant.open(100.0), f64::INFINITY);
    }

    /// Eight threads on two cores share them: M/G/2-PS, whatever the law; as many threads as cores are a queue of two.
    #[test]
    fn threads_share_cores_where_there_are_fewer() {
        let stations = |threads| {
            vec![
                station("threads", StationKind::Threads, threads, 10.0, Some(0.0)),
                station("cores", StationKind::Cores, 2, 10.0, Some(0.0)),
            ]
        };
        let many = Shape::of(stations(8), 10e6, 1, false);
        assert_eq!(many.queues[0].discipline, Discipline::Shared);
        assert_eq!(many.name(), "a network of 2 queues, the fullest M/G/2-PS");
        assert_eq!(Shape::of(stations(2), 10e6, 1, false).name(), "M/D/2");
    }

    /// Machine repair with one repairer: thinking 40 ms, working 10 ms, 3 users. N = 1: R = 10; N = 2: Q = 10/50, R = 12; N = 3:
    /// Q = 2 × 12/52, R = 10 (1 + 24/52) = 14.615 ms.
    #[test]
    fn users_are_mean_value_analysis() {
        let stations = vec![station("loop", StationKind::Loop, 1, 10.0, Some(1.0))];
        let closed = Shape::of(stations, 10e6, 1, false).closed(3, 0.04);
        assert!(
            (closed - 0.010 * (1.0 + 24.0 / 52.0)).abs() < 1e-9,
            "{closed}"
        );
    }

    /// Four processes with a loop each at 200/s in all: four times one queue at 50/s, 20 ms as above, and not one of four servers. The one
    /// thread of a process that a request waits for before it belongs to it is one queue of all.
    #[test]
    fn processes_do_not_help_each_other() {
        let stations = vec![station("loop", StationKind::Loop, 4, 10.0, Some(1.0))];
        let four = Shape::of(stations, 10e6, 4, true);
        assert_eq!(four.name(), "4 × M/M/1");
        assert!((four.open(200.0) - 0.02).abs() < 1e-9);
        let threads = || vec![station("threads", StationKind::Threads, 8, 10.0, Some(1.0))];
        assert_eq!(Shape::of(threads(), 10e6, 4, true).name(), "4 × M/M/2");
        assert_eq!(Shape::of(threads(), 10e6, 4, false).name(), "M/M/8");
    }

    /// One thread held for 50 ms, of which 10 ms are on a core: the bound is the thread's, 20 a second, whoever thinks how long.
    #[test]
    fn what_is_held_is_a_station_where_it_is_the_fullest() {
        let stations = vec![
            station("threads", StationKind::Threads, 1, 50.0, Some(1.0)),
            station("cores", StationKind::Cores, 4, 10.0, Some(1.0)),
        ];
        let response = Shape::of(stations, 50e6, 1, false).closed(100, 1.0);
        assert!((response - (100.0 / 20.0 - 1.0)).abs() < 1e-3, "{response}");
    }

    #[test]
    fn nothing_limited_is_the_latency_itself() {
        let shape = Shape::of(Vec::new(), 7e6, 1, false);
        assert_eq!(shape.open(1e6), 0.007);
        assert!(shape.name().starts_with("M/G/∞"));
    }
}
