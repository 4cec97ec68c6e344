//! Node: how late a timer is.

use super::case::{Case, host, waking};

/// Computation, then a timer: the round between them reads the clock.
pub fn timeout(cores: u32) -> Case {
    let text = format!(
        r#"
[arrivals]
process = "closed"
{host}
[endpoints.it]
steps = [{{ cpu = "uniform(0ms, 1ms)" }}, {{ wait = "2ms" }}]
[contestants.node]
model = "node-http"
before = []
after = []
"#,
        host = host(cores),
    );
    Case {
        name: "timeout",
        from: "gil-0",
        users: 1,
        seconds: 30,
        text,
        wake: waking(cores),
        files: Vec::new(),
    }
}
