//! Garbage collection: pauses by allocation.
//!
//! ```text
//!  own work ──► allocates ──► `young` is full ──► minor pause ──► its survivors are promoted ──► `old` is full ──► major pause
//!                                                = a law, and the time to copy its survivors
//! ```
//!
//! V8's two generations: a scavenge when the semi-space that is allocated from is full, a mark-compact when what was promoted
//! fills the room that was left after the last one (facts §1.9). What lives is copied, so a scavenge takes the longer the more survives; of a
//! young generation a sixteenth as large the sixteenth part does. CPython's cyclic collector copies nothing, and is the same with other figures.
//! Allocation goes by requests, each the same, and by the CPU time of work in the process's own language. A file's amounts (bytes,
//! or objects where the collector counts these, as CPython's) come down to a time: a minor collection after so much work, a
//! major one after so many minor ones, a request as much as so much work. `native` work allocates nothing here.
//!
//! A burst pays the collections its allocations cause, one or several, before its work: the pause holds up the same callbacks
//! and threads as one in the middle would, up to a burst's length earlier. It needs the core, and under a lock the lock.
//! Left out: survivors that are another share of a small young generation than of a large one, a second copy before promotion, helper threads on other cores, marking step by step beside the program, a limit that adapts to what lives, other
//! threads of a process without a lock (only the one that allocates stops), and that a lock asked for is not given in a pause.

use crate::kernel::{Dist, Key, Path, Span};

/// When a process's own language stops to collect, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Gc {
    /// Work that fills the young generation; not zero.
    pub every: Span,
    /// Work that allocates as much as a request does beside its work.
    pub request: Span,
    /// A minor pause, but for its survivors.
    pub minor: Dist,
    /// What it takes to copy the survivors of one.
    pub copying: Span,
    /// What promotion leads to; `None`: nothing.
    pub major: Option<Major>,
}

/// Major collections.
#[derive(Clone, Debug, PartialEq)]
pub struct Major {
    /// Minor collections whose survivors fill the old generation; not zero.
    pub after: u64,
    /// A major pause. It follows the last of those minor ones.
    pub pause: Dist,
}

impl Gc {
    /// Work that allocates an amount, from how much is allocated per second of work, not zero.
    #[must_use]
    pub fn work(allocates: f64, amount: u64) -> Span {
        Span::from_nanos_f64(amount as f64 / allocates * 1e9)
    }

    /// What copying the survivors of a full young generation takes, at so much a second, not zero.
    #[must_use]
    pub fn copying(copies: f64, young: u64, survives: f64) -> Span {
        Span::from_nanos_f64(young as f64 * survives / copies * 1e9)
    }

    /// Mean pause for each unit of work.
    #[must_use]
    pub fn share(&self) -> f64 {
        let major = self
            .major
            .as_ref()
            .map_or(0.0, |major| major.pause.mean_ns() / major.after as f64);
        (self.minor.mean_ns() + self.copying.as_nanos_f64() + major) / self.every.as_nanos_f64()
    }

    /// Mean pause for each request beside that for its work, nanoseconds.
    #[must_use]
    pub fn of_request_ns(&self) -> f64 {
        self.share() * self.request.as_nanos_f64()
    }
}

impl Major {
    /// From what a file says: what fills the old generation, what fills the young one and the share of that which survives.
    /// `None`: nothing survives.
    #[must_use]
    pub fn after(old: u64, young: u64, survives: f64) -> Option<u64> {
        let promoted = (young as f64 * survives).round() as u64;
        (promoted > 0).then(|| old.div_ceil(promoted).max(1))
    }
}

/// The heap of a process, or of a thread with an interpreter of its own. It begins empty.
#[derive(Clone, Copy, Debug)]
pub struct Heap {
    minor: Key,
    major: Key,
    /// Work since the last minor collection.
    filled: Span,
    /// Minor and major collections so far: the ordinals of the dice.
    minors: u64,
    majors: u64,
    /// Minor collections since the last major one.
    promoted: u64,
}

impl Heap {
    /// An empty heap with these dice.
    #[must_use]
    pub fn new(dice: Key) -> Self {
        Self {
            minor: dice.at(Path::ROOT.child("minor")),
            major: dice.at(Path::ROOT.child("major")),
            filled: Span::ZERO,
            minors: 0,
            majors: 0,
            promoted: 0,
        }
    }

    /// Empties it, for another process that begins: with other dice than those before.
    pub fn clear(&mut self) {
        (self.filled, self.promoted) = (Span::ZERO, 0);
    }

    /// Allocates what a request does beside its work. Collections that this causes wait for work.
    pub fn request(&mut self, gc: &Gc) {
        self.filled += gc.request;
    }

    /// Allocates what so much work does, and says how long the collections take that this causes.
    pub fn work(&mut self, gc: &Gc, work: Span) -> Span {
        let mut pause = Span::ZERO;
        self.filled += work;
        while self.filled >= gc.every {
            self.filled -= gc.every;
            pause += gc.copying;
            pause += gc
                .minor
                .sample(self.minor.nth(self.minors).word(Path::ROOT));
            self.minors += 1;
            self.promoted += 1;
            if let Some(major) = &gc.major
                && self.promoted == major.after
            {
                pause += major
                    .pause
                    .sample(self.major.nth(self.majors).word(Path::ROOT));
                self.majors += 1;
                self.promoted = 0;
            }
        }
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Span = Span::from_millis;

    fn gc() -> Gc {
        Gc {
            every: Gc::work(100e6, 1_000_000),
            request: Gc::work(100e6, 200_000),
            minor: Dist::Constant(MS(1)),
            copying: Span::ZERO,
            major: Major::after(2_500_000, 1_000_000, 1.0).map(|after| Major {
                after,
                pause: Dist::Constant(MS(7)),
            }),
        }
    }

    /// 1 MB at 100 MB/s is 10 ms of work; 2.5 MB take three of them.
    #[test]
    fn bytes_come_down_to_work() {
        let gc = gc();
        assert_eq!((gc.every, gc.request), (MS(10), MS(2)));
        assert_eq!(gc.major.as_ref().map(|major| major.after), Some(3));
        assert!((gc.share() - (1.0 + 7.0 / 3.0) / 10.0).abs() < 1e-12);
        assert!((gc.of_request_ns() - (1.0 + 7.0 / 3.0) / 10.0 * 2e6).abs() < 1e-6);
        assert_eq!(Major::after(10, 1_000_000, 0.0), None);
    }

    #[test]
    fn pauses_depend_on_the_work_not_on_how_it_is_cut() {
        let (gc, mut heap) = (gc(), Heap::new(Key::root(1, 0)));
        assert_eq!(heap.work(&gc, Span(9_999_999)), Span::ZERO);
        assert_eq!(heap.work(&gc, Span(1)), MS(1));
        assert_eq!(heap.work(&gc, MS(20)), MS(2 + 7));
        assert_eq!(Heap::new(Key::root(1, 0)).work(&gc, MS(60)), MS(6 + 2 * 7));
    }

    /// Four requests and 1.999999 ms of work: a nanosecond of room is left. A fifth fills it, the next work pays.
    #[test]
    fn requests_allocate_and_work_pays() {
        let (gc, mut heap) = (gc(), Heap::new(Key::root(1, 0)));
        (0..4).for_each(|_| heap.request(&gc));
        assert_eq!(heap.work(&gc, Span(1_999_999)), Span::ZERO);
        heap.request(&gc);
        assert_eq!(heap.work(&gc, Span::ZERO), MS(1));
    }

    /// 25 ms and two minor collections before it is emptied are forgotten: the next is due after 10 ms, the major after 30.
    #[test]
    fn an_emptied_heap_begins_anew() {
        let (gc, mut heap) = (gc(), Heap::new(Key::root(1, 0)));
        assert_eq!(heap.work(&gc, MS(25)), MS(2));
        heap.clear();
        assert_eq!(heap.work(&gc, MS(9)), Span::ZERO);
        assert_eq!(heap.work(&gc, MS(11)), MS(2));
        assert_eq!(heap.work(&gc, MS(10)), MS(1 + 7));
    }

    /// V8's figures: 0.2 % of 16 MiB at 1 ms a MiB are 33,554 bytes in 32 us, of 1 MiB in 2 us. A hundredth of work in pauses of 1 ms that copy for
    /// half of one besides is 1.5 hundredths.
    #[test]
    fn a_minor_pause_takes_the_longer_the_more_survives() {
        let copying = |young: u64| Gc::copying(1_048_576_000.0, young << 20, 0.002);
        assert_eq!((copying(16), copying(1)), (Span(32_000), Span(2_000)));
        let gc = Gc {
            every: MS(100),
            copying: Span::from_micros(500),
            major: None,
            ..gc()
        };
        let mut heap = Heap::new(Key::root(1, 0));
        assert_eq!(heap.work(&gc, MS(200)), MS(3));
        assert!((gc.share() - 0.015).abs() < 1e-12);
    }

    #[test]
    fn each_pause_has_dice_of_its_own() {
        let gc = Gc {
            minor: Dist::exp(MS(1)),
            ..gc()
        };
        let (mut heap, mut twin) = (Heap::new(Key::root(1, 0)), Heap::new(Key::root(1, 0)));
        let (first, second) = (heap.work(&gc, MS(10)), heap.work(&gc, MS(10)));
        assert_ne!(first, second);
        assert_eq!(twin.work(&gc, MS(20)), first + second);
        assert_ne!(Heap::new(Key::root(2, 0)).work(&gc, MS(10)), first);
    }
}
