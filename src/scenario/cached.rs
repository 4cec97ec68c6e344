//! `cached` steps: a look-up, and what a miss does.

use super::diagnostic::Problem;
use super::keys::Keys;
use super::source::Origin;
use super::steps::{Depth, Steps};
use super::tree::Node;
use crate::kernel::{Dist, Path, Span};
use crate::workload::{Action, CacheAt};

/// The most keys of a cached step.
const MAX_KEYS: u64 = 10_000_000;

impl<'t> Steps<'_, 't> {
    /// A `cached` step.
    pub(super) fn cached(
        &self,
        node: &'t Node,
        keys: &mut Keys<'_, 't>,
        at: Origin,
        path: Path,
        depth: Depth,
    ) -> Option<Action> {
        let work = self.optional_dist(keys.get("work"));
        let cache = self.cache(node, keys.at("work"), work);
        let ttl = keys.read("ttl", |reader, node| reader.positive_span(node));
        let miss = keys.get("miss");
        let miss = miss.map(|node| self.nested(node, path.child("miss"), depth));
        let key_node = self.required(keys, "key", at)?;
        let key = self.reader.count(key_node)?;
        let cache = cache?;
        let message = match key.support() {
            Some(keys) if keys <= MAX_KEYS => {
                let (ttl, miss) = (ttl.unwrap_or(Span::MAX), miss.unwrap_or_default());
                return Some(Action::Cached {
                    cache,
                    key,
                    ttl,
                    miss,
                });
            }
            Some(_) => "a cached step has 10,000,000 keys at most",
            None => "this distribution has no greatest key",
        };
        let problem = Problem::at(key_node.origin, message);
        self.reader
            .refuse(problem.label("expected `zipf(n, s=...)`, `uniform(low, high)` or a number"))
    }
    /// Where a cached step looks, given where and what it says of its work.
    fn cache(&self, node: &'t Node, at: Option<Origin>, work: Option<Dist>) -> Option<CacheAt> {
        let local = self.reader.says(node, "local");
        match at {
            Some(at) if local => {
                let problem = Problem::at(at, "`work` is for a cache that is a service");
                return self.reader.refuse(problem);
            }
            None if local => return Some(CacheAt::Local),
            _ => {}
        }
        let (service, endpoint) = self.callee(node, true)?;
        if endpoint.is_some() {
            let name = self.reader.text(node, "the name of a service")?;
            let message = format!("`{name}` has endpoints, so it is no cache");
            return self.reader.refuse(Problem::at(node.origin, message));
        }
        Some(CacheAt::Service {
            service,
            work: work?,
        })
    }
}
