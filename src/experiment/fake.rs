//! A simulator for tests: each contestant is an M/M/1 in order of arrival, simulated by Lindley's recursion.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use super::simulator::{Plan, Simulator};
use crate::kernel::{Dist, Path, Span, Time};
use crate::measure::{Account, Component, Failure, Outcome, Recorder, Resource};
use crate::scenario::{Contestant, RunSettings, Scenario, Service, Slo, System};
use crate::service::Model;
use crate::stats::synthetic::Mm1;
use crate::workload::{Action, Arrivals, Clients, Endpoint, Loads, OpenProcess, Step};
use crate::world::{Demand, Demands};

/// Contestants by mean service time in milliseconds at the measured ratios, with the ratio of their language.
pub struct Queues {
    pub services: Vec<(f64, f64)>,
    /// Cancels the study once this many replications have been run.
    pub cancel_after: Option<(u32, &'static AtomicBool)>,
    pub runs: AtomicU32,
    /// Failures: of a hundred requests, this many.
    pub failing: u64,
}

impl Queues {
    pub fn new(services: &[(f64, f64)]) -> Self {
        Self {
            services: services.to_vec(),
            cancel_after: None,
            runs: AtomicU32::new(0),
            failing: 0,
        }
    }

    fn service_ms(&self, contestant: usize, language: f64) -> f64 {
        let (ms, ratio) = self.services[contestant];
        ms * ratio.powf(language - 1.0)
    }

    /// A scenario for these contestants.
    pub fn scenario(&self, loads: Loads, slo: Slo) -> Scenario {
        let contestants = self
            .services
            .iter()
            .enumerate()
            .map(|(i, (ms, ratio))| contestant(i, *ms, *ratio))
            .collect();
        Scenario {
            name: "queues".to_owned(),
            title: "Queues".to_owned(),
            cpu_measured_in: None,
            arrivals: Arrivals::Open {
                process: OpenProcess::Poisson,
                rate: loads,
            },
            run: RunSettings::default(),
            slo,
            expected: None,
            variations: Vec::new(),
            expectations: Vec::new(),
            contestants,
            languages: crate::scenario::Languages::default(),
            digest: "0".repeat(16),
        }
    }
}

fn contestant(index: usize, ms: f64, ratio: f64) -> Contestant {
    let mut model = Model::ideal("queue");
    model.language = Some(if ratio == 1.0 { "one" } else { "other" }.to_owned());
    let work = Dist::Exp { mean: ms * 1e6 };
    let step = Step {
        name: "work".to_owned(),
        path: Path::ROOT,
        action: Action::Cpu {
            work,
            ratio,
            kind: "logic".to_owned(),
            in_one_call: false,
        },
    };
    let endpoint = Endpoint {
        name: "page".to_owned(),
        weight: 1.0,
        steps: vec![step],
    };
    let service = Service {
        name: "app".to_owned(),
        host: 0,
        latency: Span::ZERO,
        model,
        endpoints: vec![endpoint],
    };
    let system = System {
        clients: Clients::default(),
        hosts: Vec::new(),
        services: vec![service],
    };
    Contestant {
        name: ["a", "b", "c", "d"][index].to_owned(),
        system,
    }
}

fn server() -> Resource {
    Resource {
        name: "server".to_owned(),
        units: Some(1),
        part: false,
    }
}

pub struct Queue<'a> {
    owner: &'a Queues,
    rho: f64,
    service_ns: f64,
    horizon: Span,
    resources: Vec<Resource>,
}

impl<'a> Simulator for &'a Queues {
    type Plan = Queue<'a>;

    fn compile(&self, contestant: usize, load: f64, horizon: Span, language: f64) -> Queue<'a> {
        let service_ns = self.service_ms(contestant, language) * 1e6;
        Queue {
            owner: self,
            rho: load * service_ns * 1e-9,
            service_ns,
            horizon,
            resources: vec![server()],
        }
    }

    fn demands(&self, contestant: usize, _rate: f64, language: f64) -> Demands {
        let ns = self.service_ms(contestant, language) * 1e6;
        Demands {
            resources: vec![Demand {
                resource: server(),
                ns,
            }],
            zero_load_ns: ns,
        }
    }
}

impl Plan for Queue<'_> {
    fn resources(&self) -> &[Resource] {
        &self.resources
    }

    fn run(&self, seed: u64, replication: u64) -> Outcome {
        if let Some((runs, flag)) = self.owner.cancel_after
            && self.owner.runs.fetch_add(1, Relaxed) + 1 >= runs
        {
            flag.store(true, Relaxed);
        }
        let end = self.horizon.as_nanos_f64() / self.service_ns;
        let dice = Mm1::new(self.rho, seed * 1000 + replication);
        let requests: Vec<(f64, f64)> = dice.take_while(|(arrival, _)| *arrival < end).collect();
        let span = |services: f64| Span::from_nanos_f64(services * self.service_ns);
        let come = requests
            .iter()
            .map(|(arrival, _)| (Time::ZERO + span(*arrival), None));
        let go = requests.iter().map(|(arrival, sojourn)| {
            let sojourn = span(*sojourn);
            (Time::ZERO + span(*arrival) + sojourn, Some(sojourn))
        });
        // Two runs that ascend, but for a nanosecond: which sorting only has to merge.
        let mut events: Vec<(Time, Option<Span>)> = come.chain(go).collect();
        events.sort();
        self.play(&events)
    }
}

impl Queue<'_> {
    fn play(&self, events: &[(Time, Option<Span>)]) -> Outcome {
        let mut recorder = Recorder::new(self.horizon, 1, 1);
        let stop = Time::ZERO + self.horizon;
        let mut handled = 0;
        let mut fails = 0;
        for (at, what) in events.iter().take_while(|(at, _)| *at < stop) {
            while *at >= recorder.segment_end() {
                let boundary = recorder.segment_end();
                recorder.next_segment(boundary);
            }
            handled += 1;
            match what {
                None => {
                    recorder.offered(0, *at);
                }
                Some(span)
                    if {
                        fails = (fails + self.owner.failing) % 100;
                        fails < self.owner.failing
                    } =>
                {
                    recorder.failed(0, *at, *span, Failure::Shed);
                }
                Some(span) => {
                    let mut account = Account::default();
                    *account.entry(Component::WaitWorker) = span.0;
                    recorder.succeeded(0, *at, *span, &account);
                    recorder.busy(0, self.service_ns as u64);
                }
            }
        }
        recorder.finish(handled, 51_000_000)
    }
}
