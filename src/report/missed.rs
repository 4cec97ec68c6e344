//! Why an objective is not met: which figure, what it is, and by how much it is beyond its limit.

use super::words;
use crate::experiment::{Held, Row};

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
    let show = if held.errors {
        words::percent
    } else {
        words::time
    };
    let (figure, limit) = (held.figure, show(held.limit));
    let Some(seen) = held.seen else {
        return format!("too little data for {figure} (at most {limit})");
    };
    if seen.value.is_infinite() {
        return format!("{figure} is endless, as too many fail (at most {limit})");
    }
    let interval = if seen.has_interval() {
        format!(" ({} to {})", show(seen.lo), show(seen.hi))
    } else {
        String::new()
    };
    let beyond = match held.met {
        Some(false) if seen.value >= 2.0 * held.limit && held.limit > 0.0 => {
            let times = words::number(seen.value / held.limit);
            format!("{times} times the {limit} allowed")
        }
        Some(false) if held.limit > 0.0 => {
            let over = words::percent(seen.value / held.limit - 1.0);
            format!("{over} above {limit}")
        }
        Some(false) => format!("above {limit}"),
        _ => format!("and {limit} is in that range"),
    };
    let are = if held.errors { "are" } else { "is" };
    format!("{figure} {are} {}{interval}, {beyond}", show(seen.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Estimate;

    fn held(limit: f64, seen: Option<Estimate>, met: Option<bool>) -> Held {
        Held {
            figure: "p99",
            errors: false,
            limit,
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
        ];
        for (held, text) in cases {
            assert_eq!(reason(&held), text);
        }
        let errors = Held {
            figure: "errors",
            errors: true,
            ..held(0.001, Some(Estimate::around(0.02, 0.01)), Some(false))
        };
        assert_eq!(
            reason(&errors),
            "errors are 2 % (1 % to 3 %), 20.0 times the 0.1 % allowed"
        );
    }
}
