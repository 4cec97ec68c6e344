//! Several stations: in a row, with feedback, with users who think; a loop around a delay.

use crossover::stats::theory::{Jackson, MachineRepair, Mm1, Station, mva};

use super::stations::{open, threads};
use super::{Case, Figure};

pub fn cases() -> Vec<Case> {
    vec![
        tandem(),
        feedback(),
        repair(1),
        repair(4),
        closed(),
        event_loop(),
    ]
}

/// A service that works in order of arrival, one at a time.
pub fn station(name: &str) -> String {
    format!(
        "[services.{name}]\nmodel = \"ideal\"\ncores = 1\n{}\n",
        threads(1)
    )
}

/// Two stations one after the other. Behind an M/M/1 comes a Poisson process (Burke 1956), and the sojourns of one customer
/// are independent (Reich 1957): two exponential laws of rates a and b, so
/// `P(sojourn > t) = (b e^{−at} − a e^{−bt}) / (b − a)`.
fn tandem() -> Case {
    let (lambda, first, second) = (700.0, 1e3, 1.25e3);
    let network = Jackson::tandem(lambda, &[(first, 1), (second, 1)]);
    let (a, b) = (first - lambda, second - lambda);
    let tail = |t: f64| (b * (-a * t).exp() - a * (-b * t).exp()) / (b - a);
    let (mut lo, mut hi) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (lo + hi);
        if tail(middle) > 0.01 {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    let steps =
        "{ call = \"one\", work = \"exp(1ms)\" }, { call = \"two\", work = \"exp(0.8ms)\" }";
    // The wire between client and app, and to the first station, both ways: constant, so it only adds.
    let wire = "clients = { latency = \"0.25ms\" }";
    let services = station("one") + "latency = \"0.1ms\"\n" + &station("two");
    let away = 2.0 * 0.25e-3 + 2.0 * 0.1e-3;
    Case {
        name: "tandem, ρ = 0.7 and 0.56",
        text: open(lambda, steps, wire, &services),
        load: lambda,
        seconds: 100.0,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, network.sojourn_mean().unwrap() + away),
            (Figure::Quantile(0.99), lo + away),
            (Figure::Use("one"), 0.7),
            (Figure::Use("two"), 0.56),
        ],
    }
}

/// Two visits on average, a geometric number: after each, one in two comes back.
fn feedback() -> Case {
    let network = Jackson::feedback(350.0, 1e3, 1, 0.5);
    let steps =
        "{ repeat = \"geometric(2)\", steps = [ { call = \"one\", work = \"exp(1ms)\" } ] }";
    Case {
        name: "feedback, 2 visits, ρ = 0.7",
        text: open(350.0, steps, "", &station("one")),
        load: 350.0,
        seconds: 200.0,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, network.sojourn_mean().unwrap()),
            (Figure::Use("one"), 0.7),
        ],
    }
}

/// Users with exponential think times and a contestant that serves them.
fn thinking(users: u32, think: &str, steps: &str, contestant: &str, rest: &str) -> String {
    format!(
        "arrivals = {{ process = \"closed\", users = {users}, think = \"{think}\" }}\n\
         [endpoints.page]\nsteps = [ {steps} ]\n\
         [contestants.x]\nmodel = \"ideal\"\n{contestant}\n{rest}\n"
    )
}

/// Forty machines that run for 50 ms / c on average and are repaired in 1 ms by `servers`.
fn repair(servers: u32) -> Case {
    let shop = MachineRepair {
        users: 40,
        think: 40e-3 / f64::from(servers),
        service: 1e-3,
        servers,
    };
    let think = format!("exp({}ms)", 40 / servers);
    let host = format!("[hosts.app]\ncores = {servers}");
    Case {
        name: if servers == 1 {
            "machine repair, 40 and 1"
        } else {
            "machine repair, 40 and 4"
        },
        text: thinking(
            40,
            &think,
            "{ cpu = \"exp(1ms)\" }",
            &threads(servers),
            &host,
        ),
        load: 40.0,
        seconds: 50.0,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, shop.response_mean()),
            (Figure::Throughput, shop.throughput()),
            (
                Figure::Use("cores"),
                shop.throughput() * 1e-3 / f64::from(servers),
            ),
        ],
    }
}

/// Twelve users, three stations, one of them visited twice, and a wait: exact mean value analysis. Think time and wait are
/// not exponential: at a delay only the mean matters (Baskett, Chandy, Muntz & Palacios 1975).
fn closed() -> Case {
    let stations = [
        Station::Queue(2.0 * 1e-3),
        Station::Queue(1.5e-3),
        Station::Queue(1.25e-3),
        Station::Delay(3e-3),
    ];
    let exact = mva(12, 10e-3, &stations);
    let steps = "{ name = \"a\", call = \"one\", work = \"exp(1ms)\" }, \
                 { name = \"b\", call = \"two\", work = \"exp(1.5ms)\" }, \
                 { name = \"c\", wait = \"uniform(1ms, 5ms)\" }, \
                 { name = \"d\", call = \"one\", work = \"exp(1ms)\" }, \
                 { name = \"e\", call = \"three\", work = \"exp(1.25ms)\" }";
    let services = station("one") + &station("two") + &station("three");
    Case {
        name: "12 users, 3 stations and a delay",
        text: thinking(12, "gamma(10ms, cv=0.5)", steps, "", &services),
        load: 12.0,
        seconds: 60.0,
        replications: 30,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, exact.response),
            (Figure::Throughput, exact.throughput),
            (Figure::Number, exact.throughput * exact.response),
            (Figure::Use("one"), exact.throughput * 2e-3),
            (Figure::Use("two"), exact.throughput * 1.5e-3),
        ],
    }
}

/// A loop: CPU, I/O, CPU. The callbacks of both halves stand in one queue in order of readiness and take the same
/// exponential time, so the network has product form (BCMP): two visits of an M/M/1, and the delay, whatever its law. Only
/// the mean: the visits of one request are not independent. The I/O is a call and not a `wait`: a loop's timers have a
/// phase of their own, and with it an order that depends on where a callback comes from.
fn event_loop() -> Case {
    let queue = Mm1 {
        lambda: 1600.0,
        mu: 2e3,
    };
    let steps = "{ name = \"parse\", cpu = \"exp(0.5ms)\" }, \
                 { name = \"ask\", call = \"db\", work = \"lognormal(20ms, cv=1)\" }, \
                 { name = \"render\", cpu = \"exp(0.5ms)\" }";
    let model = "executors.main = { carriers = 1, tasks = \"unlimited\" }";
    let rest = "[hosts.app]\ncores = 1\n[services.db]\nmodel = \"ideal\"";
    let mean = 2.0 * queue.sojourn_mean() + 20e-3;
    Case {
        name: "a loop around a delay, ρ = 0.8",
        text: open(800.0, steps, model, rest),
        load: 800.0,
        seconds: 60.0,
        replications: 40,
        seed: 0,
        warmup: 1,
        theory: vec![
            (Figure::Mean, mean),
            (Figure::Number, 800.0 * mean),
            (Figure::Use("loop"), 0.8),
            (Figure::Use("cores"), 0.8),
        ],
    }
}
