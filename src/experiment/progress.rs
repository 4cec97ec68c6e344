//! How far a study is, told to whoever wants to know; and how it is told to stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// How far a study is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Replications finished.
    pub jobs_done: u64,
    /// Replications planned so far. May shrink: a saturated contestant needs no more.
    pub jobs_planned: u64,
    /// Events simulated.
    pub events: u64,
    /// Share of the expected work that is done, 0 to 1: divide the time taken by it for the time in total. It never falls back: where more turns out to be
    /// to do, what is finished from then on counts as that share of all that is left.
    pub share: f64,
}

/// Gets told. Called from any thread, between replications: of two threads the one that is told last may know less.
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
    work: Mutex<Work>,
}

/// Work in expected requests.
#[derive(Debug, Default)]
struct Work {
    left: u64,
    share: f64,
}

impl Work {
    /// Where nothing is left, all is done.
    fn settle(&mut self) {
        if self.left == 0 {
            self.share = 1.0;
        }
    }

    /// A part of what is left is done, and with it that part of the way to the end.
    fn finished(&mut self, work: u64) {
        let part = work as f64 / self.left.max(work).max(1) as f64;
        self.share += (1.0 - self.share) * part;
        self.left = self.left.saturating_sub(work);
    }
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
            work: Mutex::new(Work::default()),
        }
    }

    /// True once somebody asked to stop.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Relaxed)
    }

    /// Adds to what is planned: replications, and work in expected requests. What is done in several passes plans all of them before the first,
    /// and takes from that what each pass then plans for itself: else the first pass would seem to be the whole.
    pub(super) fn plan(&self, jobs: u64, work: u64) {
        self.jobs_planned.fetch_add(jobs, Relaxed);
        self.work(|all| all.left = all.left.saturating_add(work));
    }

    /// Takes from what is planned. Replications that nobody needs are told at once; work alone is not: what takes its place is planned only after it.
    pub(super) fn unplan(&self, jobs: u64, work: u64) {
        self.jobs_planned.fetch_sub(jobs, Relaxed);
        self.work(|all| all.left = all.left.saturating_sub(work));
        if jobs > 0 {
            self.work(Work::settle);
            self.tell();
        }
    }

    /// A replication is finished.
    pub(super) fn finished(&self, work: u64, events: u64) {
        self.events.fetch_add(events, Relaxed);
        self.work(|all| all.finished(work));
        self.jobs_done.fetch_add(1, Relaxed);
        self.tell();
    }

    fn work<T>(&self, change: impl FnOnce(&mut Work) -> T) -> T {
        change(&mut self.work.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self) {
        self.observer.progress(Progress {
            jobs_done: self.jobs_done.load(Relaxed),
            jobs_planned: self.jobs_planned.load(Relaxed),
            events: self.events.load(Relaxed),
            share: self.work(|all| all.share),
        });
    }
}

/// Work that is planned and not yet under way: another amount as more is known, and none once this is dropped.
pub(super) struct Foresight<'c, 'a> {
    control: &'c Control<'a>,
    work: u64,
}

impl<'c, 'a> Foresight<'c, 'a> {
    /// Nothing is foreseen yet.
    pub(super) fn new(control: &'c Control<'a>) -> Self {
        Self { control, work: 0 }
    }

    /// So much is to be done, instead of what was foreseen before.
    pub(super) fn revise(&mut self, work: u64) {
        self.control.plan(0, work);
        self.control.unplan(0, self.work);
        self.work = work;
    }
}

impl Drop for Foresight<'_, '_> {
    fn drop(&mut self) {
        self.control.unplan(0, self.work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 planned and 50 done: half. Then 150 more turn out to be to do: the next 50 are a quarter of the 200 that are left, an eighth of the way; where 100
    /// of the rest are not needed after all, the last 50 are not half of it but all.
    #[test]
    fn the_share_never_falls_back() {
        let mut work = Work {
            left: 100,
            share: 0.0,
        };
        work.finished(50);
        assert_eq!(work.share, 0.5);
        work.left += 150;
        work.finished(50);
        assert_eq!(work.share, 0.625);
        work.left -= 100;
        work.finished(50);
        assert_eq!((work.share, work.left), (1.0, 0));
        work.finished(50);
        assert_eq!(work.share, 1.0);
    }
}
