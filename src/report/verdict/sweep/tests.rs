use super::*;
use crate::experiment::{MapNode, Settings};
use crate::report::fixture;

fn axis(path: &str, values: &[&str]) -> SweptAxis {
    SweptAxis::new(
        path.to_owned(),
        values.iter().map(|v| (*v).to_owned()).collect(),
    )
}

/// Three by three: the first contestant leads by `lead` in the left column and trails by as much in the right one.
fn sheet(lead: f64, half: f64, language: f64) -> Sheet {
    let columns = [lead, lead, -lead];
    let node = |i: usize| MapNode {
        leads: vec![Estimate::around(columns[i % 3], half)],
        alive: true,
        simulated: true,
    };
    let crossing = |other| MapCrossing {
        horizontal: true,
        other,
        before: 0,
        after: 1,
        place: Estimate::around(1.5, 0.1),
    };
    Sheet {
        language,
        points: Vec::new(),
        map: Some(SweptMap {
            width: 3,
            height: 3,
            contestants: 2,
            nodes: (0..9).map(node).collect(),
            crossings: (0..3).map(crossing).collect(),
        }),
    }
}

fn told(sheets: Vec<Sheet>, flips: Option<(f64, f64, f64)>) -> Vec<String> {
    told_of([None; 2], sheets, flips)
}

fn told_of(
    settings: [Option<Settings>; 2],
    sheets: Vec<Sheet>,
    flips: Option<(f64, f64, f64)>,
) -> Vec<String> {
    let mut study = fixture::compare();
    study.contestants.truncate(2);
    for (info, settings) in study.contestants.iter_mut().zip(settings) {
        info.settings = settings;
    }
    let sweep = Sweep {
        axes: vec![
            axis("params.cpu", &["0ms", "10ms", "20ms"]),
            axis("params.io", &["1ms", "2ms", "3ms"]),
        ],
        figure: SweptFigure::Capacity,
        sheets,
        flips,
    };
    sentences(&study, &sweep)
}

#[test]
fn a_line_has_a_place_and_its_uncertainty() {
    assert_eq!(
        told(vec![sheet(0.2, 0.05, 1.0)], None),
        [
            "node carries more until cpu = 15.0 ± 1.0 ms (where io = 2ms); beyond it node-cluster does. The line runs from 15.0 ± 1.0 ms at \
          io = 1ms to 15.0 ± 1.0 ms at 3ms."
        ]
    );
}

/// Leads of nothing are no finding.
#[test]
fn points_without_data_tell_nobody_apart() {
    let points = |figures: [Option<Estimate>; 2]| {
        vec![SweptPoint {
            at: vec![0, 0],
            figures: figures.to_vec(),
        }]
    };
    let figure = Some(Estimate::around(100.0, 1.0));
    let of = |figures| Sheet {
        points: points(figures),
        ..sheet(0.0, 0.05, 1.0)
    };
    let unknown = told(vec![of([figure, None])], None);
    assert!(unknown[0].contains("oo little data"), "{unknown:?}");
    let alike = told(vec![of([figure, figure])], None);
    assert!(
        alike[0].contains("told apart by more than 2 %"),
        "{alike:?}"
    );
}

/// One loop has no settings worth a word; threads are those of each process.
#[test]
fn regions_have_settings() {
    let set = |processes, threads| Some(Settings { processes, threads });
    let of = |other| told_of([set(1, None), other], vec![sheet(0.2, 0.05, 1.0)], None)[0].clone();
    for (settings, words) in [
        (set(9, Some(4)), "node-cluster with 9 × 4 threads does"),
        (set(9, Some(1)), "node-cluster with 9 processes does"),
        (set(4, None), "node-cluster with 4 processes does"),
        (set(1, Some(8)), "node-cluster with 8 threads does"),
        (None, "node-cluster does"),
    ] {
        let sentence = of(settings);
        assert!(
            sentence.starts_with("node carries more until"),
            "{sentence}"
        );
        assert!(sentence.contains(words), "{sentence}");
    }
}

#[test]
fn what_is_not_told_apart_is_no_line() {
    assert_eq!(
        told(vec![sheet(0.2, 0.3, 1.0)], None),
        ["Nowhere here are the best two told apart by more than 2 %."]
    );
    assert_eq!(told(vec![sheet(0.005, 0.0, 1.0)], None).len(), 1);
}

/// Leads of 1/3 and 1/2 are factors of 2 and 3.
#[test]
fn one_who_wins_everywhere_and_the_ratio_that_flips_it() {
    let mut measured = sheet(1.0 / 3.0, 0.05, 1.0);
    if let Some(map) = &mut measured.map {
        map.crossings.clear();
        for node in &mut map.nodes {
            let lead = if node.leads[0].value < 0.0 {
                0.5
            } else {
                1.0 / 3.0
            };
            node.leads[0] = Estimate::around(lead, 0.05);
        }
    }
    let sentences = told(vec![measured, sheet(0.2, 0.05, 0.0)], Some((1.2, 1.9, 6.7)));
    assert_eq!(
        sentences[0],
        "At the measured ratios: node carries more throughout, 2.0× to 3.0× as much as the other."
    );
    assert!(sentences[1].starts_with("At equal CPU: node carries more until cpu = 15.0"));
    assert_eq!(
        sentences[2],
        "Estimated from the bounds: for another winner the same logic may take at most 1.90 times (or 1.20, depending on the place) as much \
         CPU in the loser's language as in the winner's; measured is 6.70."
    );
}

/// The least of what anybody carries, with its interval: 61.9 − 1, so below 60; rounded down, since it is a promise.
#[test]
fn below_what_all_carry_it_does_not_matter() {
    let point = |figures: [Option<Estimate>; 2]| SweptPoint {
        at: vec![0, 0],
        figures: figures.to_vec(),
    };
    let carried = |value| Some(Estimate::around(value, 1.0));
    let clause = |points: Vec<SweptPoint>| {
        let sheet = Sheet {
            points,
            ..sheet(0.2, 0.05, 1.0)
        };
        let sentence = told(vec![sheet], None).remove(0);
        sentence
            .split_once("; below ")
            .map(|(_, clause)| clause.to_owned())
    };
    let two = || point([carried(400.0), carried(312.0)]);
    assert_eq!(
        clause(vec![two(), point([carried(100.0), carried(61.9)])]).unwrap(),
        "60 requests/s it does not matter, as both carry that everywhere here."
    );
    let infinite = Some(Estimate::bare(f64::INFINITY));
    let other = point([infinite, carried(5.27)]);
    assert!(clause(vec![two(), other]).unwrap().starts_with("4.2 "));
    for nothing in [Some(Estimate::around(0.0, 0.0)), None] {
        assert_eq!(clause(vec![two(), point([carried(9.0), nothing])]), None);
    }
    assert_eq!(clause(vec![point([infinite; 2])]), None);
}

#[test]
fn two_digits_from_below() {
    for (value, expected) in [
        (61.9, 61.0),
        (61.0, 61.0),
        (1234.0, 1200.0),
        (0.0799, 0.079),
    ] {
        assert_eq!(two_digits_below(value), expected);
    }
}
