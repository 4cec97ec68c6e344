//! What a comparison concludes, in figures.

use super::Estimate;

/// What the study concludes, in figures; `report` makes the words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// At the measured ratios, who carries how much inside the SLO, in the order of the scenario.
    pub capacity_measured: Vec<Capacity>,
    /// The same at equal CPU.
    pub capacity_equal_cpu: Vec<Capacity>,
    /// At which common factor on the measured ratios' logarithm the winner changes, if it does: see [`Flip`].
    pub flip: Option<Flip>,
    /// Why there is no flip, where one was looked for.
    pub no_flip: Option<NoFlip>,
    /// Where two contestants' p99 curves cross.
    pub crossings: Vec<Crossing>,
    /// The highest load up to which no contestant's p99 is more than 10 % or 1 ms beyond the best's: "it does not matter".
    pub indifferent_up_to: Option<f64>,
    /// At each load, of all and of each endpoint, everybody's p99 (failures as infinite) beyond the best's, as a paired
    /// difference: the same requests in both, so its interval is narrower than the two percentiles' own. Without those for
    /// whom it is infinite or unknown.
    pub differences: Vec<Difference>,
    /// What the load that people have asks of each, where the scenario says that load.
    pub expected: Option<Expected>,
}

/// What the load that people have asks of each contestant.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The load.
    pub load: f64,
    /// Of each contestant, in the order of the scenario.
    pub shares: Vec<Share>,
    /// Which inputs change the answer when they are a half less or a half more.
    pub sensitive: Vec<Sensitive>,
    /// Inputs that were varied, the load among them.
    pub varied: Vec<String>,
}

/// What the expected load asks of one contestant.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Whose.
    pub contestant: String,
    /// Its first full resource, and the share of it in use at the load by demand alone; absent where nothing is limited.
    pub used: Option<(String, f64)>,
    /// Whether that resource is of a service that is called, which more of the application's machines do not help.
    pub called: bool,
    /// Whether the objectives are met at the load: `None` where the data cannot tell, or where there are none.
    pub met: Option<bool>,
    /// The load carried inside the objectives as a multiple of the expected; absent where it is not known.
    pub headroom: Option<f64>,
}

impl Share {
    /// How many times the machines, the application's or those of what is called, the load takes.
    #[must_use]
    pub fn instances(&self) -> Option<u64> {
        let least = 1.0 / self.headroom.filter(|h| *h > 0.0)?;
        Some(libm::ceil(least).max(1.0) as u64)
    }
}

/// An input that the answer hangs on.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitive {
    /// Its name in `[params]`, or `load`.
    pub input: String,
    /// What it says in the file; of the load, empty.
    pub from: String,
    /// Times so much.
    pub factor: f64,
    /// What becomes different.
    pub change: Change,
}

/// What another input makes of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Everybody is nearly idle, or no longer.
    Idle(bool),
    /// Somebody else carries most: who did, who does.
    Best(String, String),
    /// This contestant, which carries most, takes another number of machines.
    Instances(String, u64, u64),
    /// Contestants that met the objectives at the expected load miss them, or the other way round.
    Met {
        /// Who misses them now.
        misses: Vec<String>,
        /// Who meets them now.
        meets: Vec<String>,
    },
}

/// How far a contestant is behind the best at a load.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The load.
    pub load: f64,
    /// The endpoint, or `all`.
    pub endpoint: String,
    /// Who has the lowest p99 of it.
    pub best: String,
    /// Who is compared with it.
    pub other: String,
    /// The other's `p99_slo_ms` minus the best's. Tells the two apart if its interval excludes zero.
    pub p99_slo_ms: Estimate,
    /// The other's over the best's; absent where the best's may be zero.
    pub ratio: Option<Estimate>,
    /// From how many replications.
    pub replications: u32,
}

/// The load a contestant carries inside the SLO.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Whose.
    pub contestant: String,
    /// The highest visited load at which the SLO was met at it and at all lower ones.
    pub carries: Option<f64>,
    /// The lowest visited load at which it was missed: the capacity lies between the two.
    pub fails_at: Option<f64>,
    /// Between the two by interpolation of the binding figure.
    pub estimate: Option<f64>,
    /// What was in use most at the highest carried load: name, utilisation.
    pub bottleneck: Option<(String, f64)>,
}

/// How the winner depends on the ratio of the languages.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// Who wins below.
    pub below: String,
    /// Who wins above.
    pub above: String,
    /// The ratio (language of the loser over the other's, CPU-weighted over the endpoints' steps) at which they carry the same.
    pub ratio: f64,
    /// The measured ratio on the same scale.
    pub measured: f64,
}

/// Why no ratio of the languages is named at which the winner changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoFlip {
    /// What is carried is not known in two languages.
    Unknown,
    /// At the measured ratios these, each the best of its language, are not told apart.
    Alike(String, String),
    /// At the measured ratios the first is ahead; at equal CPU these, the best of the languages, are not told apart.
    AlikeAtEqualCpu(String, String),
    /// The first carries more than the second, the best of the other languages, whatever the ratio.
    Never(String, String),
}

/// Two contestants whose order changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// Better below.
    pub below: String,
    /// Better above.
    pub above: String,
    /// The load, by interpolation.
    pub load: f64,
    /// Visited loads on either side whose intervals tell the two apart.
    pub between: (f64, f64),
}
