//! Servers under users in a closed loop. What a request costs beside what is known of it comes from one user alone.

use super::case::{Case, host};
use super::recorded::Recorded;

/// Servers: a core that is woken by work of its own needs no time worth telling.
const BUSY: &str = "0.1us\n";

/// Of a server's recording under one user, milliseconds beside the known ones.
fn rest(alone: &str, cores: u32, known_ms: f64) -> f64 {
    let rest = Recorded::of(alone, cores).median() / 1000.0 - known_ms;
    assert!(rest > 0.0, "{alone}: {rest}");
    rest
}

/// `users` of the server that `text` describes.
fn served(
    name: &'static str,
    from: &'static str,
    users: u32,
    cores: u32,
    arrivals: &str,
    text: &str,
) -> Case {
    Case {
        name,
        from,
        users,
        seconds: 30,
        text: format!(
            "[arrivals]\nprocess = \"closed\"\n{arrivals}\n{}{text}",
            host(cores)
        ),
        wake: BUSY.to_owned(),
    }
}

/// Lists before and after the view, of so many milliseconds.
fn around(before_ms: f64, after_ms: f64) -> String {
    let list = |ms: f64| match ms {
        0.0 => String::new(),
        _ => format!("{{ cpu = \"{ms:.4}ms\" }}"),
    };
    format!(
        "before = [{}]\nafter = [{}]",
        list(before_ms),
        list(after_ms)
    )
}

/// gunicorn's threads under eight users, a connection for each request.
pub fn gthread(cores: u32) -> Case {
    let rest = rest("gthread-1", cores, 2.0) - 0.03;
    let text = format!(
        r#"
[clients]
keep_alive = false
[endpoints.it]
steps = [{{ cpu = "2ms" }}]
[contestants.gthread]
model = "django-gthread"
processes = 1
{}
"#,
        around(rest, 0.0)
    );
    served("gthread-8", "gthread-1", 8, cores, "", &text)
}

/// gunicorn's sync worker under three users 1 ms away, a connection for each request.
pub fn sync(cores: u32) -> Case {
    let text = format!(
        r#"
[clients]
keep_alive = false
latency = "1ms"
[endpoints.it]
steps = [{{ cpu = "1ms" }}]
[contestants.sync]
model = "django-sync"
processes = 1
{}
"#,
        around(rest("sync-1", cores, 5.0), 0.0)
    );
    // Until the client has closed.
    let think = "think = \"1ms\"";
    served("sync-3", "sync-1", 3, cores, think, &text)
}

/// Django's sync view under uvicorn, eight users.
pub fn asgi(cores: u32) -> Case {
    let half = rest("asgi-1", cores, 5.0 + 0.05 + 0.5) / 2.0;
    let text = format!(
        r#"
[endpoints.it]
steps = [{{ wait = "5ms" }}, {{ cpu = "0.5ms" }}]
[contestants.asgi]
model = "ideal"
executors.main = {{ tasks = 1 }}
lock = {{ switch_interval = "5ms", order = "random", barging = true }}
{}
"#,
        around(half, half)
    );
    served("asgi-8", "asgi-1", 8, cores, "", &text)
}

/// Four users of a pool of one connection, which a contestant holds for so long.
fn hold(
    name: &'static str,
    from: &'static str,
    cores: u32,
    rest_ms: f64,
    contestant: &str,
) -> Case {
    let text = format!(
        r#"
[services.postgres]
model = "ideal"
[services.postgres.endpoints.query]
steps = [{{ wait = "2ms" }}]
[endpoints.it]
steps = [{{ call = "postgres.query" }}, {{ cpu = "1ms" }}]
[contestants.it]
{contestant}
{}
"#,
        around(rest_ms / 2.0, rest_ms / 2.0)
    );
    served(name, from, 4, cores, "", &text)
}

/// Django: from the first query to the end of the request.
pub fn hold_django(cores: u32) -> Case {
    let from = "hold-django-1";
    let contestant = r#"
model = "django-gthread"
processes = 1
pools.postgres = { size = 1, hold = "request" }"#;
    let rest = rest(from, cores, 3.0) - 0.05;
    hold("hold-django-4", from, cores, rest, contestant)
}

/// node-postgres: for the query.
pub fn hold_node(cores: u32) -> Case {
    let from = "hold-node-1";
    let contestant = r#"
model = "node-http"
pools.postgres = { size = 1, hold = "call" }"#;
    hold(
        "hold-node-4",
        from,
        cores,
        rest(from, cores, 3.0),
        contestant,
    )
}
