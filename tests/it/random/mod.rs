//! Random scenarios as texts: valid, small, and fond of what is rare.
//!
//! A tape of numbers is read from the front, each choosing one of a few alternatives, of which the first is the simplest;
//! past its end everything is simple. A shorter tape, or one of smaller numbers, is therefore a simpler scenario.

mod models;

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
            0 => format!(
                "{{ cpu = \"{time}\"{} }}",
                self.pick(&["", ", in_one_call = true"])
            ),
            1 => format!("{{ call = \"db\", work = \"{time}\" }}"),
            2 => format!("{{ wait = \"{time}\" }}"),
            3 => format!(
                "{{ native = \"{time}\"{} }}",
                self.pick(&["", ", slow = true"])
            ),
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
        self.lives(text, "[services.db]");
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

    /// The app's host. Only where it costs nothing that threads come and go, cores that are enough for all of them are left out.
    fn host(&mut self, text: &mut String) {
        text.push_str("[hosts.app]\n");
        let cores = ["", "cores = 1", "cores = 2", "cores = 4", "cores = 60"];
        self.line(text, &cores);
        self.line(text, &["", "slice = \"0.3ms\"", "slice = \"5ms\""]);
        self.line(text, &["", "tick = \"4ms\""]);
        self.line(text, &["", "hot = \"0.5ms\"", "hot = \"4ms\""]);
        self.line(text, &["", "interrupt = \"4us\"", "interrupt = \"0.2ms\""]);
        if self.below(2) == 0 {
            return;
        }
        self.line(text, &["", "switch_cost = \"3us\""]);
        self.line(text, &["", "cold = { after = \"2ms\" }"]);
        self.line(text, &["", "wake = \"exp(0.1ms)\""]);
        self.line(text, &["", "timer_slack = \"0.05ms\""]);
        self.line(text, &["", "idle_seen = \"0ms\"", "idle_seen = \"0.6ms\""]);
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
        self.line(
            &mut text,
            &[
                "",
                "silent = { share = \"20%\", time = \"exp(6ms)\" }",
                "silent = { share = \"100%\", time = \"2ms\" }",
            ],
        );
        self.host(&mut text);
        for endpoint in ["a", "b", "c"].iter().take(1 + self.below(3)) {
            let steps = self.steps(2, 0);
            writeln!(text, "[endpoints.{endpoint}]\nsteps = {steps}").expect("a text takes text");
        }
        self.services(&mut text);
        self.app(&mut text);
        (text, load)
    }
}
