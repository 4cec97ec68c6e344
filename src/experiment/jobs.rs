//! Many pure replications on however many threads there are; the same result on any number.
//!
//! ```text
//! point ──► scouts: 3 replications ──► the rest, ──────────► as many again ──► fold ──► result of the point
//!           of every contestant        unless hopeless        if it seems to grow
//! ```
//!
//! A replication is a pure function, its place in the result is fixed before it runs, and a point is folded by whoever
//! finishes its last replication, from all of them in order: threads can change when things happen, never what comes out.
//! Points are worked off one after the other (their work overlaps only at the seams), so that an interruption leaves
//! complete points behind, and that little is in memory.
//!
//! A contestant that drowned without doubt in its first replications gets no more: its latencies would stay empty anyway.
//! One that loses nothing but seems to grow is looked at again with other dice: by the definition of a test at 99 %, one in
//! a hundred that keep up seems to grow, and a comparison looks at dozens.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::brief::Brief;
use super::progress::Control;
use super::simulator::{Plan, Simulator};
use crate::kernel::Span;
use crate::measure::{Resource, SLOTS};
use crate::stats::{deficit, deficit_beyond, growth};

/// Replications after which a contestant may be given up.
pub const SCOUTS: u32 = 3;
/// The share of the offered requests that must be missing without doubt for it: well beyond the 1 % of saturation.
const HOPELESS: f64 = 0.05;

/// A load to visit, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The load.
    pub load: f64,
    /// How long each replication lasts.
    pub horizon: Span,
    /// Requests expected in each replication, to estimate the work.
    pub requests: f64,
    /// Who is simulated at it, by index in the scenario.
    pub contestants: Vec<usize>,
    /// How often.
    pub replications: u32,
    /// The number of the first replication: with others before it, these add to earlier ones.
    pub first: u32,
    /// The exponent on the languages' ratios.
    pub language: f64,
    /// Whether a contestant may be given up.
    pub open: bool,
}

/// All replications of one contestant at one point.
#[derive(Clone, Debug)]
pub struct Replicated {
    /// Who, by index in the scenario.
    pub contestant: usize,
    /// Its resources.
    pub resources: Vec<Resource>,
    /// In the order of replications.
    pub briefs: Vec<Brief>,
    /// Further replications, to look again at whether it grows; empty where nothing was to be looked at.
    pub again: Vec<Brief>,
}

impl Replicated {
    /// Whether the contestant could not keep up.
    #[must_use]
    pub fn saturated(&self) -> bool {
        loses(&self.briefs)
            || (grows(&self.briefs) && (self.again.is_empty() || grows(&self.again)))
    }

    /// Whether it loses nothing but seems to grow, and nobody has looked again.
    #[must_use]
    pub fn only_grows(&self) -> bool {
        self.again.is_empty() && !loses(&self.briefs) && grows(&self.briefs)
    }
}

/// Whether requests are missing, from the second half of the runs.
fn loses(briefs: &[Brief]) -> bool {
    let (offered, succeeded) = flows(briefs);
    deficit(&offered, &succeeded)
}

/// Whether the number in system grows over the second half of the runs.
fn grows(briefs: &[Brief]) -> bool {
    let halves: Vec<Vec<f64>> = briefs
        .iter()
        .map(|brief| brief.in_system(SLOTS).split_off(SLOTS / 2))
        .collect();
    growth(&halves)
}

/// True if these replications leave no doubt that more of them would be as drowned.
fn hopeless(briefs: &[Brief]) -> bool {
    let (offered, succeeded) = flows(briefs);
    deficit_beyond(&offered, &succeeded, HOPELESS)
}

/// Offered and successful requests of the second half, by replication; of a single one by sixteenth.
fn flows(briefs: &[Brief]) -> (Vec<f64>, Vec<f64>) {
    let flows: Vec<Vec<(f64, f64)>> = briefs.iter().map(Brief::late_flow).collect();
    match &flows[..] {
        [single] => single.iter().copied().unzip(),
        many => many
            .iter()
            .map(|flow| {
                flow.iter()
                    .fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
            })
            .unzip(),
    }
}

/// Runs all points and folds each as soon as it is complete. Points that were not complete when the study was cancelled
/// are `None`.
pub fn replicate<S: Simulator, T: Send + Sync>(
    simulator: &S,
    points: &[Point],
    seed: u64,
    control: &Control,
    fold: impl Fn(usize, &[Replicated]) -> T + Sync,
) -> Vec<Option<T>> {
    let board = Board::new(simulator, points, seed, control);
    let results: Vec<OnceLock<T>> = points.iter().map(|_| OnceLock::new()).collect();
    board.work_off(&|index, cells| {
        let _ = results[index].set(fold(index, cells));
    });
    results.into_iter().map(OnceLock::into_inner).collect()
}

/// One replication: point, cell (contestant of the point), replication. Sorts in the order of work.
type Job = (usize, usize, u32);

/// What is going on at a point.
struct Site {
    cells: Vec<Vec<Option<Brief>>>,
    pending: usize,
    round: Round,
}

/// Which replications of a point are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    Scouts,
    Rest,
    Again,
}

/// What the threads share.
struct State {
    queue: BTreeSet<Job>,
    running: usize,
    sites: Vec<Site>,
    broken: bool,
}

struct Board<'a, S: Simulator> {
    simulator: &'a S,
    points: &'a [Point],
    plans: Vec<Vec<OnceLock<S::Plan>>>,
    seed: u64,
    control: &'a Control<'a>,
    state: Mutex<State>,
    changed: Condvar,
}

/// How a point's last replication is told to the outside.
type Fold<'a> = &'a (dyn Fn(usize, &[Replicated]) + Sync);

impl<'a, S: Simulator> Board<'a, S> {
    fn new(simulator: &'a S, points: &'a [Point], seed: u64, control: &'a Control<'a>) -> Self {
        let mut queue = BTreeSet::new();
        let mut sites = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let scouts = point.scouts();
            for cell in 0..point.contestants.len() {
                queue.extend((0..scouts).map(|r| (index, cell, r)));
                let jobs = u64::from(point.replications);
                control.plan(jobs, jobs * point.work());
            }
            sites.push(Site {
                cells: vec![vec![None; 2 * point.replications as usize]; point.contestants.len()],
                pending: scouts as usize * point.contestants.len(),
                round: Round::Scouts,
            });
        }
        Self {
            simulator,
            points,
            plans: points
                .iter()
                .map(|p| p.contestants.iter().map(|_| OnceLock::new()).collect())
                .collect(),
            seed,
            control,
            state: Mutex::new(State {
                queue,
                running: 0,
                sites,
                broken: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Works until nothing is left, on all threads of the current pool.
    #[cfg(feature = "parallel")]
    fn work_off(&self, fold: Fold) {
        let threads = rayon::current_num_threads();
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| self.work(fold));
            }
        });
    }

    /// Works until nothing is left.
    #[cfg(not(feature = "parallel"))]
    fn work_off(&self, fold: Fold) {
        self.work(fold);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, fold: Fold) {
        let _alarm = Alarm(self);
        while let Some(job) = self.take() {
            let brief = self.run(job);
            self.hand_in(job, brief, fold);
        }
    }

    /// The next replication; waits while others may still find more to do.
    fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.broken || self.control.cancelled() {
                return None;
            }
            if let Some(job) = state.queue.pop_first() {
                state.running += 1;
                return Some(job);
            }
            if state.running == 0 {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn plan(&self, point: usize, cell: usize) -> &S::Plan {
        let p = &self.points[point];
        self.plans[point][cell].get_or_init(|| {
            self.simulator
                .compile(p.contestants[cell], p.load, p.horizon, p.language)
        })
    }

    fn run(&self, (point, cell, replication): Job) -> Brief {
        let outcome = self.plan(point, cell).run(
            self.seed,
            u64::from(self.points[point].first) + u64::from(replication),
        );
        self.control
            .finished(self.points[point].work(), outcome.events);
        Brief::of(&outcome)
    }

    fn hand_in(&self, (point, cell, replication): Job, brief: Brief, fold: Fold) {
        let mut state = self.lock();
        let site = &mut state.sites[point];
        site.cells[cell][replication as usize] = Some(brief);
        site.pending -= 1;
        if site.pending == 0 {
            let cells = std::mem::take(&mut site.cells);
            let round = site.round;
            drop(state);
            let (round, more) = self.next_round(point, round, &cells);
            if more.is_empty() {
                fold(point, &self.gather(point, cells));
                state = self.lock();
            } else {
                state = self.lock();
                state.sites[point] = Site {
                    cells,
                    pending: more.len(),
                    round,
                };
                state.queue.extend(more);
            }
        }
        state.running -= 1;
        drop(state);
        self.changed.notify_all();
    }

    /// The replications still to be run after a round, and which round they are; none if the point is complete.
    fn next_round(
        &self,
        point: usize,
        round: Round,
        cells: &[Vec<Option<Brief>>],
    ) -> (Round, Vec<Job>) {
        if round == Round::Scouts {
            let rest = self.rest(point, cells);
            if !rest.is_empty() {
                return (Round::Rest, rest);
            }
        }
        if round == Round::Again {
            return (Round::Again, Vec::new());
        }
        (Round::Again, self.again(point, cells))
    }

    /// What comes after the scouts, of those for whom there is hope.
    fn rest(&self, index: usize, cells: &[Vec<Option<Brief>>]) -> Vec<Job> {
        let point = &self.points[index];
        let rest = point.scouts()..point.replications;
        let mut more = Vec::new();
        for (cell, briefs) in cells.iter().enumerate() {
            if point.open && !rest.is_empty() && hopeless(&present(briefs)) {
                let jobs = u64::from(rest.end - rest.start);
                self.control.unplan(jobs, jobs * point.work());
            } else {
                more.extend(rest.clone().map(|r| (index, cell, r)));
            }
        }
        more
    }

    /// As many again, of those that seem to grow and nothing else.
    fn again(&self, index: usize, cells: &[Vec<Option<Brief>>]) -> Vec<Job> {
        let point = &self.points[index];
        let mut more = Vec::new();
        for (cell, briefs) in cells.iter().enumerate() {
            let briefs = present(briefs);
            if point.open && !loses(&briefs) && grows(&briefs) {
                let jobs = u64::from(point.replications);
                self.control.plan(jobs, jobs * point.work());
                more.extend((point.replications..2 * point.replications).map(|r| (index, cell, r)));
            }
        }
        more
    }

    fn gather(&self, index: usize, cells: Vec<Vec<Option<Brief>>>) -> Vec<Replicated> {
        cells
            .into_iter()
            .enumerate()
            .map(|(cell, mut briefs)| Replicated {
                contestant: self.points[index].contestants[cell],
                resources: self.plan(index, cell).resources().to_vec(),
                again: briefs
                    .split_off(self.points[index].replications as usize)
                    .into_iter()
                    .flatten()
                    .collect(),
                briefs: briefs.into_iter().flatten().collect(),
            })
            .collect()
    }
}

impl Point {
    fn scouts(&self) -> u32 {
        SCOUTS.min(self.replications)
    }

    /// The expected work of one replication, in requests.
    fn work(&self) -> u64 {
        self.requests.clamp(1.0, 1e15) as u64
    }
}

/// The replications there are.
fn present(briefs: &[Option<Brief>]) -> Vec<Brief> {
    briefs.iter().flatten().cloned().collect()
}

/// Wakes everybody if a thread panics, so that none waits for ever for its replication.
struct Alarm<'a, 'b, S: Simulator>(&'a Board<'b, S>);

impl<S: Simulator> Drop for Alarm<'_, '_, S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().broken = true;
            self.0.changed.notify_all();
        }
    }
}
