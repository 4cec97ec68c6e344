//! Cores that are shared, and servers for all: processor sharing, M/G/∞, and disciplines that exponential work cannot tell apart.

use crossover::stats::theory::{Mg1, Mm1, Mmc};

use super::stations::{cores, open, threads};
use super::{Case, Figure};

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        sharing("PS, exponential, ρ = 0.5", "exp(1ms)"),
        sharing("PS, constant, ρ = 0.5", "1ms"),
        sharing("PS, bimodal, ρ = 0.5", "bimodal(0.5ms, 5.5ms, 10%)"),
        short_among_long(),
        two_services(),
    ];
    cases.extend(any_order());
    cases.extend([per_process(), gil()]);
    cases.extend([
        infinite("M/M/∞", "{ wait = \"exp(20ms)\" }"),
        infinite("M/D/∞", "{ cpu = \"20ms\" }"),
        infinite(
            "M/G/∞, lognormal cv 2",
            "{ wait = \"lognormal(20ms, cv=2)\" }",
        ),
    ]);
    cases
}

/// A host whose scheduler comes near to sharing: slices of a hundredth of the mean work, no preference, no cost.
const FINE: &str = "[hosts.app]\ncores = 1\nslice = \"10us\"";

/// A thread for each request on one core.
fn sharing(name: &'static str, work: &str) -> Case {
    let queue = Mg1 {
        lambda: 500.0,
        service: 1e-3,
        scv: 0.0, // does not matter
    };
    Case {
        name,
        text: open(500.0, &format!("{{ cpu = \"{work}\" }}"), "", FINE),
        load: 500.0,
        seconds: 50.0,
        replications: 20,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sharing_sojourn_mean()),
            (Figure::Use("cores"), queue.rho()),
        ],
    }
}

/// Nine in ten need 0.5 ms, the others 5.5 ms: each takes `work / (1 − ρ)`.
fn short_among_long() -> Case {
    let queue = Mg1 {
        lambda: 500.0,
        service: 1e-3,
        scv: 0.0,
    };
    let text = format!(
        "arrivals = {{ process = \"poisson\", rate = \"500/s\" }}\n\
         [endpoints.short]\nweight = 9\nsteps = [ {{ cpu = \"0.5ms\" }} ]\n\
         [endpoints.long]\nweight = 1\nsteps = [ {{ cpu = \"5.5ms\" }} ]\n\
         [contestants.x]\nmodel = \"ideal\"\n{FINE}\n"
    );
    Case {
        name: "PS, short among long, ρ = 0.5",
        text,
        load: 500.0,
        seconds: 50.0,
        replications: 20,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::MeanOf(0), queue.sharing_sojourn_of(0.5e-3)),
            (Figure::MeanOf(1), queue.sharing_sojourn_of(5.5e-3)),
        ],
    }
}

/// The app and what it calls share one core and one scheduler: 1 ms in each, 2 ms of work in all.
fn two_services() -> Case {
    let queue = Mg1 {
        lambda: 250.0,
        service: 2e-3,
        scv: 0.0,
    };
    let steps = "{ cpu = \"exp(1ms)\" }, { call = \"db\", work = \"1ms\" }";
    let db = "[services.db]\nmodel = \"ideal\"\nhost = \"app\"";
    Case {
        name: "PS, two services on a core, ρ = 0.5",
        text: open(250.0, steps, "", &format!("{FINE}\n{db}")),
        load: 250.0,
        seconds: 60.0,
        replications: 20,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sharing_sojourn_mean()),
            (Figure::Use("cores"), queue.rho()),
        ],
    }
}

/// As long as no core idles while somebody waits and nobody's order depends on how long work will take, exponential work
/// makes the number in the system a birth-and-death process: the mean is that of order of arrival (Kleinrock, vol. 2,
/// section 3.4), whatever the slice and whoever preempts whom.
fn any_order() -> Vec<Case> {
    let make = |name, contestant: &str, servers, host: &str| {
        let queue = Mmc {
            lambda: 850.0 * f64::from(servers),
            mu: 1e3,
            servers,
        };
        Case {
            name,
            text: open(queue.lambda, "{ cpu = \"exp(1ms)\" }", contestant, host),
            load: queue.lambda,
            seconds: 200.0 / f64::from(servers),
            replications: 30,
            seed: 0,
            warmup: 1,
            theory: vec![
                (Figure::Mean, queue.sojourn_mean()),
                (Figure::Number, queue.lambda * queue.sojourn_mean()),
                (Figure::Use("cores"), queue.rho()),
            ],
        }
    };
    let processes = format!("processes = 3\n{}", threads(4));
    vec![
        make("4 cores, a thread each", "", 4, &cores(4)),
        make("2 cores, 8 threads", &threads(8), 2, &cores(2)),
        make(
            "2 cores, 3 processes of 4 threads",
            &processes,
            2,
            &cores(2),
        ),
    ]
}

/// A lock that costs nothing to pass on is one server, whoever gets it next and however often it changes hands.
fn gil() -> Case {
    let queue = Mm1 {
        lambda: 700.0,
        mu: 1e3,
    };
    let model = format!(
        "{}\nlock = {{ switch_interval = \"5ms\", order = \"random\", barging = true }}",
        threads(8)
    );
    Case {
        name: "a lock among 8 threads, 4 cores",
        text: open(700.0, "{ cpu = \"exp(1ms)\" }", &model, &cores(4)),
        load: 700.0,
        seconds: 100.0,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Use("lock"), queue.rho()),
        ],
    }
}

/// A hash splits a Poisson process into independent ones: four M/M/1.
fn per_process() -> Case {
    let queue = Mm1 {
        lambda: 700.0,
        mu: 1e3,
    };
    let model = format!(
        "processes = 4\n{}\nlisten = {{ policy = \"per-process\" }}\nclients = {{ keep_alive = false }}",
        threads(1)
    );
    Case {
        name: "4 × M/M/1: a socket per process",
        text: open(2800.0, "{ cpu = \"exp(1ms)\" }", &model, &cores(4)),
        load: 2800.0,
        seconds: 30.0,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Quantile(0.99), queue.sojourn_quantile(0.99)),
        ],
    }
}

/// The empty model: a server for everyone.
fn infinite(name: &'static str, step: &str) -> Case {
    let queue = Mg1 {
        lambda: 1000.0,
        service: 20e-3,
        scv: 0.0, // does not matter
    };
    Case {
        name,
        text: open(1000.0, step, "", ""),
        load: 1000.0,
        seconds: 50.0,
        replications: 20,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Number, queue.infinite_servers_number_mean()),
            (Figure::Mean, 20e-3),
        ],
    }
}
