//! Endpoint programs: what one kind of request does, independent of who runs it.

use crate::kernel::{Count, Dist, Path, Span};

/// One kind of request.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its name in the file and in every table.
    pub name: String,
    /// Its share of the requests, relative to the other weights; not negative.
    pub weight: f64,
    /// What it does, in order.
    pub steps: Vec<Step>,
}

/// One step of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name within the list, or its position.
    pub name: String,
    /// Its dice address, the same for every contestant.
    pub path: Path,
    /// What happens.
    pub action: Action,
}

/// The name of a kind of CPU work (`template`, `orm`, `json`, `logic` ...), a row of `models/languages.toml`.
pub type Kind = String;

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Work in the app's own language.
    Cpu {
        /// Time on a core in the language of the model that runs it.
        work: Dist,
        /// How many times longer this is than in the language in which it was measured: 1 for a model's own steps.
        /// At *equal CPU* the work is divided by this.
        ratio: f64,
        /// What kind of work, for the ratio and the place; empty in a model's own step that names none.
        kind: Kind,
        /// Whether it is one call in C that keeps the interpreter's lock: asked to let it go, it does so at its end.
        in_one_call: bool,
    },
    /// Work in C that leaves the interpreter's lock and runs where the model places it.
    Native {
        /// Time on a core.
        work: Dist,
        /// Whether it is of the kind of which an executor may limit how many run at once (name look-ups).
        slow: bool,
    },
    /// A request to another service.
    Call {
        /// Index into [`System::services`](crate::scenario::System::services).
        service: usize,
        /// Index of the endpoint called; `None` where the service has no endpoints and runs `work`.
        endpoint: Option<usize>,
        /// The callee's own CPU time for a service without endpoints.
        work: Dist,
    },
    /// A timer or a sleep.
    Wait {
        /// How long.
        time: Dist,
    },
    /// Branches at once, as far as the executor can; goes on when the last has ended.
    Parallel {
        /// The branches.
        branches: Vec<Vec<Step>>,
    },
    /// One of several branches.
    Choose {
        /// Relative weights and branches.
        branches: Vec<(f64, Vec<Step>)>,
    },
    /// The same steps several times, each iteration with dice of its own.
    Repeat {
        /// How often.
        times: Count,
        /// The body.
        steps: Vec<Step>,
    },
    /// Look a key up; on a miss run the inner steps and store the result.
    Cached {
        /// Where the cache is.
        cache: CacheAt,
        /// Which key, a whole number with a known finite support.
        key: Count,
        /// How long an entry lives.
        ttl: Span,
        /// What a miss does.
        miss: Vec<Step>,
    },
    /// Go to another executor of the process, do this there, and come back. Only in a model's own steps.
    Hop {
        /// Index into [`Model::executors`](crate::service::Model::executors).
        executor: usize,
        /// What is done there.
        steps: Vec<Step>,
    },
    /// Give the loop back (`setImmediate`); nothing on a thread.
    Yield,
}

/// Whether any of these steps, however deep, hops to this executor.
#[must_use]
pub fn hops_to(steps: &[Step], executor: usize) -> bool {
    steps.iter().any(|step| match &step.action {
        Action::Hop { executor: to, .. } => *to == executor,
        Action::Parallel { branches } => branches.iter().any(|steps| hops_to(steps, executor)),
        Action::Choose { branches } => branches.iter().any(|(_, steps)| hops_to(steps, executor)),
        Action::Repeat { steps, .. } => hops_to(steps, executor),
        Action::Cached { miss, .. } => hops_to(miss, executor),
        _ => false,
    })
}

/// Where a cache is.
#[derive(Clone, Debug, PartialEq)]
pub enum CacheAt {
    /// In the memory of each process.
    Local,
    /// In a service, asked by a call for the look-up and another for the store.
    Service {
        /// Index into [`System::services`](crate::scenario::System::services).
        service: usize,
        /// The callee's CPU time for each of the two.
        work: Dist,
    },
}
