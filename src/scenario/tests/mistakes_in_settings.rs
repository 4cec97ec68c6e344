//! Mistakes in `[arrivals]`, `[run]`, `[clients]`, `[slo]` and `[hosts]`.

use insta::assert_snapshot;

use super::with;

#[test]
fn an_unknown_key() {
    assert_snapshot!(with("[run]\nreplicatons = 5"), @r"
    error: unknown key `replicatons`
     --> shop.toml:2:1
      |
    2 | replicatons = 5
      | ^^^^^^^^^^^ expected `requests`, `duration`, `warmup`, `replications`, `precision`, `seed` or `caches`
      = help: did you mean `replications`?
    ");
}

#[test]
fn a_wrong_kind_of_value() {
    assert_snapshot!(with("[run]\nreplications = \"ten\""), @r#"
    error: expected a whole number, found a text
     --> shop.toml:2:16
      |
    2 | replications = "ten"
      |                ^^^^^
    "#);
}

#[test]
fn a_table_instead_of_a_value() {
    assert_snapshot!(with("[clients.keep_alive]\nidle = \"2s\""), @r"
    error: expected true or false, found a table
     --> shop.toml:1:1
      |
    1 | [clients.keep_alive]
      | ^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn too_few_replications() {
    assert_snapshot!(with("[run]\nreplications = 1"), @r"
    error: expected a whole number of at least 2, found 1
     --> shop.toml:2:16
      |
    2 | replications = 1
      |                ^
    ");
}

#[test]
fn no_precision() {
    assert_snapshot!(with("[run]\nprecision = \"0%\""), @r#"
    error: a precision is more than 0 and less than 100%
     --> shop.toml:2:13
      |
    2 | precision = "0%"
      |             ^^^^ expected a share such as "5%" or 0.05
    "#);
}

#[test]
fn a_precision_of_an_endpoint_that_is_not_there() {
    assert_snapshot!(with("[run.precision]\nendpoint = \"pgae\"\nwithin = \"5%\""), @r#"
    error: there is no endpoint `pgae`
     --> shop.toml:2:12
      |
    2 | endpoint = "pgae"
      |            ^^^^^^ expected `page` or `all`
      = help: did you mean `page`?
    "#);
}

#[test]
fn a_precision_of_nothing() {
    assert_snapshot!(with("[run.precision]\nfigure = \"mean_ms\""), @r"
    error: this precision has no `within`
     --> shop.toml:1:1
      |
    1 | [run.precision]
      | ^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_negative_seed() {
    assert_snapshot!(with("[run]\nseed = -4"), @r"
    error: a seed is a whole number from 0 to 9223372036854775807
     --> shop.toml:2:8
      |
    2 | seed = -4
      |        ^^
    ");
}

#[test]
fn two_lengths_of_a_run() {
    assert_snapshot!(with("[run]\nrequests = 1000\nduration = \"60s\""), @r#"
    error: a run has `requests` or a `duration`, not both
     --> shop.toml:3:1
      |
    3 | duration = "60s"
      | ^^^^^^^^
    "#);
}

#[test]
fn a_warm_up_as_long_as_the_run() {
    assert_snapshot!(with("[run]\nduration = \"1min\"\nwarmup = \"60s\""), @r#"
    error: the warm-up is as long as the whole run
     --> shop.toml:3:10
      |
    3 | warmup = "60s"
      |          ^^^^^ expected less than 60s
    "#);
}

#[test]
fn an_unknown_arrival_process() {
    assert_snapshot!(with("[arrivals]\nprocess = \"poison\""), @r#"
    error: unknown word `poison`
     --> shop.toml:2:11
      |
    2 | process = "poison"
      |           ^^^^^^^^ expected `poisson`, `constant`, `closed` or `replay`
      = help: did you mean `poisson`?
    "#);
}

#[test]
fn a_rate_in_a_closed_loop() {
    assert_snapshot!(with("[arrivals]\nprocess = \"closed\"\nrate = \"400/s\""), @r#"
    error: unknown key `rate`
     --> shop.toml:3:1
      |
    3 | rate = "400/s"
      | ^^^^ expected `process`, `users` or `think`
    "#);
}

#[test]
fn a_rate_of_zero() {
    assert_snapshot!(with("[arrivals]\nrate = \"0/s\""), @r#"
    error: expected a rate of more than zero
     --> shop.toml:2:9
      |
    2 | rate = "0/s"
      |         ^^^
    "#);
}

#[test]
fn rates_that_do_not_ascend() {
    assert_snapshot!(with("[arrivals]\nrate = [\"50/s\", \"100/s\", \"6000/min\"]"), @r#"
    error: loads are listed in ascending order
     --> shop.toml:2:26
      |
    2 | rate = ["50/s", "100/s", "6000/min"]
      |                          ^^^^^^^^^^ not more than the one before
    "#);
}

#[test]
fn a_list_of_no_rates() {
    assert_snapshot!(with("[arrivals]\nrate = []"), @r"
    error: this list of loads is empty
     --> shop.toml:2:8
      |
    2 | rate = []
      |        ^^
    ");
}

#[test]
fn no_users() {
    assert_snapshot!(with("[arrivals]\nprocess = \"closed\"\nusers = [0, 10]"), @r"
    error: expected a whole number of at least 1, found 0
     --> shop.toml:3:10
      |
    3 | users = [0, 10]
      |          ^
    ");
}

#[test]
fn a_replay_of_nothing() {
    assert_snapshot!(with("[arrivals]\nprocess = \"replay\""), @r"
    error: a replay needs a `file` of times
     --> shop.toml:1:1
      |
    1 | [arrivals]
      | ^^^^^^^^^^
    ");
}

#[test]
fn an_objective_beyond_all_requests() {
    assert_snapshot!(with("[slo]\nerrors = \"101%\""), @r#"
    error: a probability is at most 100%
     --> shop.toml:2:11
      |
    2 | errors = "101%"
      |           ^^^^ expected a share such as "5%" or 0.05
    "#);
}

#[test]
fn an_unknown_percentile() {
    assert_snapshot!(with("[slo]\np98 = \"250ms\""), @r#"
    error: unknown key `p98`
     --> shop.toml:2:1
      |
    2 | p98 = "250ms"
      | ^^^
      = help: did you mean `p90`?
    "#);
}

#[test]
fn an_objective_of_an_unknown_endpoint() {
    assert_snapshot!(with("[slo.endpoints.pgae]\np99 = \"250ms\""), @r"
    error: there is no endpoint `pgae`
     --> shop.toml:1:16
      |
    1 | [slo.endpoints.pgae]
      |                ^^^^ expected `page`
      = help: did you mean `page`?
    ");
}

#[test]
fn a_limit_that_only_all_have() {
    assert_snapshot!(with("[slo.endpoints.page]\nmemory = \"1GiB\""), @r#"
    error: `memory` is no figure of a single endpoint
     --> shop.toml:2:1
      |
    2 | memory = "1GiB"
      | ^^^^^^ a limit on it stands in `[slo]`
    "#);
}

#[test]
fn a_limit_in_another_unit() {
    assert_snapshot!(with("[slo]\nthroughput = \"250ms\"\nutil = { lock = \"80\" }"), @r#"
    error: a rate needs a unit of time
     --> shop.toml:2:15
      |
    2 | throughput = "250ms"
      |               ^^^^^ expected a rate such as "400/s"

    error: a probability is at most 100%
     --> shop.toml:3:18
      |
    3 | util = { lock = "80" }
      |                  ^^ expected a share such as "5%" or 0.05
    "#);
}

#[test]
fn no_cores() {
    assert_snapshot!(with("[hosts.app]\ncores = 0"), @r"
    error: expected a whole number of at least 1, found 0
     --> shop.toml:2:9
      |
    2 | cores = 0
      |         ^
    ");
}

#[test]
fn half_a_core() {
    assert_snapshot!(with("[hosts.app]\ncores = 2.5"), @r"
    error: expected a whole number, found a number with a point
     --> shop.toml:2:9
      |
    2 | cores = 2.5
      |         ^^^
    ");
}

#[test]
fn more_than_a_whole_number_holds() {
    assert_snapshot!(with("[hosts.app]\ncores = 1e18"), @r"
    error: this number is too large: expected a whole number of at most 4096
     --> shop.toml:2:9
      |
    2 | cores = 1e18
      |         ^^^^
    ");
    assert_snapshot!(with("[hosts.app]\ncores = 1e1"), @r"
    error: expected a whole number, without a point and an exponent
     --> shop.toml:2:9
      |
    2 | cores = 1e1
      |         ^^^
    ");
}

#[test]
fn a_host_of_an_unknown_model() {
    assert_snapshot!(with("[hosts.app]\nmodel = \"linux\""), @r#"
    error: there is no model `linux`
     --> shop.toml:2:9
      |
    2 | model = "linux"
      |         ^^^^^^^ neither beside the scenario, nor in `models/`, nor embedded
      = help: did you mean `linux-vm`?
    "#);
}

#[test]
fn too_little_memory() {
    assert_snapshot!(with("[hosts.app]\nmemory = \"100MB\""), @r#"
    error: what runs on host `app` does not fit into its 100 MB
     --> shop.toml:2:10
      |
    2 | memory = "100MB"
      |          ^^^^^^^ `node` takes 1 × 115 MB
    "#);
    let others = "[contestants.again]\nmodel = \"node\"\n[contestants.more]\nmodel = \"node\"\nprocesses = 2\n";
    assert_snapshot!(with(&format!("{others}[hosts.app]\nmemory = \"100MB\"")), @r#"
    error: what runs on host `app` does not fit into its 100 MB
     --> shop.toml:7:10
      |
    7 | memory = "100MB"
      |          ^^^^^^^ `node` takes 1 × 115 MB; `node` takes 2 × 115 MB
    "#);
}

#[test]
fn waking_backwards() {
    assert_snapshot!(with("[hosts.app]\nwake = \"-1us\""), @r#"
    error: `-1us` is negative
     --> shop.toml:2:9
      |
    2 | wake = "-1us"
      |         ^^^^ expected zero or more
    "#);
}

#[test]
fn a_slack_without_a_unit() {
    assert_snapshot!(with("[hosts.app]\ntimer_slack = 50"), @r#"
    error: `50` has no unit
     --> shop.toml:2:15
      |
    2 | timer_slack = 50
      |               ^^ expected a time such as "2ms"
    "#);
}

#[test]
fn a_tick_of_a_nanosecond() {
    assert_snapshot!(with("[hosts.app]\ntick = \"1ns\""), @r#"
    error: this tick is too short
     --> shop.toml:2:8
      |
    2 | tick = "1ns"
      |        ^^^^^ expected `0s`, which is no tick, or at least `0.1ms`; Linux has 1 to 10 ms
    "#);
}
