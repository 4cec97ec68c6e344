//! Step lists: of endpoints, and of models.

use super::blanks::{Kind, Program};
use super::calls::Calls;
use super::diagnostic::{Problem, alternatives};
use super::executors::executor_of;
use super::keys::Keys;
use super::languages::Languages;
use super::reader::Reader;
use super::source::Origin;
use super::tree::Node;
use crate::kernel::{Count, Path};
use crate::service::Executor;
use crate::workload::{Action, Step};

/// How deep `repeat` may stand in `repeat`: each level multiplies the work of a request.
const MAX_REPEATS: usize = 4;
/// How deep steps may stand in steps.
const MAX_NESTING: usize = 16;
/// The most repetitions of one step.
const MAX_TIMES: f64 = 1e6;
/// What a step can do, and so which keys decide about it.
const ACTIONS: [&str; 10] = [
    "cpu", "native", "call", "wait", "parallel", "choose", "repeat", "cached", "hop", "yield",
];

/// What else a step says, by its action.
const COMPANIONS: [(&str, &str); 10] = [
    ("cpu", "kind"),
    ("cpu", "in_one_call"),
    ("native", "slow"),
    ("call", "work"),
    ("repeat", "steps"),
    ("hop", "steps"),
    ("cached", "key"),
    ("cached", "ttl"),
    ("cached", "miss"),
    ("cached", "work"),
];

/// Whose steps are read, and so what their CPU times mean and whom they may call.
pub(super) struct Steps<'r, 't> {
    pub(super) reader: &'r Reader<'t>,
    pub(super) languages: &'r Languages,
    /// The executors of the model whose steps these are; `None`: an endpoint's.
    pub(super) executors: Option<&'r [Executor]>,
    /// Who runs them, for messages.
    pub(super) runner: &'r str,
    /// The language of the model that runs them.
    pub(super) language: Option<&'r str>,
    pub(super) times: Times<'r>,
    /// How many times longer than written its CPU takes.
    pub(super) cpu_factor: f64,
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

/// Where in a program a list stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Depth {
    nested: usize,
    repeats: usize,
    /// In the steps of a `hop`.
    away: bool,
}

impl<'t> Steps<'_, 't> {
    /// A list of steps whose dice are under `path`.
    pub(super) fn list(&self, node: &'t Node, path: Path) -> Vec<Step> {
        self.nested(node, path, Depth::default())
    }

    pub(super) fn nested(&self, node: &'t Node, path: Path, depth: Depth) -> Vec<Step> {
        if self.reader.asks(node, || Kind::Steps(self.program())) {
            return Vec::new();
        }
        let Some(items) = self.reader.list(node, "a list of steps") else {
            return Vec::new();
        };
        if depth.nested > MAX_NESTING {
            let message = format!("steps nested deeper than {MAX_NESTING}");
            self.reader.note(Problem::at(node.origin, message));
        }
        let mut steps: Vec<Step> = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if depth.nested <= MAX_NESTING
                && let Some(step) = self.step(item, i + 1, path, depth)
            {
                if steps.iter().any(|other| other.name == step.name) {
                    let name = item.as_table().and_then(|t| t.get("name")).unwrap_or(item);
                    let message = format!("two steps named `{}` in one list", step.name);
                    self.reader.note(Problem::at(name.origin, message));
                }
                steps.push(step);
            }
        }
        steps
    }

    /// What steps these are.
    fn program(&self) -> Program {
        match (self.executors, self.calls) {
            (None, _) => Program::Endpoint,
            (Some(_), Calls::Forbidden) => Program::Call,
            (Some(_), _) => Program::Model,
        }
    }

    /// Asks of a blank everything that a step may say.
    pub(super) fn ask(&self, blank: &'t Node) {
        self.step(blank, 1, Path::ROOT, Depth::default());
    }

    /// What a step can do here: the keys that decide about it.
    fn actions(&self) -> impl Iterator<Item = &'static str> {
        let program = self.program();
        ACTIONS.into_iter().filter(move |&action| match action {
            "hop" => program != Program::Endpoint,
            "call" => program != Program::Call,
            _ => true,
        })
    }

    fn step(&self, item: &'t Node, position: usize, path: Path, depth: Depth) -> Option<Step> {
        let table = self
            .reader
            .table(item, "a step such as { cpu = \"2ms\" }")?;
        let mut keys = Keys::of(table, self.reader);
        let name = keys.read("name", |reader, node| reader.name(node));
        let name = name.map_or_else(|| position.to_string(), str::to_owned);
        let path = path.child(&name);
        if self.reader.has_blanks() {
            let all: Vec<&'static str> = self.actions().collect();
            keys.one_of(&all);
            for action in &all {
                keys.get(action);
            }
            for action in all {
                keys.beside(action, None);
                self.action(action, &mut keys, item.origin, path, depth);
            }
            return None;
        }
        let said: Vec<&'static str> = ACTIONS
            .into_iter()
            .filter(|action| keys.get(action).is_some())
            .collect();
        for (_, key) in COMPANIONS
            .iter()
            .filter(|(action, _)| said.contains(action))
        {
            keys.get(key);
        }
        let action = match said[..] {
            [action] => self.action(action, &mut keys, item.origin, path, depth),
            [] if keys.unknown() == 0 => {
                let problem = Problem::at(item.origin, "this step does nothing");
                self.reader
                    .refuse(problem.label(format!("expected {}", alternatives(&ACTIONS))))
            }
            [] => None,
            [..] => {
                let last = keys.last_of(&said)?;
                let other = said.into_iter().find(|&action| action != last.key)?;
                let message = format!(
                    "a step does one thing, not both `{other}` and `{}`",
                    last.key
                );
                return self
                    .reader
                    .refuse(Problem::at(last.at, message).label("make it two steps"));
            }
        };
        if let [action] = said[..] {
            self.refuse_misplaced(action, &mut keys);
        }
        keys.finish();
        Some(Step {
            name,
            path,
            action: action?,
        })
    }

    /// Notes keys that go with another action.
    fn refuse_misplaced(&self, action: &str, keys: &mut Keys<'_, 't>) {
        for (other, key) in COMPANIONS {
            if let Some(at) = keys.at(key)
                && !COMPANIONS.contains(&(action, key))
            {
                keys.get(key);
                let message = format!("`{key}` goes with `{other}`, not with `{action}`");
                self.reader.note(Problem::at(at, message));
            }
        }
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
                let in_one_call = keys.read("in_one_call", |reader, node| reader.flag(node));
                self.cpu(node, kind, in_one_call.unwrap_or(false))?
            }
            "native" => {
                let slow = keys.read("slow", |reader, node| reader.flag(node));
                Action::Native {
                    work: self.reader.dist(node)?,
                    slow: slow.unwrap_or(false),
                }
            }
            "wait" => Action::Wait {
                time: self.reader.dist(node)?,
            },
            "call" => {
                let work = keys.get("work");
                self.call(node, work)?
            }
            "parallel" => {
                let branches = self.reader.list(node, "a list of lists of steps")?;
                let branch = |(i, branch): (usize, &'t Node)| {
                    self.nested(branch, path.child(&(i + 1).to_string()), inner)
                };
                let branches: Vec<_> = branches.iter().enumerate().map(branch).collect();
                if branches.len() < 2 {
                    let problem =
                        Problem::at(node.origin, "`parallel` needs at least two branches");
                    let problem = problem.label("expected lists of steps: [[...], [...]]");
                    return self.reader.refuse(problem);
                }
                Action::Parallel { branches }
            }
            "choose" => Action::Choose {
                branches: self.choose(node, path, inner)?,
            },
            "repeat" => {
                let inner = Depth {
                    repeats: depth.repeats + 1,
                    ..inner
                };
                let times = self.times_of(node, inner);
                let steps = self.required(keys, "steps", at)?;
                let steps = self.nested(steps, path, inner);
                Action::Repeat {
                    times: times?,
                    steps,
                }
            }
            "hop" => {
                let executor = self.hop(node, depth);
                let inner = Depth {
                    away: true,
                    ..inner
                };
                let steps = self.required(keys, "steps", at)?;
                let steps = self.nested(steps, path, inner);
                Action::Hop {
                    executor: executor?,
                    steps,
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

    pub(super) fn required(
        &self,
        keys: &mut Keys<'_, 't>,
        key: &'static str,
        at: Origin,
    ) -> Option<&'t Node> {
        let node = keys.get(key);
        keys.need(key, || Problem::at(at, format!("this step needs `{key}`")));
        node
    }

    /// The executor to which a model's own step hops.
    fn hop(&self, node: &'t Node, depth: Depth) -> Option<usize> {
        let Some(executors) = self.executors else {
            let problem = Problem::at(node.origin, "an endpoint does not say where it runs");
            let label = "`hop` is for a model's own steps; its `place.handler` is for endpoints'";
            return self.reader.refuse(problem.label(label));
        };
        if depth.away {
            let problem = Problem::at(node.origin, "a `hop` in a `hop`");
            return self
                .reader
                .refuse(problem.label("these steps are on a thread already"));
        }
        match executor_of(self.reader, node, executors)? {
            0 => {
                let problem = Problem::at(node.origin, "these steps are on `main` already");
                self.reader.refuse(problem)
            }
            executor => Some(executor),
        }
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
}
