//! Charts hold no non-numbers, are the same every time, stay small, and never panic.

use super::{charts, names, png};
use crate::experiment::Study;
use crate::report::fixture;

fn studies() -> Vec<(&'static str, Study)> {
    vec![
        ("compare", fixture::compare()),
        ("single", fixture::single()),
        ("small", fixture::small()),
        ("closed", fixture::closed()),
        ("saturated", fixture::saturated()),
        ("empty", fixture::empty()),
    ]
}

#[test]
fn every_study_has_charts_without_non_numbers() {
    for (name, study) in studies() {
        for chart in charts(&study).unwrap() {
            for wrong in ["NaN", "inf,", ",inf", "\"inf", "214748364"] {
                assert!(
                    !chart.svg.contains(wrong),
                    "{wrong} in {} of {name}",
                    chart.name
                );
            }
            assert!(
                chart.svg.len() < 60_000,
                "{} of {name} is {} bytes",
                chart.name,
                chart.svg.len()
            );
            assert!(chart.svg.contains("<text"), "text stays text");
        }
    }
}

#[test]
fn the_same_study_gives_the_same_bytes() {
    let (a, b) = (
        charts(&fixture::compare()).unwrap(),
        charts(&fixture::compare()).unwrap(),
    );
    assert!(
        a.iter()
            .zip(&b)
            .all(|(a, b)| a.name == b.name && a.svg == b.svg)
    );
    assert_eq!(png(&a[0].svg).unwrap(), png(&b[0].svg).unwrap());
}

#[test]
fn a_comparison_has_the_charts_of_the_contract() {
    let names: Vec<String> = charts(&fixture::compare())
        .unwrap()
        .into_iter()
        .map(|c| c.name)
        .collect();
    let wanted = [
        "latency",
        "latency-page",
        "latency-checkout",
        "throughput",
        "breakdown",
        "percentiles",
        "utilisation",
    ];
    assert_eq!(names, wanted);
    let names: Vec<String> = charts(&fixture::single())
        .unwrap()
        .into_iter()
        .map(|c| c.name)
        .collect();
    assert_eq!(
        names,
        ["breakdown", "percentiles", "utilisation", "timeline"]
    );
}

/// A moment is at the same place in every panel, however long the labels beside one of them are: hair lines begin where their panel does.
#[test]
fn panels_over_time_begin_at_the_same_place() {
    let mut study = fixture::single();
    let slots = study.rows.iter_mut().flat_map(|row| &mut row.timeline);
    slots.for_each(|slot| slot.throughput_rps *= 1e6);
    let charts = charts(&study).unwrap();
    let chart = charts
        .iter()
        .find(|chart| chart.name == "timeline")
        .unwrap();
    let lines = chart.svg.lines().filter(|line| line.contains("#e2e2e2"));
    let begin: Vec<&str> = lines
        .filter_map(|line| line.split_once("points=\"")?.1.split_once(','))
        .map(|(left, _)| left)
        .collect();
    assert!(begin.len() > 6, "{begin:?}");
    assert!(begin.iter().all(|left| *left == begin[0]), "{begin:?}");
}

#[test]
fn names_from_files_cannot_break_a_picture() {
    let mut study = fixture::compare();
    study.title = "<b> & \"quotes\" ".repeat(20);
    study.contestants[0].name = "a-very-long-name-that-goes-on-and-on-".repeat(4);
    study.endpoints[0] = "../page".to_owned();
    for chart in charts(&study).unwrap() {
        assert!(!chart.name.contains('/'), "{}", chart.name);
        png(&chart.svg).unwrap();
    }
}

#[test]
fn every_chart_has_a_name_that_is_known() {
    for (name, study) in studies() {
        let known = names(study.endpoints.iter().map(String::as_str));
        for chart in charts(&study).unwrap() {
            assert!(known.contains(&chart.name), "{} of {name}", chart.name);
        }
    }
}

#[test]
fn unvalidated_models_are_marked_in_every_legend() {
    for mut study in [fixture::compare(), fixture::single()] {
        study.contestants[1].unvalidated = true;
        for chart in charts(&study).unwrap() {
            assert!(chart.svg.contains("unvalidated"), "{}", chart.name);
        }
    }
}

/// Writes every chart of every fixture to the folder named by `CROSSOVER_CHARTS`, to be looked at.
#[test]
#[ignore = "writes files to be looked at"]
fn write_them_out() {
    let folder = std::path::PathBuf::from(std::env::var("CROSSOVER_CHARTS").unwrap());
    for (name, study) in studies() {
        for chart in charts(&study).unwrap() {
            std::fs::write(
                folder.join(format!("{name}-{}.svg", chart.name)),
                &chart.svg,
            )
            .unwrap();
            std::fs::write(
                folder.join(format!("{name}-{}.png", chart.name)),
                png(&chart.svg).unwrap(),
            )
            .unwrap();
        }
    }
}
