//! Programs of callbacks, as people write them to learn a loop's order: run by the same loop, pool and cores as requests.
//!
//! A script is what an endpoint's steps are compiled to, written by hand: bursts, timers, work for the pool, and callbacks that
//! start others. `conformance/order/` has such programs with the orders in which real Node ran them.
//!
//! ```text
//!  main program ─► its ticks and microtasks ─► due timers ─► round after round, until nothing is left
//! ```

use super::compile::Setting;
use super::plan::{AuxPlan, Hop, NONE, Op, Pc, Plan};
use super::state::World;
use super::task::Role;
use crate::kernel::{Dist, Path, Span};
use crate::measure::Component;
use crate::scenario::Contestant;
use crate::service::Tasks;
use crate::workload::Arrivals;

/// No script is played longer.
const LONGEST: Span = Span::from_secs(100);

/// What a callback does, one after another.
#[derive(Clone, Debug)]
pub enum Act {
    /// Notes a label.
    Log(String),
    /// Computes for so long.
    Block(Span),
    /// Starts a callback behind this one.
    Tick(Vec<Act>),
    /// Starts one behind this one and all ticks.
    Micro(Vec<Act>),
    /// Starts one in the next check phase.
    Immediate(Vec<Act>),
    /// Starts one in the next closing phase.
    Close(Vec<Act>),
    /// Makes something readable whose callback this is.
    Ready(Vec<Act>),
    /// Starts a timer.
    Timeout(Span, Vec<Act>),
    /// Gives work to the pool: `slow` as of a name look-up.
    Pool {
        /// How much.
        work: Span,
        /// Whether the pool limits how much of it runs at once.
        slow: bool,
        /// The callback.
        run: Vec<Act>,
    },
    /// So many connections wait to be accepted, each with this callback.
    Connections(u32, Vec<Act>),
}

/// Plays a program on the first process of a contestant's app, which is an event loop, and returns the labels in the order
/// in which they were noted. The app's first auxiliary executor is the pool.
///
/// # Panics
///
/// If the app is no event loop, or work is given to a pool that it does not have.
#[must_use]
pub fn play(contestant: &Contestant, program: &[Act]) -> Vec<String> {
    let model = &contestant.system.services[0].model;
    assert_eq!(model.executors[0].tasks, Tasks::Unlimited, "no event loop");
    let arrivals = Arrivals::Replay { times: [].into() };
    let mut plan = Plan::compile(contestant, &arrivals, Setting::new(1.0, LONGEST));
    let pool = plan.services[0].aux.first();
    let mut script = Script {
        limits_slow: pool.is_some_and(AuxPlan::limits_slow),
        ops: &mut plan.ops,
        labels: Vec::new(),
        connections: Vec::new(),
    };
    let main = script.callback(Vec::new(), program);
    let (labels, connections) = (script.labels, script.connections);
    let log = World::new(&plan, 1, 0).play(main, &connections);
    log.into_iter()
        .map(|label| labels[label as usize].clone())
        .collect()
}

struct Script<'a> {
    ops: &'a mut Vec<Op>,
    /// Whether the pool limits slow work.
    limits_slow: bool,
    labels: Vec<String>,
    /// How many, and where their callback begins.
    connections: Vec<(u32, Pc)>,
}

impl Script<'_> {
    /// Compiles a callback, behind those it starts. Returns where it begins.
    fn callback(&mut self, mut ops: Vec<Op>, acts: &[Act]) -> Pc {
        for act in acts {
            ops.extend(self.act(act));
        }
        let entry = self.ops.len() as Pc;
        self.ops.append(&mut ops);
        self.ops.push(Op::End);
        entry
    }

    fn act(&mut self, act: &Act) -> Option<Op> {
        let (path, constant) = (Path::ROOT, |span: Span| Dist::Constant(span));
        let (first, run) = match act {
            Act::Log(label) => {
                self.labels.push(label.clone());
                return Some(Op::Log(self.labels.len() as u32 - 1));
            }
            Act::Block(span) => {
                let law = constant(*span);
                return Some(Op::Burst {
                    law,
                    path,
                    native: false,
                });
            }
            Act::Connections(count, run) => {
                let entry = self.callback(Vec::new(), run);
                self.connections.push((*count, entry));
                return None;
            }
            Act::Tick(run) => (vec![Op::Hop(Hop::Tick)], run),
            Act::Micro(run) => (vec![Op::Hop(Hop::Micro)], run),
            Act::Immediate(run) => (vec![Op::Hop(Hop::Check)], run),
            Act::Close(run) => (vec![Op::Hop(Hop::Closing)], run),
            Act::Ready(run) => (vec![Op::Hop(Hop::Ready)], run),
            Act::Timeout(span, run) => {
                let law = constant(*span);
                (vec![Op::Timer { law, path }], run)
            }
            Act::Pool { work, slow, run } => {
                let (law, slow) = (constant(*work), *slow && self.limits_slow);
                let work = Op::Burst {
                    law,
                    path,
                    native: true,
                };
                let away = Op::Away { executor: 0, slow };
                (vec![away, work, Op::Back { slow }], run)
            }
        };
        Some(Op::Spawn(self.callback(first, run)))
    }
}

impl World<'_> {
    /// Plays a script from its main program on.
    fn play(mut self, main: Pc, connections: &[(u32, Pc)]) -> Vec<u32> {
        for &(count, entry) in connections {
            for _ in 0..count {
                let task = self.detached(entry);
                self.services[0].accept[0].push(&mut self.tasks, task);
            }
        }
        let task = self.detached(main);
        self.enter_loop(0, task);
        while let Some(next) = self.soon.pop_front() {
            self.follow(next);
        }
        self.run_through();
        self.log
    }

    fn detached(&mut self, entry: Pc) -> u32 {
        let task = self
            .tasks
            .add(Role::Detached, self.source, self.now, Component::WaitAccept);
        let hot = &mut self.tasks.hot[task as usize];
        (hot.pc, hot.process, hot.carrier) = (entry, 0, self.processes[0].loop_carrier);
        hot.connection = NONE;
        task
    }
}
