//! Mechanisms with a closed form of their own: clients and pools that lose patience, bounded queues, branches, caches, a
//! lock that native work leaves.

use crossover::stats::theory::{Mg1, Mm1, Mmc, Mmck};

use super::networks::station;
use super::stations::{cores, open, threads};
use super::{Case, Figure};

pub fn cases() -> Vec<Case> {
    let event_loop = "executors.main = { carriers = 1, tasks = \"unlimited\" }";
    vec![
        impatient_clients(),
        impatient_pool(),
        capacity("M/M/4/9: a bounded queue", &threads(4), 4, 5),
        capacity("M/M/1/4: a loop's bounded queue", event_loop, 1, 3),
        hyperexponential(),
        fork_join("fork and join of two M/M/1", ""),
        fork_join("fork and join on a loop", event_loop),
        native_beside_lock(),
        below_limit(),
        time_to_live(),
        least_recently_used(),
        collector(),
        workers(),
    ]
}

const EXP: &str = "{ cpu = \"exp(1ms)\" }";

fn case(name: &'static str, text: String, load: f64, theory: Vec<(Figure, f64)>) -> Case {
    Case {
        name,
        text,
        load,
        seconds: 40_000.0 / load,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory,
    }
}

/// Clients give up after τ and the server does not notice: the sojourn stays that of the M/M/1, cut off at τ.
fn impatient_clients() -> Case {
    let queue = Mm1 {
        lambda: 800.0,
        mu: 1e3,
    };
    let (rate, patience) = (queue.mu - queue.lambda, 8e-3);
    let late = (-rate * patience).exp();
    let model = format!("{}\nclients = {{ timeout = \"8ms\" }}", threads(1));
    case(
        "M/M/1, clients give up after 8 ms",
        open(800.0, EXP, &model, &cores(1)),
        800.0,
        vec![
            (Figure::Loss, late),
            (Figure::Mean, 1.0 / rate - patience * late / (1.0 - late)),
            (Figure::Number, queue.number_mean() * (1.0 - late)),
            (Figure::Use("cores"), queue.rho()),
        ],
    )
}

/// M/M/1+D: who waits for τ goes away unserved. The wait that an arrival would have has the density `p λ e^{−(μ−λ)w}` up to τ
/// and `p λ e^{λτ} e^{−μw}` beyond, `p` the probability of an idle server (Barrer 1957; Baccelli & Hebuterne 1981).
fn impatient_pool() -> Case {
    let (lambda, mu, patience) = (900.0, 1e3, 3e-3);
    let late = f64::exp(-(mu - lambda) * patience);
    let idle = 1.0 / (1.0 + lambda * (1.0 - late) / (mu - lambda) + lambda / mu * late);
    let loss = idle * lambda / mu * late;
    let pool = "pools = { db = { size = 1, acquire_timeout = \"3ms\" } }";
    case(
        "M/M/1+D: a pool with a time-out",
        open(
            lambda,
            "{ call = \"db\", work = \"exp(1ms)\" }",
            pool,
            "[services.db]\nmodel = \"ideal\"",
        ),
        lambda,
        vec![
            (Figure::Loss, loss),
            (Figure::Throughput, lambda * (1.0 - loss)),
            (Figure::Use("pool_db"), 1.0 - idle),
        ],
    )
}

/// What waits inside a process beyond its capacity is refused: K = c + capacity.
fn capacity(name: &'static str, main: &str, servers: u32, capacity: u32) -> Case {
    let queue = Mmck {
        lambda: 1100.0 * f64::from(servers),
        mu: 1e3,
        servers,
        capacity: servers + capacity,
    };
    let model = format!("{main}\nqueue = {{ admit = \"always\", capacity = {capacity} }}");
    case(
        name,
        open(queue.lambda, EXP, &model, &cores(servers)),
        queue.lambda,
        vec![
            (Figure::Loss, queue.loss()),
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Number, queue.number_mean()),
        ],
    )
}

/// Three in four take 0.5 ms, the others 2.5 ms, both exponential: E[S²] = 2 (0.75 × 0.25 + 0.25 × 6.25) = 3.5, c² = 2.5.
fn hyperexponential() -> Case {
    let queue = Mg1 {
        lambda: 600.0,
        service: 1e-3,
        scv: 2.5,
    };
    let steps = "{ choose = [ { weight = 3, steps = [ { cpu = \"exp(0.5ms)\" } ] }, \
                 { weight = 1, steps = [ { cpu = \"exp(2.5ms)\" } ] } ] }";
    case(
        "M/H₂/1, a choice, ρ = 0.6",
        open(600.0, steps, &threads(1), &cores(1)),
        600.0,
        vec![(Figure::Mean, queue.sojourn_mean())],
    )
}

/// Both halves at once, on with the later: `(12 − ρ) / 8` times an M/M/1's sojourn (Flatto & Hahn 1984; Nelson & Tantawi 1988).
fn fork_join(name: &'static str, model: &str) -> Case {
    let queue = Mm1 {
        lambda: 600.0,
        mu: 1e3,
    };
    let steps = "{ parallel = [ [ { call = \"one\", work = \"exp(1ms)\" } ], \
                 [ { call = \"two\", work = \"exp(1ms)\" } ] ] }";
    case(
        name,
        open(600.0, steps, model, &(station("one") + &station("two"))),
        600.0,
        vec![
            (
                Figure::Mean,
                (12.0 - queue.rho()) / 8.0 * queue.sojourn_mean(),
            ),
            (Figure::Use("one"), queue.rho()),
        ],
    )
}

/// Native work lets the lock go: two cores are two servers.
fn native_beside_lock() -> Case {
    let queue = Mmc {
        lambda: 1500.0,
        mu: 1e3,
        servers: 2,
    };
    let model = format!("{}\nlock = {{ switch_interval = \"5ms\" }}", threads(8));
    case(
        "native work beside a lock, 2 cores",
        open(1500.0, "{ native = \"exp(1ms)\" }", &model, &cores(2)),
        1500.0,
        vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Use("cores"), queue.rho()),
        ],
    )
}

/// Processes that take one connection at a time from sockets of their own: four M/M/1 that wait in the kernel.
fn below_limit() -> Case {
    let queue = Mm1 {
        lambda: 700.0,
        mu: 1e3,
    };
    let model = format!(
        "processes = 4\n{}\nlisten = {{ policy = \"per-process\" }}\n\
         queue = {{ admit = \"below-limit\", limit = 1 }}\nclients = {{ keep_alive = false }}",
        threads(1)
    );
    case(
        "4 × M/M/1: one connection at a time",
        open(2800.0, EXP, &model, &cores(4)),
        2800.0,
        vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Use("cores"), queue.rho()),
        ],
    )
}

/// A key asked for at the rate r lives for t after each miss: one miss in `1 + r t` (a renewal cycle). A miss costs 1 µs.
fn time_to_live() -> Case {
    let steps = "{ cached = \"local\", key = \"uniform(0, 99)\", ttl = \"100ms\", miss = [ { wait = \"1us\" } ] }";
    case(
        "a cache of 100 keys that live 100 ms",
        open(2000.0, steps, "", ""),
        2000.0,
        vec![(Figure::Mean, 1e-6 / (1.0 + 20.0 * 0.1))],
    )
}

/// Keys that are all as likely: of 100, the 30 used last are there.
fn least_recently_used() -> Case {
    let steps = "{ cached = \"local\", key = \"uniform(0, 99)\", miss = [ { wait = \"1us\" } ] }";
    case(
        "a cache of 30 among 100 keys",
        open(2000.0, steps, "caches = { local = { entries = 30 } }", ""),
        2000.0,
        vec![(Figure::Mean, 0.7e-6)],
    )
}

/// A pause of 1 ms on average after 10 ms of work, and 3 ms after every second one: work takes 1.25 times as long.
fn collector() -> Case {
    let model = "executors.main = { carriers = 1, tasks = \"unlimited\" }\n\
                 gc = { allocates = \"100MB/s\", young = \"1MB\", minor = \"exp(1ms)\", \
                 survives = \"50%\", old = \"1MB\", major = \"exp(3ms)\" }";
    case(
        "a loop that collects garbage",
        open(600.0, EXP, model, &cores(1)),
        600.0,
        vec![(Figure::Use("loop"), 0.75), (Figure::Use("cores"), 0.75)],
    )
}

/// A loop that hands everything to two worker threads, at no cost: M/M/2.
fn workers() -> Case {
    let queue = Mmc {
        lambda: 1500.0,
        mu: 1e3,
        servers: 2,
    };
    let model = "executors.main = { carriers = 1, tasks = \"unlimited\" }\n\
                 executors.workers = { carriers = 2 }\nplace = { image = \"workers\" }";
    case(
        "2 worker threads behind a loop",
        open(
            1500.0,
            "{ cpu = \"exp(1ms)\", kind = \"image\" }",
            model,
            &cores(3),
        ),
        1500.0,
        vec![
            (Figure::Mean, queue.sojourn_mean()),
            (Figure::Use("workers"), queue.rho()),
            (Figure::Use("cores"), 0.5),
        ],
    )
}
