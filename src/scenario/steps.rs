//! Step lists: of endpoints, and of models.

use super::diagnostic::{Problem, alternatives};
use super::languages::Languages;
use super::reader::{Keys, Reader};
use super::source::Origin;
use super::tree::{Node, Value};
use crate::kernel::{Count, Dist, Path, Span};
use crate::workload::{Action, CacheAt, Step};

/// How deep `repeat` may stand in `repeat`: each level multiplies the work of a request.
const MAX_REPEATS: usize = 4;
/// How deep steps may stand in steps.
const MAX_NESTING: usize = 16;
/// The most repetitions of one step.
const MAX_TIMES: f64 = 1e6;
/// The most keys of a cached step.
const MAX_KEYS: u64 = 10_000_000;
/// What a step can do, and so which keys decide about it.
const ACTIONS: [&str; 9] = [
    "cpu", "native", "call", "wait", "parallel", "choose", "repeat", "cached", "yield",
];
/// The kind of a `cpu` step that names none.
const DEFAULT_KIND: &str = "logic";

/// A service that steps may call.
pub(super) struct Callable {
    /// Its name in the scenario.
    pub(super) name: String,
    /// Its place in `System::services`.
    pub(super) index: usize,
    /// What can be asked of it; empty: it runs the caller's `work`.
    pub(super) endpoints: Vec<String>,
}

/// Whose steps are read, and so what their CPU times mean and whom they may call.
pub(super) struct Steps<'r, 't> {
    pub(super) reader: &'r Reader<'t>,
    pub(super) languages: &'r Languages,
    /// Who runs them, for messages.
    pub(super) runner: &'r str,
    /// The language of the model that runs them.
    pub(super) language: Option<&'r str>,
    pub(super) times: Times<'r>,
    pub(super) calls: Calls<'r>,
}

/// In which language CPU times are written.
#[derive(Clone, Copy)]
pub(super) enum Times<'r> {
    /// The model's own.
    Own,
    /// The one in which the scenario's author measured, if told.
    MeasuredIn(Option<&'r str>),
}

/// Who may be called.
#[derive(Clone, Copy)]
pub(super) enum Calls<'r> {
    /// These services.
    To(&'r [Callable]),
    /// Services that only a scenario will know: a model file on its own.
    Unknown,
    /// Nobody: steps that are themselves part of a call.
    Forbidden,
}

/// Where in a program a list stands.
#[derive(Clone, Copy, Default)]
struct Depth {
    nested: usize,
    repeats: usize,
}

impl<'t> Steps<'_, 't> {
    /// A list of steps whose dice are under `path`.
    pub(super) fn list(&self, node: &'t Node, path: Path) -> Vec<Step> {
        self.nested(node, path, Depth::default())
    }

    fn nested(&self, node: &'t Node, path: Path, depth: Depth) -> Vec<Step> {
        let Some(items) = self.reader.list(node, "a list of steps") else {
            return Vec::new();
        };
        if depth.nested > MAX_NESTING {
            let message = format!("steps nested deeper than {MAX_NESTING}");
            self.reader
                .refuse(Problem::at(node.origin, message))
                .unwrap_or(())
        }
        let mut steps: Vec<Step> = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if depth.nested <= MAX_NESTING
                && let Some(step) = self.step(item, i + 1, path, depth)
            {
                if steps.iter().any(|other| other.name == step.name) {
                    let name = item.as_table().and_then(|t| t.get("name")).unwrap_or(item);
                    let message = format!("two steps named `{}` in one list", step.name);
                    self.reader
                        .refuse(Problem::at(name.origin, message))
                        .unwrap_or(())
                }
                steps.push(step);
            }
        }
        steps
    }

    fn step(&self, item: &'t Node, position: usize, path: Path, depth: Depth) -> Option<Step> {
        let table = self
            .reader
            .table(item, "a step such as { cpu = \"2ms\" }")?;
        let mut keys = Keys::of(table, self.reader);
        let name = keys.read("name", |reader, node| reader.name(node));
        let name = name.map_or_else(|| position.to_string(), str::to_owned);
        let path = path.child(&name);
        let said: Vec<&'static str> = ACTIONS
            .into_iter()
            .filter(|action| keys.get(action).is_some())
            .collect();
        let action = match said[..] {
            [action] => self.action(action, &mut keys, item.origin, path, depth),
            [] if keys.unknown() == 0 => {
                let problem = Problem::at(item.origin, "this step does nothing");
                self.reader
                    .refuse(problem.label(format!("expected {}", alternatives(&ACTIONS))))
            }
            [] => None,
            [first, second, ..] => {
                let message = format!("a step does one thing, not both `{first}` and `{second}`");
                let at = keys.at(second).unwrap_or(item.origin);
                return self
                    .reader
                    .refuse(Problem::at(at, message).label("make it two steps"));
            }
        };
        keys.finish();
        Some(Step {
            name,
            path,
            action: action?,
        })
    }

    fn action(
        &self,
        action: &str,
        keys: &mut Keys<'_, 't>,
        at: Origin,
        path: Path,
        depth: Depth,
    ) -> Option<Action> {
        let node = keys.get(ACTIONS.into_iter().find(|name| *name == action)?)?;
        let inner = Depth {
            nested: depth.nested + 1,
            ..depth
        };
        Some(match action {
            "cpu" => {
                let kind = keys.get("kind");
                self.cpu(node, kind)?
            }
            "native" => Action::Native {
                work: self.reader.dist(node)?,
            },
            "wait" => Action::Wait {
                time: self.reader.dist(node)?,
            },
            "call" => {
                let work = keys.get("work");
                self.call(node, work)?
            }
            "parallel" => {
                let branches = self.reader.list(node, "a list of lists of steps")?;
                if branches.len() < 2 {
                    let message = format!("`parallel` with {} of its branches", branches.len());
                    let problem = Problem::at(node.origin, message);
                    return self
                        .reader
                        .refuse(problem.label("expected at least two lists of steps"));
                }
                let branch = |(i, branch): (usize, &'t Node)| {
                    self.nested(branch, path.child(&(i + 1).to_string()), inner)
                };
                Action::Parallel {
                    branches: branches.iter().enumerate().map(branch).collect(),
                }
            }
            "choose" => Action::Choose {
                branches: self.choose(node, path, inner)?,
            },
            "repeat" => {
                let inner = Depth {
                    repeats: depth.repeats + 1,
                    ..inner
                };
                let times = self.times_of(node, inner)?;
                let steps = self.required(keys, "steps", at)?;
                Action::Repeat {
                    times,
                    steps: self.nested(steps, path, inner),
                }
            }
            "cached" => self.cached(node, keys, at, path, inner)?,
            _ => match self.reader.flag(node)? {
                true => Action::Yield,
                false => {
                    let problem = Problem::at(node.origin, "`yield` is `true` or left out");
                    return self.reader.refuse(problem);
                }
            },
        })
    }

    fn required(&self, keys: &mut Keys<'_, 't>, key: &'static str, at: Origin) -> Option<&'t Node> {
        let node = keys.get(key);
        node.or_else(|| {
            self.reader
                .refuse(Problem::at(at, format!("this step needs `{key}`")))
        })
    }

    fn times_of(&self, node: &'t Node, depth: Depth) -> Option<Count> {
        if depth.repeats > MAX_REPEATS {
            let message = format!("`repeat` nested deeper than {MAX_REPEATS}");
            return self.reader.refuse(Problem::at(node.origin, message));
        }
        let times = self.reader.count(node)?;
        if times.mean() > MAX_TIMES {
            let problem = Problem::at(node.origin, "a step is repeated 1,000,000 times at most");
            return self.reader.refuse(problem);
        }
        Some(times)
    }

    fn choose(&self, node: &'t Node, path: Path, depth: Depth) -> Option<Vec<(f64, Vec<Step>)>> {
        let items = self
            .reader
            .list(node, "a list of { weight = ..., steps = [...] }")?;
        let mut branches = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let table = self.reader.table(item, "{ weight = ..., steps = [...] }")?;
            let mut keys = Keys::of(table, self.reader);
            let weight = keys.read("weight", |reader, node| reader.number(node));
            let steps = keys.get("steps");
            let path = path.child(&(i + 1).to_string());
            let steps = steps
                .map(|node| self.nested(node, path, depth))
                .unwrap_or_default();
            branches.push((weight.unwrap_or(1.0), steps));
            keys.finish();
        }
        let total: f64 = branches.iter().map(|(weight, _)| weight).sum();
        if total > 0.0 {
            return Some(branches);
        }
        let problem = Problem::at(node.origin, "the weights of these branches sum to nothing");
        self.reader.refuse(problem)
    }

    fn cached(
        &self,
        node: &'t Node,
        keys: &mut Keys<'_, 't>,
        at: Origin,
        path: Path,
        depth: Depth,
    ) -> Option<Action> {
        let name = self.reader.text(node, "`local` or the name of a service")?;
        let cache = match name {
            "local" => CacheAt::Local,
            _ => {
                let work = keys.get("work");
                let (service, endpoint) = self.callee(node, true)?;
                if endpoint.is_some() {
                    let message = format!("`{name}` has endpoints, so it is no cache");
                    return self.reader.refuse(Problem::at(node.origin, message));
                }
                CacheAt::Service {
                    service,
                    work: self.optional_dist(work)?,
                }
            }
        };
        let ttl = keys.read("ttl", |reader, node| reader.positive_span(node));
        let miss = keys.get("miss");
        let miss = miss.map(|node| self.nested(node, path.child("miss"), depth));
        let key_node = self.required(keys, "key", at)?;
        let key = self.reader.count(key_node)?;
        let message = match key.support() {
            Some(keys) if keys <= MAX_KEYS => {
                let (ttl, miss) = (ttl.unwrap_or(Span::MAX), miss.unwrap_or_default());
                return Some(Action::Cached {
                    cache,
                    key,
                    ttl,
                    miss,
                });
            }
            Some(_) => "a cached step has 10,000,000 keys at most",
            None => "this distribution has no greatest key",
        };
        let problem = Problem::at(key_node.origin, message);
        self.reader
            .refuse(problem.label("expected `zipf(n, s=...)`, `uniform(low, high)` or a number"))
    }

    fn call(&self, node: &'t Node, work: Option<&'t Node>) -> Option<Action> {
        let (service, endpoint) = self.callee(node, false)?;
        if let (Some(work), Some(_)) = (work, endpoint) {
            let problem = Problem::at(work.origin, "the endpoint called says what it does");
            return self
                .reader
                .refuse(problem.label("`work` is for services without endpoints"));
        }
        Some(Action::Call {
            service,
            endpoint,
            work: self.optional_dist(work)?,
        })
    }

    fn optional_dist(&self, node: Option<&'t Node>) -> Option<Dist> {
        node.map_or(Some(Dist::Constant(Span::ZERO)), |node| {
            self.reader.dist(node)
        })
    }

    /// The service and endpoint that `postgres` or `users.profile` names.
    fn callee(&self, node: &'t Node, local: bool) -> Option<(usize, Option<usize>)> {
        let full = self.reader.text(node, "the name of a service")?;
        let services = match self.calls {
            Calls::To(services) => services,
            Calls::Unknown => return Some((0, None)),
            Calls::Forbidden => {
                let problem = Problem::at(node.origin, "steps of a call cannot call");
                return self.reader.refuse(problem);
            }
        };
        let (name, endpoint) = match full.split_once('.') {
            Some((name, endpoint)) => (name, Some(endpoint)),
            None => (full, None),
        };
        let Some(callable) = services.iter().find(|service| service.name == name) else {
            let names = services.iter().map(|service| service.name.as_str());
            let problem = Problem::at(node.origin, format!("there is no service `{name}`"));
            let problem = match services.is_empty() {
                true => problem.label("there are no `[services]`"),
                false => problem,
            };
            return self
                .reader
                .refuse(problem.names(name, names.chain(local.then_some("local"))));
        };
        let endpoints = &callable.endpoints;
        let names = || endpoints.iter().map(String::as_str);
        let problem = match (endpoint, endpoints.len()) {
            (None, 0) => return Some((callable.index, None)),
            (None, 1) => return Some((callable.index, Some(0))),
            (None, _) => Problem::at(node.origin, format!("which endpoint of `{name}`?"))
                .label(format!("write \"{name}.{}\" or another", endpoints[0])),
            (Some(wrong), 0) => Problem::at(
                node.origin,
                format!("service `{name}` has no endpoint `{wrong}`"),
            )
            .label(format!(
                "it has none: write \"{name}\", and the `work` it does"
            )),
            (Some(endpoint), _) => match endpoints.iter().position(|e| e == endpoint) {
                Some(i) => return Some((callable.index, Some(i))),
                None => {
                    let message = format!("service `{name}` has no endpoint `{endpoint}`");
                    Problem::at(node.origin, message).names(endpoint, names())
                }
            },
        };
        self.reader.refuse(problem)
    }

    /// A `cpu` step: its work in the language of who runs it.
    fn cpu(&self, node: &'t Node, kind: Option<&'t Node>) -> Option<Action> {
        let name = match kind {
            Some(kind) => self.reader.text(kind, "a kind of work")?,
            None => DEFAULT_KIND,
        };
        if let Some(kind) = kind
            && self.languages.kind(name).is_none()
        {
            let problem = Problem::at(kind.origin, format!("there is no kind of work `{name}`"));
            let names = self.languages.kinds.iter().map(|kind| kind.name.as_str());
            return self.reader.refuse(problem.names(name, names));
        }
        if let Value::Table(_) = node.value {
            return self.cpu_by_language(node, name);
        }
        let work = self.reader.dist(node)?;
        let ratio = self.ratio(name, kind.unwrap_or(node).origin)?;
        Some(Action::Cpu {
            work: work.scaled(ratio),
            ratio,
            kind: name.to_owned(),
        })
    }

    /// How many times longer a kind of work takes in the runner's language than in the one measured.
    fn ratio(&self, kind: &str, at: Origin) -> Option<f64> {
        let (Times::MeasuredIn(Some(from)), Some(to)) = (self.times, self.language) else {
            return Some(1.0);
        };
        if from == to {
            return Some(1.0);
        }
        let row = self.languages.kind(kind);
        let of = |language: &str| match row.and_then(|row| row.of(language)) {
            Some(ratio) => Some(ratio.ratio),
            None => {
                let message = format!("no ratio for `{kind}` work in `{language}`");
                let problem = Problem::at(at, message);
                let problem = problem.label(format!("`{}` needs one", self.runner));
                self.reader
                    .refuse(problem.help("add it to languages.toml, or give a time per language"))
            }
        };
        Some(of(to)? / of(from)?)
    }

    fn cpu_by_language(&self, node: &'t Node, kind: &str) -> Option<Action> {
        let Times::MeasuredIn(measured_in) = self.times else {
            let problem = Problem::at(node.origin, "a model's steps are in its own language");
            return self.reader.refuse(problem.label("expected one time"));
        };
        let table = self.reader.table(node, "a time for each language")?;
        let mut works: Vec<(&str, Dist)> = Vec::new();
        for entry in &table.entries {
            if !self.languages.knows(&entry.key) {
                let problem = Problem::at(entry.at, format!("unknown language `{}`", entry.key));
                self.reader
                    .refuse(problem.names(&entry.key, self.languages.names()))
                    .unwrap_or(())
            }
            works.push((&entry.key, self.reader.dist(&entry.node)?));
        }
        let of = |name: &str| works.iter().find(|(language, _)| *language == name);
        let Some(reference) = measured_in.and_then(of).or(works.first()) else {
            let problem = Problem::at(node.origin, "no language is given");
            return self
                .reader
                .refuse(problem.label("expected { python = \"...\", javascript = \"...\" }"));
        };
        let own = match self.language {
            Some(language) => of(language).or_else(|| {
                let message = format!(
                    "no time for `{language}`, the language of `{}`",
                    self.runner
                );
                self.reader.refuse(Problem::at(node.origin, message))
            })?,
            None => reference,
        };
        let ratio = match reference.1.mean_ns() {
            0.0 => 1.0,
            mean => own.1.mean_ns() / mean,
        };
        // Work that costs nothing in one language cannot be put on a scale: it is taken as it is.
        let ratio = if ratio > 0.0 { ratio } else { 1.0 };
        Some(Action::Cpu {
            work: own.1.clone(),
            ratio,
            kind: kind.to_owned(),
        })
    }
}
