//! The loop against real Node: every program of `conformance/order/` must come to an order that was recorded.
//!
//! The programs run on `models/node-http.toml` as the files have it, by the same code as requests. Then one mechanism at a time is
//! replaced by another ([`mutations`]), and at least the fixtures named with it must come to another order: a fixture that nothing can break
//! holds nothing. `cargo test --test it conformance -- --nocapture` prints both tables; the second stands in `conformance/README.md`.

mod mutations;

use std::path::Path;

use crossover::kernel::Span;
use crossover::scenario::{Contestant, Scenario};
use crossover::service::Model;
use crossover::world::{Act, play};
use serde_json::Value;

use crate::support::scenario;

struct Fixture {
    name: String,
    title: String,
    threads: u32,
    program: Value,
    recorded: Vec<(Vec<String>, u64)>,
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/order");
    let mut all: Vec<Fixture> = std::fs::read_dir(folder)
        .expect("conformance/order is there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let value: Value = serde_json::from_str(&text).expect("JSON");
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            fixture(&name, &value)
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn fixture(name: &str, value: &Value) -> Fixture {
    let recorded = value["recorded"]["orders"].as_array().expect("orders");
    let order = |entry: &Value| {
        let labels = entry["order"].as_array().expect("an order");
        let labels = labels.iter().map(text).collect();
        (labels, entry["count"].as_u64().expect("a count"))
    };
    Fixture {
        name: name.to_owned(),
        title: text(&value["title"]),
        threads: value["threads"].as_u64().unwrap_or(4) as u32,
        program: value["program"].clone(),
        recorded: recorded.iter().map(order).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// "5ms".
fn span(value: &Value) -> Span {
    let text = value.as_str().and_then(|text| text.strip_suffix("ms"));
    Span::from_millis(text.and_then(|ms| ms.parse().ok()).expect("milliseconds"))
}

fn millis(value: &Value) -> Span {
    Span::from_nanos_f64(value.as_f64().expect("milliseconds") * 1e6)
}

/// What an op means in callbacks: where what Node does is not the loop's own doing, but V8's.
#[derive(Clone, Copy)]
struct Language {
    /// Microtasks that `await` of a resolved promise takes.
    hops: u32,
}

/// Node's.
const NODE: Language = Language { hops: 1 };

impl Language {
    fn acts(self, ops: &Value) -> Vec<Act> {
        self.list(ops.as_array().expect("a list of ops"))
    }

    /// A list; what follows an `await` is a callback of its own.
    fn list(self, ops: &[Value]) -> Vec<Act> {
        let mut all = Vec::new();
        for (i, op) in ops.iter().enumerate() {
            let Some(awaited) = op.get("await") else {
                all.extend(self.act(op));
                continue;
            };
            let rest = self.hop(&ops[i + 1..]);
            all.push(match awaited {
                Value::String(what) if what == "resolved" => rest,
                Value::String(_) => Act::Immediate(vec![rest]),
                timer => Act::Timeout(millis(&timer["timeout"]), vec![rest]),
            });
            return all;
        }
        all
    }

    /// One op; an async function runs at once as far as its first `await`.
    fn act(self, op: &Value) -> Vec<Act> {
        let (key, value) = op
            .as_object()
            .and_then(|op| {
                op.iter()
                    .find(|(key, _)| !["run", "each"].contains(&key.as_str()))
            })
            .expect("an op");
        let pool = |work, slow, run| Act::Pool { work, slow, run };
        vec![match key.as_str() {
            "log" => Act::Log(text(value)),
            "tick" => Act::Tick(self.acts(value)),
            "micro" => Act::Micro(self.acts(value)),
            "immediate" | "repeat" => {
                let times = op.get("repeat").and_then(Value::as_u64).unwrap_or(1);
                immediates(times, &self.acts(&op["immediate"]))
            }
            "timeout" => Act::Timeout(millis(value), self.acts(&op["run"])),
            "block" => Act::Block(span(value)),
            "hash" => pool(span(value), false, self.acts(&op["run"])),
            "lookup" => pool(span(value), true, self.acts(&op["run"])),
            "read" => pool(Span::from_micros(10), false, self.acts(value)),
            "close" => Act::Close(self.acts(value)),
            "ready" => Act::Ready(self.acts(value)),
            "async" => return self.acts(value),
            "connect" => Act::Connections(
                value.as_u64().expect("a number") as u32,
                self.acts(&op["each"]),
            ),
            other => panic!("unknown op `{other}`"),
        }]
    }

    /// What follows an `await`, behind its microtasks.
    fn hop(self, ops: &[Value]) -> Act {
        let first = Act::Micro(self.list(ops));
        (1..self.hops).fold(first, |rest, _| Act::Micro(vec![rest]))
    }
}

/// So many, each of which starts the next.
fn immediates(times: u64, acts: &[Act]) -> Act {
    let mut acts = acts.to_vec();
    if times > 1 {
        let next = immediates(times - 1, &acts);
        acts.push(next);
    }
    Act::Immediate(acts)
}

/// Eight cores, so that a pool's threads do not compete for them.
fn node() -> Scenario {
    scenario(
        r#"
        [arrivals]
        process = "poisson"
        rate = "1/s"
        [hosts.app]
        cores = 8
        [endpoints.page]
        steps = [{ native = "1ms" }]
        [contestants.node]
        model = "node-http"
        "#,
    )
}

/// The order to which a program comes on a loop that `change` has changed.
fn order(
    contestant: &Contestant,
    fixture: &Fixture,
    language: Language,
    change: impl Fn(&mut Model),
) -> Vec<String> {
    let mut contestant = contestant.clone();
    let model = &mut contestant.system.services[0].model;
    model.executors[1].carriers = Some(fixture.threads);
    change(model);
    play(&contestant, &language.acts(&fixture.program))
}

#[test]
fn real_node_came_to_the_same_orders() {
    let (node, mut wrong) = (node(), Vec::new());
    for fixture in fixtures() {
        let order = order(&node.contestants[0], &fixture, NODE, |_| {});
        let seen = fixture.recorded.iter().find(|(seen, _)| *seen == order);
        let runs: u64 = fixture.recorded.iter().map(|(_, count)| count).sum();
        let count = seen.map_or(0, |(_, count)| *count);
        println!("{count:4} of {runs}  {:28} {}", fixture.name, fixture.title);
        assert!(runs >= 200, "{} was recorded too rarely", fixture.name);
        if seen.is_none() {
            wrong.push(format!(
                "{}: simulated {order:?}, recorded {:?}",
                fixture.name, fixture.recorded
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
