//! Mistakes on the command line.

use insta::assert_snapshot;

use super::{SCENARIO, read};

fn set(text: &str) -> String {
    let read = read(&[("shop.toml", SCENARIO)], &[text]);
    read.map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

#[test]
fn no_value() {
    assert_snapshot!(set("arrivals.rate"), @r"
    error: an override is written PATH=VALUE
     --> --set:1:1
      |
    1 | arrivals.rate
      | ^^^^^^^^^^^^^ there is no `=`
    ");
}

#[test]
fn an_empty_value() {
    assert_snapshot!(set("arrivals.rate="), @r"
    error: this override has no value
     --> --set:1:1
      |
    1 | arrivals.rate=
      | ^^^^^^^^^^^^^^ expected PATH=VALUE
    ");
}

#[test]
fn an_empty_name() {
    assert_snapshot!(set("arrivals..rate=400/s"), @r"
    error: an override is written PATH=VALUE
     --> --set:1:1
      |
    1 | arrivals..rate=400/s
      | ^^^^^^^^^^^^^^^^^^^^ a name in the path is empty
    ");
}

#[test]
fn an_unknown_key() {
    assert_snapshot!(set("arrivals.rat=400/s"), @r"
    error: unknown key `rat`
     --> --set:1:10
      |
    1 | arrivals.rat=400/s
      |          ^^^ expected `process`, `expected` or `rate`
      = help: did you mean `rate`?
    ");
}

#[test]
fn an_unknown_table() {
    assert_snapshot!(set("arrival.rate=400/s"), @r"
    error: unknown key `arrival`
     --> --set:1:1
      |
    1 | arrival.rate=400/s
      | ^^^^^^^
      = help: did you mean `arrivals`?
    ");
}

#[test]
fn a_path_into_a_value() {
    assert_snapshot!(set("endpoints.page.steps.query.work.mean=4ms"), @r#"
    error: expected a time, found a table
     --> --set:1:33
      |
    1 | endpoints.page.steps.query.work.mean=4ms
      |                                 ^^^^ expected a time such as "2ms"
    "#);
}

#[test]
fn an_endless_path() {
    assert_snapshot!(set(&format!("{}=4", ["a"; 33].join("."))), @r"
    error: a path has 32 names at most
     --> --set:1:1
      |
    1 | a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=4
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_broken_value() {
    assert_snapshot!(set("arrivals.rate=400/sec"), @r"
    error: unknown unit `sec`
     --> --set:1:19
      |
    1 | arrivals.rate=400/sec
      |                   ^^^ expected ns, us, ms, s, min or h
    ");
}

#[test]
fn a_value_that_is_not_toml() {
    assert_snapshot!(set("arrivals.rate=[\"50/s\", "), @r#"
    error: not TOML: unclosed array, expected `]`
     --> --set:1:23
      |
    1 | arrivals.rate=["50/s",
      |                       ^
    "#);
}

#[test]
fn a_contestant_that_is_not_there() {
    assert_snapshot!(set("contestants.nod.processes=4"), @r"
    error: there is no contestant `nod`
     --> --set:1:13
      |
    1 | contestants.nod.processes=4
      |             ^^^ expected `node`
      = help: did you mean `node`?
    ");
}

#[test]
fn a_service_that_is_not_there() {
    assert_snapshot!(set("services.postgre.cores=8"), @r"
    error: there is no service `postgre`
     --> --set:1:10
      |
    1 | services.postgre.cores=8
      |          ^^^^^^^ expected `postgres`
      = help: did you mean `postgres`?
    ");
}

#[test]
fn an_endpoint_that_is_not_there() {
    assert_snapshot!(set("endpoints.pages.weight=4"), @r"
    error: there is no endpoint `pages`
     --> --set:1:11
      |
    1 | endpoints.pages.weight=4
      |           ^^^^^ expected `page`
      = help: did you mean `page`?
    ");
}

#[test]
fn a_parameter_that_is_not_there() {
    assert_snapshot!(set("params.render=4ms"), @r"
    error: there is no parameter `render`
     --> --set:1:8
      |
    1 | params.render=4ms
      |        ^^^^^^
    ");
}

#[test]
fn a_step_that_is_not_there() {
    assert_snapshot!(set("endpoints.page.steps.querry.work=4ms"), @r"
    error: this list has no item `querry`
     --> --set:1:22
      |
    1 | endpoints.page.steps.querry.work=4ms
      |                      ^^^^^^ expected `query` or `render`
      = help: did you mean `query`?
    ");
}

#[test]
fn a_key_that_a_model_does_not_have() {
    assert_snapshot!(set("contestants.node.executors.main.carrier=8"), @r"
    error: unknown key `carrier`
     --> --set:1:33
      |
    1 | contestants.node.executors.main.carrier=8
      |                                 ^^^^^^^
      = help: did you mean `carriers`?
    ");
}

#[test]
fn a_step_of_a_model_that_is_not_there() {
    assert_snapshot!(set("contestants.node.before.parsing.cpu=1ms"), @r"
    error: this list has no item `parsing`
     --> --set:1:25
      |
    1 | contestants.node.before.parsing.cpu=1ms
      |                         ^^^^^^^ expected `parse` or `middleware`
      = help: did you mean `parse`?
    ");
}

#[test]
fn a_value_of_the_wrong_kind() {
    assert_snapshot!(set("contestants.node.processes=four"), @r"
    error: expected a whole number, found a text
     --> --set:1:28
      |
    1 | contestants.node.processes=four
      |                            ^^^^
    ");
}

#[test]
fn a_second_action_in_a_model() {
    assert_snapshot!(set("contestants.node.before.parse.wait=1ms"), @r"
    error: a step does one thing, not both `cpu` and `wait`
     --> --set:1:31
      |
    1 | contestants.node.before.parse.wait=1ms
      |                               ^^^^ make it two steps
    ");
}

#[test]
fn a_second_action() {
    assert_snapshot!(set("endpoints.page.steps.query.cpu=1ms"), @r"
    error: a step does one thing, not both `call` and `cpu`
     --> --set:1:28
      |
    1 | endpoints.page.steps.query.cpu=1ms
      |                            ^^^ make it two steps
    ");
}

/// An override may take away the only use of a parameter. One that the file itself never uses stays a mistake.
#[test]
fn a_parameter_that_only_the_override_leaves_without_use() {
    let used = SCENARIO.replacen("cpu = \"3ms\"", "cpu = \"$render\"", 1);
    assert_ne!(used, SCENARIO);
    let accepted = |head: &str, over: &str| {
        let text = format!("{head}\n{used}");
        read(&[("shop.toml", &text)], &[over]).is_ok()
    };
    let over = "endpoints.page.steps.render.cpu=5ms";
    assert!(accepted("params.render = \"3ms\"", over));
    assert!(accepted("params.render = \"3ms\"", "params.render=4ms"));
    assert!(!accepted(
        "params = { render = \"3ms\", ren = \"1ms\" }",
        over
    ));
}
