//! Mistakes in pools of connections.

use insta::assert_snapshot;

use super::broken;
use super::mistakes_in_models::model;

#[test]
fn a_pool_that_keeps_more_open_than_it_has() {
    assert_snapshot!(model("pools.database = { size = 4, min = 5 }"), @r"
    error: a pool of 4 does not keep 5 connections open
     --> mine.toml:1:30
      |
    1 | pools.database = { size = 4, min = 5 }
      |                              ^^^
    ");
}

#[test]
fn a_reuse_that_is_not_known() {
    assert_snapshot!(model("pools.database.reuse = \"threads\""), @r#"
    error: unknown word `threads`
     --> mine.toml:1:24
      |
    1 | pools.database.reuse = "threads"
      |                        ^^^^^^^^^ expected `lifo`, `fifo` or `thread`
      = help: did you mean `thread`?
    "#);
}

#[test]
fn a_hand_over_that_is_not_known() {
    assert_snapshot!(model("pools.database.hand_over = \"at_once\""), @r#"
    error: unknown word `at_once`
     --> mine.toml:1:28
      |
    1 | pools.database.hand_over = "at_once"
      |                            ^^^^^^^^^ expected `in-turn` or `at-once`
      = help: did you mean `at-once`?
    "#);
}

#[test]
fn an_idle_time_of_nothing() {
    assert_snapshot!(model("pools.database.idle = \"0s\""), @r#"
    error: expected a time of more than zero
     --> mine.toml:1:23
      |
    1 | pools.database.idle = "0s"
      |                       ^^^^
    "#);
}

#[test]
fn an_opening_that_says_what_is_unknown() {
    assert_snapshot!(model("pools.database.open = { cpu = \"1ms\" }"), @r#"
    error: unknown key `cpu`
     --> mine.toml:1:25
      |
    1 | pools.database.open = { cpu = "1ms" }
      |                         ^^^ expected `steps`, `trips` or `work`
    "#);
}

#[test]
fn too_many_round_trips() {
    assert_snapshot!(model("pools.database.open.trips = 101"), @r"
    error: expected a whole number of at most 100, found 101
     --> mine.toml:1:29
      |
    1 | pools.database.open.trips = 101
      |                             ^^^
    ");
}

#[test]
fn opening_that_calls() {
    assert_snapshot!(model("pools.database.open.steps = [{ call = \"postgres\" }]"), @r#"
    error: steps of a call cannot call
     --> mine.toml:1:39
      |
    1 | pools.database.open.steps = [{ call = "postgres" }]
      |                                       ^^^^^^^^^^
    "#);
}

#[test]
fn a_limit_of_no_connections() {
    assert_snapshot!(model("connections.limit = 0"), @r"
    error: expected a whole number of at least 1, found 0
     --> mine.toml:1:21
      |
    1 | connections.limit = 0
      |                     ^
    ");
}

#[test]
fn a_limit_on_who_is_not_called() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nconnections.limit = 5"), @r"
    error: nobody calls the app through a pool
      --> shop.toml:13:13
       |
    13 | connections.limit = 5
       |             ^^^^^ `limit` is for the services that it calls
    ");
}

#[test]
fn pools_to_too_many_services() {
    let services: String = (1..=9)
        .map(|n| format!("[services.db{n}]\nrole = \"database\"\n"))
        .collect();
    let text = broken("[endpoints.page]", &format!("{services}[endpoints.page]"));
    assert_snapshot!(text, @r"
    error: `app` has pools to 10 services
      --> shop.toml:29:14
       |
    29 | [contestants.node]
       |              ^^^^ at most 8
    ");
}
