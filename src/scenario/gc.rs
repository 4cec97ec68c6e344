//! `gc`: when a model's runtime stops to collect garbage. Amounts are bytes (`"16MiB"`), or objects (`700`) where the collector
//! counts these; all of one table are the same.

use super::diagnostic::Problem;
use super::keys::Keys;
use super::reader::Reader;
use super::tree::{Node, Value};
use crate::kernel::Span;
use crate::service::{Gc, Major};

/// Collections are no more frequent: each is drawn.
const LEAST_WORK: Span = Span::from_micros(10);
/// A request allocates no more than so much work does: each collection is drawn.
const LONGEST_REQUEST: Span = Span::from_secs(10);
/// No pause is longer for its survivors.
const LONGEST_COPYING: Span = Span::from_secs(10);

/// `{ allocates, young, minor }`, what each request allocates besides (`request`), for survivors that are copied
/// `{ survives, copies }`, and for major collections `{ survives, old, major }`.
pub(super) fn gc<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Gc> {
    const EXAMPLE: &str =
        "a table such as { allocates = \"200MB/s\", young = \"16MiB\", minor = \"1ms\" }";
    let table = reader.table(node, EXAMPLE)?;
    let mut keys = Keys::of(table, reader);
    let objects = table.get("young").is_some_and(|node| counts(reader, node));
    let amount = |r: &Reader<'t>, node| amount(r, node, objects);
    let speed = |r: &Reader<'t>, node| r.either(objects, || r.rate(node), || r.flow(node));
    let allocates = keys.read("allocates", speed);
    let young = keys.read("young", |r, node| {
        let number = || r.whole(node, 1..=u32::MAX).map(u64::from);
        r.either(objects, number, || r.positive_size(node))
    });
    let request = keys.read("request", amount);
    let minor = keys.read("minor", |r, node| r.dist(node));
    let survives = keys.read("survives", |r, node| r.fraction(node));
    let copies = keys.read("copies", speed);
    let old = keys.read("old", amount);
    let major = keys.read("major", |r, node| r.dist(node));
    for key in ["allocates", "young", "minor"] {
        keys.need(key, || {
            Problem::at(node.origin, format!("`gc` has no `{key}`"))
        });
    }
    // Survivors are copied, lead to major collections, or both. What an override takes back with "none" takes them back.
    let copied = keys.at("copies").is_some();
    if copied && keys.at("survives").is_none() {
        let at = keys.at("copies").unwrap_or(node.origin);
        let problem = Problem::at(at, "`copies` without `survives`");
        reader.note(problem.label("how long copying takes follows from the share that survives"));
    }
    let three = ["survives", "old", "major"];
    let mut asking = three.into_iter().skip(usize::from(copied));
    let said = asking.find(|key| keys.at(key).is_some());
    let missing = three.into_iter().find(|key| keys.at(key).is_none());
    if let (Some(said), Some(missing)) = (said, missing) {
        let at = keys.at(said).unwrap_or(node.origin);
        let problem = Problem::at(at, format!("`{said}` without `{missing}`"));
        reader.note(problem.label("a major collection needs `survives`, `old` and `major`"));
    }
    let (request_at, copies_at) = (keys.at("request"), keys.at("copies"));
    keys.finish();
    let (allocates, young, minor) = (allocates?, young?, minor?);
    let every = Gc::work(allocates, young);
    if every < LEAST_WORK {
        let message = format!("a collection after every {every} of work");
        let problem = Problem::at(node.origin, message);
        return reader.refuse(problem.label(format!("expected no more often than {LEAST_WORK}")));
    }
    let copying = match (copies, survives) {
        (Some(copies), Some(survives)) => Gc::copying(copies, young, survives),
        _ => Span::ZERO,
    };
    if copying > LONGEST_COPYING {
        let at = copies_at.unwrap_or(node.origin);
        let problem = Problem::at(at, format!("copying what survives takes {copying}"));
        return reader.refuse(problem.label(format!("expected no more than {LONGEST_COPYING}")));
    }
    let major = (|| {
        let after = Major::after(old?, young, survives?)?;
        let pause = major?;
        Some(Major { after, pause })
    })();
    let request = Gc::work(allocates, request.unwrap_or(0));
    if request > LONGEST_REQUEST {
        let at = request_at.unwrap_or(node.origin);
        let message = format!("a request allocates as much as {request} of work");
        let problem = Problem::at(at, message);
        return reader.refuse(problem.label(format!("expected no more than {LONGEST_REQUEST}")));
    }
    Some(Gc {
        every,
        request,
        minor,
        copying,
        major,
    })
}

/// Whether an amount is a number of objects.
fn counts<'t>(reader: &Reader<'t>, node: &'t Node) -> bool {
    let node = reader.resolve(node);
    node.is_some_and(|node| matches!(node.value, Value::Integer(_)))
}

/// Bytes, or objects.
fn amount<'t>(reader: &Reader<'t>, node: &'t Node, objects: bool) -> Option<u64> {
    if objects && !counts(reader, node) {
        let problem = Problem::at(node.origin, "`young` is a number of objects");
        return reader.refuse(problem.label("expected a whole number"));
    }
    let number = || reader.whole(node, 0..=u32::MAX).map(u64::from);
    reader.either(objects, number, || reader.size(node))
}
