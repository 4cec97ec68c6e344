//! Mistakes in models, in their own files and under a contestant.

use std::path::Path;

use insta::assert_snapshot;

use super::{SCENARIO, broken, refused};
use crate::scenario::check_file;

/// What is said about a file on its own.
fn check_as(name: &str, text: &str) -> String {
    let loader = |path: &Path| (path == Path::new(name)).then(|| text.as_bytes().to_vec());
    check_file(&loader, name).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

fn check(text: &str) -> String {
    check_as("mine.toml", text)
}

pub(super) fn model(text: &str) -> String {
    check(text)
}

fn check_languages(text: &str) -> String {
    check_as("languages.toml", text)
}

#[test]
fn a_missing_model() {
    assert_snapshot!(broken("model = \"node\"", "model = \"djago-sync\""), @r#"
    error: there is no model `djago-sync`
      --> shop.toml:12:9
       |
    12 | model = "djago-sync"
       |         ^^^^^^^^^^^^ neither beside the scenario, nor in `models/`, nor embedded
       = help: did you mean `django-sync`?
    "#);
}

#[test]
fn a_model_that_is_no_name() {
    assert_snapshot!(broken("model = \"node\"", "model = 20"), @r"
    error: expected the name of a model, found a whole number
      --> shop.toml:12:9
       |
    12 | model = 20
       |         ^^
    ");
}

#[test]
fn an_unknown_key() {
    assert_snapshot!(model("proceses = 4"), @r"
    error: unknown key `proceses`
     --> mine.toml:1:1
      |
    1 | proceses = 4
      | ^^^^^^^^
      = help: did you mean `processes`?
    ");
}

#[test]
fn a_key_of_the_scenario() {
    assert_snapshot!(model("services.postgres.cores = 4"), @r"
    error: unknown key `services`
     --> mine.toml:1:1
      |
    1 | services.postgres.cores = 4
      | ^^^^^^^^
    ");
}

#[test]
fn a_scenario_s_key_that_is_misspelt() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nservics.postgres.cores = 2"), @r"
    error: unknown key `servics`
      --> shop.toml:13:1
       |
    13 | servics.postgres.cores = 2
       | ^^^^^^^
       = help: did you mean `services`?
    ");
}

#[test]
fn no_processes() {
    assert_snapshot!(model("processes = 0"), @r"
    error: expected a whole number of at least 1, found 0
     --> mine.toml:1:13
      |
    1 | processes = 0
      |             ^
    ");
}

#[test]
fn an_unknown_role() {
    assert_snapshot!(model("role = \"databse\""), @r#"
    error: unknown word `databse`
     --> mine.toml:1:8
      |
    1 | role = "databse"
      |        ^^^^^^^^^ expected `database`, `cache` or `http`
      = help: did you mean `database`?
    "#);
}

#[test]
fn an_unknown_language() {
    assert_snapshot!(model("language = \"java\""), @r#"
    error: unknown language `java`
     --> mine.toml:1:12
      |
    1 | language = "java"
      |            ^^^^^^ expected `python` or `javascript`
      = help: did you mean `javascript`?
    "#);
}

#[test]
fn too_many_processes() {
    assert_snapshot!(model("processes = 1000000"), @r"
    error: expected a whole number of at most 10000, found 1000000
     --> mine.toml:1:13
      |
    1 | processes = 1000000
      |             ^^^^^^^
    ");
}

#[test]
fn threads_keep_their_own_connections() {
    let said = model("pools.database = { size = 10, reuse = \"thread\" }");
    assert!(
        said.contains("connections that belong to their threads are as many as these"),
        "{said}"
    );
    assert!(
        said.contains("size = 10") && said.contains("--> mine.toml:1:"),
        "{said}"
    );
}

#[test]
fn a_pool_for_nobody() {
    assert_snapshot!(model("pools.databases = { size = 10 }"), @r"
    error: there is no role or service `databases`
     --> mine.toml:1:7
      |
    1 | pools.databases = { size = 10 }
      |       ^^^^^^^^^ expected `database`, `cache` or `http`
      = help: did you mean `database`?
    ");
}

#[test]
fn a_cache_that_drops_more_than_it_has() {
    assert_snapshot!(model("caches.local = { entries = 300, cull = 301 }"), @r"
    error: a cache of 300 cannot drop one in 301
     --> mine.toml:1:33
      |
    1 | caches.local = { entries = 300, cull = 301 }
      |                                 ^^^^
    ");
}

#[test]
fn memory_without_a_unit() {
    assert_snapshot!(model("memory = { process = 51 }"), @r#"
    error: `51` has no unit
     --> mine.toml:1:22
      |
    1 | memory = { process = 51 }
      |                      ^^ expected a size such as "64KiB"
    "#);
}

#[test]
fn a_call_within_a_call() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\non_call.database = [ { call = \"postgres\" } ]"), @r#"
    error: steps of a call cannot call
      --> shop.toml:13:31
       |
    13 | on_call.database = [ { call = "postgres" } ]
       |                               ^^^^^^^^^^
    "#);
}

#[test]
fn times_by_language_in_a_model() {
    assert_snapshot!(model("before = [ { cpu = { python = \"1ms\" } } ]"), @r#"
    error: a model's steps are in its own language
     --> mine.toml:1:20
      |
    1 | before = [ { cpu = { python = "1ms" } } ]
      |                    ^^^^^^^^^^^^^^^^^^ expected one time
    "#);
}

#[test]
fn an_override_of_a_step_that_is_not_there() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nbefore.prase.cpu = \"1ms\""), @r#"
    error: this list has no item `prase`
      --> shop.toml:13:8
       |
    13 | before.prase.cpu = "1ms"
       |        ^^^^^ expected `parse` or `middleware`
       = help: did you mean `parse`?
    "#);
}

#[test]
fn a_mistake_in_a_model_of_two_contestants() {
    assert_snapshot!(refused(&[("shop.toml", &format!("{SCENARIO}[contestants.more]\nmodel = \"node\"\n")), ("models/node.toml", "processes = 1\ncold = \"0.5\"\n")]), @r#"
    error: `0.5` has no unit
     --> models/node.toml:2:9
      |
    2 | cold = "0.5"
      |         ^^^ expected ns, us, ms, s, min or h
    "#);
}

#[test]
fn a_cold_core_that_costs_nothing() {
    assert_snapshot!(check("cold = { over = \"1ms\" }"), @r#"
    error: `cold` has no `extra`
     --> mine.toml:1:8
      |
    1 | cold = { over = "1ms" }
      |        ^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_model_that_starts_from_itself() {
    assert_snapshot!(refused(&[("shop.toml", SCENARIO), ("node.toml", "model = \"node\"\n")]), @r#"
    error: model `node` starts from itself, or from too long a chain
     --> node.toml:1:9
      |
    1 | model = "node"
      |         ^^^^^^
    "#);
}

#[test]
fn a_ratio_outside_its_range() {
    assert_snapshot!(check_languages("[kinds.json]\npython = { ratio = 1, source = \"unit\" }\njavascript = { ratio = 2, low = 0.5, high = 1.5, source = \"guess\" }"), @r#"
    error: the ratio 2 is not between 0.5 and 1.5
     --> languages.toml:3:14
      |
    3 | javascript = { ratio = 2, low = 0.5, high = 1.5, source = "guess" }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_ratio_without_a_source() {
    assert_snapshot!(check_languages("[kinds.json]\npython = { ratio = 1 }"), @r"
    error: `python` has no `source`
     --> languages.toml:2:1
      |
    2 | python = { ratio = 1 }
      | ^^^^^^
    ");
}

#[test]
fn a_host_that_cools_down_at_once() {
    assert_snapshot!(check("switch_cost = \"1us\"\ncold = { after = \"0ms\" }"), @r#"
    error: expected a time of more than zero
     --> mine.toml:2:18
      |
    2 | cold = { after = "0ms" }
      |                  ^^^^^
    "#);
}

#[test]
fn a_heartbeat_of_another_kind() {
    assert_snapshot!(model("executors.main = { carriers = 2, tasks = 1 }\nlimits = { heartbeat = \"30s\", beats = \"loop\" }"), @r#"
    error: threads with one request at a time do not beat in a loop
     --> mine.toml:2:31
      |
    2 | limits = { heartbeat = "30s", beats = "loop" }
      |                               ^^^^^ expected "between-requests" or "main-thread"
    "#);
    assert_snapshot!(model("executors.main = { carriers = 1, tasks = \"unlimited\" }\nlimits = { heartbeat = \"30s\", beats = \"between-requests\" }"), @r#"
    error: an event loop does not beat between requests
     --> mine.toml:2:31
      |
    2 | limits = { heartbeat = "30s", beats = "between-requests" }
      |                               ^^^^^ expected "loop" or "main-thread"
    "#);
    assert_snapshot!(model("limits = { heartbeat = \"30s\", beats = \"thread\" }"), @r#"
    error: a heartbeat needs a number of threads
     --> mine.toml:1:10
      |
    1 | limits = { heartbeat = "30s", beats = "thread" }
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected `carriers` in `executors.main`

    error: unknown word `thread`
     --> mine.toml:1:39
      |
    1 | limits = { heartbeat = "30s", beats = "thread" }
      |                                       ^^^^^^^^ expected `between-requests`, `loop` or `main-thread`
    "#);
}

#[test]
fn a_heartbeat_without_threads() {
    assert_snapshot!(model("limits.heartbeat = \"30s\""), @r#"
    error: a heartbeat needs a number of threads
     --> mine.toml:1:1
      |
    1 | limits.heartbeat = "30s"
      | ^^^^^^ expected `carriers` in `executors.main`
    "#);
}

#[test]
fn a_life_of_half_a_request() {
    assert_snapshot!(model("lifecycle = { requests = 0.5 }"), @r"
    error: expected a whole number, found a number with a point
     --> mine.toml:1:26
      |
    1 | lifecycle = { requests = 0.5 }
      |                          ^^^
    ");
    assert_snapshot!(model("lifecycle = { request = 5 }"), @r"
    error: unknown key `request`
     --> mine.toml:1:15
      |
    1 | lifecycle = { request = 5 }
      |               ^^^^^^^ expected `boot`, `requests` or `jitter`
      = help: did you mean `requests`?
    ");
}
