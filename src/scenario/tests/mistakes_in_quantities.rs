//! Mistakes in numbers with units, and in files of them.

use insta::assert_snapshot;

use super::{SCENARIO, broken, refused, with};

fn cpu(law: &str) -> String {
    broken("3ms", law)
}

fn samples() -> String {
    SCENARIO.replace("3ms", "samples(times.csv)")
}

#[test]
fn an_unknown_unit() {
    assert_snapshot!(cpu("3msec"), @r#"
    error: unknown unit `msec`
     --> shop.toml:8:30
      |
    8 |   { name = "render", cpu = "3msec", kind = "template" },
      |                              ^^^^ expected ns, us, ms, s, min or h
    "#);
}

#[test]
fn a_unit_in_the_wrong_case() {
    assert_snapshot!(cpu("3MS"), @r#"
    error: unknown unit `MS`
     --> shop.toml:8:30
      |
    8 |   { name = "render", cpu = "3MS", kind = "template" },
      |                              ^^ expected ns, us, ms, s, min or h
      = help: did you mean `ms`?
    "#);
}

#[test]
fn a_missing_unit() {
    assert_snapshot!(cpu("3"), @r#"
    error: `3` has no unit
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "3", kind = "template" },
      |                             ^ expected ns, us, ms, s, min or h
    "#);
}

#[test]
fn a_number_without_quotes_and_unit() {
    assert_snapshot!(broken("\"3ms\"", "3"), @r#"
    error: `3` has no unit
     --> shop.toml:8:28
      |
    8 |   { name = "render", cpu = 3, kind = "template" },
      |                            ^ expected a time such as "2ms"
    "#);
}

#[test]
fn a_negative_time() {
    assert_snapshot!(cpu("-3ms"), @r#"
    error: `-3ms` is negative
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "-3ms", kind = "template" },
      |                             ^^^^ expected zero or more
    "#);
}

#[test]
fn not_even_a_number() {
    assert_snapshot!(cpu("ms"), @r#"
    error: unknown distribution `ms`
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "ms", kind = "template" },
      |                             ^^ expected `exp`, `lognormal`, `gamma`, `uniform`, `pareto`, `bimodal` or `samples`
    "#);
}

#[test]
fn an_empty_time() {
    assert_snapshot!(cpu(""), @r#"
    error: there is nothing here
     --> shop.toml:8:28
      |
    8 |   { name = "render", cpu = "", kind = "template" },
      |                            ^^ expected a time such as "2ms"
    "#);
}

#[test]
fn a_time_longer_than_a_year() {
    assert_snapshot!(cpu("10000h"), @r#"
    error: this time is longer than a year
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "10000h", kind = "template" },
      |                             ^^^^^^
    "#);
}

#[test]
fn a_missing_samples_file() {
    assert_snapshot!(cpu("samples(times.csv)"), @r#"
    error: there is no file `times.csv`
     --> shop.toml:8:37
      |
    8 |   { name = "render", cpu = "samples(times.csv)", kind = "template" },
      |                                     ^^^^^^^^^ looked for beside the scenario
    "#);
}

#[test]
fn bad_samples() {
    assert_snapshot!(refused(&[("a/shop.toml", &samples()), ("a/times.csv", "# ms\n2.5ms\n0.003\n\n4 ms\nfast\n-2ms\n")]), @r#"
    error: `fast` is not a number with a unit
     --> a/times.csv:6:1
      |
    6 | fast
      | ^^^^ expected a time such as "2ms"

    error: `-2ms` is negative
     --> a/times.csv:7:1
      |
    7 | -2ms
      | ^^^^ expected zero or more
    "#);
}

#[test]
fn no_samples() {
    assert_snapshot!(refused(&[("a/shop.toml", &samples()), ("a/times.csv", "# nothing measured\n")]), @r#"
    error: `times.csv` has no times in it
     --> a/shop.toml:8:37
      |
    8 |   { name = "render", cpu = "samples(times.csv)", kind = "template" },
      |                                     ^^^^^^^^^
    "#);
}

#[test]
fn a_rate_without_a_unit() {
    assert_snapshot!(with("arrivals.rate = \"400\""), @r#"
    error: a rate needs a unit of time
     --> shop.toml:1:18
      |
    1 | arrivals.rate = "400"
      |                  ^^^ expected a rate such as "400/s"
    "#);
}

#[test]
fn a_rate_per_nothing_known() {
    assert_snapshot!(with("arrivals.rate = \"400/sec\""), @r#"
    error: unknown unit `sec`
     --> shop.toml:1:22
      |
    1 | arrivals.rate = "400/sec"
      |                      ^^^ expected ns, us, ms, s, min or h
    "#);
}

#[test]
fn a_rate_that_is_a_number() {
    assert_snapshot!(with("arrivals.rate = 400"), @r#"
    error: `400` has no unit
     --> shop.toml:1:17
      |
    1 | arrivals.rate = 400
      |                 ^^^ expected a rate such as "400/s"
    "#);
}

#[test]
fn a_size_of_an_unknown_unit() {
    assert_snapshot!(with("hosts.app.memory = \"4Gib\""), @r#"
    error: unknown unit `Gib`
     --> shop.toml:1:22
      |
    1 | hosts.app.memory = "4Gib"
      |                      ^^^ expected B, KB, MB, GB, KiB, MiB or GiB
      = help: did you mean `GiB`?
    "#);
}

#[test]
fn times_that_do_not_ascend() {
    assert_snapshot!(refused(&[("shop.toml", &format!("arrivals = {{ process = \"replay\", file = \"log.txt\" }}\n{SCENARIO}")), ("log.txt", "0.1\n0.3\n250ms\n")]), @r"
    error: times are listed in ascending order
     --> log.txt:3:1
      |
    3 | 250ms
      | ^^^^^ earlier than 300ms, before it
    ");
}
