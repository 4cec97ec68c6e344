//! The second pass: the same requests, their accounts summed between the quantiles that the first pass found.

use super::{MS, Slice, Subject};
use crate::experiment::jobs::{Folded, replicate};
use crate::experiment::progress::Control;
use crate::experiment::replicated::Replicated;
use crate::experiment::simulator::Simulator;
use crate::experiment::world::Simulation;
use crate::kernel::Span;
use crate::measure::{BANDS, Band, Bands, Component};
use crate::world::{self, Demands};

/// The quantiles between which the bands lie.
const SHARES: [f64; BANDS + 1] = [0.0, 0.5, 0.9, 0.99, 1.0];

/// The accounts of a contestant's answered requests.
pub(super) struct Accounts {
    /// By endpoint and band.
    pub each: Vec<[Band; BANDS]>,
    /// By band, over all endpoints looked at.
    pub whole: [Band; BANDS],
}

/// The simulation with bands.
struct Banded<'a> {
    simulation: Simulation<'a>,
    /// By contestant.
    bands: &'a [Option<Bands>],
}

impl Simulator for Banded<'_> {
    type Plan = world::Plan;

    fn compile(&self, contestant: usize, load: f64, horizon: Span, language: f64) -> world::Plan {
        let setting = world::Setting {
            bands: self.bands[contestant],
            ..self.simulation.setting(load, horizon, language)
        };
        self.simulation.plan(contestant, setting)
    }

    fn demands(&self, contestant: usize, rate: f64, language: f64) -> Demands {
        self.simulation.demands(contestant, rate, language)
    }
}

impl Subject<'_> {
    /// By contestant, where it has percentiles. `None` if interrupted.
    pub(super) fn accounts(&self, control: &Control) -> Option<Vec<Option<Accounts>>> {
        let everybody = 0..self.scenario.contestants.len();
        let bands: Vec<Option<Bands>> = everybody.clone().map(|index| self.bands(index)).collect();
        let mut accounts: Vec<Option<Accounts>> = everybody.map(|_| None).collect();
        let known: Vec<usize> = (0..bands.len())
            .filter(|&index| bands[index].is_some())
            .collect();
        if known.is_empty() {
            return Some(accounts);
        }
        let banded = Banded {
            simulation: Simulation(self.scenario),
            bands: &bands,
        };
        let points = [self.with(known)];
        let fold = |_: usize, cells: &[Replicated], _: Option<&Vec<(usize, Accounts)>>| {
            let cells = cells.iter();
            Folded::enough(
                cells
                    .map(|cell| (cell.contestant, self.sum(cell)))
                    .collect(),
            )
        };
        let done = replicate(&banded, &points, self.scenario.run.seed, control, fold);
        let found = done.into_iter().flatten().next();
        for (contestant, found) in found? {
            accounts[contestant] = Some(found);
        }
        Some(accounts)
    }

    /// The limits of a contestant's bands.
    fn bands(&self, contestant: usize) -> Option<Bands> {
        let row = self.row(contestant);
        let limits = [row.p50_ms?, row.p90_ms?, row.p99_ms?];
        Some(Bands {
            limits: limits.map(|limit| (limit.value / MS).round() as u64),
            endpoint: self.endpoint,
        })
    }

    /// Over replications, after the warm-up.
    fn sum(&self, cell: &Replicated) -> Accounts {
        let cut = self.cut(cell.contestant);
        let services = self.scenario.contestants[cell.contestant]
            .system
            .services
            .len();
        let empty = || std::array::from_fn(|_| Band::new(services));
        let (mut each, mut whole): (Vec<[Band; BANDS]>, [Band; BANDS]) = (Vec::new(), empty());
        for measured in cell.briefs.iter().map(|brief| brief.after(cut)) {
            each.resize_with(measured.endpoints.len(), empty);
            for (sums, bands) in each.iter_mut().zip(measured.bands.chunks(BANDS)) {
                for ((sum, all), band) in sums.iter_mut().zip(&mut whole).zip(bands) {
                    sum.add(band);
                    all.add(band);
                }
            }
        }
        Accounts { each, whole }
    }

    /// Means instead of sums.
    pub(super) fn slices(&self, contestant: usize, accounts: &Accounts) -> Vec<Slice> {
        let limits = self
            .bands(contestant)
            .map_or([0; BANDS - 1], |bands| bands.limits);
        let limit = |index: usize| limits.get(index).map(|&ns| ns as f64 * MS);
        let slice = |(index, band): (usize, &Band)| {
            let requests = band.requests.max(1) as f64;
            let means = |ns: [u64; Component::COUNT]| ns.map(|ns| ns as f64 * MS / requests);
            Slice {
                shares: (SHARES[index], SHARES[index + 1]),
                limits_ms: (
                    index.checked_sub(1).and_then(limit).unwrap_or(0.0),
                    limit(index),
                ),
                requests: band.requests,
                account_ms: means(band.account_ns.by_component()),
                inside_ms: band
                    .inside_ns
                    .iter()
                    .map(|a| means(a.by_component()))
                    .collect(),
                endpoints: accounts
                    .each
                    .iter()
                    .map(|bands| bands[index].requests as f64 / requests)
                    .collect(),
            }
        };
        accounts.whole.iter().enumerate().map(slice).collect()
    }
}
