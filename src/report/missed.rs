//! Why an objective is not met: which figure, what it is, and by how much it is beyond its limit.

use super::words;
use crate::experiment::{Held, Row};
use crate::scenario::{Gauge, Side, Unit};

/// Begins with a colon, to stand behind "misses the objective"; empty where the row says nothing of its objectives.
#[must_use]
pub fn why(row: &Row) -> String {
    if row.saturated {
        return ": it cannot keep up".to_owned();
    }
    let open = row.objectives.iter().filter(|held| held.met != Some(true));
    let reasons: Vec<String> = open.map(reason).collect();
    if reasons.is_empty() {
        String::new()
    } else {
        format!(": {}", reasons.join("; "))
    }
}

fn reason(held: &Held) -> String {
    let objective = &held.objective;
    let (unit, limit, good) = (
        objective.gauge.unit(),
        objective.limit,
        objective.gauge.good(),
    );
    let show = |value| words::quantity(unit, value);
    let (figure, shown) = (words::limited(objective), words::limit(objective));
    let (most, beyond) = match good {
        Side::Below => ("at most", "above"),
        Side::Above => ("at least", "below"),
    };
    let Some(seen) = held.seen else {
        if held.met == Some(false) {
            return format!("{figure} is {beyond} {shown}, as a lower percentile is already");
        }
        return format!("too little data for {figure} ({most} {shown})");
    };
    if seen.value.is_infinite() {
        return format!("{figure} is endless, as too many fail ({most} {shown})");
    }
    let interval = if seen.has_interval() {
        format!(" ({} to {})", show(seen.lo), show(seen.hi))
    } else {
        String::new()
    };
    let far = match held.met {
        Some(false) if good == Side::Below && seen.value >= 2.0 * limit && limit > 0.0 => {
            format!(
                "{} times the {shown} allowed",
                words::number(seen.value / limit)
            )
        }
        Some(false) if limit > 0.0 => {
            let over = words::percent((seen.value / limit - 1.0).abs());
            format!("{over} {beyond} {shown}")
        }
        Some(false) => format!("{beyond} {shown}"),
        _ => format!("and {shown} is in that range"),
    };
    let plural = matches!(&objective.gauge, Gauge::Figure(figure) if figure.unit() == Unit::Share);
    let are = if plural { "are" } else { "is" };
    format!("{figure} {are} {}{interval}, {far}", show(seen.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Estimate;
    use crate::scenario::{Figure, Objective};

    fn held(limit: f64, seen: Option<Estimate>, met: Option<bool>) -> Held {
        Held {
            objective: Objective {
                endpoint: None,
                gauge: Gauge::Figure(Figure::P99),
                limit,
            },
            seen,
            met,
        }
    }

    #[test]
    fn says_what_was_seen_and_by_how_much_it_is_beyond() {
        let seen = Estimate::around(240.0, 12.0);
        let endless = Estimate::bare(f64::INFINITY);
        let cases = [
            (
                held(200.0, Some(seen), Some(false)),
                "p99 is 240 ms (228 ms to 252 ms), 20 % above 200 ms",
            ),
            (
                held(250.0, Some(seen), None),
                "p99 is 240 ms (228 ms to 252 ms), and 250 ms is in that range",
            ),
            (
                held(200.0, Some(Estimate::bare(240.0)), Some(false)),
                "p99 is 240 ms, 20 % above 200 ms",
            ),
            (
                held(200.0, Some(endless), Some(false)),
                "p99 is endless, as too many fail (at most 200 ms)",
            ),
            (
                held(200.0, None, None),
                "too little data for p99 (at most 200 ms)",
            ),
            (
                held(0.001, None, Some(false)),
                "p99 is above 1 µs, as a lower percentile is already",
            ),
        ];
        for (held, text) in cases {
            assert_eq!(reason(&held), text);
        }
        let other = |gauge: Gauge, endpoint: Option<&str>, limit, seen| {
            reason(&Held {
                objective: Objective {
                    endpoint: endpoint.map(str::to_owned),
                    gauge,
                    limit,
                },
                seen: Some(seen),
                met: Some(false),
            })
        };
        let errors = Gauge::Figure(Figure::Errors);
        assert_eq!(
            other(errors, None, 0.001, Estimate::around(0.02, 0.01)),
            "errors are 2 % (1 % to 3 %), 20.0 times the 0.1 % allowed"
        );
        let throughput = Gauge::Figure(Figure::Throughput);
        assert_eq!(
            other(
                throughput,
                Some("checkout"),
                10.0,
                Estimate::around(8.0, 1.0)
            ),
            "throughput of checkout is 8.00/s (7.00/s to 9.00/s), 20 % below 10/s"
        );
        let lock = Gauge::Used("lock".to_owned());
        assert_eq!(
            other(lock, None, 0.8, Estimate::bare(0.9)),
            "use of lock is 90 %, 12 % above 80 %"
        );
        assert_eq!(
            other(Gauge::Memory, None, 512.0, Estimate::bare(600.0)),
            "memory is 600 MB, 17 % above 512 MB"
        );
    }
}
