//! Tables, charts, verdicts and exports: pure functions of a [`Study`](crate::experiment::Study). Never sees the world.
//!
//! | module | makes |
//! | --- | --- |
//! | [`columns`] | the one table of result columns, from which CSV, JSON and their documentation derive |
//! | [`carried`] | the columns of what a search for capacities found |
//! | [`csv`], [`json`] | `results.csv`, `results.json` |
//! | [`expectations`] | what came of a scenario's own claims, a line each or JSON |
//! | [`hgrm`] | percentile spectra in HdrHistogram's text |
//! | [`table`] | tables for people, as data; drawn for a terminal or as Markdown |
//! | [`verdict`] | the conclusion in words |
//! | [`chart`] | charts as SVG, and PNG from the same SVG |
//! | [`save`] | all of these in a folder, each file whole or not at all |

pub mod carried;
pub mod columns;
pub mod csv;
pub mod expectations;
pub mod hgrm;
pub mod json;
pub mod table;
pub mod verdict;
pub mod view;
pub mod words;

#[cfg(feature = "cli")]
pub mod chart;
#[cfg(feature = "cli")]
pub mod save;

#[cfg(test)]
pub(crate) mod fixture;
