//! One station in order of arrival: M/M/1, M/G/1, M/M/c, loss, and the many ways in which a model file can say "c at a time".

use crossover::stats::theory::{Md1, Mg1, Mm1, Mmc, Mmck};

use super::{Case, Figure};

/// A contestant under Poisson arrivals at `rate`, with one endpoint of these steps.
pub fn open(rate: f64, steps: &str, contestant: &str, rest: &str) -> String {
    format!(
        "arrivals = {{ process = \"poisson\", rate = \"{rate}/s\" }}\n\
         \
         [endpoints.page]\nsteps = [ {steps} ]\n\
         [contestants.x]\nmodel = \"ideal\"\n{contestant}\n{rest}\n"
    )
}

/// `carriers` threads with one task each.
pub fn threads(carriers: u32) -> String {
    format!("executors.main = {{ carriers = {carriers}, tasks = 1 }}")
}

/// The app's host with so many cores.
pub fn cores(cores: u32) -> String {
    format!("[hosts.app]\ncores = {cores}")
}

/// Their steps take 1 ms on average.
const EXP: &str = "{ cpu = \"exp(1ms)\" }";
const SERVICE: f64 = 1e-3;

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        mm1(),
        mm1_heavy(),
        overloaded(),
        md1(),
        gamma(),
        lognormal(),
    ];
    cases.extend([mm16(), loss(4, 5, 4_400.0), loss(1, 0, 900.0)]);
    cases.extend(four_servers());
    cases
}

/// One thread on one core.
fn mm1() -> Case {
    let queue = Mm1 {
        lambda: 800.0,
        mu: 1e3,
    };
    Case {
        name: "M/M/1, ρ = 0.8",
        text: open(800.0, EXP, &threads(1), &cores(1)),
        load: 800.0,
        seconds: 250.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Quantile(0.99), queue.sojourn_quantile(0.99)),
            // An exponential law's deviation is its mean.
            (Figure::Deviation, queue.sojourn_mean()),
            (Figure::Number, queue.number_mean()),
            (Figure::Throughput, queue.lambda),
            (Figure::Use("cores"), queue.rho()),
            (Figure::Use("threads"), queue.rho()),
        ],
    }
}

fn mm1_heavy() -> Case {
    let queue = Mm1 {
        lambda: 950.0,
        mu: 1e3,
    };
    Case {
        name: "M/M/1, ρ = 0.95",
        text: open(950.0, EXP, &threads(1), &cores(1)),
        load: 950.0,
        seconds: 1000.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Quantile(0.99), queue.sojourn_quantile(0.99)),
            (Figure::Use("cores"), queue.rho()),
        ],
    }
}

/// More comes than one thread can do: it is always busy, and does what it can (utilisation law).
fn overloaded() -> Case {
    Case {
        name: "M/M/1, ρ = 1.25",
        text: open(1250.0, EXP, &threads(1), &cores(1)),
        load: 1250.0,
        seconds: 50.0,
        replications: 20,
        seed: 0,
        warmup: 1,
        theory: vec![(Figure::Throughput, 1e3), (Figure::Use("cores"), 1.0)],
    }
}

fn md1() -> Case {
    let queue = Md1 {
        lambda: 800.0,
        service: SERVICE,
    };
    // Takács: Var W = E[W]² + λ E[S³] / (3 (1 − ρ)) (Kleinrock, eq. 5.113); the service has no variance.
    let wait = queue.sojourn_mean() - SERVICE;
    let variance = wait * wait + 800.0 * SERVICE.powi(3) / (3.0 * 0.2);
    Case {
        name: "M/D/1, ρ = 0.8",
        text: open(800.0, "{ cpu = \"1ms\" }", &threads(1), &cores(1)),
        load: 800.0,
        seconds: 150.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Deviation, variance.sqrt()),
            (Figure::Quantile(0.99), queue.sojourn_quantile(0.99)),
            (Figure::Use("cores"), 0.8),
        ],
    }
}

/// Two exponential phases: gamma with cv² = 1/2.
fn gamma() -> Case {
    let queue = Mg1 {
        lambda: 800.0,
        service: SERVICE,
        scv: 0.5,
    };
    Case {
        name: "M/E₂/1, ρ = 0.8",
        text: open(
            800.0,
            "{ cpu = \"gamma(1ms, cv=0.7071067811865476)\" }",
            &threads(1),
            &cores(1),
        ),
        load: 800.0,
        seconds: 150.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![(Figure::Mean, queue.sojourn_mean())],
    }
}

fn lognormal() -> Case {
    let queue = Mg1 {
        lambda: 500.0,
        service: SERVICE,
        scv: 4.0,
    };
    Case {
        name: "M/G/1, lognormal cv 2, ρ = 0.5",
        text: open(
            500.0,
            "{ cpu = \"lognormal(1ms, cv=2)\" }",
            &threads(1),
            &cores(1),
        ),
        load: 500.0,
        seconds: 400.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Use("cores"), 0.5),
        ],
    }
}

fn mm16() -> Case {
    let queue = Mmc {
        lambda: 14_400.0,
        mu: 1e3,
        servers: 16,
    };
    Case {
        name: "M/M/16, ρ = 0.9",
        text: open(queue.lambda, EXP, &threads(16), &cores(16)),
        load: queue.lambda,
        seconds: 12.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Quantile(0.99), queue.sojourn_quantile(0.99)),
            (Figure::Number, queue.lambda * queue.sojourn_mean()),
            (Figure::Use("cores"), queue.rho()),
            (Figure::Use("threads"), queue.rho()),
        ],
    }
}

/// A backlog of b holds b + 1, so K = c + b + 1. Every request opens a connection: a kept one would pass the backlog by.
fn loss(servers: u32, backlog: u32, rate: f64) -> Case {
    let queue = Mmck {
        lambda: rate,
        mu: 1e3,
        servers,
        capacity: servers + backlog + 1,
    };
    let model = format!(
        "{}\nlisten = {{ policy = \"shared\", backlog = {backlog}, overflow = \"refuse\" }}\n\
         queue = {{ admit = \"idle-only\" }}\nclients = {{ keep_alive = false }}",
        threads(servers)
    );
    Case {
        name: if servers == 1 {
            "M/M/1/2, λ/μ = 0.9"
        } else {
            "M/M/4/10, ρ = 1.1"
        },
        text: open(rate, EXP, &model, &cores(servers)),
        load: rate,
        seconds: 40_000.0 / rate,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Loss, queue.loss()),
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Number, queue.number_mean()),
            (Figure::Throughput, queue.throughput()),
            (
                Figure::Use("threads"),
                queue.throughput() * SERVICE / f64::from(servers),
            ),
        ],
    }
}

/// M/M/4 by six different mechanisms: each must give Erlang C.
fn four_servers() -> Vec<Case> {
    let infinite = "[services.db]\nmodel = \"ideal\"";
    let call = "{ call = \"db\", work = \"exp(1ms)\" }";
    let processes = format!("processes = 4\n{}", threads(1));
    let listening = format!(
        "{processes}\nlisten = {{ policy = \"shared\" }}\nclients = {{ keep_alive = false }}"
    );
    let native = "executors.main = { carriers = 1, tasks = \"unlimited\" }\n\
                  executors.uv = { carriers = 4, tasks = 1 }\nplace = { native = \"uv\" }";
    let cold = "[hosts.app]\ncores = 4\nswitch_cost = \"0s\"\ncold = { after = \"1ms\" }";
    let make = |name, text| {
        let queue = Mmc {
            lambda: 3_400.0,
            mu: 1e3,
            servers: 4,
        };
        Case {
            name,
            text,
            load: queue.lambda,
            seconds: 25.0,
            replications: 30,
            seed: 0,
            warmup: 1,
            theory: vec![
                (Figure::Mean, queue.sojourn_mean()),
                (Figure::Quantile(0.99), queue.sojourn_quantile(0.99)),
            ],
        }
    };
    let rate = 3_400.0;
    vec![
        make(
            "M/M/4: threads under the scheduler",
            open(rate, EXP, &threads(4), cold),
        ),
        make("M/M/4: 4 processes", open(rate, EXP, &processes, &cores(4))),
        make(
            "M/M/4: 4 processes accept",
            open(rate, EXP, &listening, &cores(4)),
        ),
        make(
            "M/M/4: a pool of 4 connections",
            open(rate, call, "pools = { db = { size = 4 } }", infinite),
        ),
        make(
            "M/M/4: a service of 4 threads",
            open(rate, call, "", &format!("{infinite}\n{}", threads(4))),
        ),
        make(
            "M/M/4: native on 4 threads of a loop",
            open(rate, "{ native = \"exp(1ms)\" }", native, &cores(8)),
        ),
        make(
            "M/M/4: 4 connections of clients",
            open(rate, EXP, "clients = { connections = 4 }", ""),
        ),
    ]
}
