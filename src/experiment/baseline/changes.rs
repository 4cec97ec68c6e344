//! What became of each figure since a baseline.

use super::{Baseline, KEPT, Kept};
use crate::experiment::study::{Estimate, Study};
use crate::kernel::Span;
use crate::scenario::Figure;
use crate::stats::{Contrast, Pairing};

/// A study against a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The baseline's name.
    pub baseline: String,
    /// The program's version that made it, where it was another.
    pub version: Option<String>,
    /// What is in both, in the order of the study's rows.
    pub rows: Vec<Changed>,
    /// What only the baseline has.
    pub gone: Lone,
    /// What only the study has.
    pub new: Lone,
}

/// What has nothing beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lone {
    /// Contestants.
    pub contestants: Vec<String>,
    /// Endpoints.
    pub endpoints: Vec<String>,
    /// Loads.
    pub loads: Vec<f64>,
}

/// One figure of one row, before and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The contestant's name.
    pub contestant: String,
    /// The endpoint's name, or `all`.
    pub endpoint: String,
    /// The load.
    pub load: f64,
    /// Which figure.
    pub figure: Figure,
    /// What it was; absent where the data could not tell.
    pub before: Option<f64>,
    /// What it is. A percentile may be infinite, in both.
    pub now: Option<f64>,
    /// Now minus before.
    pub difference: Option<Estimate>,
    /// Now over before; absent where before may be zero.
    pub ratio: Option<Estimate>,
    /// Why the two are not of the same requests; none if they are.
    pub unpaired: Option<Unpaired>,
    /// Replications before and now.
    pub replications: (u32, u32),
    /// Whether the system could not keep up, before and now.
    pub saturated: (bool, bool),
}

/// Why two runs are not of the same requests: before and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpaired {
    /// Other dice.
    Seed(u64, u64),
    /// Another number of replications.
    Replications(u32, u32),
    /// Replications of another length.
    Length(Span, Span),
}

/// A study against a baseline. Rows are matched by contestant, endpoint and load.
#[must_use]
pub fn changes(baseline: &Baseline, study: &Study) -> Changes {
    let mut rows = Vec::new();
    for now in &study.kept {
        let same = |before: &&Kept| {
            before.contestant == now.contestant
                && before.endpoint == now.endpoint
                && before.load == now.load
        };
        if let Some(before) = baseline.rows.iter().find(same) {
            let unpaired = unpaired((baseline.run.seed, before), (study.seed, now));
            rows.extend(
                KEPT.iter()
                    .map(|figure| change(*figure, before, now, unpaired)),
            );
        }
    }
    let other = baseline.version != study.version;
    Changes {
        baseline: baseline.name.clone(),
        version: other.then(|| baseline.version.clone()),
        rows,
        gone: lone(&baseline.rows, &study.kept),
        new: lone(&study.kept, &baseline.rows),
    }
}

/// Why two rows are not of the same requests. A longer warm-up in one of them cuts some away and leaves the rest in common.
fn unpaired(before: (u64, &Kept), now: (u64, &Kept)) -> Option<Unpaired> {
    let ((seed, before), (seed_now, now)) = (before, now);
    if seed != seed_now {
        Some(Unpaired::Seed(seed, seed_now))
    } else if before.horizon != now.horizon {
        Some(Unpaired::Length(before.horizon, now.horizon))
    } else if before.replications != now.replications {
        Some(Unpaired::Replications(
            before.replications,
            now.replications,
        ))
    } else {
        None
    }
}

fn change(figure: Figure, before: &Kept, now: &Kept, unpaired: Option<Unpaired>) -> Changed {
    let pairing = match unpaired {
        None => Pairing::Same,
        Some(_) => Pairing::Others,
    };
    let (was, is) = (before.figure(figure), now.figure(figure));
    let contrast = was.zip(is).and_then(|(was, is)| is.against(was, pairing));
    Changed {
        contestant: now.contestant.clone(),
        endpoint: now.endpoint.clone(),
        load: now.load,
        figure,
        before: was.map(|kept| kept.value()),
        now: is.map(|kept| kept.value()),
        difference: contrast.map(|Contrast { difference, .. }| difference),
        ratio: contrast.and_then(|Contrast { ratio, .. }| ratio),
        unpaired,
        replications: (before.replications, now.replications),
        saturated: (before.saturated, now.saturated),
    }
}

/// What `these` have and `those` have not, in order.
fn lone(these: &[Kept], those: &[Kept]) -> Lone {
    let names = |name: fn(&Kept) -> &String| {
        let mut names: Vec<String> = Vec::new();
        for row in these {
            if !names.contains(name(row)) && !those.iter().any(|other| name(other) == name(row)) {
                names.push(name(row).clone());
            }
        }
        names
    };
    let alone = |row: &&Kept| those.iter().all(|other| other.load != row.load);
    let mut loads: Vec<f64> = these.iter().filter(alone).map(|row| row.load).collect();
    loads.sort_by(f64::total_cmp);
    loads.dedup();
    Lone {
        contestants: names(|row| &row.contestant),
        endpoints: names(|row| &row.endpoint),
        loads,
    }
}
