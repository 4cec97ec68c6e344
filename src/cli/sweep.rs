//! `crossover sweep SCENARIO --vary PATH=SPEC [--vary PATH=SPEC]`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::study::{self, Asked};
use crate::experiment::{self, Plane, SweptAxis};
use crate::scenario::{Axis, FileSystem, Scenario, load};
use crate::world::named_loads;

/// Curves over one key, or a map over two.
pub fn sweep(
    global: &Global,
    asked: &str,
    vary: &[String],
    resolution: (usize, usize),
) -> Result<Done, Failure> {
    let axes = axes(vary, resolution)?;
    let base = study::read(global, asked)?;
    let point = |at: &[usize]| {
        let mut overrides = study::overrides(global);
        overrides.extend(
            axes.iter()
                .zip(at)
                .map(|(axis, i)| format!("{}={}", axis.path, axis.values[*i])),
        );
        load(&FileSystem, asked, &overrides)
    };
    for at in every(&axes) {
        // The base was read without a mistake, so what is wrong now is in the values.
        let scenario = point(&at).map_err(|wrong| {
            let typed = axes.iter().zip(&at);
            let wrong = typed.fold(wrong, |wrong, (axis, i)| {
                wrong.typed_as("--vary", "", &format!("{}={}", axis.path, axis.values[*i]))
            });
            Failure::Refused(wrong.to_string())
        })?;
        open_load(global, &scenario)?;
    }
    let mut study = study::simulate(global, &base, |base, budget, control| {
        let scenario = |at: &[usize]| {
            let mut scenario = point(at).ok()?;
            scenario.run.replications = base.run.replications;
            Some(scenario)
        };
        let plane = Plane {
            axes: axes.clone(),
            scenario: &scenario,
        };
        experiment::sweep(&plane, budget, control)
    })?;
    study.digest = base.digest;
    study::finish(global, study, &Asked::new("sweep", asked))
}

/// The axes, the horizontal one first.
fn axes(vary: &[String], resolution: (usize, usize)) -> Result<Vec<SweptAxis>, Failure> {
    let refused = |text: String| Failure::Refused(format!("error: {text}"));
    let sides = match vary {
        [_] => vec![None],
        [_, _] => vec![Some(resolution.0), Some(resolution.1)],
        _ => {
            let text = format!(
                "a sweep has one --vary (curves) or two (a map); here are {}",
                vary.len()
            );
            return Err(refused(text));
        }
    };
    let mut axes: Vec<SweptAxis> = Vec::new();
    for (text, side) in vary.iter().zip(sides) {
        let axis = Axis::parse_into(text, side).map_err(|e| Failure::Refused(e.to_string()))?;
        let axis = SweptAxis::new(axis.path, axis.values);
        if axes.iter().any(|other| other.path == axis.path) {
            return Err(refused(format!("`{}` is varied twice", axis.path)));
        }
        if side.is_some() && (axis.scale.is_none() || axis.values.len() < 2) {
            return Err(refused(format!(
                "the axes of a map are rising numbers with one unit, at least two of them, such as {}=1ms..20ms; `{text}` is not",
                axis.path
            )));
        }
        axes.push(axis);
    }
    Ok(axes)
}

/// All points of the axes.
fn every(axes: &[SweptAxis]) -> Vec<Vec<usize>> {
    axes.iter().fold(vec![Vec::new()], |points, axis| {
        let longer = |point: &Vec<usize>, i| [point.as_slice(), &[i]].concat();
        points
            .iter()
            .flat_map(|point| (0..axis.values.len()).map(move |i| longer(point, i)))
            .collect()
    })
}

/// `--assert-slo` has nothing to hold at where the load is searched for.
fn open_load(global: &Global, scenario: &Scenario) -> Result<(), Failure> {
    if global.assert_slo && named_loads(&scenario.arrivals).is_none() {
        return Err(Failure::Refused(
            "error: --assert-slo needs a load to hold at, and this sweep searches for the load that is carried\n\
             name one, such as --set arrivals.rate=400/s"
                .to_owned(),
        ));
    }
    Ok(())
}
