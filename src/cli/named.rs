//! Which contestant or endpoint a flag names.

use super::outcome::Failure;
use crate::scenario::{Scenario, nearest};

/// The index of the contestant of a name; it may be left out where there is one. `whose` is what is asked for: "settings", "requests".
///
/// # Errors
/// If there is none of that name, or several and no name.
pub fn contestant(scenario: &Scenario, asked: Option<&str>, whose: &str) -> Result<usize, Failure> {
    let all = scenario.contestants.iter();
    let names: Vec<&str> = all.map(|contestant| contestant.name.as_str()).collect();
    match (asked, names.len()) {
        (Some(asked), _) => index("contestant", asked, &names),
        (None, 1) => Ok(0),
        (None, _) => Err(Failure::Refused(format!(
            "error: whose {whose}? Say --contestant NAME, one of {}",
            names.join(", ")
        ))),
    }
}

/// The index of the endpoint of a name.
///
/// # Errors
/// If there is none.
pub fn endpoint(scenario: &Scenario, asked: &str) -> Result<usize, Failure> {
    let first = scenario.contestants.first();
    let endpoints = first.map_or(&[][..], |one| &one.system.services[0].endpoints);
    let names: Vec<&str> = endpoints
        .iter()
        .map(|endpoint| endpoint.name.as_str())
        .collect();
    index("endpoint", asked, &names)
}

fn index(kind: &str, asked: &str, names: &[&str]) -> Result<usize, Failure> {
    let found = names.iter().position(|name| *name == asked);
    found.ok_or_else(|| {
        let near = nearest(asked, names.iter().copied());
        let meant = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        Failure::Refused(format!(
            "error: the scenario has no {kind} {asked}{meant}\nit has: {}",
            names.join(", ")
        ))
    })
}
