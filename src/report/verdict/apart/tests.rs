//! What is said of every kind of change.

use super::*;

fn said(lo: f64, value: f64, hi: f64) -> String {
    told(Estimate { value, lo, hi }, 10, AMOUNT).1
}

#[test]
fn what_an_interval_of_a_ratio_says() {
    assert_eq!(said(1.07, 1.09, 1.11), "7 to 11 % more");
    assert_eq!(said(1.071, 1.0712, 1.0714), "7.1 % more");
    assert_eq!(said(3.2, 3.3, 3.5), "3.20 to 3.50 times as much");
    assert_eq!(said(0.89, 0.91, 0.93), "7 to 11 % less");
    assert_eq!(said(0.2, 0.3, 0.4), "60 to 80 % less");
    assert_eq!(said(0.99, 1.0, 1.02), "no difference larger than 2 %");
    assert_eq!(said(1.0, 1.0, 1.0), "no difference larger than 0.5 %");
    assert_eq!(said(f64::NAN, 1.3, f64::NAN), "cannot tell");
}

/// 6 % with 9 % to either side: to leave one out 9 must become 6, 10 × 1.5² × 1.1 = 24.75 replications. 1 % with 15 %: to
/// stay within 10 % it must become 9 %, 10 × (15 / 9)² × 1.1 = 30.6.
#[test]
fn what_it_would_take_to_tell() {
    assert_eq!(
        said(0.97, 1.06, 1.15),
        "cannot tell: between 3 % less and 15 % more; about 30 replications would decide"
    );
    assert_eq!(
        said(0.86, 1.01, 1.16),
        "cannot tell: between 14 % less and 16 % more; about 40 replications would decide"
    );
}

fn change(figure: Figure, before: Option<f64>, now: Option<f64>) -> Changed {
    Changed {
        contestant: "node".to_owned(),
        endpoint: "all".to_owned(),
        load: 100.0,
        figure,
        before,
        now,
        difference: None,
        ratio: None,
        unpaired: None,
        replications: (10, 10),
        saturated: (false, false),
    }
}

fn everything(change: &Changed) -> (Option<Standing>, String, String) {
    let text = super::said(change).unwrap_or_default();
    (standing(change), text, cell(change))
}

#[test]
fn figures_are_told_in_their_own_words() {
    let ratio = |figure, lo, value, hi| Changed {
        ratio: Some(Estimate { value, lo, hi }),
        ..change(figure, Some(1.0), Some(value))
    };
    let p99 = everything(&ratio(Figure::P99Slo, 1.07, 1.09, 1.11));
    assert_eq!(
        (p99.1.as_str(), p99.2.as_str()),
        ("7 to 11 % longer", "+7..+11")
    );
    let p99 = everything(&ratio(Figure::P99Slo, 0.89, 0.91, 0.93));
    assert_eq!(
        (p99.1.as_str(), p99.2.as_str()),
        ("7 to 11 % shorter", "-11..-7")
    );
    let rate = everything(&ratio(Figure::Throughput, 0.89, 0.91, 0.93));
    assert_eq!(rate.1, "7 to 11 % lower");
    let open = everything(&ratio(Figure::Mean, 0.97, 1.06, 1.15));
    assert!(open.1.starts_with(
        "cannot tell: between 3 % shorter and 15 % longer; about 30 replications of both"
    ));
    assert_eq!(open.2, "? -3..+15");
    let alike = everything(&ratio(Figure::Mean, 0.99, 1.0, 1.02));
    assert_eq!((alike.0, alike.2.as_str()), (Some(Standing::Alike), "≤ 2"));
}

#[test]
fn errors_are_told_in_points() {
    let errors = |lo, hi| Changed {
        difference: Some(Estimate {
            value: 0.5 * (lo + hi),
            lo,
            hi,
        }),
        ..change(Figure::Errors, Some(0.0), Some(0.5 * (lo + hi)))
    };
    assert_eq!(
        everything(&errors(0.005, 0.008)).1,
        "0.5 to 0.8 percentage points more"
    );
    assert_eq!(
        everything(&errors(-0.008, -0.005)).1,
        "0.5 to 0.8 percentage points fewer"
    );
    assert_eq!(
        everything(&errors(-0.0002, 0.0005)).1,
        "no difference larger than 0.05 percentage points"
    );
    assert_eq!(everything(&errors(-0.002, 0.005)).0, Some(Standing::Open));
}

#[test]
fn what_is_infinite_is_told_as_that() {
    let p99 = |before, now| change(Figure::P99Slo, before, now);
    let endless = Some(f64::INFINITY);
    assert_eq!(everything(&p99(Some(1.0), endless)).0, Some(Standing::More));
    assert_eq!(everything(&p99(endless, Some(1.0))).2, "was ∞");
    assert_eq!(everything(&p99(endless, endless)).0, Some(Standing::Alike));
    let drowns = Changed {
        saturated: (false, true),
        ..p99(Some(1.0), None)
    };
    assert_eq!(
        (standing(&drowns), cell(&drowns).as_str()),
        (Some(Standing::More), "saturates")
    );
    assert_eq!(standing(&p99(Some(1.0), None)), None);
}

#[test]
fn nothing_at_all_is_told_only_of_the_same_requests() {
    let same = Changed {
        difference: Some(Estimate::around(0.0, 0.0)),
        ..change(Figure::Mean, Some(1.0), Some(1.0))
    };
    assert_eq!(
        (everything(&same).1.as_str(), cell(&same).as_str()),
        ("no difference", "same")
    );
    let other = Changed {
        unpaired: Some(crate::experiment::Unpaired::Seed(1, 2)),
        ratio: Some(Estimate::around(1.0, 0.0)),
        ..same
    };
    assert!(!identical(&other));
}
