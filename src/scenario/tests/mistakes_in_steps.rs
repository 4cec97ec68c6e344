//! Mistakes in step lists.

use insta::assert_snapshot;

use super::{SCENARIO, broken, refused};

/// A step in a list of its own.
fn step(keys: &str) -> String {
    broken(
        "[contestants.node]",
        &format!("[endpoints.b]\nsteps = [ {{ {keys} }} ]\n[contestants.node]"),
    )
}

/// A step beside a service of two endpoints.
fn users(keys: &str) -> String {
    let service = "[services.users.endpoints]\nprofile = { steps = [] }\nlogin = { steps = [] }";
    let endpoint =
        format!("{service}\n[endpoints.b]\nsteps = [ {{ {keys} }} ]\n[contestants.node]");
    broken("[contestants.node]", &endpoint)
}

const LANGUAGES: &str = r#"
[kinds.template]
python = { ratio = 1, source = "the unit" }
javascript = { ratio = 0.1, source = "measured" }
[kinds.logic]
ruby = { ratio = 1, source = "the unit" }
javascript = { ratio = 0.1, source = "measured" }
"#;

const CIRCLE: &str = r#"[services.users.endpoints.profile]
steps = [ { call = "orders.recent" } ]

[services.orders.endpoints.recent]
steps = [ { repeat = 2, steps = [ { call = "users.profile" } ] } ]

[endpoints.page]
steps = [ { call = "users" } ]

[contestants.ideal]
"#;

#[test]
fn no_action() {
    assert_snapshot!(step("name = \"wait\""), @r#"
    error: this step does nothing
      --> shop.toml:12:11
       |
    12 | steps = [ { name = "wait" } ]
       |           ^^^^^^^^^^^^^^^^^ expected `cpu`, `native`, `call`, `wait`, `parallel`, `choose`, `repeat`, `cached`, `hop` or `yield`
    "#);
}

#[test]
fn two_actions() {
    assert_snapshot!(step("cpu = \"2ms\", wait = \"20ms\""), @r#"
    error: a step does one thing, not both `cpu` and `wait`
      --> shop.toml:12:26
       |
    12 | steps = [ { cpu = "2ms", wait = "20ms" } ]
       |                          ^^^^ make it two steps
    "#);
}

#[test]
fn an_unknown_action() {
    assert_snapshot!(step("cup = \"2ms\""), @r#"
    error: unknown key `cup`
      --> shop.toml:12:13
       |
    12 | steps = [ { cup = "2ms" } ]
       |             ^^^
       = help: did you mean `cpu`?
    "#);
}

#[test]
fn a_key_of_another_action() {
    assert_snapshot!(step("wait = \"2ms\", kind = \"json\""), @r#"
    error: `kind` goes with `cpu`, not with `wait`
      --> shop.toml:12:27
       |
    12 | steps = [ { wait = "2ms", kind = "json" } ]
       |                           ^^^^
    "#);
}

#[test]
fn a_step_that_is_no_table() {
    assert_snapshot!(broken("steps = [", "steps = [ \"render\","), @r#"
    error: expected a step such as { cpu = "2ms" }, found a text
     --> shop.toml:6:11
      |
    6 | steps = [ "render",
      |           ^^^^^^^^
    "#);
}

#[test]
fn steps_that_are_no_list() {
    assert_snapshot!(broken("[contestants.node]", "[endpoints.b]\nsteps = { cpu = \"2ms\" }\n[contestants.node]"), @r#"
    error: expected a list of steps, found a table
      --> shop.toml:12:9
       |
    12 | steps = { cpu = "2ms" }
       |         ^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn two_steps_of_one_name() {
    assert_snapshot!(broken("\"render\"", "\"query\""), @r#"
    error: two steps named `query` in one list
     --> shop.toml:8:12
      |
    8 |   { name = "query", cpu = "3ms", kind = "template" },
      |            ^^^^^^^
    "#);
}

#[test]
fn a_name_with_a_point() {
    assert_snapshot!(broken("\"render\"", "\"render.all\""), @r#"
    error: `render.all` cannot be a name
     --> shop.toml:8:12
      |
    8 |   { name = "render.all", cpu = "3ms", kind = "template" },
      |            ^^^^^^^^^^^^ names are parts of paths: no `.`, no `=`, neither empty nor `none`
    "#);
}

#[test]
fn an_unknown_kind_of_work() {
    assert_snapshot!(broken("\"template\"", "\"templates\""), @r#"
    error: there is no kind of work `templates`
     --> shop.toml:8:42
      |
    8 |   { name = "render", cpu = "3ms", kind = "templates" },
      |                                          ^^^^^^^^^^^ expected `template`, `orm`, `json`, `logic`, `image` or `native`
      = help: did you mean `template`?
    "#);
}

#[test]
fn a_call_to_a_missing_service() {
    assert_snapshot!(broken("call = \"postgres\"", "call = \"postgresql\""), @r#"
    error: there is no service `postgresql`
     --> shop.toml:7:28
      |
    7 |   { name = "query", call = "postgresql", work = "4ms" },
      |                            ^^^^^^^^^^^^ expected `postgres`
      = help: did you mean `postgres`?
    "#);
}

#[test]
fn a_call_to_a_missing_endpoint() {
    assert_snapshot!(step("call = \"postgres.users\""), @r#"
    error: service `postgres` has no endpoint `users`
      --> shop.toml:12:20
       |
    12 | steps = [ { call = "postgres.users" } ]
       |                    ^^^^^^^^^^^^^^^^ it has none: write "postgres", and the `work` it does
    "#);
}

#[test]
fn a_call_of_an_unclear_endpoint() {
    assert_snapshot!(users("call = \"users\""), @r#"
    error: which endpoint of `users`?
      --> shop.toml:15:20
       |
    15 | steps = [ { call = "users" } ]
       |                    ^^^^^^^ write "users.profile" or another
    "#);
}

#[test]
fn a_call_of_a_misspelt_endpoint() {
    assert_snapshot!(users("call = \"users.profil\""), @r#"
    error: service `users` has no endpoint `profil`
      --> shop.toml:15:20
       |
    15 | steps = [ { call = "users.profil" } ]
       |                    ^^^^^^^^^^^^^^ expected `profile` or `login`
       = help: did you mean `profile`?
    "#);
}

#[test]
fn work_for_an_endpoint() {
    assert_snapshot!(users("call = \"users.profile\", work = \"2ms\""), @r#"
    error: the endpoint called says what it does
      --> shop.toml:15:44
       |
    15 | steps = [ { call = "users.profile", work = "2ms" } ]
       |                                            ^^^^^ `work` is for services without endpoints
    "#);
}

#[test]
fn one_branch_at_once() {
    assert_snapshot!(step("parallel = [ [ { cpu = \"2ms\" } ] ]"), @r#"
    error: `parallel` needs at least two branches
      --> shop.toml:12:24
       |
    12 | steps = [ { parallel = [ [ { cpu = "2ms" } ] ] } ]
       |                        ^^^^^^^^^^^^^^^^^^^^^^^ expected lists of steps: [[...], [...]]
    "#);
}

#[test]
fn branches_that_are_no_lists() {
    assert_snapshot!(step("parallel = [ { cpu = \"2ms\" }, { cpu = \"3ms\" } ]"), @r#"
    error: expected a list of steps, found a table
      --> shop.toml:12:26
       |
    12 | steps = [ { parallel = [ { cpu = "2ms" }, { cpu = "3ms" } ] } ]
       |                          ^^^^^^^^^^^^^^^

    error: expected a list of steps, found a table
      --> shop.toml:12:43
       |
    12 | steps = [ { parallel = [ { cpu = "2ms" }, { cpu = "3ms" } ] } ]
       |                                           ^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn choices_of_no_weight() {
    assert_snapshot!(step("choose = [ { weight = 0, steps = [] }, { weight = 0.0 } ]"), @r"
    error: the weights of these branches sum to nothing
      --> shop.toml:12:22
       |
    12 | steps = [ { choose = [ { weight = 0, steps = [] }, { weight = 0.0 } ] } ]
       |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_repetition_of_nothing() {
    assert_snapshot!(step("repeat = 3"), @r"
    error: this step needs `steps`
      --> shop.toml:12:11
       |
    12 | steps = [ { repeat = 3 } ]
       |           ^^^^^^^^^^^^^^
    ");
}

#[test]
fn repetitions_too_deep() {
    assert_snapshot!(step("repeat = 2, steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [] } ] } ] } ] } ]"), @r"
    error: `repeat` nested deeper than 4
      --> shop.toml:12:118
       |
    12 | steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [ { repeat = 2, steps = [] } ] } ] } ] } ] } ]
       |                                                                                                                      ^
    ");
}

#[test]
fn a_cache_without_a_key() {
    assert_snapshot!(step("cached = \"local\", ttl = \"60s\""), @r#"
    error: this step needs `key`
      --> shop.toml:12:11
       |
    12 | steps = [ { cached = "local", ttl = "60s" } ]
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn keys_without_an_end() {
    assert_snapshot!(step("cached = \"local\", key = \"geometric(20)\""), @r#"
    error: this distribution has no greatest key
      --> shop.toml:12:37
       |
    12 | steps = [ { cached = "local", key = "geometric(20)" } ]
       |                                     ^^^^^^^^^^^^^^^ expected `zipf(n, s=...)`, `uniform(low, high)` or a number
    "#);
}

#[test]
fn a_cache_that_is_not_there() {
    assert_snapshot!(step("cached = \"locals\", key = \"zipf(100, s=1)\""), @r#"
    error: there is no service `locals`
      --> shop.toml:12:22
       |
    12 | steps = [ { cached = "locals", key = "zipf(100, s=1)" } ]
       |                      ^^^^^^^^ expected `postgres` or `local`
       = help: did you mean `local`?
    "#);
}

#[test]
fn an_entry_that_lives_no_time() {
    assert_snapshot!(step("cached = \"local\", key = 1, ttl = \"0s\""), @r#"
    error: expected a time of more than zero
      --> shop.toml:12:46
       |
    12 | steps = [ { cached = "local", key = 1, ttl = "0s" } ]
       |                                              ^^^^
    "#);
}

#[test]
fn work_for_a_local_cache() {
    assert_snapshot!(step("cached = \"local\", key = 1, work = \"1ms\""), @r#"
    error: `work` is for a cache that is a service
      --> shop.toml:12:40
       |
    12 | steps = [ { cached = "local", key = 1, work = "1ms" } ]
       |                                        ^^^^
    "#);
}

#[test]
fn a_yield_that_does_not() {
    assert_snapshot!(step("yield = false"), @r"
    error: `yield` is `true` or left out
      --> shop.toml:12:21
       |
    12 | steps = [ { yield = false } ]
       |                     ^^^^^
    ");
}

#[test]
fn a_language_without_a_time() {
    assert_snapshot!(step("cpu = { python = \"2ms\" }"), @r#"
    error: no time for `javascript`, the language of `node`
      --> shop.toml:12:19
       |
    12 | steps = [ { cpu = { python = "2ms" } } ]
       |                   ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_time_for_an_unknown_language() {
    assert_snapshot!(step("cpu = { javascript = \"1ms\", pyton = \"2ms\" }"), @r#"
    error: unknown language `pyton`
      --> shop.toml:12:41
       |
    12 | steps = [ { cpu = { javascript = "1ms", pyton = "2ms" } } ]
       |                                         ^^^^^ expected `python` or `javascript`
       = help: did you mean `python`?
    "#);
}

#[test]
fn a_ratio_that_is_missing() {
    assert_snapshot!(refused(&[("shop.toml", &format!("cpu_measured_in = \"ruby\"\n{SCENARIO}")), ("languages.toml", LANGUAGES)]), @r#"
    error: no ratio for `template` work in `ruby`
     --> shop.toml:9:42
      |
    9 |   { name = "render", cpu = "3ms", kind = "template" },
      |                                          ^^^^^^^^^^ `node` needs one
      = help: add it to languages.toml, or give a time per language
    "#);
}

#[test]
fn calls_in_a_circle() {
    assert_snapshot!(refused(&[("shop.toml", CIRCLE)]), @r"
    error: calls go round in a circle
     --> shop.toml:1:11
      |
    1 | [services.users.endpoints.profile]
      |           ^^^^^ users.profile → orders.recent → users.profile
    ");
}
