//! The interpreter's lock: sleepers and I/O beside threads that compute.

use super::case::{Case, LOOK, SLACK_US, host, lines, slack_us, waking};
use super::recorded::{On, Recorded};

/// A sleeper beside threads that only compute.
pub fn gil(name: &'static str, threads: u32, interval: &str, seconds: u64) -> impl Fn(&On) -> Case {
    let interval = interval.to_owned();
    move |on| {
        let (from, slack_us) = match threads {
            1 => ("gil-0", SLACK_US),
            _ => ("gil-0, gil-1", slack_us(on)),
        };
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
            host = host(on, slack_us),
            carriers = threads + 1,
        );
        Case {
            name,
            from,
            users: threads + 1,
            seconds,
            text,
            wake: waking(on, slack_us),
            files: Vec::new(),
        }
    }
}

/// A thread that asks over a socket beside one that computes.
pub fn convoy(on: &On) -> Case {
    // Three times: the other end wakes, sleeps 0.2 ms, wakes, and this end wakes.
    let alone = Recorded::of("convoy-0", on).pooled();
    let sends = Recorded::all("convoy-0", on.cores);
    let slack_us = slack_us(on);
    let wake = alone
        .iter()
        .map(|us| format!("{:.2}us\n", ((us / 3.0 - 159.0 - slack_us) / 3.0).max(0.1)));
    let trip = r#"{ native = "samples(sent.csv)" }, { call = "other.answer" }, { cpu = "1us" }"#;
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
        host = host(on, slack_us),
    );
    Case {
        name: "convoy-1",
        from: "convoy-0, gil-1",
        users: 2,
        seconds: 40,
        text,
        wake: wake.collect(),
        files: vec![("sent.csv", lines(sends.stage("sent"), 0.0))],
    }
}
