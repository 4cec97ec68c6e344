//! From all replications of all contestants at one load to its rows: common warm-up, saturation, figures.

use std::sync::Arc;

use super::baseline::Kept;
use super::brief::{Brief, Measured, Part};
use super::figures::{Figures, Quality};
use super::jobs::Point;
use super::judge::Judged;
use super::precision::Wanting;
use super::replicated::Replicated;
use super::study::{Row, TimelineSlot};
use super::transient;
use crate::kernel::Span;
use crate::measure::{SEGMENTS, SLOTS};
use crate::scenario::Scenario;
use crate::stats::{Located, Pool, agreed, mser};

/// Batches of the series on which MSER looks: four to a sixteenth.
const BATCHES: usize = 4 * SEGMENTS;
/// The latest cut that is believed, and the one where there is nothing to find out: half of the run.
const HALF: usize = SEGMENTS / 2;
/// A run begins empty, so something is always cut.
const LEAST: usize = 1;
/// Node's `monitorEventLoopDelay` has a resolution of 10 ms, which its intervals contain.
const LOOP_MONITOR_MS: f64 = 10.0;

/// What is known of a contestant at a load besides its rows, for the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Who, by index in the scenario.
    pub contestant: usize,
    /// The load.
    pub load: f64,
    /// Whether it could not keep up.
    pub saturated: bool,
    /// Its objectives, those of endpoints too.
    pub judged: Judged,
    /// [`Judged::p99_slo`] of each endpoint.
    pub endpoints: Vec<Option<Located>>,
    /// What was in use most.
    pub busiest: Option<(String, f64)>,
}

impl Finding {
    /// Whether the objectives are met; where there are none, whether it kept up.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        if self.judged.held.is_empty() {
            Some(!self.saturated)
        } else {
            self.judged.within
        }
    }
}

/// What was too little for a row's quantiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Lack {
    /// Who, by index in the scenario.
    pub contestant: usize,
    /// The endpoint; `None` for all of them.
    pub endpoint: Option<usize>,
    /// The load.
    pub load: f64,
    /// The lowest quantile that is empty, and the requests per replication there were.
    pub quantile: f64,
    /// Requests per replication.
    pub requests: f64,
    /// Requests of all endpoints per replication.
    pub all: f64,
    /// The share of the run that was left after the warm-up.
    pub kept: f64,
    /// Relaxation times seen, where they were too few.
    pub relaxations: Option<f64>,
}

/// A load, finished.
#[derive(Clone, Debug)]
pub struct LoadPoint {
    /// Contestant by contestant: `all`, then each endpoint.
    pub rows: Vec<Vec<Row>>,
    /// Contestant by contestant.
    pub findings: Vec<Finding>,
    /// Contestant by contestant, beside the rows: what another run is compared with. Empty where that was not asked for.
    pub kept: Vec<Vec<Kept>>,
    /// What was too little.
    pub lacks: Vec<Lack>,
    /// Whose figure is not yet known as precisely as asked.
    pub wanting: Vec<Wanting>,
    /// Saturated contestants that were not yet at rest, by index in the scenario.
    pub transient: Vec<usize>,
    /// The load.
    pub load: f64,
    /// How long each replication lasted.
    pub horizon: Span,
}

/// What comes out of folding a point besides the ordinary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Whether rows have fine curves of percentiles and a timeline.
    pub in_depth: bool,
    /// Whether what another run is compared with is kept.
    pub keep: bool,
    /// Sixteenths that are cut at least where a warm-up has to be found: those of the run it is compared with.
    pub cut: usize,
}

/// [`fold_as`] with nothing kept.
#[must_use]
pub fn fold(
    scenario: &Scenario,
    point: &Point,
    relaxation: &[f64],
    cells: &[Replicated],
    in_depth: bool,
) -> LoadPoint {
    let asked = Asked {
        in_depth,
        ..Asked::default()
    };
    fold_as(scenario, point, relaxation, cells, asked)
}

/// Folds a point. `relaxation` holds the relaxation time of each of the point's contestants, seconds.
#[must_use]
pub fn fold_as(
    scenario: &Scenario,
    point: &Point,
    relaxation: &[f64],
    cells: &[Replicated],
    asked: Asked,
) -> LoadPoint {
    let saturated: Vec<bool> = cells.iter().map(|c| point.open && c.saturated()).collect();
    let cut = match scenario.run.warmup {
        Some(warmup) => boundary(warmup, point.horizon),
        None => common_cut(cells, &saturated).max(asked.cut),
    };
    let mut result = LoadPoint {
        rows: Vec::new(),
        findings: Vec::new(),
        kept: Vec::new(),
        lacks: Vec::new(),
        wanting: Vec::new(),
        transient: Vec::new(),
        load: point.load,
        horizon: point.horizon,
    };
    for (index, cell) in cells.iter().enumerate() {
        let (cut, transient) = own_cut(scenario, cell, saturated[index], cut);
        if transient {
            result.transient.push(cell.contestant);
        }
        let seconds = point.horizon.as_secs_f64() * (SEGMENTS - cut) as f64 / SEGMENTS as f64;
        let quality = Quality {
            saturated: saturated[index],
            transient,
            relaxations: seconds / relaxation[index],
            seconds,
            open: point.open,
            in_depth: asked.in_depth,
        };
        Bench {
            scenario,
            point,
            cell,
            cut,
            quality,
            keep: asked.keep,
        }
        .fold_into(&mut result);
    }
    result
}

/// The sixteenths that a given warm-up takes, rounded up; something is always left.
pub fn boundary(warmup: Span, horizon: Span) -> usize {
    let sixteenth = (horizon.0 / SEGMENTS as u64).max(1);
    (warmup.0.div_ceil(sixteenth) as usize).min(SEGMENTS - 1)
}

/// The largest of the cuts that those that keep up need.
fn common_cut(cells: &[Replicated], saturated: &[bool]) -> usize {
    cells
        .iter()
        .zip(saturated)
        .filter(|(_, saturated)| !**saturated)
        .map(|(cell, _)| cut(&cell.briefs))
        .max()
        .unwrap_or(HALF)
}

/// The cut of one contestant, and whether it leaves a transient. Who drowns and whose clients have a time-out is counted only
/// once these show; nothing is paired with him, so the others keep the common cut.
fn own_cut(
    scenario: &Scenario,
    cell: &Replicated,
    saturated: bool,
    common: usize,
) -> (usize, bool) {
    let clients = &scenario.contestants[cell.contestant].system.clients;
    match clients.timeout.filter(|_| saturated) {
        None => (common, false),
        Some(timeout) => match transient::rest(&cell.briefs, timeout, common) {
            Some(cut) => (cut, false),
            None => (common, true),
        },
    }
}

/// MSER on the number in system averaged over replications, as far as the replications agree.
fn cut(briefs: &[Arc<Brief>]) -> usize {
    let fine: Vec<Vec<f64>> = briefs.iter().map(|b| b.in_system(BATCHES)).collect();
    let average: Vec<f64> = (0..BATCHES)
        .map(|i| fine.iter().map(|f| f[i]).sum())
        .collect();
    let proposed = mser(&average).div_ceil(BATCHES / SEGMENTS).min(HALF);
    let sixteenths: Vec<Vec<f64>> = briefs.iter().map(|b| b.in_system(SEGMENTS)).collect();
    agreed(&sixteenths, proposed, LEAST)
}

/// One contestant at one load on its way to rows.
struct Bench<'a> {
    scenario: &'a Scenario,
    point: &'a Point,
    cell: &'a Replicated,
    cut: usize,
    quality: Quality,
    keep: bool,
}

impl Bench<'_> {
    fn fold_into(&self, result: &mut LoadPoint) {
        let measured: Vec<Measured> = self.cell.briefs.iter().map(|b| b.after(self.cut)).collect();
        let endpoints = measured.first().map_or(0, |m| m.endpoints.len());
        let mut rows = Vec::new();
        let all: Vec<Part> = measured.iter().map(|m| sum(&m.endpoints)).collect();
        let figures = Figures::new(&all, self.quality);
        let mut row = self.row(&figures, None);
        self.complete(&mut row, &measured);
        let busiest = self.busiest(&row);
        let slo = &self.scenario.slo;
        let mut judged = Judged::new(&figures, &row, slo, None);
        let mut kept = Vec::new();
        kept.extend(self.kept(&row, &figures));
        rows.push(row);
        let requests = all.iter().map(|p| p.ended()).sum::<u64>() as f64 / all.len().max(1) as f64;
        result.lacks.extend(self.lack(&figures, None, requests));
        let mut p99s = Vec::new();
        for endpoint in 0..endpoints {
            let parts: Vec<Part> = measured
                .iter()
                .map(|m| m.endpoints[endpoint].clone())
                .collect();
            let figures = Figures::new(&parts, self.quality);
            let mut row = self.row(&figures, Some(endpoint));
            let own = Judged::new(&figures, &row, slo, Some(&row.endpoint));
            judged.add(&own, self.quality.saturated);
            note(&mut row, &own);
            kept.extend(self.kept(&row, &figures));
            rows.push(row);
            p99s.push(own.p99_slo);
            result
                .lacks
                .extend(self.lack(&figures, Some(endpoint), requests));
        }
        note(&mut rows[0], &judged);
        result.rows.push(rows);
        result.kept.push(kept);
        result.findings.push(Finding {
            contestant: self.cell.contestant,
            load: self.point.load,
            saturated: self.quality.saturated,
            judged,
            endpoints: p99s,
            busiest,
        });
    }

    fn row(&self, figures: &Figures, endpoint: Option<usize>) -> Row {
        let contestant = &self.scenario.contestants[self.cell.contestant];
        let name = endpoint.map_or("all", |e| &contestant.system.services[0].endpoints[e].name);
        let warmup = Span(self.point.horizon.0 / SEGMENTS as u64) * self.cut as u64;
        figures.row(&contestant.name, name, self.point.load, warmup)
    }

    /// What another run is compared with, if it is asked for.
    fn kept(&self, row: &Row, figures: &Figures) -> Option<Kept> {
        self.keep.then(|| Kept {
            contestant: row.contestant.clone(),
            endpoint: row.endpoint.clone(),
            load: row.load,
            horizon: self.point.horizon,
            warmup: row.warmup,
            replications: row.replications,
            saturated: row.saturated,
            figures: figures.kept(),
        })
    }

    /// What only the row of `all` has.
    fn complete(&self, row: &mut Row, measured: &[Measured]) {
        let briefs = &self.cell.briefs;
        row.util = self.utilisation(measured);
        row.loop_delay_ms = loop_delay(measured);
        row.memory_mb = briefs.iter().map(|b| b.memory_bytes).max().unwrap_or(0) as f64 * 1e-6;
        row.events = briefs.iter().map(|b| b.events).sum();
        if self.quality.in_depth {
            row.timeline = timeline(briefs);
        }
    }

    fn utilisation(&self, measured: &[Measured]) -> Vec<(String, f64)> {
        let seconds: f64 = measured.iter().map(|m| m.seconds).sum();
        let resources = self.cell.resources.iter().enumerate();
        resources
            .filter_map(|(index, resource)| {
                let units = resource.units.filter(|units| *units > 0)? as f64;
                let busy: u64 = measured.iter().map(|m| m.busy_ns[index]).sum();
                Some((
                    resource.name.clone(),
                    busy as f64 * 1e-9 / (units * seconds),
                ))
            })
            .collect()
    }

    /// The fullest resource that is nobody's part.
    fn busiest(&self, row: &Row) -> Option<(String, f64)> {
        let part = |name: &String| {
            self.cell
                .resources
                .iter()
                .any(|r| r.part && r.name == *name)
        };
        let whole = row.util.iter().filter(|(name, _)| !part(name));
        whole.max_by(|a, b| a.1.total_cmp(&b.1)).cloned()
    }

    fn lack(&self, figures: &Figures, endpoint: Option<usize>, all: f64) -> Option<Lack> {
        let (quantile, requests) = *figures.missing().first()?;
        Some(Lack {
            contestant: self.cell.contestant,
            endpoint,
            load: self.point.load,
            quantile,
            requests,
            all,
            kept: (SEGMENTS - self.cut) as f64 / SEGMENTS as f64,
            relaxations: figures.hasty().then_some(self.quality.relaxations),
        })
    }
}

fn note(row: &mut Row, judged: &Judged) {
    row.within_slo = judged.within;
    row.objectives.clone_from(&judged.held);
}

pub fn sum(parts: &[Part]) -> Part {
    let mut total = Part::default();
    parts.iter().for_each(|part| total.add(part));
    total
}

fn loop_delay(measured: &[Measured]) -> Option<(f64, f64)> {
    let samples: Vec<_> = measured.iter().map(|m| m.loop_delay.clone()).collect();
    let total: u128 = samples
        .iter()
        .flat_map(|s| &s.bins)
        .map(|(ns, n)| u128::from(*ns) * u128::from(*n))
        .sum();
    let pool = Pool::new(&samples);
    let p99 = (!pool.is_empty()).then(|| pool.curve(&[0.99])[0])?;
    let beyond = |ns: f64| (ns * 1e-6 - LOOP_MONITOR_MS).max(0.0);
    Some((beyond(total as f64 / pool.len() as f64), beyond(p99)))
}

/// The whole run, warm-up included, in 128 slots averaged over replications.
fn timeline(briefs: &[Arc<Brief>]) -> Vec<TimelineSlot> {
    let Some(first) = briefs.first() else {
        return Vec::new();
    };
    let together = SLOTS / 128;
    let width = first.horizon.as_secs_f64() / 128.0;
    let time = width * briefs.len() as f64;
    (0..128)
        .map(|i| {
            let slots = || {
                briefs
                    .iter()
                    .flat_map(move |b| b.series[i * together..(i + 1) * together].iter())
            };
            let answered: u64 = slots().map(|s| s.succeeded).sum();
            let failed: u64 = slots().map(|s| s.failed).sum();
            let latency: u128 = slots().map(|s| s.sum_ns).sum();
            let inside: u128 = slots().map(|s| s.in_system_ns).sum();
            TimelineSlot {
                start_s: i as f64 * width,
                throughput_rps: answered as f64 / time,
                failed_rps: failed as f64 / time,
                mean_ms: (answered > 0).then(|| latency as f64 * 1e-6 / answered as f64),
                in_system: inside as f64 * 1e-9 / time,
            }
        })
        .collect()
}
