//! Scenario texts in, outcomes out: through the ordinary files, plan and engine.

use std::path::Path;

use crossover::kernel::Span;
use crossover::measure::Outcome;
use crossover::scenario::{Scenario, load};
use crossover::world::{Plan, Setting};

/// Reads a scenario text; models it does not embed come from `files` (name, text).
pub fn scenario_with(text: &str, files: &[(&str, &str)]) -> Scenario {
    let loader = |path: &Path| -> Option<Vec<u8>> {
        let name = path.file_name()?.to_str()?;
        if name == "test.toml" {
            return Some(text.as_bytes().to_vec());
        }
        let file = files.iter().find(|(file, _)| *file == name)?;
        Some(file.1.as_bytes().to_vec())
    };
    load(&loader, "test.toml", &[]).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Reads a scenario text that needs no other files.
pub fn scenario(text: &str) -> Scenario {
    scenario_with(text, &[])
}

/// Replications `0..replications` of the first contestant, at this load.
pub fn outcomes(
    scenario: &Scenario,
    load: f64,
    horizon: Span,
    replications: u64,
    elide: bool,
) -> Vec<Outcome> {
    let setting = Setting {
        elide,
        ..Setting::new(load, horizon)
    };
    let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
    (0..replications)
        .map(|replication| plan.run(scenario.run.seed, replication))
        .collect()
}
