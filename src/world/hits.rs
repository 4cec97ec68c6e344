//! What a cache will hold at a load, and how often it hits.
//!
//! A key asked for at the rate r is found with probability r·ttl / (1 + r·ttl), or, where the cache is small, with Che's
//! approximation 1 - exp(-r·t), t the time in which a key falls out (H. Che, Y. Tung, Z. Wang, "Hierarchical Web Caching
//! Systems", IEEE JSAC 20, 2002), whichever is less. From this come the demands, and what caches hold when a run begins.

use std::sync::Arc;

use super::plan::CachePlan;
use crate::kernel::{Count, Span};
use crate::service::Cache;

/// For each key, the end of the share of a word's range in which it is there.
pub(super) fn presence(cache: &CachePlan, rate: f64) -> Arc<[u64]> {
    let end = |share: f64| (share * 18_446_744_073_709_551_616.0) as u64;
    let falls_out = falls_out(&groups(&cache.key), rate, cache.params);
    let ttl = cache.ttl.as_secs_f64();
    (0..cache.keys)
        .map(|key| end(there(cache.key.probability(key) * rate, ttl, falls_out)))
        .collect()
}

/// The share of look-ups that hit, at `rate` look-ups per second.
pub(super) fn hit_ratio(key: &Count, rate: f64, ttl: Span, params: Cache) -> f64 {
    let groups = groups(key);
    let ttl = ttl.as_secs_f64();
    let falls_out = falls_out(&groups, rate, params);
    groups
        .iter()
        .map(|&(keys, p)| keys * p * there(p * rate, ttl, falls_out))
        .sum()
}

/// How likely a key that is asked for so often per second is found.
fn there(rate: f64, ttl: f64, falls_out: f64) -> f64 {
    (rate * ttl / (1.0 + rate * ttl)).min(-libm::expm1(-rate * falls_out))
}

/// The time in seconds in which a key that nobody asks for falls out of the cache; infinite where all fit.
fn falls_out(groups: &[(f64, f64)], rate: f64, params: Cache) -> f64 {
    let present = |time: f64| {
        groups
            .iter()
            .map(|&(keys, p)| keys * -libm::expm1(-p * rate * time))
            .sum::<f64>()
    };
    let keys: f64 = groups.iter().map(|(keys, _)| keys).sum();
    match params.entries.map(f64::from) {
        Some(limit) if limit < keys => bisect(limit, &present),
        _ => f64::INFINITY,
    }
}

/// The keys in groups of nearly equal probability: (how many, the probability of each).
fn groups(key: &Count) -> Vec<(f64, f64)> {
    let support = key.support().unwrap_or(0);
    let mut groups = Vec::new();
    let mut first = 0;
    while first < support {
        let next = (first + 1).max(first + first / 20).min(support);
        groups.push((
            (next - first) as f64,
            key.probability((first + next - 1) / 2),
        ));
        first = next;
    }
    groups
}

/// Where the growing function `f` of a time in seconds reaches `target`.
fn bisect(target: f64, f: &impl Fn(f64) -> f64) -> f64 {
    let (mut lo, mut hi) = (-30.0, 40.0); // powers of 2
    for _ in 0..40 {
        let middle = 0.5 * (lo + hi);
        if f(libm::exp2(middle)) < target {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    libm::exp2(hi)
}
