//! Mistakes in a model's threads and in how it takes work in: `executors`, `place`, `lock`, `listen` and `queue`.

use insta::assert_snapshot;

use super::broken;
use super::mistakes_in_models::model;

#[test]
fn an_unknown_kind_of_executor() {
    assert_snapshot!(model("executors.main = \"delayed\""), @r#"
    error: unknown kind of executor `delayed`
     --> mine.toml:1:18
      |
    1 | executors.main = "delayed"
      |                  ^^^^^^^^^ expected "delay" or { carriers = ..., tasks = ... }
    "#);
}

#[test]
fn an_executor_that_runs_nothing() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nexecutors.mian.carriers = 8"), @r"
    error: executor `mian` runs nothing
      --> shop.toml:13:11
       |
    13 | executors.mian.carriers = 8
       |           ^^^^ only `main` and those named in `place` or by a `hop` run steps
       = help: did you mean `main`?
    ");
}

#[test]
fn a_loop_on_no_threads() {
    assert_snapshot!(model("executors.main = { tasks = \"unlimited\" }"), @r#"
    error: an event loop has a number of `carriers`
     --> mine.toml:1:11
      |
    1 | executors.main = { tasks = "unlimited" }
      |           ^^^^ expected { carriers = 1, tasks = "unlimited" }
    "#);
}

#[test]
fn two_tasks_a_thread() {
    assert_snapshot!(model("executors.main = { carriers = 4, tasks = 2 }"), @r#"
    error: expected 1 or "unlimited"
     --> mine.toml:1:42
      |
    1 | executors.main = { carriers = 4, tasks = 2 }
      |                                          ^
    "#);
}

#[test]
fn a_place_that_is_not_there() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nplace.native = \"pools\""), @r#"
    error: there is no executor `pools`
      --> shop.toml:13:16
       |
    13 | place.native = "pools"
       |                ^^^^^^^ expected `main` or `pool`
       = help: did you mean `pool`?
    "#);
}

#[test]
fn an_order_that_is_not_known() {
    assert_snapshot!(model("lock = { order = \"lifo\" }"), @r#"
    error: unknown word `lifo`
     --> mine.toml:1:18
      |
    1 | lock = { order = "lifo" }
      |                  ^^^^^^ expected `fifo` or `random`
      = help: did you mean `fifo`?
    "#);
}

#[test]
fn patience_of_no_time() {
    assert_snapshot!(model("lock = { switch_interval = \"0ms\" }"), @r#"
    error: expected a time of more than zero
     --> mine.toml:1:28
      |
    1 | lock = { switch_interval = "0ms" }
      |                            ^^^^^
    "#);
}

#[test]
fn a_policy_that_is_not_known() {
    assert_snapshot!(model("listen = { policy = \"per_process\" }"), @r#"
    error: unknown word `per_process`
     --> mine.toml:1:21
      |
    1 | listen = { policy = "per_process" }
      |                     ^^^^^^^^^^^^^ expected `shared`, `per-process` or `primary`
      = help: did you mean `per-process`?
    "#);
}

#[test]
fn no_gaps_between_attempts() {
    assert_snapshot!(model("listen = { syn_gaps = [] }"), @r"
    error: expected at least one time
     --> mine.toml:1:23
      |
    1 | listen = { syn_gaps = [] }
      |                       ^^
    ");
}

#[test]
fn a_queue_below_no_limit() {
    assert_snapshot!(model("queue = { admit = \"below-limit\" }"), @r#"
    error: `below-limit` needs a `limit`
     --> mine.toml:1:9
      |
    1 | queue = { admit = "below-limit" }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^ for instance limit = 1000
    "#);
}

#[test]
fn too_many_threads() {
    assert_snapshot!(model("processes = 1000\nexecutors.main.carriers = 2000"), @r"
    error: 2000000 threads are too many: at most 1000000
     --> mine.toml:2:1
      |
    2 | executors.main.carriers = 2000
      | ^^^^^^^^^
    ");
}

#[test]
fn threads_of_a_request_s_own_that_are_there_before() {
    assert_snapshot!(model("executors.workers = { started = 1 }\nplace.image = \"workers\""), @r"
    error: `started` is of threads that stay
     --> mine.toml:1:23
      |
    1 | executors.workers = { started = 1 }
      |                       ^^^^^^^ which are a number of `carriers`
    ");
}
