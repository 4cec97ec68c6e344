//! Each state of the account alone: a request, and if it must be another in its way, that spends all its time in one state.

use crossover::measure::Component;

use super::{MS, at, trace};

/// b's whole latency is in one state; a, if there is one, is in its way.
fn alone(state: Component, ns: u64, text: &str) {
    let script: &[_] = if text.contains("endpoints.a") {
        &[at("0ms", "a"), at("0ms", "b")]
    } else {
        &[at("0ms", "b")]
    };
    trace(text, script).took("b", &[(state, ns)]);
}

const WAY: &str = r#"endpoints.a.steps = [{ cpu = "7ms" }]
    endpoints.b.steps = []"#;

/// One connection on the client's side; a has it for 7 ms; b itself takes no time.
#[test]
fn wait_client() {
    let text = format!("{WAY}\n clients.connections = 1\n [contestants.ideal]");
    alone(Component::WaitClient, 7 * MS, &text);
}

/// One worker that accepts when idle; a has it for 7 ms.
#[test]
fn wait_accept() {
    let text = format!(
        "{WAY}\n [contestants.sync]\n listen = {{}}\n executors.main = {{ carriers = 1, tasks = 1 }}"
    );
    alone(Component::WaitAccept, 7 * MS, &text);
}

/// One loop; a has it for 7 ms.
#[test]
fn wait_worker() {
    let text = format!(
        "{WAY}\n [contestants.node]\n executors.main = {{ carriers = 1, tasks = \"unlimited\" }}"
    );
    alone(Component::WaitWorker, 7 * MS, &text);
}

/// Two threads under a lock without patience; a has it for 7 ms; b has it for 1 ns at the end, its shortest burst.
#[test]
fn wait_lock() {
    let text = r#"endpoints.a.steps = [{ cpu = "7ms" }]
        endpoints.b.steps = [{ cpu = "1ns" }]
        [contestants.python]
        executors.main = { carriers = 2, tasks = 1 }
        lock = {}"#;
    trace(text, &[at("0ms", "a"), at("0ms", "b")])
        .took("b", &[(Component::WaitLock, 7 * MS), (Component::Cpu, 1)]);
}

/// One core and a slice of 9 ms: a has the core for 7 ms; b for 1 ns at the end.
#[test]
fn wait_core() {
    let text = r#"endpoints.a.steps = [{ cpu = "7ms" }]
        endpoints.b.steps = [{ cpu = "1ns" }]
        hosts.app = { cores = 1, slice = "9ms" }
        [contestants.threads]"#;
    trace(text, &[at("0ms", "a"), at("0ms", "b")])
        .took("b", &[(Component::WaitCore, 7 * MS), (Component::Cpu, 1)]);
}

/// Work.
#[test]
fn cpu() {
    alone(
        Component::Cpu,
        7 * MS,
        "endpoints.b.steps = [{ cpu = \"7ms\" }]\n[contestants.ideal]",
    );
}

/// A core idle for 40 ms, cold after 1 ns: the whole extra, 7 ms, before 1 ns of work.
#[test]
fn cold() {
    let text = r#"endpoints.b.steps = [{ cpu = "1ns" }]
        hosts.app = { cores = 1, cold = { after = "1ns" } }
        [contestants.one]
        executors.main = { carriers = 1, tasks = 1 }
        cold = "7ms""#;
    trace(text, &[at("40ms", "b")]).took("b", &[(Component::Cold, 7 * MS), (Component::Cpu, 1)]);
}

/// A pool of one thread; a's native work has it for 7 ms; b's takes 1 ns.
#[test]
fn wait_pool() {
    let text = r#"endpoints.a.steps = [{ native = "7ms" }]
        endpoints.b.steps = [{ native = "1ns" }]
        [contestants.node]
        executors.main = { carriers = 1, tasks = "unlimited" }
        executors.pool = { carriers = 1 }
        place.native = "pool""#;
    trace(text, &[at("0ms", "a"), at("0ms", "b")]).took(
        "b",
        &[(Component::WaitPool, 7 * MS), (Component::Native, 1)],
    );
}

/// Native work.
#[test]
fn native() {
    alone(
        Component::Native,
        7 * MS,
        "endpoints.b.steps = [{ native = \"7ms\" }]\n[contestants.ideal]",
    );
}

/// A heap of 1,000 bytes, full after 10 µs of work: a leaves room for 0.1 byte, b's 1 ns of work fills it. The pause: 7 ms.
#[test]
fn gc() {
    let text = r#"endpoints.a.steps = [{ cpu = "9999ns" }]
        endpoints.b.steps = [{ cpu = "1ns" }]
        [contestants.node]
        executors.main = { carriers = 1, tasks = "unlimited" }
        gc = { allocates = "100MB/s", young = "1000B", minor = "7ms" }"#;
    trace(text, &[at("0ms", "a"), at("1ms", "b")])
        .took("b", &[(Component::Gc, 7 * MS), (Component::Cpu, 1)]);
}

/// A pool of one connection; a has it for 7 ms; b's call takes no time.
#[test]
fn wait_connection() {
    let text = r#"services.db = {}
        endpoints.a.steps = [{ call = "db", work = "7ms" }]
        endpoints.b.steps = [{ call = "db" }]
        [contestants.app]
        pools.db = { size = 1 }"#;
    alone(Component::WaitConnection, 7 * MS, text);
}

/// A call.
#[test]
fn call() {
    let text = r#"services.db = {}
        endpoints.b.steps = [{ call = "db", work = "7ms" }]
        [contestants.app]"#;
    alone(Component::Call, 7 * MS, text);
}

/// The wire, there and back, to the app and to a service that does nothing: 2 × 1 + 2 × 2.5 ms.
#[test]
fn network() {
    let text = r#"clients.latency = "1ms"
        services.db.latency = "2.5ms"
        endpoints.b.steps = [{ call = "db" }]
        [contestants.app]"#;
    alone(Component::Network, 7 * MS, text);
}

/// A timer.
#[test]
fn timer() {
    alone(
        Component::Timer,
        7 * MS,
        "endpoints.b.steps = [{ wait = \"7ms\" }]\n[contestants.ideal]",
    );
}
