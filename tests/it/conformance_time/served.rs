//! Servers under users in a closed loop. What a request costs comes from a lone user, whose requests were stamped on their way;
//! how fast a core goes cold from `measured/cold-gaps.csv`; how long an idle one takes to wake from the sleeps of `gil-0`.
//!
//! What a stage was recorded to take is given out once: where the simulator wakes a thread itself, the time that takes is
//! taken off. The rest is drawn from the recorded stage, so that it varies as it did.

use super::case::{COOLS_MS, Case, SLACK_US, host, lines, wakes, waking};
use super::recorded::{On, Recorded, quantile};

fn median(recorded_us: &[f64]) -> f64 {
    quantile(recorded_us, 0.5)
}

/// What a server's part of a request is drawn from, each a file of times.
type Files = Vec<(&'static str, String)>;

/// `users` of the server that `text` describes.
fn served(
    (name, from): (&'static str, &'static str),
    users: u32,
    on: &On,
    text: &str,
    files: Files,
) -> Case {
    let host = host(on, SLACK_US);
    let text = format!(
        "arrivals.process = \"closed\"\n{text}\n{host}cold = {{ after = \"{COOLS_MS}ms\" }}\n"
    );
    Case {
        name,
        from,
        users,
        seconds: 30,
        text,
        wake: waking(on, SLACK_US),
        files,
    }
}

/// gunicorn's threads under eight users, a connection for each request. One user's requests come back to back: the core is warm.
pub fn gthread(on: &On) -> Case {
    let alone = Recorded::of("gthread-1", on);
    let wake = median(&wakes(on));
    // The main thread's part is the model's, and so are the system calls, at which the lock is free for a moment.
    let files = vec![
        ("before.csv", lines(alone.stage("called"), wake + 30.0)),
        ("after.csv", lines(alone.stage("user"), wake)),
    ];
    let text = r#"
[clients]
keep_alive = false
[endpoints.it]
steps = [{ cpu = "2ms" }]
[contestants.gthread]
model = "django-gthread"
processes = 1
before = [{ native = "0.5us" }, { native = "0.5us" }, { native = "1us" }, { cpu = "samples(before.csv)" }]
after = [{ cpu = "samples(after.csv)" }, { native = "1us" }, { native = "1us" }]
"#;
    served(("gthread-8", "gthread-1"), 8, on, text, files)
}

/// gunicorn's sync worker under three users 1 ms away, a connection for each request.
///
/// A user 0 ms away has the worker warm, one 1 ms away finds it cold after 5 ms; among three it waits 2 ms for each client's close.
/// The users wake too: late from each sleep, and when the answer comes, which is all that takes longer after the answer.
pub fn sync(on: &On) -> Case {
    let (near, far) = (Recorded::of("sync-0", on), Recorded::of("sync-1", on));
    let wake = median(&wakes(on));
    let (warm, cold) = (near.stage("called"), far.stage("called"));
    let dearer = median(cold) - 3_000.0 - wake - median(warm);
    let extra = dearer / -(-5.0_f64 / COOLS_MS).exp_m1();
    // As warm, but varying as on a cold core.
    let files = vec![
        (
            "before.csv",
            lines(cold, median(cold) - median(warm) + wake),
        ),
        ("after.csv", lines(near.stage("user"), wake)),
    ];
    let text = format!(
        r#"
arrivals.think = "{think}us"
[clients]
keep_alive = false
latency = "{way}us"
[endpoints.it]
steps = [{{ cpu = "1ms" }}]
[contestants.sync]
model = "django-sync"
processes = 1
before = [{{ cpu = "samples(before.csv)" }}]
after = [{{ cpu = "samples(after.csv)" }}]
cold = {{ extra = "{extra:.1}us", over = "0.2ms" }}
"#,
        // From the answer to the close: woken by the answer, a way, then the next, each sleep with its own waking.
        think = (1_000.0 + wake).round(),
        way = (1_000.0 + 1.5 * wake).round(),
    );
    served(("sync-3", "sync-0, sync-1"), 3, on, &text, files)
}

/// Django's sync view under uvicorn, eight users: three hops, of the signal that a request begins, of the view, and of closing the
/// response. That last one comes after the answer; here it comes before the next request's own work.
///
/// A user whose view sleeps 0 ms keeps everything warm; one whose view sleeps 5 ms finds a cold core when it wakes. What was recorded up to the signal is
/// half the loop's and half the thread's, which was not recorded apart; between the signal and the view and after it, the loop's; each less what the
/// model says of hops and threads. While the first user wakes and asks again, the server closes: that takes about a hop, and the rest of it is in the
/// next request's first stage. On two cores, what handing over from one to the other takes is the simulator's: the stages are those of one core.
pub fn asgi(on: &On) -> Case {
    let one = On { cores: 1, ..*on };
    let (warm, cold) = (Recorded::of("asgi-0", &one), Recorded::of("asgi-1", &one));
    let wake = median(&wakes(&one));
    let dearer = cold.median() - warm.median() - 5_000.0 - SLACK_US - wake;
    let extra = dearer / -(-5.0_f64 / COOLS_MS).exp_m1();
    // The model's: a way, on the thread, and on a new one.
    let (hop, pickup, begin) = (16.0, 17.0, 16.0);
    let half: Vec<f64> = warm.stage("started").iter().map(|us| us / 2.0).collect();
    let files = vec![
        ("parse.csv", lines(&half, hop)),
        ("signal.csv", lines(&half, hop + pickup + begin)),
        ("route.csv", lines(warm.stage("viewed"), hop + pickup)),
        ("respond.csv", lines(warm.stage("user"), wake + hop)),
    ];
    let text = format!(
        r#"
[endpoints.it]
steps = [{{ wait = "5ms" }}, {{ cpu = "0.5ms" }}]
[contestants.asgi]
model = "django-asgi-sync-views"
processes = 1
executors.sync.start = "0us" # in what was recorded
cold.extra = "{extra:.1}us"
before = [
  {{ name = "close", hop = "sync", steps = [] }},
  {{ name = "parse", cpu = "samples(parse.csv)" }},
  {{ name = "signal", hop = "sync", steps = [{{ cpu = "samples(signal.csv)" }}] }},
  {{ name = "route", cpu = "samples(route.csv)" }},
]
after = [{{ name = "respond", cpu = "samples(respond.csv)" }}]
"#,
    );
    served(("asgi-8", "asgi-0, asgi-1"), 8, on, &text, files)
}

/// Four users of a pool of one connection, which a contestant holds for so long.
fn hold(names: (&'static str, &'static str), on: &On, contestant: &str, files: Files) -> Case {
    let text = format!(
        r#"
[services.postgres]
model = "ideal"
[services.postgres.endpoints.query]
steps = [{{ wait = "samples(query.csv)" }}]
[endpoints.it]
steps = [{{ call = "postgres.query" }}, {{ cpu = "1ms" }}]
[contestants.it]
before = [{{ cpu = "samples(before.csv)" }}]
after = [{{ cpu = "samples(after.csv)" }}]
{contestant}
"#
    );
    served(names, 4, on, &text, files)
}

/// Django: from the first query to the end of the request. One user's server waits for each query as long as that of four.
pub fn hold_django(on: &On) -> Case {
    let alone = Recorded::of("hold-django-1", on);
    let wake = median(&wakes(on));
    let rest = median(alone.stage("done")) - 1_000.0;
    let contestant = r#"
model = "django-gthread"
processes = 1
cold = "0s" # in what was recorded
pools.postgres = { size = 1, hold = "request", max_age = "0s", open.steps = [{ cpu = "samples(open.csv)" }] }"#;
    let files = vec![
        // The main thread's part is the model's.
        ("before.csv", lines(alone.stage("acquired"), wake + 30.0)),
        ("open.csv", lines(alone.stage("asked"), 0.0)),
        ("query.csv", lines(alone.stage("answered"), wake)),
        ("after.csv", lines(alone.stage("released"), -rest)),
    ];
    hold(("hold-django-4", "hold-django-1"), on, contestant, files)
}

/// node-postgres: for the query.
pub fn hold_node(on: &On) -> Case {
    let alone = Recorded::of("hold-node-1", on);
    let wake = median(&wakes(on));
    let contestant = r#"
model = "node-http"
cold = "0s" # in what was recorded, as are rounds and collections
gc = "none"
executors.main.round = "0us"
executors.main.callback = "0us"
pools.postgres = { size = 1, hold = "call", hand_over = "at-once" }"#;
    let files = vec![
        ("before.csv", lines(alone.stage("asked"), wake)),
        ("query.csv", lines(alone.stage("answered"), wake)),
        ("after.csv", lines(alone.stage("user"), wake)),
    ];
    hold(("hold-node-4", "hold-node-1"), on, contestant, files)
}

/// A sync view that does nothing, beside one that only computes.
pub fn hops(on: &On) -> Case {
    let text = r#"
[endpoints.nothing]
[endpoints.compute]
steps = [{ cpu = "1000s" }]
[contestants.asgi]
model = "django-asgi-sync-views"
processes = 1
"#;
    let text = format!("arrivals.think = \"uniform(20ms, 40ms)\"\n{text}");
    Case {
        seconds: 120,
        ..served(("hops", "gil-0"), 2, on, &text, Vec::new())
    }
}
