//! `gc`: when a model's runtime stops to collect garbage.

use super::diagnostic::Problem;
use super::reader::{Keys, Reader};
use super::tree::Node;
use crate::kernel::Span;
use crate::service::{Gc, Major};

/// Collections are no more frequent: each is drawn.
const LEAST_WORK: Span = Span::from_micros(10);

/// `{ allocates, young, minor }`, and for major collections `{ survives, old, major }`.
pub(super) fn gc<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Gc> {
    const EXAMPLE: &str =
        "a table such as { allocates = \"200MB/s\", young = \"16MiB\", minor = \"1ms\" }";
    let mut keys = Keys::of(reader.table(node, EXAMPLE)?, reader);
    let allocates = keys.read("allocates", |r, node| r.flow(node));
    let young = keys.read("young", |r, node| r.positive_size(node));
    let minor = keys.read("minor", |r, node| r.dist(node));
    let survives = keys.read("survives", |r, node| r.fraction(node));
    let old = keys.read("old", |r, node| r.positive_size(node));
    let major = keys.read("major", |r, node| r.dist(node));
    for key in ["allocates", "young", "minor"] {
        if keys.at(key).is_none() {
            reader.note(Problem::at(node.origin, format!("`gc` has no `{key}`")));
        }
    }
    // Major collections: all three or none. What an override takes back with "none" takes them back.
    let three = ["survives", "old", "major"];
    let said = three.into_iter().find(|key| keys.at(key).is_some());
    let missing = three.into_iter().find(|key| keys.at(key).is_none());
    if let (Some(said), Some(missing)) = (said, missing) {
        let at = keys.at(said).unwrap_or(node.origin);
        let problem = Problem::at(at, format!("`{said}` without `{missing}`"));
        reader.note(problem.label("a major collection needs `survives`, `old` and `major`"));
    }
    keys.finish();
    let (allocates, young, minor) = (allocates?, young?, minor?);
    let every = Gc::every(allocates, young);
    if every < LEAST_WORK {
        let message = format!("a collection after every {every} of work");
        let problem = Problem::at(node.origin, message);
        return reader.refuse(problem.label(format!("expected no more often than {LEAST_WORK}")));
    }
    let major = (|| {
        let after = Major::after(old?, young, survives?)?;
        let pause = major?;
        Some(Major { after, pause })
    })();
    Some(Gc {
        every,
        minor,
        major,
    })
}
