//! Random scenarios as texts: valid, small, and fond of what is rare.
//!
//! A tape of numbers is read from the front, each choosing one of a few alternatives, of which the first is the simplest;
//! past its end everything is simple. A shorter tape, or one of smaller numbers, is therefore a simpler scenario.

use std::fmt::Write as _;

/// The choices still to be made.
pub struct Tape<'t>(std::slice::Iter<'t, u8>);

impl<'t> Tape<'t> {
    pub fn new(choices: &'t [u8]) -> Self {
        Self(choices.iter())
    }

    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |&choice| usize::from(choice) % n)
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    /// One of these, or nothing where it is empty, on a line of its own.
    fn line(&mut self, text: &mut String, among: &[&str]) {
        let line = self.pick(among);
        if !line.is_empty() {
            text.push_str(line);
            text.push('\n');
        }
    }

    fn time(&mut self) -> &'static str {
        self.pick(&[
            "exp(0.4ms)",
            "uniform(0ms, 1ms)",
            "gamma(0.6ms, cv=0.5)",
            "lognormal(0.5ms, cv=1.5)",
            "bimodal(0.2ms, 8ms, 5%)",
            "0ms",
            "0.37ms",
        ])
    }

    fn steps(&mut self, depth: usize, repeats: usize) -> String {
        let count = self.below(4);
        let steps: Vec<_> = (0..count).map(|_| self.step(depth, repeats)).collect();
        format!("[{}]", steps.join(", "))
    }

    fn step(&mut self, depth: usize, repeats: usize) -> String {
        let time = self.time();
        match self.below(if depth > 0 { 12 } else { 7 }) {
            0 => format!("{{ cpu = \"{time}\" }}"),
            1 => format!("{{ call = \"db\", work = \"{time}\" }}"),
            2 => format!("{{ wait = \"{time}\" }}"),
            3 => format!("{{ native = \"{time}\" }}"),
            4 => "{ yield = true }".to_owned(),
            5 => "{ call = \"users.profile\" }".to_owned(),
            6 => format!("{{ call = \"cache\", work = \"{time}\" }}"),
            7 => {
                let branches: Vec<_> = (0..2 + self.below(2))
                    .map(|_| self.steps(depth - 1, repeats))
                    .collect();
                format!("{{ parallel = [{}] }}", branches.join(", "))
            }
            8 => {
                let weight = self.pick(&[1, 0, 3]);
                let (one, other) = (
                    self.steps(depth - 1, repeats),
                    self.steps(depth - 1, repeats),
                );
                format!(
                    "{{ choose = [{{ weight = 1, steps = {one} }}, {{ weight = {weight}, steps = {other} }}] }}"
                )
            }
            9 | 10 if repeats < 2 => {
                let times = self.pick(&["2", "\"geometric(1.5)\"", "\"poisson(1)\"", "0"]);
                let body = self.steps(depth - 1, repeats + 1);
                format!("{{ repeat = {times}, steps = {body} }}")
            }
            _ => {
                let at = self.pick(&["local", "cache"]);
                let work = if at == "cache" {
                    ", work = \"0.1ms\""
                } else {
                    ""
                };
                let key = self.pick(&["\"zipf(20, s=1.1)\"", "0", "\"uniform(0, 5)\""]);
                let ttl = self.pick(&["1s", "3ms"]);
                let miss = self.steps(depth - 1, repeats);
                format!(
                    "{{ cached = \"{at}\"{work}, key = {key}, ttl = \"{ttl}\", miss = {miss} }}"
                )
            }
        }
    }

    /// Executors, and a place for native work or none.
    fn executors(&mut self, text: &mut String) {
        self.line(
            text,
            &[
                "executors.main = { carriers = 2, tasks = 1 }",
                "executors.main = { carriers = 1, tasks = \"unlimited\" }",
                "",
                "executors.main = { carriers = 1, tasks = 1 }",
                "executors.main = { carriers = 5, tasks = 1 }",
            ],
        );
        self.line(
            text,
            &[
                "",
                "executors.pool = { carriers = 2 }\nplace.native = \"pool\"",
            ],
        );
    }

    fn app(&mut self, text: &mut String) {
        text.push_str("[contestants.app]\n");
        self.executors(text);
        self.line(text, &["", "processes = 2", "processes = 3"]);
        self.line(
            text,
            &[
                "",
                "lock = { switch_interval = \"5ms\", order = \"random\", barging = true }",
                "lock = { switch_interval = \"0.5ms\", order = \"fifo\" }",
                "lock = { order = \"random\" }",
            ],
        );
        self.line(
            text,
            &[
                "",
                "listen = { backlog = 3, syn_gaps = [\"5ms\", \"20ms\"] }",
                "listen = { policy = \"primary\" }",
                "listen = { policy = \"per-process\", backlog = 1, overflow = \"refuse\" }",
                "listen = { backlog = 0, overflow = \"refuse\", accepts_per_wakeup = 1 }",
                "listen = { accepts_per_wakeup = 2 }",
                "listen = { by = \"main-thread\", accept = \"0.1ms\", return = \"0.05ms\", close = \"0.1ms\" }",
                "listen = { by = \"main-thread\", policy = \"per-process\", accept = \"0.1ms\" }",
            ],
        );
        self.line(
            text,
            &[
                "",
                "queue = { admit = \"below-limit\", limit = 3 }",
                "queue = { admit = \"always\", capacity = 4 }",
                "queue = { capacity = 0 }",
                "queue = { admit = \"below-limit\", limit = 20, capacity = 2 }",
                "queue = { admit = \"always\", concurrency = 3, refusal = \"0.05ms\" }",
                "queue = { concurrency = 1 }",
            ],
        );
        self.line(
            text,
            &[
                "",
                "connections.keep_alive = \"0ms\"",
                "connections.keep_alive = \"7ms\"",
            ],
        );
        self.line(
            text,
            &["", "connections.requests = 1", "connections.requests = 3"],
        );
        self.line(
            text,
            &[
                "",
                "limits.header = \"4ms\"",
                "limits.header = \"2ms\"\nlimits.request = \"3ms\"",
            ],
        );
        self.pools(text);
        self.line(text, &["", "cold = \"0.3ms\""]);
        self.line(text, &["", "caches.local = { entries = 4, cull = 2 }"]);
        self.own_steps(text);
        self.line(
            text,
            &[
                "",
                "connections.linger = \"2s\"",
                "connections.linger = \"0.2ms\"",
            ],
        );
        let numbered = text
            .rsplit("[contestants.app]")
            .next()
            .is_some_and(|app| app.contains("executors.main"));
        self.lives(text, numbered);
        self.memory(text);
    }

    /// The model's own steps, some of them on threads beside main's.
    fn own_steps(&mut self, text: &mut String) {
        let threads = self.pick(&[
            "",
            "executors.sync = { hop = \"0.02ms\", pickup = \"0.01ms\", start = \"0.05ms\", begin = \"0.02ms\" }",
            "executors.sync = { carriers = 1 }",
            "executors.sync = {}",
            "executors.sync = { carriers = 3, pickup = \"0.03ms\" }",
        ]);
        if threads.is_empty() {
            self.line(text, &["", "before = [{ cpu = \"0.11ms\" }]"]);
            self.line(text, &["", "after = [{ cpu = \"exp(0.1ms)\" }]"]);
            self.line(
                text,
                &["", "on_call.database = [{ cpu = \"exp(0.05ms)\" }]"],
            );
            return;
        }
        text.push_str(threads);
        text.push('\n');
        let hop = "hop = \"sync\", steps = [{ cpu = \"exp(0.1ms)\" }, { wait = \"0.1ms\" }]";
        self.line(
            text,
            &["place.handler = \"sync\"", "place.database = \"sync\""],
        );
        self.line(text, &["", "place.cache = \"sync\""]);
        self.line(text, &["", &format!("before = [{{ {hop} }}]")]);
        let twice = format!("after = [{{ repeat = 2, steps = [{{ {hop} }}] }}]");
        self.line(text, &["", &twice]);
        self.line(text, &["", &format!("on_call.database = [{{ {hop} }}]")]);
        let app = text.rsplit("[contestants.app]").next();
        if app.is_some_and(|app| !app.contains("pools.db")) {
            let open =
                format!("pools.db = {{ open = {{ steps = [{{ {hop} }}], work = \"0.2ms\" }} }}");
            self.line(text, &["", &open]);
        }
    }

    /// Garbage collected, and work sent to other interpreters.
    fn memory(&mut self, text: &mut String) {
        let young = "allocates = \"100MB/s\", young = \"40KB\", minor = \"exp(0.2ms)\"";
        let old = "survives = \"50%\", old = \"50KB\", major = \"1ms\"";
        self.line(
            text,
            &[
                "",
                &format!("gc = {{ {young} }}"),
                &format!("gc = {{ {young}, {old} }}"),
            ],
        );
        self.line(
            text,
            &[
                "",
                "executors.workers = { carriers = 1 }\nplace.logic = \"workers\"",
                "executors.workers = { carriers = 3, hop = \"0.05ms\" }\nplace.logic = \"workers\"",
            ],
        );
        self.line(text, &["", &format!("services.db.gc = {{ {young} }}")]);
    }

    /// The app's pools: their size, what it costs to open a connection, which are used again.
    fn pools(&mut self, text: &mut String) {
        let keys: &[&[&str]] = &[
            &["", "size = 2", "size = 1", "size = 3, min = 1"],
            &["", "hold = \"request\""],
            &["", "acquire_timeout = \"4ms\""],
            &[
                "",
                "open = { work = \"0.3ms\" }",
                "open = { steps = [{ cpu = \"exp(0.1ms)\" }, { native = \"0.2ms\" }], trips = 2, work = \"exp(0.5ms)\" }",
                "open = { trips = 1 }",
            ],
            &["", "reuse = \"thread\"", "reuse = \"fifo\""],
            &["", "max_age = \"0s\"", "max_age = \"7ms\""],
            &["", "idle = \"4ms\""],
        ];
        let keys: Vec<_> = keys.iter().map(|among| self.pick(among)).collect();
        // A thread's own connections have no number.
        let own = keys.contains(&"reuse = \"thread\"");
        let said = |key: &&str| !(key.is_empty() || own && key.starts_with("size"));
        let keys: Vec<_> = keys.into_iter().filter(said).collect();
        if !keys.is_empty() {
            writeln!(text, "pools.db = {{ {} }}", keys.join(", ")).expect("a text takes text");
        }
        self.line(
            text,
            &[
                "",
                "pools.cache = { size = 1 }",
                "pools.cache = { hold = \"request\", open = { work = \"0.1ms\" } }",
            ],
        );
    }

    /// Masters that kill, processes that leave. `numbered`: main has a number of threads.
    fn lives(&mut self, text: &mut String, numbered: bool) {
        if numbered {
            self.line(
                text,
                &[
                    "",
                    "limits.heartbeat = \"6ms\"\nlimits.check = \"2.1ms\"",
                    "limits.heartbeat = \"1.5ms\"\nlimits.check = \"0.7ms\"",
                    "limits.heartbeat = \"1ms\"\nlimits.beats = \"main-thread\"",
                ],
            );
        }
        self.line(
            text,
            &[
                "",
                "lifecycle = { requests = 3, jitter = 4, boot = \"3.3ms\" }",
                "lifecycle.boot = \"11ms\"",
                "lifecycle = { requests = 1 }",
            ],
        );
    }

    fn services(&mut self, text: &mut String) {
        text.push_str("[services.db]\nrole = \"database\"\n");
        self.executors(text);
        self.line(text, &["", "latency = \"0.2ms\""]);
        self.line(text, &["", "cores = 1", "cores = 3", "host = \"app\""]);
        self.line(text, &["", "queue.capacity = 2", "queue.concurrency = 2"]);
        self.line(
            text,
            &["", "connections.limit = 2", "connections.limit = 9"],
        );
        self.line(text, &["", "processes = 2"]);
        let numbered = text.rsplit("[services.db]").next();
        let numbered = numbered.is_some_and(|db| db.contains("executors.main"));
        self.lives(text, numbered);
        text.push_str("[services.users]\n");
        self.executors(text);
        self.line(text, &["", "latency = \"0.1ms\""]);
        self.line(text, &["", "pools.db = { size = 1 }"]);
        let db = self.pick(&["", ", { call = \"db\", work = \"exp(0.3ms)\" }"]);
        writeln!(
            text,
            "endpoints.profile.steps = [{{ cpu = \"exp(0.2ms)\" }}{db}]"
        )
        .expect("a text takes text");
        text.push_str("[services.cache]\n");
        self.executors(text);
    }

    /// A scenario, and the load to run it at.
    pub fn scenario(&mut self) -> (String, f64) {
        let mut text = String::new();
        let (arrivals, loads): (&str, &[f64]) = self.pick(&[
            ("process = \"poisson\"", &[300.0, 50.0, 1500.0]),
            ("process = \"constant\"", &[300.0, 50.0, 1500.0]),
            (
                "process = \"closed\"\nthink = \"exp(5ms)\"",
                &[3.0, 1.0, 20.0],
            ),
            ("process = \"closed\"", &[3.0, 1.0]),
        ]);
        let load = self.pick(loads);
        writeln!(text, "[arrivals]\n{arrivals}\n[clients]").expect("a text takes text");
        self.line(&mut text, &["", "latency = \"0.3ms\""]);
        self.line(&mut text, &["", "connections = 1", "connections = 5"]);
        self.line(&mut text, &["", "keep_alive = false"]);
        self.line(&mut text, &["", "reuse = \"lifo\""]);
        self.line(&mut text, &["", "timeout = \"6ms\"", "timeout = \"40ms\""]);
        let sending = [
            "",
            "{ body = \"exp(2ms)\" }",
            "{ head = \"bimodal(0ms, 9ms, 20%)\" }",
        ];
        let sending = self.pick(&sending);
        if !sending.is_empty() {
            writeln!(text, "sending = {sending}").expect("a text takes text");
        }
        text.push_str("[hosts.app]\n");
        self.line(&mut text, &["", "cores = 1", "cores = 2", "cores = 4"]);
        self.line(&mut text, &["", "slice = \"0.3ms\"", "slice = \"5ms\""]);
        self.line(&mut text, &["", "tick = \"4ms\""]);
        self.line(&mut text, &["", "switch_cost = \"3us\""]);
        self.line(&mut text, &["", "cold = { after = \"2ms\" }"]);
        self.line(&mut text, &["", "wake = \"exp(0.1ms)\""]);
        self.line(&mut text, &["", "timer_slack = \"0.05ms\""]);
        for endpoint in ["a", "b", "c"].iter().take(1 + self.below(3)) {
            let steps = self.steps(2, 0);
            writeln!(text, "[endpoints.{endpoint}]\nsteps = {steps}").expect("a text takes text");
        }
        self.services(&mut text);
        self.app(&mut text);
        (text, load)
    }
}
