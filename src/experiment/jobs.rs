//! Many pure replications on however many threads there are; the same result on any number.
//!
//! ```text
//! point ──► scouts: 3 replications ──► the rest, ──────────► as many again ──► fold ──► result of the point
//!           of every contestant        unless hopeless  ▲     if it seems to grow   │
//!                                                       └── more replications ◄─────┘ if it is not known narrowly enough
//! ```
//!
//! A replication is a pure function, its place in the result is fixed before it runs, and a point is folded by whoever
//! finishes its last replication, from all of them in order: threads can change when things happen, never what comes out.
//! Points are worked off one after the other (their work overlaps only at the seams), so that an interruption leaves
//! complete points behind, and that little is in memory.
//!
//! Where the fold asks for more replications, those that there are stay and others are added: the next look is at the first
//! and the new ones together, and nothing runs twice. When to look is decided by the fold from the replications alone, so
//! that too is the same on any number of threads.
//!
//! A contestant that drowned without doubt in its first replications gets no more: its latencies would stay empty anyway.
//! One that loses nothing but seems to grow is looked at again with other dice: by the definition of a test at 99 %, one in
//! a hundred that keep up seems to grow, and a comparison looks at dozens.

use std::collections::BTreeSet;
use std::ops::{Range, RangeBounds};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::brief::Brief;
use super::progress::Control;
use super::replicated::{Replicated, grows, hopeless, loses};
use super::simulator::{Plan, Simulator};
use crate::kernel::Span;

/// Replications after which a contestant may be given up.
pub const SCOUTS: u32 = 3;

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
    /// How often, before the first fold.
    pub replications: u32,
    /// The number of the first replication: with others before it, these add to earlier ones.
    pub first: u32,
    /// The exponent on the languages' ratios.
    pub language: f64,
    /// Whether a contestant may be given up.
    pub open: bool,
}

/// What comes of folding a point.
#[derive(Clone, Debug)]
pub struct Folded<T> {
    /// The result with the replications that there are.
    pub result: T,
    /// Up to how many replications to go on, where these are not enough; a better result replaces this one.
    pub extend: Option<u32>,
}

impl<T> Folded<T> {
    /// A result that needs no more replications.
    #[must_use]
    pub fn enough(result: T) -> Self {
        Self {
            result,
            extend: None,
        }
    }
}

/// Who runs replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    /// All threads of the current pool.
    All,
    /// The one that asks, where others are busy with the like.
    Own,
}

/// Runs all points and folds each as soon as it is complete. Points that were never folded when the study was cancelled
/// are `None`.
pub fn replicate<S: Simulator, T: Send + Sync>(
    simulator: &S,
    points: &[Point],
    seed: u64,
    control: &Control,
    fold: impl Fn(usize, &[Replicated], Option<&T>) -> Folded<T> + Sync,
) -> Vec<Option<T>> {
    replicate_by(Hands::All, simulator, points, seed, control, fold)
}

/// [`replicate`] by these.
pub fn replicate_by<S: Simulator, T: Send + Sync>(
    hands: Hands,
    simulator: &S,
    points: &[Point],
    seed: u64,
    control: &Control,
    fold: impl Fn(usize, &[Replicated], Option<&T>) -> Folded<T> + Sync,
) -> Vec<Option<T>> {
    let board = Board::new(simulator, points, seed, control);
    let results: Vec<Mutex<Option<T>>> = points.iter().map(|_| Mutex::new(None)).collect();
    board.work_off(hands, &|index, cells| {
        let mut kept = results[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let folded = fold(index, cells, kept.as_ref());
        *kept = Some(folded.result);
        folded.extend
    });
    let kept = results.into_iter().map(Mutex::into_inner);
    kept.map(|result| result.unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// One replication: point, cell (contestant of the point), replication. Sorts in the order of work.
type Job = (usize, usize, u32);

/// The replications of a contestant at a point so far, each at its place.
type Cell = Vec<Option<Arc<Brief>>>;

/// What is going on at a point.
struct Site {
    cells: Vec<Cell>,
    /// Replications that the next fold looks at.
    target: u32,
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

/// How a point's last replication is told to the outside, which may ask for more of them.
type Fold<'a> = &'a (dyn Fn(usize, &[Replicated]) -> Option<u32> + Sync);

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
                cells: vec![Cell::new(); point.contestants.len()],
                target: point.replications,
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

    /// Works until nothing is left.
    #[cfg(feature = "parallel")]
    fn work_off(&self, hands: Hands, fold: Fold) {
        if hands == Hands::Own {
            return self.work(fold);
        }
        let threads = rayon::current_num_threads();
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| self.work(fold));
            }
        });
    }

    /// Works until nothing is left.
    #[cfg(not(feature = "parallel"))]
    fn work_off(&self, _: Hands, fold: Fold) {
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
        let (cell, place) = (&mut site.cells[cell], replication as usize);
        cell.resize(cell.len().max(place + 1), None);
        cell[place] = Some(Arc::new(brief));
        site.pending -= 1;
        if site.pending == 0 {
            let mut site = Site {
                cells: std::mem::take(&mut site.cells),
                ..*site
            };
            drop(state);
            let more = self.go_on(point, &mut site, fold);
            site.pending = more.len();
            state = self.lock();
            state.sites[point] = site;
            state.queue.extend(more);
        }
        state.running -= 1;
        drop(state);
        self.changed.notify_all();
    }

    /// The replications still to be run after a round; folds where one is complete. None if the point is finished.
    fn go_on(&self, point: usize, site: &mut Site, fold: Fold) -> Vec<Job> {
        loop {
            let more = match site.round {
                Round::Scouts => {
                    site.round = Round::Rest;
                    self.rest(point, site)
                }
                Round::Rest => {
                    site.round = Round::Again;
                    self.again(point, site)
                }
                Round::Again => {
                    let cells = self.gather(point, site);
                    match fold(point, &cells) {
                        Some(target) if target > site.target => {
                            let more = self.extension(point, site, &cells, target);
                            site.target = target;
                            site.round = Round::Rest;
                            more
                        }
                        _ => {
                            site.cells.clear();
                            return Vec::new();
                        }
                    }
                }
            };
            if !more.is_empty() {
                return more;
            }
        }
    }

    /// What comes after the scouts, of those for whom there is hope.
    fn rest(&self, index: usize, site: &Site) -> Vec<Job> {
        let point = &self.points[index];
        let rest = point.scouts()..point.replications;
        let mut more = Vec::new();
        for (cell, briefs) in site.cells.iter().enumerate() {
            if point.open && !rest.is_empty() && hopeless(&present(briefs, ..)) {
                let jobs = u64::from(rest.end - rest.start);
                self.control.unplan(jobs, jobs * point.work());
            } else {
                more.extend(rest.clone().map(|r| (index, cell, r)));
            }
        }
        more
    }

    /// As many again, of those that seem to grow and nothing else.
    fn again(&self, index: usize, site: &Site) -> Vec<Job> {
        let point = &self.points[index];
        let target = site.target as usize;
        let mut more = Vec::new();
        for (cell, briefs) in site.cells.iter().enumerate() {
            let first = present(briefs, ..target);
            if point.open && !loses(&first) && grows(&first) {
                more.extend(missing(briefs, target..2 * target).map(|r| (index, cell, r)));
            }
        }
        self.plan_more(index, &more);
        more
    }

    /// What is missing up to `target` replications of those that keep up.
    fn extension(&self, index: usize, site: &Site, cells: &[Replicated], target: u32) -> Vec<Job> {
        let open = self.points[index].open;
        let mut more = Vec::new();
        for (cell, (briefs, seen)) in site.cells.iter().zip(cells).enumerate() {
            if !(open && seen.saturated()) {
                more.extend(missing(briefs, 0..target as usize).map(|r| (index, cell, r)));
            }
        }
        self.plan_more(index, &more);
        more
    }

    fn plan_more(&self, index: usize, more: &[Job]) {
        let jobs = more.len() as u64;
        self.control.plan(jobs, jobs * self.points[index].work());
    }

    fn gather(&self, index: usize, site: &Site) -> Vec<Replicated> {
        let target = site.target as usize;
        let replicated = |(cell, briefs): (usize, &Cell)| Replicated {
            contestant: self.points[index].contestants[cell],
            resources: self.plan(index, cell).resources().to_vec(),
            briefs: present(briefs, ..target),
            again: present(briefs, target..2 * target),
        };
        site.cells.iter().enumerate().map(replicated).collect()
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

    /// That of all replications of all contestants.
    pub fn whole(&self) -> u64 {
        self.contestants.len() as u64 * u64::from(self.replications) * self.work()
    }
}

/// The replications there are at these places.
fn present(cell: &Cell, places: impl RangeBounds<usize>) -> Vec<Arc<Brief>> {
    let there = cell.iter().enumerate().filter(|(i, _)| places.contains(i));
    there.filter_map(|(_, brief)| brief.clone()).collect()
}

/// Those there are not.
fn missing(cell: &Cell, places: Range<usize>) -> impl Iterator<Item = u32> {
    places
        .filter(|place| !matches!(cell.get(*place), Some(Some(_))))
        .map(|place| place as u32)
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
