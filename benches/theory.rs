//! The table of errors against theory: `cargo bench --bench theory`, a Markdown table on standard output.
//!
//! The same cases as in `tests/it/theory/cases`, each run four times as long. An argument limits it to the cases whose name
//! contains it.

#[allow(dead_code, unused_imports)] // the tests use more of both
#[path = "../tests/it/theory/cases/mod.rs"]
mod cases;
#[allow(dead_code)]
#[path = "../tests/it/support.rs"]
mod support;

use cases::Case;
use rayon::prelude::*;

/// How many times longer than in the tests.
const LONGER: f64 = 4.0;

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let asked = |case: &Case| {
        filter
            .as_ref()
            .is_none_or(|part| case.name.contains(part.as_str()))
    };
    let cases: Vec<Case> = cases::all().into_iter().filter(asked).collect();
    let rows: Vec<_> = cases
        .par_iter()
        .map(|case| case.rows(&case.run(LONGER)))
        .collect();

    println!("| case | figure | theory | simulated | 95 % interval | error |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    let (mut all, mut outside) = (0, 0);
    for (case, row) in cases
        .iter()
        .zip(&rows)
        .flat_map(|(case, rows)| rows.iter().map(move |row| (case, row)))
    {
        let unit = row.figure.unit();
        all += 1;
        outside += usize::from((row.simulated - row.theory).abs() > row.half.max(1e-12));
        println!(
            "| {} | {} | {:.5} | {:.5} | ± {:.5} | {:+.2} % |",
            case.name,
            row.figure.label(),
            row.theory * unit,
            row.simulated * unit,
            row.half * unit,
            row.error(),
        );
    }
    println!(
        "\nTheory lies outside the 95 % interval in {outside} of {all} rows; one in twenty is what chance alone does."
    );
}
