//! One mechanism replaced at a time: the fixtures that notice. `conformance/README.md` has the table that comes out.

use std::path::Path;

use crossover::kernel::Span;
use crossover::service::Phase::{Check, Closing, Poll, Timers};
use crossover::service::{Completions, Drain, DueOrder, Immediates, Model, Rounds, Slow, Takes};

use super::{Language, NODE, fixtures, node, order};

/// A mechanism, by what it is replaced, and fixtures that must notice.
struct Mutation {
    mechanism: &'static str,
    replaced_by: &'static str,
    change: Change,
    must: &'static [&'static str],
}

enum Change {
    /// Of the loop's rounds.
    Rounds(fn(&mut Rounds)),
    /// Of the rest of the model.
    Model(fn(&mut Model)),
    /// Of what the language makes of a program.
    Language(Language),
}

use Change::Rounds as R;

const MUTATIONS: [Mutation; 25] = [
    Mutation {
        mechanism: "microtask drain",
        replaced_by: "ticks and microtasks run only at the end of a phase",
        change: R(|rounds| rounds.drain = Drain::AfterPhase),
        must: &[
            "async-timers",
            "close-last-first",
            "completions-drain",
            "drain-between-immediates",
            "drain-between-ready",
            "drain-between-timers",
        ],
    },
    Mutation {
        mechanism: "drain to the end",
        replaced_by: "only what was queued when the drain began",
        change: R(|rounds| rounds.drain = Drain::Queued),
        must: &["micros-starve-loop", "ticks-starve-timers"],
    },
    Mutation {
        mechanism: "tick drain before micro",
        replaced_by: "microtasks first",
        change: R(|rounds| rounds.drain = Drain::MicrotasksFirst),
        must: &["async-one-hop", "tick-adds-micro", "tick-before-micro"],
    },
    Mutation {
        mechanism: "tick drain before micro",
        replaced_by: "ticks go between microtasks too",
        change: R(|rounds| rounds.drain = Drain::TicksBetween),
        must: &["micro-adds-tick"],
    },
    Mutation {
        mechanism: "await hops",
        replaced_by: "three microtasks instead of one",
        change: Change::Language(Language { hops: 3 }),
        must: &["async-interleaved", "async-one-hop"],
    },
    Mutation {
        mechanism: "timers last",
        replaced_by: "timers between poll and immediates",
        change: R(|rounds| rounds.phases = [Timers, Check, Closing, Poll, Timers]),
        must: &[
            "close-after-immediates",
            "mixture-nested",
            "mixture-phases",
            "timers-last-io",
        ],
    },
    Mutation {
        mechanism: "timers at the start",
        replaced_by: "no timers before the first poll",
        change: R(|rounds| rounds.phases[4] = Poll),
        must: &["timer-due-immediate-main"],
    },
    Mutation {
        mechanism: "immediates batch",
        replaced_by: "immediates set by immediates run in the same batch",
        change: R(|rounds| rounds.immediates = Immediates::All),
        must: &["immediates-next-iteration", "timer-chain-immediates"],
    },
    Mutation {
        mechanism: "immediates batch",
        replaced_by: "one immediate a turn",
        change: R(|rounds| rounds.immediates = Immediates::One),
        must: &["immediates-next-iteration"],
    },
    Mutation {
        mechanism: "close phase",
        replaced_by: "close callbacks before immediates",
        change: R(|rounds| rounds.phases = [Closing, Check, Timers, Poll, Timers]),
        must: &["close-after-immediates"],
    },
    Mutation {
        mechanism: "close phase",
        replaced_by: "close callbacks after timers",
        change: R(|rounds| rounds.phases = [Check, Timers, Closing, Poll, Timers]),
        must: &["close-after-immediates", "mixture-phases"],
    },
    Mutation {
        mechanism: "close order",
        replaced_by: "first closed first",
        change: R(|rounds| rounds.last_closed_first = false),
        must: &["close-in-close", "close-last-first"],
    },
    Mutation {
        mechanism: "poll batching",
        replaced_by: "one callback a turn",
        change: R(|rounds| rounds.events = 1),
        must: &["poll-batch", "poll-next-batch"],
    },
    Mutation {
        mechanism: "poll order",
        replaced_by: "the pool ahead of what became ready before it",
        change: R(|rounds| rounds.completions = Completions::First),
        must: &["poll-in-order-of-readiness"],
    },
    Mutation {
        mechanism: "completions in one batch",
        replaced_by: "a wake-up for each finished task",
        change: R(|rounds| rounds.completions = Completions::Apart),
        must: &["completions-one-wakeup"],
    },
    Mutation {
        mechanism: "one accept",
        replaced_by: "all waiting connections at once",
        change: Change::Model(|model| {
            if let Some(listen) = &mut model.listen {
                listen.accepts_per_wakeup = None;
            }
        }),
        must: &["accept-and-timers", "accept-one-a-turn"],
    },
    Mutation {
        mechanism: "pool FIFO",
        replaced_by: "last in, first out",
        change: Change::Model(|model| model.executors[1].takes = Takes::LastCome),
        must: &["pool-fifo", "slow-takes-turns"],
    },
    Mutation {
        mechanism: "pool size",
        replaced_by: "one thread more",
        change: Change::Model(|model| {
            let pool = &mut model.executors[1];
            pool.carriers = pool.carriers.map(|carriers| carriers + 1);
            pool.slow = Some(Slow::Half);
        }),
        must: &["pool-hashes-hold-reads"],
    },
    Mutation {
        mechanism: "slow cap",
        replaced_by: "look-ups are tasks like any other",
        change: Change::Model(|model| model.executors[1].slow = None),
        must: &["slow-cap-of-four", "slow-cap-of-two", "slow-takes-turns"],
    },
    Mutation {
        mechanism: "slow cap",
        replaced_by: "after a look-up the next one stays at the head",
        change: Change::Model(|model| model.executors[1].takes = Takes::SlowStays),
        must: &["slow-takes-turns"],
    },
    Mutation {
        mechanism: "whole-ms timers",
        replaced_by: "exact durations and clock",
        change: R(|rounds| rounds.timers = Some(Span(1))),
        must: &["timers-truncated"],
    },
    Mutation {
        mechanism: "timer lists",
        replaced_by: "each timer by itself, by due time",
        change: R(|rounds| rounds.due = DueOrder::Alone),
        must: &["timers-list-at-a-time"],
    },
    Mutation {
        mechanism: "timer lists",
        replaced_by: "last set first within a list",
        change: R(|rounds| rounds.due = DueOrder::LastSetFirst),
        must: &["timers-equal-fifo"],
    },
    Mutation {
        mechanism: "timer lists",
        replaced_by: "the list of the longest time first",
        change: R(|rounds| rounds.due = DueOrder::LongestFirst),
        must: &["timers-by-due-time"],
    },
    Mutation {
        mechanism: "timers' one now",
        replaced_by: "the clock is read before each timer",
        change: R(|rounds| rounds.one_now = false),
        must: &["timers-now-once", "timers-rearm-waits"],
    },
];

/// Those that none of these breaks, for what `conformance/README.md` says.
const UNBROKEN: [&str; 3] = [
    "timer-immediate-io",
    "timer-immediate-main",
    "timers-list-stops",
];

impl Mutation {
    /// The fixtures that come to no recorded order.
    fn broken(&self) -> Vec<String> {
        let node = node();
        let language = match self.change {
            Change::Language(language) => language,
            _ => NODE,
        };
        let change = |model: &mut Model| match self.change {
            Change::Rounds(change) => change(&mut model.executors[0].rounds),
            Change::Model(change) => change(model),
            Change::Language(_) => {}
        };
        fixtures()
            .into_iter()
            .filter(|fixture| {
                let order = order(&node.contestants[0], fixture, language, change);
                fixture.recorded.iter().all(|(seen, _)| *seen != order)
            })
            .map(|fixture| fixture.name)
            .collect()
    }

    /// Its row of the table.
    fn row(&self, broken: &[String]) -> String {
        let name = |name: &String| match self.must.contains(&name.as_str()) {
            true => format!("**{name}**"),
            false => name.clone(),
        };
        let broken: Vec<_> = broken.iter().map(name).collect();
        format!(
            "| {} | {} | {} |\n",
            self.mechanism,
            self.replaced_by,
            broken.join(", ")
        )
    }
}

#[test]
fn without_any_one_mechanism_a_fixture_comes_to_another_order() {
    let (mut rows, mut unnoticed, mut all) = (String::new(), Vec::new(), Vec::new());
    for mutation in MUTATIONS {
        let broken = mutation.broken();
        rows.push_str(&mutation.row(&broken));
        let held = |name: &&&str| !broken.iter().any(|broken| broken == *name);
        unnoticed.extend(
            mutation
                .must
                .iter()
                .filter(held)
                .map(|name| (mutation.replaced_by, *name)),
        );
        all.extend(broken);
    }
    println!("{rows}");
    assert!(unnoticed.is_empty(), "not noticed: {unnoticed:?}");
    let fixtures = fixtures();
    let unbroken = fixtures
        .iter()
        .filter(|fixture| !all.contains(&fixture.name));
    let unbroken: Vec<_> = unbroken.map(|fixture| fixture.name.as_str()).collect();
    assert_eq!(unbroken, UNBROKEN, "fixtures that nothing breaks");
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/README.md");
    let readme = std::fs::read_to_string(readme).expect("conformance/README.md is there");
    assert!(
        readme.contains(&rows),
        "conformance/README.md has another table"
    );
}
