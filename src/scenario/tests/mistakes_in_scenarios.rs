//! Mistakes in how a scenario is put together.

use insta::assert_snapshot;

use super::{broken, refused, with};

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

/// `none` takes back what a model says, so an expectation about it would be none.
#[test]
fn a_contestant_called_none() {
    assert_snapshot!(with("[contestants.none]\nmodel = \"node\""), @r"
    error: `none` cannot be a name
     --> shop.toml:1:14
      |
    1 | [contestants.none]
      |              ^^^^ names are parts of paths: no `.`, no `=`, neither empty nor `none`
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
fn a_contestant_with_a_point() {
    assert_snapshot!(broken("[contestants.node]", "[contestants.\"node.js\"]"), @r#"
    error: `node.js` cannot be a name
      --> shop.toml:11:14
       |
    11 | [contestants."node.js"]
       |              ^^^^^^^^^ names are parts of paths: no `.`, no `=`, neither empty nor `none`
    "#);
}

#[test]
fn an_endpoint_that_is_no_table() {
    assert_snapshot!(broken("[contestants.node]", "[services.a.endpoints]\nx = 1\ny = { steps = [ { call = \"a.y\" } ] }\n[contestants.node]"), @r"
    error: calls go round in a circle
      --> shop.toml:11:11
       |
    11 | [services.a.endpoints]
       |           ^ a.y → a.y

    error: expected a table with `weight` and `steps`, found a whole number
      --> shop.toml:12:5
       |
    12 | x = 1
       |     ^
    ");
}

#[test]
fn a_number_too_large() {
    assert_snapshot!(broken("weight = 9", "weight = 1e300"), @r"
    error: this number is too large
     --> shop.toml:5:10
      |
    5 | weight = 1e300
      |          ^^^^^
    ");
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
