//! How far a study is, told to whoever wants to know; and how it is told to stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How far a study is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Replications finished.
    pub jobs_done: u64,
    /// Replications planned so far. May shrink: a saturated contestant needs no more.
    pub jobs_planned: u64,
    /// Events simulated.
    pub events: u64,
    /// Share of the expected work that is done, 0 to 1: divide the time taken by it for the time in total.
    pub share: f64,
}

/// Gets told. Called from any thread, between replications.
pub trait Observer: Sync {
    /// This far it is.
    fn progress(&self, progress: Progress);
}

/// Nobody listens.
impl Observer for () {
    fn progress(&self, _: Progress) {}
}

/// The way a study talks to the outside.
pub struct Control<'a> {
    cancel: &'a AtomicBool,
    observer: &'a dyn Observer,
    jobs_done: AtomicU64,
    jobs_planned: AtomicU64,
    events: AtomicU64,
    work_done: AtomicU64,
    work_planned: AtomicU64,
}

impl<'a> Control<'a> {
    /// Stops between replications once `cancel` is true; tells `observer` how far it is.
    #[must_use]
    pub fn new(cancel: &'a AtomicBool, observer: &'a dyn Observer) -> Self {
        Self {
            cancel,
            observer,
            jobs_done: AtomicU64::new(0),
            jobs_planned: AtomicU64::new(0),
            events: AtomicU64::new(0),
            work_done: AtomicU64::new(0),
            work_planned: AtomicU64::new(0),
        }
    }

    /// True once somebody asked to stop.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Relaxed)
    }

    /// Adds to what is planned: replications, and work in expected requests. What is done in several passes plans all of them before the first,
    /// and takes from that what each pass then plans for itself, so that the share that is done never falls back by a whole pass.
    pub(super) fn plan(&self, jobs: u64, work: u64) {
        self.jobs_planned.fetch_add(jobs, Relaxed);
        self.work_planned.fetch_add(work, Relaxed);
    }

    /// Takes from what is planned. Replications that nobody needs are told at once; work alone is not: what takes its place is planned only after it.
    pub(super) fn unplan(&self, jobs: u64, work: u64) {
        self.jobs_planned.fetch_sub(jobs, Relaxed);
        self.work_planned.fetch_sub(work, Relaxed);
        if jobs > 0 {
            self.tell();
        }
    }

    /// A replication is finished.
    pub(super) fn finished(&self, work: u64, events: u64) {
        self.events.fetch_add(events, Relaxed);
        self.work_done.fetch_add(work, Relaxed);
        self.jobs_done.fetch_add(1, Relaxed);
        self.tell();
    }

    fn tell(&self) {
        let share =
            self.work_done.load(Relaxed) as f64 / self.work_planned.load(Relaxed).max(1) as f64;
        self.observer.progress(Progress {
            jobs_done: self.jobs_done.load(Relaxed),
            jobs_planned: self.jobs_planned.load(Relaxed),
            events: self.events.load(Relaxed),
            share: share.min(1.0),
        });
    }
}
