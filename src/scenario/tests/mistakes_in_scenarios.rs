//! Mistakes in a scenario's own tables.

use std::path::Path;

use insta::assert_snapshot;

use super::{broken, refused, with};
use crate::scenario::{Embedded, load};

fn refused_at(path: &str) -> String {
    load(&Embedded, path, &[]).unwrap_err().to_string()
}

#[test]
fn an_unknown_key() {
    assert_snapshot!(with("[run]\nreplicatons = 5"), @r"
    error: unknown key `replicatons`
     --> shop.toml:2:1
      |
    2 | replicatons = 5
      | ^^^^^^^^^^^ expected `requests`, `duration`, `warmup`, `replications` or `seed`
      = help: did you mean `replications`?
    ");
}

#[test]
fn an_unknown_table() {
    assert_snapshot!(with("[arival]\nrate = \"400/s\""), @r"
    error: unknown key `arival`
     --> shop.toml:1:2
      |
    1 | [arival]
      |  ^^^^^^
      = help: did you mean `arrivals`?
    ");
}

#[test]
fn an_unknown_key_in_an_endpoint() {
    assert_snapshot!(broken("weight", "wieght"), @r"
    error: unknown key `wieght`
     --> shop.toml:5:1
      |
    5 | wieght = 9
      | ^^^^^^ expected `weight` or `steps`
      = help: did you mean `weight`?
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
fn a_negative_seed() {
    assert_snapshot!(with("[run]\nseed = -4"), @r"
    error: a seed is a whole number of zero or more
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
      | ^^^ expected `mean`, `p50`, `p90`, `p95`, `p99`, `p999` or `errors`
      = help: did you mean `p90`?
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
fn a_host_that_nothing_runs_on() {
    assert_snapshot!(with("[hosts.ap]\ncores = 4"), @r"
    error: nothing runs on host `ap`
     --> shop.toml:1:8
      |
    1 | [hosts.ap]
      |        ^^ the contestants run on `app`, a service on the `host` it names
      = help: did you mean `app`?
    ");
}

#[test]
fn a_service_on_a_missing_host() {
    assert_snapshot!(broken("model = \"postgres\"", "model = \"postgres\"\nhost = \"database\""), @r#"
    error: there is no host `database`
     --> shop.toml:3:8
      |
    3 | host = "database"
      |        ^^^^^^^^^^ there are no `[hosts]`
    "#);
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
    error: 115 MB do not fit into the 100 MB of host `app`
     --> shop.toml:2:10
      |
    2 | memory = "100MB"
      |          ^^^^^^^ `app` takes 1 × 115 MB
    "#);
}

#[test]
fn no_contestants() {
    assert_snapshot!(broken("[contestants.node]\nmodel = \"node\"\n", ""), @r"
    error: the scenario has no `[contestants]`: who is compared
    ");
}

#[test]
fn empty_contestants() {
    assert_snapshot!(broken("[contestants.node]\nmodel = \"node\"\n", "[contestants]\n"), @r"
    error: there are no contestants in it
      --> shop.toml:11:2
       |
    11 | [contestants]
       |  ^^^^^^^^^^^
    ");
}

#[test]
fn a_contestant_that_is_no_table() {
    assert_snapshot!(broken("[contestants.node]\nmodel = \"node\"", "[contestants]\nnode = \"node\""), @r#"
    error: expected a table with a model, found a text
      --> shop.toml:12:8
       |
    12 | node = "node"
       |        ^^^^^^
    "#);
}

#[test]
fn no_endpoints() {
    assert_snapshot!(refused(&[("shop.toml", "[contestants.node]\nmodel = \"node\"\n")]), @r"
    error: the scenario has no `[endpoints]`: what people ask for
    ");
}

#[test]
fn empty_endpoints() {
    assert_snapshot!(refused(&[("shop.toml", "[endpoints]\n[contestants.node]\n")]), @r"
    error: there are no endpoints in it
     --> shop.toml:1:2
      |
    1 | [endpoints]
      |  ^^^^^^^^^
    ");
}

#[test]
fn weights_that_sum_to_nothing() {
    assert_snapshot!(broken("weight = 9", "weight = 0"), @r"
    error: the weights of the endpoints sum to nothing
     --> shop.toml:4:2
      |
    4 | [endpoints.page]
      |  ^^^^^^^^^
    ");
}

#[test]
fn a_negative_weight() {
    assert_snapshot!(broken("weight = 9", "weight = -9.5"), @r"
    error: expected a number of zero or more, found -9.5
     --> shop.toml:5:10
      |
    5 | weight = -9.5
      |          ^^^^
    ");
}

#[test]
fn a_contestant_with_an_endpoint_of_its_own() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nendpoints.pages.weight = 1"), @r"
    error: there is no endpoint `pages`
      --> shop.toml:13:11
       |
    13 | endpoints.pages.weight = 1
       |           ^^^^^ expected `page`
       = help: did you mean `page`?
    ");
}

#[test]
fn a_contestant_that_misspells_a_service() {
    assert_snapshot!(broken("model = \"node\"", "model = \"node\"\nservices.postgers.cores = 2"), @r"
    error: there is no service `postgers`
      --> shop.toml:13:10
       |
    13 | services.postgers.cores = 2
       |          ^^^^^^^^ expected `postgres`
       = help: did you mean `postgres`?
    ");
}

#[test]
fn an_unknown_language() {
    assert_snapshot!(with("cpu_measured_in = \"pyhton\""), @r#"
    error: unknown language `pyhton`
     --> shop.toml:1:19
      |
    1 | cpu_measured_in = "pyhton"
      |                   ^^^^^^^^ expected `python` or `javascript`
      = help: did you mean `python`?
    "#);
}

#[test]
fn an_undefined_parameter() {
    assert_snapshot!(with("arrivals.rate = \"$load\"\n[params]\nlaod = \"400/s\""), @r#"
    error: parameter `load` is not defined
     --> shop.toml:1:17
      |
    1 | arrivals.rate = "$load"
      |                 ^^^^^^^ expected `laod`
      = help: did you mean `laod`?

    error: parameter `laod` is not used
     --> shop.toml:3:1
      |
    3 | laod = "400/s"
      | ^^^^ nothing says `$laod`
    "#);
}

#[test]
fn a_parameter_where_there_are_none() {
    assert_snapshot!(broken("\"3ms\"", "\"gamma($render, cv=0.4)\""), @r#"
    error: parameter `render` is not defined
     --> shop.toml:8:35
      |
    8 |   { name = "render", cpu = "gamma($render, cv=0.4)", kind = "template" },
      |                                   ^^^^^^^ there are no `[params]`
    "#);
}

#[test]
fn an_unused_parameter() {
    assert_snapshot!(with("[params]\nrender = \"3ms\""), @r#"
    error: parameter `render` is not used
     --> shop.toml:2:1
      |
    2 | render = "3ms"
      | ^^^^^^ nothing says `$render`
    "#);
}

#[test]
fn a_parameter_of_the_wrong_kind() {
    assert_snapshot!(with("params.n = \"many\"\nclients.connections = \"$n\""), @r#"
    error: expected a whole number, found a text
     --> shop.toml:1:12
      |
    1 | params.n = "many"
      |            ^^^^^^
    "#);
}

#[test]
fn text_that_is_not_toml() {
    assert_snapshot!(with("[run\nseed = 1"), @r"
    error: not TOML: unclosed table, expected `]`
     --> shop.toml:1:5
      |
    1 | [run
      |     ^
    ");
}

#[test]
fn a_key_without_a_value() {
    assert_snapshot!(with("title =\nrun.seed = 1 2"), @r"
    error: not TOML: string values must be quoted, expected literal string
     --> shop.toml:1:8
      |
    1 | title =
      |        ^

    error: not TOML: string values must be quoted, expected literal string
     --> shop.toml:2:12
      |
    2 | run.seed = 1 2
      |            ^^^
    ");
}

#[test]
fn a_key_said_twice() {
    assert_snapshot!(with("title = \"A\"\ntitle = \"B\""), @r#"
    error: not TOML: duplicate key
     --> shop.toml:2:1
      |
    2 | title = "B"
      | ^^^^^
    "#);
}

#[test]
fn a_scenario_that_is_not_there() {
    assert_snapshot!(refused_at("quikstart"), @r"
    error: there is no file `quikstart`, nor an embedded example of that name
      = help: did you mean `quickstart`?
    ");
}

#[test]
fn bytes_that_are_no_text() {
    assert_snapshot!(load(&|_: &Path| Some(vec![b'a', 0xff]), "shop.toml", &[]).unwrap_err().to_string(), @r"
    error: cannot read `shop.toml`: it is not UTF-8 text (from byte 1 on)
    ");
}

#[test]
fn wide_characters_before_the_mistake() {
    assert_snapshot!(broken("\"render\", cpu = \"3ms\"", "\"größe 大きい\",\tcpu = \"exp(大)\""), @r#"
    error: `大` is not a number with a unit
     --> shop.toml:8:36
      |
    8 |   { name = "größe 大きい", cpu = "exp(大)", kind = "template" },
      |                                       ^^ expected a time such as "2ms"
    "#);
}

#[test]
fn several_mistakes_at_once() {
    assert_snapshot!(with("titel = \"Shop\"\n[run]\nwarmup = \"10\"\n[slo]\np99 = \"-5ms\""), @r#"
    error: unknown key `titel`
     --> shop.toml:1:1
      |
    1 | titel = "Shop"
      | ^^^^^
      = help: did you mean `title`?

    error: `10` has no unit
     --> shop.toml:3:11
      |
    3 | warmup = "10"
      |           ^^ expected ns, us, ms, s, min or h

    error: `-5ms` is negative
     --> shop.toml:5:8
      |
    5 | p99 = "-5ms"
      |        ^^^^ expected zero or more
    "#);
}
