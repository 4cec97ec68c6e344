//! The Trace Event Format, as ui.perfetto.dev and chrome://tracing open it.
//!
//! A group of tracks is a "process" of the format, a track a "thread"; both have names and an order by metadata events. A slice is one complete
//! event (`X`), its times in microseconds with three decimals, which are nanoseconds. Slices of a track nest. Through each chosen request goes a flow: from the
//! beginning of its own slice (`s`) over every thread and call that it comes to (`t`) to its end (`f`, bound to the slice around it). Format:
//! "Trace Event Format", Google, 2016.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::names::Names;
use crate::experiment::trace::Traced;
use crate::kernel::Time;
use crate::scenario::Contestant;
use crate::world::{Place, Slice, What};

/// Numbers of a place: of its group, and of the track.
type Ids = BTreeMap<Place, (usize, usize)>;

/// The whole trace, an event a line: a long trace is never in memory as anything but text.
#[must_use]
pub fn json(traced: &Traced, contestant: &Contestant) -> String {
    let names = Names(contestant);
    let slices = &traced.trace.slices;
    let (ids, named) = tracks(slices, &names);
    let complete = slices.iter().map(|slice| complete(slice, &ids, &names));
    let ways = ways(slices);
    let flows = ways
        .iter()
        .flat_map(|(number, way)| flow(*number, way, &ids));
    let head = json!({
        "scenario": traced.scenario,
        "contestant": contestant.name,
        "load": traced.load,
        "seed": traced.seed,
        "replication": traced.replication,
        "crossover": traced.version,
        "digest": traced.digest,
    });
    let mut out = format!("{{\"displayTimeUnit\":\"ms\",\"otherData\":{head},\"traceEvents\":[");
    let mut between = "\n";
    for event in named.into_iter().chain(complete).chain(flows) {
        out.push_str(between);
        out.push_str(&event.to_string());
        between = ",\n";
    }
    out.push_str("\n]}\n");
    out
}

/// Numbers for all places, and the events that name them.
fn tracks(slices: &[Slice], names: &Names) -> (Ids, Vec<Value>) {
    let (mut ids, mut groups, mut events) = (Ids::new(), Vec::<String>::new(), Vec::new());
    for slice in slices {
        if ids.contains_key(&slice.place) {
            continue;
        }
        let group = names.group(slice.place);
        let pid = match groups.iter().position(|known| *known == group) {
            Some(at) => at + 1,
            None => {
                groups.push(group.clone());
                let pid = groups.len();
                events.push(json!({"ph": "M", "name": "process_name", "pid": pid, "tid": 0, "args": {"name": group}}));
                events.push(json!({"ph": "M", "name": "process_sort_index", "pid": pid, "tid": 0, "args": {"sort_index": pid}}));
                pid
            }
        };
        let tid = ids.len() + 1;
        ids.insert(slice.place, (pid, tid));
        let name = names.track(slice.place);
        events.push(json!({"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": name}}));
        events.push(json!({"ph": "M", "name": "thread_sort_index", "pid": pid, "tid": tid, "args": {"sort_index": tid}}));
    }
    (ids, events)
}

/// Microseconds.
fn micros(time: Time) -> f64 {
    time.0 as f64 / 1e3
}

fn complete(slice: &Slice, ids: &Ids, names: &Names) -> Value {
    let (pid, tid) = ids[&slice.place];
    let mut event = json!({
        "ph": "X",
        "name": names.slice(slice),
        "cat": category(slice.what),
        "ts": micros(slice.from),
        "dur": slice.span().0 as f64 / 1e3,
        "pid": pid,
        "tid": tid,
    });
    if let Some(number) = slice.request {
        event["args"] = json!({"request": number});
    }
    event
}

fn category(what: What) -> &'static str {
    match what {
        What::Request | What::Opening => "request",
        What::State(_) | What::Parallel => "state",
        What::Switch | What::Waking | What::Chore | What::Linger => "thread",
        What::Phase(_) => "loop",
    }
}

/// The way of each chosen request: its own slice, then those of threads and calls in the order in which it comes to them. What goes on for it
/// after its client has given up is not on its way.
fn ways(slices: &[Slice]) -> BTreeMap<u64, Vec<&Slice>> {
    let mut ways = BTreeMap::new();
    for slice in slices {
        if let (Place::Request(number), 0) = (slice.place, slice.depth) {
            ways.insert(number, vec![slice]);
        }
    }
    for slice in slices.iter().filter(|slice| comes_to(slice)) {
        if let Some(way) = slice.request.and_then(|number| ways.get_mut(&number))
            && (way[0].from..way[0].to).contains(&slice.from)
        {
            way.push(slice);
        }
    }
    for way in ways.values_mut() {
        way[1..].sort_by_key(|slice| (slice.from, slice.place));
    }
    ways
}

/// Whether a request comes to a thread or a call with this slice.
fn comes_to(slice: &Slice) -> bool {
    let there = matches!(slice.place, Place::Thread { .. } | Place::Call { .. });
    there && matches!(slice.what, What::Request | What::Opening)
}

/// The flow through a way.
fn flow(number: u64, way: &[&Slice], ids: &Ids) -> Vec<Value> {
    let [own, steps @ ..] = way else {
        return Vec::new();
    };
    let point = |phase: &str, at: Time, place: Place| {
        let (pid, tid) = ids[&place];
        json!({"ph": phase, "name": "way", "cat": "way", "id": number, "ts": micros(at), "pid": pid, "tid": tid})
    };
    let mut events = vec![point("s", own.from, own.place)];
    events.extend(
        steps
            .iter()
            .map(|slice| point("t", slice.from, slice.place)),
    );
    let mut end = point("f", Time(own.to.0 - 1), own.place);
    end["bp"] = json!("e");
    events.push(end);
    events
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::experiment::Control;
    use crate::experiment::trace::{Asked, trace};
    use crate::scenario::{Embedded, load};

    fn traced(example: &str, contestant: &str) -> (Traced, Contestant) {
        let asked = Asked::Slowest {
            count: 2,
            endpoint: None,
        };
        asked_of(example, contestant, asked)
    }

    /// What a short run of a contestant of an example leaves.
    pub fn asked_of(example: &str, contestant: &str, asked: Asked) -> (Traced, Contestant) {
        let set = [
            "run.duration=2s".to_owned(),
            "arrivals.rate=300/s".to_owned(),
        ];
        let scenario = load(&Embedded, example, &set).unwrap_or_else(|wrong| panic!("{wrong}"));
        let at = scenario
            .contestants
            .iter()
            .position(|one| one.name == contestant);
        let at = at.expect("a contestant");
        let stop = AtomicBool::new(false);
        let traced = trace(&scenario, at, asked, 0, &Control::new(&stop, &())).expect("a trace");
        (traced, scenario.contestants[at].clone())
    }

    /// The rules of the format: every track has a name, complete events have a length and nest on their track, a flow begins, steps and ends inside
    /// of slices of its track, in the order of time.
    #[test]
    fn the_rules_of_the_format_are_kept() {
        for contestant in ["node-cluster", "django-gthread"] {
            let (traced, contestant) = traced("quickstart", contestant);
            let text = json(&traced, &contestant);
            let whole: Value = serde_json::from_str(&text).expect("JSON");
            let events = whole["traceEvents"].as_array().expect("events");
            let of = |phase: &str| {
                events
                    .iter()
                    .filter(move |event| event["ph"] == phase)
                    .collect::<Vec<_>>()
            };
            let track = |event: &Value| (event["pid"].as_u64(), event["tid"].as_u64());
            let named: Vec<_> = of("M")
                .into_iter()
                .filter(|event| event["name"] == "thread_name")
                .map(track)
                .collect();
            let ns = |event: &Value, key: &str| {
                (event[key].as_f64().expect("a time") * 1e3).round() as u64
            };
            let slices = of("X");
            assert!(
                slices.len() > 20
                    && slices
                        .iter()
                        .all(|slice| named.contains(&track(slice)) && ns(slice, "dur") > 0)
            );
            for pair in slices
                .windows(2)
                .filter(|pair| track(pair[0]) == track(pair[1]))
            {
                let (one, next) = (ns(pair[0], "ts"), ns(pair[1], "ts"));
                let (one_ends, next_ends) = (one + ns(pair[0], "dur"), next + ns(pair[1], "dur"));
                assert!(
                    one <= next && (next >= one_ends || next_ends <= one_ends),
                    "{pair:?}"
                );
            }
            let within = |event: &Value| {
                let at = ns(event, "ts");
                let mut on = slices.iter().filter(|slice| track(slice) == track(event));
                on.any(|slice| ns(slice, "ts") <= at && at < ns(slice, "ts") + ns(slice, "dur"))
            };
            for ended in &traced.trace.ended {
                let flow: Vec<&Value> = events
                    .iter()
                    .filter(|event| event["id"] == ended.number)
                    .collect();
                assert!(
                    flow.len() > 2 && flow.iter().all(|event| within(event)),
                    "{flow:?}"
                );
                assert!(
                    flow.windows(2)
                        .all(|pair| ns(pair[0], "ts") <= ns(pair[1], "ts"))
                );
                let phases: Vec<&str> = flow
                    .iter()
                    .filter_map(|event| event["ph"].as_str())
                    .collect();
                assert_eq!((phases[0], phases[phases.len() - 1]), ("s", "f"));
                assert!(
                    phases[1..phases.len() - 1]
                        .iter()
                        .all(|phase| *phase == "t")
                );
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let text = || {
            let (traced, contestant) = traced("quickstart", "node");
            json(&traced, &contestant)
        };
        assert_eq!(text(), text());
    }
}
