//! Theory beside simulation on paper: tables, sentences, CSV and JSON of a [`Theory`].

use serde_json::{Value, json};

use super::columns::rounded;
use super::csv::quoted;
use super::table::{self, Table};
use super::words;
use crate::experiment::theory::{Compared, Examined, Theory};
use crate::experiment::{Estimate, LoadUnit};

/// A simulated mean that is nearer than this to the closed form's is said to agree with it.
const NEAR: f64 = 0.05;

/// Everything for a terminal.
#[cfg(feature = "cli")]
#[must_use]
pub fn terminal(theory: &Theory, width: usize, colour: bool) -> String {
    let (tables, said) = (tables(theory), sentences(theory));
    table::page(&heading(theory), &tables, &said, &[], width, colour)
}

/// Everything as Markdown.
#[must_use]
pub fn markdown(theory: &Theory) -> String {
    let came_from = format!(
        "Scenario `{}`, seed {}, crossover {}, digest `{}`.",
        theory.scenario, theory.seed, theory.version, theory.digest
    );
    let (tables, said) = (tables(theory), sentences(theory));
    table::markdown_page(&heading(theory), &tables, &said, &[], &came_from)
}

fn heading(theory: &Theory) -> String {
    format!("Theory beside simulation. {}", theory.title)
}

fn unit(theory: &Theory) -> &'static str {
    match theory.load_unit {
        LoadUnit::Rps => "requests/s",
        LoadUnit::Users => "users",
    }
}

/// For each contestant its stations, the assumptions, and both ways at each load.
#[must_use]
pub fn tables(theory: &Theory) -> Vec<Table> {
    let each = theory.contestants.iter();
    let all = each.flat_map(|one| [stations(one), assumptions(one), loads(theory, one)]);
    all.filter(|table| !table.rows.is_empty()).collect()
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn stations(one: &Examined) -> Table {
    let rows = one.shape.queues.iter().map(|queue| {
        let cv = queue
            .station
            .scv
            .map_or_else(|| "–".to_owned(), |scv| words::number(scv.sqrt()));
        vec![
            words::resource(&queue.station.name),
            queue.station.units.to_string(),
            words::number(queue.station.demand_ns * 1e-6),
            cv,
            words::load_about(queue.station.units as f64 / queue.station.demand_ns * 1e9),
        ]
    });
    Table {
        title: format!("{}: {}", one.info.name, one.shape.name()),
        header: header(&["", "units", "demand, ms", "cv", "full at"]),
        rows: rows.collect(),
        note: format!(
            "cv: how much the demand varies, 0 constant, 1 exponential. A request that never waits takes {} on average.",
            words::time(one.shape.zero_load * 1e3)
        ),
    }
}

fn assumptions(one: &Examined) -> Table {
    let rows = one.assumptions.iter().map(|assumption| {
        let holds = if assumption.holds { "yes" } else { "no" };
        vec![assumption.what.to_owned(), holds.to_owned()]
    });
    let broken = one
        .assumptions
        .iter()
        .filter(|assumption| !assumption.holds);
    let why: Vec<&str> = broken.map(|assumption| assumption.why.as_str()).collect();
    Table {
        title: format!("{}: what the closed forms assume", one.info.name),
        header: header(&["", "holds"]),
        rows: rows.collect(),
        note: match why.is_empty() {
            true => String::new(),
            false => format!("Instead: {}.", why.join("; ")),
        },
    }
}

fn loads(theory: &Theory, one: &Examined) -> Table {
    let absent = || "–".to_owned();
    let rows = one.loads.iter().map(|compared| {
        let row = &compared.row;
        let (law, seen) = compared
            .fullest
            .as_ref()
            .map_or((None, None), |(_, law, seen)| (Some(*law), *seen));
        let simulated = |figure: Option<Estimate>| match figure {
            Some(figure) => words::plus_minus(figure),
            None if row.saturated => "saturated".to_owned(),
            None => absent(),
        };
        vec![
            words::load(compared.load),
            law.map_or_else(absent, words::percent),
            seen.map_or_else(absent, words::percent),
            words::number(compared.mean_ms),
            simulated(row.mean_ms),
            compared.difference().map_or_else(absent, difference),
            compared.p99_ms.map_or_else(absent, words::number),
            simulated(row.p99_ms),
        ]
    });
    let fullest = one
        .loads
        .last()
        .and_then(|compared| compared.fullest.as_ref());
    let note = fullest.map_or_else(String::new, |(name, ..)| {
        format!(
            "In use: {}. Latencies in ms; the difference is that of the simulated mean.",
            words::resource(name)
        )
    });
    Table {
        title: format!(
            "{}: closed form and simulation (sim.), by {}",
            one.info.name,
            unit(theory)
        ),
        header: header(&[
            "",
            "in use",
            "sim.",
            "mean",
            "sim.",
            "difference",
            "p99",
            "sim.",
        ]),
        rows: rows.collect(),
        note,
    }
}

/// `+12 % ±3`.
fn difference(estimate: Estimate) -> String {
    let half = 50.0 * (estimate.hi - estimate.lo);
    let value = format!("{:+.1} %", 100.0 * estimate.value);
    if half.is_finite() && half > 0.0 {
        format!("{value} ±{half:.1}")
    } else {
        value
    }
}

/// Whether the two agree, and if not, what is broken.
#[must_use]
pub fn sentences(theory: &Theory) -> Vec<String> {
    let missing = "Interrupted: loads and contestants that are missing were not finished.";
    let each = theory.contestants.iter().map(|one| sentence(theory, one));
    each.chain(theory.interrupted.then(|| missing.to_owned()))
        .collect()
}

fn sentence(theory: &Theory, one: &Examined) -> String {
    let broken: Vec<&str> = one
        .assumptions
        .iter()
        .filter(|a| !a.holds)
        .map(|a| a.what)
        .collect();
    let known: Vec<(&Compared, Estimate)> = one
        .loads
        .iter()
        .filter_map(|c| Some((c, c.difference()?)))
        .collect();
    // What chance can do is no difference: told is the largest that is beyond it.
    let sure = known.iter().filter(|(_, d)| d.excludes_zero());
    let far = |d: &Estimate| d.value.abs();
    let worst = sure.max_by(|a, b| far(&a.1).total_cmp(&far(&b.1)));
    let widest = known.iter().map(|(_, d)| d.lo.abs().max(d.hi.abs()));
    let how = match worst {
        _ if known.is_empty() => "nothing to compare with: saturated at every load".to_owned(),
        None => format!(
            "no difference between the simulated mean and the closed form beyond chance, which may hide {}",
            words::percent(widest.fold(0.0, f64::max))
        ),
        Some((_, worst)) if far(worst) <= NEAR => format!(
            "the simulated mean is within {} of the closed form wherever the two differ beyond chance",
            words::percent(far(worst))
        ),
        Some((at, worst)) => format!(
            "the simulated mean is {} the closed form by {} ({} to {}) at {} {}",
            if worst.value > 0.0 { "above" } else { "below" },
            words::percent(far(worst)),
            words::percent(worst.lo.abs().min(worst.hi.abs())),
            words::percent(worst.lo.abs().max(worst.hi.abs())),
            words::load(at.load),
            unit(theory)
        ),
    };
    let which = match broken.len() {
        0 => "every assumption holds".to_owned(),
        some => format!(
            "{some} of {} assumptions do not hold",
            one.assumptions.len()
        ),
    };
    format!("{}, {}: {how}; {which}.", one.info.name, one.shape.name())
}

/// A line for each contestant and load.
#[must_use]
pub fn csv(theory: &Theory) -> String {
    let mut out = String::from(
        "contestant,load,load_unit,shape,fullest,used_theory,used,mean_theory_ms,mean_ms,mean_ms_lo,mean_ms_hi,p99_theory_ms,p99_ms,p99_ms_lo,p99_ms_hi,saturated\n",
    );
    let cell = |value: Option<f64>| {
        value
            .and_then(rounded)
            .map_or_else(String::new, |v| v.to_string())
    };
    for one in &theory.contestants {
        for compared in &one.loads {
            let row = &compared.row;
            let (name, law, seen) = full(compared);
            let parts = |e: Option<Estimate>| {
                [e.map(|e| e.value), e.map(|e| e.lo), e.map(|e| e.hi)].map(cell)
            };
            let mut cells = vec![
                one.info.name.clone(),
                cell(Some(compared.load)),
                if theory.load_unit == LoadUnit::Rps {
                    "rps"
                } else {
                    "users"
                }
                .to_owned(),
                one.shape.name(),
                name,
                cell(law),
                cell(seen),
                cell(Some(compared.mean_ms)),
            ];
            cells.extend(parts(row.mean_ms));
            cells.push(cell(compared.p99_ms));
            cells.extend(parts(row.p99_ms));
            cells.push(row.saturated.to_string());
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
    }
    out
}

fn full(compared: &Compared) -> (String, Option<f64>, Option<f64>) {
    match &compared.fullest {
        Some((name, law, seen)) => (name.clone(), Some(*law), *seen),
        None => (String::new(), None, None),
    }
}

/// The whole, nested.
#[must_use]
pub fn json(theory: &Theory) -> String {
    let number = |value: Option<f64>| value.and_then(rounded).map_or(Value::Null, |v| json!(v));
    let parts = |e: Option<Estimate>| {
        json!([e.map(|e| e.value), e.map(|e| e.lo), e.map(|e| e.hi)].map(number))
    };
    let load = |compared: &Compared| {
        let (name, law, seen) = full(compared);
        json!({
            "load": number(Some(compared.load)),
            "fullest": name,
            "used_theory": number(law),
            "used": number(seen),
            "mean_theory_ms": number(Some(compared.mean_ms)),
            "mean_ms": parts(compared.row.mean_ms),
            "p99_theory_ms": number(compared.p99_ms),
            "p99_ms": parts(compared.row.p99_ms),
            "saturated": compared.row.saturated,
        })
    };
    let each = theory.contestants.iter().map(|one| {
        let queues = one.shape.queues.iter().map(|queue| {
            json!({
                "resource": queue.station.name,
                "units": queue.station.units,
                "demand_ms": number(Some(queue.station.demand_ns * 1e-6)),
                "scv": number(queue.station.scv),
            })
        });
        let assumed = one
            .assumptions
            .iter()
            .map(|a| json!({"assumption": a.what, "holds": a.holds, "why": a.why}));
        json!({
            "contestant": one.info.name,
            "shape": one.shape.name(),
            "zero_load_ms": number(Some(one.shape.zero_load * 1e3)),
            "stations": queues.collect::<Vec<_>>(),
            "assumptions": assumed.collect::<Vec<_>>(),
            "loads": one.loads.iter().map(load).collect::<Vec<_>>(),
        })
    });
    let value = json!({
        "scenario": theory.scenario,
        "title": theory.title,
        "seed": theory.seed,
        "version": theory.version,
        "digest": theory.digest,
        "load_unit": if theory.load_unit == LoadUnit::Rps { "rps" } else { "users" },
        "interrupted": theory.interrupted,
        "contestants": each.collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}
