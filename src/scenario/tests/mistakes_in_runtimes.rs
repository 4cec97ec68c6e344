//! Mistakes in what a model says about its runtime: garbage collection, where work is placed, rounds of loops.

use insta::assert_snapshot;

use super::mistakes_in_models::model;

#[test]
fn a_collector_without_a_size() {
    assert_snapshot!(model("gc = { allocates = \"40MB/s\", minor = \"1ms\" }"), @r#"
    error: `gc` has no `young`
     --> mine.toml:1:6
      |
    1 | gc = { allocates = "40MB/s", minor = "1ms" }
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_allocation_without_a_time() {
    assert_snapshot!(model("gc = { allocates = \"40MB\", young = \"16MiB\", minor = \"1ms\" }"), @r#"
    error: a flow needs a unit of time
     --> mine.toml:1:21
      |
    1 | gc = { allocates = "40MB", young = "16MiB", minor = "1ms" }
      |                     ^^^^ expected a flow such as "40MB/s"
    "#);
}

#[test]
fn an_allocation_in_requests() {
    assert_snapshot!(model("gc = { allocates = \"400/s\", young = \"16MiB\", minor = \"1ms\" }"), @r#"
    error: `400` has no unit
     --> mine.toml:1:21
      |
    1 | gc = { allocates = "400/s", young = "16MiB", minor = "1ms" }
      |                     ^^^ expected B, KB, MB, GB, KiB, MiB or GiB
    "#);
}

#[test]
fn a_young_generation_of_nothing() {
    assert_snapshot!(model("gc = { allocates = \"40MB/s\", young = \"0MiB\", minor = \"1ms\" }"), @r#"
    error: expected a size of more than zero
     --> mine.toml:1:38
      |
    1 | gc = { allocates = "40MB/s", young = "0MiB", minor = "1ms" }
      |                                      ^^^^^^
    "#);
}

#[test]
fn objects_and_bytes() {
    assert_snapshot!(model("gc = { allocates = \"10/ms\", young = 700, request = \"4KB\", minor = \"1ms\" }"), @r#"
    error: `young` is a number of objects
     --> mine.toml:1:52
      |
    1 | gc = { allocates = "10/ms", young = 700, request = "4KB", minor = "1ms" }
      |                                                    ^^^^^ expected a whole number
    "#);
    assert_snapshot!(model("gc = { allocates = \"10MB/s\", young = 700, minor = \"1ms\" }"), @r#"
    error: `10MB` is not a plain number
     --> mine.toml:1:23
      |
    1 | gc = { allocates = "10MB/s", young = 700, minor = "1ms" }
      |                       ^^ no unit here
    "#);
    assert_snapshot!(model("gc = { allocates = \"10MB/s\", young = \"1MB\", request = 41, minor = \"1ms\" }"), @r#"
    error: `41` has no unit
     --> mine.toml:1:55
      |
    1 | gc = { allocates = "10MB/s", young = "1MB", request = 41, minor = "1ms" }
      |                                                       ^^ expected a size such as "64KiB"
    "#);
    assert_snapshot!(model("gc = { allocates = \"10/ms\", young = 0, minor = \"1ms\" }"), @r#"
    error: expected a whole number of at least 1, found 0
     --> mine.toml:1:37
      |
    1 | gc = { allocates = "10/ms", young = 0, minor = "1ms" }
      |                                     ^
    "#);
}

#[test]
fn a_request_that_allocates_without_end() {
    assert_snapshot!(model("gc = { allocates = \"1KB/s\", young = \"1MB\", request = \"1GB\", minor = \"1ms\" }"), @r#"
    error: a request allocates as much as 1000000s of work
     --> mine.toml:1:44
      |
    1 | gc = { allocates = "1KB/s", young = "1MB", request = "1GB", minor = "1ms" }
      |                                            ^^^^^^^ expected no more than 10s
    "#);
}

#[test]
fn times_to_arrive_in() {
    assert_snapshot!(model("limits = { header = \"0s\" }"), @r#"
    error: expected a time of more than zero
     --> mine.toml:1:21
      |
    1 | limits = { header = "0s" }
      |                     ^^^^
    "#);
    assert_snapshot!(model("limits = { headers = \"60s\" }"), @r#"
    error: unknown key `headers`
     --> mine.toml:1:12
      |
    1 | limits = { headers = "60s" }
      |            ^^^^^^^ expected `heartbeat`, `check`, `header`, `request` or `beats`
      = help: did you mean `header`?
    "#);
    assert_snapshot!(model("connections = { requests = \"100\" }"), @r#"
    error: expected a whole number, found a text
     --> mine.toml:1:28
      |
    1 | connections = { requests = "100" }
      |                            ^^^^^
    "#);
}

#[test]
fn collections_without_end() {
    assert_snapshot!(model("gc = { allocates = \"40GB/s\", young = \"4KB\", minor = \"1ms\" }"), @r#"
    error: a collection after every 100ns of work
     --> mine.toml:1:6
      |
    1 | gc = { allocates = "40GB/s", young = "4KB", minor = "1ms" }
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected no more often than 10us
    "#);
}

#[test]
fn a_major_collection_of_nothing() {
    assert_snapshot!(model("gc = { allocates = \"40MB/s\", young = \"16MiB\", minor = \"1ms\", old = \"1GB\", major = \"5ms\" }"), @r#"
    error: `old` without `survives`
     --> mine.toml:1:62
      |
    1 | gc = { allocates = "40MB/s", young = "16MiB", minor = "1ms", old = "1GB", major = "5ms" }
      |                                                              ^^^ a major collection needs `survives`, `old` and `major`
    "#);
}

#[test]
fn cpu_that_takes_no_time() {
    assert_snapshot!(model("cpu_factor = 0"), @r#"
    error: CPU that takes 0 times as long
     --> mine.toml:1:14
      |
    1 | cpu_factor = 0
      |              ^ expected a number from 0.01 to 100
    "#);
}

#[test]
fn copies_of_nothing() {
    assert_snapshot!(model("gc = { allocates = \"40MB/s\", young = \"16MiB\", minor = \"1ms\", copies = \"1GB/s\" }"), @r#"
    error: `copies` without `survives`
     --> mine.toml:1:62
      |
    1 | gc = { allocates = "40MB/s", young = "16MiB", minor = "1ms", copies = "1GB/s" }
      |                                                              ^^^^^^ how long copying takes follows from the share that survives
    "#);
}

#[test]
fn survivors_that_are_copied_without_end() {
    assert_snapshot!(model("gc = { allocates = \"40MB/s\", young = \"16MiB\", minor = \"1ms\", survives = \"50%\", copies = \"1KB/s\" }"), @r#"
    error: copying what survives takes 8388.608s
     --> mine.toml:1:80
      |
    1 | gc = { allocates = "40MB/s", young = "16MiB", minor = "1ms", survives = "50%", copies = "1KB/s" }
      |                                                                                ^^^^^^ expected no more than 10s
    "#);
}

#[test]
fn a_collector_s_key_that_is_misspelt() {
    assert_snapshot!(model("gc = { allocates = \"40MB/s\", young = \"16MiB\", minor = \"1ms\", survive = \"5%\" }"), @r#"
    error: unknown key `survive`
     --> mine.toml:1:62
      |
    1 | gc = { allocates = "40MB/s", young = "16MiB", minor = "1ms", survive = "5%" }
      |                                                              ^^^^^^^ expected `allocates`, `young`, `request`, `minor`, `survives`, `copies`, `old` or `major`
      = help: did you mean `survives`?
    "#);
}

#[test]
fn a_collector_that_is_a_word() {
    assert_snapshot!(model("gc = \"generational\""), @r#"
    error: expected a table such as { allocates = "200MB/s", young = "16MiB", minor = "1ms" }, found a text
     --> mine.toml:1:6
      |
    1 | gc = "generational"
      |      ^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_place_for_no_kind_of_work() {
    assert_snapshot!(model("executors.workers.carriers = 2\nplace.images = \"workers\""), @r#"
    error: there is no kind of work `images`
     --> mine.toml:2:7
      |
    2 | place.images = "workers"
      |       ^^^^^^
      = help: did you mean `image`?
    "#);
}

#[test]
fn a_kind_placed_nowhere() {
    assert_snapshot!(model("executors.workers.carriers = 2\nplace.image = \"worker\""), @r#"
    error: there is no executor `worker`
     --> mine.toml:2:15
      |
    2 | place.image = "worker"
      |               ^^^^^^^^ expected `main` or `workers`
      = help: did you mean `workers`?
    "#);
}

#[test]
fn workers_for_nothing() {
    assert_snapshot!(model("executors.workers.carriers = 2\nexecutors.pool.carriers = 4\nplace.native = \"pool\""), @r"
    error: executor `workers` runs nothing
     --> mine.toml:1:11
      |
    1 | executors.workers.carriers = 2
      |           ^^^^^^^ only `main` and those named in `place` or by a `hop` run steps
    ");
}

#[test]
fn a_hop_to_main() {
    assert_snapshot!(model("executors.main = { carriers = 1, hop = \"0.1ms\" }"), @r#"
    error: nothing is handed over to `main`
     --> mine.toml:1:34
      |
    1 | executors.main = { carriers = 1, hop = "0.1ms" }
      |                                  ^^^ `hop` is for the other executors
    "#);
}

#[test]
fn rounds_of_what_is_no_loop() {
    assert_snapshot!(model("executors.main = { carriers = 2, timers = \"1ms\" }"), @r#"
    error: `timers` is a key of an event loop
     --> mine.toml:1:34
      |
    1 | executors.main = { carriers = 2, timers = "1ms" }
      |                                  ^^^^^^ which has tasks = "unlimited"
    "#);
}

#[test]
fn a_limit_on_slow_work_in_words() {
    assert_snapshot!(model("executors.pool = { carriers = 4, slow = \"most\" }\nplace.native = \"pool\""), @r#"
    error: expected "half" or a number of threads
     --> mine.toml:1:41
      |
    1 | executors.pool = { carriers = 4, slow = "most" }
      |                                         ^^^^^^
    "#);
}

#[test]
fn timers_without_a_resolution() {
    assert_snapshot!(model("executors.main = { carriers = 1, tasks = \"unlimited\", timers = \"0ms\" }"), @r#"
    error: expected a time of more than zero
     --> mine.toml:1:64
      |
    1 | executors.main = { carriers = 1, tasks = "unlimited", timers = "0ms" }
      |                                                                ^^^^^
    "#);
}

#[test]
fn a_close_without_a_unit() {
    assert_snapshot!(model("listen = { by = \"main-thread\", close = \"15\" }"), @r#"
    error: `15` has no unit
     --> mine.toml:1:41
      |
    1 | listen = { by = "main-thread", close = "15" }
      |                                         ^^ expected ns, us, ms, s, min or h
    "#);
}

#[test]
fn a_main_thread_that_does_something_else() {
    assert_snapshot!(model("listen = { by = \"main-thread\", closes = \"15us\" }"), @r#"
    error: unknown key `closes`
     --> mine.toml:1:32
      |
    1 | listen = { by = "main-thread", closes = "15us" }
      |                                ^^^^^^
      = help: did you mean `close`?
    "#);
}

#[test]
fn waking_somebody_else() {
    assert_snapshot!(model("listen = { wakes = \"some\" }"), @r#"
    error: unknown word `some`
     --> mine.toml:1:20
      |
    1 | listen = { wakes = "some" }
      |                    ^^^^^^ expected `all` or `one`
      = help: did you mean `one`?
    "#);
}

#[test]
fn a_concurrency_of_nothing() {
    assert_snapshot!(model("queue.concurrency = 0"), @r"
    error: expected a whole number of at least 1, found 0
     --> mine.toml:1:21
      |
    1 | queue.concurrency = 0
      |                     ^
    ");
}

#[test]
fn a_concurrency_in_words() {
    assert_snapshot!(model("queue = { concurrency = \"100/s\" }"), @r#"
    error: expected a whole number, found a text
     --> mine.toml:1:25
      |
    1 | queue = { concurrency = "100/s" }
      |                         ^^^^^^^
    "#);
}

#[test]
fn a_refusal_that_is_misspelt() {
    assert_snapshot!(model("queue = { concurrency = 9, refuse = \"1ms\" }"), @r#"
    error: unknown key `refuse`
     --> mine.toml:1:28
      |
    1 | queue = { concurrency = 9, refuse = "1ms" }
      |                            ^^^^^^ expected `admit`, `limit`, `capacity`, `concurrency`, `refusal` or `scope`
      = help: did you mean `refusal`?
    "#);
}

#[test]
fn a_refusal_that_varies() {
    assert_snapshot!(model("queue = { concurrency = 9, refusal = \"exp(1ms)\" }"), @r#"
    error: `exp(1ms)` is not a number with a unit
     --> mine.toml:1:39
      |
    1 | queue = { concurrency = 9, refusal = "exp(1ms)" }
      |                                       ^^^^^^^^ expected a time such as "2ms"
    "#);
}
