//! Node: how late a timer is.

use super::case::{COOLS_MS, Case, SLACK_US, host, waking};
use super::recorded::On;

/// CPU of a round that slept 1 ms to its timer, and of one that did not sleep, microseconds (`measured/loop-costs.csv`).
const ROUND_US: [f64; 2] = [35.2, 0.97];

/// Computation, then a timer: the round between them reads the clock. A round finds the core colder the longer it slept.
pub fn timeout(on: &On) -> Case {
    let [slept, awake] = ROUND_US;
    let extra = (slept - awake) / -((slept / 1e3 - 1.0) / COOLS_MS).exp_m1();
    let text = format!(
        r#"
[arrivals]
process = "closed"
{host}cold = {{ after = "{COOLS_MS}ms" }}
[endpoints.it]
steps = [{{ cpu = "uniform(0ms, 1ms)" }}, {{ wait = "2ms" }}]
[contestants.node]
model = "node-http"
cold = "{extra:.1}us"
before = []
after = []
"#,
        host = host(on, SLACK_US),
    );
    Case {
        name: "timeout",
        from: "gil-0",
        users: 1,
        seconds: 30,
        text,
        wake: waking(on, SLACK_US),
        files: Vec::new(),
    }
}
