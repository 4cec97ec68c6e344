//! `crossover schema WHAT`.

use super::args::Described;
use super::outcome::{Done, Failure};
use super::output;
use crate::scenario::schema::{FileKind, reference, schema};

/// Writes a JSON Schema, or the reference of all keys, to standard output.
pub fn schema_of(what: Described) -> Result<Done, Failure> {
    let json = |kind| format!("{:#}\n", schema(kind));
    output::show(&match what {
        Described::Scenario => json(FileKind::Scenario),
        Described::Model => json(FileKind::Model),
        Described::Host => json(FileKind::Host),
        Described::Languages => json(FileKind::Languages),
        Described::Reference => reference(),
    })?;
    Ok(Done::Well)
}
