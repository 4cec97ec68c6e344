//! The interpreter's lock: sleepers and I/O beside threads that compute.

use super::case::{Case, LOOK, host, waking};
use super::recorded::Recorded;

/// A sleeper beside threads that only compute.
pub fn gil(name: &'static str, threads: u32, interval: &str, seconds: u64) -> impl Fn(u32) -> Case {
    let interval = interval.to_owned();
    move |cores| {
        let computing: String = (0..threads)
            .map(|i| format!("[endpoints.compute{i}]\nsteps = [{{ cpu = \"1000s\" }}]\n"))
            .collect();
        let text = format!(
            r#"
[arrivals]
process = "closed"
think = "uniform(0.5ms, 1.5ms)"
{host}
[endpoints.sleeper]
steps = [{{ wait = "1ns" }}, {{ cpu = "1us" }}]
{computing}
[contestants.python]
model = "ideal"
executors.main = {{ carriers = {carriers}, tasks = 1 }}
lock = {{ switch_interval = "{interval}", order = "fifo", barging = true, look = "{LOOK}" }}
"#,
            host = host(cores),
            carriers = threads + 1,
        );
        Case {
            name,
            from: "gil-0",
            users: threads + 1,
            seconds,
            text,
            wake: waking(cores),
            files: Vec::new(),
        }
    }
}

/// A thread that asks over a socket beside one that computes.
pub fn convoy(cores: u32) -> Case {
    // Three times: the other end wakes, sleeps 0.2 ms, wakes, and this end wakes.
    let alone = Recorded::of("convoy-0", cores).pooled();
    let wake = alone
        .iter()
        .map(|us| format!("{:.2}us\n", ((us / 3.0 - 209.0) / 3.0).max(0.1)));
    let trip = r#"{ native = "3us" }, { call = "other.answer" }, { cpu = "1us" }"#;
    let text = format!(
        r#"
[arrivals]
process = "closed"
{host}
[services.other]
model = "ideal"
host = "app"
executors.main = {{ carriers = 1, tasks = 1 }}
[services.other.endpoints.answer]
steps = [{{ cpu = "3us" }}, {{ wait = "150us" }}, {{ cpu = "3us" }}]
[endpoints.trips]
steps = [{trip}, {trip}, {trip}]
[endpoints.compute]
steps = [{{ cpu = "1000s" }}]
[contestants.python]
model = "ideal"
executors.main = {{ carriers = 2, tasks = 1 }}
lock = {{ switch_interval = "1ms", order = "fifo", barging = true, look = "{LOOK}" }}
"#,
        host = host(cores),
    );
    Case {
        name: "convoy-1",
        from: "convoy-0",
        users: 2,
        seconds: 40,
        text,
        wake: wake.collect(),
        files: Vec::new(),
    }
}
