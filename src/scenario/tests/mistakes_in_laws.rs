//! Mistakes in distributions.

use insta::assert_snapshot;

use super::broken;

fn cpu(law: &str) -> String {
    broken("3ms", law)
}

fn repeat(times: &str) -> String {
    broken(
        "cpu = \"3ms\", kind = \"template\"",
        &format!("repeat = {times}, steps = []"),
    )
}

#[test]
fn an_unknown_distribution() {
    assert_snapshot!(cpu("logNormal(8ms, cv=0.6)"), @r#"
    error: unknown distribution `logNormal`
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "logNormal(8ms, cv=0.6)", kind = "template" },
      |                             ^^^^^^^^^ expected `exp`, `lognormal`, `gamma`, `uniform`, `pareto`, `bimodal` or `samples`
      = help: did you mean `lognormal`?
    "#);
}

#[test]
fn an_open_bracket() {
    assert_snapshot!(cpu("exp(8ms"), @r#"
    error: the bracket is never closed
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "exp(8ms", kind = "template" },
      |                             ^^^^^^^ expected `exp(mean)`
    "#);
}

#[test]
fn a_bracket_too_many() {
    assert_snapshot!(cpu("exp(8ms))"), @r#"
    error: too many brackets
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "exp(8ms))", kind = "template" },
      |                             ^^^^^^^^^ expected `exp(mean)`
    "#);
}

#[test]
fn text_behind_the_bracket() {
    assert_snapshot!(cpu("exp(8ms) + 1ms"), @r#"
    error: something follows the bracket
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "exp(8ms) + 1ms", kind = "template" },
      |                             ^^^^^^^^^^^^^^ expected `exp(mean)`
    "#);
}

#[test]
fn a_distribution_of_nothing() {
    assert_snapshot!(cpu("exp"), @r#"
    error: `exp` is a distribution
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "exp", kind = "template" },
      |                             ^^^ expected `exp(mean)`
    "#);
}

#[test]
fn a_missing_cv() {
    assert_snapshot!(cpu("lognormal(8ms)"), @r#"
    error: `lognormal` needs `cv`
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "lognormal(8ms)", kind = "template" },
      |                             ^^^^^^^^^^^^^^ expected `lognormal(mean, cv=...)`
    "#);
}

#[test]
fn a_cv_without_its_name() {
    assert_snapshot!(cpu("lognormal(8ms, 0.6)"), @r#"
    error: `cv` is written with its name
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "lognormal(8ms, 0.6)", kind = "template" },
      |                             ^^^^^^^^^^^^^^^^^^^ expected `lognormal(mean, cv=...)`
    "#);
}

#[test]
fn a_wrong_parameter() {
    assert_snapshot!(cpu("lognormal(8ms, vc=0.6)"), @r#"
    error: `lognormal` has no `vc` here
     --> shop.toml:8:44
      |
    8 |   { name = "render", cpu = "lognormal(8ms, vc=0.6)", kind = "template" },
      |                                            ^^ expected `lognormal(mean, cv=...)`
      = help: did you mean `cv`?
    "#);
}

#[test]
fn a_library_s_parameter() {
    assert_snapshot!(cpu("lognormal(8ms, sigma=0.6)"), @r#"
    error: `lognormal` has no `sigma` here
     --> shop.toml:8:44
      |
    8 |   { name = "render", cpu = "lognormal(8ms, sigma=0.6)", kind = "template" },
      |                                            ^^^^^ expected `lognormal(mean, cv=...)`
    "#);
}

#[test]
fn a_negative_cv() {
    assert_snapshot!(cpu("lognormal(8ms, cv=-0.6)"), @r#"
    error: `-0.6` is negative
     --> shop.toml:8:47
      |
    8 |   { name = "render", cpu = "lognormal(8ms, cv=-0.6)", kind = "template" },
      |                                               ^^^^ expected zero or more
    "#);
}

#[test]
fn a_cv_beyond_the_law() {
    assert_snapshot!(cpu("gamma(8ms, cv=40)"), @r#"
    error: a cv of 40 is out of range: 0, or 0.01 to 10 for a gamma law
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "gamma(8ms, cv=40)", kind = "template" },
      |                             ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_cv_with_a_unit() {
    assert_snapshot!(cpu("gamma(8ms, cv=0.4ms)"), @r#"
    error: `0.4ms` is not a plain number
     --> shop.toml:8:46
      |
    8 |   { name = "render", cpu = "gamma(8ms, cv=0.4ms)", kind = "template" },
      |                                              ^^ no unit here
    "#);
}

#[test]
fn a_wrong_unit_inside() {
    assert_snapshot!(cpu("uniform(1ms, 3sm)"), @r#"
    error: unknown unit `sm`
     --> shop.toml:8:43
      |
    8 |   { name = "render", cpu = "uniform(1ms, 3sm)", kind = "template" },
      |                                           ^^ expected ns, us, ms, s, min or h
      = help: did you mean `ms`?
    "#);
}

#[test]
fn ends_the_wrong_way_round() {
    assert_snapshot!(cpu("uniform(3ms, 1ms)"), @r#"
    error: the lower end, 3ms, exceeds the upper end, 1ms
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "uniform(3ms, 1ms)", kind = "template" },
      |                             ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_pareto_law_without_a_mean() {
    assert_snapshot!(cpu("pareto(2ms, alpha=0.9)"), @r#"
    error: an alpha of 0.9 is out of range: more than 1 (else there is no mean), at most 1000
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "pareto(2ms, alpha=0.9)", kind = "template" },
      |                             ^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_probability_above_one() {
    assert_snapshot!(cpu("bimodal(1ms, 50ms, 105%)"), @r#"
    error: a probability is at most 100%
     --> shop.toml:8:48
      |
    8 |   { name = "render", cpu = "bimodal(1ms, 50ms, 105%)", kind = "template" },
      |                                                ^^^^ expected a share such as "5%" or 0.05
    "#);
}

#[test]
fn too_many_values() {
    assert_snapshot!(cpu("exp(1ms, 2ms)"), @r#"
    error: `exp` takes 1 value, not 2
     --> shop.toml:8:29
      |
    8 |   { name = "render", cpu = "exp(1ms, 2ms)", kind = "template" },
      |                             ^^^^^^^^^^^^^ expected `exp(mean)`
    "#);
}

#[test]
fn a_count_of_times() {
    assert_snapshot!(repeat("\"exp(2ms)\""), @r#"
    error: unknown distribution `exp`
     --> shop.toml:8:32
      |
    8 |   { name = "render", repeat = "exp(2ms)", steps = [] },
      |                                ^^^ expected `geometric`, `poisson`, `uniform` or `zipf`
    "#);
}

#[test]
fn half_a_repetition() {
    assert_snapshot!(repeat("2.5"), @r#"
    error: expected a whole number or a law such as "geometric(2)", found a number with a point
     --> shop.toml:8:31
      |
    8 |   { name = "render", repeat = 2.5, steps = [] },
      |                               ^^^
    "#);
}

#[test]
fn half_a_repetition_in_a_text() {
    assert_snapshot!(repeat("\"2.5\""), @r#"
    error: `2.5` is not a whole number
     --> shop.toml:8:32
      |
    8 |   { name = "render", repeat = "2.5", steps = [] },
      |                                ^^^
    "#);
}

#[test]
fn a_geometric_law_below_one() {
    assert_snapshot!(repeat("\"geometric(0.5)\""), @r#"
    error: a mean of 0.5 is out of range: between 1 and 1e9 for a geometric law, which counts from 1
     --> shop.toml:8:32
      |
    8 |   { name = "render", repeat = "geometric(0.5)", steps = [] },
      |                                ^^^^^^^^^^^^^^
    "#);
}

#[test]
fn too_many_repetitions() {
    assert_snapshot!(repeat("2000000"), @r#"
    error: a step is repeated 1,000,000 times at most
     --> shop.toml:8:31
      |
    8 |   { name = "render", repeat = 2000000, steps = [] },
      |                               ^^^^^^^
    "#);
}

#[test]
fn an_escape_before_the_mistake() {
    assert_snapshot!(broken("\"3ms\"", "\"exp(3\\u006ds, 4)\""), @r#"
    error: `exp` takes 1 value, not 2
     --> shop.toml:8:28
      |
    8 |   { name = "render", cpu = "exp(3\u006ds, 4)", kind = "template" },
      |                            ^^^^^^^^^^^^^^^^^^ expected `exp(mean)`
    "#);
}
