//! What is in a cache when a run begins: what would be there if it had been in use at this load for ever.
//!
//! A cache that begins empty takes a time to live, or as long as it takes to fill, to get there, which may be longer than a
//! run. Look-ups are Poisson, so those of a key can be told backwards from now, each key for itself:
//!
//! ```text
//!   stored      asked for again, and again        last asked for             now
//!  ──┼─────────────┼───────────────┼──────────────────┼───────────────────────┤
//!    ├───────────── stored: Life::stored ─────────────┼ used: exponential(λ) ─┤
//!    ├──────────────────────── time to live ─────────────────────────────────────────┤
//! ```
//!
//! Where there is a limit, the cache holds the keys used last, expired ones among them, in that order. One that drops some keys at
//! once held as few as it leaves when it last did so, and since then has grown: its window, the time since which everything that was asked
//! for is still there, lies anywhere between the ages of the last it leaves and the last it has room for.

use std::sync::Arc;

use super::hits::{Life, groups, lookups_for};
use super::plan::CachePlan;
use crate::kernel::{Key, Path, Span, Time};
use crate::service::CacheState;

/// 2⁶⁴, the number of words.
const WORDS: f64 = 18_446_744_073_709_551_616.0;

/// The use that has filled a cache.
#[derive(Clone, Debug)]
pub struct Warm {
    /// Look-ups per second.
    rate: f64,
    /// For each key, the end of the share of a word's range in which it was used so lately that it may be there.
    used: Arc<[u64]>,
}

/// A key that is there.
struct Held {
    key: u64,
    /// Look-ups of it per second.
    rate: f64,
    /// How long ago it was last used, seconds.
    used: f64,
}

impl Warm {
    /// At so many look-ups per second.
    pub(super) fn at(cache: &CachePlan, rate: f64) -> Self {
        let since = match cache.limit() {
            // Nothing older is alive.
            None => cache.ttl.as_secs_f64(),
            // Those used since then are, but for a chance of 3 in 100,000, at least as many as there is room for.
            Some(limit) => {
                let limit = f64::from(limit);
                lookups_for(&groups(&cache.key), limit + 4.0 * limit.sqrt() + 4.0) / rate
            }
        };
        let lately = |key| -libm::expm1(-cache.key.probability(key) * rate * since);
        let used = (0..cache.keys).map(|key| (lately(key) * WORDS) as u64);
        Self {
            rate,
            used: used.collect(),
        }
    }

    /// A cache as it begins.
    pub(super) fn fill(&self, plan: &CachePlan, dice: Key) -> CacheState {
        let dice = dice.at(plan.path);
        let mut cache = CacheState::new(plan.params, plan.keys);
        let (ttl, stored) = (plan.ttl.as_secs_f64(), Path::ROOT.child("stored"));
        let mut hold = |Held { key, rate, used }: Held, stay: f64| {
            let word = dice.nth(key).word(stored) as f64 / WORDS;
            let ago = Life { rate, ttl, stay }.stored(word) + used;
            cache.set(key, Time::ZERO, Span::from_secs_f64((ttl - ago).max(0.0)));
        };
        let lately = self.used_lately(plan, dice);
        let Some(limit) = plan.limit() else {
            lately.for_each(|held| hold(held, f64::INFINITY));
            return cache;
        };
        let mut held: Vec<Held> = lately.collect();
        held.sort_unstable_by(|a, b| a.used.total_cmp(&b.used));
        held.truncate(limit as usize);
        let least = (limit - plan.params.dropped()) as usize;
        let stay = match (held.get(least), held.get(limit as usize - 1)) {
            (Some(least), Some(most)) => {
                let share = dice.word(Path::ROOT.child("window")) as f64 / WORDS;
                least.used + share * (most.used - least.used)
            }
            _ => f64::INFINITY, // not full
        };
        held.retain(|held| held.used <= stay);
        held.into_iter().rev().for_each(|held| hold(held, stay));
        cache
    }

    /// The keys used so lately that they may be there.
    fn used_lately(&self, plan: &CachePlan, dice: Key) -> impl Iterator<Item = Held> {
        let path = Path::ROOT.child("used");
        (0..).zip(self.used.iter()).filter_map(move |(key, &end)| {
            let word = dice.nth(key).word(path);
            (word < end).then(|| {
                let rate = self.rate * plan.key.probability(key);
                let used = -libm::log1p(-(word as f64) / WORDS) / rate;
                Held { key, rate, used }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Count;
    use crate::service::Cache;

    /// A cache of keys by this law, full after use at so many look-ups per second.
    fn planned(key: Count, ttl: f64, params: Cache, rate: f64) -> CachePlan {
        let mut plan = CachePlan {
            keys: key.support().expect("it has an end"),
            key,
            params,
            shared: false,
            path: Path::ROOT,
            ttl: Span::from_secs_f64(ttl),
            warm: None,
        };
        plan.warm = Some(Warm::at(&plan, rate));
        plan
    }

    fn filled(plan: &CachePlan, number: u64) -> CacheState {
        let warm = plan.warm.as_ref().expect("it is warm");
        warm.fill(plan, Key::root(20_261_128, number))
    }

    /// A key asked for twice a second that lives for a second is there with 2 / (1 + 2), and what is left of its life lies anywhere
    /// between nothing and all of it: in half as many cases it is there half a second later. Of 20,000 caches, to 4 standard deviations
    /// (a correct one fails with a probability of 6e-5 each).
    #[test]
    fn a_single_key_is_there_as_often_as_renewal_says() {
        const CACHES: u64 = 20_000;
        let all = Cache {
            entries: None,
            cull: 1,
        };
        let plan = planned(Count::uniform(0, 0).expect("a law"), 1.0, all, 2.0);
        for (ms, share) in [
            (0, 2.0 / 3.0),
            (250, 1.0 / 2.0),
            (500, 1.0 / 3.0),
            (900, 1.0 / 15.0),
        ] {
            let at = Time(1_000_000 * ms + 2);
            let there = (0..CACHES).filter(|&number| filled(&plan, number).get(0, at));
            let (there, n) = (there.count() as f64, CACHES as f64);
            let deviation = (there - share * n) / (n * share * (1.0 - share)).sqrt();
            assert!(deviation.abs() < 4.0, "{ms} ms: {deviation:.1}");
        }
    }

    /// The first look-ups hit as often as those when each cache has long settled: the mean difference over 600 caches, to 4 of its standard
    /// errors (a correct one fails with a probability of 6e-5 each). Filled by popularity and without regard to the cull, Django's cache would
    /// begin 8 of them too warm; full instead of anywhere between two culls, 7 too cold.
    #[test]
    fn caches_begin_as_they_settle() {
        let popular = Count::zipf(10_000, 1.1).expect("a law");
        let even = Count::uniform(0, 99).expect("a law");
        let cache = |entries, cull| Cache {
            entries: Some(entries),
            cull,
        };
        let all = Cache {
            entries: None,
            cull: 1,
        };
        let cases = [
            (&popular, 60.0, cache(300, 3), 47.5),
            (&popular, 600.0, cache(300, 3), 47.5),
            (&popular, 60.0, cache(300, 300), 47.5),
            (&popular, 60.0, all, 47.5),
            (&even, 1e9, cache(20, 20), 100.0),
            (&even, 0.5, cache(30, 30), 100.0),
        ];
        for (key, ttl, params, rate) in cases {
            let plan = planned(key.clone(), ttl, params, rate);
            let differences: Vec<f64> = (0..600).map(|number| drift(&plan, number, rate)).collect();
            let (mean, error) = mean_and_error(&differences);
            assert!(
                mean.abs() < 4.0 * error,
                "{mean:+.4} ± {error:.4}: {params:?}, {ttl} s"
            );
        }
    }

    /// By how much the share of hits among the first 100 look-ups exceeds that from the 3,000th to the 4,000th.
    fn drift(plan: &CachePlan, number: u64, rate: f64) -> f64 {
        let mut cache = filled(plan, number);
        let (gap, which) = (Path::ROOT.child("gap"), Path::ROOT.child("key"));
        let (mut now, mut early, mut late) = (0.0, 0.0, 0.0);
        for lookup in 0..4_000 {
            let dice = Key::root(number, 1).nth(lookup);
            now += -libm::log1p(-(dice.word(gap) as f64) / WORDS) / rate;
            let (key, at) = (
                plan.key.sample(dice.word(which)),
                Time((now * 1e9) as u64 + 2),
            );
            let hit = cache.get(key, at);
            if !hit {
                cache.set(key, at, plan.ttl);
            }
            match lookup {
                0..100 => early += f64::from(u8::from(hit)) / 100.0,
                3_000.. => late += f64::from(u8::from(hit)) / 1_000.0,
                _ => {}
            }
        }
        early - late
    }

    fn mean_and_error(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    }
}
