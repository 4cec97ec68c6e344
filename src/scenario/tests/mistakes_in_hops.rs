//! Mistakes in where steps run: executors, places and hops.

use insta::assert_snapshot;

use super::broken;
use super::mistakes_in_models::model;

#[test]
fn an_executor_for_hops_that_are_main_s() {
    assert_snapshot!(model("before = [{ hop = \"main\", steps = [] }]"), @r#"
    error: these steps are on `main` already
     --> mine.toml:1:19
      |
    1 | before = [{ hop = "main", steps = [] }]
      |                   ^^^^^^
    "#);
}

#[test]
fn a_hop_to_nowhere() {
    assert_snapshot!(model("executors.sync = {}\nbefore = [{ hop = \"synch\", steps = [] }]"), @r#"
    error: there is no executor `synch`
     --> mine.toml:2:19
      |
    2 | before = [{ hop = "synch", steps = [] }]
      |                   ^^^^^^^ expected `main` or `sync`
      = help: did you mean `sync`?
    "#);
}

#[test]
fn a_hop_without_steps() {
    assert_snapshot!(model("executors.sync = {}\nbefore = [{ hop = \"sync\" }]"), @r#"
    error: this step needs `steps`
     --> mine.toml:2:11
      |
    2 | before = [{ hop = "sync" }]
      |           ^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_hop_in_a_hop() {
    let text = "executors = { sync = {}, pool = { carriers = 1 } }\nplace.handler = \"pool\"\nbefore = [{ hop = \"sync\", steps = [{ repeat = 2, steps = [{ hop = \"pool\", steps = [] }] }] }]";
    assert_snapshot!(model(text), @r#"
    error: a `hop` in a `hop`
     --> mine.toml:3:67
      |
    3 | before = [{ hop = "sync", steps = [{ repeat = 2, steps = [{ hop = "pool", steps = [] }] }] }]
      |                                                                   ^^^^^^ these steps are on a thread already
    "#);
}

#[test]
fn a_hop_in_an_opening_to_nowhere() {
    let text = "executors.sync = {}\nplace.handler = \"sync\"\npools.database.open.steps = [{ hop = \"snyc\", steps = [] }]";
    assert_snapshot!(model(text), @r#"
    error: there is no executor `snyc`
     --> mine.toml:3:38
      |
    3 | pools.database.open.steps = [{ hop = "snyc", steps = [] }]
      |                                      ^^^^^^ expected `main` or `sync`
      = help: did you mean `sync`?
    "#);
}

#[test]
fn a_hop_of_an_endpoint() {
    assert_snapshot!(broken("cpu = \"3ms\", kind = \"template\"", "hop = \"pool\", steps = []"), @r#"
    error: an endpoint does not say where it runs
     --> shop.toml:8:28
      |
    8 |   { name = "render", hop = "pool", steps = [] },
      |                            ^^^^^^ `hop` is for a model's own steps; its `place.handler` is for endpoints'
    "#);
}

#[test]
fn a_start_of_threads_that_are_there() {
    assert_snapshot!(model("executors.sync = { carriers = 2, start = \"0.1ms\" }\nplace.handler = \"sync\""), @r#"
    error: `start` is what a request's own thread costs
     --> mine.toml:1:34
      |
    1 | executors.sync = { carriers = 2, start = "0.1ms" }
      |                                  ^^^^^ which has no number of `carriers`
    "#);
}

#[test]
fn two_threads_of_a_request_s_own() {
    assert_snapshot!(model("executors = { sync = {}, other = {} }\nplace = { handler = \"sync\", database = \"other\" }"), @r"
    error: a request has one thread of its own, on `sync`
     --> mine.toml:1:26
      |
    1 | executors = { sync = {}, other = {} }
      |                          ^^^^^ expected `other` to have `carriers`
    ");
}

#[test]
fn a_hop_to_interpreters_of_their_own() {
    let text = "executors.workers = { carriers = 2 }\nplace.image = \"workers\"\npools.database.open.steps = [{ hop = \"workers\", steps = [{ cpu = \"1ms\" }] }]";
    assert_snapshot!(model(text), @r"
    error: executor `workers` has interpreters of its own
     --> mine.toml:1:11
      |
    1 | executors.workers = { carriers = 2 }
      |           ^^^^^^^ where `cpu` steps of a kind are placed, nothing else of the model's language can run
    ");
}

#[test]
fn a_handler_placed_nowhere() {
    assert_snapshot!(model("executors.sync = {}\nplace.handler = \"snyc\""), @r#"
    error: there is no executor `snyc`
     --> mine.toml:2:17
      |
    2 | place.handler = "snyc"
      |                 ^^^^^^ expected `main` or `sync`
      = help: did you mean `sync`?
    "#);
}
