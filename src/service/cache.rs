//! A cache of whole-number keys with a time to live and, if it is bounded, least-recently-used eviction.
//!
//! What is in it is state, not randomness. Modelled after Django's `locmem`: an expired entry is dropped when it is looked
//! up; storing into a full cache first drops the least recently used `1 / cull` of it. With `cull = entries` one entry
//! goes at a time, as in common LRU caches. Nothing prevents a stampede: everybody who misses computes.

use crate::kernel::{Span, Time};
use crate::service::Cache;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// [`Time::ZERO`]: absent.
    expires: Time,
    older: u32,
    newer: u32,
}

/// The cache of one process for the keys of one step.
#[derive(Debug)]
pub struct CacheState {
    params: Cache,
    entries: Vec<Entry>,
    len: u32,
    oldest: u32,
    newest: u32,
}

impl CacheState {
    /// An empty cache for the keys `0..keys`.
    #[must_use]
    pub fn new(params: Cache, keys: u64) -> Self {
        let absent = Entry {
            expires: Time::ZERO,
            older: NONE,
            newer: NONE,
        };
        Self {
            params,
            entries: vec![absent; keys as usize],
            len: 0,
            oldest: NONE,
            newest: NONE,
        }
    }

    /// Looks a key up: true for a hit.
    pub fn get(&mut self, key: u64, now: Time) -> bool {
        let Some(entry) = self.entries.get(key as usize).copied() else {
            return false;
        };
        if entry.expires == Time::ZERO {
            return false;
        }
        self.unlink(key as u32);
        if entry.expires <= now {
            self.entries[key as usize].expires = Time::ZERO;
            return false;
        }
        self.link_newest(key as u32);
        true
    }

    /// Stores a key.
    pub fn set(&mut self, key: u64, now: Time, ttl: Span) {
        let Some(entry) = self.entries.get(key as usize).copied() else {
            return;
        };
        if entry.expires == Time::ZERO {
            self.make_room();
        } else {
            self.unlink(key as u32);
        }
        self.entries[key as usize].expires = now + ttl + Span(1); // never ZERO
        self.link_newest(key as u32);
    }

    fn make_room(&mut self) {
        let Some(limit) = self.params.entries else {
            return;
        };
        if self.len < limit {
            return;
        }
        for _ in 0..self.params.dropped() {
            let oldest = self.oldest;
            if oldest == NONE {
                return;
            }
            self.unlink(oldest);
            self.entries[oldest as usize].expires = Time::ZERO;
        }
    }

    fn unlink(&mut self, key: u32) {
        let Entry { older, newer, .. } = self.entries[key as usize];
        match older {
            NONE => self.oldest = newer,
            _ => self.entries[older as usize].newer = newer,
        }
        match newer {
            NONE => self.newest = older,
            _ => self.entries[newer as usize].older = older,
        }
        self.len -= 1;
    }

    fn link_newest(&mut self, key: u32) {
        let previous = self.newest;
        let entry = &mut self.entries[key as usize];
        entry.older = previous;
        entry.newer = NONE;
        match previous {
            NONE => self.oldest = key,
            _ => self.entries[previous as usize].newer = key,
        }
        self.newest = key;
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_cache_drops_the_least_recently_used_third() {
        let mut cache = CacheState::new(
            Cache {
                entries: Some(3),
                cull: 3,
            },
            10,
        );
        let ttl = Span::from_secs(1);
        for key in 0..3 {
            cache.set(key, Time(key), ttl);
        }
        assert!(cache.get(0, Time(5))); // 1 is now the oldest
        cache.set(3, Time(6), ttl);
        let present: Vec<_> = (0..4).filter(|&key| cache.get(key, Time(7))).collect();
        assert_eq!(present, [0, 2, 3]);
    }

    #[test]
    fn entries_expire() {
        let mut cache = CacheState::new(
            Cache {
                entries: None,
                cull: 1,
            },
            2,
        );
        cache.set(1, Time(100), Span(50));
        assert!(cache.get(1, Time(150)));
        assert!(!cache.get(1, Time(151)));
        assert!(!cache.get(1, Time(100)));
    }
}
