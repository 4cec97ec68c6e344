//! Tables, charts, verdicts and exports: pure functions of a [`Study`](crate::experiment::Study). Never sees the world.
//!
//! | module | makes |
//! | --- | --- |
//! | [`columns`] | the one table of result columns, from which CSV, JSON and their documentation derive |
//! | [`carried`], [`raced`] | the columns of what a search for capacities found, and of a race of settings |
//! | [`sheet`] | tables in code, from which a CSV file, a list in `results.json` and their documentation derive |
//! | [`changes`] | the columns of what became of a study since a baseline |
//! | [`csv`], [`json`] | `results.csv`, `results.json` |
//! | [`expectations`] | what came of a scenario's own claims, a line each or JSON |
//! | [`hgrm`] | percentile spectra in HdrHistogram's text |
//! | [`explain`] | tables, sentences and exports of an [`Explanation`](crate::experiment::Explanation) |
//! | [`table`] | tables for people, as data; drawn for a terminal or as Markdown |
//! | [`theory`] | closed forms beside the simulation: tables, sentences and exports of a [`Theory`](crate::experiment::theory::Theory) |
//! | [`trace`] | a few requests and what went on meanwhile, for a trace viewer |
//! | [`verdict`] | the conclusion in words |
//! | [`chart`] | charts as SVG, and PNG from the same SVG |
//! | [`save`] | all of these in a folder, each file whole or not at all |

pub mod carried;
pub mod changes;
pub mod columns;
pub mod csv;
pub mod expectations;
pub mod explain;
pub mod hgrm;
pub mod json;
pub mod missed;
pub mod raced;
pub mod sheet;
pub mod table;
pub mod theory;
pub mod trace;
pub mod verdict;
pub mod view;
pub mod words;

#[cfg(feature = "cli")]
pub mod chart;
#[cfg(feature = "cli")]
pub mod save;

#[cfg(test)]
pub(crate) mod fixture;
