//! Mistakes in what a scenario claims of its results.

use insta::assert_snapshot;

use super::{SCENARIO, read, refused};
use crate::scenario::{Figure, Limit, Side};

/// A claim that is right.
const CLAIM: &str = r#"
[expect.quick]
text = "pages are quick"
figure = "p99_ms"
endpoint = "page"
contestant = "node"
at = "50/s"
below = "20ms"
control.endpoints.page.steps.render.cpu = "90ms"
"#;

/// What is said about the small scenario and the claim with `from` replaced by `to`.
fn claimed(from: &str, to: &str) -> String {
    assert!(CLAIM.contains(from), "{from}");
    refused(&[(
        "shop.toml",
        &(SCENARIO.to_owned() + &CLAIM.replacen(from, to, 1)),
    )])
}

#[test]
fn what_is_right() {
    let text = SCENARIO.to_owned() + CLAIM;
    let scenario = match read(&[("shop.toml", &text)], &[]) {
        Ok(scenario) => scenario,
        Err(diagnostics) => panic!("{diagnostics}"),
    };
    let [claim] = &scenario.expectations[..] else {
        panic!("{:?}", scenario.expectations);
    };
    assert_eq!(
        (claim.name.as_str(), claim.text.as_str()),
        ("quick", "pages are quick")
    );
    assert_eq!(claim.subject.figure, Figure::P99);
    assert_eq!((claim.at, claim.side), (Some(50.0), Side::Below));
    assert_eq!(claim.limit, Limit::Value(20.0));
    let control = claim.control.as_ref().map(|c| c.changes.join(" "));
    assert_eq!(
        control.as_deref(),
        Some("endpoints.page.steps.render.cpu=90ms")
    );
    // Claims do not change what a scenario is.
    let plain = read(&[("shop.toml", SCENARIO)], &[]).map(|s| s.digest);
    assert_eq!(plain.ok(), Some(scenario.digest));
}

#[test]
fn an_unknown_figure() {
    assert_snapshot!(claimed("p99_ms", "p99"), @r#"
    error: there is no figure `p99`
      --> shop.toml:16:10
       |
    16 | figure = "p99"
       |          ^^^^^ expected a column of the results that has an interval
       = help: did you mean `p99_ms`?
    "#);
}

#[test]
fn an_unknown_endpoint() {
    assert_snapshot!(claimed("\"page\"", "\"pages\""), @r#"
    error: there is no endpoint `pages`
      --> shop.toml:17:12
       |
    17 | endpoint = "pages"
       |            ^^^^^^^ expected `page` or `all`
       = help: did you mean `page`?
    "#);
}

#[test]
fn an_unknown_contestant() {
    assert_snapshot!(claimed("\"node\"", "\"nodes\""), @r#"
    error: there is no contestant `nodes`
      --> shop.toml:18:14
       |
    18 | contestant = "nodes"
       |              ^^^^^^^ expected `node`
       = help: did you mean `node`?
    "#);
}

#[test]
fn an_unknown_key() {
    assert_snapshot!(claimed("below", "bellow"), @r#"
    error: unknown key `bellow`
      --> shop.toml:20:1
       |
    20 | bellow = "20ms"
       | ^^^^^^ expected `text`, `figure`, `contestant`, `endpoint`, `at`, `below`, `above` or `control`
       = help: did you mean `below`?
    "#);
}

#[test]
fn a_missing_figure() {
    assert_snapshot!(claimed("figure = \"p99_ms\"", ""), @r"
    error: this expectation has no `figure`
      --> shop.toml:14:9
       |
    14 | [expect.quick]
       |         ^^^^^
    ");
}

#[test]
fn both_sides() {
    assert_snapshot!(claimed("below", "above = \"5ms\"\nbelow"), @r#"
    error: an expectation says `below` or `above`, not both
      --> shop.toml:21:1
       |
    21 | below = "20ms"
       | ^^^^^
    "#);
}

#[test]
fn a_limit_of_another_unit() {
    assert_snapshot!(claimed("20ms", "20/s"), @r#"
    error: unknown unit `/s`
      --> shop.toml:20:12
       |
    20 | below = "20/s"
       |            ^^ expected ns, us, ms, s, min or h
       = help: did you mean `ns`?
    "#);
}

#[test]
fn a_figure_beside_itself() {
    assert_snapshot!(claimed("\"20ms\"", "{ times = 2 }"), @r"
    error: this compares a figure with itself
      --> shop.toml:20:9
       |
    20 | below = { times = 2 }
       |         ^^^^^^^^^^^^^ name another contestant, endpoint or figure
    ");
}

#[test]
fn figures_of_two_units() {
    assert_snapshot!(claimed("\"20ms\"", "{ figure = \"errors\" }"), @r#"
    error: `p99_ms` and `errors` have different units
      --> shop.toml:20:9
       |
    20 | below = { figure = "errors" }
       |         ^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_control_that_misspells_a_step() {
    assert_snapshot!(claimed("steps.render", "steps.rendr"), @r#"
    error: this list has no item `rendr`
      --> shop.toml:21:30
       |
    21 | control.endpoints.page.steps.rendr.cpu = "90ms"
       |                              ^^^^^ expected `query` or `render`
       = help: did you mean `render`?
    "#);
}

#[test]
fn a_control_that_misspells_a_key() {
    assert_snapshot!(claimed("endpoints.page.steps.render.cpu = \"90ms\"", "contestants.node.proceses = 4"), @r"
    error: unknown key `proceses`
      --> shop.toml:21:26
       |
    21 | control.contestants.node.proceses = 4
       |                          ^^^^^^^^
       = help: did you mean `processes`?
    ");
}

#[test]
fn a_control_of_somebody_else() {
    assert_snapshot!(claimed("endpoints.page.steps.render.cpu = \"90ms\"", "contestants.nod.processes = 4"), @r"
    error: there is no contestant `nod`
      --> shop.toml:21:21
       |
    21 | control.contestants.nod.processes = 4
       |                     ^^^ expected `node`
       = help: did you mean `node`?
    ");
}

#[test]
fn a_control_that_changes_nothing() {
    assert_snapshot!(claimed("90ms", "3ms"), @r#"
    error: this control changes nothing
      --> shop.toml:21:1
       |
    21 | control.endpoints.page.steps.render.cpu = "3ms"
       | ^^^^^^^ the scenario says so already
    "#);
}

#[test]
fn a_control_of_the_measurement() {
    assert_snapshot!(claimed("endpoints.page.steps.render.cpu = \"90ms\"", "run.replications = 3"), @r"
    error: a control cannot change `run`
      --> shop.toml:21:9
       |
    21 | control.run.replications = 3
       |         ^^^ expected `contestants`, `clients`, `hosts`, `services`, `endpoints` or `params`
    ");
}

#[test]
fn a_path_in_quotes() {
    assert_snapshot!(claimed("endpoints.page.steps.render.cpu", "\"endpoints.page.steps.render.cpu\""), @r#"
    error: there is no key `endpoints.page.steps.render.cpu`
      --> shop.toml:21:9
       |
    21 | control."endpoints.page.steps.render.cpu" = "90ms"
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a path is written without quotes
    "#);
}

#[test]
fn one_of_several_loads() {
    let text = format!("arrivals.rate = [\"10/s\", \"20/s\"]\n{SCENARIO}{CLAIM}");
    let text = text.replacen("at = \"50/s\"\n", "", 1);
    assert_snapshot!(refused(&[("shop.toml", &text)]), @r#"
    error: the scenario has several loads
      --> shop.toml:15:9
       |
    15 | [expect.quick]
       |         ^^^^^ say for which: at = "100/s", or a number of users
    "#);
}
