//! `crossover examples`.

use super::models::list;
use super::outcome::{Done, Failure};
use super::output;
use crate::scenario::embedded;

/// Lists the embedded examples, a line each.
pub fn examples() -> Result<Done, Failure> {
    output::show(&list(embedded::examples()))?;
    Ok(Done::Well)
}
