//! What a random scenario says of its models: executors, lock, accepting, pools, lives, memory.

use std::fmt::Write as _;

use super::Tape;

impl Tape<'_> {
    /// Executors, and a place for native work or none.
    pub(super) fn executors(&mut self, text: &mut String) {
        self.line(
            text,
            &[
                "executors.main = { carriers = 2, tasks = 1 }",
                "executors.main = { carriers = 1, tasks = \"unlimited\" }",
                "",
                "executors.main = { carriers = 1, tasks = 1 }",
                "executors.main = { carriers = 5, tasks = 1 }",
                "executors.main = { carriers = 1, tasks = \"unlimited\", timers = \"1ms\" }",
                "executors.main = { carriers = 1, tasks = \"unlimited\", round = \"0.02ms\", callback = \"3us\" }",
                "executors.main = { carriers = 1, tasks = \"unlimited\", timers = \"0.7ms\", callback = \"0.05ms\" }",
            ],
        );
        self.line(
            text,
            &[
                "",
                "executors.pool = { carriers = 2 }\nplace.native = \"pool\"",
                "executors.pool = { carriers = 3, slow = \"half\" }\nplace.native = \"pool\"",
                "executors.pool = { carriers = 2, slow = 1 }\nplace.native = \"pool\"",
                "executors.pool = { carriers = 3, started = 1, boot = \"0.3ms\" }\nplace.native = \"pool\"",
            ],
        );
    }

    pub(super) fn app(&mut self, text: &mut String) {
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
                "lock = { switch_interval = \"5ms\", barging = true, look = \"exp(0.03ms)\" }",
                "lock = { switch_interval = \"0.3ms\", order = \"random\", look = \"8us\" }",
                "lock = { barging = true, look = \"0.4ms\" }",
            ],
        );
        self.line(
            text,
            &[
                "",
                "listen = { backlog = 3, syn_gaps = [\"5ms\", \"20ms\"] }",
                "listen = { policy = \"primary\" }",
                "listen = { policy = \"primary\", backlog = 1, syn_gaps = [\"5ms\"], accepts_per_wakeup = 1, accept = \"0.1ms\", hand_over = \"0.2ms\", acknowledge = \"0.03ms\", take = \"0.05ms\" }",
                "listen = { policy = \"per-process\", backlog = 1, overflow = \"refuse\" }",
                "listen = { backlog = 0, overflow = \"refuse\", accepts_per_wakeup = 1 }",
                "listen = { accepts_per_wakeup = 2, first_byte = \"1ms\" }",
                "listen = { wakes = \"all\", in_vain = \"0.05ms\" }",
                "listen = { wakes = \"one\", backlog = 1, syn_gaps = [\"5ms\"] }",
                "listen = { wakes = \"all\", policy = \"per-process\", in_vain = \"8us\" }",
                "listen = { wakes = \"one\", in_vain = \"0.2ms\", backlog = 0, overflow = \"refuse\" }",
                "listen = { by = \"main-thread\", accept = \"0.1ms\", return = \"0.05ms\", close = \"0.1ms\", first_byte = \"before-dispatch\" }",
                "listen = { by = \"main-thread\", accept = \"0.1ms\", first_byte = \"0.5ms\" }",
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
        self.line(
            text,
            &[
                "",
                "cold = \"0.3ms\"",
                "cold = { extra = \"0.4ms\", over = \"0.5ms\" }",
            ],
        );
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
        self.lives(text, "[contestants.app]");
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
                "executors.workers = { carriers = 2, started = 0, boot = \"1ms\", message = \"20KB\", writes = \"1GB/s\", reads = \"200MB/s\" }\nplace.logic = \"workers\"",
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
            &["", "hand_over = \"at-once\""],
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

    /// Masters that kill, processes that leave, of what `header` begins: only threads of some number beat for themselves.
    pub(super) fn lives(&mut self, text: &mut String, header: &str) {
        let own = text.rsplit(header).next().unwrap_or_default();
        let beats = match own.lines().find(|line| line.starts_with("executors.main")) {
            Some(main) if main.contains("unlimited") => Some("loop"),
            Some(_) => Some("between-requests"),
            None => None,
        };
        if let Some(beats) = beats {
            self.line(
                text,
                &[
                    "",
                    "limits.heartbeat = \"6ms\"\nlimits.check = \"2.1ms\"",
                    &format!(
                        "limits.heartbeat = \"1.5ms\"\nlimits.check = \"0.7ms\"\nlimits.beats = \"{beats}\""
                    ),
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
}
