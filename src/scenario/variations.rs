//! The scenario again with each of its parameters a half less and a half more, for the question which of them the answer hangs on.
//!
//! Only parameters that are a time are varied: what people measured or guessed. Counts and laws are left as they are, and so is one
//! for which the scenario would be wrong (a law whose bounds cross).

use super::checked::{Scenario, Variation};
use super::files::Files;
use super::piece::Piece;
use super::quantity;
use super::scenario_file::read_tree;
use super::tree::{Node, Value};
use crate::kernel::Span;

/// What each parameter is multiplied with.
const FACTORS: [f64; 2] = [0.5, 1.5];

/// Reads the variations of a scenario that expects a load.
pub(super) fn read(tree: &Node, scenario: &mut Scenario, files: &Files<'_>) {
    if scenario.expected.is_none() {
        return;
    }
    let params = tree.as_table().and_then(|t| t.get("params")?.as_table());
    for entry in params.map_or(&[][..], |params| &params.entries) {
        let time = || quantity::time(Piece::of(&entry.node)?, &files.problems);
        let Some(time) = files.problems.attempt(time) else {
            continue;
        };
        for factor in FACTORS {
            let name = scenario.name.clone();
            let changed = with(tree, &entry.key, scaled(time, factor));
            let varied = files
                .problems
                .attempt(|| read_tree(&changed, &name, true, files));
            scenario.variations.extend(varied.map(|varied| Variation {
                param: entry.key.clone(),
                from: time.to_string(),
                factor,
                scenario: Box::new(varied),
            }));
        }
    }
}

fn scaled(time: Span, factor: f64) -> Span {
    Span::from_nanos_f64(time.0 as f64 * factor)
}

/// The tree with another time for a parameter.
fn with(tree: &Node, param: &str, time: Span) -> Node {
    let mut tree = tree.clone();
    if let Value::Table(table) = &mut tree.value
        && let Some(Node {
            value: Value::Table(params),
            ..
        }) = table.get_mut("params")
        && let Some(node) = params.get_mut(param)
    {
        node.value = Value::Text {
            text: time.to_string(),
            inner: None,
        };
    }
    tree
}
