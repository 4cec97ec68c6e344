//! The bare workloads of the benchmarks: on the ordinary engine, and as the smallest loop that serves the same customers.

use std::collections::VecDeque;

use crossover::host::Host;
use crossover::kernel::{Agenda, Dist, Key, Path, Span, Time};
use crossover::scenario::{Contestant, Service, System};
use crossover::service::{Executor, Model};
use crossover::workload::{Action, Arrivals, Clients, Endpoint, Loads, OpenProcess, Step};
use crossover::world::{Plan, Setting};

/// A workload both can run: `servers` threads with one CPU burst, or (1 loop) CPU, I/O, CPU.
#[derive(Clone, Copy)]
pub struct Workload {
    /// What it is called in the table.
    pub name: &'static str,
    /// Arrivals per second.
    pub rate: f64,
    /// Threads, each with a core; a loop has one.
    pub servers: u32,
    /// Mean of each CPU burst.
    pub cpu_ms: f64,
    /// Mean of the I/O between two bursts of a loop.
    pub io_ms: Option<f64>,
    /// How many customers, on average.
    pub customers: u64,
}

/// Those whose cost is printed.
pub const WORKLOADS: [Workload; 5] = [
    Workload {
        name: "mm1 at 0.9",
        rate: 900.0,
        servers: 1,
        cpu_ms: 1.0,
        io_ms: None,
        customers: 200_000,
    },
    Workload {
        name: "mm16 at 0.9",
        rate: 14_400.0,
        servers: 16,
        cpu_ms: 1.0,
        io_ms: None,
        customers: 200_000,
    },
    Workload {
        name: "loop, 16 pending",
        rate: 800.0,
        servers: 1,
        cpu_ms: 0.5,
        io_ms: Some(20.0),
        customers: 200_000,
    },
    Workload {
        name: "loop, 4,000 pending",
        rate: 800.0,
        servers: 1,
        cpu_ms: 0.5,
        io_ms: Some(5_000.0),
        customers: 200_000,
    },
    Workload {
        name: "loop, 100,000 pending",
        rate: 800.0,
        servers: 1,
        cpu_ms: 0.5,
        io_ms: Some(125_000.0),
        customers: 1_000_000,
    },
];

impl Workload {
    fn exp(ms: f64) -> Dist {
        Dist::Exp { mean: ms * 1e6 }
    }

    /// Compiled for the ordinary engine.
    pub fn plan(&self) -> Plan {
        let cpu = |name: &str| Step {
            name: name.to_owned(),
            path: Path::ROOT.child(name),
            action: Action::Cpu {
                work: Self::exp(self.cpu_ms),
                ratio: 1.0,
                kind: "logic".to_owned(),
                in_one_call: false,
            },
        };
        let mut steps = vec![cpu("first")];
        if let Some(io_ms) = self.io_ms {
            steps.push(Step {
                name: "io".to_owned(),
                path: Path::ROOT.child("io"),
                action: Action::Wait {
                    time: Self::exp(io_ms),
                },
            });
            steps.push(cpu("second"));
        }
        let mut model = Model::ideal("bench");
        model.executors = vec![match self.io_ms {
            Some(_) => Executor::event_loop("main"),
            None => Executor::threads("main", Some(self.servers)),
        }];
        let endpoints = vec![Endpoint {
            name: "page".to_owned(),
            weight: 1.0,
            steps,
        }];
        let service = Service {
            name: "app".to_owned(),
            host: 0,
            latency: Span::ZERO,
            model,
            endpoints,
        };
        let hosts = vec![Host::ideal("app", Some(self.servers))];
        let system = System {
            clients: Clients::default(),
            hosts,
            services: vec![service],
        };
        let contestant = Contestant {
            name: "bench".to_owned(),
            system,
        };
        let arrivals = Arrivals::Open {
            process: OpenProcess::Poisson,
            rate: Loads::Sweep,
        };
        Plan::compile(
            &contestant,
            &arrivals,
            Setting::new(self.rate, self.horizon()),
        )
    }

    fn horizon(&self) -> Span {
        Span::from_secs_f64(self.customers as f64 / self.rate)
    }

    /// The floor: customers are (arrival, dice) in a queue for the servers; events are arrivals, ends of service, ends of I/O.
    pub fn floor(&self) -> u64 {
        let (gap, cpu, io) = (
            Self::exp(1e3 / self.rate),
            Self::exp(self.cpu_ms),
            self.io_ms.map(Self::exp),
        );
        let [at_gap, at_first, at_io, at_second] =
            ["gap", "first", "io", "second"].map(|name| Path::ROOT.child(name));
        let source = Key::root(1, 0);
        let end = Time::ZERO + self.horizon();
        let mut agenda = Agenda::new(0);
        let mut customers: Vec<(Time, Key, bool)> = Vec::new();
        let mut free: Vec<u32> = Vec::new();
        let mut queue: VecDeque<u32> = VecDeque::new();
        let (mut idle, mut ordinal, mut sum) = (self.servers, 0, 0);
        agenda.schedule(Time::ZERO + gap.sample(source.nth(0).word(at_gap)), 0, 0);
        while let Some(event) = agenda.pop() {
            let now = event.time;
            if now > end {
                break;
            }
            match event.kind {
                0 => {
                    let key = source.nth(ordinal);
                    ordinal += 1;
                    agenda.schedule(now + gap.sample(source.nth(ordinal).word(at_gap)), 0, 0);
                    let id = free.pop().unwrap_or(customers.len() as u32);
                    if id as usize == customers.len() {
                        customers.push((now, key, false));
                    }
                    customers[id as usize] = (now, key, false);
                    queue.push_back(id);
                }
                1 => {
                    idle += 1;
                    let (arrived, key, second) = customers[event.index as usize];
                    match &io {
                        Some(io) if !second => {
                            agenda.schedule(now + io.sample(key.word(at_io)), 2, event.index);
                        }
                        _ => {
                            sum += now.since(arrived).0;
                            free.push(event.index);
                        }
                    }
                }
                _ => {
                    customers[event.index as usize].2 = true;
                    queue.push_back(event.index);
                }
            }
            if idle > 0
                && let Some(id) = queue.pop_front()
            {
                idle -= 1;
                let (_, key, second) = customers[id as usize];
                let path = if second { at_second } else { at_first };
                agenda.schedule(now + cpu.sample(key.word(path)), 1, id);
            }
        }
        sum
    }
}
