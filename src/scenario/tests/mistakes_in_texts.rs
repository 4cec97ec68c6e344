//! Mistakes before anything has a meaning: files, TOML, parameters; and how messages look.

use std::path::Path;

use insta::assert_snapshot;

use super::{broken, with};
use crate::scenario::{Embedded, load};

fn refused_at(path: &str) -> String {
    load(&Embedded, path, &[]).unwrap_err().to_string()
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
    error: `quikstart` is neither a file nor an embedded example
      = help: did you mean `quickstart`? `crossover examples` lists what is embedded
    ");
    assert_snapshot!(refused_at("nosuch"), @r"
    error: `nosuch` is neither a file nor an embedded example
      = help: `crossover examples` lists what is embedded
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
