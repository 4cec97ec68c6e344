//! Numbers, units and lists as people write them.

use crate::experiment::{ContestantInfo, Estimate};
use crate::scenario::{Figure, Gauge, Objective, Side, Slo, Unit};

/// A number with three significant digits, thousands separated: `1.23e-5`, `0.0123`, `1.23`, `12.3`, `1,234`.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value > 0.0 {
            "∞".to_owned()
        } else {
            "–".to_owned()
        };
    }
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    // Rounding first decides the digits: 9.996 is 10.0, not 10.00.
    let rounded: f64 = format!("{magnitude:.2e}").parse().unwrap_or(magnitude);
    let exponent = rounded.log10().floor() as i32;
    let decimals = usize::try_from((2 - exponent).clamp(0, 6)).unwrap_or(0);
    let text = if exponent >= 3 {
        thousands(magnitude)
    } else if exponent < -4 {
        format!("{rounded:.2e}")
    } else {
        format!("{rounded:.decimals$}")
    };
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// The settings of a contestant, where it has more than one of anything: `9 × 4 threads`, `4 processes`.
#[must_use]
pub fn settings(info: &ContestantInfo) -> Option<String> {
    let settings = info.settings?;
    match (settings.processes, settings.threads.unwrap_or(1)) {
        (1, 1) => None,
        (1, threads) => Some(format!("{threads} threads")),
        (processes, 1) => Some(format!("{processes} processes")),
        (processes, threads) => Some(format!("{processes} × {threads} threads")),
    }
}

/// A load: whole where it is whole.
#[must_use]
pub fn load(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        thousands(value)
    } else {
        number(value)
    }
}

/// A load that was computed: three digits.
#[must_use]
pub fn load_about(value: f64) -> String {
    if value >= 10.0 {
        thousands(value.round())
    } else {
        number(value)
    }
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Milliseconds as a length of time, in the unit that reads best: `250 µs`, `12.3 ms`, `1.20 s`.
#[must_use]
pub fn time(ms: f64) -> String {
    match ms.abs() {
        _ if !ms.is_finite() => number(ms),
        0.0 => "0 ms".to_owned(),
        m if m < 0.1 => format!("{} µs", number(ms * 1e3)),
        m if m < 10_000.0 => format!("{} ms", number(ms)),
        _ => format!("{} s", number(ms * 1e-3)),
    }
}

/// A fraction as a percentage: `0.1 %`.
#[must_use]
pub fn percent(fraction: f64) -> String {
    let p = fraction * 100.0;
    let text = match p.abs() {
        m if m == 0.0 || m >= 10.0 => format!("{p:.0}"),
        m if m >= 1.0 => trim(&format!("{p:.1}")),
        m if m >= 0.005 => trim(&format!("{p:.2}")),
        _ => trim(&format!("{p:.1e}")),
    };
    format!("{text} %")
}

fn trim(text: &str) -> String {
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// A figure that is never negative and half the width of its interval, `84.2 ±3.1`; the interval's ends where that would reach
/// below zero, `4.63 (3.57–50.9)`.
#[must_use]
pub fn plus_minus(estimate: Estimate) -> String {
    let half = (estimate.hi - estimate.lo) / 2.0;
    let value = number(estimate.value);
    if half <= 0.0 || !half.is_finite() {
        return value;
    }
    if half > estimate.value {
        let lo = number(estimate.lo.max(0.0));
        return format!("{value} ({lo}–{})", number(estimate.hi));
    }
    let decimals = value.split_once('.').map_or(0, |(_, d)| d.len());
    let half = if half >= 1000.0 {
        thousands(half)
    } else {
        format!("{half:.decimals$}")
    };
    format!("{value} ±{half}")
}

/// A difference, which may be negative, and half the width of its interval: `−12.3 ±3.1`.
#[must_use]
pub fn plus_minus_signed(estimate: Estimate) -> String {
    let half = (estimate.hi - estimate.lo) / 2.0;
    if half.is_finite() {
        format!("{} ±{}", number(estimate.value), number(half))
    } else {
        number(estimate.value)
    }
}

/// A resource's name as words: `pool_database` is `database pool`.
#[must_use]
pub fn resource(name: &str) -> String {
    let words = match name.split_once("pool_") {
        Some((owner, pool)) => format!("{owner}{pool} pool"),
        None => name.to_owned(),
    };
    words.replace('_', " ")
}

/// What people call a figure.
#[must_use]
pub fn figure(figure: Figure) -> &'static str {
    match figure {
        Figure::Mean => "mean",
        Figure::Sd => "standard deviation",
        Figure::P50 => "p50",
        Figure::P90 => "p90",
        Figure::P95 => "p95",
        Figure::P99 | Figure::P99Slo => "p99",
        Figure::P999 => "p99.9",
        Figure::Offered => "offered load",
        Figure::Throughput => "throughput",
        Figure::Errors => "errors",
        Figure::Refused => "refused requests",
        Figure::Timeout => "timed out requests",
        Figure::Killed => "killed requests",
        Figure::Shed => "shed requests",
    }
}

/// What people call what an objective limits: `p99`, `p99 of checkout`, `use of lock`.
#[must_use]
pub fn limited(objective: &Objective) -> String {
    let gauge = match &objective.gauge {
        Gauge::Figure(figure) => self::figure(*figure).to_owned(),
        Gauge::State(state) => format!("mean {}", state.name()),
        Gauge::Used(name) => format!("use of {}", resource(name)),
        Gauge::Memory => "memory".to_owned(),
        Gauge::LoopDelay => "mean loop delay".to_owned(),
        Gauge::LoopDelayP99 => "p99 of the loop delay".to_owned(),
    };
    match &objective.endpoint {
        Some(endpoint) => format!("{gauge} of {endpoint}"),
        None => gauge,
    }
}

/// A value of what is limited, rounded: `12.3 ms`, `0.1 %`, `840/s`, `512 MB`.
#[must_use]
pub fn quantity(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Time => time(value),
        Unit::Share => percent(value),
        Unit::Rate => format!("{}/s", number(value)),
        Unit::Size => format!("{} MB", number(value)),
    }
}

/// Down to three digits, so that what is shown is never more than what is meant.
#[must_use]
pub fn round_down(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let unit = libm::exp10(libm::log10(value).floor() - 2.0);
    (value / unit).floor() * unit
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The objectives in words, `p99 ≤ 250 ms and errors ≤ 0.1 %`; `None` where none is set.
#[must_use]
pub fn objectives(slo: &Slo) -> Option<String> {
    inequalities(slo, |_| true)
}

/// Those that a search for a capacity is guided by.
#[must_use]
pub fn searched(slo: &Slo) -> Option<String> {
    inequalities(slo, Objective::searched)
}

/// What a search was for, in a sentence, and which objectives it left aside.
#[must_use]
pub fn goal(slo: &Slo) -> String {
    let goal = searched(slo).unwrap_or_default();
    let aside = inequalities(slo, |objective| !objective.searched());
    let aside = aside.map_or_else(String::new, |aside| {
        format!(" Not searched for: {aside}; `crossover run` judges that at a load.")
    });
    format!("Objective: {goal}; a failed request counts as infinitely late.{aside}")
}

fn inequalities(slo: &Slo, which: impl Fn(&Objective) -> bool) -> Option<String> {
    let limits = slo.objectives.iter().filter(|objective| which(objective));
    let limits: Vec<String> = limits.map(inequality).collect();
    (!limits.is_empty()).then(|| list(&limits))
}

fn inequality(objective: &Objective) -> String {
    let sign = match objective.gauge.good() {
        Side::Below => '≤',
        Side::Above => '≥',
    };
    format!("{} {sign} {}", limited(objective), limit(objective))
}

/// The limit of an objective as it was written: `250 ms`, `10/s`.
#[must_use]
pub fn limit(objective: &Objective) -> String {
    match objective.gauge.unit() {
        Unit::Time => plain_time(objective.limit),
        Unit::Rate => format!("{}/s", load(objective.limit)),
        unit => quantity(unit, objective.limit),
    }
}

/// Milliseconds that somebody wrote, with all their digits down to nanoseconds.
#[must_use]
pub fn plain_time(ms: f64) -> String {
    let ns = (ms * 1e6).round();
    match ns {
        _ if ns >= 1e9 => format!("{} s", ns / 1e9),
        _ if ns >= 1e6 => format!("{} ms", ns / 1e6),
        _ if ns >= 1e3 => format!("{} µs", ns / 1e3),
        _ => format!("{ns} ns"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.012_345, "0.0123"),
            (0.999_9, "1.00"),
            (1.234, "1.23"),
            (9.996, "10.0"),
            (99.96, "100"),
            (123.4, "123"),
            (999.6, "1,000"),
            (1234.4, "1,234"),
            (1_234_567.0, "1,234,567"),
            (-12.34, "-12.3"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "–"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn percentages_and_times() {
        assert_eq!(percent(0.001), "0.1 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.966), "97 %");
        assert_eq!(percent(0.0123), "1.2 %");
        assert_eq!(percent(0.000_01), "1.0e-3 %");
        assert_eq!(time(0.02), "20.0 µs");
        assert_eq!(time(12.34), "12.3 ms");
        assert_eq!(time(12_340.0), "12.3 s");
        assert_eq!(plain_time(250.0), "250 ms");
        assert_eq!(plain_time(1500.0), "1.5 s");
        assert_eq!(plain_time(100_000.0 * 1e-6), "100 µs");
    }

    #[test]
    fn intervals_share_the_digits_of_their_figure() {
        assert_eq!(
            plus_minus(Estimate {
                value: 84.23,
                lo: 81.1,
                hi: 87.3
            }),
            "84.2 ±3.1"
        );
        assert_eq!(
            plus_minus(Estimate {
                value: 8.0,
                lo: 8.0,
                hi: 8.0
            }),
            "8.00"
        );
        assert_eq!(
            plus_minus(Estimate {
                value: 4.63,
                lo: 3.57,
                hi: 50.9
            }),
            "4.63 (3.57–50.9)"
        );
        let wide = Estimate {
            value: 4.63,
            lo: -40.0,
            hi: 50.9,
        };
        assert_eq!(plus_minus(wide), "4.63 (0–50.9)");
    }

    #[test]
    fn resources_have_plain_names() {
        assert_eq!(resource("pool_database"), "database pool");
        assert_eq!(resource("postgres_pool_cache"), "postgres cache pool");
        assert_eq!(resource("cores"), "cores");
    }

    #[test]
    fn rounded_down_to_what_is_shown() {
        let shown = [987.9, 1239.0, 0.019_99].map(|value| number(round_down(value)));
        assert_eq!(shown, ["987", "1,230", "0.0199"]);
    }

    #[test]
    fn a_goal_says_what_was_not_searched_for() {
        let slo = Slo::default().and(Figure::P99, 250.0);
        let goal = "Objective: p99 ≤ 250 ms; a failed request counts as infinitely late.";
        assert_eq!(super::goal(&slo), goal);
        let also = super::goal(&slo.and(Figure::Throughput, 840.0));
        let aside = " Not searched for: throughput ≥ 840/s; `crossover run` judges that at a load.";
        assert_eq!(also, format!("{goal}{aside}"));
    }

    #[test]
    fn lists() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
