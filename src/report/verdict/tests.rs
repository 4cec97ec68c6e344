//! Whole verdicts, as a sceptical stranger reads them.

use super::verdict;
use crate::experiment::{
    Bound, CLIENT_CONNECTIONS, Capacity, Difference, Estimate, NoFlip, Row, Study,
};
use crate::measure::Component;
use crate::report::{fixture, view};

fn text(study: &Study) -> String {
    verdict(study).join("\n")
}

fn capacity(contestant: &str, carries: Option<f64>, fails_at: Option<f64>) -> Capacity {
    Capacity {
        contestant: contestant.to_owned(),
        carries,
        fails_at,
        estimate: None,
        bottleneck: None,
    }
}

/// Two contestants with these brackets, nothing else concluded.
fn duel(a: (Option<f64>, Option<f64>), b: (Option<f64>, Option<f64>)) -> Study {
    let mut study = fixture::compare();
    study.contestants.truncate(2);
    study.contestants.iter_mut().for_each(|c| c.bounds.clear());
    study.verdict = Default::default();
    study.shortfalls.clear();
    study.verdict.capacity_measured = vec![
        capacity("node", a.0, a.1),
        capacity("node-cluster", b.0, b.1),
    ];
    study
}

#[test]
fn a_comparison() {
    insta::assert_snapshot!(text(&paired(fixture::compare(), 0.02)));
}

#[test]
fn brackets_that_overlap_are_not_told_apart() {
    let study = duel((Some(240.0), Some(300.0)), (Some(280.0), Some(320.0)));
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity: node-cluster 280 to 320 and node 240 to 300 are not told apart, in requests/s.
    "#);
}

#[test]
fn brackets_that_touch_are_told_apart() {
    let study = duel((Some(240.0), Some(280.0)), (Some(280.0), Some(320.0)));
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity: node-cluster carries most, 280 to 320 requests/s; less: node 240 to 280.
    "#);
}

#[test]
fn nobody_meets_it() {
    let study = duel((None, Some(50.0)), (None, Some(50.0)));
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity: nobody meets it, not even at the lowest visited load (50 requests/s).
    "#);
}

#[test]
fn everybody_meets_it() {
    let study = duel((Some(1100.0), None), (Some(1100.0), None));
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity: all meet it up to the highest visited load, 1,100 requests/s: what tells them apart lies beyond.
    "#);
}

#[test]
fn one_meets_it_nowhere_and_one_is_unknown() {
    let study = duel((None, Some(50.0)), (None, None));
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity: node does not meet it, not even at the lowest visited load (50 requests/s); node-cluster cannot be judged (too little data).
    "#);
}

#[test]
fn the_same_winner_at_both_ratios() {
    let mut study = duel((Some(240.0), Some(280.0)), (Some(480.0), Some(540.0)));
    study.verdict.capacity_equal_cpu = study.verdict.capacity_measured.clone();
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity (no endpoint has work that languages make dearer: the ratios change nothing): node-cluster carries most, 480 to 540 requests/s; less: node 240 to 280.
    "#);
}

/// Two connections of 24 ms each: 83 requests/s. At 100 a quarter of the mean is waiting for one, at 180 there is no mean any more; the loop has room.
#[test]
fn clients_that_are_the_limit_are_named() {
    let mut study = fixture::compare();
    study
        .rows
        .retain(|row| row.contestant == "node" && row.load <= 180.0);
    study.contestants.truncate(1);
    study.verdict = Default::default();
    let named = |study: &Study| {
        let said = verdict(study);
        said.into_iter()
            .find(|s| s.contains("`clients.connections`"))
    };
    assert_eq!(named(&study), None);
    let info = &mut study.contestants[0];
    info.bounds.push(Bound {
        resource: CLIENT_CONNECTIONS.to_owned(),
        load: 83.3,
        demand_ms: 24.0,
        units: 2,
    });
    for row in &mut study.rows {
        row.util = vec![("loop".to_owned(), 0.4)];
        row.saturated = row.load > 100.0;
        row.account_ms = (!row.saturated).then(|| {
            let mut account = [0.0; Component::COUNT];
            account[Component::Call as usize] = 24.0;
            account[Component::WaitClient as usize] = if row.load < 100.0 { 1.0 } else { 8.0 };
            account
        });
    }
    let said = named(&study).unwrap();
    assert!(
        said.ends_with("in use by 80 %: node from 100 on (2 carry at most about 83.3)."),
        "{said}"
    );
    // The loop is as full: it may be what they wait for.
    for row in &mut study.rows {
        row.util = vec![("loop".to_owned(), 0.9)];
    }
    assert_eq!(named(&study), None);
}

#[test]
fn no_objective_a_guessed_model_and_an_interruption() {
    let mut study = duel((Some(240.0), Some(280.0)), (Some(480.0), Some(540.0)));
    study.slo = Default::default();
    study.contestants[1].unvalidated = true;
    study.interrupted = true;
    insta::assert_snapshot!(text(&study), @r#"
    Interrupted: what is shown is finished; loads and contestants that are missing were not.
    No objective is set ([slo]), so to carry a load here means no more than to keep up with it.
    Capacity: node-cluster carries most, 480 to 540 requests/s; less: node 240 to 280.
    node-cluster has a model that no recording of a real server backs: take the figures as estimates.
    "#);
}

#[test]
fn a_bracket_that_ends_where_the_data_does_claims_no_more() {
    let study = duel((Some(240.0), None), (Some(360.0), None));
    insta::assert_snapshot!(text(&study), @r#"
    Objective: p99 ≤ 250 ms and errors ≤ 0.1 %; a failed request counts as infinitely late. Ranges go from the highest load that met it to the lowest that missed it.
    Capacity: node-cluster at least 360 (not seen to miss it) and node at least 240 (not seen to miss it) are not told apart, in requests/s.
    "#);
}

#[test]
fn a_flip_between_those_not_told_apart_is_not_named() {
    let mut study = fixture::compare();
    study.verdict.capacity_measured[3] = capacity("django-gthread", Some(780.0), Some(1100.0));
    insta::assert_snapshot!(text(&study).lines().nth(3).unwrap(), @r#"
    No flip: the data does not tell those who carry most apart, so no ratio of the languages is named at which the winner changes.
    "#);
}

#[test]
fn a_flip_that_a_dearer_language_would_win_is_noise() {
    let mut study = fixture::compare();
    study.verdict.flip.as_mut().unwrap().ratio = 3.0;
    insta::assert_snapshot!(text(&study).lines().nth(3).unwrap(), @r#"
    No flip: the data does not tell those who carry most apart, so no ratio of the languages is named at which the winner changes.
    "#);
}

#[test]
fn no_flip_is_said_too() {
    let mut study = fixture::compare();
    study.verdict.flip = None;
    study.verdict.no_flip = Some(NoFlip::Alike("node".to_owned(), "django-sync".to_owned()));
    insta::assert_snapshot!(text(&study).lines().nth(3).unwrap(), @r#"
    No flip: at the measured ratios node and django-sync, each the best of its language, are not told apart, so there is no winner to change.
    "#);
}

/// With paired ratios, each known to this share of itself.
fn paired(mut study: Study, half: f64) -> Study {
    let mut found = Vec::new();
    for load in view::loads(&study) {
        for endpoint in ["all", "page", "checkout"] {
            let here = |r: &&Row| r.load == load && r.endpoint == endpoint;
            let known = study.rows.iter().filter(here);
            let mut known: Vec<_> = known
                .filter_map(|r| Some((&r.contestant, r.p99_slo_ms?.value)))
                .collect();
            known.sort_by(|a, b| a.1.total_cmp(&b.1));
            let Some(((best, lowest), others)) = known.split_first() else {
                continue;
            };
            found.extend(others.iter().map(|(other, p99)| Difference {
                load,
                endpoint: endpoint.to_owned(),
                best: (*best).clone(),
                other: (*other).clone(),
                p99_slo_ms: Estimate::around(p99 - lowest, half * p99),
                ratio: Some(Estimate::around(p99 / lowest, half * p99 / lowest)),
                replications: 10,
            }));
        }
    }
    study.verdict.differences = found;
    study
}

#[test]
fn one_load() {
    insta::assert_snapshot!(text(&paired(fixture::single(), 0.02)));
}

#[test]
fn one_load_of_which_little_is_known() {
    let study = paired(fixture::single(), 0.4);
    insta::assert_snapshot!(text(&study).lines().nth(2).unwrap());
}

#[test]
fn one_load_without_paired_ratios() {
    insta::assert_snapshot!(text(&fixture::single()).lines().nth(2).unwrap());
}

#[test]
fn a_closed_loop() {
    insta::assert_snapshot!(text(&fixture::closed()));
}

#[test]
fn everybody_saturated() {
    insta::assert_snapshot!(text(&fixture::saturated()));
}

#[test]
fn nothing_finished() {
    insta::assert_snapshot!(text(&fixture::empty()), @r#"
    Nothing was finished: there is nothing to conclude.
    "#);
}
