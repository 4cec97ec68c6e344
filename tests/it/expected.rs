//! What the load that people have asks of each contestant, and which input the answer hangs on.

use std::sync::atomic::AtomicBool;

use crossover::experiment::{Change, Control, Expected, compare, idle};

use crate::support::scenario;

/// What a comparison says of the expected load.
fn expected(text: &str) -> Expected {
    let never = AtomicBool::new(false);
    let study = compare(&scenario(text), &Control::new(&never, &())).unwrap();
    study.verdict.expected.unwrap()
}

/// Who meets the objective no longer.
fn misses(who: &str) -> Change {
    Change::Met {
        misses: vec![who.to_owned()],
        meets: Vec::new(),
    }
}

/// Two servers of one thread that differ in nothing but what a request costs: 10 ms and 5 ms, in `$cost` and half of it.
fn two(load: &str) -> Expected {
    expected(&format!(
        r#"
[params]
cost  = "10ms"
cheap = "5ms"

[arrivals]
rate     = ["40/s", "80/s", "90/s", "110/s", "160/s", "180/s", "220/s"]
expected = "{load}"

[run]
requests     = 2000
replications = 3

[hosts.app]
cores = 1

[slo]
mean = "200ms"

[endpoints.page]
steps = [ {{ name = "work", cpu = "$cost" }} ]

[contestants.dear]
executors.main = {{ carriers = 1 }}

[contestants.cheap]
executors.main = {{ carriers = 1 }}
endpoints.page.steps.work.cpu = "$cheap"
"#
    ))
}

/// At 80/s, 10 ms and 5 ms take 80 % and 40 % of a core. M/D/1 of 10 ms: the mean is 10 + 10 ρ/(2(1 − ρ)) ms, 200 ms at ρ = 0.974: both
/// carry more than 90 % of their bound, and `cheap` twice as much. With half the cost of `dear`, or half as much again for `cheap`, both
/// carry the same or nearly so, and the one that carries most needs one machine all the same. With 1.5 × 10 ms, or at 120/s, `dear` needs two machines;
/// `cheap` carries most, so nothing changes but that `dear` misses the objective.
#[test]
fn shares_follow_from_demands() {
    let expected = two("80/s");
    let used: Vec<f64> = expected
        .shares
        .iter()
        .map(|share| (100.0 * share.used.as_ref().unwrap().1).round())
        .collect();
    assert_eq!(used, [80.0, 40.0]);
    assert_eq!(expected.shares[0].met, Some(true));
    assert!(
        expected.shares.iter().all(|s| s.instances() == Some(1)),
        "{expected:?}"
    );
    assert_eq!(expected.varied, ["load", "cost", "cheap"]);
    assert!(!idle(&expected.shares));
    let dear_misses = misses("dear");
    let seen: Vec<(&str, f64, &Change)> = changes(&expected);
    assert_eq!(
        seen,
        [("load", 1.5, &dear_misses), ("cost", 1.5, &dear_misses)]
    );
}

fn changes(expected: &Expected) -> Vec<(&str, f64, &Change)> {
    let each = expected.sensitive.iter();
    each.map(|s| (s.input.as_str(), s.factor, &s.change))
        .collect()
}

/// A call of 100 ms fills nothing on a loop, so demands are the same whatever it takes; but half as much again misses an objective of 130 ms,
/// at 10/s with 5 ms of work (M/D/1 at 5 %: the mean is 105 and 155 ms), and half of it changes nothing. Nearly idle it is all the while.
#[test]
fn an_input_that_fills_nothing() {
    let expected = expected(
        r#"
[params]
api = "100ms"
[arrivals]
rate     = ["50/s", "100/s", "200/s"]
expected = "10/s"
[run]
requests     = 2000
replications = 3
[hosts.app]
cores = 1
[slo]
mean = "130ms"
[endpoints.page]
steps = [ { name = "ask", call = "api", work = "$api" }, { cpu = "5ms" } ]
[services.api]
model = "http-api"

[contestants.one]
executors.main = { carriers = 1, tasks = "unlimited" }
"#,
    );
    let of_api: Vec<_> = changes(&expected)
        .into_iter()
        .filter(|change| change.0 == "api")
        .collect();
    assert_eq!(of_api, [("api", 1.5, &misses("one"))]);
}

/// At 300/s `cheap`, which carries 180 to 200/s, takes two machines. With half the load, or half the cost, it takes one (150 ≤ 180; 360 to
/// 400 ≥ 300); with half as much again of the cost (120 to 133/s), or of the load (450/s), three. What `dear` costs changes no more than this: at half
/// of it, both carry the same, and nobody is ahead who was not.
#[test]
fn what_the_answer_hangs_on() {
    let expected = two("300/s");
    let cheap = |from, to| Change::Instances("cheap".to_owned(), from, to);
    let seen: Vec<_> = changes(&expected)
        .into_iter()
        .filter(|change| change.0 != "cost")
        .collect();
    assert_eq!(
        seen,
        [
            ("load", 0.5, &cheap(2, 1)),
            ("load", 1.5, &cheap(2, 3)),
            ("cheap", 0.5, &cheap(2, 1)),
            ("cheap", 1.5, &cheap(2, 3)),
        ]
    );
}

/// At 5/s, 5 % and 2.5 % of a core; half as much again of the load leaves 7.5 %. At 8/s it is 8 %, and 12 % with half as much again of the load or
/// the cost: no longer idle.
#[test]
fn nearly_idle() {
    let at_five = two("5/s");
    assert!(
        idle(&at_five.shares) && at_five.sensitive.is_empty(),
        "{at_five:?}"
    );
    let at_eight = two("8/s");
    assert!(idle(&at_eight.shares));
    let seen: Vec<(&str, f64)> = at_eight
        .sensitive
        .iter()
        .filter(|s| s.change == Change::Idle(false))
        .map(|s| (s.input.as_str(), s.factor))
        .collect();
    assert_eq!(seen, [("load", 1.5), ("cost", 1.5)]);
}
