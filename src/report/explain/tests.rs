use super::*;
use crate::experiment::Estimate;
use crate::experiment::explain::{Explained, Law, Laws, PASSES, Without};
use crate::report::fixture;

/// A slice with these milliseconds of app code, waiting for a lock, and work and waiting inside the second service.
fn slice(
    shares: (f64, f64),
    limits_ms: (f64, Option<f64>),
    own: [f64; 2],
    inside: [f64; 2],
    page: f64,
) -> Slice {
    let mut account_ms = [0.0; Component::COUNT];
    account_ms[Component::Cpu as usize] = own[0];
    account_ms[Component::WaitLock as usize] = own[1];
    account_ms[Component::Call as usize] = inside[0] + inside[1];
    account_ms[Component::Network as usize] = 0.01;
    let mut called = [0.0; Component::COUNT];
    called[Component::Cpu as usize] = inside[0];
    called[Component::WaitCore as usize] = inside[1];
    Slice {
        shares,
        limits_ms,
        requests: (1e5 * (shares.1 - shares.0)) as u64,
        account_ms,
        inside_ms: vec![[0.0; Component::COUNT], called],
        endpoints: vec![page, 1.0 - page],
    }
}

fn without(title: &str, p99: f64, less: f64, charged: Option<f64>) -> Without {
    Without {
        title: title.to_owned(),
        change: format!("no {title}"),
        charged,
        saturated: false,
        p99_ms: Some(Estimate::around(p99, 1.0)),
        less_ms: Some(Estimate::around(less, 2.0)),
    }
}

/// One that waits for a lock, mostly in `checkout`, and one that is saturated.
fn explanation() -> Explanation {
    let study = fixture::single();
    let mut row = study.rows[0].clone();
    row.p50_ms = Some(Estimate::around(9.0, 0.1));
    row.p99_ms = Some(Estimate::around(180.0, 4.0));
    let first = Explained {
        info: study.contestants[0].clone(),
        row: row.clone(),
        laws: Laws {
            resources: vec![Law {
                resource: "lock".to_owned(),
                units: 1,
                demand_ms: 2.0,
                used: 0.48,
                seen: Some(0.5),
                bound: Some(500.0),
            }],
            zero_load_ms: 7.0,
            knee: Some(3.5),
        },
        bands: vec![
            slice((0.0, 0.5), (0.0, Some(9.0)), [2.0, 1.0], [4.0, 0.0], 1.0),
            slice((0.5, 0.9), (9.0, Some(60.0)), [2.0, 20.0], [5.0, 1.0], 0.98),
            slice(
                (0.9, 0.99),
                (60.0, Some(180.0)),
                [2.0, 100.0],
                [5.0, 2.0],
                0.6,
            ),
            slice((0.99, 1.0), (180.0, None), [2.0, 200.0], [6.0, 12.0], 0.1),
        ],
        without: vec![
            without("waiting for the lock", 41.0, 139.0, Some(0.9)),
            without("waiting inside postgres", 170.0, 10.0, Some(0.05)),
            without("switches and wake-ups", 179.0, 1.0, None),
        ],
        together: Some(without("any wait at all", 12.0, 168.0, None)),
    };
    let mut drowned = first.clone();
    drowned.info.name = "drowned".to_owned();
    drowned.row.saturated = true;
    (drowned.row.p99_ms, drowned.row.p50_ms) = (None, None);
    drowned.bands.clear();
    for without in &mut drowned.without {
        (without.less_ms, without.charged) = (None, None);
    }
    drowned.without[1].saturated = true;
    drowned.without[1].p99_ms = None;
    drowned.together = None;
    Explanation {
        scenario: study.scenario,
        title: study.title,
        seed: 1,
        version: "0.0.0".to_owned(),
        digest: "0123456789abcdef".to_owned(),
        load: 240.0,
        load_unit: LoadUnit::Rps,
        endpoint: None,
        endpoints: vec!["page".to_owned(), "checkout".to_owned()],
        services: vec!["app".to_owned(), "postgres".to_owned()],
        contestants: vec![first, drowned],
        notes: vec!["the scenario sweeps its load".to_owned()],
        shortfalls: Vec::new(),
        passes: PASSES,
    }
}

/// What was not simulated is not told as "nothing waits".
#[test]
fn an_interruption_is_said_and_nothing_is_made_up() {
    let mut part = explanation();
    part.passes = 1;
    for one in &mut part.contestants {
        one.bands.clear();
        one.without.clear();
        one.together = None;
    }
    let said = sentences(&part).join("\n");
    assert!(said.contains("p99 is 180 ms"), "{said}");
    assert!(!said.contains("the work itself"), "{said}");
    assert!(!said.contains("Without"), "{said}");
    assert!(said.ends_with("Interrupted after 1 of 3 passes: what the slowest requests wait for, and what p99 would be without it, are missing."), "{said}");
    assert!(json(&part).contains("\"interrupted\": true"));
    assert!(json(&explanation()).contains("\"interrupted\": false"));
}

#[test]
fn eighty_columns() {
    let text = terminal(&explanation(), 80, false);
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

/// The rows of the account sum to its mean: nothing is hidden. The lines with a dash are inside another.
#[test]
fn the_lines_of_the_account_sum_to_the_mean() {
    let table = &tables(&explanation())[0];
    let value = |row: &[String]| row[4].parse::<f64>().unwrap();
    let row = |name: &str| table.rows.iter().find(|row| row[0] == name).unwrap();
    let states = table
        .rows
        .iter()
        .skip(2)
        .take_while(|row| !row[0].starts_with("of them"));
    let sum: f64 = states
        .filter(|row| !row[0].starts_with('–'))
        .map(|row| value(row))
        .sum();
    assert!((sum / value(row("mean")) - 1.0).abs() < 0.01, "{sum}");
}

#[test]
fn files_hold_every_figure() {
    let explanation = explanation();
    let text = csv(&explanation);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let value = |part: &str, item: &str, figure: &str| {
        let found = rows
            .iter()
            .find(|r| &r[4] == part && &r[5] == item && &r[6] == figure);
        found.unwrap()[7].parse::<f64>().unwrap()
    };
    assert_eq!(value("band", "slowest 1 %", "wait_lock_ms"), 200.0);
    assert_eq!(value("band", "slowest 1 %", "postgres.wait_core_ms"), 12.0);
    assert_eq!(value("without", "waiting for the lock", "less_ms"), 139.0);
    assert_eq!(value("law", "lock", "full_at"), 500.0);
    let parsed: serde_json::Value = serde_json::from_str(&json(&explanation)).unwrap();
    let one = &parsed["contestants"][0];
    assert_eq!(one["bands"][3]["postgres.wait_core_ms"], 12.0);
    assert_eq!(one["without"][0]["less_ms"][0], 139.0);
    assert_eq!(parsed["contestants"][1]["saturated"], true);
}

#[test]
fn the_page_begins_with_what_it_comes_to() {
    let page = markdown(&explanation());
    assert!(page.starts_with("# Why p99 is what it is."));
    assert!(page.find("- node").unwrap() < page.find("| ").unwrap());
}

#[test]
fn the_chart_has_a_bar_for_each_band() {
    let svg = crate::report::chart::explanation(&explanation()).unwrap();
    for text in [
        "slowest 1 %",
        "wait: lock",
        "wait: in called services",
        "saturated",
    ] {
        assert!(svg.contains(text), "{text}");
    }
}
