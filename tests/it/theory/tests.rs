//! Every case, by itself: theory inside the interval.

use crossover::stats::student_t;

use super::{ERROR, cases};

/// Runs these cases and asks for theory inside every interval. All failures are told at once.
fn agree(names: impl Fn(&str) -> bool) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases().iter().filter(|case| names(case.name)) {
        count += 1;
        let df = case.replications as usize - 1;
        let wider = student_t(1.0 - ERROR / 2.0, df) / student_t(0.975, df);
        for row in case.rows(&case.run(1.0)) {
            let (label, unit) = (row.figure.label(), row.figure.unit());
            let half = row.half * wider;
            let line = format!(
                "{}: {label}: theory {:.6}, simulated {:.6} ± {:.6} ({:+.3} %, ± {:.3} %)",
                case.name,
                row.theory * unit,
                row.simulated * unit,
                half * unit,
                row.error(),
                half / row.theory * 100.0,
            );
            println!("{line}");
            // Rounding of what is exact: a server that is always busy.
            let exact = 1e-12 * row.theory;
            if (row.simulated - row.theory).abs() > half.max(exact) || half.is_nan() {
                wrong.push(line);
            }
        }
    }
    assert!(count > 0, "no such case");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mm1() {
    agree(|name| name.starts_with("M/M/1,"));
}

#[test]
fn mg1() {
    agree(|name| {
        ["M/D/1", "M/E₂/1", "M/G/1"]
            .iter()
            .any(|kind| name.starts_with(kind))
    });
}

#[test]
fn erlang_c_however_it_is_said() {
    agree(|name| name.starts_with("M/M/16") || name.starts_with("M/M/4:"));
}

#[test]
fn loss() {
    agree(|name| name.starts_with("M/M/4/10") || name.starts_with("M/M/1/2"));
}

#[test]
fn processor_sharing() {
    agree(|name| name.starts_with("PS"));
}

#[test]
fn any_order_of_exponential_work() {
    agree(|name| name.contains("cores") || name.starts_with("4 ×"));
}

#[test]
fn servers_for_all() {
    agree(|name| name.contains('∞'));
}

#[test]
fn networks() {
    agree(|name| {
        ["tandem", "feedback", "machine", "12 users", "a loop"]
            .iter()
            .any(|kind| name.starts_with(kind))
    });
}
