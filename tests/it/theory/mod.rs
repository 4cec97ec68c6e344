//! The simulator against queueing theory, where a closed form is exact ([`cases`]), and against what holds on every sample
//! path ([`books`]). `cargo bench --bench theory` runs the same cases for longer and prints the table of errors.

mod agree;
mod books;
mod carried;
mod cases;
mod demands;
mod grid;
mod line;
mod poisson;

/// The probability that an interval of a correct simulator misses, for each figure. There are about two hundred in all cases,
/// so one set of seeds in fifty would fail; ours is fixed, so it fails always or never.
const ERROR: f64 = 1e-4;
